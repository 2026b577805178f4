"""Undo: take back what a person did last; it stays in the diary, marked as withdrawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pfp_sensors.model.diary import DiaryEvent, Pain
from pfp_sensors.store.database import changes, diary_path
from pfp_sensors.store.diary_acts import is_issued
from pfp_sensors.store.diary_documents import profile_from_values
from pfp_sensors.store.diary_rows import COLUMNS, StoredEntry, check_moment, read_entry, stored_entry
from pfp_sensors.store.late_edits import evidence_of, grace_hours, is_late, is_weaker, refuse_late

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken back: an "add", a "correct" or a "profile" of that moment, and its entries."""

    what: str
    at: datetime
    entries: tuple[StoredEntry, ...]


def withdraw_last(
    connection: sqlite3.Connection, *, at: datetime, grace_h: float | None = None
) -> StoredEntry | None:
    """Take back the last act of a person; tell its first entry, None where there is nothing to take back.

    As `withdraw_last_act`, which tells all entries of the act.
    """
    done = withdraw_last_act(connection, at=at, grace_h=grace_h)
    return None if done is None else done.entries[0]


def withdraw_last_act(
    connection: sqlite3.Connection, *, at: datetime, grace_h: float | None = None
) -> Withdrawn | None:
    """Take back the last act of a person: an addition, a batch, a correction, or a change of the profile.

    Limits that the program issued and a restored diary stay. A stage that it stored after an act of the last
    ``edit.grace_h`` goes with it, so that a slip taken back lowers none: the next review works it out from
    what stands. Of an entry that was made longer ago, pain scores and warning signs keep counting: its
    ``counts`` is then True (load.md, X5), and the stage stays.

    Parameters
    ----------
    connection
        From `open_diary`.
    at
        Now.
    grace_h
        Hours; None for what the settings say.

    Returns
    -------
    Withdrawn or None
        None where there is nothing to take back.

    Raises
    ------
    RefusedError
        If a late undo of a correction would lower a pain score; enter a new one.
    UsageError
        If the moment has no offset.
    InputError, PfpError
        If the diary cannot be read or written; then nothing has changed.
    """
    check_moment(at)
    with changes(connection):
        act = last_act_row(connection)
        if act is None:
            return None
        number = act["act"]
        connection.execute("UPDATE acts SET withdrawn_at = ? WHERE act = ?", (at.isoformat(), number))
        made = datetime.fromisoformat(act["at"])
        if act["what"] == "profile":
            return Withdrawn("profile", made, (_withdraw_profile(connection, number, made),))
        for row in _rows(connection, number):
            _withdraw(connection, row, at, grace_h)
        entries = tuple(stored_entry(connection, row) for row in _rows(connection, number))
        is_recent = at - made <= timedelta(hours=grace_hours() if grace_h is None else grace_h)
        if is_recent and not any(one.counts for one in entries):
            _withdraw_stages_since(connection, number)
    return Withdrawn(act["what"], made, entries)


def last_act_row(connection: sqlite3.Connection) -> sqlite3.Row | None:
    """Find the act that a person did last and that stands."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM acts WHERE withdrawn_at IS NULL AND what IN ('add', 'correct', 'profile') "
        "ORDER BY act DESC LIMIT 1"
    ).fetchone()
    return row


def _rows(connection: sqlite3.Connection, act: int) -> list[sqlite3.Row]:
    return connection.execute(f"SELECT {COLUMNS} FROM entries WHERE act = ? ORDER BY seq", (act,)).fetchall()


def _withdraw(connection: sqlite3.Connection, row: sqlite3.Row, at: datetime, grace_h: float | None) -> None:
    place = diary_path(connection)
    entry = read_entry(row, place)
    if is_issued(entry):
        return
    stays = bool(evidence_of(entry)) and is_late(entry, at, grace_h)
    old = connection.execute(
        f"SELECT {COLUMNS} FROM entries WHERE replaced_by = ? ORDER BY seq", (row["seq"],)
    ).fetchone()
    if old is not None and not isinstance(entry, Pain):
        if stays and is_weaker(read_entry(old, place), entry):
            raise refuse_late(entry)
        stays = False
    connection.execute(
        "UPDATE entries SET state = 'withdrawn', counts = ? WHERE seq = ?", (int(stays), row["seq"])
    )
    if old is not None:
        connection.execute(
            "UPDATE entries SET state = 'current', counts = 1, replaced_by = NULL WHERE seq = ?",
            (old["seq"],),
        )


def _withdraw_stages_since(connection: sqlite3.Connection, act: int) -> None:
    """Take back the stages that the program stored after an act: they were worked out with it."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM entries WHERE act > ? AND kind = 'event' AND counts = 1 "
        "AND act IN (SELECT act FROM acts WHERE what = 'issue') ORDER BY seq",
        (act,),
    ).fetchall()
    for row in rows:
        entry = read_entry(row, diary_path(connection))
        if isinstance(entry, DiaryEvent) and entry.kind == "stage":
            connection.execute(
                "UPDATE entries SET state = 'withdrawn', counts = 0 WHERE seq = ?", (row["seq"],)
            )


def _withdraw_profile(connection: sqlite3.Connection, act: int, made: datetime) -> StoredEntry:
    connection.execute("UPDATE profiles SET state = 'withdrawn' WHERE act = ?", (act,))
    row = connection.execute("SELECT document FROM profiles WHERE act = ?", (act,)).fetchone()
    profile = profile_from_values(json.loads(row["document"]), f"{diary_path(connection)}, profile")
    return StoredEntry("profile", "profile", profile, made, "withdrawn", None, counts=False)
