"""The landing: a burst of acceleration that starts at initial contact, and the ringing after it.

The burst brings no lasting velocity and no lasting displacement, so that the distance run stays what the
stride says it is: the slow stopping of the leg is part of the stride's own shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np

from pfp_sensors.model.recording import FloatArray

LANDING_S: Final = 0.25
"""How long a landing lasts until it is still: three decay times after the latest burst."""

_STEP_S: Final = 1e-4
"""Spacing of the tabulated landing; linear reading of it is exact to 1e-4 of the peak."""


@dataclass(frozen=True, slots=True)
class LandingShape:
    """A burst: when it is largest, how wide (standard deviation), in which direction, and its ringing.

    ``direction`` is in the shank frame at the peak: forward, up along the bone, to the right (right leg).
    """

    peak_s: float
    width_s: float
    direction: tuple[float, float, float]
    ringing_decay_s: float = 0.05


LANDINGS: Final[dict[Literal["heel", "midfoot", "soft", "walking"], LandingShape]] = {
    # Two runners on a force treadmill: largest 35-40 ms after 50 N, 18-20 ms wide at half height, with a
    # forward spike of half the axial size or more.
    "heel": LandingShape(0.036, 0.0085, (0.75, 1.0, 0.25)),
    "midfoot": LandingShape(0.043, 0.0100, (0.60, 1.0, 0.25)),
    # Soft and forefoot landings come 13-20 ms later (signal.md 14.7); the mean cycle is one of these.
    "soft": LandingShape(0.053, 0.0125, (0.60, 1.0, 0.20)),
    "walking": LandingShape(0.036, 0.0100, (0.60, 1.0, 0.20)),
}


@cache
def landing_curve(shape: LandingShape, ringing_hz: float, ringing_share: float) -> tuple[FloatArray, FloatArray]:
    """Tabulate the landing's acceleration along its direction, largest about 1.

    Method: a bell curve, then a damped sine that swings back first; from their sum the two slow terms are
    taken away that would leave a velocity or a displacement behind.

    Returns
    -------
    tuple
        Seconds since initial contact and acceleration, both (m,), zero at both ends.
    """
    t = np.arange(0.0, LANDING_S + _STEP_S, _STEP_S)
    taper = np.minimum(1.0, np.minimum(t / 0.008, (LANDING_S - t) / 0.05).clip(0.0)) ** 2
    burst = np.exp(-0.5 * ((t - shape.peak_s) / shape.width_s) ** 2)
    since = (t - shape.peak_s - 1.3 * shape.width_s).clip(0.0)
    ringing = np.exp(-since / shape.ringing_decay_s) * np.sin(2.0 * np.pi * ringing_hz * since)
    curve = taper * (burst - ringing_share * ringing)
    window = np.sin(np.pi * t / LANDING_S) ** 2
    slow = np.stack((window, window * (t - 0.5 * LANDING_S)))
    moments = np.stack((np.ones_like(t), t))
    share = np.linalg.solve(moments @ slow.T, moments @ curve)
    return t, curve - share @ slow
