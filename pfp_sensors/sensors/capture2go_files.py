"""Runs in the memory of a Capture2Go IMU: which there are, how one is fetched, and the samples in it.

A stored file is a row of the same frames that are sent live, so it is read by the same decoder.

Source: ``Capture2Go_Communication_Protocol.md`` ("Offline Measurement") and ``examples/download.py`` of
package capture2go 1.0.1 (doc). No file of a real sensor has been read (unverified). That a transfer can start
in the middle of a file is documented as a field and used by no example (unverified).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.heard import Samples
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Subscribe, Wait, Write
from pfp_sensors.sensors import capture2go as wire
from pfp_sensors.sensors import capture2go_payloads as payloads
from pfp_sensors.sensors.capture2go import Frame, FrameStream, Header
from pfp_sensors.sensors.capture2go_steps import FrameEar, settle
from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    from collections.abc import Generator

    from pfp_sensors.model.script import Step

NAME_BYTES: Final = 65
LIST_S: Final = 20.0
SLOWEST_BYTES_PER_S: Final = 2000.0
TRIES: Final = 3

_FILE: Final = struct.Struct(f"<H{NAME_BYTES}sI")
_GET_BYTES: Final = struct.Struct(f"<{NAME_BYTES}sII")
_OFFSET_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the sensor's memory."""

    index: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What a stored file holds: samples in order, how many a second, and how many bytes of no whole frame."""

    rate_hz: float
    samples: tuple[Samples, ...]
    skipped_bytes: int


def encode_file(file: StoredFile) -> Frame:
    """Return the frame that names a file."""
    return Frame(Header.FILE, _FILE.pack(file.index, encode_name(file.name), file.size))


def decode_file(payload: bytes) -> StoredFile:
    """Return the file that a frame names.

    Raises
    ------
    CodecError
        If it has not 71 bytes.
    """
    if len(payload) != _FILE.size:
        raise CodecError(f"A file's entry has {_FILE.size} bytes, not {len(payload)}.")
    index, name, size = _FILE.unpack(payload)
    return StoredFile(index, payloads.text_of(name), size)


def encode_name(name: str) -> bytes:
    """Return a file name as its 65 bytes, filled with zeros.

    Raises
    ------
    CodecError
        If it has more than 64 bytes.
    """
    text = name.encode()
    if len(text) >= NAME_BYTES:
        raise CodecError(f"A file name has at most {NAME_BYTES - 1} bytes, {name!r} has {len(text)}.")
    return text.ljust(NAME_BYTES, b"\0")


def encode_request(name: str, start: int) -> bytes:
    """Return the 73 bytes that ask for a file from a byte on to its end."""
    return _GET_BYTES.pack(encode_name(name), start, 0)


def decode_request(payload: bytes) -> tuple[str, int, int]:
    """Return name, start and end (0: the file's) of what is asked for.

    Raises
    ------
    CodecError
        If it has not 73 bytes.
    """
    if len(payload) != _GET_BYTES.size:
        raise CodecError(f"A request for bytes has {_GET_BYTES.size} bytes, not {len(payload)}.")
    name, start, end = _GET_BYTES.unpack(payload)
    return payloads.text_of(name), start, end


def encode_piece(offset: int, piece: bytes) -> Frame:
    """Return the frame that carries a piece of a file."""
    return Frame(Header.BYTES, struct.pack("<I", offset) + piece)


def decode_piece(payload: bytes) -> tuple[int, bytes]:
    """Return where a piece belongs, and the piece.

    Raises
    ------
    CodecError
        If it has no offset.
    """
    if len(payload) < _OFFSET_BYTES:
        raise CodecError(f"A piece of a file has at least {_OFFSET_BYTES} bytes, not {len(payload)}.")
    return int.from_bytes(payload[:_OFFSET_BYTES], "little"), payload[_OFFSET_BYTES:]


def read_run(data: bytes) -> StoredRun:
    """Return the samples of a stored file, as the live stream would have given them.

    They have no arrival: ``host_mono_ns`` and ``link_segment`` are 0, and only the sensor's clock counts.

    Raises
    ------
    CodecError
        If there are no packed samples in it, or samples at two rates.
    """
    frames, _ = FrameStream().feed(data)
    packed = [payloads.decode_packed(frame) for frame in frames if payloads.is_packed(frame.header)]
    rates = {one.rate_hz for one in packed}
    if len(rates) != 1:
        raise CodecError(f"The file has packed samples at {len(rates)} rates; one was expected.")
    samples = tuple(Samples(0, 0, acc=one.acc, gyr=one.gyr, device_ns=one.device_ns) for one in packed)
    whole = sum(len(wire.encode_frame(frame.header, frame.payload)) for frame in frames)
    return StoredRun(rates.pop(), samples, skipped_bytes=len(data) - whole)


# --- scripts ----------------------------------------------------------------------------------------


def list_files() -> Generator[Step, Any, tuple[StoredFile, ...]]:
    """Return the files in the sensor's memory.

    Raises
    ------
    SensorError
        If the sensor records or refuses.
    """
    yield Subscribe(wire.NOTIFY, Channel.DATA)
    yield from settle()
    ear = _ListEar()
    value = yield Ask(wire.WRITE, wire.encode_frame(Header.LIST_FILES), wire.NOTIFY, ear, LIST_S)
    ear.once(value)
    _refuse(ear, "to list its files")
    return tuple(ear.files)


def fetch_file(file: StoredFile) -> Generator[Step, Any, bytes]:
    """Return the bytes of a file; where some do not come, they are asked for again from there on.

    Raises
    ------
    SensorError
        If the sensor refuses, or nothing more comes in three tries.
    """
    data, tries = b"", 0
    while len(data) < file.size and tries < TRIES:
        ear = _PieceEar(len(data), file.size)
        request = wire.encode_frame(Header.GET_BYTES, encode_request(file.name, len(data)))
        limit_s = LIST_S + (file.size - len(data)) / SLOWEST_BYTES_PER_S
        try:
            ear.once((yield Ask(wire.WRITE, request, wire.NOTIFY, ear, limit_s)))
        except NoAnswerError:  # what has come is kept
            ear.hole = True
        _refuse(ear, f"to send {file.name}")
        tries = 0 if ear.data else tries + 1
        data += ear.data
        if len(data) < file.size:
            yield Write(wire.WRITE, wire.encode_frame(Header.STOP_BYTES))
            yield Wait(1.0)
    if len(data) < file.size:
        raise SensorError(
            f"Of {file.name}, {len(data)} of {file.size} bytes came, and then no more.",
            "Go nearer to the sensor and fetch it again; it stays in the sensor's memory.",
        )
    return data


class _ListEar(FrameEar):
    """Hears the count of files and then each of them."""

    def __init__(self) -> None:
        super().__init__(Header.LIST_FILES)
        self.files: list[StoredFile] = []
        self._count: int | None = None

    @property
    def heard(self) -> bool:
        """Whether all files have been named, or a fault came instead."""
        return self.fault is not None or (self._count is not None and len(self.files) >= self._count)

    def take(self, frame: Frame) -> None:
        """Take the next frame."""
        if frame.header == Header.FILE_COUNT:
            self._count, self.files = int.from_bytes(frame.payload, "little"), []
        elif frame.header == Header.FILE:
            self.files.append(decode_file(frame.payload))


class _PieceEar(FrameEar):
    """Hears a file piece by piece, as long as one follows on the other."""

    def __init__(self, start: int, size: int) -> None:
        super().__init__(Header.GET_BYTES)
        self._start, self._size = start, size
        self._data = bytearray()
        self.hole = False

    @property
    def data(self) -> bytes:
        """What has come without a hole."""
        return bytes(self._data)

    @property
    def heard(self) -> bool:
        """Whether the file has come to its end, a piece is missing, or a fault came instead."""
        return self.fault is not None or self.hole or self._start + len(self._data) >= self._size

    def take(self, frame: Frame) -> None:
        """Take the next frame."""
        if frame.header != Header.BYTES:
            return
        offset, piece = decode_piece(frame.payload)
        here = self._start + len(self._data)
        if offset == here:
            self._data += piece[: self._size - here]
        elif offset > here:
            self.hole = True


def _refuse(ear: FrameEar, what: str) -> None:
    if ear.fault is not None:
        raise SensorError(
            f"The Capture2Go sensor refused {what}: {ear.fault}.", "Switch it off and on, and try again."
        )
