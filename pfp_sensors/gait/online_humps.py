"""Sharpness with a short look-ahead: a live detector cannot wait for the whole of a kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.landings import Sharpness
from pfp_sensors.signal.peaks import local_maxima, parabola_offset
from pfp_sensors.signal.smooth import gaussian_reach, gaussian_weights

if TYPE_CHECKING:
    from pfp_sensors.gait.online_history import History
    from pfp_sensors.model.recording import AnyFloatArray, FloatArray
    from pfp_sensors.settings.signal import LandingSettings, OnlineSettings

_BEFORE_S: Final = 0.35
"""Samples that take part in placing a landing: the reach of the filters, and of the search."""

_NEAR_S: Final = 0.045
"""A hump found with a short look-ahead lies this close to its exact place (measured: 14 ms late at most,
10 ms early, and two humps that melt into one 30 ms)."""


@dataclass(frozen=True, slots=True)
class Hump:
    """A local maximum of sharpness: where (in values fed to the finder) and how high (g)."""

    at: int
    height_g: float


class HumpFinder:
    """Finds humps of sharpness value by value.

    The two filters are those of :func:`pfp_sensors.gait.landings.sharpness`, but what lies more than
    a few values ahead is left out of their weights, and the rest scaled up. Humps come out up to
    14 ms late; :func:`sharpest_near` places them again once the samples are there.

    Parameters
    ----------
    rate_hz
        Values per second.
    """

    def __init__(self, rate_hz: float, landing: LandingSettings, online: OnlineSettings) -> None:
        smooth, ahead = _cut(landing.highpass_hz, rate_hz, online.highpass_ahead_ms)
        self._highpass = -smooth
        self._highpass[len(smooth) - 1 - ahead] += 1.0
        self._envelope, further = _cut(landing.envelope_lowpass_hz, rate_hz, online.envelope_ahead_ms)
        self._delay = ahead + further + 1
        self._acc_g = np.empty((len(smooth), 3))
        self._energy = np.empty(len(self._envelope))
        self.clear()

    def clear(self) -> None:
        """Forget everything; the next value is number 0."""
        self._count = 0
        self._energy[:] = 0.0
        self._before = self._last = math.inf

    def next(self, acc_g: AnyFloatArray) -> Hump | None:
        """Take the next (3,) value in g; return a hump that has just become certain."""
        if self._count == 0:
            self._acc_g[:] = acc_g
        self._acc_g[:-1] = self._acc_g[1:]
        self._acc_g[-1] = acc_g
        rough = self._highpass @ self._acc_g
        self._energy[:-1] = self._energy[1:]
        self._energy[-1] = rough @ rough
        value = float(self._envelope @ self._energy)
        found = None
        if self._last > self._before and self._last >= value:
            found = Hump(self._count - self._delay, math.sqrt(self._last))
        self._before, self._last = self._last, value
        self._count += 1
        return found


def sharpest_near(history: History, at: float, rate_hz: float, hop: int, settings: LandingSettings) -> float:
    """Place a hump (a sample) again with the filters of the analysis and all samples there are by now.

    Only the last filters' reach, some 60 ms after a landing, still sees the end of the samples instead
    of what follows. Without a hump close by the place stays as it is.
    """
    start = int(at - _BEFORE_S * rate_hz) // hop * hop
    acc_g, first = history.acc_g(max(start, 0), history.end)
    sharp = Sharpness.of(acc_g, rate_hz, 0, len(acc_g), settings)
    hump = local_maxima(sharp.value, 0.0)
    place = first + sharp.first + sharp.size * hump
    hump = hump[np.abs(place - at) <= _NEAR_S * rate_hz]
    if len(hump) == 0:
        return at
    k = int(hump[sharp.value[hump].argmax()])
    shift = float(parabola_offset(*sharp.value[k - 1 : k + 2, None])[0])
    return float(first + sharp.first + sharp.size * (k + shift))


def _cut(cutoff_hz: float, rate_hz: float, ahead_ms: float) -> tuple[FloatArray, int]:
    """Return Gaussian weights, adding up to 1, that reach little ahead, and how many values that is."""
    reach = gaussian_reach(cutoff_hz, rate_hz)
    ahead = min(max(1, round(ahead_ms / 1000.0 * rate_hz)), reach)
    weights = gaussian_weights(cutoff_hz, rate_hz)[: reach + 1 + ahead]
    return np.asarray(weights / weights.sum()), ahead
