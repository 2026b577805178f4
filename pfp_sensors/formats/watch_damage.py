"""Damaged values among the rows of a watch: single ones left out, and a distance that nothing bears out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.recording import BoolArray, FloatArray
    from pfp_sensors.model.watch import WatchTotals

_AROUND: Final = 2
"""Rows on each side that a value is held against: the median of five is in order with two wrong ones."""

_STRAY_TIME_S: Final = 15.0
_STRAY_MPS: Final = 12.0
"""Faster than any runner."""

_STRAY_LEAST_M: Final = 10.0
_LONGEST_STEP_S: Final = 15.0
_MOST_APART: Final = 2.0
"""Distance, speed x time and the total of a whole file: indoors they are often a third apart."""

_MOST_APART_DAMAGED: Final = 1.15
_STEEPEST: Final = 0.5
_CLIMB_AT_START_M: Final = 50.0


def out_of_line(values: FloatArray, most_away: FloatArray | float) -> BoolArray:
    """Find single values that leave a growing row of numbers and come back to it.

    Parameters
    ----------
    values
        (n,) without NaN, in the order in which they were written.
    most_away
        How far a value may be from the median of itself and two neighbours on each side; (n,) or one.

    Returns
    -------
    BoolArray
        (n,); all False where the numbers grow throughout, whatever their leaps.
    """
    if not len(values):
        return np.zeros(0, np.bool_)
    ends = np.full(_AROUND, np.inf)
    around = np.lib.stride_tricks.sliding_window_view(np.concatenate([-ends, values, ends]), 2 * _AROUND + 1)
    return np.asarray(np.abs(values - np.median(around, axis=1)) > most_away)


def stray_times(times_s: FloatArray) -> BoolArray:
    """Find rows whose time is another than that of the rows before and after them in the file."""
    return out_of_line(times_s, _STRAY_TIME_S)


def without_spikes(time_s: FloatArray, distance_m: FloatArray) -> tuple[FloatArray, int]:
    """Leave out single values of a distance that leave those around them; tell how many.

    A distance that starts again, as lap by lap, is none.
    """
    known = np.flatnonzero(np.isfinite(distance_m))
    if len(known) <= 2 * _AROUND:
        return distance_m, 0
    t = time_s[known]
    rows = np.arange(len(t))
    took_s = t[np.minimum(rows + _AROUND, len(t) - 1)] - t[np.maximum(rows - _AROUND, 0)]
    told = distance_m[known]
    bad = out_of_line(told, _STRAY_LEAST_M + _STRAY_MPS * took_s)
    bad[-1] |= told[-1] - told[-2] > _STRAY_LEAST_M + _STRAY_MPS * (t[-1] - t[-2])
    kept = distance_m.copy()
    kept[known[bad]] = np.nan
    return kept, int(bad.sum())


def borne_out(
    time_s: FloatArray,
    channels: Mapping[str, FloatArray],
    totals: WatchTotals,
    *,
    speed_told: bool,
    damaged: bool,
) -> tuple[dict[str, FloatArray], WatchTotals, list[str]]:
    """Hold the distance of the rows against speed x time and the watch's own total.

    What one of the two bears out stays. A distance that neither does is left out; of a damaged file also a
    total that does not fit a distance borne out by the speed, and a climb as no run has.

    Parameters
    ----------
    time_s, channels
        Of the run; the distance grows.
    totals
        As the file says them.
    speed_told
        Whether the speed is the file's own; one made of the distance is no witness.
    damaged
        Whether the file is known to be: it may then be 1.15 times off, else twice.

    Returns
    -------
    tuple
        The channels and the totals that stay, and what was left out, in sentences.
    """
    kept, notes = dict(channels), []
    most = _MOST_APART_DAMAGED if damaged else _MOST_APART
    covered = _covered(channels.get("distance_m"))
    walked = _speed_by_time(time_s, channels["speed_mps"]) if speed_told else None
    by_speed, by_total = _fits(covered, walked, most), _fits(covered, totals.distance_m, most)
    if covered is not None and False in (by_speed, by_total) and True not in (by_speed, by_total):
        kept.pop("distance_m")
        if not speed_told:
            kept.pop("speed_mps", None)
        notes.append(_distance_note(covered, walked, totals.distance_m))
    elif damaged and by_speed and by_total is False:
        notes.append(
            f"The total of {totals.distance_m:.0f} m does not fit the rows ({covered:.0f} m): left out."
        )
        totals = replace(totals, distance_m=None)
    return kept, _without_absurd_climbs(totals, covered, notes) if damaged else totals, notes


def _covered(distance_m: FloatArray | None) -> float | None:
    if distance_m is None:
        return None
    known = distance_m[np.isfinite(distance_m)]
    return float(known[-1] - known[0]) if len(known) > 1 else None


def _speed_by_time(time_s: FloatArray, speed_mps: FloatArray) -> float | None:
    """Add up the speed, as far as it is told and rows are near each other."""
    step_s = np.diff(time_s)
    counts = (step_s <= _LONGEST_STEP_S) & np.isfinite(speed_mps[1:])
    return float((step_s * speed_mps[1:])[counts].sum()) if counts.sum() > len(step_s) / 2 else None


def _fits(one: float | None, other: float | None, most: float) -> bool | None:
    """Tell whether two distances are the same within a factor; None where one is missing or very short."""
    if one is None or other is None or max(one, other) < 100.0:
        return None
    return max(one, other) <= most * min(one, other)


def _distance_note(covered: float, walked: float | None, total: float | None) -> str:
    against = [] if walked is None else [f"speed x time gives {walked:.0f} m"]
    against += [] if total is None else [f"the watch's own total is {total:.0f} m"]
    return f"The distance of the rows, {covered:.0f} m, was left out: {' and '.join(against)}."


def _without_absurd_climbs(totals: WatchTotals, covered: float | None, notes: list[str]) -> WatchTotals:
    if covered is None:
        return totals
    most = _CLIMB_AT_START_M + _STEEPEST * covered
    climbs = {"ascent_m": totals.ascent_m, "descent_m": totals.descent_m}
    absurd = {name for name, value in climbs.items() if value is not None and value > most}
    if absurd:
        notes.append("The file's own ascent or descent is steeper than any run; it was left out.")
    return replace(
        totals,
        ascent_m=None if "ascent_m" in absurd else totals.ascent_m,
        descent_m=None if "descent_m" in absurd else totals.descent_m,
    )
