"""Forgetting: everything of a person leaves the home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.store.home import run_folders
from pfp_sensors.store.home_files import refuse_while_recording, remove_own_files, take_diary_alone

if TYPE_CHECKING:
    from pathlib import Path

NOT_OVERWRITTEN: Final = (
    "The files are removed, not overwritten: until the disk uses their place again, special tools may still "
    "find parts of them. Backups and exported files elsewhere are not touched."
)
"""What a person is told about how gone it is."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed from a home.

    Attributes
    ----------
    home
        The folder, which itself stays.
    runs
        How many recordings were there.
    files
        What was removed, below the home.
    left
        What this program did not make, and left.
    removed_bytes
        Size of what was removed.
    note
        How gone it is, in plain words.
    """

    home: Path
    runs: int
    files: tuple[str, ...]
    left: tuple[str, ...]
    removed_bytes: int
    note: str = NOT_OVERWRITTEN


def forget(home: Path) -> Forgotten:
    """Remove the diary and all recordings from a home, and everything else this program made there.

    The bytes are not overwritten. Files that it did not make stay and are named.

    Raises
    ------
    UsageError
        If a recording is running; then nothing is removed.
    PfpError
        If another process has the diary open (nothing is removed), or a file cannot be removed.
    """
    if not home.is_dir():
        return Forgotten(home, 0, (), (), 0)
    refuse_while_recording(home)
    take_diary_alone(home)
    runs = len(run_folders(home))
    gone = remove_own_files(home)
    return Forgotten(home, runs, gone.files, gone.left, gone.removed_bytes)
