"""Movesense's GATT sensor data protocol: commands, answers, and messages of samples, both ways.

A command is ``[command][reference][data]``; the reference, which the host chooses, comes back in all that
answers it: ``01 ref status:u16 ...`` for a command, ``02 ref ...`` for data, and ``03 ref ...``,
``04 ref ...`` for what did not fit into the notification before. Little-endian.

Source: movesense.com GATT sensor data document, sensein/movesense-py, ``meas/*.yaml`` (doc). That samples lie
array by array without a count, and the layout of ``/Meas/Acc/Info``, agree with notifications captured from a
sensor by sokolmarek/movesense-commander (doc). The answers to ``.../Config`` have not been seen (unverified).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    import numpy.typing as npt

SERVICE: Final = "34802252-7185-4d5d-b431-630e7050e8f0"
ADVERTISED: Final = "0000fdf3-0000-1000-8000-00805f9b34fb"
"""What it advertises beside its name: the service itself does not fit into the advertisement."""
WRITE: Final = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY: Final = "34800002-7185-4d5d-b431-630e7050e8f0"

ACC_CONFIG: Final = "/Meas/Acc/Config"
GYR_CONFIG: Final = "/Meas/Gyro/Config"
BATTERY: Final = "/System/Energy/Level"

ACC_RANGES_G: Final = (2.0, 4.0, 8.0, 16.0)
GYR_RANGES_DPS: Final = (125.0, 245.0, 250.0, 500.0, 1000.0, 2000.0)
CLOCK_WRAP_MS: Final = 2**32

OK: Final = 200
NO_SLOT: Final = 507

_RESPONSE: Final = 1
_DATA: Final = 2
_LAST_PART: Final = 4
_BIG_ENDIAN_NO_SLOT: Final = b"\x01\xfb"  # the sample app writes this one status the other way round
_SAMPLE_BYTES: Final = 24
_FIRST_PRINTABLE: Final = 0x20
_HELLO_TEXTS: Final = 5


class Command(IntEnum):
    """Commands; the older offline sample app gives 3 and 4 another meaning."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2
    FETCH_LOG = 3
    GET = 4


def encode_command(command: Command, ref: int, data: bytes = b"") -> bytes:
    """Return a command.

    Raises
    ------
    CodecError
        If the reference is not 1 to 255.
    """
    if not 0 < ref < 256:
        raise CodecError(f"A reference is 1 to 255, not {ref}.")
    return bytes([command, ref]) + data


def decode_command(value: bytes) -> tuple[Command, int, bytes]:
    """Return command, reference and data of what a host wrote.

    Raises
    ------
    CodecError
        If it is too short, or the command is not one of `Command`.
    """
    if len(value) < 2 or value[0] not in set(Command):
        raise CodecError(f"{value[:2].hex()} does not begin a known command.")
    return Command(value[0]), value[1], value[2:]


def encode_path(path: str) -> bytes:
    """Return a path as commands carry it: ASCII and a NUL."""
    return path.encode("ascii") + b"\0"


def decode_path(data: bytes) -> str:
    """Return the path that a command carries."""
    return data.split(b"\0")[0].decode("ascii", "replace")


def imu6_path(rate_hz: float) -> str:
    """Return the path of accelerometer and gyroscope at a rate."""
    return f"/Meas/IMU6/{rate_hz:.0f}"


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a command. ``body`` begins with the status, but for HELLO."""

    ref: int
    body: bytes

    @property
    def status(self) -> int:
        """HTTP-like status.

        Raises
        ------
        CodecError
            If the answer has none.
        """
        if len(self.body) < 2:
            raise CodecError(f"An answer of {len(self.body)} bytes has no status.")
        if self.body == _BIG_ENDIAN_NO_SLOT:
            return NO_SLOT
        return int.from_bytes(self.body[:2], "little")

    @property
    def data(self) -> bytes:
        """What follows the status."""
        return self.body[2:]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message; ``number`` 0 begins one, 1 and 2 continue it."""

    ref: int
    number: int
    body: bytes


