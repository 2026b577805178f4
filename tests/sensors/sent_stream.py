"""A sensor that knows what it sent, and the slow, obvious account of what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.model.heard import Samples, SensorFacts, SensorTraits

if TYPE_CHECKING:
    from pfp_sensors.sensors.ledger import Ledger, Taken

U16, U32 = 1 << 16, 1 << 32
RATE_HZ = 200.0
PERIOD_NS = 5_000_000
OPEN_PROFILE = SensorTraits(
    kind="open_profile",
    title="made for tests",
    service_uuids=(),
    name_prefixes=(),
    rates_hz=(RATE_HZ,),
    acc_ranges_g=(16.0,),
    gyr_ranges_dps=(2000.0,),
    clock="device",
    clock_wrap_ns=U32 * 1000,
    clock_step_ns=1000,
    seq_wrap=U16,
    index_wrap=U32,
    loss="counted",
    clips="",
    battery="",
    undo="",
    evidence="",
)
MILLISECONDS = replace(
    OPEN_PROFILE,
    kind="milliseconds",
    rates_hz=(208.0,),
    clock_wrap_ns=U32 * 1_000_000,
    clock_step_ns=1_000_000,
    seq_wrap=None,
    index_wrap=None,
    loss="by_time",
)
NANOSECONDS = replace(MILLISECONDS, kind="nanoseconds", clock_wrap_ns=None, clock_step_ns=1)
NO_CLOCK = replace(
    MILLISECONDS, kind="no_clock", clock="host", clock_wrap_ns=None, clock_step_ns=1, loss="not_detectable"
)
FACTS = SensorFacts(
    rate_hz=RATE_HZ,
    acc_scale_g=1 / 2048,
    gyr_scale_dps=1 / 16.4,
    acc_range_g=16.0,
    gyr_range_dps=2000.0,
    acc_clip=32767,
    gyr_clip=32767,
    boot_id=None,
    ring_samples=2000,
)


@dataclass(frozen=True)
class Sent:
    """One block as the sensor made it: with the true, never wrapping numbers."""

    boot: int
    index: int
    count: int
    seq: int
    device_ns: int
    host_ns: int
    link_segment: int = 0


def block(sent: Sent, *, wrapped: bool = True) -> Samples:
    """Turn a block into what a driver hands out; each sample carries its index as contents."""
    index = sent.index + np.arange(sent.count)
    acc = np.stack([index % 1000, index // 1000 % 1000, np.full(sent.count, sent.boot)], axis=1)
    return Samples(
        host_mono_ns=sent.host_ns,
        link_segment=sent.link_segment,
        acc=acc.astype(np.int16),
        gyr=None,
        seq=sent.seq % U16,
        index=sent.index % U32,
        device_ns=sent.device_ns % (U32 * 1000),
        boot_id=sent.boot,
    )


@dataclass
class Account:
    """Sets of everything: slow, and plain to see right."""

    came: dict[int, set[int]] = field(default_factory=dict)
    packets: dict[int, set[int]] = field(default_factory=dict)
    first: dict[int, Sent] = field(default_factory=dict)
    offered: int = 0
    late: int = 0

    def take(self, sent: Sent) -> None:
        """Note a block, or a status packet of no samples."""
        self.packets.setdefault(sent.boot, set()).add(sent.seq)
        if sent.count == 0:
            return
        self.first.setdefault(sent.boot, sent)
        came = self.came.setdefault(sent.boot, set())
        new = set(range(sent.index, sent.index + sent.count)) - came
        self.late += sum(1 for index in new if came and index < max(came))
        self.offered += sent.count
        came |= new

    @property
    def received(self) -> int:
        """Samples that came, each once."""
        return sum(len(came) for came in self.came.values())

    @property
    def lost(self) -> int:
        """Samples between the first and the last of each power-up that never came."""
        return sum(max(came) - min(came) + 1 - len(came) for came in self.came.values())

    @property
    def lost_packets(self) -> int:
        """The same of packets."""
        return sum(max(seqs) - min(seqs) + 1 - len(seqs) for seqs in self.packets.values())

    def check(self, ledger: Ledger) -> None:
        """Compare every count."""
        counts = ledger.counts
        assert counts.received == self.received
        assert counts.lost == self.lost
        assert counts.repeated == self.offered - self.received
        assert counts.late == self.late
        assert counts.reboots == len(self.packets) - 1
        assert counts.lost_packets == self.lost_packets


def taken_indices(taken: list[Taken]) -> dict[int, list[int]]:
    """All indices that were handed on, by segment; each sample must carry its own index as contents."""
    found: dict[int, list[int]] = {}
    for part in taken:
        index = part.sample_index + np.arange(len(part.acc))
        np.testing.assert_array_equal(part.acc[:, 0], index % 1000)
        np.testing.assert_array_equal(part.acc[:, 1], index // 1000 % 1000)
        found.setdefault(part.segment, []).extend(index.tolist())
    return found
