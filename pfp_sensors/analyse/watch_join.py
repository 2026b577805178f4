"""Find where a watch's run lies on a recording's clock, by the changes of cadence that both saw.

Clocks may be wrong by an hour and drift, so they only limit the search. What is aligned is what the
watch *shows*: a watch shows its cadence some seconds late, and that delay cannot be told from a clock
that is wrong by as much (``docs/joining.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.spread import STEPS_PER_STRIDE
from pfp_sensors.model.watch import JoinedWatch
from pfp_sensors.signal.series_lag import (
    BestLag,
    ClockLine,
    best_lag,
    changes,
    lag_scores,
    likeness,
    refine_clock,
)

if TYPE_CHECKING:
    from datetime import datetime

    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import BoolArray, FloatArray
    from pfp_sensors.model.watch import WatchRun
    from pfp_sensors.settings.signal import JoiningSettings, SignalSettings

_SMOOTH_S: Final = (3.0, 5.0, 9.0)
"""Watches show a mean over some seconds; the recording's cadence is averaged over what fits best."""

_LARGEST_SPM: Final = 8.0
"""A larger change counts as one of this size: a jump of 40 would outvote an hour of small changes."""

_FINE: Final = (15, 2.0)
"""What no plan prescribes: changes against 15 s around, of 2 steps per minute at most."""

_SURE: Final = 3.0
"""Standard errors within which a place is called certain."""

_EDGE_S: Final = 10
"""A watch's cadence this close to walking, standing or a hole is a mean over both, and left out."""

_BRIDGED_S: Final = 5.0
"""Rows of a watch that writes when something changed may be this far apart."""

_REMEMBERED_S: Final = 5.0
"""A smoothed cadence says something new about every five seconds."""

_SAME_PEAK_S: Final = 20
"""Lags closer together than this see much the same changes."""

_KNOWN_SHARE: Final = 0.8
"""Share of the averaging time in which strides must be known."""

_RATE_SD: Final = 5e-5
"""Clocks of watches and sensors differ by some 50 ppm as a rule."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """Why a watch's run could not be joined.

    ``clocks_s`` is where the watch's start would lie on the recording if both clocks were right; None where a
    clock is missing.
    """

    reason: str
    clocks_s: float | None = None


def join_watch(
    leg: LegAnalysis, start: datetime | None, watch: WatchRun, settings: SignalSettings
) -> JoinedWatch | CannotTell:
    """Find a watch's run on a recording's clock.

    Parameters
    ----------
    leg
        Of the recording; single strides must be known.
    start
        Of the recording, aware of its zone; None where unknown: then the watch may lie anywhere.
    watch
        With cadence in steps per minute.

    Returns
    -------
    joined
        Within half a second of where the watch's cadence belongs, or the reason why nobody can tell.
    """
    clocks_s = None if start is None else (watch.start - start).total_seconds()
    place = _place(leg.strides, clocks_s, watch, settings)
    doubt = place if isinstance(place, str) else _doubt(place, settings.joining)
    if isinstance(place, str) or doubt is not None:
        return CannotTell(str(doubt), clocks_s)
    return JoinedWatch(watch, place.line.offset_s, place.line.rate)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a watch fits best, and how well the changes of cadence and the smallest of them agree there."""

    peak: BestLag
    line: ClockLine
    correlation: float
    fine_correlation: float


def _place(
    strides: Strides, clocks_s: float | None, watch: WatchRun, settings: SignalSettings
) -> _Place | str:
    """Find the best place for the watch, or say what it takes to look for one."""
    limits = settings.joining
    shown = watch.channel("cadence_spm")
    if shown is None:
        return "The watch's file has no cadence."
    grid_s, shown = _watch_cadence(watch.time_s, shown, settings)
    own = _Strides.of(strides)
    if own is None:
        return "The recording has no single strides to compare with the watch."
    own_s = np.arange(np.floor(own.time_s[0]), np.ceil(own.time_s[-1]) + 1.0)
    known = min(_known(shown), _known(own.cadence(own_s, _SMOOTH_S[0])))
    if known < limits.min_common_s:
        needed = f"{limits.min_common_s / 60.0:.0f} min needed"
        return f"Watch and recording both show steady running for {known / 60.0:.1f} min at most; {needed}."
    width = round(limits.changes_within_s)
    shift_s = float(own_s[0] - grid_s[0])
    quick = changes(shown, width, _LARGEST_SPM)
    best: tuple[BestLag, float] | None = None
    for smooth_s in _SMOOTH_S:
        mine = changes(own.cadence(own_s, smooth_s), width, _LARGEST_SPM)
        scores = lag_scores(mine, quick, round(limits.min_common_s), _REMEMBERED_S)
        far_s = np.zeros(len(scores.lag)) if clocks_s is None else np.abs(scores.lag + shift_s - clocks_s)
        peak = best_lag(scores, far_s <= limits.max_clock_error_s, _SAME_PEAK_S)
        if peak is not None and (best is None or peak.score > best[0].score):
            best = peak, smooth_s
    if best is None:
        return "Cadence does not change enough to compare, or watch and recording hardly overlap."
    peak, smooth_s = best

    def own_at(time_s: FloatArray) -> FloatArray:
        return own.cadence(time_s, smooth_s)

    line = refine_clock(own_at, grid_s, shown, peak.lag + shift_s, width=width, rate_sd=_RATE_SD)
    if line is None:
        return "Cadence is too even to be compared."
    there_s = line.offset_s + line.rate * grid_s
    fine = likeness(own.cadence(there_s, _SMOOTH_S[0]), shown, *_FINE)
    return _Place(peak, line, likeness(own_at(there_s), shown, width, _LARGEST_SPM), fine)


