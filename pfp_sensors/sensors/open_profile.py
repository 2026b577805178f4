"""The open profile, version 1: what a sensor notifies, bytes to values and back, for both ends.

Source of the layout: ``docs/open-profile.md``. All numbers are little-endian. Decoders raise `CodecError` and
nothing else; encoders raise it where a value does not fit its field.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    import numpy.typing as npt

SERVICE: Final = "5ba20000-6f2d-4c1b-9d0a-3f6e8c5a7b10"
DATA: Final = "5ba20001-6f2d-4c1b-9d0a-3f6e8c5a7b10"
CTRL: Final = "5ba20002-6f2d-4c1b-9d0a-3f6e8c5a7b10"
INFO: Final = "5ba20003-6f2d-4c1b-9d0a-3f6e8c5a7b10"

VERSION: Final = 1
DATA_TYPE: Final = 1
STATUS_TYPE: Final = 2
SEQ_WRAP: Final = 1 << 16
INDEX_WRAP: Final = 1 << 32
CLOCK_WRAP_US: Final = 1 << 32

AXES_PER_SAMPLE: Final = 6

_DATA_HEAD: Final = struct.Struct("<BBHII")
_STATUS: Final = struct.Struct("<BBHIIIIIIIHHhBB")

_UNKNOWN_MV: Final = 0
_UNKNOWN_TEMPERATURE: Final = -32768
_UNKNOWN_PERCENT: Final = 255
_FULL_PERCENT: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class DataPacket:
    """Consecutive samples.

    Attributes
    ----------
    seq
        Packet counter modulo 2¹⁶, shared with status packets.
    index
        Sample period of the first sample since boot, modulo 2³².
    t_us
        Device clock at the first sample, modulo 2³².
    counts
        (n, 6) int16: ax ay az gx gy gz.
    """

    seq: int
    index: int
    t_us: int
    counts: npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class StatusPacket:
    """What the sensor says of itself; None for what it does not know.

    ``next_index`` is the next sample it will take, ``oldest_index`` the oldest still in its ring. Totals
    since boot: ``ring_dropped`` (samples overwritten unsent), ``acc_clipped``, ``gyr_clipped`` (samples) and
    ``fifo_overflows`` (events).
    """

    seq: int
    boot_id: int
    t_us: int
    next_index: int
    oldest_index: int
    ring_dropped: int = 0
    acc_clipped: int = 0
    gyr_clipped: int = 0
    fifo_overflows: int = 0
    battery_mv: int | None = None
    temperature_centi_c: int | None = None
    battery_percent: int | None = None
    sampling: bool = False
    charging: bool = False
    battery_low: bool = False
    self_test_failed: bool = False


@dataclass(frozen=True, slots=True)
class UnknownPacket:
    """A packet of version 1 whose type is not known here: to be passed over."""

    packet_type: int


def encode_data(packet: DataPacket) -> bytes:
    """Return a data packet's 12 + 12·n bytes."""
    rows = np.ascontiguousarray(packet.counts, dtype="<i2")
    if rows.ndim != 2 or rows.shape[1] != AXES_PER_SAMPLE or not len(rows):
        raise CodecError(f"A data packet holds samples of {AXES_PER_SAMPLE} counts, not {rows.shape}.")
    head = (VERSION << 4 | DATA_TYPE, len(rows), packet.seq, packet.index, packet.t_us)
    return pack(_DATA_HEAD, *head) + rows.tobytes()


def encode_status(packet: StatusPacket) -> bytes:
    """Return a status packet's 40 bytes."""
    flags = (packet.sampling, packet.charging, packet.battery_low, packet.self_test_failed)
    return pack(
        _STATUS,
        VERSION << 4 | STATUS_TYPE,
        sum(1 << bit for bit, is_set in enumerate(flags) if is_set),
        packet.seq,
        packet.boot_id,
        packet.t_us,
        packet.next_index,
        packet.oldest_index,
        packet.ring_dropped,
        packet.acc_clipped,
        packet.gyr_clipped,
        packet.fifo_overflows,
        _or(packet.battery_mv, _UNKNOWN_MV),
        _or(packet.temperature_centi_c, _UNKNOWN_TEMPERATURE),
        _or(packet.battery_percent, _UNKNOWN_PERCENT),
        0,
    )


def decode_notification(payload: bytes) -> DataPacket | StatusPacket | UnknownPacket:
    """Understand one notification of DATA.

    Raises
    ------
    CodecError
        If it is empty, of another version, or of a length that its type does not have.
    """
    if not payload:
        raise CodecError("The packet is empty.")
    version, packet_type = payload[0] >> 4, payload[0] & 0x0F
    check_version(version)
    if packet_type == DATA_TYPE:
        return _decode_data(payload)
    if packet_type == STATUS_TYPE:
        return _decode_status(payload)
    return UnknownPacket(packet_type)


def _decode_data(payload: bytes) -> DataPacket:
    _, n, seq, index, t_us = unpack(_DATA_HEAD, payload, "data packet")
    expected = _DATA_HEAD.size + 2 * AXES_PER_SAMPLE * n
    if not n or len(payload) != expected:
        raise CodecError(f"A data packet of {n} samples has {len(payload)} bytes instead of {expected}.")
    counts = np.frombuffer(payload, "<i2", offset=_DATA_HEAD.size).reshape(n, AXES_PER_SAMPLE)
    return DataPacket(seq, index, t_us, counts.astype(np.int16))


def _decode_status(payload: bytes) -> StatusPacket:
    _, flags, *counters = unpack(_STATUS, payload, "status packet")
    seq, boot_id, t_us, next_index, oldest_index, dropped, *counters = counters
    acc_clipped, gyr_clipped, overflows, millivolt, temperature, percent, _ = counters
    if _FULL_PERCENT < percent < _UNKNOWN_PERCENT:
        raise CodecError(f"The status packet says the battery is at {percent} %.")
    return StatusPacket(
        seq,
        boot_id,
        t_us,
        next_index,
        oldest_index,
        dropped,
        acc_clipped,
        gyr_clipped,
        overflows,
        battery_mv=_unless(millivolt, _UNKNOWN_MV),
        temperature_centi_c=_unless(temperature, _UNKNOWN_TEMPERATURE),
        battery_percent=_unless(percent, _UNKNOWN_PERCENT),
        sampling=bool(flags & 1),
        charging=bool(flags & 2),
        battery_low=bool(flags & 4),
        self_test_failed=bool(flags & 8),
    )


def check_version(version: int) -> None:
    """Refuse another major version than 1."""
    if version != VERSION:
        raise CodecError(f"The sensor speaks version {version} of the open profile, not version {VERSION}.")


def pack(layout: struct.Struct, *values: float) -> bytes:
    """Put values into their fields."""
    try:
        return layout.pack(*values)
    except (struct.error, OverflowError) as error:
        raise CodecError(f"A value does not fit its field: {error}.") from error


def unpack(layout: struct.Struct, payload: bytes, what: str) -> tuple[Any, ...]:
    """Take values out of their fields; bytes after the last are passed over."""
    if len(payload) < layout.size:
        raise CodecError(f"The {what} has {len(payload)} bytes instead of {layout.size}.")
    return layout.unpack_from(payload)


def _or(value: int | None, unknown: int) -> int:
    return unknown if value is None else value


def _unless(value: int, unknown: int) -> int | None:
    return None if value == unknown else value
