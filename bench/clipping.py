"""Landings during which the sensor reached its stop: counted from the raw samples, and as flagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import Recording

STOP_SHARE: Final = 0.98
"""Stops lie at 7.95 to 7.97 g of +-8 (signal.md 14)."""
WINDOW_S: Final = 0.075


@dataclass(frozen=True, slots=True)
class Clipping:
    """Running landings, those with a raw sample at the stop within 75 ms of contact, and flags."""

    n_landings: int
    n_at_stop: int
    n_at_stop_flagged: int
    n_flagged: int


def clipping_of(recording: Recording, strides: Strides) -> Clipping:
    """Count clipped landings of a recording whose range is known."""
    stop_g = STOP_SHARE * (recording.acc_range_g or np.inf)
    at_stop_s = recording.time_s[np.abs(recording.acc_g).max(axis=1) >= stop_g]
    contact_s = strides.initial_contact_s[strides.running]
    flagged = strides.clipped[strides.running]
    following = np.append(at_stop_s, np.inf)[np.searchsorted(at_stop_s, contact_s)]
    touched = following <= contact_s + WINDOW_S
    return Clipping(len(contact_s), int(touched.sum()), int((touched & flagged).sum()), int(flagged.sum()))
