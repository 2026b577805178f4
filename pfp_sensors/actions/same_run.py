"""A watch's file and a recording of the same run, found by time and aligned by cadence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.analyze import AnalyzeOptions, WatchBeside
from pfp_sensors.actions.edited_figures import FIGURES
from pfp_sensors.actions.find_run import runs_in_order
from pfp_sensors.actions.mappings import mapping_for
from pfp_sensors.errors import PfpError
from pfp_sensors.load.days import day_of
from pfp_sensors.model.imported import Met

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Moment, Run
    from pfp_sensors.model.watch import JoinedWatch, WatchRun, WatchSummary
    from pfp_sensors.settings import SignalSettings

    Span = tuple[datetime, datetime]

CLOCKS_DIFFER: Final = timedelta(minutes=75)
"""Clocks may be wrong by an hour (a time zone, a summer) and some minutes."""

SAME_SHARE: Final = 0.5
"""Of the shorter of two runs: nobody runs twice at a time, so runs that overlap so much are one."""

_MOST_LEARNED: Final = 30
"""Runs from which a person's speed is learned: older ones are forgotten anyway."""


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


def met_of(meeting: Meeting) -> Met:
    """Say what was met without the rows of the watch."""
    joined = meeting.joined
    offset_s = None if joined is None else joined.offset_s
    return Met(meeting.run, joined is not None, offset_s, meeting.because)


def watch_beside(home: Path, run: Run) -> WatchBeside | None:
    """Tell which rows of a watch belong to the recording of a run; raises as `watch_of`."""
    from pfp_sensors.store.recording_names import watch_of

    if run.watch is None or run.watch_offset_s is None:
        return None
    return WatchBeside(watch_of(home, run), run.watch_offset_s)


def learned_before(home: Path, runs: Iterable[Run], run: Run | None, at: datetime) -> tuple[Path, ...]:
    """List what the runs before one taught about speed, in order of time; of None: all runs.

    Raises
    ------
    InputError
        If the diary names a place outside of the folder of runs.
    """
    from pfp_sensors.store.recording_names import watch_of
    from pfp_sensors.store.watch_names import LEARNED_NAME

    ordered = runs_in_order(runs, at)
    if run is not None and run in ordered:
        ordered = ordered[: ordered.index(run)]
    joined = [one for one in ordered if one.watch is not None and one.watch_offset_s is not None]
    paths = [watch_of(home, one).with_name(LEARNED_NAME) for one in joined]
    return tuple(path for path in paths if path.is_file())[-_MOST_LEARNED:]


def options_of_run(home: Path, runs: Iterable[Run], run: Run, at: datetime) -> AnalyzeOptions:
    """Tell what is known beside the recording of a run in the diary; raises as `learned_before`."""
    from pfp_sensors.store.recording_names import recording_of

    beside, mapping = watch_beside(home, run), None
    if run.recording is not None:
        mapping = mapping_for(home, recording_of(home, run))
    if beside is not None:
        return AnalyzeOptions(watch=beside, mapping=mapping)
    if run.watch is not None and run.distance_source == "watch":
        return AnalyzeOptions(distance_km=run.km, mapping=mapping)
    return AnalyzeOptions(learned=learned_before(home, runs, run, at), mapping=mapping)


def meet_watch(
    home: Path, runs: Iterable[Run], analysis: FileAnalysis, start: Moment, settings: SignalSettings
) -> Meeting | None:
    """Find the watch's run in the diary that a new recording belongs to.

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

    Raises
    ------
    InputError
        If the rows of a watch cannot be read.
    """
    from pfp_sensors.store.recording_names import watch_of
    from pfp_sensors.store.watch_files import read_watch

    length = timedelta(seconds=max(leg.summary.recording.duration_s for leg in analysis.legs))
    span = (start, start + length) if isinstance(start, datetime) else None
    waiting = [run for run in runs if run.watch is not None and run.method is None]
    meetings = []
    for run in waiting:
        if _is_near(run.start, _span(run), start, span):
            watch = read_watch(watch_of(home, run))
            meetings.append(_aligned(run, analysis, span, watch, settings))
    return _best(meetings)


