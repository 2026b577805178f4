"""From blocks of samples as they arrive to samples on a uniform grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.recording import BoolArray, Float32Array, FloatArray


@dataclass(frozen=True, slots=True)
class GridBlock:
    """Consecutive grid points: (k, 3) samples in g, (k,) times, (k,) whether it was filled in.

    ``restart`` says that more is missing before them than can be filled.
    """

    acc_g: Float32Array
    time_s: FloatArray
    missing: BoolArray
    restart: bool = False


class Grid:
    """Puts blocks of samples on a uniform grid and fills short holes with a straight line.

    Does what :func:`pfp_sensors.signal.uniform.uniform_pieces` does to a recording whose time stamps
    are whole sample periods apart, but sees only one sample before the block.
    """

    def __init__(self, rate_hz: float, longest_hole_s: float) -> None:
        self._rate_hz = rate_hz
        self._longest_hole_s = longest_hole_s
        self.clear()

    def clear(self) -> None:
        """Forget everything; time starts at 0 again where no times are given."""
        self._anchor_s = 0.0
        self._since_anchor = 0
        self._last_g: Float32Array | None = None
        self._last_s = 0.0

    def feed(self, acc_g: Float32Array, time_s: FloatArray | None) -> Iterator[GridBlock]:
        """Take (k, 3) samples, and their (k,) times or None where none is missing; yield grid points.

        Samples that are not finite count as missing.
        """
        stamps_s = self._stamps_s(len(acc_g), time_s)
        good = np.isfinite(acc_g).all(axis=1)
        acc_g, stamps_s = acc_g[good], stamps_s[good]
        if len(acc_g) == 0:
            return
        if self._last_g is None:
            self._last_g, self._last_s = acc_g[0], float(stamps_s[0])
            yield _complete(acc_g[:1], stamps_s[:1])
            acc_g, stamps_s = acc_g[1:], stamps_s[1:]
        before_s = np.concatenate(([self._last_s], stamps_s))
        step_s = np.diff(before_s)
        whole = np.rint(step_s * self._rate_hz)
        position = 0
        for k in np.flatnonzero(whole > 1.0).tolist():
            if k > position:
                yield _complete(acc_g[position:k], stamps_s[position:k])
            here = slice(k, k + 1)
            if step_s[k] > self._longest_hole_s:
                yield GridBlock(acc_g[here], stamps_s[here], np.zeros(1, dtype=np.bool_), restart=True)
            else:
                last_g = acc_g[k - 1] if k else self._last_g
                yield _bridged(last_g, acc_g[k], float(before_s[k]), float(stamps_s[k]), int(whole[k]))
            position = k + 1
        if len(acc_g) > position:
            yield _complete(acc_g[position:], stamps_s[position:])
        if len(acc_g):
            self._last_g, self._last_s = acc_g[-1].copy(), float(stamps_s[-1])

    def _stamps_s(self, count: int, time_s: FloatArray | None) -> FloatArray:
        """Return the given times, checked, or those that follow from the last one given."""
        if time_s is None:
            stamps_s = self._anchor_s + (self._since_anchor + np.arange(count)) / self._rate_hz
            self._since_anchor += count
            return stamps_s
        if len(time_s) == 0:
            return time_s
        steps_s = np.diff(time_s)
        if not (np.isfinite(time_s).all() and (steps_s > 0).all()) or (
            self._last_g is not None and time_s[0] <= self._last_s
        ):
            raise InputError(
                "The times of the samples do not rise; each sample must be later than the one before.",
                "Sort the samples by the sensor's own clock and drop those that came twice.",
            )
        self._anchor_s, self._since_anchor = float(time_s[-1]), 1
        return time_s


def _complete(acc_g: Float32Array, time_s: FloatArray) -> GridBlock:
    return GridBlock(acc_g, time_s, np.zeros(len(acc_g), dtype=np.bool_))


def _bridged(
    last_g: Float32Array, next_g: Float32Array, last_s: float, next_s: float, periods: int
) -> GridBlock:
    """Return the grid points after one sample up to the next one, ``periods`` later, on a straight line."""
    share = np.arange(1, periods + 1) / periods
    acc_g = (last_g + share[:, None] * (next_g - last_g)).astype(np.float32)
    acc_g[-1] = next_g
    time_s = last_s + share * (next_s - last_s)
    time_s[-1] = next_s
    missing = np.ones(periods, dtype=np.bool_)
    missing[-1] = False
    return GridBlock(acc_g, time_s, missing)
