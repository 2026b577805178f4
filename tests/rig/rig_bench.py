"""What the tests of the rig share: an ear on a simulated sensor, and conditions to wait for."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import numpy as np
from bleak import BleakClient, BleakScanner

from pfp_sensors.link.clock import HostClock
from pfp_sensors.rig.plans import AirPlan, SensorPlan
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.sensors import open_profile
from pfp_sensors.sensors import open_profile_commands as ctrl
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.open_profile import DataPacket, StatusPacket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PATIENCE_S = 60.0
"""Real time after which a condition that did not come true is a failure."""

START = ctrl.encode_command(ctrl.Start())
STOP = ctrl.encode_command(ctrl.Stop())
RING_S = 600.0
"""A fast clock makes seconds of any pause of this machine: a ring that no pause fills."""

LEFT = SensorPlan(ring_s=RING_S)
RIGHT = SensorPlan(name="SHANK-R", address="F0:00:00:00:00:12", serial="SIM-0002", ring_s=RING_S)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.002)


class Ear:
    """One stock bleak client on one simulated sensor, and all it heard."""

    def __init__(self, world: SimulatedWorld, name: str) -> None:
        self.world, self.sensor = world, world.sensors[name]
        self.heard: list[bytes] = []
        self.losses = 0
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()

    async def connect(self) -> None:
        scanner, client = self.world.scanner_backend, self.world.client_backend
        found = await BleakScanner.find_device_by_name(self.sensor.name, timeout=PATIENCE_S, backend=scanner)
        assert found is not None
        self.client = BleakClient(found, self._on_loss, backend=client, timeout=PATIENCE_S)
        await self.client.connect()
        await self.client.start_notify(open_profile.CTRL, lambda _, v: self._answers.put_nowait(bytes(v)))
        await self.client.start_notify(open_profile.DATA, lambda _, v: self.heard.append(bytes(v)))

    def _on_loss(self, _client: BleakClient) -> None:
        self.losses += 1

    async def ask(self, command: ctrl.Command) -> ctrl.Answer:
        await self.client.write_gatt_char(open_profile.CTRL, ctrl.encode_command(command), response=True)
        return ctrl.decode_answer(await asyncio.wait_for(self._answers.get(), PATIENCE_S))

    async def start(self) -> ctrl.StartAnswer:
        answer = await self.ask(ctrl.Start())
        assert isinstance(answer, ctrl.StartAnswer)
        return answer

    async def resume(self, boot_id: int | None) -> ctrl.StartAnswer:
        assert boot_id is not None
        answer = await self.ask(ctrl.Resume(boot_id, self.wanted()))
        assert isinstance(answer, ctrl.StartAnswer)
        return answer

    def packets(self) -> list[DataPacket | StatusPacket]:
        known = []
        for value in self.heard:
            try:
                known.append(open_profile.decode_notification(value))
            except CodecError:
                continue
        return [packet for packet in known if not isinstance(packet, open_profile.UnknownPacket)]

    def data(self) -> list[DataPacket]:
        return [packet for packet in self.packets() if isinstance(packet, DataPacket)]

    def statuses(self) -> list[StatusPacket]:
        return [packet for packet in self.packets() if isinstance(packet, StatusPacket)]

    def indices(self) -> list[int]:
        return [i for packet in self.data() for i in range(packet.index, packet.index + len(packet.counts))]

    def missing(self) -> int:
        """Count the samples between the first and the last heard that were not heard."""
        indices = self.indices()
        return indices[-1] + 1 - indices[0] - len(indices)

    def wanted(self) -> int:
        return self.indices()[-1] + 1

    async def hears(self, samples: int) -> None:
        """Wait for so many samples more."""
        enough = len(self.indices()) + samples
        await until(lambda: len(self.indices()) >= enough)

    async def hears_all(self) -> None:
        """Wait until everything that was sent so far has arrived; nothing was lost or heard twice before."""
        await until(lambda: len(self.heard) == self.sensor.firmware.sent)

    def in_the_air(self) -> int:
        """Count the packets of the sensor that wait for a connection event."""
        return self.world.air.waiting(self.sensor._controller)

    def assert_all_as_made(self) -> None:
        for packet in self.data():
            np.testing.assert_array_equal(packet.counts, self.sensor.made(packet.index, len(packet.counts)))


@asynccontextmanager
async def rig(
    *plans: SensorPlan, speed: float = 10.0, air: AirPlan | None = None, **faults: int
) -> AsyncIterator[list[Ear]]:
    """Open a world of sensors, with an ear connected to each."""
    async with SimulatedWorld(HostClock(speed), plans or (LEFT,), air, **faults) as world:
        ears = [Ear(world, name) for name in world.sensors]
        for ear in ears:
            await ear.connect()
        yield ears
