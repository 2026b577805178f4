"""The landing: a burst of acceleration that starts at initial contact, and the ringing after it.

The burst brings no lasting velocity and no lasting displacement, so that the distance run stays what the
stride says it is: the slow stopping of the leg is part of the stride's own shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray

LANDING_S: Final = 0.25
"""How long a landing lasts until it is still: three decay times after the latest burst."""

SIDE_RINGING: Final = 0.3
"""Ringing across the bone as a share of that along it: on the force treadmill only the latter swings back."""

ACROSS_LENGTH: Final = 2.8
"""How long the landing lasts across the bone, in times to the peak (0.10 s for a heel strike): the ankle
has stopped by then, as in the mean cycle, and the shank turns over it."""

_FADE_IN_S: Final = 0.008
"""Time over which the burst's leading tail is faded in, so that nothing happens before contact."""

_STEP_S: Final = 1e-4
"""Spacing of the tabulated landing; linear reading of it is exact to 1e-4 of the peak."""


@dataclass(frozen=True, slots=True)
class LandingShape:
    """A burst: when it is largest, how it rises and falls (two half bells), its direction and ringing.

    ``direction`` is in the shank frame at the peak: forward, up along the bone, to the right (right leg).
    """

    peak_s: float
    rise_s: float
    fall_s: float
    direction: tuple[float, float, float]
    ringing: float = 1.0
    ringing_decay_s: float = 0.05


LANDINGS: Final[dict[Literal["heel", "midfoot", "soft", "walking"], LandingShape]] = {
    # Two runners on a force treadmill: largest 35-40 ms after 50 N, 18-20 ms wide at half height, with a
    # forward spike of half the axial size or more.
    "heel": LandingShape(0.036, 0.0085, 0.0085, (1.4, 1.0, 0.30)),
    "midfoot": LandingShape(0.043, 0.0120, 0.0090, (1.1, 1.0, 0.25), ringing=0.7),
    # Soft and forefoot landings come 13-20 ms later (signal.md 14.7); the mean cycle is one of these.
    "soft": LandingShape(0.054, 0.0180, 0.0110, (0.70, 1.0, 0.20), ringing=0.2),
    "walking": LandingShape(0.036, 0.0100, 0.0100, (0.60, 1.0, 0.20)),
}


@cache
def landing_curve(
    shape: LandingShape, ringing_hz: float, ringing_share: float, *, length_s: float = LANDING_S
) -> tuple[FloatArray, FloatArray]:
    """Tabulate the landing's acceleration in one direction, largest about 1; still after ``length_s``.

    Method: a bell curve, then a damped sine that swings back first; from their sum the two slow terms are
    taken away that would leave a velocity or a displacement behind.

    Returns
    -------
    tuple
        Seconds since initial contact and acceleration, both (m,), zero at both ends.
    """
    t = np.linspace(0.0, length_s, round(length_s / _STEP_S) + 1)
    taper = np.minimum(1.0, np.minimum(t / _FADE_IN_S, (length_s - t) / (0.2 * length_s))) ** 2
    width = np.where(t < shape.peak_s, shape.rise_s, shape.fall_s)
    burst = np.exp(-0.5 * ((t - shape.peak_s) / width) ** 2)
    since = (t - shape.peak_s - 1.3 * shape.fall_s).clip(0.0)
    ringing = np.exp(-since / shape.ringing_decay_s) * np.sin(2.0 * np.pi * ringing_hz * since)
    curve = taper * (burst - shape.ringing * ringing_share * ringing)
    window = np.sin(np.pi * t / length_s) ** 2
    slow = np.stack((window, window * (t - 0.5 * length_s)))
    moments = np.stack((np.ones_like(t), t))
    share = np.linalg.solve(moments @ slow.T, moments @ curve)
    return t, curve - share @ slow
