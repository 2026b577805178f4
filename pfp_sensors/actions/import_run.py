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
from pfp_sensors.actions.joined_run import Merged, learn, merged, recorded_run, standing
from pfp_sensors.actions.keep_samples import below_home, indexed, keeping, not_keeping
from pfp_sensors.actions.known_beside import analyse_known, read_known
from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.actions.run_from_summary import run_from_analysis
from pfp_sensors.actions.run_knowledge import learned_before
from pfp_sensors.actions.same_run import meet_recording, met_of
from pfp_sensors.errors import InputError, PfpError, RefusedError
from pfp_sensors.model.imported import Imported

if TYPE_CHECKING:
    from collections.abc import Collection

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.actions.same_run import Meeting
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Moment, Run
    from pfp_sensors.model.imported import ImportHow
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
    _refuse_without_running(path, file, analysis)
    meeting, more = (None, ()) if said is None else meet_recording(home, runs, analysis, began, settings)
    beside = None
    if meeting is not None and meeting.joined is not None:
        beside = analyse_known(file, _with_watch(home, options, meeting), settings)
    new = _New(home, file, analysis, beside, meeting, began, more)
    if dry_run:
        return new.understood(path, dated=said is not None)
    return new.stored(path, at, keep=keep)


@dataclass(frozen=True, slots=True)
class _New:
    """A recording on its way into the diary.

    Attributes
    ----------
    analysis, beside
        By itself; with the watch of ``meeting`` on its clock, None where it could not be laid there.
    meeting
        With the run that it belongs to.
    more
        What else there is to say.
    """

    home: Path
    file: RecordingFile
    analysis: FileAnalysis
    beside: FileAnalysis | None
    meeting: Meeting | None
    began: Moment
    more: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        read = _notes_of_legs(self.analysis)
        taught = next((leg.summary.model for leg in self.analysis.legs if leg.summary.model), None)
        if taught is None or self.meeting is not None:
            return (*read, *self.more)
        told = f"what {taught.runs} runs with a watch taught; typically {taught.error_pct:.0f} % off"
        return (*read, *self.more, f"Its distance is {told}.")

    def understood(self, path: Path, *, dated: bool) -> Imported:
        """Say what it would become."""
        place = below_home(path, self.home)
        if self.meeting is None:
            others = same_day(self.home, self.began) if dated else ()
            run, notes, met = self._run("new", place), self.notes, None
        else:
            run, more = self._merged(self.meeting, place, frozenset())
            others, notes, met = (), (*self.notes, *more), met_of(self.meeting, self.began, is_watch=False)
        return Imported(
            str(path), run, "understood", others, notes, dated=dated, met=met, recording=self.file
        )

    def stored(self, path: Path, at: datetime, *, keep: bool) -> Imported:
        """Keep the samples and write the run; where that fails, the samples go again."""
        others = same_day(self.home, self.began)
        is_other_leg = self.meeting is not None and self.meeting.run.method is not None
        keeps = keeping if keep and not is_other_leg else not_keeping
        with keeps(self.home, path, self.file, self.began) as kept:
            run, more, how = self._write(kept.place, at)
            if how == "known":
                return Imported(self.file.source.path, run, "known")
            kept.done()
        notes = (*self.notes, *more, *kept.notes, *indexed(self.home, kept))
        if self.meeting is None:
            no_run = no_run_of(self.home, run, at)
            return Imported(self.file.source.path, run, "added", others, notes, no_run=no_run)
        notes = (*notes, *self._teach(self.meeting))
        return Imported(
            self.file.source.path,
            run,
            "joined",
            (),
            notes,
            met=met_of(self.meeting, self.began, is_watch=False),
        )

    def _write(self, place: str | None, at: datetime) -> tuple[Run, tuple[str, ...], ImportHow]:
        from pfp_sensors.store.database import changes, open_diary
        from pfp_sensors.store.diary import correct_entry, find_run_by_sha256

        with contextlib.closing(open_diary(self.home)) as diary, changes(diary):
            known = find_run_by_sha256(diary, self.file.source.sha256)
            if known is not None:  # another process was faster
                return known, (), "known"
            if self.meeting is None:
                (run_id,) = add_with_run_id(diary, lambda name: [self._run(name, place)], at=at)
                return read_run(diary, run_id), (), "added"
            run, more = self._merged(self.meeting, place, edited_figures(diary, self.meeting.run))
            correct_entry(diary, run.id, run, at=at)
            return read_run(diary, run.id), more, "joined"

    def _run(self, run_id: str, place: str | None) -> Run:
        source = "import" if below_home(Path(self.file.source.path), self.home) is None else "recording"
        return run_from_analysis(self.analysis, run_id, self.began, source=source, recording=place)

    def _merged(self, meeting: Meeting, place: str | None, edited: Collection[str]) -> Merged:
        """Give a run of the diary what its recording says."""
        run, found = meeting.run, recorded_run(meeting.run, self.analysis)
        if run.method is not None:
            return self._other_leg(run, found)
        return merged(
            replace(
                run,
                sha256=self.file.source.sha256,
                recording=place,
                watch_offset_s=None if meeting.joined is None else meeting.joined.offset_s,
            ),
            stands=standing(run, edited),
            alone=found,
            beside=None if self.beside is None else recorded_run(run, self.beside),
            watch=run if run.watch is not None else None,
        )

    def _other_leg(self, run: Run, found: Run) -> Merged:
        """Add the landing impact of the leg that the run does not have yet.

        Raises
        ------
        RefusedError
            If it is no other leg: then it would count the same run twice.
        """
        if None in found.impact or not found.impact or not set(found.impact).isdisjoint({None, *run.impact}):
            raise RefusedError(
                f"{self.file.source.path}: run {run.id} was recorded at the same time. Nothing was written.",
                "If it is the same run, all is well. If it is of the other leg, give --side. If its clock is "
                "wrong, give --start.",
            )
        legs = " and ".join(str(leg) for leg in found.impact)
        note = f"The landing impact of the {legs} leg was added; distance and time stay."
        return Merged(replace(run, impact=dict(run.impact) | dict(found.impact)), (note,))

    def _teach(self, meeting: Meeting) -> tuple[str, ...]:
        """Keep what the run teaches; that it could not be kept is said, and takes nothing back."""
        from pfp_sensors.store.recording_names import watch_of

        if meeting.joined is None or self.beside is None:
            return ()
        try:
            learn(self.beside, meeting.joined, watch_of(self.home, meeting.run).parent)
        except PfpError as error:
            return (f"What it teaches about your speed was not kept: {error.message}",)
        return ()


