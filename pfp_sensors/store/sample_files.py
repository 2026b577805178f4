"""One sensor's samples as one Parquet file, with everything needed to read them again in its metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from pfp_sensors import __version__
from pfp_sensors.errors import InputError
from pfp_sensors.model.recording import AnyFloatArray, Float32Array, FloatArray, Gap, Recording
from pfp_sensors.store.sealed_files import replacing

FORMAT_VERSION: Final = "1"
ACC_COLUMNS: Final = ("ax", "ay", "az")
GYR_COLUMNS: Final = ("gx", "gy", "gz")
_KEY_PREFIX = "pfp."
_MICROSECONDS_PER_S = 1e6

_ROW_GROUP_S = 600.0
_COMPRESSION_LEVEL = 12
"""zstd level: 5 % smaller than level 9 for 0.3 s more per hour written, once (docs/formats.md)."""

_ON_GRID_COUNTS = 0.01
"""float32 holds 32767 counts to 0.002 of a count; anything further off is no integer count."""


@dataclass(frozen=True, slots=True)
class Scales:
    """Size of one count of a 16-bit sensor; None stores that kind of channel as float32."""

    acc_g: float | None = None
    gyr_dps: float | None = None


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """What the metadata of a sample file say.

    Attributes
    ----------
    origin_us
        Device time that is second 0 of the recording; the same for all sensors of one recording.
    rows
        Number of samples.
    """

    rows: int
    origin_us: int
    values: Mapping[str, Any]

    @property
    def sensor(self) -> str:
        """Name of the sensor."""
        return str(self.values["sensor"])


def write_samples(path: Path, recording: Recording, scales: Scales) -> None:
    """Write the samples of one sensor.

    Times are kept to the microsecond. Where a scale is given and every sample is a whole number of
    counts, the 16-bit counts are stored, else float32.

    Parameters
    ----------
    path
        Final name; see `replacing` for how it is taken.
    recording
        The samples; ``time_s`` must still increase when rounded to microseconds.
    scales
        Size of a count in g and deg/s.

    Raises
    ------
    InputError
        If a sample or time is not a finite number, or two samples fall into one microsecond.
    PfpError
        If the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns, used = _columns(recording, scales)
    # Integers that climb steadily shrink to nearly nothing as differences; the axes compress best split by byte.
    encodings = {
        name: "BYTE_STREAM_SPLIT" if name in {*ACC_COLUMNS, *GYR_COLUMNS} else "DELTA_BINARY_PACKED"
        for name in columns
    }
    table = pa.table(columns)
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(
            temporary,
            table.schema,
            compression="zstd",
            compression_level=_COMPRESSION_LEVEL,
            use_dictionary=False,
            column_encoding=encodings,
            store_schema=False,
        ) as writer,
    ):
        writer.write_table(table, row_group_size=max(1, round(_ROW_GROUP_S * recording.rate_hz)))
        writer.add_key_value_metadata(_metadata(recording, used))


def read_facts(path: Path) -> SampleFacts | None:
    """Read the metadata of a Parquet file; None if this program did not write it.

    Raises
    ------
    InputError
        If it is not a whole Parquet file, or a newer version of this program wrote it.
    """
    return _facts(path, open_parquet(path))


