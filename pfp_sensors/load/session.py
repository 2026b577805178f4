"""A guided session as data: what to do, on which side, for how many seconds, and when to rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pfp_sensors.model.diary import Knee
    from pfp_sensors.settings.exercise_book import (
        BookExercise,
        Cue,
        ExerciseBook,
        ExerciseDose,
        SessionNumbers,
    )

StepKind = Literal["warm_up", "show", "get_ready", "hold", "reps", "move", "change_side", "rest", "cue"]


@dataclass(frozen=True, slots=True)
class SessionItem:
    """One exercise of a session.

    Attributes
    ----------
    sets, reps
        As prescribed; ``reps`` None where a time is held.
    hold_s
        Of each repetition where ``reps`` is given, else of the set; None: nothing is held.
    minutes
        Of an exercise without sets, else None.
    sides
        Which side begins and which follows; empty where both work at once.
    """

    exercise: BookExercise
    sets: int
    reps: int | None
    hold_s: float | None
    minutes: float | None
    sides: tuple[Knee, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a guided session.

    Attributes
    ----------
    seconds
        How long it lasts; 0 for words that only appear.
    exercise
        Its id, or None between exercises.
    of_sets
        How many sets there are on this side; ``set_number`` counts from 1, None outside a set.
    reps, up_s, hold_s, down_s
        The tempo of ``reps`` steps: each repetition lasts ``up_s + hold_s + down_s``.
    """

    kind: StepKind
    seconds: float
    text: str
    exercise: str | None = None
    side: Knee | None = None
    set_number: int | None = None
    of_sets: int | None = None
    reps: int | None = None
    up_s: float = 0.0
    hold_s: float = 0.0
    down_s: float = 0.0


@dataclass(frozen=True, slots=True)
class GuidedSession:
    """All steps in order, and how long they last together."""

    steps: tuple[Step, ...]
    total_s: float


def make_item(one: BookExercise, first_side: Knee) -> SessionItem:
    """Take an exercise at its start dose."""
    dose = one.dose
    return SessionItem(
        exercise=one,
        sets=round(dose.sets[0]),
        reps=None if dose.reps is None else round(dose.reps[0]),
        hold_s=None if dose.hold_s is None else dose.hold_s[0],
        minutes=None if dose.minutes is None else dose.minutes[0],
        sides=_both_sides(first_side) if dose.per_side else (),
    )


def guide(
    items: Sequence[SessionItem], book: ExerciseBook, cue: Cue | None, *, warm_up: bool = True
) -> GuidedSession:
    """Lay out a session step by step: warm-up, every set with its rest, and one cue at the end."""
    steps = [_warm_up(book.session)] if warm_up else []
    steps.extend(_exercises(items, book.session))
    if cue is not None:
        steps.append(Step("cue", 0.0, f"To take along: {cue.text}"))
    return GuidedSession(tuple(steps), sum(step.seconds for step in steps))


def work_s(item: SessionItem) -> float:
    """Give the seconds of one set on one side."""
    if item.minutes is not None:
        return 60 * item.minutes
    if item.reps is None:
        return item.hold_s or 0.0
    return item.reps * (item.exercise.dose.up_s + (item.hold_s or 0.0) + item.exercise.dose.down_s)


def _both_sides(first: Knee) -> tuple[Knee, Knee]:
    return ("left", "right") if first == "left" else ("right", "left")


def _warm_up(numbers: SessionNumbers) -> Step:
    return Step("warm_up", 60 * numbers.warm_up_min, "Warm up: walk about, or march on the spot.")


def _exercises(items: Sequence[SessionItem], numbers: SessionNumbers) -> Iterator[Step]:
    for place, item in enumerate(items):
        pause = numbers.next_exercise_s if place else 0.0
        one = item.exercise
        yield Step("show", pause, f"{one.name}. {' '.join(one.how_to)}", one.id)
        for number in range(1, item.sets + 1):
            if number > 1 and one.kind != "mobility":
                yield Step("rest", numbers.rest_s, "Rest.", one.id)
            yield from _one_set(item, number, numbers)


def _one_set(item: SessionItem, number: int, numbers: SessionNumbers) -> Iterator[Step]:
    """Do one set, on the weaker side first where sides take turns."""
    name = item.exercise.id
    sides: tuple[Knee | None, ...] = item.sides or (None,)
    for turn, side in enumerate(sides):
        if turn:
            yield Step("change_side", numbers.change_side_s, f"Change to the {side} side.", name, side)
        yield Step("get_ready", numbers.get_ready_s, f"Get ready{_on(side)}.", name, side, number, item.sets)
        yield _work(item, number, side)


def _work(item: SessionItem, number: int, side: Knee | None) -> Step:
    one, seconds = item.exercise, work_s(item)
    if item.minutes is not None:
        return Step("move", seconds, f"{one.name}, {item.minutes:g} min.", one.id)
    if item.reps is None:
        return Step("hold", seconds, f"Hold{_on(side)} for {seconds:g} s.", one.id, side, number, item.sets)
    hold_s = item.hold_s or 0.0
    text = f"{item.reps} repetitions{_on(side)}{_tempo(one.dose, hold_s)}."
    return Step(
        "reps",
        seconds,
        text,
        one.id,
        side,
        number,
        item.sets,
        item.reps,
        one.dose.up_s,
        hold_s,
        one.dose.down_s,
    )


def _tempo(dose: ExerciseDose, hold_s: float) -> str:
    held = f", hold {hold_s:g} s" if hold_s else ""
    return f": {dose.up_s:g} s there{held}, {dose.down_s:g} s back"


def _on(side: Knee | None) -> str:
    return "" if side is None else f" on the {side}"
