"""From what was found in one recording to the summary of the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.analyse.support import Support, caution, no_running, refuse, support_of
from pfp_sensors.gait.spread import STEPS_PER_STRIDE, cadence_spread, spread, within_run_trend
from pfp_sensors.model.gait import Strides
from pfp_sensors.model.summary import (
    DistanceSource,
    Dose,
    Impact,
    Quality,
    RecordingFacts,
    RunSummary,
    Spread,
    WithinRunTrend,
)

if TYPE_CHECKING:
    from pfp_sensors.analyse.leg import LegFindings
    from pfp_sensors.model.recording import Recording
    from pfp_sensors.model.summary import Grade, Reason
    from pfp_sensors.settings.signal import SignalSettings

_AXIS_NAMES: Final = "xyz"
_NEAR_GAP_S: Final = 3.0
"""Running that stops this close before a gap and goes on this close after it went on in between."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person or another device knows of the run."""

    speed_mps: float | None
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class _Lengths:
    """Stride length, speed and distance with where they are from."""

    stride_length_m: Spread | None = None
    speed_mps: Spread | None = None
    distance_km: float | None = None
    source: DistanceSource | None = None
    distance_source: DistanceSource | None = None


def summarise(
    recording: Recording, findings: LegFindings, settings: SignalSettings, given: Given
) -> RunSummary:
    """Sum up one leg."""
    running_s = sum(bout.duration_s for bout in findings.bouts if bout.kind == "running")
    if running_s <= 0:
        return _refused(recording, findings)
    support = support_of(recording, findings, settings)
    running = select(findings.strides, findings.strides.running)
    strides = select(running, running.valid)
    stride_time = spread(strides.stride_time_s)
    cadence = cadence_spread(strides)
    n_strides = len(strides)
    coverage = _coverage(recording, findings, running)
    reasons = list(support.reasons)
    if len(running) == 0:
        cadence, stride_time, more = _slow_cadence(findings)
        reasons += more
        n_strides = round(running_s / stride_time.median) if stride_time else 0
    elif cadence is not None:
        reasons += _doubts(cadence, running, findings, settings)
    lengths, more = _lengths(strides, running_s, coverage, support, settings, given)
    reasons += more
    impact, more = _impact(running, recording, findings, coverage, support, settings)
    reasons += more
    contact, more = _contact_time(strides, support, settings)
    reasons += more
    dose, more = _dose(running, impact, lengths, coverage, settings)
    reasons += more
    trend, more = _trend(strides, impact, settings)
    reasons += more
    final = _drop_answered(reasons, lengths)
    return RunSummary(
        status="partial" if any(reason.blocking for reason in final) else "ok",
        recording=facts_of(recording, findings),
        bouts=findings.bouts,
        running_s=running_s,
        n_strides=n_strides,
        n_steps=STEPS_PER_STRIDE * n_strides,
        cadence_spm=None if support.refuses("cadence_spm") else cadence,
        stride_time_s=None if support.refuses("stride_time_s") else stride_time,
        contact_time_s=contact,
        stride_length_m=lengths.stride_length_m,
        stride_length_source=lengths.source,
        speed_mps=lengths.speed_mps,
        speed_source=lengths.source,
        distance_km=lengths.distance_km,
        distance_source=lengths.distance_source,
        impact=impact,
        dose=dose,
        within_run_trend=trend,
        reasons=tuple(final),
        quality=Quality(coverage, _grade(coverage, impact, final, settings)),
    )


def select(strides: Strides, rows: np.typing.NDArray[np.bool_]) -> Strides:
    """Return some of the strides."""
    return Strides(*(getattr(strides, name)[rows] for name in Strides.__slots__))


