"""Medians and quartiles, rolling cadence, change within a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.model.summary import Spread, WithinRunTrend

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.settings.signal import TrendSettings

STEPS_PER_STRIDE: Final = 2
"""Cadence counts both feet; one sensor sees one."""

_ROLLING_STRIDES: Final = 10
"""Strides averaged for one cadence value (signal.md, section 8)."""


def spread(values: FloatArray, *, with_p95: bool = False) -> Spread | None:
    """Return median, quartiles and, if asked, the 95th percentile; None without any known value."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return None
    p25, median, p75, p95 = (float(q) for q in np.percentile(known, [25, 50, 75, 95]))
    return Spread(median, p25, p75, p95 if with_p95 else None)


def cadence_spread(strides: Strides) -> Spread | None:
    """Return cadence in steps per minute: over ten strides at a time, then median and quartiles.

    ``strides`` holds the valid running strides of one leg.
    """
    values = []
    for bout in np.unique(strides.bout_index):
        time_s = strides.stride_time_s[strides.bout_index == bout]
        size = min(_ROLLING_STRIDES, len(time_s))
        mean_s = np.convolve(time_s, np.full(size, 1.0 / size), mode="valid")
        values.append(60.0 * STEPS_PER_STRIDE / mean_s)
    return spread(np.concatenate(values)) if values else None


def within_run_trend(strides: Strides, settings: TrendSettings) -> WithinRunTrend | str:
    """Compare landing impact of the first and the last third of a run, or say what is missing.

    Medians of 25 strides; the first five minutes of running are left out, for people warm up.

    Parameters
    ----------
    strides
        Valid running strides, in order.

    Returns
    -------
    trend
        Or a reason code: ``too_short`` or ``uneven_speed``.
    """
    elapsed_s = np.cumsum(strides.stride_time_s)
    kept = np.isfinite(strides.resultant_g) & (elapsed_s > settings.skip_s)
    n_segments = int(np.count_nonzero(kept)) // settings.segment_strides
    if n_segments < settings.min_segments:
        return "too_short"
    peaks = strides.resultant_g[kept][: n_segments * settings.segment_strides]
    medians = np.median(peaks.reshape(n_segments, -1), axis=1)
    known_mps = np.isfinite(strides.speed_mps[kept])
    pace = strides.speed_mps if known_mps.all() else 1.0 / strides.stride_time_s
    used = pace[kept][: n_segments * settings.segment_strides].reshape(n_segments, -1)
    speeds = np.median(used, axis=1)
    if float(np.std(speeds) / np.mean(speeds)) >= settings.max_speed_cv:
        return "uneven_speed"
    third = n_segments // 3
    first, last = float(np.median(medians[:third])), float(np.median(medians[-third:]))
    return WithinRunTrend(first, last, abs(last - first) > settings.detectable_change_g)
