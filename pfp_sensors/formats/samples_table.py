"""Samples of a recording in physical units, in columns that `pfp analyze` and anybody else can read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.errors import UsageError
from pfp_sensors.formats.samples import SYNTHETIC
from pfp_sensors.store.meta_json import SAID_KEY
from pfp_sensors.store.sealed_files import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.model.recording import Recording

_DECIMALS: Final = 6
_ROWS_AT_ONCE: Final = 100_000


def write_samples_table(recordings: Sequence[Recording], path: Path) -> int:
    """Write samples as CSV or Parquet, which only their owner can read; the file is whole or not there.

    Columns: ``time_s`` (seconds from the start of the recording, to the microsecond), ``acc_x_g`` ...,
    ``gyr_x_dps`` ...; where the leg is known its name stands in front (``left_acc_x_g``). Samples are as they
    are held: 32-bit floats, written so that they read back equal. A recording that was computed has the
    column ``synthetic``.

    Parameters
    ----------
    recordings
        One sensor, or several whose samples were taken at the same times.
    path
        Name ending in ``.csv`` or ``.parquet``.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    UsageError
        If the sensors have times of their own, or the file cannot be made.
    PfpError
        If the disk is full.
    """
    _check_times(recordings)
    with replacing(path) as temporary:
        if path.suffix.lower() == ".parquet":
            _write_parquet(recordings, temporary)
        else:
            _write_csv(recordings, temporary)
    return len(recordings[0].time_s)


def _check_times(recordings: Sequence[Recording]) -> None:
    first = recordings[0].time_s
    if not all(np.array_equal(first, other.time_s) for other in recordings[1:]):
        names = ", ".join(one.side or one.sensor or "no name" for one in recordings)
        raise UsageError(
            f"The sensors ({names}) took their samples at times of their own, which one table cannot hold.",
            "Write one file for each: --sensor left, then --sensor right.",
        )


def _prefixes(recordings: Sequence[Recording]) -> list[str]:
    """Name the columns of each sensor: its leg where that is known, else a number where there are several."""
    sides = [one.side for one in recordings]
    if len(recordings) == 1 or (None not in sides and len(set(sides)) == len(sides)):
        return [f"{side}_" if side else "" for side in sides]
    return [f"sensor{number}_" for number in range(1, len(recordings) + 1)]


def _columns(recordings: Sequence[Recording], start: int, stop: int) -> dict[str, Any]:
    columns: dict[str, Any] = {"time_s": np.round(recordings[0].time_s[start:stop], _DECIMALS)}
    for prefix, one in zip(_prefixes(recordings), recordings, strict=True):
        for kind, unit, values in (("acc", "g", one.acc_g), ("gyr", "dps", one.gyr_dps)):
            if values is not None:
                for axis, name in enumerate("xyz"):
                    columns[f"{prefix}{kind}_{name}_{unit}"] = np.ascontiguousarray(values[start:stop, axis])
    if any(one.synthetic for one in recordings):
        columns[SYNTHETIC] = np.ones(stop - start, bool)
    return columns


def _parts(recordings: Sequence[Recording]) -> list[tuple[int, int]]:
    rows = len(recordings[0].time_s)
    return [(start, min(start + _ROWS_AT_ONCE, rows)) for start in range(0, rows, _ROWS_AT_ONCE)]


def _write_csv(recordings: Sequence[Recording], path: Path) -> None:
    import pyarrow as pa
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False)
    with path.open("wb") as file:
        file.write((",".join(_columns(recordings, 0, 0)) + "\n").encode())
        for start, stop in _parts(recordings):
            csv.write_csv(pa.table(_columns(recordings, start, stop)), file, options)


def _write_parquet(recordings: Sequence[Recording], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    said = json.dumps(_said(recordings), allow_nan=False)
    schema = pa.table(_columns(recordings, 0, 0)).schema.with_metadata({SAID_KEY: said.encode()})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start, stop in _parts(recordings):
            writer.write_table(pa.table(_columns(recordings, start, stop), schema=schema))


def _said(recordings: Sequence[Recording]) -> dict[str, Any]:
    """Gather what holds for every sensor of the table; names and serial numbers of sensors are left out."""
    found: dict[str, Any] = {}
    for key, attribute in _SAID.items():
        values = {getattr(one, attribute) for one in recordings}
        if len(values) == 1 and None not in values:
            found[key] = values.pop()
    if any(one.phone for one in recordings):
        found["phone"] = True
    return found


_SAID: Final = {
    "placement": "placement",
    "acc_range_g": "acc_range_g",
    "gyr_range_dps": "gyr_range_dps",
    "sampling_rate_hz": "nominal_rate_hz",
    "start_utc": "start_utc",
    "synthetic": "synthetic",
}
"""What is said of the samples, by the keys of ``meta.json``."""
