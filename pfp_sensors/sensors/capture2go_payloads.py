"""What the frames of the Capture2Go IMU carry, both ways.

Source: package capture2go 1.0.1 and ``Capture2Go_Communication_Protocol.md`` (doc); the frames named in the
tests went through that package's decoder (ran). Its decoder multiplies by 9.81 m/s²: here counts are kept.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.sensors.capture2go import PACKED_RATES, Frame, Header
from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    import numpy.typing as npt

SAMPLES_PER_FRAME: Final = 8
ACC_RANGE_G: Final = 16.0
GYR_RANGE_DPS: Final = 2000.0
ACC_SCALE_G: Final = ACC_RANGE_G / 32768
GYR_SCALE_DPS: Final = GYR_RANGE_DPS / 32768
CLIP_COUNT: Final = 32767.0

RATES_HZ: Final = (200.0, 100.0, 50.0, 25.0, 10.0, 1.0)
"""Rate of sampling mode 1, 2, 3, ..."""

_MODE: Final = struct.Struct("<q8BHBQ3B")
_STATUS: Final = struct.Struct("<qBB3hBBB")
_DEVICE: Final = struct.Struct("<H6s8s8s12s11s")
_ECHO: Final = struct.Struct("<4q")
_TAIL: Final = struct.Struct("<QhB")
_FAULT: Final = struct.Struct("<BH")
_CHARGING: Final = 0x80
_TRIPLES: Final = SAMPLES_PER_FRAME * 3


class State(IntEnum):
    """What the sensor does."""

    OFF = 0
    IDLE = 1
    STREAMING = 2
    RECORDING = 3


class Flag(IntFlag):
    """What a frame of samples says went wrong; clips are those of the part's 1666 Hz, before filtering."""

    TIME_GAP = 0x01
    GYR_CLIPPED = 0x02
    ACC_CLIPPED = 0x04
    MAG_CLIPPED = 0x08
    PROCESSING_ISSUE = 0x10


@dataclass(frozen=True, slots=True)
class MeasurementMode:
    """What is measured: packed samples at a rate, and a status every so many s.

    ``rate_hz`` None means that no packed samples come. The sensor answers with what it accepted.
    """

    rate_hz: float | None = 200.0
    status_s: int = 1
    magnetometer: bool = False
    sync_mode: int = 0
    sync_id: int = 0


def encode_mode(mode: MeasurementMode) -> bytes:
    """Return the 30 bytes that set a mode at once, with nothing but packed samples and status.

    Raises
    ------
    CodecError
        If the sensor has no such rate.
    """
    if mode.rate_hz is not None and mode.rate_hz not in RATES_HZ:
        raise CodecError(f"There is no mode of {mode.rate_hz:g} Hz, only {RATES_HZ}.")
    packed = 0 if mode.rate_hz is None else RATES_HZ.index(mode.rate_hz) + 1
    modes = (0, 0, packed, 0, 0, 0, mode.status_s, 0)
    return _MODE.pack(0, *modes, 0, mode.sync_mode, mode.sync_id, 0, 0, not mode.magnetometer)


