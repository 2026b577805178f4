"""CSV with a header that names columns and units, packed or not, one or several sensors."""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.formats.columns import Layout, understand_columns
from pfp_sensors.formats.csv_cells import NULLS, bad_cell, is_number, is_whole_row, split_line
from pfp_sensors.formats.known_files import HEAD_BYTES, refuse_known
from pfp_sensors.formats.line_blocks import line_blocks
from pfp_sensors.formats.request import Format, ReadRequest
from pfp_sensors.formats.samples import RawSensor, Table, recordings_of
from pfp_sensors.formats.sensors import choose_sensors
from pfp_sensors.model.recording import AnyFloatArray, RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, read_meta

_COMMENT = "#"
_SEPARATOR_LINE = re.compile(r"sep=(.)", re.IGNORECASE)
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class _Head:
    """Header and dialect; ``lines`` and ``size`` (bytes) reach to the end of the header."""

    layout: Layout
    delimiter: str
    decimal: str
    lines: int
    size: int
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Body:
    """What has been gathered of the rows, block by block.

    Attributes
    ----------
    time_s
        One array per block.
    channels
        By sensor and kind, one (m, 3) array per block.
    starts
        First row (from 0) and first line (from 1) of each block.
    """

    time_s: list[AnyFloatArray] = field(default_factory=list)
    channels: dict[tuple[str, str], list[AnyFloatArray]] = field(default_factory=dict)
    starts: list[tuple[int, int]] = field(default_factory=list)
    rows: int = 0
    lines: int = 0
    broken: int = 0


def read_csv(path: Path, request: ReadRequest) -> RecordingFile:
    """Read a CSV file whose header names columns and units, with ``meta.json`` beside it if there is one.

    Comma, semicolon and tab, decimal point and comma, UTF-8 with or without mark, gzip, comment lines at
    the top (#), spaces in names, and any order of columns are taken. The file is read block by block.

    Parameters
    ----------
    path
        The file.
    request
        Which sensor, and what the caller knows better.

    Raises
    ------
    InputError
        If it cannot be read, or is not what its header claims (`recordings_of`).
    UsageError
        If it holds several sensors and none is chosen.
    """
    meta = read_meta(path.with_name(META_NAME))
    digest = hashlib.sha256()
    head: _Head | None = None
    chosen: tuple[str, ...] = ()
    left_out = ""
    body = _Body()
    for block in line_blocks(path, request.max_bytes, digest):
        rows = block
        if head is None:
            refuse_known(path, block[:HEAD_BYTES])
            head = _head(path, block)
            chosen, left_out = choose_sensors(tuple(head.layout.sensors), request.sensor, request.side)
            body.lines = head.lines
            rows = block[head.size :]
        _add(path, body, head, chosen, rows)
    if head is None:
        raise InputError(f"{path} is empty.", "Check that the export finished, or record again.")
    notes = (*head.notes, *head.layout.notes, *((left_out,) if left_out else ()))
    recordings = recordings_of(_table(path, body, head, chosen), meta, request, notes)
    return RecordingFile(Source(str(path), digest.hexdigest(), FORMAT.name), recordings)


def _sniff(path: Path, head: bytes) -> bool:
    """Anything that is a file may be CSV; what it is instead is said on reading."""
    return True


FORMAT: Final = Format("csv", _sniff, read_csv)


def _head(path: Path, block: bytes) -> _Head:
    """Find the header under any comment lines, and the dialect from it and the first row."""
    size = lines = 0
    notes: list[str] = []
    delimiter = ""
    for raw in block.split(b"\n"):
        lines += 1
        size += len(raw) + 1
        text = _decoded(raw.removeprefix(codecs.BOM_UTF8) if lines == 1 else raw, notes).strip("\r\n")
        if match := _SEPARATOR_LINE.fullmatch(text.strip()):
            delimiter = match[1]
        elif text.strip() and not text.lstrip().startswith(_COMMENT):
            break
    else:
        raise InputError(f"{path} holds no header.", "Check that the export finished, or record again.")
    delimiter = delimiter or max(_DELIMITERS, key=text.count)
    names = split_line(text, delimiter)
    if sum(is_number(name, ".") and bool(name.strip()) for name in names) > len(names) / 2:
        raise InputError(
            f"{path}, line {lines}: found numbers ({text[:60]}); expected a header that names columns and units.",
            "Put a line such as time_s,acc_x_g,acc_y_g,acc_z_g above the first row.",
        )
    decimal = "."
    if delimiter != "," and b"," in block[size:].split(b"\n", 1)[0]:
        decimal = ","
        notes.append("Numbers have a decimal comma.")
    return _Head(understand_columns(path, names), delimiter, decimal, lines, size, tuple(notes))


