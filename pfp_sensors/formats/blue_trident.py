"""CSV files of Vicon's Capture.U (Blue Trident): low-g with gyroscope, high-g, magnetometer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.formats.columns import BY_FORMAT, Axes, Layout, SensorColumns
from pfp_sensors.formats.csv_header import CsvHead
from pfp_sensors.formats.csv_table import read_table
from pfp_sensors.formats.file_groups import FileGroup, below
from pfp_sensors.formats.samples import RawSensor, recordings_of
from pfp_sensors.formats.sensor_files import (
    choose_groups,
    files_in,
    from_start,
    grouped,
    head_line,
    is_packed_copy,
    is_plain_count,
    kinds_of,
    moment_of,
    no_such_kind,
    position_of,
    side_in_name,
)
from pfp_sensors.formats.sensors import choose_sensors
from pfp_sensors.formats.two_rates import at_times
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, SensorMeta, read_meta
from pfp_sensors.store.sealed_files import sha256_of
from pfp_sensors.units import ACC_UNITS_IN_G, GYR_UNITS_IN_DPS, TIME_UNITS_IN_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.formats.file_groups import FileTree
    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.formats.samples import Table
    from pfp_sensors.model.recording import Float32Array, Recording

LOW_G: Final = 16.0
HIGH_G: Final = 200.0
"""Full scale of the two accelerometers, from the maker's data sheet."""

_CLIPPED_G = 0.98 * LOW_G
_QUIET_G = 4.0
"""Below, the two accelerometers are compared: a step of time between them matters little there."""

_AGREE_SHARE = 0.9
_MIN_AGREEING = 0.95
"""So much of the samples at the limit must the high-g file confirm, by 90 % of the limit on the same side."""

_FILE = re.compile(r"(?P<sensor>.+?)_+(?P<kind>lowg|highg|mag)\.csv(?:\.gz)?", re.IGNORECASE)
_STAMP, _TIME = "unix_timestamp_microsec", "time_s"
_UNITS: Final[Mapping[str, str]] = {
    "m/s/s": "mps2",
    "m/s^2": "mps2",
    "m/s2": "mps2",
    "g": "g",
    "deg/s": "dps",
    "rad/s": "rps",
}
_AXIS = re.compile(r"([ag])([xyz])_(.+)")
_LOW_PLEASE = "Give the _lowg.csv file of the same sensor (or the folder): it has acceleration and gyroscope."


def sniff(path: Path, head: bytes) -> bool:
    """Tell a file by its header, a folder by the names in it."""
    if not head and path.is_dir():
        return any(_FILE.fullmatch(file.name) for file in files_in(path))
    names = head[: head.find(b"\n") + 1 or None].lower()
    return b"ax_m/s" in names or (_STAMP.encode() in names and b"_micro" in names)


def groups(folder: str, tree: FileTree) -> tuple[FileGroup, ...]:
    """Group the files of each sensor in a folder; the low-g one is what is read, else the high-g one."""
    found = []
    for kinds in kinds_of(tree.in_folder(folder), _FILE).values():
        read = next((kinds[kind] for kind in ("lowg", "highg") if kind in kinds), [])
        first = [name for name in read if not is_packed_copy(name, read)]
        rest = [below(folder, name) for names in kinds.values() for name in names if name not in first]
        found += [FileGroup(path := below(folder, name), (path, *rest)) for name in first]
        if not first:
            found.append(FileGroup(None, tuple(rest)))
    return tuple(found)


def read(path: Path, request: ReadRequest) -> RecordingFile:
    """Read one sensor, or the two legs of a folder, with ``meta.json`` beside the files if there is one.

    A low-g file is completed by the high-g file of the same name where it reached its limit of 16 g.

    Raises
    ------
    InputError
        If a file cannot be read, has no acceleration, or is not what it claims (`recordings_of`).
    UsageError
        If a folder holds several sensors that are not one left and one right leg, and none is chosen.
    """
    if not path.is_dir():
        choose_sensors(("",), request.sensor, request.side)
        recording, used = _one(path, _beside(path), "", request)
        return RecordingFile(Source(str(path), sha256_of(*used), "blue-trident"), (recording,))
    groups = grouped(path, _FILE)
    with_acc = {name: kinds for name, kinds in groups.items() if kinds.keys() & {"lowg", "highg"}}
    if not with_acc:
        raise InputError(f"{path} holds no _lowg.csv or _highg.csv file.", _LOW_PLEASE)
    chosen = choose_groups(path, tuple(with_acc), request)
    recordings: list[Recording] = []
    files: list[Path] = []
    for label, name in chosen.sensors:
        first = (with_acc[name].get("lowg") or with_acc[name]["highg"])[0]
        recording, used = _one(first, _beside(first), label, request)
        recordings.append(recording)
        files += used
    source = Source(str(path), sha256_of(*files), "blue-trident")
    return RecordingFile(source, tuple(recordings), chosen.notes)


def _beside(path: Path) -> Path | None:
    """Find the high-g file of a low-g one."""
    found = _FILE.fullmatch(path.name)
    if found is None or found["kind"].lower() != "lowg":
        return None
    kinds = grouped(path.parent, _FILE).get(found["sensor"], {})
    return next(iter(kinds.get("highg", ())), None)


