"""FIT files made message by message from the public protocol, to try what watches rarely write."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

EPOCH_UNIX_S = 631_065_600
START = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
START_FIT_S = int(START.timestamp()) - EPOCH_UNIX_S

FILE_ID, SPORT, SESSION, LAP, RECORD, EVENT, ACTIVITY = 0, 12, 18, 19, 20, 21, 34
FIELD_DESCRIPTION, DEVELOPER_DATA_ID = 206, 207
BASE = {"B": 0x02, "H": 0x84, "I": 0x86, "i": 0x85, "f": 0x88, "s": 0x07, "E": 0x00, "Y": 0x0D}
"""Base types by format; "E" is an enum and "Y" raw bytes."""

_CRC = (
    *(0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401),
    *(0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400),
)


@dataclass(frozen=True)
class Developer:
    """A developer's field in a message: its number, the developer's index, and a float32."""

    number: int
    value: float
    index: int = 0


def crc_of(data: bytes) -> int:
    crc = 0
    for byte in data:
        for nibble in (byte & 0xF, byte >> 4):
            crc = (crc >> 4) ^ _CRC[crc & 0xF] ^ _CRC[nibble]
    return crc


def message(kind: int, fields: dict[int, tuple[str, object]], *developers: Developer) -> bytes:
    """Return a definition and the data message it defines; fields are number -> (format, value)."""
    packed = {number: _packed(form, value) for number, (form, value) in fields.items()}
    head = bytes([0x60 if developers else 0x40, 0, 0]) + struct.pack("<HB", kind, len(fields))
    for number, (form, _) in fields.items():
        head += bytes([number, len(packed[number]), BASE[form]])
    if developers:
        head += bytes([len(developers)])
        head += b"".join(bytes([field.number, 4, field.index]) for field in developers)
    values = b"".join(packed.values()) + b"".join(struct.pack("<f", d.value) for d in developers)
    return head + b"\0" + values


def _packed(form: str, value: object) -> bytes:
    if form in "sY":
        return value.encode() + b"\0" if isinstance(value, str) else bytes(value)
    return struct.pack("<" + form.replace("E", "B"), value)


def fit_file(*messages: bytes) -> bytes:
    """Return a whole file with its checksum."""
    body = b"".join(messages)
    head = struct.pack("<BBHI4s", 12, 0x10, 2000, len(body), b".FIT")
    return head + body + struct.pack("<H", crc_of(head + body))


def file_id(kind: int = 4) -> bytes:
    return message(FILE_ID, {0: ("E", kind), 1: ("H", 1), 2: ("H", 3290), 3: ("I", 4711004711 % 2**32)})


def records(n: int = 60, *, start_s: int = 0, every_s: int = 1, developers: tuple[int, ...] = ()) -> bytes:
    """Return rows at 3 m/s, 85.5 strides a minute and a place in the Atlantic."""
    return b"".join(
        message(
            RECORD,
            {
                253: ("I", START_FIT_S + start_s + every_s * k),
                0: ("i", 11930 + 30 * k),
                1: ("i", -357913941),
                2: ("H", (20 + 500) * 5),
                3: ("B", 140),
                4: ("B", 85),
                5: ("I", 300 * every_s * k),
                6: ("H", 3000),
                41: ("H", 2400),
                53: ("B", 64),
            },
            *(Developer(number, 100.0 + k + number) for number in developers),
        )
        for k in range(n)
    )


def session(sport: int = 1, sub_sport: int = 0, *, start_s: int = 0, metres: int = 180) -> bytes:
    return message(
        SESSION,
        {
            253: ("I", START_FIT_S + start_s + 60),
            2: ("I", START_FIT_S + start_s),
            5: ("E", sport),
            6: ("E", sub_sport),
            7: ("I", 70_000),
            8: ("I", 60_000),
            9: ("I", 100 * metres),
            10: ("I", 86),
            3: ("i", 11930),
            4: ("i", -357913941),
        },
    )


def timer(second: int, what: int) -> bytes:
    """Return a timer event; 0 is a start, 4 a stop."""
    return message(EVENT, {253: ("I", START_FIT_S + second), 0: ("E", 0), 1: ("E", what)})


def activity(offset_s: int) -> bytes:
    end = START_FIT_S + 60
    return message(ACTIVITY, {253: ("I", end), 5: ("I", end + offset_s)})


def developer_field(number: int, name: str | None, unit: str | None, index: int = 0) -> bytes:
    fields: dict[int, tuple[str, object]] = {0: ("B", index), 1: ("B", number), 2: ("B", 0x88)}
    if name is not None:
        fields[3] = ("s", name)
    if unit is not None:
        fields[8] = ("s", unit)
    return message(FIELD_DESCRIPTION, fields)


def developer(index: int = 0) -> bytes:
    return message(DEVELOPER_DATA_ID, {1: ("Y", bytes(range(16))), 3: ("B", index)})
