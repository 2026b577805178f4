"""Rates and delays of the last seconds, against what a plain look at all marks says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.collect.rates import LeastDelay, RecentRate


def test_a_steady_rate_is_found_and_unknown_in_the_first_second() -> None:
    rate = RecentRate()
    for k in range(400):
        rate.add(k / 16.0, 13 * k)
        assert (rate.per_s is None) == (k < 16)
    assert rate.per_s == pytest.approx(208.0)


def test_only_the_last_seconds_count() -> None:
    rate = RecentRate(span_s=10.0)
    for k in range(60):
        rate.add(float(k), 100 * k)
    for k in range(60, 75):
        rate.add(float(k), 6000 + 50 * (k - 60))
    assert rate.per_s == pytest.approx(50.0)


def test_back_in_time_or_cleared_it_starts_anew() -> None:
    rate = RecentRate()
    rate.add(100.0, 0)
    rate.add(102.0, 200)
    rate.add(0.0, 300)
    assert rate.per_s is None
    rate.add(2.0, 320)
    assert rate.per_s == pytest.approx(10.0)
    rate.clear()
    assert rate.per_s is None


@given(
    steps=st.lists(st.tuples(st.floats(0.0, 30.0), st.floats(-1.0, 5.0)), min_size=1, max_size=80),
    span_s=st.floats(1.0, 60.0),
)
def test_the_least_delay_is_that_of_the_span(steps: list[tuple[float, float]], span_s: float) -> None:
    least, marks, now_s = LeastDelay(span_s), [], 0.0
    for step_s, delay_s in steps:
        now_s += step_s
        marks.append((now_s, delay_s))
        expected = min(delay for at_s, delay in marks if at_s >= now_s - span_s)
        assert least.add(now_s, delay_s) == expected


def test_a_cleared_delay_forgets() -> None:
    least = LeastDelay()
    least.add(0.0, 0.01)
    least.clear()
    assert least.add(1.0, 0.05) == 0.05


def delays_of(arrivals_s: list[float], samples_s: float, **settings: bool) -> list[float]:
    """Count packets of so many seconds against their arrivals, and return the least delay at each."""
    least = LeastDelay(5.0, **settings)
    return [least.add(at_s, at_s - (k + 1) * samples_s) for k, at_s in enumerate(arrivals_s)]


def test_samples_lost_unseen_move_the_delay_within_a_second() -> None:
    before = [0.05 * (k + 1) for k in range(200)]
    after = [13.0 + 0.05 * (k + 1) for k in range(20)]
    assert delays_of(before + after, 0.05, follows_jumps=True)[-1] == pytest.approx(3.0)
    assert delays_of(before + after, 0.05)[-1] == pytest.approx(0.0, abs=1e-9)


def test_a_burst_after_the_air_stood_still_is_no_jump() -> None:
    before = [0.05 * (k + 1) for k in range(200)]
    burst = [13.0 + 0.012 * k for k in range(78)]
    found = delays_of(before + burst, 0.05, follows_jumps=True)
    assert found == pytest.approx([0.0] * len(found), abs=1e-9)
