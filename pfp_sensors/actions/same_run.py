"""Which run of the diary is the same outing as something new: found by time, aligned by cadence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.run_knowledge import options_of_run
from pfp_sensors.errors import PfpError
from pfp_sensors.load.days import day_of
from pfp_sensors.model.imported import Met

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Moment, Run
    from pfp_sensors.model.watch import JoinedWatch, WatchRun
    from pfp_sensors.settings import SignalSettings

    Span = tuple[datetime, datetime]

CLOCKS_DIFFER: Final = timedelta(minutes=75)
"""Clocks may be wrong by an hour (a time zone, a summer) and some minutes."""

SAME_SHARE: Final = 0.5
"""Of the shorter of two runs: nobody runs twice at a time, so runs that overlap so much are one."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A run of the diary that is the same outing as something new.

    Attributes
    ----------
    run
        As the diary has it.
    joined
        The watch on the clock of the recording; None where only the time says that it is the same run.
    because
        Why the two could not be aligned by cadence; None where they were, or nothing was there to align.
    """

    run: Run
    joined: JoinedWatch | None = None
    because: str | None = None


def met_of(meeting: Meeting, new: Moment, *, is_watch: bool) -> Met:
    """Say what was met without the rows of the watch.

    Parameters
    ----------
    new
        When what came in began by its own clock.
    is_watch
        Whether a watch's file came in; else a recording did.
    """
    joined, run = meeting.joined, meeting.run
    if joined is None:
        return Met(run, False, None, meeting.because)
    differ_s = None
    if isinstance(new, datetime) and isinstance(run.start, datetime):
        later_s = joined.offset_s if is_watch else -joined.offset_s
        differ_s = (new - run.start).total_seconds() - later_s
    return Met(run, True, joined.offset_s, None, differ_s)


def meet_recording(
    home: Path, runs: Sequence[Run], analysis: FileAnalysis, start: Moment, settings: SignalSettings
) -> tuple[Meeting | None, tuple[str, ...]]:
    """Find the run in the diary that a new recording belongs to.

    A watch's run without a recording is aligned by cadence. Any other run is the same where the times say so.

    Parameters
    ----------
    home
        As from `home_folder`.
    runs
        Those of the diary.
    analysis
        Of the recording.
    start
        When it began by its own clock; where only the day is known, cadence alone can tell.
    settings
        From `load_signal_settings`.

    Returns
    -------
    tuple
        The one run that it is, or None; and which rows of a watch could not be read.
    """
    length = timedelta(seconds=max(leg.summary.recording.duration_s for leg in analysis.legs))
    span = (start, start + length) if isinstance(start, datetime) else None
    meetings: list[Meeting | None] = []
    notes = []
    for run in runs:
        if not _is_near(run.start, _span(run), start, span):
            continue
        watch = _watch_of(home, run) if run.watch is not None and run.method is None else None
        if isinstance(watch, str):
            notes.append(watch)
            watch = None
        if watch is not None:
            meetings.append(_aligned(run, analysis, span, watch, settings))
        elif _overlaps(_span(run), span):
            meetings.append(Meeting(run))
    return _best(meetings), tuple(notes)


def meet_watch(
    home: Path, runs: Sequence[Run], watch: WatchRun, began: datetime, settings: SignalSettings
) -> Meeting | None:
    """Find the run in the diary that a watch's new file belongs to.

    A run whose recording is kept is aligned by cadence. Any other run is the same where the times say so.

    Parameters
    ----------
    home, runs, settings
        As for `meet_recording`.
    watch
        The watch's run.
    began
        When it began, in local time.
    """
    span = (began, began + _length(watch))
    meetings: list[Meeting | None] = []
    for run in runs:
        own = _span(run)
        if not _is_near(run.start, own, began, span):
            continue
        analysis = _analysis_of(home, runs, run, began, settings) if run.watch is None else None
        if analysis is None or isinstance(analysis, str):
            meetings.append(Meeting(run, None, analysis) if _overlaps(own, span) else None)
        else:
            meetings.append(_aligned(run, analysis, own, watch, settings))
    return _best(meetings)


def _length(watch: WatchRun) -> timedelta:
    return timedelta(seconds=float(watch.time_s[-1]) if len(watch.time_s) else 0.0)


def _is_near(run: Moment, own: Span | None, start: Moment, span: Span | None) -> bool:
    """Tell whether two runs may be the same though a clock is wrong, or only a day is known."""
    if own is None or span is None:
        return day_of(run) == day_of(start)
    return own[0] - CLOCKS_DIFFER < span[1] and span[0] < own[1] + CLOCKS_DIFFER


def _span(run: Run) -> Span | None:
    """Tell from when to when a run was at least; None where only its day is known."""
    if not isinstance(run.start, datetime):
        return None
    return run.start, run.start + timedelta(minutes=run.minutes or 1.0)


def _overlaps(one: Span | None, other: Span | None) -> bool:
    """Tell whether two runs have most of the shorter one's time in common."""
    if one is None or other is None:
        return False
    common = min(one[1], other[1]) - max(one[0], other[0])
    shorter = min(one[1] - one[0], other[1] - other[0])
    return shorter > timedelta() and common / shorter >= SAME_SHARE


def _aligned(
    run: Run, analysis: FileAnalysis, span: Span | None, watch: WatchRun, settings: SignalSettings
) -> Meeting | None:
    """Align a watch with a recording by cadence; else take them for one where their times overlap."""
    from pfp_sensors.analyse.watch_join import join_watch
    from pfp_sensors.model.watch import JoinedWatch

    best = max(analysis.legs, key=lambda leg: leg.summary.quality.coverage or 0.0)
    found = join_watch(best, None if span is None else span[0], watch, settings)
    if isinstance(found, JoinedWatch):
        return Meeting(run, _as_kept(found))
    same = _overlaps(span, (watch.start, watch.start + _length(watch)))
    return Meeting(run, None, found.reason) if same else None


def _as_kept(joined: JoinedWatch) -> JoinedWatch:
    """Give the join as the diary keeps it: one offset, right in the middle of the run."""
    middle_s = 0.5 * _length(joined.watch).total_seconds()
    offset_s = round(joined.offset_s + (joined.rate - 1.0) * middle_s, 3)
    return replace(joined, offset_s=offset_s, rate=1.0)


def _best(meetings: Iterable[Meeting | None]) -> Meeting | None:
    """Prefer what was aligned; where two runs could be it, none is."""
    known = [one for one in meetings if one is not None]
    chosen = [one for one in known if one.joined is not None] or known
    return chosen[0] if len(chosen) == 1 else None


def _watch_of(home: Path, run: Run) -> WatchRun | str:
    """Read the rows of a run's watch, or say why that cannot be done."""
    from pfp_sensors.store.recording_names import watch_of
    from pfp_sensors.store.watch_files import read_watch

    try:
        return read_watch(watch_of(home, run))
    except PfpError as error:
        return f"The rows of the watch of {run.id} cannot be read: {error.message}"


def _analysis_of(
    home: Path, runs: Iterable[Run], run: Run, at: datetime, settings: SignalSettings
) -> FileAnalysis | str | None:
    """Analyse the recording of a run, or say why that cannot be done; None where it never had one."""
    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.store.recording_names import recording_of

    if run.method is None:
        return None
    if run.recording is None:
        return "its recording is not kept with the diary"
    try:
        options = options_of_run(home, runs, run, at)
        return analyze_file(recording_of(home, run), options, settings)
    except PfpError as error:
        return f"its recording cannot be analysed: {error.message}"
