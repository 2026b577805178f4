"""A run second by second, as a FIT file has it: the stride under way, the landings of the last second."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.formats.fit_watch_fields import OF_A_WATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.model.watch import JoinedWatch, WatchRun

_MOST_BETWEEN_ROWS_S: Final = 5.0
"""A watch that saves a row only where something changes still does so every few seconds."""


@dataclass(frozen=True, slots=True)
class FitRows:
    """Rows of a run, and when its timer ran.

    Attributes
    ----------
    time_s
        (n,) whole seconds from the start of the run, growing.
    channels
        (n,) each, NaN where unknown: ``distance_m`` (grows), ``speed_mps``, ``cadence_spm``,
        ``heart_rate_bpm``, ``peak_g``, ``contact_ms``, and those of `OF_A_WATCH`.
    spans
        Whole seconds at which the timer started and stopped, in order.
    """

    time_s: FloatArray
    spans: tuple[tuple[int, int], ...]
    channels: Mapping[str, FloatArray] = field(default_factory=dict)


def rows_of_legs(
    legs: Sequence[LegAnalysis], joined: JoinedWatch | None = None, distance_km: float | None = None
) -> FitRows:
    """Make a row for each second of running; where nobody runs, the timer stands, and there is no row.

    Cadence and speed are those of the stride under way, the mean of both legs where both have one. Peak and
    contact time are the medians over the landings of the second that ends there. Speed and distance are the
    watch's where one is joined, else of the strides; distance of strides is stretched to the run's.

    Parameters
    ----------
    legs
        The analysis: what it refuses is not in the rows.
    joined
        The watch's run.
    distance_km
        The run's, as the diary has it.

    Returns
    -------
    FitRows
        Without any row where nobody runs.
    """
    spans = _running_spans(legs)
    time_s = np.concatenate([np.empty(0), *(np.arange(start, end + 1.0) for start, end in spans)])
    channels = {
        "cadence_spm": _mean([_under_way(leg.strides, _cadence_spm(leg.strides), time_s) for leg in legs]),
        "speed_mps": _mean([_under_way(leg.strides, leg.strides.speed_mps, time_s) for leg in legs]),
        "peak_g": _of_landings(
            [leg.strides for leg in legs if leg.summary.impact], lambda strides: strides.resultant_g, time_s
        ),
        "contact_ms": _of_landings(
            [leg.strides for leg in legs if leg.summary.contact_time_s],
            lambda strides: 1000.0 * strides.contact_time_s,
            time_s,
        ),
    }
    if joined is not None:
        channels |= _of_watch(joined, time_s, spans)
    else:
        channels |= _measured_by_strides(channels["speed_mps"], spans, distance_km)
    return FitRows(time_s, spans, _with_numbers(channels))


def rows_of_watch(watch: WatchRun) -> FitRows:
    """Take the rows of a watch as they are, to the whole second; its timer stands where it was paused."""
    whole = np.round(watch.time_s)
    rows = np.flatnonzero(np.diff(whole, prepend=-1.0) > 0)
    names = ("distance_m", "speed_mps", "cadence_spm", "heart_rate_bpm", *OF_A_WATCH)
    channels = {name: watch.channels[name][rows] for name in names if name in watch.channels}
    stops = [(math.floor(pause.start_s), math.ceil(pause.end_s)) for pause in watch.pauses]
    edges = [int(whole[0]), *(edge for stop in sorted(stops) for edge in stop), int(whole[-1])]
    spans = tuple((a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a)
    return FitRows(whole[rows], spans or ((edges[0], edges[-1]),), _with_numbers(channels))


def rows_of_totals(seconds: int, distance_km: float | None) -> FitRows:
    """Make the first and the last row of a run of which only the totals are known."""
    channels = {} if distance_km is None else {"distance_m": np.array([0.0, 1000.0 * distance_km])}
    return FitRows(np.array([0.0, seconds]), ((0, seconds),), channels)


def _running_spans(legs: Sequence[LegAnalysis]) -> tuple[tuple[int, int], ...]:
    """Join the bouts of running of all legs, to whole seconds."""
    bouts = [bout for leg in legs for bout in leg.summary.bouts if bout.kind == "running"]
    spans: list[tuple[int, int]] = []
    for start, end in sorted((round(bout.start_s), round(bout.end_s)) for bout in bouts):
        if spans and start <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif end > start:
            spans.append((start, end))
    return tuple(spans)


def _cadence_spm(strides: Strides) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(strides.stride_time_s > 0, 120.0 / strides.stride_time_s, np.nan)


def _under_way(strides: Strides, values: FloatArray, time_s: FloatArray) -> FloatArray:
    """Give the value of the running stride under way at each moment; NaN where there is none."""
    if not len(strides):
        return np.full(len(time_s), np.nan)
    index = np.searchsorted(strides.initial_contact_s, time_s, side="right") - 1
    at = np.maximum(index, 0)
    lasts = time_s < strides.initial_contact_s[at] + strides.stride_time_s[at]
    known = (index >= 0) & lasts & strides.valid[at] & strides.running[at]
    return np.where(known, values[at], np.nan)


def _of_landings(
    legs: Sequence[Strides], values: Callable[[Strides], FloatArray], time_s: FloatArray
) -> FloatArray:
    """Give the median over the running landings of the second that ends at each moment."""
    empty = np.empty(0)
    landed_s = np.concatenate([empty, *(each.initial_contact_s[each.running] for each in legs)])
    found = np.concatenate([empty, *(values(each)[each.running] for each in legs)])
    landed_s, found = landed_s[np.isfinite(found)], found[np.isfinite(found)]
    order = np.argsort(landed_s)
    landed_s, found = landed_s[order], found[order]
    first = np.searchsorted(landed_s, time_s - 1.0, side="right")
    last = np.searchsorted(landed_s, time_s, side="right")
    pairs = zip(first.tolist(), last.tolist(), strict=True)
    return np.array([np.median(found[a:b]) if b > a else np.nan for a, b in pairs])


def _measured_by_strides(
    speed_mps: FloatArray, spans: Sequence[tuple[int, int]], distance_km: float | None
) -> dict[str, FloatArray]:
    """Add up the speed of strides to a distance; a second without a stride takes its neighbours' speed."""
    known = np.isfinite(speed_mps)
    if not known.any():
        return {}
    rows = np.arange(len(speed_mps))
    filled = np.interp(rows, rows[known], speed_mps[known])
    steps_m = np.diff(filled, prepend=filled[0]) / -2 + filled
    steps_m[_first_rows(spans)] = 0.0
    distance_m = np.cumsum(steps_m)
    factor = 1.0 if distance_km is None else 1000.0 * distance_km / float(distance_m[-1])
    return {"distance_m": factor * distance_m, "speed_mps": factor * speed_mps}


