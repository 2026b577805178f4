"""The sessions of one day of a week, from the days that were chosen for each kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.load import plan_words as words
from pfp_sensors.load.comeback import NEW_THINGS
from pfp_sensors.load.programme import (
    WITH_ELEMENTS,
    is_flare,
    is_held,
    mobility_session,
    strength_session,
)
from pfp_sensors.model.recommendation import PlannedSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pfp_sensors.load.comeback import Comeback
    from pfp_sensors.load.placement import OtherDays
    from pfp_sensors.load.week_runs import RunSlot, WeekRuns
    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.exercise_book import ExerciseBook
    from pfp_sensors.settings.load_rules import LoadSettings


@dataclass(frozen=True, slots=True)
class Frame:
    """What every session of the week is made from.

    ``level_rose``: an exercise became harder lately. ``too_painful``: those that hurt strongly of late.
    """

    history: History
    recommendation: Recommendation
    settings: LoadSettings
    book: ExerciseBook
    window: tuple[date, ...]
    runs: WeekRuns
    walks: tuple[date, ...]
    others: OtherDays
    comeback: Comeback
    level_rose: bool
    too_painful: frozenset[str]


def may_run(recommendation: Recommendation) -> bool:
    """Tell whether the week may hold runs at all."""
    if recommendation.status in {"needs_input", "refer"} or recommendation.stage in {"hold", "calm"}:
        return False
    return "hold" not in recommendation.modifiers and recommendation.week.runs > 0


def day_sessions(day: date, frame: Frame) -> Iterator[PlannedSession]:
    """Give the sessions of one day, a run first."""
    if day == frame.others.rest:
        text = words.REST_HELD if is_held(frame.recommendation) else words.REST
        yield PlannedSession("rest", (), text)
        return
    found = [*_run(day, frame), *_walk(day, frame), *_strength(day, frame)]
    found += [*_mobility(day, frame, after=found[0].kind if found else ""), *_cross(day, frame)]
    yield from found or [PlannedSession("rest", (), words.FREE)]


def _run(day: date, frame: Frame) -> Iterator[PlannedSession]:
    slots, recommendation = frame.runs.slots, frame.recommendation
    slot = next((slot for slot in slots if slot.day == day), None)
    if slot is None:
        return
    firm = slot is slots[0] and recommendation.next_run is not None
    element, following = _element(slot, frame), recommendation.next_run
    items = words.run_items(following, flat=is_flare(recommendation))
    turns = None if following is None else following.walk_run
    text = words.run_text(1 + slots.index(slot), slot, turns=turns, firm=firm, element=element)
    items += (element,) if element else ()
    yield PlannedSession("run", items, text, slot.minutes, slot.km, provisional=not firm)


def _element(slot: RunSlot, frame: Frame) -> str | None:
    """Give the one new element of the week to the last run before the longest (P6)."""
    recommendation, stage = frame.recommendation, frame.settings.stage
    following, modifiers = recommendation.next_run, recommendation.modifiers
    others = sorted((one for one in frame.runs.slots if not one.longest), key=lambda one: one.day.weekday())
    speed, hills = "no_speed" not in modifiers, "no_hills" not in modifiers
    quiet = (
        recommendation.tier == 0 and not is_flare(recommendation) and (recommendation.impact_excess or 0) <= 0
    )
    new_cadence = following is not None and following.cadence_target_spm is not None
    if recommendation.stage not in WITH_ELEMENTS or not quiet or new_cadence:
        return None
    if frame.comeback.step < NEW_THINGS or frame.level_rose:
        return None
    if len(others) < 2 or slot is not others[-1] or not (speed or hills):
        return None
    week_min = recommendation.week.max_minutes
    minutes = None if week_min is None else math.floor(stage.speed_share * week_min)
    return words.element_text(minutes, speed=speed, hills=hills)


def _walk(day: date, frame: Frame) -> Iterator[PlannedSession]:
    """Give walks in the place of runs: part of stage calm, optional in a hold."""
    if day not in frame.walks:
        return
    numbers, held = frame.book.session, is_held(frame.recommendation)
    if held or frame.recommendation.stage != "calm":
        yield _cross_session(("walk", "pool"), numbers.cross_min, numbers.cross_min, frame, optional=True)
        return
    kind = sorted(frame.walks, key=lambda one: one.weekday()).index(day)
    if kind == len(frame.walks) - 1:
        yield _cross_session(
            ("walk_test",), numbers.walk_test_min, numbers.walk_test_min, frame, optional=False
        )
        return
    names = ("pool", "cycle", "walk") if kind else ("walk", "cycle")
    yield _cross_session(names, numbers.cross_min, numbers.walk_most_min, frame, optional=False)


def _cross_session(
    names: tuple[str, ...], least: float, most: float, frame: Frame, *, optional: bool
) -> PlannedSession:
    known = [one for name in names if (one := frame.book.find(name)) is not None]
    pain = frame.settings.plan.cross_pain
    text = words.cross_text(known, least, most, pain, optional=optional)
    return PlannedSession("cross", tuple(one.id for one in known), text, most, optional=optional)


def _strength(day: date, frame: Frame) -> Iterator[PlannedSession]:
    if day not in frame.others.strength:
        return
    days = frame.others.strength
    number = 1 + sorted(days, key=lambda one: one.weekday()).index(day)  # each of a week has other exercises
    blocks = ("A",) if is_softened(day, frame) else None
    found = strength_session(
        number,
        day,
        frame.history,
        frame.recommendation,
        frame.book,
        blocks=blocks,
        comeback=frame.comeback,
        too_painful=frame.too_painful,
    )
    if found is not None:
        yield PlannedSession(
            "strength", found.names, words.strength_text(1 + days.index(day), found), found.minutes
        )


def is_softened(day: date, frame: Frame) -> bool:
    """Tell whether a strength session comes within a day of a flare."""
    return is_flare(frame.recommendation) and (day - frame.recommendation.as_of.date()).days <= 1


def _mobility(day: date, frame: Frame, after: str) -> Iterator[PlannedSession]:
    if day not in frame.others.mobility:
        return
    found = mobility_session(
        day,
        frame.history,
        frame.recommendation,
        frame.book,
        after_run=bool(after),
        too_painful=frame.too_painful,
    )
    if found is not None:
        follows = {"run": "run", "cross": "walk", "strength": "strength session"}.get(after, "")
        text = words.mobility_text(found, after=follows)
        yield PlannedSession("mobility", found.names, text, found.minutes)


def _cross(day: date, frame: Frame) -> Iterator[PlannedSession]:
    """Give optional cross-training on a free day, and in the place of a run that fell out."""
    if day not in cross_days(frame):
        return
    numbers = frame.book.session
    most = numbers.cross_min if day in frame.runs.freed else numbers.cross_most_min
    yield _cross_session(("cycle", "pool", "walk"), numbers.cross_min, most, frame, optional=True)


def cross_days(frame: Frame) -> tuple[date, ...]:
    """Give the days of optional cross-training, in a flare only those of runs that fell out."""
    if not may_run(frame.recommendation):
        return ()
    others = frame.others
    taken = {slot.day for slot in frame.runs.slots} | {others.rest, *others.strength}
    freed = [day for day in frame.runs.freed if day not in taken][: frame.runs.cancelled]
    if is_flare(frame.recommendation) or others.cross is None or others.cross in freed:
        return tuple(freed)
    return (others.cross, *freed)
