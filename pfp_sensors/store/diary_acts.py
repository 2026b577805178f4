"""How entries come into the diary: every change is an act, and nothing that was said is removed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import Cap, DiaryEvent, Run
from pfp_sensors.store.diary_documents import kind_of
from pfp_sensors.store.diary_rows import COLUMNS, LETTERS, check_moment, entered_of, row_values

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from pfp_sensors.model.diary import Entry

What = Literal["add", "issue", "correct", "profile", "restore"]

_INSERT = (
    "INSERT INTO entries (id, kind, at, local_date, entered, document, sha256, act, state, counts) VALUES "
    "(:id, :kind, :at, :local_date, :entered, :document, :sha256, :act, 'current', 1)"
)


def new_act(connection: sqlite3.Connection, what: What, at: datetime) -> int:
    """Begin an act inside of `changes`, and give its number.

    Raises
    ------
    UsageError
        If the moment has no offset.
    """
    values = (check_moment(at).isoformat(), what)
    number = connection.execute("INSERT INTO acts (at, what) VALUES (?, ?)", values).lastrowid
    assert number is not None
    return number


def act_to_go_on(connection: sqlite3.Connection, what: What, at: datetime, act: int | None) -> int:
    """Go on with an act of before where nothing came after it and it stands; else begin one as `new_act`.

    Two acts never mix: what one corrected, the other could not take back.
    """
    last = connection.execute("SELECT act, withdrawn_at FROM acts ORDER BY act DESC LIMIT 1").fetchone()
    if act is not None and last is not None and last["act"] == act and last["withdrawn_at"] is None:
        return act
    return new_act(connection, what, at)


def is_issued(entry: Entry) -> bool:
    """Tell whether the program itself says this: a limit, or a change that nobody made."""
    return isinstance(entry, Cap) or (isinstance(entry, DiaryEvent) and entry.by == "program")


def what_adding_is(entries: Sequence[Entry]) -> What:
    """Tell whether a person adds these, or the program issues them: only the first can be undone."""
    return "issue" if all(is_issued(one) for one in entries) else "add"


def insert_entries(
    connection: sqlite3.Connection, entries: Sequence[Entry], act: int, cap_entered: datetime | None
) -> tuple[str, ...]:
    """Write entries as they are, naming those without an id; inside of `changes`.

    Parameters
    ----------
    connection
        From `open_diary`.
    entries
        With ``entered`` as it shall be.
    act
        From `new_act`.
    cap_entered
        When limits were issued, which do not say it themselves.

    Returns
    -------
    tuple[str, ...]
        Their ids, in order.

    Raises
    ------
    UsageError
        If an id is taken or missing, or a moment has no offset.
    """
    named = _named(connection, entries)
    rows = [
        {**row_values(one, cap_entered if isinstance(one, Cap) else entered_of(one)), "act": act}
        for one in named
    ]
    connection.executemany(_INSERT, rows)
    return tuple(row["id"] for row in rows)


def _named(connection: sqlite3.Connection, entries: Sequence[Entry]) -> list[Entry]:
    """Give ids to entries without one, and refuse ids that are taken."""
    given: set[str] = set()
    for one in entries:
        if not one.id:
            continue
        if one.id in given or _counting(connection, one.id):
            raise UsageError(
                f"The diary has an entry {one.id} already.",
                "Correct that one (`pfp edit`), or give another id.",
            )
        given.add(one.id)
    numbers = {str(row["kind"]): int(row["last"]) for row in connection.execute("SELECT * FROM numbers")}
    named = [
        one if one.id or isinstance(one, Run) else _with_id(connection, one, numbers, given)
        for one in entries
    ]
    connection.executemany("INSERT OR REPLACE INTO numbers (kind, last) VALUES (?, ?)", numbers.items())
    return named


def _with_id(connection: sqlite3.Connection, entry: Entry, numbers: dict[str, int], given: set[str]) -> Entry:
    kind = kind_of(entry)
    while True:
        numbers[kind] = numbers.get(kind, 0) + 1
        name = f"{LETTERS[kind]}{numbers[kind]}"
        if name not in given and newest_row(connection, name) is None:
            return replace(entry, id=name)


def _counting(connection: sqlite3.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM entries WHERE id = ? AND counts = 1", (name,)).fetchone()
    return found is not None


def newest_row(connection: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    """Find the row of an id: the one that is current, else the newest."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM entries WHERE id = ? ORDER BY state = 'current' DESC, seq DESC LIMIT 1",
        (name,),
    )
    row: sqlite3.Row | None = rows.fetchone()
    return row


def mark_corrected(connection: sqlite3.Connection, old: int, *, still_counts: bool) -> None:
    """Mark a row as said anew; inside of `changes`, before the row that corrects it is written."""
    connection.execute(
        "UPDATE entries SET state = 'corrected', counts = ? WHERE seq = ?", (int(still_counts), old)
    )


def point_to(connection: sqlite3.Connection, old: int, act: int) -> None:
    """Say which row corrects an old one: the newest of the act; inside of `changes`."""
    connection.execute(
        "UPDATE entries SET replaced_by = (SELECT max(seq) FROM entries WHERE act = ?) WHERE seq = ?",
        (act, old),
    )
