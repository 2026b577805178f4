"""One row per stride: the table that leaves the program as CSV, Parquet or a pandas frame."""

from __future__ import annotations

import csv
import itertools
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.errors import UsageError
from pfp_sensors.model.analysis import FileAnalysis
from pfp_sensors.store.sealed_files import check_place, replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from pfp_sensors.model.analysis import LegAnalysis

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes text that starts so for a formula."""

_DECIMALS = 6
"""A microsecond: beyond it digits are noise."""

_FROM_STRIDES = (
    "initial_contact_s",
    "terminal_contact_s",
    "stride_time_s",
    "cadence_spm",
    "contact_time_s",
    "stride_length_m",
    "speed_mps",
    "resultant_g",
    "axial_g",
    "time_to_peak_s",
    "clipped",
    "confidence",
)
COLUMNS: Final = ("side", "sensor", "bout_index", "bout_kind", "valid", *_FROM_STRIDES, "synthetic")
"""Columns in order; the file comes before them where there are several."""

RUN: Final = "run"
"""First column of the strides of a diary: the run's id."""


def strides_frame(analysis: FileAnalysis) -> pd.DataFrame:
    """Make a pandas table of all strides of a file, both legs one below the other.

    Parameters
    ----------
    analysis
        Of one file.

    Returns
    -------
    pandas.DataFrame
        Columns as in `COLUMNS`, units in their names; unknown is NaN (None for the side). ``valid`` is
        False for strides that enter no statistic; walking strides are there too (``bout_kind``);
        ``synthetic`` is True where the samples were computed.
    """
    import pandas as pd

    return pd.DataFrame(_columns([analysis], files=False))


def check_table(path: Path) -> None:
    """Find out, before the analysis, whether `write_strides` could write to ``path``.

    Raises
    ------
    UsageError, PfpError
        As `write_strides`.
    """
    _writer(path)
    check_place(path)


def write_strides(
    analyses: FileAnalysis | Sequence[FileAnalysis], path: Path, *, named: bool | None = None
) -> None:
    """Write the strides of one or several files as a table, CSV or Parquet by the ending of the name.

    In CSV an empty cell means unknown. The file appears whole or not at all, readable by its owner only.

    Parameters
    ----------
    analyses
        Of one file, or of several.
    path
        Name ending in ``.csv`` or ``.parquet``.
    named
        Whether the paths of the files are the first column; None where there are several.

    Raises
    ------
    UsageError
        If the name has another ending, or the file cannot be made there.
    PfpError
        If the disk is full.
    """
    write = _writer(path)
    several = [analyses] if isinstance(analyses, FileAnalysis) else list(analyses)
    columns = _columns(several, files=len(several) > 1 if named is None else named)
    with replacing(path) as temporary:
        write(iter((columns,)), temporary)


def write_run_strides(analyses: Iterable[tuple[str, FileAnalysis]], path: Path) -> int:
    """Write the strides of runs of a diary as `write_strides` does, the run's id in the first column.

    Parameters
    ----------
    analyses
        Run by run, its id and its analysis; each is written and let go before the next one is taken.
    path
        Name ending in ``.csv`` or ``.parquet``.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    UsageError, PfpError
        As `write_strides`; and what ``analyses`` raises, after which there is no file.
    """
    write = _writer(path)
    rows = 0

    def parts() -> Iterator[dict[str, list[Any]]]:
        nonlocal rows
        yield {name: [] for name in (RUN, *COLUMNS)}
        for run, analysis in analyses:
            part = _columns([analysis], files=False)
            count = len(part[COLUMNS[0]])
            rows += count
            yield {RUN: [run] * count, **part}

    with replacing(path) as temporary:
        write(parts(), temporary)
    return rows


def _writer(path: Path) -> Callable[[Iterator[dict[str, list[Any]]], Path], None]:
    writers = {".csv": _write_csv, ".parquet": _write_parquet}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise UsageError(
            f"The strides were to be written to {path.name}; expected a name ending in .csv or .parquet.",
            f"For example: {path.stem or 'strides'}.csv",
        )
    return write


def _columns(analyses: Sequence[FileAnalysis], *, files: bool) -> dict[str, list[Any]]:
    """Put the strides of every leg of every file below each other, as lists by column name."""
    columns: dict[str, list[Any]] = {name: [] for name in (("file", *COLUMNS) if files else COLUMNS)}
    for analysis in analyses:
        for leg in analysis.legs:
            part = _leg_columns(leg)
            if files:
                part["file"] = [_printable(analysis.provenance.source.path)] * len(leg.strides)
            for name, values in columns.items():
                values.extend(part[name])
    return columns


def stride_values(leg: LegAnalysis) -> dict[str, Any]:
    """Derive the columns of one leg's strides.

    Parameters
    ----------
    leg
        Of an analysis.

    Returns
    -------
    dict
        By the names of `COLUMNS`: an array (n,), NaN for unknown; or, where all strides share it, one value.
    """
    strides, recording = leg.strides, leg.summary.recording
    time_s = np.where(strides.stride_time_s > 0, strides.stride_time_s, np.nan)
    kinds = np.array([bout.kind for bout in leg.summary.bouts], dtype="U7")
    derived: dict[str, Any] = {
        "side": recording.side,
        "sensor": recording.sensor,
        "synthetic": recording.synthetic,
        "bout_kind": kinds[strides.bout_index],
        "cadence_spm": 120.0 / time_s,  # two steps in each stride
    }
    return {name: derived[name] if name in derived else getattr(strides, name) for name in COLUMNS}


def _leg_columns(leg: LegAnalysis) -> dict[str, list[Any]]:
    return {
        name: values.tolist() if isinstance(values, np.ndarray) else [values] * len(leg.strides)
        for name, values in stride_values(leg).items()
    }


def _printable(path: str) -> str:
    """Write bytes of a file name that are not UTF-8 as escapes."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _write_csv(parts: Iterator[dict[str, list[Any]]], path: Path) -> None:
    first = next(parts)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(first)
        for columns in itertools.chain((first,), parts):
            writer.writerows([_cell(value) for value in row] for row in zip(*columns.values(), strict=True))


def _cell(value: object) -> str:
    """Write one value: empty for unknown, a text never as a formula."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(round(value, _DECIMALS))
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and isinstance(value, str) else text


def _write_parquet(parts: Iterator[dict[str, list[Any]]], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = next(parts)
    kinds = {
        **dict.fromkeys(first, pa.float64()),
        **dict.fromkeys((RUN, "file", "side", "sensor", "bout_kind"), pa.string()),
        **dict.fromkeys(("valid", "clipped", "synthetic"), pa.bool_()),
        "bout_index": pa.int64(),
    }
    schema = pa.schema([(name, kinds[name]) for name in first])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for columns in itertools.chain((first,), parts):
            arrays = {
                name: pa.array(values, kinds[name], from_pandas=True) for name, values in columns.items()
            }
            writer.write_table(pa.table(arrays, schema=schema))