def read_samples(path: Path) -> Recording:
    """Read one sensor's samples, a row group at a time, into arrays made once.

    Parameters
    ----------
    path
        A file written by `write_samples`.

    Returns
    -------
    Recording
        ``time_s`` (n,) float64 counted from the recording's origin, ``acc_g`` and ``gyr_dps`` (n, 3) float32.

    Raises
    ------
    InputError
        If the file is damaged, is not a sample file, or its times do not increase.
    """
    file = open_parquet(path)
    facts = _facts(path, file)
    if facts is None:
        raise InputError(
            f"{path} is a Parquet file without this program's metadata (format_version, scales).",
            "Give a recording that pfp wrote, or a table with columns such as time_s, acc_x_g, acc_y_g, acc_z_g.",
        )
    time_us = np.empty(facts.rows, np.int64)
    acc_g = np.empty((facts.rows, 3), np.float32)
    gyr_dps = np.empty((facts.rows, 3), np.float32) if GYR_COLUMNS[0] in file.schema_arrow.names else None
    acc_scale, gyr_scale = facts.values["acc_scale_g"], facts.values["gyr_scale_dps"]
    start = 0
    for rows in row_groups(path, file, ("t_us", *ACC_COLUMNS, *(() if gyr_dps is None else GYR_COLUMNS))):
        stop = start + len(rows["t_us"])
        time_us[start:stop] = rows["t_us"]
        _fill(acc_g[start:stop], [rows[name] for name in ACC_COLUMNS], acc_scale)
        if gyr_dps is not None:
            _fill(gyr_dps[start:stop], [rows[name] for name in GYR_COLUMNS], gyr_scale)
        start = stop
    if not bool(np.all(time_us[1:] > time_us[:-1])):
        row = int(np.argmin(time_us[1:] > time_us[:-1])) + 1
        raise InputError(
            f"{path}, row {row}: the time is {time_us[row]} us after {time_us[row - 1]} us; it must increase.",
            "The file is damaged; take it from a backup, or record again.",
        )
    time_us -= facts.origin_us
    return _recording(time_us / _MICROSECONDS_PER_S, acc_g, gyr_dps, facts.values)


def open_parquet(path: Path) -> Any:
    """Open a Parquet file for reading by row group.

    Raises
    ------
    InputError
        If it cannot be opened, or is not a whole Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, memory_map=False, pre_buffer=False)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from error


def row_groups(path: Path, file: Any, names: tuple[str, ...]) -> Any:
    """Yield each row group as numpy arrays by column name; only one is in memory at a time.

    Raises
    ------
    InputError
        If a column is missing or its bytes are damaged.
    """
    import pyarrow as pa

    missing = [name for name in names if name not in file.schema_arrow.names]
    if missing:
        raise InputError(
            f"{path} has no column {', '.join(missing)}; found {', '.join(file.schema_arrow.names)}.",
            "The file is not a sample file of this program, or was changed; take it from a backup.",
        )
    for group in range(file.num_row_groups):
        try:
            table = file.read_row_group(group, columns=list(names), use_threads=True)
            yield {name: table.column(name).to_numpy() for name in names}
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path, error) from error


def _columns(recording: Recording, scales: Scales) -> tuple[dict[str, Any], Scales]:
    """Turn a recording into columns, and say which scales were used."""
    stamps = np.rint(recording.time_s * _MICROSECONDS_PER_S)
    if not bool(np.all(np.isfinite(stamps))) or not bool(np.all(np.diff(stamps) > 0)):
        raise InputError(
            "The times of a recording are not finite, or two samples lie within one microsecond.",
            "Give time_s that increases by more than 0.000001 s from sample to sample.",
        )
    rows = len(stamps)
    columns: dict[str, Any] = {"t_us": stamps.astype(np.int64), "sample_index": _sample_index(recording)}
    acc, acc_scale = _numbers("acc_g", recording.acc_g, scales.acc_g)
    columns |= {name: acc[:, axis].copy() for axis, name in enumerate(ACC_COLUMNS)}
    gyr_scale = None
    if recording.gyr_dps is not None:
        gyr, gyr_scale = _numbers("gyr_dps", recording.gyr_dps, scales.gyr_dps)
        columns |= {name: gyr[:, axis].copy() for axis, name in enumerate(GYR_COLUMNS)}
    columns["segment"] = np.zeros(rows, np.uint16)
    return columns, Scales(acc_scale, gyr_scale)


def _sample_index(recording: Recording) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Number the samples as the sensor counted them: the lost ones leave holes."""
    index = np.arange(len(recording.time_s), dtype=np.int64)
    for gap in recording.gaps:
        index[np.searchsorted(recording.time_s, gap.start_s, side="right") :] += gap.lost_samples
    return index


