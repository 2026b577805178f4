"""One sensor while it is recorded: its packets understood, counted, and searched for landings."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.collect.rates import LeastDelay, RecentRate
from pfp_sensors.model.heard import BadPacket, Samples, SensorFacts, Status
from pfp_sensors.model.live_state import SensorState
from pfp_sensors.sensors.ledger import Ledger, Taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.gait.online import LiveContact, OnlineDetector
    from pfp_sensors.model.heard import Heard
    from pfp_sensors.model.packets import LinkEvent, Packet
    from pfp_sensors.sensors.driver import Driver
    from pfp_sensors.settings import SignalSettings

_SHOWN_CONTACTS: Final = 8
_NO_CLOCK_SPAN_S: Final = 5.0
"""Without a clock of its own a sensor is timed by its nominal rate, which may be 1 % wrong: then 0.05 s."""

_NS: Final = 1e-9

_STATES: Final = {
    "searching": "searching",
    "found": "searching",
    "connected": "connected",
    "streaming": "streaming",
    "lost": "lost",
    "silent": "silent",
    "failed": "searching",
    "stopped": "stopped",
}
"""State that a sensor is in after an event."""


@dataclass(frozen=True, slots=True)
class TimedContact:
    """A contact, with its moment on the recording's time line and when it was known there.

    ``at_s`` is the initial contact; ``known_at_s`` is when the last packet that was needed came; both in s
    from the start of the recording by the host's clock.
    """

    sensor: int
    at_s: float
    known_at_s: float
    contact: LiveContact


class LiveSensor:
    """Decodes, counts and watches one sensor.

    Parameters
    ----------
    number, name, side
        Which of the sensors of a recording, and what people call it.
    driver
        Its scripts and decoder; the link runs the scripts of the same one.
    settings
        Numbers of the online detector.
    start_mono_ns
        When the recording began.
    """

    def __init__(
        self,
        number: int,
        name: str,
        side: str | None,
        driver: Driver,
        settings: SignalSettings,
        start_mono_ns: int,
    ) -> None:
        self.number = number
        self.name = name
        self.side = side
        self.driver = driver
        self.ledger = Ledger(driver.traits)
        self.serial: str | None = None
        self._settings = settings
        self._start_ns = start_mono_ns
        self._facts: SensorFacts | None = None
        self._detector: OnlineDetector | None = None
        self._state = "searching"
        self._segments = 0
        self._bad_packets = 0
        self._new_gaps: list[int] = []
        self._new_facts: list[SensorFacts] = []
        self._battery: int | None = None
        self._rssi: int | None = None
        self._by_device, self._by_arrival = RecentRate(), RecentRate()
        self._segment = -1
        has_clock = driver.traits.clock == "device"
        self._delay = LeastDelay() if has_clock else LeastDelay(_NO_CLOCK_SPAN_S, follows_jumps=True)
        self._late_s = 0.0
        self._base_s = 0.0
        self._detected_to_s = float("-inf")
        self._contacts = 0
        self._last: deque[LiveContact] = deque(maxlen=_SHOWN_CONTACTS)

    # --- what comes in ----------------------------------------------------------------------------

    def hear_event(self, event: LinkEvent) -> None:
        """Follow what happens to the connection."""
        self._state = _STATES.get(event.kind, self._state)
        if event.kind == "connected":
            self._segments += 1
            self.serial = event.details.get("serial") or self.serial
            self._battery = event.details.get("battery_percent", self._battery)
        elif event.kind == "battery":
            self._battery = event.details.get("percent", self._battery)
        elif event.kind in {"found", "rssi"}:
            self._rssi = event.details.get("rssi_dbm", self._rssi)

    def hear_packet(self, packet: Packet) -> Iterator[TimedContact]:
        """Understand a packet; yield the contacts that are certain now."""
        for heard in self.driver.feed(packet):
            if isinstance(heard, Samples):
                taken = self.ledger.take(heard)
                if taken is not None and taken.gap_before:
                    self._new_gaps.append(taken.gap_before)
                if taken is not None and not taken.late:
                    yield from self._watch(taken)
            else:
                self._note(heard)

    def take_gaps(self) -> list[int]:
        """Hand over how many samples are missing at each hole found since the last call."""
        gaps, self._new_gaps = self._new_gaps, []
        return gaps

    def take_facts(self) -> list[SensorFacts]:
        """Hand over how the sensor says it is set, where that is new since the last call."""
        facts, self._new_facts = self._new_facts, []
        return facts

    def _note(self, heard: Heard) -> None:
        if isinstance(heard, SensorFacts):
            if heard != self._facts:
                self._new_facts.append(heard)
            self._facts = heard
            self.ledger.facts(heard)
            self._prepare(heard)
        elif isinstance(heard, Status):
            self.ledger.status(heard)
            self._battery = self._battery if heard.battery_percent is None else heard.battery_percent
        elif isinstance(heard, BadPacket):
            self._bad_packets += 1

    # --- what is made of it -----------------------------------------------------------------------

    def _prepare(self, facts: SensorFacts) -> None:
        """Make the detector once the rate is known; a sensor too slow for it is only counted."""
        from pfp_sensors.errors import InputError, UsageError
        from pfp_sensors.gait.online import OnlineDetector

        if self._detector is not None:
            return
        try:
            self._detector = OnlineDetector(facts.rate_hz, self._settings, facts.acc_range_g)
        except (
            InputError,
            UsageError,
        ):  # too slow for single landings: no live contacts, the recording goes on
            self._detector = None

    def _watch(self, taken: Taken) -> Iterator[TimedContact]:
        facts = self._facts
        if facts is None:
            return
        arrived_s = (taken.host_mono_ns - self._start_ns) * _NS
        if taken.segment != self._segment:
            self._new_segment(taken, facts.rate_hz, arrived_s)
        # A clock of whole milliseconds may set a packet a little before the end of the one before it.
        first_s = max(self._time_s(taken, facts.rate_hz), self._detected_to_s + 0.5 / facts.rate_hz)
        time_s = first_s + np.arange(len(taken.acc)) / facts.rate_hz
        self._detected_to_s = float(time_s[-1])
        self._late_s = self._delay.add(arrived_s, arrived_s - self._detected_to_s)
        self._by_arrival.add(arrived_s, self.ledger.counts.received)
        if taken.device_ns is not None:
            self._by_device.add(taken.device_ns * _NS, taken.sample_index)
        if self._detector is None:
            return
        acc_g = taken.acc.astype(np.float32) * np.float32(facts.acc_scale_g)
        for contact in self._detector.feed(acc_g, time_s):
            self._contacts += 1
            self._last.append(contact)
            yield TimedContact(self.number, contact.initial_contact_s + self._late_s, arrived_s, contact)

    def _time_s(self, taken: Taken, rate_hz: float) -> float:
        """Place a block on a time line that goes on when the sensor's own starts anew."""
        own_s = taken.sample_index / rate_hz if taken.device_ns is None else taken.device_ns * _NS
        return self._base_s + own_s

    def _new_segment(self, taken: Taken, rate_hz: float, arrived_s: float) -> None:
        """Go on in time after the sensor's counters started anew: by the host's clock, never backwards."""
        ends_s = arrived_s - (0.0 if self._segment < 0 else self._late_s)
        starts_s = ends_s - (len(taken.acc) - 1) / rate_hz
        self._base_s = 0.0
        self._base_s = starts_s - self._time_s(taken, rate_hz)
        self._segment = taken.segment
        self._delay.clear()
        self._by_device.clear()

    # --- what can be seen -------------------------------------------------------------------------

    def state(self, now_mono_ns: int, dropped: int = 0) -> SensorState:
        """Take a picture of this sensor at a moment of the host's clock; ``dropped`` is passed on."""
        counts = self.ledger.counts
        streaming = self._state in {"streaming", "silent"}
        now_s = (now_mono_ns - self._start_ns) * _NS
        age_s = max(0.0, now_s - self._detected_to_s - self._late_s) if self._segment >= 0 else None
        peaks = [contact.resultant_g for contact in self._last if contact.resultant_g is not None]
        cadences = [contact.cadence_spm for contact in self._last if contact.cadence_spm is not None]
        return SensorState(
            name=self.name,
            kind=self.driver.traits.kind,
            side=self.side,
            state=self._state,
            serial=self.serial,
            segments=self._segments,
            received=counts.received,
            dropped=dropped,
            lost=counts.lost,
            repeated=counts.repeated,
            late=counts.late,
            bad_packets=self._bad_packets,
            reboots=counts.reboots,
            fifo_overflows=counts.fifo_overflows or 0,
            clipped=counts.clipped,
            rate_hz=self._by_device.per_s if streaming else None,
            arrival_rate_hz=self._by_arrival.per_s if streaming else None,
            newest_age_s=age_s,
            battery_percent=self._battery,
            rssi_dbm=self._rssi,
            n_contacts=self._contacts,
            cadence_spm=cadences[-1] if cadences else None,
            resultant_g=tuple(peaks),
        )

    @property
    def has_samples(self) -> bool:
        """Whether anything usable came."""
        return self.ledger.counts.received > 0
