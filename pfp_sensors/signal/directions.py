"""Directions in space: principal axes, angles, rotations about an axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import AnyFloatArray, FloatArray


def unit(vector: AnyFloatArray) -> FloatArray:
    """Scale a (3,) vector to length 1; a zero vector stays zero."""
    v = np.asarray(vector, dtype=np.float64)
    length = float(np.linalg.norm(v))
    return v / length if length > 0 else v


def angle_deg(a: AnyFloatArray, b: AnyFloatArray) -> float:
    """Return the angle between two vectors, 0 to 180 degrees."""
    return math.degrees(math.acos(min(1.0, max(-1.0, float(unit(a) @ unit(b))))))


def across(vector: AnyFloatArray, axis: AnyFloatArray) -> FloatArray:
    """Return the part of ``vector`` across the unit vector ``axis``."""
    v = np.asarray(vector, dtype=np.float64)
    return v - float(v @ axis) * np.asarray(axis, dtype=np.float64)


def turn(vector: AnyFloatArray, axis: AnyFloatArray, degrees: float) -> FloatArray:
    """Turn a vector about a unit axis, right-handed (Rodrigues)."""
    v = np.asarray(vector, dtype=np.float64)
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    a = np.asarray(axis, dtype=np.float64)
    return np.asarray(c * v + s * np.cross(a, v) + (1.0 - c) * float(a @ v) * a)


def principal_axes(scatter: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the three variances, largest first, and the (3, 3) axes as rows, of a (3, 3) scatter matrix."""
    variance, axes = np.linalg.eigh(scatter)
    return variance[::-1], axes.T[::-1]
