"""Services that sensors of many makers share: battery, device information, heart rate, foot pod.

Layouts by the Bluetooth SIG's GATT specifications (Battery Service 1.0, Heart Rate Service 1.0, Running Speed
and Cadence Service 1.0). All numbers are little-endian. Decoders raise `CodecError` and nothing else.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from pfp_sensors.model.heard import BadPacket, HeartRate, PodCadence, Status
from pfp_sensors.model.packets import Channel
from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    from pfp_sensors.model.heard import Heard
    from pfp_sensors.model.packets import Packet


def standard_uuid(number: int) -> str:
    """Return the long form of a 16-bit UUID, in lower case."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


BATTERY_SERVICE: Final = standard_uuid(0x180F)
BATTERY_LEVEL: Final = standard_uuid(0x2A19)

DEVICE_INFORMATION_SERVICE: Final = standard_uuid(0x180A)
MODEL_NUMBER: Final = standard_uuid(0x2A24)
SERIAL_NUMBER: Final = standard_uuid(0x2A25)
FIRMWARE_REVISION: Final = standard_uuid(0x2A26)
HARDWARE_REVISION: Final = standard_uuid(0x2A27)
MANUFACTURER_NAME: Final = standard_uuid(0x2A29)

HEART_RATE_SERVICE: Final = standard_uuid(0x180D)
HEART_RATE_MEASUREMENT: Final = standard_uuid(0x2A37)

RUNNING_SERVICE: Final = standard_uuid(0x1814)
RUNNING_MEASUREMENT: Final = standard_uuid(0x2A53)

_RR_PER_S: Final = 1024
_SPEED_PER_MPS: Final = 256
_STRIDE_PER_M: Final = 100
_DISTANCE_PER_M: Final = 10


def decode_battery(payload: bytes) -> int:
    """Return the charge in percent from a battery level."""
    if len(payload) != 1 or payload[0] > 100:
        raise CodecError(f"A battery level is one byte from 0 to 100, not {payload.hex(' ') or 'empty'}.")
    return payload[0]


def decode_text(payload: bytes) -> str:
    """Return a string of the device information, without what some makers fill it up with.

    Bytes that are no UTF-8 come out as replacement characters.
    """
    return payload.decode("utf-8", errors="replace").strip("\0 \t\r\n")


def decode_heart_rate(payload: bytes, host_mono_ns: int) -> HeartRate:
    """Understand a heart rate measurement: bpm, RR intervals in ms, skin contact."""
    fields = _Fields(payload, "heart rate measurement")
    flags = fields.take("<B")
    bpm = fields.take("<H" if flags & 1 else "<B")
    if flags & 8:
        fields.take("<H")  # energy spent since reset, of no use here
    rr_ms: list[float] = []
    while flags & 16 and fields.left:
        rr_ms.append(fields.take("<H") * 1000 / _RR_PER_S)
    fields.end()
    return HeartRate(host_mono_ns, bpm, tuple(rr_ms), bool(flags & 2) if flags & 4 else None)


def encode_heart_rate(measured: HeartRate) -> bytes:
    """Return the bytes of a heart rate measurement; RR intervals are rounded to 1/1024 s."""
    wide = measured.bpm > 0xFF
    contact = 0 if measured.contact is None else 4 | measured.contact << 1
    rr = [round(rr_ms * _RR_PER_S / 1000) for rr_ms in measured.rr_ms]
    head = _pack("<BH" if wide else "<BB", wide | contact | bool(rr) << 4, measured.bpm)
    return head + _pack(f"<{len(rr)}H", *rr)


def decode_running(payload: bytes, host_mono_ns: int) -> PodCadence:
    """Understand a running speed and cadence measurement of a foot pod."""
    fields = _Fields(payload, "running speed and cadence measurement")
    flags = fields.take("<B")
    speed_mps = fields.take("<H") / _SPEED_PER_MPS
    cadence_per_min = fields.take("<B")
    stride_m = fields.take("<H") / _STRIDE_PER_M if flags & 1 else None
    distance_m = fields.take("<I") / _DISTANCE_PER_M if flags & 2 else None
    fields.end()
    return PodCadence(host_mono_ns, speed_mps, cadence_per_min, stride_m, distance_m, bool(flags & 4))


def encode_running(measured: PodCadence) -> bytes:
    """Return the bytes of a running speed and cadence measurement, rounded to its steps."""
    stride_m, distance_m = measured.stride_length_m, measured.distance_m
    flags = (stride_m is not None) | (distance_m is not None) << 1 | measured.running << 2
    parts = [_pack("<BHB", flags, round(measured.speed_mps * _SPEED_PER_MPS), measured.cadence_per_min)]
    if stride_m is not None:
        parts.append(_pack("<H", round(stride_m * _STRIDE_PER_M)))
    if distance_m is not None:
        parts.append(_pack("<I", round(distance_m * _DISTANCE_PER_M)))
    return b"".join(parts)


def hear_standard(packet: Packet) -> tuple[Heard, ...]:
    """Understand a packet of channel BATTERY, HEART_RATE or CADENCE; nothing comes of other channels.

    Damaged bytes come out as `BadPacket`; nothing is raised.
    """
    try:
        if packet.channel == Channel.BATTERY:
            percent = decode_battery(packet.payload)
            return (Status(packet.host_mono_ns, packet.segment, battery_percent=percent),)
        if packet.channel == Channel.HEART_RATE:
            return (decode_heart_rate(packet.payload, packet.host_mono_ns),)
        if packet.channel == Channel.CADENCE:
            return (decode_running(packet.payload, packet.host_mono_ns),)
    except CodecError as error:
        return (BadPacket(packet.host_mono_ns, packet.segment, error.message),)
    return ()


class _Fields:
    """Takes one number after the other out of a payload whose flags say which are there."""

    def __init__(self, payload: bytes, what: str) -> None:
        self._payload = payload
        self._what = what
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._payload) - self._at

    def take(self, layout: str) -> int:
        size = struct.calcsize(layout)
        if self.left < size:
            raise CodecError(f"The {self._what} ends after {len(self._payload)} bytes, within a number.")
        (value,) = struct.unpack_from(layout, self._payload, self._at)
        self._at += size
        return int(value)

    def end(self) -> None:
        if self.left:
            raise CodecError(f"The {self._what} has {self.left} bytes more than its flags say.")


def _pack(layout: str, *values: int) -> bytes:
    try:
        return struct.pack(layout, *values)
    except struct.error as error:
        raise CodecError(f"A value does not fit its field: {error}.") from error
