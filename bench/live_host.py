"""The host's side alone: ``python -m bench.live_host SENSORS SECONDS [profile]`` prints one line of JSON.

A session whose links are replaced by a feeder: it hands over packets that were encoded beforehand, each when
it would come, at real time. Everything after the radio's callback is what ``pfp record`` runs: queue, files
forced to the disk, decoding, counting, detector, cues, ``live.json``, and the picture on a terminal.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.live_delay import joined_delays
from bench.live_packets import Encoded, encoded, next_event_ns, runner_signals, sensor_plans
from bench.live_record import ALWAYS_OFF, Ear, delays_as_json, delays_of, watched
from bench.live_watch import Watch
from pfp_sensors.cli.record_view import RecordView
from pfp_sensors.collect.choose import ChosenSensor
from pfp_sensors.collect.header import Worn
from pfp_sensors.collect.session import Session
from pfp_sensors.link.adapter import Adapter
from pfp_sensors.link.clock import HostClock
from pfp_sensors.model.packets import LinkEvent
from pfp_sensors.settings import load_record_settings, load_signal_settings
from pfp_sensors.store.packet_files import PACKETS_NAME
from pfp_sensors.store.packet_reading import read_packet_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.packets import Packet

_LEAD_NS: Final = 500_000_000
_SPARE_S: Final = 5.0


class FedSession(Session):
    """A session that is handed packets instead of having links.

    Attributes
    ----------
    shift_ns
        What to add to a packet's own time for its place on the host's clock.
    """

    feed: Sequence[Packet] = ()
    shift_ns: int = 0

    async def _run_links(self, stop: asyncio.Event) -> None:
        for number in range(len(self.sensors)):
            for kind in ("connected", "streaming"):
                self._take(LinkEvent(self.clock.mono_ns(), self.clock.utc_ns(), number, 0, kind))
        for packet in self.feed:
            due_ns = packet.host_mono_ns + self.shift_ns
            wait_ns = due_ns - self.clock.mono_ns()
            if wait_ns > 0:
                await asyncio.sleep(wait_ns * 1e-9)
            now_ns, utc_ns = self.clock.mono_ns(), self.clock.utc_ns()
            self._take(replace(packet, host_mono_ns=now_ns, host_utc_ns=utc_ns))
        stop.set()


class Nobody(io.StringIO):
    """A terminal that nobody looks at, and that keeps nothing."""

    def isatty(self) -> bool:
        """Be a terminal, so that the picture is drawn."""
        return True

    def write(self, text: str) -> int:
        """Let the text go."""
        return len(text)


async def _fed(folder: Path, sent: Encoded, n_sensors: int, seconds: float) -> tuple[FedSession, Ear, Watch]:
    clock, plans = HostClock(), sensor_plans(n_sensors)
    ear, watch, stop, view = (
        Ear(clock, seconds),
        Watch.with_room(seconds),
        asyncio.Event(),
        RecordView(Nobody()),
    )
    worn = [Worn(ChosenSensor(p.name, p.address, "open_profile"), p.side) for p in plans]
    session = FedSession(folder, Adapter(clock), worn, load_record_settings(), load_signal_settings(),
                         synthetic=True, cue=ALWAYS_OFF, listeners=ear.listeners())  # fmt: skip
    session.feed = sent.packets
    session.shift_ns = clock.mono_ns() + _LEAD_NS - sent.packets[0].host_mono_ns
    beside = [asyncio.create_task(watch.follow(session)), asyncio.create_task(view.follow(session, stop))]
    await session.run(stop)
    watch.read(session)
    beside[0].cancel()
    await beside[1]
    return session, ear, watch


def measure(folder: Path, n_sensors: int, seconds: float) -> dict[str, Any]:
    """Feed a session and say what it cost."""
    plans, signals = sensor_plans(n_sensors), runner_signals(seconds + _SPARE_S)
    sent = encoded(plans, signals, seconds)
    session, ear, watch = asyncio.run(_fed(folder, sent, n_sensors, seconds))
    packets = tuple(read_packet_file(folder / PACKETS_NAME).packets)
    shift_s = session.shift_ns * 1e-9
    parts = [
        delays_of(number, firmware, signals, sent.origin_ns, [_earlier(p, session.shift_ns) for p in packets],
                  ear.heard(number, session.start_mono_ns).earlier(shift_s),
                  lambda from_s: next_event_ns(round(from_s * 1e9)) * 1e-9)
        for number, firmware in enumerate(sent.firmwares)
    ]  # fmt: skip
    states = session.state().sensors
    return {
        "received": [one.received for one in states],
        "lost": [one.lost for one in states],
        "delays": delays_as_json(joined_delays(parts)),
        **watched(watch),
    }


def _earlier(packet: Packet, by_ns: int) -> Packet:
    return replace(packet, host_mono_ns=packet.host_mono_ns - by_ns)


def main(n_sensors: int, seconds: float, with_profile: bool) -> None:
    """Measure in a folder that is then removed."""
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as name:
        if not with_profile:
            print(json.dumps(measure(Path(name), n_sensors, seconds)))
            return
        import cProfile
        import pstats

        with cProfile.Profile() as profile:
            measure(Path(name), n_sensors, seconds)
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), "profile" in sys.argv[3:])
