"""A plain second opinion on cadence, sharing nothing with the package: rhythm of a signal over a minute.

For a sensor on the trunk, which feels every step: the autocorrelation of |a| has a peak at the step time. Only
lags of 0.27 to 0.5 s (120 to 222 steps/min) are looked at, so that neither half nor double the cadence can be
picked. The lag of 2, 4, 8, 16 and 32 steps (an even number, as left and right steps differ) is then followed
from one to the next, and the longest one divided by its steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray

SHORTEST_STEP_S: Final = 0.27
LONGEST_STEP_S: Final = 0.50
LONGEST_WALKING_STEP_S: Final = 0.80
_MULTIPLES: Final = (2, 4, 8, 16, 32)
_SLACK: Final = 0.12
"""A peak is looked for within this share of a step around where the shorter lag says it should be."""


def trunk_cadence_spm(
    acc: FloatArray, rate_hz: float, longest_step_s: float = LONGEST_STEP_S
) -> float:
    """Return steps per minute of (n, 3) trunk acceleration in any unit; NaN when there is no rhythm."""
    size = np.sqrt((np.asarray(acc, dtype=np.float64) ** 2).sum(axis=1))
    likeness = _autocorrelation(size)
    first, last = int(np.ceil(SHORTEST_STEP_S * rate_hz)), int(np.floor(longest_step_s * rate_hz))
    inner = np.arange(first, last + 1)
    tops = inner[(likeness[inner] >= likeness[inner - 1]) & (likeness[inner] >= likeness[inner + 1])]
    if len(tops) == 0:
        return float("nan")
    step = _top_near(likeness, float(tops[likeness[tops].argmax()]), 1.0)
    for steps in _MULTIPLES:
        if steps * step > 0.5 * len(size):
            break
        step = _top_near(likeness, steps * step, max(1.0, _SLACK * step)) / steps
    return 60.0 * rate_hz / step


def _autocorrelation(signal: FloatArray) -> FloatArray:
    """Return the unbiased autocorrelation for all lags, 1 at lag 0."""
    x = signal - signal.mean()
    n = len(x)
    spectrum = np.fft.rfft(x, 2 * n)
    raw = np.fft.irfft(np.abs(spectrum) ** 2)[:n]
    return np.asarray(raw / raw[0] * n / np.arange(n, 0, -1))


def _top_near(likeness: FloatArray, lag: float, slack: float) -> float:
    """Return the highest point within ``slack`` samples of a lag, placed between samples by a parabola."""
    low, high = max(1, int(np.floor(lag - slack))), min(len(likeness) - 2, int(np.ceil(lag + slack)))
    top = low + int(likeness[low : high + 1].argmax())
    before, here, after = likeness[top - 1 : top + 2]
    bend = before - 2.0 * here + after
    return float(top + (0.5 * (before - after) / bend if bend < 0 else 0.0))
