"""Commands of the open profile and their answers: bytes to values and back, for both ends."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.open_profile import pack, unpack


class Op(IntEnum):
    """The first byte of a command."""

    START = 1
    STOP = 2
    TIME = 3
    CONFIG = 4


class Result(IntEnum):
    """The second byte of an answer."""

    OK = 0
    BAD_LENGTH = 1
    UNSUPPORTED = 2
    WRONG_STATE = 3
    MTU_TOO_SMALL = 4
    BOOT_DIFFERS = 5
    HARDWARE = 6


ATT_UNKNOWN_OP: Final = 0x80
ATT_BUSY: Final = 0x81
"""Errors with which the sensor refuses the write itself, so that no answer follows."""

LEAST_MTU: Final = 63
"""START is refused below this ATT MTU."""

_ANSWER: Final = 0x80
_BYTE: Final = struct.Struct("<B")
_RESUME: Final = struct.Struct("<BII")
_TIME: Final = struct.Struct("<Bq")
_CONFIG: Final = struct.Struct("<BHHHB")
_PLAIN_ANSWER: Final = struct.Struct("<BB")
_START_ANSWER: Final = struct.Struct("<BBII")
_TIME_ANSWER: Final = struct.Struct("<BBqqq")


@dataclass(frozen=True, slots=True)
class Start:
    """Stream from now on."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Stream from a sample of this power-up on, as far as the ring still has it."""

    boot_id: int
    from_index: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop sampling."""


@dataclass(frozen=True, slots=True)
class Time:
    """Tell the device clock; ``t1_ns`` is the host's clock at sending."""

    t1_ns: int


@dataclass(frozen=True, slots=True)
class Config:
    """Change the settings, only while stopped."""

    rate_hz: int
    acc_range_g: int
    gyr_range_dps: int
    samples_per_packet: int


Command = Start | Resume | Stop | Time | Config


@dataclass(frozen=True, slots=True)
class StartAnswer:
    """Answer to START: the power-up, and the first sample that will be sent. None where refused."""

    status: int
    boot_id: int | None = None
    first_index: int | None = None


@dataclass(frozen=True, slots=True)
class TimeAnswer:
    """Answer to TIME: host sent at ``t1``; received at ``t2``, answered at ``t3`` of the device clock, in ns.

    None where refused. The device clock runs since boot and does not wrap.
    """

    status: int
    t1_ns: int | None = None
    t2_ns: int | None = None
    t3_ns: int | None = None


@dataclass(frozen=True, slots=True)
class PlainAnswer:
    """Answer to STOP or CONFIG."""

    op: Op
    status: int


Answer = StartAnswer | TimeAnswer | PlainAnswer


def encode_command(command: Command) -> bytes:
    """Return the bytes to write to CTRL."""
    match command:
        case Resume(boot_id, from_index):
            return pack(_RESUME, Op.START, boot_id, from_index)
        case Time(t1_ns):
            return pack(_TIME, Op.TIME, t1_ns)
        case Config(rate_hz, acc_range_g, gyr_range_dps, n):
            return pack(_CONFIG, Op.CONFIG, rate_hz, acc_range_g, gyr_range_dps, n)
        case Start():
            return bytes([Op.START])
        case Stop():
            return bytes([Op.STOP])


def decode_command(payload: bytes) -> Command:
    """Understand what was written to CTRL: the sensor's side.

    Raises
    ------
    CodecError
        If the length is not that of the command (answer `Result.BAD_LENGTH`), or the command is unknown
        (refuse the write with `ATT_UNKNOWN_OP`): `knows_op` tells the two apart.
    """
    if not knows_op(payload):
        raise CodecError(f"Command {payload[:1].hex() or 'without a byte'} is unknown.")
    match (payload[0], len(payload)):
        case (Op.START, 1):
            return Start()
        case (Op.START, _RESUME.size):
            return Resume(*_RESUME.unpack(payload)[1:])
        case (Op.STOP, 1):
            return Stop()
        case (Op.TIME, _TIME.size):
            return Time(*_TIME.unpack(payload)[1:])
        case (Op.CONFIG, _CONFIG.size):
            return Config(*_CONFIG.unpack(payload)[1:])
    raise CodecError(f"Command {Op(payload[0]).name} does not have {len(payload)} bytes.")


