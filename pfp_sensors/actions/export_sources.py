"""What exports are made of: the diary, a run, its recording and its analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.actions.export_history import exported_history
from pfp_sensors.actions.find_run import find_run, runs_in_order
from pfp_sensors.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.actions.export_request import ExportRequest
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.recording import RecordingFile
    from pfp_sensors.model.watch import WatchRun


def run_to_export(request: ExportRequest) -> Run:
    """Find the run that was named.

    Raises
    ------
    UsageError
        If there is no diary, none was named, or there is no such run.
    InputError, PfpError
        If the diary cannot be read.
    """
    history = exported_history(request.home)
    if request.run is None:
        raise UsageError("No run was named.", "Name one: `pfp runs` lists them; `last` is the latest.")
    return find_run(history.runs, request.run, request.at)


def runs_with_recording(request: ExportRequest) -> tuple[Run, ...]:
    """Find the run that was named, or all that have a recording here, in order of their start.

    Raises
    ------
    UsageError
        If the named one has none, or none has.
    UsageError, InputError, PfpError
        As `run_to_export`.
    """
    if request.run is not None:
        run = run_to_export(request)
        kept_place(request.home, run)
        return (run,)
    runs = runs_in_order(exported_history(request.home).runs, request.at)
    kept = tuple(run for run in runs if run.recording is not None)
    if not kept:
        raise UsageError(
            "No run in the diary has a recording here.",
            "`pfp record` and `pfp import` bring them in.",
        )
    return kept


def kept_place(home: Path, run: Run) -> Path:
    """Tell where the recording of a run lies.

    Raises
    ------
    UsageError
        If it has none.
    InputError
        If it is not there any more, or is none of this home.
    """
    from pfp_sensors.store.recording_names import recording_of

    if run.recording is None:
        raise UsageError(
            f"{run.id} has no recording here.", "`pfp runs` shows which runs come from a recording."
        )
    place = recording_of(home, run)
    if not place.exists():
        raise InputError(f"{run.id}: {place} is not there any more.", "Restore it from a backup.")
    return place


def recording_of_run(request: ExportRequest, run: Run) -> RecordingFile:
    """Read the samples of a run, of the sensor that was asked for or of all that can be told apart.

    Raises
    ------
    UsageError
        If the run has no recording, or there is no such sensor.
    InputError
        If it cannot be read, or holds other data than when the run was entered.
    """
    from dataclasses import replace

    from pfp_sensors.formats.read import read_recording_file
    from pfp_sensors.settings import load_import_settings

    place = kept_place(request.home, run)
    wanted = request.sensor if request.sensor not in {"left", "right"} else None
    file = read_recording_file(place, sensor=wanted, max_bytes=load_import_settings().max_bytes)
    if wanted is None:
        _check_same(run, place, file.source.sha256)
    if request.sensor in {"left", "right"}:
        found = tuple(one for one in file.recordings if one.side == request.sensor)
        if not found:
            raise UsageError(f"{run.id} has no sensor on the {request.sensor} leg.", "Leave --sensor away.")
        return replace(file, recordings=found)
    return file


def analysis_of_run(request: ExportRequest, run: Run, runs: Sequence[Run] | None = None) -> FileAnalysis:
    """Analyse the recording of a run with this version, with what the diary knows beside it.

    Parameters
    ----------
    request
        What is asked.
    run
        One with a recording.
    runs
        All runs of the diary, where they are known already.

    Raises
    ------
    UsageError
        If the run has no recording.
    InputError
        If it cannot be read, or holds other data than when the run was entered.
    SettingsError
        If the request's file of settings has a wrong key or value.
    """
    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.actions.run_knowledge import options_of_run
    from pfp_sensors.settings import load_signal_settings

    place = kept_place(request.home, run)
    known_runs = exported_history(request.home).runs if runs is None else runs
    known = options_of_run(request.home, known_runs, run, request.at)
    analysis = analyze_file(place, known, load_signal_settings(request.config))
    _check_same(run, place, analysis.provenance.source.sha256)
    return analysis


def watch_of_run(request: ExportRequest, run: Run) -> WatchRun | None:
    """Read the rows of the watch of a run; None where it has none. Places come along only if asked for.

    Raises
    ------
    InputError
        If they are not there any more, or damaged.
    """
    from dataclasses import replace

    from pfp_sensors.store.recording_names import watch_of
    from pfp_sensors.store.watch_files import read_positions, read_watch

    if run.watch is None:
        return None
    path = watch_of(request.home, run)
    watch = read_watch(path)
    return replace(watch, positions=read_positions(path.parent)) if request.positions else watch


def _check_same(run: Run, place: Path, found: str) -> None:
    if run.sha256 is not None and found != run.sha256:
        raise InputError(
            f"{run.id}: {place} holds other data than when the run was entered (SHA-256 {found[:12]}, "
            f"expected {run.sha256[:12]}).",
            "Restore it from a backup.",
        )
