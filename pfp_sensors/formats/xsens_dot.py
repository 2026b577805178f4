"""CSV files of the Movella (Xsens) DOT app, one sensor each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.formats.csv_table import read_table
from pfp_sensors.formats.samples import RawSensor, recordings_of
from pfp_sensors.formats.sensor_files import from_start
from pfp_sensors.formats.sensors import choose_sensors
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

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.formats.csv_header import CsvHead
    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.formats.samples import Table
    from pfp_sensors.model.recording import Acceleration, Float32Array, FloatArray

_WRAP_S: Final = 2**32 * 1e-6
"""SampleTimeFine counts microseconds in 32 bits."""

_NORM_TOLERANCE = 0.05
"""A quaternion whose norm is further from 1 is damaged."""

_MOST_MISSING = 10_000_000
"""A larger step of the packet counter is a damaged number, or a new start."""


def sniff(_path: Path, head: bytes) -> bool:
    """Tell a CSV file of the DOT app by its first lines."""
    return is_dot(head)


def read(path: Path, request: ReadRequest) -> RecordingFile:
    """Read a CSV file of the DOT app, with ``meta.json`` beside it if there is one.

    A file without ``Acc`` but with ``FreeAcc`` (acceleration in the earth's frame, gravity taken out) and an
    orientation has gravity put back: ``acceleration`` is then "rebuilt"; without an orientation "free".

    Raises
    ------
    InputError
        If it cannot be read, holds no acceleration, or is not what it claims (`recordings_of`).
    UsageError
        If a sensor is asked for: such a file holds one, without a name.
    """
    said = SensorMeta()
    facts: tuple[str, ...] = ()

    def head_of(place: Path, block: bytes) -> CsvHead:
        nonlocal said, facts
        head = read_head(place, block)
        said, facts = facts_of(block[: head.size])
        return head

    meta = read_meta(path.with_name(META_NAME))
    (table, _, notes), sha256 = read_table(path, request.max_bytes, head_of)
    choose_sensors(("",), request.sensor, request.side)
    table, more = _one_sensor(replace(table, said=said))
    recordings = recordings_of(from_start(table), meta, request, (*notes, *facts, *more))
    return RecordingFile(Source(str(path), sha256, "xsens-dot"), recordings)


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
