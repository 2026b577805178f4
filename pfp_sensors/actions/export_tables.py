"""Runs, strides, samples, days and pain of a diary as tables and documents of other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.actions.export_history import exported_history, history_to_write
from pfp_sensors.actions.export_request import Exported, check_ending, check_free
from pfp_sensors.actions.export_sources import (
    analysis_of_run,
    recording_of_run,
    run_to_export,
    runs_with_recording,
)
from pfp_sensors.actions.find_run import runs_in_order
from pfp_sensors.errors import PfpError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pfp_sensors.actions.export_request import ExportRequest
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.recording import Recording

TABLE_ENDINGS = (".csv", ".parquet")


def export_runs(request: ExportRequest) -> Exported:
    """Write one row per run, CSV or Parquet by the ending of the name.

    Raises
    ------
    UsageError
        If there is no diary, or the file cannot be written there.
    InputError, PfpError
        If the diary cannot be read, or the disk is full.
    """
    from pfp_sensors.formats.runs_table import runs_rows, write_runs

    history = history_to_write(request, TABLE_ENDINGS)
    runs = runs_in_order(history.runs, request.at)
    write_runs(runs_rows(runs, history.pain, notes=request.notes), request.path)
    return Exported(request.path, runs=len(runs), rows=len(runs))


def export_strides(request: ExportRequest) -> Exported:
    """Write one row per stride, of a run or of all runs with a recording, analysed by this version.

    Of all runs those whose recording cannot be analysed are left out, and said.

    Raises
    ------
    UsageError
        If there is no diary, no such run, no recording, or the file cannot be written there.
    InputError, PfpError
        If nothing could be analysed, or the disk is full.
    """
    from pfp_sensors.formats.strides_table import write_run_strides

    check_ending(request.path, TABLE_ENDINGS)
    check_free(request.path, replace=request.replace)
    runs = runs_with_recording(request)
    left_out: list[str] = []
    analyses = analyses_of(request, runs, left_out)
    rows = write_run_strides(analyses, request.path)
    return Exported(request.path, runs=len(runs) - len(left_out), rows=rows, notes=tuple(left_out))


def analyses_of(
    request: ExportRequest, runs: Sequence[Run], left_out: list[str], *, needed: bool = True
) -> Iterator[tuple[str, FileAnalysis]]:
    """Analyse runs one after the other, with the id of each.

    Parameters
    ----------
    request
        What is asked; ``tell`` hears of each run.
    runs
        Runs with a recording.
    left_out
        Takes a sentence for each that could not be analysed.
    needed
        Whether there must be one.

    Raises
    ------
    InputError, PfpError
        The last reason, where one is needed and none could be analysed.
    """
    failed: PfpError | None = None
    every = exported_history(request.home).runs
    for number, run in enumerate(runs):
        if request.tell is not None:
            request.tell(number, len(runs), f"analysing {run.id}")
        try:
            analysis = analysis_of_run(request, run, every)
        except PfpError as error:
            failed = error
            left_out.append(f"Left out: {error.message} {error.what_to_do}".strip())
            continue
        yield run.id, analysis
    if needed and failed is not None and len(left_out) == len(runs):
        raise failed


def export_samples(request: ExportRequest) -> Exported:
    """Write the samples of a run in g and deg/s, CSV or Parquet by the ending of the name.

    Raises
    ------
    UsageError
        If there is no such run or sensor, no recording, or the file cannot be written there.
    InputError
        If the recording cannot be read.
    RefusedError
        If its acceleration was not measured with gravity: whoever reads the table would take it so.
    PfpError
        If the disk is full.
    """
    from pfp_sensors.formats.samples_table import write_samples_table

    check_ending(request.path, TABLE_ENDINGS)
    check_free(request.path, replace=request.replace)
    run = run_to_export(request)
    recordings = recording_of_run(request, run).recordings
    check_measured(run, recordings)
    rows = write_samples_table(recordings, request.path)
    return Exported(request.path, runs=1, rows=rows)


def check_measured(run: Run, recordings: Sequence[Recording]) -> None:
    """Refuse samples from which gravity was taken, or into which it was put back.

    Raises
    ------
    RefusedError
        If there are such.
    """
    if any(one.acceleration != "measured" for one in recordings):
        raise RefusedError(
            f"{run.id}: its accelerations are not as the sensor measured them, with gravity in them; in a "
            "table of samples nobody could see that.",
            "Pass on the file that it came from.",
        )


def export_wellness(request: ExportRequest) -> Exported:
    """Write one row per day with the names that intervals.icu uses, as CSV.

    Raises
    ------
    UsageError
        If there is no diary, or the file cannot be written there.
    InputError, PfpError
        If the diary cannot be read, or the disk is full.
    """
    from pfp_sensors.formats.wellness import wellness_rows, write_wellness

    history = history_to_write(request, (".csv",))
    rows = wellness_rows(history, notes=request.notes)
    write_wellness(rows, request.path)
    return Exported(request.path, rows=len(rows))


def export_fhir(request: ExportRequest) -> Exported:
    """Write pain scores and totals of questionnaires as a FHIR R4 Bundle of Observations.

    Raises
    ------
    UsageError
        If there is no diary, or the file cannot be written there.
    InputError, PfpError
        If the diary cannot be read, or the disk is full.
    """
    from pfp_sensors.formats.fhir import fhir_bundle, write_fhir

    history = history_to_write(request, (".json",))
    bundle = fhir_bundle(history)
    write_fhir(bundle, request.path)
    return Exported(request.path, rows=len(bundle.get("entry", ())))
