"""Which humps of sharpness are landings, and whether they are those of running, without the future."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfp_sensors.gait.online_history import History
    from pfp_sensors.settings.signal import SignalSettings


@dataclass(frozen=True, slots=True)
class Landing:
    """A landing: sample, height of its hump in g, initial contact (sample)."""

    at: float
    height_g: float
    initial: float


class Rhythm:
    """Follows the landings of one leg.

    A hump is taken for a landing when it is as high as 0.4 of the usual landing and comes at least 0.7
    stride times after the last one, as afterwards; "usual" is the median of the last landings, or,
    while there are few, the highest hump of the last seconds.
    """

    def __init__(self, rate_hz: float, settings: SignalSettings) -> None:
        self._rate_hz = rate_hz
        self._settings = settings
        online = settings.online
        self._landings: deque[Landing] = deque(maxlen=online.height_landings)
        self._stride_s: deque[float] = deque(maxlen=online.rhythm_strides)
        self._recent: deque[tuple[float, float]] = deque()
        self.running = False

    def clear(self) -> None:
        """Forget everything."""
        self._landings.clear()
        self._stride_s.clear()
        self._recent.clear()
        self.running = False

    @property
    def last(self) -> Landing | None:
        """The last landing, if any."""
        return self._landings[-1] if self._landings else None

    @property
    def shortest_stride(self) -> float:
        """Samples that must lie between two landings at least."""
        share = self._settings.landing.min_distance_share
        known = len(self._stride_s) >= self._settings.online.min_strides
        stride_s = statistics.median(self._stride_s) if known else 0.7
        return share * stride_s * self._rate_hz

    def accepts(self, at: float, height_g: float) -> bool:
        """Say whether a hump may be a landing."""
        online = self._settings.online
        self._recent.append((at, height_g))
        while self._recent[0][0] < at - online.level_window_s * self._rate_hz:
            self._recent.popleft()
        if len(self._landings) >= online.min_landings and self.running:
            usual_g = statistics.median(landing.height_g for landing in self._landings)
        else:
            usual_g = max(height for _, height in self._recent)
        if height_g < online.min_height_share * usual_g:
            return False
        if self.last is None or at - self.last.at >= self.shortest_stride:
            return True
        return height_g > online.relock_share * self.last.height_g

    def add(self, landing: Landing, history: History) -> bool:
        """Take a landing; say whether it is one of running, and keep its stride if it is proper."""
        gates, bouts, online = self._settings.gates, self._settings.bouts, self._settings.online
        if self.last is not None and landing.at - self.last.at < self.shortest_stride:
            self._landings.pop()
            if self._stride_s:
                self._stride_s.pop()
        last = self.last
        here = round(landing.at)
        window = round(online.start_window_s * self._rate_hz)
        mean_g = history.mean_g(here - window, here)
        connected = proper = False
        if last is not None:
            stride_s = (landing.at - last.at) / self._rate_hz
            stride_g = history.mean_g(round(last.at), here)
            connected = stride_g >= bouts.stride_min_mean_g and stride_s <= gates.max_bridge_s
            proper = connected and gates.min_stride_s <= stride_s <= gates.max_stride_s
            if proper:
                self._stride_s.append(stride_s)
                mean_g = stride_g
        if not connected:
            self._landings.clear()
            self._stride_s.clear()
            self.running = False
        if not self.running:
            self.running = mean_g >= bouts.running_min_mean_g
        self._landings.append(landing)
        self.proper = proper
        return self.running
