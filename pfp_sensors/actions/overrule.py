"""A clinician's word: one number of the rules for a time, or a red flag cleared."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.load.evidence import SWELLING, red_flags
from pfp_sensors.load.overrides import WIDER, with_overrides
from pfp_sensors.load.seen import see
from pfp_sensors.model.diary import RED_KINDS, Override
from pfp_sensors.settings.entries import read_entries
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.diary import add_entry, read_history

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from pfp_sensors.actions.clinician import Clinician
    from pfp_sensors.model.diary import History
    from pfp_sensors.settings.entries import Entry

RED: Final = "red"
EVERY_FLAG: Final = "all"

_FIXED: Final = "load.override."


def override(
    connection: sqlite3.Connection,
    key: str,
    value: str,
    until: date,
    by: Clinician,
    *,
    at: datetime,
) -> Override:
    """Store a clinician's number in place of one of ``config/load.toml``.

    Parameters
    ----------
    key
        Such as ``load.cap.session``, or ``cap.session``.
    value
        A number within the bounds of that key.
    until
        The last day on which it holds.

    Raises
    ------
    UsageError
        If there is no such key, it cannot be overruled, the value is out of bounds, it contradicts another
        number now or once another override has run out, or the end lies before today or too far ahead.
    """
    key = key if key.startswith("load.") else f"load.{key}"
    number = _number_for(key, value)
    _check_end(until, at.date())
    said = Override(at, key, number, until, by.name, by.role, by.reason)
    _check_with_others(said, read_history(connection), at)
    add_entry(connection, said, at=at)
    return said


def clear(connection: sqlite3.Connection, flag: str, by: Clinician, *, at: datetime) -> Override:
    """Store that a clinician has looked at a red flag, or at every one (``all``), and cleared it.

    Raises
    ------
    UsageError
        If there is no such red flag, or the diary has none that is open.
    """
    _check_flag(flag, open_red_flags(read_history(connection), at))
    said = Override(at, RED, flag, None, by.name, by.role, by.reason)
    add_entry(connection, said, at=at)
    return said


def open_red_flags(history: History, at: datetime) -> tuple[str, ...]:
    """Name the red flags that hold: those no clinician has cleared, and swelling that lasts or came back."""
    settings = load_load_settings()
    found = red_flags(see(history, at, settings), settings)
    return tuple(kind for kind in (*RED_KINDS, SWELLING) if kind in found)


def _check_flag(flag: str, open_flags: tuple[str, ...]) -> None:
    if flag not in {EVERY_FLAG, SWELLING, *RED_KINDS}:
        raise UsageError(
            f"`{flag}` is no red flag.",
            f"Give one of {', '.join((*RED_KINDS, SWELLING))}, or {EVERY_FLAG} for every one.",
        )
    if flag in open_flags or (flag == EVERY_FLAG and open_flags):
        return
    if not open_flags:
        raise UsageError(
            "The diary has no open red flag, so there is nothing to clear.", "Nothing was changed."
        )
    raise UsageError(f"There is no open red flag `{flag}` to clear.", f"Open: {', '.join(open_flags)}.")


def _number_for(key: str, text: str) -> float:
    """Read the value of a key, checked against its kind and its bounds."""
    entries = read_entries("load")
    if key == f"load.{RED}":
        raise UsageError("A red flag cannot be switched off.", "Once seen, clear it: `pfp clear FLAG`.")
    if key not in entries or key.startswith(_FIXED):
        raise _no_such_key(key, entries)
    entry = entries[key]
    whole = isinstance(_setting(key), int)
    low, high = entry.min, WIDER.get(key, entry.max)
    unit = "" if entry.unit == "1" else f" {entry.unit}"
    kind = "whole number" if whole else "number"
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not low <= number <= high or (whole and number != int(number)):
        raise UsageError(
            f"{key} is to be {text}; allowed is a {kind} from {low:g} to {high:g}{unit}.",
            f"Give a {kind} in that range; without an override it is {entry.value:g}{unit}.",
        )
    return int(number) if whole else number


def _setting(key: str) -> object:
    """Find the default of a key, of its own kind."""
    found: object = load_load_settings()
    for name in key.split(".")[1:]:
        found = getattr(found, name)
    return found


def _no_such_key(key: str, entries: dict[str, Entry]) -> UsageError:
    import difflib

    known = [name for name in entries if not name.startswith(_FIXED)]
    near = difflib.get_close_matches(key, known, n=1)
    meant = f"Did you mean `{near[0]}`? " if near else ""
    return UsageError(
        f"There is no number `{key}` that may be overruled.",
        f"{meant}docs/settings.md lists those of load.",
    )


def _check_with_others(said: Override, history: History, at: datetime) -> None:
    """Refuse a number that contradicts another: now, or once another override has ended before it."""
    settings = load_load_settings()
    every = replace(history, overrides=(*history.overrides, said))
    last = said.until or at.date()
    ends = {one.until for one in history.overrides if one.until is not None and at.date() <= one.until < last}
    moments = [datetime.combine(day + timedelta(1), time(), at.tzinfo) for day in sorted(ends)]
    for moment in (at, *moments):
        try:
            with_overrides(settings, every, moment)
        except InputError as error:
            when = "" if moment == at else f" From {moment.date()} on, when another override has run out:"
            raise UsageError(
                f"{said.key} cannot be {said.value:g}.{when} {error.message}",
                "Give another value, or override both. A worse state may not allow more than a better one.",
            ) from error


def _check_end(until: date, today: date) -> None:
    longest = load_load_settings().override.max_d
    last = today + timedelta(longest)
    if not today <= until <= last:
        raise UsageError(
            f"--until is {until}; an override ends between {today} and {last} (at most {longest} days).",
            "Give a day in that span; it can be given anew when it has run out.",
        )
