"""What may not be unsaid: evidence in an entry that stays evidence when it is edited or taken back late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pfp_sensors.errors import RefusedError
from pfp_sensors.model.diary import Checkin, Exercise, Pain, Run, Symptom
from pfp_sensors.store.diary_documents import kind_of
from pfp_sensors.store.diary_rows import entered_of, moment_of

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Entry, Moment

Evidence = dict[tuple[str, str | None, "Moment"], float]
"""How bad by what was asked, knee and moment."""

_CHECKIN_PAIN = ("stairs_pain", "walk_pain")


def grace_hours() -> float:
    """Read for how long a pain score may be lowered after it was entered (``edit.grace_h``), in hours."""
    from pfp_sensors.settings.load import load_load_settings

    return load_load_settings().edit.grace_h


def is_late(entry: Entry, at: datetime, grace_h: float | None) -> bool:
    """Tell whether an entry was entered longer ago than an edit may undo (load.md, X5).

    Parameters
    ----------
    entry
        What was entered.
    at
        The moment of the edit.
    grace_h
        Hours; None for what the settings say.
    """
    since = entered_of(entry) or moment_of(entry)
    if not isinstance(since, datetime):
        since = datetime.combine(since, time(), at.tzinfo)
    age = at - since
    return age > timedelta(0) and age > timedelta(hours=grace_hours() if grace_h is None else grace_h)


def evidence_of(entry: Entry) -> Evidence:
    """List what an entry says against more load: pain scores, and warning signs as 1."""
    moment, knee = moment_of(entry), getattr(entry, "knee", None)
    return {(name, knee, moment): float(score) for name, score in _scores(entry) if score is not None}


def _scores(entry: Entry) -> list[tuple[str, Any]]:
    if isinstance(entry, Pain):
        return [(entry.when, entry.score)]
    if isinstance(entry, Run):
        return list(entry.pain.items())
    if isinstance(entry, Exercise):
        return [("exercise", entry.pain)]
    if isinstance(entry, Symptom):
        return [(entry.kind, 1)]
    if isinstance(entry, Checkin):
        return [(name, entry.values.get(name)) for name in _CHECKIN_PAIN]
    return []


def is_weaker(new: Entry, old: Entry) -> bool:
    """Tell whether an entry says less against more load than the one that it stands for."""
    said = evidence_of(new)
    return any(said.get(key, -1.0) < score for key, score in evidence_of(old).items())


def refuse_late(entry: Entry) -> RefusedError:
    """Say that an entry's pain or warning sign stays as it was said.

    Returns
    -------
    RefusedError
        To be raised.
    """
    return RefusedError(
        f"The {kind_of(entry)} {entry.id} was entered too long ago: its pain or warning sign can be raised, "
        "but not be lowered, moved or removed.",
        "Enter how it is today as an entry of its own.",
    )


def with_own_pain(run: Run) -> tuple[Entry, ...]:
    """Split a run with scores in the short form of a file into the run and entries of pain.

    Scores of the next morning are of the day after the run.
    """
    if not run.pain:
        return (run,)
    day = run.start.date() if isinstance(run.start, datetime) else run.start
    scores = [
        Pain(
            when=when,
            score=score,
            at=_morning_after(day) if when == "morning" else run.start,
            run=run.id,
            entered=run.entered,
        )
        for when, score in run.pain.items()
    ]
    return (replace(run, pain={}), *scores)


def _morning_after(day: date) -> date:
    return day + timedelta(days=1)
