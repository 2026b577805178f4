"""An hour of packets fed to a session many times as fast: ``python -m bench.live_soak SECONDS SPEED``.

No radio and no simulated sensor runs beside it, so that what grows is the collector. Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.live_host import FedSession
from bench.live_memory import growth, used_mb
from bench.live_packets import encoded, runner_signals, sensor_plans
from pfp_sensors.collect.choose import ChosenSensor
from pfp_sensors.collect.header import Worn
from pfp_sensors.link.adapter import Adapter
from pfp_sensors.link.clock import HostClock
from pfp_sensors.model.packets import LinkEvent
from pfp_sensors.settings import load_record_settings, load_signal_settings

_LEAD_NS: Final = 500_000_000
_SPARE_S: Final = 5.0
_SHORTEST_WAIT_NS: Final = 20_000_000
_READINGS: Final = 240


class FastFedSession(FedSession):
    """A fed session whose feeder waits on the session's own fast clock."""

    async def _run_links(self, stop: asyncio.Event) -> None:
        for kind in ("connected", "streaming"):
            self._take(LinkEvent(self.clock.mono_ns(), self.clock.utc_ns(), 0, 0, kind))
        for packet in self.feed:
            wait_ns = packet.host_mono_ns + self.shift_ns - self.clock.mono_ns()
            if wait_ns > _SHORTEST_WAIT_NS:
                await self.clock.sleep(wait_ns * 1e-9)
            now_ns, utc_ns = self.clock.mono_ns(), self.clock.utc_ns()
            self._take(replace(packet, host_mono_ns=now_ns, host_utc_ns=utc_ns))
        stop.set()


async def _soaked(folder: Path, seconds: float, speed: float) -> dict[str, Any]:
    plans = sensor_plans(1)
    sent = encoded(plans, runner_signals(seconds + _SPARE_S), seconds)
    clock = HostClock(speed)
    worn = [Worn(ChosenSensor(p.name, p.address, "open_profile"), p.side) for p in plans]
    session = FastFedSession(
        folder, Adapter(clock), worn, load_record_settings(), load_signal_settings(), synthetic=True
    )
    session.feed = sent.packets
    session.shift_ns = clock.mono_ns() + _LEAD_NS - sent.packets[0].host_mono_ns
    readings = np.full((_READINGS, 2), np.nan)

    async def watch() -> None:
        for row in readings:
            row[:] = session.elapsed_s, used_mb()
            await clock.sleep(seconds / _READINGS)

    watching = asyncio.create_task(watch())
    await session.run(asyncio.Event())
    watching.cancel()
    read = readings[np.isfinite(readings[:, 0])]
    grown = growth(read[:, 0], read[:, 1])
    state = session.state().sensors[0]
    return {
        "received": state.received,
        "lost": state.lost,
        "memory_mb": float(read[-1, 1]),
        "mb_per_hour": grown.per_hour,
        "noise_mb_per_hour": grown.noise_per_hour,
    }


def main(seconds: float, speed: float) -> None:
    """Measure in a folder that is then removed."""
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as name:
        print(json.dumps(asyncio.run(_soaked(Path(name), seconds, speed))))


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))
