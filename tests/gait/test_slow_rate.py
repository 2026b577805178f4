"""Cadence below 50 Hz: within half a step per minute at 25 Hz, in windows, and none without a rhythm."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import SETTINGS, as_piece, outing

from pfp_sensors.gait.slow_rate import cadence_windows
from pfp_sensors.synth import RunnerSettings, SensorSettings


@pytest.mark.parametrize("cadence_spm", [145.0, 160.0, 175.0, 190.0])
@pytest.mark.parametrize("rate_hz", [25.0, 31.25, 49.0])
@pytest.mark.parametrize("strike", ["heel", "soft"])
def test_cadence_is_within_half_a_step_per_minute(cadence_spm: float, rate_hz: float, strike: str) -> None:
    runner = RunnerSettings(duration_s=70.0, cadence_spm=cadence_spm, strike=strike)
    found = outing(runner, SensorSettings(rate_hz=rate_hz, gyro=False))
    true_spm = 120.0 / np.diff(found.true_s).mean()
    assert found.analysis.summary.cadence_spm.median == pytest.approx(true_spm, abs=0.5)
    assert found.analysis.summary.stride_time_s.median == pytest.approx(120.0 / true_spm, abs=0.003)
    assert len(found.analysis.strides) == 0


@pytest.mark.parametrize("seconds", [20.0, 59.0, 61.0, 100.0])
def test_a_bout_is_cut_into_windows_of_the_length_in_the_settings(seconds: float) -> None:
    found = outing(RunnerSettings(duration_s=120.0), SensorSettings(rate_hz=25.0, gyro=False))
    start, end = round(10 * 25.0), round((10 + seconds) * 25.0)
    values = cadence_windows(as_piece(found.recording), start, end, 0.747, SETTINGS)
    assert len(values) == max(1, int((seconds - 2 * 0.747) // SETTINGS.quality.cadence_window_s))
    np.testing.assert_allclose(values, 160.7, atol=1.5)


def test_too_few_strides_give_no_value() -> None:
    recording = outing(RunnerSettings(duration_s=120.0), SensorSettings(rate_hz=25.0, gyro=False)).recording
    assert len(cadence_windows(as_piece(recording), 250, 320, 0.747, SETTINGS)) == 0


def test_a_cadence_that_changes_within_the_run_is_spread_not_blurred() -> None:
    runner = RunnerSettings(duration_s=600.0, cadence_drift_spm_per_h=20.0)
    found = outing(runner, SensorSettings(rate_hz=25.0, gyro=False))
    cadence = found.analysis.summary.cadence_spm
    true_spm = 120.0 / np.diff(found.true_s)
    assert cadence.median == pytest.approx(np.median(true_spm), abs=0.3)
    assert cadence.p75 - cadence.p25 == pytest.approx(20.0 / 6.0 / 2.0, abs=0.5)
