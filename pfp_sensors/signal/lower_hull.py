"""The line under a cloud of points: what remains when nothing can be early and much is late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray, IntArray

_FEW_POINTS: Final = 64
"""Below this many, one pass point by point is as fast as thinning out all at once."""


def lower_hull(x: FloatArray, y: FloatArray) -> IntArray:
    """Find the corners of the lower convex hull of points.

    Parameters
    ----------
    x
        (n,) in rising order, ties allowed, n >= 1.
    y
        (n,) finite.

    Returns
    -------
    IntArray
        (k,) indices of the corners in order of x, 1 <= k <= n; of points at one x the lowest.
    """
    kept = np.lexsort((y, x))
    kept = kept[np.concatenate(([True], np.diff(x[kept]) > 0))]
    while len(kept) > _FEW_POINTS:
        high = _above_neighbours(x[kept], y[kept])
        if not np.any(high):
            break
        kept = kept[~high]
    corners: list[int] = []
    for i in kept.tolist():
        while len(corners) > 1 and not _turns_left(x, y, corners[-2], corners[-1], i):
            corners.pop()
        corners.append(i)
    return np.asarray(corners, dtype=np.int64)


def line_under(
    x: FloatArray, y: FloatArray, at: float, lowest_slope: float, highest_slope: float
) -> tuple[float, float]:
    """Find the line under all points that is highest at one place.

    Parameters
    ----------
    x, y
        (n,) points in rising order of x, n >= 1.
    at
        Where the line is to be as high as possible, best in the middle of x.
    lowest_slope, highest_slope
        Limits of its slope: few or late points on one side do not tilt it further.

    Returns
    -------
    value, slope
        Of the line, its value at ``at``. No point lies below the line.
    """
    hull = lower_hull(x, y)
    hull_x, hull_y = x[hull], y[hull]
    right = int(np.searchsorted(hull_x, at, side="right"))
    if 0 < right < len(hull):
        slope = float((hull_y[right] - hull_y[right - 1]) / (hull_x[right] - hull_x[right - 1]))
    else:
        slope = 0.0
    slope = min(max(slope, lowest_slope), highest_slope)
    return float(np.min(hull_y - slope * (hull_x - at))), slope


def _above_neighbours(x: FloatArray, y: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which points lie on or above the straight line between their two neighbours."""
    share = (x[1:-1] - x[:-2]) / (x[2:] - x[:-2])
    high = np.zeros(len(x), dtype=np.bool_)
    high[1:-1] = y[1:-1] >= y[:-2] + share * (y[2:] - y[:-2])
    return high


def _turns_left(x: FloatArray, y: FloatArray, a: int, b: int, c: int) -> bool:
    return bool((x[b] - x[a]) * (y[c] - y[a]) > (y[b] - y[a]) * (x[c] - x[a]))
