"""What a recording can and cannot support: refusals and cautions, each with a code and plain words.

A refusal says what was found, what is needed, and what to do; the quantity is then None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.analyse.rate_words import recorded_words
from pfp_sensors.gait.rate_limits import times_contacts
from pfp_sensors.model.summary import Reason
from pfp_sensors.signal.directions import across, angle_deg

if TYPE_CHECKING:
    from pfp_sensors.analyse.leg import LegFindings
    from pfp_sensors.analyse.parts import Mounting
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

_UNCHECKED: Final = "Nothing was still: gravity and unit are not checked. Stand still for 5 s first."

_SHIN_WORDS: Final = ("shank", "shin", "tibia")
"""Words of a placement that mean the lower leg's front."""

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


def too_slow(recording: Recording, settings: SignalSettings) -> Support | None:
    """Refuse everything where not even a cadence can be told."""
    needed_hz = settings.rate.spectral_min_hz
    if recording.rate_hz >= needed_hz:
        return None
    shown = recorded_words(recording.rate_hz, settings.rate)
    message = f"{shown}; cadence needs {needed_hz:.0f} Hz, better 200. Record faster."
    return Support(tuple(refuse("rate_too_low", RUNNING_FIELDS, message)))


def without_gravity(recording: Recording) -> Support | None:
    """Refuse everything where gravity was taken out of the acceleration and cannot be put back."""
    if recording.acceleration != "free":
        return None
    message = (
        "Gravity was taken out of this acceleration (free, linear or user acceleration), so the leg's rhythm "
        "and landings cannot be told. Record the plain acceleration with gravity, and the gyroscope."
    )
    return Support(tuple(refuse("gravity_removed", RUNNING_FIELDS, message)))


def no_running(found: str) -> Support:
    """Refuse everything about running."""
    message = f"{found}, no running. Running values need at least four strides in a row."
    return Support(tuple(refuse("not_running", RUNNING_FIELDS, message)))


def support_of(recording: Recording, findings: LegFindings, settings: SignalSettings) -> Support:
    """Judge what a recording with running in it supports, before any value is summed up."""
    reasons = [
        *_rebuilt(recording),
        *_rate(recording, settings),
        *_range(recording, findings, settings),
        *_gyroscope(recording, findings, settings),
        *_gravity(recording, findings, settings),
        *_context(recording),
        *_placement(findings, settings),
        *_strap(findings, settings),
    ]
    return Support(tuple(reasons))


def _rebuilt(recording: Recording) -> list[Reason]:
    """Refuse what rests on the shape of a landing where gravity was put back by a computed orientation.

    The rhythm survives that. A peak, and the moments of touch-down and toe-off, carry the filter that the
    orientation was computed with, and nobody has measured by how much.
    """
    if recording.acceleration != "rebuilt":
        return []
    message = (
        "The file holds the acceleration without gravity; it was put back from the sensor's orientation. "
        "That is good for cadence, not for landings. Record the plain acceleration and the gyroscope."
    )
    return refuse("gravity_rebuilt", ("contact_time_s", *_IMPACT_FIELDS), message)


def _rate(recording: Recording, settings: SignalSettings) -> list[Reason]:
    """Apply the table of signal.md, section 3, to the sampling rate."""
    rate, hz = settings.rate, recording.rate_hz
    shown = recorded_words(hz, rate)
    if not times_contacts(hz, rate):
        needed = (
            f"{shown}: cadence only. Contact time and landing impact need {rate.contact_min_hz:.0f} Hz, "
            f"better {rate.impact_min_hz:.0f} Hz or more."
        )
        reasons = refuse("rate_too_low", ("contact_time_s", *_IMPACT_FIELDS), needed)
        if hz < rate.landing_min_hz:
            message = f"{shown}; single landings need {rate.landing_min_hz:.0f} Hz."
            reasons += refuse("rate_too_low", ("events",), message)
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
    """Refuse stride length without a gyroscope that can be trusted."""
    if recording.gyr_dps is None:
        message = (
            "No gyroscope in this recording: stride length, pace and distance need one, or a known speed."
        )
        return refuse("no_gyro", _LENGTH_FIELDS, message)
    if not times_contacts(recording.rate_hz, settings.rate):
        shown, needed_hz = recorded_words(recording.rate_hz, settings.rate), settings.rate.contact_min_hz
        message = f"{shown}; stride length needs {needed_hz:.0f} Hz."
        return refuse("rate_too_low", _LENGTH_FIELDS, message)
    reasons: list[Reason] = []
    for mounting in findings.mountings:
        reasons += _swing_seen(mounting, settings)
    if abs(findings.swing_mismatch) > settings.gyro_check.max_count_mismatch:
        message = f"The gyroscope saw {findings.swing_mismatch:+.0%} swings against the landings."
        reasons += caution("count_mismatch", "n_strides", message)
    return reasons


