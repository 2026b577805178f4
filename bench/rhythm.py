"""A plain second opinion on cadence, sharing nothing with the package: steps of the trunk, counted by phase.

A sensor on the trunk feels every step. The rhythm of a whole bout is the highest autocorrelation of |a| at
lags of 0.27 to 0.5 s (120 to 222 steps/min) summed with that at twice the lag, so that neither half nor
double the cadence can be picked. Around it |a| is filtered to a narrow band, and in each window the phase of
what is left is counted: a minute holds some 80 strides, and a phase that is wrong by a tenth of a step at
each end is wrong by 0.1 steps/min.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.recording import FloatArray

SHORTEST_STEP_S: Final = 0.27
LONGEST_STEP_S: Final = 0.50
_BAND: Final = 0.12
"""Half width of the band, as a share of the step rate: cadence drifts less than that within a bout."""
_MARGIN_S: Final = 1.0
"""Left out at the ends of a bout, where the filter rings."""


def trunk_cadence_spm(
    acc: FloatArray, rate_hz: float, windows_s: Sequence[tuple[float, float]]
) -> FloatArray:
    """Return mean steps per minute of (n, 3) trunk acceleration of one running bout in each window.

    Windows are seconds from the first sample; they are shortened to stay 1 s inside the bout.
    """
    from scipy.signal import butter, hilbert, sosfiltfilt

    size = np.sqrt((np.asarray(acc, dtype=np.float64) ** 2).sum(axis=1))
    size -= size.mean()
    step_hz = rate_hz / _step_lag(size, rate_hz)
    band = (step_hz * (1.0 - _BAND), step_hz * (1.0 + _BAND))
    narrow = sosfiltfilt(butter(2, band, "bandpass", fs=rate_hz, output="sos"), size)
    steps = np.unwrap(np.angle(hilbert(narrow))) / (2.0 * np.pi)
    time_s = np.arange(len(size)) / rate_hz
    cadence = []
    for start_s, end_s in windows_s:
        ends = np.clip((start_s, end_s), _MARGIN_S, time_s[-1] - _MARGIN_S)
        first, last = np.interp(ends, time_s, steps)
        cadence.append(60.0 * (last - first) / (ends[1] - ends[0]))
    return np.array(cadence)


def _step_lag(signal: FloatArray, rate_hz: float) -> float:
    """Return the step time in samples, to the nearest sample."""
    n = len(signal)
    spectrum = np.abs(np.fft.rfft(signal, 2 * n)) ** 2
    fine = 8  # points per sample: at 25 Hz a step is some 9 samples
    likeness = np.fft.irfft(np.pad(spectrum, (0, (fine - 1) * n)), 2 * n * fine)
    lag = np.arange(int(SHORTEST_STEP_S * rate_hz * fine), int(LONGEST_STEP_S * rate_hz * fine) + 1)
    return float(lag[(likeness[lag] + likeness[2 * lag]).argmax()]) / fine
