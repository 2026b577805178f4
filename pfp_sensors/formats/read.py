"""The one verb that reads a recording, whatever it is kept in."""

from __future__ import annotations

import contextlib
import re
import stat
import zlib
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.known_files import HEAD_BYTES, PARQUET_MAGIC
from pfp_sensors.formats.request import DEFAULT_MAX_BYTES, Format, ReadRequest, too_large

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.recording import RecordingFile, Side


def read_recording_file(
    path: Path,
    *,
    sensor: str | None = None,
    side: Side | None = None,
    placement: str | None = None,
    acc_range_g: float | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    mapping: Path | None = None,
) -> RecordingFile:
    """Read a recording: of this program, a table, or a file of another program; told apart by content.

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
    mapping
        A file that names the columns of a table which does not name them itself.

    Returns
    -------
    RecordingFile
        One recording, or left and right leg, with SHA-256 of the bytes read and notes on what was done.

    Raises
    ------
    InputError
        If the file is missing, too large, damaged, or not what it claims to be.
    UsageError
        If ``sensor`` is not there, or is needed and not given; if ``mapping`` is wrong, or not for this file.
    """
    head = _head(path, max_bytes)
    request = ReadRequest(sensor, side, placement, acc_range_g, max_bytes, mapping)
    if mapping is not None:
        return _read_mapped(path, head, request)
    return _format_of(path, head).read(path, request)


def _format_of(path: Path, head: bytes) -> Format:
    """Choose the reader: the program's own kinds first, so that they never wait for the others to load."""
    own = next((found for found in OWN if found.sniff(path, head)), None)
    if own is not None:
        return own
    from pfp_sensors.formats.foreign import FOREIGN

    return next((found for found in FOREIGN if found.sniff(path, head)), _ANYTHING)


def _is_own_folder(path: Path, _head: bytes) -> bool:
    from pfp_sensors.store.seals import recording_paths

    return path.is_dir() and bool(recording_paths(path))


def _is_own_table(_path: Path, head: bytes) -> bool:
    """Tell a header in this program's style: a column such as ``acc_x_g`` or ``left_acc_x_mps2``."""
    return _OWN_COLUMN.search(head) is not None


def _is_own_parquet(path: Path, head: bytes) -> bool:
    if not head.startswith(PARQUET_MAGIC):
        return False
    from pfp_sensors.store.sample_files import read_facts

    return read_facts(path) is not None


def _is_parquet(_path: Path, head: bytes) -> bool:
    return head.startswith(PARQUET_MAGIC)


def _is_anything(_path: Path, _head: bytes) -> bool:
    return True


def _read_folder(path: Path, request: ReadRequest) -> RecordingFile:
    from pfp_sensors.formats.recording_folder import read_folder

    return read_folder(path, request)


def _read_own_parquet(path: Path, request: ReadRequest) -> RecordingFile:
    from pfp_sensors.formats.recording_folder import read_own_parquet

    return read_own_parquet(path, request)


def _read_parquet(path: Path, request: ReadRequest) -> RecordingFile:
    from pfp_sensors.formats.parquet_table import read_parquet

    return read_parquet(path, request)


def _read_csv(path: Path, request: ReadRequest) -> RecordingFile:
    from pfp_sensors.formats.generic_csv import read_csv

    return read_csv(path, request)


def _read_mapped(path: Path, head: bytes, request: ReadRequest) -> RecordingFile:
    """Read a table of text by the mapping given, whatever the file looks like."""
    if path.is_dir() or head.startswith(PARQUET_MAGIC):
        raise UsageError(
            f"{path} is a {'folder' if path.is_dir() else 'Parquet file'}; a mapping is for CSV.",
            "Leave the mapping away.",
        )
    return _read_csv(path, request)


def _read_anything(path: Path, request: ReadRequest) -> RecordingFile:
    """Take any other file for CSV and any other folder for a recording; reading says what it looks like."""
    return _read_folder(path, request) if path.is_dir() else _read_csv(path, request)


OWN: Final[tuple[Format, ...]] = (
    Format(_is_own_folder, _read_folder),
    Format(_is_own_parquet, _read_own_parquet),
    Format(_is_parquet, _read_parquet),
    Format(_is_own_table, _read_csv),
)
"""Asked in this order; only the one chosen is imported. What none of them takes is asked of `FOREIGN`."""

_ANYTHING: Final = Format(_is_anything, _read_anything)
_OWN_COLUMN: Final = re.compile(rb"(?:^|[^a-z])acc[_ ][xyz][_ ](?:g|mg|mps2)(?![a-z0-9])", re.IGNORECASE)


def _head(path: Path, max_bytes: int) -> bytes:
    """Read the first bytes of a file of bearable size, unpacked; nothing of a folder that may be listed."""
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
            return _unpacked(file.read(HEAD_BYTES))
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist.", "Check the name and the folder.") from error
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the name, and that you may read it."
        ) from error


def _unpacked(head: bytes) -> bytes:
    """Unpack the first bytes of a file that is packed; what cannot be unpacked is told when it is read."""
    if head.startswith(b"\x1f\x8b"):
        with contextlib.suppress(zlib.error):
            inside = zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
            return (
                head if inside.startswith(PARQUET_MAGIC) else inside
            )  # a packed table is read as text, and refused
    return head
