"""Initial contact and landing peak of one landing, with the axes of the last strides."""

from __future__ import annotations

import math
import statistics
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.bouts import spans_of
from pfp_sensors.gait.contacts import onset_direction, onset_reader, onset_times
from pfp_sensors.gait.frame import Frame, running_frame
from pfp_sensors.gait.impact import _FILTER_ORDER, _GRID_STEP_S, _block
from pfp_sensors.signal.directions import unit
from pfp_sensors.signal.smooth import butterworth_reader

if TYPE_CHECKING:
    from pfp_sensors.gait.online_history import History
    from pfp_sensors.model.recording import Float32Array
    from pfp_sensors.settings.signal import SignalSettings

_BEFORE_S: Final = 0.3
"""Samples looked at before a landing: the search for the minimum and the reach of its kernel."""

_LEADS: Final = 20


class ContactTimer:
    """Times initial contact and measures the landing peak, one landing at a time.

    The shank axes are those of the last strides of running, found by the same function as afterwards;
    before there is one, the mean direction of the last seconds stands in.
    """

    def __init__(self, rate_hz: float, acc_range_g: float | None, settings: SignalSettings) -> None:
        self._rate_hz = rate_hz
        self._settings = settings
        impact = settings.impact
        cutoff_hz = min(impact.lowpass_hz, impact.lowpass_rate_share * rate_hz)
        margin_s = 1.0 / rate_hz
        self._onset = onset_reader(rate_hz, settings.initial_contact)
        self._peak = butterworth_reader(
            cutoff_hz, _FILTER_ORDER, rate_hz, -margin_s, impact.window_ms / 1000.0 + margin_s + _GRID_STEP_S, _GRID_STEP_S
        )
        self._stop_g = math.inf if acc_range_g is None else settings.quality.clip_level_share * acc_range_g
        self._strides: deque[tuple[float, Float32Array]] = deque(maxlen=settings.online.axes_strides)
        self._lead: deque[float] = deque(maxlen=_LEADS)
        self._frame: Frame | None = None

    def clear(self) -> None:
        """Forget the axes and all contacts."""
        self._strides.clear()
        self._lead.clear()
        self._frame = None

    def learn(self, history: History, start: float, end: float) -> None:
        """Take the samples between two landings of running into the axes."""
        acc_g, first = history.acc_g(round(start), round(end))
        self._strides.append((first, acc_g.copy()))
        stretches, landings = self._stretches()
        alignment = self._settings.alignment
        frame = running_frame(stretches, landings, self._rate_hz, alignment, None)
        if not frame.sure and self._frame is not None:
            frame = running_frame(stretches, landings, self._rate_hz, alignment, self._frame.right)
        self._frame = frame

    def _stretches(self):
        """Join strides that follow each other."""
        groups = []
        end = None
        for first, acc in self._strides:
            if first != end:
                groups.append([])
            groups[-1].append(acc)
            end = first + len(acc)
        stretches = [np.concatenate(g) for g in groups]
        landings = [np.cumsum([0] + [len(a) for a in g]) for g in groups]
        return stretches, landings

    def initial(self, history: History, landing: float) -> tuple[float, float]:
        """Return initial contact as a fractional sample, and its confidence."""
        settings = self._settings.initial_contact
        acc_g, first = history.acc_g(round(landing - _BEFORE_S * self._rate_hz), history.end)
        if self._frame is None:
            direction = unit(acc_g.mean(axis=0)).astype(np.float32)
        else:
            direction = onset_direction(self._frame, settings)
        at = np.array([round(landing)])
        initial, confidence = onset_times(acc_g @ direction, first, at, self._onset, self._rate_hz, settings)
        if confidence[0] < 1.0 and len(self._lead) >= settings.min_trusted:
            return at[0] - statistics.median(self._lead), float(confidence[0])
        return float(initial[0]), float(confidence[0])

    def remember_lead(self, samples: float) -> None:
        self._lead.append(samples)

    def peak(self, history: History, initial: float, landing: float) -> tuple[float, bool]:
        """Return the landing peak in g, NaN for none, and whether the sensor reached its limit."""
        acc_g, first = history.acc_g(round(initial - _BEFORE_S * self._rate_hz), history.end)
        found = _block(
            acc_g, self._rate_hz, np.array([initial - first]), np.array([round(landing) - first]), None, self._stop_g, self._peak, self._settings.impact
        )
        return float(found[0][0]), bool(found[3][0])

    def spoiled(self, history: History, initial: float) -> bool:
        """Say whether a hole too long to be filled lies around a landing."""
        gates = self._settings.gates
        longest = max(1, int(gates.max_interpolated_ms / 1000.0 * self._rate_hz + 1e-6))
        start = int(initial - gates.guard_before_ms / 1000.0 * self._rate_hz) - longest
        end = int(initial + gates.guard_after_ms / 1000.0 * self._rate_hz) + longest
        return any(b - a > longest for a, b in spans_of(history.missing(start, end)))
