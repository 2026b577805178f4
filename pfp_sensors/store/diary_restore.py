"""A whole diary from a `History`: what `pfp restore` does with a history file."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import Pain
from pfp_sensors.store.database import changes
from pfp_sensors.store.diary import PARTS, insert_profile
from pfp_sensors.store.diary_acts import insert_entries, new_act
from pfp_sensors.store.diary_rows import LETTERS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from pfp_sensors.model.diary import Entry, History


def is_empty(connection: sqlite3.Connection) -> bool:
    """Tell whether nothing that a person or the program entered stands in the diary."""
    found = connection.execute("SELECT 1 FROM acts WHERE withdrawn_at IS NULL LIMIT 1").fetchone()
    return found is None


def replace_history(
    connection: sqlite3.Connection, history: History, *, at: datetime, replace: bool = False
) -> int:
    """Fill an empty diary from a history, exactly: ids and times of entry stay, nothing is added.

    An entry without an id gets one. It cannot be undone by `withdraw_last`.

    Parameters
    ----------
    connection
        From `open_diary`.
    history
        As read from a file.
    at
        Now.
    replace
        Withdraw what stands in the diary first; it stays there, marked.

    Returns
    -------
    int
        How many entries it has.

    Raises
    ------
    UsageError
        If the diary is not empty, an id is there twice, or a moment has no offset.
    InputError, PfpError
        If a value is out of its bounds, or the diary cannot be written; then nothing has changed.
    """
    entries: list[Entry] = list(chain.from_iterable(getattr(history, part) for part in PARTS.values()))
    with changes(connection):
        if not is_empty(connection):
            if not replace:
                raise UsageError(
                    "The diary is not empty.",
                    "Back it up (pfp backup), then add --replace, which puts the file in its place.",
                )
            _withdraw_all(connection, at)
        act = new_act(connection, "restore", at)
        insert_profile(connection, history.profile, act)
        names = insert_entries(connection, entries, act, None)
        _continue_numbers(connection, names)
        _mark_replaced(connection, entries)
    return len(entries)


def _withdraw_all(connection: sqlite3.Connection, at: datetime) -> None:
    connection.execute("UPDATE acts SET withdrawn_at = ? WHERE withdrawn_at IS NULL", (at.isoformat(),))
    connection.execute("UPDATE entries SET state = 'withdrawn', counts = 0 WHERE counts = 1")
    connection.execute("UPDATE profiles SET state = 'withdrawn'")


def _continue_numbers(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    """Let numbers go on from the highest that is there, so that no id ever means two things."""
    for kind, letter in LETTERS.items():
        numbers = [int(name[1:]) for name in names if re.fullmatch(letter + "[1-9][0-9]{0,14}", name)]
        if numbers:
            connection.execute(
                "INSERT INTO numbers VALUES (?, ?) "
                "ON CONFLICT (kind) DO UPDATE SET last = max(last, excluded.last)",
                (kind, max(numbers)),
            )


def _mark_replaced(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Mark the pain scores that others of them correct; they go on counting."""
    connection.executemany(
        "UPDATE entries SET state = 'corrected', replaced_by = "
        "(SELECT seq FROM entries AS newer WHERE newer.id = :newer AND newer.counts = 1) "
        "WHERE id = :older AND counts = 1 AND kind = 'pain'",
        [
            {"newer": one.id, "older": one.replaces}
            for one in entries
            if isinstance(one, Pain) and one.id and one.replaces and one.replaces != one.id
        ],
    )
