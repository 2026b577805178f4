"""The next run: the diary judged, the stage reviewed, and the limit that was issued kept."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import instant, known_by
from pfp_sensors.load.judge import judge
from pfp_sensors.load.overrides import with_overrides
from pfp_sensors.load.stage_review import review_stage
from pfp_sensors.model.diary import Cap, DiaryEvent
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.load.stage_review import StageReview
    from pfp_sensors.model.diary import Entry, History
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.load_rules import LoadSettings

PROGRAM: Final = "program"
"""Who stores what no person said."""

_ISSUED_WITH: Final = ("ok", "provisional")
_NOT_REVIEWED: Final = ("needs_input", "refer")


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer with what it was made from.

    Attributes
    ----------
    history
        The diary that was judged, with what was stored on the way.
    settings
        The numbers that were used.
    """

    recommendation: Recommendation
    history: History
    settings: LoadSettings


def judge_history(history: History, at: datetime, config: Path | None = None) -> Judged:
    """Judge a diary as it was at a moment; nothing is stored.

    Parameters
    ----------
    at
        With offset.
    config
        A file of settings to use in place of the shipped ones.

    Raises
    ------
    SettingsError
        If ``config`` has a wrong key or value.
    """
    settings = load_load_settings(config)
    return Judged(_labelled(judge(history, at, settings), history), history, settings)


def next_run(home: Path, at: datetime, config: Path | None = None) -> Judged:
    """Answer what the next run may be, and keep what the answer commits to.

    A stage that the review changes is stored, and so is the limit where a run is advised: a later run is
    judged by the limit that was in force. Asked again, the answer is the same and nothing more is stored.
    Where there is no diary, none is made.

    Parameters
    ----------
    home
        As from `home_folder`.
    at
        Now, with offset.
    config
        A file of settings to use in place of the shipped ones.

    Raises
    ------
    SettingsError
        If ``config`` has a wrong key or value.
    InputError, UsageError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.actions.read_diary import has_diary
    from pfp_sensors.model.diary import History
    from pfp_sensors.store.database import changes, open_diary
    from pfp_sensors.store.diary import read_history

    if not has_diary(home):
        return judge_history(History(), at, config)
    with contextlib.closing(open_diary(home)) as diary:
        judged = judge_history(read_history(diary), at, config)
        if _review(judged) is None and cap_to_issue(judged) is None:
            return judged
        with changes(diary):  # read again: another page or command may have stored the same meanwhile
            judged = _reviewed(diary, judge_history(read_history(diary), at, config))
            cap = cap_to_issue(judged)
            return judged if cap is None else replace(judged, history=_stored(diary, judged.history, cap, at))


def cap_to_issue(judged: Judged) -> Cap | None:
    """Tell the limit that an answer puts in force; None where it sets none, or that limit stands already."""
    answer, history = judged.recommendation, judged.history
    if answer.status not in _ISSUED_WITH or answer.next_run is None:
        return None
    if answer.dose_km is None and answer.dose_minutes is None:
        return None
    at = answer.as_of
    begun = [instant(run.start, at) for run in history.runs if known_by(run.start, at)]
    standing = [
        (instant(cap.at, at), place, cap)
        for place, cap in enumerate(history.caps)
        if known_by(cap.at, at) and (not begun or instant(cap.at, at) > max(begun))
    ]
    latest = max(standing)[2] if standing else None
    if latest is not None and (latest.km, latest.minutes) == (answer.dose_km, answer.dose_minutes):
        return None
    return Cap(at, answer.dose_km, answer.dose_minutes)


def _review(judged: Judged) -> DiaryEvent | None:
    """Tell the stage that the review asks for; None where it stays."""
    if judged.recommendation.status in _NOT_REVIEWED:
        return None
    at = judged.recommendation.as_of
    review = stage_asked_for(judged.history, at, judged.settings)
    if review.to is None:
        return None
    return DiaryEvent(at, "stage", review.to, by=PROGRAM, reason=review.reason, entered=at)


def stage_asked_for(history: History, at: datetime, settings: LoadSettings) -> StageReview:
    """Review the stage by the numbers that a clinician may have overruled."""
    return review_stage(history, at, with_overrides(settings, history, at).settings)


def _reviewed(diary: sqlite3.Connection, judged: Judged) -> Judged:
    """Store the stage that the review asks for, and judge with it."""
    event, at = _review(judged), judged.recommendation.as_of
    if event is None:
        return judged
    history = _stored(diary, judged.history, event, at)
    return Judged(_labelled(judge(history, at, judged.settings), history), history, judged.settings)


def _stored(diary: sqlite3.Connection, history: History, entry: Entry, at: datetime) -> History:
    from pfp_sensors.store.diary import add_entry

    name = add_entry(diary, entry, at=at)
    if isinstance(entry, Cap):
        return replace(history, caps=(*history.caps, replace(entry, id=name)))
    if isinstance(entry, DiaryEvent):
        return replace(history, events=(*history.events, replace(entry, id=name)))
    raise TypeError(f"The program issues no {type(entry).__name__}.")


def _labelled(answer: Recommendation, history: History) -> Recommendation:
    """Say how many of the runs were computed and not run."""
    synthetic = sum(run.synthetic is True for run in history.runs if known_by(run.start, answer.as_of))
    if not synthetic:
        return answer
    runs = "run is" if synthetic == 1 else "runs are"
    note = f"SYNTHETIC: {synthetic} {runs} computed by a program, not measured on a person."
    return replace(answer, notes=(*answer.notes, note))
