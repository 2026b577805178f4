"""Stride length by double integration between two instants of known velocity.

In the middle of ground contact the ankle stands still and the shank turns over it like a pendulum, so
the sensor's velocity is its turning rate times its height above the ankle. From one such instant to
the next, gravity-free acceleration is integrated twice and the linear drift that would contradict the
second known velocity is taken off (after Yang 2011, Gait and Posture 34:462, who takes the instant
when the shank is vertical: ``docs/decisions/0004-stance-instant.md`` says why not here). A
zero-velocity update would fail: the shank is never still in mid-stance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.orientation import OrientationFilter
from pfp_sensors.signal.smooth import thin_out_rate
from pfp_sensors.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from pfp_sensors.gait.frame import Frame
    from pfp_sensors.model.recording import Float32Array, FloatArray, IntArray
    from pfp_sensors.settings.signal import StrideLengthSettings
    from pfp_sensors.signal.uniform import Piece

_MIN_RATE_HZ: Final = 65.0
"""Faster samples are averaged down to at least this: a stride moves little above 20 Hz; 65 and 100 Hz give
stride lengths within 0.5 % of each other on simulated runners."""

_BLOCK: Final = 1 << 14
"""Thinned samples handled at once, so that memory does not grow with the recording."""

_SETTLE_S: Final = 10.0
"""Three time constants of the orientation filter, used to find its first orientation."""


def stride_lengths(
    piece: Piece,
    initial: FloatArray,
    terminal: FloatArray,
    frame: Frame,
    bias_dps: FloatArray,
    settings: StrideLengthSettings,
) -> FloatArray:
    """Return (n,) distance in metres from each stance to the next one; NaN for the last.

    Parameters
    ----------
    piece
        Uniform samples with angular rate.
    initial, terminal
        (n,) contacts of one bout as fractional samples.
    frame
        Shank axes in sensor coordinates.
    bias_dps
        (3,) rate that the gyroscope shows at rest.
    settings
        Height of the sensor above the ankle axis, and the instant of stance.
    """
    if len(initial) < 2 or piece.gyr_dps is None:
        return np.full(len(initial), np.nan)
    axes = np.stack([frame.forward, frame.up, frame.right]).astype(np.float32)
    stride = np.diff(initial, append=2 * initial[-1] - initial[-2])
    contact = np.where(np.isfinite(terminal), terminal - initial, settings.contact_share * stride)
    stance = initial + settings.stance_share * contact
    size = max(1, int(piece.rate_hz // _MIN_RATE_HZ))
    rate_hz = piece.rate_hz / size
    first = max(0, int(stance[0]) - int(_SETTLE_S * piece.rate_hz))
    last = min(len(piece), int(stance[-1]) + 3 * size)
    instant = (stance - first - 0.5 * (size - 1)) / size
    block = _BLOCK * size
    tracker = OrientationFilter(rate_hz)
    bias = (bias_dps @ axes.T).astype(np.float32)
    warm = min(last, first + int(_SETTLE_S * piece.rate_hz))
    tracker.settle(*_in_shank_axes(piece, first, warm, axes, bias))
    lengths = np.full(len(initial), np.nan)
    carry: _Motion | None = None
    for start in range(first, last, block):
        acc, rate = _in_shank_axes(piece, start, min(start + block, last), axes, bias)
        if len(acc) == 0:
            break
        motion = _Motion.of(tracker, acc, rate, (start - first) // size, settings.sensor_height_m)
        if carry is not None:
            motion = carry.joined(motion)
        here = np.flatnonzero((instant >= motion.start) & (instant < motion.end - 1))
        if len(here):
            lengths[here[:-1]] = motion.distances_m(instant[here] - motion.start, rate_hz)
            motion = motion.after(int(instant[here[-1]]))
        carry = motion
    return lengths


def _in_shank_axes(
    piece: Piece, start: int, end: int, axes: Float32Array, bias: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """Return thinned acceleration and rate in shank axes of some samples."""
    assert piece.gyr_dps is not None
    acc, _ = thin_out_rate(piece.acc_g[start:end], piece.rate_hz, _MIN_RATE_HZ)
    rate, _ = thin_out_rate(piece.gyr_dps[start:end], piece.rate_hz, _MIN_RATE_HZ)
    return acc @ axes.T, rate @ axes.T - bias


class _Motion:
    """World motion of the sensor over a block of samples; rows are horizontal axes."""

    __slots__ = ("acc_mps2", "pendulum_mps", "start")

    def __init__(self, start: int, acc_mps2: FloatArray, pendulum_mps: FloatArray) -> None:
        self.start = start
        self.acc_mps2 = acc_mps2
        self.pendulum_mps = pendulum_mps

    @property
    def end(self) -> int:
        """Sample after the last one."""
        return self.start + int(self.acc_mps2.shape[1])

    @staticmethod
    def of(
        tracker: OrientationFilter, acc_g: Float32Array, rate_dps: Float32Array, start: int, height_m: float
    ) -> _Motion:
        """Turn a block of samples in shank axes into horizontal acceleration and pendulum velocity."""
        rotation = tracker.to_horizontal(acc_g, rate_dps)
        x, y, z = np.asarray(acc_g.T, dtype=np.float64, order="C")
        acc = (rotation[:, 0] * x + rotation[:, 1] * y + rotation[:, 2] * z) * STANDARD_GRAVITY_MPS2
        turning = np.radians(rate_dps.T)
        pendulum = height_m * (rotation[:, 2] * turning[0] - rotation[:, 0] * turning[2])
        return _Motion(start, acc, pendulum)

    def joined(self, later: _Motion) -> _Motion:
        """Append a block that follows."""
        return _Motion(
            self.start,
            np.concatenate([self.acc_mps2, later.acc_mps2], axis=1),
            np.concatenate([self.pendulum_mps, later.pendulum_mps], axis=1),
        )

    def after(self, sample: int) -> _Motion:
        """Drop what lies before a sample."""
        k = max(0, sample - self.start)
        return _Motion(self.start + k, self.acc_mps2[:, k:], self.pendulum_mps[:, k:])

    def distances_m(self, instant: FloatArray, rate_hz: float) -> FloatArray:
        """Return the horizontal distance between consecutive instants."""
        velocity = _running_integral(self.acc_mps2, rate_hz)
        distance = _running_integral(velocity, rate_hz)
        speed_there = _between(self.pendulum_mps, instant)
        v, d = _between(velocity, instant), _between(distance, instant)
        duration = np.diff(instant) / rate_hz
        free = np.diff(d, axis=1) - v[:, :-1] * duration + speed_there[:, :-1] * duration
        drift = speed_there[:, :-1] + np.diff(v, axis=1) - speed_there[:, 1:]
        return np.asarray(np.hypot(*(free - 0.5 * drift * duration)))


def _running_integral(value: FloatArray, rate_hz: float) -> FloatArray:
    """Integrate rows by the trapezoid rule, starting at 0."""
    out = np.zeros_like(value)
    np.cumsum(0.5 * (value[:, 1:] + value[:, :-1]), axis=1, out=out[:, 1:])
    out /= rate_hz
    return out


def _between(value: FloatArray, position: FloatArray) -> FloatArray:
    """Read rows at fractional positions along a straight line."""
    low: IntArray = np.clip(np.floor(position).astype(np.int64), 0, value.shape[1] - 2)
    part = position - low
    return np.asarray(value[:, low] * (1.0 - part) + value[:, low + 1] * part)
