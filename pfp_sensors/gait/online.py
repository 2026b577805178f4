"""Contacts while they happen: those that the analysis finds afterwards, a fixed time after each.

How it works and where it fails: ``docs/online.md``.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.gait.landings import Sharpness
from pfp_sensors.gait.online_grid import Grid
from pfp_sensors.gait.online_history import History
from pfp_sensors.gait.online_humps import Hump, HumpFinder
from pfp_sensors.gait.online_timing import ContactTimer
from pfp_sensors.signal.peaks import local_maxima, parabola_offset

if TYPE_CHECKING:
    from pfp_sensors.model.recording import AnyFloatArray, Float32Array, FloatArray
    from pfp_sensors.settings.signal import SignalSettings

_REMEMBERED_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class LiveContact:
    """A contact."""

    initial_contact_s: float
    landing_s: float
    stride_time_s: float | None
    cadence_spm: float | None
    resultant_g: float | None
    clipped: bool
    confidence: float
    decided_at_s: float


@dataclass(slots=True)
class _Pending:
    at: float
    height_g: float
    due: float
    ic: float


class OnlineDetector:
    """Finds."""

    def __init__(self, rate_hz: float, settings: SignalSettings, acc_range_g: float | None = None) -> None:
        self._rate_hz = rate_hz
        self._settings = settings
        self._hop = max(1, int(rate_hz // 100.0))
        self._grid = Grid(rate_hz, settings.gates.longest_hole_s)
        self._history = History(math.ceil(_REMEMBERED_S * rate_hz))
        self._humps = HumpFinder(rate_hz / self._hop, settings.landing, settings.online)
        self._rhythm = None
        from pfp_sensors.gait.online_rhythm import Rhythm
        self._rhythm = Rhythm(rate_hz, settings)
        self._timer = ContactTimer(rate_hz, acc_range_g, settings)
        self._rest = None
        self._pending = None
        self._strides = deque(maxlen=10)
        self._restart()

    def _restart(self):
        self._history.clear(); self._humps.clear(); self._rhythm.clear()
        self._rest = (np.empty((0, 3), np.float32), np.empty(0), np.empty(0, bool))
        self._pending = None

    def feed(self, acc_g, time_s=None):
        found = []
        h = self._hop
        for block in self._grid.feed(np.asarray(acc_g, dtype=np.float32), time_s):
            if block.restart:
                self._restart()
            acc, t, miss = (np.concatenate((r, b)) for r, b in zip(self._rest, (block.acc_g, block.time_s, block.missing)))
            n = len(acc) // h * h
            for k in range(0, n, h):
                c = self._advance(acc[k:k+h], t[k:k+h], miss[k:k+h])
                if c is not None: found.append(c)
            self._rest = (acc[n:], t[n:], miss[n:])
        return found

    def _advance(self, acc, t, miss):
        self._history.append(acc, t, miss)
        hump = self._humps.next(acc[0] if len(acc) == 1 else acc.mean(axis=0))
        if hump is not None:
            self._consider((hump.at + .5) * self._hop - .5, hump.height_g)
        if self._pending is not None and self._history.end - 1 >= self._pending.due:
            return self._decide()
        return None

    def _consider(self, at, height):
        if self._pending is not None:
            if height <= self._pending.height_g: return
        elif not self._rhythm.accepts(at, height):
            return
        ic, _ = self._timer.initial(self._history, at)
        self._pending = _Pending(at, height, ic + self._settings.online.latency_ms / 1000 * self._rate_hz, ic)

    def _refine(self, at):
        h = self._hop; hist = self._history
        start = int((at - .35 * self._rate_hz) // h * h)
        acc, first = hist.acc_g(start, hist.end)
        # keep aligned to hops
        sharp = Sharpness.of(acc, self._rate_hz, 0, len(acc), self._settings.landing)
        v = sharp.value
        peaks = local_maxima(v, 0.0)
        where = first + sharp.first + sharp.size * peaks
        near = np.abs(where - at) <= .045 * self._rate_hz
        if not near.any(): return at
        k = peaks[near][v[peaks[near]].argmax()]
        return float(first + sharp.first + sharp.size * (k + parabola_offset(v[k-1:k], v[k:k+1], v[k+1:k+2])[0]))

    def _decide(self):
        from pfp_sensors.gait.online_rhythm import Landing
        p = self._pending; self._pending = None
        at = self._refine(p.at)
        hist = self._history
        running = self._rhythm.add(Landing(at, p.height_g, math.nan), hist)
        prev = None
        if self._rhythm.proper:
            prev = self._rhythm._landings[-2]
            missing = np.count_nonzero(hist.missing(int(prev.at), int(at))) * 1000 / self._rate_hz
            if running and missing <= self._settings.gates.max_missing_ms:
                self._timer.learn(hist, prev.at, at)
        ic, conf = self._timer.initial(self._history, at)
        if (hist.end - 1 - ic) / self._rate_hz > .150: ic = p.ic
        object.__setattr__(self._rhythm._landings[-1], "initial", ic)
        spoiled = self._timer.spoiled(hist, ic)
        if conf == 1.0 and running: self._timer.remember_lead(round(at) - ic)
        stride = None
        if prev is not None and not math.isnan(prev.initial):
            if missing <= self._settings.gates.max_missing_ms:
                stride = hist.to_time_s(ic) - hist.to_time_s(prev.initial)
                if running: self._strides.append(stride)
        if not running: return None
        peak, clipped = self._timer.peak(hist, ic, at)
        cad = 120 / float(np.median(self._strides)) if len(self._strides) >= 3 else None
        return LiveContact(hist.to_time_s(ic), hist.to_time_s(at), stride, cad, None if spoiled or not math.isfinite(peak) else peak, clipped and not spoiled, min(conf, .5) if spoiled else conf, hist.to_time_s(hist.end - 1))
