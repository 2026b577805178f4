"""A guided exercise session: which one it is now, and what of it was done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from pfp_sensors.load.comeback import find_comeback
from pfp_sensors.load.days import day_of, monday_of
from pfp_sensors.load.judge import judge
from pfp_sensors.load.programme import is_flare, is_held, is_paused, mobility_session, strength_session
from pfp_sensors.load.progress import exercise_progress, hurt_strongly, progress_of
from pfp_sensors.load.recovery import find_recovery
from pfp_sensors.load.seen import see
from pfp_sensors.model.diary import Exercise
from pfp_sensors.settings.exercises import load_exercises
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.diary import add_entries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pfp_sensors.load.programme import Session
    from pfp_sensors.load.progress import Progress
    from pfp_sensors.load.recovery import Recovery
    from pfp_sensors.load.session import SessionItem
    from pfp_sensors.model.diary import ExerciseKind, History, Knee
    from pfp_sensors.settings.exercise_book import BookExercise

SESSIONS_A_WEEK = 3


@dataclass(frozen=True, slots=True)
class Proposed:
    """The session that is due.

    Attributes
    ----------
    session
        None where there is none.
    held
        Whether it holds the gentlest exercises only.
    progress
        What may become harder or easier, and where sides differ.
    left_out
        Exercises that hurt strongly when they were last done.
    why_none
        Whether a clinician comes first, the start questions, or the gentlest exercises all hurt strongly.
    recovery
        The session done last, where the next one has to wait for another day.
    """

    session: Session | None
    held: bool
    progress: Progress
    left_out: tuple[BookExercise, ...] = ()
    why_none: Literal["refer", "needs_input", "too_painful"] | None = None
    recovery: Recovery | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What was done of a session.

    Attributes
    ----------
    sets
        Completed sets by exercise and side (None: both at once).
    pain, form_ok
        By exercise; absent where not answered.
    """

    sets: Mapping[tuple[str, Knee | None], int]
    pain: Mapping[str, int] = field(default_factory=dict)
    form_ok: Mapping[str, bool] = field(default_factory=dict)


def propose_session(history: History, at: datetime, *, short: bool = False) -> Proposed:
    """Choose the session that is due: the week's next strength session or, short, mobility and activation."""
    settings, book = load_load_settings(), load_exercises()
    recommendation, seen = judge(history, at, settings), see(history, at, settings)
    progress = progress_of(seen, recommendation, settings, book)
    held = is_held(recommendation) or is_flare(recommendation)
    if is_paused(recommendation):
        return Proposed(None, held, progress, why_none="refer")
    if recommendation.status == "needs_input":
        return Proposed(None, held, progress, why_none="needs_input")
    painful = hurt_strongly(seen, settings)
    if short:
        ran = any(day_of(run.start) == at.date() for run in history.runs)
        session = mobility_session(
            at.date(), history, recommendation, book, after_run=ran, too_painful=painful
        )
    else:
        session = strength_session(
            _number(history, at),
            at.date(),
            history,
            recommendation,
            book,
            blocks=("A",) if is_flare(recommendation) else None,  # within a day of a flare: load.md 9
            comeback=find_comeback(seen, settings),
            too_painful=painful,
        )
    recovery = find_recovery(seen.history, at.date(), settings, short=short)
    if recovery is not None and recovery.is_today:
        progress = replace(progress, ready=None)  # what was just done makes nothing harder on the same day
    left_out = progress.too_painful
    return Proposed(session, held, progress, left_out, None if session else "too_painful", recovery)


def progress_now(history: History, at: datetime) -> Progress:
    """Tell what the exercises that were done ask for next time."""
    settings = load_load_settings()
    return exercise_progress(history, judge(history, at, settings), settings, load_exercises())


def store_session(
    connection: sqlite3.Connection, session: Session, done: Done, *, at: datetime
) -> tuple[Exercise, ...]:
    """Store what was done, one entry by exercise and side, all of one session; empty where nothing was."""
    return store_items(connection, session.items, done, name=f"session-{at:%Y%m%d-%H%M%S}", at=at)


def stored_before(history: History, name: str) -> bool:
    """Tell whether a session of that name is in the diary."""
    return any(one.session == name for one in history.exercises)


def store_items(
    connection: sqlite3.Connection, items: Sequence[SessionItem], done: Done, *, name: str, at: datetime
) -> tuple[Exercise, ...]:
    """Store what was done of some exercises under the name of one session; otherwise as `store_session`."""
    entries = []
    for item in items:
        one = item.exercise
        kind: ExerciseKind = one.kind  # type: ignore[assignment]  # checked where the book is read
        for (exercise, side), sets in done.sets.items():
            if exercise == one.id and sets > 0:
                entries.append(
                    Exercise(
                        at=at,
                        kind=kind,
                        name=one.id,
                        pain=done.pain.get(one.id),
                        sets=None if item.minutes is not None else sets,
                        reps=item.reps,
                        hold_s=item.hold_s,
                        minutes=item.minutes,
                        side=side,
                        form_ok=done.form_ok.get(one.id),
                        session=name,
                    )
                )
    if entries:
        add_entries(connection, entries, at=at)
    return tuple(entries)


def _number(history: History, at: datetime) -> int:
    """Count on from the days with strength work in this week, round and round."""
    monday = monday_of(at.date())
    days = {day_of(one.at) for one in history.exercises if one.kind == "strength"}
    done = sum(monday <= day < min(monday + timedelta(7), at.date()) for day in days)
    return done % SESSIONS_A_WEEK + 1
