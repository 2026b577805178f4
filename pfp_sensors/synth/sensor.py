"""What a worn sensor makes of an ideal signal: mounting, band, noise, range, counts, losses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.model.recording import AnyFloatArray, BoolArray, Float32Array, FloatArray, Gap

if TYPE_CHECKING:
    from pfp_sensors.synth.settings import SensorSettings

INTERNAL_RATE_HZ: Final = 1600.0
"""The ideal signal is computed at the lowest multiple of the sensor's rate that reaches this."""

HALF_PERIODS: Final = 10
"""Half length of the anti-alias filter in sample periods: stop band (50 dB) from 0.55 of the rate."""

_CUTOFF_SHARE: Final = 0.47
"""Half-amplitude point of the anti-alias filter as a share of the rate: puts -3 dB at 0.45."""

_KAISER_BETA: Final = 5.0
"""Kaiser window of the anti-alias filter: 50 dB in the stop band."""

_FULL_COUNTS: Final = 32768
"""Counts at full scale of a 16-bit sensor."""

_BURST_SAMPLES: Final = (3, 20)
"""Shortest and longest burst of lost samples: one to a few radio packets."""

_SLIP_S: Final = 0.2
"""How long a slipping sensor takes. An assumption."""

STRAP_DECAY_S: Final = 0.06
"""Decay time of the oscillation of a loose strap: most of it 50-150 ms after the landing."""

_STRAP_DIRECTION: Final = (0.6, 0.5, 0.6)
"""Direction of a loose strap's oscillation in shank axes; a loose sensor shakes in all of them."""


def oversampling(rate_hz: float) -> int:
    """Give how many ideal samples are computed for each one of the sensor."""
    return int(np.ceil(INTERNAL_RATE_HZ / rate_hz - 1e-9))


def mounting_matrix(sensor: SensorSettings) -> FloatArray:
    """Give the rotation from shank axes to sensor axes, (3, 3)."""
    turned = _turn(1, sensor.turn_deg)
    tilted = _turn(0, sensor.tilt_sideways_deg) @ _turn(2, sensor.tilt_forward_deg)
    flipped = np.diag((1.0, -1.0, -1.0)) if sensor.upside_down else np.eye(3)
    further = np.eye(3) if sensor.rotation is None else np.asarray(sensor.rotation, dtype=float)
    return np.asarray(further @ flipped @ tilted @ turned)


def _turn(axis: int, angle_deg: float) -> FloatArray:
    """Give the matrix that reads fixed vectors in axes turned by an angle about one of them."""
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    matrix = np.eye(3)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[i, i] = matrix[j, j] = cos
    matrix[i, j], matrix[j, i] = sin, -sin
    return matrix


def mounted(sensor: SensorSettings, t: FloatArray, signal: FloatArray) -> FloatArray:
    """Turn an ideal signal, (3, n), from shank axes into sensor axes, slipping strap included."""
    matrix = mounting_matrix(sensor)
    if sensor.strap_shift_s is None or t[-1] < sensor.strap_shift_s:
        return np.asarray(matrix @ signal)
    share = ((t - sensor.strap_shift_s) / _SLIP_S).clip(0.0, 1.0)
    angle = np.radians(sensor.strap_shift_deg) * share
    cos, sin = np.cos(angle), np.sin(angle)
    x, y, z = signal
    return np.asarray(matrix @ np.stack((cos * x - sin * z, y, sin * x + cos * z)))


def strap_shaking(
    sensor: SensorSettings, t: FloatArray, landing_s: FloatArray, size_g: FloatArray
) -> FloatArray:
    """Give what a loose strap adds after each landing burst, (3, n) in shank axes."""
    shaking = np.zeros((3, len(t)))
    direction = np.array(_STRAP_DIRECTION)[:, None]
    for start, size in zip(landing_s, size_g, strict=True):
        part = slice(*np.searchsorted(t, (start, start + 6 * STRAP_DECAY_S)))
        since = t[part] - start
        wave = np.exp(-since / STRAP_DECAY_S) * np.sin(2.0 * np.pi * sensor.strap_hz * since)
        shaking[:, part] += direction * (sensor.strap_looseness * size * wave)
    return shaking


