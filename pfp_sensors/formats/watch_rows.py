"""Rows of a watch, one a second or so, to columns: in order, once each, possible values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.formats.watch_damage import stray_times
from pfp_sensors.model.watch import DEVELOPER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.model.recording import BoolArray, FloatArray

LATITUDE: Final = "latitude_deg"
LONGITUDE: Final = "longitude_deg"
SEGMENT: Final = "segment"
"""Columns that no channel is made of: where the row was, and which uninterrupted stretch it belongs to."""

MAX_ROWS: Final = 400_000
"""Four and a half days of one row a second: more is no run."""

MAX_VALUES: Final = 4_000_000
"""In all rows of a file: bounds the memory."""

MAX_PARTS: Final = 1_000
"""Activities and laps of a file."""

_MAX_FROM_MEDIAN_S = 4 * 86_400.0
"""A row further from the others in time is of a clock that was not set."""

_YEARS_UNIX_S = (315_532_800.0, 4_102_444_800.0)
"""1980 to 2100: before the one no such watch was worn."""

_POSSIBLE: Final[Mapping[str, tuple[float, float]]] = {
    "distance_m": (0.0, 1e6),
    "speed_mps": (0.0, 30.0),
    "cadence_spm": (0.0, 1000.0),
    "run_cadence": (0.0, 1000.0),
    "cadence": (0.0, 1000.0),
    "heart_rate_bpm": (20.0, 250.0),
    "altitude_m": (-500.0, 9000.0),
    "stance_time_ms": (1.0, 5000.0),
    "stance_balance_pct": (1.0, 99.0),
    "vertical_oscillation_mm": (1.0, 1000.0),
    "step_length_mm": (1.0, 10_000.0),
    "power_w": (0.0, 5000.0),
    "temperature_c": (-60.0, 80.0),
    LATITUDE: (-90.0, 90.0),
    LONGITUDE: (-180.0, 180.0),
}
_ZERO_IS_NOTHING: Final = frozenset(
    {
        "heart_rate_bpm",
        "stance_time_ms",
        "stance_balance_pct",
        "vertical_oscillation_mm",
        "step_length_mm",
    }
)


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows as columns.

    Attributes
    ----------
    start_unix_s
        Of the first row.
    time_s
        (n,) from the first row, strictly increasing.
    columns
        (n,) each; NaN where the row said nothing. None is all NaN.
    notes
        What was dropped.
    lost
        How many rows were dropped, for a time that cannot be.
    """

    start_unix_s: float
    time_s: FloatArray
    columns: Mapping[str, FloatArray]
    notes: tuple[str, ...]
    lost: int = 0


Row = tuple[float, "Mapping[str, float]"]
"""Unix time in seconds, and values by column."""


def row_table(rows: Sequence[Row]) -> RowTable | None:
    """Make columns of rows.

    Rows are sorted by time; rows of one time are merged, where the later one's values win; rows days away
    from the others and impossible values are left out.

    Parameters
    ----------
    rows
        In the order of the file.

    Returns
    -------
    table
        None where no row is left.
    """
    times = np.array([time for time, _ in rows], np.float64)
    good = np.isfinite(times) & (times > _YEARS_UNIX_S[0]) & (times < _YEARS_UNIX_S[1])
    if not good.any():
        return None
    good &= np.abs(times - np.median(times[good])) <= _MAX_FROM_MEDIAN_S
    order = np.flatnonzero(good)
    order = order[~stray_times(times[order])]
    disordered = int(np.count_nonzero(np.diff(times[order]) < 0))
    order = order[np.argsort(times[order], kind="stable")]
    if not len(order):
        return None
    first = np.concatenate([[True], np.diff(times[order]) > 0])
    columns, impossible = _columns(rows, order, np.cumsum(first) - 1, int(first.sum()))
    unique = times[order][first]
    lost = len(rows) - len(order)
    notes = _row_notes(lost, len(order) - len(unique), disordered, impossible)
    return RowTable(float(unique[0]), unique - unique[0], columns, notes, lost)


def _columns(
    rows: Sequence[Row], order: np.ndarray, place: np.ndarray, n: int
) -> tuple[dict[str, FloatArray], dict[str, int]]:
    columns: dict[str, FloatArray] = {}
    for index, at in zip(order.tolist(), place.tolist(), strict=True):
        for name, value in rows[index][1].items():
            if name not in columns:
                columns[name] = np.full(n, np.nan)
            columns[name][at] = value
    impossible: dict[str, int] = {}
    for name, values in columns.items():
        bad = _impossible(name, values)
        impossible[name] = int(bad.sum())
        values[bad | ((values == 0) & (name in _ZERO_IS_NOTHING))] = np.nan
    return {name: v for name, v in columns.items() if np.isfinite(v).any()}, impossible


def _impossible(name: str, values: FloatArray) -> BoolArray:
    low, high = _POSSIBLE.get(name, (-np.inf, np.inf))
    with np.errstate(invalid="ignore"):
        bad = (values < low) | (values > high) | np.isinf(values)
    if name in _ZERO_IS_NOTHING:
        bad &= values != 0
    return np.asarray(bad)


def _row_notes(lost: int, merged: int, disordered: int, impossible: Mapping[str, int]) -> tuple[str, ...]:
    notes = []
    if lost:
        notes.append(f"{lost} rows without a usable time were left out.")
    if merged:
        notes.append(f"{merged} rows had the time of another row and were merged with it.")
    if disordered:
        notes.append(f"The times ran backwards {disordered} times; the rows were sorted.")
    for name, count in impossible.items():
        if count and name not in (LATITUDE, LONGITUDE) and not name.startswith(DEVELOPER):
            notes.append(f"{count} impossible values of {name} were left out.")
    return tuple(notes)
