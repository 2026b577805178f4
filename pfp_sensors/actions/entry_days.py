"""Days and times as a person types them; none lies in the future."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.now import FIRST_YEAR
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Moment

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_DAY_ADVICE: Final = "Give a day as YYYY-MM-DD, or `today` or `yesterday`."


def read_day(text: str, at: datetime, name: str = "--date") -> date:
    """Read a day: ``YYYY-MM-DD``, ``today`` or ``yesterday``.

    Parameters
    ----------
    text
        What was typed.
    at
        Now, where the person is.
    name
        The option, for the message.

    Raises
    ------
    UsageError
        If it is no day, or lies in the future.
    """
    word = text.strip().lower()
    if word in {"today", "yesterday"}:
        return at.date() - timedelta(days=word == "yesterday")
    try:
        day = date.fromisoformat(word) if _DAY.fullmatch(word) else None
    except ValueError:
        day = None
    if day is None or day.year < FIRST_YEAR:
        raise UsageError(f"{name} is {text!r}; that is no day.", _DAY_ADVICE)
    if day > at.date():
        raise UsageError(
            f"{name} is {day}; that lies in the future, today is {at.date()}.",
            "The diary holds what has been. Give the day on which it was.",
        )
    return day


def read_clock(text: str, day: date, at: datetime, name: str = "--time") -> datetime:
    """Read a time of a day, ``HH:MM``, as local time with its offset.

    Raises
    ------
    UsageError
        If it is no time, or lies in the future.
    """
    word = text.strip()
    try:
        clock = time.fromisoformat(word.rjust(5, "0")) if _TIME.fullmatch(word) else None
    except ValueError:
        clock = None
    if clock is None:
        raise UsageError(f"{name} is {text!r}; that is no time of day.", "Give it as HH:MM, such as 07:30.")
    return not_ahead(datetime.combine(day, clock).astimezone(), at, name)


def read_start(text: str, at: datetime, name: str = "--start") -> Moment:
    """Read when something began: a day, or a day and time, local where no offset is given.

    Raises
    ------
    UsageError
        If it is neither, or lies in the future.
    """
    word = text.strip()
    if _DAY.fullmatch(word) or word.lower() in {"today", "yesterday"}:
        return read_day(word, at, name)
    try:
        moment = datetime.fromisoformat(word)
    except ValueError as error:
        raise UsageError(
            f"{name} is {text!r}; that is no day and no time.",
            "Give it as 2026-10-01T07:00 (local time), with an offset behind it, or only the day.",
        ) from error
    if moment.year < FIRST_YEAR:
        raise UsageError(f"{name} is {text!r}; that is before {FIRST_YEAR}.", _DAY_ADVICE)
    return not_ahead(moment.astimezone() if moment.utcoffset() is None else moment, at, name)


def not_ahead(moment: datetime, at: datetime, name: str) -> datetime:
    """Return a moment that has been.

    Raises
    ------
    UsageError
        If it lies in the future.
    """
    if moment > at:
        raise UsageError(
            f"{name} is {moment.isoformat(timespec='minutes')}; that lies in the future, "
            f"now is {at.isoformat(timespec='minutes')}.",
            "Give when it was.",
        )
    return moment


def moment_on(day: date | None, at: datetime) -> Moment:
    """Give now where the day is today or was not said, else the day alone."""
    return at if day is None or day == at.date() else day
