"""What is on its way to the disk, understood beside it: counts, contacts, cues."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.model.packets import LinkEvent, Packet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.collect.cues import Coach, Cue
    from pfp_sensors.collect.journal import Journal
    from pfp_sensors.collect.live_sensor import LiveSensor, TimedContact
    from pfp_sensors.link.clock import HostClock


_AT_ONCE: Final = 64
"""Packets understood before everything else has its turn: a few milliseconds of work."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told while a recording runs; each is called in the loop and must return at once.

    ``cue`` is given the cue and how many seconds after the contact it comes; ``acknowledged`` the packets
    that now survive a crash of this program.
    """

    contact: Callable[[TimedContact], None] = lambda _contact: None
    cue: Callable[[Cue, float], None] = lambda _cue, _late_s: None
    message: Callable[[str], None] = lambda _text: None
    acknowledged: Callable[[Sequence[Packet]], None] = lambda _packets: None


class Understanding:
    """Feeds packets and events to the live sensors, in a task of its own.

    Parameters
    ----------
    sensors
        By number.
    coach
        What the runner is held to; None for nothing.
    journal, listeners
        Where contacts and cues go; listeners that never fail, such as those of a `Teller`.
    clock, start_mono_ns
        The collector's clock, and when the recording began.

    Attributes
    ----------
    fault
        A mistake of this program in here, if there was one; then nothing is understood any more.
    """

    def __init__(
        self,
        sensors: Sequence[LiveSensor],
        coach: Coach | None,
        journal: Journal,
        listeners: Listeners,
        clock: HostClock,
        start_mono_ns: int,
    ) -> None:
        self.fault: BaseException | None = None
        self._sensors = sensors
        self._coach = coach
        self._journal = journal
        self._listeners = listeners
        self._clock = clock
        self._start_mono_ns = start_mono_ns
        self._heard: asyncio.Queue[Packet | LinkEvent | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._always(), name="understand")
        self._task.add_done_callback(self._ended)

    @property
    def waiting(self) -> int:
        """Packets and events that are still to be understood."""
        return self._heard.qsize() if self.fault is None else 0

    def put(self, item: Packet | LinkEvent) -> None:
        """Take what came, in order; it returns at once."""
        if self.fault is None:
            self._heard.put_nowait(item)

    async def end(self) -> None:
        """Understand what is left and end; a mistake in that is in ``fault`` too, and not raised."""
        if self._task is not None:
            self._heard.put_nowait(None)
            await asyncio.wait([self._task])

    async def _always(self) -> None:
        at_once = 0
        while (item := await self._heard.get()) is not None:
            told = self._understand(item)
            at_once = 0 if told or self._heard.empty() else at_once + 1
            if told or at_once >= _AT_ONCE:  # whoever is told, or the radio, does not wait for a backlog
                at_once = 0
                await asyncio.sleep(0)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        self.fault = task.exception()
        if self.fault is None:
            return
        self._journal.log("view_failed", reason=repr(self.fault))
        self._listeners.message("The live view failed; the recording goes on without it.")

    def _understand(self, item: Packet | LinkEvent) -> bool:
        """Feed one packet or event; return whether somebody is to be told of a contact."""
        sensor = self._sensors[item.sensor]
        if isinstance(item, LinkEvent):
            sensor.hear_event(item)
            return False
        told = False
        for contact in sensor.hear_packet(item):
            self._hear_contact(contact, sensor.name)
            told = True
        for facts in sensor.take_facts():
            self._journal.log("config", item.sensor, **asdict(facts))
        for samples in sensor.take_gaps():
            self._journal.log("gap", item.sensor, samples=samples)
        return told

    def _hear_contact(self, timed: TimedContact, name: str) -> None:
        self._journal.add_contact(timed, name)
        self._listeners.contact(timed)
        leg = self._sensors[timed.sensor].side if len(self._sensors) > 1 else None
        cue = None if self._coach is None else self._coach.hear(timed.contact, leg)
        if cue is not None:
            self._journal.log("cue", timed.sensor, text=cue.text, value=cue.value, target=cue.target)
            now_s = (self._clock.mono_ns() - self._start_mono_ns) * 1e-9
            self._listeners.cue(cue, now_s - timed.at_s)
