"""Climbing and descending from a watch's altitude, which wavers by metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.analyse.watch_rows import filled, running_median

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray

_SMOOTH_S: Final = 15.0
_LEAST_CLIMB_M: Final = 2.0
"""Less than this is the watch's wavering. With it, ascent and descent of the three runs whose watches tell
their own totals come within 13 m of those (tests/analyse/test_watch_summary.py)."""

_GRADE_OVER_M: Final = 100.0
_LEAST_SPAN_M: Final = 50.0
"""Near the ends the grade is taken over what is left of the 100 m, if it is at least half."""


def climb_and_descent(time_s: FloatArray, altitude_m: FloatArray) -> tuple[float, float] | None:
    """Add up the climbs and the descents of at least 2 m.

    Parameters
    ----------
    time_s
        (n,) times.
    altitude_m
        (n,) altitudes; NaN where unknown.

    Returns
    -------
    climbs
        Ascent and descent in m; None without two altitudes.
    """
    smooth = running_median(time_s, altitude_m, _SMOOTH_S)
    known = smooth[np.isfinite(smooth)]
    if len(known) < 2:
        return None
    up = down = 0.0
    low = high = float(known[0])
    for height in known.tolist():
        if height - low >= _LEAST_CLIMB_M:
            up += height - low
            low = high = height
        elif high - height >= _LEAST_CLIMB_M:
            down += high - height
            low = high = height
        else:
            low, high = min(low, height), max(high, height)
    return up, down


def grade_of(time_s: FloatArray, distance_m: FloatArray, altitude_m: FloatArray) -> FloatArray:
    """Compute the grade over 100 m around each row.

    Parameters
    ----------
    time_s, distance_m, altitude_m
        (n,) each; the distance never falls; NaN where unknown.

    Returns
    -------
    grade
        (n,) rise over run, such as -0.03; NaN where less than 50 m are known around a row.
    """
    smooth = running_median(time_s, altitude_m, _SMOOTH_S)
    distance = filled(time_s, distance_m)
    known = np.isfinite(smooth) & np.isfinite(distance)
    places, first = np.unique(distance[known], return_index=True)
    if len(places) < 2:
        return np.full(len(time_s), np.nan)
    heights = smooth[known][first]
    before = np.clip(distance - _GRADE_OVER_M / 2, places[0], places[-1])
    after = np.clip(distance + _GRADE_OVER_M / 2, places[0], places[-1])
    span = after - before
    rise = np.interp(after, places, heights) - np.interp(before, places, heights)
    return np.where(span >= _LEAST_SPAN_M, rise / np.maximum(span, _LEAST_SPAN_M), np.nan)
