"""Everything a person keeps here, in forms that other programs read, as one zip archive."""

from __future__ import annotations

import importlib.util
import re
import tempfile
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfp_sensors import __version__
from pfp_sensors.actions.export_history import history_text, history_to_write
from pfp_sensors.actions.export_request import Exported
from pfp_sensors.actions.export_sources import recording_of_run, watch_of_run
from pfp_sensors.actions.export_tables import analyses_of, check_measured
from pfp_sensors.actions.find_run import runs_in_order
from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pfp_sensors.actions.export_request import ExportRequest
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import History, Run
    from pfp_sensors.model.watch import WatchRun

README: Final = "README.md"

_ODD: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(slots=True)
class _Archive:
    """An archive that is being written, and a folder for one file at a time on its way into it."""

    request: ExportRequest
    file: zipfile.ZipFile
    folder: Path
    notes: list[str] = field(default_factory=list)
    stems: dict[str, str] = field(default_factory=dict)

    def place(self, name: str) -> Path:
        """Tell where a file is written before it is added."""
        return self.folder / name.rpartition("/")[2]

    def add(self, name: str) -> None:
        """Take a written file into the archive."""
        path = self.place(name)
        self.file.write(path, name)
        path.unlink()

    def add_text(self, name: str, text: str) -> None:
        """Write a text into the archive."""
        self.place(name).write_text(text, encoding="utf-8", newline="")
        self.place(name).chmod(0o600)
        self.add(name)


def export_archive(request: ExportRequest) -> Exported:
    """Write the diary, its tables, and a file for each run into a zip archive; whole or not there.

    Samples and places go along only if asked for. What cannot be read is left out, and said in the README.

    Raises
    ------
    UsageError
        If there is no diary, or the file cannot be written there.
    InputError, PfpError
        If the diary cannot be read, or the disk is full.
    """
    from pfp_sensors.formats.archive_readme import readme_text
    from pfp_sensors.store.sealed_files import replacing

    history = history_to_write(request, (".zip",))
    runs = runs_in_order(history.runs, request.at)
    with (
        replacing(request.path) as temporary,
        tempfile.TemporaryDirectory(prefix=".pfp-export-", dir=request.path.parent) as folder,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        archive = _Archive(request, file, Path(folder), stems=_stems(runs))
        _add_diary(archive, history, runs)
        _add_runs(archive, runs)
        readme = readme_text(file.namelist(), request.at, __version__, archive.notes)
        archive.add_text(README, readme)
        names = tuple(file.namelist())
    return Exported(request.path, runs=len(runs), notes=tuple(archive.notes), files=names)


def _stems(runs: Sequence[Run]) -> dict[str, str]:
    """Give each run a file name that every system takes, and no other run has."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for run in runs:
        plain = _ODD.sub("_", run.id)[:60].strip("_") or "run"
        name, count = plain, 1
        while name.lower() in taken:
            count += 1
            name = f"{plain}-{count}"
        taken.add(name.lower())
        found[run.id] = name
    return found


def _add_diary(archive: _Archive, history: History, runs: Sequence[Run]) -> None:
    from pfp_sensors.formats.fhir import fhir_bundle, fhir_text
    from pfp_sensors.formats.runs_table import runs_rows, runs_text
    from pfp_sensors.formats.wellness import wellness_rows, wellness_text

    notes = archive.request.notes
    archive.add_text("history.json", history_text(history))
    archive.add_text("runs.csv", runs_text(runs_rows(runs, history.pain, notes=notes)))
    archive.add_text("wellness.csv", wellness_text(wellness_rows(history, notes=notes)))
    archive.add_text("pain-fhir.json", fhir_text(fhir_bundle(history)))


def _add_runs(archive: _Archive, runs: Sequence[Run]) -> None:
    """Add the strides of all runs in one table, and the files of each run."""
    from pfp_sensors.formats.strides_table import write_run_strides

    fit = _can_write_fit(archive)
    recorded = {run.id: run for run in runs if run.recording is not None}
    done: set[str] = set()
    if recorded:

        def analysed() -> Iterator[tuple[str, FileAnalysis]]:
            every = tuple(recorded.values())
            for name, analysis in analyses_of(archive.request, every, archive.notes, needed=False):
                done.add(name)
                _add_run(archive, recorded[name], analysis, fit=fit)
                yield name, analysis

        write_run_strides(analysed(), archive.place("strides.csv"))
        archive.add("strides.csv")
    for run in runs:
        if run.id not in done:
            _add_run(archive, run, None, fit=fit and run.recording is None)


def _can_write_fit(archive: _Archive) -> bool:
    """Tell whether the library for FIT files is here; where it is not, that is said once."""
    if importlib.util.find_spec("fit_tool") is not None:
        return True
    archive.notes.append(
        "FIT files left out: the package fit-tool is missing; pip install 'pfp-sensors[watch]'."
    )
    return False


def _add_run(archive: _Archive, run: Run, analysis: FileAnalysis | None, *, fit: bool) -> None:
    """Add the files of a run; what cannot be read is left out and said."""
    try:
        watch = watch_of_run(archive.request, run)
    except PfpError as error:
        archive.notes.append(f"Rows of the watch of {run.id} left out: {error.message}")
        watch = None
    if watch is not None:
        _add_watch(archive, run, watch)
    if fit:
        _add_fit(archive, run, analysis, watch)
    if archive.request.samples and run.recording is not None:
        _add_samples(archive, run)


def _add_fit(archive: _Archive, run: Run, analysis: FileAnalysis | None, watch: WatchRun | None) -> None:
    from pfp_sensors.formats.fit_writer import write_fit

    name = f"fit/{archive.stems[run.id]}.fit"
    try:
        write_fit(run, analysis, watch, archive.place(name))
    except PfpError as error:
        archive.notes.append(f"FIT file of {run.id} left out: {error.message}")
        return
    archive.add(name)


def _add_watch(archive: _Archive, run: Run, watch: WatchRun) -> None:
    from pfp_sensors.formats.flat_table import numbers_text

    name = f"{archive.stems[run.id]}.csv"
    named = {f"{key} ({watch.units[key]})" if key in watch.units else key: key for key in watch.channels}
    channels = {shown: watch.channels[key] for shown, key in named.items()}
    archive.add_text(f"watch/{name}", numbers_text({"time_s": watch.time_s, **channels}))
    at = watch.positions
    if at is not None:
        columns = {"time_s": at.time_s, "latitude_deg": at.latitude_deg, "longitude_deg": at.longitude_deg}
        archive.add_text(f"positions/{name}", numbers_text(columns))


def _add_samples(archive: _Archive, run: Run) -> None:
    """Add the samples of each sensor of a run, in a file of its own."""
    from pfp_sensors.formats.samples_table import write_samples_table

    try:
        recordings = recording_of_run(replace(archive.request, sensor=None), run).recordings
        check_measured(run, recordings)
    except PfpError as error:
        archive.notes.append(f"Samples of {run.id} left out: {error.message}")
        return
    for number, one in enumerate(recordings, 1):
        end = "" if len(recordings) == 1 else f"-{one.side or number}"
        name = f"samples/{archive.stems[run.id]}{end}.parquet"
        write_samples_table((one,), archive.place(name))
        archive.add(name)
