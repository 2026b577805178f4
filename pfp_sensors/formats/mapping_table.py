"""A table of a mapping, read word by word: what does not fit is refused with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MAPPING_ADVICE: Final = "docs/formats/generic-csv.md shows a whole mapping and what each line means."

TABLE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "file": ("skip_lines", "header", "delimiter", "decimal"),
    "time": ("column", "unit", "rate_hz", "since_1970", "zone"),
    "acceleration": ("x", "y", "z", "unit", "sign", "range_g"),
    "rotation": ("x", "y", "z", "unit", "sign"),
}
"""The tables of a mapping and what each may hold."""

_MOST_COLUMNS = 10_000


@dataclass(frozen=True, slots=True)
class MappingTable:
    """One table of a mapping, with the place it stands at for messages."""

    path: Path
    name: str
    values: dict[str, Any]

    def wrong(self, key: str, found: object, expected: str) -> UsageError:
        """Say what stands at a key and what was expected; to be raised."""
        place = f"{self.name}.{key}" if self.name else key
        said = "nothing" if found is None else repr(found)[:60]
        return UsageError(f"{self.path}, {place}: found {said}; expected {expected}.", MAPPING_ADVICE)

    def only(self, keys: Sequence[str]) -> None:
        """Refuse keys that mean nothing."""
        for key in self.values:
            if key not in keys:
                place = f"{self.name}.{key}" if self.name else key
                raise UsageError(
                    f"{self.path}: found the unknown key {place}; expected one of {', '.join(keys)}.",
                    MAPPING_ADVICE,
                )

    def table(self, name: str, *, needed: bool = False) -> MappingTable:
        """Read a table in this one."""
        values = self.values.get(name, None if needed else {})
        if not isinstance(values, dict):
            raise self.wrong(name, values, f"a table [{name}] with {', '.join(TABLE_KEYS[name])}")
        found = MappingTable(self.path, name, values)
        found.only(TABLE_KEYS[name])
        return found

    def one_of(self, key: str, words: Sequence[str], default: str | None) -> str:
        """Read one of some words."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (value not in words and value != default):
            raise self.wrong(key, value, " or ".join(f'"{word}"' for word in words))
        return value

    def column(self, key: str, *, needed: bool) -> Any:
        """Read the name of a column, or its place; None where there is none and none is needed."""
        value = self.values.get(key)
        place = type(value) is int and 1 <= value <= _MOST_COLUMNS
        if (value is None and not needed) or place or (isinstance(value, str) and value.strip()):
            return value.strip() if isinstance(value, str) else value
        raise self.wrong(key, value, "the name of a column, or its place, the first is 1")

    def number(self, key: str, limits: tuple[float, float]) -> float | None:
        """Read a number within limits; None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        low, high = limits
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.wrong(key, value, f"a number of {low:g} to {high:g}")
        return float(value)

    def whole_number(self, key: str, highest: int) -> int | None:
        """Read a whole number from 0; None where there is none."""
        value = self.values.get(key)
        if value is not None and not (type(value) is int and 0 <= value <= highest):
            raise self.wrong(key, value, f"a whole number of 0 to {highest}")
        return value

    def true_or_false(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, value, "true or false")
        return value

    def signs(self, key: str) -> tuple[int, int, int]:
        """Read the signs of three axes."""
        value = self.values.get(key, [1, 1, 1])
        fits = isinstance(value, list) and len(value) == 3
        if not (fits and all(type(sign) is int and sign in (1, -1) for sign in value)):
            raise self.wrong(key, value, "1 or -1 for x, y and z, such as [1, 1, -1]")
        x, y, z = value
        return x, y, z
