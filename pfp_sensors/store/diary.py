"""The diary: what a person says, kept for ever; corrections and undo mark the old entry, and add the new.

Functions over the connection of `store.database.open_diary`.
"""

from __future__ import annotations

import contextlib
import json
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.diary import History, Profile, Run
from pfp_sensors.store.database import changes, diary_path, in_plain_words
from pfp_sensors.store.diary_acts import (
    insert_entries,
    new_act,
    newest_row,
    what_adding_is,
)
from pfp_sensors.store.diary_documents import profile_from_values, profile_values
from pfp_sensors.store.diary_edits import correct_entry
from pfp_sensors.store.diary_rows import (
    COLUMNS,
    StoredEntry,
    check_moment,
    read_entry,
    stored_entry,
    with_entered,
)
from pfp_sensors.store.diary_undo import Withdrawn, withdraw_last, withdraw_last_act
from pfp_sensors.store.late_edits import with_own_pain

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pfp_sensors.model.diary import Entry

__all__ = [
    "StoredEntry",
    "Withdrawn",
    "add_entries",
    "add_entry",
    "correct_entry",
    "find_entry",
    "find_run_by_sha256",
    "list_entries",
    "list_versions",
    "put_profile",
    "read_history",
    "read_profile",
    "withdraw_last",
    "withdraw_last_act",
]

PARTS: Final = {
    "run": "runs",
    "pain": "pain",
    "symptom": "symptoms",
    "exercise": "exercises",
    "checkin": "checkins",
    "score": "scores",
    "cap": "caps",
    "event": "events",
    "override": "overrides",
}
"""Which part of a `History` an entry belongs to."""

_BY_TIME: Final = "local_date {0}, at {0}, seq {0}"


def add_entry(connection: sqlite3.Connection, entry: Entry, *, at: datetime) -> str:
    """Add one entry and give its id; as `add_entries`."""
    return add_entries(connection, (entry,), at=at)[0]


def add_entries(connection: sqlite3.Connection, entries: Sequence[Entry], *, at: datetime) -> tuple[str, ...]:
    """Add entries, all or none, as one act that `withdraw_last` takes back as a whole.

    A run with pain in the short form of a file becomes a run and entries of pain.

    Parameters
    ----------
    connection
        From `open_diary`.
    entries
        A run has its own id; others without one get one, such as "p12".
    at
        Now; it becomes ``entered`` where an entry does not say when it was entered.

    Returns
    -------
    tuple[str, ...]
        One id for each entry, in order.

    Raises
    ------
    UsageError
        If an id is taken, or a moment has no offset.
    PfpError
        If the diary cannot be written; then nothing has changed.
    """
    split = [with_own_pain(one) if isinstance(one, Run) else (one,) for one in entries]
    flat = [with_entered(one, check_moment(at)) for group in split for one in group]
    if not flat:
        return ()
    with changes(connection):
        act = new_act(connection, what_adding_is(flat), at)
        names = insert_entries(connection, flat, act, at)
    firsts = accumulate((len(group) for group in split[:-1]), initial=0)
    return tuple(names[first] for first in firsts)


def read_history(connection: sqlite3.Connection) -> History:
    """Read what counts now, each part in order of its days.

    A pain score that was corrected is there with the one that replaces it: the rules need both.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    place = diary_path(connection)
    parts: dict[str, list[Any]] = {part: [] for part in PARTS.values()}
    with _at_one_moment(connection):
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM entries WHERE counts = 1 ORDER BY {_BY_TIME.format('ASC')}"
        )
        for row in rows:
            parts[PARTS[row["kind"]]].append(read_entry(row, place))
        profile = read_profile(connection)
    return History(profile=profile, **{part: tuple(found) for part, found in parts.items()})


def read_profile(connection: sqlite3.Connection) -> Profile:
    """Read the profile as it stands; an empty one where nobody has set it.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    place = diary_path(connection)
    with in_plain_words(place):
        row = connection.execute(
            "SELECT document FROM profiles WHERE state = 'current' ORDER BY version DESC LIMIT 1"
        ).fetchone()
    return Profile() if row is None else profile_from_values(json.loads(row["document"]), f"{place}, profile")


def put_profile(connection: sqlite3.Connection, profile: Profile, *, at: datetime) -> None:
    """Make this the profile; the old ones are kept.

    Raises
    ------
    UsageError
        If the moment has no offset.
    PfpError
        If the diary cannot be written; then nothing has changed.
    """
    with changes(connection):
        insert_profile(connection, profile, new_act(connection, "profile", at))


def insert_profile(connection: sqlite3.Connection, profile: Profile, act: int) -> None:
    """Write a version of the profile inside of `changes`."""
    document = json.dumps(profile_values(profile), ensure_ascii=False, separators=(",", ":"))
    connection.execute(
        "INSERT INTO profiles (document, act, state) VALUES (?, ?, 'current')", (document, act)
    )


def find_entry(connection: sqlite3.Connection, entry_id: str) -> StoredEntry | None:
    """Find an entry by its id as it stands, or its newest version; None where there is none.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    with in_plain_words(diary_path(connection)):
        row = newest_row(connection, entry_id)
        return None if row is None else stored_entry(connection, row)


def find_run_by_sha256(connection: sqlite3.Connection, sha256: str) -> Run | None:
    """Find the run that was read from a recording or a watch's file; None where it is new or was taken back.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    place = diary_path(connection)
    with in_plain_words(place):
        row = connection.execute(
            f"SELECT {COLUMNS} FROM entries WHERE counts = 1 AND "
            "(sha256 = :sha OR (kind = 'run' AND json_extract(document, '$.watch_sha256') = :sha)) "
            "ORDER BY seq LIMIT 1",
            {"sha": sha256},
        ).fetchone()
    run = None if row is None else read_entry(row, place)
    return run if isinstance(run, Run) else None


def list_entries(
    connection: sqlite3.Connection,
    *,
    kind: str | None = None,
    newest_first: bool = True,
    limit: int | None = None,
) -> tuple[StoredEntry, ...]:
    """List the entries that stand, in order of when they took place.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    order = _BY_TIME.format("DESC" if newest_first else "ASC")
    with in_plain_words(diary_path(connection)):
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM entries WHERE state = 'current' AND kind = ifnull(?, kind) "
            f"ORDER BY {order} LIMIT ?",
            (kind, -1 if limit is None else limit),
        )
        return tuple(stored_entry(connection, row) for row in rows)


def list_versions(connection: sqlite3.Connection, entry_id: str) -> tuple[StoredEntry, ...]:
    """List all that was ever said under an id, the oldest first.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    with in_plain_words(diary_path(connection)):
        rows = connection.execute(f"SELECT {COLUMNS} FROM entries WHERE id = ? ORDER BY seq", (entry_id,))
        return tuple(stored_entry(connection, row) for row in rows)


@contextlib.contextmanager
def _at_one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Read several things as they are at one moment, whoever is writing."""
    with in_plain_words(diary_path(connection)):
        if connection.in_transaction:
            yield
            return
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")
