"""Whether the strap held: did the sensor turn during the run, does it rattle after landings."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.directions import angle_deg
from pfp_sensors.signal.smooth import gaussian_reader

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, FloatArray, IntArray
    from pfp_sensors.settings.signal import QualitySettings

_BLOCK_LANDINGS: Final = 20
"""Strides averaged for one direction of the mean acceleration: about 15 s."""

_SAMPLED_LANDINGS: Final = 400
"""Rattling is judged on at most so many landings, spread over the run."""


def turned_at(
    bouts: list[tuple[Float32Array, IntArray]], settings: QualitySettings
) -> tuple[int, int] | None:
    """Return the bout and the landing (a sample) from which on the sensor sits differently, or None.

    The mean acceleration over running points the same way as long as the sensor stays put. The split
    that turns it most counts when it exceeds ``settings.strap_turn_deg``.

    Parameters
    ----------
    bouts
        Acceleration (n, 3) of the piece and landings of each running bout.
    """
    means, begins = [], []
    for k, (acc_g, chain) in enumerate(bouts):
        n_blocks = max(1, (len(chain) - 1) // _BLOCK_LANDINGS)
        bounds = chain[np.linspace(0, len(chain) - 1, n_blocks + 1).astype(np.int64)].tolist()
        for a, b in itertools.pairwise(bounds):
            means.append(acc_g[a:b].mean(axis=0, dtype=np.float64))
            begins.append((k, a))
    if len(means) < 2:
        return None
    total = np.cumsum(np.array(means), axis=0)
    turns = [angle_deg(total[k], total[-1] - total[k]) for k in range(len(means) - 1)]
    best = int(np.argmax(turns))
    return begins[best + 1] if turns[best] > settings.strap_turn_deg else None


def rattle_share(acc_g: Float32Array, rate_hz: float, initial: FloatArray) -> float | None:
    """Return how much of the landing's 20-60 Hz shaking is still there 90-190 ms after contact.

    The median over landings of the ratio of two root-mean-square values; a tight strap has lost most
    of it by then. None where the rate cannot carry 60 Hz or there are too few landings.
    """
    if rate_hz < 150.0 or len(initial) < 10:
        return None
    picked = np.rint(initial[:: max(1, len(initial) // _SAMPLED_LANDINGS)]).astype(np.int64)
    step_s = 1.0 / rate_hz
    fast = gaussian_reader(60.0, rate_hz, 0.0, 0.190, step_s)
    slow = gaussian_reader(20.0, rate_hz, 0.0, 0.190, step_s)
    band = fast.read_axes(acc_g, picked) - slow.read_axes(acc_g, picked)
    power = np.einsum("kij,kij->ij", band, band)
    late = power[:, fast.offset_s >= 0.090].mean(axis=1)
    early = power[:, fast.offset_s < 0.090].mean(axis=1)
    return float(np.median(np.sqrt(late / np.maximum(early, np.finfo(np.float32).tiny))))
