"""The rows of a watch's run beside the recordings, its places apart, and what the run taught about speed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.model.recording import Source
from pfp_sensors.model.watch import Lap, Pause, Positions, WatchRun, WatchTotals
from pfp_sensors.store.arrow_arrays import to_numpy
from pfp_sensors.store.parquet_groups import open_parquet, unpacked_bytes
from pfp_sensors.store.sealed_files import replacing
from pfp_sensors.store.watch_names import POSITIONS_NAME, WATCH_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.model.recording import FloatArray

_TIME: Final = "time_s"
_KEY: Final = "pfp.watch"
_VERSION: Final = 1
_MOST_BYTES: Final = 1_000_000_000
"""Thirty times the values that are taken of a watch's file (`MAX_VALUES` of its reader)."""


def write_watch(folder: Path, watch: WatchRun) -> Path:
    """Write a watch's run into a folder of runs; its places, where there are any, into a file of their own.

    Parameters
    ----------
    folder
        Of this run, private to its owner.
    watch
        Its path is not kept: of the source stay SHA-256 and format.

    Returns
    -------
    Path
        The file of the rows.

    Raises
    ------
    UsageError, PfpError
        If the folder cannot be written.
    """
    facts = {
        "version": _VERSION,
        "start": watch.start.isoformat(),
        "sha256": watch.source.sha256,
        "format": watch.source.format,
        "units": dict(watch.units),
        "utc_offset_s": watch.utc_offset_s,
        "sport": watch.sport,
        "indoor": watch.indoor,
        "device": watch.device,
        "pauses": [asdict(pause) for pause in watch.pauses],
        "laps": [asdict(lap) for lap in watch.laps],
        "totals": asdict(watch.totals),
        "notes": list(watch.notes),
        "own": watch.own,
        "synthetic": watch.synthetic,
    }
    path = folder / WATCH_NAME
    write_columns(path, {_TIME: watch.time_s, **watch.channels}, {_KEY: json.dumps(facts, allow_nan=False)})
    if watch.positions is not None:
        at = watch.positions
        columns = {_TIME: at.time_s, "latitude_deg": at.latitude_deg, "longitude_deg": at.longitude_deg}
        write_columns(folder / POSITIONS_NAME, columns, {})
    return path


def read_watch(path: Path) -> WatchRun:
    """Read the rows that `write_watch` wrote; never the places.

    Raises
    ------
    InputError
        If the file is not there, damaged, or of a newer version of this program.
    """
    columns, metadata = read_columns(path)
    time_s = columns.pop(_TIME, None)
    try:
        facts = json.loads(metadata[_KEY])
        if time_s is None or facts["version"] != _VERSION:
            raise _no_watch(path, "it was written by another version, or not by this program")
        return WatchRun(
            source=Source(str(path), facts["sha256"], facts["format"]),
            start=datetime.fromisoformat(facts["start"]),
            time_s=time_s,
            channels=columns,
            units=facts["units"],
            utc_offset_s=facts["utc_offset_s"],
            sport=facts["sport"],
            indoor=facts["indoor"],
            device=facts["device"],
            pauses=tuple(Pause(**one) for one in facts["pauses"]),
            laps=tuple(Lap(**one) for one in facts["laps"]),
            totals=WatchTotals(**facts["totals"]),
            notes=tuple(facts["notes"]),
            own=bool(facts.get("own", False)),
            synthetic=bool(facts.get("synthetic", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _no_watch(path, f"{type(error).__name__}: {error}") from error


def read_positions(folder: Path) -> Positions | None:
    """Read the places of a run; None where none are kept.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = folder / POSITIONS_NAME
    if not path.is_file():
        return None
    columns, _ = read_columns(path)
    try:
        return Positions(columns[_TIME], columns["latitude_deg"], columns["longitude_deg"])
    except KeyError as error:
        raise _no_watch(path, f"it has no column {error}") from error


def write_columns(path: Path, columns: Mapping[str, FloatArray], metadata: Mapping[str, str]) -> None:
    """Write columns of numbers of equal length and some words about them; NaN is unknown.

    Raises
    ------
    UsageError, PfpError
        As `replacing`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: pa.array(values, pa.float64()) for name, values in columns.items()})
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(
            temporary, table.schema, compression="zstd", store_schema=False, write_page_checksum=True
        ) as writer,
    ):
        writer.write_table(table)
        writer.add_key_value_metadata(dict(metadata))


def read_columns(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Read columns of numbers and the words about them, as `write_columns` wrote them.

    Raises
    ------
    InputError
        If the file is not there, too long, damaged, or holds something else than numbers.
    """
    import pyarrow as pa

    file = open_parquet(path)
    if unpacked_bytes(path, file, len(file.schema_arrow.names)) > _MOST_BYTES:
        raise _no_watch(path, f"it unpacks to more than {_MOST_BYTES // 1_000_000} MB")
    try:
        table = file.read()
        columns = {name: np.asarray(to_numpy(table.column(name)), np.float64) for name in table.column_names}
        said = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()}
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _no_watch(path, str(error)[:100]) from error
    except KeyError as error:
        raise _no_watch(path, f"a column of no numbers, or two of one name: {error}") from error
    return columns, said


def _no_watch(path: Path, found: str) -> InputError:
    return InputError(
        f"{path} cannot be read as the rows of a watch: {found}.",
        "Take it from a backup, or bring the watch's file in again with `pfp import`.",
    )
