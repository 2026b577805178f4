"""Corrections: an entry is said anew, and what was said before is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import Pain
from pfp_sensors.store.database import changes, diary_path
from pfp_sensors.store.diary_acts import (
    act_to_go_on,
    insert_entries,
    mark_corrected,
    newest_row,
    point_to,
)
from pfp_sensors.store.diary_documents import kind_of
from pfp_sensors.store.diary_rows import (
    check_moment,
    entered_of,
    read_entry,
    stored_entry,
    with_entered,
)
from pfp_sensors.store.late_edits import is_late, is_weaker, refuse_late

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from pfp_sensors.model.diary import Entry


def correct_entry(
    connection: sqlite3.Connection, entry_id: str, entry: Entry, *, at: datetime, grace_h: float | None = None
) -> str:
    """Say an entry anew; the old one is kept.

    A pain score gets an id of its own and says which one it replaces; the rules decide which counts. Any
    other entry keeps its id, and when it was entered.

    Parameters
    ----------
    connection
        From `open_diary`.
    entry_id
        Of the entry as it stands.
    entry
        The whole entry as it shall be, of the same kind.
    at
        Now.
    grace_h
        For how long pain in another entry than a pain score may be lowered, in hours; None for what the
        settings say.

    Returns
    -------
    str
        The id of the new entry.

    Raises
    ------
    UsageError
        If there is no such entry, it does not stand any more, or it is of another kind.
    RefusedError
        If it would lower, move or remove pain or a warning sign in an entry made too long ago.
    InputError, PfpError
        If the diary cannot be read or written; then nothing has changed.
    """
    with changes(connection):
        return _correct(connection, entry_id, entry, at, grace_h, None)[0]


def correct_in_act(
    connection: sqlite3.Connection, entry_id: str, entry: Entry, *, at: datetime, act: int | None
) -> int:
    """Say an entry anew as a part of a larger act, which `withdraw_last` takes back as a whole.

    Each part is stored by itself: what is done stays done, whatever comes after it.

    Parameters
    ----------
    connection, entry_id, entry, at
        As of `correct_entry`, which says what is raised too.
    act
        What the part before it returned; None for the first. Where somebody did something else meanwhile,
        another act begins.

    Returns
    -------
    int
        The act that it became a part of.
    """
    with changes(connection):
        return _correct(connection, entry_id, entry, at, None, act)[1]


def _correct(
    connection: sqlite3.Connection,
    entry_id: str,
    entry: Entry,
    at: datetime,
    grace_h: float | None,
    act: int | None,
) -> tuple[str, int]:
    """Give the id of the new entry, and the act that it is a part of."""
    check_moment(at)
    row = _standing(connection, entry_id)
    old = read_entry(row, diary_path(connection))
    if kind_of(old) != kind_of(entry):
        raise UsageError(f"{entry_id} is a {kind_of(old)}, not a {kind_of(entry)}.", "Give its own values.")
    new = _anew(old, entry, at)
    if not isinstance(new, Pain) and is_weaker(new, old) and is_late(old, at, grace_h):
        raise refuse_late(old)
    whole = act_to_go_on(connection, "correct", at, act)
    mark_corrected(connection, row["seq"], still_counts=isinstance(new, Pain))
    name = insert_entries(connection, (new,), whole, at)[0]
    point_to(connection, row["seq"], whole)
    return name, whole


def _anew(old: Entry, entry: Entry, at: datetime) -> Entry:
    if isinstance(entry, Pain):
        return replace(entry, id=None, replaces=old.id, entered=at)
    named = replace(entry, id=str(old.id))
    since = entered_of(old)
    return named if since is None or entered_of(named) is not None else with_entered(named, since)


def _standing(connection: sqlite3.Connection, entry_id: str) -> sqlite3.Row:
    row = newest_row(connection, entry_id)
    if row is None:
        raise UsageError(
            f"The diary has no entry {entry_id}.", "Look its id up with `pfp runs` or `pfp show`."
        )
    found = stored_entry(connection, row)
    if found.state == "withdrawn":
        raise UsageError(f"{entry_id} was taken back.", "Enter it again instead.")
    if found.state == "corrected":
        raise UsageError(f"{entry_id} was corrected: {found.replaced_by} stands for it.", "Correct that one.")
    return row
