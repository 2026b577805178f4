"""All entries of the diary, one value corrected, and the last act taken back."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.edit_entry import edit_entry
from pfp_sensors.actions.entry_list import entry_page, look_at_entry, what_undo_takes
from pfp_sensors.actions.undo import Undone, undo
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of
from pfp_sensors.report import page
from pfp_sensors.report.entry_list_words import (
    KIND_WORDS,
    key_words,
    state_words,
    undo_words,
    value_words,
    when_words,
)
from pfp_sensors.report.entry_words import entry_words
from pfp_sensors.report.undone_text import undone_text
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.diary_rows import moment_of
from pfp_sensors.web.forms import needed
from pfp_sensors.web.pain import back_to, said_of
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from pfp_sensors.store.diary import StoredEntry
    from pfp_sensors.web.visit import Visit

_ENTRIES: Final = "/entries"
_NOT_SHOWN: Final = frozenset({"id", "entered", "sha256"})
"""Said elsewhere on the page, or of no use to a reader."""
_SAID_ABOVE: Final = {"override": {"key", "value"}, "event": {"kind", "value"}}
"""By kind of entry: what the first line says in words."""


def entries_page(visit: Visit) -> Page:
    """Show a page of the entries, and what would be taken back next."""
    kind = visit.fields.choice("kind", "Kind", KIND_WORDS) if visit.problem is None else None
    number = visit.fields.whole("page", "Page") if visit.problem is None else None
    found = entry_page(visit.home, number or 1, kind)
    last = what_undo_takes(visit.home, at=visit.at)
    return Page(
        "entries.html",
        {
            "days": [(day, [*map(_row, of_day)]) for day, of_day in groupby(found.entries, _day)],
            "found": found,
            "kind": kind or "",
            "kinds": [("", "all"), *KIND_WORDS.items()],
            "undo_lines": [] if last is None else undo_words(*_told(last)),
            "undo_of": "" if last is None else f"{last.act}",
        },
    )


def entry_shown(visit: Visit) -> Page:
    """Show one entry with what was ever said under its id, and the form that corrects a value."""
    entry_id = needed(visit.fields.text("id", "Entry"), "id", "The id of an entry")
    found = look_at_entry(visit.home, entry_id)
    stored = found.stored
    return Page(
        "entry.html",
        {
            "entry": _row(stored),
            "values": [
                (_label(key), _spaced(value_words(value)) if key == "name" else value_words(value))
                for key, value in found.values.items()
                if key not in _NOT_SHOWN | _SAID_ABOVE.get(stored.kind, set())
                and not isinstance(value, (dict, list, type(None)))
            ],
            "keys": [(key, _choice(key, found.values.get(key))) for key in found.keys],
            "versions": [_row(one) for one in found.versions] if len(found.versions) > 1 else [],
        },
    )


def correct(visit: Visit) -> GoTo:
    """Correct one value; raises as `edit_entry`."""
    fields = visit.fields
    entry_id = needed(fields.text("id", "Entry"), "id", "The id of an entry")
    allowed = look_at_entry(visit.home, entry_id).keys
    key = needed(fields.choice("key", "Which value", allowed), "key", "Which value")
    value = needed(fields.text("value", "What it shall be"), "value", "What it shall be")
    written = edit_entry(visit.home, entry_id, key, value, load_load_settings(), at=visit.at)
    return GoTo(_ENTRIES, said_of(written), undo=written.how != "known")


def take_back(visit: Visit) -> GoTo:
    """Take the last act back, and say what it was; raises as `undo`.

    Raises
    ------
    UsageError
        If the page showed another act as the last one: a second click, or something done elsewhere since.
    """
    shown = visit.fields.typed("undo_of")
    act = int(shown) if re.fullmatch(r"[0-9]{1,15}", shown) else None
    if shown:
        last = what_undo_takes(visit.home, at=visit.at)
        if last is None or last.act != act:
            raise UsageError(
                "What this page showed is not the last thing any more; nothing more was taken back.",
                "Below stands what is the last thing now.",
            )
    done = undo(visit.home, at=visit.at, act=act)
    what, _, entries, changed = (None, None, [], ()) if done is None else _told(done)
    stages = () if done is None else done.stages
    copies = () if done is None else done.copies
    return GoTo(back_to(visit), tuple(undone_text(what, entries, changed, stages, copies).splitlines()))


def _told(done: Undone) -> tuple[str, Any, list[Any], tuple[str, ...]]:
    entries = [(one.id, one.entry, one.counts) for one in done.entries]
    return done.what, done.at, entries, done.changed


def _row(one: StoredEntry) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": KIND_WORDS.get(one.kind, one.kind),
        "when": when_words(moment_of(one.entry)),  # type: ignore[arg-type]
        "what": entry_words(one.entry),
        "note": getattr(one.entry, "note", None) or "",
        "state": state_words(one.state, one.replaced_by, one.id, counts=one.counts),
        "stands": one.state == "current",
        "entered": "not known" if one.entered is None else when_words(one.entered),
        "is_run": one.kind == "run",
    }


def _day(one: StoredEntry) -> str:
    return page.moment_words(day_of(moment_of(one.entry)))  # type: ignore[arg-type]


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _label(key: str) -> str:
    return key_words(key).partition(":")[0]


def _choice(key: str, value: Any) -> str:
    return f"{key_words(key)} (now {value_words(value)[:60]})"


ROUTES = (
    get(_ENTRIES, entries_page),
    get(f"{_ENTRIES}/entry", entry_shown),
    post(f"{_ENTRIES}/entry", correct, entry_shown),
    post("/undo", take_back, entries_page),
)
