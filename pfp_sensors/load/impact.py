"""Landing impact against the tolerance tied to recent pain (load.md 5, X8, X10)."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.load.days import day_of, not_before, within
from pfp_sensors.load.references import baselines_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.load.evidence import Evidence
    from pfp_sensors.load.seen import Seen, SeenRun
    from pfp_sensors.model.diary import Baseline, Knee
    from pfp_sensors.settings.load_rules import LoadSettings

_FIRST_SPEEDS: Final = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """Impact of one leg in one run against the tolerance.

    Attributes
    ----------
    impact_g
        Adjusted to the reference speed where the own relation is known.
    excess
        e: impact over tolerance, less 1.
    same_leg
        Whether the baseline is that of this leg.
    comparable
        Whether it counts as measured: good quality, and at or adjusted to the reference speed.
    """

    run: str
    leg: Knee | None
    impact_g: float
    baseline: Baseline
    tolerance_g: float
    excess: float
    same_leg: bool
    comparable: bool


@dataclass(frozen=True, slots=True)
class ImpactView:
    """Landing impact as the rules see it.

    Attributes
    ----------
    in_force
        Whether rules R5 and R6 are: mode sensor, or switched off only lately (X8).
    v_ref_mps, cadence_spm
        Of the person's own easy run; None where unknown.
    new
        Readings of the latest run and of sensor data that came late.
    recent
        Readings of the last days.
    missing
        Why the latest run has no reading to judge by; None where it has one.
    tolerance_g
        Of the reading with the largest excess or, without one, of the only baseline.
    """

    in_force: bool
    mode: str
    v_ref_mps: float | None
    cadence_spm: float | None
    new: tuple[Reading, ...]
    recent: tuple[Reading, ...]
    missing: str | None
    tolerance_g: float | None

    @property
    def worst_new(self) -> Reading | None:
        """The new reading with the largest excess."""
        return max(self.new, key=lambda one: one.excess, default=None)

    @property
    def worst(self) -> Reading | None:
        """The reading with the largest excess of all that count."""
        return max((*self.new, *self.recent), key=lambda one: one.excess, default=None)


def view_impact(seen: Seen, evidence: Evidence, settings: LoadSettings) -> ImpactView:
    """Hold the readings against the tolerance at the present tier."""
    baselines = baselines_at(seen)
    mode = impact_mode(seen, baselines)
    added = settings.impact.tolerance_add_g.at(evidence.t_eff)
    if not seen.has_pain:
        added = min(added, settings.impact.tolerance_unknown_g)
    v_ref = _reference_speed(seen, baselines)
    by_run = {run.run.id: _readings(run, baselines, v_ref, added, settings) for run in seen.runs}
    rho = seen.rho
    new = [] if rho is None else [run for run in seen.runs if run is rho or _came_late(run, rho)]
    recent = [run for run in seen.runs if within(run.day, seen.today, settings.impact.window_d)]
    shown = _chosen(tuple(one for run in [*new, *recent] for one in by_run[run.run.id]), baselines, added)
    cadences = [one.cadence_spm for one in baselines.values() if one.cadence_spm is not None]
    return ImpactView(
        in_force=mode == "sensor" or _lately_off(seen, settings),
        mode=mode,
        v_ref_mps=v_ref,
        cadence_spm=min(cadences, default=None),
        new=tuple(one for run in new for one in by_run[run.run.id]),
        recent=tuple(one for run in recent for one in by_run[run.run.id]),
        missing=None if rho is None else _why_missing(rho, by_run[rho.run.id]),
        tolerance_g=shown,
    )


def impact_mode(seen: Seen, baselines: Mapping[Knee | None, Baseline]) -> str:
    """Tell the mode (X8): as the person chose, else sensor where a baseline or a reading is stored."""
    chosen: str | None = seen.history.profile.impact_mode
    for event in _switches(seen):
        chosen = event.value
    if chosen is not None:
        return chosen
    stored = any(one.impact_resultant_g is not None for one in baselines.values())
    return "sensor" if stored or any(_measured(run) for run in seen.runs) else "none"


def _switches(seen: Seen) -> list[Any]:
    events = [
        one for one in seen.history.events if one.kind == "impact_mode" and one.value in {"sensor", "none"}
    ]
    return sorted(events, key=lambda event: (day_of(event.at), str(event.at), event.value == "sensor"))


def _measured(run: SeenRun) -> bool:
    return any(one.resultant_g is not None for one in run.run.impact.values())


def _lately_off(seen: Seen, settings: LoadSettings) -> bool:
    """Tell whether the sensor was in use within the days that the impact rules outlast it.

    A file may say "none" without saying since when: then the last reading counts as the end of its use.
    """
    days = settings.impact.off_d
    switches = _switches(seen)
    if switches:
        off_on = day_of(switches[-1].at)
        used = any(_measured(run) and run.day <= off_on for run in seen.runs)
        chosen = [seen.history.profile.impact_mode, *(one.value for one in switches)]
        used = used or "sensor" in chosen
        last = max(day_of(moment) for moment in (switches[-1].at, switches[-1].entered) if moment is not None)
        return used and within(last, seen.today, days)
    return any(_measured(run) and (run is seen.rho or within(run.day, seen.today, days)) for run in seen.runs)


def _reference_speed(seen: Seen, baselines: Mapping[Knee | None, Baseline]) -> float | None:
    stored = [one.speed_mps for one in baselines.values() if one.speed_mps is not None]
    if stored:
        return min(stored)
    speeds = [run.run.speed_mps for run in seen.runs if run.run.speed_mps is not None]
    return median(speeds[:_FIRST_SPEEDS]) if speeds else None


def _readings(
    run: SeenRun,
    baselines: Mapping[Knee | None, Baseline],
    v_ref: float | None,
    added_g: float,
    settings: LoadSettings,
) -> list[Reading]:
    found = []
    for leg, impact in run.run.impact.items():
        baseline, same_leg = _baseline_of(leg, baselines)
        if impact.resultant_g is None or baseline is None or baseline.impact_resultant_g is None:
            continue
        impact_g, comparable = _at_reference(impact.resultant_g, run.run.speed_mps, v_ref, baseline, settings)
        tolerance_g = baseline.impact_resultant_g + added_g
        found.append(
            Reading(
                run=run.run.id,
                leg=leg,
                impact_g=impact_g,
                baseline=baseline,
                tolerance_g=tolerance_g,
                excess=impact_g / tolerance_g - 1.0,
                same_leg=same_leg,
                comparable=comparable and same_leg and impact.quality == "good",
            )
        )
    return found


def _baseline_of(leg: Knee | None, baselines: Mapping[Knee | None, Baseline]) -> tuple[Baseline | None, bool]:
    """Find the reference of a leg; with one leg unknown the only one there is may tighten, never clear."""
    if leg in baselines:
        return baselines[leg], True
    if len(baselines) == 1 and (leg is None or None in baselines):
        return next(iter(baselines.values())), False
    return None, False


def _at_reference(
    impact_g: float, speed: float | None, v_ref: float | None, baseline: Baseline, settings: LoadSettings
) -> tuple[float, bool]:
    """Adjust an impact to the reference speed, and tell whether it can be compared."""
    if speed is None or v_ref is None:
        return impact_g, False
    slope = baseline.slope_g_per_mps
    if slope is not None and slope > 0:
        most = settings.impact.adjust_mps
        faster = min(max(speed - v_ref, -most), most)
        return impact_g - slope * faster, abs(speed - v_ref) <= most + 1e-9
    return impact_g, abs(speed - v_ref) <= settings.impact.comparable_mps + 1e-9


def _came_late(run: SeenRun, rho: SeenRun) -> bool:
    """Tell whether sensor data of an earlier run came in after the latest one began."""
    return run.run.entered is not None and not_before(run.run.entered, rho.run.start)


def _why_missing(rho: SeenRun, readings: list[Reading]) -> str | None:
    if any(one.comparable for one in readings):
        return None
    if not _measured(rho):
        return "no landing impact was measured"
    if not readings:
        return "there is no baseline to hold it against yet"
    qualities = {one.quality for one in rho.run.impact.values()}
    if "good" not in qualities:
        return "the reading is not good enough to judge by"
    if not any(one.same_leg for one in readings):
        return "it is not known whether the baseline is that of the same leg"
    return "it was not run at your easy speed, so it cannot be compared"


def _chosen(
    readings: tuple[Reading, ...], baselines: Mapping[Knee | None, Baseline], added_g: float
) -> float | None:
    worst = max(readings, key=lambda one: one.excess, default=None)
    if worst is not None:
        return worst.tolerance_g
    known = [one.impact_resultant_g for one in baselines.values() if one.impact_resultant_g is not None]
    return min(known) + added_g if known else None


def pace_share(reading: Reading, v_ref: float, settings: LoadSettings) -> float:
    """Give the speed that an impact over tolerance asks for, as a share of the reference speed."""
    if reading.excess <= 0:
        return settings.impact.pace.within
    slope = reading.baseline.slope_g_per_mps
    if slope is not None and slope > 0:
        slower = v_ref - (reading.impact_g - reading.tolerance_g) / slope
        return max(slower / v_ref, settings.speed.min_factor)
    return (
        settings.impact.pace.mild
        if reading.excess <= settings.impact.bands.mild
        else settings.impact.pace.more
    )
