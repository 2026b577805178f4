"""Speed of every stride and distance of running, by a joined watch or by what earlier ones taught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.speed_model import predict
from pfp_sensors.gait.speed_windows import stride_windows
from pfp_sensors.gait.watch_track import WatchTrack
from pfp_sensors.model.summary import LearnedFrom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.gait.speed_model import SpeedModel
    from pfp_sensors.model.gait import Bout, Strides
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.model.watch import JoinedWatch

_SMOOTH_S: Final = 10.0
"""A watch's speed is averaged over this: from second to second it varies by more than pace does."""

_KNOWN_SHARE: Final = 0.5
"""Of that time that the watch must tell of."""

_MOST_STRIDES: Final = 0.8
"""Of all strides that a model must know a speed for; for the others it was never taught."""


@dataclass(frozen=True, slots=True)
class WatchWay:
    """What a watch says of the running in a recording.

    Attributes
    ----------
    speed_mps
        (n,) of each stride, NaN where the watch says nothing; of each second of running where there are none.
    distance_km
        Of running; what the watch missed is filled in with the mean of the rest.
    covered
        Share of the running time that it tells of.
    """

    speed_mps: FloatArray
    distance_km: float
    covered: float


def watch_way(joined: JoinedWatch, bouts: Sequence[Bout], strides: Strides) -> WatchWay:
    """Read a joined watch's speed and distance over the running bouts.

    Parameters
    ----------
    joined
        The watch on the recording's clock.
    bouts
        Of the recording, of every kind; one at least of running.
    strides
        Valid running strides; none at slow rates.
    """
    track = WatchTrack.of(joined)
    spans = np.array([(bout.start_s, bout.end_s) for bout in bouts if bout.kind == "running"])
    metres, seconds = (float(told.sum()) for told in track.way(spans[:, 0], spans[:, 1]))
    running_s = float((spans[:, 1] - spans[:, 0]).sum())
    if len(strides):
        at_s = strides.initial_contact_s + 0.5 * strides.stride_time_s
    else:
        at_s = np.concatenate([np.arange(start, end) for start, end in spans])
    inside = np.clip(np.searchsorted(spans[:, 0], at_s, side="right") - 1, 0, None)
    low = np.maximum(at_s - 0.5 * _SMOOTH_S, spans[inside, 0])
    high = np.minimum(at_s + 0.5 * _SMOOTH_S, spans[inside, 1])
    speed = track.mean_speed(low, high, _KNOWN_SHARE)
    distance_m = metres / seconds * running_s if seconds > 0.0 else 0.0
    return WatchWay(speed, distance_m / 1000.0, seconds / running_s)


@dataclass(frozen=True, slots=True)
class ModelWay:
    """What earlier runs with a watch tell of this one: (n,) speed of each stride, and how sure it is."""

    speed_mps: FloatArray
    learned_from: LearnedFrom


def model_way(model: SpeedModel, strides: Strides, *, gyroscope: bool) -> ModelWay | str | None:
    """Tell the speed of every stride from a person's model.

    Parameters
    ----------
    strides
        Valid running strides.
    gyroscope
        Whether the sensor's own speed may be used.

    Returns
    -------
    way
        Words where the model was taught other running; None where it has nothing to say.
    """
    line = model.line(raw=gyroscope)
    if line is None or len(strides) == 0:
        return None
    windows = stride_windows(strides)
    raw = windows.raw_speed_mps if gyroscope else np.full(len(windows.start_s), np.nan)
    speed = predict(model, windows.stride_hz, raw)[0]
    each = np.where(windows.of_stride >= 0, speed[windows.of_stride], np.nan)
    known = float(np.isfinite(each).mean())
    if known < _MOST_STRIDES:
        return f"Your runs with a watch were at other paces; they fit {known:.0%} of these strides."
    return ModelWay(each, LearnedFrom(line.runs, line.error_pct))
