"""Reference dose and weekly volume: what was tolerated under the limits in force (load.md 6, 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import monday_of, within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pfp_sensors.load.seen import Seen, SeenRun
    from pfp_sensors.model.recommendation import Axis
    from pfp_sensors.settings.load_rules import LoadSettings

AXES: Final[tuple[Axis, ...]] = ("km", "minutes")
_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class AxisDose:
    """The reference on one axis, km or minutes.

    Attributes
    ----------
    longest
        L: the longest counted run of 30 days, at least the start dose.
    reference
        R: the dose that the factors act on.
    start, floor
        Start dose and floor.
    spikes
        Ids of runs of the last days beyond their 30 days.
    counted
        g of each run: its length as far as its limits count it; None where unknown.
    weeks
        Counted sum of the last complete weeks, newest first; None where one run's length is unknown.
    done
        Run in the current week.
    """

    axis: Axis
    longest: float
    reference: float
    start: float
    floor: float
    spikes: tuple[str, ...]
    counted: tuple[float | None, ...]
    weeks: tuple[float | None, ...]
    weeks_run: int
    done: float


@dataclass(frozen=True, slots=True)
class Doses:
    """Reference of both axes; None on an axis that nobody knows.

    Attributes
    ----------
    is_first_use
        Fewer completely answered runs than X2 asks for, with at least one run known.
    is_declared
        Whether the person said what the longest tolerated run was.
    """

    km: AxisDose | None
    minutes: AxisDose | None
    is_first_use: bool
    is_declared: bool

    def on(self, axis: Axis) -> AxisDose | None:
        """Give one axis."""
        return self.km if axis == "km" else self.minutes


def reference_doses(seen: Seen, settings: LoadSettings) -> Doses:
    """Work out the reference dose on both axes."""
    complete = sum(run.is_complete for run in seen.runs)
    first = bool(seen.runs) and complete < settings.first.complete_runs
    shares = _declared_shares(seen) if first else [1.0] * len(seen.runs)
    profile = seen.history.profile
    return Doses(
        km=_axis_dose("km", seen, shares, settings),
        minutes=_axis_dose("minutes", seen, shares, settings),
        is_first_use=first,
        is_declared=profile.longest_tolerated_km is not None or profile.longest_tolerated_min is not None,
    )


def length_of(run: SeenRun, axis: Axis) -> float | None:
    """Give a run's length on an axis; None where unknown."""
    return run.run.km if axis == "km" else run.run.minutes


def limit_of(run: SeenRun, axis: Axis) -> float | None:
    """Give the limit that was in force for a run on an axis."""
    if run.cap is None:
        return None
    return run.cap.km if axis == "km" else run.cap.minutes


def _declared_shares(seen: Seen) -> list[float]:
    """Tell how much of each run counts up to the longest run that the person declared as tolerated."""
    profile = seen.history.profile
    declared = {"km": profile.longest_tolerated_km, "minutes": profile.longest_tolerated_min}
    shares = []
    for run in seen.runs:
        share = 1.0
        for axis in AXES:
            length, most = length_of(run, axis), declared[axis]
            if length is not None and most is not None and length > most:
                share = min(share, most / length)
        shares.append(share)
    return shares


def _axis_dose(axis: Axis, seen: Seen, shares: Sequence[float], settings: LoadSettings) -> AxisDose | None:
    start = settings.start_km if axis == "km" else settings.start_min
    floor = settings.floor_km if axis == "km" else settings.floor_min
    window = settings.cap.window_d
    lengths = [length_of(run, axis) for run in seen.runs]
    late = [place for place, run in enumerate(seen.runs) if within(run.day, seen.today, window)]
    if _unknown_axis(axis, seen, late):
        return None
    counted = _counted(axis, seen, start, settings)
    tolerated = [
        shares[place] * c
        for place in late
        if (c := _tolerated(axis, seen, counted, place, settings)) is not None
    ]
    longest = max([start, *tolerated])
    limit = _limit(axis, seen, counted, len(seen.runs) - 1, settings) if seen.runs else None
    weeks = _weeks(seen, counted, settings.week.lookback_weeks)
    return AxisDose(
        axis=axis,
        longest=longest,
        reference=longest if limit is None else min(longest, limit),
        start=start,
        floor=floor,
        spikes=tuple(_spikes(axis, seen, settings)),
        counted=tuple(counted),
        weeks=weeks,
        weeks_run=sum(total is None or total > 0 for total in weeks),
        done=sum(
            length
            for run, length in zip(seen.runs, lengths, strict=True)
            if length is not None and run.day >= monday_of(seen.today)
        ),
    )


def _unknown_axis(axis: Axis, seen: Seen, late: list[int]) -> bool:
    """Tell whether no late run has this axis although one has the other: then the other one governs (X9)."""
    other: Axis = "minutes" if axis == "km" else "km"
    known = any(length_of(seen.runs[place], axis) is not None for place in late)
    return not known and any(length_of(seen.runs[place], other) is not None for place in late)


