"""How well two lists of events agree: one-to-one matching, bias, error and limits of agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray, IntArray

MATCH_TOLERANCE_S: Final = 0.05
"""Events further apart than this are not the same event (a published score that kept only pairs within
21 ms and ignored the rest flattered a random detector)."""

_LIMITS_SD: Final = 1.96
"""Standard deviations around the bias that hold 95 % of normally spread differences (Bland & Altman 1986)."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Differences of ``n`` matched pairs in the unit they were given in; NaN where ``n`` is too small.

    ``limit_low`` and ``limit_high`` are the 95 % limits of agreement, bias -+ 1.96 SD.
    """

    n: int
    bias: float
    mae: float
    sd: float
    limit_low: float
    limit_high: float


def match_events(
    reference_s: FloatArray, found_s: FloatArray, tolerance_s: float = MATCH_TOLERANCE_S
) -> tuple[IntArray, IntArray]:
    """Pair events one-to-one, the closest pair first, none further apart than ``tolerance_s``.

    Parameters
    ----------
    reference_s, found_s
        (n,), (m,) times in any order; NaN is never matched.
    tolerance_s
        Largest distance of a pair, inclusive.

    Returns
    -------
    i_reference, i_found
        (k,) indices into the inputs, in the order of ``reference_s``' times.
    """
    reference = np.asarray(reference_s, dtype=np.float64)
    found = np.asarray(found_s, dtype=np.float64)
    i_reference, i_found = _candidates(reference, found, tolerance_s)
    order = np.lexsort((i_found, i_reference, np.abs(reference[i_reference] - found[i_found])))
    free_reference = np.ones(len(reference), dtype=np.bool_)
    free_found = np.ones(len(found), dtype=np.bool_)
    kept: list[int] = []
    for k in order.tolist():
        i, j = i_reference[k], i_found[k]
        if free_reference[i] and free_found[j]:
            free_reference[i] = free_found[j] = False
            kept.append(k)
    chosen = np.array(kept, dtype=np.int64)
    by_time = chosen[np.argsort(reference[i_reference[chosen]], kind="stable")]
    return i_reference[by_time], i_found[by_time]


def agreement(difference: FloatArray) -> Agreement:
    """Summarise differences (found minus reference); NaN ones are left out and not counted."""
    d = np.asarray(difference, dtype=np.float64)
    d = d[np.isfinite(d)]
    if not len(d):
        return Agreement(0, np.nan, np.nan, np.nan, np.nan, np.nan)
    bias = float(d.mean())
    sd = float(d.std(ddof=1)) if len(d) > 1 else np.nan
    spread = _LIMITS_SD * sd
    return Agreement(len(d), bias, float(np.abs(d).mean()), sd, bias - spread, bias + spread)


def f1_score(n_reference: int, n_found: int, n_matched: int) -> float:
    """Return the harmonic mean of the matched shares of reference and of found events; NaN for none."""
    total = n_reference + n_found
    return 2.0 * n_matched / total if total else np.nan


def _candidates(reference: FloatArray, found: FloatArray, tolerance_s: float) -> tuple[IntArray, IntArray]:
    """List all pairs within the tolerance as two index arrays."""
    by_time = np.argsort(found, kind="stable")
    by_time = by_time[np.isfinite(found[by_time])]
    usable = np.flatnonzero(np.isfinite(reference))
    low = np.searchsorted(found[by_time], reference[usable] - tolerance_s, side="left")
    high = np.searchsorted(found[by_time], reference[usable] + tolerance_s, side="right")
    counts = high - low
    starts = np.cumsum(counts) - counts
    within = np.arange(int(counts.sum())) - np.repeat(starts, counts)
    return np.repeat(usable, counts), by_time[np.repeat(low, counts) + within]
