"""Which values of an entry a person may correct, and how each is typed."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.add_run import SPEED_MPS, check_run
from pfp_sensors.actions.add_symptom import symptom_kind
from pfp_sensors.actions.entry_days import read_start
from pfp_sensors.actions.typed_clock import clock_minutes, pace_speed_mps
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.diary import Checkin, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pfp_sensors.model.diary import Entry

UNKNOWN: Final = "unknown"
"""What a person types where a value is not known; nothing else takes one out."""

_SAME_SPEED: Final = 0.01
"""Relative: a speed so near to distance by time was worked out from them."""

_OTHER_SPEED: Final = 0.1
"""Relative: a usual speed may differ from distance by time by so much (stops, rounding), not by more."""

_ADVICE: Final = "Correct the value, or write `unknown` if it is not known."


def _number(text: str, _at: datetime) -> float:
    try:
        value = float(text)
        whole = int(value)
    except (ValueError, OverflowError) as error:
        point = " with a point, such as 4.1" if "," in text else ""
        raise UsageError(f"{text!r} is no number.", f"Give a number{point}, or `unknown`.") from error
    return whole if value == whole else value


def _minutes(text: str, at: datetime) -> float:
    """Read minutes, or minutes and seconds such as 20:30."""
    typed = clock_minutes(text)
    return _number(text, at) if typed is None else round(typed, 3)


def _speed(text: str, at: datetime) -> float:
    """Read metres per second, or a pace such as 5:58."""
    typed = pace_speed_mps(text)
    return _number(text, at) if typed is None else round(typed, 3)


def _moment(text: str, at: datetime) -> str:
    return read_start(text, at, "VALUE").isoformat()


def _text(text: str, _at: datetime) -> str:
    return text


def _word(text: str, _at: datetime) -> str:
    return text.strip().lower()


def _sign(text: str, _at: datetime) -> str:
    return symptom_kind(text)


def _exercise(text: str, _at: datetime) -> str:
    from pfp_sensors.actions.add_exercise import exercise_named

    return exercise_named(text).name


_KEYS: Final[Mapping[str, Mapping[str, Callable[[str, datetime], Any]]]] = {
    "run": {
        "start": _moment,
        **dict.fromkeys(("km", "cadence_spm", "steps", "rpe"), _number),
        **dict.fromkeys(("minutes", "downhill_min"), _minutes),
        "speed_mps": _speed,
        "note": _text,
    },
    "pain": {"score": _number, "when": _word, "knee": _word, "run": _word, "date": _moment, "note": _text},
    "symptom": {"kind": _sign, "start": _moment, "end": _moment, "knee": _word, "note": _text},
    "exercise": {
        "name": _exercise,
        "date": _moment,
        **dict.fromkeys(("sets", "reps", "hold_s", "load_kg", "minutes", "pain", "rpe"), _number),
        "side": _word,
        "knee": _word,
    },
    "score": {"kind": _word, "value": _number, "date": _moment},
}
"""By kind of entry; the names are those of the history file."""

_OTHER_WAY: Final[Mapping[str, str]] = {
    "cap": "Limits stay as they were issued.",
    "event": "Change it with `pfp confirm`, which keeps the old value too.",
    "override": "A clinician gives a new word with `pfp override` or `pfp clear`.",
}


def edited(entry: Entry, key: str, value: str, at: datetime) -> Entry:
    """Put a typed value into an entry.

    Parameters
    ----------
    entry
        As it stands.
    key
        Which value.
    value
        As typed.
    at
        Now: no day may lie ahead of it.

    Raises
    ------
    UsageError
        If the entry has no such value, it may not be changed, or cannot be what was typed.
    """
    from pfp_sensors.store.diary_documents import entry_from_values, entry_values, kind_of

    kind = kind_of(entry)
    name = key.strip().lower().replace("-", "_")
    values = entry_values(entry)
    read = _reader(entry, kind, name)
    if not value.strip():
        raise UsageError(f"{name} of {entry.id} is to be nothing.", f"Give a value, or `{UNKNOWN}`.")
    if value.strip().lower() == UNKNOWN:
        _check_may_be_unknown(kind, name)
        values.pop(name, None)
    else:
        values[name] = read(value, at)
    try:
        new = entry_from_values(kind, values, f"{entry.id}")
    except InputError as error:
        message = error.message.replace(f"{entry.id}.{name}:", f"{name} of {entry.id}:")
        raise UsageError(message, _ADVICE if "null" in error.what_to_do else error.what_to_do) from error
    if isinstance(new, Run) and isinstance(entry, Run):
        check_run(new, name)
        if name == "km":
            new = replace(new, distance_source=None, distance_error_pct=None)
        return _with_speed(entry, new) if name in {"km", "minutes"} else new
    return new


def _with_speed(old: Run, new: Run) -> Run:
    """Let the speed of a run follow its distance and time; one that does not come from them stays.

    Raises
    ------
    UsageError
        If distance and time do not belong together.
    """
    before, now = _by_time(old), _by_time(new)
    if now is not None and now < SPEED_MPS[0]:
        raise UsageError(
            f"{new.km:g} km in {new.minutes:g} min is slower than any walk.", "Correct km or minutes."
        )
    if new.speed_mps is None or (new.km, new.minutes) == (old.km, old.minutes):
        return new
    is_own = old.source == "typed" and _differs(new.speed_mps, before) > _SAME_SPEED
    if now is None:
        return new if is_own else replace(new, speed_mps=None)
    if is_own and _differs(new.speed_mps, now) <= _OTHER_SPEED:
        return new
    return replace(new, speed_mps=round(now, 3))


def _by_time(run: Run) -> float | None:
    """Work out distance by time, m/s; None where either is not known."""
    return run.km * 1000.0 / (run.minutes * 60.0) if run.km and run.minutes else None


def _differs(speed_mps: float, other_mps: float | None) -> float:
    return float("inf") if other_mps is None else abs(speed_mps / other_mps - 1.0)


def editable(entry: Entry) -> tuple[str, ...]:
    """Name the values of an entry that a person may correct; empty where it is corrected in another way."""
    from pfp_sensors.store.diary_documents import kind_of

    kind = kind_of(entry)
    return () if kind in _OTHER_WAY else tuple(_readers(entry, kind))


def _readers(entry: Entry, kind: str) -> Mapping[str, Callable[[str, datetime], Any]]:
    if isinstance(entry, Checkin):
        return {key: _text if isinstance(old, str) else _number for key, old in entry.values.items()}
    return _KEYS[kind]


def _reader(entry: Entry, kind: str, name: str) -> Callable[[str, datetime], Any]:
    """Find how a value is typed."""
    if kind in _OTHER_WAY:
        raise UsageError(f"{entry.id} cannot be corrected by hand.", _OTHER_WAY[kind])
    readers = _readers(entry, kind)
    if name in readers:
        return readers[name]
    near = difflib.get_close_matches(name, readers, n=1)
    meant = f"Did you mean `{near[0]}`? " if near else ""
    raise UsageError(
        f"{entry.id} is a {kind}; it has no `{name}` to correct.", f"{meant}Give one of {', '.join(readers)}."
    )


def _check_may_be_unknown(kind: str, name: str) -> None:
    """Refuse to blank a pain score: what was felt is corrected or taken back, never emptied."""
    if (kind, name) in {("pain", "score"), ("exercise", "pain")}:
        raise UsageError(
            "A pain score cannot be made unknown.",
            "Give the score that is right; `pfp undo` takes back the last entry.",
        )