def decode_notification(value: bytes) -> Response | Part:
    """Return what a notification is.

    Raises
    ------
    CodecError
        If it is too short or begins with an unknown byte.
    """
    if len(value) < 2:
        raise CodecError(f"A notification of {len(value)} bytes came; at least 2 were expected.")
    if value[0] == _RESPONSE:
        return Response(value[1], value[2:])
    if _DATA <= value[0] <= _LAST_PART:
        return Part(value[1], value[0] - _DATA, value[2:])
    raise CodecError(f"A notification begins with {value[0]:02X}; 01 to 04 was expected.")


def encode_response(ref: int, status: int, data: bytes = b"") -> bytes:
    """Return the answer to a command other than HELLO."""
    return bytes([_RESPONSE, ref]) + struct.pack("<H", status) + data


def split_message(ref: int, body: bytes, room: int) -> list[bytes]:
    """Return a message as its notifications, each with at most ``room`` bytes of it.

    Raises
    ------
    CodecError
        If it needs more than three.
    """
    pieces = [body[at : at + room] for at in range(0, max(len(body), 1), room)]
    if len(pieces) > _LAST_PART - _DATA + 1:
        raise CodecError(f"A message of {len(body)} bytes does not fit into three notifications.")
    return [bytes([_DATA + number, ref]) + piece for number, piece in enumerate(pieces)]


@dataclass(frozen=True, slots=True)
class Hello:
    """Who the sensor says it is."""

    protocol: int
    serial: str
    product: str
    dfu_address: str
    app: str
    app_version: str


def encode_hello(ref: int, hello: Hello) -> bytes:
    """Return the answer to HELLO, which has no status."""
    texts = (hello.serial, hello.product, hello.dfu_address, hello.app, hello.app_version)
    return bytes([_RESPONSE, ref, hello.protocol]) + b"".join(text.encode() + b"\0" for text in texts)


def decode_hello(body: bytes) -> Hello:
    """Return who an answer to HELLO names.

    Raises
    ------
    CodecError
        If it is not a protocol number and five texts: then another app answers, and the same command numbers
        mean something else.
    """
    texts = body[1:].removesuffix(b"\0").split(b"\0")
    if not body or not 0 < body[0] < _FIRST_PRINTABLE or len(texts) < _HELLO_TEXTS:
        raise CodecError(
            f"HELLO was answered with {body[:20]!r}; a protocol number and five texts were expected."
        )
    return Hello(body[0], *(text.decode("utf-8", "replace") for text in texts[:_HELLO_TEXTS]))


def decode_range(data: bytes, known: tuple[float, ...]) -> float:
    """Return the range out of the answer to ``/Meas/Acc/Config`` or ``/Meas/Gyro/Config``.

    It is one integer; its width differs between the API's versions, so 1, 2 and 4 bytes are read.

    Raises
    ------
    CodecError
        If it has another width, or the range is none that the sensor is known to have.
    """
    value = float(int.from_bytes(data, "little"))
    if len(data) not in (1, 2, 4) or value not in known:
        raise CodecError(f"A range of {data.hex() or 'no'} bytes was answered; one of {known} was expected.")
    return value


@dataclass(frozen=True, slots=True, eq=False)
class ImuMessage:
    """Samples of accelerometer (m/s²) and gyroscope (deg/s): (n, 3) float32; ``device_ms`` of the first."""

    device_ms: int
    acc: npt.NDArray[np.float32]
    gyr: npt.NDArray[np.float32]


def encode_imu6(message: ImuMessage) -> bytes:
    """Return the body of a message of ``/Meas/IMU6``."""
    parts = (np.asarray(part, dtype="<f4").tobytes() for part in (message.acc, message.gyr))
    return struct.pack("<I", message.device_ms) + b"".join(parts)


def decode_imu6(body: bytes) -> ImuMessage:
    """Return the samples of a joined message of ``/Meas/IMU6``.

    Raises
    ------
    CodecError
        If its length is not 4 + 24 n bytes with n > 0, or a number in it is not finite.
    """
    count, rest = divmod(len(body) - 4, _SAMPLE_BYTES)
    if rest or count < 1:
        raise CodecError(f"A message of {len(body)} bytes came; 4 and a multiple of 24 were expected.")
    numbers = np.frombuffer(body, dtype="<f4", offset=4).astype(np.float32).reshape(2, count, 3)
    if not np.isfinite(numbers).all():
        raise CodecError("A sample is not a finite number.")
    return ImuMessage(int.from_bytes(body[:4], "little"), numbers[0], numbers[1])
