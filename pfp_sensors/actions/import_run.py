"""A recording brought into the diary as a run, known by the bytes it was read from."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.analyze import WatchBeside
from pfp_sensors.actions.edited_figures import edited_figures
from pfp_sensors.actions.entry_days import not_ahead
from pfp_sensors.actions.import_parts import known_run, no_run_of, read_run, runs_of, same_day
from pfp_sensors.actions.joined_run import learn, with_analysis
from pfp_sensors.actions.keep_samples import below_home, indexed, keeping, not_keeping
from pfp_sensors.actions.known_beside import analyse_known, read_known
from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.actions.run_from_summary import run_from_analysis
from pfp_sensors.actions.same_run import learned_before, meet_watch, met_of
from pfp_sensors.errors import InputError, RefusedError
from pfp_sensors.model.imported import Imported

if TYPE_CHECKING:
    from collections.abc import Collection

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.actions.keep_samples import Kept
    from pfp_sensors.actions.same_run import Meeting
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Moment, Run
    from pfp_sensors.model.recording import RecordingFile

START_ADVICE: Final = "Give it with --start: 2026-10-01T07:00 (local time), or only the day."


def import_run(
    home: Path,
    path: Path,
    options: AnalyzeOptions,
    *,
    start: Moment | None = None,
    dry_run: bool = False,
    keep: bool = True,
    at: datetime,
) -> Imported:
    """Analyse a recording and put it into the diary, unless the same bytes are there already.

    Where the diary has a watch's run of the same outing, the two become one run.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    path
        A recording of any kind that `read_recording_file` takes.
    options
        What is known beside the file.
    start
        When the run began; None for what the recording says.
    dry_run
        Write nothing.
    keep
        Keep the samples with the diary.
    at
        Now.

    Raises
    ------
    InputError
        If the recording cannot be read, or nobody says when it began.
    UsageError
        If it began in the future, or holds several sensors and none was chosen.
    RefusedError
        If there is no running in it.
    PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.settings import load_signal_settings

    file = read_known(path, options)
    known = known_run(home, file.source.sha256)
    if known is not None:
        return Imported(str(path), known, "known")
    said = _start(path, file, start, at)
    if said is None and not dry_run:
        raise InputError(f"{path} does not say when the run began.", START_ADVICE)
    began, runs, settings = said or at.date(), runs_of(home), load_signal_settings()
    if not options.learned:
        options = replace(options, learned=learned_before(home, runs, None, at))
    analysis = analyse_known(file, options, settings)
    _refuse_without_running(path, analysis)
    meeting = None if said is None else meet_watch(home, runs, analysis, began, settings)
    if meeting is not None:
        analysis = analyse_known(file, _with_watch(home, options, meeting), settings)
    new = _New(home, file, analysis, meeting, began)
    if dry_run:
        return new.understood(path, dated=said is not None)
    with keeping(home, path, file, began) if keep else not_keeping(home, path) as kept:
        done = new.stored(kept, at)
    return replace(done, notes=(*done.notes, *kept.notes, *indexed(home, kept)))


