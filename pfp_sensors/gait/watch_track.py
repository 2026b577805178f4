"""How far and how fast a joined watch says the runner went, at any time of the recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, FloatArray
    from pfp_sensors.model.watch import JoinedWatch

_HOLE_S: Final = 10.0
"""Rows further apart leave a hole; a watch that writes when something changes has rows 1 to 9 s apart."""

_FASTEST_MPS: Final = 8.0
"""A distance that grew faster than this over a hole leapt."""

_SLOWEST_MPS: Final = 1.0
"""A distance that grew slower than this over a hole stood, as it does while the watch is paused."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Metres told, and seconds they were told for, up to each row."""

    time_s: FloatArray
    metres: FloatArray
    seconds: FloatArray

    @staticmethod
    def of(time_s: FloatArray, metres: FloatArray, known: BoolArray) -> _Way:
        """Add up what each step between two rows says, leaving out steps that say nothing."""
        seconds = np.diff(time_s)
        sums = [np.concatenate([[0.0], np.cumsum(np.where(known, part, 0.0))]) for part in (metres, seconds)]
        return _Way(time_s, sums[0], sums[1])

    def between(self, start_s: FloatArray, end_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return metres and seconds told between times."""
        metres, seconds = (
            np.interp(end_s, self.time_s, sums) - np.interp(start_s, self.time_s, sums)
            for sums in (self.metres, self.seconds)
        )
        return metres, seconds


@dataclass(frozen=True, slots=True)
class WatchTrack:
    """A watch's distance and speed on the recording's clock; None for a channel that the watch lacks."""

    distance: _Way | None
    speed: _Way | None

    @staticmethod
    def of(joined: JoinedWatch) -> WatchTrack:
        """Put a joined watch on the recording's clock."""
        return WatchTrack(_distance_way(joined), _speed_way(joined))

    def way(self, start_s: FloatArray, end_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (n,) metres between times and the seconds of them the watch tells of, by its distance.

        Where it has no distance, its speed is added up.
        """
        return _told(self.distance or self.speed, start_s, end_s)

    def mean_speed(self, start_s: FloatArray, end_s: FloatArray, share: float) -> FloatArray:
        """Return (n,) m/s between times by the watch's speed, or else its distance.

        NaN where the watch tells of less than that share of the time.
        """
        return _speed(self.speed or self.distance, start_s, end_s, share)

    def two_speeds(
        self, start_s: FloatArray, end_s: FloatArray, share: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return (n,) m/s twice: by the watch's distance and by its speed; alike where it has but one."""
        by_distance = _speed(self.distance or self.speed, start_s, end_s, share)
        return by_distance, self.mean_speed(start_s, end_s, share)


def _told(way: _Way | None, start_s: FloatArray, end_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    if way is None:
        return np.zeros(len(start_s)), np.zeros(len(start_s))
    return way.between(start_s, end_s)


def _speed(way: _Way | None, start_s: FloatArray, end_s: FloatArray, share: float) -> FloatArray:
    metres, seconds = _told(way, start_s, end_s)
    enough = (seconds > 0.0) & (seconds >= share * (end_s - start_s))
    return np.where(enough, metres / np.where(enough, seconds, 1.0), np.nan)


def _rows(joined: JoinedWatch, name: str) -> tuple[FloatArray, FloatArray] | None:
    """Return times on the recording's clock and values of a channel where it has any."""
    values = joined.watch.channel(name)
    if values is None:
        return None
    known = np.isfinite(values)
    if np.count_nonzero(known) < 2:
        return None
    return joined.offset_s + joined.rate * joined.watch.time_s[known], values[known]


def _distance_way(joined: JoinedWatch) -> _Way | None:
    rows = _rows(joined, "distance_m")
    if rows is None:
        return None
    time_s, distance_m = rows
    metres, seconds = np.diff(distance_m), np.diff(time_s)
    speed = metres / seconds
    bridged = (speed >= _SLOWEST_MPS) & (speed <= _FASTEST_MPS) & ~_paused(joined, time_s)
    return _Way.of(time_s, metres, (metres >= 0.0) & ((seconds <= _HOLE_S) | bridged))


def _speed_way(joined: JoinedWatch) -> _Way | None:
    rows = _rows(joined, "speed_mps")
    if rows is None:
        return None
    time_s, speed_mps = rows
    seconds = np.diff(time_s)
    return _Way.of(time_s, 0.5 * (speed_mps[1:] + speed_mps[:-1]) * seconds, seconds <= _HOLE_S)


def _paused(joined: JoinedWatch, time_s: FloatArray) -> BoolArray:
    """Mark the steps between rows in which the watch was paused."""
    marks = np.zeros(len(time_s) - 1, dtype=np.bool_)
    for pause in joined.watch.pauses:
        start, end = (joined.offset_s + joined.rate * t for t in (pause.start_s, pause.end_s))
        marks |= (time_s[:-1] < end) & (time_s[1:] > start)
    return marks
