"""Landings: where the shank is shaken hardest once in each stride.

The largest acceleration of a stride can be late swing; the *sharpest* moment is the landing. So the
signal is stripped of everything slow, and the energy of what is left has one hump at each landing,
some 40 ms after initial contact (signal.md, sections 7.1 and 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.bouts import spans_of
from pfp_sensors.gait.magnitude import magnitude
from pfp_sensors.signal.peaks import local_maxima, parabola_offset, thin_out
from pfp_sensors.signal.smooth import gaussian_reach, low_pass, thin_out_rate

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, FloatArray, IntArray
    from pfp_sensors.settings.signal import BoutsSettings, GatesSettings, LandingSettings

_BLOCK: Final = 1 << 17
"""Samples handled at once, so that memory does not grow with the recording."""

_BLOCK_STRIDES: Final = 1024
"""Strides handled at once, for the same reason."""

SEARCH_RATE_HZ: Final = 100.0
"""Landings are looked for in samples averaged down to at least this rate; contacts are timed in all."""

_SAMPLED_STRIDES: Final = 100
"""The second shock is looked for in about so many strides of a bout."""


def sharpness(acc_g: Float32Array, rate_hz: float, settings: LandingSettings) -> Float32Array:
    """Return (n,) the smoothed size of what remains of (n, 3) acceleration above 10 Hz, in g.

    Does not depend on how the sensor is turned. Computed block by block; the blocks overlap by the
    reach of the filters, so that the result is that of the whole.
    """
    reach = gaussian_reach(settings.highpass_hz, rate_hz) + gaussian_reach(
        settings.envelope_lowpass_hz, rate_hz
    )
    result = np.empty(len(acc_g), dtype=np.float32)
    for start in range(0, len(acc_g), _BLOCK):
        end = min(start + _BLOCK, len(acc_g))
        a, b = max(0, start - reach), min(len(acc_g), end + reach)
        rough = acc_g[a:b] - low_pass(acc_g[a:b], settings.highpass_hz, rate_hz)
        energy = np.einsum("ij,ij->i", rough, rough)
        smooth = low_pass(energy, settings.envelope_lowpass_hz, rate_hz)
        result[start:end] = np.sqrt(smooth[start - a : end - a])
    return result


@dataclass(frozen=True, slots=True)
class Sharpness:
    """Sharpness of a stretch, thinned out: ``value[k]`` stands for sample ``first + size * k``."""

    value: Float32Array
    rate_hz: float
    size: int
    first: float

    @staticmethod
    def of(acc_g: Float32Array, rate_hz: float, start: int, end: int, settings: LandingSettings) -> Sharpness:
        """Compute the sharpness of samples ``start`` up to ``end``."""
        thinned, thin_hz = thin_out_rate(acc_g[start:end], rate_hz, SEARCH_RATE_HZ)
        size = round(rate_hz / thin_hz)
        return Sharpness(sharpness(thinned, thin_hz, settings), thin_hz, size, start + 0.5 * (size - 1))

    def landings(self, stride_time_s: float, settings: LandingSettings) -> FloatArray:
        """Return the landings as fractional samples of the recording: one hump for each stride.

        Parameters
        ----------
        stride_time_s
            Typical stride time of this stretch.
        """
        if len(self.value) < 3:
            return np.empty(0)
        level = settings.min_height_share * float(np.percentile(self.value, 95))
        hump = local_maxima(self.value, level)
        hump = thin_out(hump, self.value[hump], settings.min_distance_share * stride_time_s * self.rate_hz)
        shift = parabola_offset(self.value[hump - 1], self.value[hump], self.value[hump + 1])
        return np.asarray(self.first + self.size * (hump + shift))

    def second_shock_share(self, landing: FloatArray) -> float:
        """Return the size of the sharpest moment in the middle of a stride against the landing itself.

        The median over the strides of one bout (samples of the recording). Near 1 where both feet are
        felt alike, as at the hip or the chest: such a sensor does not sit on one shank.
        """
        at = np.rint((landing - self.first) / self.size).astype(np.int64)
        every = max(1, (len(at) - 1) // _SAMPLED_STRIDES)
        shares = []
        for a, b in zip(at[:-1:every].tolist(), at[1::every].tolist(), strict=True):
            third = (b - a) // 3
            middle = self.value[a + third : b - third]
            if len(middle):
                shares.append(float(middle.max()) / max(float(self.value[a]), 1e-6))
        return float(np.median(shares)) if shares else 0.0


def running_chains(
    landing: FloatArray, acc_g: Float32Array, rate_hz: float, gates: GatesSettings, bouts: BoutsSettings
) -> list[FloatArray]:
    """Group landings into running bouts.

    Consecutive landings belong together when the stride between them takes a running stride's time
    and |a| averages a running stride's level over it; a lost landing or two is bridged. A bout has at
    least ``bouts.min_strides`` such strides, and begins and ends with one.

    Returns
    -------
    chains
        Landings of each bout, as fractional samples.
    """
    if len(landing) < 2:
        return []
    whole = np.rint(landing).astype(np.int64)
    mean_g = np.concatenate(
        [
            _mean_magnitudes(acc_g, whole[k : k + _BLOCK_STRIDES + 1])
            for k in range(0, len(whole) - 1, _BLOCK_STRIDES)
        ]
    )
    stride_s = np.diff(landing) / rate_hz
    timely = (stride_s >= gates.min_stride_s) & (stride_s <= gates.max_stride_s)
    usual_g = float(np.median(mean_g[timely])) if timely.any() else 0.0
    energetic = mean_g >= max(bouts.stride_min_mean_g, bouts.stride_min_level_share * usual_g)
    proper = energetic & timely
    bridge = energetic & (stride_s <= gates.max_bridge_s)
    chains = []
    for a, b in spans_of(proper | bridge):
        inside = np.flatnonzero(proper[a:b])
        if len(inside) >= bouts.min_strides:
            chains.append(landing[a + inside[0] : a + inside[-1] + 2])
    return chains


def _mean_magnitudes(acc_g: Float32Array, bounds: IntArray) -> FloatArray:
    """Return the mean |a| from each bound to the next."""
    norm = magnitude(acc_g[bounds[0] : bounds[-1]])
    return np.asarray(np.add.reduceat(norm, bounds[:-1] - bounds[0]) / np.diff(bounds))
