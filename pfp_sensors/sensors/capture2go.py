"""Frames of the Capture2Go IMU (SensorStim): one by one, in a torn stream of bytes, and in notifications.

Everything the sensor sends, receives and stores is a row of frames: ``02``, CRC-32 of header and payload,
size of the payload, header, payload; little-endian. A notification begins with ``0xFF - k``: k whole frames
of the real-time channel follow, and the rest is a piece of one long stream of frames, cut anywhere.

Source: package capture2go 1.0.1 and ``Capture2Go_Communication_Protocol.md`` (doc); bytes checked with that
package's decoder (ran). No radio traffic of a real sensor has been seen (unverified).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVICE: Final = "80030001-e629-4c98-9324-aa7fc0c66de7"
WRITE: Final = "80030002-e629-4c98-9324-aa7fc0c66de7"
NOTIFY: Final = "80030003-e629-4c98-9324-aa7fc0c66de7"

MAX_PAYLOAD: Final = 236
MAX_REALTIME_FRAMES: Final = 3

_START: Final = 0x02
_HEAD: Final = struct.Struct("<BIBH")
_CRC_FROM: Final = 6  # the CRC covers header and payload
_HIGHEST_HEADER: Final = 0x05FF
_OFFSET_BYTES: Final = 4  # before a piece of a file


class Header(IntEnum):
    """What a frame is."""

    GET_DEVICE_INFO = 0x0070
    DEVICE_INFO = 0x0071
    SET_MODE = 0x0120
    GET_MODE = 0x0121
    MODE = 0x0122
    START_STREAMING = 0x0150
    STREAMING_STARTED = 0x0151
    STOP_STREAMING = 0x0152
    STREAMING_STOPPED = 0x0153
    START_RECORDING = 0x0154
    RECORDING_STARTED = 0x0155
    STOP_RECORDING = 0x0156
    RECORDING_STOPPED = 0x0157
    STOP_AND_CLEAR = 0x0158
    STOPPED_AND_CLEARED = 0x0159
    SET_TIME = 0x0170
    TIME_SET = 0x0171
    CLOCK_ECHO = 0x0172
    GET_STATUS = 0x0200
    STATUS = 0x0201
    PACKED_9D = 0x0221
    """At 200 Hz; the five headers after it are at 100, 50, 25, 10 and 1 Hz."""
    PACKED_6D = 0x0231
    """At 200 Hz; the five headers after it are at 100, 50, 25, 10 and 1 Hz."""
    LIST_FILES = 0x0500
    FILE_COUNT = 0x0501
    FILE = 0x0502
    GET_BYTES = 0x0503
    BYTES = 0x0504
    STOP_BYTES = 0x0505
    BYTES_STOPPED = 0x0506
    GET_SIZE = 0x0507
    SIZE = 0x0508
    FAULT = 0xFFFF


PACKED_RATES: Final = 6
"""Headers of packed samples per variant, from 200 Hz down to 1 Hz."""

_SIZES: Final = {
    Header.DEVICE_INFO: 47,
    Header.SET_MODE: 30,
    Header.MODE: 30,
    Header.SET_TIME: 8,
    Header.TIME_SET: 8,
    Header.CLOCK_ECHO: 32,
    Header.STATUS: 19,
    Header.FILE_COUNT: 2,
    Header.FILE: 71,
    Header.GET_BYTES: 73,
    Header.GET_SIZE: 65,
    Header.SIZE: 69,
    Header.FAULT: 3,
    **{Header.PACKED_9D + i: 163 for i in range(PACKED_RATES)},
    **{Header.PACKED_6D + i: 115 for i in range(PACKED_RATES)},
}
"""Payload sizes; other frames that have a name here carry nothing, but for `Header.BYTES`."""

_EMPTY: Final = frozenset(Header) - frozenset(_SIZES) - {Header.BYTES}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame whose CRC fits; ``header`` may be one that `Header` does not name."""

    header: int
    payload: bytes = b""


def encode_frame(header: int, payload: bytes = b"") -> bytes:
    """Return the bytes of one frame.

    Raises
    ------
    CodecError
        If the payload is longer than 236 bytes.
    """
    if len(payload) > MAX_PAYLOAD:
        raise CodecError(f"A frame carries at most {MAX_PAYLOAD} bytes, not {len(payload)}.")
    crc = zlib.crc32(struct.pack("<H", header) + payload)
    return _HEAD.pack(_START, crc, len(payload), header) + payload


