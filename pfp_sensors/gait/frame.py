"""Which way the sensor is turned: from sensor axes to the axes of the shank.

Shank axes (ISB): x forward, y up along the shank, z to the right. Nothing needs to be known of the
mounting: every step below turns with the sensor, so any rotation gives the same contacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.directions import across, angle_deg, principal_axes, turn, unit
from pfp_sensors.signal.smooth import low_pass, thin_out_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.recording import Float32Array, FloatArray, IntArray
    from pfp_sensors.settings.signal import AlignmentSettings

_SAMPLED: Final = 100_000
"""The swing axis is found in about so many samples, spread over the run."""

_MIN_FAST_SAMPLES: Final = 40
"""So many samples of fast turning are needed to see a swing axis."""

_AT_EXTREME: Final = 0.995
"""A reading this close to an axis' largest one is at its extreme; an unclipped swing spends 0.2 % there."""

_THIN_RATE_HZ: Final = 40.0
"""The frame is found in block means of at least this rate."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Shank axes in sensor coordinates, found from running.

    Attributes
    ----------
    up, forward, right
        (3,) unit vectors.
    mean
        (3,) mean acceleration over running.
    planar
        Share of the slow variance that lies in the sagittal plane, 2/3 for none to 1.
    sure
        False when forward and backward could not be told apart well.
    """

    up: FloatArray
    forward: FloatArray
    right: FloatArray
    mean: FloatArray
    planar: float
    sure: bool


def running_frame(
    stretches: list[Float32Array],
    landings: Sequence[FloatArray | IntArray],
    rate_hz: float,
    settings: AlignmentSettings,
    swing_axis: FloatArray | None,
) -> Frame:
    """Find the shank axes from acceleration while running.

    1. The shank moves in the sagittal plane: the direction in which slow acceleration varies least is
       the left-right axis.
    2. The mean acceleration lies in that plane, tilted backwards from the long axis by about 30 degrees
       (34, 32, 21 and 30 measured in three people), because the shank leans forward while it carries.
    3. Which of the two ends of the left-right axis is right decides where "backwards" is. The
       gyroscope tells (forward swing is positive about z). Without it: just after the foot has left
       the ground, 0.25 to 0.4 strides after the landing, the shank is flung forwards, so slow
       acceleration across the mean points forwards then.

    Parameters
    ----------
    stretches
        (n, 3) acceleration in g of each running bout.
    landings
        Landings of each bout, as samples of its stretch.
    rate_hz
        Samples per second.
    swing_axis
        (3,) axis of forward swing from :func:`find_swing`, or None without a gyroscope.
    """
    thinned, rates_hz = zip(*(thin_out_rate(a, rate_hz, _THIN_RATE_HZ) for a in stretches), strict=True)
    thin_hz = rates_hz[0]
    total = np.sum([a.sum(axis=0, dtype=np.float64) for a in thinned], axis=0)
    mean = total / sum(len(a) for a in thinned)
    scatter = np.zeros((3, 3))
    for a in thinned:
        slow = low_pass(a, settings.slow_lowpass_hz, thin_hz) - mean.astype(np.float32)
        scatter += np.einsum("ij,ik->jk", slow, slow, dtype=np.float64)
    variance, axes = principal_axes(scatter)
    planar = float(1.0 - variance[2] / max(variance.sum(), np.finfo(np.float64).tiny))
    right = axes[2]
    along_mean = unit(across(mean, right))
    if swing_axis is None:
        backward = np.cross(right, along_mean)
        vote = -_after_foot_off(thinned, landings, rate_hz / thin_hz, thin_hz, backward, settings)
        sure = abs(vote) >= settings.min_vote
    else:
        vote = float(right @ swing_axis)
        sure = abs(vote) >= settings.min_swing_agreement
    if vote < 0:
        right = -right
    up = turn(along_mean, right, -settings.mean_tilt_deg)
    return Frame(up, np.cross(up, right), right, mean, planar, sure)


def _after_foot_off(
    thinned: Sequence[Float32Array],
    landings: Sequence[FloatArray | IntArray],
    size: float,
    rate_hz: float,
    direction: FloatArray,
    settings: AlignmentSettings,
) -> float:
    """Return slow acceleration along a direction just after foot off, in its standard deviations."""
    slow = [low_pass(a @ direction.astype(np.float32), settings.vote_lowpass_hz, rate_hz) for a in thinned]
    share = np.linspace(settings.vote_from_share, settings.vote_to_share, 7)
    picked = []
    for signal, landing in zip(slow, landings, strict=True):
        index = np.rint((landing[:-1, None] + share * np.diff(landing)[:, None]) / size).astype(np.int64)
        picked.append(signal[np.clip(index, 0, len(signal) - 1)].ravel())
    every = np.concatenate(slow)
    spread = max(float(every.std()), float(np.finfo(np.float32).tiny))
    return float((np.concatenate(picked).mean() - every.mean()) / spread)


@dataclass(frozen=True, slots=True)
class Swing:
    """What the gyroscope says of running.

    ``axis`` (3,) is that of forward swing, ``share`` the part of the rate's energy about it, and
    ``clipped_share`` the largest share of an axis' samples that lie at its extreme.
    """

    axis: FloatArray
    share: float
    clipped_share: float


def find_swing(
    stretches: list[Float32Array], bias_dps: FloatArray, settings: AlignmentSettings
) -> Swing | None:
    """Find the axis of forward swing from angular rate while running.

    The axis about which the shank turns most, signed so that the fast tail of the rate, forward swing,
    is positive. None when the gyroscope hardly moves.
    """
    every = max(1, sum(len(w) for w in stretches) // _SAMPLED)
    rate = np.concatenate([w[::every] for w in stretches]).astype(np.float64) - bias_dps
    fast = rate[np.einsum("ij,ij->i", rate, rate) > settings.min_rate_dps**2]
    if len(fast) < _MIN_FAST_SAMPLES:
        return None
    energy, axes = principal_axes(fast.T @ fast)
    low, high = np.percentile(rate @ axes[0], [5.0, 95.0])
    clipped = max(_share_at_extreme(rate[:, axis] + bias_dps[axis]) for axis in range(3))
    return Swing(axes[0] if high >= -low else -axes[0], float(energy[0] / energy.sum()), clipped)


def _share_at_extreme(readings: FloatArray) -> float:
    size = np.abs(readings)
    return float(np.count_nonzero(size >= _AT_EXTREME * size.max()) / len(size))


def refine_up(frame: Frame, standing_up: FloatArray, settings: AlignmentSettings) -> Frame | None:
    """Return the frame with ``up`` taken from standing, or None when standing contradicts running.

    A sensor that lies on a table is still as well; only stillness whose upward direction lies near the
    long axis found from running is standing.
    """
    if angle_deg(frame.up, standing_up) > settings.standing_max_angle_deg:
        return None
    up = unit(standing_up)
    right = unit(across(frame.right, up))
    return Frame(up, np.cross(up, right), right, frame.mean, frame.planar, frame.sure)
