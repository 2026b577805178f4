"""Bytes of WitMotion's BWT901BLE5.0 and WT901BLECL: a stream of 20-byte frames, register commands.

Layout from the maker's published protocol (sensors.md 2.6). Frames begin with ``55 61`` (samples) or
``55 71`` (registers), stand one after the other without gap, and may straddle notifications. They have no
checksum, no number and no time, so a frame is accepted only where another one begins right behind it. This
costs one frame of delay and finds every frame into which bytes were lost or put, unless as many were lost as
put in, or a whole multiple of 20 bytes went missing from the middle of one frame to the middle of another.
Changed bytes inside a frame cannot be told at all. Where both header bytes repeat inside the data at a
distance of 20, so that two places could be the beginning, nothing is given out until only one is left.
"""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    import numpy.typing as npt

FRAME_BYTES: Final = 20
ACC_RANGE_G: Final = 16.0
GYR_RANGE_DPS: Final = 2000.0
FULL_SCALE: Final = 32768.0
LAST_CODE: Final = 32767.0
DEG_PER_COUNT: Final = 180.0 / FULL_SCALE

RATE: Final = 0x03
TEMPERATURE: Final = 0x40
BATTERY: Final = 0x64
RATE_CODES: Final = {200.0: 0x0B, 100.0: 0x09, 50.0: 0x08, 20.0: 0x07, 10.0: 0x06}

_HEADERS: Final = (b"\x55\x61", b"\x55\x71")
_SEARCH_BYTES: Final = 2 * FRAME_BYTES + 1


@dataclass(frozen=True, slots=True)
class Motion:
    """One sample: ``counts`` (9,) int16 of acceleration, turning rate, then roll, pitch and yaw."""

    counts: npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Registers:
    """Eight registers from ``first`` on."""

    first: int
    values: tuple[int, ...]


def decode_frame(frame: bytes) -> Motion | Registers:
    """Decode one frame of 20 bytes; `CodecError` if it has another length or another beginning."""
    if len(frame) != FRAME_BYTES or frame[:2] not in _HEADERS:
        raise CodecError(f"WitMotion frame {frame.hex(' ')}; 20 bytes from 55 61 or 55 71 on expected.")
    if frame[1] == 0x61:
        return Motion(np.frombuffer(frame, "<i2", offset=2).astype(np.int16))
    first, *values = struct.unpack("<H8h", frame[2:])
    return Registers(first, tuple(values))


@dataclass(frozen=True, slots=True)
class Cut:
    """What a stream gave: a frame (or bytes that are none) and the moment its last byte came."""

    data: bytes
    is_frame: bool
    at_ns: int


class FrameCutter:
    """Cuts a stream of bytes into frames; holds at most three frames and the newest notification."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._arrivals: deque[tuple[int, int]] = deque()  # how many bytes came when, oldest first
        self._in_step = False

    @property
    def held(self) -> int:
        """How many bytes wait."""
        return len(self._held)

    def add(self, payload: bytes, at_ns: int) -> list[Cut]:
        """Take in one notification; give out what is certain now."""
        if not payload:
            return []
        self._held += payload
        self._arrivals.append((len(payload), at_ns))
        cuts: list[Cut] = []
        while self._step(cuts):
            pass
        return cuts

    def _step(self, cuts: list[Cut]) -> bool:
        if self._in_step:
            if len(self._held) < FRAME_BYTES + 2:
                return False
            self._in_step = self._header_at(FRAME_BYTES)
            if self._in_step:
                cuts.append(self._take(FRAME_BYTES, is_frame=True))
            return True
        if len(self._held) < _SEARCH_BYTES:
            return False
        begins = [
            at for at in range(FRAME_BYTES) if self._header_at(at) and self._header_at(at + FRAME_BYTES)
        ]
        self._in_step = len(begins) == 1
        unusable = begins[0] if self._in_step else FRAME_BYTES
        if unusable:
            cuts.append(self._take(unusable, is_frame=False))
        return True

    def _header_at(self, at: int) -> bool:
        return bytes(self._held[at : at + 2]) in _HEADERS

    def _take(self, count: int, *, is_frame: bool) -> Cut:
        data = bytes(self._held[:count])
        del self._held[:count]
        at_ns = 0
        while count > 0:
            size, at_ns = self._arrivals.popleft()
            if size > count:
                self._arrivals.appendleft((size - count, at_ns))
            count -= size
        return Cut(data, is_frame, at_ns)


UNLOCK: Final = bytes.fromhex("ffaa6988b5")
SAVE: Final = bytes.fromhex("ffaa000000")


def set_rate(rate_hz: float) -> bytes:
    """Set the rate until the sensor is switched off, or for good if `SAVE` follows."""
    return bytes((0xFF, 0xAA, RATE, RATE_CODES[rate_hz], 0))


def read_registers(first: int) -> bytes:
    """Ask for eight registers from ``first`` on."""
    return bytes((0xFF, 0xAA, 0x27, first, 0))
