"""The size of acceleration, |a|: alike however the sensor is turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.smooth import thin_out_rate

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, FloatArray
    from pfp_sensors.signal.uniform import Piece

_BLOCK: Final = 1 << 15
"""Samples of which |a| is taken at once: their squares stay in the processor's cache."""


def magnitude(acc_g: Float32Array) -> Float32Array:
    """Return |a| of (n, 3) samples as (n,) float32."""
    norm = np.empty(len(acc_g), dtype=np.float32)
    for start in range(0, len(acc_g), _BLOCK):
        x, y, z = acc_g[start : start + _BLOCK].T
        np.sqrt(x * x + y * y + z * z, out=norm[start : start + _BLOCK])
    return norm


@dataclass(frozen=True, slots=True)
class Sums:
    """(n + 1,) running sums of |a| and of its square up to each step, and to the end of the last."""

    step: int
    total: FloatArray
    square: FloatArray

    def moving_moments(self, width: float) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of |a| over ``width`` steps around each step."""
        n_steps = len(self.total) - 1
        size = min(max(1, round(width)), n_steps)
        first = np.clip(np.arange(n_steps) - size // 2, 0, n_steps - size)
        count = size * self.step
        mean = (self.total[first + size] - self.total[first]) / count
        variance = (self.square[first + size] - self.square[first]) / count - mean**2
        return mean, np.sqrt(np.maximum(variance, 0.0))


def condensed(piece: Piece, step: int, min_rate_hz: float) -> tuple[Sums, Float32Array, float]:
    """Return what is needed of |a| of a whole piece, block by block.

    Parameters
    ----------
    step
        Samples in one step; a last incomplete one is left out of the sums.
    min_rate_hz
        |a| is thinned out to at least this rate, as by `thin_out_rate`.

    Returns
    -------
    sums, thinned, rate_hz
        Sums of |a| by step; |a| thinned out, and the rate it then has.
    """
    whole = step * max(1, int(piece.rate_hz // min_rate_hz))
    block = whole * max(1, _BLOCK // whole)
    total, square, thinned = [np.zeros(1)], [np.zeros(1)], []
    rate_hz = piece.rate_hz
    for start in range(0, len(piece), block):
        norm = magnitude(piece.acc_g[start : start + block])
        steps = norm[: len(norm) // step * step].reshape(-1, step)
        total.append(steps.sum(axis=1, dtype=np.float64))
        square.append(np.einsum("ij,ij->i", steps, steps, dtype=np.float64))
        part, rate_hz = thin_out_rate(norm, piece.rate_hz, min_rate_hz)
        thinned.append(part)
    sums = Sums(step, np.cumsum(np.concatenate(total)), np.cumsum(np.concatenate(square)))
    return sums, np.concatenate(thinned), rate_hz
