"""Record a simulated runner through the whole rig: ``python -m bench.live_record SECONDS SPEED``.

Prints one line of JSON. A process of its own, so that its memory and processor time are those of recording.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.live_delay import Delays, Heard, Packets, detected, joined_delays, split_delays
from bench.live_packets import INTERVAL_S, runner_signals, sensor_plans
from bench.live_watch import Watch
from pfp_sensors.collect.choose import choose_sensors
from pfp_sensors.collect.cues import CueWish
from pfp_sensors.collect.finalise import finalise
from pfp_sensors.collect.header import Worn
from pfp_sensors.collect.session import Session
from pfp_sensors.collect.understanding import Listeners
from pfp_sensors.link.adapter import Adapter
from pfp_sensors.link.clock import HostClock
from pfp_sensors.model.packets import Channel
from pfp_sensors.rig.plans import AirPlan
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.sensors.open_profile import DataPacket, decode_notification
from pfp_sensors.settings import load_record_settings, load_signal_settings
from pfp_sensors.store.device_files import read_device_samples
from pfp_sensors.store.packet_files import PACKETS_NAME
from pfp_sensors.store.packet_reading import read_packet_file
from pfp_sensors.store.seals import recording_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.collect.live_sensor import TimedContact
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.rig.firmware import Firmware
    from pfp_sensors.rig.runner_signal import RunnerSignals

N_SENSORS: Final = 2
ALWAYS_OFF: Final = CueWish("cadence", 250.0)
"""No runner steps so fast: every contact after the shortest time between cues brings one."""

_SPARE_S: Final = 20.0
_PATIENCE_S: Final = 30.0
_MOST_CONTACTS_PER_S: Final = 10.0
_S_PER_HOUR: Final = 3600.0


class Ear:
    """Notes each contact and each cue with the moment of the call, on the host's clock.

    It writes into room that it takes at the start, so that the memory that grows is that of the recording.
    """

    def __init__(self, clock: HostClock, seconds: float) -> None:
        self._clock = clock
        room = int(_MOST_CONTACTS_PER_S * (seconds + _PATIENCE_S))
        self._sensor = np.full(room, -1)
        self._at_s, self._told_ns = np.full(room, np.nan), np.full(room, -1)
        self._n = 0
        self.n_cues = 0
        self.cue_after_ms = 0.0

    def listeners(self) -> Listeners:
        """Return itself in the form that a session takes."""
        return Listeners(contact=self._contact, cue=self._cue)

    def _contact(self, contact: TimedContact) -> None:
        told_ns, k = self._clock.mono_ns(), self._n
        self._sensor[k], self._at_s[k], self._told_ns[k] = contact.sensor, contact.at_s, told_ns
        self._n += 1

    def _cue(self, *_cue: object) -> None:
        self.n_cues += 1
        after_ms = float(self._clock.mono_ns() - self._told_ns[self._n - 1]) * 1e-6
        self.cue_after_ms = max(self.cue_after_ms, after_ms)

    def heard(self, number: int, start_ns: int) -> Heard:
        """Return what was told of one sensor, in s on the host's clock."""
        of_it = self._sensor == number
        return Heard(self._at_s[of_it] + start_ns * 1e-9, self._told_ns[of_it] * 1e-9)


def delays_of(
    number: int,
    firmware: Firmware,
    signals: RunnerSignals,
    origin_ns: int,
    packets: Sequence[Packet],
    heard: Heard,
    next_event_s: Callable[[float], float],
) -> Delays:
    """Split the delays of one sensor's contacts."""
    plan, memory = firmware.plan, firmware.memory
    came = [(decode_notification(p.payload), p.host_mono_ns) for p in packets
             if p.sensor == number and p.channel is Channel.DATA]  # fmt: skip
    ends = {packet.index + len(packet.counts): stamp_ns for packet, stamp_ns in came
            if isinstance(packet, DataPacket)}  # fmt: skip
    n = max(ends)
    measured_s = np.array([memory.measured_ns(k) for k in range(n)]) * 1e-9
    true_s = origin_ns * 1e-9 + signals.truth(plan).initial_contact_s / (1.0 + 1e-6 * plan.drift_ppm)
    found = detected(plan.rate_hz, plan.acc_range_g, memory.made(0, n), measured_s)
    brought = Packets(measured_s[np.array(list(ends)) - 1], np.array(list(ends.values())) * 1e-9)
    return split_delays(true_s, found, heard, brought, next_event_s)


