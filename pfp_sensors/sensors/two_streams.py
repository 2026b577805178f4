"""Join acceleration and turning rate that a sensor sends as two streams.

Two ways. By time, where both streams carry the sensor's clock: the turning rate is interpolated onto the
times of the acceleration. By running count, where nothing but the order of arrival is known. Both hold
little, and both say how many samples found no partner.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from pfp_sensors.model.heard import RawArray

Side = Literal["acc", "gyr"]

_HOLE = 1.5
"""Two neighbours further apart than this many periods have lost samples between them."""

_WINDOW_PACKETS = 32
_HOLD_PACKETS = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive samples of both kinds: (n, 3) each, the first at ``time_ns`` where a time is known."""

    acc: RawArray
    gyr: RawArray
    time_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """What one packet completed, and how many samples of each kind were given up for want of a partner."""

    pieces: tuple[Piece, ...] = ()
    lone_acc: int = 0
    lone_gyr: int = 0


class TimedJoin:
    """Interpolates turning rate linearly onto the times of the acceleration.

    An acceleration sample is given up when it lies before the first turning rate known, inside a hole of the
    turning rates, or when it has waited for more than ``hold`` others. Turning rates are float32 afterwards
    and may lie between the sensor's whole numbers.

    Parameters
    ----------
    acc_period_ns, gyr_period_ns
        Nominal time between two samples of each stream.
    hold
        How many samples of a stream wait at most for the other one.
    """

    def __init__(self, acc_period_ns: float, gyr_period_ns: float, hold: int = 1000) -> None:
        self._acc_hole_ns = _HOLE * acc_period_ns
        self._gyr_hole_ns = _HOLE * gyr_period_ns
        self._hold = hold
        self._acc_ns = np.empty(0, np.int64)
        self._gyr_ns = np.empty(0, np.int64)
        self._acc: RawArray = np.empty((0, 3), np.int16)
        self._gyr: RawArray = np.empty((0, 3), np.float32)
        self._newest_acc_ns: int | None = None

    @property
    def held(self) -> int:
        """How many samples of both kinds wait."""
        return len(self._acc_ns) + len(self._gyr_ns)

    def add(self, side: Side, times_ns: npt.NDArray[np.int64], values: RawArray) -> Joined:
        """Take in samples of one stream and give out what they complete.

        Parameters
        ----------
        times_ns
            (n,) device times, later than all given before for this side.
        values
            (n, 3) in the sensor's own numbers; of one type for all samples of a side.
        """
        if side == "acc":
            self._acc = np.concatenate([self._acc, values]) if len(self._acc) else values
            self._acc_ns = np.concatenate([self._acc_ns, times_ns])
            self._newest_acc_ns = int(times_ns[-1]) if len(times_ns) else self._newest_acc_ns
        else:
            self._gyr = np.concatenate([self._gyr, values.astype(np.float32)])
            self._gyr_ns = np.concatenate([self._gyr_ns, times_ns])
        pieces, lone_acc = self._pair()
        return Joined(pieces, lone_acc + self._forget_acc(), self._forget_gyr())

    def _pair(self) -> tuple[tuple[Piece, ...], int]:
        if not len(self._gyr_ns):
            return (), 0
        ripe = int(np.searchsorted(self._acc_ns, self._gyr_ns[-1], side="right"))
        if not ripe:
            return (), 0
        times, acc = self._acc_ns[:ripe], self._acc[:ripe]
        self._acc_ns, self._acc = self._acc_ns[ripe:], self._acc[ripe:]
        before = np.searchsorted(self._gyr_ns, times, side="right") - 1
        after = np.minimum(before + 1, len(self._gyr_ns) - 1)
        span = (self._gyr_ns[after] - self._gyr_ns[before]).astype(np.float64)
        past = (times - self._gyr_ns[before]).astype(np.float64)
        known = (before >= 0) & ((span <= self._gyr_hole_ns) | (past == 0.0))
        part = np.where(known & (span > 0.0), past / np.maximum(span, 1.0), 0.0)[:, None]
        low, high = self._gyr[before].astype(np.float64), self._gyr[after].astype(np.float64)
        gyr = (low * (1.0 - part) + high * part).astype(np.float32)
        ends = np.flatnonzero((np.diff(times) > self._acc_hole_ns) | (np.diff(known) != 0)) + 1
        runs = list(_runs(ends, ripe))
        pieces = tuple(Piece(acc[a:b], gyr[a:b], int(times[a])) for a, b in runs if known[a])
        return pieces, int(ripe - np.count_nonzero(known))

    def _forget_acc(self) -> int:
        extra = max(0, len(self._acc_ns) - self._hold)
        self._acc_ns, self._acc = self._acc_ns[extra:], self._acc[extra:]
        return extra

    def _forget_gyr(self) -> int:
        if self._newest_acc_ns is not None:
            used = int(np.searchsorted(self._gyr_ns, self._newest_acc_ns, side="right")) - 1
            self._gyr_ns, self._gyr = self._gyr_ns[max(0, used) :], self._gyr[max(0, used) :]
        extra = max(0, len(self._gyr_ns) - self._hold)
        self._gyr_ns, self._gyr = self._gyr_ns[extra:], self._gyr[extra:]
        return extra


