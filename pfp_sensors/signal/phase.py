"""Following a rhythm: the phase of a nearly periodic signal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.smooth import low_pass

if TYPE_CHECKING:
    from pfp_sensors.model.recording import AnyFloatArray, FloatArray

_BAND_SHARE: Final = 0.12
"""Half width of the band around the rhythm: cadence changes by less within seconds; at a third of a
harmonic's distance, neighbouring harmonics stay out."""


def strongest_harmonic(signal: AnyFloatArray, rate_hz: float, period_s: float, highest: int) -> int:
    """Return which of the harmonics 1 to ``highest`` of a period carries most of a (n,) signal's energy."""
    energy = np.abs(np.fft.rfft(signal - np.mean(signal))) ** 2
    frequency_hz = np.fft.rfftfreq(len(signal), 1.0 / rate_hz)
    band = [
        float(energy[np.abs(frequency_hz * period_s - k) <= _BAND_SHARE].sum())
        for k in range(1, highest + 1)
        if k / period_s < 0.45 * rate_hz
    ]
    return 1 + int(np.argmax(band)) if band else 1


def count_cycles(signal: AnyFloatArray, rate_hz: float, frequency_hz: float) -> FloatArray:
    """Return (n,) how many cycles of a rhythm near ``frequency_hz`` have passed, rising, with fractions.

    The signal is shifted by ``-frequency_hz``, smoothed, and the remaining slow phase unwrapped. Holds
    while the rhythm stays within 12 % of the given frequency; less near both ends, over about a cycle.
    """
    time_s = np.arange(len(signal)) / rate_hz
    centred = np.asarray(signal, dtype=np.float64) - np.mean(signal)
    turning = np.exp(-2j * np.pi * frequency_hz * time_s) * centred
    width_hz = _BAND_SHARE * frequency_hz
    slow = low_pass(turning.real, width_hz, rate_hz) + 1j * low_pass(turning.imag, width_hz, rate_hz)
    return np.asarray(frequency_hz * time_s + np.unwrap(np.angle(slow)) / (2.0 * np.pi))
