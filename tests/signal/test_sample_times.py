"""Sample times from packet stamps: fine, coarse, or none; all data synthetic."""

from __future__ import annotations

import numpy as np
import pytest
from air_timing import simulate_air
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.signal.sample_times import sample_times_from_arrival_us, sample_times_us

NOMINAL_NS = 1e9 / 208.0
MILLISECOND = 1_000_000


def coarse_stream(seed: int, packets: int = 46_800) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Half an hour at 1.3 % more than 208 Hz, slowing by 200 ppm; 2 % lost, and a pause of 15 s.

    True times in ns and index of the samples that came; first index and stamp in whole ms of their packets.
    """
    rng = np.random.default_rng(seed)
    steps_ns = NOMINAL_NS / 1.013 * (1 + 2e-4 * np.linspace(0, 1, packets * 8))
    true_ns = 1e11 + np.cumsum(steps_ns)
    came = rng.random(packets) > 0.02
    came[2000:2400] = False
    first = np.flatnonzero(came) * 8
    index = (first[:, np.newaxis] + np.arange(8)).ravel()
    stamps_ns = (true_ns[first] // MILLISECOND * MILLISECOND).astype(np.int64)
    return true_ns[index], index, first, stamps_ns


def test_coarse_stamps_do_not_shake_the_samples() -> None:
    true_ns, index, first, stamps_ns = coarse_stream(0)
    time_us = sample_times_us(index, first, stamps_ns, NOMINAL_NS, MILLISECOND)
    error_us = time_us - true_ns * 1e-3 + 500.0
    assert np.max(np.abs(error_us)) < 100.0, "rounded down by half a ms in the mean, and by nothing else"
    steps_us = np.diff(time_us)[np.diff(index) == 1]
    assert np.std(steps_us) < 2.0
    straight_us = sample_times_us(index, first, stamps_ns, NOMINAL_NS)
    assert np.std(np.diff(straight_us)[np.diff(index) == 1]) > 20.0


def test_a_new_grid_after_a_pause_is_met_at_once() -> None:
    """A sensor that is started again samples on a grid shifted by part of a step."""
    first = np.concatenate([np.arange(0, 8000, 8), np.arange(10_000, 18_000, 8)])
    shift_ns = np.where(first >= 10_000, 2.4e6, 0.0)
    stamps_ns = ((first * NOMINAL_NS + shift_ns) // MILLISECOND * MILLISECOND).astype(np.int64)
    time_us = sample_times_us(first, first, stamps_ns, NOMINAL_NS, MILLISECOND)
    error_us = time_us - (first * NOMINAL_NS + shift_ns) * 1e-3 + 500.0
    assert np.max(np.abs(error_us)) < 150.0


def test_fine_stamps_are_joined_straight() -> None:
    first = np.array([0, 10, 40, 50])
    stamps_ns = np.array([0, 50_100_000, 200_400_000, 250_500_000]) + 10**12
    time_us = sample_times_us(np.arange(60), first, stamps_ns, 5e6, 1000)
    np.testing.assert_allclose(time_us, 1e9 + np.arange(60) * 5010, atol=1.0)


def test_one_packet_alone_has_the_nominal_rate() -> None:
    for clock_step_ns in (1000, MILLISECOND):
        time_us = sample_times_us(np.arange(20, 28), [20], [3_000_000_000], 5e6, clock_step_ns)
        np.testing.assert_array_equal(time_us, 3_000_000 + np.arange(8) * 5000)


def test_a_few_coarse_packets_have_the_nominal_rate() -> None:
    time_us = sample_times_us(
        np.arange(24), [0, 8, 16], [10**9, 1_039_000_000, 1_077_000_000], 4.8e6, MILLISECOND
    )
    np.testing.assert_allclose(np.diff(time_us), 4800, atol=1)
    np.testing.assert_allclose(time_us[[0, 8, 16]], [1_000_000, 1_039_000, 1_077_000], atol=1000)


def test_no_packet_is_refused() -> None:
    with pytest.raises(ValueError, match="0 packets"):
        sample_times_us([1], [], [], 5e6)


@pytest.mark.parametrize("rate_error", [-0.03, 0.0, 0.03])
def test_times_from_arrivals_alone(rate_error: float) -> None:
    air = simulate_air(1, 0.030, 11, 0.0, 600.0, stalls=1)
    last = np.arange(1, len(air.device_ns) + 1) * 11 - 1
    index = np.arange(len(air.device_ns) * 11)
    time_us = sample_times_from_arrival_us(index, last, air.arrival_ns, 5e6 * (1 + rate_error))
    error_ms = time_us[last] * 1e-3 - air.true_host_ns(air.device_ns) * 1e-6
    assert np.max(np.abs(error_ms)) < 30.0
    assert np.median(np.diff(time_us)) == pytest.approx(5000, abs=1)


def test_a_burst_of_arrivals_shows_no_rate() -> None:
    time_us = sample_times_from_arrival_us(
        np.arange(100), np.arange(9, 100, 10), 10**12 + np.arange(10) * 1000, 5e6
    )
    assert np.median(np.diff(time_us)) == pytest.approx(5000, rel=0.001)


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(-20_000_000, 20_000_000)), min_size=1, max_size=60),
    st.sampled_from([1, 1000, MILLISECOND]),
)
def test_times_always_rise(packets: list[tuple[int, int]], clock_step_ns: int) -> None:
    first = np.cumsum([step for step, _ in packets])
    stamps_ns = (
        (first * 5_000_000 + np.array([shake for _, shake in packets])) // clock_step_ns * clock_step_ns
    )
    index = np.arange(first[0], first[-1] + 10)
    time_us = sample_times_us(index, first, stamps_ns, 5e6, clock_step_ns)
    assert time_us.dtype == np.int64
    assert np.all(np.diff(time_us) >= 1)
