"""Fields of FIT records: the native ones by name, developers' fields under names of their own."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.formats.watch_rows import LATITUDE, LONGITUDE
from pfp_sensors.model.watch import DEVELOPER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pfp_sensors.model.recording import FloatArray

NATIVE: Final[Mapping[str, tuple[str, float]]] = {
    "distance": ("distance_m", 1.0),
    "speed": ("speed_mps", 1.0),
    "enhanced_speed": ("speed_mps", 1.0),
    "heart_rate": ("heart_rate_bpm", 1.0),
    "altitude": ("altitude_m", 1.0),
    "enhanced_altitude": ("altitude_m", 1.0),
    "stance_time": ("stance_time_ms", 1.0),
    "stance_time_balance": ("stance_balance_pct", 1.0),
    "vertical_oscillation": ("vertical_oscillation_mm", 1.0),
    "step_length": ("step_length_mm", 1.0),
    "power": ("power_w", 1.0),
    "temperature": ("temperature_c", 1.0),
    "position_lat": (LATITUDE, 180.0 / 2**31),
    "position_long": (LONGITUDE, 180.0 / 2**31),
}
"""Columns and factors by the profile's names; fitdecode gives m, m/s, ms, mm and semicircles."""

ENHANCED: Final = "enhanced_"
"""The finer of two fields of one quantity; it is preferred."""

_STEPS_PER_STRIDE = 2.0
_MAX_DEVELOPER_FIELDS = 100
_MAX_NAME = 60
_PLACE_WORDS = frozenset(
    {
        "lat",
        "lats",
        "latitude",
        "lon",
        "lons",
        "long",
        "lng",
        "longitude",
        "pos",
        "position",
        "gps",
        "gnss",
        "coord",
        "coords",
        "coordinate",
        "coordinates",
        "location",
        "place",
        "semicircles",
    }
)
_PLACE_FACTORS = (1.0, 180.0 / 2**31, 180.0 / math.pi, 1e-5, 1e-6, 1e-7)
"""Of numbers that would be a latitude or longitude in degrees."""

_SAME_PLACE = 1e-3
"""Of the latitude or longitude: what is nearer to it, row by row, is a copy of it."""


class FieldNames:
    """Gives each developer field of a file its own channel name, and keeps their units.

    Attributes
    ----------
    units
        By channel, where the file says one.
    left_out
        How many fields were left out: texts, places, and more than a hundred.
    """

    def __init__(self) -> None:
        self.units: dict[str, str] = {}
        self.left_out: set[str] = set()
        self._names: dict[tuple[object, object], str | None] = {}

    def name_of(self, field: Any) -> str | None:
        """Give the channel of a developer's field as fitdecode has it; None where it is left out."""
        key = (field.field_def.dev_data_index, field.field_def.def_num)
        if key not in self._names:
            self._names[key] = self._new_name(field)
        return self._names[key]

    def _new_name(self, field: Any) -> str | None:
        told, unit = _plain(field.name), _plain(field.units)
        if _is_place(told) or _is_place(unit) or len(self._names) >= _MAX_DEVELOPER_FIELDS:
            self.left_out.add(told)
            return None
        base = f"{DEVELOPER}{told or f'field {field.field_def.def_num}'}"
        taken = set(self._names.values())
        name = base if base not in taken else f"{base} ({sum(str(n).startswith(base) for n in taken) + 1})"
        if unit:
            self.units[name] = unit
        return name


def values_of(fields: Iterable[Any], names: FieldNames) -> dict[str, float]:
    """Take the numbers of one record.

    Parameters
    ----------
    fields
        As fitdecode gives them.
    names
        Of the file's developer fields.

    Returns
    -------
    values
        By column; ``cadence_spm`` is twice the sum of cadence and fractional cadence, which count one leg.
    """
    values: dict[str, float] = {}
    cadence, fraction = math.nan, 0.0
    for field in fields:
        value = number(field.value)
        if math.isnan(value):
            continue
        if field.field_def is not None and field.field_def.is_dev:
            if name := names.name_of(field):
                values[name] = value
        elif field.name == "cadence":
            cadence = value
        elif field.name == "fractional_cadence":
            fraction = value
        elif field.name in NATIVE:
            column, factor = NATIVE[field.name]
            if field.name.startswith(ENHANCED) or column not in values:
                values[column] = factor * value
    if not math.isnan(cadence):
        values["cadence_spm"] = _STEPS_PER_STRIDE * (cadence + fraction)
    return values


def number(value: object) -> float:
    """Give a number as float; NaN for null, text, bytes and lists."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return float(value)


def places_among(columns: Mapping[str, FloatArray]) -> list[str]:
    """Name the developer fields whose numbers are the positions once more, in whatever unit."""
    places = [columns[name] for name in (LATITUDE, LONGITUDE) if name in columns]
    return [
        name
        for name, values in columns.items()
        if name.startswith(DEVELOPER) and any(_is_same(values, place) for place in places)
    ]


def _is_same(values: FloatArray, place: FloatArray) -> bool:
    both = np.isfinite(values) & np.isfinite(place)
    if not both.any():
        return False
    near = _SAME_PLACE * np.abs(place[both])
    return any(
        bool(np.median(np.abs(values[both] * factor - place[both]) <= near)) for factor in _PLACE_FACTORS
    )


def _plain(text: object) -> str:
    """Give a name or unit without control characters, of bounded length; "" where it is no text."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_MAX_NAME]


def _is_place(name: str) -> bool:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return not _PLACE_WORDS.isdisjoint(re.findall(r"[a-z]+", spaced))
