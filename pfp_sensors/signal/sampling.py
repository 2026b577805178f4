"""The sampling grid behind a column of time stamps: its rate and its gaps."""

from __future__ import annotations

from typing import Final

import numpy as np

from pfp_sensors.model.recording import FloatArray, Gap

GAP_PERIODS: Final = 1.5
"""A step of more sample periods than this is a gap: half way between the next sample and the one after it."""

_GAP_NEIGHBOURS = 4
"""Steps on either side that must not make up for a long one: a late stamp is followed by short steps, a lost
sample is not."""

_LONG_STEP_PERIODS = 16
"""Over a longer gap the count of lost samples is uncertain, so the line is fitted on either side of it."""

_STRAIGHT_SPREAD_PERIODS = 0.85
_STRAIGHT_MIN_SAMPLES = 20
"""Stamps this close to one straight line over their plain index hide no lost sample: one would show as a step
of a period, less 1.5 / n that the line itself takes up."""


def fit_rate_hz(time_s: FloatArray) -> float:
    """Fit the sampling rate to time stamps that may jitter, be rounded, and miss samples.

    Steps are turned into whole sample periods (rounded multiples of the typical step), and one slope is
    fitted to time over that running index, within the stretches between long gaps, so that neither lost
    samples nor pauses bias it. Stamps rounded so coarsely that steps differ by a period (833 Hz in whole
    milliseconds) are recognised by lying on one line over their plain index.

    Parameters
    ----------
    time_s
        (n,) seconds, strictly increasing, n >= 2.

    Returns
    -------
    float
        Samples per second.
    """
    plain = np.arange(len(time_s), dtype=np.float64)
    period_s = _slope(plain, time_s - time_s[0])
    offset_s = time_s - time_s[0] - plain * period_s
    straight = np.ptp(offset_s) < _STRAIGHT_SPREAD_PERIODS * period_s
    if straight and len(time_s) >= _STRAIGHT_MIN_SAMPLES:
        return _rate_hz(period_s)
    steps_s = np.diff(time_s)
    typical_s = _typical_step_s(steps_s)
    periods = np.rint(steps_s / typical_s)
    index = np.concatenate(([0.0], np.cumsum(periods)))
    stretch = np.concatenate(([0], np.cumsum(periods > _LONG_STEP_PERIODS)))
    fitted_s = _slope_within(index, time_s - time_s[0], stretch)
    return _rate_hz(fitted_s if fitted_s > 0 else typical_s)


def find_gaps(time_s: FloatArray, rate_hz: float) -> tuple[Gap, ...]:
    """Find stretches of more than 1.5 sample periods without a sample.

    A long step that its neighbours make up for (a single late stamp, rounded stamps) is not a gap.

    Parameters
    ----------
    time_s
        (n,) seconds, strictly increasing.
    rate_hz
        Sampling rate, as from `fit_rate_hz`.

    Returns
    -------
    tuple of Gap
        In order of time, each with the number of samples that would have fitted in.
    """
    before = np.flatnonzero(np.diff(time_s) > GAP_PERIODS / rate_hz)
    first = np.maximum(before - _GAP_NEIGHBOURS, 0)
    last = np.minimum(before + 1 + _GAP_NEIGHBOURS, len(time_s) - 1)
    late = (time_s[last] - time_s[first]) * rate_hz > last - first + (GAP_PERIODS - 1.0)
    return tuple(
        Gap(
            start_s=float(time_s[i]),
            end_s=float(time_s[i + 1]),
            lost_samples=max(1, round(float(time_s[i + 1] - time_s[i]) * rate_hz) - 1),
        )
        for i in before[late]
    )


def _rate_hz(period_s: float) -> float:
    """Turn a period into a rate without the digits that are rounding errors: 25, not 25.000000000000007."""
    return float(f"{1.0 / period_s:.12g}")


def _typical_step_s(steps_s: FloatArray) -> float:
    """Mean of the steps near the median one: finer than the median where stamps are rounded."""
    median_s = float(np.median(steps_s))
    near = (steps_s >= 0.5 * median_s) & (steps_s <= GAP_PERIODS * median_s)
    return float(np.mean(steps_s[near]))


def _slope(x: FloatArray, y: FloatArray) -> float:
    """Least-squares slope of y over x."""
    centred = x - x.mean()
    return float(np.dot(centred, y) / np.dot(centred, centred))


def _slope_within(x: FloatArray, y: FloatArray, group: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    """One least-squares slope shared by all groups, each with its own offset; 0 where none has two points."""
    count = np.bincount(group)
    x_centred = x - (np.bincount(group, x) / count)[group]
    y_centred = y - (np.bincount(group, y) / count)[group]
    spread = float(np.dot(x_centred, x_centred))
    return float(np.dot(x_centred, y_centred)) / spread if spread > 0 else 0.0
