"""The fit from device clock to host clock, on simulated links: timing only, no radio."""

from __future__ import annotations

import time

import numpy as np
import pytest
from air_timing import Air, simulate_air
from hypothesis import given, settings
from hypothesis import strategies as st

from pfp_sensors.signal.clock_fit import ClockFit, fit_clock, host_time_ns
from pfp_sensors.signal.clock_offset import offset_uncertainty_ms
from pfp_sensors.signal.lower_hull import line_under, lower_hull

LOCKED_LIMIT_MS = {(30.0, 10): 5.5, (48.75, 13): 8.2}
"""Where packets meet a third of the interval only, the best of them may be late by a third all the time, and
the middle of the bounds is wrong by half of that: 5 and 8.1 ms."""

CRYSTALS_PPM = (-50.0, -20.0, -5.0, -2.0, 0.0, 2.0, 11.0, 50.0)


def with_echoes(air: Air) -> ClockFit:
    return fit_clock(
        np.concatenate([air.device_ns, air.echo_answered_ns]),
        np.concatenate([air.arrival_ns, air.echo_back_ns]),
        air.echo_sent_ns,
        air.echo_received_ns,
    )


def worst_ms(fit: ClockFit, air: Air) -> float:
    at = np.linspace(air.device_ns[0], air.device_ns[-1], 400).astype(np.int64)
    return float(np.max(np.abs(host_time_ns(fit, at) - air.true_host_ns(at))) * 1e-6)


@pytest.mark.parametrize("interval_ms", [15.0, 30.0, 48.75])
@pytest.mark.parametrize("packet_samples", [10, 11, 13, 19])
def test_error_over_half_an_hour(interval_ms: float, packet_samples: int) -> None:
    """At 50 ppm within 4 ms everywhere; with hardly any drift, packets may keep one phase all the time."""
    limit_ms = LOCKED_LIMIT_MS.get((interval_ms, packet_samples), 4.0)
    for seed, drift_ppm in enumerate(CRYSTALS_PPM):
        air = simulate_air(seed, interval_ms * 1e-3, packet_samples, drift_ppm)
        fit = with_echoes(air)
        error_ms = worst_ms(fit, air)
        assert fit.bracket_ms is not None
        assert fit.drift_ppm is not None
        assert error_ms < (4.0 if abs(drift_ppm) == 50 else limit_ms)
        assert error_ms < 0.8 * fit.bracket_ms + 0.5, "the bracket says how good it is"
        assert abs(fit.drift_ppm - drift_ppm) < 5.0
        from_arrivals = fit_clock(air.device_ns, air.arrival_ns)
        assert from_arrivals.bracket_ms is None
        assert worst_ms(from_arrivals, air) < (2.0 * limit_ms + 1.0)


def test_least_squares_would_be_late() -> None:
    """So the simulation is not too kind: the mean of the arrivals is an interval late, as in the spec."""
    air = simulate_air(1, 0.030, 11, 20.0)
    device, arrival = air.device_ns - air.device_ns[0], air.arrival_ns - air.device_ns[0]
    slope, start = np.polyfit(device, arrival, 1)
    late_ms = (start + slope * device + air.device_ns[0] - air.true_host_ns(air.device_ns)) * 1e-6
    assert np.mean(late_ms) > 12.0


def test_half_an_hour_takes_a_fraction_of_a_second() -> None:
    air = simulate_air(1, 0.015, 10, 20.0)
    started = time.process_time()
    with_echoes(air)
    assert time.process_time() - started < 0.2


@pytest.mark.parametrize("drift_ppm", [-200.0, 200.0])
def test_a_poor_crystal(drift_ppm: float) -> None:
    air = simulate_air(3, 0.030, 11, drift_ppm)
    fit = with_echoes(air)
    assert worst_ms(fit, air) < 2.0
    assert fit.drift_ppm == pytest.approx(drift_ppm, abs=1.0)


@pytest.mark.parametrize("duration_s", [1.0, 5.0, 30.0, 100.0])
def test_short_recordings(duration_s: float) -> None:
    air = simulate_air(4, 0.030, 11, 50.0, duration_s, stalls=0)
    fit = fit_clock(air.device_ns, air.arrival_ns)
    assert fit.drift_ppm is None
    assert worst_ms(fit, air) < 40.0
    assert len(fit.device_ns) >= 2
    assert fit.residual_p50_ms <= fit.residual_p99_ms <= fit.residual_max_ms


