"""A run of the diary as a FIT file, for watches' services and training programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.actions.export_request import Exported, check_ending, check_free
from pfp_sensors.actions.export_sources import analysis_of_run, run_to_export, watch_of_run

if TYPE_CHECKING:
    from pfp_sensors.actions.export_request import ExportRequest


def export_fit(request: ExportRequest) -> Exported:
    """Write a run as a FIT activity: each second of running, and the totals as the diary has them.

    Positions are never in it.

    Raises
    ------
    UsageError
        If there is no such run, the name does not end in .fit, the file is there already, or a package is
        missing.
    RefusedError
        If the time of day or the duration of the run is not known.
    InputError, PfpError
        If the diary, the recording or the watch's rows cannot be read, or the disk is full.
    """
    from pfp_sensors.formats.fit_writer import write_fit

    check_ending(request.path, (".fit",))
    check_free(request.path, replace=request.replace)
    run = run_to_export(request)
    analysis = None if run.recording is None else analysis_of_run(request, run)
    written = write_fit(run, analysis, watch_of_run(request, run), request.path)
    return Exported(request.path, runs=1, rows=written.rows, notes=written.notes)
