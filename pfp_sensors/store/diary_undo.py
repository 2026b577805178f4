"""Undo: take back what a person did last; it stays in the diary, marked as withdrawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import DiaryEvent, Pain
from pfp_sensors.store.database import changes, diary_path, in_plain_words
from pfp_sensors.store.diary_acts import is_issued
from pfp_sensors.store.diary_documents import profile_from_values
from pfp_sensors.store.diary_rows import COLUMNS, StoredEntry, check_moment, read_entry, stored_entry
from pfp_sensors.store.late_edits import evidence_of, is_late, is_weaker, refuse_late

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken back: an "add", a "correct" or a "profile" of that moment, and its entries.

    ``act`` is its number.
    """

    what: str
    at: datetime
    entries: tuple[StoredEntry, ...]
    act: int


def withdraw_last(
    connection: sqlite3.Connection, *, at: datetime, grace_h: float | None = None
) -> StoredEntry | None:
    """Take back the last act of a person; tell its first entry, None where there is nothing to take back.

    As `withdraw_last_act`, which tells all entries of the act.
    """
    done = withdraw_last_act(connection, at=at, grace_h=grace_h)
    return None if done is None else done.entries[0]


def withdraw_last_act(
    connection: sqlite3.Connection, *, at: datetime, grace_h: float | None = None, act: int | None = None
) -> Withdrawn | None:
    """Take back the last act of a person: an addition, a batch, a correction, or a change of the profile.

    What the program issued itself (limits, changes of stage) and a restored diary stay. Of an entry that
    was made longer ago than ``edit.grace_h``, pain scores and warning signs keep counting: its ``counts``
    is then True (load.md, X5).

    Parameters
    ----------
    connection
        From `open_diary`.
    at
        Now.
    grace_h
        Hours; None for what the settings say.
    act
        The number of the act that is meant; None for whichever was last.

    Returns
    -------
    Withdrawn or None
        None where there is nothing to take back.

    Raises
    ------
    RefusedError
        If a late undo of a correction would lower a pain score; enter a new one.
    UsageError
        If the moment has no offset, or another act than the one that is meant was the last.
    InputError, PfpError
        If the diary cannot be read or written; then nothing has changed.
    """
    check_moment(at)
    with changes(connection):
        last = last_act_row(connection)
        if act is not None and (last is None or last["act"] != act):
            raise UsageError(
                "What was to be taken back is not the last thing any more; nothing was taken back.",
                "`pfp undo` takes back what is the last thing now.",
            )
        if last is None:
            return None
        number = last["act"]
        connection.execute("UPDATE acts SET withdrawn_at = ? WHERE act = ?", (at.isoformat(), number))
        made = datetime.fromisoformat(last["at"])
        if last["what"] == "profile":
            return Withdrawn("profile", made, (_withdraw_profile(connection, number, made),), number)
        for row in _rows(connection, number):
            _withdraw(connection, row, at, grace_h)
        entries = tuple(stored_entry(connection, row) for row in _rows(connection, number))
    return Withdrawn(last["what"], made, entries, number)


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


def stages_issued_since(connection: sqlite3.Connection, act: int) -> tuple[StoredEntry, ...]:
    """List the stages that the program stored after an act and that count, the first one first.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    with in_plain_words(diary_path(connection)):
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM entries WHERE act > ? AND kind = 'event' AND counts = 1 "
            "AND act IN (SELECT act FROM acts WHERE what = 'issue') ORDER BY seq",
            (act,),
        ).fetchall()
        found = tuple(stored_entry(connection, row) for row in rows)
    return tuple(one for one in found if isinstance(one.entry, DiaryEvent) and one.entry.kind == "stage")


def withdraw_issued(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Mark entries that the program issued as withdrawn; they stay in the diary.

    Raises
    ------
    PfpError
        If the diary cannot be written.
    """
    with changes(connection):
        for name in ids:
            connection.execute("UPDATE entries SET state = 'withdrawn', counts = 0 WHERE id = ?", (name,))


def _withdraw_profile(connection: sqlite3.Connection, act: int, made: datetime) -> StoredEntry:
    connection.execute("UPDATE profiles SET state = 'withdrawn' WHERE act = ?", (act,))
    row = connection.execute("SELECT document FROM profiles WHERE act = ?", (act,)).fetchone()
    profile = profile_from_values(json.loads(row["document"]), f"{diary_path(connection)}, profile")
    return StoredEntry("profile", "profile", profile, made, "withdrawn", None, counts=False)
