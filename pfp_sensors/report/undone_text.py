"""What is said after an act was taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.model.diary import RED_KINDS, Symptom
from pfp_sensors.report import page
from pfp_sensors.report.entry_words import entry_words
from pfp_sensors.report.setup_text import OPEN_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.model.diary import Entry, Profile

_STILL_COUNTS = (
    "It was entered more than a day ago, so it keeps counting: an earlier bad day is never unsaid. Enter how "
    "it is today as an entry of its own."
)

_MANY: Final = 5

_SAFETY: Final = ("born", "adult", "flags_asked", "typical", "screened")
_PROFILE_WORDS: Final[Mapping[str, str]] = {
    **{name: words for name, (words, _) in OPEN_WORDS.items()},
    **dict.fromkeys(_SAFETY, "the safety questions"),
    "knees": "which knees hurt",
}


def undone_text(
    what: str | None,
    entries: Sequence[tuple[str, Entry | Profile, bool]],
    changed: Sequence[str] = (),
    stages: Sequence[str] = (),
    copies: Sequence[str] = (),
) -> str:
    """Write what was taken back.

    Parameters
    ----------
    what
        "add", "correct" or "profile"; None where there was nothing to take back.
    entries
        Id, entry, and whether it still counts.
    changed
        Fields of the profile that are now as they were before.
    stages
        Those that the program had stored because of it, and that went with it.
    copies
        Folders with copies of files that were brought in, which were removed.
    """
    if what is None:
        return "There is nothing to take back.\n"
    many = many_corrections(what, entries)
    lines = [] if many is None else [f"Taken back: {many}."]
    told = entries if many is None else ()
    names = taken_back_names(what, told, changed)
    for named, (_, entry, counts) in zip(names, told, strict=True):
        said = "Correction taken back" if what == "correct" else "Taken back"
        lines.append(f"{said}: {named}.")
        lines += [_STILL_COUNTS] if counts else []
        if what == "add" and isinstance(entry, Symptom) and entry.kind in RED_KINDS and not counts:
            lines.append(f"If the sign was real, enter it again: `pfp symptom {entry.kind}`.")
    if what == "correct":
        lines.append(
            "Each says again what it said before." if many else "The entry says again what it said before."
        )
    if stages:
        lines.append("The change of stage that followed from it is taken back too.")
    if copies:
        lines.append(
            "The copy of the file that was kept with the diary was removed; the file itself was not."
        )
    return "\n".join(lines) + "\n"


def many_corrections(what: str, entries: Sequence[tuple[str, Entry | Profile, bool]]) -> str | None:
    """Name the corrections of an act that made many, as `pfp recompute` does; None where they are few."""
    if what != "correct" or len(entries) <= _MANY:
        return None
    names = ", ".join(name for name, _, _ in entries[:_MANY])
    return f"{len(entries)} corrections, of {names} and {len(entries) - _MANY} more"


def taken_back_names(
    what: str, entries: Sequence[tuple[str, Entry | Profile, bool]], changed: Sequence[str] = ()
) -> list[str]:
    """Name what an undo takes back, one phrase each; as `undone_text`."""
    if what == "profile":
        return [f"{entry_words(entry)}{_values(changed)}" for _, entry, _ in entries]
    return [_named(entry_id, entry) for entry_id, entry, _ in entries]


def _named(entry_id: str, entry: Entry | Profile) -> str:
    return f"{entry_words(entry)} [{entry_id}]"


def _values(changed: Sequence[str]) -> str:
    """Name the values that changed, the safety questions as one."""
    words = dict.fromkeys(_PROFILE_WORDS.get(name, name.replace("_", " ")) for name in changed)
    return f" ({page.listed(words)})" if words else ""
