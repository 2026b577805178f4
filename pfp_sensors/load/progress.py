"""Harder and easier forms of exercises: what the diary allows, one new thing at a time (load.md 10, P6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.comeback import NEW_THINGS, find_comeback
from pfp_sensors.load.days import day_of, monday_of, within
from pfp_sensors.load.programme import WITH_ELEMENTS, allowed_blocks, is_flare, is_held, is_paused, may_do
from pfp_sensors.load.seen import see
from pfp_sensors.load.sides import SideDifference, side_differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pfp_sensors.load.seen import Seen
    from pfp_sensors.model.diary import Exercise, History
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.exercise_book import BookExercise, ExerciseBook
    from pfp_sensors.settings.load_rules import LoadSettings

_TRAINED: Final = ("strength", "drill")


@dataclass(frozen=True, slots=True)
class Progress:
    """What the exercises that were done ask for now.

    Attributes
    ----------
    ready
        The one exercise that may become harder, or None.
    instead
        Whether that takes the place of the week's new element on a run (P6).
    easier
        Exercises that hurt of pain tier 1 when they were last done (X13).
    too_painful
        Those that hurt of tier 2: they are left out for now.
    sides
        Exercises whose sides differ by more than ``exercise.side_difference``, the largest first.
    """

    ready: BookExercise | None
    instead: bool
    easier: tuple[BookExercise, ...]
    sides: tuple[SideDifference, ...]
    too_painful: tuple[BookExercise, ...] = ()


def exercise_progress(
    history: History, recommendation: Recommendation, settings: LoadSettings, book: ExerciseBook
) -> Progress:
    """Tell what may become harder, what should become easier, and where sides differ.

    An exercise is ready after ``exercise.progress_sessions`` days of it in a row, since its level last rose,
    on each of which every entry of it had pain of at most ``exercise.progress_pain`` and clean form; where
    an answer is missing the day is not clean. Of several that are ready each has its turn by the week. A
    level rose where load, repetitions or seconds went above all that was done before: that is all a diary
    tells. None is ready in a flare, a hold or the return after them, while a cadence target is in force, or
    within ``plan.new_thing_d`` days after another level rose.

    Parameters
    ----------
    recommendation
        As judged from that history.
    """
    return progress_of(see(history, recommendation.as_of, settings), recommendation, settings, book)


def progress_of(
    seen: Seen, recommendation: Recommendation, settings: LoadSettings, book: ExerciseBook
) -> Progress:
    """Tell the same of what is known at a moment; otherwise as `exercise_progress`."""
    done = _days_done(seen.history.exercises)
    ready: list[BookExercise] = []
    if _may_be_harder(recommendation, seen, settings):
        ready = [
            one
            for one in book.exercises
            if one.kind in _TRAINED
            and one.block in allowed_blocks(recommendation)
            and may_do(one, seen.history, recommendation)
            and _is_ready(done.get(one.id, {}), settings)
        ]
    turn = monday_of(seen.today).toordinal() // 7
    strongly = hurt_strongly(seen, settings)
    return Progress(
        ready=ready[turn % len(ready)] if ready else None,
        instead=recommendation.stage in WITH_ELEMENTS,
        easier=tuple(
            one
            for one in book.exercises
            if one.id not in strongly and _hurt_last(one.id, seen, done, settings)
        ),
        sides=side_differences(seen.history, settings.exercise.side_difference),
        too_painful=tuple(one for one in book.exercises if one.id in strongly),
    )


def rose_lately(seen: Seen, settings: LoadSettings) -> bool:
    """Tell whether the level of any exercise rose within ``plan.new_thing_d`` days (P6)."""
    rises = [_last_rise(days) for days in _days_done(seen.history.exercises).values()]
    return any(day is not None and within(day, seen.today, settings.plan.new_thing_d) for day in rises)


def _may_be_harder(recommendation: Recommendation, seen: Seen, settings: LoadSettings) -> bool:
    """Tell whether this is a time for something new at all."""
    following = recommendation.next_run
    return not (
        is_paused(recommendation)
        or is_held(recommendation)
        or is_flare(recommendation)
        or find_comeback(seen, settings).step < NEW_THINGS
        or (following is not None and following.cadence_target_spm is not None)
        or rose_lately(seen, settings)
    )


def _days_done(exercises: Iterable[Exercise]) -> dict[str, dict[date, list[Exercise]]]:
    """Group what was done by exercise and day, the days in their order."""
    found: dict[str, dict[date, list[Exercise]]] = {}
    for one in sorted(exercises, key=lambda one: day_of(one.at)):
        found.setdefault(one.name, {}).setdefault(day_of(one.at), []).append(one)
    return found


def _is_ready(days: dict[date, list[Exercise]], settings: LoadSettings) -> bool:
    """Tell whether the latest days since the level last rose were enough, and all clean."""
    rise = _last_rise(days) or date.min
    latest = [entries for day, entries in days.items() if day >= rise][-settings.exercise.progress_sessions :]
    return len(latest) == settings.exercise.progress_sessions and all(
        one.form_ok is True and one.pain is not None and one.pain <= settings.exercise.progress_pain
        for entries in latest
        for one in entries
    )


def _last_rise(days: dict[date, list[Exercise]]) -> date | None:
    """Find the last day on which load, repetitions or seconds went above all that was done before."""
    last: date | None = None
    most: dict[str, float] = {}
    for day, entries in days.items():
        level = _level(entries)
        if any(count in most and value > most[count] for count, value in level.items()):
            last = day
        most |= {count: max(value, most.get(count, value)) for count, value in level.items()}
    return last


def _level(entries: Sequence[Exercise]) -> dict[str, float]:
    """Give the most of a day by count; without a load the body's weight alone, 0 kg."""
    found = {"load_kg": max(one.load_kg or 0.0 for one in entries)}
    reps = [one.reps for one in entries if one.reps is not None]
    hold_s = [one.hold_s for one in entries if one.hold_s is not None]
    return found | ({"reps": max(reps)} if reps else {}) | ({"hold_s": max(hold_s)} if hold_s else {})


def hurt_strongly(seen: Seen, settings: LoadSettings) -> frozenset[str]:
    """Name what hurt of tier 2 when it was last done, within ``gate.exercise_d``: it is left out (X13)."""
    done = _days_done(seen.history.exercises)
    return frozenset(name for name in done if _hurt_last(name, seen, done, settings, tier=2))


def _hurt_last(
    name: str,
    seen: Seen,
    done: dict[str, dict[date, list[Exercise]]],
    settings: LoadSettings,
    *,
    tier: int = 1,
) -> bool:
    """Tell whether an exercise hurt of a tier or more on the day it was last done, if that was lately."""
    days = done.get(name)
    if not days:
        return False
    day = max(days)
    return within(day, seen.today, settings.gate.exercise_d) and any(
        item.kind == "exercise" and item.tier >= tier and item.what == name and item.day == day
        for item in seen.items
    )
