"""Stretches of about 30 s of running: what a speed is learned from, and told for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.watch_track import WatchTrack

if TYPE_CHECKING:
    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import BoolArray, FloatArray, IntArray
    from pfp_sensors.model.watch import JoinedWatch

WINDOW_S: Final = 30.0
"""Strides are averaged over this: single ones vary more than pace does, and a watch is some seconds late."""

_SETTLE_S: Final = 15.0
"""This close to where a bout begins or ends, the watch's speed is still that of what came before."""

_STRIDES_SHARE: Final = 0.8
"""Of a window's time that must be valid strides."""

_WATCH_SHARE: Final = 0.95
"""Of a window's time that the watch must tell of."""

_STEADY_SHARE: Final = 0.06
"""Halves of a window may differ by this in the watch's speed."""

_AGREE_SHARE: Final = 0.05
"""The watch's distance and its speed may differ by this: more is bad reception."""

_PLAUSIBLE_MPS: Final = (1.5, 7.0)
"""Running speeds."""

_FAR_OFF: Final = 0.25
"""A sensor whose speed is off by more than this is not biased but wrong, and teaches nothing."""


@dataclass(frozen=True, slots=True)
class LearningWindows:
    """Stretches of about 30 s of even running.

    Attributes
    ----------
    speed_mps
        (n,) by the watch.
    stride_hz
        (n,) strides of one leg per second.
    raw_speed_mps
        (n,) by the sensor alone; NaN without a gyroscope.
    """

    speed_mps: FloatArray
    stride_hz: FloatArray
    raw_speed_mps: FloatArray

    def __len__(self) -> int:
        """Count the windows."""
        return len(self.speed_mps)


@dataclass(frozen=True, slots=True)
class StrideWindows:
    """Stretches of about 30 s of one bout: where they are, how often and how fast the leg strode there.

    Attributes
    ----------
    start_s, end_s, stride_hz, raw_speed_mps
        (n,) each.
    of_stride
        (m,) window of each stride; -1 for none.
    """

    start_s: FloatArray
    end_s: FloatArray
    stride_hz: FloatArray
    raw_speed_mps: FloatArray
    of_stride: IntArray


def stride_windows(strides: Strides) -> StrideWindows:
    """Gather valid running strides in windows of 30 s, the rest of a bout in a shorter or longer one."""
    rows: list[tuple[float, float, float, float]] = []
    member = np.full(len(strides), -1, dtype=np.int64)
    good = strides.running & strides.valid & np.isfinite(strides.stride_time_s)
    for bout in np.unique(strides.bout_index[good]):
        here = np.flatnonzero(good & (strides.bout_index == bout))
        since = strides.initial_contact_s[here] - strides.initial_contact_s[here[0]]
        count = max(1, round(float(since[-1]) / WINDOW_S))
        place = np.minimum((since / (since[-1] + 1e-9) * count).astype(np.int64), count - 1)
        for window in range(count):
            part = here[place == window]
            if len(part) == 0:
                continue
            member[part] = len(rows)
            time_s, speed = strides.stride_time_s[part], strides.speed_mps[part]
            known = speed[np.isfinite(speed)]
            raw = float(np.median(known)) if len(known) >= 0.5 * len(part) else np.nan
            start = float(strides.initial_contact_s[part[0]])
            end = float(strides.initial_contact_s[part[-1]] + time_s[-1])
            rows.append((start, end, float(1.0 / time_s.mean()), raw))
    table = np.array(rows).reshape(-1, 4).T
    return StrideWindows(table[0], table[1], table[2], table[3], member)


def learning_windows(leg: LegAnalysis, joined: JoinedWatch) -> LearningWindows:
    """Pick the windows of a joined run that teach: even running, and a watch that knows its speed.

    A watch that was indoors teaches nothing: its distance is its own guess.

    Parameters
    ----------
    leg
        Of the recording.
    joined
        The watch on the recording's clock.

    Returns
    -------
    windows
        None of them where there is nothing to learn.
    """
    found = stride_windows(leg.strides)
    if joined.watch.indoor is True or len(found.start_s) == 0:
        return LearningWindows(np.empty(0), np.empty(0), np.empty(0))
    start_s, end_s = found.start_s, found.end_s
    track = WatchTrack.of(joined)
    by_distance, by_speed = track.two_speeds(start_s, end_s, _WATCH_SHARE)
    middle_s = 0.5 * (start_s + end_s)
    first = track.mean_speed(start_s, middle_s, _WATCH_SHARE)
    second = track.mean_speed(middle_s, end_s, _WATCH_SHARE)
    speed = by_distance
    with np.errstate(invalid="ignore"):
        even = np.abs(first - second) <= _STEADY_SHARE * speed
        sure = np.abs(by_distance - by_speed) <= _AGREE_SHARE * speed
        running = (speed >= _PLAUSIBLE_MPS[0]) & (speed <= _PLAUSIBLE_MPS[1])
        wrong = np.abs(found.raw_speed_mps / speed - 1.0) > _FAR_OFF
    kept = even & sure & running & _whole(found, leg.strides)
    raw = np.where(wrong, np.nan, found.raw_speed_mps)
    return LearningWindows(speed[kept], found.stride_hz[kept], raw[kept])


def _whole(found: StrideWindows, strides: Strides) -> BoolArray:
    """Mark windows of usual length, away from the ends of their bouts, that are full of valid strides."""
    length = found.end_s - found.start_s
    member = found.of_stride
    inside = member >= 0
    timed = np.bincount(member[inside], strides.stride_time_s[inside], minlength=len(length))
    whole = (length >= 0.6 * WINDOW_S) & (timed >= _STRIDES_SHARE * length)
    for bout in np.unique(strides.bout_index[inside]):
        contact_s = strides.initial_contact_s[strides.bout_index == bout]
        here = (found.start_s >= contact_s[0]) & (found.start_s <= contact_s[-1])
        edge = (found.start_s < contact_s[0] + _SETTLE_S) | (found.end_s > contact_s[-1] - _SETTLE_S)
        whole &= ~(here & edge)
    return np.asarray(whole)
