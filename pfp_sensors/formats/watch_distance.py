"""Distance, speed and cadence of a watch's rows where the file says them only in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius (IUGG)."""

_SPEED_WINDOW_S = 10.0
_MAX_GAP_S = 15.0
_MAX_SPEED_MPS = 12.0
"""Faster than any runner: a leap of the position."""

_RESTARTED = 0.5
"""A distance that falls below half of what it was has started again; less is a correction."""

_FEWEST_STEPS_PM = 120.0
"""Medians from here on are steps of both feet, below they are of one leg: runners take 140 to 200."""


def growing_distance(distance_m: FloatArray) -> tuple[FloatArray, int]:
    """Make a distance that starts again, as lap by lap, one that only grows.

    Parameters
    ----------
    distance_m
        (n,) as told; NaN where missing.

    Returns
    -------
    distance_m
        (n,) never falling; NaN stays.
    restarts
        How often it started again.
    """
    known = np.flatnonzero(np.isfinite(distance_m))
    told = distance_m[known]
    restarted = (np.diff(told) < 0) & (told[1:] < _RESTARTED * told[:-1])
    grown = np.full(len(distance_m), np.nan)
    before = 0.0
    for stretch in np.split(known, np.flatnonzero(restarted) + 1) if len(known) else ():
        grown[stretch] = before + np.maximum.accumulate(distance_m[stretch])
        before = float(grown[stretch[-1]])
    return grown, int(restarted.sum())


def distance_of_positions(
    time_s: FloatArray, latitude_deg: FloatArray, longitude_deg: FloatArray, segment: FloatArray
) -> tuple[FloatArray, int]:
    """Add up the distance from position to position by the haversine formula.

    Between two segments, and where a step would be faster than 12 m/s, nothing is added.

    Parameters
    ----------
    time_s, latitude_deg, longitude_deg, segment
        (n,) each; NaN where a position is missing.

    Returns
    -------
    distance_m
        (n,); NaN where the position is missing.
    leaps
        How many steps were too fast.
    """
    known = np.flatnonzero(np.isfinite(latitude_deg) & np.isfinite(longitude_deg))
    lat, lon = np.radians(latitude_deg[known]), np.radians(longitude_deg[known])
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lon) / 2) ** 2
    step_m = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    same = np.diff(segment[known]) == 0
    leap = same & (step_m > _MAX_SPEED_MPS * np.diff(time_s[known]))
    step_m[leap | ~same] = 0.0
    distance = np.full(len(time_s), np.nan)
    if len(known):
        distance[known] = np.concatenate([[0.0], np.cumsum(step_m)])
    return distance, int(leap.sum())


def speed_of_distance(time_s: FloatArray, distance_m: FloatArray) -> FloatArray:
    """Compute the speed over 10 s around each row from the distance.

    Parameters
    ----------
    time_s, distance_m
        (n,) each; NaN where the distance is missing.

    Returns
    -------
    speed_mps
        (n,); NaN where rows with a distance lie further than 15 s apart.
    """
    known = np.isfinite(distance_m)
    if np.count_nonzero(known) < 2:
        return np.full(len(time_s), np.nan)
    t, d = time_s[known], distance_m[known]
    starts = np.concatenate([[True], np.diff(t) > _MAX_GAP_S])
    stretch = np.cumsum(starts) - 1
    first, last = t[starts], t[np.concatenate([starts[1:], [True]])]
    mine = stretch[np.clip(np.searchsorted(t, time_s, side="right") - 1, 0, None)]
    before = np.maximum(time_s - _SPEED_WINDOW_S / 2, first[mine])
    after = np.minimum(time_s + _SPEED_WINDOW_S / 2, last[mine])
    inside = (time_s >= first[mine]) & (time_s <= last[mine]) & (after > before)
    speed = np.full(len(time_s), np.nan)
    speed[inside] = ((np.interp(after, t, d) - np.interp(before, t, d))[inside]) / (after - before)[inside]
    return speed


def steps_of_unclear_cadence(cadence: FloatArray) -> tuple[FloatArray, str]:
    """Judge whether a cadence counts one leg or both feet, where the format does not fix it.

    Parameters
    ----------
    cadence
        (n,) as told; NaN where missing.

    Returns
    -------
    cadence_spm
        (n,) steps of both feet per minute: doubled where the median of the moving rows is below 120.
    note
        What was decided, and why.
    """
    moving = cadence[np.isfinite(cadence) & (cadence > 0)]
    median = float(np.median(moving)) if len(moving) else 0.0
    if median < _FEWEST_STEPS_PM:
        return 2 * cadence, (
            f"The file does not say what its cadence counts; with a median of {median:.0f} a minute it was "
            "taken as one leg's, and doubled."
        )
    return cadence.copy(), (
        f"The file does not say what its cadence counts; with a median of {median:.0f} a minute it was "
        "taken as steps of both feet."
    )
