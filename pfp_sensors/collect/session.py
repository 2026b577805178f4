"""The live loop: what comes from the links goes to the disk first, and is then understood and shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.collect.cues import Coach, CueWish
from pfp_sensors.collect.header import Worn, recording_header
from pfp_sensors.collect.inbox import Inbox
from pfp_sensors.collect.journal import Journal, utc_text
from pfp_sensors.collect.keeper import Keeper
from pfp_sensors.collect.live_sensor import LiveSensor
from pfp_sensors.collect.telling import Teller
from pfp_sensors.collect.understanding import Listeners, Understanding
from pfp_sensors.errors import SensorError
from pfp_sensors.model.live_state import RecordingState
from pfp_sensors.model.packets import LinkEvent, Packet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.link.adapter import Adapter
    from pfp_sensors.settings import RecordSettings, SignalSettings

_STATUS_S: Final = 0.5
"""Real seconds from one ``live.json`` to the next."""

_ROOM_CHECK_S: Final = 0.01
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
        listeners = listeners or Listeners()
        self._teller = Teller(listeners)
        self._dropped_told = 0
        self.sensors = tuple(
            LiveSensor(
                number, one.sensor.name, one.side, make_driver(one.sensor.kind), signal, self.start_mono_ns
            )
            for number, one in enumerate(self._worn)
        )
        self.inbox = Inbox(settings.queue_packets)
        self.writer = PacketWriter(
            folder / PACKETS_NAME,
            recording_header(
                folder.name, self.start_mono_ns, self.start_utc_ns, worn, adapter.clock, synthetic
            ),
        )
        self.keeper = Keeper(
            self.writer, settings.queue_packets, self._teller.acknowledged, self._disk_trouble
        )
        self._journal = Journal(folder, self.clock)
        self.understanding = Understanding(
            self.sensors,
            None if cue is None else Coach(cue, settings.cue),
            self._journal,
            replace(listeners, message=self._teller.message),
            self.clock,
            self.start_mono_ns,
        )

    # --- the run ----------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event) -> None:
        """Record until ``stop`` is set; then stop the sensors and close the files.

        Raises
        ------
        SensorError
            If no sensor ever streamed.
        PfpError
            If the last packets could not be written.
        """
        self._journal.log("start", synthetic=self._synthetic, speed_up=self.clock.speed)
        self.understanding.start()
        self._teller.start()
        taking = asyncio.create_task(self._take_always(), name="take")
        showing = asyncio.create_task(self._show_always(), name="show")
        keeping = asyncio.create_task(self.keeper.run(), name="keep")
        linking = asyncio.create_task(self._run_links(stop), name="links")
        try:
            await asyncio.wait({linking, taking, keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(linking)
            await _end(taking)
            self._take_all()
            await self.understanding.end()
            await _end(showing)
            self.keeper.finish()
            try:
                await keeping
            finally:
                await self._teller.end()
                self._journal.log("end", **self._totals())
                await self._journal.show(self.state())
                self._journal.close()
        _raise_failure(linking, taking, showing)

    async def stop_after(self, seconds: float, stop: asyncio.Event) -> None:
        """Set ``stop`` so long after the first sample came."""
        while not any(sensor.has_samples for sensor in self.sensors):
            await asyncio.sleep(_FIRST_SAMPLE_CHECK_S)
        await self.clock.sleep(seconds)
        stop.set()

    def mark(self, kind: str, **details: Any) -> None:
        """Note a lap, a pain or any other mark of the runner's at this moment."""
        self._journal.log(kind, at_s=self.elapsed_s, **details)

    @property
    def fault(self) -> BaseException | None:
        """What went wrong in understanding or telling, which costs no data; None for nothing."""
        return self.understanding.fault or self._teller.fault

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start, on the collector's clock."""
        return (self.clock.mono_ns() - self.start_mono_ns) * 1e-9

    def state(self) -> RecordingState:
        """Take a picture of the recording now."""
        now_ns = self.clock.mono_ns()
        sensors = tuple(sensor.state(now_ns) for sensor in self.sensors)
        low = self._settings.low_battery_percent
        return RecordingState(
            run_id=self.folder.name,
            start_utc=utc_text(self.start_utc_ns),
            elapsed_s=self.elapsed_s,
            synthetic=self._synthetic,
            speed_up=self.clock.speed,
            sensors=sensors,
            queued=len(self.inbox) + self.keeper.waiting,
            queue_limit=self._settings.queue_packets,
            dropped=self.inbox.dropped,
            bytes_on_disk=self.writer.size_bytes,
            acknowledged=self.keeper.rows,
            trouble=self.keeper.trouble or self._journal.trouble,
            messages=tuple(
                f"{one.name}: battery {one.battery_percent} %"
                for one in sensors
                if one.battery_percent is not None and one.battery_percent <= low
            ),
        )

    # --- links ------------------------------------------------------------------------------------

    async def _run_links(self, stop: asyncio.Event) -> None:
        """Run every link; one that fails at the first connection ends the recording only if all do."""
        links = [asyncio.create_task(self._run_link(number, stop)) for number in range(len(self._worn))]
        try:
            outcomes = await asyncio.gather(*links, return_exceptions=True)
        except asyncio.CancelledError:
            for task in links:
                task.cancel()
            await asyncio.gather(*links, return_exceptions=True)
            raise
        errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for error in errors:
            if not isinstance(error, SensorError) or len(errors) == len(links):
                raise error

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
            self._teller.message(f"{sensor.name}: {error.message}")
            raise

    def _take(self, item: Packet | LinkEvent) -> None:
        """Be the sink of the links: nothing but queueing happens inside a radio's callback."""
        if isinstance(item, Packet):
            self.inbox.put_packet(item)
        else:
            self.inbox.put_event(item)

    # --- what came: kept, then understood ---------------------------------------------------------

    async def _take_always(self) -> None:
        while True:
            await self.inbox.wait()
            while not self.keeper.has_room:  # the disk is slow or full: let the queue fill, and count
                await asyncio.sleep(_ROOM_CHECK_S)
            self._take_all()

    def _take_all(self) -> None:
        items = self.inbox.take_all()
        for item in items:
            if isinstance(item, Packet):
                self.keeper.keep(item)
            else:
                self._journal.log_link(item)
        if self.inbox.dropped > self._dropped_told:
            self._journal.log("queue_overflow", packets=self.inbox.dropped - self._dropped_told)
            self._dropped_told = self.inbox.dropped
        if items:
            self.understanding.put(items)

    # --- what is told -----------------------------------------------------------------------------

    async def _show_always(self) -> None:
        while True:
            await self._journal.show(self.state())
            await asyncio.sleep(_STATUS_S)

    def _disk_trouble(self, trouble: str) -> None:
        self._journal.log("disk_full", message=trouble, cleared=not trouble)
        self._teller.message(trouble or "The disk takes data again; nothing that waited was lost.")

    def _totals(self) -> dict[str, Any]:
        state = self.state()
        return {
            "elapsed_s": state.elapsed_s,
            "dropped": state.dropped,
            "most_queued": self.inbox.most,
            "syncs": self.writer.syncs,
            "sensors": [
                {"name": one.name, "received": one.received, "lost": one.lost, "repeated": one.repeated}
                for one in state.sensors
            ],
        }


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a task of this session if it still runs, and wait until it has ended."""
    if not task.done():
        task.cancel()
        await asyncio.wait([task])


def _raise_failure(*tasks: asyncio.Task[None]) -> None:
    """Raise what the first of some ended tasks failed with, if one did."""
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            raise error
