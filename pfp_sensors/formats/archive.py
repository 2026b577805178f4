"""Zip archives of strangers: read member by member, with limits that count and do not believe."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.gzip_pieces import gunzipped
from pfp_sensors.formats.plain_file import is_odd_name, is_plain_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_MEMBERS: Final = 2_000
MAX_UNPACKED_BYTES: Final = 2_000_000_000
MAX_RATIO: Final = 200
"""Unpacked bytes per byte of the archive: tables of numbers reach 10, deflate at its best 1030."""

FIRST_PIECE_BYTES: Final = 4096
"""A first piece is small, so that looking at the beginning of many members costs little."""

ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")

_GZIP_MAGIC = b"\x1f\x8b"
_PIECE_BYTES = 1 << 20
_DIRECTORY_BYTES = MAX_MEMBERS * 1024
"""`zipfile` takes the list of members in one piece, however long it says it is."""

_HARMLESS_BYTES = 1 << 20
"""Less is no bomb, whatever its ratio."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED_FLAG = 0x1
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError)
_UNPACK_FIRST = "Unpack it with a program you trust, and give the file or folder that is meant."
_AGAIN = "Copy or export the archive again; a copy cut short lacks its end, where the list of members is."


def is_archive(head: bytes) -> bool:
    """Tell from the first bytes whether a file is a zip archive."""
    return head.startswith(ZIP_MAGICS)


def names_in(path: Path, *, counts: Callable[[str], bool] | None = None) -> tuple[str, ...]:
    """Name the members of an archive, for sniffing: none where it is no archive or cannot be opened."""
    with contextlib.suppress(InputError), open_archive(path, counts=counts) as archive:
        return archive.names
    return ()


