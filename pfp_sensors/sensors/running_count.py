"""What has come of a running count, what is missing, and what came twice."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

_OPEN_NS: Final = 60_000_000_000
"""A hole older than this is closed, unless the sensor's ring is longer: nothing fills it any more."""

_MOST_HOLES: Final = 1024
"""Open holes are kept at most, so that memory stays flat; 60 s with every other packet lost has 600."""


@dataclass(frozen=True, slots=True)
class Span:
    """The new part of what was offered: from ``start`` up to, not with, ``stop``.

    ``gap_before`` is how many are missing just before it, None at the very first; ``late`` tells that it came
    after later ones.
    """

    start: int
    stop: int
    gap_before: int | None
    late: bool


@dataclass(slots=True)
class _Hole:
    start: int
    stop: int
    opened_ns: int


_START = attrgetter("start")


class RunningCount:
    """Keeps account of a count that should come whole, once and in order.

    Attributes
    ----------
    received, lost, late
        How many came; how many are missing between the first and the last; how many filled a hole.
    """

    def __init__(self) -> None:
        self.received = 0
        self.lost = 0
        self.late = 0
        self._open_ns = _OPEN_NS
        self._first: int | None = None
        self._next = 0
        self._holes: list[_Hole] = []

    @property
    def open_holes(self) -> int:
        """Holes that may still be filled."""
        return len(self._holes)

    @property
    def following(self) -> int:
        """One more than the highest that came; 0 before any."""
        return self._next

    def keep_open(self, open_ns: int) -> None:
        """Let holes be filled for so long, in ns of the host's clock, if that is longer than usual."""
        self._open_ns = max(open_ns, _OPEN_NS)

    def take(self, start: int, stop: int, now_ns: int) -> Span | None:
        """Account for ``start`` up to, not with, ``stop``; None where all of it came before.

        Where it fills more than one hole, the larger part is taken and the rest stays missing.
        """
        self._close_old(now_ns)
        if self._first is None:
            self._first = self._next = start
            return self._append(start, stop, None)
        if start >= self._next:
            gap = start - self._next
            if gap:
                self._open(_Hole(self._next, start, now_ns))
            return self._append(start, stop, gap)
        return self._take_earlier(self._first, start, stop, now_ns)

    def room_near(self, start: int, stop: int) -> int | None:
        """Return a start at most one away, from which the same length lies in an open hole; None without."""
        for hole in self._near(start - 1, stop + 1):
            moved = min(max(start, hole.start), hole.stop - (stop - start))
            if abs(moved - start) <= 1 and moved >= hole.start:
                return moved
        return None

    def _take_earlier(self, first: int, start: int, stop: int, now_ns: int) -> Span | None:
        parts: list[tuple[int, int, _Hole | None]] = [(max(start, self._next), stop, None)]
        parts += [(max(start, h.start), min(stop, h.stop), h) for h in self._near(start, stop)]
        if start < first:
            before = _Hole(start, first, self._holes[0].opened_ns if self._holes else now_ns)
            parts.append((start, min(stop, first), before))
        new_start, new_stop, hole = max(parts, key=lambda part: part[1] - part[0])
        if new_stop <= new_start:
            return None
        if hole is None:
            return self._append(new_start, new_stop, 0)
        if hole.start < first:
            self._first = start
            self._open(hole, at_front=True)
        return self._fill(hole, new_start, new_stop)

    def _near(self, start: int, stop: int) -> list[_Hole]:
        """Open holes that share a place with the given ones."""
        last = bisect_left(self._holes, stop, key=_START)
        first = max(0, bisect_right(self._holes, start, key=_START) - 1)
        return [hole for hole in self._holes[first:last] if hole.stop > start]

    def _append(self, start: int, stop: int, gap: int | None) -> Span:
        self._next = stop
        self.received += stop - start
        return Span(start, stop, gap, late=False)

    def _fill(self, hole: _Hole, start: int, stop: int) -> Span:
        place = bisect_left(self._holes, hole.start, key=_START)
        rest = [(hole.start, start), (stop, hole.stop)]
        self._holes[place : place + 1] = [_Hole(a, b, hole.opened_ns) for a, b in rest if b > a]
        self.lost -= stop - start
        self.late += stop - start
        self.received += stop - start
        return Span(start, stop, start - hole.start, late=True)

    def _open(self, hole: _Hole, *, at_front: bool = False) -> None:
        self.lost += hole.stop - hole.start
        self._holes.insert(0 if at_front else len(self._holes), hole)
        if len(self._holes) > _MOST_HOLES:
            del self._holes[1 if at_front else 0]

    def _close_old(self, now_ns: int) -> None:
        old = 0
        while old < len(self._holes) and now_ns - self._holes[old].opened_ns > self._open_ns:
            old += 1
        del self._holes[:old]
