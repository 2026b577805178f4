"""The files beside motion-BIDS samples: what the columns are, at which rate they come, when they began."""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.columns import Axes, SensorColumns
from pfp_sensors.formats.file_groups import MOTION_ENDING
from pfp_sensors.formats.motion_bids_words import (
    ACC_RANGE_KEY,
    ACCELERATION_KEY,
    GYR_RANGE_KEY,
    SYNTHETIC_KEY,
)
from pfp_sensors.store.meta_json import SensorMeta
from pfp_sensors.units import ACC_UNITS_IN_G, GYR_UNITS_IN_DPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.model.recording import Acceleration

_MAX_BYTES = 4_000_000
_YEARS: Final = range(1700, 2200)
_COLUMNS = ("name", "component", "type", "tracked_point", "units")
_UNITS: Final[Mapping[str, tuple[Mapping[str, str], Mapping[str, float]]]] = {
    "ACCEL": ({"m/s^2": "mps2", "m/s²": "mps2", "g": "g", "mg": "mg"}, ACC_UNITS_IN_G),
    "GYRO": ({"rad/s": "rps", "deg/s": "dps", "°/s": "dps"}, GYR_UNITS_IN_DPS),
}
_UNKNOWN = ("", "n/a")


@dataclass(frozen=True, slots=True)
class TrackingSystem:
    """One ``*_motion.tsv`` and what the files beside it say.

    Attributes
    ----------
    path
        The samples.
    label
        Of its tracking system; "" without one.
    columns
        Names of the channels, in order.
    latency
        Position of the times, in seconds; None where there are none.
    points
        What moves, by its name, with the columns of its acceleration and rotation.
    placements
        Where each point is, where the channels say it.
    rate_hz
        The rate of the rows as measured, else as set; None where it is not told.
    said
        Set rate, ranges, whether synthetic.
    acceleration
        Whether gravity is in it; this program's own word.
    begun
        Of the recording, with an offset only where the file has one; None where unknown.
    notes
        What was left aside.
    """

    path: Path
    label: str
    columns: tuple[str, ...]
    latency: int | None
    points: Mapping[str, SensorColumns]
    placements: Mapping[str, str]
    rate_hz: float | None
    said: SensorMeta
    acceleration: Acceleration
    begun: datetime | None
    notes: tuple[str, ...]


def read_tracking_system(path: Path) -> TrackingSystem:
    """Read what is said beside the samples of one tracking system.

    Parameters
    ----------
    path
        The ``*_motion.tsv``. Its ``*_channels.tsv`` and ``*_motion.json`` lie in the same folder; the start
        is in the ``*_scans.tsv`` one folder up. What BIDS inherits from further up is not looked for.

    Raises
    ------
    InputError
        If the channels are missing, or one of the files is damaged.
    """
    stem = path.name.removesuffix(MOTION_ENDING)
    label = re.search(r"_tracksys-([A-Za-z0-9]+)", stem)
    place = path.with_name(f"{stem}_channels.tsv")
    channels = _table(place)
    if channels is None:
        raise InputError(
            f"{place} is missing; expected a table that says what the columns of {path.name} are.",
            "Copy all files that lie beside the samples.",
        )
    words = _json(path.with_name(f"{stem}_motion.json"))
    rows = _checked(place, channels)
    points, notes = _points(place, rows)
    nominal_hz = _number(path, words, "SamplingFrequency", (0.1, 100_000.0))
    measured_hz = _number(path, words, "SamplingFrequencyEffective", (0.1, 100_000.0))
    latencies = [number for number, row in enumerate(rows) if row["type"] == "LATENCY"]
    return TrackingSystem(
        path=path,
        label=label[1] if label else "",
        columns=tuple(row["name"] for row in rows),
        latency=latencies[0] if latencies else None,
        points=points,
        placements={
            row["tracked_point"]: row["placement"]
            for row in rows
            if row["type"] == "ACCEL" and row.get("placement", "") not in _UNKNOWN
        },
        rate_hz=measured_hz or nominal_hz,
        said=_said(path, words, nominal_hz),
        acceleration=_acceleration(words),
        begun=_begun(path),
        notes=notes,
    )


def _said(path: Path, words: Mapping[str, Any], nominal_hz: float | None) -> SensorMeta:
    known = {
        "sampling_rate_hz": nominal_hz,
        "acc_range_g": _number(path, words, ACC_RANGE_KEY, (0.5, 1000.0)),
        "gyr_range_dps": _number(path, words, GYR_RANGE_KEY, (10.0, 100_000.0)),
        "synthetic": words.get(SYNTHETIC_KEY) is True or None,
    }
    found: dict[str, Any] = {key: value for key, value in known.items() if value is not None}
    return SensorMeta(**found, said=frozenset(found))


def _acceleration(words: Mapping[str, Any]) -> Acceleration:
    said = words.get(ACCELERATION_KEY)
    return "free" if said == "free" else "rebuilt" if said == "rebuilt" else "measured"


