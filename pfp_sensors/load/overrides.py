"""A clinician's word on one number, for a time (X12)."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError
from pfp_sensors.load.days import day_of, known_by
from pfp_sensors.load.tiers import is_by_clinician
from pfp_sensors.settings.entries import flat_values, read_entries
from pfp_sensors.settings.pairs import NOT_ABOVE

if TYPE_CHECKING:
    from datetime import datetime

    from pfp_sensors.model.diary import History, Override
    from pfp_sensors.settings.load_rules import LoadSettings

WIDER: Final = {"load.cap.session": 0.30}
"""Keys that a clinician may raise beyond the bound of a settings file (load.md 11)."""


@dataclass(frozen=True, slots=True)
class Overridden:
    """Settings with a clinician's numbers in place, and the overrides that hold."""

    settings: LoadSettings
    overrides: tuple[Override, ...]


def with_overrides(settings: LoadSettings, history: History, as_of: datetime) -> Overridden:
    """Put the numbers of all overrides that hold at a moment in place.

    Raises
    ------
    InputError
        If one names a key that there is not, a value out of its bounds, or one that contradicts another:
        a worse tier may not allow more than a better one.
    """
    active = sorted(
        (one for one in history.overrides if _holds(one, as_of, settings.override.max_d)),
        key=lambda one: (day_of(one.at), str(one.at), one.key, str(one.value)),
    )
    for one in active:
        settings = _replaced(settings, checked_key(one.key), checked_value(one.key, one.value))
    if active:
        _check_pairs(settings, {checked_key(one.key) for one in active})
    return Overridden(settings, tuple(active))


def _check_pairs(settings: LoadSettings, changed: set[str]) -> None:
    """Check the numbers that were changed against those that they may not exceed."""
    values = flat_values("load", settings)
    for lower, upper in NOT_ABOVE:
        if {lower, upper} & changed and values[lower] > values[upper]:
            raise InputError(
                f"With the overrides {lower} is {values[lower]:g} and exceeds {upper}, {values[upper]:g}.",
                "Correct the override: a worse state may not allow more than a better one.",
            )


def _holds(one: Override, as_of: datetime, max_d: int) -> bool:
    """Tell whether an override is in force: known, not over, and not longer than any may last."""
    if one.key == "red" or one.until is None or not known_by(one.at, as_of) or not is_by_clinician(one):
        return False
    if one.entered is not None and one.entered > as_of:
        return False
    return as_of.date() <= min(one.until, day_of(one.at) + timedelta(max_d))


def checked_key(key: str) -> str:
    """Give the full name of a settings key.

    Raises
    ------
    InputError
        If there is no such number in ``config/load.toml``.
    """
    full = key if key.startswith("load.") else f"load.{key}"
    if full not in read_entries("load"):
        raise InputError(
            f"An override names `{key}`, which is no number of config/load.toml.",
            "Give a key such as load.cap.session; docs/settings.md lists them all.",
        )
    return full


def checked_value(key: str, value: Any) -> float:
    """Give the number of an override, checked against its bounds.

    Raises
    ------
    InputError
        If it is no number or out of bounds; names key, value and bounds.
    """
    full = checked_key(key)
    entry = read_entries("load")[full]
    most = max(entry.max, WIDER.get(full, entry.max))
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not entry.min <= value <= most:
        raise InputError(
            f"An override sets {full} to {value!r}. Allowed: {entry.min:g} to {most:g}.",
            "Correct the value of the override.",
        )
    return float(value)


def _replaced(settings: Any, key: str, value: float) -> Any:
    """Put one number in place by its dotted key, in the kind that the field has."""
    name, _, rest = key.removeprefix("load.").partition(".")
    old = getattr(settings, name)
    if rest and is_dataclass(old):
        return replace(settings, **{name: _replaced(old, rest, value)})
    kinds = {field.name: field.type for field in fields(settings)}
    return replace(settings, **{name: int(value) if kinds[name] in ("int", int) else value})
