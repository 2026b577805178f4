"""Where a person's recordings and diary lie, and which recordings were never finished."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.store.run_lock import held_by_other
from pfp_sensors.store.sealed_files import FOLDER_MODE, make_private_folder, not_written

HOME_VARIABLE: Final = "PFP_HOME"
RUNS_FOLDER: Final = "runs"

_ID_FORMAT: Final = "%Y%m%d-%H%M%S"
_MAX_CLASHES: Final = 1000


def home_folder(given: str | Path | None = None) -> Path:
    """Tell where everything of this person lies; nothing is made.

    Parameters
    ----------
    given
        What ``--home`` says; None or "" for what ``PFP_HOME`` says, else the platform's user data folder.

    Returns
    -------
    Path
        An absolute path, whether or not it is there.
    """
    said = given or os.environ.get(HOME_VARIABLE)
    if said:
        return Path(said).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("pfp-sensors", appauthor=False))


def runs_folder(home: Path) -> Path:
    """Tell where the recordings lie, one folder each; it may not be there yet."""
    return home / RUNS_FOLDER


def new_run_folder(home: Path, start_utc: datetime) -> Path:
    """Make the folder of a new recording, named after its start, that only its owner can enter.

    Parameters
    ----------
    home
        As from `home_folder`; made if it is not there.
    start_utc
        When the recording starts, with its time zone.

    Returns
    -------
    Path
        Such as ``runs/20261122-104652``; ``-2``, ``-3`` follow where that name is taken. No other process
        gets the same one.

    Raises
    ------
    UsageError, PfpError
        If it cannot be made there, or the start has no time zone.
    """
    if start_utc.tzinfo is None:
        raise UsageError(f"The start {start_utc} has no time zone.", "Give it in UTC.")
    runs = runs_folder(home)
    try:
        make_private_folder(home)
        make_private_folder(runs)
    except PfpError as error:
        raise _elsewhere(error) from error
    name = start_utc.astimezone(UTC).strftime(_ID_FORMAT)
    for number in range(1, _MAX_CLASHES):
        folder = runs / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(mode=FOLDER_MODE)
        except FileExistsError:
            continue
        except OSError as error:
            raise _elsewhere(not_written(folder, error)) from error
        return folder
    raise UsageError(f"{runs} has {_MAX_CLASHES} recordings of one second.", "Choose another home (--home).")


def _elsewhere(error: PfpError) -> PfpError:
    """Advise another home where this one cannot be written."""
    room = "" if isinstance(error, UsageError) else "Make room on the disk, or choose"
    return type(error)(error.message, f"{room or 'Choose'} another folder with --home or {HOME_VARIABLE}.")


def start_of(run_id: str) -> datetime | None:
    """Read the start of a run from its id as `new_run_folder` made it, in UTC; None for another name."""
    try:
        return datetime.strptime("-".join(run_id.split("-")[:2]), _ID_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


def run_folders(home: Path) -> list[Path]:
    """List the folders of all runs in order of their start.

    Raises
    ------
    UsageError
        If the folder of runs cannot be read.
    """
    runs = runs_folder(home)
    try:
        return sorted(entry for entry in runs.iterdir() if entry.is_dir()) if runs.exists() else []
    except OSError as error:
        raise UsageError(
            f"{runs} cannot be read: {error.strerror or error}.", "Choose a home that you may read (--home)."
        ) from error


def unfinished_runs(home: Path) -> list[Path]:
    """List the runs that a crash left open: packets, and nobody writing; in order of their start.

    A crash in the last moment leaves packets beside a seal: then only the packets are to be cleared.

    Raises
    ------
    UsageError, PfpError
        If the folder of runs cannot be read, or it cannot be found out who is writing.
    """
    return [folder for folder in run_folders(home) if _open(folder) and not held_by_other(folder)]


def runs_in_progress(home: Path) -> list[Path]:
    """List the runs that a living process is recording or recovering.

    Raises
    ------
    UsageError, PfpError
        As `unfinished_runs`.
    """
    return [folder for folder in run_folders(home) if held_by_other(folder)]


def _open(folder: Path) -> bool:
    from pfp_sensors.store.packet_files import (
        PACKETS_NAME,
    )  # it loads numpy, which a diary entry does without

    return (folder / PACKETS_NAME).exists()
