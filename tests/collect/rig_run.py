"""A whole recording through the virtual Bluetooth link, with a story of faults: shared by the tests here."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.collect.choose import choose_sensors
from pfp_sensors.collect.finalise import FinishedRecording, finalise
from pfp_sensors.collect.header import Worn
from pfp_sensors.collect.session import Session
from pfp_sensors.link.adapter import Adapter
from pfp_sensors.link.clock import HostClock
from pfp_sensors.rig.plans import AirPlan, SensorPlan
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.settings import RecordSettings, load_record_settings, load_signal_settings
from pfp_sensors.store.device_files import read_device_samples
from pfp_sensors.store.event_log import Event, read_events
from pfp_sensors.store.seals import recording_paths

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.collect.cues import CueWish
    from pfp_sensors.collect.understanding import Listeners
    from pfp_sensors.model.device_samples import DeviceSamples
    from pfp_sensors.store.sample_metadata import SampleFacts

GENEROUS_S = 60.0
"""Real seconds to wait for anything: the machine may be busy."""


@dataclass
class Stage:
    """What a story can reach while it is told."""

    world: SimulatedWorld
    session: Session
    stop: asyncio.Event
    told: list[str] = field(default_factory=list)

    @property
    def sensor(self) -> Any:
        return next(iter(self.world.sensors.values()))

    @property
    def clock(self) -> HostClock:
        return self.world.clock

    def state(self, number: int = 0) -> Any:
        return self.session.state().sensors[number]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition, at most `GENEROUS_S` real seconds."""
        async with asyncio.timeout(GENEROUS_S):
            while not condition():
                await asyncio.sleep(0.01)

    async def samples(self, more: int, number: int = 0) -> None:
        """Wait until so many more samples have been understood."""
        goal = self.state(number).received + more
        await self.until(lambda: self.state(number).received >= goal)


Story = Callable[[Stage], Awaitable[None]]


@dataclass
class Told:
    """What is left when a recording has ended."""

    folder: Path
    finished: FinishedRecording
    stage: Stage
    events: tuple[Event, ...]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def samples(self, number: int = 0) -> tuple[DeviceSamples, SampleFacts]:
        return read_device_samples(recording_paths(self.folder)[number])

    def counters(self, number: int = 0) -> dict[str, int | None]:
        return dict(self.samples(number)[1].counters)

    def check_numbers(self, number: int = 0, name: str | None = None) -> None:
        """Every stored sample is the one that the simulated sensor made: same index, same six counts."""
        samples, _ = self.samples(number)
        sensor = self.stage.world.sensors[name] if name else self.stage.sensor
        for segment in np.unique(samples.segment).tolist():
            rows = samples.segment == segment
            index = samples.sample_index[rows]
            # Boots are counted from the first that sent samples.
            made = sensor.made(int(index[0]), int(index[-1] - index[0]) + 1, boot=segment)[index - index[0]]
            np.testing.assert_array_equal(samples.acc[rows], made[:, :3])
            assert samples.gyr is not None
            np.testing.assert_array_equal(samples.gyr[rows], made[:, 3:])


def record_settings(**changes: Any) -> RecordSettings:
    return dataclasses.replace(load_record_settings(), **changes)


def run_story(
    folder: Path,
    story: Story,
    *,
    plans: Sequence[SensorPlan] = (SensorPlan(ring_s=600.0),),  # no pause of this machine fills it
    air: AirPlan | None = None,
    signal_for: Any = None,
    speed: float = 1.0,
    settings: RecordSettings | None = None,
    cue: CueWish | None = None,
    listeners: Listeners | None = None,
    sides: Sequence[str | None] = (None, None),
    **client_faults: int,
) -> Told:
    """Record while a story is told, and end with it. Raises what the session raises."""
    return asyncio.run(
        _run_story(
            folder, story, plans, air, signal_for, speed, settings, cue, listeners, sides, client_faults
        )
    )


async def _run_story(
    folder: Path,
    story: Story,
    plans: Sequence[SensorPlan],
    air: AirPlan | None,
    signal_for: Any,
    speed: float,
    settings: RecordSettings | None,
    cue: CueWish | None,
    listeners: Listeners | None,
    sides: Sequence[str | None],
    client_faults: dict[str, int],
) -> Told:
    folder.mkdir(parents=True, exist_ok=True)
    clock = HostClock(speed)
    more = {} if signal_for is None else {"signal_for": signal_for}
    async with SimulatedWorld(clock, plans, air or AirPlan(), **more, **client_faults) as world:
        adapter = Adapter(clock, world.scanner_backend, world.client_backend)
        # By address: a name is waited for to the end of the round (tests/collect/test_choose.py).
        chosen = await choose_sensors(adapter, [plan.address for plan in plans], GENEROUS_S * speed)
        worn = [Worn(one, side) for one, side in zip(chosen, sides, strict=False)]
        session = Session(
            folder,
            adapter,
            worn,
            settings or record_settings(),
            load_signal_settings(),
            synthetic=True,
            cue=cue,
            listeners=listeners,
        )
        stop = asyncio.Event()
        stage = Stage(world, session, stop)
        running = asyncio.create_task(session.run(stop))
        telling = asyncio.create_task(_tell(story, stage, stop))
        try:
            await running
        finally:
            if not telling.done():
                telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        if not telling.cancelled() and telling.exception() is not None:
            raise telling.exception()  # type: ignore[misc]
        if session.understanding.fault is not None:
            raise session.understanding.fault
    finished = finalise(folder)
    return Told(folder, finished, stage, read_events(folder / "events.jsonl").events)


async def _tell(story: Story, stage: Stage, stop: asyncio.Event) -> None:
    try:
        await story(stage)
    finally:
        stop.set()
