"""Directions: angles, turning, principal axes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from strategies import rotations

from pfp_sensors.signal.directions import across, angle_deg, principal_axes, turn, unit

vectors = st.tuples(*[st.floats(-10.0, 10.0)] * 3).map(np.array).filter(lambda v: np.linalg.norm(v) > 0.01)


@given(vectors)
def test_a_unit_vector_has_length_one_and_the_same_direction(v: np.ndarray) -> None:
    assert np.linalg.norm(unit(v)) == pytest.approx(1.0)
    np.testing.assert_allclose(np.cross(unit(v), v), 0.0, atol=1e-9)


def test_a_zero_vector_stays_zero() -> None:
    assert unit(np.zeros(3)).tolist() == [0.0, 0.0, 0.0]


@given(vectors, vectors, st.floats(-360.0, 360.0))
def test_turning_is_that_of_scipy(v: np.ndarray, axis: np.ndarray, degrees: float) -> None:
    wanted = Rotation.from_rotvec(np.radians(degrees) * unit(axis)).apply(v)
    np.testing.assert_allclose(turn(v, unit(axis), degrees), wanted, atol=1e-8)


@given(vectors, vectors)
def test_the_part_across_an_axis_is_at_right_angles_to_it(v: np.ndarray, axis: np.ndarray) -> None:
    assert across(v, unit(axis)) @ unit(axis) == pytest.approx(0.0, abs=1e-8)


@given(vectors, st.floats(0.0, 180.0))
def test_the_angle_after_a_turn_is_the_turn(axis: np.ndarray, degrees: float) -> None:
    v = unit(across(np.array([1.0, 2.0, 3.0]), unit(axis)))
    if np.linalg.norm(v) > 0:
        assert angle_deg(v, turn(v, unit(axis), degrees)) == pytest.approx(degrees, abs=1e-4)


@given(rotations())
def test_principal_axes_turn_with_the_data(matrix: np.ndarray) -> None:
    variance, axes = principal_axes(matrix @ np.diag([1.0, 9.0, 4.0]) @ matrix.T)
    np.testing.assert_allclose(variance, [9.0, 4.0, 1.0], rtol=1e-9)
    np.testing.assert_allclose(np.abs(axes @ matrix), np.eye(3)[[1, 2, 0]], atol=1e-6)
