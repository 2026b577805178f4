"""One sensor's samples as one Parquet file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.recording import Recording
from pfp_sensors.store.parquet_groups import open_parquet, row_groups
from pfp_sensors.store.sample_metadata import SampleFacts, facts_of, from_metadata, to_metadata
from pfp_sensors.store.sealed_files import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.model.recording import Float32Array, FloatArray, IntArray

ACC_COLUMNS: Final = ("ax", "ay", "az")
GYR_COLUMNS: Final = ("gx", "gy", "gz")
_MICROSECONDS_PER_S = 1e6

_ROW_GROUP_S = 600.0
_COMPRESSION_LEVEL = 12
"""zstd level: 5 % smaller than level 9 for 0.3 s more per hour written, once (docs/formats.md)."""

_ON_GRID_COUNTS = 0.01
"""float32 holds 32767 counts to 0.002 of a count; anything further off is no whole count."""

_COUNT_LIMITS = (-32768.0, 32767.0)


@dataclass(frozen=True, slots=True)
class Scales:
    """Size of one count of a 16-bit sensor; None stores that kind of channel as float32."""

    acc_g: float | None = None
    gyr_dps: float | None = None

    def __post_init__(self) -> None:
        """Check the sizes.

        Raises
        ------
        UsageError
            If one is not above zero.
        """
        for name, scale in (("acc_g", self.acc_g), ("gyr_dps", self.gyr_dps)):
            if scale is not None and not scale > 0:
                raise UsageError(
                    f"The scale {name} is {scale}; it must be above zero.", "Give range / 32768 for 16 bits."
                )


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
        If two samples fall into one microsecond.
    UsageError, PfpError
        If the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns, used = _columns(recording, scales)
    # Integers that climb steadily shrink to nearly nothing as differences; the axes do best split by byte.
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
            write_page_checksum=True,
        ) as writer,
    ):
        writer.write_table(table, row_group_size=max(1, round(_ROW_GROUP_S * recording.rate_hz)))
        writer.add_key_value_metadata(to_metadata(facts_of(recording, used.acc_g, used.gyr_dps)))


def read_facts(path: Path) -> tuple[SampleFacts, int] | None:
    """Read the metadata and the number of rows of a Parquet file; None if this program did not write it.

    Raises
    ------
    InputError
        If it is not a whole Parquet file, or a newer version of this program wrote it.
    """
    file = open_parquet(path)
    facts = from_metadata(path, file.metadata.metadata or {})
    return None if facts is None else (facts, file.metadata.num_rows)


def read_samples(path: Path) -> Recording:
    """Read one sensor's samples, a row group at a time, into arrays made once.

    Parameters
    ----------
    path
        A file written by `write_samples`.

    Returns
    -------
    Recording
        ``time_s`` (n,) float64 from the recording's origin, ``acc_g`` and ``gyr_dps`` (n, 3) float32.

    Raises
    ------
    InputError
        If the file is damaged, is not a sample file, or holds what no `Recording` may.
    """
    file = open_parquet(path)
    facts = from_metadata(path, file.metadata.metadata or {})
    if facts is None:
        raise InputError(
            f"{path} is a Parquet file without this program's metadata (format version, scales).",
            "Give a recording that pfp wrote, or a table with columns such as time_s, acc_x_g, acc_y_g.",
        )
    rows = file.metadata.num_rows
    time_s = np.empty(rows, np.float64)
    acc_g = np.empty((rows, 3), np.float32)
    gyr_dps = np.empty((rows, 3), np.float32) if GYR_COLUMNS[0] in file.schema_arrow.names else None
    start = 0
    names = ("t_us", *ACC_COLUMNS, *(() if gyr_dps is None else GYR_COLUMNS))
    for columns in row_groups(path, file, names):
        stop = start + len(columns["t_us"])
        np.divide(columns["t_us"] - facts.origin_us, _MICROSECONDS_PER_S, out=time_s[start:stop])
        _fill(acc_g[start:stop], [columns[name] for name in ACC_COLUMNS], facts.acc_scale_g)
        if gyr_dps is not None:
            _fill(gyr_dps[start:stop], [columns[name] for name in GYR_COLUMNS], facts.gyr_scale_dps)
        start = stop
    try:
        return _recording(time_s, acc_g, gyr_dps, facts)
    except InputError as error:
        raise InputError(
            f"{path}: {error.message}", "The file is damaged; take it from a backup, or record again."
        ) from error


def _columns(recording: Recording, scales: Scales) -> tuple[dict[str, Any], Scales]:
    """Turn a recording into columns, and say which scales were used."""
    stamps = np.rint(recording.time_s * _MICROSECONDS_PER_S)
    if not bool(np.all(np.diff(stamps) > 0)):
        raise InputError(
            "Two samples of the recording lie within one microsecond.",
            "Give time_s that increases by more than 0.000001 s from sample to sample.",
        )
    acc, acc_scale = _numbers(recording.acc_g, scales.acc_g)
    gyr, gyr_scale = ([], None) if recording.gyr_dps is None else _numbers(recording.gyr_dps, scales.gyr_dps)
    return {
        "t_us": stamps.astype(np.int64),
        "sample_index": _sample_index(recording),
        **dict(zip(ACC_COLUMNS, acc, strict=True)),
        **dict(zip(GYR_COLUMNS, gyr, strict=False)),
        "segment": np.zeros(len(stamps), np.uint16),
    }, Scales(acc_scale, gyr_scale)


def _sample_index(recording: Recording) -> IntArray:
    """Count the samples as the sensor did: those lost in gaps leave holes."""
    steps = np.ones(len(recording.time_s), np.int64)
    steps[0] = 0
    for gap in recording.gaps:
        steps[np.searchsorted(recording.time_s, gap.end_s)] += gap.lost_samples
    return np.cumsum(steps)


def _numbers(values: Float32Array, scale: float | None) -> tuple[list[Any], float | None]:
    """Give three columns: whole counts and their scale where all values are such, else the values."""
    counts = [] if scale is None else [_counts(values[:, axis] / np.float64(scale)) for axis in range(3)]
    if counts and all(column is not None for column in counts):
        return counts, scale
    return [np.ascontiguousarray(values[:, axis], np.float32) for axis in range(3)], None


def _counts(exact: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.int16]] | None:
    """Round to 16-bit counts; None where a value is no whole count or does not fit."""
    counts = np.rint(exact)
    low, high = _COUNT_LIMITS
    if counts.min() < low or counts.max() > high or np.abs(exact - counts).max() > _ON_GRID_COUNTS:
        return None
    return counts.astype(np.int16)


def _fill(target: Float32Array, columns: Sequence[Any], scale: float | None) -> None:
    """Put three columns side by side, counts turned into physical units."""
    for axis, column in enumerate(columns):
        if scale is None:
            target[:, axis] = column
        else:
            np.multiply(column, np.float32(scale), out=target[:, axis], dtype=np.float32, casting="unsafe")


def _recording(
    time_s: FloatArray, acc_g: Float32Array, gyr_dps: Float32Array | None, facts: SampleFacts
) -> Recording:
    return Recording(
        time_s=time_s,
        acc_g=acc_g,
        gyr_dps=gyr_dps,
        rate_hz=facts.rate_hz,
        gaps=facts.gaps,
        side=facts.side,
        placement=facts.placement,
        sensor=facts.sensor,
        acc_range_g=facts.acc_range_g,
        gyr_range_dps=facts.gyr_range_dps,
        start_utc=facts.start_utc,
        nominal_rate_hz=facts.nominal_rate_hz,
        synthetic=facts.synthetic,
        notes=facts.notes,
    )
