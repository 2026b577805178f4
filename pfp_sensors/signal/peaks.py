"""Local maxima, and the position of a maximum between samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import AnyFloatArray, FloatArray, IntArray


def local_maxima(signal: AnyFloatArray, min_height: float) -> IntArray:
    """Return samples above the one before, not below the one after, and at least ``min_height``."""
    inner = signal[1:-1]
    found = (inner > signal[:-2]) & (inner >= signal[2:]) & (inner >= min_height)
    return np.flatnonzero(found).astype(np.int64) + 1


def thin_out(position: IntArray, height: AnyFloatArray, min_distance: float) -> IntArray:
    """Keep the highest peaks that are at least ``min_distance`` apart.

    The highest is kept first and takes out its neighbours, then the highest of the rest, and so on.

    Parameters
    ----------
    position
        (n,) rising sample numbers.
    height
        (n,) heights of these peaks.

    Returns
    -------
    kept
        Positions that stay, rising.
    """
    if len(position) == 0:
        return position
    close_to_next = np.diff(position) < min_distance
    crowded = np.zeros(len(position), dtype=np.bool_)
    crowded[:-1] |= close_to_next
    crowded[1:] |= close_to_next
    keep = ~crowded
    undecided = np.flatnonzero(crowded)
    taken = np.zeros(len(position), dtype=np.bool_)
    where = position.tolist()
    for i in undecided[np.argsort(-height[undecided], kind="stable")].tolist():
        if taken[i]:
            continue
        keep[i] = True
        j = i - 1
        while j >= 0 and where[i] - where[j] < min_distance:
            taken[j] = True
            j -= 1
        j = i + 1
        while j < len(where) and where[j] - where[i] < min_distance:
            taken[j] = True
            j += 1
    return position[keep]


def parabola_offset(before: AnyFloatArray, top: AnyFloatArray, after: AnyFloatArray) -> FloatArray:
    """Return where between -0.5 and 0.5 samples the parabola through three equally spaced values peaks."""
    bend = np.asarray(before, dtype=np.float64) - 2.0 * top + after
    slope = np.asarray(before, dtype=np.float64) - after
    safe = np.where(bend < 0, bend, -1.0)
    return np.clip(np.where(bend < 0, 0.5 * slope / safe, 0.0), -0.5, 0.5)