async def _recorded(folder: Path, seconds: float, speed: float) -> dict[str, Any]:
    clock, plans, signals = HostClock(speed), sensor_plans(N_SENSORS), runner_signals(seconds + _SPARE_S)
    ear, watch, stop = Ear(clock, seconds), Watch.with_room(seconds), asyncio.Event()
    async with SimulatedWorld(clock, plans, AirPlan(interval_s=INTERVAL_S), signals) as world:
        adapter = Adapter(clock, world.scanner_backend, world.client_backend)
        chosen = await choose_sensors(adapter, [plan.name for plan in plans], _PATIENCE_S * speed)
        worn = [Worn(one, plan.side) for one, plan in zip(chosen, plans, strict=True)]
        session = Session(folder, adapter, worn, load_record_settings(), load_signal_settings(),
                          synthetic=True, cue=ALWAYS_OFF, listeners=ear.listeners())  # fmt: skip
        beside = [
            asyncio.create_task(session.stop_after(seconds, stop)),
            asyncio.create_task(watch.follow(session)),
            asyncio.create_task(_until_stopped(watch, session, stop)),
        ]
        await session.run(stop)
        for task in beside:
            task.cancel()
    packets = tuple(read_packet_file(folder / PACKETS_NAME).packets)
    finalise(folder)

    def next_event_s(from_s: float) -> float:
        return world.air.next_event_ns(round(from_s * 1e9)) * 1e-9

    firmwares = [world.sensors[plan.name].firmware for plan in plans]
    stored = [_stored(folder, number, firmware) for number, firmware in enumerate(firmwares)]
    rows = [
        {"sensor": plan.name, **rows, "received": state.received, "lost": state.lost,
         "repeated": state.repeated, "links": state.segments}
        for plan, rows, state in zip(plans, stored, session.state().sensors, strict=True)
    ]  # fmt: skip
    parts = [
        delays_of(number, firmware, signals, world.started_ns or 0, packets,
                  ear.heard(number, session.start_mono_ns), next_event_s)
        for number, firmware in enumerate(firmwares)
    ]  # fmt: skip
    return {
        "sensors": rows,
        "dropped": session.inbox.dropped,
        "per_sensor_hour": _S_PER_HOUR / seconds / N_SENSORS,
        "packet_bytes": session.writer.size_bytes,
        "rest_bytes": sum(path.stat().st_size for path in recording_paths(folder)),
        "delays": delays_as_json(joined_delays(parts)),
        "n_cues": ear.n_cues,
        "cue_after_ms": ear.cue_after_ms,
        "syncs_per_s": session.writer.syncs / max(1e-9, session.elapsed_s / speed),
        **watched(watch),
    }


async def _until_stopped(watch: Watch, session: Session, stop: asyncio.Event) -> None:
    """Take the last reading at the moment the recording is ended, before files are closed."""
    await stop.wait()
    watch.read(session)


def _stored(folder: Path, number: int, firmware: Firmware) -> dict[str, int]:
    """Compare what rests on the disk with what the sensor made, sample by sample."""
    samples, _ = read_device_samples(recording_paths(folder)[number])
    index = samples.sample_index
    made = firmware.made(0, firmware.memory.next_index)
    same = np.all(samples.acc == made[index, :3], axis=1)
    if samples.gyr is not None:
        same &= np.all(samples.gyr == made[index, 3:], axis=1)
    return {
        "made": len(made),
        "stored": len(index),
        "stored_twice": len(index) - len(np.unique(index)),
        "missing": int(index[-1]) + 1 - len(np.unique(index)),
        "never_sent": len(made) - int(index[-1]) - 1,
        "wrong": int(np.count_nonzero(~same)),
    }


def delays_as_json(delays: Delays) -> dict[str, Any]:
    """Put delays into lists of ms."""
    names = ("wait_s", "fill_s", "air_s", "host_s", "total_s", "beyond_radio_s")
    values = {name.removesuffix("_s"): (1e3 * getattr(delays, name)).round(3).tolist() for name in names}
    return {"n_true": delays.n_true, "can_cue": delays.can_cue.tolist(), **values}


def watched(watch: Watch) -> dict[str, Any]:
    """Put the readings into figures."""
    return {
        "watched_s": float(np.ptp(watch.time_s)) if len(watch.time_s) else 0.0,
        "share": watch.share,
        "longest_unsynced_s": watch.longest_unsynced_s,
        "memory_mb": [*watch.memory_mb[[0, -1]], watch.memory_mb.max()] if len(watch.time_s) else [],
        "growth": asdict(watch.growth_mb),
    }


def main(seconds: float, speed: float) -> None:
    """Record into a folder that is then removed."""
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as name:
        start_s = time.monotonic()
        result = asyncio.run(_recorded(Path(name), seconds, speed))
    print(json.dumps({**result, "seconds": time.monotonic() - start_s}))


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))
