"""One row of the diary's database: an entry, when it came, and whether it still counts."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.diary import Cap, Pain, Run, Symptom
from pfp_sensors.store.database import diary_path
from pfp_sensors.store.diary_documents import entry_from_values, entry_values, kind_of

if TYPE_CHECKING:
    import sqlite3

    from pfp_sensors.model.diary import Entry, Moment, Profile

EntryState = Literal["current", "corrected", "withdrawn"]

LETTERS: Final = {
    "pain": "p",
    "symptom": "s",
    "exercise": "x",
    "checkin": "c",
    "score": "q",
    "cap": "l",
    "event": "e",
    "override": "o",
}
"""How the id of an entry begins; a run brings its own."""

COLUMNS: Final = "seq, id, kind, entered, document, act, state, counts, replaced_by"
"""What `read_entry` and `stored_entry` need of a row."""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as the diary keeps it.

    Attributes
    ----------
    id, kind
        Its name, and what it is: "run", "pain" ...; "profile" for a profile that was taken back.
    entry
        What was said.
    entered
        When it came into the diary; None: when it took place.
    state
        "corrected": another entry says it anew; "withdrawn": it was taken back.
    replaced_by
        Id of the entry that corrects it; a run keeps its id.
    counts
        Whether it is still judged by: a pain score taken back or corrected late does (load.md, X5).
    """

    id: str
    kind: str
    entry: Entry | Profile
    entered: datetime | None
    state: EntryState
    replaced_by: str | None
    counts: bool


def moment_of(entry: Entry) -> Moment:
    """Tell when an entry took place."""
    return entry.start if isinstance(entry, Run | Symptom) else entry.at


def entered_of(entry: Entry) -> datetime | None:
    """Tell when an entry was entered; a limit is entered when it is issued, so it does not say."""
    return None if isinstance(entry, Cap) else entry.entered


def with_entered(entry: Entry, at: datetime) -> Entry:
    """Say when an entry was entered where it does not say so itself."""
    if isinstance(entry, Cap) or entry.entered is not None:
        return entry
    return replace(entry, entered=at)


def check_moment(at: datetime) -> datetime:
    """Refuse a moment without an offset: nobody could tell later when that was.

    Raises
    ------
    UsageError
        If it has none.
    """
    if at.tzinfo is None:
        raise UsageError(
            f"The moment {at.isoformat()} has no offset from UTC.",
            f"Write it with one, such as {at.isoformat()}+01:00, or give the day alone.",
        )
    return at


def row_values(entry: Entry, entered: datetime | None) -> dict[str, Any]:
    """Give the columns of an entry that has its id.

    Raises
    ------
    UsageError
        If it has no id, or one of its moments has no offset.
    InputError
        If it could not be read again: a value that is out of its bounds.
    """
    if not entry.id:
        raise UsageError(f"A {kind_of(entry)} has no id.", "Give every run a name of its own.")
    moment = moment_of(entry)
    if isinstance(moment, datetime):
        check_moment(moment)
    values = entry_values(entry)
    entry_from_values(kind_of(entry), values, f"{kind_of(entry)} {entry.id}")
    return {
        "id": entry.id,
        "kind": kind_of(entry),
        "at": moment.isoformat(),
        "local_date": _day(moment).isoformat(),
        "entered": None if entered is None else check_moment(entered).isoformat(),
        "document": json.dumps(values, ensure_ascii=False, separators=(",", ":")),
        "sha256": entry.sha256 if isinstance(entry, Run) else None,
    }


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def read_entry(row: sqlite3.Row, place: str) -> Entry:
    """Read the entry of a row.

    A pain score that was taken back late and still counts replaces nothing: it and the score it once
    replaced both count.

    Raises
    ------
    InputError
        If the row holds something else than this program writes.
    """
    where = f"{place}, entry {row['id']}"
    try:
        values = json.loads(row["document"])
    except ValueError as error:
        raise InputError(f"{where} is damaged: {error}.", "Restore a backup (`pfp restore`).") from error
    entry = entry_from_values(row["kind"], values, where)
    if isinstance(entry, Pain) and entry.replaces is not None and row["state"] == "withdrawn":
        return replace(entry, replaces=None)
    return entry


def stored_entry(connection: sqlite3.Connection, row: sqlite3.Row) -> StoredEntry:
    """Read a row with what became of it.

    Raises
    ------
    InputError
        As `read_entry`.
    """
    newer = row["replaced_by"]
    if newer is not None:
        newer = connection.execute("SELECT id FROM entries WHERE seq = ?", (newer,)).fetchone()[0]
    return StoredEntry(
        id=row["id"],
        kind=row["kind"],
        entry=read_entry(row, diary_path(connection)),
        entered=None if row["entered"] is None else datetime.fromisoformat(row["entered"]),
        state=row["state"],
        replaced_by=newer,
        counts=bool(row["counts"]),
    )
