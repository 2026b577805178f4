"""Sharpness with a short look-ahead: a live detector cannot wait for the whole of a kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.signal.smooth import gaussian_reach, gaussian_weights

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, FloatArray
    from pfp_sensors.settings.signal import LandingSettings, OnlineSettings


@dataclass(frozen=True, slots=True)
class Hump:
    """A local maximum of sharpness: where (in values fed to the finder) and how high (g)."""

    at: int
    height_g: float


class HumpFinder:
    """Finds humps of sharpness value by value.

    The same two filters as :func:`pfp_sensors.gait.landings.sharpness`, but what lies further ahead
    than a few values is left out of their weights and the rest scaled up. The humps keep their order of height and
    come out a few milliseconds late; the detector finds the exact place again once it has the samples.

    Parameters
    ----------
    rate_hz
        Values per second.
    """

    def __init__(self, rate_hz: float, landing: LandingSettings, online: OnlineSettings) -> None:
        highpass_ahead = max(1, round(online.highpass_ahead_ms / 1000.0 * rate_hz))
        envelope_ahead = max(1, round(online.envelope_ahead_ms / 1000.0 * rate_hz))
        self._smooth = _cut(landing.highpass_hz, rate_hz, highpass_ahead)
        self._envelope = _cut(landing.envelope_lowpass_hz, rate_hz, envelope_ahead)
        self._centre = len(self._smooth) - 1 - highpass_ahead
        self._delay = highpass_ahead + envelope_ahead + 1
        self._acc_g = np.empty((len(self._smooth), 3))
        self._energy = np.empty(len(self._envelope))
        self.clear()

    def clear(self) -> None:
        """Forget everything; the next value is number 0."""
        self._count = 0
        self._energy[:] = 0.0
        self._before = self._last = math.inf

    def next(self, acc_g: FloatArray | Float32Array) -> Hump | None:
        """Take the next (3,) value in g; return a hump that has just become certain."""
        if self._count == 0:
            self._acc_g[:] = acc_g
        self._acc_g[:-1] = self._acc_g[1:]
        self._acc_g[-1] = acc_g
        rough = self._acc_g[self._centre] - self._smooth @ self._acc_g
        self._energy[:-1] = self._energy[1:]
        self._energy[-1] = rough @ rough
        value = float(self._envelope @ self._energy)
        found = None
        if self._last > self._before and self._last >= value:
            found = Hump(self._count - self._delay, math.sqrt(self._last))
        self._before, self._last = self._last, value
        self._count += 1
        return found


def _cut(cutoff_hz: float, rate_hz: float, ahead: int) -> FloatArray:
    """Return Gaussian weights that reach only ``ahead`` values into the future; they add up to 1."""
    reach = gaussian_reach(cutoff_hz, rate_hz)
    weights = gaussian_weights(cutoff_hz, rate_hz)[: reach + 1 + min(ahead, reach)]
    return np.asarray(weights / weights.sum())
