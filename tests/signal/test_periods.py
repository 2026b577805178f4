"""Periods: the shortest strong one, not its double nor its half, and sharper than a sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.signal.periods import autocorrelation, shortest_strong_period, windows_at


def slow_autocorrelation(window: np.ndarray) -> np.ndarray:
    """Sum the products at each lag and divide by their number."""
    x = window - window.mean()
    n = len(x)
    return np.array([np.mean(x[: n - lag] * x[lag:]) for lag in range(n)]) / np.mean(x * x)


def stride_signal(period_s: float, rate_hz: float, seconds: float, second_step: float = 0.75) -> np.ndarray:
    """Make |a| of a leg: a landing each stride, and a somewhat weaker shock of the other leg between."""
    phase = (np.arange(round(seconds * rate_hz)) / rate_hz / period_s) % 1.0
    return (
        1.5
        + 3.0 * np.exp(-(((phase - 0.3) / 0.08) ** 2))
        + 3.0 * second_step * np.exp(-(((phase - 0.8) / 0.08) ** 2))
    )


@given(seed=st.integers(0, 99), n=st.integers(3, 120))
def test_autocorrelation_is_that_of_the_slow_twin(seed: int, n: int) -> None:
    windows = np.random.default_rng(seed).standard_normal((2, n))
    fast = autocorrelation(windows)
    for row in range(2):
        np.testing.assert_allclose(fast[row], slow_autocorrelation(windows[row]), atol=1e-4)


def test_a_constant_window_has_no_autocorrelation() -> None:
    assert not autocorrelation(np.full((1, 50), 3.0)).any()


@given(period_s=st.floats(0.55, 0.95), rate_hz=st.sampled_from([25.0, 40.0, 50.0]), weak=st.floats(0.0, 0.75))
def test_the_stride_is_found_not_two_strides_and_not_a_step(
    period_s: float, rate_hz: float, weak: float
) -> None:
    window = stride_signal(period_s, rate_hz, 5.0, weak)[None, :]
    found = shortest_strong_period(autocorrelation(window), rate_hz, 0.5, 1.0, 0.8)
    assert found.period_s[0] == pytest.approx(period_s, abs=0.02)
    assert 0.5 < found.strength[0] <= 1.1


def test_the_plain_highest_peak_would_take_two_strides() -> None:
    """A stride in two unlike halves repeats best after two: the trap that halves a cadence."""
    t = np.arange(0, 20.0, 0.025)
    window = (np.cos(2 * np.pi * t / 0.7) + 0.3 * np.cos(np.pi * t / 0.7))[None, :]
    correlation = autocorrelation(window)
    assert shortest_strong_period(correlation, 40.0, 0.45, 1.6, 1.0).period_s[0] == pytest.approx(
        1.4, abs=0.02
    )
    assert shortest_strong_period(correlation, 40.0, 0.45, 1.6, 0.8).period_s[0] == pytest.approx(
        0.7, abs=0.02
    )


def test_nothing_periodic_gives_nan_and_no_strength() -> None:
    found = shortest_strong_period(autocorrelation(np.arange(200.0)[None, :]), 40.0, 0.5, 1.0, 0.8)
    assert np.isnan(found.period_s[0])
    assert found.strength[0] == 0.0


def test_a_window_shorter_than_the_lags_gives_nan() -> None:
    found = shortest_strong_period(autocorrelation(np.ones((2, 10))), 40.0, 0.5, 1.0, 0.8)
    assert np.isnan(found.period_s).all()


def test_windows_beyond_the_ends_are_moved_inside() -> None:
    found = windows_at(np.arange(10.0), np.array([-4, 2, 9]), 4)
    assert found.tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [6, 7, 8, 9]]
    assert windows_at(np.arange(3.0), np.array([0]), 7).shape == (1, 3)
