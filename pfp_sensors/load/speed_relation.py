"""How a person's own landing impact rises with speed, where the diary carries it (load.md 5, signal.md 9)."""

from __future__ import annotations

from math import sqrt
from statistics import fmean, quantiles
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.settings.load_rules import LoadSettings

_T_95: Final = (
    6.314,
    2.920,
    2.353,
    2.132,
    2.015,
    1.943,
    1.895,
    1.860,
    1.833,
    1.812,
    1.796,
    1.782,
    1.771,
    1.761,
)
"""95 % quantile of Student's t for 1, 2, ... degrees of freedom: a two-sided 90 % interval."""


def fit_slope(
    speeds_mps: Sequence[float], impacts_g: Sequence[float], settings: LoadSettings
) -> float | None:
    """Fit the rise of landing impact with speed over runs, by least squares.

    Parameters
    ----------
    speeds_mps, impacts_g
        Median speed and median resultant peak of each accepted green run, at least two.

    Returns
    -------
    float or None
        g per m/s. None where there are too few runs, their speeds lie too close together (10th to 90th
        percentile), or the lower end of the 90 % interval is not above 0: then the general steps are used.
    """
    numbers = settings.impact
    n = len(speeds_mps)
    if n < numbers.slope_runs or _spread(speeds_mps) < numbers.slope_spread_mps:
        return None
    v_mean, g_mean = fmean(speeds_mps), fmean(impacts_g)
    squares = sum((v - v_mean) ** 2 for v in speeds_mps)
    slope = sum((v - v_mean) * (g - g_mean) for v, g in zip(speeds_mps, impacts_g, strict=True)) / squares
    rest = sum((g - g_mean - slope * (v - v_mean)) ** 2 for v, g in zip(speeds_mps, impacts_g, strict=True))
    error = sqrt(rest / (n - 2) / squares)
    t = _T_95[min(n - 2, len(_T_95)) - 1]
    return slope if slope - t * error > 0.0 else None


def _spread(speeds_mps: Sequence[float]) -> float:
    """Give the distance from the 10th to the 90th percentile."""
    tenths = quantiles(speeds_mps, n=10, method="inclusive")
    return tenths[-1] - tenths[0]
