"""Stride length: against the truth of simulated runners, and NaN where it cannot be told."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import SETTINGS, Outing, analysed, as_piece, outing, turned, without_gyro

from pfp_sensors.analyse.parts import find_mountings, first_look
from pfp_sensors.gait.agreement import match_events
from pfp_sensors.gait.stride_length import stride_lengths
from pfp_sensors.synth import RunnerSettings, SensorSettings

SPEEDS = (2.2, 2.8, 3.5, 4.2)
STRIKES = ("heel", "midfoot", "soft")


def length_error(found: Outing) -> np.ndarray:
    """Return the share by which each stride is told too long."""
    strides = found.analysis.strides
    rows = strides.running
    i, j = match_events(found.true_s, strides.initial_contact_s[rows])
    share = strides.stride_length_m[rows][j] / found.truth.stride_length_m[found.truth.running][i] - 1.0
    return share[np.isfinite(share)]


@pytest.mark.parametrize("speed_mps", SPEEDS)
@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("rate_hz", [104.0, 208.0, 800.0])
def test_no_runner_is_off_by_more_than_six_percent(speed_mps: float, strike: str, rate_hz: float) -> None:
    runner = RunnerSettings(duration_s=40.0, speed_mps=speed_mps, strike=strike)
    error = length_error(outing(runner, SensorSettings(rate_hz=rate_hz)))
    assert len(error) > 30
    assert np.abs(error.mean()) <= 0.06


def test_over_all_runners_bias_and_error_are_within_the_bar() -> None:
    error = np.concatenate(
        [
            length_error(outing(RunnerSettings(duration_s=40.0, speed_mps=speed, strike=strike)))
            for speed in SPEEDS
            for strike in STRIKES
        ]
    )
    assert abs(error.mean()) <= 0.03
    assert np.abs(error).mean() <= 0.05


@pytest.mark.parametrize("slope_pct", [-6.0, 6.0])
def test_slopes_do_not_break_it(slope_pct: float) -> None:
    assert abs(length_error(outing(RunnerSettings(duration_s=40.0, slope_pct=slope_pct))).mean()) <= 0.05


@pytest.mark.parametrize("bias_dps", [0.5, 2.5])
def test_a_gyroscope_bias_that_standing_shows_does_no_harm(bias_dps: float) -> None:
    error = length_error(outing(RunnerSettings(duration_s=40.0), SensorSettings(gyr_bias_dps=bias_dps)))
    assert abs(error.mean()) <= 0.03


def test_the_sum_is_the_distance() -> None:
    found = outing(RunnerSettings(duration_s=120.0, speed_mps=3.0))
    true_km = 3.0 * found.analysis.summary.running_s / 1000.0
    assert found.analysis.summary.distance_km == pytest.approx(true_km, rel=0.03)


def test_blocks_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    found = outing(RunnerSettings(duration_s=40.0))
    monkeypatch.setattr("pfp_sensors.gait.stride_length._BLOCK", 200)
    np.testing.assert_allclose(
        analysed(found.recording).strides.stride_length_m, found.analysis.strides.stride_length_m, atol=0.02
    )


def test_any_mounting_gives_the_same_lengths() -> None:
    found = outing(RunnerSettings(duration_s=40.0))
    matrix = np.array([[0.0, 0.6, 0.8], [1.0, 0.0, 0.0], [0.0, 0.8, -0.6]])
    matrix[2] *= np.linalg.det(matrix)
    other = analysed(turned(found.recording, matrix))
    np.testing.assert_allclose(
        other.strides.stride_length_m, found.analysis.strides.stride_length_m, atol=0.01
    )


def test_without_a_gyroscope_every_length_is_nan() -> None:
    recording = without_gyro(outing(RunnerSettings(duration_s=40.0)).recording)
    assert np.isnan(analysed(recording).strides.stride_length_m).all()
    (mounting,) = find_mountings(first_look(recording, SETTINGS), SETTINGS)
    contacts = np.array([2000.0, 2150.0])
    found = stride_lengths(
        as_piece(recording), contacts, contacts + 50, mounting.frame, np.zeros(3), SETTINGS.stride_length
    )
    assert np.isnan(found).all()


def test_the_last_stance_of_a_bout_has_no_length() -> None:
    found = outing(RunnerSettings(duration_s=40.0)).analysis.strides
    assert np.isnan(found.stride_length_m[found.running][-1])
    assert np.isfinite(found.stride_length_m[found.running][:-1]).all()