def _runs(ends: npt.NDArray[np.intp], total: int) -> Iterator[tuple[int, int]]:
    edges = [0, *ends.tolist(), total]
    return pairwise(edges)


class CountJoin:
    """Pairs the packets of two streams by running count, for a sensor that sends neither time nor number.

    Both streams must run at one rate with equally long packets, and come in the order in which they were sent
    (as notifications of one characteristic do). Then the packets alternate, and how far one stream is ahead
    of the other, averaged over a window, stays where it was. A step of that average by a whole packet means
    that a packet of the stream behind was lost: one of the stream ahead is given up and counted. Where one
    stream stands still for more than 8 packets of the other, both begin anew.

    What cannot be told: a packet lost in both streams at once leaves no trace; until the step is noticed,
    within one window (32 packets, a quarter of a second at 200 Hz), pairs are one packet apart (15 ms at
    200 Hz); a change of the order in which the sensor itself sends looks like a loss; and the streams may be
    up to one packet apart from the start, as their beginnings are known only by order.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[Side, RawArray]] = deque()
        self._skip: dict[Side, int] = {"acc": 0, "gyr": 0}
        self._both_run = False
        self._leads: deque[int] = deque(maxlen=_WINDOW_PACKETS)
        self._usual_lead: float | None = None

    @property
    def held(self) -> int:
        """How many packets wait for their partner."""
        return len(self._waiting)

    def add(self, side: Side, values: RawArray) -> Joined:
        """Take in one packet, (n, 3), and give out the pair it completes."""
        lone: dict[Side, int] = {"acc": 0, "gyr": 0}
        if self._skip[side]:
            self._skip[side] -= 1
            lone[side] += len(values)
            return Joined((), lone["acc"], lone["gyr"])
        piece = self._match(side, values, lone)
        self._watch()
        return Joined((piece,) if piece else (), lone["acc"], lone["gyr"])

    def _match(self, side: Side, values: RawArray, lone: dict[Side, int]) -> Piece | None:
        if self._waiting and self._waiting[0][0] != side:
            _, partner = self._waiting.popleft()
            self._both_run = True
            return Piece(values, partner) if side == "acc" else Piece(partner, values)
        self._waiting.append((side, values))
        if len(self._waiting) > (_HOLD_PACKETS if self._both_run else 1):
            self._start_over(side, lone)
        return None

    def _start_over(self, side: Side, lone: dict[Side, int]) -> None:
        """Keep the newest packet only, so that both begin together again after a standstill."""
        while len(self._waiting) > 1:
            lone[side] += len(self._waiting.popleft()[1])
        self._both_run = False
        self._leads.clear()

    def _watch(self) -> None:
        if not self._both_run or any(self._skip.values()):
            return
        lead = len(self._waiting)
        self._leads.append(-lead if self._waiting and self._waiting[0][0] == "gyr" else lead)
        if len(self._leads) < _WINDOW_PACKETS:
            return
        mean = sum(self._leads) / _WINDOW_PACKETS
        if self._usual_lead is None:
            self._usual_lead = mean
        step = round(mean - self._usual_lead)
        if step:
            ahead: Side = "acc" if step > 0 else "gyr"
            self._skip[ahead] += abs(step)
            self._leads.clear()
