"""The runs of the coming days: how long each, on which day, and what a rest moves or cancels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pfp_sensors.load.days import day_of, monday_of
from pfp_sensors.load.placement import RunDays, place_runs
from pfp_sensors.load.plan_words import weekday_name
from pfp_sensors.load.programme import is_flare
from pfp_sensors.model.diary import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.load_rules import LoadSettings

_HOURS_PER_DAY = 24
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class RunSlot:
    """A run that is planned: km and running minutes, None on an axis that is unknown."""

    day: date
    km: float | None
    minutes: float | None
    longest: bool


@dataclass(frozen=True, slots=True)
class WeekRuns:
    """Runs in order of their days, the days that lost theirs, how many fell out, and both in words."""

    slots: tuple[RunSlot, ...]
    freed: tuple[date, ...]
    cancelled: int
    dropped: tuple[str, ...]
    moved: tuple[str, ...]


def plan_runs(
    window: tuple[date, ...], history: History, recommendation: Recommendation, settings: LoadSettings
) -> WeekRuns:
    """Plan the runs of seven days: the usual days first, then what rest and flare leave of them."""
    wanted = recommendation.week.runs
    suits = runnable_weekdays(history)
    spacing = _days(_stage_rest_h(recommendation, settings))
    days = place_runs(wanted, suits, spacing)
    dropped = _too_few_days(wanted, days)
    base, no_room = _within_week(
        _usual(window, days, recommendation, settings), history, recommendation, settings
    )
    kept, moved = _after_rest(window, base, suits, recommendation, settings)
    lost = {slot.day for slot in base} - {slot.day for slot in kept}
    return WeekRuns(
        tuple(kept), tuple(sorted(lost)), len(base) - len(kept), (*dropped, *no_room), tuple(moved)
    )


def runnable_weekdays(history: History) -> tuple[int, ...]:
    """Give the weekdays (0 = Monday) that suit runs: as confirmed last, else of the profile; empty: any."""
    names: Sequence[str] = history.profile.days
    plans = [one for one in history.events if one.kind == "plan" and isinstance(one.value, Mapping)]
    for one in sorted(plans, key=lambda one: (day_of(one.at), str(one.entered or one.at))):
        names = one.value.get("days") or names
    return tuple(sorted(WEEKDAYS.index(name) for name in set(names) if name in WEEKDAYS))


def rest_days(recommendation: Recommendation, settings: LoadSettings) -> int:
    """Give the least distance of two runs in days, by the longest rest that any rule asks for."""
    hours = [_stage_rest_h(recommendation, settings), settings.pain.rest_h.at(recommendation.tier or 0)]
    if recommendation.status == "provisional" or recommendation.tier is None:
        hours.append(settings.missing.pain_rest_h)
    if is_flare(recommendation):
        hours.append(settings.pain.rest_h.tier_1)
    demands = (rule.limits.get("rest_h") for rule in recommendation.rules if rule.fired)
    hours.extend(float(one) for one in demands if one is not None)
    return _days(max(hours))


def _stage_rest_h(recommendation: Recommendation, settings: LoadSettings) -> float:
    """Give the rest that holds in a stage, however well it goes."""
    least = settings.pain.rest_h.tier_0
    return max(least, settings.stage.walk_run_rest_h) if recommendation.stage == "walk_run" else least


def _days(hours: float) -> int:
    return max(1, math.ceil(hours / _HOURS_PER_DAY))


def _too_few_days(wanted: int, days: RunDays) -> tuple[str, ...]:
    lacking = wanted - len(days.days)
    if lacking <= 0:
        return ()
    return (f"{lacking} of {wanted} runs: your days leave no room for more with rest between them",)


def _usual(
    window: tuple[date, ...], days: RunDays, recommendation: Recommendation, settings: LoadSettings
) -> list[RunSlot]:
    """Give the runs of a week without any disturbance."""
    following, week = recommendation.next_run, recommendation.week
    limits = (
        (recommendation.dose_km, following.max_km if following else None, week.max_km, settings.floor_km),
        (
            recommendation.dose_minutes,
            following.max_minutes if following else None,
            week.max_minutes,
            settings.floor_min,
        ),
    )
    slots = []
    for day in window:
        if day.weekday() in days.days:
            longest = day.weekday() == days.longest
            km, minutes = (_target(*one, recommendation.week.runs, longest, settings) for one in limits)
            slots.append(RunSlot(day, km, minutes, longest))
    return slots


def _target(
    dose: float | None,
    next_most: float | None,
    week: float | None,
    floor: float,
    runs: int,
    longest: bool,
    settings: LoadSettings,
) -> float | None:
    """Share the week out: the longest run, and the others as a part of it; never above the next run's limit.

    Without a dose (a used-up week) the week's even share stands in, at most the smallest run that is planned:
    with a run left this week the later ones are bound by its limit, and a flare that uses up the week may
    not free them.
    """
    share = settings.week.other_share
    if dose is None:
        dose = next_most if next_most is not None else week and min(week / runs, floor)
    if dose is None:
        return None
    top = dose if week is None else min(dose, week / (1 + share * (runs - 1)))
    target = top if longest else share * top
    return target if next_most is None else min(target, next_most)


def _after_rest(
    window: tuple[date, ...],
    base: Sequence[RunSlot],
    suits: Collection[int],
    recommendation: Recommendation,
    settings: LoadSettings,
) -> tuple[list[RunSlot], list[str]]:
    """Move the next run to the first day allowed, drop those that then come too soon, ease all in a flare."""
    earliest = recommendation.earliest_day
    flare, gap = is_flare(recommendation), rest_days(recommendation, settings)
    if earliest is None:
        return [], [_cancelled(slot) for slot in base]
    early = [slot for slot in base if slot.day < earliest]
    later = [slot for slot in base if slot.day >= earliest]
    kept = _spaced(later, gap)
    said = [slot for slot in base if slot not in kept]
    moved: list[str] = []
    room = bool(early) and _room_for(early[0], window, earliest, suits, kept, gap)
    if early and (flare or room):
        first = _first_day(window, earliest, suits)
        if first is not None:
            most = len(kept) if room else max(len(kept) - 1, 0)  # no more runs than a quiet week has
            rest = _spaced([slot for slot in later if (slot.day - first).days >= gap], gap)[:most]
            lost = [slot for slot in base if slot not in rest]
            kept = [_easiest(lost, first), *rest]
            said = [slot for slot in lost if slot is not lost[0] and slot.day != first]
            moved.append(f"the run of {weekday_name(lost[0].day)} moves to {weekday_name(first)}")
    moved += [_cancelled(slot) for slot in said]
    if flare:
        moved += [f"the longest run of {weekday_name(s.day)} becomes an easy one" for s in kept if s.longest]
        kept = [_easy(slot, settings) for slot in kept]
    return kept, moved


def _spaced(slots: Sequence[RunSlot], gap: int) -> list[RunSlot]:
    kept: list[RunSlot] = []
    for slot in slots:
        if not kept or (slot.day - kept[-1].day).days >= gap:
            kept.append(slot)
    return kept


def _first_day(window: Sequence[date], earliest: date, suits: Collection[int]) -> date | None:
    return next((d for d in window if d >= earliest and (not suits or d.weekday() in suits)), None)


def _room_for(
    slot: RunSlot,
    window: Sequence[date],
    earliest: date,
    suits: Collection[int],
    kept: Sequence[RunSlot],
    gap: int,
) -> bool:
    """Tell whether a run that comes too early can move without pushing another one out."""
    first = _first_day(window, earliest, suits)
    return first is not None and first > slot.day and (not kept or (kept[0].day - first).days >= gap)


def _easiest(lost: Sequence[RunSlot], day: date) -> RunSlot:
    """Put one run in place of several: the shortest of them."""
    kms = [slot.km for slot in lost if slot.km is not None]
    minutes = [slot.minutes for slot in lost if slot.minutes is not None]
    return RunSlot(day, min(kms, default=None), min(minutes, default=None), longest=False)


def _easy(slot: RunSlot, settings: LoadSettings) -> RunSlot:
    """Make the longest run as short as the others."""
    if not slot.longest:
        return slot
    share = settings.week.other_share
    return RunSlot(
        slot.day, slot.km and slot.km * share, slot.minutes and slot.minutes * share, longest=False
    )


def _cancelled(slot: RunSlot) -> str:
    name = "the longest run" if slot.longest else "the run"
    return f"{name} of {weekday_name(slot.day)} is cancelled and not made up"


def _within_week(
    slots: Sequence[RunSlot], history: History, recommendation: Recommendation, settings: LoadSettings
) -> tuple[list[RunSlot], list[str]]:
    """Shorten or drop runs so that no week from Monday to Sunday holds more than its limits."""
    this_week = monday_of(recommendation.as_of.date())
    before = {day_of(run.start) for run in history.runs}
    done = sum(this_week <= day <= recommendation.as_of.date() for day in before)
    left = {this_week: (_left(recommendation, done))}
    kept, dropped = [], []
    for slot in slots:
        km, minutes, runs = left.setdefault(monday_of(slot.day), _left(recommendation, None))
        fitting = _shortened(slot, km, minutes, settings) if runs > 0 else None
        if fitting is None:
            dropped.append(f"the run of {weekday_name(slot.day)}: the week has no room left for it")
            continue
        kept.append(fitting)
        left[monday_of(slot.day)] = (_minus(km, fitting.km), _minus(minutes, fitting.minutes), runs - 1)
    return kept, dropped


def _left(recommendation: Recommendation, done: int | None) -> tuple[float | None, float | None, int]:
    """Give what a week may still hold; ``done`` None: a week that has not begun."""
    week = recommendation.week
    if done is None:
        return week.max_km, week.max_minutes, week.runs
    return (
        _minus(week.max_km, recommendation.done_km),
        _minus(week.max_minutes, recommendation.done_minutes),
        week.runs - done,
    )


def _minus(limit: float | None, used: float | None) -> float | None:
    return limit if limit is None or used is None else max(0.0, limit - used)


def _shortened(
    slot: RunSlot, km: float | None, minutes: float | None, settings: LoadSettings
) -> RunSlot | None:
    """Cut a run to what is left; None where less than the smallest useful run would remain."""
    for want, room, floor in ((slot.km, km, settings.floor_km), (slot.minutes, minutes, settings.floor_min)):
        if room is not None and want is not None and (room <= 0 or room < min(floor, want) - _SLACK):
            return None
    return replace(slot, km=_least(slot.km, km), minutes=_least(slot.minutes, minutes))


def _least(want: float | None, room: float | None) -> float | None:
    return want if want is None or room is None else min(want, room)


def window_from(first: date) -> tuple[date, ...]:
    """Give seven days in a row."""
    return tuple(first + timedelta(n) for n in range(7))
