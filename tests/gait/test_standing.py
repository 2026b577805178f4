"""Standing: gravity and the gyroscope's bias, and a sensor on a table is not standing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from strategies import SETTINGS, analysed, as_piece, outing

from pfp_sensors.gait.bouts import label_movement
from pfp_sensors.gait.standing import Standing, find_standing
from pfp_sensors.model.recording import Recording
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings

RUN = RunnerSettings(plan=(PlanPart("still", 6.0), PlanPart("running", 30.0)))


def resting(
    seconds: float, up: tuple[float, float, float], *, spread_g: float = 0.002, rate_dps: float = 0.2
) -> Recording:
    rng = np.random.default_rng(0)
    n = round(seconds * 104)
    acc = np.array(up) + spread_g * rng.standard_normal((n, 3))
    gyr = np.array([1.0, -2.0, 0.5]) + rate_dps * rng.standard_normal((n, 3))
    return Recording(
        np.arange(n) / 104.0, acc.astype(np.float32), gyr.astype(np.float32), 104.0, acc_range_g=16.0
    )


def standing_in(recording: Recording) -> list[Standing]:
    piece = as_piece(recording)
    return find_standing(piece, label_movement(piece, SETTINGS.bouts), SETTINGS.alignment)


def test_rest_gives_direction_size_and_bias() -> None:
    (found,) = standing_in(resting(5.0, (0.0, 0.6, 0.82)))
    np.testing.assert_allclose(found.up, np.array([0.0, 0.6, 0.82]) / np.hypot(0.6, 0.82), atol=1e-3)
    assert found.gravity_g == pytest.approx(np.hypot(0.6, 0.82), abs=1e-3)
    np.testing.assert_allclose(found.bias_dps, [1.0, -2.0, 0.5], atol=0.05)


@pytest.mark.parametrize(
    "recording",
    [
        resting(2.0, (0.0, 1.0, 0.0)),  # too short
        resting(5.0, (0.0, 1.0, 0.0), spread_g=0.05),  # shaking
        resting(5.0, (0.0, 1.0, 0.0), rate_dps=6.0),  # turning
    ],
)
def test_what_is_short_or_moves_is_no_standing(recording: Recording) -> None:
    assert standing_in(recording) == []


def test_without_a_gyroscope_there_is_no_bias() -> None:
    (found,) = standing_in(replace(resting(5.0, (0.0, 1.0, 0.0)), gyr_dps=None))
    assert found.bias_dps is None


@pytest.mark.parametrize(("direction", "trusted"), [((0.0, 1.0, 0.0), True), ((0.0, 0.0, 1.0), False)])
def test_lying_on_a_table_is_still_but_gives_no_long_axis(
    direction: tuple[float, float, float], trusted: bool
) -> None:
    found = outing(RUN, SensorSettings(gyro=False))
    recording = found.recording
    acc = recording.acc_g.copy()
    still = recording.time_s < 5.0
    noise = 0.002 * np.random.default_rng(0).standard_normal((int(still.sum()), 3))
    acc[still] = np.array(direction) + noise
    acc[(recording.time_s >= 5.0) & (recording.time_s < 6.4)] += np.float32(0.3) * np.random.default_rng(
        1
    ).standard_normal((int(((recording.time_s >= 5.0) & (recording.time_s < 6.4)).sum()), 3)).astype(
        np.float32
    )
    summary = analysed(replace(recording, acc_g=acc)).summary
    assert summary.bouts[0].kind == "still"
    assert (summary.impact.axial_g is not None) == trusted
    assert ("no_standing" in {r.code for r in summary.reasons}) != trusted
