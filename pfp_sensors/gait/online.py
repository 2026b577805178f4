"""Contacts while they happen: those that the analysis finds afterwards, a fixed time after each.

How it works, how well it agrees with the analysis and where it fails: ``docs/online.md``.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.gait.landings import SEARCH_RATE_HZ
from pfp_sensors.gait.online_grid import Grid
from pfp_sensors.gait.online_history import History
from pfp_sensors.gait.online_humps import HumpFinder, sharpest_near
from pfp_sensors.gait.online_rhythm import Rhythm
from pfp_sensors.gait.online_timing import ContactTimer

if TYPE_CHECKING:
    from pfp_sensors.gait.online_rhythm import Step
    from pfp_sensors.model.recording import AnyFloatArray, BoolArray, Float32Array, FloatArray
    from pfp_sensors.settings.signal import SignalSettings

_MIN_CADENCE_STRIDES: Final = 3
"""Cadence is told from so many strides on."""

_SPARE_S: Final = 1.0
"""Samples kept beyond the longest stretch that a rule looks back over."""

_STEPS_PER_MINUTE_AND_STRIDE: Final = 120.0


@dataclass(frozen=True, slots=True)
class LiveContact:
    """A contact of the instrumented leg while running, reported as soon as it is certain.

    Attributes
    ----------
    initial_contact_s
        When the vertical force of that foot rises through 50 N, in seconds on the samples' clock.
    landing_s
        When the landing is sharpest, some 40 ms later.
    stride_time_s
        Seconds from the contact before, or None after a pause, a lost landing or lost samples.
    cadence_spm
        Steps per minute over the last ten strides, or None before three.
    resultant_g
        Landing peak of |a| after a 60 Hz low-pass, or None where it cannot be told.
    clipped
        The sensor reached its limit, so that the peak is a lower bound; False when its range is not known.
    confidence
        1 for an onset that passed every check, 0.5 for a contact timed by the landing alone, without
        known axes, or beside lost samples.
    decided_at_s
        Time of the last sample that was needed.
    """

    initial_contact_s: float
    landing_s: float
    stride_time_s: float | None
    cadence_spm: float | None
    resultant_g: float | None
    clipped: bool
    confidence: float
    decided_at_s: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A hump that may be a landing, and the sample at which that will be decided."""

    at: float
    height_g: float
    due: float


