"""The few rows of a table that cannot be used: found, counted, named, and refused when they are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.model.sample_checks import MAX_ACC_G, MAX_GYR_DPS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pfp_sensors.model.recording import BoolArray, Float32Array, FloatArray

MAX_BAD_SHARE: Final = 0.01
"""Up to this share of rows may be repeated, backward, broken or without a number (interface.md)."""

_UNREADABLE = "unreadable"
_EMPTY = "without a number"
_IMPOSSIBLE = "with an impossible value"
_REPEATED = "with a repeated time"
_BACKWARD = "with a time that goes back"
_ADVICE: Final[Mapping[str, str]] = {
    _UNREADABLE: "Export the table again: one header, then only rows of as many numbers.",
    _EMPTY: "Export sensors that are sampled at different rates or times into files of their own.",
    _IMPOSSIBLE: f"A sample is impossible above {MAX_ACC_G:g} g or {MAX_GYR_DPS:g} deg/s: export again.",
    _REPEATED: "Export with finer time stamps, such as microseconds.",
    _BACKWARD: "If two recordings were joined, cut them apart; else export again.",
}


@dataclass(frozen=True, slots=True)
class RowCheck:
    """Which rows have a time that can be used, before any sensor's samples are looked at.

    Attributes
    ----------
    path, time_s, unreadable, first_unreadable, place
        As in `Table`.
    usable
        (n,) rows whose time is a number later than all before it.
    """

    path: Path
    time_s: FloatArray
    unreadable: int
    first_unreadable: str
    place: Callable[[int], str]
    usable: BoolArray

    @staticmethod
    def of(
        path: Path, time_s: FloatArray, unreadable: int, first_unreadable: str, place: Callable[[int], str]
    ) -> RowCheck:
        """Look at the times.

        Raises
        ------
        InputError
            If no time is a number.
        """
        usable = increasing_rows(time_s)
        if not usable.any():
            raise InputError(
                f"{path}: the time is not a number in any row.", "Export the recording again with its times."
            )
        return RowCheck(path, time_s, unreadable, first_unreadable, place, usable)

    @property
    def start_s(self) -> float:
        """Time of the first usable row, in the file's own time."""
        return float(self.time_s[int(np.argmax(self.usable))])

    @property
    def start_notes(self) -> tuple[str, ...]:
        """Say where the count of time starts, if not at 0."""
        start_s = self.start_s
        return (f"Times are counted from the first row, {start_s:.6f} s in the file.",) if start_s else ()

    def kept(
        self, acc_g: Float32Array, gyr_dps: Float32Array | None
    ) -> tuple[BoolArray | None, tuple[str, ...]]:
        """Mark the rows to keep of one sensor, and say how many are dropped and why.

        Returns
        -------
        tuple
            (n,) rows to keep, None when all are; and a note when some are not.

        Raises
        ------
        InputError
            If more than 1 % of the rows are bad.
        """
        known, possible = _rows_within(acc_g, MAX_ACC_G)
        if gyr_dps is not None:
            known_too, possible_too = _rows_within(gyr_dps, MAX_GYR_DPS)
            known, possible = known & known_too, possible & possible_too
        impossible = known & ~possible
        if np.count_nonzero(impossible) > MAX_BAD_SHARE * len(known):
            impossible[:] = False  # no stray samples, but a wrong unit: the check of units names it
        kept = self.usable & known & ~impossible
        if not self.unreadable and bool(kept.all()):
            return None, ()
        timed = np.isfinite(self.time_s)
        wrong_time = ~self.usable & known & ~impossible & timed
        repeated = wrong_time.copy()
        repeated[0] = False
        repeated[1:] &= self.time_s[1:] == self.time_s[:-1]
        counts = {
            _UNREADABLE: self.unreadable,
            _EMPTY: int(np.count_nonzero(~known | ~timed)),
            _IMPOSSIBLE: int(np.count_nonzero(impossible & timed)),
            _REPEATED: int(np.count_nonzero(repeated)),
            _BACKWARD: int(np.count_nonzero(wrong_time & ~repeated)),
        }
        self._refuse_many(counts, kept)
        dropped = sum(counts.values())
        rows = len(kept) + self.unreadable
        return kept, (f"{dropped} of {rows} rows dropped: {_listed(counts)}{self._first(kept)}.",)

    def _refuse_many(self, counts: Mapping[str, int], kept: BoolArray) -> None:
        bad, rows = sum(counts.values()), len(kept) + self.unreadable
        if bad > MAX_BAD_SHARE * rows or np.count_nonzero(kept) < 2:
            raise InputError(
                f"{self.path}: {bad} of {rows} rows are bad: {_listed(counts)}{self._first(kept)}; "
                f"expected at most {MAX_BAD_SHARE:.0%}.",
                _ADVICE[max(counts, key=lambda cause: counts[cause])],
            )

    def _first(self, kept: BoolArray) -> str:
        first = self.first_unreadable or ("" if kept.all() else self.place(int(np.argmin(kept))))
        return f" (first: {first})" if first else ""


def increasing_rows(time_s: FloatArray) -> BoolArray:
    """Mark rows whose time is a number later than that of every row marked before.

    Rows are taken from the front or from the back, whichever loses fewer: a single stamp far in the future
    would otherwise cost all rows behind it.
    """
    finite = np.isfinite(time_s)
    if bool(finite.all()) and bool(np.all(time_s[1:] > time_s[:-1])):
        return finite
    latest = np.maximum.accumulate(np.where(finite, time_s, -np.inf))
    forward = finite & (time_s > np.concatenate(([-np.inf], latest[:-1])))
    earliest = np.minimum.accumulate(np.where(finite, time_s, np.inf)[::-1])[::-1]
    backward = finite & (time_s < np.concatenate((earliest[1:], [np.inf])))
    return forward if np.count_nonzero(forward) >= np.count_nonzero(backward) else backward


def _rows_within(values: Float32Array, limit: float) -> tuple[BoolArray, BoolArray]:
    """Mark rows of three numbers, and rows of three within +-limit; fast where all are, as nearly always."""
    if -limit <= float(values.min()) and float(values.max()) <= limit:
        return np.ones(len(values), np.bool_), np.ones(len(values), np.bool_)
    possible = (np.abs(values) <= limit).all(axis=1)
    return np.asarray(np.isfinite(values).all(axis=1)), np.asarray(possible)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {cause}" for cause, count in counts.items() if count)
