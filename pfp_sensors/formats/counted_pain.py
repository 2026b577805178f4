"""The pain scores of a diary that exports write: those that no other one corrects, short forms among them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pfp_sensors.model.diary import Pain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from pfp_sensors.model.diary import History, Moment, Run


def counted_pain(history: History) -> tuple[Pain, ...]:
    """Gather the scores of a diary in order of time; a question left unanswered is none."""
    found = [*not_corrected(history.pain), *(one for run in history.runs for one in short_form(run))]
    told = (one for one in found if one.score is not None)
    return tuple(sorted(told, key=lambda one: (one.at.isoformat(), one.when, one.knee or "", one.run or "")))


def not_corrected(entries: Iterable[Pain]) -> tuple[Pain, ...]:
    """Leave out the scores that another one replaces."""
    entries = tuple(entries)
    corrected = {one.replaces for one in entries if one.replaces is not None}
    return tuple(one for one in entries if one.id is None or one.id not in corrected)


def short_form(run: Run) -> Iterator[Pain]:
    """Turn the scores that stand with a run into entries; that of the morning is of the next day."""
    for when, score in run.pain.items():
        at: Moment = day_of(run.start) + timedelta(1) if when == "morning" else run.start
        yield Pain(when, score, at, run=run.id)


def day_of(moment: Moment) -> date:
    """Give the local day of a moment where the person was."""
    return moment.date() if isinstance(moment, datetime) else moment
