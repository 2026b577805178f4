"""What happened during a recording, one JSON line for each event, for people and programs."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.packets import LINK_EVENTS
from pfp_sensors.store.packet_files import NotStoredError
from pfp_sensors.store.sealed_files import FILE_MODE, flush_folder, not_written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.model.packets import LinkEvent

EVENTS_NAME: Final = "events.jsonl"

RUN_EVENTS: Final = {
    "start": "the recording began (run_id, synthetic, speed_up)",
    "config": "how a sensor says it is set, when first read back from it and when that changed (rate_hz, "
    "acc_range_g, gyr_range_dps, acc_scale_g, gyr_scale_dps, acc_clip, gyr_clip, ring_samples, boot_id)",
    "gap": "samples are missing; late ones may still fill the hole (samples)",
    "queue_overflow": "packets came faster than the disk took them and were dropped, since the last such "
    "event (packets in all, sensors: packets by number)",
    "disk_full": "the disk did not take packets (message); again with cleared: true when it does",
    "lap": "the person began a new lap",
    "pain": "the person felt pain (score, where given)",
    "mark": "the person marked this moment (text, where given)",
    "cue": "the runner was told to change something (text, value, target)",
    "view_failed": "the live view or somebody told failed by a mistake; the recording went on (reason)",
    "end": "the recording ended (reason: asked, cancelled or what failed; by number of the sensor the "
    "packets dropped for want of room, and not_kept because the disk did not take them)",
}
EVENT_KINDS: Final = LINK_EVENTS | RUN_EVENTS
"""Every kind of event with its meaning and the details that it usually has."""

_NUMBER: Final = int | None
_KEYS: Final = {
    "t_mono_ns": int,
    "t_utc_ns": int,
    "kind": str,
    "details": dict,
    "sensor": _NUMBER,
    "segment": _NUMBER,
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during a recording.

    Attributes
    ----------
    t_mono_ns, t_utc_ns
        The host's monotonic clock, and its wall clock since 1970.
    kind
        One of `EVENT_KINDS`; as it was found when read from a file.
    details
        JSON values that say more.
    sensor, segment
        Number of the sensor and of the connection to it, where the event is about one.
    """

    t_mono_ns: int
    t_utc_ns: int
    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)
    sensor: int | None = None
    segment: int | None = None

    @classmethod
    def of_link(cls, event: LinkEvent) -> Event:
        """Take over an event of a connection."""
        return cls(
            event.host_mono_ns, event.host_utc_ns, event.kind, event.details, event.sensor, event.segment
        )


@dataclass(frozen=True, slots=True)
class EventFile:
    """Events read back.

    Attributes
    ----------
    torn
        What was left out, in plain words; None when every line is whole.
    """

    events: tuple[Event, ...]
    torn: str | None


