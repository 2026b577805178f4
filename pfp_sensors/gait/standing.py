"""Standing still: where the sensor shows gravity alone, and the gyroscope its bias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.gait.bouts import Movement, spans_of
from pfp_sensors.gait.magnitude import magnitude
from pfp_sensors.signal.directions import unit

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.settings.signal import AlignmentSettings
    from pfp_sensors.signal.uniform import Piece


@dataclass(frozen=True, slots=True)
class Standing:
    """A still stretch of one piece.

    ``start`` and ``end`` are grid points, ``up`` the (3,) direction of gravity's reaction in sensor
    coordinates, ``gravity_g`` its size (1 for a well calibrated sensor), ``bias_dps`` the (3,) rate
    that a resting gyroscope shows, or None without one.
    """

    start: int
    end: int
    up: FloatArray
    gravity_g: float
    bias_dps: FloatArray | None


def find_standing(piece: Piece, movement: Movement, settings: AlignmentSettings) -> list[Standing]:
    """List the still stretches of at least ``settings.standing_min_s``, in order.

    Still does not mean standing: the sensor may lie on a table. Whoever uses the direction must check
    that it agrees with the leg's long axis.
    """
    found = []
    for a, b in spans_of(movement.still):
        start, end = a * movement.step, min(b * movement.step, len(piece))
        if (end - start) / piece.rate_hz < settings.standing_min_s:
            continue
        acc = piece.acc_g[start:end]
        if float(magnitude(acc).std()) > settings.standing_max_sd_g:
            continue
        bias = None
        if piece.gyr_dps is not None:
            rate = piece.gyr_dps[start:end]
            bias = np.median(rate, axis=0).astype(np.float64)
            if float(np.percentile(np.abs(rate - bias), 95)) > settings.standing_max_rate_dps:
                continue
        mean = acc.mean(axis=0, dtype=np.float64)
        found.append(Standing(start, end, unit(mean), float(np.linalg.norm(mean)), bias))
    return found
