"""Runs in the memory of a Movesense sensor: which there are, and how one is fetched.

Source: sensein/movesense-py (``fetch_data``, ``parse_logbook_entries``) and ``docs/gsp-protocol.md`` of
sokolmarek/movesense-commander, which has fetched a log from a real sensor (doc); nothing was at hand here
(unverified). A log is read by `pfp_sensors.sensors.movesense_sbem`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Subscribe
from pfp_sensors.sensors import movesense as gsp
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.movesense import Command
from pfp_sensors.sensors.movesense_steps import Ref, get, say_hello

if TYPE_CHECKING:
    from collections.abc import Generator

    from pfp_sensors.model.script import Step

ENTRIES: Final = "/Mem/Logbook/Entries"
LOG_S: Final = 30.0
SLOWEST_BYTES_PER_S: Final = 2000.0
TRIES: Final = 3
MOST_BYTES: Final = 256 * 1024 * 1024

_ENTRY: Final = struct.Struct("<IIQ")
_OFFSET_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A log in the sensor's memory; ``modified_s`` since 1970 by the sensor's clock."""

    log_id: int
    modified_s: int
    size: int


@dataclass(frozen=True, slots=True)
class LogList:
    """What the sensor lists; not all of it where the answer did not fit into one notification."""

    entries: tuple[LogEntry, ...]
    complete: bool


def encode_entries(entries: tuple[LogEntry, ...]) -> bytes:
    """Return the answer to ``/Mem/Logbook/Entries`` after its status."""
    packed = (_ENTRY.pack(entry.log_id, entry.modified_s, entry.size) for entry in entries)
    return bytes([len(entries)]) + b"".join(packed)


def decode_entries(data: bytes) -> LogList:
    """Return the logs that the sensor lists; entries that do not fit into its answer are missing.

    Raises
    ------
    CodecError
        If there is no count.
    """
    if not data:
        raise CodecError("The list of logs is empty; a count was expected.")
    room = (len(data) - 1) // _ENTRY.size
    found = [_ENTRY.unpack_from(data, 1 + i * _ENTRY.size) for i in range(min(room, data[0]))]
    return LogList(tuple(LogEntry(*entry) for entry in found), complete=len(found) == data[0])


def encode_log_part(ref: int, offset: int, piece: bytes, number: int = 0) -> bytes:
    """Return the notification with a piece of a log; an empty one ends it."""
    (value,) = gsp.split_message(ref, struct.pack("<I", offset) + piece, 2**16)
    return bytes([value[0] + number]) + value[1:]


def decode_log_part(body: bytes) -> tuple[int, bytes]:
    """Return where a piece of a log belongs, and the piece; every notification tells its own place.

    Raises
    ------
    CodecError
        If it has no place, or one beyond what a sensor can hold.
    """
    offset = int.from_bytes(body[:_OFFSET_BYTES], "little")
    if len(body) < _OFFSET_BYTES or offset > MOST_BYTES:
        raise CodecError(f"A piece of a log begins with {body[:_OFFSET_BYTES].hex()}; a place was expected.")
    return offset, body[_OFFSET_BYTES:]


def list_logs() -> Generator[Step, Any, LogList]:
    """Return the logs in the sensor's memory.

    Raises
    ------
    SensorError
        If another app answers, or the sensor refuses, as it does while it is logging.
    """
    yield Subscribe(gsp.NOTIFY, Channel.DATA)
    yield from say_hello()
    answer = yield from get(Ref.LOG_ENTRIES, ENTRIES)
    return decode_entries(answer.data)


def fetch_log(entry: LogEntry) -> Generator[Step, Any, bytes]:
    """Return the bytes of a log; as none can be asked for singly, all are sent again where some are missing.

    Raises
    ------
    SensorError
        If the sensor refuses, or bytes are missing still after three tries.
    """
    ear = _LogEar(entry.size)
    command = gsp.encode_command(Command.FETCH_LOG, Ref.LOG, struct.pack("<I", entry.log_id))
    limit_s = LOG_S + entry.size / SLOWEST_BYTES_PER_S
    for _ in range(TRIES):
        ear.begin()
        try:
            yield Ask(gsp.WRITE, command, gsp.NOTIFY, ear, limit_s)
        except NoAnswerError:  # what has come is kept, and told below where it does not suffice
            ear.ended = False
        if ear.refused is not None:
            raise SensorError(
                f"Movesense refused to send log {entry.log_id} (status {ear.refused}).",
                "Stop its logging first." if ear.refused == 409 else "Restart it, then try again.",
            )
        if ear.missing == 0:
            return bytes(ear.data)
    raise SensorError(
        f"Of log {entry.log_id}, {ear.missing} of {entry.size} bytes did not come in {TRIES} tries.",
        "Go nearer to the sensor and fetch it again; it stays in the sensor's memory.",
    )


class _LogEar:
    """Hears a log piece by piece, each put where it says it belongs."""

    def __init__(self, size: int) -> None:
        self.data = bytearray(size)
        self._has = bytearray(size)
        self.refused: int | None = None
        self.ended = False

    @property
    def missing(self) -> int:
        """How many bytes have not come."""
        return self._has.count(0)

    def begin(self) -> None:
        """Listen to a new try, keeping what has come."""
        self.ended = False

    def __call__(self, value: bytes) -> bool:
        """Take the next value; tell whether the log has ended, or was refused."""
        try:
            heard = gsp.decode_notification(value)
            if heard.ref == Ref.LOG:
                self._take(heard)
        except CodecError:  # the driver reports it; what it held is missing, and asked for again
            return False
        return self.ended or self.refused is not None

    def _take(self, heard: gsp.Response | gsp.Part) -> None:
        if isinstance(heard, gsp.Response):
            self.refused = heard.status if heard.status >= 300 else None
            return
        offset, piece = decode_log_part(heard.body)
        self.ended = not piece
        piece = piece[: max(0, len(self.data) - offset)]
        self.data[offset : offset + len(piece)] = piece
        self._has[offset : offset + len(piece)] = b"\1" * len(piece)
