"""What every export is asked, what it answers, and where it may write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be written, and where.

    Attributes
    ----------
    home
        As from `home_folder`.
    path
        The file or folder to write.
    at
        Now, with offset.
    run
        The run as a person names it (`find_run`); None where nobody named one.
    replace
        Write over a file that is there.
    config
        A file of settings to use in place of the shipped ones.
    sensor
        Of several sensors of a recording the one that is wanted: left, right, or its name.
    notes, samples, positions
        Whether what the person wrote in words, the samples of recordings, and places go along.
    dates, serials
        Whether a dataset for research says when runs were, and names the sensors.
    tell
        Told the number of a part of long work, how many there are, and its name, before each.
    """

    home: Path
    path: Path
    at: datetime
    run: str | None = None
    replace: bool = False
    config: Path | None = None
    sensor: str | None = None
    notes: bool = False
    samples: bool = False
    positions: bool = False
    dates: bool = False
    serials: bool = False
    tell: Callable[[int, int, str], None] | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes
    ----------
    path
        The file or folder.
    runs
        How many runs are in it, where it is about runs.
    rows
        Rows of its table, or entries of its list; None where it has none.
    notes
        What was left out and what had to be assumed, in plain sentences.
    files
        Names inside it, where it is a folder or an archive.
    """

    path: Path
    runs: int = 0
    rows: int | None = None
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def check_free(path: Path, *, replace: bool) -> None:
    """Refuse to write over what is there, before all the work.

    Raises
    ------
    UsageError
        If it is a folder, is there already without ``replace``, or its folder is not there.
    """
    if path.is_dir() or (path.exists() and not replace):
        raise UsageError(f"{path} is there already.", "Give another name, or add --replace.")
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}.", "Make it first.")


def check_ending(path: Path, endings: tuple[str, ...]) -> None:
    """Refuse a name whose ending does not say a form that can be written.

    Raises
    ------
    UsageError
        If it has another ending.
    """
    if path.suffix.lower() not in endings:
        raise UsageError(
            f"{path.name} was to be written; expected a name ending in {' or '.join(endings)}.",
            f"For example: {path.stem or 'export'}{endings[0]}",
        )
