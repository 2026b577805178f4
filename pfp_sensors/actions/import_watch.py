"""The runs of a watch or a service brought into the diary, each joined with its recording if it has one."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.edited_figures import edited_figures
from pfp_sensors.actions.entry_days import not_ahead
from pfp_sensors.actions.import_parts import known_run, no_run_of, read_run, runs_of, same_day
from pfp_sensors.actions.joined_run import (
    WHOLE,
    learn,
    merged,
    recorded_run,
    rounded_summary,
    standing,
    with_watch_facts,
)
from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.actions.run_knowledge import options_of_run
from pfp_sensors.actions.same_run import meet_watch, met_of
from pfp_sensors.errors import PfpError, RefusedError
from pfp_sensors.model.diary import Run
from pfp_sensors.model.imported import Imported

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.actions.joined_run import Merged
    from pfp_sensors.actions.same_run import Meeting
    from pfp_sensors.formats.watch import WatchFiles
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.watch import WatchRun, WatchSummary

SOURCE: Final = "watch"
IMPORTED: Final = "import"
_THERE: Final = "A run of the same time is in the diary, with as much or more."


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
    known = known_run(home, watch.source.sha256)
    if known is not None:
        return Imported(path, known, "known")
    summary = rounded_summary(watch_summary(watch))
    if summary.km is None and summary.minutes is None:
        said = " ".join((*watch.notes, *summary.notes))
        raise RefusedError(
            f"{path}: there is no running in it to put into the diary. {said}".strip(),
            "`pfp add-run` writes a run down by hand.",
        )
    began = not_ahead(_local(watch), at, f"{path}: the start of the run")
    meeting = meet_watch(home, runs_of(home), watch, began, load_signal_settings())
    if meeting is not None and _is_known(meeting.run, watch, summary):
        return Imported(path, meeting.run, "known", notes=(_THERE,))
    new = _New(home, watch, summary, began, meeting)
    return new.understood() if dry_run else new.stored(at, alone=alone)


def _is_known(run: Run, watch: WatchRun, summary: WatchSummary) -> bool:
    """Tell whether a run of that time has all that this says: a copy, another watch, or our own export."""
    if watch.own:
        return True
    if run.watch is None or run.minutes is None:
        return False
    return summary.minutes is None or WHOLE * summary.minutes <= run.minutes


@dataclass(frozen=True, slots=True)
class _New:
    """A watch's run on its way into the diary; ``meeting``: with the run that it belongs to."""

    home: Path
    watch: WatchRun
    summary: WatchSummary
    began: datetime
    meeting: Meeting | None

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.watch.notes, *self.summary.notes)

    def understood(self) -> Imported:
        """Say what it would become."""
        path = self.watch.source.path
        if self.meeting is None:
            run, others = self._run("new", None), same_day(self.home, self.began)
            return Imported(path, run, "understood", others, self.notes, watch=self.watch)
        new, more = self._merged(self.meeting, "", frozenset(), None)
        met = met_of(self.meeting, self.began, is_watch=True)
        return Imported(path, new, "understood", (), (*self.notes, *more), met=met, watch=self.watch)

    def stored(self, at: datetime, *, alone: bool) -> Imported:
        """Keep the rows, then write the run; where that fails, the rows go again."""
        from pfp_sensors.store.database import changes, open_diary
        from pfp_sensors.store.diary import find_run_by_sha256
        from pfp_sensors.store.home import new_run_folder
        from pfp_sensors.store.watch_files import write_watch

        path, others = self.watch.source.path, same_day(self.home, self.began)
        folder = new_run_folder(self.home, self.watch.start)
        stored = False
        more: tuple[str, ...] = ()
        try:
            place = write_watch(folder, self.watch).relative_to(self.home).as_posix()
            analysis = self._laid_beside(folder, at)
            with contextlib.closing(open_diary(self.home)) as diary:
                with changes(diary):
                    known = find_run_by_sha256(diary, self.watch.source.sha256)
                    if known is not None:  # another process was faster
                        return Imported(path, known, "known")
                    run_id, more = self._write(diary, place, analysis, at)
                stored = True
                run = read_run(diary, run_id)
        finally:
            if not stored:
                shutil.rmtree(folder, ignore_errors=True)
        if self.meeting is None:
            no_run = no_run_of(self.home, run, at) if alone else None
            return Imported(path, run, "added", others, self.notes, no_run=no_run)
        notes = (*self.notes, *more, *self._teach(analysis, folder))
        return Imported(path, run, "joined", (), notes, met=met_of(self.meeting, self.began, is_watch=True))

    def _write(
        self, diary: sqlite3.Connection, place: str, analysis: FileAnalysis | None, at: datetime
    ) -> tuple[str, tuple[str, ...]]:
        """Write a new run, or the figures of the one that it belongs to; give its id and what to say."""
        from pfp_sensors.store.diary import correct_entry

        if self.meeting is None:
            (run_id,) = add_with_run_id(diary, lambda name: [self._run(name, place)], at=at)
            return run_id, ()
        edited = edited_figures(diary, self.meeting.run)
        run, more = self._merged(self.meeting, place, edited, analysis)
        correct_entry(diary, run.id, run, at=at)
        return run.id, more

    def _laid_beside(self, folder: Path, at: datetime) -> FileAnalysis | None:
        """Analyse the recording of the run again, with the watch on its clock."""
        from pfp_sensors.actions.analyze import WatchBeside, analyze_file
        from pfp_sensors.store.recording_names import recording_of
        from pfp_sensors.store.watch_names import WATCH_NAME

        if self.meeting is None or self.meeting.joined is None:
            return None
        run = self.meeting.run
        known = options_of_run(self.home, runs_of(self.home), run, at)
        beside = WatchBeside(folder / WATCH_NAME, self.meeting.joined.offset_s)
        return analyze_file(recording_of(self.home, run), replace(known, watch=beside))

    def _merged(
        self, meeting: Meeting, place: str, edited: Collection[str], analysis: FileAnalysis | None
    ) -> Merged:
        run = meeting.run
        offset_s = None if meeting.joined is None else meeting.joined.offset_s
        return merged(
            with_watch_facts(run, self.watch, self.summary, place, offset_s),
            stands=standing(run, edited),
            alone=None if run.method is None else run,
            beside=None if analysis is None else recorded_run(run, analysis),
            watch=self.summary,
        )

    def _teach(self, analysis: FileAnalysis | None, folder: Path) -> tuple[str, ...]:
        """Keep what the run teaches; that it could not be kept is said, and takes nothing back."""
        if analysis is None or self.meeting is None or self.meeting.joined is None:
            return ()
        try:
            learn(analysis, self.meeting.joined, folder)
        except PfpError as error:
            return (f"What it teaches about your speed was not kept: {error.message}",)
        return ()

    def _run(self, run_id: str, place: str | None) -> Run:
        sha256, own = self.watch.source.sha256, self.watch.own
        empty = Run(run_id, self.began, source=IMPORTED if own else SOURCE, sha256=sha256)
        run = merged(empty, stands=(), watch=self.summary).run
        facts = with_watch_facts(run, self.watch, self.summary, place or "", None)
        source = None if own else run.distance_source
        return replace(facts, watch=place, distance_source=source, synthetic=self.watch.synthetic)


def _local(watch: WatchRun) -> datetime:
    """Tell when a run began where the person was, as far as the file says; else where this computer is."""
    if watch.utc_offset_s is None:
        return watch.start.astimezone().replace(microsecond=0)
    zone = timezone(timedelta(seconds=watch.utc_offset_s))
    return watch.start.astimezone(zone).replace(microsecond=0)
