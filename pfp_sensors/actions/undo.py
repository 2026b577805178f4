"""The last entry taken back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pfp_sensors.actions.copies import remove_copies
from pfp_sensors.actions.import_parts import runs_of
from pfp_sensors.actions.read_diary import has_diary
from pfp_sensors.model.diary import DiaryEvent, Profile

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from pfp_sensors.store.diary import StoredEntry, Withdrawn


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: an "add", a "correct" or a "profile" of that moment, and its entries.

    ``act`` is its number. ``changed`` names the fields of the profile that are now as they were before.
    ``stages`` are those that the program had stored because of it, and that went with it. ``copies`` are the
    folders with copies of files that were brought in, which went too.
    """

    what: str
    at: datetime
    entries: tuple[StoredEntry, ...]
    act: int
    changed: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()


def undo(home: Path, *, at: datetime, act: int | None = None) -> Undone | None:
    """Take back what a person did to the diary last; it stays there, marked as taken back.

    A stage that the program stored after an act of the last ``edit.grace_h``, and would not have stored
    without it, goes too: a slip that is taken back lowers none.

    Parameters
    ----------
    home
        The folder of the person's own data; nothing is made.
    at
        Now.
    act
        The number of the act that is meant; None for whichever was last.

    Returns
    -------
    Undone or None
        None where there is nothing to take back.

    Raises
    ------
    RefusedError
        If a late undo would lower a pain score.
    UsageError
        If the home is a file, or another act than the one that is meant was the last.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.database import changes, open_diary
    from pfp_sensors.store.diary import read_profile, withdraw_last_act

    if not has_diary(home):
        return None
    with contextlib.closing(open_diary(home)) as diary, changes(diary):
        before = read_profile(diary)
        done = withdraw_last_act(diary, at=at, act=act)
        after = read_profile(diary)
        stages = () if done is None else _without_their_cause(diary, done, at)
    if done is None:
        return None
    names = (one.name for one in fields(Profile))
    changed = tuple(name for name in names if getattr(before, name) != getattr(after, name))
    copies = remove_copies(home, [one.entry for one in done.entries], runs_of(home))
    return Undone(done.what, done.at, done.entries, done.act, changed, stages, copies)


def _without_their_cause(diary: sqlite3.Connection, done: Withdrawn, at: datetime) -> tuple[str, ...]:
    """Withdraw the stages that were stored since and that nothing else asked for; tell which.

    Each is reviewed again as of its own moment, without what was taken back: days on which something hurt
    may have left the time that counts by now.
    """
    from pfp_sensors.actions.next_run import stage_asked_for
    from pfp_sensors.settings.load import load_load_settings
    from pfp_sensors.store.diary import read_history
    from pfp_sensors.store.diary_undo import stages_issued_since, withdraw_issued

    settings = load_load_settings()
    is_late = at - done.at > timedelta(hours=settings.edit.grace_h)
    if is_late or any(one.counts for one in done.entries):
        return ()
    stored = [(one.id, one.entry) for one in stages_issued_since(diary, done.act)]
    issued = {name: event for name, event in stored if isinstance(event, DiaryEvent)}
    history = read_history(diary)
    kept = [event for event in history.events if event.id not in issued]
    gone: list[str] = []
    for name, event in issued.items():
        if not isinstance(event.at, datetime):
            raise TypeError(f"A stage that the program stored has no moment: {event.at}.")
        review = stage_asked_for(replace(history, events=tuple(kept)), event.at, settings)
        if review.to is None:
            gone.append(name)
        else:
            kept.append(event)
    withdraw_issued(diary, gone)
    return tuple(str(issued[name].value) for name in gone)