def meet_recording(
    home: Path, runs: Iterable[Run], watch: WatchRun, began: datetime, settings: SignalSettings
) -> Meeting | None:
    """Find the run in the diary that a watch's new file belongs to; as `meet_watch`.

    A run whose recording is kept is aligned by cadence; another one is the same where its time says so.

    Parameters
    ----------
    began
        Start of the watch's run, in local time.
    """
    span = (began, began + _length(watch))
    meetings = []
    for run in runs:
        own = _span(run)
        if run.watch is not None or not _is_near(run.start, own, began, span):
            continue
        analysis = _analysis_of(home, run, settings)
        if isinstance(analysis, str):
            same = own is not None and _overlap(own, span) >= SAME_SHARE
            meetings.append(Meeting(run, None, analysis) if same else None)
        else:
            meetings.append(_aligned(run, analysis, own, watch, settings))
    return _best(meetings)


def same_watch_run(runs: Iterable[Run], watch: WatchRun) -> Run | None:
    """Find the run that came from another file of a watch at the same time: another watch, or a copy."""
    span = (watch.start, watch.start + _length(watch))
    for run in runs:
        own = _span(run)
        if run.watch is not None and own and _overlap(own, span) >= SAME_SHARE:
            return run
    return None


def with_watch(
    run: Run,
    watch: WatchRun,
    summary: WatchSummary,
    place: str,
    offset_s: float | None,
    edited: Collection[str] = (),
) -> Run:
    """Write into a run what only the watch knows and, where nothing was aligned, its distance and speed too.

    Parameters
    ----------
    run
        As it is, with the figures of its recording where it has one.
    watch, summary
        What the watch says.
    place
        Of the watch's rows, below the home.
    offset_s
        Second of the recording at which they begin; None where nothing was aligned.
    edited
        Figures that the person corrected: they stand, as does all of a run that was typed.
    """
    known = {name: getattr(run, name) for name in (*FIGURES, "downhill_min")}
    told = {name: _rounded(getattr(summary, name, None)) for name in known}
    stands = {name for name, value in known.items() if value is not None}
    if offset_s is None and run.source != "typed":
        stands -= {"km", "speed_mps"} - set(edited)
    figures: dict[str, Any] = {
        name: known[name] if name in stands or told[name] is None else told[name] for name in known
    }
    is_watch = "km" not in stands and summary.km is not None
    return replace(
        run,
        **figures,
        distance_source="watch" if is_watch else run.distance_source,
        heart_rate_bpm=_rounded(summary.heart_rate_bpm),
        ascent_m=_rounded(summary.ascent_m),
        descent_m=_rounded(summary.descent_m),
        watch=place,
        watch_sha256=watch.source.sha256,
        watch_offset_s=None if offset_s is None else round(offset_s, 3),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


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


def _overlap(one: Span, other: Span) -> float:
    """Give the time in common as a share of the shorter one."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    shorter = min(one[1] - one[0], other[1] - other[0])
    return common / shorter if shorter > timedelta() else 0.0


def _aligned(
    run: Run, analysis: FileAnalysis, span: Span | None, watch: WatchRun, settings: SignalSettings
) -> Meeting | None:
    """Align a watch with a recording by cadence; else take them for one where their times overlap."""
    from pfp_sensors.analyse.watch_join import join_watch
    from pfp_sensors.model.watch import JoinedWatch

    best = max(analysis.legs, key=lambda leg: leg.summary.quality.coverage or 0.0)
    found = join_watch(best, None if span is None else span[0], watch, settings)
    if isinstance(found, JoinedWatch):
        return Meeting(run, found)
    same = span is not None and _overlap(span, (watch.start, watch.start + _length(watch))) >= SAME_SHARE
    return Meeting(run, None, found.reason) if same else None


def _best(meetings: Iterable[Meeting | None]) -> Meeting | None:
    """Prefer what was aligned; where two runs could be it, none is."""
    known = [one for one in meetings if one is not None]
    chosen = [one for one in known if one.joined is not None] or known
    return chosen[0] if len(chosen) == 1 else None


def _analysis_of(home: Path, run: Run, settings: SignalSettings) -> FileAnalysis | str:
    """Analyse the recording of a run, or say why that cannot be done."""
    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.store.recording_names import recording_of

    if run.recording is None:
        return "its recording is not kept with the diary"
    try:
        return analyze_file(recording_of(home, run), settings=settings)
    except PfpError as error:
        return f"its recording cannot be analysed: {error.message}"
