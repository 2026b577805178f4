"""From time-stamped samples to uniformly sampled pieces, with the holes marked."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.recording import (
        AnyFloatArray,
        BoolArray,
        Float32Array,
        FloatArray,
        IntArray,
        Recording,
    )

_UNEVEN_PERIODS: Final = 0.3
"""A step that differs from a whole number of periods by more than this cannot be put on a grid as it is."""

_BLOCK: Final = 1 << 16
"""Stamps looked at at once, so that memory does not grow with the recording."""

_UNEVEN_SHARE: Final = 0.05
"""With more uneven steps than this the samples are interpolated onto the grid instead."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a recording without long holes, on a uniform grid.

    Attributes
    ----------
    acc_g, gyr_dps
        (n, 3) float32 on the grid; holes are filled with a straight line.
    missing
        (n,) True where the grid has no sample of its own, or None when every grid point has one.
    rate_hz
        Grid points per second.
    grid_index, time_s
        Grid positions (None: 0, 1, 2 ...) and times of the samples, to turn grid positions into times of
        the recording.
    """

    acc_g: Float32Array
    gyr_dps: Float32Array | None
    missing: BoolArray | None
    rate_hz: float
    grid_index: FloatArray | None
    time_s: FloatArray

    def __len__(self) -> int:
        """Count the grid points."""
        return len(self.acc_g)

    def to_time_s(self, position: AnyFloatArray | IntArray) -> FloatArray:
        """Turn (fractional) grid positions into seconds on the recording's clock; NaN stays NaN."""
        at = np.asarray(position, dtype=np.float64)
        last = len(self.time_s) - 1
        if self.grid_index is None:
            known = np.where(np.isfinite(at), at, 0.0)
            below = np.clip(np.floor(known).astype(np.int64), 0, last - 1)
            part = np.clip(known - below, 0.0, 1.0)
            inside = self.time_s[below] * (1.0 - part) + self.time_s[below + 1] * part
            end = float(last)
        else:
            inside = np.interp(at, self.grid_index, self.time_s)
            end = float(self.grid_index[-1])
        period_s = 1.0 / self.rate_hz
        outside = np.minimum(at, 0.0) + np.maximum(at - end, 0.0)
        return np.asarray(inside + outside * period_s)

    def missing_between(self, start: IntArray, end: IntArray) -> IntArray:
        """Count the grid points without a sample from ``start`` up to, not including, ``end``."""
        if self.missing is None:
            return np.zeros(len(start), dtype=np.int64)
        total = np.concatenate(([0], np.cumsum(self.missing, dtype=np.int64)))
        last = len(self.missing)
        return np.asarray(total[np.clip(end, 0, last)] - total[np.clip(start, 0, last)])


def uniform_pieces(recording: Recording, longest_hole_s: float) -> list[Piece]:
    """Cut a recording at holes longer than ``longest_hole_s`` and put each part on a uniform grid.

    A recording without holes comes back as one piece that shares its arrays. Samples whose time stamps
    wander (phones) are interpolated; those that miss now and then keep their values, and the grid
    points between are filled with a straight line and marked missing.
    """
    cuts = [k + 1 for k, step_s in _steps(recording.time_s) if step_s > longest_hole_s]
    bounds = [0, *cuts, len(recording.time_s)]
    return [_piece(recording, a, b) for a, b in itertools.pairwise(bounds) if b - a >= 2]


def _piece(recording: Recording, a: int, b: int) -> Piece:
    """Put samples ``a`` to ``b`` on a grid."""
    time_s = recording.time_s[a:b]
    acc_g = recording.acc_g[a:b]
    gyr_dps = None if recording.gyr_dps is None else recording.gyr_dps[a:b]
    if _is_even(time_s, recording.rate_hz):
        return Piece(acc_g, gyr_dps, None, recording.rate_hz, None, time_s)
    steps = np.diff(time_s) * recording.rate_hz
    whole = _whole_steps(steps)
    uneven = np.count_nonzero(np.abs(steps - whole) > _UNEVEN_PERIODS)
    if uneven > _UNEVEN_SHARE * len(steps):
        return _interpolated(time_s, acc_g, gyr_dps, recording.rate_hz)
    if np.all(whole == 1.0):
        return Piece(acc_g, gyr_dps, None, recording.rate_hz, None, time_s)
    index = np.concatenate(([0.0], np.cumsum(whole)))
    grid = np.arange(index[-1] + 1)
    missing = np.ones(len(grid), dtype=np.bool_)
    missing[index.astype(np.int64)] = False
    return Piece(
        _fill(grid, index, acc_g),
        None if gyr_dps is None else _fill(grid, index, gyr_dps),
        missing,
        recording.rate_hz,
        index,
        time_s,
    )


def _steps(time_s: FloatArray) -> Iterator[tuple[int, float]]:
    """Give every step much longer than usual: index of the sample before, and length in seconds.

    "Usual" is the median of some minutes around it, so that ten hours need no array of steps.
    """
    for start in range(0, len(time_s) - 1, _BLOCK):
        step_s = np.diff(time_s[start : start + _BLOCK + 1])
        if step_s.max() <= 2.0 * step_s.min():
            continue  # no step is twice the median, which takes longer to find
        long = np.flatnonzero(step_s > 2.0 * np.median(step_s))
        yield from zip((long + start).tolist(), step_s[long].tolist(), strict=True)


def _is_even(time_s: FloatArray, rate_hz: float) -> bool:
    """Say whether every step is one period, give or take less than half of one."""
    for start in range(0, len(time_s) - 1, _BLOCK):
        steps = np.diff(time_s[start : start + _BLOCK + 1]) * rate_hz
        if float(steps.min()) <= 1.0 - _UNEVEN_PERIODS or float(steps.max()) >= 1.0 + _UNEVEN_PERIODS:
            return False
    return True


def _whole_steps(steps: FloatArray) -> FloatArray:
    """Round steps to whole periods, at least one; a single stamp that came late or early makes no hole."""
    whole = np.rint(steps)
    late = np.flatnonzero((whole[1:] == 0) & (whole[:-1] == 2))
    whole[late], whole[late + 1] = 1.0, 1.0
    early = np.flatnonzero((whole[:-1] == 0) & (whole[1:] == 2))
    whole[early], whole[early + 1] = 1.0, 1.0
    return np.asarray(np.maximum(whole, 1.0))


def _interpolated(
    time_s: FloatArray, acc_g: Float32Array, gyr_dps: Float32Array | None, rate_hz: float
) -> Piece:
    """Read unevenly sampled values on an even grid; grid points far from any sample are marked missing."""
    n = int(np.floor((time_s[-1] - time_s[0]) * rate_hz)) + 1
    grid_s = time_s[0] + np.arange(n) / rate_hz
    after = np.clip(np.searchsorted(time_s, grid_s), 1, len(time_s) - 1)
    nearest_s = np.minimum(np.abs(time_s[after] - grid_s), np.abs(grid_s - time_s[after - 1]))
    missing = nearest_s > 1.0 / rate_hz
    return Piece(
        _fill(grid_s, time_s, acc_g),
        None if gyr_dps is None else _fill(grid_s, time_s, gyr_dps),
        missing if missing.any() else None,
        rate_hz,
        None,
        grid_s,
    )


def _fill(grid: AnyFloatArray | IntArray, at: AnyFloatArray | IntArray, values: Float32Array) -> Float32Array:
    """Interpolate each column."""
    filled = np.empty((len(grid), values.shape[1]), dtype=np.float32)
    for k in range(values.shape[1]):
        filled[:, k] = np.interp(grid, at, values[:, k])
    return filled