def _swing_seen(mounting: Mounting, settings: SignalSettings) -> list[Reason]:
    """Refuse stride length where the gyroscope does not see the leg swing as the accelerometer does."""
    limits, swing = settings.alignment, mounting.swing
    if swing is None:
        message = (
            "The gyroscope hardly moves while you run; it may be off or broken. Check it, or give the speed."
        )
        return refuse("gyro_silent", _LENGTH_FIELDS, message)
    if swing.clipped_share > settings.quality.max_gyro_clipped_share:
        message = "The gyroscope reached its limit while the leg swung. Set a larger range (2000 deg/s)."
        return refuse("gyro_clipped", _LENGTH_FIELDS, message)
    up = (mounting.upright or mounting.frame).up
    if (
        not mounting.frame.sure
        or float(np.linalg.norm(across(swing.axis, up))) < limits.min_orthogonal_length
    ):
        message = (
            "Gyroscope and accelerometer disagree about how the leg swings; their axes may be mixed up. "
            "Check the column names, or give the speed."
        )
        return refuse("axes_not_orthogonal", _LENGTH_FIELDS, message)
    bias = max(
        (float(np.abs(s.bias_dps).max()) for s in mounting.worn if s.bias_dps is not None), default=0.0
    )
    if bias > settings.quality.max_gyro_bias_dps:
        message = (
            f"At rest the gyroscope reads {bias:.1f} deg/s, expected 0. Calibrate it, then record again."
        )
        return refuse("recalibrate", _LENGTH_FIELDS, message)
    if swing.share < limits.good_variance_share:
        message = "The leg's turning axis is not clear; read stride length with care."
        return caution("align_weak", "stride_length_m", message)
    return []


def _gravity(recording: Recording, findings: LegFindings, settings: SignalSettings) -> list[Reason]:
    """Warn of an accelerometer that does not read 1 g while its wearer stands still, or was never checked."""
    if recording.acceleration == "measured" and recording.as_found and not recording.as_found.gravity_seen:
        return caution("gravity_unchecked", "impact", _UNCHECKED)
    readings = [s.gravity_g for mounting in findings.mountings for s in mounting.worn]
    off = max(readings, key=lambda g: abs(g - 1.0), default=1.0)
    if abs(off - 1.0) <= settings.quality.gravity_tolerance_g:
        return []
    message = f"At rest the sensor reads {off:.3f} g, expected 1.00. Calibrate it, then record again."
    reasons = caution("recalibrate", "impact", message)
    if recording.gyr_dps is not None:
        reasons += refuse("recalibrate", _LENGTH_FIELDS, message)
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


def _context(recording: Recording) -> list[Reason]:
    """Warn when the sensor was worn elsewhere than on the shin."""
    place = recording.placement
    if place is None or any(word in place.lower() for word in _SHIN_WORDS):
        return []
    message = f"Worn at: {place}. Not the shin; compare only with runs recorded at the same place."
    return caution("other_placement", "impact", message)


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
    ups = [standing.up for mounting in findings.mountings for standing in mounting.worn]
    if any(angle_deg(ups[0], up) > settings.quality.standing_tilt_deg for up in ups[1:]):
        message = "Standing still, the sensor hung differently later on. Tighten the strap next time."
        reasons += caution("strap_moved", "impact", message)
    planar = min((m.frame.planar for m in findings.mountings), default=1.0)
    unsure = any(not m.frame.sure for m in findings.mountings)
    if unsure or planar < settings.alignment.min_planar_share:
        reasons += caution(
            "align_weak", "contact_time_s", "Forward and backward could not be told apart well on this leg."
        )
    return reasons


def coverage_words(coverage: float | None) -> str:
    """Say how much of the running could be used."""
    return f"Only {coverage or 0.0:.0%} of the running strides could be used; a total would be a guess."
