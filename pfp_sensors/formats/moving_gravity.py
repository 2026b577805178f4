"""Gravity in a recording in which nothing is ever still: what is left of it when movement is averaged out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.recording import Float32Array, FloatArray

LEAST_PLAIN_G: Final = 0.5
"""Mean of the three axes as they stand, with gravity in it: 0.97 g and more in every real recording at hand
(shank, ankle, hip and torso, walking and running) and in simulated runs of 2-6 m/s however worn. Filtered or
centred acceleration has 0.11 and less. Gravity taken off by a phone's orientation leaves 0.01-2.6: the faster
the swing, the more, so that only slow movement is caught here."""

LEAST_TURNED_G: Final = 0.7
"""Mean after every sample was turned back by the gyroscope: 0.97-1.04 g in the same recordings, and 0.87 and
more where axes or signs of the gyroscope are mixed up. Without gravity 0.00-0.07; with 1 g taken off one axis
0.55 in the recording that a person tried, 0.06-0.74 in simulated ones."""

_MOST_TURNED_G = 1.3
"""Above, acceleration and gyroscope do not fit together, and nothing is proved."""

_WINDOW_S = 4.0
"""Some strides, so that what the leg gains and loses in speed is small beside gravity; a gyroscope drifts
little in it."""

_MOST_WINDOWS = 30
_ENOUGH_HZ = 200.0
_MOVING_SHARE = 0.2
"""The norm varies by 0.3 and more of its median in walking and running."""

_MOST_TURN_DPS = 20.0
"""A leg comes back to where it was. A gyroscope that turns on and on was cut off at the end of its range or
is off at rest, and says nothing here."""


@dataclass(frozen=True, slots=True)
class MovingGravity:
    """Gravity seen while moving.

    Attributes
    ----------
    plain_g
        Median over windows of the norm of the mean acceleration.
    turned_g
        The same after every sample was turned into the first one's attitude; None without a gyroscope that
        can be used.
    """

    plain_g: float
    turned_g: float | None

    @property
    def removed(self) -> bool:
        """Tell whether gravity is certainly not in the acceleration."""
        turned = self.turned_g is not None and self.turned_g < LEAST_TURNED_G
        return turned or self.plain_g < LEAST_PLAIN_G

    @property
    def seen_g(self) -> float | None:
        """Give gravity where the gyroscope shows that it is there; None where that is open."""
        if self.removed or self.turned_g is None or self.turned_g > _MOST_TURNED_G:
            return None
        return self.turned_g


def moving_gravity(acc_g: Float32Array, gyr_dps: Float32Array | None, rate_hz: float) -> MovingGravity | None:
    """Look for gravity in windows of four seconds of movement.

    Over some strides a leg gains no speed, so that the mean of its acceleration is gravity alone, once the
    leg's turning is undone.

    Parameters
    ----------
    acc_g, gyr_dps
        (n, 3) in g and deg/s; None without a gyroscope.
    rate_hz
        Sampling rate.

    Returns
    -------
    MovingGravity or None
        None where no four seconds are of movement.
    """
    step = max(1, int(rate_hz / _ENOUGH_HZ))
    size = max(1, round(_WINDOW_S * rate_hz / step))
    starts = np.arange(len(acc_g) // (size * step)) * (size * step)
    acc = _windows(acc_g, starts, size, step)
    with np.errstate(invalid="ignore", over="ignore"):
        norm = np.linalg.norm(acc, axis=2)
        moving = norm.std(axis=1) > _MOVING_SHARE * np.median(norm, axis=1)
    chosen = np.flatnonzero(moving)
    chosen = chosen[:: max(1, -(-len(chosen) // _MOST_WINDOWS))]
    if not len(chosen):
        return None
    acc = acc[chosen]
    plain_g = float(np.median(np.linalg.norm(acc.mean(axis=1), axis=1)))
    if gyr_dps is None:
        return MovingGravity(plain_g, None)
    return MovingGravity(plain_g, _turned(acc, _windows(gyr_dps, starts[chosen], size, step), rate_hz / step))


def check_moving(path: Path, found: MovingGravity | None) -> tuple[str, ...]:
    """Refuse acceleration without gravity; else say whether gravity was seen.

    Parameters
    ----------
    path
        The file, for messages.
    found
        From `moving_gravity`, of a recording in which nothing is still.

    Raises
    ------
    InputError
        If gravity is certainly not in it.
    """
    if found is None or not found.removed:
        if found is None or found.seen_g is None:
            return (
                "Unit not checked against gravity: no still phase. If gravity is not in this acceleration, "
                "landing impact is wrong.",
            )
        return (f"Gravity was checked while moving ({found.seen_g:.2f} g): no still phase.",)
    level_g, how, also = found.plain_g, "the acceleration of some strides", ""
    if found.plain_g >= LEAST_PLAIN_G and found.turned_g is not None:
        level_g, how = found.turned_g, "the acceleration of some strides, turned upright by the gyroscope,"
        also = " If it is the raw one, the unit of the rotation is wrong: leave its columns away."
    raise InputError(
        f"{path}: {how} averages {level_g:.2g} g; expected gravity, about 1 g. "
        "Gravity seems to have been removed.",
        f"Export the raw acceleration (not linear, free or user acceleration).{also}",
    )


def _windows(values: Float32Array, starts: np.ndarray, size: int, step: int) -> FloatArray:
    """Cut (windows, size, 3) out of (n, 3), each row the mean of ``step`` samples."""
    rows = starts[:, None] + np.arange(size * step)
    cut: FloatArray = values[rows].astype(np.float64).reshape(len(starts), size, step, 3)
    return np.asarray(cut.mean(axis=2))


def _turned(acc: FloatArray, gyr_dps: FloatArray, rate_hz: float) -> float | None:
    """Average the acceleration in the attitude of each window's first sample."""
    usable = np.linalg.norm(gyr_dps.mean(axis=1), axis=1) < _MOST_TURN_DPS  # False for NaN
    if 2 * np.count_nonzero(usable) < len(usable) or not gyr_dps.any():
        return None
    acc, turns = acc[usable], _turns(np.deg2rad(gyr_dps[usable]) / rate_hz)
    attitude = np.broadcast_to(np.eye(3), (len(acc), 3, 3))
    total = np.zeros((len(acc), 3, 1))
    for at in range(acc.shape[1]):
        total += attitude @ acc[:, at, :, None]
        attitude = attitude @ turns[:, at]
    return float(np.median(np.linalg.norm(total[:, :, 0] / acc.shape[1], axis=1)))


def _turns(angles: FloatArray) -> FloatArray:
    """Turn rotation vectors in radians into matrices, by the formula of Rodrigues."""
    size = np.linalg.norm(angles, axis=-1)[..., None, None]
    x, y, z = np.moveaxis(angles, -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*angles.shape, 3)
    half = np.sinc(size / (2 * np.pi))  # sin(size / 2) / (size / 2)
    turned: FloatArray = np.eye(3) + np.sinc(size / np.pi) * cross + 0.5 * half**2 * (cross @ cross)
    return turned
