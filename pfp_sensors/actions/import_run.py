"""A recording brought into the diary as a run, known by the bytes it was read from."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from pfp_sensors.actions.entry_days import not_ahead
from pfp_sensors.actions.find_run import runs_on
from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.actions.read_diary import has_diary
from pfp_sensors.actions.run_from_summary import run_from_analysis
from pfp_sensors.actions.standing_entries import read_back, standing_entries
from pfp_sensors.errors import InputError, RefusedError
from pfp_sensors.load.advised_then import no_run_advised
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import Run
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Moment
    from pfp_sensors.model.recommendation import NoRunAdvised
    from pfp_sensors.model.recording import RecordingFile

START_ADVICE: Final = "Give it with --start: 2026-10-01T07:00 (local time), or only the day."

ImportHow = Literal["added", "known", "understood"]
"""``known``: the same bytes are in the diary; ``understood``: nothing was to be written."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one recording.

    Attributes
    ----------
    path
        As given.
    run
        As the diary has it or, where nothing was written, would have it.
    how
        What was done.
    other_runs
        Those of the same day in the diary.
    notes
        What reading the file took.
    dated
        Whether it is known when the run began; only where nothing was written it may not be.
    no_run
        Of a run that was added: why none was advised when it began; None where one was.
    """

    path: str
    run: Run
    how: ImportHow
    other_runs: tuple[Run, ...] = ()
    notes: tuple[str, ...] = ()
    dated: bool = True
    no_run: NoRunAdvised | None = None


def import_run(
    home: Path,
    path: Path,
    options: AnalyzeOptions,
    *,
    start: Moment | None = None,
    dry_run: bool = False,
    at: datetime,
) -> Imported:
    """Analyse a recording and put it into the diary, unless the same bytes are there already.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    path
        A recording: a folder of pfp, Parquet, or CSV.
    options
        What is known beside the file.
    start
        When the run began; None for what the recording says.
    dry_run
        Write nothing.
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
    from pfp_sensors.analyse import analyse_file
    from pfp_sensors.settings import load_signal_settings

    file = _read(path, options)
    known = _known_run(home, file.source.sha256)
    if known is not None:
        return Imported(str(path), known, "known")
    said = _start(path, file, start, at)
    if said is None and not dry_run:
        raise InputError(f"{path} does not say when the run began.", START_ADVICE)
    began = said or at.date()
    analysis = analyse_file(
        file, load_signal_settings(), speed_mps=options.speed_mps, distance_km=options.distance_km
    )
    _refuse_without_running(path, analysis)
    below = _below_home(path, home)

    def run_named(run_id: str) -> Run:
        source = "import" if below is None else "recording"
        return run_from_analysis(analysis, run_id, began, source=source, recording=below)

    notes = tuple(note for leg in analysis.legs for note in leg.summary.recording.notes)
    if dry_run:
        others = () if said is None else _same_day(home, began)
        return Imported(str(path), run_named("new"), "understood", others, notes, dated=said is not None)
    return _add(home, path, run_named, began, notes, at)


def _add(
    home: Path,
    path: Path,
    run_named: Callable[[str], Run],
    began: Moment,
    notes: tuple[str, ...],
    at: datetime,
) -> Imported:
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history

    others = _same_day(home, began)
    with contextlib.closing(open_diary(home)) as diary:
        (run_id,) = add_with_run_id(diary, lambda name: [run_named(name)], at=at)
        run = read_back(diary, run_id)
        if not isinstance(run, Run):
            raise InputError(
                f"{run_id} was written as a run, and read back as something else.", "Report this."
            )
        no_run = no_run_advised(read_history(diary), run, at.tzinfo, load_load_settings())
    return Imported(str(path), run, "added", others, notes, no_run=no_run)


def _read(path: Path, options: AnalyzeOptions) -> RecordingFile:
    from pfp_sensors.formats.read import read_recording_file
    from pfp_sensors.settings import load_import_settings

    return read_recording_file(
        path,
        sensor=options.sensor,
        side=options.side,
        placement=options.placement,
        acc_range_g=options.acc_range_g,
        max_bytes=load_import_settings().max_bytes,
    )


def _known_run(home: Path, sha256: str) -> Run | None:
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import find_run_by_sha256

    if not has_diary(home):
        return None
    with contextlib.closing(open_diary(home)) as diary:
        return find_run_by_sha256(diary, sha256)


def _same_day(home: Path, began: Moment) -> tuple[Run, ...]:
    from pfp_sensors.store.database import open_diary

    if not has_diary(home):
        return ()
    with contextlib.closing(open_diary(home)) as diary:
        runs = [one.entry for one in standing_entries(diary, "run") if isinstance(one.entry, Run)]
    return runs_on(runs, day_of(began))


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


def _below_home(path: Path, home: Path) -> str | None:
    """Tell where a folder of runs, or a file kept in one, lies below the home; None for any other."""
    from pfp_sensors.store.home import runs_folder
    from pfp_sensors.store.home_files import kept_file
    from pfp_sensors.store.recording_names import is_recording_name

    is_kept = path.parent.parent == runs_folder(home) and kept_file(path.parent) == path
    if not (path.is_dir() or is_kept) or home.resolve() not in path.resolve().parents:
        return None
    below = path.resolve().relative_to(home.resolve()).as_posix()
    return below if is_recording_name(below) else None
