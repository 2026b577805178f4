"""The diary looked at entry by entry, and what an undo would take back; nothing is changed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.edit_values import editable
from pfp_sensors.actions.read_diary import has_diary
from pfp_sensors.actions.undo import Undone
from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.store.diary import StoredEntry

PAGE_ENTRIES: Final = 50
"""How many entries a page holds."""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries of a diary, those that took place last first.

    Attributes
    ----------
    number, pages
        Which page of how many, from 1; an empty diary has one.
    total
        Entries of all pages.
    """

    entries: tuple[StoredEntry, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One entry, and all that was ever said under its id.

    Attributes
    ----------
    values
        As the history file has them.
    keys
        Those that may be corrected; empty where the entry does not stand, or is changed in another way.
    versions
        The oldest first.
    """

    stored: StoredEntry
    values: Mapping[str, Any]
    keys: tuple[str, ...]
    versions: tuple[StoredEntry, ...]


def entry_page(home: Path, number: int = 1, kind: str | None = None) -> EntryPage:
    """List a page of the entries in every state.

    Parameters
    ----------
    number
        From 1; one beyond the last is the last.
    kind
        Only entries of this kind; None: of every kind.

    Raises
    ------
    UsageError
        If the home is a file.
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary_listing import count_all, list_all

    if not has_diary(home):
        return EntryPage((), 1, 1, 0)
    with contextlib.closing(open_diary(home)) as diary:
        total = count_all(diary, kind)
        pages = max(1, -(-total // PAGE_ENTRIES))
        shown = min(max(1, number), pages)
        entries = list_all(diary, kind=kind, limit=PAGE_ENTRIES, offset=(shown - 1) * PAGE_ENTRIES)
    return EntryPage(entries, shown, pages, total)


def look_at_entry(home: Path, entry_id: str) -> LookedAt:
    """Find an entry with its values.

    Raises
    ------
    UsageError
        If there is no such entry.
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import find_entry, list_versions
    from pfp_sensors.store.diary_documents import entry_values

    unknown = UsageError(f"The diary has no entry {entry_id!r}.", "`pfp edit` needs the id of one.")
    if not has_diary(home):
        raise unknown
    with contextlib.closing(open_diary(home)) as diary:
        found = find_entry(diary, entry_id)
        if found is None or isinstance(found.entry, Profile):
            raise unknown
        keys = editable(found.entry) if found.state == "current" else ()
        return LookedAt(found, entry_values(found.entry), keys, list_versions(diary, entry_id))


def what_undo_takes(home: Path, *, at: datetime) -> Undone | None:
    """Tell what `undo` would take back now; None where there is nothing.

    ``counts`` of an entry is whether it would keep counting: it was entered too long ago to be unsaid.

    Raises
    ------
    UsageError
        If the home is a file.
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_profile
    from pfp_sensors.store.diary_listing import read_last_act, read_profile_before

    if not has_diary(home):
        return None
    with contextlib.closing(open_diary(home)) as diary:
        done = read_last_act(diary, at=at)
        if done is None or done.what != "profile":
            return None if done is None else Undone(done.what, done.at, done.entries, done.act)
        now, before = read_profile(diary), read_profile_before(diary)
    names = (one.name for one in fields(Profile))
    changed = tuple(name for name in names if getattr(before, name) != getattr(now, name))
    return Undone(done.what, done.at, done.entries, done.act, changed)
