"""Shank axes: they turn with the sensor, and the side is the gyroscope's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from strategies import SETTINGS, SIGNED_PERMUTATIONS, as_piece, outing, rotations, signed_name

from pfp_sensors.analyse.parts import first_look
from pfp_sensors.gait.frame import Frame, Swing, find_swing, refine_up, running_frame
from pfp_sensors.signal.directions import angle_deg, turn
from pfp_sensors.synth import RunnerSettings, SensorSettings

SPEEDS = (2.2, 2.8, 3.5, 4.2, 5.0)


def stretch(speed_mps: float, strike: str = "heel", side: str = "right") -> tuple[np.ndarray, ...]:
    """Return acceleration, rate and landings of a run, in shank axes."""
    runner = RunnerSettings(duration_s=30.0, speed_mps=speed_mps, strike=strike, side=side)
    found = outing(runner, SensorSettings(gyr_bias_dps=0.0))
    (part,) = first_look(found.recording, SETTINGS)
    chain = part.chains[0]
    piece = as_piece(found.recording)
    here = slice(int(chain[0]), int(chain[-1]))
    return piece.acc_g[here], piece.gyr_dps[here], chain - int(chain[0])


def found_swing(rate_dps: np.ndarray) -> Swing:
    swing = find_swing([rate_dps.astype(np.float32)], np.zeros(3), SETTINGS.alignment)
    assert swing is not None
    return swing


def frame_of(
    acc_g: np.ndarray, landing: np.ndarray, gyr_dps: np.ndarray | None, matrix: np.ndarray | None = None
) -> Frame:
    turned = np.eye(3) if matrix is None else matrix
    swing = None
    if gyr_dps is not None:
        swing = found_swing(gyr_dps @ turned.T).axis
    acc = [(acc_g @ turned.T).astype(np.float32)]
    return running_frame(acc, [landing], 208.0, SETTINGS.alignment, swing)


@hypothesis_settings(max_examples=25)
@given(rotations(), st.booleans(), st.sampled_from(SPEEDS))
def test_the_frame_turns_with_the_sensor(matrix: np.ndarray, gyro: bool, speed_mps: float) -> None:
    acc, gyr, landing = stretch(speed_mps)
    plain = frame_of(acc, landing, gyr if gyro else None)
    turned = frame_of(acc, landing, gyr if gyro else None, matrix)
    for name in ("up", "forward", "right"):
        np.testing.assert_allclose(getattr(turned, name), matrix @ getattr(plain, name), atol=1e-4)
    assert turned.sure == plain.sure
    assert turned.planar == pytest.approx(plain.planar, abs=1e-4)


@pytest.mark.parametrize("matrix", SIGNED_PERMUTATIONS, ids=signed_name)
def test_up_and_forward_follow_mirrored_axes_too(matrix: np.ndarray) -> None:
    acc, _, landing = stretch(2.8)
    plain, mirrored = frame_of(acc, landing, None), frame_of(acc, landing, None, matrix)
    np.testing.assert_allclose(mirrored.up, matrix @ plain.up, atol=1e-4)
    np.testing.assert_allclose(mirrored.forward, matrix @ plain.forward, atol=1e-4)


@pytest.mark.parametrize("speed_mps", SPEEDS)
@pytest.mark.parametrize("strike", ["heel", "midfoot", "soft"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_accelerometer_tells_the_side_that_the_gyroscope_tells(
    speed_mps: float, strike: str, side: str
) -> None:
    acc, gyr, landing = stretch(speed_mps, strike, side)
    with_gyro, without = frame_of(acc, landing, gyr), frame_of(acc, landing, None)
    assert with_gyro.right @ without.right > 0.99
    assert with_gyro.sure
    assert without.sure
    assert with_gyro.right[2] > 0.9
    assert angle_deg(with_gyro.up, np.array([0.0, 1.0, 0.0])) < 15.0


@given(rotations(), st.sampled_from(SPEEDS))
@hypothesis_settings(max_examples=10)
def test_axes_are_at_right_angles_and_right_handed(matrix: np.ndarray, speed_mps: float) -> None:
    acc, gyr, landing = stretch(speed_mps)
    frame = frame_of(acc, landing, gyr, matrix)
    axes = np.stack([frame.forward, frame.up, frame.right])
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(axes) == pytest.approx(1.0)


def test_a_shank_that_hardly_turns_has_no_swing_axis() -> None:
    slow = np.full((500, 3), 20.0, dtype=np.float32)
    assert find_swing([slow], np.zeros(3), SETTINGS.alignment) is None


@given(rotations())
def test_the_fast_tail_of_the_rate_is_forward_swing(matrix: np.ndarray) -> None:
    rate = np.full((4000, 3), 0.0)
    rate[:, 2] = -130.0
    rate[::4, 2] = 400.0
    rate = np.repeat(rate, 10, axis=0)
    swing = found_swing(rate @ matrix.T)
    np.testing.assert_allclose(swing.axis, matrix[:, 2], atol=1e-4)
    assert swing.share == pytest.approx(1.0, abs=1e-4)


@given(st.floats(0.0, 80.0))
def test_standing_gives_up_unless_it_contradicts_running(degrees: float) -> None:
    acc, gyr, landing = stretch(2.8)
    frame = frame_of(acc, landing, gyr)
    standing = turn(frame.up, frame.right, degrees)
    refined = refine_up(frame, standing, SETTINGS.alignment)
    limit = SETTINGS.alignment.standing_max_angle_deg
    if abs(degrees - limit) < 0.01:
        return
    assert (refined is not None) == (degrees < limit)
    if refined is not None:
        np.testing.assert_allclose(refined.up, standing, atol=1e-9)
        assert refined.right @ refined.up == pytest.approx(0.0, abs=1e-9)