class OnlineDetector:
    """Finds running contacts in a stream of samples.

    Feed it blocks of any size; the result does not depend on how the samples are cut. Each contact is
    reported once, ``online.latency_ms`` after it took place and never more than ``latency_s``, measured
    in samples. Memory and work per sample do not grow.

    Holds for one sensor on one lower leg, mounted in any way, at 50 Hz or more. The first contact after
    standing or walking is only reported when it is energetic enough to leave no doubt.

    Parameters
    ----------
    rate_hz
        Samples per second, as fitted to the sensor's clock.
    settings
        From :func:`pfp_sensors.settings.load_signal_settings`.
    acc_range_g
        Full scale of the accelerometer, when known: tells which peaks are clipped.

    Raises
    ------
    UsageError
        If the rate is too low for single landings.
    """

    def __init__(self, rate_hz: float, settings: SignalSettings, acc_range_g: float | None = None) -> None:
        if not rate_hz >= settings.rate.landing_min_hz:
            raise UsageError(
                f"The sampling rate is {rate_hz:g} Hz; live contacts need "
                f"{settings.rate.landing_min_hz:g} Hz or more.",
                "Set the sensor to a higher rate.",
            )
        self._rate_hz = rate_hz
        self._settings = settings
        # Hops of so many samples, counted from the first one: the same numbers whatever the blocks.
        self._hop = max(1, int(rate_hz // SEARCH_RATE_HZ))
        longest_s = max(settings.bouts.running_window_s, settings.gates.max_bridge_s) + _SPARE_S
        self._grid = Grid(rate_hz, settings.gates.longest_hole_s)
        self._history = History(math.ceil(longest_s * rate_hz))
        self._humps = HumpFinder(rate_hz / self._hop, settings.landing, settings.online)
        self._rhythm = Rhythm(rate_hz, settings)
        self._timer = ContactTimer(rate_hz, acc_range_g, settings)
        self._stride_s: deque[float] = deque(maxlen=settings.online.memory_strides)
        self._rest: tuple[Float32Array, FloatArray, BoolArray]
        self._nothing = (
            np.empty((0, 3), dtype=np.float32),
            np.empty(0),
            np.empty(0, dtype=np.bool_),
        )
        self.reset()

    @property
    def latency_s(self) -> float:
        """The longest time from an initial contact to the sample with which it is reported."""
        return self._settings.online.max_latency_ms / 1000.0

    def reset(self) -> None:
        """Forget everything, as if no sample had come; time starts at 0 again where none is given."""
        self._grid.clear()
        self._timer.clear()
        self._start_anew()

    def feed(self, acc_g: AnyFloatArray, time_s: FloatArray | None = None) -> list[LiveContact]:
        """Take the next samples and return the contacts that have become certain, in order.

        Parameters
        ----------
        acc_g
            (k, 3) acceleration in g, in the order it was measured; samples that are not finite count as
            missing.
        time_s
            (k,) seconds on the sensor's clock (sample number / rate; not the time of arrival): a step of
            more than 1.5 sample periods is a hole. None: the samples follow without a hole.

        Raises
        ------
        InputError
            If the shapes do not fit, or times do not rise.
        """
        block = np.asarray(acc_g, dtype=np.float32)
        if block.ndim != 2 or block.shape[1] != 3 or (time_s is not None and len(time_s) != len(block)):
            raise InputError(
                f"acc_g has shape {block.shape}{'' if time_s is None else f', time_s {np.shape(time_s)}'}; "
                "expected (k, 3) and (k,).",
                "Give one row of three values for each sample, and one time for each row.",
            )
        found: list[LiveContact] = []
        for part in self._grid.feed(block, time_s):
            if part.restart:
                self._start_anew()
            acc = np.concatenate((self._rest[0], part.acc_g))
            time = np.concatenate((self._rest[1], part.time_s))
            missing = np.concatenate((self._rest[2], part.missing))
            whole = len(acc) // self._hop * self._hop
            for a in range(0, whole, self._hop):
                here = slice(a, a + self._hop)
                contact = self._advance(acc[here], time[here], missing[here])
                if contact is not None:
                    found.append(contact)
            self._rest = (acc[whole:], time[whole:], missing[whole:])
        return found

    def _start_anew(self) -> None:
        """Begin a new stretch of samples; what is known of the mounting stays."""
        self._history.clear()
        self._humps.clear()
        self._rhythm.clear()
        self._stride_s.clear()
        self._candidate: _Candidate | None = None
        self._reported = -math.inf
        self._rest = self._nothing

    def _advance(self, acc_g: Float32Array, time_s: FloatArray, missing: BoolArray) -> LiveContact | None:
        """Take one hop of samples."""
        self._history.append(acc_g, time_s, missing)
        hump = self._humps.next(acc_g[0] if self._hop == 1 else np.add.reduce(acc_g, axis=0) / self._hop)
        if hump is not None:
            self._consider((hump.at + 0.5) * self._hop - 0.5, hump.height_g)
        if self._candidate is None or self._history.end - 1 < self._candidate.due:
            return None
        candidate, self._candidate = self._candidate, None
        return self._decide(candidate)

    def _consider(self, at: float, height_g: float) -> None:
        """Make a hump the candidate if it may be a landing, and is higher than a candidate just before."""
        plausible = self._rhythm.offer(at, height_g)
        if self._candidate is None:
            if not plausible:
                return
        elif height_g <= self._candidate.height_g:
            return
        initial, trusted = self._timer.initial(self._history, at)
        online = self._settings.online
        patience = round(online.max_latency_ms / 1000.0 * self._rate_hz) - self._hop
        doubtful = self._timer.knows_axes and not trusted
        wait = patience if doubtful else online.latency_ms / 1000.0 * self._rate_hz
        self._candidate = _Candidate(at, height_g, initial + min(wait, patience))

    def _decide(self, candidate: _Candidate) -> LiveContact | None:
        """Place a candidate exactly, follow the rhythm, and time and report the contact if it is running."""
        history, rate_hz = self._history, self._rate_hz
        at = sharpest_near(history, candidate.at, rate_hz, self._hop, self._settings.landing)
        step = self._rhythm.add(at, candidate.height_g, history)
        complete = step.previous is not None and self._timer.complete(history, step.previous.at, at)
        if step.running and complete and step.previous is not None:
            self._timer.learn(history, step.previous.at, at)
        initial, trusted = self._timer.initial(history, at)
        earliest = history.end - 1 - self.latency_s * rate_hz
        on_time, initial = initial >= earliest, max(initial, earliest)
        clean = self._timer.clean(history, initial)
        sure = trusted and on_time and clean
        if sure and step.running:
            initial = max(self._timer.steadied(at, initial), earliest)
        self._rhythm.timed(initial)
        stride_s = self._stride(step, initial, complete=complete)
        if not self._worth_reporting(step, initial, trusted=trusted):
            return None
        self._reported = initial
        peak_g, clipped = self._timer.peak(history, initial, at)
        known = len(self._stride_s) >= _MIN_CADENCE_STRIDES
        return LiveContact(
            initial_contact_s=history.to_time_s(initial),
            landing_s=history.to_time_s(at),
            stride_time_s=stride_s,
            cadence_spm=_STEPS_PER_MINUTE_AND_STRIDE / statistics.median(self._stride_s) if known else None,
            resultant_g=peak_g if clean else None,
            clipped=clipped and clean,
            confidence=1.0 if sure else 0.5,
            decided_at_s=history.to_time_s(history.end - 1),
        )

    def _stride(self, step: Step, initial: float, *, complete: bool) -> float | None:
        """Return the time from the contact before, if that is one stride without lost samples."""
        if not step.connected:
            self._stride_s.clear()
        if step.previous is None or not complete:
            return None
        stride_s = self._history.to_time_s(initial) - self._history.to_time_s(step.previous.initial)
        gates = self._settings.gates
        if not gates.min_stride_s <= stride_s <= gates.max_stride_s:
            return None
        self._stride_s.append(stride_s)
        return stride_s

    def _worth_reporting(self, step: Step, initial: float, *, trusted: bool) -> bool:
        """Say whether a landing is a contact of running that has not been reported yet."""
        shortest_s = self._settings.landing.min_distance_share * self._settings.gates.min_stride_s
        fresh = initial - self._reported >= shortest_s * self._rate_hz
        return step.running and fresh and (trusted or step.due or not self._timer.knows_axes)
