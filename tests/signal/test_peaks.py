"""Local maxima, thinning them out, and the top between samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.signal.peaks import local_maxima, parabola_offset, thin_out


def slow_thin_out(position: list[int], height: list[float], min_distance: float) -> list[int]:
    """Take the highest (the first of equals), strike out what is closer, repeat."""
    left = list(range(len(position)))
    taken = []
    while left:
        best = max(left, key=lambda k: (height[k], -k))
        taken.append(position[best])
        left = [k for k in left if abs(position[k] - position[best]) >= min_distance]
    return sorted(taken)


peak_lists = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 6)), max_size=40, unique_by=lambda p: p[0]
)


@given(peaks=peak_lists, min_distance=st.floats(0.5, 80.0))
def test_thinning_is_that_of_the_slow_twin(peaks: list[tuple[int, int]], min_distance: float) -> None:
    peaks = sorted(peaks)
    position = [p for p, _ in peaks]
    height = [float(h) for _, h in peaks]
    found = thin_out(np.array(position, dtype=np.int64), np.array(height), min_distance)
    assert found.tolist() == slow_thin_out(position, height, min_distance)


@given(values=st.lists(st.integers(-4, 4), min_size=3, max_size=60), min_height=st.integers(-5, 5))
def test_maxima_are_those_of_the_definition(values: list[int], min_height: int) -> None:
    signal = np.array(values, dtype=np.float64)
    wanted = [
        k
        for k in range(1, len(values) - 1)
        if values[k - 1] < values[k] >= values[k + 1] and values[k] >= min_height
    ]
    assert local_maxima(signal, min_height).tolist() == wanted


@given(top=st.floats(-0.5, 0.5), bend=st.floats(0.01, 50.0), level=st.floats(-10.0, 10.0))
def test_the_top_of_a_parabola_is_found(top: float, bend: float, level: float) -> None:
    before, here, after = (np.array([level - bend * (k - top) ** 2]) for k in (-1, 0, 1))
    assert parabola_offset(before, here, after)[0] == pytest.approx(top, abs=1e-4)


@given(st.tuples(*[st.floats(-5.0, 5.0)] * 3))
def test_a_top_never_leaves_its_sample(values: tuple[float, float, float]) -> None:
    offset = parabola_offset(*(np.array([v]) for v in values))
    assert np.abs(offset) <= 0.5


def test_a_flat_or_rising_triple_has_its_top_at_the_sample() -> None:
    assert parabola_offset(np.ones(2), np.ones(2), np.array([1.0, 3.0])).tolist() == [0.0, 0.0]
