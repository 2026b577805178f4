"""How fast samples come and how late, over the last seconds."""

from __future__ import annotations

from collections import deque
from typing import Final

_LEAST_JUMP_S: Final = 0.1
"""Smaller than any loss that matters, and more than packets wait for their turn on the air."""

_JUMP_PACKETS: Final = 8
_JUMP_AFTER_S: Final = 0.4
"""For how many packets and how long delays must stay large."""


class RecentRate:
    """Counts against a clock over a sliding span.

    Parameters
    ----------
    span_s
        How far back it looks.
    """

    def __init__(self, span_s: float = 10.0) -> None:
        self._span_s = span_s
        self._marks: deque[tuple[float, int]] = deque()

    def add(self, time_s: float, count: int) -> None:
        """Note that the count was ``count`` when the clock was ``time_s``; back in time starts anew."""
        if self._marks and time_s < self._marks[-1][0]:
            self._marks.clear()
        self._marks.append((time_s, count))
        while len(self._marks) > 2 and self._marks[1][0] < time_s - self._span_s:
            self._marks.popleft()

    def clear(self) -> None:
        """Forget everything."""
        self._marks.clear()

    @property
    def per_s(self) -> float | None:
        """Counts per second, None in the first second."""
        if len(self._marks) < 2:
            return None
        (first_s, first), (last_s, last) = self._marks[0], self._marks[-1]
        return (last - first) / (last_s - first_s) if last_s - first_s >= 1.0 else None


class LeastDelay:
    """The smallest delay of the last minute: nothing arrives before it is measured, so it is nearest truth.

    Parameters
    ----------
    span_s
        How far back it looks: clocks drift, so an old minimum no longer holds.
    follows_jumps
        Whether delays that all became larger, and stay so without falling, are believed at once: where times
        are counted samples, ones that were lost unseen make every later one look late. A burst after the air
        stood still falls, and its last delay is the least.
    """

    def __init__(self, span_s: float = 60.0, *, follows_jumps: bool = False) -> None:
        self._span_s = span_s
        self._follows_jumps = follows_jumps
        self._rising: deque[tuple[float, float]] = deque()
        self._recent: deque[tuple[float, float]] = deque()

    def add(self, time_s: float, delay_s: float) -> float:
        """Note a delay; return the smallest of the span."""
        self._note(time_s, delay_s)
        while self._rising[0][0] < time_s - self._span_s:
            self._rising.popleft()
        if self._follows_jumps:
            self._recent.append((time_s, delay_s))
            self._follow_jump(time_s)
        return self._rising[0][1]

    def clear(self) -> None:
        """Forget everything."""
        self._rising.clear()
        self._recent.clear()

    def _note(self, time_s: float, delay_s: float) -> None:
        while self._rising and self._rising[-1][1] >= delay_s:
            self._rising.pop()
        self._rising.append((time_s, delay_s))

    def _follow_jump(self, time_s: float) -> None:
        while len(self._recent) > _JUMP_PACKETS and self._recent[1][0] <= time_s - _JUMP_AFTER_S:
            self._recent.popleft()
        if len(self._recent) < _JUMP_PACKETS or self._recent[0][0] > time_s - _JUMP_AFTER_S:
            return
        delays = [delay_s for _, delay_s in self._recent]
        jump_s = min(delays) - self._rising[0][1]
        if jump_s >= _LEAST_JUMP_S and max(delays) - min(delays) <= jump_s / 2.0:
            self._rising.clear()
            for recent in self._recent:
                self._note(*recent)
