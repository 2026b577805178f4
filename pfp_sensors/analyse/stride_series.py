"""Every stride of a run over time, for a chart that can be explored."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.spread import STEPS_PER_STRIDE
from pfp_sensors.model.report import StrideSeries

if TYPE_CHECKING:
    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import FloatArray, IntArray

_APART_S: Final = 2.0
"""A stride takes about 0.7 s: where the next one begins later than this, some are missing between."""

_DECIMALS: Final = {"cadence_spm": 1, "resultant_g": 2, "speed_mps": 2}
_TIME_DECIMALS: Final = 2


def stride_series(leg: LegAnalysis) -> StrideSeries:
    """List the running strides of a leg with what is known of each.

    Which strides count is the same as in `leg_charts`; an hour has some 5,000.
    """
    summary, strides = leg.summary, leg.strides
    kept = np.flatnonzero(strides.running)
    breaks = _breaks(strides, kept)
    valid = strides.valid[kept]

    def rows(name: str, values: FloatArray, told: object) -> tuple[float | None, ...]:
        known = values if told is not None else np.full(len(kept), np.nan)
        with_breaks = np.insert(known, breaks, np.nan).round(_DECIMALS[name])
        return tuple(value if math.isfinite(value) else None for value in with_breaks.tolist())

    start_s = strides.initial_contact_s[kept]
    between_s = (start_s[breaks - 1] + start_s[breaks]) / 2.0
    cadence = np.where(valid, 60.0 * STEPS_PER_STRIDE / strides.stride_time_s[kept], np.nan)
    speed = np.where(valid, strides.speed_mps[kept], np.nan)
    return StrideSeries(
        side=summary.recording.side,
        sensor=summary.recording.sensor,
        time_s=tuple(np.insert(start_s, breaks, between_s).round(_TIME_DECIMALS).tolist()),
        cadence_spm=rows("cadence_spm", cadence, summary.cadence_spm),
        resultant_g=rows("resultant_g", strides.resultant_g[kept], summary.impact),
        speed_mps=rows("speed_mps", speed, summary.speed_mps),
    )


def _breaks(strides: Strides, kept: IntArray) -> IntArray:
    """Tell before which of the strides kept running had stopped, or samples are missing."""
    another = np.diff(strides.bout_index[kept]) != 0
    apart = np.diff(strides.initial_contact_s[kept]) > _APART_S
    return np.asarray(np.flatnonzero(another | apart) + 1)