def _known(series: FloatArray) -> int:
    """Count the samples that are no hole."""
    return int(np.count_nonzero(np.isfinite(series)))


def _doubt(place: _Place, limits: JoiningSettings) -> str | None:
    """Say why a place may be the wrong one; None where it is sure."""
    peak, line = place.peak, place.line
    if peak.score < limits.min_score or place.correlation < limits.min_correlation:
        return (
            "The changes of cadence on the watch are not those of the recording, or too small to tell "
            f"(correlation {place.correlation:.2f}, {limits.min_correlation:.2f} needed)."
        )
    if peak.elsewhere > limits.max_elsewhere * peak.score:
        return "The cadence of the watch fits the recording in more than one place."
    if place.fine_correlation < limits.min_fine_correlation:
        return (
            "Watch and recording change pace alike, but not from moment to moment: it may be another run of "
            f"the same plan (correlation {place.fine_correlation:.2f}, "
            f"{limits.min_fine_correlation:.2f} needed)."
        )
    if line.residual > limits.max_residual_spm or abs(line.difference) > limits.max_difference_spm:
        return (
            "Watch and recording do not show the same cadence: they differ by "
            f"{line.difference:+.1f} steps per minute, and {line.residual:.1f} from moment to moment."
        )
    if _SURE * line.error_s > limits.max_error_s:
        return f"The place can be told to {_SURE * line.error_s:.1f} s only; {limits.max_error_s:g} s needed."
    return None


def _watch_cadence(
    time_s: FloatArray, cadence: FloatArray, settings: SignalSettings
) -> tuple[FloatArray, FloatArray]:
    """Return seconds and the cadence of running in each; NaN near anything else and in holes."""
    grid_s = np.arange(np.floor(time_s[0]), np.floor(time_s[-1]) + 1.0) if len(time_s) else np.zeros(1)
    gates = settings.gates
    lowest, highest = (60.0 * STEPS_PER_STRIDE / s for s in (gates.max_stride_s, gates.min_stride_s))
    running = (cadence >= lowest) & (cadence <= highest)
    told = np.isfinite(cadence)
    if not running.any():
        return grid_s, np.full(len(grid_s), np.nan)
    value = np.interp(grid_s, time_s[running], cadence[running])
    bad = _far_from_rows(grid_s, time_s[told]) | (np.interp(grid_s, time_s[told], ~running[told]) > 0.0)
    near = np.convolve(bad, np.ones(2 * _EDGE_S + 1), mode="same") if len(bad) > 2 * _EDGE_S else bad
    return grid_s, np.where(near > 0.5, np.nan, value)


def _far_from_rows(grid_s: FloatArray, row_s: FloatArray) -> BoolArray:
    """Mark seconds inside a hole of the rows, and beyond them."""
    after = np.searchsorted(row_s, grid_s, side="left")
    beyond = (after == 0) & (grid_s < row_s[0]) | (after == len(row_s))
    low, high = row_s[np.maximum(after - 1, 0)], row_s[np.minimum(after, len(row_s) - 1)]
    marks: BoolArray = beyond | ((high - low > _BRIDGED_S) & (high > grid_s))
    return marks


@dataclass(frozen=True, slots=True)
class _Strides:
    """Strides and seconds of running up to each corner time, so that any mean is a difference of two."""

    time_s: FloatArray
    strides: FloatArray
    known_s: FloatArray

    @staticmethod
    def of(strides: Strides) -> _Strides | None:
        good = strides.running & strides.valid & np.isfinite(strides.stride_time_s)
        if np.count_nonzero(good) < 2:
            return None
        start = strides.initial_contact_s[good]
        end = start + strides.stride_time_s[good]
        end[:-1] = np.minimum(end[:-1], start[1:])
        corners = np.stack([start, end], axis=1).ravel()
        one = np.stack([np.zeros(len(start)), np.ones(len(start))], axis=1).ravel()
        time = np.stack([np.zeros(len(start)), end - start], axis=1).ravel()
        return _Strides(corners, np.cumsum(one), np.cumsum(time))

    def cadence(self, at_s: FloatArray, smooth_s: float) -> FloatArray:
        """Return steps per minute averaged around some times; NaN where little of it was running."""
        low, high = at_s - 0.5 * smooth_s, at_s + 0.5 * smooth_s
        known = np.interp(high, self.time_s, self.known_s) - np.interp(low, self.time_s, self.known_s)
        count = np.interp(high, self.time_s, self.strides) - np.interp(low, self.time_s, self.strides)
        enough = known >= _KNOWN_SHARE * smooth_s
        return np.where(enough, 60.0 * STEPS_PER_STRIDE * count / np.where(enough, known, 1.0), np.nan)
