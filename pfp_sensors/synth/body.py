"""From movement to what an ideal sensor on the shank would feel.

The shank is one rigid body. Its attitude and the velocity of its lower end (the ankle) are smooth
functions of time; everything else follows from them by differentiation: angular rate from attitude,
acceleration from velocity, specific force = (acceleration - gravity) in the axes of the shank. So
accelerometer, gyroscope, gravity and distance agree with each other by construction.

World axes: x forward along the run, y up, z to the right. Attitude: shank axes in world axes are
``Rx(roll) Ry(yaw) Rz(pitch)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.synth.landing import ACROSS_LENGTH, LANDING_S, LANDINGS, SIDE_RINGING, landing_curve
from pfp_sensors.synth.movement import pose
from pfp_sensors.units import DPS_PER_RPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.synth.movement import Movement

PAD: Final = 4
"""Samples computed at each side of a block and given up for the derivatives (two of two samples each)."""


@dataclass(frozen=True)
class Motion:
    """Ideal signals of one block, (3, n) each, in shank axes x forward, y up, z right.

    ``attitude_rad`` holds roll, yaw and pitch; ``ankle_mps`` the ankle's velocity in world axes, without
    the landing bursts (which bring no lasting velocity).
    """

    specific_force_g: FloatArray
    rate_dps: FloatArray
    attitude_rad: FloatArray
    ankle_mps: FloatArray


def _rate_of_change(values: FloatArray, step_s: float) -> FloatArray:
    """Differentiate along the last axis with the five-point formula; two samples shorter at each end."""
    v = values
    return np.asarray((8.0 * (v[..., 3:-1] - v[..., 1:-3]) - (v[..., 4:] - v[..., :-4])) / (12.0 * step_s))


def _body_rate(attitude: FloatArray, change: FloatArray) -> FloatArray:
    """Turn the change of roll, yaw and pitch into angular rate about the axes of the shank (exact)."""
    _, yaw, pitch = attitude
    d_roll, d_yaw, d_pitch = change
    level_x = np.cos(yaw) * d_roll
    cos, sin = np.cos(pitch), np.sin(pitch)
    return np.stack(
        (cos * level_x + sin * d_yaw, cos * d_yaw - sin * level_x, d_pitch + np.sin(yaw) * d_roll)
    )


def _to_shank(attitude: FloatArray, world: FloatArray) -> FloatArray:
    """Turn world vectors, (3, n), into shank axes."""
    roll, yaw, pitch = attitude
    x, y, z = world
    cos, sin = np.cos(roll), np.sin(roll)
    y, z = cos * y + sin * z, cos * z - sin * y
    cos, sin = np.cos(yaw), np.sin(yaw)
    x, z = cos * x - sin * z, cos * z + sin * x
    cos, sin = np.cos(pitch), np.sin(pitch)
    return np.stack((cos * x + sin * y, cos * y - sin * x, z))


def _add_landings(movement: Movement, t: FloatArray, acceleration_mps2: FloatArray) -> None:
    """Add each landing burst, in the direction the shank has at its peak, in world axes."""
    plan = movement.schedule
    runner = movement.runner
    here = (movement.burst_g > 0.0) & (plan.burst_s > t[0] - LANDING_S) & (plan.burst_s < t[-1])
    for running, shape in ((True, LANDINGS[runner.strike]), (False, LANDINGS["walking"])):
        landings = np.flatnonzero(here & (plan.running == running))
        share = runner.ringing_share
        since, along_bone = landing_curve(shape, runner.ringing_hz, share)
        short, across = landing_curve(
            shape, runner.ringing_hz, SIDE_RINGING * share, length_s=ACROSS_LENGTH * shape.peak_s
        )
        pitch = pose(movement, plan.burst_s[landings] + shape.peak_s)[0][2]
        cos, sin = np.cos(pitch), np.sin(pitch)
        forward, up, right = shape.direction
        for i, c, s in zip(landings, cos, sin, strict=True):
            start = plan.burst_s[i]
            part = slice(*np.searchsorted(t, (start, start + LANDING_S)))
            size = STANDARD_GRAVITY_MPS2 * movement.burst_g[i]
            y = size * up * np.interp(t[part] - start, since, along_bone)
            side = size * np.interp(t[part] - start, short, across)
            x = forward * side
            acceleration_mps2[:, part] += np.stack((c * x - s * y, s * x + c * y, right * side))


def ideal_motion(movement: Movement, start_s: float, step_s: float, count: int) -> Motion:
    """Compute what an ideal sensor feels at ``count`` evenly spaced times from ``start_s``.

    Returns
    -------
    Motion
        For the right leg as defined, for the left leg mirrored.
    """
    t = np.asarray(start_s + step_s * np.arange(-PAD, count + PAD), dtype=np.float64)
    attitude, ankle = pose(movement, t)
    rate = _body_rate(attitude[:, 2:-2], _rate_of_change(attitude, step_s))
    turn = _rate_of_change(rate, step_s)
    inner = slice(PAD, -PAD)
    attitude, rate = attitude[:, inner], rate[:, 2:-2]
    world = _rate_of_change(ankle, step_s)[:, 2:-2]
    _add_landings(movement, t[inner], world)
    world[1] += STANDARD_GRAVITY_MPS2
    force = _to_shank(attitude, world)
    height = movement.runner.sensor_height_m
    force[0] += height * (rate[0] * rate[1] - turn[2])
    force[1] -= height * (rate[0] ** 2 + rate[2] ** 2)
    force[2] += height * (rate[1] * rate[2] + turn[0])
    ankle = ankle[:, inner]
    if movement.runner.side == "left":
        force[2] *= -1.0
        rate[:2] *= -1.0
        attitude = attitude * np.array([[-1.0], [-1.0], [1.0]])
        ankle = ankle * np.array([[1.0], [1.0], [-1.0]])
    return Motion(force / STANDARD_GRAVITY_MPS2, rate * DPS_PER_RPS, attitude, ankle)
