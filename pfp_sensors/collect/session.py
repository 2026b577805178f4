"""The live loop: what comes from the links goes to the disk, and beside that is understood and shown."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.collect.cues import Coach, CueWish
from pfp_sensors.collect.header import Worn, recording_header
from pfp_sensors.collect.inbox import Inbox
from pfp_sensors.collect.journal import Journal, utc_text
from pfp_sensors.collect.keeper import Keeper
from pfp_sensors.collect.live_sensor import LiveSensor
from pfp_sensors.collect.picture import by_number, end_totals, low_batteries
from pfp_sensors.collect.tasks import end_task, raise_failure, reason_of_end, run_links
from pfp_sensors.collect.telling import Teller
from pfp_sensors.collect.understanding import Listeners, Understanding
from pfp_sensors.errors import SensorError
from pfp_sensors.model.live_state import RecordingState
from pfp_sensors.model.packets import LinkEvent, Packet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pfp_sensors.link.adapter import Adapter
    from pfp_sensors.settings import RecordSettings, SignalSettings

_STATUS_S: Final = 0.5
"""Real seconds from one ``live.json`` to the next."""

_OVERFLOW_EVERY_S: Final = 10.0
"""Real seconds from one ``queue_overflow`` to the next, however long the disk takes nothing."""

_FIRST_SAMPLE_CHECK_S: Final = 0.05


class Session:
    """Records one run.

    Parameters
    ----------
    folder
        An empty folder of its own.
    adapter
        The Bluetooth adapter, and the clock of everything.
    worn
        The sensors.
    settings, signal
        Numbers of recording and of the online detector.
    synthetic
        Whether the sensors are simulated; stands wherever the recording is shown.
    cue, listeners
        What to hold the runner to, and who is told.
    """

    def __init__(
        self,
        folder: Path,
        adapter: Adapter,
        worn: Sequence[Worn],
        settings: RecordSettings,
        signal: SignalSettings,
        *,
        synthetic: bool = False,
        cue: CueWish | None = None,
        listeners: Listeners | None = None,
    ) -> None:
        from pfp_sensors.sensors.registry import make_driver
        from pfp_sensors.store.packet_files import PACKETS_NAME, PacketWriter

        self.folder = folder
        self.clock = adapter.clock
        self.start_mono_ns, self.start_utc_ns = self.clock.mono_ns(), self.clock.utc_ns()
        self._adapter = adapter
        self._worn = tuple(worn)
        self._settings = settings
        self._synthetic = synthetic
        self._teller = Teller(listeners or Listeners(), self._view_failed)
        self._dropped_told: Counter[int] = Counter()
        self._told_s = float("-inf")
        self._over = asyncio.Event()
        self._show_fault: BaseException | None = None
        self.sensors = tuple(
            LiveSensor(
                number, one.sensor.name, one.side, make_driver(one.sensor.kind), signal, self.start_mono_ns
            )
            for number, one in enumerate(self._worn)
        )
        self.writer = PacketWriter(
            folder / PACKETS_NAME,
            recording_header(
                folder.name, self.start_mono_ns, self.start_utc_ns, worn, adapter.clock, synthetic
            ),
        )
        self.keeper = Keeper(self.writer, self._teller.listeners.acknowledged, self._disk_trouble)
        self.inbox = Inbox(settings.queue_packets, lambda: self.keeper.waiting)
        self._journal = Journal(folder, self.clock)
        self.understanding = Understanding(
            self.sensors,
            None if cue is None else Coach(cue, settings.cue),
            self._journal,
            self._teller.listeners,
            self.clock,
            self.start_mono_ns,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Record until ``stop`` is set; then stop the sensors and close the files.

        Raises
        ------
        SensorError
            If no sensor ever streamed.
        PfpError
            If the last packets could not be written.
        """
        self._journal.log(
            "start", run_id=self.folder.name, synthetic=self._synthetic, speed_up=self.clock.speed
        )
        self.understanding.start()
        self._teller.start()
        taking = asyncio.create_task(self._take_always(), name="take")
        showing = asyncio.create_task(self._show_always(), name="show")
        showing.add_done_callback(self._showing_ended)
        keeping = asyncio.create_task(self.keeper.run(), name="keep")
        linking = asyncio.create_task(self._run_links(stop), name="links")
        try:
            await asyncio.wait({linking, taking, keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end_task(linking)
            await end_task(taking)
            try:
                self._take_all()
            finally:
                await self._close(showing, keeping, lambda: reason_of_end(stop, linking, taking, keeping))
        raise_failure(linking, taking)

    async def _close(
        self, showing: asyncio.Task[None], keeping: asyncio.Task[None], reason: Callable[[], str]
    ) -> None:
        """Understand and write what is left; the packets are closed whatever else fails."""
        try:
            await self.understanding.end()
            self._over.set()
            await asyncio.wait([showing])  # to its end: an older picture must not come after the last
        finally:
            self.keeper.finish()
            try:
                await keeping
            finally:
                await self._teller.end()
                self._say_dropped()
                self._journal.log(
                    "end",
                    reason=reason(),
                    **end_totals(self.state(), self.inbox, self.keeper),
                    syncs=self.writer.syncs,
                )
                try:
                    if self._show_fault is None:
                        await self._journal.show(self.state())
                finally:
                    self._journal.close()

    async def stop_after(self, seconds: float, stop: asyncio.Event) -> None:
        """Set ``stop`` so long after the first sample came."""
        while not any(sensor.has_samples for sensor in self.sensors):
            await asyncio.sleep(_FIRST_SAMPLE_CHECK_S)
        await self.clock.sleep(seconds)
        stop.set()

    def mark(self, kind: str, **details: Any) -> bool:
        """Note a lap, a pain or any other mark of the runner's at this moment.

        Returns
        -------
        bool
            Whether it is written; if not, it waits until the disk has room.
        """
        return self._journal.log(kind, at_s=self.elapsed_s, **details)

    @property
    def fault(self) -> BaseException | None:
        """What went wrong in understanding, telling or showing, which costs no data; None for nothing."""
        return self.understanding.fault or self._teller.fault or self._show_fault

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start, on the collector's clock."""
        return (self.clock.mono_ns() - self.start_mono_ns) * 1e-9

    def state(self) -> RecordingState:
        """Take a picture of the recording now."""
        now_ns, dropped = self.clock.mono_ns(), self.inbox.dropped_of
        sensors = tuple(sensor.state(now_ns, dropped[sensor.number]) for sensor in self.sensors)
        return RecordingState(
            run_id=self.folder.name,
            start_utc=utc_text(self.start_utc_ns),
            updated_utc=utc_text(self.clock.utc_ns()),
            elapsed_s=self.elapsed_s,
            synthetic=self._synthetic,
            speed_up=self.clock.speed,
            sensors=sensors,
            queued=max(len(self.inbox) + self.keeper.waiting, self.understanding.waiting),
            queue_limit=self._settings.queue_packets,
            dropped=self.inbox.dropped,
            bytes_on_disk=self.writer.size_bytes,
            acknowledged=self.keeper.rows,
            trouble=self.keeper.trouble or self._journal.trouble,
            messages=low_batteries(sensors, self._settings.low_battery_percent),
        )

    # --- links ------------------------------------------------------------------------------------

    async def _run_links(self, stop: asyncio.Event) -> None:
        await run_links([self._run_link(number, stop) for number in range(len(self._worn))])

    async def _run_link(self, number: int, stop: asyncio.Event) -> None:
        from pfp_sensors.link.policy import LinkPolicy
        from pfp_sensors.link.sensor_link import SensorLink

        sensor = self._worn[number].sensor
        settings = self._settings
        policy = LinkPolicy(first_patience_s=settings.first_patience_s, silent_s=settings.silent_s)
        driver = self.sensors[number].driver
        link = SensorLink(
            self._adapter,
            number,
            sensor.is_it,
            driver,
            self._take,
            policy,
            serial=sensor.serial,
            looking_for=sensor.name,
        )
        try:
            await link.run(stop)
        except SensorError as error:
            self._journal.log("failed", number, reason=error.message, final=True)
            self._teller.listeners.message(f"{sensor.name}: {error.message}")
            raise

    def _take(self, item: Packet | LinkEvent) -> None:
        """Be the sink of the links: nothing but queueing happens inside a radio's callback.

        What the disk has no room for is still understood: counts and cues go on while it is full.
        """
        if isinstance(item, Packet):
            self.inbox.put_packet(item)
        else:
            self.inbox.put_event(item)
        self.understanding.put(item)

    async def _take_always(self) -> None:
        while True:
            await self.inbox.wait()
            self._take_all()

    def _take_all(self) -> None:
        items = self.inbox.take_all()
        for item in items:
            if isinstance(item, Packet):
                self.keeper.keep(item)
        for item in items:  # after the packets: whatever fails here, they are kept
            if isinstance(item, LinkEvent):
                self._journal.log_link(item)

    def _say_dropped(self) -> None:
        new = self.inbox.dropped_of - self._dropped_told
        if new:
            self._journal.log("queue_overflow", packets=new.total(), sensors=by_number(new))
            self._dropped_told += new
            self._told_s = time.monotonic()

    async def _show_always(self) -> None:
        while not self._over.is_set():
            if time.monotonic() >= self._told_s + _OVERFLOW_EVERY_S:
                self._say_dropped()
            await self._journal.show(self.state())
            with contextlib.suppress(TimeoutError):  # the usual case: time for the next picture
                async with asyncio.timeout(_STATUS_S):
                    await self._over.wait()

    def _showing_ended(self, task: asyncio.Task[None]) -> None:
        self._show_fault = None if task.cancelled() else task.exception()
        if self._show_fault is not None:
            self._view_failed(self._show_fault)
            self._teller.listeners.message("live.json is not renewed any more; the recording goes on.")

    def _view_failed(self, error: BaseException) -> None:
        self._journal.log("view_failed", reason=repr(error))

    def _disk_trouble(self, trouble: str) -> None:
        self._journal.log("disk_full", message=trouble, cleared=not trouble)
        self._teller.listeners.message(trouble or "The disk takes data again; nothing that waited was lost.")