def _one(path: Path, high: Path | None, label: str, request: ReadRequest) -> tuple[Recording, list[Path]]:
    """Read one sensor; tell which files it took."""
    table, notes = _table(path, label, request)
    found = _FILE.fullmatch(path.name)
    sensor = table.sensors[0]
    is_high = found["kind"].lower() == "highg" if found else sensor.gyr_dps is None
    range_g = HIGH_G if is_high else LOW_G
    used = [path]
    if is_high:
        notes += (f"High-g file alone: no gyroscope. {_LOW_PLEASE}",)
    elif high is not None:
        used.append(high)
        acc_g, more = _spliced(table, _table(high, label, request)[0])
        notes += more
        if acc_g is not None:
            range_g = HIGH_G
            table = replace(table, sensors=(replace(sensor, acc_g=acc_g),))
    known: dict[str, Any] = {"acc_range_g": range_g}
    notes += (f"Range {range_g:g} g: from the maker's data sheet, not from the file.",)
    if start_utc := moment_of(table.time_s):
        known["start_utc"] = start_utc
    if not label and (side := side_in_name(path.name)):
        known["side"] = side
        notes += (f"The file's name says {side}.",)
    said = SensorMeta(**known, said=frozenset(known))
    meta = read_meta(path.with_name(META_NAME))
    (recording,) = recordings_of(from_start(replace(table, said=said)), meta, request, notes)
    return recording, used


def _table(path: Path, label: str, request: ReadRequest) -> tuple[Table, tuple[str, ...]]:
    (table, _, notes), _ = read_table(path, request.max_bytes, _read_head)
    columns, sensor = table.layout.sensors[""], table.sensors[0]
    layout = replace(table.layout, sensors={label: columns})
    return replace(table, layout=layout, sensors=(RawSensor(label, sensor.acc_g, sensor.gyr_dps),)), notes


def _spliced(low: Table, high: Table) -> tuple[Float32Array | None, tuple[str, ...]]:
    """Put the high-g samples in where the low-g accelerometer was at its limit; None where it never was.

    Each axis by itself, at the times of the low-g samples, after the median difference of the two in quiet
    moments was taken off. Nothing is chosen among neighbours: that would favour peaks.
    """
    low_g, high_g = low.sensors[0].acc_g, high.sensors[0].acc_g
    with np.errstate(invalid="ignore", over="ignore"):
        at_limit = np.abs(low_g) >= _CLIPPED_G
        n = int(np.count_nonzero(at_limit.any(axis=1)))
        if not n:
            return None, ("The low-g accelerometer never reached 16 g; the high-g file was not needed.",)
        here_g = at_times(low.time_s, high.time_s, high_g)
        quiet = (np.linalg.norm(low_g, axis=1) < _QUIET_G) & np.isfinite(here_g).all(axis=1)
        if quiet.any():
            here_g = here_g - np.median(here_g[quiet] - low_g[quiet], axis=0)
        agrees = (
            at_limit & (np.sign(here_g) == np.sign(low_g)) & (np.abs(here_g) >= _AGREE_SHARE * _CLIPPED_G)
        )
        larger = agrees & (np.abs(here_g) > np.abs(low_g))
    if np.count_nonzero(agrees) < _MIN_AGREEING * np.count_nonzero(at_limit):
        return None, (
            f"The low-g accelerometer reached 16 g in {n} samples, but the high-g file does not confirm them "
            "(a gap, or clocks apart); it was left aside.",
        )
    out = np.where(larger, here_g, low_g).astype(np.float32)
    rows = int(np.count_nonzero(larger.any(axis=1)))
    return out, (
        f"{rows} of {n} samples at the limit of 16 g were taken from the high-g file. No real pair of files "
        "was there to verify this: read peaks above 16 g with care.",
    )


def _read_head(path: Path, block: bytes) -> CsvHead:
    """Understand the one line of header."""
    head = head_line(block)
    stamp, time = position_of(head.at, _STAMP), position_of(head.at, _TIME)
    notes: tuple[str, ...] = ()
    if stamp is None or not is_plain_count(head.first, stamp):
        notes = (f"No usable {_STAMP}: the start of the recording is not known.",)
        stamp = None
    column = time if stamp is None else stamp
    acc = _axes(head.names, "a")
    if acc is None:
        raise no_such_kind(path, head.names, "ax_m/s/s, ay_m/s/s, az_m/s/s", _LOW_PLEASE)
    if column is None:
        raise InputError(
            f"{path}, header: no time; expected {_STAMP} or {_TIME}.", "Export the file again from Capture.U."
        )
    unit = "s" if stamp is None else "us"
    sensors = {"": SensorColumns(acc, _axes(head.names, "g"))}
    layout = Layout(head.names, column, unit, TIME_UNITS_IN_S[unit], sensors, notes, BY_FORMAT)
    return CsvHead(layout, head.delimiter, head.decimal, 1, head.size, ())


def _axes(names: Sequence[str], kind: str) -> Axes | None:
    """Find the three columns ``ax_m/s/s`` ... of one kind and one unit."""
    found: dict[str, tuple[int, str]] = {}
    for position, name in enumerate(names):
        match = _AXIS.fullmatch(name.lower())
        if match and match[1] == kind and (unit := _UNITS.get(match[3])):
            found.setdefault(match[2], (position, unit))
    if len(found) < 3 or len({unit for _, unit in found.values()}) > 1:
        return None
    unit = found["x"][1]
    factor = (ACC_UNITS_IN_G | GYR_UNITS_IN_DPS)[unit]
    return Axes((found["x"][0], found["y"][0], found["z"][0]), unit, factor, BY_FORMAT)
