"""Which weekday gets which session: runs by the person's days, strength and rest around them (P1-P8)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)

_RUN_DAYS: Final = {1: {SUN}, 2: {TUE, SUN}, 3: {TUE, FRI, SUN}, 4: {TUE, WED, FRI, SUN}}
_STRENGTH_DAYS: Final = {2: {MON, THU}, 3: {MON, WED, FRI}}
_REST_DAY: Final = SAT
_LONGEST_DAYS: Final = (SUN, SAT, FRI, THU, WED, TUE, MON)
_MOBILITY_RUN_DAYS: Final = (TUE, SUN)
_CROSS_DAYS: Final = (WED, THU)
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class RunDays:
    """Weekdays (0 = Monday) of the runs of any week, and which of them has the longest."""

    days: tuple[int, ...]
    longest: int | None


@dataclass(frozen=True, slots=True)
class OtherDays:
    """Days of everything but runs; ``rest`` has nothing else on it."""

    strength: tuple[date, ...]
    rest: date
    mobility: tuple[date, ...]
    cross: date | None


def place_runs(wanted: int, available: Collection[int], rest_days: int) -> RunDays:
    """Choose the weekdays of runs, the same in every week.

    Parameters
    ----------
    wanted
        Runs a week.
    available
        Weekdays that suit the person; empty: all of them.
    rest_days
        Least distance in days, also from Sunday to Monday; 1 allows two days in a row.

    Returns
    -------
    RunDays
        As many as fit, with one day of the week free; the usual days where they suit, days in a row last.
    """
    pool = sorted(set(available)) or list(range(_WEEK))
    for count in range(min(wanted, len(pool), _WEEK - 1), 0, -1):
        fitting = [days for days in combinations(pool, count) if _least_gap(days) >= rest_days]
        if fitting:
            usual = _RUN_DAYS.get(min(wanted, max(_RUN_DAYS)), set())
            best = min(fitting, key=lambda days: _run_badness(days, usual))
            return RunDays(best, next(day for day in _LONGEST_DAYS if day in best))
    return RunDays((), None)


def place_others(
    window: tuple[date, ...],
    runs: Collection[date],
    longest: date | None,
    *,
    strength: int,
    strength_from: date,
    strength_gap_d: int,
    mobility: int,
) -> OtherDays:
    """Place strength, rest, mobility and optional cross-training around the runs.

    Parameters
    ----------
    window
        The seven days.
    longest
        Day of the longest run: no strength on the day before it.
    strength, mobility
        Sessions wanted; fewer strength sessions come back where they do not fit.
    strength_from
        First day on which strength may be, after the session that was done last.
    strength_gap_d
        Least distance of strength sessions in days.
    """
    days = [day for day in window if day >= strength_from and (longest is None or (longest - day).days != 1)]
    options = [
        (chosen, rest)
        for count in range(min(strength, len(days)) + 1)
        for chosen in combinations(days, count)
        if all((b - a).days >= strength_gap_d for a, b in pairwise(chosen))
        for rest in window
        if rest not in runs and rest not in chosen
    ]
    usual = _STRENGTH_DAYS[strength]
    chosen, rest = min(options, key=lambda option: _strength_badness(option[0], option[1], runs, usual))
    free = [day for day in window if day not in runs and day not in chosen and day != rest]
    return OtherDays(chosen, rest, _mobility(window, runs, chosen, rest, mobility), _cross(free))


def _least_gap(days: tuple[int, ...]) -> int:
    """Give the least distance in days within a week that repeats."""
    following = [*days[1:], days[0] + _WEEK]
    return min(b - a for a, b in zip(days, following, strict=True))


def _run_badness(days: tuple[int, ...], usual: set[int]) -> tuple[object, ...]:
    """Rank weekdays: exactly the usual ones, then few in a row, then most of the usual, then well spread."""
    in_a_row = sum((day + 1) % _WEEK in days for day in days)
    return set(days) != usual, in_a_row, -len(usual & set(days)), -_least_gap(days), days


def _strength_badness(
    chosen: tuple[date, ...], rest: date, runs: Collection[date], usual: Collection[int]
) -> tuple[object, ...]:
    shared = sum(day in runs for day in chosen)
    unusual = sum(day.weekday() not in usual for day in chosen)
    return -len(chosen), shared, unusual, rest.weekday() != _REST_DAY, chosen, rest


def _mobility(
    window: Iterable[date], runs: Collection[date], strength: Collection[date], rest: date, wanted: int
) -> tuple[date, ...]:
    """Choose days: free ones first, then those of the first and the longest run, then others."""

    def rank(day: date) -> tuple[int, date]:
        if day not in runs and day not in strength:
            return 0, day
        if day in runs and day not in strength:
            return (1 if day.weekday() in _MOBILITY_RUN_DAYS else 2), day
        return 3, day

    return tuple(sorted(sorted((day for day in window if day != rest), key=rank)[:wanted]))


def _cross(free: Collection[date]) -> date | None:
    return min(free, key=lambda day: (day.weekday() not in _CROSS_DAYS, day), default=None)
