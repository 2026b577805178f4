"""Streams of one sensor at rates of their own, brought onto the times of the acceleration."""

from __future__ import annotations

import numpy as np
import pytest

from pfp_sensors.formats.two_rates import at_times, join

ACC_S = np.arange(200) / 100.0


def straight(time_s: np.ndarray) -> np.ndarray:
    """A stream that is linear in time, so that interpolation must give it exactly."""
    return np.column_stack([time_s, 10 - 2 * time_s, 0.5 * time_s]).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [50.0, 73.0, 400.0])
def test_a_straight_line_is_interpolated_exactly(rate_hz: float) -> None:
    other_s = -0.1 + np.arange(int(3 * rate_hz)) / rate_hz
    found = at_times(ACC_S, other_s, straight(other_s))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, straight(ACC_S), atol=1e-5)


def test_nothing_is_known_before_after_and_in_gaps() -> None:
    other_s = 0.505 + np.arange(100) / 100.0
    other_s = other_s[(other_s < 0.8) | (other_s > 1.0)]
    found = at_times(ACC_S, other_s, straight(other_s))
    unknown = np.isnan(found).all(axis=1)
    np.testing.assert_array_equal(unknown, np.isnan(found).any(axis=1))
    expected = (ACC_S < 0.505) | (other_s[-1] < ACC_S) | ((ACC_S > 0.7951) & (ACC_S < 1.0049))
    np.testing.assert_array_equal(unknown, expected)


def test_one_late_stamp_is_no_gap_but_a_lost_sample_is() -> None:
    late_s = np.arange(200) / 100.0
    late_s[100] += 0.006
    assert not np.isnan(at_times(ACC_S[:199], late_s, straight(late_s))).any()
    lost_s = np.delete(np.arange(200) / 100.0, 100)
    assert np.isnan(at_times(ACC_S, lost_s, straight(lost_s))[100]).all()
    bridged = at_times(ACC_S, lost_s, straight(lost_s), bridged_s=0.025)
    np.testing.assert_allclose(bridged[100], straight(ACC_S)[100], atol=1e-5)


@pytest.mark.parametrize("damage", ["value", "time", "backward"])
def test_a_damaged_sample_is_left_out(damage: str) -> None:
    other_s = np.arange(400) / 200.0
    values = straight(other_s)
    if damage == "value":
        values[200, 1] = np.inf
    else:
        other_s[200] = np.nan if damage == "time" else 0.3
    found = at_times(ACC_S, other_s, values, bridged_s=0.02)
    np.testing.assert_allclose(found, straight(ACC_S), atol=1e-5)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_samples_tell_nothing(n: int) -> None:
    assert np.isnan(at_times(ACC_S, np.zeros(n), np.zeros((n, 3), np.float32))).all()


def test_join_cuts_what_has_no_partner_and_says_how_much() -> None:
    other_s = 0.25 + np.arange(160) / 100.0
    other_s = other_s[(other_s < 1.0) | (other_s > 1.2)]
    joined = join(ACC_S, other_s, straight(other_s))
    assert joined.values is not None
    np.testing.assert_allclose(joined.values, straight(ACC_S[joined.rows]), atol=1e-5)
    kept_s = ACC_S[joined.rows]
    assert (kept_s[0], kept_s[-1]) == (0.25, pytest.approx(1.84))
    assert joined.notes[1:] == (
        "0.25 s at the start were cut: the gyroscope has no samples there.",
        "0.15 s at the end were cut: the gyroscope has no samples there.",
        f"{np.count_nonzero(~joined.rows[25:185])} rows were left out where the gyroscope has a gap.",
    )


def test_a_second_stream_that_covers_too_little_is_left_aside() -> None:
    joined = join(ACC_S, ACC_S[:60], straight(ACC_S[:60]))
    assert joined.values is None
    assert joined.rows.all()
    assert "covers only 30% of the acceleration" in joined.notes[0]


def test_rows_without_a_time_stay_to_be_counted_as_bad() -> None:
    time_s = ACC_S.copy()
    time_s[7] = np.nan
    joined = join(time_s, ACC_S, straight(ACC_S))
    assert joined.values is not None
    assert joined.rows.all()
    assert np.flatnonzero(np.isnan(joined.values).any(axis=1)).tolist() == [7]
