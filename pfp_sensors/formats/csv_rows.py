"""The rows of a CSV file, gathered block by block so that memory stays near what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.formats.csv_cells import NULLS, bad_cell, is_whole_row
from pfp_sensors.formats.samples import RawSensor, Table
from pfp_sensors.store.arrow_arrays import to_numpy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.formats.columns import Axes, SensorColumns
    from pfp_sensors.formats.csv_header import CsvHead


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
        self._columns = [head.layout.time, *(column for axes in self._axes for column in axes.columns)]
        self._time_s = np.empty(0)
        self._samples = [np.empty((0, 3), np.float32) for _ in self._axes]
        self._sensors = sensors
        self._starts: list[tuple[int, int]] = []
        self._rows = self._broken = 0
        self._lines = head.lines
        self._cut = False

    def add(self, block: bytes) -> None:
        """Parse one block of lines; only the last block may lack its last line end.

        A last line without a line end that is no whole row was cut off while it was written: it is left out.

        Raises
        ------
        InputError
            If a cell that is needed is not a number: line, column, found.
        """
        end = block.rfind(b"\n") + 1
        width, head = len(self._head.layout.names), self._head
        if block[end:].strip() and not is_whole_row(
            block[end:], width, self._columns, head.delimiter, head.decimal
        ):
            self._cut = True
            block = block[:end]
        if not block.strip():
            return
        time, *values = self._parsed(block)
        self._starts.append((self._rows, self._lines + 1))
        start, stop = self._rows, self._rows + len(time)
        self._make_room(stop, len(block))
        np.multiply(time, head.layout.time_factor, out=self._time_s[start:stop])
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
        return Table(self._path, self._head.layout, time_s, sensors, self._broken, self._place)

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
        """What was left out without a count."""
        return ("The last line was cut short and left out.",) if self._cut else ()

    def _place(self, row: int) -> str:
        first_row, first_line = max(start for start in self._starts if start[0] <= row)
        return f"line {first_line + row - first_row}"

    def _parsed(self, block: bytes) -> list[Any]:
        """Give the wanted columns as float64, NaN where a cell has no value; count the broken rows."""
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow import csv as arrow_csv  # noqa: PLC0415

        names = [f"c{position}" for position in range(len(self._head.layout.names))]
        wanted = [names[position] for position in self._columns]
        broken: list[int] = []

        def skip(row: Any) -> str:
            broken.append(row.actual_columns)
            return "skip"

        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(block),
                read_options=arrow_csv.ReadOptions(column_names=names),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self._head.delimiter, invalid_row_handler=skip
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(wanted, pa.float64()),
                    include_columns=wanted,
                    null_values=list(NULLS),
                    decimal_point=self._head.decimal,
                ),
            )
        except pa.ArrowInvalid as error:
            raise self._unreadable(block, error) from error
        self._broken += len(broken)
        return [to_numpy(table.column(name)) for name in wanted]

    def _unreadable(self, block: bytes, error: Exception) -> InputError:
        """Name the cell at which the fast parser stopped."""
        names = self._head.layout.names
        cell = bad_cell(block, len(names), self._columns, self._head.delimiter, self._head.decimal)
        if cell is None:
            return InputError(
                f"{self._path}, after line {self._lines}: {str(error).splitlines()[0]}.",
                "Export the file again as plain CSV.",
            )
        return InputError(
            f"{self._path}, line {self._lines + cell.line + 1}, column {names[cell.column].strip()}: "
            f'found "{cell.found}"; expected a number.',
            "Correct or empty that cell, or export again with plain numbers.",
        )


def _kinds(columns: SensorColumns) -> list[Axes]:
    """List what a sensor measures: acceleration, and rotation where it is there."""
    return [columns.acc] if columns.gyr is None else [columns.acc, columns.gyr]


def _longer(array: Any, used: int, rows: int) -> Any:
    """Make an array of more rows, with those used so far."""
    longer = np.empty((rows, *array.shape[1:]), array.dtype)
    longer[:used] = array[:used]
    return longer
