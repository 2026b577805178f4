"""The numbers that a clinician may overrule, in plain words with their units and ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.load.overrides import WIDER
from pfp_sensors.report import page
from pfp_sensors.settings.entries import read_entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.diary import Override
    from pfp_sensors.settings.entries import Entry

COMMON: Final[Mapping[str, tuple[str, str]]] = {
    "load.cap.session": ("One run may be longer than the longest of the last 30 days by at most", "%"),
    "load.week.growth": ("A week may be longer than the mean of the weeks before by at most", "%"),
    "load.week.planned_runs": ("Runs a week, where the runner's plan does not say", "runs"),
    "load.start_km": ("First distance, where nothing was run before", "km"),
    "load.start_min": ("First running time, where nothing was run before", "minutes"),
    "load.floor_km": ("Raised pain does not shorten a run below", "km"),
    "load.floor_min": ("Raised pain does not shorten the running time below", "minutes"),
    "load.pain.green": ("Pain while running that still counts as calm, up to", "of 10"),
    "load.pain.factor.tier_1": ("Next run after raised pain, of the one before, at most", "%"),
    "load.pain.rest_h.tier_0": ("Pause after a run with calm pain", "hours"),
    "load.pain.rest_h.tier_1": ("Pause after a run with raised pain", "hours"),
    "load.pain.rest_h.tier_2": ("Pause after a run with strongly raised pain", "hours"),
    "load.pain.hold_h": ("No run after strongly raised pain for", "hours"),
    "load.stage.walk_run_rest_h": ("Time between sessions of walking and running", "hours"),
    "load.gap.hold_d": ("Nothing grows after so long without a run", "days"),
    "load.gap.days": ("Shorter runs after so long without a run", "days"),
    "load.gap.restart_d": ("Start anew after so long without a run", "days"),
}
"""What a clinician asks for first: each key in words, with the unit that it is shown in."""

_UNITS: Final = {
    "1": "", "d": "days", "h": "hours", "min": "minutes", "m/s": "metres per second", "g/kg": "g per kg",
}  # fmt: skip
_RULES: Final = re.compile(
    r"\b[RXPL]\d+(?:, [RXPL]\d+)*:?\s*|;? \(?(?:three in the table of )?(?:load|signal)\.md [\d.]+\)?"
)
_ENDINGS: Final = re.compile(r"_(?:d|h|mps|g|g_per_kg)$")
_AS_ABOVE: Final = re.compile(r"^(?:see docs/load\.md; )?(?:as (?:above|\w+_km))?[;, ]*")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the rules as a person reads it.

    Attributes
    ----------
    key
        In ``config/load.toml``.
    unit
        That the other figures are in; empty for a plain number.
    scale
        How many times as large as in the settings they are: 100 for a share shown in percent.
    now, low, high
        The value in force, and what an override may set.
    """

    key: str
    words: str
    unit: str
    scale: float
    now: float
    low: float
    high: float

    @property
    def range_words(self) -> str:
        """Write the range with its unit, ``0 to 30 %``."""
        return f"{self.low:g} to {self.high:g} {self.unit}".strip()

    @property
    def choice_words(self) -> str:
        """Name the number with its present value and its range."""
        return f"{self.words} (now {_figure(self.now, self.unit)}, allowed {self.range_words})"


def numbers(values: Mapping[str, float]) -> tuple[Number, ...]:
    """List all numbers that may be overruled, those that are asked for first at the beginning.

    Parameters
    ----------
    values
        In force, by key.
    """
    entries = {key: one for key, one in _entries().items() if not key.startswith("load.override.")}
    order = [*COMMON, *(key for key in entries if key not in COMMON)]
    return tuple(_number(key, entries[key], values[key]) for key in order)


def number_name(key: str) -> str:
    """Name a number of the rules in words."""
    if key in COMMON:
        return COMMON[key][0]
    entry = _entries().get(key)
    name = _ENDINGS.sub("", key.removeprefix("load.")).replace(".", ", ").replace("_", " ")
    about = "" if entry is None else _AS_ABOVE.sub("", _RULES.sub("", entry.source).strip()).strip(" ;:,")
    about = about.replace("_", " ")
    return f"{name[:1].upper()}{name[1:]}" + (f": {about}" if about else "")


def shown_value(key: str, value: Any) -> str:
    """Write a value of a key with its unit, ``20 %``."""
    unit, scale = _shown_in(key, _entries().get(key))
    return _figure(value * scale, unit) if isinstance(value, (int, float)) else str(value)


def overruled_words(said: Override) -> str:
    """Repeat a clinician's number in words, and until when it holds."""
    until = "" if said.until is None else f" until {page.moment_words(said.until)}"
    return (
        f"{number_name(said.key)}: {shown_value(said.key, said.value)}{until}, by {said.by} ({said.role}): "
        f"{said.reason}. Every answer says so until then."
    )


@cache
def _entries() -> dict[str, Entry]:
    return read_entries("load")


def _number(key: str, entry: Entry, now: float) -> Number:
    unit, scale = _shown_in(key, entry)
    low, high = (round(one * scale, 9) for one in (entry.min, WIDER.get(key, entry.max)))
    return Number(key, number_name(key), unit, scale, round(now * scale, 9), low, high)


def _shown_in(key: str, entry: Entry | None) -> tuple[str, float]:
    """Give the unit that a key is shown in, and how many times as large that makes it."""
    unit = "" if entry is None else _UNITS.get(entry.unit, entry.unit)
    if key in COMMON:
        unit = COMMON[key][1]
    return unit, 100.0 if unit == "%" and entry is not None and entry.unit == "1" else 1.0


def _figure(value: float, unit: str) -> str:
    return f"{value:g} {unit}".strip()