def knows_op(payload: bytes) -> bool:
    """Tell whether a command begins with a byte of version 1."""
    return payload[:1] in {bytes([op]) for op in Op}


def encode_answer(answer: Answer) -> bytes:
    """Return the bytes to indicate on CTRL; the numbers after the status only where there are some."""
    match answer:
        case StartAnswer(status, int(boot_id), int(first_index)):
            return pack(_START_ANSWER, _ANSWER | Op.START, status, boot_id, first_index)
        case TimeAnswer(status, int(t1_ns), int(t2_ns), int(t3_ns)):
            return pack(_TIME_ANSWER, _ANSWER | Op.TIME, status, t1_ns, t2_ns, t3_ns)
        case PlainAnswer(op, status):
            return pack(_PLAIN_ANSWER, _ANSWER | op, status)
        case StartAnswer(status):
            return pack(_PLAIN_ANSWER, _ANSWER | Op.START, status)
        case TimeAnswer(status):
            return pack(_PLAIN_ANSWER, _ANSWER | Op.TIME, status)


def answers(payload: bytes, op: Op) -> bool:
    """Tell whether an indication answers this command, whatever it says."""
    return payload[:1] == _BYTE.pack(_ANSWER | op)


def answers_time(payload: bytes, t1_ns: int) -> bool:
    """Tell whether an indication answers the TIME sent at ``t1_ns``: not a late answer to one before it."""
    if not answers(payload, Op.TIME) or len(payload) < _PLAIN_ANSWER.size:
        return False
    refused = payload[1] != Result.OK
    return refused or (len(payload) >= _TIME_ANSWER.size and _TIME_ANSWER.unpack_from(payload)[2] == t1_ns)


def decode_answer(payload: bytes) -> Answer:
    """Understand an indication of CTRL; bytes after the last known one are passed over.

    Raises
    ------
    CodecError
        If it is shorter than an answer of its command, answers no command of version 1, or its clocks run
        backwards.
    """
    head, status = unpack(_PLAIN_ANSWER, payload, "answer")
    if not head & _ANSWER or not knows_op(bytes([head & ~_ANSWER])):
        raise CodecError(f"Answer {head:#04x} belongs to no command.")
    op = Op(head & ~_ANSWER)
    if op in (Op.STOP, Op.CONFIG):
        return PlainAnswer(op, status)
    if op == Op.START:
        if status != Result.OK and len(payload) < _START_ANSWER.size:
            return StartAnswer(status)
        return StartAnswer(*unpack(_START_ANSWER, payload, "answer to START")[1:])
    if status != Result.OK:
        return TimeAnswer(status)
    answer = TimeAnswer(*unpack(_TIME_ANSWER, payload, "answer to TIME")[1:])
    _, _, _, t2_ns, t3_ns = _TIME_ANSWER.unpack_from(payload)
    if not 0 <= t2_ns <= t3_ns:
        raise CodecError(f"Received at {t2_ns} ns and answered at {t3_ns} ns of the device clock.")
    return answer


def in_words(status: int) -> tuple[str, str]:
    """Say what a refusal means and what to do about it."""
    try:
        return _IN_WORDS[Result(status)]
    except ValueError:
        return (f"status {status}, which the open profile does not name", "Check the sensor's firmware.")


_CHECK_FIRMWARE: Final = "The sensor's firmware does not follow the open profile: see docs/open-profile.md."
_IN_WORDS: Final = {
    Result.OK: ("done", ""),
    Result.BAD_LENGTH: ("the command has the wrong length", _CHECK_FIRMWARE),
    Result.UNSUPPORTED: (
        "the command or setting is not supported",
        "Ask for another setting, or leave the option out to take the sensor as it is.",
    ),
    Result.WRONG_STATE: (
        "the sensor is in the wrong state for it",
        "Switch the sensor off and on, then try again.",
    ),
    Result.MTU_TOO_SMALL: (
        f"the connection carries too few bytes at once (the sensor needs an MTU of {LEAST_MTU})",
        "Connect again; if it stays so, use another Bluetooth adapter or a newer system.",
    ),
    Result.BOOT_DIFFERS: ("the sensor was switched off and on in between", "Start it anew."),
    Result.HARDWARE: (
        "the sensor's hardware failed",
        "Switch the sensor off and on; if it stays so, its motion part is broken or not connected.",
    ),
}
