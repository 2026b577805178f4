"""A recording holds what its docstring says, or is not made."""

from __future__ import annotations

import re
import time
import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.errors import InputError
from pfp_sensors.model.recording import Gap, Recording
from pfp_sensors.signal.sampling import find_gaps, fit_rate_hz

N = 100_000  # several blocks


def made(n: int = N, **changes: Any) -> Recording:
    samples = np.zeros((n, 3), np.float32)
    values = {"time_s": np.arange(n) / 208.0, "acc_g": samples, "gyr_dps": samples, "rate_hz": 208.0}
    return Recording(**{**values, **changes})


def with_value(array: np.ndarray, index: int | tuple[int, int], value: float) -> np.ndarray:
    changed = array.copy()
    changed[index] = value
    return changed


@pytest.mark.parametrize("index", [0, 1, 5, (1 << 15) - 1, 1 << 15, (1 << 15) + 1, N - 1])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 100.0])
def test_times_are_finite_and_increase(index: int, value: float) -> None:
    if (value, index) == (100.0, N - 1):
        value = 0.0
    with pytest.raises(InputError, match=r"time_s.*expected (times that increase|finite times)"):
        made(time_s=with_value(np.arange(N) / 208.0, index, value))


def test_the_first_wrong_time_is_named() -> None:
    with pytest.raises(InputError, match=re.escape("time_s[40000] is 192.302885 s after 192.302885 s")):
        made(time_s=with_value(np.arange(N) / 208.0, 40_000, 39_999 / 208.0))


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("acc_g", np.nan, "acc_g[70000, 1] is nan g"),
        ("acc_g", -np.inf, "acc_g[70000, 1] is -inf g"),
        ("acc_g", -1001.0, "acc_g[70000, 1] is -1001 g; expected finite samples of at most 1000 g"),
        ("gyr_dps", np.nan, "gyr_dps[70000, 1] is nan deg/s"),
        ("gyr_dps", 100_001.0, "gyr_dps[70000, 1] is 100001 deg/s"),
    ],
)
def test_samples_are_finite_and_possible(name: str, value: float, found: str) -> None:
    with pytest.raises(InputError, match=re.escape(found)) as caught:
        made(**{name: with_value(np.zeros((N, 3), np.float32), (70_000, 1), value)})
    assert caught.value.what_to_do


def test_the_largest_possible_samples_pass() -> None:
    made(2, acc_g=np.full((2, 3), -1000.0, np.float32), gyr_dps=np.full((2, 3), 1e5, np.float32))


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, np.nan, np.inf])
def test_a_rate_is_a_finite_number_above_zero(rate_hz: float) -> None:
    with pytest.raises(InputError, match="expected a finite number above zero"):
        made(rate_hz=rate_hz)


@pytest.mark.parametrize(
    ("share", "taken"), [(0.5, False), (0.79, False), (0.81, True), (1.19, True), (1.21, False)]
)
def test_a_rate_agrees_with_the_times(share: float, taken: bool) -> None:
    if taken:
        assert made(rate_hz=208.0 * share).rate_hz == 208.0 * share
    else:
        with pytest.raises(InputError, match=r"but time_s has steps of 0\.00480769 s, 208 per second"):
            made(rate_hz=208.0 * share)


def test_a_pause_contradicts_no_rate() -> None:
    time_s = np.arange(N) / 208.0
    time_s[500:] += 86_400.0
    assert made(time_s=time_s).gaps == ()


def test_known_gaps_stand_for_their_samples() -> None:
    made(
        4,
        time_s=np.array([0.0, 3.0, 6.0, 9.0]),
        rate_hz=1.0,
        gaps=tuple(Gap(t, t + 3.0, 2) for t in (0.0, 3.0, 6.0)),
    )


@given(
    seed=st.integers(0, 2**32 - 1),
    period_ms=st.sampled_from([0.6, 1.2, 4.8, 10.0, 40.0]),
    jitter=st.floats(0.0, 1.0),
    lost=st.floats(0.0, 0.5),
    whole_ms=st.booleans(),
)
def test_the_fitted_rate_of_jittery_rounded_stamps_with_holes_passes(
    seed: int, period_ms: float, jitter: float, lost: float, whole_ms: bool
) -> None:
    rng = np.random.default_rng(seed)
    keep = rng.random(2000) >= lost
    time_ms = (np.arange(2000) + jitter * rng.standard_normal(2000))[keep] * period_ms
    time_s = np.unique(np.rint(time_ms) if whole_ms else time_ms) / 1e3
    rate_hz = fit_rate_hz(time_s)
    made(len(time_s), time_s=time_s, rate_hz=rate_hz, gaps=find_gaps(time_s, rate_hz))


def test_an_hour_is_checked_quickly_and_without_a_copy() -> None:
    hour, seconds = made(3600 * 208), []
    for _ in range(10):
        start = time.thread_time()
        replace(hour)
        seconds.append(time.thread_time() - start)
    assert min(seconds) < 0.006
    tracemalloc.start()
    replace(hour)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 1_000_000