def _numbers(name: str, values: Float32Array, scale: float | None) -> tuple[Any, float | None]:
    """The sensor's counts where the values are whole multiples of the scale, else the values themselves."""
    if not bool(np.all(np.isfinite(values))):
        raise InputError(
            f"{name} holds values that are not finite numbers.", "Drop those samples: a gap says more than a NaN."
        )
    if scale is None:
        return values, None
    exact = values / np.float64(scale)
    counts = np.rint(exact)
    on_grid = float(np.max(np.abs(exact - counts))) <= _ON_GRID_COUNTS
    if on_grid and float(counts.min()) >= -32768 and float(counts.max()) <= 32767:
        return counts.astype(np.int16), scale
    return values, None


def _metadata(recording: Recording, scales: Scales) -> dict[str, str]:
    """Everything about a recording but its samples, as text by key."""
    values = {
        "format_version": FORMAT_VERSION,
        "program_version": __version__,
        "sensor": recording.sensor,
        "side": recording.side,
        "placement": recording.placement,
        "rate_hz": recording.rate_hz,
        "nominal_rate_hz": recording.nominal_rate_hz,
        "acc_range_g": recording.acc_range_g,
        "gyr_range_dps": recording.gyr_range_dps,
        "acc_scale_g": scales.acc_g,
        "gyr_scale_dps": scales.gyr_dps,
        "gaps": [asdict(gap) for gap in recording.gaps],
        "synthetic": recording.synthetic,
        "start_utc": recording.start_utc,
        "origin_us": 0,
        "notes": list(recording.notes),
    }
    return {_KEY_PREFIX + key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}


def _facts(path: Path, file: Any) -> SampleFacts | None:
    stored = file.metadata.metadata or {}
    prefix = _KEY_PREFIX.encode()
    if prefix + b"format_version" not in stored:
        return None
    values = {k[len(prefix) :].decode(): json.loads(v) for k, v in stored.items() if k.startswith(prefix)}
    if values["format_version"] != FORMAT_VERSION:
        raise InputError(
            f"{path} has format version {values['format_version']}; this program reads {FORMAT_VERSION}.",
            "Install the newest pfp-sensors and try again.",
        )
    return SampleFacts(file.metadata.num_rows, int(values["origin_us"]), values)


def _fill(target: Float32Array, columns: list[Any], scale: float | None) -> None:
    """Put three columns side by side, counts turned into physical units."""
    for axis, column in enumerate(columns):
        if scale is None:
            target[:, axis] = column
        else:
            np.multiply(column, np.float32(scale), out=target[:, axis], dtype=np.float32, casting="unsafe")


def _recording(
    time_s: FloatArray, acc_g: Float32Array, gyr_dps: Float32Array | None, values: Mapping[str, Any]
) -> Recording:
    return Recording(
        time_s=time_s,
        acc_g=acc_g,
        gyr_dps=gyr_dps,
        rate_hz=values["rate_hz"],
        gaps=tuple(Gap(**gap) for gap in values["gaps"]),
        side=values["side"],
        placement=values["placement"],
        sensor=values["sensor"],
        acc_range_g=values["acc_range_g"],
        gyr_range_dps=values["gyr_range_dps"],
        start_utc=values["start_utc"],
        nominal_rate_hz=values["nominal_rate_hz"],
        synthetic=values["synthetic"],
        notes=tuple(values["notes"]),
    )


def _damaged(path: Path, error: Exception) -> InputError:
    reason = str(error).splitlines()[0][:200]
    return InputError(
        f"{path} cannot be read as a Parquet file: {reason}.",
        "If the copy was cut short, copy it again; a run that was not finished is brought back by: pfp recover",
    )
