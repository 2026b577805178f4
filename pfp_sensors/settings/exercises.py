"""``config/exercises.toml`` to a typed, checked `ExerciseBook`."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, Final, get_type_hints

from pfp_sensors.errors import SettingsError
from pfp_sensors.settings.entries import CERTAINTIES, Entry, read_toml
from pfp_sensors.settings.exercise_book import (
    BLOCKS,
    CUE_USES,
    EQUIPMENT,
    KINDS,
    MUSCLES,
    SESSION_GROUPS,
    STAGES,
    STRAINS,
    BookExercise,
    Cue,
    ExerciseBook,
    ExerciseDose,
    SessionNumbers,
    Span,
)
from pfp_sensors.settings.locate import config_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

__all__ = ["ExerciseBook", "load_exercises"]

_ADVICE: Final = "Correct that entry, or install pfp-sensors again to get the file back."


def load_exercises(path: Path | None = None) -> ExerciseBook:
    """Read the exercise book: the one that ships with the program, or another file of the same shape.

    Raises
    ------
    SettingsError
        If the file is not TOML, or an entry lacks a key, has an unknown one, or one of the wrong kind or out
        of range; names the file, the entry and what is allowed.
    """
    path = path or config_file("exercises.toml")
    values = read_toml(path)
    _only(path, "the file", values, ("session", "cue", "exercise"))
    cues = tuple(_read_cue(path, table) for table in _tables(path, values, "cue"))
    cue_ids = [cue.id for cue in cues]
    exercises = tuple(_read_exercise(path, table, cue_ids) for table in _tables(path, values, "exercise"))
    _check_twice(path, [*cue_ids, *(one.id for one in exercises)])
    _check_sessions(path, exercises)
    return ExerciseBook(exercises, cues, _read_session(path, values.get("session", {})))


def _tables(path: Path, values: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    tables = values.get(key)
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        raise _refused(path, f"[[{key}]]", "is missing", f"at least one table [[{key}]]")
    return tables


def _read_session(path: Path, values: Mapping[str, Any]) -> SessionNumbers:
    """Read the times, each within its range."""
    names = [field.name for field in fields(SessionNumbers)]
    _only(path, "[session]", values, names)
    numbers = {}
    for name in names:
        place = f"session.{name}"
        parts = [field.name for field in fields(Entry)]
        table = values.get(name)
        if not isinstance(table, dict) or set(table) != set(parts):
            raise _refused(path, place, "is missing or incomplete", f"a table with {', '.join(parts)}")
        entry = Entry(**table)
        if not entry.min <= entry.value <= entry.max:
            raise _refused(path, place, f"is {entry.value:g}", f"{entry.min:g} to {entry.max:g} {entry.unit}")
        numbers[name] = float(entry.value)
    return SessionNumbers(**numbers)


def _read_cue(path: Path, table: dict[str, Any]) -> Cue:
    cue: Cue = _fill(path, f"cue {table.get('id')!r}", Cue, table)
    _in(path, f"cue {cue.id!r}, use", (cue.use,), CUE_USES)
    return cue


def _read_exercise(path: Path, table: dict[str, Any], cues: Collection[str]) -> BookExercise:
    place = f"exercise {table.get('id')!r}"
    if not isinstance(table.get("dose"), dict):
        raise _refused(
            path, f"{place}, dose", "is missing", "a table such as { sets = [2, 3], reps = [10, 12] }"
        )
    dose: ExerciseDose = _fill(path, f"{place}, dose", ExerciseDose, table["dose"])
    one: BookExercise = _fill(path, place, BookExercise, {**table, "dose": dose})
    if not re.fullmatch(r"[a-z][a-z0-9_]*", one.id):
        raise _refused(path, f"{place}, id", f"is {one.id!r}", "small letters, digits and _")
    if not 2 <= len(one.how_to) <= 4:
        raise _refused(path, f"{place}, how_to", f"has {len(one.how_to)} sentences", "2 to 4")
    if dose.reps is None and dose.hold_s is None and dose.minutes is None:
        raise _refused(path, f"{place}, dose", "counts nothing", "reps, hold_s or minutes")
    _in(path, f"{place}, block", (one.block,), BLOCKS)
    _in(path, f"{place}, kind", (one.kind,), KINDS)
    _in(path, f"{place}, muscles", one.muscles, MUSCLES)
    _in(path, f"{place}, stages", one.stages, STAGES)
    _in(path, f"{place}, cues", one.cues, cues)
    _in(path, f"{place}, certainty", (one.certainty, dose.certainty), CERTAINTIES)
    _in(path, f"{place}, equipment", one.equipment, EQUIPMENT, may_be_empty=True)
    _in(path, f"{place}, strains", one.strains, STRAINS, may_be_empty=True)
    if (one.block in "ABCDE") != bool(one.sessions) or not set(one.sessions) <= {1, 2, 3}:
        raise _refused(path, f"{place}, sessions", f"is {list(one.sessions)}", "1, 2 or 3 in blocks A to E")
    return one


def _fill(path: Path, place: str, kind: type[Any], table: Mapping[str, Any]) -> Any:
    """Build a dataclass from a table, each value of the kind that its field asks for."""
    hints, known = get_type_hints(kind), fields(kind)
    _only(path, place, table, [field.name for field in known])
    missing = [one.name for one in known if one.default is MISSING and one.name not in table]
    if missing:
        raise _refused(path, place, f"lacks {', '.join(missing)}", "every key that the other entries have")
    return kind(**{name: _value(path, f"{place}, {name}", v, str(hints[name])) for name, v in table.items()})


def _value(path: Path, place: str, value: Any, hint: str) -> Any:
    """Check one value against the words of its field's type."""
    if "Dose" in hint:
        return value
    if "..." in hint:
        part = int if "int" in hint else str
        if not isinstance(value, list) or not all(isinstance(one, part) and one for one in value):
            raise _refused(
                path, place, f"is {value!r}", "a list of numbers" if part is int else "a list of texts"
            )
        return tuple(value)
    if "tuple" in hint:
        return _span(path, place, value)
    if "bool" in hint:
        if not isinstance(value, bool):
            raise _refused(path, place, f"is {value!r}", "true or false")
        return value
    if "float" in hint:
        if not _is_number(value) or value < 0:
            raise _refused(path, place, f"is {value!r}", "a number of seconds, 0 or more")
        return float(value)
    if not isinstance(value, str) or not value.strip():
        raise _refused(path, place, f"is {value!r}", "a text")
    return value


