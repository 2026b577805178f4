"""The inside of a simulated sensor, without Bluetooth and without waiting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.errors import UsageError
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.rig.sample_signal import FULL_COUNT, CountArray, Pendulum
from pfp_sensors.rig.sensor_memory import Block, SensorMemory

BOOTED_NS = 7_000_000_000
SECOND_NS = 1_000_000_000


def memory(plan: SensorPlan) -> SensorMemory:
    made = SensorMemory(plan, Pendulum(plan), boot_id=1, booted_ns=BOOTED_NS)
    made.begin(BOOTED_NS, BOOTED_NS)
    return made


def take_all(sensor: SensorMemory, n: int) -> list[Block]:
    return list(iter(lambda: sensor.take(n), None))


def test_after_one_second_there_is_one_second_of_samples() -> None:
    sensor = memory(SensorPlan(rate_hz=200.0, start_us=500))
    sensor.catch_up(BOOTED_NS + SECOND_NS - 1)
    blocks = take_all(sensor, 10)
    assert [block.index for block in blocks] == list(range(0, 200, 10))
    assert [block.device_ns for block in blocks] == [500_000 + 50_000_000 * i for i in range(20)]


@pytest.mark.parametrize(("ppm", "error_ppm"), [(0.0, 0.0), (50.0, 0.0), (-50.0, 2000.0), (5000.0, -5000.0)])
def test_rate_and_clock_run_as_fast_as_planned(ppm: float, error_ppm: float) -> None:
    plan = SensorPlan(rate_hz=208.0, clock_ppm=ppm, rate_error_ppm=error_ppm, ring_s=2000.0)
    sensor = memory(plan)
    sensor.catch_up(BOOTED_NS + 1000 * SECOND_NS)
    assert sensor.next_index == pytest.approx(208_000 * (1 + 1e-6 * ppm) * (1 + 1e-6 * error_ppm), abs=1.5)
    sensor.send_again_from(0)
    first = sensor.take(1)
    sensor.send_again_from(sensor.next_index - 1)
    last = sensor.take(1)
    assert first is not None
    assert last is not None
    by_device_clock = 1e9 * (last.index - first.index) / (last.device_ns - first.device_ns)
    assert by_device_clock == pytest.approx(208.0 * (1 + 1e-6 * error_ppm), rel=1e-9)
    assert sensor.device_ns(BOOTED_NS + SECOND_NS) == pytest.approx(SECOND_NS * (1 + 1e-6 * ppm), abs=1)


def test_samples_of_a_late_sensor_keep_their_place_in_the_signal() -> None:
    sensor = SensorMemory(SensorPlan(rate_hz=200.0), Pendulum(SensorPlan(rate_hz=200.0)), 1, BOOTED_NS)
    sensor.begin(BOOTED_NS + 301_000_000, origin_ns=BOOTED_NS)
    sensor.catch_up(BOOTED_NS + SECOND_NS)
    block = sensor.take(1)
    assert block is not None
    assert (block.index, block.device_ns) == (0, 305_000_000)
    assert block.counts[0, 2] == 61  # the pendulum's sideways axis counts its positions


def test_a_full_ring_overwrites_the_oldest_and_counts_only_what_was_never_sent() -> None:
    sensor = memory(SensorPlan(rate_hz=100.0, ring_s=1.0))
    sensor.catch_up(BOOTED_NS + SECOND_NS - 1)
    assert take_all(sensor, 10)[-1].index == 90
    sensor.catch_up(BOOTED_NS + 3 * SECOND_NS - 1)
    assert sensor.oldest_index == sensor.next_index - 100 == 200
    assert sensor.ring_dropped == 100
    blocks = take_all(sensor, 10)
    assert [block.index for block in blocks] == list(range(200, 300, 10))


def test_an_overflow_of_the_part_ends_the_packet() -> None:
    sensor = memory(SensorPlan(rate_hz=100.0))
    sensor.catch_up(BOOTED_NS + 54_000_000)
    sensor.skip(7)
    sensor.catch_up(BOOTED_NS + SECOND_NS - 1)
    blocks = take_all(sensor, 10)
    assert [(block.index, len(block.counts)) for block in blocks[:2]] == [(0, 6), (13, 10)]
    assert (sensor.holes, sensor.fifo_overflows) == ([(6, 7)], 1)


@pytest.mark.parametrize(
    ("wanted", "first"),
    [(2**32 - 50, 2**32 - 50), (2**32 - 200, 2**32 - 100), (5, 2**32 + 5), (200, 2**32 + 100)],
    ids=["in the ring", "overwritten", "beyond the wrap", "not measured yet"],
)
def test_resuming_understands_wrapped_numbers(wanted: int, first: int) -> None:
    sensor = memory(SensorPlan(rate_hz=100.0, ring_s=2.0, start_index=2**32 - 300))
    sensor.catch_up(BOOTED_NS + 4 * SECOND_NS - 1)
    assert sensor.send_again_from(wanted) == first


def test_samples_before_and_after_a_stop_are_never_in_one_packet() -> None:
    sensor = memory(SensorPlan(rate_hz=100.0))
    sensor.catch_up(BOOTED_NS + 54_000_000)
    sensor.end()
    sensor.begin(BOOTED_NS + SECOND_NS, BOOTED_NS)
    sensor.send_again_from(0)
    sensor.catch_up(BOOTED_NS + 2 * SECOND_NS - 1)
    blocks = take_all(sensor, 10)
    assert [(block.index, len(block.counts)) for block in blocks[:2]] == [(0, 6), (6, 10)]
    assert blocks[1].device_ns == SECOND_NS
    np.testing.assert_array_equal(np.concatenate([b.counts for b in blocks]), sensor.made(0, 106))


def test_clipped_samples_are_counted_once_whatever_the_axes() -> None:
    class Clipping:
        def counts(self, first: int, n: int) -> CountArray:
            position = np.arange(first, first + n)[:, None] * np.ones((1, 6), dtype=int)
            clips = [[1, 1, 0, 1, 0, 0]]
            return np.where((position % 10 == 0) & (np.array(clips) == 1), -FULL_COUNT, 0).astype(np.int16)

    plan = SensorPlan(rate_hz=100.0)
    sensor = SensorMemory(plan, Clipping(), 1, BOOTED_NS)
    sensor.begin(BOOTED_NS, BOOTED_NS)
    sensor.catch_up(BOOTED_NS + SECOND_NS - 1)
    assert (sensor.acc_clipped, sensor.gyr_clipped) == (10, 10)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(0, 3 * SECOND_NS)),
        st.tuples(st.just("skip"), st.integers(1, 300)),
        st.tuples(st.just("send"), st.integers(1, 19)),
    ),
    max_size=30,
)


@given(steps, st.floats(0.2, 2.0), st.integers(0, 2**33))
def test_every_sample_is_sent_lost_or_still_there(
    todo: list[tuple[str, int]], ring_s: float, start: int
) -> None:
    sensor = memory(SensorPlan(rate_hz=208.0, ring_s=ring_s, start_index=start))
    now_ns, sent, after = BOOTED_NS, 0, start
    for what, amount in todo:
        if what == "wait":
            now_ns += amount
            sensor.catch_up(now_ns)
        elif what == "skip":
            sensor.skip(amount)
        else:
            for block in take_all(sensor, amount):
                assert block.index >= after
                np.testing.assert_array_equal(block.counts, sensor.made(block.index, len(block.counts)))
                after = block.index + len(block.counts)
                sent += len(block.counts)
    sensor.end()
    rest = sum(len(block.counts) for block in take_all(sensor, 19))
    holes = sum(count for _, count in sensor.holes)
    assert sent + rest + holes + sensor.ring_dropped == sensor.next_index - start


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "SHANK-LEFT"},
        {"rate_hz": 0.0},
        {"samples_per_packet": 0},
        {"samples_per_packet": 20},
        {"ring_s": 0.01},
        {"acc_range_g": 0},
    ],
)
def test_a_plan_that_no_sensor_can_have_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        SensorPlan(**wrong)  # type: ignore[arg-type]
