"""The rows of a CSV file, gathered block by block so that memory stays near what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.formats.csv_cells import NULLS, bad_cell, is_whole_row
from pfp_sensors.formats.samples import RawSensor, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pfp_sensors.formats.columns import Axes
    from pfp_sensors.formats.csv_header import CsvHead
    from pfp_sensors.model.recording import AnyFloatArray


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
    """

    def __init__(self, path: Path, head: CsvHead, sensors: Sequence[str]) -> None:
        self._path = path
        self._head = head
        self._sensors = sensors
        self._time_s: list[AnyFloatArray] = []
        self._samples: dict[tuple[str, str], list[AnyFloatArray]] = {}
        self._axes: dict[tuple[str, str], Axes] = {}
        for name in sensors:
            columns = head.layout.sensors[name]
            for kind, axes in (("acc", columns.acc), ("gyr", columns.gyr)):
                if axes is not None:
                    self._axes[name, kind] = axes
                    self._samples[name, kind] = []
        self._columns = [head.layout.time, *(c for axes in self._axes.values() for c in axes.columns)]
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
        columns = self._parsed(block)
        time_s = next(columns) * head.layout.time_factor
        self._starts.append((self._rows, self._lines + 1))
        self._rows += len(time_s)
        self._lines += block.count(b"\n")
        self._time_s.append(time_s)
        with np.errstate(
            over="ignore"
        ):  # a number too large for float32 becomes infinite, and is dropped later
            for key, axes in self._axes.items():
                samples = np.empty((len(time_s), 3), np.float32)
                for axis in range(3):
                    samples[:, axis] = next(columns) * axes.factor
                self._samples[key].append(samples)

    def table(self) -> Table:
        """Join what was gathered; the blocks are let go."""
        sensors = tuple(
            RawSensor(
                name,
                _joined(self._samples[name, "acc"], (3,)),
                _joined(self._samples[name, "gyr"], (3,)) if (name, "gyr") in self._samples else None,
            )
            for name in self._sensors
        )
        time_s = _joined(self._time_s, ())
        return Table(self._path, self._head.layout, time_s, sensors, self._broken, self._place)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out without a count."""
        return ("The last line was cut short and left out.",) if self._cut else ()

    def _place(self, row: int) -> str:
        first_row, first_line = max(start for start in self._starts if start[0] <= row)
        return f"line {first_line + row - first_row}"

    def _parsed(self, block: bytes) -> Iterator[Any]:
        """Give the wanted columns as float64, NaN where a cell has no value; count the broken rows."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

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
        return (table.column(name).to_numpy() for name in wanted)

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


def _joined(parts: list[AnyFloatArray], tail: tuple[int, ...]) -> Any:
    """Join arrays into one, letting go of each as it is copied, so that memory does not double."""
    if len(parts) == 1:
        return parts.pop()
    rows = sum(len(part) for part in parts)
    whole = np.empty((rows, *tail), parts[0].dtype if parts else np.float64)
    while parts:
        part = parts.pop()
        whole[rows - len(part) : rows] = part
        rows -= len(part)
    return whole
