"""From what was found in one recording to the summary of the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.analyse.facts import facts_of, refused_summary
from pfp_sensors.analyse.impacts import dose_of, impact_of, trend_of
from pfp_sensors.analyse.lengths import Given, Lengths, lengths_of
from pfp_sensors.analyse.support import Support, caution, refuse, support_of, too_slow, without_gravity
from pfp_sensors.gait.spread import STEPS_PER_STRIDE, cadence_spread, spread
from pfp_sensors.model.gait import Strides
from pfp_sensors.model.summary import Quality, RunSummary, Spread

if TYPE_CHECKING:
    from pfp_sensors.analyse.leg import LegFindings
    from pfp_sensors.model.gait import BoutKind
    from pfp_sensors.model.recording import BoolArray, Recording
    from pfp_sensors.model.summary import Grade, Impact, Reason
    from pfp_sensors.settings.signal import SignalSettings

_LITTLE_WALKING: Final = 0.05
"""A distance tells the running speed if walking took less than this share of the running time."""
_NEAR_GAP_S: Final = 3.0
"""Running that stops this close before a gap and goes on this close after it went on in between."""


def summarise(
    recording: Recording, findings: LegFindings, settings: SignalSettings, given: Given
) -> RunSummary:
    """Sum up one leg."""
    running_s = _seconds(findings, "running")
    unfit = without_gravity(recording) or too_slow(recording, settings)
    if unfit is not None or running_s <= 0:
        return refused_summary(recording, findings, unfit)
    given = replace(given, only_running=_seconds(findings, "walking") <= _LITTLE_WALKING * running_s)
    support = support_of(recording, findings, settings)
    running = select(findings.strides, findings.strides.running)
    strides = select(running, running.valid)
    stride_time = spread(strides.stride_time_s)
    cadence = cadence_spread(strides)
    n_strides = _count_strides(running, findings.period_s)
    coverage = _coverage(recording, findings, running, n_strides)
    reasons = list(support.reasons)
    if len(running) == 0:
        cadence, stride_time, more = _slow_cadence(findings)
        reasons += more
        n_strides = round(running_s / stride_time.median) if stride_time else 0
    elif cadence is None:
        message = "No stride is complete enough to be timed."
        reasons += refuse("low_coverage", ("cadence_spm", "stride_time_s"), message)
    else:
        reasons += _doubts(cadence, running, findings, settings)
    lengths, more = lengths_of(
        strides, stride_time, running_s, coverage, support, settings, given, findings.bouts
    )
    reasons += more
    impact, more = impact_of(running, recording, coverage, support, settings)
    reasons += more
    contact, more = _contact_time(strides, support, settings)
    reasons += more
    dose, more = dose_of(running, impact, lengths, coverage, settings)
    reasons += more
    trend, more = trend_of(strides, impact, settings)
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
        model=lengths.model,
    )


def _seconds(findings: LegFindings, kind: BoutKind) -> float:
    """Add up the time of one kind of movement."""
    return sum(bout.duration_s for bout in findings.bouts if bout.kind == kind)


def select(strides: Strides, rows: BoolArray) -> Strides:
    """Return some of the strides."""
    return Strides(*(getattr(strides, name)[rows] for name in Strides.__slots__))


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


def _count_strides(running: Strides, period_s: float) -> int:
    """Count the strides between running contacts; a stretch in which contacts were lost holds several."""
    known_s = running.stride_time_s[np.isfinite(running.stride_time_s)]
    if len(known_s) == 0:
        return 0
    valid_s = running.stride_time_s[running.valid]
    typical_s = float(np.median(valid_s)) if len(valid_s) else period_s
    return int(np.maximum(np.rint(known_s / typical_s), 1.0).sum())


def _coverage(recording: Recording, findings: LegFindings, running: Strides, n_strides: int) -> float | None:
    """Return valid strides against those expected, gaps in the middle of running included."""
    bouts = [bout for bout in findings.bouts if bout.kind == "running"]
    period_s = 1.5 / recording.rate_hz
    lost_s = sum(
        gap.end_s - gap.start_s
        for gap in recording.gaps
        if any(-period_s <= gap.start_s - b.end_s < _NEAR_GAP_S for b in bouts)
        and any(-period_s <= b.start_s - gap.end_s < _NEAR_GAP_S for b in bouts)
    )
    if len(running) == 0:
        time_s = sum(bout.duration_s for bout in bouts)
        inside_s = sum(
            gap.end_s - gap.start_s
            for gap in recording.gaps
            if any(b.start_s <= gap.start_s and gap.end_s <= b.end_s for b in bouts)
        )
        return (time_s - inside_s) / (time_s + lost_s) if time_s > 0 else None
    n_valid = int(np.count_nonzero(running.valid))
    expected = n_strides + lost_s / findings.period_s
    return min(1.0, n_valid / expected) if expected > 0 else 0.0


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


def _drop_answered(reasons: list[Reason], lengths: Lengths) -> list[Reason]:
    """Leave out refusals that a given speed or distance has answered, and what is said twice."""
    answered = set()
    if lengths.speed_mps is not None:
        answered.add("speed_mps")
    if lengths.stride_length_m is not None:
        answered.add("stride_length_m")
    if lengths.distance_km is not None:
        answered.add("distance_km")
    kept = [r for r in reasons if not (r.blocking and r.field in answered)]
    return list({(r.code, r.field): r for r in reversed(kept)}.values())[::-1]


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
