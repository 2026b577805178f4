"""What a packet file says of its recording from the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pfp_sensors.collect.journal import utc_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.collect.choose import ChosenSensor
    from pfp_sensors.link.clock import HostClock


@dataclass(frozen=True, slots=True)
class Worn:
    """A chosen sensor and where it is worn."""

    sensor: ChosenSensor
    side: str | None = None
    placement: str | None = "shank"


def recording_header(
    run_id: str,
    start_mono_ns: int,
    start_utc_ns: int,
    worn: Sequence[Worn],
    clock: HostClock,
    synthetic: bool,
) -> dict[str, Any]:
    """List what holds for a whole recording and is known before the first packet.

    Serial numbers, firmware, rates and scales are told by the sensors when they are connected: they stand in
    ``events.jsonl`` and in the packets themselves.
    """
    from pfp_sensors.sensors.registry import traits_of

    return {
        "run_id": run_id,
        "start_utc": utc_text(start_utc_ns),
        "start_utc_ns": start_utc_ns,
        "start_mono_ns": start_mono_ns,
        "synthetic": synthetic,
        "speed_up": clock.speed,
        "sensors": [
            {
                "name": one.sensor.name,
                "address": one.sensor.address,
                "kind": one.sensor.kind,
                "side": one.side,
                "placement": one.placement,
                "loss": traits_of(one.sensor.kind).loss,
            }
            for one in worn
        ],
    }