def test_drift_that_changes_with_temperature_is_followed() -> None:
    """20 ppm in half an hour is 18 ms in the middle: one straight line would be wrong by 9."""
    air = simulate_air(5, 0.015, 11, 0.0)
    share = (air.device_ns - air.device_ns[0]) / 1.8e12
    bend_ns = (2e-5 * 1.8e12 * share * share).astype(np.int64)
    fit = fit_clock(air.device_ns, air.arrival_ns + bend_ns)
    error_ns = host_time_ns(fit, air.device_ns) - air.true_host_ns(air.device_ns) - bend_ns
    assert np.max(np.abs(error_ns)) < 6e6


def test_one_packet_and_two() -> None:
    one = fit_clock([5_000_000_000], [77_000_000_000])
    np.testing.assert_array_equal(
        host_time_ns(one, [5_000_000_000, 6_000_000_000, 4_000_000_000]),
        [77_000_000_000, 78_000_000_000, 76_000_000_000],
    )
    assert (one.drift_ppm, one.bracket_ms, len(one.device_ns)) == (None, None, 2)
    two = fit_clock([0, 50_000_000], [10**9, 10**9 + 80_000_000])
    error_ns = host_time_ns(two, [0, 50_000_000]) - 10**9 - np.array([0, 50_000_000])
    assert np.all(np.abs(error_ns) < 100_000)


def test_no_packet_is_refused() -> None:
    with pytest.raises(ValueError, match="0 device times"):
        fit_clock([], [])


def test_a_long_pause_is_bridged_and_a_lone_late_packet_after_it_does_no_harm() -> None:
    air = simulate_air(6, 0.030, 11, 30.0)
    heard = (air.device_ns < air.device_ns[0] + 500e9) | (air.device_ns > air.device_ns[0] + 1400e9)
    device, arrival = air.device_ns[heard], air.arrival_ns[heard]
    fit = fit_clock(device, arrival)
    assert np.max(np.abs(host_time_ns(fit, device) - air.true_host_ns(device))) < 12e6
    early = air.device_ns < air.device_ns[0] + 500e9
    last = air.device_ns[-1:]
    fit = fit_clock(
        np.concatenate([air.device_ns[early], last]),
        np.concatenate([air.arrival_ns[early], air.arrival_ns[-1:] + 3_000_000_000]),
    )
    at = air.device_ns[early]
    assert np.max(np.abs(host_time_ns(fit, at) - air.true_host_ns(at))) < 30e6


def test_large_clock_values_keep_their_ns() -> None:
    """Polar counts ns since 2000: more than a float holds."""
    device = 830_000_000_000_000_123 + np.arange(100, dtype=np.int64) * 50_000_000
    fit = fit_clock(device, device - 830_000_000_000_000_000)
    np.testing.assert_array_equal(host_time_ns(fit, device), device - 830_000_000_000_000_000)


def test_order_does_not_matter() -> None:
    air = simulate_air(7, 0.030, 11, 30.0, 300.0)
    shuffled = np.random.default_rng(0).permutation(len(air.device_ns))
    one = fit_clock(air.device_ns, air.arrival_ns)
    other = fit_clock(air.device_ns[shuffled], air.arrival_ns[shuffled])
    np.testing.assert_array_equal(one.host_ns, other.host_ns)
    np.testing.assert_array_equal(one.device_ns, other.device_ns)


def test_uncertainty_between_two_sensors() -> None:
    left, right = (simulate_air(seed, 0.015, 11, ppm) for seed, ppm in ((1, 40.0), (2, -40.0)))
    fits = with_echoes(left), with_echoes(right)
    uncertain_ms = offset_uncertainty_ms(*fits)
    assert uncertain_ms is not None
    assert worst_ms(fits[0], left) + worst_ms(fits[1], right) < uncertain_ms + 1.0
    assert offset_uncertainty_ms(fits[0], fit_clock(right.device_ns, right.arrival_ns)) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(-100, 100)), min_size=1, max_size=200))
def test_the_hull_lies_under_all_points_and_is_convex(points: list[tuple[int, int]]) -> None:
    x, y = (np.array(column, dtype=np.float64) for column in zip(*sorted(points), strict=True))
    hull = lower_hull(x, y)
    assert (x[hull[0]], x[hull[-1]]) == (x[0], x[-1])
    assert np.all(np.interp(x, x[hull], y[hull]) <= y + 1e-9)
    slopes = np.diff(y[hull]) / np.diff(x[hull])
    assert np.all(np.diff(slopes) > 0)
    value, slope = line_under(x, y, float(np.median(x)), -0.5, 0.5)
    assert np.all(value + slope * (x - np.median(x)) <= y + 1e-9)
    assert abs(slope) <= 0.5
