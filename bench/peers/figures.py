"""How well contacts were found: as delivered, and after a method's own constant was taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bench.scores import Events, score_events
from pfp_sensors.gait.agreement import match_events

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray

CONSTANT_WINDOW_S: Final = 0.25


def own_constant_s(true_s: FloatArray, found_s: FloatArray) -> float:
    """Return the median of found minus true over pairs within 250 ms, NaN without a pair."""
    i, j = match_events(true_s, found_s, CONSTANT_WINDOW_S)
    return float(np.median(found_s[j] - true_s[i])) if len(i) else float("nan")


def without_constant(
    true_s: FloatArray, found_s: FloatArray, inside_s: tuple[float, float]
) -> tuple[Events, float]:
    """Score contacts moved by the method's own constant; return that constant in ms, too."""
    constant_s = own_constant_s(true_s, found_s)
    moved = found_s if np.isnan(constant_s) else found_s - constant_s
    return score_events(true_s, moved, inside_s), 1000.0 * constant_s
