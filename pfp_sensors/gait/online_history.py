"""What a live detector remembers of the samples: the last few seconds, on a uniform grid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.gait.magnitude import magnitude

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, Float32Array, FloatArray


class History:
    """The last samples of a stream in arrays of fixed size, numbered from the first one.

    Samples are added at the end; when the arrays are full the older half is dropped. So every stretch
    asked for is one contiguous view, and memory does not grow. A stretch that reaches beyond what is
    remembered is cut to that.

    Parameters
    ----------
    keep
        Samples that are remembered at least.
    """

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._acc_g = np.empty((2 * keep, 3), dtype=np.float32)
        self._time_s = np.empty(2 * keep)
        self._missing = np.empty(2 * keep, dtype=np.bool_)
        self.clear()

    @property
    def end(self) -> int:
        """The number of the sample that comes next."""
        return self._first + self._rows

    def clear(self) -> None:
        """Forget everything; the next sample is number 0."""
        self._first = self._rows = 0

    def append(self, acc_g: Float32Array, time_s: FloatArray, missing: BoolArray) -> None:
        """Add (k, 3) samples in g, their times, and whether each was filled in; k is at most ``keep``."""
        if self._rows + len(acc_g) > 2 * self._keep:
            drop = self._rows - self._keep
            for column in (self._acc_g, self._time_s, self._missing):
                column[: self._keep] = column[drop : self._rows]
            self._first += drop
            self._rows = self._keep
        new = slice(self._rows, self._rows + len(acc_g))
        self._acc_g[new] = acc_g
        self._time_s[new] = time_s
        self._missing[new] = missing
        self._rows = new.stop

    def acc_g(self, start: int, end: int) -> tuple[Float32Array, int]:
        """Return samples ``start`` up to, not including, ``end``, (n, 3), and the number of the first."""
        a, b = self._inside(start), self._inside(end)
        return self._acc_g[a:b], a + self._first

    def mean_g(self, start: int, end: int) -> float:
        """Return the mean of |a| over samples ``start`` up to ``end``; NaN for none."""
        acc_g, _ = self.acc_g(start, end)
        return float(magnitude(acc_g).mean()) if len(acc_g) else math.nan

    def missing(self, start: int, end: int) -> BoolArray:
        """Return which of samples ``start`` up to ``end`` were filled in."""
        return self._missing[self._inside(start) : self._inside(end)]

    def to_time_s(self, position: float) -> float:
        """Turn a (fractional) sample number into seconds on the clock of the samples."""
        low = min(max(int(position) - self._first, 0), max(self._rows - 2, 0))
        before, after = self._time_s[low], self._time_s[min(low + 1, self._rows - 1)]
        return float(before + (position - self._first - low) * (after - before))

    def _inside(self, number: int) -> int:
        return min(max(number - self._first, 0), self._rows)
