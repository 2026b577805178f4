"""A mapping: a small TOML file in which a person names the columns of a table."""

from __future__ import annotations

import json
import re
import zoneinfo
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError
from pfp_sensors.formats.mapping_table import MAPPING_ADVICE, TABLE_KEYS, MappingTable
from pfp_sensors.formats.plausibility import RATE_RANGE_HZ
from pfp_sensors.settings.entries import read_toml
from pfp_sensors.units import ACC_UNITS_IN_G, GYR_UNITS_IN_DPS, TIME_UNITS_IN_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SCHEMA: Final = "pfp.mapping/1"
"""What ``schema`` may say in a mapping."""

DELIMITERS: Final[Mapping[str, str]] = {",": ",", ";": ";", "tab": "\t", "\t": "\t", "|": "|", "space": " "}
"""How a mapping may name what stands between two cells, and what it is."""

_MAX_BYTES = 100_000
_MOST_SKIPPED = 10_000
_RANGE_G = (1.0, 1000.0)
_TURNS = re.compile(r"gyr|rotation|angular|omega|dreh|winkel|(deg|rad)/s|dps", re.IGNORECASE)
_ROTATION_TO_FILL = """\
  [rotation]
  x = "?"
  y = "?"
  z = "?"
  unit = "dps"
"""
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
Column = str | int
"""A column by its name in the header, or by its place counted from 1."""


@dataclass(frozen=True, slots=True)
class TimeMapping:
    """Where the times come from.

    Attributes
    ----------
    column
        The column of times; None where there is none, and `rate_hz` gives them.
    unit
        "s", "ms", "us" or "ns".
    rate_hz
        Samples per second: the times themselves without a column, else the nominal rate.
    since_1970
        Whether the column counts from the start of 1970 in UTC, so that it tells when the recording began.
    zone
        Time zone for that start; None for UTC.
    """

    column: Column | None
    unit: str
    rate_hz: float | None
    since_1970: bool
    zone: tzinfo | None


@dataclass(frozen=True, slots=True)
class AxesMapping:
    """Three columns of one kind of sensor.

    Attributes
    ----------
    columns
        x, y and z.
    unit
        As in column names of this program: "g", "mps2", "dps" ...
    sign
        1 or -1 for each axis; -1 where the file counts the other way.
    range_g
        Full scale of an accelerometer; None where unknown.
    """

    columns: tuple[Column, Column, Column]
    unit: str
    sign: tuple[int, int, int]
    range_g: float | None = None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """A mapping, read and checked.

    Attributes
    ----------
    path
        Its file, for messages.
    time, acc, gyr
        The columns; ``gyr`` None where there is no rotation.
    header
        Whether a line of the table names its columns.
    skip_lines
        Lines above the header, or above the first row; None: the header is the first line with the names.
    delimiter, decimal
        As in the file; None where they are to be found out.
    """

    path: Path
    time: TimeMapping
    acc: AxesMapping
    gyr: AxesMapping | None
    header: bool = True
    skip_lines: int | None = None
    delimiter: str | None = None
    decimal: str | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column that is named, time first."""
        time = () if self.time.column is None else (self.time.column,)
        return (*time, *self.acc.columns, *(() if self.gyr is None else self.gyr.columns))


def read_mapping(path: Path) -> ColumnMapping:
    """Read a mapping and check every word of it.

    Parameters
    ----------
    path
        A TOML file; docs/formats/generic-csv.md shows one.

    Raises
    ------
    UsageError
        If it cannot be read, has an unknown key, lacks one, or has a value of the wrong kind: file, key,
        found, expected.
    """
    if path.is_file() and path.stat().st_size > _MAX_BYTES:
        raise UsageError(
            f"{path} has more than {_MAX_BYTES} bytes; a mapping has a few hundred.",
            "Give the mapping, not the recording.",
        )
    document = MappingTable(path, "", read_toml(path, "mapping", MAPPING_ADVICE))
    document.only((*TABLE_KEYS, "schema"))
    document.one_of("schema", (SCHEMA,), SCHEMA)
    file = document.table("file")
    acc = _axes(document.table("acceleration", needed=True), ACC_UNITS_IN_G)
    has_gyr = "rotation" in document.values
    mapping = ColumnMapping(
        path=path,
        time=_time(document.table("time", needed=True)),
        acc=acc,
        gyr=_axes(document.table("rotation"), GYR_UNITS_IN_DPS) if has_gyr else None,
        header=file.true_or_false("header", default=True),
        skip_lines=file.whole_number("skip_lines", _MOST_SKIPPED),
        delimiter=DELIMITERS.get(file.one_of("delimiter", tuple(DELIMITERS), "") or ""),
        decimal=file.one_of("decimal", (".", ","), "") or None,
    )
    _check_together(mapping)
    return mapping


MAPPING_FOLLOWS: Final = "Or write this into a file map.toml"
"""How the advice to map columns begins."""


def mapping_to_fill(names: Sequence[str]) -> str:
    """Write a mapping for a person to fill in, with how to use it: the times first, as in most tables."""
    quoted = [json.dumps(name.strip().strip('"').strip()[:60], ensure_ascii=False) for name in names]
    known = ", ".join(quoted[:12]) + (", ..." if len(quoted) > 12 else "")
    rotation = _ROTATION_TO_FILL if any(_TURNS.search(name) for name in names) else ""
    return f"""\
{MAPPING_FOLLOWS}, with the names in place of the question marks,
and add --mapping map.toml (docs/formats/generic-csv.md):
  [time]
  column = {quoted[0]}
  unit = "s"
  [acceleration]
  x = "?"
  y = "?"
  z = "?"
  unit = "g"
{rotation}  # columns: {known}
  # units: s ms us ns; g mg mps2; for a gyroscope [rotation] with dps rps mdps"""


