"""The head of a CSV file by a mapping: where its header is, which columns are meant, where the rows begin."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.columns import Axes, Layout, SensorColumns
from pfp_sensors.formats.csv_cells import is_number, split_line
from pfp_sensors.formats.csv_header import CsvHead
from pfp_sensors.formats.text_head import decimal_of, delimiter_of, delimiter_of_row, head_lines
from pfp_sensors.units import ACC_UNITS_IN_G, GYR_UNITS_IN_DPS, TIME_UNITS_IN_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.formats.column_mapping import AxesMapping, Column, ColumnMapping
    from pfp_sensors.formats.text_head import TextLine

_MOST_WORD_LINES: Final = 3
"""So many lines below the header may hold units and the like."""


def mapped_head(path: Path, block: bytes, mapping: ColumnMapping) -> CsvHead:
    """Find the header of a file, the first row and the columns that a mapping names.

    Parameters
    ----------
    path
        The file, for messages.
    block
        Its beginning, in whole lines.
    mapping
        From `read_mapping`.

    Raises
    ------
    InputError
        If a column is not there, or is there twice: line, found, expected.
    """
    lines = head_lines(block)
    start = _start_line(path, lines, mapping)
    first = lines[start]
    delimiter = mapping.delimiter or (delimiter_of if mapping.header else delimiter_of_row)(first.text)
    cells = tuple(split_line(first.text, delimiter))
    names = cells if mapping.header else tuple(str(place) for place in range(1, len(cells) + 1))
    layout = _layout(path, names, mapping, first.number)
    rows = lines[start + 1 :] if mapping.header else lines[start:]
    skipped = _lines_of_words(rows, layout, delimiter) if mapping.header else 0
    decimal = mapping.decimal or decimal_of(rows[skipped].text if rows else "", delimiter)
    notes = ["Numbers have a decimal comma."] if decimal == "," and mapping.decimal is None else []
    if not mapping.header:
        return CsvHead(layout, delimiter, decimal, first.number - 1, first.start, tuple(notes))
    last = rows[skipped - 1] if skipped else first
    notes += [f"Left out below the header: {line.text.strip()[:60]}." for line in rows[:skipped]]
    return CsvHead(layout, delimiter, decimal, last.number, last.end, tuple(notes))


def _lines_of_words(rows: Sequence[TextLine], layout: Layout, delimiter: str) -> int:
    """Count the lines below the header, such as one of units, in which no named column holds a number."""
    sensor = layout.sensors[""]
    columns = {layout.time, *sensor.acc.columns, *(() if sensor.gyr is None else sensor.gyr.columns)}
    for count, line in enumerate(rows[: _MOST_WORD_LINES + 1]):
        cells = split_line(line.text, delimiter)
        if any(at < len(cells) and is_number(plain_name(cells[at]), ",") for at in columns):
            return count
    return 0


def _start_line(path: Path, lines: Sequence[TextLine], mapping: ColumnMapping) -> int:
    """Find the header, or the first row where there is none: by the lines to skip, else by the names."""
    skip = mapping.skip_lines or 0
    rest = [at for at, line in enumerate(lines) if line.number > skip]
    if not rest:
        raise InputError(
            f"{path} has no line after the {skip} that {mapping.path} skips.",
            "Correct skip_lines in the mapping, or check that the export finished.",
        )
    names = {column for column in mapping.columns if isinstance(column, str)}
    if mapping.skip_lines is not None or not mapping.header or not names:
        return rest[0]
    return max(rest, key=lambda at: (len(names & _cells(lines[at], mapping)), -at))


def _cells(line: TextLine, mapping: ColumnMapping) -> set[str]:
    return {plain_name(cell) for cell in split_line(line.text, mapping.delimiter or delimiter_of(line.text))}


def plain_name(name: str) -> str:
    """Take quotes and the spaces around it off the name of a column."""
    return name.strip().strip('"').strip()


def _layout(path: Path, names: tuple[str, ...], mapping: ColumnMapping, line: int) -> Layout:
    """Turn the named columns into places in the header."""
    plain = [plain_name(name) for name in names]

    def place(column: Column) -> int:
        if isinstance(column, int):
            if column <= len(plain):
                return column - 1
            raise InputError(
                f"{path}, line {line}: {len(plain)} columns; {mapping.path} names column {column}.",
                "Correct the place, skip_lines or the delimiter in the mapping.",
            )
        if plain.count(column) == 1:
            return plain.index(column)
        raise _not_there(path, plain, column, mapping, line)

    def axes(of: AxesMapping, units: dict[str, float], table: str) -> Axes:
        x, y, z = (place(column) for column in of.columns)
        return Axes((x, y, z), of.unit, units[of.unit], f"[{table}] of {mapping.path}")

    acc = axes(mapping.acc, ACC_UNITS_IN_G, "acceleration")
    gyr = None if mapping.gyr is None else axes(mapping.gyr, GYR_UNITS_IN_DPS, "rotation")
    # Without a column of times another column stands in for it; `_as_mapped` puts the times there.
    time = acc.columns[0] if mapping.time.column is None else place(mapping.time.column)
    used = {time, *acc.columns, *(() if gyr is None else gyr.columns)}
    other = [name for at, name in enumerate(plain) if at not in used and name]
    notes = (f"Columns left aside: {', '.join(other[:12])}{', ...' if len(other) > 12 else ''}.",)
    unit = mapping.time.unit
    sensors = {"": SensorColumns(acc, gyr)}
    return Layout(
        names, time, unit, TIME_UNITS_IN_S[unit], sensors, notes if other else (), f"[time] of {mapping.path}"
    )


def _not_there(
    path: Path, names: Sequence[str], column: str, mapping: ColumnMapping, line: int
) -> InputError:
    found = ", ".join(names)
    found = found if len(found) <= 300 else found[:300] + " ..."
    near = difflib.get_close_matches(column, names, 1, 0.6)
    meant = f" (is {near[0]!r} meant?)" if near and near[0] != column else ""
    what = "is there twice" if column in names else f"is not there{meant}"
    return InputError(
        f"{path}, line {line}: the column {column!r} that {mapping.path} names {what}; found {found}.",
        "Write the name as in the file, or the place of the column (the first is 1). Without a header: "
        "header = false.",
    )
