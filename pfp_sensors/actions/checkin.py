"""The short daily or weekly check-in: answers into the diary, and notes on daily life that limit nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.add_pain import pain_cautions
from pfp_sensors.actions.entry_days import moment_on
from pfp_sensors.actions.entry_ranges import check_range, check_scale
from pfp_sensors.actions.overrule import open_red_flags
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of
from pfp_sensors.load.life_notes import life_notes
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS, Checkin, Pain, Symptom
from pfp_sensors.model.written import Written
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.diary import add_entries, correct_entry, read_history

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import date

    from pfp_sensors.model.diary import Entry, History, Knee
    from pfp_sensors.model.written import Caution

SCALES: Final = ("stairs_pain", "walk_pain", "sleep_quality", "stress", "mood")
"""Answers from 0 to 10."""

DAILY_PAIN: Final = ("stairs_pain", "walk_pain")
"""Those of them that are pain."""

RANGES: Final[Mapping[str, tuple[float, float, str]]] = {
    "sitting_h": (0, 24, "hours"),
    "breaks": (0, 100, ""),
    "sleep_h": (0, 24, "hours"),
    "protein_g": (0, 1000, "g"),
    "mass_kg": (20, 300, "kg"),
}
"""Other numbers: lowest, highest, unit."""

_DAYS_LOOKED_AT: Final = 7


@dataclass(frozen=True, slots=True)
class CheckinAnswers:
    """What was answered; what was skipped is absent.

    Attributes
    ----------
    pain
        Worst pain of the day: one score for every knee that hurts, or scores by knee.
    values
        By the names of `Checkin`.
    signs
        Warning signs and red flags that are new.
    over
        Warning signs that are over, by kind.
    """

    pain: int | Mapping[Knee, int] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    signs: tuple[str, ...] = ()
    over: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was answered."""
        return not (self.pain is not None and self.pain != {}) and not (
            self.values or self.signs or self.over
        )


@dataclass(frozen=True, slots=True)
class CheckinOutcome:
    """What was stored, and what it says.

    Attributes
    ----------
    notes
        On daily life, for information only.
    red_flags
        Those nobody has cleared.
    unscored_pain
        Pain on stairs or after a walk above what is calm, where the day has no score of its own; else None.
    said
        Pain and warning signs of which there is something to say.
    """

    day: date
    stored: tuple[Entry, ...]
    notes: tuple[str, ...]
    red_flags: tuple[str, ...]
    unscored_pain: int | None = None
    said: tuple[Written, ...] = ()


def store_checkin(
    connection: sqlite3.Connection, answers: CheckinAnswers, *, at: datetime, day: date | None = None
) -> CheckinOutcome:
    """Store answers; no limit changes by those on daily life.

    Parameters
    ----------
    answers
        At least one.
    at
        Now, where the person is.
    day
        The day that they are about; None for today.

    Raises
    ------
    UsageError
        If nothing was answered, a value is out of range, or a sign is unknown or not there to end.
    """
    if answers.is_empty:
        raise UsageError("Nothing was answered, so nothing was stored.", "See `pfp checkin --help`.")
    history, moment = read_history(connection), moment_on(day, at)
    _check(answers)
    ending = _ending(history, answers.over, day_of(moment))
    known = {one.kind for one in ongoing(history)} | set(open_red_flags(history, at))
    entries: list[Entry] = [Symptom(kind, moment) for kind in answers.signs if kind not in known]
    entries += _pains(answers.pain, history, moment)
    if answers.values:
        entries.append(Checkin(moment, dict(answers.values)))
    add_entries(connection, entries, at=at)
    for symptom in ending:
        over = replace(symptom, end=day_of(moment), end_entered=at)
        correct_entry(connection, symptom.id or "", over, at=at)
        entries.append(over)
    history, today = read_history(connection), day_of(moment)
    return CheckinOutcome(
        today,
        tuple(entries),
        notes_on(history, today),
        open_red_flags(history, at),
        _unscored_pain(answers.values, history, today),
        _said(entries, history, at),
    )


def _said(entries: list[Entry], history: History, at: datetime) -> tuple[Written, ...]:
    """Give the pain and the new warning signs, each with what is to be said of it."""
    settings = load_load_settings()
    found = []
    for entry in entries:
        cautions: tuple[Caution, ...] = ()
        if isinstance(entry, Pain):
            cautions = pain_cautions(entry, None, history, settings, at=at)
        elif isinstance(entry, Symptom) and entry.kind in AMBER_KINDS and entry.end is None:
            cautions = ("warning_sign",)
        if cautions:
            found.append(Written(entry.id or "", entry, cautions=cautions))
    return tuple(found)


def ongoing(history: History) -> tuple[Symptom, ...]:
    """List the warning signs that are not over."""
    return tuple(one for one in history.symptoms if one.kind in AMBER_KINDS and one.end is None)


def notes_on(history: History, today: date) -> tuple[str, ...]:
    """Say what the check-ins of the last seven days show (load.md 10, L1-L5)."""
    since = today - timedelta(_DAYS_LOOKED_AT - 1)
    return tuple(note.text for note in life_notes(history, (since,), today, load_load_settings().life))


def _unscored_pain(values: Mapping[str, Any], history: History, day: date) -> int | None:
    """Give the worse pain on stairs or after a walk, where only a score of the day could reach the limits."""
    scores: list[int] = [values[name] for name in DAILY_PAIN if values.get(name) is not None]
    if not scores or max(scores) <= load_load_settings().first.calm_above:
        return None
    scored = any(
        one.when == "day" and one.score is not None and day_of(one.at) == day for one in history.pain
    )
    return None if scored else max(scores)


def _pains(pain: int | Mapping[Knee, int] | None, history: History, moment: datetime | date) -> list[Pain]:
    """Make one score by knee; one number without a single knee that hurts is for every one."""
    if pain is None:
        return []
    if not isinstance(pain, int):
        return [Pain("day", score, moment, knee) for knee, score in pain.items()]
    knees = history.profile.knees
    return [Pain("day", pain, moment, knees[0] if len(knees) == 1 else None)]


def _ending(history: History, kinds: tuple[str, ...], day: date) -> list[Symptom]:
    found = [one for one in ongoing(history) if one.kind in kinds]
    for kind in kinds:
        if kind not in {one.kind for one in found}:
            raise UsageError(f"The diary has no `{kind}` that goes on.", "Only a warning sign can be over.")
    early = next((one for one in found if day_of(one.start) > day), None)
    if early is not None:
        raise UsageError(f"`{early.kind}` began after {day}.", "Give a later --date.")
    return found


def _check(answers: CheckinAnswers) -> None:
    scores = answers.pain.values() if not isinstance(answers.pain, int | None) else [answers.pain]
    for score in scores:
        check_scale(score, "pain")
    for name in SCALES:
        check_scale(answers.values.get(name), name)
    for name, (low, high, unit) in RANGES.items():
        check_range(answers.values.get(name), name, low, high, unit)
    for kind in answers.signs:
        if kind not in AMBER_KINDS and kind not in RED_KINDS:
            raise UsageError(
                f"There is no sign `{kind}`.", f"Give any of {', '.join((*AMBER_KINDS, *RED_KINDS))}."
            )
