"""A simulated runner as what simulated sensors measure."""

from __future__ import annotations

import numpy as np
import pytest

from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.rig.runner_signal import RunnerSignals
from pfp_sensors.synth import RunnerSettings, SensorSettings, simulate_two_legs

LEFT = SensorPlan(side="left", acc_range_g=32)
RIGHT = SensorPlan(name="SHANK-R", address="F0:00:00:00:00:12", side="right", acc_range_g=32, clock_ppm=40.0)


@pytest.fixture(scope="module")
def runner() -> RunnerSignals:
    return RunnerSignals(RunnerSettings(duration_s=6.0))


def test_both_legs_are_those_of_one_outing(runner: RunnerSignals) -> None:
    wide = {"acc_range_g": 200.0, "gyr_range_dps": 4000.0, "stop_share": 1.0, "quantise": False}
    for plan, leg in ((LEFT, 0), (RIGHT, 1)):
        recording, truth = simulate_two_legs(
            runner.runner, SensorSettings(rate_hz=208.0, clock_drift_ppm=plan.drift_ppm, **wide)
        )[leg]
        counts = runner(plan).counts(0, len(recording.acc_g))
        assert recording.gyr_dps is not None
        np.testing.assert_allclose(counts[:, :3] * (32 / 32768), recording.acc_g, atol=0.5 * 32 / 32768)
        inside = np.abs(recording.gyr_dps) < 2000.0
        turned = counts[:, 3:] * (2000 / 32768)
        np.testing.assert_allclose(turned[inside], recording.gyr_dps[inside], atol=0.6 * 2000 / 32768)
        np.testing.assert_array_equal(runner.truth(plan).initial_contact_s, truth.initial_contact_s)


def test_after_the_outing_the_sensor_rests_at_one_g(runner: RunnerSignals) -> None:
    signal = runner(LEFT)
    rest = signal.counts(len(signal) - 10, 10_000)[10:]
    size_g = np.linalg.norm(rest[:, :3] * (32 / 32768), axis=1)
    assert size_g == pytest.approx(1.0, abs=0.02)
    assert 0 < np.std(size_g) < 0.01
    np.testing.assert_array_equal(signal.counts(len(signal) + 5000, 3), rest[5000:5003])


def test_the_same_position_has_the_same_counts_however_it_is_asked(runner: RunnerSignals) -> None:
    signal = runner(LEFT)
    whole = signal.counts(0, 2000)
    pieces = [signal.counts(first, min(13, 2000 - first)) for first in range(0, 2000, 13)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_a_small_range_clips(runner: RunnerSignals) -> None:
    small = runner(SensorPlan(side="left", acc_range_g=4)).counts(0, 1200)
    large = runner(LEFT).counts(0, 1200)
    beyond = np.abs(large[:, :3].astype(int)) > 32768 // 8 + 1
    assert beyond.any()
    assert (np.abs(small[:, :3].astype(int))[beyond] == 32767).all()