def _of_watch(
    joined: JoinedWatch, time_s: FloatArray, spans: Sequence[tuple[int, int]]
) -> dict[str, FloatArray]:
    """Take speed, heart rate and distance of the watch; what it measured outside running is not counted."""
    watch = joined.watch
    at_s = joined.offset_s + joined.rate * watch.time_s
    found = {
        name: _at(time_s, at_s, watch.channels[name])
        for name in ("speed_mps", "heart_rate_bpm", "distance_m", *OF_A_WATCH)
        if name in watch.channels
    }
    distance_m = found.pop("distance_m", None)
    if distance_m is None or not np.isfinite(distance_m).any():
        return found
    rows = np.arange(len(time_s))
    known = np.isfinite(distance_m)
    filled = np.interp(rows, rows[known], distance_m[known])
    steps_m = np.diff(filled, prepend=filled[0])
    steps_m[_first_rows(spans)] = 0.0
    return found | {"distance_m": np.where(known, np.cumsum(steps_m), np.nan)}


def _at(wanted_s: FloatArray, time_s: FloatArray, values: FloatArray) -> FloatArray:
    """Interpolate between rows that have a value; NaN outside them, and where they are far apart."""
    known = np.isfinite(values)
    if not known.any():
        return np.full(len(wanted_s), np.nan)
    time_s, values = time_s[known], values[known]
    right = np.clip(np.searchsorted(time_s, wanted_s), 1, max(len(time_s) - 1, 1)) % len(time_s)
    near = time_s[right] - time_s[right - 1] <= _MOST_BETWEEN_ROWS_S
    inside = (wanted_s >= time_s[0]) & (wanted_s <= time_s[-1])
    return np.where(near & inside, np.interp(wanted_s, time_s, values), np.nan)


def _first_rows(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Find the row at which each span begins."""
    lengths = [end - start + 1 for start, end in spans]
    return [sum(lengths[:number]) for number in range(len(lengths))]


def _mean(legs: Sequence[FloatArray]) -> FloatArray:
    """Average what is known of several legs; NaN where nothing is."""
    values = np.stack(list(legs))
    known = np.isfinite(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _with_numbers(channels: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    return {name: values for name, values in channels.items() if np.isfinite(values).any()}
