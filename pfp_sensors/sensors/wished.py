"""Choose a setting that a sensor offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.errors import SensorError

if TYPE_CHECKING:
    from collections.abc import Collection


def choose(
    what: str, unit: str, wished: float | None, preferred: Collection[float], offered: Collection[float]
) -> float:
    """Return what was wished for, or else the first preferred value, if the sensor offers it.

    Raises
    ------
    SensorError
        If the wish, or without one every preferred value, is not among those offered.
    """
    for value in preferred if wished is None else (wished,):
        if value in offered:
            return value
    asked = " or ".join(f"{value:g}" for value in (preferred if wished is None else (wished,)))
    has = ", ".join(f"{value:g}" for value in sorted(offered)) or "none"
    raise SensorError(
        f"The sensor offers no {what} of {asked} {unit}; it offers: {has}.",
        f"Choose a {what} that it offers, or leave the choice to this program.",
    )