def facts_of(recording: Recording, findings: LegFindings) -> RecordingFacts:
    """Collect what is known of the recording itself."""
    return RecordingFacts(
        duration_s=recording.duration_s,
        sampling_rate_hz=recording.rate_hz,
        channels=recording.channels,
        side=recording.side,
        placement=recording.placement,
        sensor=recording.sensor,
        acc_range_g=recording.acc_range_g,
        gaps=recording.gaps,
        synthetic=recording.synthetic,
        mounting=_mounting(findings),
        notes=recording.notes,
    )


def _mounting(findings: LegFindings) -> str | None:
    """Say which sensor axis lies along the shank, and whether the sensor is upside down."""
    if not findings.mountings:
        return None
    mounting = findings.mountings[0]
    up = (mounting.upright or mounting.frame).up
    axis = int(np.argmax(np.abs(up)))
    return f"{_AXIS_NAMES[axis]} axis {'up' if up[axis] > 0 else 'down (upside down)'} along the shank"


def _refused(recording: Recording, findings: LegFindings) -> RunSummary:
    """Give the summary of a recording without running."""
    kinds = {bout.kind for bout in findings.bouts}
    found = (
        "Walking found"
        if "walking" in kinds
        else "Only stillness found"
        if kinds == {"still"}
        else "Movement found"
    )
    return RunSummary(
        status="refused",
        recording=facts_of(recording, findings),
        bouts=findings.bouts,
        running_s=0.0,
        n_strides=0,
        n_steps=0,
        cadence_spm=None,
        stride_time_s=None,
        contact_time_s=None,
        stride_length_m=None,
        stride_length_source=None,
        speed_mps=None,
        speed_source=None,
        distance_km=None,
        distance_source=None,
        impact=None,
        dose=None,
        within_run_trend=None,
        reasons=no_running(found).reasons,
        quality=Quality(None, "poor"),
    )


def _slow_cadence(findings: LegFindings) -> tuple[Spread | None, Spread | None, list[Reason]]:
    """Give cadence and stride time where single landings cannot be seen."""
    cadence = spread(findings.slow_cadence_spm)
    if cadence is None:
        message = "Running found, but no steady rhythm in it."
        return None, None, refuse("no_rhythm", ("cadence_spm", "stride_time_s"), message)
    return cadence, spread(60.0 * STEPS_PER_STRIDE / findings.slow_cadence_spm), []


def _doubts(
    cadence: Spread, running: Strides, findings: LegFindings, settings: SignalSettings
) -> list[Reason]:
    """Warn when two ways of counting disagree, or when strides are few or odd."""
    quality = settings.quality
    reasons = []
    other = 60.0 * STEPS_PER_STRIDE / findings.period_s
    if abs(cadence.median / other - 1.0) > quality.cadence_agreement_share:
        message = (
            f"Landings give {cadence.median:.0f} steps per minute, the rhythm of the signal {other:.0f}."
        )
        reasons += caution("cadence_doubtful", "cadence_spm", message)
    n_steps = STEPS_PER_STRIDE * int(np.count_nonzero(running.valid))
    if n_steps < quality.baseline_min_steps:
        message = (
            f"{n_steps} steps; {quality.baseline_min_steps} needed for values to compare other runs with."
        )
        reasons += caution("few_steps", "impact", message)
    return reasons


def _coverage(recording: Recording, findings: LegFindings, running: Strides) -> float | None:
    """Return valid strides against those expected, gaps in the middle of running included."""
    bouts = [bout for bout in findings.bouts if bout.kind == "running"]
    lost_s = sum(
        gap.end_s - gap.start_s
        for gap in recording.gaps
        if any(0 <= gap.start_s - b.end_s < _NEAR_GAP_S for b in bouts)
        and any(0 <= b.start_s - gap.end_s < _NEAR_GAP_S for b in bouts)
    )
    if len(running) == 0:
        time_s = sum(bout.duration_s for bout in bouts)
        inside_s = sum(
            gap.end_s - gap.start_s
            for gap in recording.gaps
            if any(b.start_s <= gap.start_s and gap.end_s <= b.end_s for b in bouts)
        )
        return (time_s - inside_s) / (time_s + lost_s) if time_s > 0 else None
    valid = running.valid
    if not valid.any():
        return 0.0
    typical_s = float(np.median(running.stride_time_s[valid]))
    expected = lost_s / typical_s
    for bout in np.unique(running.bout_index):
        times_s = running.initial_contact_s[running.bout_index == bout]
        expected += max(1, round(float(times_s[-1] - times_s[0]) / typical_s))
    return min(1.0, float(np.count_nonzero(valid)) / expected)


