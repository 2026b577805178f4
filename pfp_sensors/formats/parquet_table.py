"""A Parquet table from elsewhere, with columns named as in the generic CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.formats.columns import understand_columns
from pfp_sensors.formats.request import too_large
from pfp_sensors.formats.samples import RawSensor, Table, recordings_of
from pfp_sensors.formats.sensors import choose_sensors
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, SAID_KEY, SensorMeta, read_meta, sensor_said
from pfp_sensors.store.parquet_groups import open_parquet, row_groups, unpacked_bytes
from pfp_sensors.store.sealed_files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.formats.columns import Layout
    from pfp_sensors.formats.request import ReadRequest


def read_parquet(path: Path, request: ReadRequest) -> RecordingFile:
    """Read a Parquet table whose column names say units, with ``meta.json`` beside it if there is one.

    The same names, checks and rules as for CSV. Integers and floats are taken.

    Parameters
    ----------
    path
        The file.
    request
        Which sensor, and what the caller knows better.

    Raises
    ------
    InputError
        If it cannot be read, or is not what its column names claim (`recordings_of`).
    UsageError
        If it holds several sensors and none is chosen.
    """
    meta = read_meta(path.with_name(META_NAME))
    file = open_parquet(path)
    layout = understand_columns(path, tuple(file.schema_arrow.names))
    chosen, left_out = choose_sensors(tuple(layout.sensors), request.sensor, request.side)
    unpacked = unpacked_bytes(path, file, len(_names(layout, chosen)))
    if unpacked > request.max_bytes:
        raise too_large(path, unpacked, request.max_bytes)
    table = _read(path, file, layout, chosen)
    recordings = recordings_of(table, meta, request, (*layout.notes, *left_out))
    return RecordingFile(Source(str(path), sha256_of(path), "parquet"), recordings)


def _names(layout: Layout, chosen: Sequence[str]) -> list[str]:
    """Name the columns that are read."""
    sensors = [layout.sensors[name] for name in chosen]
    axes = [one for sensor in sensors for one in (sensor.acc, sensor.gyr) if one is not None]
    return [layout.names[k] for k in (layout.time, *(column for one in axes for column in one.columns))]


def _read(path: Path, file: Any, layout: Layout, chosen: Sequence[str]) -> Table:
    """Read the columns of the chosen sensors, a row group at a time, into arrays made once."""
    rows = file.metadata.num_rows
    time_s = np.empty(rows, np.float64)
    sensors: list[RawSensor] = []
    targets: list[tuple[str, float, Any]] = [(layout.names[layout.time], layout.time_factor, time_s)]
    for name in chosen:
        columns = layout.sensors[name]
        acc_g = np.empty((rows, 3), np.float32)
        gyr_dps = None if columns.gyr is None else np.empty((rows, 3), np.float32)
        sensors.append(RawSensor(name, acc_g, gyr_dps))
        for axes, values in ((columns.acc, acc_g), (columns.gyr, gyr_dps)):
            if axes is not None and values is not None:
                for axis, column in enumerate(axes.columns):
                    targets.append((layout.names[column], axes.factor, values[:, axis]))
    start = 0
    for group in row_groups(path, file, [name for name, _, _ in targets]):
        stop = start + len(group[targets[0][0]])
        for name, factor, target in targets:
            # What is too large for float32 becomes infinite, a signalling NaN a quiet one; dropped later.
            with np.errstate(over="ignore", invalid="ignore"):
                np.multiply(group[name], factor, out=target[start:stop], casting="unsafe")
        start = stop
    return Table(path, layout, time_s, tuple(sensors), 0, "", lambda row: f"row {row}", _said(path, file))


def _said(path: Path, file: Any) -> SensorMeta:
    """Read what a table that `pfp export` wrote says beside its samples."""
    said = (file.metadata.metadata or {}).get(SAID_KEY)
    return SensorMeta() if said is None else sensor_said(path, said)
