"""A table of a diary that leaves the program: CSV or Parquet by the ending of its name, and back."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from pfp_sensors.errors import InputError
from pfp_sensors.formats.strides_table import FORMULA_STARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.model.recording import FloatArray

PARQUET_MAGIC: Final = b"PAR1"

_MAX_BYTES: Final = 50_000_000
_PIECE_BYTES: Final = 200_000_000
_ROWS_AT_ONCE: Final = 4096
_DELIMITERS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name with the unit in it, what its cells are, and what they mean in words."""

    name: str
    kind: Literal["text", "number", "whole", "flag"]
    means: str


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table as it was found in a file.

    Attributes
    ----------
    names
        Of the columns, as the file has them.
    rows
        Cells by column name, in small letters; an empty one is None. CSV has text only.
    places
        Of each row, in words: "line 3".
    decimal_comma
        Whether a comma may be the decimal sign of its numbers.
    notes
        What had to be assumed.
    """

    names: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    places: tuple[str, ...]
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()


def table_text(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows as the text of a CSV file: a header, point decimals, an empty cell for what is unknown.

    Nothing is rounded. A text that a spreadsheet would take for a formula gets an apostrophe in front, which
    `read_table` takes away.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = [column.name for column in columns]
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return text.getvalue()


def numbers_text(columns: Mapping[str, FloatArray]) -> str:
    """Write columns of numbers of equal length as the text of a CSV file; NaN is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_cell(name) for name in columns)
    lists = [values.tolist() for values in columns.values()]
    writer.writerows([_cell(value) for value in row] for row in zip(*lists, strict=True))
    return text.getvalue()


def write_table(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write rows into a CSV or Parquet file that only its owner can read; it is whole or not there.

    Parameters
    ----------
    columns
        In the order of the file.
    rows
        Cells by column name; what is missing or None is unknown.
    path
        Ending in ``.parquet``; anything else becomes CSV.

    Raises
    ------
    UsageError, PfpError
        As `replacing`.
    """
    from pfp_sensors.store.sealed_files import replacing

    with replacing(path) as temporary:
        if path.suffix.lower() == ".parquet":
            _write_parquet(columns, rows, temporary)
        else:
            temporary.write_text(table_text(columns, rows), encoding="utf-8", newline="")


def read_table(path: Path) -> FoundTable:
    """Read a small table of texts and numbers, CSV or Parquet by its content.

    CSV may use comma, semicolon or tab, UTF-8 or, with a note, Latin-1.

    Raises
    ------
    InputError
        If it cannot be read, is too large, has no header, names a column twice, or a row has too many cells.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        advice = "Check the name, and whether you may read it."
        raise InputError(f"{path}: the file cannot be read: {error.strerror}.", advice) from error
    if len(content) > _MAX_BYTES:
        raise _too_large(path)
    return _read_parquet(path) if content.startswith(PARQUET_MAGIC) else _read_csv(path, content)


def header_of(head: bytes) -> tuple[str, ...]:
    """Split the first line of a CSV file into names in small letters; empty where it is no text."""
    line = head.decode("utf-8-sig", "replace").split("\n", 1)[0].rstrip("\r")
    return () if "\x00" in line else tuple(_plain(name) for name in line.split(_delimiter(line)))


def _plain(name: str) -> str:
    return name.strip().strip('"').strip().lower()


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.lstrip("'").startswith(FORMULA_STARTS) else value
    return repr(value)


def _text_of(cell: str) -> str | None:
    """Take the apostrophe away that `_cell` put there."""
    if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS):
        cell = cell[1:]
    return cell or None


def _read_csv(path: Path, content: bytes) -> FoundTable:
    text, notes = _decoded(content)
    delimiter = _delimiter(text.split("\n", 1)[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = tuple(next(reader, ()))
        keys = _keys(path, names)
        rows, places = [], []
        before = reader.line_num
        for cells in reader:
            place, before = f"line {before + 1}", reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(keys):
                raise InputError(
                    f"{path}, {place}: found {len(cells)} cells; expected {len(keys)}, as in the header.",
                    "Put a text that has a comma in it in double quotes.",
                )
            rows.append(dict(zip(keys, map(_text_of, cells), strict=False)))
            places.append(place)
    except csv.Error as error:
        where = f"{path}, line {reader.line_num}"
        raise InputError(f"{where}: not a table: {error}.", "Save it again as CSV in UTF-8.") from error
    return FoundTable(names, tuple(rows), tuple(places), delimiter != ",", notes)


def _decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        return content.decode("latin-1"), ("The file is not UTF-8; it was read as Latin-1.",)


def _keys(path: Path, names: Sequence[str]) -> list[str]:
    keys = [_plain(name) for name in names]
    twice = next((key for key in keys if key and keys.count(key) > 1), None)
    if twice is not None or not any(keys):
        found = f"the column {twice} twice" if twice else "no header"
        raise InputError(f"{path}, line 1: found {found}; expected each column's name once.", "Correct it.")
    return keys


def _write_parquet(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"text": pa.string(), "number": pa.float64(), "whole": pa.int64(), "flag": pa.bool_()}
    arrays = {one.name: pa.array([row.get(one.name) for row in rows], kinds[one.kind]) for one in columns}
    pq.write_table(pa.table(arrays), path, compression="zstd")


def _read_parquet(path: Path) -> FoundTable:
    """Read a table in pieces so small that even one text as long as the file cannot fill the memory."""
    import pyarrow as pa

    from pfp_sensors.store.parquet_groups import open_parquet

    file = open_parquet(path)
    names = tuple(file.schema_arrow.names)
    keys = _keys(path, names)
    facts = file.metadata
    # Of a damaged column's own facts pyarrow 26 ends the program, so those of the group are taken.
    unpacked = sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))
    if max(unpacked, facts.num_rows * len(names)) > _MAX_BYTES:
        raise _too_large(path)
    at_once = max(1, min(_ROWS_AT_ONCE, _PIECE_BYTES // max(unpacked, 1)))
    rows: list[Mapping[str, Any]] = []
    size = 0
    try:
        for batch in file.iter_batches(at_once, use_threads=False):
            size += batch.nbytes
            if size > _MAX_BYTES:
                raise _too_large(path)
            cells = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            rows += [{key: _known(cell) for key, cell in zip(keys, row, strict=True)} for row in cells]
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InputError(f"{path}: damaged: {str(error)[:100]}.", "Write or download it again.") from error
    return FoundTable(names, tuple(rows), tuple(f"row {number}" for number in range(1, len(rows) + 1)))


def _too_large(path: Path) -> InputError:
    return InputError(
        f"{path}: found more than {_MAX_BYTES // 1_000_000} MB; expected a table of runs.",
        "Give the file that holds the table.",
    )


def _known(cell: Any) -> Any:
    return None if isinstance(cell, float) and math.isnan(cell) else cell
