"""One entry of a diary, or its profile, as plain values and back: the same form for store and file.

The keys are those of the history file (docs/history-file.md). Times are ISO 8601 with offset, or a bare day.
What is unknown is left out or null, never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.diary import Checkin, Entry
from pfp_sensors.store.checkin_values import CHECKIN_CHECKS, checkin_arguments, checkin_values
from pfp_sensors.store.document_fields import read_fields, write_fields
from pfp_sensors.store.document_values import WrongValueError
from pfp_sensors.store.entry_tables import TABLES
from pfp_sensors.store.profile_documents import PROFILE_FIELDS, profile_from_values, profile_values

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "KINDS",
    "entry_from_values",
    "entry_keys",
    "entry_values",
    "kind_of",
    "profile_from_values",
    "profile_keys",
    "profile_values",
]

KINDS: Final = tuple(TABLES)
"""Names of the kinds of entries."""

_KIND_OF: Final = {table.model: kind for kind, table in TABLES.items()}


def kind_of(entry: Entry) -> str:
    """Name the kind of an entry: one of `KINDS`."""
    return _KIND_OF[type(entry)]


def entry_values(entry: Entry) -> dict[str, Any]:
    """Write an entry as plain values, ready for JSON, that can be read again.

    What is unknown is left out or null.

    Raises
    ------
    InputError
        If a value could not be read again, such as a time without offset.
    """
    kind = kind_of(entry)
    place = f"{kind} {entry.id}" if entry.id else kind
    try:
        found = write_fields(entry, TABLES[kind].fields)
        if isinstance(entry, Checkin):
            found |= checkin_values(entry)
    except WrongValueError as wrong:
        raise wrong.as_input_error(place) from None
    entry_from_values(kind, found, place)
    return found


def entry_from_values(kind: str, values: Mapping[str, Any], place: str) -> Entry:
    """Read an entry of one of `KINDS` from plain values; keys that nobody knows are passed over.

    Parameters
    ----------
    kind
        One of `KINDS`.
    values
        As `entry_values` or a history file has them.
    place
        Where they stand, for messages: such as ``history.json: runs[3]``.

    Raises
    ------
    InputError
        If a value is wrong or a needed one is missing: place, what was found, what was expected, what to do.
    """
    table = TABLES[kind]
    try:
        if not isinstance(values, dict):
            raise WrongValueError(values, "an object {...}", "Write the entry as an object.")
        found = read_fields(values, table.fields)
        if kind == "checkin":
            found = checkin_arguments(found, values)
        entry: Entry = table.model(**table.adjust(found))
    except WrongValueError as wrong:
        raise wrong.as_input_error(place) from None
    return entry


def entry_keys(kind: str) -> frozenset[str]:
    """Name the keys of an entry that mean something here."""
    answers = CHECKIN_CHECKS if kind == "checkin" else ()
    return frozenset((*(field.key for field in TABLES[kind].fields), *answers))


def profile_keys() -> frozenset[str]:
    """Name the keys of a profile that mean something here."""
    return frozenset(field.key for field in PROFILE_FIELDS)
