"""What every kind of sensor offers: traits, scripts, and a decoder of its packets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pfp_sensors.model.script import Conversation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.heard import Heard, SensorTraits
    from pfp_sensors.model.packets import Packet


@dataclass(frozen=True, slots=True)
class Wish:
    """What to set a sensor to; None for the best it can do for running."""

    rate_hz: float | None = None
    acc_range_g: float | None = None
    gyr_range_dps: float | None = None


class Driver(Conversation, Protocol):
    """One sensor of one recording, live or read again from disk.

    Scripts may use what `feed` has learnt (a boot id, the next sample wanted): the collector feeds every
    packet, also those of channels CONTROL, INFO and SENT, in the order in which they came.
    """

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind."""

    def feed(self, packet: Packet) -> Sequence[Heard]:
        """Understand one packet; whatever its bytes are, nothing is raised.

        A packet that is damaged or not understood comes out as `BadPacket`, never as samples. Without facts
        read back from the sensor no samples come out: scales are never assumed.
        """
