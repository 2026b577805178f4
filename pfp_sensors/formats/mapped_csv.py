"""A CSV file whose columns a mapping names."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.csv_table import read_table, table_of
from pfp_sensors.formats.line_blocks import line_blocks
from pfp_sensors.formats.mapped_head import mapped_head, plain_name
from pfp_sensors.formats.request import DEFAULT_MAX_BYTES
from pfp_sensors.formats.samples import recordings_of
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.model.understood import TablePreview
from pfp_sensors.store.meta_json import META_NAME, SensorMeta, read_meta

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.formats.column_mapping import ColumnMapping
    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.formats.samples import Table
    from pfp_sensors.model.recording import Recording

FORMAT_NAME: Final = "csv-mapped"
"""What `Source.format` says."""

_SAVED = re.compile(r"[0-9a-f]{32}")
_YEARS: Final = (1990, 2100)
"""A start outside is not one: the unit of the times is wrong, or they do not count from 1970."""


def read_mapped_csv(path: Path, mapping: ColumnMapping, request: ReadRequest) -> RecordingFile:
    """Read a CSV file with the columns that a mapping names, and ``meta.json`` beside it if there is one.

    Checked as every table is: gravity at rest, rate, rows. It holds one sensor.

    Parameters
    ----------
    path
        The file, packed with gzip or not.
    mapping
        From `read_mapping`.
    request
        What the caller knows better.

    Raises
    ------
    InputError
        If it cannot be read, lacks a column that the mapping names, or is not what the mapping claims.
    UsageError
        If a sensor is chosen.
    """
    if request.sensor:
        raise UsageError(
            f"--sensor {request.sensor} was given with a mapping; a mapping names the columns of one sensor.",
            "Leave --sensor away, and write one mapping for each sensor.",
        )
    meta = read_meta(path.with_name(META_NAME))
    (table, _, notes), sha256 = read_table(
        path, request.max_bytes, lambda of, block: mapped_head(of, block, mapping)
    )
    table, more = _as_mapped(table, mapping)
    notes = (f"The columns were named by {_called(mapping.path)}.", *notes, *more)
    try:
        recordings = recordings_of(table, meta, request, notes)
    except InputError as error:
        if str(mapping.path) in error.what_to_do:
            raise
        advice = f"{error.what_to_do} Columns, units and signs are those that {mapping.path} names."
        raise InputError(error.message, advice) from error
    named = tuple(_without_time(recording, mapping) for recording in recordings)
    return RecordingFile(Source(str(path), sha256, FORMAT_NAME), named)


def _called(path: Path) -> str:
    """Name a mapping; the program itself named those that it keeps, by a hash that tells a person nothing."""
    return "the mapping you saved" if _SAVED.fullmatch(path.stem) else f"the mapping {path.name}"


def preview(path: Path, mapping: ColumnMapping, rows: int = 5) -> TablePreview:
    """Read the first rows of a file as a mapping would have them, before any check of what they hold.

    Parameters
    ----------
    path
        The file.
    mapping
        From `read_mapping`.
    rows
        How many rows, or fewer where the file has no more.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or its first lines are no rows of numbers.
    """
    block = next(line_blocks(path, DEFAULT_MAX_BYTES, hashlib.sha256()), b"")
    end = mapped_head(path, block, mapping).size
    for _ in range(rows):
        end = block.find(b"\n", end) + 1 or len(block)
    (table, head, _) = table_of(
        path, iter([block[:end]]), end, lambda of, first: mapped_head(of, first, mapping)
    )
    table, notes = _as_mapped(table, mapping)
    sensor = table.sensors[0]
    columns = head.layout.sensors[""]
    numbers = [table.time_s[:, None], sensor.acc_g, *(() if sensor.gyr_dps is None else (sensor.gyr_dps,))]
    places = [*columns.acc.columns, *(() if columns.gyr is None else columns.gyr.columns)]
    time = "" if mapping.time.column is None else plain_name(head.layout.names[head.layout.time])
    names = ("t", "ax", "ay", "az", "gx", "gy", "gz")[: 1 + len(places)]
    return TablePreview(
        channels=names,
        columns=(time, *(plain_name(head.layout.names[place]) for place in places)),
        as_written=(
            mapping.time.unit,
            *(3 * (mapping.acc.unit,)),
            *(() if mapping.gyr is None else 3 * (mapping.gyr.unit,)),
        ),
        rows=tuple(tuple(map(float, row)) for row in np.hstack(numbers)[:rows]),
        notes=notes,
    )


def _as_mapped(table: Table, mapping: ColumnMapping) -> tuple[Table, tuple[str, ...]]:
    """Turn axes, make times where there are none, and add what the mapping says of the sensor."""
    notes = []
    sensor = table.sensors[0]
    for axes, values, word in (
        (mapping.acc, sensor.acc_g, "acceleration"),
        (mapping.gyr, sensor.gyr_dps, "rotation"),
    ):
        if axes is None or values is None or axes.sign == (1, 1, 1):
            continue
        np.multiply(values, np.array(axes.sign, np.float32), out=values)
        turned = [axis for axis, sign in zip("xyz", axes.sign, strict=True) if sign < 0]
        notes.append(f"Turned by the mapping (sign -1): {', '.join(turned)} of the {word}.")
    time_s, rate_hz = table.time_s, mapping.time.rate_hz
    if mapping.time.column is None and rate_hz is not None:
        time_s = np.arange(len(table.time_s)) / rate_hz
        notes.append(
            f"There is no column of times: {rate_hz:g} rows a second were taken, as the mapping says."
        )
        if table.unreadable:
            late_s = table.unreadable / rate_hz
            notes.append(f"After rows that could not be read, times are up to {late_s:.3g} s early.")
    known: dict[str, Any] = {
        "acc_range_g": mapping.acc.range_g,
        "sampling_rate_hz": rate_hz,
        "start_utc": _start(table, mapping) if mapping.time.since_1970 else None,
    }
    known = {key: value for key, value in known.items() if value is not None}
    said = SensorMeta(**known, said=frozenset(known))
    return dataclasses.replace(table, time_s=time_s, said=said), tuple(notes)


def _start(table: Table, mapping: ColumnMapping) -> str | None:
    """Give when the first row was measured, as ISO 8601 with offset; None where no row has a time."""
    finite = np.isfinite(table.time_s)
    if not finite.any():
        return None
    since_1970_s = float(table.time_s[int(np.argmax(finite))])
    try:
        start = datetime.fromtimestamp(since_1970_s, UTC)
    except (OverflowError, ValueError, OSError):
        start = None
    if start is None or not _YEARS[0] <= start.year < _YEARS[1]:
        raise InputError(
            f"{table.path}: by {mapping.path} the first row lies {since_1970_s:.6g} s after 1970; expected a "
            f"time of the years {_YEARS[0]} to {_YEARS[1]}.",
            "Correct the unit of the times in the mapping, or leave since_1970 away.",
        )
    return start.astimezone(mapping.time.zone or UTC).isoformat()


def _without_time(recording: Recording, mapping: ColumnMapping) -> Recording:
    """Take out the column that stood in for the times."""
    found = recording.as_found
    if mapping.time.column is not None or found is None:
        return recording
    return dataclasses.replace(recording, as_found=dataclasses.replace(found, time_column=""))
