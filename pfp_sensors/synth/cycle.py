"""The shape of a stride: pitch, roll and yaw of the shank and velocity of the ankle over one gait cycle.

Phase 0 is initial contact, 1 the next one. The numbers below were chosen by least squares on the mean
running and walking cycle of one man (docs/simulated-runner.md says how, and how close the result comes),
then rounded. They describe a right leg in x forward, y up, z right:

* rotations as a few harmonics: ``Re sum c_k exp(2 pi i k phase)``, k = 1, 2, ... in radians;
* ankle velocity, forward (as a multiple of the mean speed) and upward (m/s), as points joined by a periodic
  cubic spline; sideways as harmonics, in m/s.

On the ground the ankle stands almost still from foot flat to heel off, so that the shank turns over it
like a pendulum.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

    from pfp_sensors.model.recording import FloatArray

ComplexArray = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class GaitCycle:
    """One kind of gait at one speed, to be scaled.

    Attributes
    ----------
    contact_share
        Phase of terminal contact.
    speed_mps, stride_s
        What the shape was taken at.
    pitch_offset_rad, pitch, roll, yaw
        Mean pitch (negative: knee ahead of the ankle), and harmonics in radians.
    sideways_mps
        Harmonics of the ankle's velocity to the right.
    phase, forward, up_mps
        Points of the ankle's velocity in the plane of movement.
    pitch_power, height_power
        Exponents with which the size of rotation and of foot lift grow with speed.
    """

    contact_share: float
    speed_mps: float
    stride_s: float
    pitch_offset_rad: float
    pitch: tuple[complex, ...]
    roll: tuple[complex, ...]
    yaw: tuple[complex, ...]
    sideways_mps: tuple[complex, ...]
    phase: tuple[float, ...]
    forward: tuple[float, ...]
    up_mps: tuple[float, ...]
    pitch_power: float
    height_power: float


RUNNING: Final = GaitCycle(
    # 50 N falls at 0.322 in the source; 0.338 puts the dip of the axial signal 20 ms after terminal
    # contact, where two other runners on a force treadmill have it (17-25 ms; the source: 30-40 ms).
    contact_share=0.338,
    speed_mps=3.474,
    stride_s=0.7335,
    pitch_offset_rad=-0.648,
    pitch=(0.649 - 0.272j, 0.197 + 0.232j, 0.051 + 0.002j, 0.006 + 0.006j, 0.014 + 0.010j, 0.002 - 0.005j),
    roll=(0.097 - 0.082j, -0.056 + 0.018j, -0.002 + 0.013j),
    yaw=(0.107 - 0.005j, 0.010 + 0.001j, 0.001 + 0.009j),
    sideways_mps=(-0.154 + 0.047j, 0.014 + 0.112j, 0.158 + 0.074j),
    phase=(
        *(0.0, 0.04, 0.08, 0.12, 0.16, 0.20, 0.25, 0.30, 0.345, 0.39, 0.44),
        *(0.49, 0.54, 0.60, 0.66, 0.72, 0.78, 0.84, 0.89, 0.93, 0.97),
    ),
    forward=(
        *(0.765, 0.560, 0.340, 0.130, 0.012, -0.006, 0.130, 0.397, 0.559, 0.582, 0.647),
        *(0.974, 1.240, 1.522, 1.709, 1.674, 1.819, 2.070, 2.009, 1.663, 1.203),
    ),
    up_mps=(
        *(-0.458, -0.583, -0.129, 0.039, -0.016, 0.786, 1.325, 1.422, 1.392, 1.349, 1.718),
        *(1.262, 0.641, -0.227, -1.006, -1.620, -2.175, -1.899, -0.754, 0.099, 0.069),
    ),
    pitch_power=0.45,
    height_power=0.9,
)
"""Running, from a mean cycle at 3.47 m/s and 164 steps per minute."""

WALKING: Final = GaitCycle(
    contact_share=0.604,
    speed_mps=1.292,
    stride_s=1.2135,
    pitch_offset_rad=-0.242,
    pitch=(0.420 - 0.331j, 0.235 + 0.107j, 0.038 + 0.039j, 0.025 + 0.011j, 0.009 + 0.013j, 0.003 + 0.008j),
    roll=(0.013 - 0.043j, 0.004 + 0.025j, -0.019 + 0.008j),
    yaw=(0.094 - 0.095j, 0.027 - 0.027j, -0.020 - 0.009j),
    sideways_mps=(0.054 - 0.069j, 0.023 + 0.036j, -0.034 + 0.006j),
    phase=(
        *(0.0, 0.05, 0.10, 0.16, 0.25, 0.35, 0.45, 0.52, 0.57),
        *(0.61, 0.65, 0.70, 0.76, 0.82, 0.87, 0.91, 0.95),
    ),
    forward=(
        *(0.807, 0.296, 0.083, 0.017, 0.021, 0.020, 0.061, 0.304, 0.832),
        *(1.466, 1.857, 2.103, 2.398, 2.663, 2.885, 2.785, 1.992),
    ),
    up_mps=(
        *(-0.289, -0.350, 0.001, 0.0, 0.001, 0.0, 0.031, 0.390, 0.696),
        *(0.755, 0.635, 0.243, -0.575, -0.798, -0.580, -0.066, 0.330),
    ),
    pitch_power=0.3,
    height_power=0.3,
)
"""Walking, from a mean cycle at 1.29 m/s and 99 steps per minute."""


def harmonics(circle: ComplexArray, coefficients: tuple[complex, ...]) -> FloatArray:
    """Sum harmonics at points ``circle = exp(2 pi i phase)``, (n,), by Horner's rule."""
    total = np.full(len(circle), coefficients[-1], dtype=np.complex128)
    for coefficient in reversed(coefficients[:-1]):
        total *= circle
        total += coefficient
    return np.asarray(total.real * circle.real - total.imag * circle.imag)


@cache
def ankle_velocity(cycle: GaitCycle) -> CubicSpline:
    """Join the points of the ankle's velocity: phase in [0, 1) to forward (times speed) and up (m/s)."""
    from scipy.interpolate import CubicSpline

    phase = np.array((*cycle.phase, 1.0))
    points = np.array((cycle.forward, cycle.up_mps)).T
    return CubicSpline(phase, np.vstack((points, points[:1])), bc_type="periodic")
