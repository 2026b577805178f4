"""Orientation against gravity, from angular rate and acceleration (VQF)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, FloatArray


class OrientationFilter:
    """Follows the orientation of a sensor block by block.

    Wraps the basic VQF of Laidig and Seel (Information Fusion 91:187, 2023): rate is integrated, and
    acceleration, averaged over seconds in a frame that does not turn with the sensor, corrects the
    tilt. Its tilt error on simulated running is 2 degrees, where filters that trust each sample's
    direction follow the swing of the leg. Heading drifts; nothing here uses it over more than a stride.
    """

    def __init__(self, rate_hz: float) -> None:
        from vqf import BasicVQF

        self._filter = BasicVQF(1.0 / rate_hz)

    def to_horizontal(self, acc_g: Float32Array, gyr_dps: Float32Array) -> FloatArray:
        """Advance by a block and return (2, 3, n): rows of the rotation that give the horizontal world axes.

        Parameters
        ----------
        acc_g, gyr_dps
            (n, 3) samples that follow those of the call before, rate without its bias.
        """
        acc = np.ascontiguousarray(acc_g, dtype=np.float64) * STANDARD_GRAVITY_MPS2
        gyr = np.radians(np.ascontiguousarray(gyr_dps, dtype=np.float64))
        quaternion = self._filter.updateBatch(gyr, acc)["quat6D"]
        w, x, y, z = np.ascontiguousarray(quaternion.T)
        rotation = np.empty((2, 3, len(w)))
        rotation[0, 0] = 1 - 2 * (y * y + z * z)
        rotation[0, 1] = 2 * (x * y - w * z)
        rotation[0, 2] = 2 * (x * z + w * y)
        rotation[1, 0] = 2 * (x * y + w * z)
        rotation[1, 1] = 1 - 2 * (x * x + z * z)
        rotation[1, 2] = 2 * (y * z - w * x)
        return rotation

    def settle(self, acc_g: Float32Array, gyr_dps: Float32Array) -> None:
        """Find the first orientation by running a stretch backwards in time (rates change sign)."""
        self.to_horizontal(acc_g[::-1], -gyr_dps[::-1])
