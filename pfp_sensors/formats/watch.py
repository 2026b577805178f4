"""Files of watches and services: which kind a file is, and the runs in it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError
from pfp_sensors.formats.archive import is_archive
from pfp_sensors.formats.fit import read_fit
from pfp_sensors.formats.gpx import read_gpx
from pfp_sensors.formats.plain_file import is_plain_file
from pfp_sensors.formats.strava import is_strava, read_strava
from pfp_sensors.formats.tcx import read_tcx
from pfp_sensors.formats.watch_content import (
    DEFAULT_MAX_BYTES,
    WatchContent,
    WatchFiles,
    head_of,
    kind_of,
    read_content,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.watch import WatchRun

__all__ = ["WatchFiles", "is_watch_file", "read_watch_files"]

_READ = {"fit": read_fit, "tcx": read_tcx, "gpx": read_gpx}


def is_watch_file(path: Path) -> bool:
    """Tell by its content whether a file is one of a watch or service.

    FIT, TCX and GPX, packed with gzip or not, and a bulk export of Strava. It never raises.
    """
    if not is_plain_file(path):
        return False
    head = head_of(path)
    return kind_of(head) is not None or (is_archive(head) and is_strava(path))


def read_watch_files(
    path: Path, *, keep_positions: bool = False, max_bytes: int = DEFAULT_MAX_BYTES
) -> WatchFiles:
    """Read the runs of a file of a watch or service.

    Parameters
    ----------
    path
        A FIT, TCX or GPX file, packed with gzip or not, or the zip archive of Strava's bulk export.
    keep_positions
        Whether the places are kept; by default nothing of them leaves the reader.
    max_bytes
        Limit for one file, unpacked; at most 64 MB, whatever is given.

    Returns
    -------
    files
        The runs; of an archive also what could not be read, and why.

    Raises
    ------
    InputError
        If the file cannot be read, is none of these, or has no rows.
    RefusedError
        If it is of another sport, or of an archive nothing is a run.
    UsageError
        If a package of the extra ``watch`` is missing.
    """
    limit = min(max_bytes, DEFAULT_MAX_BYTES)
    if is_archive(head_of(path)):
        return read_strava(path, read_one, keep_positions=keep_positions, max_bytes=limit)
    content = read_content(path, limit)
    return WatchFiles(read_one(content, keep_positions=keep_positions))


def read_one(content: WatchContent, *, keep_positions: bool = False, sport: str = "") -> tuple[WatchRun, ...]:
    """Read the runs of one file whose bytes are at hand.

    Parameters and errors as for `read_watch_files`; ``sport`` is what an archive says of the file. The
    SHA-256 of a run's source is that of the file for the first run; for a later one it is made of that and
    its start, so that no two runs share one, and the same file gives the same again.
    """
    kind = kind_of(content.data[:4096])
    read = None if kind is None else _READ[kind]
    if read is not None:
        return _each_its_own(read(content, keep_positions=keep_positions, sport=sport))
    raise InputError(
        f"{content.name} is no file of a watch: expected FIT, TCX or GPX, or Strava's bulk export (zip).",
        "Export the run from the watch's service as FIT; a sensor's recording is read by pfp analyze.",
    )


def _each_its_own(runs: tuple[WatchRun, ...]) -> tuple[WatchRun, ...]:
    """Give every run but the first a SHA-256 of its own."""
    return (
        *runs[:1],
        *(replace(run, source=replace(run.source, sha256=_sha256_of_later(run))) for run in runs[1:]),
    )


def _sha256_of_later(run: WatchRun) -> str:
    return hashlib.sha256(f"{run.source.sha256}#{run.start.isoformat()}".encode()).hexdigest()
