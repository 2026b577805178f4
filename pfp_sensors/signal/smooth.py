"""Low-pass filters with short, symmetric kernels.

Everything here is a weighted mean with fixed symmetric weights. So there is no phase shift, a block
of samples gives the same result as the whole, a live detector can compute the very same numbers with
a known delay, and a signal can be read *between* its samples by shifting the weights. Why Gaussian
instead of the usual Butterworth: ``docs/decisions/0002-gaussian-smoothing.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.model.recording import AnyFloatArray, Float32Array, FloatArray, IntArray

_REACH_SD: Final = 3.5
"""Gaussian weights are cut at 3.5 standard deviations, where they have fallen to 0.2 % of the centre."""

_BUTTERWORTH_REACH_PERIODS: Final = 3.0
"""The impact kernel is cut after three periods of its cut-off, where it has fallen below 0.1 %."""


_BLOCK: Final = 1 << 16
"""Samples smoothed at once, so that memory does not grow with the recording."""


def gaussian_sd_s(cutoff_hz: float) -> float:
    """Return the standard deviation in seconds of the Gaussian that passes 71 % (-3 dB) at ``cutoff_hz``."""
    return math.sqrt(math.log(2.0)) / (2.0 * math.pi * cutoff_hz)


def gaussian_reach(cutoff_hz: float, rate_hz: float) -> int:
    """Count the samples on each side that the weights of :func:`low_pass` reach."""
    return math.ceil(_REACH_SD * gaussian_sd_s(cutoff_hz) * rate_hz)


def gaussian_weights(cutoff_hz: float, rate_hz: float) -> FloatArray:
    """Return the (2 * reach + 1,) weights of the Gaussian low-pass; they add up to 1."""
    reach = gaussian_reach(cutoff_hz, rate_hz)
    sd = gaussian_sd_s(cutoff_hz) * rate_hz
    weights = _bell(np.arange(-reach, reach + 1) / sd)
    return np.asarray(weights / weights.sum())


def _bell(distance_sd: FloatArray) -> FloatArray:
    """Return Gaussian weights lowered so that they end at 0: no step where a sample enters or leaves."""
    floor = math.exp(-0.5 * _REACH_SD**2)
    return np.asarray(np.maximum(np.exp(-0.5 * distance_sd**2) - floor, 0.0))


def low_pass(signal: AnyFloatArray, cutoff_hz: float, rate_hz: float) -> Float32Array:
    """Smooth without phase shift; beyond both ends the end values are repeated.

    Parameters
    ----------
    signal
        (n,) or (n, k) uniformly sampled values.
    cutoff_hz
        Where 71 % (-3 dB) passes.
    rate_hz
        Samples per second.

    Returns
    -------
    smooth
        Same shape, float32.
    """
    if len(signal) == 0:
        return np.asarray(signal, dtype=np.float32)
    weights = gaussian_weights(cutoff_hz, rate_hz).astype(np.float32)
    reach = len(weights) // 2
    columns = signal[:, None] if signal.ndim == 1 else signal
    smooth = np.empty(columns.shape, dtype=np.float32)
    padded = np.empty(len(signal) + 2 * reach, dtype=np.float32)
    for k in range(columns.shape[1]):
        padded[:reach], padded[-reach:] = columns[0, k], columns[-1, k]
        padded[reach:-reach] = columns[:, k]
        for a in range(0, len(signal), _BLOCK):
            b = min(a + _BLOCK, len(signal))
            smooth[a:b, k] = np.convolve(padded[a : b + 2 * reach], weights, mode="valid")
    return smooth.reshape(signal.shape)


def thin_out_rate(signal: Float32Array, rate_hz: float, min_rate_hz: float) -> tuple[Float32Array, float]:
    """Average blocks of samples so that at least ``min_rate_hz`` remain.

    Parameters
    ----------
    signal
        (n,) or (n, k) values; a last incomplete block is left out.

    Returns
    -------
    thinned, rate_hz
        Block means, each standing for the middle of its block, and their rate.
    """
    size = max(1, int(rate_hz // min_rate_hz))
    n = len(signal) // size * size
    if size == 1:
        return signal, rate_hz
    width = signal.shape[1] if signal.ndim == 2 else 1
    mean_of_block = np.tile(np.eye(width, dtype=np.float32), (size, 1)) / np.float32(size)
    blocks = np.ascontiguousarray(signal[:n], dtype=np.float32).reshape(-1, size * width)
    means = blocks @ mean_of_block
    return (means if signal.ndim == 2 else means[:, 0]), rate_hz / size


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a smoothed signal on a fine grid around given samples.

    Attributes
    ----------
    offset_s
        (m,) times of the grid, relative to the sample asked for.
    first, last
        Sample offsets that take part.
    weights
        (last - first + 1, m): samples times weights gives the values on the grid.
    """

    offset_s: FloatArray
    first: int
    last: int
    weights: Float32Array

    def read(self, signal: AnyFloatArray, centre: IntArray) -> Float32Array:
        """Return (len(centre), m) values of a (n,) signal; beyond its ends the end values are repeated."""
        index = centre[:, None] + np.arange(self.first, self.last + 1)
        return np.asarray(signal[np.clip(index, 0, len(signal) - 1)] @ self.weights)

    def read_axes(self, signal: Float32Array, centre: IntArray) -> Float32Array:
        """Return (k, len(centre), m) values of a (n, k) signal."""
        index = np.clip(centre[:, None] + np.arange(self.first, self.last + 1), 0, len(signal) - 1)
        samples = signal[index]
        return np.stack([samples[:, :, k] @ self.weights for k in range(signal.shape[1])])