@dataclass(frozen=True, slots=True)
class _New:
    """A recording on its way into the diary; ``meeting``: with the watch's run that it belongs to."""

    home: Path
    file: RecordingFile
    analysis: FileAnalysis
    meeting: Meeting | None
    began: Moment

    @property
    def notes(self) -> tuple[str, ...]:
        read = tuple(note for leg in self.analysis.legs for note in leg.summary.recording.notes)
        taught = next((leg.summary.model for leg in self.analysis.legs if leg.summary.model), None)
        if taught is None:
            return read
        told = f"what {taught.runs} runs with a watch taught; typically {taught.error_pct:.0f} % off"
        return (*read, f"Its distance is {told}.")

    def understood(self, path: Path, *, dated: bool) -> Imported:
        """Say what it would become."""
        place = below_home(path, self.home)
        met = None if self.meeting is None else met_of(self.meeting)
        run = self._run("new", place) if self.meeting is None else self._merged(self.meeting, place, ())
        others = same_day(self.home, self.began) if dated and met is None else ()
        return Imported(
            str(path), run, "understood", others, self.notes, dated=dated, met=met, recording=self.file
        )

    def stored(self, kept: Kept, at: datetime) -> Imported:
        """Write it into the diary."""
        from pfp_sensors.store.database import open_diary

        path = self.file.source.path
        if self.meeting is not None:
            return self._joined(self.meeting, kept, path, at)
        others = same_day(self.home, self.began)
        with contextlib.closing(open_diary(self.home)) as diary:
            (run_id,) = add_with_run_id(diary, lambda name: [self._run(name, kept.place)], at=at)
            run = read_run(diary, run_id)
        return Imported(path, run, "added", others, self.notes, no_run=no_run_of(self.home, run, at))

    def _joined(self, meeting: Meeting, kept: Kept, path: str, at: datetime) -> Imported:
        """Give a watch's run the figures of its recording."""
        from pfp_sensors.store.database import open_diary
        from pfp_sensors.store.diary import correct_entry
        from pfp_sensors.store.recording_names import watch_of

        run_id = meeting.run.id
        with contextlib.closing(open_diary(self.home)) as diary:
            merged = self._merged(meeting, kept.place, edited_figures(diary, meeting.run))
            correct_entry(diary, run_id, merged, at=at)
            run = read_run(diary, run_id)
        if meeting.joined is not None:
            learn(self.analysis, meeting.joined, watch_of(self.home, meeting.run).parent)
        return Imported(path, run, "joined", (), self.notes, met=met_of(meeting))

    def _run(self, run_id: str, place: str | None) -> Run:
        source = "import" if below_home(Path(self.file.source.path), self.home) is None else "recording"
        return run_from_analysis(self.analysis, run_id, self.began, source=source, recording=place)

    def _merged(self, meeting: Meeting, place: str | None, edited: Collection[str]) -> Run:
        offset_s = None if meeting.joined is None else round(meeting.joined.offset_s, 3)
        sha256 = self.file.source.sha256
        beside = replace(meeting.run, sha256=sha256, recording=place, watch_offset_s=offset_s)
        return with_analysis(beside, self.analysis, edited)


def _with_watch(home: Path, options: AnalyzeOptions, meeting: Meeting) -> AnalyzeOptions:
    """Add what the watch knows of a recording."""
    from pfp_sensors.store.recording_names import watch_of

    if meeting.joined is None:
        return replace(options, distance_km=options.distance_km or meeting.run.km)
    return replace(options, watch=WatchBeside(watch_of(home, meeting.run), meeting.joined.offset_s))


def _start(path: Path, file: RecordingFile, given: Moment | None, at: datetime) -> Moment | None:
    """Tell when a run began: as the person says, else as the recording does, in local time; None: unknown."""
    if given is not None:
        return given
    said = next((one.start_utc for one in file.recordings if one.start_utc is not None), None)
    if said is None:
        return None
    moment = datetime.fromisoformat(said)
    if moment.utcoffset() is None:
        moment = moment.replace(tzinfo=UTC)
    if moment.utcoffset() == UTC.utcoffset(None):  # a recorder's clock; the day counts where the person is
        moment = moment.astimezone()
    return not_ahead(moment.replace(microsecond=0), at, f"{path}: the start of the recording")


def _refuse_without_running(path: Path, analysis: FileAnalysis) -> None:
    if any(leg.summary.status != "refused" for leg in analysis.legs):
        return
    said = [reason.message for leg in analysis.legs for reason in leg.summary.reasons if reason.blocking]
    why = f" {said[0]}" if said else ""
    raise RefusedError(
        f"{path}: there is no running in it to put into the diary.{why}",
        f"`pfp analyze {path}` shows what was found. A run without a sensor: `pfp add-run`.",
    )
