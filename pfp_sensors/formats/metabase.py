"""CSV files of MetaBase (MetaWear): one file each for accelerometer and gyroscope, at their own times."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

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
from pfp_sensors.formats.two_rates import join
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, SensorMeta, read_meta
from pfp_sensors.store.sealed_files import sha256_of
from pfp_sensors.units import TIME_UNITS_IN_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.formats.file_groups import FileTree
    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.formats.samples import Table
    from pfp_sensors.model.recording import Recording

_FILE: Final = re.compile(
    r"(?P<sensor>.+?)_(?P<kind>Accelerometer|Gyroscope|Linear ?Acceleration|Gravity)"
    r"(?:_(?P<rate>\d+(?:\.\d+)?)Hz)?(?:_.*)?\.csv(?:\.gz)?",
    re.IGNORECASE,
)
_ACC_KINDS: Final = ("accelerometer", "linear acceleration", "linearacceleration")
_MARK = re.compile(rb'^(?:\xef\xbb\xbf)?"?epoch? \(ms\)"?[,;\t]', re.IGNORECASE)
_ZONE = re.compile(r"time(?:stamp)? \(([+-]?)(\d\d):?(\d\d)\)", re.ASCII)
_AXIS = re.compile(r"([xyz])(?:-axis)? \((g|deg/s)\)")
_EPOCHS = ("epoc (ms)", "epoch (ms)")
_ELAPSED = "elapsed (s)"
_DPS = "deg/s"
_ACC_PLEASE = (
    "Give the Accelerometer file of MetaBase (its Gyroscope file is found beside it), or their folder."
)


def sniff(path: Path, head: bytes) -> bool:
    """Tell a file by its header, a folder by the names in it."""
    if not head and path.is_dir():
        return any(_FILE.fullmatch(file.name) for file in files_in(path))
    return _MARK.match(head) is not None


def groups(folder: str, tree: FileTree) -> tuple[FileGroup, ...]:
    """Group the files of each sensor in a folder: each accelerometer's file with the others of its sensor.

    Linear acceleration is the same movement once more, and is read only where there is nothing else.
    """
    found = []
    for kinds in kinds_of(tree.in_folder(folder), _FILE).values():
        kind = next((kind for kind in _ACC_KINDS if kind in kinds), None)
        first = (
            [] if kind is None else [name for name in kinds[kind] if not is_packed_copy(name, kinds[kind])]
        )
        rest = [below(folder, name) for names in kinds.values() for name in names if name not in first]
        found += [FileGroup(path := below(folder, name), (path, *rest)) for name in first]
        if not first:
            found.append(FileGroup(None, tuple(rest)))
    return tuple(found)


def read(path: Path, request: ReadRequest) -> RecordingFile:
    """Read one sensor, or the two legs of a folder, with ``meta.json`` beside the files if there is one.

    The gyroscope's file is found by the accelerometer's name, and the other way round; its samples are
    interpolated at the times of the acceleration.

    Raises
    ------
    InputError
        If a file cannot be read, there is no acceleration, or it is not what it claims (`recordings_of`).
    UsageError
        If a folder holds several sensors that are not one left and one right leg, and none is chosen.
    """
    if not path.is_dir():
        choose_sensors(("",), request.sensor, request.side)
        acc, gyr, notes = _pair(path)
        recording = _one(acc, gyr, "", notes, request)
        return RecordingFile(_source(path, [(acc, gyr)]), (recording,))
    with_acc = {name: kinds for name, kinds in grouped(path, _FILE).items() if _acc_of(kinds) is not None}
    if not with_acc:
        raise InputError(f"{path} holds no Accelerometer file of MetaBase.", _ACC_PLEASE)
    chosen = choose_groups(path, tuple(with_acc), request)
    pairs = [_pair(file) for _, name in chosen.sensors if (file := _acc_of(with_acc[name])) is not None]
    recordings = tuple(
        _one(acc, gyr, label, notes, request)
        for (label, _), (acc, gyr, notes) in zip(chosen.sensors, pairs, strict=True)
    )
    return RecordingFile(_source(path, [(acc, gyr) for acc, gyr, _ in pairs]), recordings, chosen.notes)


def _source(path: Path, pairs: Sequence[tuple[Path, Path | None]]) -> Source:
    files = [file for pair in pairs for file in pair if file is not None]
    return Source(str(path), sha256_of(*files), "metabase")


def _acc_of(kinds: dict[str, list[Path]]) -> Path | None:
    """Choose the accelerometer's file of a sensor; the one without gravity only where there is no other."""
    return next((kinds[kind][0] for kind in _ACC_KINDS if kind in kinds), None)


def _pair(path: Path) -> tuple[Path, Path | None, tuple[str, ...]]:
    """Find the accelerometer's and the gyroscope's file of the sensor that a file belongs to.

    Raises
    ------
    InputError
        If the file is the gyroscope's, or of gravity alone, and there is no accelerometer's beside it.
    """
    found = _FILE.fullmatch(path.name)
    if found is None:
        return path, None, ()
    kinds = grouped(path.parent, _FILE).get(found["sensor"], {})
    acc = path if found["kind"].lower() not in {"gyroscope", "gravity"} else _acc_of(kinds)
    if acc is None:
        raise InputError(f"{path} holds no acceleration of the sensor (found: {found['kind']}).", _ACC_PLEASE)
    gyroscopes = kinds.get("gyroscope", [])
    if len(gyroscopes) > 1:
        return acc, None, (f"{len(gyroscopes)} gyroscope files fit the name; none was taken.",)
    return acc, next(iter(gyroscopes), None), ()


