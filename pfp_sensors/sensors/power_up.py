"""One stretch in which a sensor's counters and clock run on: usually from power-up to power-down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.sensors.place import ByIndex, ByOrder, ByTime
from pfp_sensors.sensors.running_count import RunningCount
from pfp_sensors.sensors.unwrap import unwrap

if TYPE_CHECKING:
    from pfp_sensors.model.heard import Samples, SensorFacts, SensorTraits, Status
    from pfp_sensors.sensors.place import Place, Placing

TOLD_TOTALS: Final = ("fifo_overflows", "ring_dropped", "acc_clipped", "gyr_clipped")
"""Totals since boot that a `Status` may tell."""

_STATUS_HZ: Final = 1.0
"""How often status packets come that share the packet counter."""

_PACKET_SAMPLES: Final = 10
"""Samples in a packet, until the first one shows."""


class PowerUp:
    """The account of one such stretch.

    Parameters
    ----------
    traits
        Of the kind of sensor.
    boot_id
        Random number of this power-up as far as known.
    index
        First index, where the sensor has none of its own.
    from_boot
        Whether the stretch began while recording, so that all totals since boot belong to the recording.
    """

    def __init__(self, traits: SensorTraits, boot_id: int | None, index: int, *, from_boot: bool) -> None:
        self.boot_id = boot_id
        self.segment: int | None = None
        self.samples = RunningCount()
        self.packets = RunningCount()
        self._seq_wrap = traits.seq_wrap
        self._placing = self._choose(traits, 1e9 / traits.rates_hz[0], index)
        self._last_seq: tuple[int, int, int] | None = None
        self._packet_samples = _PACKET_SAMPLES
        self._from_boot = from_boot
        self._first_told: dict[str, int] = {}
        self._told: dict[str, int] = {}

    @property
    def period_ns(self) -> float:
        """Nominal sample period."""
        return self._placing.period_ns

    def learn(self, facts: SensorFacts) -> None:
        """Take over the rate and the length of the ring."""
        self._placing.period_ns = 1e9 / facts.rate_hz
        self.samples.keep_open(round(facts.ring_samples * self.period_ns))
        if isinstance(self._placing, ByIndex):
            self._placing.ring_samples = facts.ring_samples

    def place(self, samples: Samples) -> Place | None:
        """Place a block; None where it cannot belong to this stretch, never so for the first."""
        return self._placing.place(samples)

    def note_packet(self, seq: int | None, host_ns: int, link_segment: int, samples: int | None) -> None:
        """Account for a packet in the packet counter; ``samples`` None for a packet without any."""
        if samples is not None:
            self._packet_samples = samples
        if seq is None or self._seq_wrap is None:
            return
        if self._last_seq is not None:
            last, last_ns, last_link = self._last_seq
            sent = self._sent_in(host_ns - last_ns, link_lost=link_segment != last_link)
            seq = unwrap(seq, self._seq_wrap, last + sent)
        self.packets.take(seq, seq + 1, host_ns)
        if self._last_seq is None or seq > self._last_seq[0]:
            self._last_seq = (seq, host_ns, link_segment)

    def note_totals(self, status: Status) -> None:
        """Keep the highest of each total: a status packet may come twice, or late."""
        for name in TOLD_TOTALS:
            total = getattr(status, name)
            if total is not None:
                self._first_told.setdefault(name, 0 if self._from_boot else total)
                self._told[name] = max(total, self._told.get(name, 0))

    def sums(self) -> dict[str, int]:
        """Tell what this stretch adds to the totals of the recording, by name."""
        return {
            "received": self.samples.received,
            "lost": self.samples.lost,
            "late": self.samples.late,
            "lost_packets": self.packets.lost,
            **{name: max(0, total - self._first_told[name]) for name, total in self._told.items()},
        }

    def _choose(self, traits: SensorTraits, period_ns: float, index: int) -> Placing:
        if traits.index_wrap is not None:
            return ByIndex(traits, period_ns)
        if traits.clock == "device":
            return ByTime(traits, period_ns, self.samples)
        return ByOrder(period_ns, index)

    def _sent_in(self, passed_ns: int, *, link_lost: bool) -> float:
        """Guess how many packets were sent: over a lost connection between none and all, so half of them."""
        packets_per_ns = 1.0 / (self._packet_samples * self.period_ns) + _STATUS_HZ * 1e-9
        return passed_ns * packets_per_ns * (0.5 if link_lost else 1.0)