def decode_mode(payload: bytes) -> MeasurementMode:
    """Return a mode as the sensor accepted it.

    Raises
    ------
    CodecError
        If it has not 30 bytes, or names an unknown sampling mode.
    """
    fields = _unpack(_MODE, payload, "measurement mode")
    packed, status_s, sync_mode, sync_id, no_magnetometer = (fields[i] for i in (3, 7, 10, 11, 14))
    if packed > len(RATES_HZ):
        raise CodecError(f"Sampling mode {packed} is not known; 0 to {len(RATES_HZ)} are.")
    rate_hz = RATES_HZ[packed - 1] if packed else None
    return MeasurementMode(rate_hz, status_s, not no_magnetometer, sync_mode, sync_id)


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Which sensor it is; ``protocol`` 1 is the one that is documented."""

    protocol: int
    serial: str
    hardware: str
    firmware_revision: str
    firmware: str
    firmware_date: str


def encode_device_info(info: DeviceInfo) -> bytes:
    """Return its 47 bytes; texts that are too long are cut."""
    texts = (info.serial, info.hardware, info.firmware_revision, info.firmware, info.firmware_date)
    return _DEVICE.pack(info.protocol, *(text.encode("ascii", "replace") for text in texts))


def decode_device_info(payload: bytes) -> DeviceInfo:
    """Return who the sensor says it is.

    Raises
    ------
    CodecError
        If it has not 47 bytes.
    """
    protocol, *texts = _unpack(_DEVICE, payload, "device info")
    return DeviceInfo(protocol, *(text_of(text) for text in texts))


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """What the sensor says of itself; ``gyr_bias`` (3 counts of 2/32768 deg/s) is subtracted already."""

    device_ns: int
    state: int
    connection: int
    gyr_bias: tuple[int, int, int]
    synchronised: bool
    battery_percent: int
    charging: bool
    free_storage_percent: int


def encode_status(status: DeviceStatus) -> bytes:
    """Return its 19 bytes."""
    battery = status.battery_percent + _CHARGING * status.charging
    now = (status.device_ns, status.state, status.connection, *status.gyr_bias)
    return _STATUS.pack(*now, status.synchronised, battery, status.free_storage_percent)


def decode_status(payload: bytes) -> DeviceStatus:
    """Return a status.

    Raises
    ------
    CodecError
        If it has not 19 bytes.
    """
    device_ns, state, connection, x, y, z, synchronised, battery, free = _unpack(_STATUS, payload, "status")
    charging = bool(battery & _CHARGING)
    percent = battery & ~_CHARGING
    return DeviceStatus(device_ns, state, connection, (x, y, z), bool(synchronised), percent, charging, free)


def encode_echo(host_sent_ns: int, received_ns: int = 0, sent_ns: int = 0) -> bytes:
    """Return the 32 bytes of a clock echo; the host sends it with its own clock alone."""
    return _ECHO.pack(host_sent_ns, received_ns, sent_ns, 0)


def decode_echo(payload: bytes) -> tuple[int, int, int]:
    """Return when the host sent it, and when the sensor received and answered it, in ns.

    Raises
    ------
    CodecError
        If it has not 32 bytes.
    """
    host_sent_ns, received_ns, sent_ns, _ = _unpack(_ECHO, payload, "clock echo")
    return host_sent_ns, received_ns, sent_ns


@dataclass(frozen=True, slots=True, eq=False)
class PackedSamples:
    """Eight samples: ``acc``, ``gyr`` (8, 3) int16, ``device_ns`` of the first, ``flags`` as in `Flag`."""

    rate_hz: float
    device_ns: int
    acc: npt.NDArray[np.int16]
    gyr: npt.NDArray[np.int16]
    flags: int


def is_packed(header: int) -> bool:
    """Tell whether a header is one of packed samples, with or without magnetometer."""
    return any(0 <= header - first < PACKED_RATES for first in (Header.PACKED_6D, Header.PACKED_9D))


def encode_packed(samples: PackedSamples) -> Frame:
    """Return the frame of eight samples without magnetometer; its orientation is left 0."""
    body = struct.pack("<q", samples.device_ns) + b"".join(
        np.asarray(part, dtype="<i2").tobytes() for part in (samples.gyr, samples.acc)
    )
    header = Header.PACKED_6D + RATES_HZ.index(samples.rate_hz)
    return Frame(header, body + _TAIL.pack(0, 0, samples.flags))


def decode_packed(frame: Frame) -> PackedSamples:
    """Return the eight samples of a frame; gyroscope stands before acceleration in it.

    Raises
    ------
    CodecError
        If it is another frame, or has another length.
    """
    if not is_packed(frame.header):
        raise CodecError(f"Frame {frame.header:04X} carries no packed samples.")
    with_mag = frame.header < Header.PACKED_6D
    size = 8 + (3 if with_mag else 2) * 2 * _TRIPLES + _TAIL.size
    if len(frame.payload) != size:
        raise CodecError(f"Packed samples have {size} bytes, not {len(frame.payload)}.")
    counts = np.frombuffer(frame.payload, dtype="<i2", count=2 * _TRIPLES, offset=8).astype(np.int16)
    first = Header.PACKED_9D if with_mag else Header.PACKED_6D
    return PackedSamples(
        rate_hz=RATES_HZ[frame.header - first],
        device_ns=int.from_bytes(frame.payload[:8], "little", signed=True),
        acc=counts[_TRIPLES:].reshape(-1, 3),
        gyr=counts[:_TRIPLES].reshape(-1, 3),
        flags=frame.payload[-1],
    )


FAULTS: Final = {
    0xF0: "file_not_found",
    0xF1: "file_deletion_failed",
    0xF2: "file_system_error",
    0xF3: "file_already_exists",
    0xF4: "file_too_short",
    0xF5: "file_name_invalid",
    0xF6: "file_system_full",
    0xF7: "file_system_busy",
    0xF9: "recording_config_not_set",
    0xFA: "calibration_flash_error",
    0xFB: "wrong_state",
    0xFC: "frame_error",
    0xFD: "unknown_command",
    0xFE: "send_buffer_full",
    0xFF: "unknown_error",
}
"""What a fault's code means."""


def encode_fault(code: int, command: int) -> bytes:
    """Return the 3 bytes of a fault; ``command`` is the header that caused it, 0xFFFF for none."""
    return _FAULT.pack(code, command)


def decode_fault(payload: bytes) -> tuple[str, int]:
    """Return what went wrong, in a word, and the header of the command that caused it.

    Raises
    ------
    CodecError
        If it has not 3 bytes.
    """
    code, command = _unpack(_FAULT, payload, "fault")
    return FAULTS.get(code, f"code_{code:02x}"), command


def _unpack(layout: struct.Struct, payload: bytes, what: str) -> tuple[Any, ...]:
    if len(payload) != layout.size:
        raise CodecError(f"A {what} has {layout.size} bytes, not {len(payload)}.")
    return layout.unpack(payload)


def text_of(field: bytes) -> str:
    """Return the text of a field that is filled up with zeros."""
    return field.split(b"\0")[0].decode("ascii", "replace").strip()
