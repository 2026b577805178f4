"""A run of the diary as a FIT file, which services and training programs read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import RefusedError
from pfp_sensors.formats.fit_activity import FitRun, write_activity
from pfp_sensors.formats.fit_rows import rows_of_legs, rows_of_totals, rows_of_watch
from pfp_sensors.model.watch import JoinedWatch

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.formats.fit_rows import FitRows
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary_run import Run
    from pfp_sensors.model.watch import WatchRun

_ONLY_TOTALS: Final = (
    "Neither a recording with running nor the rows of a watch are kept of this run: its totals were written."
)
_NOT_JOINED: Final = "The rows of the watch were left out: nobody knows where they begin in the recording."


@dataclass(frozen=True, slots=True)
class FitWritten:
    """How many rows a FIT file got, and what it lacks, in plain sentences."""

    rows: int
    notes: tuple[str, ...] = ()


def write_fit(run: Run, analysis: FileAnalysis | None, watch: WatchRun | None, path: Path) -> FitWritten:
    """Write a run as a FIT activity: each second of running, and the totals as the diary has them.

    Parameters
    ----------
    run
        Of the diary.
    analysis
        Of its recording, on whose clock second 0 is the run's start; None where none is kept.
    watch
        The watch's rows; None where there are none. Beside a recording they count where the two are joined.
    path
        The file.

    Raises
    ------
    RefusedError
        If the time of day or the duration of the run is not known.
    UsageError
        If the package fit-tool is missing, or no file can be made there.
    PfpError
        If the disk is full or failing.
    """
    if not isinstance(run.start, datetime) or run.start.utcoffset() is None:
        raise RefusedError(
            f"{run.id}: only the day of the run is known; a FIT file needs the time at which it began.",
            f"Give it with `pfp edit {run.id} start 2026-10-01T07:00` (as it was), then export again.",
        )
    start, notes = run.start, []
    rows = None
    if analysis is not None:
        joined = _joined(run, watch)
        notes += [_NOT_JOINED] if watch is not None and joined is None else []
        rows = rows_of_legs(analysis.legs, joined, run.km)
    if (rows is None or not rows.spans) and watch is not None and len(watch.time_s) > 1:
        rows, start, notes = rows_of_watch(watch), watch.start.astimezone(run.start.tzinfo or UTC), []
    if rows is None or not rows.spans:
        rows, notes = _rows_of_totals(run), [_ONLY_TOTALS]
    write_activity(_fit_run(run, analysis, watch, rows, start), path)
    return FitWritten(len(rows.time_s), tuple(notes))


def _joined(run: Run, watch: WatchRun | None) -> JoinedWatch | None:
    if watch is None or run.watch_offset_s is None:
        return None
    return JoinedWatch(watch, run.watch_offset_s)


def _rows_of_totals(run: Run) -> FitRows:
    if run.minutes is None or round(60.0 * run.minutes) < 1:
        raise RefusedError(
            f"{run.id}: how long the run took is not known; a FIT file needs it.",
            f"Give it with `pfp edit {run.id} minutes MINUTES`, then export again.",
        )
    return rows_of_totals(round(60.0 * run.minutes), run.km)


def _fit_run(
    run: Run, analysis: FileAnalysis | None, watch: WatchRun | None, rows: FitRows, start: datetime
) -> FitRun:
    """Put the totals of the diary beside the rows."""
    legs = () if analysis is None else analysis.legs
    loads = [leg.summary.dose.impact_load_g for leg in legs if leg.summary.dose]
    timer_s = float(sum(end - begun for begun, end in rows.spans))
    return FitRun(
        start=start,
        rows=rows,
        running_s=60.0 * run.minutes if run.minutes else timer_s,
        distance_m=None if run.km is None else 1000.0 * run.km,
        steps=run.steps,
        cadence_spm=run.cadence_spm,
        heart_rate_bpm=run.heart_rate_bpm,
        ascent_m=run.ascent_m,
        descent_m=run.descent_m,
        impact_load_g=sum(loads) / len(loads) if loads else None,
        treadmill=run.distance_source == "treadmill" or bool(watch is not None and watch.indoor),
        synthetic=bool(run.synthetic)
        or bool(watch is not None and watch.synthetic)
        or any(leg.summary.recording.synthetic for leg in legs),
    )