class EventLog:
    """Appends events to a file that only its owner can read; what is there already stays.

    Parameters
    ----------
    path
        The file, made if it is not there. A last line that broke off is left as it is, on a line of its own.

    Attributes
    ----------
    lines
        Events written so far, by this object.
    syncs
        How many times the file was forced to the disk by `sync`.
    last_sync_mono_ns
        When it last was, on the system's monotonic clock; None before.

    Raises
    ------
    UsageError
        If the file cannot be made or written there.
    PfpError
        If the disk is full or failing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = self.syncs = 0
        self.last_sync_mono_ns: int | None = None
        flags = os.O_CREAT | os.O_APPEND | os.O_RDWR | getattr(os, "O_BINARY", 0)
        try:
            self._handle: int | None = os.open(path, flags, FILE_MODE)
            flush_folder(path.parent)
        except OSError as error:
            raise not_written(path, error) from error
        self._torn = _ends_within_a_line(self._handle)

    def write(self, event: Event | LinkEvent) -> None:
        """Append an event as one line, by one call of the system.

        Raises
        ------
        UsageError
            If its kind is unknown, its details are not JSON, or the log is closed.
        NotStoredError
            If the disk is full or failing. The same event may be given again.
        """
        handle = self._open_handle()
        line = _line(event if isinstance(event, Event) else Event.of_link(event))
        data = b"\n" + line if self._torn else line
        try:
            written = os.write(handle, data)
        except OSError as error:
            raise self._not_stored(str(error.strerror)) from error
        if written < len(data):
            self._torn = not self._took_back(handle, written)
            raise self._not_stored(f"the disk took {written} of {len(data)} bytes")
        self._torn = False
        self.lines += 1

    def sync(self) -> None:
        """Force everything written to the disk, and count it.

        Raises
        ------
        NotStoredError
            If the disk is full or failing.
        UsageError
            If the log is closed.
        """
        try:
            os.fsync(self._open_handle())
        except OSError as error:
            raise self._not_stored(str(error.strerror)) from error
        self.syncs += 1
        self.last_sync_mono_ns = time.monotonic_ns()

    def close(self) -> None:
        """Force the file to the disk and close it; a second time does nothing.

        Raises
        ------
        NotStoredError
            If the disk is full or failing: the file is closed.
        """
        if self._handle is None:
            return
        try:
            self.sync()
        finally:
            handle, self._handle = self._handle, None
            os.close(handle)

    def _open_handle(self) -> int:
        if self._handle is None:
            raise UsageError(f"{self.path} is closed.", "Open it again.")
        return self._handle

    def _took_back(self, handle: int, written: int) -> bool:
        """Cut off the part of a line just written; tell whether that was possible."""
        end = os.lseek(handle, 0, os.SEEK_CUR)
        try:
            if os.fstat(handle).st_size == end:  # else another program has appended since
                os.ftruncate(handle, end - written)
                return True
        except OSError:  # then the next line begins with a line feed, and readers leave the part out
            return False
        return False

    def _not_stored(self, found: str) -> NotStoredError:
        return NotStoredError(
            f"{self.path} cannot be written: {found}. The events before ({self.lines}) are kept.",
            "Make room on the disk, then write the event again.",
        )


def read_events(path: Path) -> EventFile:
    """Read an event log; lines that are not whole are left out, and `EventFile.torn` says so.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", "Give the events.jsonl of a recording."
        ) from error
    events = {number: _event(line) for number, line in enumerate(lines, 1) if line}
    broken = [number for number, event in events.items() if event is None]
    return EventFile(tuple(event for event in events.values() if event is not None), _torn(broken, lines))


def _torn(broken: list[int], lines: list[bytes]) -> str | None:
    if not broken:
        return None
    if broken == [len(lines)]:
        return f"the last line ({len(lines[-1]):,} bytes) is not whole and was left out"
    return f"not whole and left out: line {', '.join(map(str, broken[:5]))}{' ...' if broken[5:] else ''}"


def _line(event: Event) -> bytes:
    if event.kind not in EVENT_KINDS:
        raise UsageError(
            f"An event has the kind {event.kind!r}; known are {', '.join(EVENT_KINDS)}.", "Use one of them."
        )
    values: dict[str, Any] = {"t_mono_ns": event.t_mono_ns, "t_utc_ns": event.t_utc_ns, "kind": event.kind}
    values |= {
        name: value
        for name, value in (("sensor", event.sensor), ("segment", event.segment))
        if value is not None
    }
    try:
        return json.dumps({**values, "details": dict(event.details)}, allow_nan=False).encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"The details of an event of the kind {event.kind} are not JSON: {error}.",
            "Give texts, finite numbers, true, false, null, and lists and objects of these.",
        ) from error


def _event(line: bytes) -> Event | None:
    """Read a line; None where it is not a whole event."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or not all(
        isinstance(values.get(name), kind) for name, kind in _KEYS.items()
    ):
        return None
    sensor, segment = (values.get(name) for name in ("sensor", "segment"))
    return Event(values["t_mono_ns"], values["t_utc_ns"], values["kind"], values["details"], sensor, segment)


def _ends_within_a_line(handle: int) -> bool:
    size = os.fstat(handle).st_size
    if not size:
        return False
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"
