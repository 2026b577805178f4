"""From a table of rows and what a file says beside them to a run, whose positions stay behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.formats.watch_damage import borne_out, without_spikes
from pfp_sensors.formats.watch_distance import distance_of_positions, growing_distance, speed_of_distance
from pfp_sensors.formats.watch_rows import LATITUDE, LONGITUDE, SEGMENT
from pfp_sensors.formats.watch_sport import UNTOLD_NOTE, Sport
from pfp_sensors.model.recording import Source
from pfp_sensors.model.watch import Lap, Pause, Positions, WatchRun, WatchTotals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.formats.watch_content import WatchContent
    from pfp_sensors.formats.watch_rows import RowTable
    from pfp_sensors.model.recording import FloatArray

_NOT_A_CHANNEL: Final = (LATITUDE, LONGITUDE, SEGMENT)
_SHORTEST_PAUSE_S = 3.0
_ROWS_MISSED = 3.0
"""A gap between two stretches is a pause from three times the usual distance of rows on."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says beside its rows; times in Unix seconds.

    Attributes
    ----------
    sport
        As `take_sport` gives it.
    device, utc_offset_s, totals, units
        As in `WatchRun`.
    pauses, laps
        Start and end; a lap's distance behind them.
    notes
        What reading it took.
    own, synthetic
        As in `WatchRun`.
    damaged
        Whether the file is known to be: its numbers are then held against each other more strictly.
    """

    sport: Sport
    device: str | None = None
    utc_offset_s: int | None = None
    pauses: tuple[tuple[float, float], ...] = ()
    laps: tuple[tuple[float, float, float | None], ...] = ()
    totals: WatchTotals = field(default_factory=WatchTotals)
    units: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    own: bool = False
    synthetic: bool = False
    damaged: bool = False


def run_of(
    content: WatchContent, kind: str, table: RowTable, told: Told, *, keep_positions: bool
) -> WatchRun:
    """Make a run of its rows.

    A distance that the file lacks is taken from the positions, a speed that it lacks from the distance; both
    are said in a note.

    Parameters
    ----------
    content
        The file, for the source.
    kind
        "fit", "tcx" or "gpx".
    table
        Its rows.
    told
        What it says beside them.
    keep_positions
        Whether `WatchRun.positions` is filled; else the places are forgotten here.
    """
    channels, notes = _with_distance(table)
    channels, totals, doubts = borne_out(
        table.time_s, channels, told.totals, speed_told="speed_mps" in table.columns, damaged=told.damaged
    )
    start = table.start_unix_s
    if told.sport.name == "unknown":
        notes = [UNTOLD_NOTE, *notes]
    return WatchRun(
        source=Source(content.name, content.sha256, kind),
        start=datetime.fromtimestamp(start, UTC),
        time_s=table.time_s,
        channels=channels,
        units={name: unit for name, unit in told.units.items() if name in channels},
        utc_offset_s=told.utc_offset_s,
        sport=told.sport.name,
        indoor=told.sport.indoor,
        device=told.device,
        pauses=tuple(Pause(a - start, b - start) for a, b in (*told.pauses, *_segment_pauses(table))),
        laps=tuple(Lap(a - start, b - start, distance_m) for a, b, distance_m in told.laps),
        totals=totals,
        positions=_positions(table) if keep_positions else None,
        notes=(*told.notes, *table.notes, *notes, *doubts),
        own=told.own,
        synthetic=told.synthetic,
    )


def _with_distance(table: RowTable) -> tuple[dict[str, FloatArray], list[str]]:
    """Give the channels, with distance and speed where they can be computed."""
    channels = {name: values for name, values in table.columns.items() if name not in _NOT_A_CHANNEL}
    notes = []
    if "distance_m" in channels:
        told, spikes = without_spikes(table.time_s, channels["distance_m"])
        channels["distance_m"], restarts = growing_distance(told)
        if spikes:
            notes.append(f"{spikes} values of the distance, far from those around them, were left out.")
        if restarts:
            notes.append(f"The distance started again {restarts} times, as lap by lap; it was added up.")
    elif LATITUDE in table.columns and LONGITUDE in table.columns:
        distance, leaps = distance_of_positions(
            table.time_s, table.columns[LATITUDE], table.columns[LONGITUDE], _segments(table)
        )
        if np.isfinite(distance).any():
            channels["distance_m"] = distance
            notes.append("The file tells no distance; it was computed from the positions.")
        if leaps:
            notes.append(f"{leaps} leaps of the position, faster than 12 m/s, were not counted as distance.")
    if "speed_mps" not in channels and "distance_m" in channels:
        speed = speed_of_distance(table.time_s, channels["distance_m"])
        if np.isfinite(speed).any():
            channels["speed_mps"] = speed
            notes.append("The file tells no speed; it was computed from the distance, over 10 s.")
    return channels, notes


def _segments(table: RowTable) -> FloatArray:
    return table.columns.get(SEGMENT, np.zeros(len(table.time_s)))


def _segment_pauses(table: RowTable) -> list[tuple[float, float]]:
    """Take the gaps between stretches that the file itself divides as pauses; in Unix seconds."""
    steps = np.diff(table.time_s)
    if not len(steps):
        return []
    least = max(_SHORTEST_PAUSE_S, _ROWS_MISSED * float(np.median(steps)))
    at = np.flatnonzero((np.diff(_segments(table)) != 0) & (steps > least))
    t = table.time_s + table.start_unix_s
    return [(float(t[k]), float(t[k + 1])) for k in at]


def _positions(table: RowTable) -> Positions | None:
    if LATITUDE not in table.columns or LONGITUDE not in table.columns:
        return None
    latitude, longitude = table.columns[LATITUDE], table.columns[LONGITUDE]
    known = np.isfinite(latitude) & np.isfinite(longitude)
    if not known.any():
        return None
    return Positions(table.time_s[known], latitude[known], longitude[known])
