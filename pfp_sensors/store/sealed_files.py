"""Files that are either complete or not there, and that (on POSIX) only their owner can read."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import PfpError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_BLOCK_BYTES = 1 << 17
_WINDOWS = os.name == "nt"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside ``path``; when the block ends well, the file takes its name.

    The file is made durable (fsync of file and folder) and private (0600) before it takes the name, so
    that a crash leaves the old file, the new one, or none, never half of one. Windows can flush no folder
    and knows no such modes: there the file alone is flushed, and who may read it is up to the folder.

    Parameters
    ----------
    path
        The final name; its folder exists.

    Raises
    ------
    UsageError
        If no file can be made there: no such folder, no permission, the name of a folder.
    PfpError
        If the disk is full or failing.
    """
    temporary = _beside(path)
    try:
        _create(temporary)
        yield temporary
        _flush(temporary, os.O_RDWR)
        temporary.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def check_place(path: Path) -> None:
    """Find out, before long work, whether a file could be written to ``path``.

    Raises
    ------
    UsageError, PfpError
        As `replacing`.
    """
    temporary = _beside(path)
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        _create(temporary)
        temporary.unlink()
    except OSError as error:
        raise not_written(path, error) from error


def check_folder(folder: Path) -> None:
    """Find out whether a file could be made in a folder that is there.

    Raises
    ------
    UsageError, PfpError
        As `replacing`; the message names the folder.
    """
    temporary = _beside(folder / "check")
    try:
        _create(temporary)
        temporary.unlink()
    except OSError as error:
        raise not_written(folder, error) from error


def make_private_folder(folder: Path) -> None:
    """Make a folder (and missing parents) that only its owner can enter; one already there keeps its mode.

    Raises
    ------
    UsageError
        If it cannot be made.
    """
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(folder, error) from error


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")


def _create(temporary: Path) -> None:
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))


def flush_folder(folder: Path) -> None:
    """Force a folder's list of names to the disk, where the system can (Windows cannot).

    Raises
    ------
    OSError
        If the disk is failing.
    """
    if not _WINDOWS:
        _flush(folder, os.O_RDONLY)


def not_written(path: Path, error: OSError) -> PfpError:
    """Say in plain words why a file or folder could not be written.

    Returns
    -------
    PfpError
        To be raised: a `UsageError` unless the disk is full or failing.
    """
    found = f"{path} cannot be written: {error.strerror or error}."
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}:
        return PfpError(found, "Make room on the disk, or choose another place.")
    return UsageError(
        found, "Give a name that is not taken, in a folder that exists and that you may write to."
    )


def sha256_of(*paths: Path) -> str:
    """Hash the bytes of some files, one after the other, as hexadecimal SHA-256."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()


def _flush(path: Path, mode: int) -> None:
    """Force to the disk a file (to be opened for writing on Windows) or a folder (for reading on POSIX)."""
    handle = os.open(path, mode)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
