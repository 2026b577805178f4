"""Two streams of one sensor at their own rates and times: brought onto the times of the acceleration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.formats.bad_rows import increasing_rows
from pfp_sensors.signal.sampling import find_gaps, fit_rate_hz

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, Float32Array, FloatArray

BRIDGED_S: Final = 0.025
"""A rotation is interpolated over steps up to this long even where samples are missing: a leg's rotation
changes little in that time, and every hole would otherwise cut the acceleration too."""

MIN_SHARED: Final = 0.5
"""Where the second stream covers less of the rows, it is left aside rather than the rows cut."""

_TOLD_CUT_S = 0.005
"""Less would be told as 0.00 s."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Two streams on the times of the first.

    Attributes
    ----------
    rows
        (n,) rows of the first stream to keep.
    values
        (k, 3) the second stream at those k rows, without NaN; None where the two share too little.
    notes
        What was cut, in plain sentences.
    """

    rows: BoolArray
    values: Float32Array | None
    notes: tuple[str, ...]


def at_times(
    wanted_s: FloatArray, time_s: FloatArray, values: Float32Array, *, bridged_s: float = 0.0
) -> Float32Array:
    """Interpolate a stream linearly at other times; NaN where it does not know.

    It does not know before its first and after its last sample, and inside its gaps (steps of more than 1.5
    of its periods that are not one late stamp: `find_gaps`), but for gaps of at most ``bridged_s``. Samples
    that are not finite, or whose time is not later than all before, are left out first, as if lost.

    Parameters
    ----------
    wanted_s
        (n,) seconds; NaN gives NaN.
    time_s, values
        (m,) seconds on the same clock, and (m, 3).
    bridged_s
        Longest gap to interpolate over.

    Returns
    -------
    array
        (n, 3) float32.
    """
    usable = increasing_rows(time_s) & np.isfinite(values).all(axis=1)
    known_s, known = time_s[usable], values[usable]
    if len(known_s) < 2:
        return np.full((len(wanted_s), 3), np.nan, np.float32)
    out = np.column_stack(
        [np.interp(wanted_s, known_s, known[:, axis], left=np.nan, right=np.nan) for axis in range(3)]
    ).astype(np.float32)
    for gap in find_gaps(known_s, fit_rate_hz(known_s)):
        if gap.end_s - gap.start_s > bridged_s:
            out[(wanted_s > gap.start_s) & (wanted_s < gap.end_s)] = np.nan
    return out


def join(
    time_s: FloatArray, other_time_s: FloatArray, other: Float32Array, name: str = "gyroscope"
) -> Joined:
    """Bring a second stream onto the rows of the first, and say what that costs.

    Rows of the first stream at which the second has no value are cut: before it began, after it ended, and
    in its gaps of more than `BRIDGED_S` (they become gaps of the recording, and are reported as such). Where
    less than half of the rows would be left, the second stream is left aside instead, and all rows are kept.

    Parameters
    ----------
    time_s
        (n,) seconds of the first stream; NaN where a row has no time (such rows are kept: they are counted as
        bad later).
    other_time_s, other
        (m,) seconds on the same clock and (m, 3) samples of the second.
    name
        What the second is, for the notes.
    """
    values = at_times(time_s, other_time_s, other, bridged_s=BRIDGED_S)
    timed: BoolArray = np.isfinite(time_s)
    known: BoolArray = np.asarray(np.isfinite(values).all(axis=1))
    if not timed.any() or np.count_nonzero(known) < MIN_SHARED * np.count_nonzero(timed):
        note = (
            f"The {name} covers only {_share(known, timed):.0%} of the acceleration; it was left aside, "
            "and nothing that needs it can be given."
        )
        return Joined(np.ones(len(time_s), np.bool_), None, (note,))
    rows = known | ~timed
    return Joined(rows, values[rows], _notes(time_s, known, timed, name))


def _share(known: BoolArray, timed: BoolArray) -> float:
    return int(np.count_nonzero(known)) / max(1, int(np.count_nonzero(timed)))


def _notes(time_s: FloatArray, known: BoolArray, timed: BoolArray, name: str) -> tuple[str, ...]:
    """Say that a stream was interpolated, and what was cut at either end and in between."""
    notes = [f"The {name} has times of its own and was interpolated at those of the acceleration."]
    first, last = float(time_s[known].min()), float(time_s[known].max())
    before_s = first - float(np.nanmin(time_s))
    after_s = float(np.nanmax(time_s)) - last
    for cut_s, where in ((before_s, "at the start"), (after_s, "at the end")):
        if cut_s >= _TOLD_CUT_S:
            notes.append(f"{cut_s:.2f} s {where} were cut: the {name} has no samples there.")
    inside = int(np.count_nonzero(timed & ~known & (time_s > first) & (time_s < last)))
    if inside:
        notes.append(f"{inside} rows were left out where the {name} has a gap.")
    return tuple(notes)
