"""Recordings of the diary's runs as a motion-BIDS dataset, for researchers."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.actions.export_request import Exported, check_ending, check_free
from pfp_sensors.actions.export_sources import recording_of_run, runs_with_recording

if TYPE_CHECKING:
    from pfp_sensors.actions.export_request import ExportRequest
    from pfp_sensors.formats.motion_bids_writer import BidsRun, BidsSensor
    from pfp_sensors.model.diary import Run


def export_bids(request: ExportRequest) -> Exported:
    """Write the recordings of a run, or of all, as a motion-BIDS dataset, with the contacts found in them.

    Dates are moved and names of sensors left out, unless the request keeps them.

    Raises
    ------
    UsageError
        If there is no such run, it has no recording here, or the folder cannot be made there.
    InputError, PfpError
        If the diary or a recording cannot be read, or the disk is full.
    """
    from pfp_sensors.formats.motion_bids_writer import check_dataset_place, write_motion_bids

    check_dataset_place(request.path, replace=request.replace)
    runs = runs_with_recording(request)
    write_motion_bids(
        [_source(request, run, number, len(runs)) for number, run in enumerate(runs)],
        request.path,
        keep_dates=request.dates,
        keep_serial=request.serials,
        replace=request.replace,
    )
    moved = () if request.dates else ("Dates were moved; --dates keeps them.",)
    named = () if request.serials else ("Names of sensors were left out; --serials keeps them.",)
    files = sorted(str(each.relative_to(request.path)) for each in request.path.rglob("*") if each.is_file())
    return Exported(request.path, runs=len(runs), notes=(*moved, *named), files=tuple(files))


def export_bids_zip(request: ExportRequest) -> Exported:
    """Write the same dataset as one zip archive with a folder of the archive's name; whole or not there.

    Raises
    ------
    UsageError
        As `export_bids`, or if the name does not end in .zip.
    InputError, PfpError
        As `export_bids`.
    """
    from pfp_sensors.store.sealed_files import replacing

    check_ending(request.path, (".zip",))
    check_free(request.path, replace=request.replace)
    with tempfile.TemporaryDirectory(prefix=".pfp-export-", dir=request.path.parent) as folder:
        done = export_bids(replace(request, path=Path(folder) / request.path.stem, replace=False))
        with replacing(request.path) as whole, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
            for name in done.files:
                file.write(done.path / name, f"{request.path.stem}/{name}")
    return replace(done, path=request.path)


def _source(request: ExportRequest, run: Run, number: int, runs: int) -> BidsRun:
    from pfp_sensors.formats.motion_bids_writer import BidsRun

    known = isinstance(run.start, datetime) and run.start.utcoffset() is not None
    start = run.start if known and isinstance(run.start, datetime) else None
    return BidsRun(start, partial(_sensors, request, run, number, runs))


def _sensors(request: ExportRequest, run: Run, number: int, runs: int) -> list[BidsSensor]:
    """Read and analyse the recording of a run."""
    from pfp_sensors.analyse import analyse_file
    from pfp_sensors.formats.motion_bids_writer import BidsSensor
    from pfp_sensors.settings import load_signal_settings

    if request.tell is not None:
        request.tell(number, runs, run.id)
    file = recording_of_run(request, run)
    analysis = analyse_file(file, load_signal_settings(request.config))
    pairs = zip(file.recordings, analysis.legs, strict=True)
    return [BidsSensor(recording, leg.strides) for recording, leg in pairs]
