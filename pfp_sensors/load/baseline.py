"""A proposal for the frozen impact baseline: the first green runs (load.md 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from pfp_sensors.load.days import not_before, within
from pfp_sensors.load.references import baselines_at, context_since
from pfp_sensors.load.seen import see
from pfp_sensors.load.speed_relation import fit_slope
from pfp_sensors.model.diary import Baseline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pfp_sensors.load.seen import Seen, SeenRun
    from pfp_sensors.load.situation import Situation
    from pfp_sensors.model.diary import History, Knee
    from pfp_sensors.settings.load_rules import LoadSettings


@dataclass(frozen=True, slots=True)
class Proposal:
    """A baseline that the person may confirm.

    Attributes
    ----------
    baseline
        By leg: median of the green runs; slope unknown.
    runs
        Ids of the runs it rests on.
    is_new
        Whether there was none before.
    """

    baseline: Mapping[Knee | None, Baseline]
    runs: tuple[str, ...]
    is_new: bool


def propose_baseline(history: History, as_of: datetime, settings: LoadSettings) -> Proposal | None:
    """Propose a baseline from the first green runs, or anew after a long quiet time.

    Green: completely answered in time, tier 0, impact of good quality, near one easy speed. None where there
    are too few of them, or one is stored and the time since was not quiet enough.
    """
    seen = see(history, as_of, settings)
    stored = baselines_at(seen)
    if any(one.impact_resultant_g is not None for one in stored.values()):
        return _with_slope(seen, stored, settings) or _anew(seen, settings)
    return _from_runs(_green_runs(seen, settings), settings, is_new=True)


def _anew(seen: Seen, settings: LoadSettings) -> Proposal | None:
    """Propose a baseline in place of the stored one, after long enough without tier 1."""
    days = settings.impact.baseline_quiet_d
    if any(item.tier > 0 and within(item.last_day, seen.today, days) for item in seen.items):
        return None
    if not seen.items or (seen.today - min(item.day for item in seen.items)) < timedelta(days):
        return None
    runs = [run for run in _green_runs(seen, settings) if within(run.day, seen.today, days)]
    return _from_runs(runs, settings, is_new=False)


def _from_runs(runs: list[SeenRun], settings: LoadSettings, *, is_new: bool) -> Proposal | None:
    if not _enough(runs, settings):
        return None
    chosen = runs[: settings.impact.baseline_max_runs]
    legs = {leg for run in chosen for leg in run.run.impact}
    return Proposal(
        {leg: _of_leg(leg, chosen) for leg in legs}, tuple(run.run.id for run in chosen), is_new=is_new
    )


def _with_slope(
    seen: Seen, stored: Mapping[Knee | None, Baseline], settings: LoadSettings
) -> Proposal | None:
    """Propose the own relation of impact and speed for a stored baseline that has none; B stays as it is."""
    runs = _measured_green(seen)
    found = {}
    for leg, baseline in stored.items():
        pairs = [
            (run.run.speed_mps or 0.0, one.resultant_g)
            for run in runs
            if (one := run.run.impact.get(leg)) is not None
            and one.quality == "good"
            and one.resultant_g is not None
        ]
        slope = fit_slope([v for v, _ in pairs], [g for _, g in pairs], settings)
        if slope is not None and baseline.slope_g_per_mps is None:
            found[leg] = Baseline(slope_g_per_mps=slope)
    return Proposal(found, tuple(run.run.id for run in runs), is_new=False) if found else None


def _green_runs(seen: Seen, settings: LoadSettings) -> list[SeenRun]:
    """Give the answered, quiet and well measured runs near one easy speed, in their order."""
    good = _measured_green(seen)
    stored = [one.speed_mps for one in baselines_at(seen).values() if one.speed_mps is not None]
    first = [run.run.speed_mps or 0.0 for run in good[: settings.impact.baseline_max_runs]]
    if not good:
        return []
    v_ref = min(stored) if stored else median(first)
    return [
        run
        for run in good
        if abs((run.run.speed_mps or 0.0) - v_ref) <= settings.impact.comparable_mps + 1e-9
    ]


def _measured_green(seen: Seen) -> list[SeenRun]:
    """Give the answered, quiet and well measured runs of any speed, since the context last changed."""
    since = context_since(seen)
    return [
        run
        for run in seen.runs
        if run.is_complete
        and run.tier == 0
        and run.run.speed_mps is not None
        and (since is None or not_before(run.run.start, since))
        and any(one.quality == "good" and one.resultant_g is not None for one in run.run.impact.values())
    ]


def _enough(runs: list[SeenRun], settings: LoadSettings) -> bool:
    steps = sum(run.run.steps or 0 for run in runs[: settings.impact.baseline_max_runs])
    return len(runs) >= settings.impact.baseline_runs and steps >= settings.impact.baseline_steps


def _of_leg(leg: Knee | None, runs: list[SeenRun]) -> Baseline:
    peaks = [
        one.resultant_g
        for run in runs
        if (one := run.run.impact.get(leg)) is not None
        and one.quality == "good"
        and one.resultant_g is not None
    ]
    speeds = [run.run.speed_mps for run in runs if run.run.speed_mps is not None]
    cadences = [run.run.cadence_spm for run in runs if run.run.cadence_spm is not None]
    return Baseline(
        impact_resultant_g=median(peaks) if peaks else None,
        speed_mps=median(speeds) if speeds else None,
        cadence_spm=median(cadences) if cadences else None,
    )


def baseline_note(now: Situation) -> str | None:
    """Say how far a baseline is, where a sensor is worn and none is stored."""
    if now.impact.mode != "sensor" or now.impact.tolerance_g is not None:
        return None
    runs = _green_runs(now.seen, now.settings)
    needed = now.settings.impact.baseline_runs
    if _enough(runs, now.settings):
        return "A baseline of your landing impact can be set: `pfp confirm baseline suggested`"
    return (
        "Landing impact is not judged yet: that takes some calm runs to compare with, so far "
        f"{min(len(runs), needed)} of {needed}."
    )
