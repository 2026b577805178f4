"""The rows of a CSV file, gathered block by block so that memory stays near what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.formats.csv_cells import NULLS, Dialect, is_cut, sort_lines
from pfp_sensors.formats.samples import RawSensor, Table
from pfp_sensors.store.arrow_arrays import to_numpy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.formats.columns import Axes, SensorColumns
    from pfp_sensors.formats.csv_header import CsvHead


_HOPELESS_SHARE = 0.5
"""Where more lines of a block are unreadable, the file is something else, and reading on is a waste."""


class CsvRows:
    """A CSV file being read: blocks of lines go in, a `Table` comes out.

    Parameters
    ----------
    path
        The file, for messages.
    head
        Its header.
    sensors
        Names of the sensors wanted; other columns are not parsed.
    size
        Bytes of the file: a guess at how much will come, which saves memory.
    """

    def __init__(self, path: Path, head: CsvHead, sensors: Sequence[str], size: int) -> None:
        self._path = path
        self._head = head
        self._size = size
        self._axes = [axes for name in sensors for axes in _kinds(head.layout.sensors[name])]
        columns = [head.layout.time, *(column for axes in self._axes for column in axes.columns)]
        self._dialect = Dialect(head.delimiter, head.decimal, head.layout.names, columns)
        self._time_s = np.empty(0)
        self._samples = [np.empty((0, 3), np.float32) for _ in self._axes]
        self._sensors = sensors
        self._starts: list[tuple[int, int]] = []
        self._rows = self._unreadable = 0
        self._first_unreadable = ""
        self._lines = head.lines
        self._notes: dict[str, None] = {}

    def add(self, block: bytes) -> None:
        """Parse one block of lines; only the last block may lack its last line end.

        A last line without a line end that is no whole row was cut off while it was written: it is left out.

        Raises
        ------
        InputError
            If most lines are no rows of numbers: line, column, found.
        """
        end = block.rfind(b"\n") + 1
        if block[end:].strip() and is_cut(block[end:], self._dialect):
            self._notes["The last line was cut short and left out."] = None
            block = block[:end]
        if not block.strip():
            return
        if not block.isascii():
            block = self._in_utf8(block)
        time, *values = self._parsed(block)
        self._starts.append((self._rows, self._lines + 1))
        start, stop = self._rows, self._rows + len(time)
        self._make_room(stop, len(block))
        np.multiply(time, self._head.layout.time_factor, out=self._time_s[start:stop])
        with np.errstate(over="ignore"):  # too large for float32 becomes infinite, and is dropped later
            for position, column in enumerate(values):
                kind, axis = divmod(position, 3)
                target = self._samples[kind][start:stop, axis]
                np.multiply(column, self._axes[kind].factor, out=target, casting="unsafe")
        self._rows = stop
        self._lines += block.count(b"\n")

    def table(self) -> Table:
        """Give what was gathered."""
        samples = iter(array[: self._rows] for array in self._samples)
        columns = self._head.layout.sensors
        sensors = tuple(
            RawSensor(name, next(samples), None if columns[name].gyr is None else next(samples))
            for name in self._sensors
        )
        time_s = self._time_s[: self._rows]
        return Table(
            self._path,
            self._head.layout,
            time_s,
            sensors,
            self._unreadable,
            self._first_unreadable,
            self._place,
        )

    def _make_room(self, rows: int, block_bytes: int) -> None:
        """Make arrays for the rows expected from the size of the file; memory is used only where written."""
        if rows <= len(self._time_s):
            return
        expected = round(1.02 * rows * self._size / block_bytes) if not self._rows else 2 * rows
        room = max(rows, expected)
        self._time_s = _longer(self._time_s, self._rows, room)
        self._samples = [_longer(array, self._rows, room) for array in self._samples]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or assumed on the way."""
        return tuple(self._notes)

    def _place(self, row: int) -> str:
        first_row, first_line = max(start for start in self._starts if start[0] <= row)
        return f"line {first_line + row - first_row}"

    def _in_utf8(self, block: bytes) -> bytes:
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            self._notes["The text is not UTF-8; Latin-1 was assumed."] = None
            return block.decode("latin-1").encode("utf-8")
        return block

    def _parsed(self, block: bytes) -> list[Any]:
        """Give the wanted columns as numbers, NaN where a cell has no value; count the unreadable rows."""
        import pyarrow as pa

        try:
            return self._parse(block, "error")
        except pa.ArrowInvalid:
            lines = sort_lines(block, self._dialect, self._lines + 1)
        self._unreadable += lines.unreadable
        self._first_unreadable = self._first_unreadable or lines.first
        lines_here = block.count(b"\n")
        if lines.unreadable > _HOPELESS_SHARE * lines_here:
            raise InputError(
                f"{self._path}, {lines.first}; {lines.unreadable} of {lines_here} lines are like that.",
                "Export the table again: one header, then only rows of as many numbers.",
            )
        try:
            return self._parse(lines.readable, "skip")
        except pa.ArrowInvalid as error:
            raise InputError(
                f"{self._path}, after line {self._lines}: {str(error).splitlines()[0]}.",
                "Export the file again as plain CSV.",
            ) from error

    def _parse(self, block: bytes, invalid: str) -> list[Any]:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = [f"c{position}" for position in range(len(self._dialect.names))]
        wanted = [names[position] for position in self._dialect.columns]
        table = arrow_csv.read_csv(
            pa.BufferReader(block),
            read_options=arrow_csv.ReadOptions(column_names=names),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._dialect.delimiter, invalid_row_handler=lambda _: invalid
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.float64()),
                include_columns=list(dict.fromkeys(wanted)),  # one may serve twice
                null_values=list(NULLS),
                decimal_point=self._dialect.decimal,
            ),
        )
        return [to_numpy(table.column(name)) for name in wanted]


def _kinds(columns: SensorColumns) -> list[Axes]:
    """List what a sensor measures: acceleration, and rotation where it is there."""
    return [columns.acc] if columns.gyr is None else [columns.acc, columns.gyr]


def _longer(array: Any, used: int, rows: int) -> Any:
    """Make an array of more rows, with those used so far."""
    longer = np.empty((rows, *array.shape[1:]), array.dtype)
    longer[:used] = array[:used]
    return longer
