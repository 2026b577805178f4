"""Numbers that can be true: what is typed into the diary is checked before it is written."""

from __future__ import annotations

import math
from typing import Final

from pfp_sensors.errors import UsageError

WORST: Final = 10
"""The top of every 0-10 scale."""


def check_scale(value: int | None, name: str) -> None:
    """Check a whole number from 0 to 10.

    Raises
    ------
    UsageError
        If it is outside.
    """
    if value is not None and not 0 <= value <= WORST:
        raise UsageError(
            f"{name} is {value}; it must be a whole number from 0 to {WORST}.",
            "0 is none at all, 10 the worst that you can imagine.",
        )


def check_range(value: float | None, name: str, low: float, high: float, unit: str = "") -> None:
    """Check that a number lies in a range.

    Raises
    ------
    UsageError
        If it lies outside.
    """
    if value is not None and not (math.isfinite(value) and low <= value <= high):
        unit = f" {unit}" if unit else ""
        raise UsageError(
            f"{name} is {value:g}; it must be {low:g} to {high:g}{unit}.",
            "Correct the number, or leave it out where it is not known.",
        )
