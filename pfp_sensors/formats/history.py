"""A whole diary in one file, ``pfp.history/1``: read with care, written the same way every time.

Format: docs/history-file.md.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pfp_sensors.errors import InputError
from pfp_sensors.formats.strict_json import document_of_bytes
from pfp_sensors.model.diary import Entry, History, Run, Symptom
from pfp_sensors.store.diary_documents import (
    entry_from_values,
    entry_keys,
    entry_values,
    profile_from_values,
    profile_keys,
    profile_values,
)
from pfp_sensors.store.document_values import shown

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.diary import Moment

E = TypeVar("E", bound=Entry)

SCHEMA: Final = "pfp.history/1"

SECTIONS: Final = {
    "runs": "run",
    "pain": "pain",
    "symptoms": "symptom",
    "exercises": "exercise",
    "checkins": "checkin",
    "scores": "score",
    "caps": "cap",
    "events": "event",
    "overrides": "override",
}
"""Lists of a document, and the kind of their entries."""

_MAX_BYTES = 50_000_000
_MIGHT_BE_MEANT = 0.8
_ADVICE = "docs/history-file.md describes the file; `pfp export history` writes one."


def read_history_file(path: Path) -> History:
    """Read a history file.

    Raises
    ------
    InputError
        If it cannot be read, is not JSON, or says something wrong: file, place, found, expected, what to do.
    """
    return history_from_document(read_document(path), str(path))


def read_document(path: Path) -> Any:
    """Read a file as plain JSON values, in which each key stands once and every number is one.

    Raises
    ------
    InputError
        If that cannot be done.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        advice = "Check the name, and whether you may read it."
        raise InputError(f"{path}: the file cannot be read: {error.strerror}.", advice) from error
    if len(content) > _MAX_BYTES:
        limit = f"{_MAX_BYTES // 1_000_000} MB"
        raise InputError(f"{path}: found more than {limit}; expected a diary, which is far smaller.", _ADVICE)
    return document_of_bytes(content, str(path), _ADVICE)


def history_from_document(document: object, place: str) -> History:
    """Read a history from plain JSON values. Keys that nobody knows are passed over: see `unknown_keys`.

    Parameters
    ----------
    document
        As ``json.loads`` gives it.
    place
        Name of the file or whatever holds it, for messages.

    Raises
    ------
    InputError
        If anything is wrong, or two entries of a list have the same id.
    """
    values = _checked_document(document, place)
    parts: dict[str, tuple[Any, ...]] = {}
    for section, kind in SECTIONS.items():
        items = [] if values.get(section) is None else values[section]
        if not isinstance(items, list):
            raise InputError(f"{place}: {section}: found {shown(items)}; expected a list [...].", _ADVICE)
        entries = [entry_from_values(kind, item, f"{place}: {section}[{i}]") for i, item in enumerate(items)]
        _refuse_doubles(items, section, place)
        parts[section] = tuple(_named_apart(items, entries) if kind == "run" else entries)
    profile = profile_from_values(
        {} if values.get("profile") is None else values["profile"], f"{place}: profile"
    )
    return History(profile=profile, **parts)


def _checked_document(document: object, place: str) -> dict[str, Any]:
    """Check the frame: an object of this schema, without a list whose name is misspelt."""
    if not isinstance(document, dict):
        raise InputError(f"{place}: found no object; expected one that begins with {{.", _ADVICE)
    schema = document.get("schema")
    if schema != SCHEMA:
        raise InputError(
            f"{place}: schema: found {shown(schema)}; expected {shown(SCHEMA)}.",
            _other_schema(schema),
        )
    for key in document:
        meant = _section_meant(key)
        if meant:
            raise InputError(
                f"{place}: found the key {shown(key)}; expected `{meant}`.", f"Rename it `{meant}`."
            )
    return document


def _other_schema(schema: object) -> str:
    """Advise what to do with a document that is of another kind."""
    if isinstance(schema, str) and schema.startswith("pfp.history/"):
        return "It is of another version of this program; bring the program up to date."
    return f'Write "schema": "{SCHEMA}" into it if it is a history file. {_ADVICE}'


