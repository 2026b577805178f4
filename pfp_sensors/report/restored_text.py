"""What a backup or a history file brought back, in words."""

from __future__ import annotations

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
    when = "" if made is None else f", made {made}"
    kind = f"a backup{when}" if from_backup else "a history file"
    return f"{count(entries, 'entry', 'entries')} of the diary and {what} from {kind}"
