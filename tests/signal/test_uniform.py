"""From time stamps to a grid: nothing copied without need, holes filled and marked, times exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import kept

from pfp_sensors.model.recording import Recording
from pfp_sensors.signal.sampling import find_gaps
from pfp_sensors.signal.uniform import uniform_pieces

RATE_HZ = 104.0


def recording(time_s: np.ndarray, *, gyro: bool = True) -> Recording:
    """Make a slow wave, sampled at any times."""
    wave = np.stack([np.sin(2.0 * np.pi * (0.7 + k) * time_s) for k in range(3)], axis=1).astype(np.float32)
    return Recording(time_s=time_s, acc_g=wave, gyr_dps=50 * wave if gyro else None, rate_hz=RATE_HZ)


FULL = recording(np.arange(1000) / RATE_HZ)


def test_a_recording_without_holes_is_one_piece_that_shares_its_memory() -> None:
    (piece,) = uniform_pieces(FULL, 1.0)
    assert np.shares_memory(piece.acc_g, FULL.acc_g)
    assert np.shares_memory(piece.gyr_dps, FULL.gyr_dps)
    assert piece.missing is None
    assert len(piece) == len(FULL.time_s)


def test_no_gyroscope_stays_no_gyroscope() -> None:
    for time_s in (FULL.time_s, np.delete(FULL.time_s, 500)):
        (piece,) = uniform_pieces(recording(time_s, gyro=False), 1.0)
        assert piece.gyr_dps is None


@given(st.sets(st.integers(1, 998), max_size=200))
def test_lost_samples_are_filled_with_a_line_and_marked(lost: set[int]) -> None:
    keep = np.ones(1000, dtype=np.bool_)
    keep[sorted(lost)] = False
    pieces = uniform_pieces(kept(FULL, keep), 20.0)
    (piece,) = pieces
    missing = np.zeros(1000, dtype=np.bool_) if piece.missing is None else piece.missing
    assert np.flatnonzero(missing).tolist() == sorted(lost)
    np.testing.assert_array_equal(piece.acc_g[keep], FULL.acc_g[keep])
    line = np.interp(np.arange(1000), np.flatnonzero(keep), FULL.acc_g[keep, 1])
    np.testing.assert_allclose(piece.acc_g[:, 1], line, atol=1e-6)
    np.testing.assert_allclose(piece.to_time_s(np.arange(1000.0)), FULL.time_s, atol=1e-9)


@given(st.sets(st.integers(1, 998), max_size=60), st.integers(0, 999), st.integers(0, 999))
def test_missing_samples_between_two_points_are_counted(lost: set[int], a: int, b: int) -> None:
    keep = np.ones(1000, dtype=np.bool_)
    keep[sorted(lost)] = False
    (piece,) = uniform_pieces(kept(FULL, keep), 20.0)
    a, b = min(a, b), max(a, b)
    assert piece.missing_between(np.array([a]), np.array([b])).tolist() == [sum(a <= k < b for k in lost)]


def test_a_long_hole_cuts_and_a_short_one_does_not() -> None:
    keep = np.ones(1000, dtype=np.bool_)
    keep[200:260] = False  # 0.59 s
    keep[500:700] = False  # 1.9 s
    first, second = uniform_pieces(kept(FULL, keep), 1.0)
    assert (len(first), len(second)) == (500, 300)
    assert first.missing is not None
    assert np.flatnonzero(first.missing).tolist() == list(range(200, 260))
    assert second.missing is None
    assert second.to_time_s(np.array([0.0]))[0] == FULL.time_s[700]


def test_a_lonely_sample_between_long_holes_is_no_piece() -> None:
    keep = np.ones(1000, dtype=np.bool_)
    keep[300:800] = False
    keep[500] = True
    assert [len(piece) for piece in uniform_pieces(kept(FULL, keep), 1.0)] == [300, 200]


@given(st.integers(0, 99))
def test_wandering_stamps_are_interpolated_onto_the_grid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    time_s = np.sort(np.arange(1000) / RATE_HZ + rng.uniform(-0.4, 0.4, 1000) / RATE_HZ)
    (piece,) = uniform_pieces(recording(time_s), 1.0)
    grid_s = piece.to_time_s(np.arange(len(piece)))
    np.testing.assert_allclose(np.diff(grid_s), 1.0 / RATE_HZ, atol=1e-9)
    wanted = np.sin(2.0 * np.pi * 0.7 * grid_s)
    np.testing.assert_allclose(piece.acc_g[:, 0], wanted, atol=0.002)


def test_a_late_stamp_is_no_hole() -> None:
    """As in `find_gaps`: a late stamp is followed by a short step, a lost sample is not."""
    time_s = FULL.time_s.copy()
    time_s[100:900:100] += 0.7 / RATE_HZ
    assert find_gaps(time_s, RATE_HZ) == ()
    (piece,) = uniform_pieces(recording(time_s), 1.0)
    assert piece.missing is None
    assert len(piece) == 1000


@given(st.lists(st.floats(-20.0, 1020.0), min_size=1, max_size=20))
def test_times_run_on_beyond_both_ends_and_nan_stays_nan(position: list[float]) -> None:
    (piece,) = uniform_pieces(FULL, 1.0)
    found = piece.to_time_s(np.array(position))
    np.testing.assert_allclose(found, np.array(position) / RATE_HZ, atol=1e-9)
    assert np.isnan(piece.to_time_s(np.array([np.nan]))).all()


def test_times_are_exact_at_samples_of_a_drifting_clock() -> None:
    time_s = 1000.0 + np.arange(5000) / RATE_HZ * (1.0 + 150e-6) + 1e-4 * np.sin(np.arange(5000) / 300.0)
    (piece,) = uniform_pieces(recording(time_s), 1.0)
    np.testing.assert_array_equal(piece.to_time_s(np.arange(5000)), time_s)
    assert piece.to_time_s(np.array([10.5]))[0] == pytest.approx(0.5 * (time_s[10] + time_s[11]))
