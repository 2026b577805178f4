"""Bytes of MbientLab's MetaMotion S and RL: commands, what reads answer, packed samples.

Layout from the maker's published API description (sensors.md 2.5). A packet is module, register (0x80 added
for a read and its answer) and data, little-endian. Packed samples have neither time, number nor checksum: a
packet arrives whole or not at all, and one that never came leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    import numpy.typing as npt

    from pfp_sensors.sensors.two_streams import Side

ACC: Final = 0x03
SETTINGS: Final = 0x11
GYRO: Final = 0x13
MODULE_NAMES: Final = {ACC: "acceleration", GYRO: "turning rate"}

READ: Final = 0x80
CONFIG: Final = 0x03
BATTERY: Final = 0x0C
MAX_COMMAND_BYTES: Final = 20

COUNTS_PER_G: Final = 2048.0
COUNTS_PER_DPS: Final = 16.4
ACC_RANGE_G: Final = 16.0
GYR_RANGE_DPS: Final = 2000.0
LAST_CODE: Final = 32767.0

_PACKED_LENGTH: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """The motion sensor on a board, and what differs with it.

    Attributes
    ----------
    acc_packed, gyr_packed
        Registers of the packed samples.
    acc_config, gyr_config
        Rate in Hz to the two bytes that set it, at 16 g and at 2000 deg/s.
    """

    name: str
    acc_packed: int
    gyr_packed: int
    acc_config: dict[float, bytes]
    gyr_config: dict[float, bytes]

    def config(self, module: int, rate_hz: float) -> bytes:
        """Return the two bytes that set a module to a rate."""
        return (self.acc_config if module == ACC else self.gyr_config)[rate_hz]

    def rate_hz(self, module: int, config: bytes) -> float | None:
        """Return the rate that configuration bytes stand for; None where they mean another range or rate."""
        known = self.acc_config if module == ACC else self.gyr_config
        return next((rate for rate, value in known.items() if value == config), None)


_GYRO_CONFIG: Final = {200.0: b"\x29\x00", 100.0: b"\x28\x00"}
BMI160: Final = Part("BMI160", 0x1C, 0x07, {200.0: b"\x29\x0c", 100.0: b"\x28\x0c"}, _GYRO_CONFIG)
BMI270: Final = Part("BMI270", 0x05, 0x05, {200.0: b"\xa9\x03", 100.0: b"\xa8\x03"}, _GYRO_CONFIG)
PARTS: Final = {(1, 0): BMI160, (4, 1): BMI270}
"""Implementation numbers of the acceleration and the turning rate module to the part."""


@dataclass(frozen=True, slots=True)
class Module:
    """Which implementation of a module a board has; None where it has none."""

    module: int
    implementation: int | None


@dataclass(frozen=True, slots=True)
class Config:
    """How a module says it is set: two bytes, to be compared with `Part`."""

    module: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge in percent and voltage in mV."""

    percent: int
    mv: int


@dataclass(frozen=True, slots=True)
class Packed:
    """Three samples of one kind: ``counts`` (3, 3) int16, rows in time."""

    side: Side
    register: int
    counts: npt.NDArray[np.int16]


Message = Module | Config | Battery | Packed

_PACKED_SIDES: Final[dict[tuple[int, int], Side]] = {
    (ACC, BMI160.acc_packed): "acc",
    (ACC, BMI270.acc_packed): "acc",
    (GYRO, BMI160.gyr_packed): "gyr",
    (GYRO, BMI270.gyr_packed): "gyr",
}


def decode(payload: bytes) -> Message:
    """Decode one notification.

    Raises
    ------
    CodecError
        If it is cut, too long, or none of the messages that this program asks for.
    """
    if len(payload) < 2:
        raise CodecError(f"MetaMotion packet of {len(payload)} bytes; at least 2 expected.")
    head, data = (payload[0], payload[1]), payload[2:]
    if head in _PACKED_SIDES:
        if len(payload) != _PACKED_LENGTH:
            raise CodecError(f"MetaMotion samples of {len(payload)} bytes; {_PACKED_LENGTH} expected.")
        counts = np.frombuffer(data, "<i2").reshape(3, 3).astype(np.int16)
        return Packed(_PACKED_SIDES[head], head[1], counts)
    if head in ((ACC, READ), (GYRO, READ)) and len(data) != 1:
        return Module(head[0], data[0] if data else None)
    if head in ((ACC, READ | CONFIG), (GYRO, READ | CONFIG)) and len(data) == 2:
        return Config(head[0], data)
    if head == (SETTINGS, READ | BATTERY) and len(data) == 3 and data[0] <= 100:
        return Battery(data[0], int.from_bytes(data[1:], "little"))
    raise CodecError(f"MetaMotion packet {payload.hex(' ')}, which is not known.")


def read_module(module: int) -> bytes:
    """Ask for the implementation of a module."""
    return bytes((module, READ))


def read_config(module: int) -> bytes:
    """Ask how a module is set."""
    return bytes((module, READ | CONFIG))


READ_BATTERY: Final = bytes((SETTINGS, READ | BATTERY))

CONNECTION: Final = bytes.fromhex("1109 0600 0c00 0000 5802")
"""Ask for an interval of 7.5 to 15 ms, latency 0, time-out 6 s: 133 packets a second need a short one."""

FORGET_ROUTES: Final = tuple(map(bytes.fromhex, ("0908", "0a05", "0b0a")))
"""Remove all processors, events and loggers that somebody else has left; recorded samples stay."""

POWER_ON: Final = tuple(map(bytes.fromhex, ("03020100", "13020100", "030101", "130101")))
POWER_OFF: Final = tuple(map(bytes.fromhex, ("030100", "130100", "03020001", "13020001")))


def set_config(module: int, value: bytes) -> bytes:
    """Set rate and range of a module, which must be off."""
    return bytes((module, CONFIG)) + value


def subscribe(part: Part, on: bool) -> tuple[bytes, bytes]:
    """Let the board send, or no longer send, packed acceleration and turning rate."""
    return bytes((ACC, part.acc_packed, on)), bytes((GYRO, part.gyr_packed, on))
