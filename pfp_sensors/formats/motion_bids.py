"""motion-BIDS: samples without a header, described by the files beside them; one recording of a dataset."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.columns import Layout
from pfp_sensors.formats.csv_header import CsvHead
from pfp_sensors.formats.csv_table import read_table
from pfp_sensors.formats.file_groups import MOTION_ENDING
from pfp_sensors.formats.motion_bids_sidecars import TrackingSystem, read_tracking_system
from pfp_sensors.formats.request import too_large
from pfp_sensors.formats.samples import recordings_of
from pfp_sensors.formats.sensors import choose_sensors, side_of
from pfp_sensors.model.recording import Gap, RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, read_meta
from pfp_sensors.store.sealed_files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.formats.samples import Table
    from pfp_sensors.model.recording import Recording

FORMAT: Final = "motion-bids"
_DESCRIPTION = "dataset_description.json"
_PATTERNS = (f"sub-*/motion/*{MOTION_ENDING}", f"sub-*/ses-*/motion/*{MOTION_ENDING}")
_PART_PATTERNS = (f"motion/*{MOTION_ENDING}", f"ses-*/motion/*{MOTION_ENDING}")
"""Where the samples lie in the folder of a session, and in that of a subject."""

_LAST_SHIFTED_YEAR = 1925
"""Dates that were moved to hide when a person took part lie in this year or before it (BIDS, Units)."""

_MOST_APART_S = 86_400.0
_SHIN_WORDS = frozenset({"shank", "shin", "tibia"})


@dataclass(frozen=True, slots=True)
class _Read:
    """Sensors of one tracking system, its start, and the SHA-256 of its samples."""

    recordings: tuple[Recording, ...]
    begun: datetime | None
    sha256: str


def sniff(path: Path, _head: bytes) -> bool:
    """Tell a ``*_motion.tsv``, or the folder of a BIDS dataset, subject or session; samples bear no sign."""
    if path.name.endswith(MOTION_ENDING) or os.path.isfile(path / _DESCRIPTION):  # noqa: PTH113  (this one never raises)
        return True
    with contextlib.suppress(OSError):
        return path.is_dir() and any(True for pattern in _PART_PATTERNS for _ in path.glob(pattern))
    return False


def read(path: Path, request: ReadRequest) -> RecordingFile:
    """Read one recording of a motion-BIDS dataset: its only one, or that of a ``*_motion.tsv``.

    The files beside the samples say what the columns are, their units, the rate and the start. ACCEL, GYRO
    and LATENCY are read; other channels are left aside. Without LATENCY, rows follow each other at the rate.

    Parameters
    ----------
    path
        A ``*_motion.tsv``, or the folder of a session, subject or dataset: then all tracking systems of its
        one recording are looked at, and aligned by their starts.
    request
        Which sensor, and what the caller knows better.

    Raises
    ------
    InputError
        If there is no acceleration, a file beside the samples is missing or damaged, or the samples are not
        what it says (`recordings_of`).
    UsageError
        If the dataset has several recordings, or several sensors and none is chosen.
    """
    found = _of_one_recording(path)
    systems = [system for system in map(read_tracking_system, found) if system.points]
    if not systems:
        raise InputError(
            f"{path}: no channels of type ACCEL with the components x, y and z; expected acceleration.",
            "Positions and orientations cannot be analysed; record acceleration at the shank.",
        )
    size = sum(system.path.stat().st_size for system in systems)
    if size > request.max_bytes:
        raise too_large(path, size, request.max_bytes)
    names = _names(systems)
    chosen, left_out = choose_sensors(tuple(names), request.sensor, request.side)
    parts = []
    for number, system in enumerate(systems):
        points = {name: names[name][1] for name in chosen if names[name][0] == number}
        if points:
            parts.append(_read_system(system, points, request))
    sha256 = parts[0].sha256 if len(systems) == 1 else sha256_of(*(system.path for system in systems))
    together = tuple(sorted(_aligned(path, parts), key=lambda each: chosen.index(each.sensor)))
    return RecordingFile(Source(str(path), sha256, FORMAT), together, left_out)


def _of_one_recording(path: Path) -> list[Path]:
    """List the samples of a recording: names that differ in nothing but the tracking system."""
    if not path.is_dir():
        return [path]
    try:
        found = sorted(chain.from_iterable(path.glob(each) for each in (*_PATTERNS, *_PART_PATTERNS)))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.", "Check that you may."
        ) from error
    if not found:
        raise InputError(
            f"{path} is a BIDS dataset without motion; expected files such as {_PATTERNS[0]}.",
            "Only recordings of motion can be analysed.",
        )
    runs: dict[str, Path] = {}
    for each in found:
        runs.setdefault(re.sub(r"_tracksys-[A-Za-z0-9]+", "", str(each.relative_to(path))), each)
    if len(runs) > 1:
        raise _several(path, list(runs.values()))
    return found


def _several(path: Path, first_files: Sequence[Path]) -> UsageError:
    """Name the recordings of a dataset by their folders where each has its own, else by their files."""
    folders = dict.fromkeys(each.parent.parent for each in first_files)
    apart = len(folders) == len(first_files)
    ways = list(folders) if apart else list(first_files)
    listed = ", ".join(str(each.relative_to(path)) for each in ways[:6])
    kind = "folder" if apart else "file"
    return UsageError(
        f"{path} holds {len(ways)} recordings: {listed}{', ...' if len(ways) > 6 else ''}.",
        f"Give the {kind} of one of them: {ways[0]}",
    )


def _names(systems: Sequence[TrackingSystem]) -> dict[str, tuple[int, str]]:
    """Name each sensor by what it is on, with its tracking system where that is not enough."""
    points = [(number, point) for number, system in enumerate(systems) for point in system.points]
    names: dict[str, tuple[int, str]] = {}
    for number, point in points:
        label = _plain(systems[number].label)
        name = _plain(point) if point not in {"", "n/a"} else label
        if [_plain(other) for _, other in points].count(name) > 1:
            name = f"{label}_{name}"
        names.setdefault(name, (number, point))
    return names


def _plain(label: str) -> str:
    """Write a label as words: ``leftShank`` and ``shankL`` as ``left_shank`` and ``shank_l``."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", label).lower()).strip("_")