@cache
def _anti_alias(factor: int) -> FloatArray:
    from scipy.signal import firwin

    taps = 2 * HALF_PERIODS * factor + 1
    return np.asarray(firwin(taps, _CUTOFF_SHARE, window=("kaiser", _KAISER_BETA), fs=float(factor)))


def sampled(signal: FloatArray, factor: int, margin: int) -> FloatArray:
    """Low-pass and thin out an ideal signal, (3, n), to every ``factor``-th sample.

    ``margin`` ideal samples at each side (a multiple of ``factor``, at least ``HALF_PERIODS`` of them)
    serve the filter only. The filter has no lag.
    """
    from scipy.signal import upfirdn

    spare = margin - HALF_PERIODS * factor
    core = np.ascontiguousarray(signal[:, spare : signal.shape[1] - spare])
    thin = upfirdn(_anti_alias(factor), core, 1, factor, axis=-1)
    return np.asarray(thin[:, 2 * HALF_PERIODS : thin.shape[1] - 2 * HALF_PERIODS])


@dataclass(frozen=True, slots=True)
class Channel:
    """One triad: noise density, offset size, full scale."""

    noise_per_rthz: float
    bias: float
    full_scale: float


def read_out(
    signal: AnyFloatArray, channel: Channel, sensor: SensorSettings, rng: np.random.Generator
) -> Float32Array:
    """Add noise and offset to a triad, (n, 3), stop it near full scale, round it to counts."""
    bandwidth_hz = 0.5 * sensor.rate_hz
    direction = rng.standard_normal(3)
    offset = channel.bias * direction / np.linalg.norm(direction)
    noise = rng.standard_normal(signal.shape, dtype=np.float32)
    noise *= np.float32(channel.noise_per_rthz * np.sqrt(bandwidth_hz))
    reading = signal + noise + offset.astype(np.float32)
    stop = sensor.stop_share * channel.full_scale
    np.clip(reading, -stop, stop, out=reading)
    if sensor.quantise:
        count = channel.full_scale / _FULL_COUNTS
        reading = (reading / count).round().clip(-_FULL_COUNTS, _FULL_COUNTS - 1) * count
    return reading.astype(np.float32)


def kept_samples(sensor: SensorSettings, count: int, rng: np.random.Generator) -> BoolArray:
    """Choose which of ``count`` samples arrive: exactly the asked share is lost, never the first or last."""
    keep = np.ones(count, dtype=bool)
    lost = min(round(sensor.dropped_share * count), count - 2)
    if lost <= 0:
        return keep
    in_bursts = round(lost * sensor.dropped_in_bursts_share)
    while in_bursts > 0:
        length = min(in_bursts, int(rng.integers(_BURST_SAMPLES[0], _BURST_SAMPLES[1] + 1)), count - 2)
        start = int(rng.integers(1, count - length))
        in_bursts -= int(keep[start : start + length].sum())
        keep[start : start + length] = False
    left = np.flatnonzero(keep[1:-1]) + 1
    missing = lost - int((~keep).sum())
    if missing > 0:
        keep[rng.choice(left, size=missing, replace=False)] = False
    return keep


def find_gaps(keep: BoolArray, time_s: FloatArray) -> tuple[Gap, ...]:
    """List the gaps: ``keep`` is (n,) over all samples, ``time_s`` the times of those kept."""
    index = np.flatnonzero(keep)
    before = np.flatnonzero(np.diff(index) > 1)
    return tuple(
        Gap(float(time_s[i]), float(time_s[i + 1]), int(index[i + 1] - index[i] - 1)) for i in before
    )
