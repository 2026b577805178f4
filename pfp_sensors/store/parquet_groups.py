"""A Parquet file, one row group at a time, with its damage told in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError
from pfp_sensors.store.arrow_arrays import NUMBER_TYPES, to_numpy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_BYTES_PER_VALUE: Final = 8

_ROWS_FOR_THREADS: Final = 1 << 16
"""Handing the columns of fewer rows to pyarrow's threads takes longer than reading them."""


def open_parquet(path: Path) -> Any:
    """Open a Parquet file for reading by row group.

    The file is not mapped into memory: a mapped file that is cut while it is read ends the program, and
    mapping gained nothing (docs/formats.md).

    Raises
    ------
    InputError
        If it cannot be opened, or is not a whole Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path, memory_map=False, pre_buffer=False, page_checksum_verification=True)
        _ = file.schema_arrow.names  # decoded here, so that damaged names show here
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error
    return file


def unpacked_bytes(path: Path, file: Any, n_columns: int) -> int:
    """Tell from the end of a file, before anything else of it is read, how large it becomes when read.

    Columns of numbers are kept, 8 bytes a value at most, and beside them one row group is unpacked at a time
    (`row_groups`). So it is the larger of the two: all rows of the columns that are read, or the largest row
    group with all its columns, as pages may hold more than their values. Columns that are not read count
    in that one row group only, so that a wide table of somebody else's is not refused for them.

    What the file says of a single column (``row_group(i).column(k)``) would be closer, but where that is
    damaged pyarrow 26 ends the whole program instead of raising an error. Nowhere is it asked for.

    Parameters
    ----------
    path
        For messages.
    file
        From `open_parquet`.
    n_columns
        How many columns are read.

    Returns
    -------
    int
        Bytes, by what the file says.

    Raises
    ------
    InputError
        If the file contradicts itself on how many rows there are.
    """
    facts = file.metadata
    groups = [facts.row_group(number) for number in range(facts.num_row_groups)]
    if facts.num_rows != sum(group.num_rows for group in groups) or any(one.num_rows < 0 for one in groups):
        raise _damaged(path, ValueError("it says two numbers of rows"))
    kept = int(facts.num_rows) * n_columns * _BYTES_PER_VALUE
    return max(kept, *(int(group.total_byte_size) for group in groups), 0)


def row_groups(path: Path, file: Any, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield each row group as numpy arrays by column name; only one is in memory at a time.

    Raises
    ------
    InputError
        If a column is missing, there twice, holds no numbers, or its bytes are damaged.
    """
    import pyarrow as pa

    found = file.schema_arrow.names
    missing = [name for name in names if name not in found]
    if missing:
        raise InputError(
            f"{path} has no column {', '.join(missing)}; found {', '.join(found)}.",
            "The file was changed or is no sample file; take it from a backup.",
        )
    twice = next((name for name in names if found.count(name) > 1), None)
    if twice is not None:
        raise _damaged(path, ValueError(f"it has {found.count(twice)} columns named {twice}"))
    for name in names:
        kind = str(file.schema_arrow.field(name).type)
        if kind not in NUMBER_TYPES:
            raise InputError(
                f"{path}, column {name}: found values of type {kind}; expected numbers.",
                "Save times as seconds (time_s) or microseconds (time_us), and samples as numbers.",
            )
    for group in range(file.num_row_groups):
        try:
            rows = file.metadata.row_group(group).num_rows
            table = file.read_row_group(group, columns=list(names), use_threads=rows > _ROWS_FOR_THREADS)
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path, error) from error
        if table.num_rows != rows:
            raise _damaged(path, ValueError("it has another number of rows than it says"))
        yield {name: to_numpy(table.column(name)) for name in names}


def _damaged(path: Path, error: Exception) -> InputError:
    reason = next(iter(str(error).splitlines()), type(error).__name__)[:200]
    return InputError(
        f"{path} cannot be read as a Parquet file: {reason}.",
        "Copy or export the file again.",
    )
