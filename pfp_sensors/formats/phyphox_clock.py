"""The clock of a phyphox export: it stands still while the experiment is paused; meta/time.csv says when."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.recording import FloatArray

_CLOCK_RANGE_S = (946_684_800.0, 4_102_444_800.0)
"""2000 to 2100: outside, it is no time of day."""

_LONGEST_PAUSE_S: Final = 86_400.0
_EVENT, _EXPERIMENT, _SYSTEM = "event", "experiment time", "system time"


@dataclass(frozen=True, slots=True)
class Clock:
    """When the experiment ran.

    Attributes
    ----------
    starts_s
        (k,) experiment times at which it was started or went on, in order.
    paused_s
        (k,) how long it had been paused in all by then; 0 at the first.
    zero_utc_s
        Time of day of experiment time 0, seconds since 1970; None where it is unknown.
    notes
        What of it cannot be.
    """

    starts_s: FloatArray
    paused_s: FloatArray
    zero_utc_s: float | None
    notes: tuple[str, ...] = ()

    def with_pauses(self, time_s: FloatArray) -> FloatArray:
        """Put the pauses back: a jump of the times where the experiment stood still.

        Parameters
        ----------
        time_s
            (n,) experiment times, in seconds.
        """
        run = np.searchsorted(self.starts_s, time_s, side="right") - 1
        return np.asarray(time_s + self.paused_s[np.maximum(run, 0)])

    def start_utc(self, time_s: float) -> str | None:
        """Give the time of day of a time with its pauses, in ISO 8601; None where it is unknown."""
        if self.zero_utc_s is None or not math.isfinite(time_s):
            return None
        at_s = self.zero_utc_s + time_s
        if not _CLOCK_RANGE_S[0] <= at_s <= _CLOCK_RANGE_S[1]:
            return None
        return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")


NO_CLOCK: Final = Clock(
    np.zeros(1),
    np.zeros(1),
    None,
    ("No START is named (meta/time.csv): the time of day is unknown, and whether there were pauses.",),
)
"""Of an export without meta/time.csv."""


def clock_of(path: Path, text: str) -> Clock:
    """Read meta/time.csv.

    Parameters
    ----------
    path
        The file, for messages.
    text
        What it holds: events, their experiment times, and times of day.

    Raises
    ------
    InputError
        If its columns are not there, a START has no numbers, or a pause is longer than a day.
    """
    header = text.split("\n", 1)[0]
    delimiter = next((mark for mark in "\t;," if mark in header), ",")
    try:
        rows = list(csv.DictReader(io.StringIO(text.replace("\0", "")), delimiter=delimiter))
    except csv.Error as error:
        raise _unreadable(path, str(error)) from error
    if not {_EVENT, _EXPERIMENT, _SYSTEM} <= set(rows[0] if rows else ()):
        if not rows and _EXPERIMENT in header:
            return NO_CLOCK  # never started, by its own words
        raise _unreadable(path, header[:200])
    starts = [
        (_number(path, row[_EXPERIMENT]), _number(path, row[_SYSTEM])) for row in rows if _is_start(row)
    ]
    return _clock(path, starts) if starts else NO_CLOCK


def _is_start(row: dict[str, str]) -> bool:
    return row[_EVENT] == "START"


def _clock(path: Path, starts: list[tuple[float, float]]) -> Clock:
    """Turn starts to pauses: between two of them, the time of day went on and experiment time did not."""
    experiment_s, system_s = (np.array(column) for column in zip(*starts, strict=True))
    pauses_s = np.diff(system_s) - np.diff(experiment_s)
    notes: tuple[str, ...] = ()
    if (np.diff(experiment_s) < 0).any() or (pauses_s > _LONGEST_PAUSE_S).any():
        raise InputError(
            f"{path}: started at {_listed(experiment_s)} s of experiment time, after pauses of "
            f"{_listed(pauses_s)} s; expected starts in order and pauses of less than a day.",
            "Export the experiment again, or cut it into its parts.",
        )
    if (pauses_s < 0).any():
        notes = ("The phone's clock was set back during a pause; the length of that pause is unknown.",)
    paused_s = np.concatenate(([0.0], np.cumsum(np.maximum(pauses_s, 0.0))))
    if len(starts) > 1:
        total_s = float(paused_s[-1])
        notes = (*notes, f"The experiment was paused {len(starts) - 1} times, for {total_s:.1f} s in all.")
    return Clock(experiment_s, paused_s, float(system_s[0] - experiment_s[0]), notes)


def _listed(times_s: FloatArray) -> str:
    return ", ".join(f"{time_s:.1f}" for time_s in times_s[:9])


def _number(path: Path, cell: str | None) -> float:
    try:
        number = float((cell or "").replace(",", "."))
    except ValueError as error:
        raise _unreadable(path, repr(cell)[:60]) from error
    if not math.isfinite(number) or abs(number) > _CLOCK_RANGE_S[1]:
        raise _unreadable(path, repr(cell)[:60])
    return number


def _unreadable(path: Path, found: str) -> InputError:
    return InputError(
        f"{path}: found {found}; expected events (START, PAUSE) with experiment time and system time.",
        "Export the experiment again; without meta/time.csv it can be read too, without its time of day.",
    )
