"""How periodic a signal is, and with what period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.signal.peaks import parabola_offset

if TYPE_CHECKING:
    from pfp_sensors.model.recording import AnyFloatArray, Float32Array, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Period:
    """Period and strength (autocorrelation there, 1 = perfectly periodic) per window; NaN and 0 for none."""

    period_s: FloatArray
    strength: FloatArray


def autocorrelation(windows: AnyFloatArray) -> Float32Array:
    """Return the autocorrelation of each row without its mean, made unbiased, 1 at lag 0.

    Parameters
    ----------
    windows
        (n, m) values, one window in each row.

    Returns
    -------
    correlation
        (n, m); 0 everywhere for a constant row.
    """
    m = windows.shape[1]
    centred = windows - windows.mean(axis=1, keepdims=True)
    size = 1 << (2 * m - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, n=size, axis=1)) ** 2
    raw = np.fft.irfft(power, n=size, axis=1)[:, :m]
    raw *= m / (m - np.arange(m))
    energy = raw[:, :1]
    flat = energy <= np.finfo(np.float32).tiny
    return np.asarray(np.where(flat, 0.0, raw / np.where(flat, 1.0, energy)), dtype=np.float32)


def shortest_strong_period(
    correlation: Float32Array, rate_hz: float, from_s: float, to_s: float, share: float
) -> Period:
    """Pick the shortest lag that is a local maximum of at least ``share`` of the highest one in the range.

    Taking the shortest instead of the highest keeps a runner's stride from being read as two strides.

    Parameters
    ----------
    correlation
        (n, m) from :func:`autocorrelation`.
    rate_hz
        Samples per second of the windows.
    from_s, to_s
        Range of lags looked at.
    share
        1 takes the plain highest one.
    """
    n, m = correlation.shape
    first = max(1, int(np.floor(from_s * rate_hz)))
    last = min(m - 2, int(np.ceil(to_s * rate_hz)))
    if last < first:
        return Period(np.full(n, np.nan), np.zeros(n))
    inner = correlation[:, first : last + 1]
    before, after = correlation[:, first - 1 : last], correlation[:, first + 1 : last + 2]
    lag = np.arange(first, last + 1) + parabola_offset(before, inner, after)
    maximum = (inner > before) & (inner >= after) & (inner > 0)
    maximum &= (lag >= from_s * rate_hz) & (lag <= to_s * rate_hz)
    height = np.where(maximum, inner, -np.inf)
    highest = height.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        good = maximum & (height >= share * highest)
    chosen = good.argmax(axis=1)
    row = np.arange(n)
    found = good[row, chosen]
    return Period(
        np.where(found, lag[row, chosen] / rate_hz, np.nan),
        np.where(found, inner[row, chosen], 0.0).astype(np.float64),
    )


def windows_at(signal: AnyFloatArray, start: IntArray, length: int) -> AnyFloatArray:
    """Gather (len(start), length) windows; a window that would leave the signal is moved inside."""
    length = min(length, len(signal))
    inside = np.clip(start, 0, len(signal) - length)
    return np.asarray(signal[inside[:, None] + np.arange(length)])
