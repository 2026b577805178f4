"""The head of a CSV file of the Movella (Xsens) DOT app: what it says, and its columns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.columns import BY_FORMAT, Axes, Layout, SensorColumns
from pfp_sensors.formats.csv_cells import split_line
from pfp_sensors.formats.csv_header import CsvHead
from pfp_sensors.formats.sensors import side_of
from pfp_sensors.store.meta_json import SensorMeta
from pfp_sensors.units import ACC_UNITS_IN_G, TIME_UNITS_IN_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

QUATERNION: Final = "quaternion"
QUATERNION_W: Final = "quaternion w"
EULER: Final = "euler"
COUNTER: Final = "counter"
"""Columns that are no sensor, read as if they were one, under these names."""

RECORD_INSTEAD: Final = (
    'Record acceleration and rotation: live in the DOT app with "Rate quantities" or "Custom mode 5"; of a '
    "recording in the sensor, export Acceleration and Angular velocity."
)

_MARK = re.compile(rb'^(?:\xef\xbb\xbf)?"?(?:sep=.|DeviceTag:)', re.IGNORECASE)
_TAG = re.compile(rb'^"?DeviceTag:', re.IGNORECASE | re.MULTILINE)
_HEADER = re.compile(r'"?PacketCounter"?\s*[,;\t]\s*"?SampleTimeFine', re.IGNORECASE)
_START = re.compile(
    r"(\d{4}-\d\d-\d\d)[_ T](\d\d:\d\d:\d\d)(?:[_.,](\d{1,3}))?\s*(GMT|UTC|Z)?"
    r"(?:([+-])(\d{1,2}):?(\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
_ACC_RANGE_G, _GYR_RANGE_DPS = 16.0, 2000.0
_XYZ = ("x", "y", "z")


def is_dot(head: bytes) -> bool:
    """Tell a file of the DOT app by its first lines."""
    return _MARK.match(head) is not None and _TAG.search(head) is not None


def read_head(path: Path, block: bytes) -> CsvHead:
    """Find the header below the lines of the app, and understand its columns.

    Raises
    ------
    InputError
        If there is no header, or no acceleration in it.
    """
    size = lines = 0
    while size < len(block):
        end = block.find(b"\n", size) + 1 or len(block)
        text = block[size:end].decode("latin-1").strip("\r\n")
        size, lines = end, lines + 1
        if _HEADER.match(text):
            return _understood(path, text, block[size : block.find(b"\n", size) + 1 or None], lines, size)
    raise _no_header(path)


def _no_header(path: Path) -> InputError:
    return InputError(
        f"{path} begins like a file of the DOT app, but has no line PacketCounter,SampleTimeFine,...",
        "Export it again; it seems to be cut short or damaged.",
    )


def facts_of(block: bytes) -> tuple[SensorMeta, tuple[str, ...]]:
    """Read what the lines above the header say of the sensor: its rate, the start, a side in its name.

    The name itself is not kept: people name sensors after people.
    """
    said: dict[str, str] = {}
    for line in block.decode("latin-1").splitlines():
        if _HEADER.match(line):
            break
        key, _, value = line.strip('"').partition(":")
        said.setdefault(key.strip().lower(), value.strip('",; \t'))
    start_utc, notes = _start(said.get("starttime", ""))
    known: dict[str, Any] = {"acc_range_g": _ACC_RANGE_G, "gyr_range_dps": _GYR_RANGE_DPS}
    if rate := re.fullmatch(r"(\d{1,4}(?:\.\d+)?)\s*Hz", said.get("outputrate", ""), re.IGNORECASE):
        known["sampling_rate_hz"] = float(rate[1]) or None
    if start_utc is not None:
        known["start_utc"] = start_utc
    if side := side_of(said.get("devicetag", "")):
        known["side"] = side
        notes = (*notes, f"The sensor's name says {side}.")
    notes = (*notes, "Range 16 g and 2000 deg/s: from the maker's data sheet, not from the file.")
    return SensorMeta(**known, said=frozenset(known)), notes


def _start(text: str) -> tuple[str | None, tuple[str, ...]]:
    """Read the start with its zone; None, with a note, where the zone is missing or only has a name."""
    if not text:
        return None, ()
    found = _START.fullmatch(text)
    if found is None or not (found[4] or found[5]):
        return None, (f'The start "{text[:60]}" has no zone that is known; give it with --start.',)
    offset = timedelta(hours=int(found[6] or 0), minutes=int(found[7] or 0))
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}.{(found[3] or '0').ljust(3, '0')}")
        zone = timezone(-offset if found[5] == "-" else offset)
    except ValueError:
        return None, (f'The start "{text[:60]}" is no moment; give it with --start.',)
    return moment.replace(tzinfo=zone).isoformat(timespec="milliseconds"), ()


def _understood(path: Path, text: str, first_row: bytes, lines: int, size: int) -> CsvHead:
    delimiter = max(",;\t", key=text.count)
    names = [name.strip().strip('"').strip() for name in split_line(text, delimiter)]
    row = first_row.decode("latin-1").strip("\r\n")
    decimal = "," if delimiter != "," and "," in row else "."
    names = _as_long_as(names, split_line(row, delimiter))
    at = {name.lower(): position for position, name in reversed(list(enumerate(names)))}
    if not {"packetcounter", "sampletimefine"} <= at.keys():
        raise _no_header(path)
    sensors = _sensors(path, names, at)
    used = {axis for one in sensors.values() for axes in (one.acc, one.gyr) if axes for axis in axes.columns}
    aside = [n for k, n in enumerate(names) if n and k not in used and k != at["sampletimefine"]]
    notes = (f"Columns left aside: {', '.join(aside)}.",) if aside else ()
    layout = Layout(
        tuple(names), at["sampletimefine"], "us", TIME_UNITS_IN_S["us"], sensors, notes, BY_FORMAT
    )
    return CsvHead(layout, delimiter, decimal, lines, size, ())


def _as_long_as(names: list[str], cells: Sequence[str]) -> list[str]:
    """Give the header as many cells as the rows: some versions end header or rows with more delimiters."""
    while len(names) > len(cells) > 1 and not names[-1]:
        names.pop()
    extra = cells[len(names) :]
    return [*names, *("" for _ in extra)] if not any(cell.strip() for cell in extra) else names


def _sensors(path: Path, names: Sequence[str], at: Mapping[str, int]) -> dict[str, SensorColumns]:
    acc, free = _axes(at, "acc", "mps2"), _axes(at, "freeacc", "mps2")
    main = acc or free
    if main is None:
        raise InputError(
            f"{path}, header: no acceleration; found {', '.join(filter(None, names))[:300]}; expected "
            "Acc_X, Acc_Y, Acc_Z.",
            RECORD_INSTEAD,
        )
    counter = at["packetcounter"]
    sensors = {
        "": SensorColumns(main, _axes(at, "gyr", "dps")),
        COUNTER: SensorColumns(Axes((counter,) * 3, "count", 1.0), None),
    }
    if acc is None:
        sensors |= _orientation(at)
    return sensors


def _orientation(at: Mapping[str, int]) -> dict[str, SensorColumns]:
    """Find a quaternion, or else Euler angles."""
    vector, euler = _axes(at, "quat", "1"), _axes(at, "euler", "deg")
    if vector is not None and "quat_w" in at:
        w = Axes((at["quat_w"],) * 3, "1", 1.0)
        return {QUATERNION: SensorColumns(vector, None), QUATERNION_W: SensorColumns(w, None)}
    return {} if euler is None else {EULER: SensorColumns(euler, None)}


def _axes(at: Mapping[str, int], kind: str, unit: str) -> Axes | None:
    found = [at[f"{kind}_{axis}"] for axis in _XYZ if f"{kind}_{axis}" in at]
    if len(found) < 3:
        return None
    return Axes((found[0], found[1], found[2]), unit, ACC_UNITS_IN_G.get(unit, 1.0), BY_FORMAT)
