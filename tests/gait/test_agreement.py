"""Matching is one-to-one, closest first, and blind to nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.gait.agreement import agreement, f1_score, match_events

times = st.lists(st.integers(0, 3000).map(lambda ms: ms / 1000), max_size=30, unique=True)


def slow_match(reference: list[float], found: list[float], tolerance: float) -> list[tuple[int, int]]:
    """Take the closest pair, strike both out, repeat."""
    pairs = []
    left, right = set(range(len(reference))), set(range(len(found)))
    while True:
        options = sorted(
            (abs(reference[i] - found[j]), i, j)
            for i in left
            for j in right
            if reference[i] - tolerance <= found[j] <= reference[i] + tolerance
        )
        if not options:
            return sorted(pairs, key=lambda pair: reference[pair[0]])
        _, i, j = options[0]
        pairs.append((i, j))
        left.remove(i)
        right.remove(j)


@given(times, times)
def test_match_is_that_of_the_slow_twin(reference: list[float], found: list[float]) -> None:
    i, j = match_events(np.array(reference), np.array(found), 0.05)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == slow_match(reference, found, 0.05)


@given(times, st.lists(st.floats(-0.02, 0.02), min_size=30, max_size=30))
def test_small_shifts_lose_no_event_of_a_spaced_list(starts: list[float], shifts: list[float]) -> None:
    reference = np.arange(len(starts)) * 0.7
    found = reference + np.array(shifts[: len(starts)])
    i, j = match_events(reference, found)
    assert i.tolist() == j.tolist() == list(range(len(starts)))


def test_one_found_event_serves_one_reference_event() -> None:
    i, j = match_events(np.array([1.00, 1.04]), np.array([1.03]))
    assert (i.tolist(), j.tolist()) == ([1], [0])


def test_nan_and_empty_are_never_matched() -> None:
    i, j = match_events(np.array([np.nan, 1.0]), np.array([np.nan, 1.01, np.nan]))
    assert (i.tolist(), j.tolist()) == ([1], [1])
    assert [len(k) for k in match_events(np.array([]), np.array([1.0]))] == [0, 0]


def test_agreement_of_known_differences() -> None:
    result = agreement(np.array([1.0, -1.0, 3.0, np.nan]))
    assert (result.n, result.bias, result.mae, result.sd) == (3, 1.0, pytest.approx(5 / 3), 2.0)
    assert (result.limit_low, result.limit_high) == (pytest.approx(-2.92), pytest.approx(4.92))


def test_too_few_differences_give_nan_not_zero() -> None:
    assert np.isnan(agreement(np.array([])).bias)
    assert np.isnan(agreement(np.array([1.0])).sd)
    assert agreement(np.array([1.0])).bias == 1.0


def test_f1_counts_misses_and_false_events() -> None:
    assert f1_score(10, 10, 10) == 1.0
    assert f1_score(10, 30, 10) == 0.5
    assert np.isnan(f1_score(0, 0, 0))
