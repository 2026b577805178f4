"""The runs of a watch or a service brought into the diary, each joined with its recording if it has one."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from pfp_sensors.actions.edited_figures import edited_figures
from pfp_sensors.actions.entry_days import not_ahead
from pfp_sensors.actions.import_parts import known_run, no_run_of, read_run, runs_of, same_day
from pfp_sensors.actions.joined_run import learn, with_analysis
from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.actions.same_run import meet_recording, met_of, same_watch_run, with_watch
from pfp_sensors.errors import PfpError, RefusedError
from pfp_sensors.model.diary import Run
from pfp_sensors.model.imported import Imported

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.actions.same_run import Meeting
    from pfp_sensors.formats.watch import WatchFiles
    from pfp_sensors.model.watch import WatchRun, WatchSummary

SOURCE = "watch"


def import_watch(
    home: Path,
    path: Path,
    *,
    keep_positions: bool = False,
    dry_run: bool = False,
    at: datetime,
    each: Callable[[int, int], None] | None = None,
) -> tuple[tuple[Imported, ...], WatchFiles]:
    """Bring the runs of a watch's file, or of a service's archive, into the diary.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    path
        A FIT, TCX or GPX file, or a Strava archive.
    keep_positions
        Keep where the run was, in a file of its own.
    dry_run
        Write nothing.
    at
        Now.
    each
        Told the number of a run and how many there are, before each.

    Returns
    -------
    tuple
        What became of each run, and what was read: with the runs that could not be.

    Raises
    ------
    InputError
        If the file cannot be read.
    UsageError
        If the extra for watches is not installed, or the only run lies in the future.
    RefusedError
        If the only thing in it is no run.
    PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.formats.watch import read_watch_files
    from pfp_sensors.settings import load_import_settings

    files = read_watch_files(path, keep_positions=keep_positions, max_bytes=load_import_settings().max_bytes)
    done, problems = [], list(files.problems)
    alone = len(files.runs) == 1 and not files.problems
    for number, watch in enumerate(files.runs):
        if each is not None:
            each(number, len(files.runs))
        try:
            done.append(_import(home, watch, dry_run=dry_run, at=at, alone=alone))
        except PfpError as error:
            if alone:
                raise
            problems.append((watch.source.path, error))
    return tuple(done), replace(files, problems=tuple(problems))


def _import(home: Path, watch: WatchRun, *, dry_run: bool, at: datetime, alone: bool) -> Imported:
    from pfp_sensors.analyse.watch_summary import watch_summary
    from pfp_sensors.settings import load_signal_settings

    path = watch.source.path
    runs = runs_of(home)
    known = known_run(home, watch.source.sha256) or same_watch_run(runs, watch)
    if known is not None:
        return Imported(path, known, "known")
    summary = watch_summary(watch)
    if summary.km is None and summary.minutes is None:
        raise RefusedError(
            f"{path}: there is no running in it to put into the diary.",
            "`pfp add-run` writes a run down by hand.",
        )
    began = not_ahead(_local(watch), at, f"{path}: the start of the run")
    notes = (*watch.notes, *summary.notes)
    meeting = meet_recording(home, runs, watch, began, load_signal_settings())
    if dry_run:
        run = _new_run("new", watch, summary, began)
        met = None if meeting is None else met_of(meeting)
        others = () if met is not None else same_day(home, began)
        return Imported(path, run, "understood", others, notes, met=met, watch=watch)
    return _store(home, watch, summary, began, meeting, notes, at, alone=alone)


def _store(
    home: Path,
    watch: WatchRun,
    summary: WatchSummary,
    began: datetime,
    meeting: Meeting | None,
    notes: tuple[str, ...],
    at: datetime,
    *,
    alone: bool,
) -> Imported:
    """Keep the rows of the watch, then write the run; where that fails, the rows go too."""
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import correct_entry
    from pfp_sensors.store.home import new_run_folder
    from pfp_sensors.store.watch_files import write_watch
    from pfp_sensors.store.watch_names import WATCH_FILES

    folder = new_run_folder(home, watch.start)
    stored = False
    try:
        place = write_watch(folder, watch).relative_to(home).as_posix()
        others = () if meeting is not None else same_day(home, began)
        with contextlib.closing(open_diary(home)) as diary:
            if meeting is None:
                new = _new_run("new", watch, summary, began)
                (run_id,) = add_with_run_id(diary, lambda name: [replace(new, id=name, watch=place)], at=at)
            else:
                run_id = meeting.run.id
                edited = edited_figures(diary, meeting.run)
                figures = _joined(home, meeting, folder, edited)
                offset_s = None if meeting.joined is None else meeting.joined.offset_s
                merged = with_watch(figures, watch, summary, place, offset_s, edited)
                correct_entry(diary, run_id, merged, at=at)
            run = read_run(diary, run_id)
        stored = True
    finally:
        if not stored:
            for name in WATCH_FILES:
                (folder / name).unlink(missing_ok=True)
            folder.rmdir()
    if meeting is not None:
        return Imported(watch.source.path, run, "joined", (), notes, met=met_of(meeting))
    no_run = no_run_of(home, run, at) if alone else None
    return Imported(watch.source.path, run, "added", others, notes, no_run=no_run)


def _joined(home: Path, meeting: Meeting, folder: Path, edited: Collection[str]) -> Run:
    """Analyse the recording of a run again, with the watch on its clock."""
    from pfp_sensors.actions.analyze import AnalyzeOptions, WatchBeside, analyze_file
    from pfp_sensors.store.recording_names import recording_of
    from pfp_sensors.store.watch_names import WATCH_NAME

    if meeting.joined is None:
        return meeting.run
    beside = WatchBeside(folder / WATCH_NAME, meeting.joined.offset_s)
    analysis = analyze_file(recording_of(home, meeting.run), AnalyzeOptions(watch=beside))
    learn(analysis, meeting.joined, folder)
    return with_analysis(meeting.run, analysis, edited)


def _new_run(run_id: str, watch: WatchRun, summary: WatchSummary, began: datetime) -> Run:
    sha256 = watch.source.sha256
    empty = Run(run_id, began, source=SOURCE, sha256=sha256, watch_sha256=sha256, synthetic=False)
    full = with_watch(empty, watch, summary, "", None)
    return replace(full, watch=None, speed_mps=summary.speed_mps)


def _local(watch: WatchRun) -> datetime:
    """Tell when a run began where the person was, as far as the file says; else where this computer is."""
    if watch.utc_offset_s is None:
        return watch.start.astimezone().replace(microsecond=0)
    zone = timezone(timedelta(seconds=watch.utc_offset_s))
    return watch.start.astimezone(zone).replace(microsecond=0)
