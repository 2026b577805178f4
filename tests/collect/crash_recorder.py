"""Run as a program: records a simulated runner into a home and says what it has acknowledged, to be killed.

After each batch it prints the highest acknowledged sample index and the number of acknowledged packets.
"""

from __future__ import annotations

import asyncio
import struct
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.collect.choose import choose_sensors
from pfp_sensors.collect.header import Worn
from pfp_sensors.collect.session import Session
from pfp_sensors.collect.understanding import Listeners
from pfp_sensors.link.adapter import Adapter
from pfp_sensors.link.clock import HostClock
from pfp_sensors.model.packets import Channel
from pfp_sensors.rig.plans import AirPlan, SensorPlan
from pfp_sensors.rig.runner_signal import RunnerSignals
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.settings import load_record_settings, load_signal_settings
from pfp_sensors.store.home import new_run_folder
from pfp_sensors.store.run_lock import RunLock
from pfp_sensors.synth.settings import PlanPart, RunnerSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.packets import Packet

SPEED = 20.0
PLAN = SensorPlan(side="left", acc_range_g=32, ring_s=600.0)  # no pause of this machine fills it
DATA_HEAD, HEAD_BYTES, SAMPLE_BYTES = 0x11, 12, 12


def signals() -> RunnerSignals:
    """Make what the sensor measures: the same in this program and in the test."""
    return RunnerSignals(
        RunnerSettings(plan=(PlanPart("still", 3.0), PlanPart("running", 60.0)), seed=5, side="left")
    )


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Acknowledged:
    """Prints what is safe by now."""

    def __init__(self) -> None:
        self.last_index, self.packets = -1, 0

    def hear(self, packets: Sequence[Packet]) -> None:
        self.packets += len(packets)
        for packet in packets:
            if packet.channel is Channel.DATA and packet.payload[0] == DATA_HEAD:
                (first,) = struct.unpack_from("<I", packet.payload, 4)
                count = (len(packet.payload) - HEAD_BYTES) // SAMPLE_BYTES
                self.last_index = max(self.last_index, first + count - 1)
        say(f"{self.last_index} {self.packets}")


async def record(home: Path) -> None:
    clock = HostClock(SPEED)
    async with SimulatedWorld(clock, [PLAN], AirPlan(interval_s=0.03), signals()) as world:
        adapter = Adapter(clock, world.scanner_backend, world.client_backend)
        folder = new_run_folder(home, datetime.now(UTC))
        say("ready")
        chosen = await choose_sensors(adapter, [PLAN.name], 600.0)
        with RunLock(folder):
            session = Session(
                folder,
                adapter,
                [Worn(chosen[0], "left")],
                load_record_settings(),
                load_signal_settings(),
                synthetic=True,
                listeners=Listeners(acknowledged=Acknowledged().hear),
            )
            await session.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1])))
