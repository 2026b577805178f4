"""The bytes of a text file, packed or not, as blocks of whole lines, with limits and without surprises."""

from __future__ import annotations

import itertools
import shlex
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from pfp_sensors.errors import InputError
from pfp_sensors.formats.known_files import refuse_known
from pfp_sensors.formats.request import too_large

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GZIP_MAGIC: Final = b"\x1f\x8b"
BLOCK_BYTES: Final = 8_000_000
"""Size of a block: large enough for the parser to use two cores, small against a recording."""

_READ_BYTES = 1 << 20
_MAX_LINE_BYTES = 1_000_000


class Digest(Protocol):
    """What hashlib's objects do."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""


def line_blocks(path: Path, max_bytes: int, digest: Digest) -> Iterator[bytes]:
    """Yield a text file as blocks that end with a line feed; the last one may lack it.

    Parameters and errors as for `blocks_of`, which is given the bytes of the file.
    """
    return blocks_of(path, _raw(path, digest), max_bytes)


def blocks_of(path: Path, pieces: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    """Yield text that comes in pieces as blocks that end with a line feed; the last one may lack it.

    Gzip is recognised by content and unpacked on the way; nothing is written to disk.

    Parameters
    ----------
    path
        What the bytes are of, for messages: a file, or an archive with the member behind it.
    pieces
        The bytes, packed or not.
    max_bytes
        Limit for the unpacked bytes.

    Raises
    ------
    InputError
        If the file cannot be read, is of a known other kind, is larger than the limit, holds a zero byte
        or an endless line, or is gzip that is damaged or cut short: with the byte or line reached.
    """
    kept = bytearray()
    total = lines = 0
    for piece in _unpacked(path, pieces):
        if isinstance(piece, _Cut):
            raise _cut_short(path, piece, lines + kept.count(b"\n"))
        if not total:
            refuse_known(path, piece)
        if b"\0" in piece:
            at = total + piece.index(b"\0")
            raise InputError(
                f"{path}, byte {at}: found a zero byte; expected text.",
                "This is not a CSV file, or it was damaged (a crash of the recorder leaves such ends). "
                "Export it again as CSV in UTF-8.",
            )
        total += len(piece)
        if total > max_bytes:
            raise too_large(path, total, max_bytes)
        kept += piece
        end = kept.rfind(b"\n") + 1
        if len(kept) - end > _MAX_LINE_BYTES:
            lines += kept.count(b"\n") + 1
            raise InputError(
                f"{path}, line {lines}: more than {_MAX_LINE_BYTES} bytes without a line end; "
                "expected one sample per line.",
                "Save the table as CSV with one row per line (line ends LF or CRLF).",
            )
        if end >= BLOCK_BYTES:
            lines += kept.count(b"\n")
            yield bytes(kept[:end])
            del kept[:end]
    if kept:
        yield bytes(kept)


class _Cut:
    """The end of packed data that stop too early."""

    def __init__(self, at_byte: int) -> None:
        self.at_byte = at_byte


def _raw(path: Path, digest: Digest) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_READ_BYTES):
                digest.update(piece)
                yield piece
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the disk, or copy the file again."
        ) from error


def _unpacked(path: Path, pieces: Iterator[bytes]) -> Iterator[bytes | _Cut]:
    """Yield pieces of the text, unpacked where it is gzip; a `_Cut` where gzip ends too early."""
    first = next(pieces, b"")
    if not first.startswith(GZIP_MAGIC):
        yield first
        yield from pieces
        return
    unpacker = zlib.decompressobj(wbits=31)
    read = 0
    for piece in itertools.chain([first], pieces):
        read += len(piece)
        waiting = piece
        while waiting:
            if unpacker.eof:  # gzip allows several members one after the other, and zeros behind them
                waiting = waiting.lstrip(b"\0")
                if not waiting:
                    break
                unpacker = zlib.decompressobj(wbits=31)
            try:
                yield from _members(unpacker, waiting)
            except zlib.error as error:
                raise InputError(
                    f"{path}, before byte {read} of the packed file: the gzip data are damaged ({error}).",
                    "Copy or export the file again; gzip -t FILE checks a copy.",
                ) from error
            waiting = unpacker.unused_data
    if not unpacker.eof:
        yield _Cut(read)


def _members(unpacker: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    """Unpack in pieces of bounded size, up to the end of the input or of a gzip member."""
    while True:
        piece = unpacker.decompress(packed, _READ_BYTES)
        yield piece
        packed = unpacker.unconsumed_tail
        if unpacker.eof or (not packed and len(piece) < _READ_BYTES):
            return


def _cut_short(path: Path, cut: _Cut, lines: int) -> InputError:
    return InputError(
        f"{path}, byte {cut.at_byte}: the gzip data end too early; {lines} whole lines (header included) "
        "were readable.",
        "Copy the file again. If there is no better copy, keep what is readable: "
        f"gzip -dc < {shlex.quote(str(path))} | head -n {lines} > readable.csv",
    )
