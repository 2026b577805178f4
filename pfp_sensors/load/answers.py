"""Answers about a run: when they are due, whether they came in time, and corrections of them (X5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_of, not_before

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pfp_sensors.model.diary import History, Moment, Pain, Run
    from pfp_sensors.settings.load_rules import LoadSettings

REQUIRED: Final = ("during", "after60", "morning")
"""The answers that make a run complete."""


def due_at(name: str, run: Run, settings: LoadSettings) -> Moment:
    """Give the moment by which an answer is due; a day where only the run's day is known."""
    end = end_of(run)
    if name == "morning":
        day = day_of(end) + timedelta(1)
        if not isinstance(end, datetime):
            return day
        noon = datetime.combine(day, datetime.min.time(), end.tzinfo)
        return noon + timedelta(hours=settings.missing.morning_due_h)
    if name == "after60" and isinstance(end, datetime):
        return end + timedelta(minutes=settings.missing.after60_to_min)
    return end


def end_of(run: Run) -> Moment:
    """Give the end of a run; its day where only that is known."""
    return run.start + timedelta(minutes=run.minutes or 0.0) if isinstance(run.start, datetime) else run.start


def fits(one: Pain, run: Run, end: Moment, settings: LoadSettings) -> bool:
    """Tell whether a score can be the answer: at an hour after the run, or on the next morning."""
    day = day_of(one.at)
    if one.when == "morning":
        return day_of(run.start) < day <= day_of(end) + timedelta(1)
    if one.when == "after60" and isinstance(one.at, datetime) and isinstance(end, datetime):
        since_end = (one.at - end) / timedelta(minutes=1)
        missing = settings.missing
        return one.at == run.start or missing.after60_from_min <= since_end <= missing.after60_to_min
    return True


def came_in_time(one: Pain, due: Moment, later: datetime | None, settings: LoadSettings) -> bool:
    """Tell whether an answer was entered before a later run began, and not long after it was due."""
    if one.entered is None:
        return True
    if later is not None and one.entered > later:
        return False
    grace = timedelta(hours=settings.edit.grace_h)
    if isinstance(due, datetime):
        return one.entered <= due + grace
    return not not_before(one.entered, due + timedelta(1) + grace)


def every_knee(answers: list[Pain], history: History) -> bool:
    """Tell whether the answers cover every knee that hurts."""
    if any(one.knee is None for one in answers):
        return True
    if not history.profile.knees:
        return bool(answers)
    return {one.knee for one in answers} >= set(history.profile.knees)


def after_corrections(entries: Iterable[Pain], grace_h: float) -> list[Pain]:
    """Drop scores that were corrected at once; one lowered later stays beside its correction (X5).

    Only the same question about the same run and knee corrects a score, and only by another score: taking it
    back erases nothing. The time counts from the first of a chain of corrections.
    """
    entries = list(entries)
    by_id = {one.id: one for one in entries if one.id is not None}
    dropped = set()
    for one in entries:
        chain = _chain(one, by_id)
        if len(chain) > 1 and one.score is not None and _within_grace(chain[-1], one, grace_h):
            dropped.add(chain[1].id)
    return [one for one in entries if one.id is None or one.id not in dropped]


def _chain(one: Pain, by_id: Mapping[str, Pain]) -> list[Pain]:
    """Follow what a score corrects back to the first; only itself where that goes in circles."""
    chain = [one]
    while (replaces := chain[-1].replaces) is not None:
        old = by_id.get(replaces)
        if old is None or (old.when, old.run, old.knee) != (one.when, one.run, one.knee):
            break
        if old in chain:
            return [one]
        chain.append(old)
    return chain


def _within_grace(first: Pain, new: Pain, grace_h: float) -> bool:
    before, after = first.entered or first.at, new.entered or new.at
    if isinstance(before, datetime) and isinstance(after, datetime):
        return timedelta() <= after - before <= timedelta(hours=grace_h)
    return day_of(before) == day_of(after)
