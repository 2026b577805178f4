"""What is written beside the packets while a run is recorded: events, and files that others may follow."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.store.event_log import EVENTS_NAME, Event, EventLog
from pfp_sensors.store.live_files import LiveFiles
from pfp_sensors.store.packet_files import NotStoredError

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.collect.live_sensor import TimedContact
    from pfp_sensors.link.clock import HostClock
    from pfp_sensors.model.live_state import RecordingState
    from pfp_sensors.model.packets import LinkEvent

WAITING_EVENTS: Final = 4096
"""How many events may wait for a full disk; the oldest is let go for one more."""


class Journal:
    """Writes ``events.jsonl``, ``live.json`` and ``live.jsonl`` of one recording.

    A disk that takes no more must not end a recording: what is wrong stands in ``trouble``, and events wait
    and are written first, in order, when it takes data again.

    Parameters
    ----------
    folder
        The recording's folder.
    clock
        The collector's clock.

    Attributes
    ----------
    let_go
        Events that found no room even to wait.
    """

    def __init__(self, folder: Path, clock: HostClock) -> None:
        self.let_go = 0
        self._clock = clock
        self._events = EventLog(folder / EVENTS_NAME)
        self._waiting: deque[Event] = deque(maxlen=WAITING_EVENTS)
        self._event_trouble = self._live_trouble = ""
        self._live = LiveFiles(folder)
        self._contacts: list[dict[str, Any]] = []

    @property
    def trouble(self) -> str:
        """What could not be written, in words; "" when all is."""
        return self._event_trouble or self._live_trouble

    def log(self, kind: str, sensor: int | None = None, **details: Any) -> bool:
        """Note something that happens now: one of `EVENT_KINDS`.

        Returns
        -------
        bool
            Whether it is written; if not, it waits until the disk has room.
        """
        return self._write(Event(self._clock.mono_ns(), self._clock.utc_ns(), kind, details, sensor))

    def log_link(self, event: LinkEvent) -> bool:
        """Note what happened to a connection; return whether it is written, as `log` does."""
        return self._write(Event.of_link(event))

    def add_contact(self, timed: TimedContact, name: str) -> None:
        """Keep a contact for the next `show`."""
        contact = timed.contact
        self._contacts.append(
            {
                "sensor": name,
                "initial_contact_s": round(timed.at_s, 4),
                "known_s": round(timed.known_at_s, 4),
                "stride_time_s": contact.stride_time_s,
                "cadence_spm": contact.cadence_spm,
                "resultant_g": contact.resultant_g,
                "clipped": contact.clipped,
                "confidence": contact.confidence,
            }
        )

    async def show(self, state: RecordingState) -> None:
        """Replace ``live.json``, append new contacts to ``live.jsonl`` and flush the events, in a thread.

        It must not be cancelled: the thread would go on, and could replace a newer ``live.json``.
        """
        self._write_waiting()
        contacts, self._contacts = self._contacts, []
        document = {"schema": "pfp.live/1", **asdict(state)}
        try:
            await asyncio.to_thread(self._show, document, contacts)
        except OSError as error:
            self._live_trouble = f"live.json cannot be written: {error.strerror or error}"
        except NotStoredError as error:
            self._live_trouble = str(error)
        else:
            self._live_trouble = ""

    def close(self) -> None:
        """Write the events that wait, flush and close."""
        self._write_waiting()
        try:
            self._events.close()
        except NotStoredError as error:
            self._event_trouble = str(error)

    def _show(self, document: dict[str, Any], contacts: list[dict[str, Any]]) -> None:
        self._live.replace_status(document)
        if contacts:
            self._live.add_contacts(contacts)
        self._events.sync()

    def _write(self, event: Event) -> bool:
        self.let_go += len(self._waiting) == WAITING_EVENTS
        self._waiting.append(_with_json_details(event))
        return self._write_waiting()

    def _write_waiting(self) -> bool:
        while self._waiting:
            event = self._waiting.popleft()
            try:
                self._events.write(event)
            except NotStoredError as error:
                self._waiting.appendleft(event)
                lost = f" {self.let_go} older events were let go." if self.let_go else ""
                self._event_trouble = f"{error} {len(self._waiting)} events wait.{lost}"
                return False
        self._event_trouble = ""
        return True


def _with_json_details(event: Event) -> Event:
    """Return an event that can be written: details that are no JSON become text, so that nothing is lost."""
    try:
        json.dumps(dict(event.details), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return replace(event, details={"not_json": str(event.details)})
    return event


def utc_text(utc_ns: int) -> str:
    """Write nanoseconds since 1970 as ISO 8601 with offset, to the millisecond."""
    return datetime.fromtimestamp(utc_ns * 1e-9, UTC).isoformat(timespec="milliseconds")