def _decoded(raw: bytes, notes: list[str]) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        note = "The text is not UTF-8; Latin-1 was assumed."
        if note not in notes:
            notes.append(note)
        return raw.decode("latin-1")


def _add(path: Path, body: _Body, head: _Head, chosen: Sequence[str], rows: bytes) -> None:
    """Parse the rows of one block and add them."""
    layout = head.layout
    sensors = [(name, kind) for name in chosen for kind in ("acc", "gyr") if getattr(layout.sensors[name], kind)]
    positions = [layout.time, *(p for name, kind in sensors for p in getattr(layout.sensors[name], kind).columns)]
    end = rows.rfind(b"\n") + 1
    tail = rows[end:]
    if tail.strip() and not is_whole_row(tail, len(layout.names), positions, head.delimiter, head.decimal):
        body.broken += 1
        rows = rows[:end]
    if not rows.strip():
        return
    columns = _parse(path, body, head, positions, rows)
    time = next(columns) * layout.time_factor
    body.starts.append((body.rows, body.lines + 1))
    body.rows += len(time)
    body.lines += rows.count(b"\n")
    body.time_s.append(time)
    with np.errstate(over="ignore"):
        for name, kind in sensors:
            values = np.empty((len(time), 3), np.float32)
            for axis in range(3):
                values[:, axis] = next(columns) * getattr(layout.sensors[name], kind).factor
            body.channels.setdefault((name, kind), []).append(values)


def _parse(path: Path, body: _Body, head: _Head, positions: Sequence[int], rows: bytes) -> Any:
    """Yield the columns at ``positions`` as float64, NaN where a cell has no value; count broken rows."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [f"c{position}" for position in range(len(head.layout.names))]
    wanted = [names[position] for position in positions]
    broken: list[int] = []

    def skip(row: Any) -> str:
        broken.append(row.actual_columns)
        return "skip"

    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(rows),
            read_options=arrow_csv.ReadOptions(column_names=names),
            parse_options=arrow_csv.ParseOptions(delimiter=head.delimiter, invalid_row_handler=skip),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.float64()),
                include_columns=wanted,
                null_values=list(NULLS),
                decimal_point=head.decimal,
            ),
        )
    except pa.ArrowInvalid as error:
        raise _unreadable(path, body, head, positions, rows, error) from error
    body.broken += len(broken)
    return (table.column(name).to_numpy() for name in wanted)


def _unreadable(
    path: Path, body: _Body, head: _Head, positions: Sequence[int], rows: bytes, error: Exception
) -> InputError:
    """Name the cell at which the fast parser stopped."""
    width = len(head.layout.names)
    named = {position: head.layout.names[position].strip() for position in positions}
    cell = bad_cell(rows, width, named, head.delimiter, head.decimal)
    if cell is None:
        return InputError(
            f"{path}, after line {body.lines}: {str(error).splitlines()[0]}.", "Export the file again as plain CSV."
        )
    return InputError(
        f'{path}, line {body.lines + cell.line + 1}, column {named[cell.column]}: found "{cell.found}"; '
        "expected a number.",
        "Correct or empty that cell, or export again with plain numbers.",
    )


def _table(path: Path, body: _Body, head: _Head, chosen: Sequence[str]) -> Table:
    starts = body.starts

    def place(row: int) -> str:
        first_row, first_line = max(start for start in starts if start[0] <= row)
        return f"line {first_line + row - first_row}"

    sensors = tuple(
        RawSensor(
            name,
            _joined(body.channels.get((name, "acc"), []), (3,)),
            _joined(body.channels[name, "gyr"], (3,)) if (name, "gyr") in body.channels else None,
        )
        for name in chosen
    )
    return Table(path, head.layout, _joined(body.time_s, ()), sensors, body.broken, place)


def _joined(parts: list[AnyFloatArray], tail: tuple[int, ...]) -> Any:
    """Join arrays into one, letting go of each as it is copied, so that memory does not double."""
    if len(parts) == 1:
        return parts.pop()
    whole = np.empty((sum(len(part) for part in parts), *tail), parts[0].dtype if parts else np.float64)
    stop = len(whole)
    while parts:
        part = parts.pop()
        whole[stop - len(part) : stop] = part
        stop -= len(part)
    return whole
