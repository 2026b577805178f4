"""Memory of a process over time: what it uses, and how fast that grows, with the noise of that figure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.recording import FloatArray

_PAGES_FILE: Final = Path("/proc/self/statm")
_S_PER_HOUR: Final = 3600.0
SKIPPED_SHARE: Final = 1.0 / 3.0
"""The first part of a run, in which imports, caches and the sliding spans of a minute fill."""

_BLOCKS: Final = 8
"""Readings in a row are alike: the noise is judged from the means of so many stretches."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Slope of a quantity, per hour, and the standard error of that slope; NaN where it cannot be told."""

    per_hour: float
    noise_per_hour: float

    @property
    def at_least(self) -> float:
        """Return the growth that is beyond doubt: two standard errors below the slope."""
        return self.per_hour - 2.0 * self.noise_per_hour


def used_mb() -> float:
    """Return the memory this process holds now, in MB; NaN on systems that do not tell it in a file."""
    if not _PAGES_FILE.exists():
        return float("nan")
    import resource

    return int(_PAGES_FILE.read_text().split()[1]) * resource.getpagesize() / 1e6


def growth(time_s: Sequence[float] | FloatArray, values: Sequence[float] | FloatArray) -> Growth:
    """Fit a straight line to the means of equal stretches of time, after the first third.

    Parameters
    ----------
    time_s, values
        (n,) in order of time.

    Returns
    -------
    Growth
        NaN with fewer than two readings for each stretch.
    """
    time, value = np.asarray(time_s, dtype=np.float64), np.asarray(values, dtype=np.float64)
    kept = time >= time[0] + SKIPPED_SHARE * (time[-1] - time[0]) if len(time) else np.zeros(0, np.bool_)
    time, value = time[kept], value[kept]
    if len(time) < 2 * _BLOCKS:
        return Growth(float("nan"), float("nan"))
    x = np.array([part.mean() for part in np.array_split(time, _BLOCKS)]) / _S_PER_HOUR
    y = np.array([part.mean() for part in np.array_split(value, _BLOCKS)])
    slope, level = np.polyfit(x, y, 1)
    residual = y - (slope * x + level)
    error = np.sqrt(residual @ residual / (_BLOCKS - 2) / np.sum((x - x.mean()) ** 2))
    return Growth(float(slope), float(error))
