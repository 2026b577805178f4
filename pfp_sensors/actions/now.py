"""The moment a question is asked for: now, the end of a day, or what ``--as-of`` says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import known_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.diary import History, Moment

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
"""Years that ``--as-of`` takes: a century beside them no calendar sum can run over."""

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_ADVICE: Final = (
    "Give a day as YYYY-MM-DD, `today` or `yesterday` (its end is meant), or a time with its offset: "
    "2026-10-04T18:30:00+02:00."
)


def now() -> datetime:
    """Tell the time of the machine's local zone, with its offset, in whole seconds."""
    return datetime.now(UTC).astimezone().replace(microsecond=0)


def end_of_day(day: date, history: History) -> datetime:
    """Tell when a day ends where the person was: its last second.

    Parameters
    ----------
    day
        The local day.
    history
        The offset is that of its latest entry with an offset on or before that day; without one it is that of
        the machine's local zone on that day.
    """
    last_second = datetime.combine(day, time(23, 59, 59))
    moments = [moment for moment in _moments_with_offset(history) if moment.date() <= day]
    if not moments:
        return last_second.astimezone()
    latest = max(moments, key=lambda moment: (moment, moment.utcoffset() or timedelta(0)))
    return last_second.replace(tzinfo=latest.tzinfo)


def read_as_of(text: str, history: History) -> datetime:
    """Read what ``--as-of`` says: a day means its end (`end_of_day`), an ISO time that moment.

    ``today`` and ``yesterday`` are days of the machine's local zone.

    Raises
    ------
    UsageError
        If it is neither, there is no such day, or a time has no offset.
    """
    given = text.strip()
    if given.lower() in {"today", "yesterday"}:
        return end_of_day(now().date() - timedelta(days=given.lower() == "yesterday"), history)
    try:
        moment: Moment = (
            date.fromisoformat(given) if _DATE.fullmatch(given) else datetime.fromisoformat(given)
        )
    except ValueError as error:
        raise UsageError(f"--as-of is {text!r}; that is no day and no time.", _ADVICE) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise UsageError(
            f"--as-of is {text!r}; years from {FIRST_YEAR} to {LAST_YEAR} are expected.", _ADVICE
        )
    if not isinstance(moment, datetime):
        return end_of_day(moment, history)
    if moment.utcoffset() is None:
        raise UsageError(f"--as-of is {text!r}; a time needs its offset.", _ADVICE)
    return moment


def later_entries(history: History, at: datetime) -> int:
    """Count the entries that lie after a moment."""
    return sum(not known_by(moment, at) for moment in _moments(history))


def _moments_with_offset(history: History) -> Iterator[datetime]:
    """Give when each entry took place, where its clock was known."""
    for moment in _moments(history):
        if isinstance(moment, datetime) and moment.utcoffset() is not None:
            yield moment


def _moments(history: History) -> Iterator[Moment]:
    """Give when each entry took place."""
    yield from (run.start for run in history.runs)
    yield from (symptom.start for symptom in history.symptoms)
    for part in (
        history.pain,
        history.exercises,
        history.checkins,
        history.scores,
        history.caps,
        history.events,
        history.overrides,
    ):
        yield from (entry.at for entry in part)
