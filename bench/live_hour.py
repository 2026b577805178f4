"""An hour of two sensors as it lies on the disk when a recording ends: write its packets, or finish it.

``python -m bench.live_hour write FOLDER`` encodes the packets without Bluetooth; ``python -m bench.live_hour
finish FOLDER`` is the process to be timed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

HOUR_S: Final = 3600.0
_REPEATED_S: Final = 300.0
_BATCH_S: Final = 0.5


def write_hour(folder: Path, seconds: float = HOUR_S) -> int:
    """Write the packets of a run with two sensors, in batches as a session does; return their count."""
    from bench.live_packets import Repeated, encoded, runner_signals, sensor_plans
    from pfp_sensors.collect.choose import ChosenSensor
    from pfp_sensors.collect.header import Worn, recording_header
    from pfp_sensors.link.clock import HostClock
    from pfp_sensors.store.packet_files import PACKETS_NAME, PacketWriter

    plans, signals = sensor_plans(2), runner_signals(min(seconds, _REPEATED_S))
    sent = encoded(plans, lambda plan: Repeated(signals, plan), seconds)
    worn = [Worn(ChosenSensor(p.name, p.address, "open_profile"), p.side) for p in plans]
    start_ns = sent.packets[0].host_mono_ns
    header = recording_header(folder.name, start_ns, start_ns, worn, HostClock(), synthetic=True)
    folder.mkdir(parents=True, exist_ok=True)
    writer = PacketWriter(folder / PACKETS_NAME, header)
    batch, ends_ns = [], start_ns
    for packet in sent.packets:
        if packet.host_mono_ns >= ends_ns:
            writer.append(batch)
            batch, ends_ns = [], packet.host_mono_ns + round(_BATCH_S * 1e9)
        batch.append(packet)
    writer.append(batch)
    writer.close()
    return len(sent.packets)


def finish(folder: Path) -> None:
    """Finish the recording in a folder."""
    from pfp_sensors.collect.finalise import finalise

    finalise(folder)


if __name__ == "__main__":
    {"write": write_hour, "finish": finish}[sys.argv[1]](Path(sys.argv[2]))