def _section_meant(key: str) -> str | None:
    """Find the list that a misspelt key stands for: its entries must not be passed over."""
    known = ("schema", "profile", *SECTIONS)
    if key in known:
        return None
    import difflib

    near = difflib.get_close_matches(key.strip().lower(), known, n=1, cutoff=_MIGHT_BE_MEANT)
    return near[0] if near else None


def _refuse_doubles(items: list[dict[str, Any]], section: str, place: str) -> None:
    """Refuse a list in which two entries have the same id."""
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        name = item.get("id")
        if name is None:
            continue
        if name in first:
            raise InputError(
                f"{place}: {section}[{index}].id: found {json.dumps(name)}, which {section}[{first[name]}] "
                "has too; expected an id of its own.",
                "Delete the double, or give it another id.",
            )
        first[name] = index


def _named_apart(items: list[dict[str, Any]], runs: list[Any]) -> list[Run]:
    """Tell runs without an id and of the same start apart, whatever their order in the file."""
    from dataclasses import replace

    unnamed = [index for index, item in enumerate(items) if item.get("id") is None]
    taken = {item["id"] for item in items if item.get("id") is not None}
    for index in sorted(unnamed, key=lambda index: json.dumps(items[index], sort_keys=True)):
        name, count = runs[index].id, 1
        while name in taken:
            count += 1
            name = f"{runs[index].id}-{count}"
        taken.add(name)
        runs[index] = runs[index] if count == 1 else replace(runs[index], id=name)
    return runs


def unknown_keys(document: object) -> tuple[str, ...]:
    """List the places of keys that were passed over, such as ``runs[3].kms``; names of check-ins are kept."""
    if not isinstance(document, dict):
        return ()
    found = [key for key in document if key not in ("schema", "profile", *SECTIONS)]
    profile = document.get("profile")
    if isinstance(profile, dict):
        found += [f"profile.{key}" for key in profile if key not in profile_keys()]
    for section, kind in SECTIONS.items():
        known, items = entry_keys(kind), document.get(section)
        if isinstance(items, list) and kind != "checkin":
            found += [
                f"{section}[{index}].{key}"
                for index, item in enumerate(items)
                if isinstance(item, dict)
                for key in item
                if key not in known
            ]
    return tuple(found)


def in_order(history: History) -> History:
    """Put each part in order of time, then of id: the order in which it is written."""
    return History(
        profile=history.profile,
        runs=_sorted(history.runs),
        pain=_sorted(history.pain),
        symptoms=_sorted(history.symptoms),
        exercises=_sorted(history.exercises),
        checkins=_sorted(history.checkins),
        scores=_sorted(history.scores),
        caps=_sorted(history.caps),
        events=_sorted(history.events),
        overrides=_sorted(history.overrides),
    )


def _sorted(entries: tuple[E, ...]) -> tuple[E, ...]:
    return tuple(entry for _, entry, _ in _rows(entries))


def _rows(entries: tuple[E, ...]) -> list[tuple[tuple[float, str, str], E, dict[str, Any]]]:
    """Write entries, in order of time, id and, for those without one, content."""
    rows = []
    for entry in entries:
        values = entry_values(entry)
        content = "" if entry.id else json.dumps(values, sort_keys=True)
        rows.append(((_instant(entry), entry.id or "", content), entry, values))
    return sorted(rows, key=lambda row: row[0])


def _instant(entry: Entry) -> float:
    """Tell when an entry took place, for the order only: a bare day as its midnight in UTC."""
    at: Moment = entry.start if isinstance(entry, Run | Symptom) else entry.at
    clock = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, tzinfo=UTC)
    return clock.timestamp()


def history_document(history: History) -> dict[str, Any]:
    """Write a history as plain JSON values, in order of time, nothing rounded.

    Raises
    ------
    InputError
        If an entry cannot be written: see `entry_values`.
    """
    document: dict[str, Any] = {"schema": SCHEMA, "profile": profile_values(history.profile)}
    for section in SECTIONS:
        document[section] = [values for _, _, values in _rows(getattr(history, section))]
    return document


def history_text(history: History) -> str:
    """Write a history as the text of a history file: one line for each entry, the same for the same diary."""
    document = history_document(history)
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            rows = ",\n".join(f"  {_compact(entry)}" for entry in value)
            lines.append(f" {_compact(key)}: [\n{rows}\n ]")
        else:
            lines.append(f" {_compact(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
