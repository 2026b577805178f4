"""Walking: stride times of the instrumented leg."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import outing

from pfp_sensors.gait.agreement import match_events
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings


@pytest.mark.parametrize("speed_mps", [0.9, 1.3, 1.6])
@pytest.mark.parametrize("rate_hz", [100.0, 208.0])
def test_stride_times_of_simulated_walking(speed_mps: float, rate_hz: float) -> None:
    runner = RunnerSettings(plan=(PlanPart("walking", 60.0),), walking_speed_mps=speed_mps)
    found = outing(runner, SensorSettings(rate_hz=rate_hz, gyro=False))
    strides = found.analysis.strides
    assert not strides.running.any()
    i, j = match_events(found.truth.initial_contact_s, strides.initial_contact_s, 0.15)
    assert len(i) >= 0.95 * len(found.truth.initial_contact_s)
    both = np.flatnonzero((np.diff(i) == 1) & (np.diff(j) == 1))
    error_s = np.diff(strides.initial_contact_s[j])[both] - np.diff(found.truth.initial_contact_s[i])[both]
    assert np.abs(error_s).mean() <= 0.015
    assert np.isnan(strides.terminal_contact_s).all()
