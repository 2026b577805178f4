"""Whether the strap held: did the sensor turn during the run, does it rattle after landings."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.directions import angle_deg, principal_axes
from pfp_sensors.signal.smooth import gaussian_reader, low_pass, thin_out_rate

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, FloatArray
    from pfp_sensors.settings.signal import QualitySettings

_BLOCK_LANDINGS: Final = 20
"""Strides averaged for one direction of the mean acceleration: about 15 s."""

_THIN_RATE_HZ: Final = 40.0
_SLOW_HZ: Final = 6.0
"""The left-right axis is sought in acceleration averaged to 40 Hz and smoothed to 6 Hz, as the frame is."""

_SAMPLED_LANDINGS: Final = 400
"""Rattling is judged on at most so many landings, spread over the run."""


def turned_at(
    bouts: list[tuple[Float32Array, FloatArray]], rate_hz: float, settings: QualitySettings
) -> tuple[int, int] | None:
    """Return the bout and the landing (a sample) from which on the sensor sits differently, or None.

    As long as the sensor stays put, the mean acceleration over running points the same way, and so
    does the left-right axis, across which slow acceleration hardly varies. Two splits of the run are
    tried: where the means differ most, and where both parts are flattest on their own; the one that
    turns the sensor further counts when the turn exceeds ``settings.strap_turn_deg``.

    Parameters
    ----------
    bouts
        Acceleration (n, 3) of the piece and landings of each running bout.
    """
    totals, begins = [], []
    for k, (acc_g, landing) in enumerate(bouts):
        chain = landing.astype(np.int64)
        thinned, thin_hz = thin_out_rate(acc_g[chain[0] : chain[-1]], rate_hz, _THIN_RATE_HZ)
        slow = low_pass(thinned, _SLOW_HZ, thin_hz)
        n_blocks = max(1, (len(chain) - 1) // _BLOCK_LANDINGS)
        bounds = chain[np.linspace(0, len(chain) - 1, n_blocks + 1).astype(np.int64)]
        at = np.rint((bounds - chain[0]) * thin_hz / rate_hz).astype(np.int64).tolist()
        for begin, (i, j) in zip(bounds[:-1].tolist(), itertools.pairwise(at), strict=True):
            block = slow[i:j].astype(np.float64)
            totals.append(np.concatenate((block.T @ block, block.sum(axis=0)[None, :], [[len(block), 0, 0]])))
            begins.append((k, begin))
    if len(totals) < 2:
        return None
    total = np.cumsum(np.array(totals), axis=0)
    before, after = total[:-1], total[-1] - total[:-1]
    candidates = {
        int(np.argmax(_between(before, after))),
        int(np.argmin(_out_of_plane(before) + _out_of_plane(after))),
    }
    turn, best = max((_turn_deg(before[k], after[k]), k) for k in candidates)
    return begins[best + 1] if turn > settings.strap_turn_deg else None


def _between(before: FloatArray, after: FloatArray) -> FloatArray:
    """Return (k,) how much of the scatter lies between the means of two parts, given as (k, 5, 3) sums."""
    n, m = before[:, 4, 0], after[:, 4, 0]
    apart = before[:, 3] / n[:, None] - after[:, 3] / m[:, None]
    return np.asarray(np.sum(apart**2, axis=1) * n * m / (n + m))


def _out_of_plane(parts: FloatArray) -> FloatArray:
    """Return (k,) the scatter of each of (k, 5, 3) parts across its own plane of movement."""
    variance, _ = np.linalg.eigh(_covariance(parts))
    return np.asarray(variance[:, 0] * parts[:, 4, 0])


def _covariance(part: FloatArray) -> FloatArray:
    """Return the (..., 3, 3) covariance of parts given as sums of squares and products, sums, and count."""
    count = part[..., 4:, :1]
    mean = part[..., 3:4, :] / count
    return np.asarray(part[..., :3, :] / count - np.swapaxes(mean, -1, -2) * mean)


def _turn_deg(before: FloatArray, after: FloatArray) -> float:
    """Return the larger angle between mean directions and between left-right axes of two parts of a run."""
    right_a, right_b = (principal_axes(_covariance(part))[1][2] for part in (before, after))
    turned = angle_deg(right_a, right_b)
    return float(max(angle_deg(before[3], after[3]), min(turned, 180.0 - turned)))


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
