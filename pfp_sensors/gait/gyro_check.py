"""A second opinion from the gyroscope: swings counted against landings, contact against the end of swing.

No running recording with gyroscope and force is at hand, so gyroscope timing decides nothing; it only
lowers the confidence of contacts that it contradicts (signal.md, 7.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.peaks import local_maxima, thin_out
from pfp_sensors.signal.smooth import low_pass, thin_out_rate

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, Float32Array, FloatArray
    from pfp_sensors.settings.signal import GyroCheckSettings

_BLOCK: Final = 1 << 15
"""Thinned samples handled at once, so that memory does not grow with the recording."""

_CHECK_RATE_HZ: Final = 100.0
"""Swings are slow; they are looked for in samples averaged down to at least this rate."""


@dataclass(frozen=True, slots=True)
class GyroCheck:
    """Which (n,) contacts the gyroscope contradicts, and how many swings it saw for how many expected."""

    contradicted: BoolArray
    n_swings: int
    n_expected: int


def check_by_gyro(
    gyr_dps: Float32Array,
    right: FloatArray,
    rate_hz: float,
    initial: FloatArray,
    stride_time_s: float,
    settings: GyroCheckSettings,
) -> GyroCheck:
    """Compare contacts with the swings between them.

    Forward swing is a wide positive hump of the rate about the left-right axis; the leg stops swinging
    forward, and the rate falls through zero, close to initial contact.

    Parameters
    ----------
    gyr_dps
        (m, 3) angular rate of the piece.
    right
        (3,) axis that points right, in sensor coordinates.
    initial
        (n,) initial contacts of one bout as fractional samples.
    stride_time_s
        Typical stride time.
    """
    start, end = max(0, int(initial[0])), min(len(gyr_dps), int(initial[-1]) + 1)
    axis = right.astype(np.float32)
    size = max(1, int(rate_hz // _CHECK_RATE_HZ))
    block = _BLOCK * size
    thinned = np.concatenate(
        [
            thin_out_rate(gyr_dps[a : min(a + block, end)] @ axis, rate_hz, _CHECK_RATE_HZ)[0]
            for a in range(start, end, block)
        ]
    )
    thin_hz = rate_hz / size
    contradicted = np.zeros(len(initial), dtype=np.bool_)
    if len(thinned) < 3:
        return GyroCheck(contradicted, 0, 0)
    smooth = low_pass(thinned, settings.lowpass_hz, thin_hz)
    level = max(settings.min_swing_dps, settings.min_swing_share * float(np.percentile(smooth, 99)))
    hump = local_maxima(smooth, level)
    swing = thin_out(hump, smooth[hump], 0.7 * stride_time_s * thin_hz)
    falls = np.flatnonzero((smooth[:-1] > 0) & (smooth[1:] <= 0))
    n_expected = len(initial) - 1
    if len(swing) == 0 or len(falls) == 0:
        return GyroCheck(contradicted, len(swing), n_expected)
    after = np.searchsorted(falls, swing)
    crossing = falls[after[after < len(falls)]]
    at = start + (crossing + 0.5) * rate_hz / thin_hz
    near = np.clip(np.searchsorted(at, initial), 1, max(1, len(at) - 1))
    distance = np.minimum(np.abs(initial - at[near - 1]), np.abs(initial - at[np.minimum(near, len(at) - 1)]))
    contradicted[1:] = distance[1:] * 1000.0 / rate_hz > settings.max_disagreement_ms
    return GyroCheck(contradicted, len(swing), n_expected)
