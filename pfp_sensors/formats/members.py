"""Several files that belong together, in a zip archive or in the folder it was unpacked to: read alike."""

from __future__ import annotations

import contextlib
import functools
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from pfp_sensors.errors import InputError
from pfp_sensors.formats.archive import FIRST_PIECE_BYTES, MAX_MEMBERS, is_archive, open_archive
from pfp_sensors.store.sealed_files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PIECE_BYTES = 1 << 20


class Members(Protocol):
    """What an `Archive` and a `Folder` both do."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files, with "/" between folder and file."""

    @property
    def sha256(self) -> str:
        """Of the archive, or of those files of a folder that were read."""

    @property
    def left_out_note(self) -> tuple[str, ...]:
        """Say what is left out; () where nothing is."""

    def claimed_bytes(self, name: str) -> int:
        """Give the size of a file, as far as it is known before reading."""

    def read(self, name: str, most_bytes: int) -> bytes:
        """Read a small file whole."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a file."""


class Folder:
    """The files of a folder, and of the folders right inside it.

    Parameters
    ----------
    path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            found = [*path.iterdir(), *path.glob("*/*")]
            files = sorted(file for file in found if file.is_file())
        except OSError as error:
            raise InputError(f"{path} cannot be listed: {error.strerror or error}.", "Check it.") from error
        if len(files) > MAX_MEMBERS:
            raise InputError(
                f"{path} holds {len(files)} files; at most {MAX_MEMBERS} are looked at.",
                "Give the folder of one recording.",
            )
        self.names: tuple[str, ...] = tuple(file.relative_to(path).as_posix() for file in files)
        self.left_out_note: tuple[str, ...] = ()
        self._read: set[str] = set()

    @functools.cached_property
    def sha256(self) -> str:
        """Of the files read so far, in the order of their names."""
        return sha256_of(*(self._path / name for name in sorted(self._read)))

    def claimed_bytes(self, name: str) -> int:
        """Give the size of a file."""
        return (self._path / name).stat().st_size

    def read(self, name: str, most_bytes: int) -> bytes:
        """Read a small file whole.

        Raises
        ------
        InputError
            If it is larger, or cannot be read.
        """
        kept = b"".join(self.pieces(name)) if self.claimed_bytes(name) <= most_bytes else None
        if kept is None:
            raise InputError(
                f"{self._path / name} has more than {most_bytes} bytes; so large is no such file.",
                "Check that it is the right file.",
            )
        return kept

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a file.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        self._read.add(name)
        path = self._path / name
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise InputError(f"{path} is no plain file.", "Export the recording again.")
            with path.open("rb") as file:
                size = FIRST_PIECE_BYTES
                while piece := file.read(size):
                    yield piece
                    size = _PIECE_BYTES
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}.", "Check it.") from error


@contextlib.contextmanager
def open_members(path: Path) -> Iterator[Members]:
    """Open an archive or a folder.

    Raises
    ------
    InputError
        As `open_archive`, or if the folder cannot be listed.
    """
    if path.is_dir():
        yield Folder(path)
    else:
        with open_archive(path) as archive:
            yield archive


def any_begins(
    path: Path, head: bytes, wanted: Callable[[str], bool], begins: Callable[[bytes], bool]
) -> bool:
    """Tell, for sniffing, whether a file of an archive or folder has the right name and beginning.

    Parameters
    ----------
    path, head
        As a sniffer is given them.
    wanted
        Tells from a name whether to look into it.
    begins
        Tells from the first bytes whether it is what is looked for.
    """
    if not (is_archive(head) or path.is_dir()):
        return False
    with contextlib.suppress(InputError, OSError), open_members(path) as members:
        return any(begins(first_bytes(members, name)) for name in members.names if wanted(name))
    return False


def first_bytes(members: Members, name: str) -> bytes:
    """Read the beginning of a file; nothing where it cannot be read."""
    with contextlib.suppress(InputError):
        return next(members.pieces(name), b"")[:FIRST_PIECE_BYTES]
    return b""


def plain_name(name: str) -> str:
    """Give the name of a file without its folders, in lower case."""
    return PurePosixPath(name).name.lower()
