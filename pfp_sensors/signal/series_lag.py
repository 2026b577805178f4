"""How much later one series is than another that shows the same changes.

First over all lags, then to a fraction of a step, with the rate of the two clocks. Both series are even
in time and may have holes (NaN). Only their quick changes are compared: a drift, or a constant
difference between two instruments, is taken off first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from pfp_sensors.model.recording import BoolArray, FloatArray, IntArray

    ComplexArray = npt.NDArray[np.complex128]

_STEPS: Final = 8
"""Rounds of the refinement at most; it settles in three or four."""

_SETTLED_S: Final = 1e-3
"""A round that moves the offset by less is the last."""

_OUTLIER: Final = 3.0
"""Residuals beyond this many robust standard deviations count no more than one at that border."""

_MAD_TO_SD: Final = 1.4826
"""Standard deviation of normal numbers whose median absolute deviation is 1."""

_EVEN: Final = (1e-6, 1e-12)
"""Share of the mean square, and variance, that rounding alone gives a series that never changes."""

_REMEMBERED_S: Final = 20
"""Residuals of a smoothed series resemble each other up to this far apart."""


def changes(series: FloatArray, width: int, largest: float) -> FloatArray:
    """Return a series less its moving mean, NaN where it is NaN.

    Parameters
    ----------
    series
        (n,) with NaN for holes.
    width
        Samples of the moving mean, which leaves holes out.
    largest
        Larger changes are cut to this, so that no single jump decides.
    """
    known = np.isfinite(series)
    total = _moving_sum(np.where(known, series, 0.0), width)
    count = _moving_sum(known.astype(np.float64), width)
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0.5)
    return np.where(known, np.clip(series - mean, -largest, largest), np.nan)


def likeness(first: FloatArray, second: FloatArray, width: int, largest: float) -> float:
    """Correlate the changes of two series, sample by sample; 0 where there is nothing to correlate.

    Parameters
    ----------
    first, second
        (n,) each, NaN for holes.
    width, largest
        As in `changes`.
    """
    known = np.isfinite(first) & np.isfinite(second)
    mine = changes(np.where(known, first, np.nan), width, largest)[known]
    other = changes(np.where(known, second, np.nan), width, largest)[known]
    both = float(np.sqrt((mine @ mine) * (other @ other)))
    return float(mine @ other) / both if both > 0.0 else 0.0


def _moving_sum(values: FloatArray, width: int) -> FloatArray:
    """Sum over ``width`` samples around each, fewer at the ends."""
    n = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    low = np.clip(np.arange(n) - width // 2, 0, n)
    high = np.clip(np.arange(n) + width - width // 2, 0, n)
    return np.asarray(sums[high] - sums[low])


@dataclass(frozen=True, slots=True)
class LagScores:
    """How alike two series are at every lag; sample ``j`` of the second meets ``j + lag`` of the first.

    Attributes
    ----------
    lag
        (k,) samples.
    correlation
        (k,) NaN where the series share too little.
    score
        (k,) standard deviations from chance: Fisher's transform of the correlation times the root of the
        number of independent samples; -infinity where there is no correlation.
    """

    lag: IntArray
    correlation: FloatArray
    score: FloatArray


def lag_scores(first: FloatArray, second: FloatArray, min_common: int, remembered: float) -> LagScores:
    """Correlate two series with holes at every lag (after Padfield 2012, IEEE T Image Process 21:2706).

    Parameters
    ----------
    first, second
        (n,) and (m,) with NaN for holes, sampled equally fast.
    min_common
        Samples that both must know at a lag for it to have a correlation.
    remembered
        Samples in a row that say the same thing, because the series are smooth.
    """
    n, m = len(first), len(second)
    size = 1 << int(n + m - 1).bit_length()
    x, kx = _spectra(first, size)
    y, ky = _spectra(second, size)

    def at_lags(a: ComplexArray, b: ComplexArray) -> FloatArray:
        whole = np.fft.irfft(a * np.conj(b), size)
        return np.concatenate([whole[size - m + 1 :], whole[:n]])

    common = np.rint(at_lags(kx[0], ky[0]))
    safe = np.maximum(common, 1.0)
    sum_x, sum_y = at_lags(x[0], ky[0]), at_lags(kx[0], y[0])
    square_x, square_y = at_lags(x[1], ky[0]), at_lags(kx[0], y[1])
    spread_x, spread_y = square_x - sum_x**2 / safe, square_y - sum_y**2 / safe
    told = common >= min_common
    for spread, square in ((spread_x, square_x), (spread_y, square_y)):
        told &= spread > _EVEN[0] * square + _EVEN[1] * safe
    both = np.sqrt(np.maximum(spread_x * spread_y, 0.0))
    share = (at_lags(x[0], y[0]) - sum_x * sum_y / safe) / np.where(told, both, 1.0)
    correlation = np.where(told, np.clip(share, -0.9999, 0.9999), np.nan)
    free = np.sqrt(np.maximum(common / remembered - 3.0, 0.0))
    score = np.where(told, np.arctanh(np.where(told, correlation, 0.0)) * free, -np.inf)
    return LagScores(np.arange(-m + 1, n), correlation, score)


def _spectra(series: FloatArray, size: int) -> tuple[ComplexArray, ComplexArray]:
    """Return spectra of (values, values squared) and of (known,), holes as 0."""
    known = np.isfinite(series)
    values = np.where(known, series, 0.0)
    return np.fft.rfft(np.stack([values, values**2]), size), np.fft.rfft(known[None].astype(float), size)


@dataclass(frozen=True, slots=True)
class BestLag:
    """The lag with the highest score, its correlation, and the highest score elsewhere (0 without one)."""

    lag: int
    correlation: float
    score: float
    elsewhere: float


def best_lag(scores: LagScores, allowed: BoolArray, apart: int) -> BestLag | None:
    """Choose the best of the allowed lags; None where none has a correlation.

    Parameters
    ----------
    allowed
        (k,) lags that may be chosen; the highest score elsewhere is looked for among all.
    apart
        Lags closer than this belong to the same peak.
    """
    open_to = np.where(allowed, scores.score, -np.inf)
    i = int(np.argmax(open_to))
    if not np.isfinite(open_to[i]):
        return None
    others = np.abs(scores.lag - scores.lag[i]) > apart
    elsewhere = max(0.0, float(scores.score[others].max(initial=0.0)))
    return BestLag(int(scores.lag[i]), float(scores.correlation[i]), float(scores.score[i]), elsewhere)


@dataclass(frozen=True, slots=True)
class ClockLine:
    """Times of the second series on the first one's clock: ``offset_s + rate * t``.

    Attributes
    ----------
    offset_s, rate
        Best fit.
    error_s
        Standard error of the line at its worst time within what both series know.
    residual
        Robust standard deviation of what the quick changes differ by.
    difference
        Median of second less first.
    common
        Samples compared.
    """

    offset_s: float
    rate: float
    error_s: float
    residual: float
    difference: float
    common: int


def refine_clock(
    first_at: Callable[[FloatArray], FloatArray],
    time_s: FloatArray,
    second: FloatArray,
    offset_s: float,
    *,
    width: int,
    rate_sd: float,
) -> ClockLine | None:
    """Fit offset and rate by least squares on the quick changes; None where too little is common.

    Parameters
    ----------
    first_at
        Reads the first series at any times, NaN in its holes.
    time_s, second
        (n,) each, evenly spaced; NaN for holes.
    offset_s
        Where to start; the fit finds its way from about two seconds off.
    width
        Samples of the moving mean that is taken off.
    rate_sd
        How much two clocks differ in rate as a rule: a fit that cannot tell the rate stays near 1.
    """
    middle = float(np.median(time_s[np.isfinite(second)])) if np.isfinite(second).any() else 0.0
    centred = time_s - middle
    line = np.array([offset_s + middle, 0.0])
    prior = np.diag([0.0, 1.0 / rate_sd**2])
    state: _Round | None = None
    for _ in range(_STEPS):
        state = _round(first_at, centred, second, line, width)
        if state is None:
            return None
        normal = state.slopes.T @ state.slopes / state.sd**2 / state.slowness + prior
        pull = state.slopes.T @ state.rest / state.sd**2 / state.slowness - prior @ line
        if np.linalg.cond(normal) > 1e15:
            return None
        move = np.linalg.solve(normal, pull)
        line = line + np.clip(move, [-1.0, -1e-3], [1.0, 1e-3])
        if abs(move[0]) < _SETTLED_S:
            break
    assert state is not None
    spread = np.linalg.inv(normal)
    ends = np.array([centred[state.known].min(), centred[state.known].max()])
    worst = max(float(np.sqrt(np.array([1.0, e]) @ spread @ np.array([1.0, e]))) for e in ends)
    rate = 1.0 + float(line[1])
    return ClockLine(
        float(line[0]) - rate * middle, rate, worst, state.sd, state.difference, int(state.known.sum()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Round:
    """What one round of the refinement sees: residuals and how they change with offset and rate."""

    known: BoolArray
    rest: FloatArray
    slopes: FloatArray
    sd: float
    slowness: float
    difference: float


def _round(
    first_at: Callable[[FloatArray], FloatArray],
    centred: FloatArray,
    second: FloatArray,
    line: FloatArray,
    width: int,
) -> _Round | None:
    there = line[0] + (1.0 + line[1]) * centred
    first = first_at(there)
    slope = first_at(there + 0.5) - first_at(there - 0.5)
    difference = np.where(np.isfinite(slope), second - first, np.nan)
    known = np.isfinite(difference)
    if np.count_nonzero(known) < 2 * width:
        return None
    quick = changes(difference, width, np.inf)[known]
    sd = max(_MAD_TO_SD * float(np.median(np.abs(quick))), 1e-6)
    rest = np.clip(quick, -_OUTLIER * sd, _OUTLIER * sd)
    steep = changes(np.where(known, slope, np.nan), width, np.inf)[known]
    slopes = np.stack([steep, steep * centred[known]], axis=1)
    return _Round(known, rest, slopes, sd, _slowness(rest * steep), float(np.median(difference[known])))


def _slowness(product: FloatArray) -> float:
    """Tell how many samples in a row say the same thing: 1 for independent ones."""
    size = float(product @ product)
    if size <= 0.0:
        return 1.0
    lags = range(1, min(_REMEMBERED_S, len(product) - 1))
    alike = sum((1.0 - k / _REMEMBERED_S) * float(product[k:] @ product[:-k]) for k in lags)
    return max(1.0, 1.0 + 2.0 * alike / size)
