"""Bytes of Polar's measurement service (PMD): frames of samples, commands and their answers.

Layout from Polar's published protocol description (sensors.md 2.4). All numbers are little-endian. A frame
holds samples of one kind; most come compressed: a whole first sample, then blocks of differences, each block
with its own bit width. Radio packets have a checksum of their own, so a frame arrives whole or not at all;
what contradicts itself raises `CodecError`. Frames have no counter, whatever one description says.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from pfp_sensors.model.heard import RawArray

ACC: Final = 2
GYRO: Final = 5
SDK_MODE: Final = 9
KIND_NAMES: Final = {ACC: "acceleration", GYRO: "turning rate", SDK_MODE: "SDK mode"}

GET_SETTINGS, START, STOP = 1, 2, 3
STOPPED_BY_SENSOR: Final = 1
"""First byte of a control message that is no answer: the sensor ended the streams named after it."""

RATE, RESOLUTION, RANGE, RANGE_MILLI, CHANNELS, FACTOR, SECURITY = range(7)
_SETTING_FORMATS: Final = {
    RATE: "H",
    RESOLUTION: "H",
    RANGE: "H",
    RANGE_MILLI: "I",
    CHANNELS: "B",
    FACTOR: "f",
    SECURITY: "16s",
}

ALREADY: Final = 6
IN_CHARGER: Final = 13
ERRORS: Final = {
    0: "all well",
    1: "it does not know the command",
    2: "it does not know this kind of measurement",
    3: "it does not support this",
    4: "the command has a wrong length",
    5: "a setting of the command is wrong",
    6: "it is in that state already",
    7: "it does not offer this resolution",
    8: "it does not offer this rate",
    9: "it does not offer this range",
    10: "the connection carries packets that are too short",
    11: "it does not offer this number of channels",
    12: "it cannot do this in its present state",
    13: "it is in its charger",
    14: "its memory is full",
}
"""Error codes of an answer in words."""

_ANSWER: Final = 0xF0
_HEAD: Final = struct.Struct("<BQB")
_COMPRESSED: Final = 0x80
_KIND_MASK: Final = 0x3F
_MAX_STAMP_NS: Final = 2**63
_MAX_WIDTH_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class Frame:
    """Samples of one kind from one packet.

    Attributes
    ----------
    stamp_ns
        Time of the last sample since 2000-01-01 on the sensor's clock.
    samples
        (n, 3) in the sensor's own numbers, n at least 1.
    unit
        g or deg/s per number, to be multiplied with the factor of the start answer where ``needs_factor``.
    """

    kind: int
    stamp_ns: int
    samples: RawArray
    unit: float
    needs_factor: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer to a command; ``more`` tells that another message continues its parameters."""

    op: int
    kind: int
    error: int
    more: bool
    parameters: bytes


def decode_frame(payload: bytes) -> Frame:
    """Decode one data packet.

    Raises
    ------
    CodecError
        If it is cut, contradicts itself, or is of a kind or type that is not known.
    """
    if len(payload) <= _HEAD.size:
        raise CodecError(f"Polar frame of {len(payload)} bytes; at least {_HEAD.size + 1} expected.")
    kind, stamp_ns, frame_type = _HEAD.unpack_from(payload)
    if stamp_ns >= _MAX_STAMP_NS:
        raise CodecError(f"Polar frame with time {stamp_ns} ns, centuries away.")
    body = payload[_HEAD.size :]
    shape = (kind & _KIND_MASK, frame_type)
    if shape in ((ACC, _COMPRESSED), (ACC, _COMPRESSED | 1), (GYRO, _COMPRESSED)):
        samples: RawArray = _as_int16(_undo_differences(body, "<h"))
        unit = 1e-3 if shape == (ACC, _COMPRESSED | 1) else 1.0
        return Frame(shape[0], stamp_ns, samples, unit, needs_factor=True)
    if shape == (GYRO, _COMPRESSED | 1):
        return Frame(GYRO, stamp_ns, _as_floats(_undo_differences(body, "<i")), 1.0, needs_factor=True)
    if shape == (ACC, 1):
        return Frame(ACC, stamp_ns, _whole_numbers(body, 2).astype(np.int16), 1e-3, needs_factor=False)
    if shape == (ACC, 2):
        return Frame(ACC, stamp_ns, _whole_numbers(body, 3).astype(np.float32), 1e-3, needs_factor=False)
    raise CodecError(f"Polar frame of measurement {shape[0]} and type {frame_type:#04x}, which is not known.")


