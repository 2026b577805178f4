"""What is said after an act was taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.report.entry_words import entry_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.diary import Entry, Profile

_STILL_COUNTS = (
    "It was entered more than a day ago, so it keeps counting: an earlier bad day is never unsaid. Enter how "
    "it is today as an entry of its own."
)


def undone_text(what: str | None, entries: Sequence[tuple[str, Entry | Profile, bool]]) -> str:
    """Write what was taken back.

    Parameters
    ----------
    what
        "add", "correct" or "profile"; None where there was nothing to take back.
    entries
        Id, entry, and whether it still counts.
    """
    if what is None:
        return "There is nothing to take back.\n"
    lines = []
    for entry_id, entry, counts in entries:
        named = entry_words(entry) if what == "profile" else f"{entry_words(entry)} [{entry_id}]"
        said = "Correction taken back" if what == "correct" else "Taken back"
        lines.append(f"{said}: {named}.")
        lines += [_STILL_COUNTS] if counts else []
    if what == "correct":
        lines.append("The entry says again what it said before.")
    return "\n".join(lines) + "\n"
