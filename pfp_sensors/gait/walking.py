"""Walking: contacts of the instrumented leg, for stride times only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.landings import SEARCH_RATE_HZ, Sharpness
from pfp_sensors.signal.peaks import parabola_offset
from pfp_sensors.signal.smooth import low_pass, thin_out_rate

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, FloatArray
    from pfp_sensors.settings.signal import LandingSettings
    from pfp_sensors.signal.uniform import Piece

_LANDING_AFTER_CONTACT_S: Final = 0.040
"""The landing is sharpest 39 and 44 ms (medians) after contact in persons A and D, walking."""

_SHAPE_LOWPASS_HZ: Final = 10.0
"""Steps are compared in their slow shape: a walking step has little above 10 Hz that comes back."""

_SHAPE_HALF_S: Final = 0.30
"""Half the length of the stretch around a landing that is compared."""

_SHAPE_SHIFT_S: Final = 0.15
"""How far a landing may be moved to fit the mean shape: soft landings are sharpest before or after."""

_ROUNDS: Final = 3
"""The mean shape settles within three rounds of aligning and averaging."""


def walking_contacts(
    piece: Piece, start: int, end: int, stride_time_s: float, settings: LandingSettings
) -> FloatArray:
    """Return initial contacts of a walking bout as fractional grid points.

    The sharpest moment finds each landing, but soft landings have two such moments that take turns. So
    each is moved to where the acceleration around it best fits the mean of all (Woody 1967), which
    makes stride times even; the contacts lie a fixed time before. Good for stride time, which is all
    that is told of walking.
    """
    sharp = Sharpness.of(piece.acc_g, piece.rate_hz, start, end, settings)
    landing = sharp.landings(stride_time_s, settings)
    if len(landing) == 0:
        return landing
    thinned, rate_hz = thin_out_rate(piece.acc_g[start:end], piece.rate_hz, SEARCH_RATE_HZ)
    shape = low_pass(thinned, _SHAPE_LOWPASS_HZ, rate_hz)
    fitted = _fit_to_mean(shape, rate_hz, (landing - sharp.first) / sharp.size)
    contact = sharp.first + sharp.size * fitted - _LANDING_AFTER_CONTACT_S * piece.rate_hz
    return np.asarray(contact[(contact >= start) & (contact < end)])


def _fit_to_mean(signal: Float32Array, rate_hz: float, position: FloatArray) -> FloatArray:
    """Move positions in a (n, 3) signal to where the stretch around each is most like the mean of all.

    The median move is taken off, so that the positions as a whole stay where they are.
    """
    half, reach = round(_SHAPE_HALF_S * rate_hz), round(_SHAPE_SHIFT_S * rate_hz)
    whole = np.rint(position).astype(np.int64)
    index = whole[:, None] + np.arange(-half - reach, half + reach + 1)
    stretches = signal[np.clip(index, 0, len(signal) - 1)]
    shift = np.zeros(len(whole), dtype=np.int64)
    inner = np.arange(2 * half + 1)
    likeness = np.zeros((len(whole), 2 * reach + 1))
    for _ in range(_ROUNDS):
        at = reach + shift[:, None] + inner
        mean = stretches[np.arange(len(whole))[:, None], at].mean(axis=0)
        mean = mean - mean.mean(axis=0)
        for k in range(2 * reach + 1):
            likeness[:, k] = np.einsum("ijk,jk->i", stretches[:, k : k + 2 * half + 1], mean)
        shift = likeness.argmax(axis=1) - reach
    top = np.clip(shift + reach, 1, 2 * reach - 1)
    row = np.arange(len(whole))
    part = parabola_offset(likeness[row, top - 1], likeness[row, top], likeness[row, top + 1])
    moved = whole + (top - reach) + part
    return np.asarray(moved - np.median(moved - position))
