"""Two streams into one: by time with interpolation, by count with losses found."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.sensors.two_streams import CountJoin, Joined, TimedJoin

PERIOD = 1000


def ramp(times_ns: np.ndarray) -> np.ndarray:
    return np.stack([times_ns, -times_ns, times_ns * 0 + 3], axis=1).astype(np.float32)


def numbers(times_ns: np.ndarray) -> np.ndarray:
    return np.repeat(times_ns[:, None] // PERIOD, 3, axis=1).astype(np.int16)


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=12),
    st.lists(st.integers(1, 40), max_size=12),
    st.data(),
)
def test_every_acceleration_is_paired_at_its_time_or_counted(
    acc_sizes: list[int], gyr_sizes: list[int], data: st.DataObject
) -> None:
    join, offset = TimedJoin(PERIOD, PERIOD), data.draw(st.integers(0, 999))
    queue = [("acc", size) for size in acc_sizes] + [("gyr", size) for size in gyr_sizes]
    sent, lone, paired = {"acc": 0, "gyr": 0}, 0, []
    for side, size in data.draw(st.permutations(queue)):
        n = np.arange(sent[side], sent[side] + size, dtype=np.int64)
        times = n * PERIOD + (offset if side == "acc" else 0)
        joined = join.add(side, times, numbers(times) if side == "acc" else ramp(times))
        sent[side] += size
        lone += joined.lone_acc
        paired += joined.pieces
    times = np.concatenate([p.time_ns + np.arange(len(p.acc)) * PERIOD for p in paired] or [np.empty(0)])
    got = np.concatenate([p.gyr for p in paired] or [np.empty((0, 3))])
    assert np.abs(got - ramp(times)).max(initial=0.0) < 0.01
    assert all((p.acc[:, 0] == (p.time_ns // PERIOD + np.arange(len(p.acc)))).all() for p in paired)
    last_gyr = (sent["gyr"] - 1) * PERIOD
    ripe = sum(n * PERIOD + offset <= last_gyr for n in range(sent["acc"])) if sent["gyr"] else 0
    assert (len(times), lone) == (ripe, 0)


def test_nothing_is_interpolated_over_a_hole() -> None:
    join = TimedJoin(PERIOD, PERIOD)
    gyr_ns = np.array([0, 1000, 2000, 6000, 7000], np.int64)
    join.add("gyr", gyr_ns, ramp(gyr_ns))
    acc_ns = np.arange(0, 7000, 1000, dtype=np.int64)
    joined = join.add("acc", acc_ns, numbers(acc_ns))
    assert [p.acc[:, 0].tolist() for p in joined.pieces] == [[0, 1, 2], [6]]
    assert joined.lone_acc == 3


def test_pieces_end_where_acceleration_was_lost() -> None:
    join = TimedJoin(PERIOD, PERIOD)
    acc_ns = np.array([0, 1000, 4000, 5000], np.int64)
    join.add("acc", acc_ns, numbers(acc_ns))
    gyr_ns = np.arange(0, 6000, 1000, dtype=np.int64)
    pieces = join.add("gyr", gyr_ns, ramp(gyr_ns)).pieces
    assert [(p.time_ns, p.acc[:, 0].tolist()) for p in pieces] == [(0, [0, 1]), (4000, [4, 5])]


def test_acceleration_before_the_first_turning_rate_is_counted() -> None:
    join = TimedJoin(PERIOD, PERIOD)
    acc_ns = np.arange(0, 5000, 1000, dtype=np.int64)
    assert join.add("acc", acc_ns, numbers(acc_ns)) == Joined()
    gyr_ns = np.arange(2500, 8000, 1000, dtype=np.int64)
    joined = join.add("gyr", gyr_ns, ramp(gyr_ns))
    assert joined.lone_acc == 3
    assert joined.pieces[0].gyr[0].tolist() == [3000, -3000, 3]


@pytest.mark.parametrize("side", ["acc", "gyr"])
def test_one_stream_alone_is_bounded_and_counted(side: str) -> None:
    join, lone = TimedJoin(PERIOD, PERIOD, hold=100), 0
    for k in range(50):
        times = np.arange(k * 20, k * 20 + 20, dtype=np.int64) * PERIOD
        joined = join.add(side, times, ramp(times))
        lone += joined.lone_acc + joined.lone_gyr
        assert join.held <= 100
    assert lone == 50 * 20 - 100


def send(join: CountJoin, count: int, lost: set[tuple[str, int]], first: str = "acc") -> tuple[list, int]:
    """Send packets of 3 in turn, each sample being its own number; return the pairs and the lone samples."""
    pairs, lone = [], 0
    for k in range(count):
        for side in ("acc", "gyr") if first == "acc" else ("gyr", "acc"):
            if (side, k) in lost:
                continue
            joined = join.add(side, np.full((3, 3), k, np.int16))
            lone += joined.lone_acc + joined.lone_gyr
            pairs += [(int(p.acc[0, 0]), int(p.gyr[0, 0])) for p in joined.pieces]
    return pairs, lone


@pytest.mark.parametrize("first", ["acc", "gyr"])
def test_without_loss_all_are_paired(first: str) -> None:
    pairs, lone = send(CountJoin(), 200, set(), first)
    assert pairs == [(k, k) for k in range(200)]
    assert lone == 0


@pytest.mark.parametrize("first", ["acc", "gyr"])
@pytest.mark.parametrize("side", ["acc", "gyr"])
def test_a_lost_packet_shifts_for_no_longer_than_a_window(side: str, first: str) -> None:
    pairs, lone = send(CountJoin(), 300, {(side, 100)}, first)
    wrong = [acc for acc, gyr in pairs if acc != gyr]
    assert lone == 3, "the packet whose partner was lost is given up"
    assert 0 < len(wrong) <= 17
    assert max(wrong) <= 118
    assert all(abs(acc - gyr) == 1 for acc, gyr in pairs if acc != gyr)


@pytest.mark.parametrize("side", ["acc", "gyr"])
def test_repeated_losses_never_shift_for_good(side: str) -> None:
    draw = random.Random(6)
    lost = {(draw.choice(["acc", "gyr"]) if side == "acc" else "gyr", k) for k in range(100, 3000, 97)}
    pairs, lone = send(CountJoin(), 3300, lost)
    assert lone == 3 * len(lost)
    assert all(acc == gyr for acc, gyr in pairs[-100:])
    assert sum(acc != gyr for acc, gyr in pairs) <= 17 * len(lost)


@pytest.mark.parametrize("side", ["acc", "gyr"])
@pytest.mark.parametrize("outage", [2, 5, 12, 80])
def test_an_outage_of_one_stream_is_overcome(side: str, outage: int) -> None:
    join = CountJoin()
    pairs, lone = send(join, 700, {(side, k) for k in range(100, 100 + outage)})
    assert all(acc == gyr for acc, gyr in pairs[-100:])
    assert abs(lone - 3 * outage) <= 3
    assert sum(acc != gyr for acc, gyr in pairs) <= 150
    assert join.held <= 8


def test_a_stream_that_starts_late_is_paired_from_where_it_starts() -> None:
    pairs, lone = send(CountJoin(), 200, {("gyr", k) for k in range(16)})
    assert pairs[0] == (16, 16)
    assert lone == 48
