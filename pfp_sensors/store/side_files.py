"""What came beside the samples of a recorded run, timed by the host: heart rate, cadence, battery."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.store.parquet_groups import open_parquet
from pfp_sensors.store.sealed_files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SIDE_KINDS: Final = {
    "heart_rate_bpm": "heart beats per minute",
    "rr_ms": "time from one heart beat to the next",
    "cadence_per_min": "what a foot pod calls cadence: steps or strides per minute",
    "speed_mps": "speed by a foot pod",
    "stride_length_m": "stride length by a foot pod",
    "distance_m": "distance by a foot pod",
    "battery_percent": "charge of a sensor",
    "battery_mv": "battery voltage of a sensor",
    "temperature_c": "temperature inside a sensor",
    "rssi_dbm": "signal strength of a sensor",
}
"""Every kind of value that is kept, the unit in its name, with its meaning."""

_VERSION_KEY: Final = b"pfp.side_version"
_VERSION: Final = b"1"


@dataclass(frozen=True, slots=True)
class SideValue:
    """One value beside the samples.

    Attributes
    ----------
    time_s
        When the host had it, on the recording's time line; below 0 for what came before its start.
    sensor
        Number of the sensor in the recording, from 0.
    kind
        One of `SIDE_KINDS`; from a file of a newer program also another.
    value
        In the unit that the kind names.
    """

    time_s: float
    sensor: int
    kind: str
    value: float


def write_side(path: Path, values: Iterable[SideValue]) -> None:
    """Write values in order of time, then of sensor and kind; the same values give the same bytes.

    Parameters
    ----------
    path
        Final name; see `replacing` for how it is taken.
    values
        In any order; of equal time, sensor and kind they keep the one they have.

    Raises
    ------
    InputError
        If a kind is unknown, a number is not finite, or a sensor is no number from 0 to 255.
    UsageError, PfpError
        If the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = sorted(values, key=lambda row: (row.time_s, row.sensor, row.kind))
    for row in rows:
        _check(row)
    table = pa.table(
        {
            "t_s": pa.array([row.time_s for row in rows], pa.float64()),
            "sensor": pa.array([row.sensor for row in rows], pa.uint8()),
            "kind": pa.array([row.kind for row in rows], pa.string()),
            "value": pa.array([row.value for row in rows], pa.float64()),
        }
    )
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(
            temporary,
            table.schema,
            compression="zstd",
            use_dictionary=["kind"],
            store_schema=False,
            write_page_checksum=True,
        ) as writer,
    ):
        writer.write_table(table)
        writer.add_key_value_metadata({_VERSION_KEY.decode(): _VERSION.decode()})


def read_side(path: Path) -> tuple[SideValue, ...]:
    """Read what `write_side` wrote.

    Raises
    ------
    InputError
        If the file is damaged, not such a file, or written by a newer version of this program.
    """
    import pyarrow as pa

    file = open_parquet(path)
    version = (file.metadata.metadata or {}).get(_VERSION_KEY)
    if version != _VERSION:
        raise InputError(
            f"{path} has the side version {version.decode(errors='replace') if version else 'none'}; "
            f"expected {_VERSION.decode()}.",
            "Install the newest pfp-sensors if that made it; else take the file from a backup.",
        )
    try:
        columns = file.read(columns=["t_s", "sensor", "kind", "value"]).to_pydict()
        rows = zip(columns["t_s"], columns["sensor"], columns["kind"], columns["value"], strict=True)
        return tuple(SideValue(*row) for row in rows)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise InputError(f"{path} is damaged ({error!r:.100}).", "Copy it again.") from error


def _check(row: SideValue) -> None:
    good = math.isfinite(row.time_s) and math.isfinite(row.value) and 0 <= row.sensor <= 255
    if row.kind not in SIDE_KINDS or not good:
        raise InputError(
            f"{row} cannot be kept; expected finite numbers, a sensor from 0 to 255 and a kind of "
            f"{', '.join(SIDE_KINDS)}.",
            "Leave it out, or add its kind with its unit.",
        )
