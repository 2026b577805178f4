"""CSV files of the Movella (Xsens) DOT app, one sensor each; of a folder the two legs."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.formats.csv_table import read_table
from pfp_sensors.formats.known_files import HEAD_BYTES
from pfp_sensors.formats.plain_file import is_plain_file
from pfp_sensors.formats.samples import RawSensor, recordings_of
from pfp_sensors.formats.sensor_files import choose_groups, files_in, from_start, side_in_name
from pfp_sensors.formats.sensors import choose_sensors, side_of
from pfp_sensors.formats.xsens_dot_head import (
    COUNTER,
    EULER,
    QUATERNION,
    QUATERNION_W,
    RECORD_INSTEAD,
    facts_of,
    is_dot,
    read_head,
)
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, SensorMeta, read_meta
from pfp_sensors.store.sealed_files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pfp_sensors.formats.csv_header import CsvHead
    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.formats.samples import Table
    from pfp_sensors.model.recording import Acceleration, Float32Array, FloatArray, Recording

FORMAT: Final = "xsens-dot"

_WRAP_S: Final = 2**32 * 1e-6
"""SampleTimeFine counts microseconds in 32 bits."""

_NORM_TOLERANCE = 0.05
"""A quaternion whose norm is further from 1 is damaged."""

_MOST_MISSING = 10_000_000
"""A larger step of the packet counter is a damaged number, or a new start."""


def sniff(path: Path, head: bytes) -> bool:
    """Tell a CSV file of the DOT app by its first lines, and a folder of them."""
    if not head and path.is_dir():
        return any(True for _ in _dot_files(path))
    return is_dot(head)


def read(path: Path, request: ReadRequest) -> RecordingFile:
    """Read a CSV file of the DOT app, or the two legs of a folder; with ``meta.json`` beside them.

    A file without ``Acc`` but with ``FreeAcc`` (acceleration in the earth's frame, gravity taken out) and an
    orientation has gravity put back: ``acceleration`` is then "rebuilt"; without an orientation "free".

    Raises
    ------
    InputError
        If it cannot be read, holds no acceleration, or is not what it claims (`recordings_of`).
    UsageError
        If a sensor is asked for: such a file holds one, without a name. If a folder holds several that are
        not one left and one right leg, and none is chosen.
    """
    if not path.is_dir():
        choose_sensors(("",), request.sensor, request.side)
        recording, sha256 = _read_file(path, "", request)
        return RecordingFile(Source(str(path), sha256, FORMAT), (recording,))
    files = {_group_name(file, head): file for file, head in _dot_files(path)}
    chosen = choose_groups(path, tuple(files), request)
    found = [_read_file(files[name], label, request) for label, name in chosen.sensors]
    sha256 = found[0][1] if len(found) == 1 else sha256_of(*(files[name] for _, name in chosen.sensors))
    return RecordingFile(Source(str(path), sha256, FORMAT), tuple(one for one, _ in found), chosen.notes)


def _dot_files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Give the files of the app in a folder, each with its first lines."""
    for path in files_in(folder):
        if path.suffix.lower() == ".csv" and is_plain_file(path):
            with contextlib.suppress(OSError), path.open("rb") as file:
                head = file.read(HEAD_BYTES)
                if is_dot(head):
                    yield path, head


def _group_name(path: Path, head: bytes) -> str:
    """Name a sensor of a folder by its file, with the side that the file itself says."""
    side = facts_of(head)[0].side or side_in_name(path.name)
    return path.stem if side is None or side_of(path.stem) == side else f"{path.stem}_{side}"


def _read_file(path: Path, label: str, request: ReadRequest) -> tuple[Recording, str]:
    """Read one file; give its recording and the SHA-256 of its bytes."""
    said = SensorMeta()
    facts: tuple[str, ...] = ()

    def head_of(place: Path, block: bytes) -> CsvHead:
        nonlocal said, facts
        head = read_head(place, block)
        said, facts = facts_of(block[: head.size])
        return head

    meta = read_meta(path.with_name(META_NAME))
    (table, _, notes), sha256 = read_table(path, request.max_bytes, head_of)
    if said.side is None and (side := side_in_name(path.name)):
        said = replace(said, side=side, said=said.said | {"side"})
        facts = (*facts, f"The file's name says {side}.")
    table, more = _one_sensor(replace(table, said=said))
    table = _labelled(from_start(table), label)
    (recording,) = recordings_of(table, meta, request, (*notes, *facts, *more))
    return recording, sha256


def _labelled(table: Table, label: str) -> Table:
    """Name the one sensor of a table."""
    layout = replace(table.layout, sensors={label: table.layout.sensors[""]})
    return replace(table, layout=layout, sensors=(replace(table.sensors[0], name=label),))


def _one_sensor(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Turn the columns into one sensor: times that do not wrap, gravity put back, no empty first packet."""
    columns = {sensor.name: sensor.acc_g for sensor in table.sensors}
    own = table.sensors[0]
    time_s, notes = _unwrapped(table.time_s)
    notes += _missing(columns[COUNTER][:, 0])
    acc_g, acceleration, more = _with_gravity(table, columns)
    notes += more
    first = _empty_packets(own)
    if first:
        notes += (f"{first} empty packet{'s' if first > 1 else ''} at the start left out.",)
    return (
        replace(
            table,
            layout=replace(table.layout, sensors={"": table.layout.sensors[""]}),
            time_s=time_s[first:],
            sensors=(RawSensor("", acc_g[first:], None if own.gyr_dps is None else own.gyr_dps[first:]),),
            place=lambda row: table.place(row + first),
            acceleration=acceleration,
        ),
        notes,
    )


def _unwrapped(time_s: FloatArray) -> tuple[FloatArray, tuple[str, ...]]:
    """Count on where the 32 bits of the sensor's clock began again at 0.

    Only a fall by more than half of its range is that: as large a rise is a gap, or with the fall beside it a
    damaged number, which is left as it stands.
    """
    whole = time_s.copy()
    finite = np.isfinite(time_s)
    told = time_s[finite]
    steps = np.diff(told)
    falls, rises = steps < -_WRAP_S / 2, steps > _WRAP_S / 2
    goes_on = told[2:] > told[:-2]
    fell_first, rose_first = falls[:-1] & rises[1:] & goes_on, rises[:-1] & falls[1:] & goes_on
    falls[:-1] &= ~fell_first
    falls[1:] &= ~rose_first
    if not falls.any():
        return whole, ()
    whole[finite] = told + _WRAP_S * np.concatenate([[0], np.cumsum(falls)])
    return whole, ("The sensor's clock of 32 bits ran over and began again at 0; counted on.",)


def _missing(counter: Float32Array) -> tuple[str, ...]:
    """Say how many packets are missing by their counter."""
    steps = np.diff(counter[np.isfinite(counter)].astype(np.float64))
    lost = int(np.sum(steps[(steps > 1) & (steps < _MOST_MISSING)] - 1))
    return (f"{lost} packets are missing by the packet counter (lost on the way).",) if lost else ()


def _empty_packets(sensor: RawSensor) -> int:
    """Count the rows of nothing but zeros at the start: some versions write one before the first sample."""
    values = sensor.acc_g if sensor.gyr_dps is None else np.hstack([sensor.acc_g, sensor.gyr_dps])
    empty = (values[:3] == 0).all(axis=1)
    return int(np.cumprod(empty).sum()) if len(values) > 3 else 0


def _with_gravity(
    table: Table, columns: Mapping[str, Float32Array]
) -> tuple[Float32Array, Acceleration, tuple[str, ...]]:
    """Give the acceleration as a sensor feels it, where that can be told."""
    if not table.layout.names[table.layout.sensors[""].acc.columns[0]].lower().startswith("free"):
        return columns[""], "measured", ()
    with np.errstate(invalid="ignore", over="ignore"):  # damaged cells become NaN, and are counted as such
        acc_g = _rebuilt(columns)
    if acc_g is None:
        note = f"FreeAcc has no gravity, and the file no orientation to put it back with. {RECORD_INSTEAD}"
        return columns[""], "free", (note,)
    note = (
        "FreeAcc has no gravity: it was turned back into the sensor's axes by the orientation in the file, "
        f"and gravity was added. Good for cadence, not for landing impact. {RECORD_INSTEAD}"
    )
    return acc_g, "rebuilt", (note,)


def _rebuilt(columns: Mapping[str, Float32Array]) -> Float32Array | None:
    """Add gravity in the earth's frame, and turn the sum back into the sensor's; None without orientation."""
    quaternion = _quaternion(columns)
    if quaternion is None:
        return None
    return _turned_back(quaternion, columns[""] + np.array([0.0, 0.0, 1.0], np.float32))


def _quaternion(columns: Mapping[str, Float32Array]) -> FloatArray | None:
    """Give (n, 4) unit quaternions w, x, y, z from the sensor to the earth; NaN where they are damaged."""
    if QUATERNION in columns:
        q = np.column_stack([columns[QUATERNION_W][:, 0], columns[QUATERNION]]).astype(np.float64)
    elif EULER in columns:
        q = _from_euler(np.radians(columns[EULER].astype(np.float64)))
    else:
        return None
    norm = np.linalg.norm(q, axis=1)
    norm[~(np.abs(norm - 1.0) <= _NORM_TOLERANCE)] = np.nan
    return np.asarray(q / norm[:, None])


def _from_euler(angles_rad: FloatArray) -> FloatArray:
    """Turn roll, pitch and yaw about the earth's fixed axes x, y, z, in this order, into quaternions."""
    (cr, cp, cy), (sr, sp, sy) = np.cos(angles_rad / 2).T, np.sin(angles_rad / 2).T
    return np.column_stack(
        [
            cr * cp * cy + sr * sp * sy,
            sr * cp * cy - cr * sp * sy,
            cr * sp * cy + sr * cp * sy,
            cr * cp * sy - sr * sp * cy,
        ]
    )


def _turned_back(quaternion: FloatArray, vector: Float32Array) -> Float32Array:
    """Turn vectors of the earth's frame into the sensor's."""
    w, u = quaternion[:, :1], -quaternion[:, 1:]
    t = 2.0 * np.cross(u, vector)
    return np.asarray(vector + w * t + np.cross(u, t), np.float32)
