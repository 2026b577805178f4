"""Landings: where the shank is shaken hardest once in each stride.

The largest acceleration of a stride can be late swing; the *sharpest* moment is the landing. So the
signal is stripped of everything slow, and the energy of what is left has one hump at each landing,
some 40 ms after initial contact (signal.md, sections 7.1 and 14).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.bouts import magnitude, spans_of
from pfp_sensors.signal.peaks import local_maxima, thin_out
from pfp_sensors.signal.smooth import gaussian_reach, low_pass

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, IntArray
    from pfp_sensors.settings.signal import BoutsSettings, GatesSettings, LandingSettings

_BLOCK: Final = 1 << 17
"""Samples handled at once, so that memory does not grow with the recording."""


def sharpness(acc_g: Float32Array, rate_hz: float, settings: LandingSettings) -> Float32Array:
    """Return (n,) the smoothed size of what remains of (n, 3) acceleration above 10 Hz, in g.

    Does not depend on how the sensor is turned. Computed block by block; the blocks overlap by the
    reach of the filters, so that the result is that of the whole.
    """
    reach = gaussian_reach(settings.highpass_hz, rate_hz) + gaussian_reach(settings.envelope_lowpass_hz, rate_hz)
    result = np.empty(len(acc_g), dtype=np.float32)
    for start in range(0, len(acc_g), _BLOCK):
        end = min(start + _BLOCK, len(acc_g))
        a, b = max(0, start - reach), min(len(acc_g), end + reach)
        rough = acc_g[a:b] - low_pass(acc_g[a:b], settings.highpass_hz, rate_hz)
        energy = np.einsum("ij,ij->i", rough, rough)
        smooth = low_pass(energy, settings.envelope_lowpass_hz, rate_hz)
        result[start:end] = np.sqrt(smooth[start - a : end - a])
    return result


def find_landings(sharp: Float32Array, rate_hz: float, stride_time_s: float, settings: LandingSettings) -> IntArray:
    """Return the samples of the landings: humps of sharpness, one for each stride.

    Parameters
    ----------
    sharp
        (n,) from :func:`sharpness`, of one stretch of gait.
    stride_time_s
        Typical stride time there.
    """
    if len(sharp) < 3:
        return np.empty(0, dtype=np.int64)
    level = settings.min_height_share * float(np.percentile(sharp, 95))
    hump = local_maxima(sharp, level)
    return thin_out(hump, sharp[hump], settings.min_distance_share * stride_time_s * rate_hz)


def running_chains(
    landing: IntArray, acc_g: Float32Array, rate_hz: float, gates: GatesSettings, bouts: BoutsSettings
) -> list[IntArray]:
    """Group landings into running bouts.

    Consecutive landings belong together when the stride between them takes a running stride's time
    and |a| averages a running stride's level over it; a lost landing or two is bridged. A bout has at
    least ``bouts.min_strides`` such strides, and begins and ends with one.

    Returns
    -------
    chains
        Landings of each bout.
    """
    if len(landing) < 2:
        return []
    first = int(landing[0])
    norm = magnitude(acc_g[first : int(landing[-1])])
    mean_g = np.add.reduceat(norm, landing[:-1] - first) / np.diff(landing)
    stride_s = np.diff(landing) / rate_hz
    energetic = mean_g >= bouts.stride_min_mean_g
    proper = energetic & (stride_s >= gates.min_stride_s) & (stride_s <= gates.max_stride_s)
    bridge = energetic & (stride_s <= gates.max_bridge_s)
    chains = []
    for a, b in spans_of(proper | bridge):
        inside = np.flatnonzero(proper[a:b])
        if len(inside) >= bouts.min_strides:
            chains.append(landing[a + inside[0] : a + inside[-1] + 2])
    return chains


def second_shock_share(sharp: Float32Array, landing: IntArray) -> float:
    """Return the size of the sharpest moment in the middle of a stride against the landing itself.

    The median over the strides of one bout. Near 1 where both feet are felt alike, as at the hip or
    the chest: such a sensor does not sit on one shank.

    Parameters
    ----------
    sharp
        (n,) from :func:`sharpness`.
    landing
        Landings as samples of ``sharp``, at least two.
    """
    shares = []
    for a, b in zip(landing[:-1].tolist(), landing[1:].tolist(), strict=True):
        third = (b - a) // 3
        middle = sharp[a + third : b - third]
        if len(middle):
            shares.append(float(middle.max()) / max(float(sharp[a]), np.finfo(np.float32).tiny))
    return float(np.median(shares)) if shares else 0.0
