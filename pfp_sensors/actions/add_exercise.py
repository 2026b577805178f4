"""One exercise, or another activity, written into the diary."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from pfp_sensors.actions.entry_days import moment_on
from pfp_sensors.actions.entry_ranges import check_range, check_scale
from pfp_sensors.actions.standing_entries import read_back
from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import Exercise
from pfp_sensors.model.written import Written

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from pfp_sensors.model.diary import ExerciseKind, Knee
    from pfp_sensors.model.written import Caution
    from pfp_sensors.settings.load_rules import LoadSettings

OTHER: Final = "other"
"""Any activity that has no name of its own."""

_RANGES: Final[tuple[tuple[str, str, float, float, str], ...]] = (
    ("sets", "--sets", 1, 50, ""),
    ("reps", "--reps", 1, 1000, ""),
    ("hold_s", "--hold-s", 1, 3600, "s"),
    ("load_kg", "--load-kg", 0, 500, "kg"),
    ("minutes", "--minutes", 0.1, 1440, "min"),
)
"""What can be true: a slip of the keyboard is refused, no norm is meant."""


@dataclass(frozen=True, slots=True)
class ExerciseName:
    """An exercise by its name in the diary, and what kind it is."""

    name: str
    kind: ExerciseKind


@dataclass(frozen=True, slots=True)
class ExerciseGiven:
    """What was done as a person gives it; what was not said is None."""

    name: str
    sets: int | None = None
    reps: int | None = None
    hold_s: float | None = None
    load_kg: float | None = None
    minutes: float | None = None
    side: Knee | None = None
    pain: int | None = None
    knee: Knee | None = None
    rpe: int | None = None
    form_ok: bool | None = None
    day: date | None = None


def exercise_named(word: str) -> ExerciseName:
    """Find an exercise by its id or full name, however it is spaced.

    Raises
    ------
    UsageError
        If there is none of that name; names the nearest.
    """
    import difflib

    from pfp_sensors.settings.exercises import load_exercises

    book = load_exercises()
    known = {one.id: ExerciseName(one.id, cast("ExerciseKind", one.kind)) for one in book.exercises}
    known[OTHER] = ExerciseName(OTHER, "cross")
    by_name = {_plain(one.name): known[one.id] for one in book.exercises} | known
    name = _plain(word)
    if name in by_name:
        return by_name[name]
    near = difflib.get_close_matches(name, by_name, n=1)
    meant = f"Did you mean `{by_name[near[0]].name}`? " if near else ""
    raise UsageError(
        f"There is no exercise {word!r}.",
        f"{meant}The names are {', '.join(known)} (`{OTHER}` is any other activity).",
    )


def add_exercise(home: Path, given: ExerciseGiven, settings: LoadSettings, *, at: datetime) -> Written:
    """Write down what was done.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    given
        What the person says of it.
    settings
        From `load_load_settings`.
    at
        Now, where the person is.

    Raises
    ------
    UsageError
        If there is no such exercise, or a number cannot be true.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import add_entry

    named = exercise_named(given.name)
    for name, option, low, high, unit in _RANGES:
        check_range(getattr(given, name), option, low, high, unit)
    check_scale(given.pain, "--pain")
    check_scale(given.rpe, "--rpe")
    exercise = Exercise(
        at=moment_on(given.day, at),
        kind=named.kind,
        name=named.name,
        pain=given.pain,
        sets=given.sets,
        reps=given.reps,
        hold_s=given.hold_s,
        load_kg=given.load_kg,
        minutes=given.minutes,
        side=given.side,
        knee=given.knee,
        rpe=given.rpe,
        form_ok=given.form_ok,
    )
    cautions = _cautions(given.pain, settings)
    with contextlib.closing(open_diary(home)) as diary:
        written = add_entry(diary, exercise, at=at)
        return Written(written, read_back(diary, written), cautions=cautions)


def _cautions(pain: int | None, settings: LoadSettings) -> tuple[Caution, ...]:
    if pain is None or pain <= settings.pain.green:
        return ()
    return ("strong_exercise_pain",) if pain > settings.pain.amber else ("exercise_pain",)


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")
