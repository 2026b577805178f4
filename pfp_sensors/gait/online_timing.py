"""Initial contact and landing peak of one landing at a time, with the axes of the last strides."""

from __future__ import annotations

import math
import statistics
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.bouts import spans_of
from pfp_sensors.gait.contacts import onset_direction, onset_reader, onset_times, steadied
from pfp_sensors.gait.foot_off import USUAL_CONTACTS
from pfp_sensors.gait.frame import Frame, running_frame
from pfp_sensors.gait.impact import measure_landings, peak_reader
from pfp_sensors.gait.rate_limits import times_contacts
from pfp_sensors.signal.directions import unit

if TYPE_CHECKING:
    from pfp_sensors.gait.online_history import History
    from pfp_sensors.model.recording import Float32Array, IntArray
    from pfp_sensors.settings.signal import SignalSettings

_BEFORE_S: Final = 0.3
"""Samples looked at before a landing: search for the minimum (140 ms) and reach of its kernel (58 ms)."""


class ContactTimer:
    """Times initial contact and measures the landing peak by the functions of the analysis.

    The shank axes are those of the last strides, found by the same function as afterwards. One stride
    gives them within 12 degrees, six strides within 2. Before there is one, the mean direction of
    acceleration stands in.
    """

    def __init__(self, rate_hz: float, acc_range_g: float | None, settings: SignalSettings) -> None:
        self._rate_hz = rate_hz
        self._settings = settings
        impact = settings.impact
        self._onset = onset_reader(rate_hz, settings.initial_contact)
        self._peak = peak_reader(rate_hz, impact)
        self._stop_g = math.inf if acc_range_g is None else settings.quality.clip_level_share * acc_range_g
        rate, least_g = settings.rate, settings.rate.range_min_g
        self._measures_peaks = times_contacts(rate_hz, rate) and (acc_range_g or math.inf) >= least_g
        self._strides: deque[tuple[int, Float32Array]] = deque(maxlen=settings.online.axes_strides)
        self._readings: deque[tuple[float, float]] = deque(maxlen=USUAL_CONTACTS)
        self._frame: Frame | None = None

    def clear(self) -> None:
        """Forget the axes and the landings."""
        self._strides.clear()
        self._readings.clear()
        self._frame = None

    @property
    def knows_axes(self) -> bool:
        """Whether there has been a stride to find the axes from."""
        return self._frame is not None

    def learn(self, history: History, start: float, end: float) -> None:
        """Take the samples from one landing of running to the next into the axes.

        While forward and backward cannot be told apart well, they stay as they were.
        """
        acc_g, first = history.acc_g(round(start), round(end))
        self._strides.append((first, acc_g.copy()))
        stretches, landings = self._stretches()
        alignment = self._settings.alignment
        frame = running_frame(stretches, landings, self._rate_hz, alignment, None)
        if not frame.sure and self._frame is not None:
            frame = running_frame(stretches, landings, self._rate_hz, alignment, self._frame.right)
        self._frame = frame

    def initial(self, history: History, landing: float) -> tuple[float, bool]:
        """Return the initial contact of a landing (samples), and whether its onset is trusted."""
        settings = self._settings.initial_contact
        acc_g, first = history.acc_g(round(landing - _BEFORE_S * self._rate_hz), history.end)
        direction = (
            unit(acc_g.mean(axis=0)).astype(np.float32)
            if self._frame is None
            else onset_direction(self._frame, settings)
        )
        at = np.array([landing])
        initial, confidence = onset_times(acc_g @ direction, first, at, self._onset, self._rate_hz, settings)
        onset_found = bool(confidence[0] == 1.0)
        if not onset_found and len(self._readings) >= settings.min_trusted:
            return landing - statistics.median(at - onset for at, onset in self._readings), False
        return float(initial[0]), onset_found and self.knows_axes

    def steadied(self, landing: float, onset: float) -> float:
        """Return the contact (sample) from a trusted onset and what the contacts before have taught."""
        self._readings.append((landing, onset))
        landings, onsets = np.array(self._readings).T
        trusted = np.ones(len(onsets))
        settings = self._settings.initial_contact
        return float(steadied(landings, onsets, trusted, self._rate_hz, settings)[-1])

    def peak(self, history: History, initial: float, landing: float) -> tuple[float | None, bool]:
        """Return the landing peak in g, None for none, and whether the sensor reached its limit."""
        acc_g, first = history.acc_g(round(initial - _BEFORE_S * self._rate_hz), history.end)
        contact, sharpest = np.array([initial - first]), np.array([landing - first])
        impact = self._settings.impact
        found = measure_landings(
            acc_g, self._rate_hz, contact, sharpest, None, self._stop_g, self._peak, impact
        )
        peak_g = float(found.resultant_g[0])
        known = self._measures_peaks and math.isfinite(peak_g)
        return peak_g if known else None, bool(found.clipped[0])

    def complete(self, history: History, start: float, end: float) -> bool:
        """Say whether few enough samples are missing between two samples for a stride to count."""
        lost = int(np.count_nonzero(history.missing(int(start), int(end))))
        return lost * 1000.0 / self._rate_hz <= self._settings.gates.max_missing_ms

    def clean(self, history: History, initial: float) -> bool:
        """Say whether no hole too long to be filled lies around a contact."""
        gates = self._settings.gates
        longest = max(1, int(gates.max_interpolated_ms / 1000.0 * self._rate_hz + 1e-6))
        start = int(initial - gates.guard_before_ms / 1000.0 * self._rate_hz) - longest
        end = int(initial + gates.guard_after_ms / 1000.0 * self._rate_hz) + longest
        return all(b - a <= longest for a, b in spans_of(history.missing(start, end)))

    def _stretches(self) -> tuple[list[Float32Array], list[IntArray]]:
        """Join strides that follow each other, and return where each of them begins and ends."""
        stretches: list[list[Float32Array]] = []
        end = -1
        for first, acc_g in self._strides:
            if first != end:
                stretches.append([])
            stretches[-1].append(acc_g)
            end = first + len(acc_g)
        landings = [np.cumsum([0, *map(len, strides)], dtype=np.int64) for strides in stretches]
        return [np.concatenate(strides) for strides in stretches], landings
