"""What the diary holds, to be looked at: every entry with what became of it, and what an undo would take."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from pfp_sensors.model.diary import Pain, Profile
from pfp_sensors.store.database import diary_path, in_plain_words
from pfp_sensors.store.diary_acts import is_issued
from pfp_sensors.store.diary_documents import profile_from_values
from pfp_sensors.store.diary_rows import COLUMNS, StoredEntry, stored_entry
from pfp_sensors.store.diary_undo import Withdrawn, last_act_row
from pfp_sensors.store.late_edits import evidence_of, is_late

if TYPE_CHECKING:
    import sqlite3


def list_all(
    connection: sqlite3.Connection, *, kind: str | None = None, limit: int, offset: int = 0
) -> tuple[StoredEntry, ...]:
    """List entries in every state, those that took place last first.

    Parameters
    ----------
    connection
        From `open_diary`.
    kind
        Only entries of this kind; None: of every kind.
    limit, offset
        How many, after so many.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    with in_plain_words(diary_path(connection)):
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM entries WHERE kind = ifnull(?, kind) "
            "ORDER BY local_date DESC, at DESC, seq DESC LIMIT ? OFFSET ?",
            (kind, limit, offset),
        ).fetchall()
        return tuple(stored_entry(connection, row) for row in rows)


def count_all(connection: sqlite3.Connection, kind: str | None = None) -> int:
    """Count the entries in every state; raises as `list_all`."""
    with in_plain_words(diary_path(connection)):
        found = connection.execute("SELECT count(*) FROM entries WHERE kind = ifnull(?, kind)", (kind,))
        return int(found.fetchone()[0])


def read_last_act(connection: sqlite3.Connection, *, at: datetime) -> Withdrawn | None:
    """Tell what `withdraw_last_act` would take back now; nothing is changed.

    Parameters
    ----------
    connection
        From `open_diary`.
    at
        Now.

    Returns
    -------
    Withdrawn or None
        Its entries as they stand; ``counts`` is whether they would keep counting. None where there is
        nothing to take back.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    with in_plain_words(diary_path(connection)):
        act = last_act_row(connection)
        if act is None:
            return None
        made = datetime.fromisoformat(act["at"])
        if act["what"] == "profile":
            profile = _profile_of(connection, act["act"])
            return Withdrawn("profile", made, (_entry_of(profile, made),), act["act"])
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM entries WHERE act = ? ORDER BY seq", (act["act"],)
        ).fetchall()
        found = (stored_entry(connection, row) for row in rows)
        entries = tuple(_as_withdrawn(one, act["what"], at) for one in found)
        return Withdrawn(act["what"], made, entries, act["act"])


def read_profile_before(connection: sqlite3.Connection) -> Profile:
    """Read the profile as it was before its last change; an empty one where there was none."""
    with in_plain_words(diary_path(connection)):
        row = connection.execute(
            "SELECT document FROM profiles WHERE state = 'current' ORDER BY version DESC LIMIT 1 OFFSET 1"
        ).fetchone()
    return Profile() if row is None else _read(connection, row)


def _as_withdrawn(one: StoredEntry, what: str, at: datetime) -> StoredEntry:
    """Tell how an entry would stand after the undo, as `withdraw_last_act` decides it."""
    if isinstance(one.entry, Profile) or is_issued(one.entry):
        return one
    stays = bool(evidence_of(one.entry)) and is_late(one.entry, at, None)
    stays = stays and (what != "correct" or isinstance(one.entry, Pain))
    return StoredEntry(one.id, one.kind, one.entry, one.entered, one.state, one.replaced_by, stays)


def _profile_of(connection: sqlite3.Connection, act: int) -> Profile:
    row = connection.execute("SELECT document FROM profiles WHERE act = ?", (act,)).fetchone()
    return _read(connection, row)


def _entry_of(profile: Profile, made: datetime) -> StoredEntry:
    return StoredEntry("profile", "profile", profile, made, "current", None, counts=False)


def _read(connection: sqlite3.Connection, row: sqlite3.Row) -> Profile:
    return profile_from_values(json.loads(row["document"]), f"{diary_path(connection)}, profile")
