"""Local days: windows, weeks and what was known when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Moment

_DAY_IS_OVER: Final = time(23, 59)
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_of(moment: Moment) -> date:
    """Give the local day of a moment where the person was."""
    return moment.date() if isinstance(moment, datetime) else moment


def instant(moment: Moment, as_of: datetime) -> datetime:
    """Give the moment in UTC; a bare day begins at 00:00 in the zone of ``as_of``."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), as_of.tzinfo)
    return moment.astimezone(UTC)


def known_by(moment: Moment, as_of: datetime) -> bool:
    """Tell whether a moment is not in the future of ``as_of``; a bare day counts from its beginning."""
    if isinstance(moment, datetime):
        return moment <= as_of
    return moment <= as_of.date()


def not_before(moment: Moment, start: Moment) -> bool:
    """Tell whether a moment may lie at or after ``start``: a bare day may, if it is that day or later."""
    if isinstance(moment, datetime) and isinstance(start, datetime):
        return moment >= start
    return day_of(moment) >= day_of(start)


def within(day: date, today: date, days: int) -> bool:
    """Tell whether a day is one of the last ``days`` local days, today included."""
    return day > today - timedelta(days)


def monday_of(day: date) -> date:
    """Give the first day of the week."""
    return day - timedelta(day.weekday())


def first_open_day(as_of: datetime) -> date:
    """Give the first day on which something may still be done: the next one where the day is over."""
    return as_of.date() + timedelta(as_of.time() >= _DAY_IS_OVER)


def day_text(day: date) -> str:
    """Write a day such as Tue 24 Nov, in English whatever the machine speaks."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
