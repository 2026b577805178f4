"""Activities of TCX and GPX files: points in stretches; the same steps from there to runs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError, RefusedError
from pfp_sensors.formats.watch_content import left_out_note
from pfp_sensors.formats.watch_distance import steps_of_unclear_cadence
from pfp_sensors.formats.watch_rows import MAX_PARTS, MAX_ROWS, SEGMENT, row_table
from pfp_sensors.formats.watch_run import Told, run_of
from pfp_sensors.formats.watch_sport import take_sport
from pfp_sensors.model.watch import WatchTotals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.errors import PfpError
    from pfp_sensors.formats.watch_content import WatchContent
    from pfp_sensors.formats.watch_rows import Row
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.model.watch import WatchRun

CADENCES: Final = ("run_cadence", "cadence")
"""Columns of a cadence whose meaning is judged, the better one first."""


@dataclass(slots=True)
class Activity:
    """What is collected of one activity while its file is read.

    Attributes
    ----------
    sport
        As the file says it; "" where it does not.
    device
        Maker and model, or None.
    laps
        Start in Unix seconds, duration in s, distance in m (NaN where not told).
    rows
        With `CADENCES` as they stand in the file.
    stretches
        How many uninterrupted stretches have begun.
    unzoned
        How many times had no zone.
    """

    sport: str = ""
    device: str | None = None
    laps: list[tuple[float, float, float]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    stretches: int = 0
    unzoned: int = 0

    def add(self, unix_s: float, zoned: bool, values: Mapping[str, float]) -> None:
        """Add a point to the stretch that is open.

        Raises
        ------
        InputError
            If there are more than a run can have.
        """
        if len(self.rows) >= MAX_ROWS:
            raise InputError("A file with more points than any run has.", "Export one run a file.")
        self.unzoned += not zoned
        self.rows.append((unix_s, {**values, SEGMENT: float(self.stretches)}))


def add_activity(activities: list[Activity], activity: Activity) -> None:
    """Add the next activity of a file.

    Raises
    ------
    InputError
        If there are absurdly many.
    """
    if len(activities) >= MAX_PARTS:
        raise InputError(f"A file with more than {MAX_PARTS} activities.", "Export one run a file.")
    activities.append(activity)


def runs_of(
    content: WatchContent,
    kind: str,
    activities: Sequence[Activity],
    notes: tuple[str, ...],
    *,
    listed: bool,
    keep_positions: bool,
    sport: str = "",
) -> tuple[WatchRun, ...]:
    """Make runs of the activities of a file; other sports are left out with a note.

    Parameters
    ----------
    content, kind, keep_positions
        As for `run_of`.
    activities
        Of the file, in its order.
    notes
        What reading the file took.
    listed
        Whether its words for sports come from the format's own list.
    sport
        What an archive says of it, used where the file says nothing.

    Raises
    ------
    RefusedError
        If it has activities, and none is a run.
    InputError
        If no point of a run has a time.
    """
    runs: list[WatchRun] = []
    problems: list[PfpError] = []
    for activity in activities:
        try:
            runs.append(_run(content, kind, activity, sport, listed=listed, keep_positions=keep_positions))
        except (RefusedError, InputError) as problem:
            problems.append(problem)
    if not runs:
        raise problems[0] if problems else _empty(content, notes)
    if problems:
        notes = (*notes, left_out_note(content, problems))
    return tuple(replace(run, notes=(*notes, *run.notes)) for run in runs)


def _run(
    content: WatchContent, kind: str, activity: Activity, sport: str, *, listed: bool, keep_positions: bool
) -> WatchRun:
    """Make a run of one activity."""
    taken = take_sport(content.name, activity.sport or sport, listed=listed and bool(activity.sport))
    table = row_table(activity.rows)
    if table is None:
        raise _empty(content, ())
    columns, notes = _with_cadence(table.columns)
    if activity.unzoned:
        notes.append(f"{activity.unzoned} times had no zone and were taken as UTC.")
    laps = tuple(
        (start, start + duration, distance if math.isfinite(distance) else None)
        for start, duration, distance in activity.laps
        if math.isfinite(start) and math.isfinite(duration)
    )
    told = Told(taken, activity.device, laps=laps, totals=_totals(activity), notes=tuple(notes))
    table = replace(table, columns=columns)
    return run_of(content, kind, table, told, keep_positions=keep_positions)


def _with_cadence(columns: Mapping[str, FloatArray]) -> tuple[dict[str, FloatArray], list[str]]:
    """Put ``cadence_spm`` in the place of what the file calls cadence."""
    kept = {name: values for name, values in columns.items() if name not in CADENCES}
    for name in CADENCES:
        if name in columns:
            kept["cadence_spm"], note = steps_of_unclear_cadence(columns[name])
            return kept, [note]
    return kept, []


def _totals(activity: Activity) -> WatchTotals:
    """Add up what the laps say; a sum that lacks a lap is none."""
    laps = np.array(activity.laps, np.float64).reshape(-1, 3)
    if not len(laps):
        return WatchTotals()
    with np.errstate(over="ignore", invalid="ignore"):  # what adds up to no number is left out below
        timer, distance = float(laps[:, 1].sum()), float(laps[:, 2].sum())
    return WatchTotals(
        distance_m=distance if math.isfinite(distance) else None,
        timer_s=timer if math.isfinite(timer) else None,
    )


def _empty(content: WatchContent, notes: tuple[str, ...]) -> InputError:
    found = f" ({notes[0]})" if notes else ""
    return InputError(
        f"{content.name} has no point of a run with a time{found}; expected one a second or so.",
        "Export the run again; a planned route or course has no times.",
    )