def _check_together(mapping: ColumnMapping) -> None:
    """Refuse what contradicts itself."""
    columns = mapping.columns
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise UsageError(
            f"{mapping.path}: the column {twice!r} is named twice; expected another one for each.",
            MAPPING_ADVICE,
        )
    named = next((column for column in columns if isinstance(column, str)), None)
    if not mapping.header and named is not None:
        raise UsageError(
            f"{mapping.path}: header = false, but the column {named!r} is named; expected places.",
            "Without a header give the places of the columns, the first is 1: x = 2.",
        )
    if mapping.decimal == "," and mapping.delimiter == ",":
        raise UsageError(
            f"{mapping.path}: a comma cannot be both delimiter and decimal.", "Correct one of them."
        )


def _time(table: MappingTable) -> TimeMapping:
    column = table.column("column", needed=False)
    rate_hz = table.number("rate_hz", RATE_RANGE_HZ)
    since_1970 = table.true_or_false("since_1970", default=False)
    zone = _zone(table)
    if column is None and rate_hz is None:
        raise table.wrong("column", None, "a column of times, or rate_hz where there is none")
    if column is None and ("unit" in table.values or since_1970):
        raise table.wrong("column", None, "a column of times to go with unit or since_1970")
    if zone is not None and not since_1970:
        raise table.wrong("zone", table.values["zone"], "since_1970 = true with it: other times have no zone")
    unit = table.one_of("unit", tuple(TIME_UNITS_IN_S), None if column is not None else "s")
    return TimeMapping(column, unit, rate_hz, since_1970, zone)


def _axes(table: MappingTable, units: Mapping[str, float]) -> AxesMapping:
    x, y, z = (table.column(axis, needed=True) for axis in "xyz")
    range_g = table.number("range_g", _RANGE_G)
    return AxesMapping((x, y, z), table.one_of("unit", tuple(units), None), table.signs("sign"), range_g)


def _zone(table: MappingTable) -> tzinfo | None:
    """Read a time zone: an offset such as "+02:00", or a name such as "Europe/Berlin"."""
    said = table.values.get("zone")
    if said is None:
        return None
    expected = 'an offset such as "+02:00", or a name such as "Europe/Berlin"'
    if not isinstance(said, str):
        raise table.wrong("zone", said, expected)
    if match := _OFFSET.fullmatch(said):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        if offset >= timedelta(hours=24):
            raise table.wrong("zone", said, expected)
        return timezone(offset if match[1] == "+" else -offset)
    try:
        return zoneinfo.ZoneInfo(said)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise table.wrong("zone", said, expected) from error
