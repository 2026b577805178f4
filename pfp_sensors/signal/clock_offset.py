"""How well two sensors' clocks are known against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfp_sensors.signal.clock_fit import ClockFit


def offset_uncertainty_ms(first: ClockFit, second: ClockFit) -> float | None:
    """Tell how far the time between two sensors' events can be wrong, either way.

    Each true offset lies between its two bounds, so each fit is wrong by half its bracket at most, and the
    difference of two by the sum of both halves (sensors.md 5.4).

    Returns
    -------
    float or None
        ms; None where a sensor has no echoes: then known to one connection interval at best, which is too
        little for left against right timing. Magnitudes are not touched by it.
    """
    if first.bracket_ms is None or second.bracket_ms is None:
        return None
    return 0.5 * (first.bracket_ms + second.bracket_ms)
