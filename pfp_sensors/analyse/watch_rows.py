"""Rows of a watch as steps from one to the next: how long each is, and what was measured in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, FloatArray
    from pfp_sensors.model.watch import WatchRun

LONGEST_STEP_S: Final = 15.0
"""Watches that write only changes do so every ten seconds at the latest; what lies further apart is a gap."""

_MOST_ROWS = 15
"""Half the width of a median, in rows: bounds the work where rows come faster than once a second."""


def usable_steps(watch: WatchRun, within: tuple[float, float] | None) -> BoolArray:
    """Tell which steps from row to row count: neither gaps nor pauses, and inside the part asked for.

    Returns
    -------
    usable
        (n - 1,) for n rows.
    """
    t = watch.time_s
    middle = (t[1:] + t[:-1]) / 2
    usable = np.diff(t) <= LONGEST_STEP_S
    for pause in watch.pauses:
        usable &= ~((middle > pause.start_s) & (middle < pause.end_s))
    if within is not None:
        usable &= (middle >= within[0]) & (middle <= within[1])
    return np.asarray(usable)


def running_median(time_s: FloatArray, values: FloatArray, over_s: float) -> FloatArray:
    """Smooth by the median of the rows around each, as many as usually lie within ``over_s`` seconds.

    Parameters
    ----------
    time_s, values
        (n,) each; NaN where unknown.
    over_s
        Width.

    Returns
    -------
    smooth
        (n,); NaN only where nothing around is known.
    """
    if len(values) < 2:
        return values.copy()
    half = min(round(over_s / 2 / float(np.median(np.diff(time_s)))), _MOST_ROWS)
    padded = np.pad(values, half, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    smooth = np.full(len(values), np.nan)
    known = np.isfinite(windows).any(axis=1)
    smooth[known] = np.nanmedian(windows[known], axis=1)
    return smooth


def filled(time_s: FloatArray, values: FloatArray) -> FloatArray:
    """Fill holes by straight lines, and the ends by the first and last value; all NaN stays so."""
    known = np.isfinite(values)
    return np.interp(time_s, time_s[known], values[known]) if known.any() else values.copy()


def weighted_median(values: FloatArray, weights: FloatArray) -> float | None:
    """Give the median of the known values, each weighing as its step is long; None where none is known."""
    known = np.isfinite(values)
    if not known.any():
        return None
    order = np.argsort(values[known])
    passed = np.cumsum(weights[known][order])
    return float(values[known][order][np.searchsorted(passed, passed[-1] / 2)])


def weighted_mean(values: FloatArray, weights: FloatArray, least_share: float) -> float | None:
    """Give the mean of the known values; None where less than a share of the time is known."""
    known = np.isfinite(values)
    total, part = float(weights.sum()), float(weights[known].sum())
    if part <= 0 or part < least_share * total:
        return None
    return float((values[known] * weights[known]).sum() / part)