def _contact_time(
    strides: Strides, support: Support, settings: SignalSettings
) -> tuple[Spread | None, list[Reason]]:
    """Give contact time when enough contacts ended where they should."""
    if support.refuses("contact_time_s"):
        return None, []
    known = int(np.count_nonzero(np.isfinite(strides.contact_time_s)))
    needed = settings.quality.min_contact_strides
    if known < needed:
        message = f"{known} contacts could be timed; {needed} needed."
        return None, refuse("few_contacts", ("contact_time_s",), message)
    return spread(strides.contact_time_s), []


def _impact(
    running: Strides,
    recording: Recording,
    findings: LegFindings,
    coverage: float | None,
    support: Support,
    settings: SignalSettings,
) -> tuple[Impact | None, list[Reason]]:
    """Give landing impact over all running contacts."""
    if support.refuses("impact"):
        return None, []
    resultant = spread(running.resultant_g, with_p95=True)
    if resultant is None:
        message = "No landing stands out clearly enough to be measured."
        return None, refuse("landing_not_separable", ("impact", "dose", "within_run_trend"), message)
    measured = np.isfinite(running.resultant_g)
    n_contacts, n_clipped = int(measured.sum()), int((running.clipped & measured).sum())
    quality = settings.quality
    censored = n_clipped > quality.max_clipped_share * n_contacts
    reasons: list[Reason] = []
    if censored:
        message = f"At least {resultant.median:.1f} g: the sensor reached its limit in {n_clipped} of {n_contacts} landings."
        reasons += caution("censored", "impact", message)
    axial = spread(running.axial_g, with_p95=True)
    if axial is None:
        message = (
            "Nobody stood still, so the shank's long axis is not known. Stand still for 5 s before running."
        )
        reasons += refuse("no_standing", ("axial_g",), message)
    strap_held = not (support.has("strap_moved") or support.has("loose_strap"))
    eligible = (
        recording.rate_hz >= settings.rate.impact_min_hz
        and STEPS_PER_STRIDE * int(np.count_nonzero(running.valid)) >= quality.baseline_min_steps
        and coverage is not None
        and coverage >= quality.min_coverage
        and not censored
        and strap_held
    )
    return Impact(resultant, axial, n_contacts, n_clipped, censored, eligible), reasons


def _lengths(
    strides: Strides,
    running_s: float,
    coverage: float | None,
    support: Support,
    settings: SignalSettings,
    given: Given,
) -> tuple[_Lengths, list[Reason]]:
    """Give stride length, speed and distance from the most trusted source at hand."""
    reasons: list[Reason] = []
    measured = None if support.refuses("stride_length_m") else spread(strides.speed_mps)
    known_mps = given.speed_mps
    if known_mps is None and given.distance_km is not None:
        known_mps = 1000.0 * given.distance_km / running_s
    if measured is not None and known_mps is not None:
        share = abs(measured.median / known_mps - 1.0)
        if share > settings.stride_length.max_speed_difference:
            message = f"The sensor gives {measured.median:.2f} m/s, {known_mps:.2f} was given; the given one is used."
            reasons += caution("speed_implausible", "speed_mps", message)
    if known_mps is not None:
        return _given_lengths(strides, running_s, known_mps, given), reasons
    if measured is None:
        if not support.refuses("stride_length_m"):
            message = "No stride gave a plausible length (1.5 to 7 m/s). Give the speed with --speed-mps."
            reasons += refuse("speed_implausible", ("stride_length_m", "speed_mps", "distance_km"), message)
        return _Lengths(), reasons
    distance_km = None
    if coverage is not None and coverage >= settings.quality.min_coverage:
        distance_km = measured.median * running_s / 1000.0
    else:
        reasons += refuse("low_coverage", ("distance_km",), _coverage_words(coverage))
    lengths = _Lengths(
        spread(strides.stride_length_m), measured, distance_km, "imu", None if distance_km is None else "imu"
    )
    return lengths, reasons


