"""What a backup or a history file brought back, in words."""

from __future__ import annotations

from datetime import datetime

from pfp_sensors.report.page import moment_words
from pfp_sensors.report.words import count


def restored_text(*, from_backup: bool, entries: int, runs: int, made: str | None) -> str:
    """Say what was restored, on one line.

    Parameters
    ----------
    from_backup
        Whether the file was a backup; else a history file, whose ``runs`` are not recordings.
    made
        When the backup was made, as it says.
    """
    return (
        f"Restored {held_text(from_backup=from_backup, entries=entries, runs=runs, made=made)}, and checked."
    )


def held_text(*, from_backup: bool, entries: int, runs: int, made: str | None) -> str:
    """Say what a file holds, as part of a sentence; parameters as of `restored_text`."""
    what = count(runs, "recording" if from_backup else "run")
    when = "" if made is None else f", made on {_when(made)}"
    kind = f"a backup{when}" if from_backup else "a history file"
    return f"{count(entries, 'entry', 'entries')} of the diary and {what} from {kind}"


def unreadable_words(found: str) -> tuple[str, str]:
    """Say of a file that was refused what it is, for a person who cannot use ``found``, and what to do.

    Parameters
    ----------
    found
        What was wrong, as the reader of the file says it.
    """
    if any(words in found for words in _ANOTHER_VERSION):
        return (
            f"This file was written by another version of pfp. {_KEPT}",
            "Bring this program up to date, or choose another file.",
        )
    if any(words in found for words in _NOT_OURS):
        return (
            f"This is not a file that pfp wrote. {_KEPT}",
            "Choose a backup or a diary that was downloaded from the settings page; the name of a backup "
            "ends in .pfpbackup.",
        )
    return (
        f"This file looks like one that pfp wrote, but it is damaged, or was changed by hand. {_KEPT}",
        "Copy it again from where it was made, or choose another backup.",
    )


_KEPT = "Nothing here was changed."
_ANOTHER_VERSION = ("found schema 'pfp.backup/", 'schema: found "pfp.history/')
_NOT_OURS = (
    "not text in UTF-8",
    "not JSON",
    "is no backup of this program",
    "its list of members",
    "found schema",
    "schema: found",
    "found no object",
    "found more than",
    "was not written by",
    "; expected only",
)
"""What the readers of backups and diaries say of a file that is neither."""


def _when(made: str) -> str:
    """Write when a backup was made; as it says where that is no moment."""
    try:
        return moment_words(datetime.fromisoformat(made))
    except ValueError:
        return made
