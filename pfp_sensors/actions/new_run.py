"""A run put into the diary under a short id of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from pfp_sensors.model.diary import Entry


def free_run_id(diary: sqlite3.Connection) -> str:
    """Give the next id that no run has ever had: ``r1``, ``r2`` and so on.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.store.diary import find_entry, list_entries

    number = len(list_entries(diary, kind="run")) + 1
    while find_entry(diary, f"r{number}") is not None:
        number += 1
    return f"r{number}"


def add_with_run_id(
    diary: sqlite3.Connection, entries_of: Callable[[str], Sequence[Entry]], *, at: datetime
) -> tuple[str, ...]:
    """Add a run, and what belongs to it, under a new id; again with the next one if another process took it.

    Parameters
    ----------
    diary
        From `open_diary`.
    entries_of
        Makes the entries, the run first, from its id.
    at
        Now.

    Returns
    -------
    tuple[str, ...]
        The id of each entry.

    Raises
    ------
    UsageError
        If an entry is not as it must be.
    PfpError
        If the diary cannot be written; then nothing has changed.
    """
    from pfp_sensors.store.diary import add_entries, find_entry

    while True:
        run_id = free_run_id(diary)
        try:
            return add_entries(diary, entries_of(run_id), at=at)
        except UsageError:
            if find_entry(diary, run_id) is None:  # it was not the id
                raise
