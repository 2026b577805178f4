"""What is written beside the packets while a run is recorded: events, and files that others may follow."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pfp_sensors.store.event_log import EVENTS_NAME, Event, EventLog
from pfp_sensors.store.live_files import LiveFiles
from pfp_sensors.store.packet_files import NotStoredError

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.collect.live_sensor import TimedContact
    from pfp_sensors.link.clock import HostClock
    from pfp_sensors.model.live_state import RecordingState
    from pfp_sensors.model.packets import LinkEvent


class Journal:
    """Writes ``events.jsonl``, ``live.json`` and ``live.jsonl`` of one recording.

    A disk that takes no more must not end a recording: what could not be written here stands in ``trouble``.

    Parameters
    ----------
    folder
        The recording's folder.
    clock
        The collector's clock.
    """

    def __init__(self, folder: Path, clock: HostClock) -> None:
        self.trouble = ""
        self._clock = clock
        self._events = EventLog(folder / EVENTS_NAME)
        self._live = LiveFiles(folder)
        self._contacts: list[dict[str, Any]] = []

    def log(self, kind: str, sensor: int | None = None, **details: Any) -> None:
        """Note something that happens now: one of `EVENT_KINDS`."""
        self._write(Event(self._clock.mono_ns(), self._clock.utc_ns(), kind, details, sensor))

    def log_link(self, event: LinkEvent) -> None:
        """Note what happened to a connection."""
        self._write(Event.of_link(event))

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
        """Replace ``live.json``, append new contacts to ``live.jsonl`` and flush the events, in a thread."""
        contacts, self._contacts = self._contacts, []
        document = {"schema": "pfp.live/1", **asdict(state)}
        try:
            await asyncio.to_thread(self._show, document, contacts)
        except OSError as error:
            self.trouble = f"live.json cannot be written: {error.strerror or error}"
        except NotStoredError as error:
            self.trouble = str(error)
        else:
            self.trouble = ""

    def close(self) -> None:
        """Flush and close the events."""
        try:
            self._events.close()
        except NotStoredError as error:
            self.trouble = str(error)

    def _show(self, document: dict[str, Any], contacts: list[dict[str, Any]]) -> None:
        self._live.replace_status(document)
        if contacts:
            self._live.add_contacts(contacts)
        self._events.sync()

    def _write(self, event: Event) -> None:
        try:
            self._events.write(event)
        except NotStoredError as error:
            self.trouble = str(error)


def utc_text(utc_ns: int) -> str:
    """Write nanoseconds since 1970 as ISO 8601 with offset, to the millisecond."""
    return datetime.fromtimestamp(utc_ns * 1e-9, UTC).isoformat(timespec="milliseconds")