def _whole_numbers(body: bytes, size: int) -> npt.NDArray[np.int64]:
    if len(body) % (3 * size):
        raise CodecError(f"Polar frame with {len(body)} bytes of samples, no multiple of {3 * size}.")
    digits = np.frombuffer(body, np.uint8).reshape(-1, 3, size).astype(np.int64)
    values: npt.NDArray[np.int64] = (digits << (8 * np.arange(size))).sum(axis=2)
    values[values >= 1 << (8 * size - 1)] -= 1 << (8 * size)
    return values


def _undo_differences(body: bytes, number: str) -> npt.NDArray[np.int64]:
    """Add up a first sample and the blocks of differences that follow it, (n, 3)."""
    at = 3 * struct.calcsize(number)
    if len(body) < at:
        raise CodecError(f"Polar frame ends within its first sample ({len(body)} bytes of {at}).")
    parts = [np.array([struct.unpack("<" + 3 * number[1], body[:at])], np.int64)]
    while at < len(body):
        if at + 2 > len(body):
            raise CodecError("Polar frame ends within the head of a block.")
        width, count = body[at], body[at + 1]
        size = -(-width * count * 3 // 8)
        if not 1 <= width <= _MAX_WIDTH_BITS or not count or at + 2 + size > len(body):
            raise CodecError(
                f"Polar frame with a block of {count} samples at {width} bits in {len(body) - at - 2} bytes."
            )
        parts.append(_differences(body[at + 2 : at + 2 + size], width, count))
        at += 2 + size
    return np.cumsum(np.concatenate(parts), axis=0)


def _differences(packed: bytes, width: int, count: int) -> npt.NDArray[np.int64]:
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")[: width * count * 3]
    weights = np.left_shift(np.int64(1), np.arange(width, dtype=np.int64))
    weights[-1] = -weights[-1]
    steps: npt.NDArray[np.int64] = (bits.reshape(count, 3, width).astype(np.int64) * weights).sum(axis=2)
    return steps


def _as_int16(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int16]:
    if values.min() < -(2**15) or values.max() >= 2**15:
        raise CodecError("Polar frame whose differences add up to more than 16 bits hold.")
    return values.astype(np.int16)


def _as_floats(patterns: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    values = (patterns & 0xFFFFFFFF).astype(np.uint32).view(np.float32)
    if not np.isfinite(values).all():
        raise CodecError("Polar frame whose differences add up to something that is no number.")
    return values


def settings_command(kind: int) -> bytes:
    """Ask which settings a measurement offers."""
    return bytes((GET_SETTINGS, kind))


def start_command(kind: int, settings: Mapping[int, int]) -> bytes:
    """Start a measurement with one value for each setting."""
    return bytes((START, kind)) + b"".join(
        bytes((number, 1)) + struct.pack("<" + _SETTING_FORMATS[number], value)
        for number, value in settings.items()
    )


def stop_command(kind: int) -> bytes:
    """Stop a measurement, or leave SDK mode."""
    return bytes((STOP, kind))


SDK_MODE_ON: Final = bytes((START, SDK_MODE))


def decode_answer(payload: bytes) -> Answer:
    """Decode the answer to a command; `CodecError` if it is none."""
    if len(payload) < 4 or payload[0] != _ANSWER:
        raise CodecError(f"Polar answer {payload.hex(' ')}; F0, command, measurement, error expected.")
    more = len(payload) > 4 and payload[4] != 0
    return Answer(payload[1], payload[2], payload[3], more, payload[5:])


def decode_settings(parameters: bytes) -> dict[int, tuple[float, ...]]:
    """Decode settings: number of the setting to its values; `CodecError` if cut or not known."""
    found: dict[int, tuple[float, ...]] = {}
    at = 0
    while at < len(parameters):
        number = parameters[at]
        count = parameters[at + 1] if at + 1 < len(parameters) else 0
        layout = "<" + count * _SETTING_FORMATS.get(number, "")
        if number not in _SETTING_FORMATS or not count or at + 2 + struct.calcsize(layout) > len(parameters):
            raise CodecError(f"Polar settings {parameters.hex(' ')} cannot be read from byte {at} on.")
        if number != SECURITY:
            found[number] = struct.unpack_from(layout, parameters, at + 2)
        at += 2 + struct.calcsize(layout)
    return found
