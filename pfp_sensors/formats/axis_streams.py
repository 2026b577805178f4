"""Streams of three axes, each from a table of its own, as phones write them: read, and joined to one."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.formats.bad_rows import increasing_rows
from pfp_sensors.formats.columns import BY_FORMAT, Axes, Layout, SensorColumns
from pfp_sensors.formats.csv_cells import split_line
from pfp_sensors.formats.csv_header import CsvHead
from pfp_sensors.formats.samples import RawSensor, Table
from pfp_sensors.formats.two_rates import join
from pfp_sensors.units import ACC_UNITS_IN_G, GYR_UNITS_IN_DPS, TIME_UNITS_IN_S

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pfp_sensors.formats.csv_table import ReadTable
    from pfp_sensors.model.recording import Acceleration, BoolArray, Float32Array, FloatArray

PHONE_NOTE: Final = (
    "A phone measured this: its rhythm can be trusted, its impact peaks hardly, since most phones end at 8 "
    "or 16 g and a phone's case rattles in its strap."
)

_FACTORS: Final[Mapping[str, float]] = ACC_UNITS_IN_G | GYR_UNITS_IN_DPS
_UTF8_MARK = b"\xef\xbb\xbf"
_DECIMAL_COMMA = re.compile(rb"\d,\d")
_LOOKED_AT_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Stream:
    """What one kind of sensor measured.

    Attributes
    ----------
    time_s, values
        (n,) seconds on a clock that the streams of a recording share, and (n, 3) in g or deg/s.
    time_name, time_unit, names, unit
        The columns they are from, and what their numbers were taken for.
    unreadable, first_unreadable, place, notes
        As in `Table`; what reading took.
    """

    time_s: FloatArray
    values: Float32Array
    time_name: str
    time_unit: str
    names: tuple[str, ...]
    unit: str
    unreadable: int
    first_unreadable: str
    place: Callable[[int], str]
    notes: tuple[str, ...]

    def rows(self, kept: BoolArray) -> Stream:
        """Leave rows out; messages still name the lines of the file."""
        if kept.all():
            return self
        places, place = np.flatnonzero(kept), self.place
        return dataclasses.replace(
            self,
            time_s=self.time_s[kept],
            values=self.values[kept],
            place=lambda row: place(int(places[row])),
        )


def head_of(
    path: Path, block: bytes, delimiter: str, find: Callable[[Path, tuple[str, ...]], Layout]
) -> CsvHead:
    """Understand a table whose first line is its header.

    Parameters
    ----------
    path
        The file, for messages.
    block
        Its beginning, in whole lines.
    delimiter
        Between cells.
    find
        Finds the columns in the header.

    Raises
    ------
    InputError
        If there is no header, or ``find`` does not find what it needs.
    """
    end = block.find(b"\n") + 1 or len(block)
    line = block[:end].removeprefix(_UTF8_MARK).decode("utf-8", "replace").strip("\r\n")
    layout = find(path, tuple(name.strip() for name in split_line(line, delimiter)))
    rows = block[end : end + _LOOKED_AT_BYTES]
    decimal = "," if delimiter != "," and _DECIMAL_COMMA.search(rows) else "."
    return CsvHead(layout, delimiter, decimal, 1, end, ())


def layout_of(
    names: tuple[str, ...], time: int, time_unit: str, kinds: Mapping[str, tuple[tuple[int, int, int], str]]
) -> Layout:
    """Make a layout of kinds of sensors: each with the positions of its three axes, and its unit."""
    sensors = {
        kind: SensorColumns(Axes(columns, unit, _FACTORS[unit], BY_FORMAT), None)
        for kind, (columns, unit) in kinds.items()
    }
    return Layout(names, time, time_unit, TIME_UNITS_IN_S[time_unit], sensors, (), BY_FORMAT)


def streams_of(read: ReadTable, named: str = "") -> dict[str, Stream]:
    """Take a table apart into its kinds of sensors, by the names they have in `layout_of`.

    Parameters
    ----------
    read
        The table.
    named
        Put before the names of the columns where several tables have the same ones.
    """
    table, layout = read.table, read.head.layout
    return {
        sensor.name: Stream(
            table.time_s,
            sensor.acc_g,
            named + layout.names[layout.time],
            layout.time_unit,
            tuple(named + layout.names[column] for column in layout.sensors[sensor.name].acc.columns),
            layout.sensors[sensor.name].acc.unit,
            table.unreadable,
            table.first_unreadable,
            table.place,
            read.notes,
        )
        for sensor in table.sensors
    }


def without_copies(stream: Stream, name: str) -> Stream:
    """Leave out rows that repeat the row before in time and values: phones deliver some samples twice."""
    same = np.zeros(len(stream.time_s), np.bool_)
    values = stream.values  # compared, not subtracted: infinite ones are dropped later
    same[1:] = (stream.time_s[1:] == stream.time_s[:-1]) & (values[1:] == values[:-1]).all(axis=1)
    if not same.any():
        return stream
    note = f"{np.count_nonzero(same)} samples of the {name} were in the file twice."
    return dataclasses.replace(stream.rows(~same), notes=(*stream.notes, note))


def matched(stream: Stream, other: Stream, name: str) -> tuple[Stream, Float32Array | None, tuple[str, ...]]:
    """Bring a second stream onto the rows of the first.

    Parameters
    ----------
    stream, other
        The first, whose rows are kept where the second is known, and the second.
    name
        What the second is, for notes.

    Returns
    -------
    tuple
        The first stream, the second one's values at its rows (None where it covers too little), and notes.
    """
    if np.array_equal(stream.time_s, other.time_s):
        return stream, other.values, ()
    joined = join(stream.time_s, other.time_s, other.values, name)
    unread = (f"{other.unreadable} rows of the {name} could not be read.",) if other.unreadable else ()
    return stream.rows(joined.rows), joined.values, (*unread, *joined.notes)


def first_time_s(time_s: FloatArray) -> float:
    """Give the time of the first row that can be used: where the count of time starts; 0 if there is none."""
    usable = increasing_rows(time_s) if len(time_s) else np.zeros(0, np.bool_)
    return float(time_s[int(np.argmax(usable))]) if usable.any() else 0.0


def table_of_streams(
    path: Path, acc: Stream, gyr: Stream | None, acceleration: Acceleration
) -> tuple[Table, tuple[str, ...]]:
    """Join acceleration and rotation to the table of one sensor without a name; times are kept as they are.

    Parameters
    ----------
    path
        The file, for messages.
    acc, gyr
        The streams; None without a gyroscope.
    acceleration
        Whether gravity is in it.

    Returns
    -------
    tuple
        The table and notes.

    Raises
    ------
    InputError
        If the acceleration has no rows.
    """
    if not len(acc.time_s):
        raise InputError(
            f"{path}: no rows of acceleration ({acc.names[0]}).", "Check that the export finished."
        )
    rotation = None
    notes: tuple[str, ...] = ()
    names = (acc.time_name, *acc.names)
    columns = SensorColumns(Axes((1, 2, 3), acc.unit, _FACTORS[acc.unit], BY_FORMAT), None)
    if gyr is not None:
        acc, rotation, notes = matched(acc, gyr, "gyroscope")
    if gyr is not None and rotation is not None:
        names = (*names, *gyr.names)
        columns = dataclasses.replace(columns, gyr=Axes((4, 5, 6), gyr.unit, _FACTORS[gyr.unit], BY_FORMAT))
    layout = Layout(names, 0, acc.time_unit, TIME_UNITS_IN_S[acc.time_unit], {"": columns}, (), BY_FORMAT)
    table = Table(
        path,
        layout,
        acc.time_s,
        (RawSensor("", acc.values, rotation),),
        acc.unreadable,
        acc.first_unreadable,
        acc.place,
        acceleration=acceleration,
    )
    gyr_notes = () if gyr is None else gyr.notes
    return table, tuple(dict.fromkeys((*acc.notes, *gyr_notes, *notes)))
