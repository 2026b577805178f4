"""What a simulated sensor measures: counts as a function of the sample's position, the same at every call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pfp_sensors.rig.plans import SensorPlan

CountArray = npt.NDArray[np.int16]

FULL_COUNT = 32767
"""The count at which a sample is clipped."""


class SampleSignal(Protocol):
    """Simulated samples, one after the other."""

    def counts(self, first: int, n: int) -> CountArray:
        """Give n samples from a position on, (n, 6) int16: ax ay az gx gy gz; position 0 is the start."""


SignalFor = Callable[["SensorPlan"], SampleSignal]
"""Makes the signal of a sensor, in counts of its ranges, at its rate."""


class Pendulum:
    """A synthetic swing of 1.4 Hz, no gait: cheap, and no two samples of 20 s are alike.

    The sideways axis of the accelerometer counts samples (modulo 4096), so that a sample tells which it is.
    """

    def __init__(self, plan: SensorPlan) -> None:
        self._turns_per_sample = 1.4 / plan.rate_hz
        self._one_g = round((FULL_COUNT + 1) / plan.acc_range_g)
        self._dps_counts = (FULL_COUNT + 1) / plan.gyr_range_dps

    def counts(self, first: int, n: int) -> CountArray:
        """Give n samples from a position on, (n, 6)."""
        position = np.arange(first, first + n)
        swing = np.sin(2.0 * np.pi * self._turns_per_sample * position)
        samples = np.zeros((n, 6), dtype=np.int16)
        samples[:, 0] = 0.8 * self._one_g * swing
        samples[:, 1] = self._one_g
        samples[:, 2] = position % 4096
        samples[:, 5] = 200.0 * self._dps_counts * swing
        return samples