def _given_lengths(strides: Strides, running_s: float, speed_mps: float, given: Given) -> _Lengths:
    """Use a treadmill's speed or a watch's distance."""
    source: DistanceSource = "treadmill" if given.speed_mps is not None else "watch"
    lengths = spread(strides.stride_time_s * speed_mps)
    distance_km = given.distance_km if given.distance_km is not None else speed_mps * running_s / 1000.0
    distance_source: DistanceSource = "watch" if given.distance_km is not None else "treadmill"
    return _Lengths(lengths, Spread(speed_mps, speed_mps, speed_mps), distance_km, source, distance_source)


def _coverage_words(coverage: float | None) -> str:
    """Say how much of the running could be used."""
    return f"Only {coverage or 0.0:.0%} of the running strides could be used; a total would be a guess."


def _dose(
    running: Strides,
    impact: Impact | None,
    lengths: _Lengths,
    coverage: float | None,
    settings: SignalSettings,
) -> tuple[Dose | None, list[Reason]]:
    """Add up the landing peaks; clipped ones count as the lower bounds they are."""
    if impact is None:
        return None, []
    if coverage is None or coverage < settings.quality.min_coverage:
        return None, refuse("low_coverage", ("dose",), _coverage_words(coverage))
    load_g = float(np.nansum(running.resultant_g))
    if lengths.distance_km is None:
        message = "The distance is not known. Give it with --distance-km or --speed-mps."
        return Dose(load_g, None), refuse("no_distance", ("impact_load_per_km_g",), message)
    return Dose(load_g, load_g / lengths.distance_km), []


def _trend(
    strides: Strides, impact: Impact | None, settings: SignalSettings
) -> tuple[WithinRunTrend | None, list[Reason]]:
    """Give the change of landing impact within the run, or what it would need."""
    if impact is None:
        return None, []
    trend = within_run_trend(strides, settings.trend)
    if isinstance(trend, WithinRunTrend):
        return trend, []
    minutes = settings.trend.skip_s / 60.0
    words = {
        "too_short": f"A change within the run needs several minutes of running after the first {minutes:.0f}.",
        "uneven_speed": "Speed changed too much to compare the start of the run with its end.",
    }
    return None, refuse(trend, ("within_run_trend",), words[trend])


def _drop_answered(reasons: list[Reason], lengths: _Lengths) -> list[Reason]:
    """Leave out refusals that a given speed or distance has answered, and what is said twice."""
    answered = set()
    if lengths.speed_mps is not None:
        answered |= {"speed_mps", "stride_length_m"}
    if lengths.distance_km is not None:
        answered.add("distance_km")
    kept = [r for r in reasons if not (r.blocking and r.field in answered)]
    return list(dict.fromkeys(kept))


def _grade(
    coverage: float | None, impact: Impact | None, reasons: list[Reason], settings: SignalSettings
) -> Grade:
    """Grade the recording: good can be a baseline, usable can be read, poor only hints."""
    if coverage is None or coverage < settings.quality.min_coverage:
        return "poor"
    if any(reason.code in {"wrong_placement", "cadence_doubtful"} for reason in reasons):
        return "poor"
    eligible = impact is not None and impact.baseline_eligible
    return "good" if eligible and coverage >= settings.quality.good_coverage else "usable"