@contextlib.contextmanager
def open_archive(
    path: Path,
    *,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
    counts: Callable[[str], bool] | None = None,
) -> Iterator[Archive]:
    """Open a zip archive; nothing of it is ever written to disk.

    Parameters
    ----------
    path
        The file.
    max_unpacked_bytes
        Limit for the bytes unpacked while it is open.
    counts
        Tells by its name whether a member is wanted: the others are not listed, and not counted against the
        limit of members. None wants all.

    Yields
    ------
    Archive
        Its members. Usable until the end of the ``with``.

    Raises
    ------
    InputError
        If it cannot be read, its list of members is damaged or absurd, or it holds nothing but archives.
    """
    if path.exists() and not is_plain_file(path):
        raise InputError(f"{path} is no plain file; expected a zip archive.", "Give the file itself.")
    try:
        file = _Source(io.FileIO(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.", "Check the name.") from error
    with file:
        try:
            packed = zipfile.ZipFile(file)
        except (*_DAMAGE, NotImplementedError) as error:
            raise InputError(
                f"{path} cannot be opened as a zip archive ({error or type(error).__name__}); "
                "expected a list of members at its end.",
                _AGAIN,
            ) from error
        with packed:
            yield Archive(path, packed, max_unpacked_bytes, counts)


class Archive:
    """An open zip archive.

    Parameters
    ----------
    path
        The file, for messages.
    packed
        The archive as `zipfile` opened it.
    max_unpacked_bytes
        Limit for the bytes unpacked while it is open.
    counts
        As for `open_archive`.

    Attributes
    ----------
    names
        Members that are plain files with a safe name, in the order of the archive.
    left_out
        Members that are not: absolute names, steps up, links, a name a second time. Folders, and what macOS
        adds of its own (``__MACOSX/``), are in neither list.

    Raises
    ------
    InputError
        If it has more than 2,000 members, or none but archives.
    """

    def __init__(
        self,
        path: Path,
        packed: zipfile.ZipFile,
        max_unpacked_bytes: int,
        counts: Callable[[str], bool] | None = None,
    ) -> None:
        self._path = path
        self._packed = packed
        self._max_unpacked_bytes = max_unpacked_bytes
        self._size = path.stat().st_size
        self._most_bytes = min(max_unpacked_bytes, max(MAX_RATIO * self._size, _HARMLESS_BYTES))
        self._unpacked: dict[str, int] = {}
        members = [one for one in packed.infolist() if counts is None or counts(one.filename)]
        if len(members) > MAX_MEMBERS:
            raise InputError(
                f"{path} holds {len(members)} members; at most {MAX_MEMBERS} are read.", _UNPACK_FIRST
            )
        self._members: dict[str, zipfile.ZipInfo] = {}
        left_out: list[str] = []
        for member in members:
            name = member.filename
            if name.endswith(("/", "\\")) or name.startswith("__MACOSX/"):
                continue
            if _is_odd(member) or name in self._members:
                left_out.append(name)
            else:
                self._members[name] = member
        self.names: tuple[str, ...] = tuple(self._members)
        self.left_out: tuple[str, ...] = tuple(left_out)
        if self.names and all(name.lower().endswith(".zip") for name in self.names):
            raise InputError(
                f"{path} holds nothing but other archives ({_listed(self.names)}).",
                "Unpack it once, and give one of them at a time.",
            )

    @functools.cached_property
    def sha256(self) -> str:
        """Of the whole file as it lies on the disk, lower-case hexadecimal."""
        try:
            with self._path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise InputError(f"{self._path} cannot be read: {error}.", "Check the disk.") from error

    @property
    def left_out_note(self) -> tuple[str, ...]:
        """Say which members are left out because of their names or kind; () where none is."""
        if not self.left_out:
            return ()
        return (f"Members of the archive left out for unsafe names: {_listed(self.left_out)}.",)

    def claimed_bytes(self, name: str) -> int:
        """Give the unpacked size that the archive claims for a member: a guess, nothing to rely on."""
        return min(self._members[name].file_size, self._most_bytes)

    def read(self, name: str, most_bytes: int) -> bytes:
        """Read a member of `names` whole, if it has at most so many bytes unpacked.

        Raises
        ------
        InputError
            As `pieces`, and if it is larger.
        """
        kept = bytearray()
        for piece in self.pieces(name):
            kept += piece
            if len(kept) > most_bytes:
                raise InputError(
                    f"{self._path}, {name}: more than {most_bytes} bytes unpacked; so large is no such file.",
                    _UNPACK_FIRST,
                )
        return bytes(kept)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a member, unpacked; one layer of gzip too where its name ends in ``.gz``.

        Parameters
        ----------
        name
            One of `names`.

        Raises
        ------
        InputError
            If the member is encrypted, packed in an unusual way, damaged, or itself an archive, or more than
            2 GB or 200 times the size of the archive have been unpacked from it.
        """
        whole = self._bytes_of(name)
        self._unpacked[name] = 0  # read again, it counts once
        packed = name.lower().endswith(".gz")
        for piece in gunzipped(self._path, name, whole) if packed else whole:
            if not self._unpacked[name] and (is_archive(piece) or (packed and piece.startswith(_GZIP_MAGIC))):
                raise InputError(
                    f"{self._path}, {name}: something packed inside what is packed; one layer is read.",
                    "Unpack it, and give the inner one.",
                )
            self._unpacked[name] += len(piece)
            self._check_total(name)
            yield piece

    def _bytes_of(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a member as the archive keeps them."""
        member = self._members[name]
        if member.flag_bits & _ENCRYPTED_FLAG:
            raise InputError(
                f"{self._path}, {name}: encrypted with a password.",
                "Unpack it with the password, and give the folder, or pack it again without one.",
            )
        if member.compress_type not in _METHODS:
            raise InputError(
                f"{self._path}, {name}: packed with method {member.compress_type}; expected 0 (stored) or "
                "8 (deflate).",
                "Unpack it and give the folder, or pack it again as a usual zip file.",
            )
        try:
            with self._packed.open(member) as file:
                size = FIRST_PIECE_BYTES
                while piece := file.read(size):
                    yield piece
                    size = _PIECE_BYTES
        except (*_DAMAGE, NotImplementedError, RuntimeError) as error:
            raise InputError(
                f"{self._path}, {name}: damaged ({error or type(error).__name__}).", _AGAIN
            ) from error

    def _check_total(self, name: str) -> None:
        total = sum(self._unpacked.values())
        if total > self._most_bytes:
            raise InputError(
                f"{self._path}, {name}: {total} bytes unpacked so far from an archive of {self._size} bytes; "
                f"at most {self._max_unpacked_bytes} bytes and {MAX_RATIO} times its size are read.",
                "This looks like a file made to fill a disk. If it is meant: " + _UNPACK_FIRST,
            )


class _Source(io.BufferedReader):
    """A file that is not read in pieces of any size that its own headers ask for."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read up to ``size`` bytes; refuse more than the longest list of members."""
        asked = _DIRECTORY_BYTES if size is None or size < 0 else size
        if asked > _DIRECTORY_BYTES:
            raise ValueError(f"it asks for {asked} bytes at once")
        return super().read(asked)


def _is_odd(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a link or device, or its name leads out of the folder it belongs in."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    return (kind not in (0, stat.S_IFREG)) or not member.filename or is_odd_name(member.filename)


def _listed(names: tuple[str, ...]) -> str:
    """Name the first few, without characters that a terminal would obey."""
    shown = ", ".join(repr(name)[:80] for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
