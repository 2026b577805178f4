"""The entries of the diary that stand, with their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError
from pfp_sensors.model.diary import Profile
from pfp_sensors.model.written import Known

if TYPE_CHECKING:
    import sqlite3

    from pfp_sensors.model.diary import Entry


def standing_entries(diary: sqlite3.Connection, kind: str) -> tuple[Known, ...]:
    """List the entries of a kind that were neither corrected nor taken back, the oldest first.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.store.diary import list_entries

    found = list_entries(diary, kind=kind, newest_first=False)
    return tuple(Known(one.id, one.entry) for one in found if not isinstance(one.entry, Profile))


def read_back(diary: sqlite3.Connection, entry_id: str) -> Entry:
    """Read an entry as it was written just now.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read, or the entry is not in it.
    """
    from pfp_sensors.store.diary import find_entry

    found = find_entry(diary, entry_id)
    if found is None or isinstance(found.entry, Profile):
        raise InputError(f"{entry_id} was written, but is not in the diary.", "Run `pfp doctor`.")
    return found.entry
