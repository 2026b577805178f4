"""One sensor's samples in its own numbers, as one Parquet file: the one way in which samples are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.model.device_samples import DeviceSamples
from pfp_sensors.store.clock_pieces import OrderCheck, TimeLine
from pfp_sensors.store.parquet_groups import open_parquet, row_groups
from pfp_sensors.store.sample_metadata import from_metadata, to_metadata
from pfp_sensors.store.sealed_files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.heard import RawArray
    from pfp_sensors.store.sample_metadata import SampleFacts

ACC_COLUMNS: Final = ("ax", "ay", "az")
GYR_COLUMNS: Final = ("gx", "gy", "gz")

_ROW_GROUP_S = 600.0
_COMPRESSION_LEVEL = 12
"""zstd level: 5 % smaller than level 9 for 0.3 s more per hour written, once (docs/formats.md)."""

_AXIS_TYPES: Final = ("int16", "float32")


def write_device_samples(path: Path, samples: DeviceSamples, facts: SampleFacts) -> None:
    """Write the samples of one sensor as it sent them; the same samples and facts give the same bytes.

    Parameters
    ----------
    path
        Final name; see `replacing` for how it is taken.
    samples
        (n,) and (n, 3) arrays in order of segment and index; axes of int16 or float32.
    facts
        What is to be known of them: scales, clock, counters, identity.

    Raises
    ------
    InputError
        If lengths or types disagree, index or time do not increase within a segment, a segment falls, or
        the recording times by the clock do not increase: what could not be read again is not written.
    UsageError, PfpError
        If the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    _check(samples, facts)
    columns = _columns(samples)
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
        writer.write_table(table, row_group_size=max(1, round(_ROW_GROUP_S * facts.rate_hz)))
        writer.add_key_value_metadata(to_metadata(facts))


def read_device_samples(path: Path) -> tuple[DeviceSamples, SampleFacts]:
    """Read the samples of one sensor as it sent them, with what is known of them.

    Raises
    ------
    InputError
        If the file is damaged or is not a sample file.
    """
    file = open_parquet(path)
    facts = known_facts(path, file)
    kinds = ((), ACC_COLUMNS, GYR_COLUMNS if GYR_COLUMNS[0] in file.schema_arrow.names else ())
    names = ("segment", "sample_index", "t_us", *kinds[1], *kinds[2])
    groups = list(row_groups(path, file, names))
    types = {name: np.dtype(file.schema_arrow.field(name).type.to_pandas_dtype()) for name in names}
    whole = {
        name: np.concatenate([np.empty(0, types[name]), *(group[name] for group in groups)]) for name in names
    }
    gyr = np.stack([whole[name] for name in GYR_COLUMNS], 1) if kinds[2] else None
    acc = np.stack([whole[name] for name in ACC_COLUMNS], 1)
    return DeviceSamples(whole["segment"], whole["sample_index"], whole["t_us"], acc, gyr), facts


def known_facts(path: Path, file: Any) -> SampleFacts:
    """Read the metadata of an open sample file.

    Raises
    ------
    InputError
        If it has none of this program, or those of a newer version.
    """
    facts = from_metadata(path, file.metadata.metadata or {})
    if facts is None:
        raise InputError(
            f"{path} is a Parquet file without this program's metadata (format version, scales).",
            "Give a recording that pfp wrote, or a table with columns such as time_s, acc_x_g, acc_y_g.",
        )
    return facts


def _columns(samples: DeviceSamples) -> dict[str, Any]:
    columns: dict[str, Any] = {"t_us": samples.t_us, "sample_index": samples.sample_index}
    for names, values in ((ACC_COLUMNS, samples.acc), (GYR_COLUMNS, samples.gyr)):
        if values is not None:
            columns |= {name: np.ascontiguousarray(values[:, axis]) for axis, name in enumerate(names)}
    return {**columns, "segment": samples.segment}


def _check(samples: DeviceSamples, facts: SampleFacts) -> None:
    _check_types(samples)
    fault = OrderCheck().first_fault(samples.segment, samples.sample_index, samples.t_us)
    if fault is not None:
        raise InputError(
            f"The samples are not in order: {fault} "
            + ("falls." if fault == "segment" else "does not increase within a segment."),
            "Order them by segment and index, and leave repeated ones out.",
        )
    times_s = np.empty(len(samples.t_us), np.float64)
    TimeLine(facts.clock, facts.origin_us).place(samples.t_us, samples.segment, times_s)
    back = np.flatnonzero(np.diff(times_s) <= 0)
    if len(back):
        i = int(back[0])
        raise InputError(
            f"Sample {i + 1} (segment {samples.segment[i + 1]}) lies at {times_s[i + 1]:.6f} s, sample {i} "
            f"(segment {samples.segment[i]}) at {times_s[i]:.6f} s; expected recording times that increase.",
            "Give each segment a clock that puts it after the one before.",
        )


def _check_types(samples: DeviceSamples) -> None:
    n = len(samples.t_us)
    found: list[tuple[str, RawArray | Any, tuple[str, ...], tuple[int, ...]]] = [
        ("segment", samples.segment, ("uint16",), (n,)),
        ("sample_index", samples.sample_index, ("int64",), (n,)),
        ("t_us", samples.t_us, ("int64",), (n,)),
        ("acc", samples.acc, _AXIS_TYPES, (n, 3)),
    ]
    if samples.gyr is not None:
        found.append(("gyr", samples.gyr, _AXIS_TYPES, (n, 3)))
    for name, values, types, shape in found:
        if values.shape != shape or str(values.dtype) not in types:
            raise InputError(
                f"{name} is {values.dtype} of shape {values.shape}; expected {' or '.join(types)} of "
                f"{shape}.",
                "Give every column in the sensor's own numbers, one row for each sample.",
            )
