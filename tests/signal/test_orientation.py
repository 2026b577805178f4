"""Orientation: tilt at rest, the same world however the sensor is turned."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from strategies import outing, rotations

from pfp_sensors.signal.orientation import OrientationFilter
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings

RUN = RunnerSettings(plan=(PlanPart("still", 6.0), PlanPart("running", 14.0)))


def up_in_sensor(rotation: np.ndarray) -> np.ndarray:
    """Return (n, 3): the vertical that belongs to two horizontal rows."""
    return np.cross(rotation[0].T, rotation[1].T)


@settings(max_examples=15)
@given(rotations())
def test_at_rest_the_vertical_is_where_the_accelerometer_points(matrix: np.ndarray) -> None:
    up = matrix @ np.array([0.0, 0.0, 1.0])
    acc_g = np.tile(up, (2000, 1)).astype(np.float32)
    rotation = OrientationFilter(100.0).to_horizontal(acc_g, np.zeros_like(acc_g))
    np.testing.assert_allclose(up_in_sensor(rotation)[-1], up, atol=0.01)


@settings(max_examples=5)
@given(rotations())
def test_horizontal_acceleration_is_as_large_however_the_sensor_is_turned(matrix: np.ndarray) -> None:
    recording = outing(RUN, SensorSettings(rate_hz=100.0)).recording
    sizes = []
    for turned in (np.eye(3), matrix):
        acc = (recording.acc_g @ turned.T).astype(np.float32)
        gyr = (recording.gyr_dps @ turned.T).astype(np.float32)
        rotation = OrientationFilter(100.0).to_horizontal(acc, gyr)
        sizes.append(np.hypot(*np.einsum("ijn,nj->in", rotation, acc)))
    np.testing.assert_allclose(sizes[0][300:], sizes[1][300:], atol=0.02)


def test_blocks_give_what_the_whole_gives() -> None:
    recording = outing(RUN, SensorSettings(rate_hz=100.0)).recording
    whole = OrientationFilter(100.0).to_horizontal(recording.acc_g, recording.gyr_dps)
    tracker, parts = OrientationFilter(100.0), []
    for start in range(0, len(recording.acc_g), 333):
        here = slice(start, start + 333)
        parts.append(tracker.to_horizontal(recording.acc_g[here], recording.gyr_dps[here]))
    np.testing.assert_allclose(np.concatenate(parts, axis=2), whole, atol=1e-9)


def test_while_running_the_tilt_is_followed_within_a_few_degrees() -> None:
    """Settled backwards over the run, the filter still knows the vertical of the standing before it."""
    recording = outing(RUN, SensorSettings(rate_hz=100.0, gyr_bias_dps=0.0)).recording
    tracker = OrientationFilter(100.0)
    tracker.settle(recording.acc_g, recording.gyr_dps)
    rotation = tracker.to_horizontal(recording.acc_g[:100], recording.gyr_dps[:100])
    standing = recording.acc_g[:100].mean(axis=0)
    cosine = up_in_sensor(rotation)[0] @ standing / np.linalg.norm(standing)
    assert cosine > np.cos(np.radians(3.0))
