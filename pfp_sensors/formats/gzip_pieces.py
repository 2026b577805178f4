"""Bytes packed with gzip, unpacked piece by piece."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PIECE_BYTES = 1 << 20
_AGAIN = "Copy or export the archive again; its member is not whole."


def gunzipped(path: Path, name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack one layer of gzip, of one or several parts, in pieces of bounded size.

    Parameters
    ----------
    path, name
        The archive and its member, for messages.
    pieces
        The packed bytes.

    Raises
    ------
    InputError
        If they are damaged, or end too early.
    """
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for packed in pieces:
            waiting = packed
            while waiting:
                if unpacker.eof:
                    if not (waiting := waiting.lstrip(b"\0")):  # some writers fill up with zeros
                        break
                    unpacker = zlib.decompressobj(wbits=31)
                if piece := unpacker.decompress(waiting, _PIECE_BYTES):
                    yield piece
                waiting = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except zlib.error as error:
        raise InputError(f"{path}, {name}: the gzip data are damaged ({error}).", _AGAIN) from error
    if not unpacker.eof:
        raise InputError(f"{path}, {name}: the gzip data end too early.", _AGAIN)