def _counted(axis: Axis, seen: Seen, start: float, settings: LoadSettings) -> list[float | None]:
    """Give g of each run: its length up to the limit in force, or to one step beyond 30 days (load.md 6)."""
    counted: list[float | None] = []
    for place, run in enumerate(seen.runs):
        length, limit = length_of(run, axis), _limit(axis, seen, counted, place, settings)
        if length is None:
            counted.append(None)
        elif limit is not None:
            counted.append(min(length, limit))
        elif all(one is None for one in counted):
            counted.append(length)
        else:
            before = _most_before(seen, counted, place, settings.cap.window_d)
            most = start if before is None else before
            counted.append(min(length, (1.0 + settings.cap.session) * most))
    return counted


def _limit(
    axis: Axis, seen: Seen, counted: Sequence[float | None], place: int, settings: LoadSettings
) -> float | None:
    """Give the limit of a run: as issued, and after a long gap no more than R17 would have allowed.

    Or who does not ask after a gap would be allowed more than who does (load.md 12, 7).
    """
    run, limit = seen.runs[place], limit_of(seen.runs[place], axis)
    if place == 0 or (run.day - seen.runs[place - 1].day).days < settings.gap.days:
        return limit
    start, floor = (
        (settings.start_km, settings.floor_km) if axis == "km" else (settings.start_min, settings.floor_min)
    )
    before = _most_before(seen, counted, place, settings.cap.window_d)
    after_gap = max(settings.gap.factor * max(before or start, start), floor)
    return after_gap if limit is None else min(limit, after_gap)


def _most_before(seen: Seen, counted: Sequence[float | None], place: int, window: int) -> float | None:
    """Give the most that was counted in the days before a run."""
    day = seen.runs[place].day
    most: float | None = None
    for earlier in range(place - 1, -1, -1):
        if not within(seen.runs[earlier].day, day, window):
            break
        value = counted[earlier]
        if value is not None and (most is None or value > most):
            most = value
    return most


def _tolerated(
    axis: Axis, seen: Seen, counted: Sequence[float | None], place: int, settings: LoadSettings
) -> float | None:
    """Give c of a run: what it says of tolerance (load.md 6)."""
    run, value = seen.runs[place], counted[place]
    if value is None:
        return None
    if run.tier > 1:
        return 0.0
    if run.is_complete:
        return value
    limit = _limit(axis, seen, counted, place, settings)
    bound = _most_before(seen, counted, place, settings.cap.window_d) if limit is None else limit
    return value if bound is None else min(value, bound)


def _spikes(axis: Axis, seen: Seen, settings: LoadSettings) -> list[str]:
    """Name the runs of the last days that went beyond the longest of their 30 days (R8)."""
    found = []
    for place, run in enumerate(seen.runs):
        length = length_of(run, axis)
        if length is None or not within(run.day, seen.today, settings.spike.hold_d):
            continue
        before = _most_before(
            seen, [length_of(one, axis) for one in seen.runs[:place]], place, settings.cap.window_d
        )
        start = settings.start_km if axis == "km" else settings.start_min
        if before is not None and length > (1.0 + settings.cap.session) * max(before, start) * (1.0 + _TINY):
            found.append(run.run.id)
    return found


def _weeks(seen: Seen, counted: Sequence[float | None], lookback: int) -> tuple[float | None, ...]:
    """Add up the counted lengths of the last complete weeks, newest first."""
    this_week: date = monday_of(seen.today)
    totals: list[float | None] = [0.0] * lookback
    for run, value in zip(seen.runs, counted, strict=True):
        back = (this_week - monday_of(run.day)) // timedelta(7) - 1
        if 0 <= back < lookback:
            total = totals[back]
            totals[back] = None if value is None or total is None else total + value
    return tuple(totals)


def week_limit(dose: AxisDose, factor: float, settings: LoadSettings) -> float:
    """Give W before the lighter week: growth on the last weeks, or the free volume (R10)."""
    week = settings.week
    free = week.free_km if dose.axis == "km" else week.free_min
    known = [total for total in dose.weeks if total]
    if dose.weeks_run < week.min_weeks or not known:
        return free
    mean = sum(known[: week.mean_weeks]) / len(known[: week.mean_weeks])
    last, before = known[0], known[1] if len(known) > 1 else 0.0
    growth = min(factor, 1.0 + week.growth) * max(mean, last)
    return max(free, min(growth, (1.0 + week.two_week) * max(mean, before)))


def is_lighter_week_due(dose: AxisDose, settings: LoadSettings) -> bool:
    """Tell whether the last weeks held no lighter one (R13)."""
    weeks = dose.weeks[: settings.deload.weeks + 1]
    pairs = list(pairwise(weeks))
    return len(pairs) == settings.deload.weeks and all(
        new is not None and old is not None and new > settings.deload.share * old and new > 0
        for new, old in pairs
    )
