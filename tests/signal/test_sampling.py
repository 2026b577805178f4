"""Rate and gaps of time stamps: exact, jittered, rounded, with losses and pauses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.signal.sampling import find_gaps, fit_rate_hz

N = 20_000


@pytest.mark.parametrize("rate_hz", [10.0, 25.0, 104.0, 142.857142857, 208.0, 1600.0])
def test_exact_stamps(rate_hz: float) -> None:
    time_s = np.arange(N) / rate_hz
    assert fit_rate_hz(time_s) == pytest.approx(rate_hz, rel=1e-9)
    assert find_gaps(time_s, rate_hz) == ()


def test_a_round_rate_has_no_tail_of_digits() -> None:
    assert fit_rate_hz(np.arange(7500) * 0.04) == 25.0


@pytest.mark.parametrize("rate_hz", [26.0, 104.0, 208.0, 416.0, 666.0, 833.0])
def test_stamps_in_whole_milliseconds(rate_hz: float) -> None:
    time_s = np.round(np.arange(N) / rate_hz, 3)
    assert fit_rate_hz(time_s) == pytest.approx(rate_hz, rel=1e-5)
    assert find_gaps(time_s, fit_rate_hz(time_s)) == ()


@given(
    rate_hz=st.floats(20.0, 1600.0),
    share=st.floats(0.001, 0.05),
    jitter=st.floats(0.0, 0.1),
    seed=st.integers(0, 99),
)
def test_lost_samples_do_not_bias_the_rate(rate_hz: float, share: float, jitter: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    kept = np.sort(rng.choice(N, round(N * (1 - share)), replace=False))
    kept[[0, -1]] = 0, N - 1
    time_s = (kept + rng.uniform(-jitter, jitter, len(kept))) / rate_hz
    fitted_hz = fit_rate_hz(time_s)
    assert fitted_hz == pytest.approx(rate_hz, rel=1e-5)
    assert sum(gap.lost_samples for gap in find_gaps(time_s, fitted_hz)) == N - len(kept)


@given(scale=st.floats(-200e-6, 200e-6), pause_s=st.floats(1.0, 5000.0))
def test_pauses_do_not_bias_the_rate(scale: float, pause_s: float) -> None:
    run_s = np.arange(3000) / 208.0 * (1 + scale)
    time_s = np.concatenate([run_s, run_s + run_s[-1] + pause_s])
    fitted_hz = fit_rate_hz(time_s)
    assert fitted_hz == pytest.approx(208.0 / (1 + scale), rel=1e-8)
    (gap,) = find_gaps(time_s, fitted_hz)
    assert (gap.start_s, gap.end_s) == (time_s[2999], time_s[3000])
    assert gap.lost_samples == round(pause_s * fitted_hz) - 1


def test_a_late_stamp_is_no_gap_and_a_lost_sample_is() -> None:
    time_s = np.arange(1000) / 100.0
    time_s[500] += 0.007
    assert find_gaps(time_s, 100.0) == ()
    (gap,) = find_gaps(np.delete(time_s, 200), 100.0)
    assert (gap.start_s, gap.lost_samples) == (1.99, 1)


def test_many_hours_are_fitted_in_pieces() -> None:
    time_s = np.arange(3_000_000) / 208.0 * (1 + 50e-6)
    assert fit_rate_hz(time_s) == pytest.approx(208.0 / (1 + 50e-6), rel=1e-9)
    assert fit_rate_hz(np.delete(time_s, [7, 1_000_000])) == pytest.approx(208.0 / (1 + 50e-6), rel=1e-9)


def test_two_samples_are_enough() -> None:
    assert fit_rate_hz(np.array([0.0, 0.01])) == pytest.approx(100.0)
    assert find_gaps(np.array([0.0, 0.01]), 100.0) == ()
