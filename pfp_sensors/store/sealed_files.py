"""Files that are either complete or not there, and that only their owner can read."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pfp_sensors.errors import PfpError

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_BLOCK_BYTES = 1 << 20


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside ``path``; when the block ends well, the file takes its name.

    The file is made durable (fsync of file and folder) and private (0600) before it takes the name, so
    that a crash leaves the old file, the new one, or none, never half of one.

    Parameters
    ----------
    path
        The final name; its folder exists.

    Raises
    ------
    PfpError
        If the folder cannot be written to, or the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
        yield temporary
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    except OSError as error:
        raise PfpError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Check that the folder exists, that you may write to it, and that the disk is not full.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def make_private_folder(folder: Path) -> None:
    """Make a folder (and missing parents) that only its owner can enter; one already there keeps its mode.

    Raises
    ------
    PfpError
        If it cannot be made.
    """
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise PfpError(
            f"The folder {folder} cannot be made: {error.strerror or error}.",
            "Give a name that is not taken by a file, in a folder that you may write to.",
        ) from error


def sha256_of(*paths: Path) -> str:
    """Hash the bytes of some files, one after the other, as hexadecimal SHA-256."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()


def _flush(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
