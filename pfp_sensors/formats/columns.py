"""Column names to channels and units: ``time_s``, ``acc_x_g``, ``right_leg_gyr_z_rps``."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.units import ACC_UNITS_IN_G, GYR_UNITS_IN_DPS, TIME_UNITS_IN_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_CHANNEL = re.compile(r"(?:(?P<prefix>.+)_)?(?P<kind>acc|gyr|gyro)_(?P<axis>[xyz])(?:_(?P<unit>[a-z0-9]+))?")
_TIME = re.compile(r"(?:time|t)(?:_(?P<unit>s|ms|us|ns))?")
_UNITS: Final[dict[str, dict[str, float]]] = {"acc": ACC_UNITS_IN_G, "gyr": GYR_UNITS_IN_DPS}
_EXAMPLE: Final = "time_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
_AXES = "xyz"

BY_FORMAT: Final = "the format"
"""As the place of a unit: neither the column names nor a mapping say it, the kind of file does."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Three columns of one kind of sensor.

    Attributes
    ----------
    columns
        Positions of x, y and z in the header.
    unit
        As in the column names.
    factor
        Turns the unit into g or deg/s.
    unit_place
        Where the unit is said, for advice: a table of a mapping, or `BY_FORMAT`; "" where the column names
        say it.
    """

    columns: tuple[int, int, int]
    unit: str
    factor: float
    unit_place: str = ""


@dataclass(frozen=True, slots=True)
class SensorColumns:
    """The columns of one sensor."""

    acc: Axes
    gyr: Axes | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A header, understood.

    Attributes
    ----------
    names
        Every column, as written.
    time
        Position of the time column.
    time_unit, time_factor
        Its unit, and what turns it into seconds.
    sensors
        By prefix ("" without one), in the order of the header.
    notes
        What had to be assumed or was left aside.
    time_place
        Where the unit of time is said, as in `Axes`.
    """

    names: tuple[str, ...]
    time: int
    time_unit: str
    time_factor: float
    sensors: Mapping[str, SensorColumns]
    notes: tuple[str, ...]
    time_place: str = ""


def understand_columns(path: Path, names: Sequence[str]) -> Layout:
    """Find time, sensors, axes and units in column names.

    Upper and lower case, and spaces around or inside names, make no difference; order makes none either.

    Parameters
    ----------
    path
        The file, for messages.
    names
        The header.

    Raises
    ------
    InputError
        If there is no time, no complete accelerometer, a unit is missing or unknown, or a name occurs twice.
    """
    plain = [re.sub(r"[\s_]+", "_", name.strip().strip('"').strip().lower()) for name in names]
    time, time_unit, notes = _time_column(path, names, plain)
    channels: dict[tuple[str, str], dict[str, int]] = {}
    for position, name in enumerate(plain):
        if match := _CHANNEL.fullmatch(name):
            key = (match["prefix"] or "", match["kind"][:3])
            if match["axis"] in channels.setdefault(key, {}):
                raise _twice(path, names[position])
            channels[key][match["axis"]] = position
    prefixes = dict.fromkeys(prefix for prefix, kind in channels if kind == "acc")
    if not prefixes:
        raise _no_acceleration(path, names, plain)
    sensors = {}
    for prefix in prefixes:
        acc = _axes(path, plain, "acc", channels[prefix, "acc"])
        gyr = channels.get((prefix, "gyr"))
        sensors[prefix] = SensorColumns(acc, None if gyr is None else _axes(path, plain, "gyr", gyr))
    used = {time, *(position for found in channels.values() for position in found.values())}
    other = [name for position, name in enumerate(names) if position not in used and name.strip()]
    if other:
        notes.append(f"Columns left aside: {', '.join(other[:12])}{', ...' if len(other) > 12 else ''}.")
    return Layout(tuple(names), time, time_unit, TIME_UNITS_IN_S[time_unit], sensors, tuple(notes))


def _time_column(path: Path, names: Sequence[str], plain: Sequence[str]) -> tuple[int, str, list[str]]:
    found = [
        (position, match["unit"]) for position, name in enumerate(plain) if (match := _TIME.fullmatch(name))
    ]
    if not found:
        raise InputError(
            f"{path}, header: no time column; found {_listed(names)}; expected time_s, time_ms or time_us"
            f"{_nearest(plain, ('time_s', 'time_ms', 'time_us'))}.",
            f"Name the columns as in: {_EXAMPLE}",
        )
    named = [(position, unit) for position, unit in found if unit]
    position, unit = (named or found)[0]
    notes = []
    if unit is None:
        notes.append(f'The column "{names[position]}" names no unit; seconds were assumed.')
    if sum(names[other].strip() == names[position].strip() for other, _ in found) > 1:
        raise _twice(path, names[position])
    if len(found) > 1:
        notes.append(f'Several columns hold times; "{names[position]}" was used.')
    return position, unit or "s", notes


def _axes(path: Path, plain: Sequence[str], kind: str, found: Mapping[str, int]) -> Axes:
    """Bring the three columns of one kind together and read their common unit."""
    here = ", ".join(plain[position] for position in found.values())
    allowed = " ".join(f"_{unit}" for unit in _UNITS[kind])
    if len(found) < 3:
        raise InputError(
            f"{path}, header: found {here}; missing: {', '.join(a for a in _AXES if a not in found)}.",
            "Export all three axes: the way the sensor is worn is found from all of them.",
        )
    units = {(_CHANNEL.fullmatch(plain[position]) or {"unit": None})["unit"] for position in found.values()}
    unit = units.pop()
    if units or unit not in _UNITS[kind]:
        said = "more than one unit" if units else "no unit" if unit is None else f'the unit "{unit}"'
        raise InputError(
            f"{path}, header: {here} name {said}; expected one of {allowed} at the end of each name.",
            f"Name the columns as in: {_EXAMPLE}",
        )
    x, y, z = (found[axis] for axis in _AXES)
    return Axes((x, y, z), unit, _UNITS[kind][unit])


def _no_acceleration(path: Path, names: Sequence[str], plain: Sequence[str]) -> InputError:
    near = _nearest(plain, tuple(f"acc_{axis}_{unit}" for axis in _AXES for unit in ACC_UNITS_IN_G))
    return InputError(
        f"{path}, header: no acceleration; found {_listed(names)}; expected acc_x_g, acc_y_g, acc_z_g "
        f"(or _mg, _mps2){near}.",
        f"Name the columns as in: {_EXAMPLE}",
    )


def _twice(path: Path, name: str) -> InputError:
    return InputError(
        f'{path}, header: two columns are both understood as "{name.strip()}".',
        "Keep one of them, or give each sensor its own prefix, such as left_leg_acc_x_g.",
    )


def _nearest(plain: Sequence[str], expected: Sequence[str]) -> str:
    """Name the column that looks most like an expected one, if any does."""
    pairs = [(name, near[0]) for name in plain if (near := difflib.get_close_matches(name, expected, 1, 0.6))]
    return f" (is {pairs[0][0]} meant to be {pairs[0][1]}?)" if pairs else ""


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(name.strip() or '""' for name in names)
    return text if len(text) <= 300 else text[:300] + " ..."
