"""What tests of the link share: a sink that remembers, conditions to wait for, links on simulated sensors."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.link.adapter import Adapter
from pfp_sensors.link.clock import HostClock
from pfp_sensors.link.policy import LinkPolicy
from pfp_sensors.link.sensor_link import SensorLink
from pfp_sensors.model.packets import LINK_EVENTS, Channel, LinkEvent, Packet
from pfp_sensors.rig.world import SensorPlan, SimulatedWorld
from pfp_sensors.sensors.open_profile_driver import OpenProfileDriver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from pfp_sensors.link.adapter import Advert

PATIENCE_S = 60.0
"""Real time after which a condition that did not come true is a failure."""

QUICK = LinkPolicy(
    scan_s=1.0,
    connect_s=3.0,
    operation_s=3.0,
    first_patience_s=15.0,
    pause_last_s=0.4,
    silent_s=0.6,
    stop_s=3.0,
)
RING_S = 600.0
"""A fast clock makes seconds of any pause of this machine: a ring that no pause fills."""

LEFT = SensorPlan(ring_s=RING_S)
RIGHT = SensorPlan(name="SHANK-R", address="F0:00:00:00:00:12", serial="SIM-0002", ring_s=RING_S)


class Memory:
    """A sink that keeps everything; feeds a driver as the collector does."""

    def __init__(self, driver: OpenProfileDriver) -> None:
        self.driver = driver
        self.packets: list[Packet] = []
        self.events: list[LinkEvent] = []

    def __call__(self, item: Packet | LinkEvent) -> None:
        if isinstance(item, LinkEvent):
            assert item.kind in LINK_EVENTS
            self.events.append(item)
        else:
            self.packets.append(item)
            self.driver.feed(item)

    def data(self, segment: int | None = None) -> list[Packet]:
        chosen = [p for p in self.packets if p.channel is Channel.DATA]
        return [p for p in chosen if segment is None or p.segment == segment]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def last(self, kind: str) -> LinkEvent:
        return [event for event in self.events if event.kind == kind][-1]


class Running:
    """A link that runs in the background of a test."""

    def __init__(self, link: SensorLink, memory: Memory) -> None:
        self.memory = memory
        self.stop = asyncio.Event()
        self.task = asyncio.ensure_future(link.run(self.stop))

    async def until(self, condition: Callable[[Memory], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition(self.memory):
                if self.task.done():
                    self.task.result()
                    raise AssertionError(f"the link ended too early: {self.memory.events}")
                await asyncio.sleep(0.005)

    async def streams(self, segment: int = 0, packets: int = 3) -> None:
        await self.until(lambda m: len(m.data(segment)) >= packets and m.kinds().count("streaming") > 0)

    async def end(self) -> LinkEvent:
        self.stop.set()
        async with asyncio.timeout(PATIENCE_S):
            await self.task
        return self.memory.last("stopped")


class Bench:
    """Simulated sensors, one adapter and links to them."""

    def __init__(self, world: SimulatedWorld, adapter: Adapter) -> None:
        self.world = world
        self.adapter = adapter
        self.running: list[Running] = []

    def link(
        self,
        name: str | None = "SHANK-L",
        policy: LinkPolicy = QUICK,
        serial: str | None = None,
        number: int = 0,
        driver: OpenProfileDriver | None = None,
    ) -> Running:
        def choose(advert: Advert) -> bool:
            return name in (None, advert.name)

        memory = Memory(driver or OpenProfileDriver())
        link = SensorLink(self.adapter, number, choose, memory.driver, memory, policy, serial, name)
        running = Running(link, memory)
        self.running.append(running)
        return running


@asynccontextmanager
async def bench(*plans: SensorPlan, speed: float = 4.0, **client_faults: int) -> AsyncIterator[Bench]:
    """Open a bench; links that a test leaves running are cancelled at its end."""
    clock = HostClock(speed)
    async with SimulatedWorld(clock, plans, **client_faults) as world:
        made = Bench(world, Adapter(clock, world.scanner_backend, world.client_backend))
        try:
            yield made
        finally:
            for running in made.running:
                running.task.cancel()
            await asyncio.gather(*(running.task for running in made.running), return_exceptions=True)


def run(go: Callable[[Bench], Awaitable[None]], *plans: SensorPlan, **how: Any) -> None:
    """Run a test on a bench."""

    async def all_of_it() -> None:
        async with bench(*plans, **how) as b:
            await go(b)

    asyncio.run(all_of_it())


async def ends_with(running: Running, kind: type[BaseException]) -> BaseException:
    """Wait until a link ends by an error and return it."""
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(kind) as caught:
            await running.task
    return caught.value


def is_left_alone(sensor: object) -> bool:
    """Tell whether a simulated sensor was stopped and disconnected."""
    return not sensor.is_connected and not sensor.firmware.memory.sampling  # type: ignore[attr-defined]
