"""Cadence below 50 Hz: within half a step per minute at 25 Hz, in windows, and none without a rhythm."""

from __future__ import annotations

from dataclasses import replace

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


@pytest.mark.parametrize(("seconds", "n"), [(20.0, 1), (59.0, 1), (61.0, 2), (100.0, 3)])
def test_a_bout_is_cut_into_windows_of_at_least_half_a_minute(seconds: float, n: int) -> None:
    found = outing(RunnerSettings(duration_s=120.0), SensorSettings(rate_hz=25.0, gyro=False))
    start, end = round(10 * 25.0), round((10 + seconds) * 25.0)
    assert len(cadence_windows(as_piece(found.recording), start, end, SETTINGS)) == n


def test_a_window_without_a_rhythm_gives_no_value() -> None:
    recording = outing(RunnerSettings(duration_s=120.0), SensorSettings(rate_hz=25.0, gyro=False)).recording
    ramp = np.linspace(1.0, 3.0, len(recording.acc_g), dtype=np.float32)[:, None] * np.ones(
        3, dtype=np.float32
    )
    assert len(cadence_windows(as_piece(replace(recording, acc_g=ramp)), 0, 750, SETTINGS)) == 0