def _notes_of_legs(analysis: FileAnalysis) -> tuple[str, ...]:
    """Gather what reading took; what is true of one leg alone says of which."""
    of_legs = {leg.summary.recording.side: leg.summary.recording.notes for leg in analysis.legs}
    notes = dict.fromkeys(note for found in of_legs.values() for note in found)
    return tuple(
        note
        if side is None or len(of_legs) == 1 or all(note in found for found in of_legs.values())
        else f"{side.capitalize()} leg: {note}"
        for note in notes
        for side in [next(side for side, found in of_legs.items() if note in found)]
    )


def _with_watch(home: Path, options: AnalyzeOptions, meeting: Meeting) -> AnalyzeOptions:
    """Add the watch of a run, which lies on the clock of the recording."""
    from pfp_sensors.store.recording_names import watch_of

    if meeting.joined is None:
        return options
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


class NoRunningError(RefusedError):
    """A recording was read, and there is no running in it; ``recording``: what was understood of it."""

    def __init__(self, message: str, what_to_do: str, recording: RecordingFile) -> None:
        super().__init__(message, what_to_do)
        self.recording = recording


def _refuse_without_running(path: Path, file: RecordingFile, analysis: FileAnalysis) -> None:
    if any(leg.summary.status != "refused" for leg in analysis.legs):
        return
    said = [reason.message for leg in analysis.legs for reason in leg.summary.reasons if reason.blocking]
    why = f" {said[0]}" if said else ""
    raise NoRunningError(
        f"{path}: there is no running in it to put into the diary.{why}",
        f"`pfp analyze {path}` shows what was found. A run without a sensor: `pfp add-run`.",
        file,
    )