def gaussian_reader(cutoff_hz: float, rate_hz: float, from_s: float, to_s: float, step_s: float) -> Reader:
    """Build a reader of the Gaussian low-pass on a grid ``from_s .. to_s`` around a sample."""
    sd_s = gaussian_sd_s(cutoff_hz)
    return _reader(lambda t: _bell(t / sd_s), _REACH_SD * sd_s, rate_hz, from_s, to_s, step_s)


@lru_cache(maxsize=16)
def butterworth_reader(
    cutoff_hz: float, order: int, rate_hz: float, from_s: float, to_s: float, step_s: float
) -> Reader:
    """Build a reader of a Butterworth low-pass run forwards and backwards (half amplitude at ``cutoff_hz``).

    The weights are the inverse Fourier transform of the squared analogue Butterworth gain, so that the
    result is the same filter at every sampling rate (a digital design bends near half the rate). What was
    built is kept, for both legs and the next recording ask for the same.
    """
    frequency_hz = np.linspace(0.0, 4.0 * cutoff_hz, 161)
    gain = 1.0 / (1.0 + (frequency_hz / cutoff_hz) ** (2 * order))
    gain[[0, -1]] *= 0.5

    def kernel(t: FloatArray) -> FloatArray:
        values, where = np.unique(np.round(np.abs(t), 9), return_inverse=True)
        transform = np.cos(2.0 * np.pi * values[:, None] * frequency_hz) @ gain
        return np.asarray(transform[where].reshape(t.shape))

    return _reader(kernel, _BUTTERWORTH_REACH_PERIODS / cutoff_hz, rate_hz, from_s, to_s, step_s)


def _reader(
    kernel: Callable[[FloatArray], FloatArray],
    reach_s: float,
    rate_hz: float,
    from_s: float,
    to_s: float,
    step_s: float,
) -> Reader:
    """Tabulate a kernel between grid and samples; each grid point's weights add up to 1."""
    offset_s = from_s + step_s * np.arange(round((to_s - from_s) / step_s) + 1)
    first = math.floor((from_s - reach_s) * rate_hz)
    last = math.ceil((to_s + reach_s) * rate_hz)
    distance_s = np.arange(first, last + 1)[:, None] / rate_hz - offset_s
    weights = np.where(np.abs(distance_s) <= reach_s, kernel(distance_s), 0.0)
    weights /= weights.sum(axis=0)
    return Reader(np.asarray(offset_s, dtype=np.float64), first, last, weights.astype(np.float32))


def moving_mean(value: FloatArray, size: int) -> FloatArray:
    """Return the mean of each value and its neighbours, ``size`` in all, leaving out NaN."""
    if len(value) == 0:
        return value
    known = np.isfinite(value)
    ones = np.ones(min(size, len(value)))
    count = np.convolve(known.astype(np.float64), ones, mode="same")
    total = np.convolve(np.where(known, value, 0.0), ones, mode="same")
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def along(
    signal: Float32Array,
    centre: FloatArray | IntArray,
    rate_hz: float,
    direction: Float32Array,
    before_s: float,
    after_s: float,
) -> tuple[Float32Array, int]:
    """Project (n, 3) samples around rising centres on a direction; also return where the result starts."""
    if len(centre) == 0:
        return np.zeros(1, dtype=np.float32), 0
    start = max(0, int(centre[0] - before_s * rate_hz))
    end = min(len(signal), int(centre[-1] + after_s * rate_hz) + 1)
    return signal[start:end] @ direction, start
