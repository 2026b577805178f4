"""What a recording can and cannot support: refusals and cautions, each with a code and plain words.

A refusal says what was found, what is needed, and what to do; the quantity is then None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.model.summary import Reason

if TYPE_CHECKING:
    from pfp_sensors.analyse.leg import LegFindings
    from pfp_sensors.model.recording import Recording
    from pfp_sensors.settings.signal import SignalSettings

RUNNING_FIELDS: Final = (
    "cadence_spm",
    "stride_time_s",
    "contact_time_s",
    "stride_length_m",
    "speed_mps",
    "distance_km",
    "impact",
    "dose",
    "within_run_trend",
)
"""Every quantity of a summary that needs running."""

_IMPACT_FIELDS: Final = ("impact", "dose", "within_run_trend")
_LENGTH_FIELDS: Final = ("stride_length_m", "speed_mps", "distance_km")


@dataclass(frozen=True, slots=True)
class Support:
    """Reasons collected; a field is refused when a blocking reason names it."""

    reasons: tuple[Reason, ...]

    def refuses(self, field: str) -> bool:
        """Say whether a quantity is refused."""
        return any(reason.blocking and reason.field == field for reason in self.reasons)

    def has(self, code: str) -> bool:
        """Say whether a reason with this code was given."""
        return any(reason.code == code for reason in self.reasons)


def refuse(code: str, fields: tuple[str, ...], message: str) -> list[Reason]:
    """Name each quantity that this reason takes away."""
    return [Reason(code, field, message) for field in fields]


def caution(code: str, field: str, message: str) -> list[Reason]:
    """Say how a quantity that is given should be read."""
    return [Reason(code, field, message, blocking=False)]


def no_running(found: str) -> Support:
    """Refuse everything about running."""
    message = f"{found}, no running. Running values need at least four strides in a row."
    return Support(tuple(refuse("not_running", RUNNING_FIELDS, message)))


def support_of(recording: Recording, findings: LegFindings, settings: SignalSettings) -> Support:
    """Judge what a recording with running in it supports, before any value is summed up."""
    reasons = [
        *_rate(recording, settings),
        *_range(recording, findings, settings),
        *_gyroscope(recording, findings, settings),
        *_placement(findings, settings),
        *_strap(findings, settings),
    ]
    return Support(tuple(reasons))


def _rate(recording: Recording, settings: SignalSettings) -> list[Reason]:
    """Apply the table of signal.md, section 3, to the sampling rate."""
    rate, hz = settings.rate, recording.rate_hz
    shown = f"{hz:.0f} Hz recorded"
    if hz < rate.spectral_min_hz:
        needed = f"{shown}; cadence needs {rate.cadence_min_hz:.0f} Hz. Record faster."
        return refuse("rate_too_low", RUNNING_FIELDS, needed)
    if hz < rate.contact_min_hz:
        needed = (
            f"{shown}: cadence only. Contact time and landing impact need {rate.contact_min_hz:.0f} Hz, "
            f"better {rate.impact_min_hz:.0f} Hz or more."
        )
        reasons = refuse("rate_too_low", ("contact_time_s", *_IMPACT_FIELDS), needed)
        if hz < rate.cadence_min_hz:
            reasons += caution("coarse", "cadence_spm", f"{shown}: cadence is a rough figure.")
        return reasons
    if hz < rate.impact_min_hz:
        return caution(
            "low_rate",
            "impact",
            f"{shown}, {rate.impact_min_hz:.0f} needed to judge impact: peaks read too low. Cadence is fine.",
        )
    return []


def _range(recording: Recording, findings: LegFindings, settings: SignalSettings) -> list[Reason]:
    """Refuse impact where the accelerometer stops too early; warn where its limit had to be guessed."""
    stop_g = findings.stop_g / settings.quality.clip_level_share
    if stop_g < settings.rate.range_min_g * settings.quality.clip_level_share:
        message = (
            f"The sensor measures up to {stop_g:.0f} g; landings need {settings.rate.range_min_g:.0f} g at "
            "least, better 16 or 32. Set a larger range if the sensor has one."
        )
        return refuse("range_too_small", ("contact_time_s", *_IMPACT_FIELDS), message)
    if findings.stop_guessed and recording.acc_range_g is None:
        return caution(
            "range_unknown",
            "impact",
            f"The sensor's range is not given; readings stop at {stop_g:.1f} g, taken for its limit. "
            "Give it with --range-g.",
        )
    return []


def _gyroscope(recording: Recording, findings: LegFindings, settings: SignalSettings) -> list[Reason]:
    """Say what is missing for stride length."""
    if recording.gyr_dps is None:
        message = (
            "No gyroscope in this recording: stride length, pace and distance need one, or a known speed."
        )
        return refuse("no_gyro", _LENGTH_FIELDS, message)
    if recording.rate_hz < settings.rate.contact_min_hz:
        message = (
            f"{recording.rate_hz:.0f} Hz recorded; stride length needs {settings.rate.contact_min_hz:.0f} Hz."
        )
        return refuse("rate_too_low", _LENGTH_FIELDS, message)
    reasons = []
    gravity = findings.gravity_g
    if gravity is not None and abs(gravity - 1.0) > settings.quality.gravity_tolerance_g:
        message = f"At rest the sensor reads {gravity:.3f} g, expected 1.00. Calibrate it, then record again."
        reasons += refuse("recalibrate", _LENGTH_FIELDS, message)
    if any(
        m.swing_share is not None and m.swing_share < settings.alignment.good_variance_share
        for m in findings.mountings
    ):
        reasons += caution(
            "align_weak",
            "stride_length_m",
            "The leg's turning axis is not clear; read stride length with care.",
        )
    return reasons


def _placement(findings: LegFindings, settings: SignalSettings) -> list[Reason]:
    """Refuse what needs one shank when the recording does not look like one."""
    quality = settings.quality
    if findings.second_shock is not None and findings.second_shock > quality.equal_landing_share:
        message = (
            "Two equal shocks in each stride: this does not look like one shank. "
            "Wear the sensor on one lower leg (docs/wearing.md)."
        )
        return refuse("wrong_placement", ("contact_time_s", *_IMPACT_FIELDS, *_LENGTH_FIELDS), message)
    if findings.overlap_share > settings.impact.max_swing_overlap_share:
        message = (
            f"In {findings.overlap_share:.0%} of steps the landing cannot be told from the end of swing. "
            "Wear the sensor just above the ankle bone, tight (docs/wearing.md)."
        )
        return refuse("landing_not_separable", _IMPACT_FIELDS, message)
    return []


def _strap(findings: LegFindings, settings: SignalSettings) -> list[Reason]:
    """Warn of a strap that moved or rattled."""
    reasons = []
    for mounting in findings.mountings[1:]:
        minutes, seconds = divmod(round(mounting.from_s), 60)
        reasons += caution(
            "strap_moved",
            "impact",
            f"The sensor moved at {minutes}:{seconds:02d}. Tighten the strap next time.",
        )
    if findings.rattle is not None and findings.rattle > settings.quality.loose_strap_share:
        reasons += caution(
            "loose_strap", "impact", "The sensor keeps shaking after each landing; the strap may be loose."
        )
    if any(not m.frame.sure for m in findings.mountings):
        reasons += caution(
            "align_weak", "contact_time_s", "Forward and backward could not be told apart well on this leg."
        )
    return reasons


def coverage_words(coverage: float | None) -> str:
    """Say how much of the running could be used."""
    return f"Only {coverage or 0.0:.0%} of the running strides could be used; a total would be a guess."
