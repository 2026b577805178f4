"""Random faults in random streams, against accounts that know what was sent."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from sent_stream import (
    FACTS,
    OPEN_PROFILE,
    PERIOD_NS,
    RATE_HZ,
    Account,
    Sent,
    block,
    taken_indices,
)

from pfp_sensors.model.heard import Status
from pfp_sensors.sensors.ledger import Ledger

FAULTS = (
    "none", "none", "none", "none", "drop", "twice", "thrice", "delay", "fifo", "status", "lost_status",
    "link_lost", "resume", "stall", "reboot",
)  # fmt: skip


class Sensor:
    """Sends as the open profile does, and lets faults happen on the way."""

    def __init__(self, n: int, index: int, seq: int) -> None:
        self.n, self.index, self.seq = n, index, seq
        self.boot, self.link, self.zero_ns = 1, 0, 10**13 - index * PERIOD_NS
        self.heard: list[Sent] = []
        self.delayed: Sent | None = None
        self.stalled_until_ns = 0

    def packet(self, count: int) -> Sent:
        """Make the next packet; of no samples: a status."""
        device_ns = self.index * PERIOD_NS
        host_ns = max(self.zero_ns + device_ns + count * PERIOD_NS, self.stalled_until_ns)
        sent = Sent(self.boot, self.index, count, self.seq, device_ns, host_ns, self.link)
        self.index += count
        self.seq += 1
        return sent

    def hear(self, sent: Sent, times: int = 1) -> None:
        """Let the host have a packet, and after it one that was delayed."""
        self.heard += [sent] * times
        if self.delayed is not None:
            self.heard.append(replace(self.delayed, host_ns=sent.host_ns, link_segment=sent.link_segment))
            self.delayed = None

    def connect_again(self, samples: int) -> None:
        """Sample on, unheard."""
        self.index += samples
        self.link += 1

    def suffer(self, fault: str, size: int) -> None:
        """Send one packet with a fault."""
        if fault == "fifo":
            self.index += size
        elif fault == "link_lost":
            self.connect_again(size * 40)
        elif fault == "stall":
            self.stalled_until_ns = self.zero_ns + (self.index + size * 40) * PERIOD_NS
        elif fault == "reboot":
            self.zero_ns += (self.index + 600) * PERIOD_NS
            self.boot, self.index, self.seq, self.delayed = self.boot + 1, size, size, None
            self.link += 1
        elif fault == "resume":
            self.connect_again(0)
            self.zero_ns += size * 40 * PERIOD_NS
            self.index = max(self.index - size * 3, self.heard[-1].index if self.heard else self.index)
        self.send(fault)

    def send(self, fault: str) -> None:
        """Send one packet, which may get lost, or come more than once, or late."""
        sent = self.packet(0 if fault in {"status", "lost_status"} else self.n)
        if fault in {"drop", "lost_status"}:
            return
        if fault == "delay" and self.delayed is None:
            self.delayed = sent
            return
        self.hear(sent, {"twice": 2, "thrice": 3}.get(fault, 1))


@settings(max_examples=150, deadline=None)
@given(
    faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(1, 40)), min_size=5, max_size=80),
    n=st.sampled_from([1, 10, 11, 19]),
    index=st.sampled_from([0, 123_456, (1 << 32) - 300, 858_993_459 - 200]),
    seq=st.sampled_from([0, 65_500]),
)
def test_every_count_is_right(faults: list[tuple[str, int]], n: int, index: int, seq: int) -> None:
    sensor = Sensor(n, index, seq)
    sensor.send("none")
    for fault, size in faults:
        sensor.suffer(fault, size)
    ledger, account, taken = Ledger(OPEN_PROFILE), Account(), []
    ledger.facts(replace(FACTS, rate_hz=RATE_HZ))
    for sent in sensor.heard:
        account.take(sent)
        if sent.count == 0:
            ledger.status(Status(sent.host_ns, sent.link_segment, seq=sent.seq % 65536, boot_id=sent.boot))
            continue
        part = ledger.take(block(sent))
        if part is not None:
            taken.append(part)
            first = account.first[sent.boot]
            steps_ns = (part.sample_index - first.index) * PERIOD_NS
            assert part.device_ns == block(first).device_ns + steps_ns
    account.check(ledger)
    assert sorted(sorted(part) for part in taken_indices(taken).values()) == sorted(
        sorted(came) for came in account.came.values()
    )
