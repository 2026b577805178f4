"""The one verb that reads a recording, whatever it is kept in."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats import generic_csv, parquet_table, recording_folder
from pfp_sensors.formats.known_files import HEAD_BYTES
from pfp_sensors.formats.line_blocks import too_large
from pfp_sensors.formats.request import DEFAULT_MAX_BYTES, Format, ReadRequest

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.recording import RecordingFile, Side

FORMATS: Final[tuple[Format, ...]] = (
    recording_folder.FOLDER,
    recording_folder.OWN_PARQUET,
    parquet_table.FORMAT,
    generic_csv.FORMAT,
)
"""Asked in this order; a new format is one file and one line here."""


def read_recording_file(
    path: Path,
    *,
    sensor: str | None = None,
    side: Side | None = None,
    placement: str | None = None,
    acc_range_g: float | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> RecordingFile:
    """Read a recording: a folder, a Parquet file, or a CSV file, packed or not; told apart by content.

    What the caller says is stronger than ``meta.json``, and that is stronger than what the samples' own file
    says.

    Parameters
    ----------
    path
        File or folder.
    sensor
        The one sensor wanted, by name or column prefix. Without it: the only one, or the left and the right
        leg.
    side, placement, acc_range_g
        As in `Recording`; None leaves them to the file.
    max_bytes
        Largest number of bytes to read, after unpacking.

    Returns
    -------
    RecordingFile
        One recording, or left and right leg, with SHA-256 of the bytes read and notes on what was done.

    Raises
    ------
    InputError
        If the file is missing, too large, damaged, or not what it claims to be.
    UsageError
        If ``sensor`` is not there, or is needed and not given.
    """
    head = _head(path, max_bytes)
    request = ReadRequest(sensor, side, placement, acc_range_g, max_bytes)
    chosen = next(found for found in FORMATS if found.sniff(path, head))
    return chosen.read(path, request)


def _head(path: Path, max_bytes: int) -> bytes:
    """Read the first bytes of a file of bearable size; nothing of a folder that may be listed."""
    try:
        if path.is_dir():
            next(path.iterdir(), None)
            return b""
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(
                f"{path} is no file (a pipe or device); expected a file or a folder.",
                "Save the data to a file first.",
            )
        if status.st_size > max_bytes:
            raise too_large(path, status.st_size, max_bytes)
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist.", "Check the name and the folder.") from error
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the name, and that you may read it."
        ) from error
