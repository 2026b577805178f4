"""Counts are exactly right for each fault."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from sent_stream import FACTS, NO_CLOCK, OPEN_PROFILE, PERIOD_NS, U16, U32, Sent, block

from pfp_sensors.model.heard import Status
from pfp_sensors.sensors.ledger import Ledger

MINUTE_NS = 60_000_000_000


def stream(count: int, n: int = 10, boot: int = 7, first_index: int = 0, first_seq: int = 0) -> list[Sent]:
    """Blocks sent one after the other, stamped with a clock that started with the index."""
    return [
        Sent(
            boot=boot,
            index=first_index + k * n,
            count=n,
            seq=first_seq + k,
            device_ns=(first_index + k * n) * PERIOD_NS,
            host_ns=10**12 + (k + 1) * n * PERIOD_NS,
        )
        for k in range(count)
    ]


def make_ledger() -> Ledger:
    ledger = Ledger(OPEN_PROFILE)
    ledger.facts(replace(FACTS, boot_id=7))
    return ledger


def run(sent: list[Sent]) -> tuple[Ledger, list]:
    ledger = make_ledger()
    return ledger, [ledger.take(block(s)) for s in sent]


@pytest.mark.parametrize("times", [2, 3])
def test_each_packet_twice_or_three_times(times: int) -> None:
    ledger, taken = run([s for s in stream(50) for _ in range(times)])
    assert sum(t is not None for t in taken) == 50
    assert ledger.counts.received == 500
    assert ledger.counts.repeated == 500 * (times - 1)
    assert ledger.counts.lost == 0
    assert ledger.counts.lost_packets == 0


def test_equal_contents_with_other_counters_are_both_real() -> None:
    ledger = make_ledger()
    first = block(stream(1)[0])
    second = replace(first, seq=1, index=10, device_ns=10 * PERIOD_NS)
    assert ledger.take(first) is not None
    assert ledger.take(second) is not None
    assert ledger.counts.received == 20
    assert ledger.counts.repeated == 0


def test_lost_packets_leave_a_hole_and_late_ones_fill_it() -> None:
    sent = stream(10)
    ledger, taken = run([*sent[:3], *sent[6:8]])
    assert taken[3].gap_before == 30
    assert (ledger.counts.lost, ledger.counts.lost_packets, ledger.counts.open_holes) == (30, 3, 1)
    late = ledger.take(block(sent[4]))
    assert late is not None
    assert late.late
    assert late.gap_before == 10
    counts = ledger.counts
    assert (counts.lost, counts.late, counts.lost_packets, counts.open_holes) == (20, 10, 2, 2)
    assert ledger.take(block(sent[4])) is None
    assert ledger.counts.repeated == 10


def test_packets_before_the_first_one_are_late_not_repeated() -> None:
    sent = stream(10)
    ledger, taken = run([sent[5], sent[2], sent[6], sent[4]])
    assert [t.late for t in taken if t] == [False, True, False, True]
    counts = ledger.counts
    assert (counts.received, counts.lost, counts.late, counts.lost_packets) == (40, 10, 20, 1)


def test_a_hole_is_closed_after_a_minute() -> None:
    sent = stream(2000)
    ledger, _ = run([*sent[:3], *sent[4:1500]])
    assert ledger.counts.open_holes == 0
    assert ledger.take(replace(block(sent[3]), host_mono_ns=sent[1500].host_ns)) is None
    assert ledger.counts.lost == 10


def test_resume_from_the_ring_overlaps_and_gives_the_new_part() -> None:
    sent = stream(20)
    ledger, _ = run(sent[:10])
    again = replace(sent[9], index=sent[9].index - 4, seq=10, device_ns=sent[9].device_ns - 4 * PERIOD_NS)
    again = replace(again, count=19, link_segment=1, host_ns=again.host_ns + 2 * 10**9)
    part = ledger.take(block(again))
    assert part is not None
    assert (part.sample_index, len(part.acc), part.gap_before, part.late) == (100, 5, 0, False)
    assert part.device_ns == 100 * PERIOD_NS
    assert part.acc[0, 0] == 100
    assert (ledger.counts.repeated, ledger.counts.lost, ledger.counts.received) == (14, 0, 105)


def test_link_lost_for_longer_than_the_ring() -> None:
    sent = stream(2000)
    after = [replace(s, seq=s.seq - 1000, link_segment=1) for s in sent[1600:1700]]
    ledger, taken = run([*sent[:600], *after])
    assert taken[600].gap_before == 10_000
    assert (ledger.counts.lost, ledger.counts.lost_packets, ledger.counts.reboots) == (10_000, 0, 0)


def test_reboot_starts_a_new_segment_with_unknown_loss() -> None:
    before, after = stream(10, first_index=5000), stream(10, boot=8, first_index=40, first_seq=3)
    after = [replace(s, host_ns=s.host_ns + MINUTE_NS, link_segment=1) for s in after]
    ledger, taken = run([*before, *after, after[3]])
    assert [t.segment for t in taken[:20]] == [0] * 10 + [1] * 10
    assert taken[10].gap_before is None
    assert (taken[10].sample_index, taken[10].device_ns) == (40, 40 * PERIOD_NS)
    counts = ledger.counts
    assert (counts.reboots, counts.lost, counts.repeated, counts.received) == (1, 0, 10, 200)
    assert ledger.take(block(before[5])) is None, "a repeat from before the reboot is still known"
    assert ledger.counts.reboots == 1


def test_a_jump_back_without_a_boot_id_is_a_reboot() -> None:
    ledger = Ledger(OPEN_PROFILE)
    ledger.facts(FACTS)
    for s in stream(400):
        ledger.take(replace(block(s), boot_id=None))
    again = replace(block(stream(1, first_index=20)[0]), boot_id=None, host_mono_ns=10**12 + MINUTE_NS)
    taken = ledger.take(again)
    assert taken is not None
    assert (taken.segment, taken.sample_index, taken.gap_before) == (1, 20, None)
    assert (ledger.counts.reboots, ledger.counts.lost) == (1, 0)


@pytest.mark.parametrize("first_index", [U32 - 55, 859_000_000 - 200])
def test_wraps_of_index_packet_counter_and_clock(first_index: int) -> None:
    sent = stream(60, first_index=first_index, first_seq=U16 - 30)
    ledger, taken = run([*sent[:20], *sent[21:]])
    start_ns = block(sent[0]).device_ns
    assert [t.sample_index for t in taken] == [s.index for s in sent if s is not sent[20]]
    assert [t.device_ns - start_ns for t in taken] == [
        s.device_ns - sent[0].device_ns for s in sent if s is not sent[20]
    ]
    assert {t.segment for t in taken} == {0}
    assert (ledger.counts.lost, ledger.counts.lost_packets, ledger.counts.repeated) == (10, 1, 0)


@pytest.mark.parametrize("minutes", [50, 71.58, 100, 200])
def test_wraps_while_disconnected(minutes: float) -> None:
    gap = round(minutes * 60 * 200 / 10)
    sent = stream(gap + 20)
    after = [replace(s, seq=s.seq - gap, link_segment=1) for s in sent[gap + 10 :]]
    ledger, taken = run([*sent[:10], *after])
    assert taken[10].device_ns == sent[gap + 10].device_ns
    assert taken[10].gap_before == gap * 10
    assert ledger.counts.lost == gap * 10
    assert ledger.counts.reboots == 0


def test_packet_counter_wraps_while_the_host_hears_nothing() -> None:
    sent = stream(70_100)
    ledger, _ = run([*sent[:10], *sent[70_000:70_010]])
    assert ledger.counts.lost_packets == 69_990
    assert ledger.counts.lost == 699_900


def test_status_shares_the_packet_counter_and_tells_totals() -> None:
    ledger = make_ledger()
    sent = stream(10)
    ledger.status(Status(sent[0].host_ns, 0, seq=U16 - 1, boot_id=7, fifo_overflows=4, ring_dropped=100))
    for s in sent[:3]:
        ledger.take(block(s))
    ledger.status(Status(sent[5].host_ns, 0, seq=5, boot_id=7, fifo_overflows=5, ring_dropped=130))
    counts = ledger.counts
    assert (counts.lost_packets, counts.fifo_overflows, counts.ring_dropped) == (2, 1, 30)
    ledger.status(Status(sent[9].host_ns, 1, seq=0, boot_id=8, fifo_overflows=2, ring_dropped=0))
    counts = ledger.counts
    assert (counts.reboots, counts.fifo_overflows, counts.ring_dropped) == (1, 3, 30)


def test_a_fifo_overflow_is_a_hole_between_consecutive_packets() -> None:
    sent = stream(10)
    shifted = [replace(s, index=s.index + 3, device_ns=s.device_ns + 3 * PERIOD_NS) for s in sent[5:]]
    ledger, taken = run([*sent[:5], *shifted])
    assert taken[5].gap_before == 3
    assert (ledger.counts.lost, ledger.counts.lost_packets) == (3, 0)


def test_clipped_samples_are_counted_once_on_either_side() -> None:
    ledger = make_ledger()
    samples = block(stream(1)[0])
    acc = samples.acc.copy()
    acc[0], acc[1, 2], acc[2, 0] = 32767, -32768, 32766
    clipped = replace(samples, acc=acc)
    ledger.take(clipped)
    ledger.take(clipped)
    assert ledger.counts.clipped == 2


def test_without_a_clip_count_the_sensor_is_believed_or_nothing_said() -> None:
    ledger = Ledger(OPEN_PROFILE)
    ledger.facts(replace(FACTS, acc_clip=None))
    assert ledger.counts.clipped is None
    ledger.status(Status(0, 0, acc_clipped=2, gyr_clipped=0))
    ledger.status(Status(10**9, 0, acc_clipped=5, gyr_clipped=1))
    assert ledger.counts.clipped == 4


def test_without_a_clock_the_index_runs_on_and_loss_is_not_known() -> None:
    ledger = Ledger(NO_CLOCK)
    ledger.facts(FACTS)
    plain = [
        replace(block(s), seq=None, index=None, device_ns=None, boot_id=None, link_segment=link)
        for link, s in zip((0, 0, 1, 1), stream(4), strict=True)
    ]
    taken = [ledger.take(samples) for samples in plain]
    assert [t.sample_index for t in taken if t] == [0, 10, 20, 30]
    assert [t.segment for t in taken if t] == [0, 0, 1, 1]
    assert all(t is not None and t.gap_before is None and t.device_ns is None for t in taken)
    assert (ledger.counts.lost, ledger.counts.reboots, ledger.counts.lost_packets) == (None, 0, None)


def test_samples_without_what_their_kind_gives_are_refused() -> None:
    ledger = make_ledger()
    with pytest.raises(ValueError, match="without an index"):
        ledger.take(replace(block(stream(1)[0]), index=None))


def test_memory_stays_flat() -> None:
    """Each third packet is lost, each tenth comes late or twice, for 10 min."""
    ledger = make_ledger()
    acc = np.zeros((10, 3), dtype=np.int16)
    marks = []
    tracemalloc.start()
    for k in range(12_000):
        if k % 3:
            back = 20 if k % 10 == 0 else 0
            s = Sent(7, (k - back) * 10, 10, k - back, (k - back) * 10 * PERIOD_NS, k * 10 * PERIOD_NS)
            ledger.take(replace(block(s), acc=acc))
        if k in {4_000, 11_999}:
            marks.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert ledger.counts.open_holes <= 2048
    assert marks[1] - marks[0] < 30_000
