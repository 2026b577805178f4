"""Unit constants and the conversions made once, on the way in.

Inside the package acceleration is in g, angular rate in deg/s, time in seconds, length in metres
and speed in m/s. Names carry the unit.
"""

from __future__ import annotations

import math
from typing import Final

STANDARD_GRAVITY_MPS2: Final = 9.80665
"""One g in m/s² (standard gravity, by definition)."""

DPS_PER_RPS: Final = 180.0 / math.pi
"""Degrees per second in one radian per second."""

ACC_UNITS_IN_G: Final[dict[str, float]] = {
    "g": 1.0,
    "mg": 1e-3,
    "mps2": 1.0 / STANDARD_GRAVITY_MPS2,
}
"""Accepted acceleration unit suffixes, each as the factor that turns it into g."""

GYR_UNITS_IN_DPS: Final[dict[str, float]] = {"dps": 1.0, "rps": DPS_PER_RPS, "mdps": 1e-3}
"""Accepted angular-rate unit suffixes, each as the factor that turns it into deg/s."""

TIME_UNITS_IN_S: Final[dict[str, float]] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""Accepted time unit suffixes, each as the factor that turns it into seconds."""


def min_per_km(speed_mps: float) -> str:
    """Write a speed as a runner's pace, ``m:ss`` per kilometre; "-" when the speed is not above zero."""
    if not speed_mps > 0:
        return "-"
    seconds = round(1000.0 / speed_mps)
    return f"{seconds // 60}:{seconds % 60:02d}"
