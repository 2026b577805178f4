"""The sampling grid behind a column of time stamps: its rate and its gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.model.recording import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.recording import FloatArray, IntArray

GAP_PERIODS: Final = 1.5
"""A step of more sample periods than this is a gap: half way between the next sample and the one after."""

_GAP_NEIGHBOURS = 4
"""Steps on either side that must not make up for a long one: a late stamp is followed by short steps, a
lost sample is not."""

_LONG_STEP_PERIODS = 16
"""Over a longer gap the count of lost samples is uncertain, so a line is fitted on either side of it."""

_STRAIGHT_SPREAD_PERIODS = 0.85
_STRAIGHT_MIN_SAMPLES = 20
"""Stamps this close to one straight line over their plain index hide no lost sample: one would show as a
step of a period, less 1.5 / n that the line itself takes up."""

_PIECE_SAMPLES = 1 << 19
"""Stamps are looked at in pieces of this many (40 min at 208 Hz), so that memory does not grow with them."""


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
    plain = _Slope()
    for piece_s in _pieces(time_s):
        plain.add(np.arange(len(piece_s), dtype=np.float64), piece_s)
    period_s = plain.value
    if len(time_s) >= _STRAIGHT_MIN_SAMPLES and all(
        _straight(piece_s, period_s) for piece_s in _pieces(time_s)
    ):
        return _rate_hz(period_s)
    typical_s = float(np.median([_typical_step_s(piece_s) for piece_s in _pieces(time_s)]))
    counted = _Slope()
    for piece_s in _pieces(time_s):
        periods = np.rint(np.diff(piece_s) / typical_s)
        index = np.concatenate(([0.0], np.cumsum(periods)))
        counted.add(index, piece_s, np.concatenate(([0], np.cumsum(periods > _LONG_STEP_PERIODS))))
    return _rate_hz(counted.value if counted.value > 0 else typical_s)


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


class _Slope:
    """A least-squares slope shared by groups of points that each have an offset of their own."""

    def __init__(self) -> None:
        self._shared = 0.0
        self._spread = 0.0

    def add(self, x: FloatArray, y: FloatArray, group: IntArray | None = None) -> None:
        """Add points; ``group`` numbers from 0 those that share an offset, None where all do."""
        y = y - y[0]
        if group is None:
            x, y = x - x.mean(), y - y.mean()
        else:
            count = np.bincount(group)
            x = x - (np.bincount(group, x) / count)[group]
            y = y - (np.bincount(group, y) / count)[group]
        self._shared += float(np.dot(x, y))
        self._spread += float(np.dot(x, x))

    @property
    def value(self) -> float:
        """The slope; 0 where no group has two points."""
        return self._shared / self._spread if self._spread > 0 else 0.0


def _pieces(time_s: FloatArray) -> Iterator[FloatArray]:
    """Cut stamps into pieces of at least two, the last one of up to twice the usual length."""
    count = max(1, len(time_s) // _PIECE_SAMPLES)
    for piece in range(count):
        stop = (piece + 1) * _PIECE_SAMPLES if piece < count - 1 else len(time_s)
        yield time_s[piece * _PIECE_SAMPLES : stop]


def _straight(piece_s: FloatArray, period_s: float) -> bool:
    offset_s = piece_s - piece_s[0] - np.arange(len(piece_s)) * period_s
    return bool(np.ptp(offset_s) < _STRAIGHT_SPREAD_PERIODS * period_s)


def _rate_hz(period_s: float) -> float:
    """Turn a period into a rate without the digits that are rounding errors: 25, not 25.000000000000007."""
    return float(f"{1.0 / period_s:.12g}")


def _typical_step_s(piece_s: FloatArray) -> float:
    """Mean of the steps near the median one: finer than the median where stamps are rounded."""
    steps_s = np.diff(piece_s)
    median_s = float(np.median(steps_s))
    near = (steps_s >= 0.5 * median_s) & (steps_s <= GAP_PERIODS * median_s)
    return float(np.mean(steps_s[near])) if near.any() else median_s
