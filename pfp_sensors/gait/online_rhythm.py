"""Which humps of sharpness are landings of running, judged without the future."""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfp_sensors.gait.online_history import History
    from pfp_sensors.settings.signal import SignalSettings


@dataclass(frozen=True, slots=True)
class Landing:
    """A landing (sample), the height of its hump in g, and its initial contact (sample)."""

    at: float
    height_g: float
    initial: float


@dataclass(frozen=True, slots=True)
class Step:
    """What a landing means.

    Attributes
    ----------
    running
        It is a landing of running.
    connected
        It carries on the running stretch of the landing before.
    due
        It came about when the rhythm led to expect it, or a whole number of strides later.
    previous
        The landing before, when between the two lies one stride of running; else None.
    """

    running: bool
    connected: bool
    due: bool
    previous: Landing | None


class Rhythm:
    """Follows the landings of one leg: usual height, usual stride time, running or not.

    The rules are those of the analysis (:mod:`pfp_sensors.gait.landings`), with what is usual among
    the last landings in place of what is usual in the whole bout.
    """

    def __init__(self, rate_hz: float, settings: SignalSettings) -> None:
        self._rate_hz = rate_hz
        self._settings = settings
        memory = settings.online.memory_strides
        self._landings: deque[Landing] = deque(maxlen=memory)
        self._stride_s: deque[float] = deque(maxlen=memory)
        self._level_g: deque[float] = deque(maxlen=memory)
        self._humps: deque[tuple[float, float]] = deque()
        self._running = False
        self._since = 0.0
        self._last_running = -math.inf

    def clear(self) -> None:
        """Forget everything."""
        self._humps.clear()
        self._last_running = -math.inf
        self._forget_stretch()

    def offer(self, at: float, height_g: float) -> bool:
        """Take note of a hump (sample, height); say whether it may be a landing.

        It must be high enough against the usual landing, and higher still when it comes early. One
        that comes sooner than any stride after the last landing may only replace it, as the higher one.
        """
        online = self._settings.online
        self._humps.append((at, height_g))
        while self._humps[0][0] < at - online.level_window_s * self._rate_hz:
            self._humps.popleft()
        since_s = self._since_s(at)
        usual_s = self._usual_stride_s()
        early = usual_s is not None and since_s is not None and since_s < online.early_share * usual_s
        share = online.early_height_share if early else online.min_height_share
        if height_g < share * self._usual_height_g():
            return False
        return not self._too_soon(at) or height_g > self._landings[-1].height_g

    def add(self, at: float, height_g: float, history: History) -> Step:
        """Take a landing (sample, height) and say what it means; :meth:`timed` must follow."""
        if self._too_soon(at):
            self._landings.pop()
            if self._stride_s:
                self._stride_s.pop()
        gates, bouts = self._settings.gates, self._settings.bouts
        since_s, usual_s = self._since_s(at), self._usual_stride_s()
        previous = None
        energetic = False
        if since_s is not None and since_s <= gates.max_bridge_s:
            stride_g = history.mean_g(round(self._landings[-1].at), round(at))
            usual_g = statistics.median(self._level_g) if self._level_g else 0.0
            energetic = stride_g >= max(bouts.stride_min_mean_g, bouts.stride_min_level_share * usual_g)
            if energetic and gates.min_stride_s <= since_s <= gates.max_stride_s:
                previous = self._landings[-1]
                self._level_g.append(stride_g)
        if not energetic:
            self._forget_stretch()
            self._since = at
        due = energetic and since_s is not None and usual_s is not None and self._due(since_s, usual_s)
        carried_on = self._running and (previous is not None or due)
        starts = not self._running and self._starts(previous, at, history)
        self._running = starts or (self._running and self._keeps_level(at, history))
        if self._running:
            self._last_running = at
        if previous is not None and since_s is not None:
            self._stride_s.append(since_s)
        self._landings.append(Landing(at, height_g, at))
        return Step(starts or (self._running and carried_on), energetic, due, previous)

    def timed(self, initial: float) -> None:
        """Note the initial contact (sample) of the last landing."""
        self._landings[-1] = replace(self._landings[-1], initial=initial)

    def _forget_stretch(self) -> None:
        self._landings.clear()
        self._stride_s.clear()
        self._level_g.clear()
        self._running = False

    def _since_s(self, at: float) -> float | None:
        """Return the seconds since the last landing."""
        return (at - self._landings[-1].at) / self._rate_hz if self._landings else None

    def _usual_stride_s(self) -> float | None:
        known = len(self._stride_s) >= self._settings.online.known_strides
        return statistics.median(self._stride_s) if known else None

    def _usual_height_g(self) -> float:
        """Return the median height of the last landings, or of the highest hump while few are known."""
        if self._running and len(self._landings) > self._settings.online.known_strides:
            return statistics.median(landing.height_g for landing in self._landings)
        return max(height_g for _, height_g in self._humps)

    def _too_soon(self, at: float) -> bool:
        """Say whether a sample lies nearer to the last landing than any stride is long."""
        since_s = self._since_s(at)
        stride_s = self._usual_stride_s() or self._settings.online.start_stride_s
        return since_s is not None and since_s < self._settings.landing.min_distance_share * stride_s

    def _due(self, since_s: float, usual_s: float) -> bool:
        """Say whether a time since the last landing is about a whole number of strides."""
        online = self._settings.online
        late = since_s / usual_s - max(1, round(since_s / usual_s))
        return -online.due_early_share <= late <= online.due_late_share

    def _starts(self, previous: Landing | None, at: float, history: History) -> bool:
        """Say whether running begins here: by the stride that ends here, or by what precedes it.

        The latter not just after running, where it would be its last, uneven steps.
        """
        if previous is not None:
            stride_g = history.mean_g(round(previous.at), round(at))
            return stride_g >= self._settings.bouts.running_min_mean_g
        if at - self._last_running <= self._settings.gates.max_bridge_s * self._rate_hz:
            return False
        online = self._settings.online
        window = round(online.start_window_s * self._rate_hz)
        return at >= window and history.mean_g(round(at) - window, round(at)) >= online.start_mean_g

    def _keeps_level(self, at: float, history: History) -> bool:
        """Say whether |a| over the last seconds of this stretch is still that of running."""
        bouts = self._settings.bouts
        start = max(self._since, at - bouts.running_window_s * self._rate_hz)
        return history.mean_g(round(start), round(at)) >= bouts.running_stay_mean_g