def _checked(place: Path, rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Check that the table has the columns that BIDS asks for."""
    missing = [name for name in _COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise InputError(
            f"{place} has no {'row' if not rows else f'column {missing[0]}'}; expected the columns "
            f"{', '.join(_COLUMNS)}, and one row for each channel.",
            "Export the dataset again; a BIDS validator shows what else is amiss.",
        )
    return [{**row, "type": row["type"].upper(), "component": row["component"].lower()} for row in rows]


def _points(
    place: Path, rows: Sequence[Mapping[str, str]]
) -> tuple[dict[str, SensorColumns], tuple[str, ...]]:
    """Find the points with three axes of acceleration; with notes on channels of other types."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for number, row in enumerate(rows):
        key = (row["tracked_point"], row["type"])
        if row["type"] in _UNITS and row["component"] in "xyz":
            if row["component"] in found.setdefault(key, {}):
                raise InputError(
                    f"{place}: two {row['type']} channels of {row['tracked_point']} have the component "
                    f"{row['component']}; expected one.",
                    "Give two sensors at one place names of their own (tracked_point).",
                )
            found[key][row["component"]] = number
    points = {
        point: SensorColumns(
            _axes(place, rows, "ACCEL", axes),
            _axes(place, rows, "GYRO", gyro) if len(gyro := found.get((point, "GYRO"), {})) == 3 else None,
        )
        for (point, kind), axes in found.items()
        if kind == "ACCEL" and len(axes) == 3
    }
    others = Counter(row["type"] for row in rows if row["type"] not in {*_UNITS, "LATENCY"})
    listed = ", ".join(f"{count} {kind or 'without a type'}" for kind, count in others.items())
    return points, (f"Channels left aside: {listed}.",) if others else ()


def _axes(place: Path, rows: Sequence[Mapping[str, str]], kind: str, axes: Mapping[str, int]) -> Axes:
    names, factors = _UNITS[kind]
    units = {rows[number]["units"] for number in axes.values()}
    unit = names.get(next(iter(units)).lower())
    if unit is None or len(units) > 1:
        raise InputError(
            f"{place}: the {kind} channels have the units {', '.join(sorted(units))}; expected one of "
            f"{', '.join(names)} for all three.",
            "Correct the column units.",
        )
    return Axes((axes["x"], axes["y"], axes["z"]), unit, factors[unit])


def _begun(path: Path) -> datetime | None:
    """Find the start in the list of scans of the subject or session."""
    folder = path.parent.parent
    entities = re.match(r"sub-[A-Za-z0-9]+(?:_ses-[A-Za-z0-9]+)?", path.name)
    rows = _table(folder / f"{entities[0] if entities else ''}_scans.tsv") or []
    named = (row.get("acq_time", "") for row in rows if row.get("filename") == f"motion/{path.name}")
    try:
        begun = datetime.fromisoformat(next(named, ""))
    except ValueError:
        return None
    return begun if begun.year in _YEARS else None


def _table(place: Path) -> list[dict[str, str]] | None:
    """Read a table with a header, cells without spaces around; None where it is not there."""
    text = _text(place)
    if text is None:
        return None
    lines = csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    try:
        names, *rows = [[cell.strip() for cell in line] for line in lines if any(map(str.strip, line))] or [
            []
        ]
    except csv.Error as error:
        raise InputError(f"{place} is no table: {error}.", "Copy or export the dataset again.") from error
    for number, row in enumerate(rows, 2):
        if len(row) != len(names):
            raise InputError(
                f"{place}, row {number}: found {len(row)} cells; expected {len(names)}, as in the header.",
                "Separate the cells by tabs; write n/a for what is not known.",
            )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _json(place: Path) -> Mapping[str, Any]:
    text = _text(place)
    if text is None:
        return {}
    try:
        words = json.loads(text, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place} is not valid JSON: {error}.", "Correct it, or copy it again.") from error
    if not isinstance(words, dict):
        raise InputError(f"{place} holds no JSON object; expected {{ ... }}.", "Copy it again.")
    return words


def _text(place: Path) -> str | None:
    """Read a small file of text; None where it is not there."""
    try:
        if not place.is_file():
            return None
        with place.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise InputError(
                f"{place} has more than {_MAX_BYTES} bytes.", "Check that it is what its name says."
            )
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{place} cannot be read: {error}.", "Save it as UTF-8 text that you may read."
        ) from error


def _number(path: Path, words: Mapping[str, Any], key: str, span: tuple[float, float]) -> float | None:
    value = words.get(key)
    if value is None or value in _UNKNOWN:
        return None
    if not isinstance(value, float) or not math.isfinite(value) or not span[0] <= value <= span[1]:
        raise InputError(
            f"{path.stem}.json: {key} is {str(value)[:60]!r}; expected a number from {span[0]:g} to "
            f"{span[1]:g}.",
            "Correct the value, or remove the key if it is not known.",
        )
    return value