def _one(
    path: Path, gyroscope: Path | None, label: str, notes: tuple[str, ...], request: ReadRequest
) -> Recording:
    """Read one sensor from its accelerometer's file and, where it is there, its gyroscope's."""
    (table, head, more), _ = read_table(path, request.max_bytes, _read_acc)
    notes += more
    table = replace(table, layout=replace(table.layout, sensors={label: table.layout.sensors[""]}))
    table = replace(table, sensors=(RawSensor(label, table.sensors[0].acc_g, None),))
    if gyroscope is None:
        notes += ("No gyroscope file was found beside it.",)
    else:
        (second, _, more), _ = read_table(gyroscope, request.max_bytes, _read_gyr)
        table, joined = _joined(table, second)
        notes += (*(f"Gyroscope: {note}" for note in more), *joined)
        if second.unreadable:
            notes += (f"{second.unreadable} rows of the gyroscope file left out: {second.first_unreadable}.",)
    said, known = _said(path, label, table, head)
    if (found := _FILE.fullmatch(path.name)) and found["kind"].lower().startswith("linear"):
        table = replace(table, acceleration="free")
        known += ("MetaBase's Linear Acceleration has no gravity. Record the Accelerometer instead.",)
    meta = read_meta(path.with_name(META_NAME))
    (recording,) = recordings_of(from_start(replace(table, said=said)), meta, request, (*notes, *known))
    return recording


def _joined(table: Table, second: Table) -> tuple[Table, tuple[str, ...]]:
    """Bring the gyroscope onto the rows of the acceleration."""
    (own,) = table.sensors
    joined = join(table.time_s, second.time_s, second.sensors[0].acc_g)
    if joined.values is None:
        return table, joined.notes
    kept = joined.rows.nonzero()[0]
    columns = table.layout.sensors[own.name]
    names = (*table.layout.names, *second.layout.names)
    x, y, z = (len(table.layout.names) + position for position in second.layout.sensors[""].acc.columns)
    with_gyr = SensorColumns(columns.acc, Axes((x, y, z), "dps", 1.0, BY_FORMAT))
    return (
        replace(
            table,
            layout=replace(table.layout, names=names, sensors={own.name: with_gyr}),
            time_s=table.time_s[kept],
            sensors=(RawSensor(own.name, own.acc_g[kept], joined.values),),
            place=lambda row: table.place(int(kept[row])),
        ),
        joined.notes,
    )


def _said(path: Path, label: str, table: Table, head: CsvHead) -> tuple[SensorMeta, tuple[str, ...]]:
    """Gather what header and name of the file say beside the samples."""
    known: dict[str, Any] = {}
    notes: tuple[str, ...] = ()
    if start_utc := moment_of(table.time_s, _zone(head.layout.names)):
        known["start_utc"] = start_utc
    found = _FILE.fullmatch(path.name)
    if found and found["rate"] and float(found["rate"]) > 0:
        known["sampling_rate_hz"] = float(found["rate"])
    if not label and (side := side_in_name(path.name)):
        known["side"] = side
        notes = (f"The file's name says {side}.",)
    return SensorMeta(**known, said=frozenset(known)), notes


def _zone(names: Sequence[str]) -> timezone:
    """Read the zone that is kept in the name of a column; UTC where it is not."""
    for name in names:
        if found := _ZONE.fullmatch(name.lower()):
            offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
            if offset < timedelta(hours=24):
                return timezone(-offset if found[1] == "-" else offset)
    return UTC


def _read_acc(path: Path, block: bytes) -> CsvHead:
    return _read_head(path, block, "g")


def _read_gyr(path: Path, block: bytes) -> CsvHead:
    return _read_head(path, block, _DPS)


def _read_head(path: Path, block: bytes, unit: str) -> CsvHead:
    """Understand the one line of header, for the three columns of one unit."""
    head = head_line(block)
    matches = ((place, _AXIS.fullmatch(name.lower())) for place, name in enumerate(head.names))
    found = {match[1]: place for place, match in matches if match and match[2] == unit}
    if len(found) < 3:
        expected = f"x-axis ({unit}), y-axis ({unit}), z-axis ({unit})"
        if unit == _DPS:
            raise InputError(
                f"{path}, header: no rotation; expected {expected}.",
                "Take this file away, and the acceleration is read without it.",
            )
        raise no_such_kind(path, head.names, expected, _ACC_PLEASE)
    epoch, elapsed = position_of(head.at, *_EPOCHS), position_of(head.at, _ELAPSED)
    is_epoch = epoch is not None and (elapsed is None or is_plain_count(head.first, epoch))
    column, time_unit = (epoch, "ms") if is_epoch else (elapsed, "s")
    if column is None:
        raise InputError(f"{path}, header: no time; expected {_EPOCHS[0]}.", "Export the file again.")
    notes = () if is_epoch else (f"{_EPOCHS[0]} is no whole number; {_ELAPSED} was taken.",)
    axes = Axes((found["x"], found["y"], found["z"]), unit if unit == "g" else "dps", 1.0, BY_FORMAT)
    sensors = {"": SensorColumns(axes, None)}
    layout = Layout(head.names, column, time_unit, TIME_UNITS_IN_S[time_unit], sensors, notes, BY_FORMAT)
    return CsvHead(layout, head.delimiter, head.decimal, 1, head.size, ())