def decode_frame(value: bytes) -> Frame:
    """Return the one frame that a value is.

    Raises
    ------
    CodecError
        If it is no frame, has another length than it says, or its CRC does not fit.
    """
    frame, size = _frame_at(value, 0)
    if size != len(value):
        raise CodecError(f"A frame of {size} bytes was expected, {len(value)} bytes came.")
    return frame


def split_notification(value: bytes) -> tuple[tuple[Frame, ...], bytes]:
    """Return the real-time frames of a notification, and its piece of the stream.

    Raises
    ------
    CodecError
        If it is empty, its first byte is no count of real-time frames, or one of these is damaged.
    """
    if not value:
        raise CodecError("An empty notification came.")
    count = 0xFF - value[0]
    if count > MAX_REALTIME_FRAMES:
        raise CodecError(f"A notification begins with {value[0]:02X}; FC to FF was expected.")
    frames, at = [], 1
    for _ in range(count):
        frame, size = _frame_at(value, at)
        frames.append(frame)
        at += size
    return tuple(frames), value[at:]


def pack_notification(realtime: Sequence[Frame], piece: bytes) -> bytes:
    """Return the notification with some real-time frames (at most three) and a piece of the stream."""
    if len(realtime) > MAX_REALTIME_FRAMES:
        raise CodecError(f"A notification has at most {MAX_REALTIME_FRAMES} real-time frames.")
    whole = b"".join(encode_frame(frame.header, frame.payload) for frame in realtime)
    return bytes([0xFF - len(realtime)]) + whole + piece


class FrameStream:
    """Whole frames out of a stream that comes in pieces, torn anywhere, with bytes lost or added.

    A frame counts only if its CRC fits; where it does not, the next start byte is tried. So damage costs the
    frames it touches and no other. Bytes are waited for only where what is there may begin a frame.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()

    def clear(self) -> None:
        """Forget the beginning of a frame that waits for its end: after a new connection."""
        self._waiting.clear()

    def feed(self, piece: bytes) -> tuple[tuple[Frame, ...], int]:
        """Take the next piece; return the frames it completes, and how many bytes belonged to none."""
        self._waiting += piece
        data = bytes(self._waiting)
        frames: list[Frame] = []
        at = skipped = 0
        while at < len(data):
            start = data.find(_START, at)
            if start < 0:
                start = len(data)
            skipped += start - at
            at = start
            size = _size_at(data, at)
            if size is None or at + size > len(data):
                break
            frame = _valid_frame(data, at, size)
            if frame is None:
                at, skipped = at + 1, skipped + 1
            else:
                frames.append(frame)
                at += size
        del self._waiting[:at]
        return tuple(frames), skipped


def _size_at(data: bytes, at: int) -> int | None:
    """Return the size of the frame that may begin here, 0 if none can, None if more bytes are needed."""
    if len(data) - at < _HEAD.size:
        return None
    _, _, size, header = _HEAD.unpack_from(data, at)
    return _HEAD.size + size if _can_be(header, size) else 0


def _can_be(header: int, size: int) -> bool:
    if size > MAX_PAYLOAD:
        return False
    if header in _SIZES:
        return size == _SIZES[header]
    if header in _EMPTY:
        return size == 0
    if header == Header.BYTES:
        return size >= _OFFSET_BYTES
    return header <= _HIGHEST_HEADER


def _valid_frame(data: bytes, at: int, size: int) -> Frame | None:
    if size == 0:
        return None
    _, crc, _, header = _HEAD.unpack_from(data, at)
    if zlib.crc32(data[at + _CRC_FROM : at + size]) != crc:
        return None
    return Frame(header, data[at + _HEAD.size : at + size])


def _frame_at(data: bytes, at: int) -> tuple[Frame, int]:
    size = _size_at(data, at) if at < len(data) and data[at] == _START else 0
    if not size or at + size > len(data):
        raise CodecError(f"No whole frame begins at byte {at} of {len(data)}.")
    frame = _valid_frame(data, at, size)
    if frame is None:
        raise CodecError(f"The checksum of the frame at byte {at} does not fit: it is damaged.")
    return frame, size