def _read_system(system: TrackingSystem, points: Mapping[str, str], request: ReadRequest) -> _Read:
    sensors = {name: system.points[point] for name, point in points.items()}
    time = next(iter(sensors.values())).acc.columns[0] if system.latency is None else system.latency
    layout = Layout(system.columns, time, "s", 1.0, sensors, system.notes)
    (table, _, notes), sha256 = read_table(
        system.path, request.max_bytes, lambda path, block: _head(path, block, layout)
    )
    table = replace(table, said=system.said, acceleration=system.acceleration)
    if system.latency is None:
        table = _evenly_timed(table, system)
    first_s = next((float(each) for each in table.time_s if np.isfinite(each)), 0.0)
    begun, said = _start(system.begun, first_s)
    meta = read_meta(system.path.with_name(META_NAME))
    read = recordings_of(table, meta, request, (*notes, *said))
    return _Read(tuple(_worn(each, system, points[each.sensor]) for each in read), begun, sha256)


def _head(path: Path, block: bytes, layout: Layout) -> CsvHead:
    """Check that the first row has a cell for each channel: nothing else tells that the two files belong."""
    cells = block.split(b"\n", 1)[0].count(b"\t") + 1
    if cells != len(layout.names):
        raise InputError(
            f"{path}, line 1: found {cells} cells; expected {len(layout.names)}, one for each row of the "
            "channels.tsv beside it.",
            "Copy or export both files again.",
        )
    return CsvHead(layout, "\t", ".", 0, 0, ())


def _evenly_timed(table: Table, system: TrackingSystem) -> Table:
    """Give the rows the times that their number and the rate say."""
    if system.rate_hz is None:
        raise InputError(
            f"{system.path}: no LATENCY channel, and no SamplingFrequency in the motion.json beside it; "
            "expected one of them.",
            "Copy the motion.json, or write the rate into it.",
        )
    if table.unreadable:
        raise InputError(
            f"{system.path}, {table.first_unreadable}: {table.unreadable} unreadable rows; without a LATENCY "
            "channel nobody knows when the rows behind them were measured.",
            "Copy or export the file again.",
        )
    layout = table.layout
    names = (*layout.names, "row / SamplingFrequency")
    layout = replace(layout, names=names, time=len(layout.names))
    return replace(table, layout=layout, time_s=np.arange(len(table.time_s)) / system.rate_hz)


def _start(begun: datetime | None, first_s: float) -> tuple[datetime | None, tuple[str, ...]]:
    """Tell when the first row was measured, and what is wrong with that."""
    if begun is None or abs(first_s) > _MOST_APART_S:
        return None, ()
    begun += timedelta(seconds=first_s)
    if begun.year <= _LAST_SHIFTED_YEAR:
        return begun, ("The dates of the dataset were moved to protect a person: the start is not known.",)
    if begun.tzinfo is None:
        return begun, ("The start has no time zone, so it was left aside.",)
    return begun, ()


def _worn(recording: Recording, system: TrackingSystem, point: str) -> Recording:
    """Add what the names say of where the sensor was worn."""
    placement = system.placements.get(point)
    words = {*_plain(point).split("_"), *_plain(system.label).split("_")}
    placement = placement or next(iter(sorted(_SHIN_WORDS & words)), None)
    side = side_of(_plain(system.label)) if len(system.points) == 1 else None
    return replace(recording, placement=recording.placement or placement, side=recording.side or side)


def _aligned(path: Path, read: Sequence[_Read]) -> list[Recording]:
    """Put all sensors on one time line, which begins with the first of them."""
    starts = [each.begun for each in read]
    known = [start for start in starts if start is not None]
    one_clock = len(known) == len(starts) and len({start.tzinfo is None for start in known}) == 1
    if not one_clock:
        note = "The starts are not all known: the sensors were taken to begin together."
        notes = (note,) if len(read) > 1 else ()
        return [replace(one, notes=(*one.notes, *notes)) for each in read for one in each.recordings]
    first = min(known)
    told = first.isoformat() if first.tzinfo and first.year > _LAST_SHIFTED_YEAR else None
    delays_s = [(start - first).total_seconds() for start in known]
    if max(delays_s) > _MOST_APART_S:
        raise InputError(
            f"{path}: the sensors begin {max(delays_s) / 3600:.0f} hours apart; expected one recording.",
            "Correct acq_time in the scans.tsv, or give one of the files.",
        )
    return [
        _begun(one, delay_s, told)
        for each, delay_s in zip(read, delays_s, strict=True)
        for one in each.recordings
    ]


def _begun(recording: Recording, delay_s: float, start_utc: str | None) -> Recording:
    """Say when a recording began, and let its first sample be that much after second 0."""
    return replace(
        recording,
        start_utc=recording.start_utc or start_utc,
        time_s=recording.time_s + delay_s,
        gaps=tuple(Gap(g.start_s + delay_s, g.end_s + delay_s, g.lost_samples) for g in recording.gaps),
    )