def _span(path: Path, place: str, value: Any) -> Span:
    pair = isinstance(value, list) and len(value) == 2 and all(_is_number(one) for one in value)
    if not pair or not 0 < value[0] <= value[1] <= 3600:
        raise _refused(
            path, place, f"is {value!r}", "two numbers [first, most] above 0, the first not the larger"
        )
    return float(value[0]), float(value[1])


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _only(path: Path, place: str, table: Mapping[str, Any], known: Collection[str]) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise _refused(path, place, f"has the unknown key {unknown[0]!r}", ", ".join(known))


def _in(
    path: Path, place: str, found: Collection[str], known: Collection[str], *, may_be_empty: bool = False
) -> None:
    wrong = sorted(set(found) - set(known))
    if wrong or (not found and not may_be_empty):
        raise _refused(path, place, f"is {wrong[0]!r}" if wrong else "is empty", ", ".join(known))


def _check_twice(path: Path, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _refused(path, twice[0], "stands there twice", "every id once")


def _check_sessions(path: Path, exercises: Collection[BookExercise]) -> None:
    """Check that each session has something for every group already in block A, without equipment."""
    for number in (1, 2, 3):
        found = {
            group
            for one in exercises
            if one.block == "A" and number in one.sessions and not one.equipment
            for group in one.muscles
        }
        lacking = [group for group in SESSION_GROUPS if group not in found]
        if lacking:
            raise _refused(
                path, f"session {number}", f"has nothing for {lacking[0]} in block A", "one exercise"
            )


def _refused(path: Path, place: str, found: str, expected: str) -> SettingsError:
    return SettingsError(f"{path}: {place}: {found}. Allowed: {expected}.", _ADVICE)
