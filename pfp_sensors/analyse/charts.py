"""The numbers behind the charts of a run: medians by windows of time, landings by peak, waveform."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.spread import STEPS_PER_STRIDE
from pfp_sensors.gait.waveform import landing_waveform
from pfp_sensors.model.report import Bin, LegCharts, Stretch, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import BoolArray, FloatArray, IntArray, Recording
    from pfp_sensors.model.report import Waveform
    from pfp_sensors.model.summary import RunSummary
    from pfp_sensors.settings.signal import SignalSettings

WINDOW_S: Final = 30.0
"""Length of a window; a long recording gets a whole multiple of it."""

MOST_WINDOWS: Final = 160
FEWEST_STRIDES: Final = 5
"""A window with fewer strides shows no median."""

_BIN_G: Final = 0.5
_MOST_BINS: Final = 40
_MOST_STRETCHES: Final = 400

_SERIES: Final = ("cadence_spm", "impact", "speed_mps", "stride_length_m")
_NOT_BY_TIME: Final = "it was given for the whole run, not measured stride by stride."


def leg_charts(recording: Recording, leg: LegAnalysis, settings: SignalSettings) -> LegCharts:
    """Gather what the charts of one leg show.

    A quantity that the summary refuses has no chart, and its reason is the summary's.

    Parameters
    ----------
    recording
        The samples that ``leg`` was made from.
    """
    summary, strides = leg.summary, leg.strides
    counted = strides.running & strides.valid
    length_s = window_length_s(recording.duration_s)
    landed = strides.running & np.isfinite(strides.resultant_g)

    def by_time(values: FloatArray, chosen: BoolArray) -> tuple[Window, ...]:
        return windows(strides.initial_contact_s, values, chosen, recording.duration_s, length_s)

    cadence = by_time(60.0 * STEPS_PER_STRIDE / strides.stride_time_s, counted)
    speed, length = by_time(strides.speed_mps, counted), by_time(strides.stride_length_m, counted)
    waveform = _waveform(recording, strides, summary, settings)
    found = {
        "cadence_spm": () if summary.cadence_spm is None else _known(cadence),
        "impact": () if summary.impact is None else _known(by_time(strides.resultant_g, landed)),
        "speed_mps": () if summary.speed_mps is None else _known(speed),
        "stride_length_m": () if summary.stride_length_m is None else _known(length),
    }
    missing = {key: _why_missing(summary, key) for key in _SERIES if not found[key]}
    if waveform is None:
        missing["waveform"] = missing.get("impact", "too few whole landings.")
    return LegCharts(
        side=recording.side,
        sensor=recording.sensor,
        duration_s=recording.duration_s,
        cadence_spm=found["cadence_spm"],
        resultant_g=found["impact"],
        speed_mps=found["speed_mps"],
        stride_length_m=found["stride_length_m"],
        landings=() if summary.impact is None else bins(strides.resultant_g[landed]),
        waveform=waveform,
        stretches=stretches(summary),
        missing=missing,
    )


def window_length_s(duration_s: float) -> float:
    """Choose the length of windows: 30 s, or the multiple of it that keeps their number bounded."""
    return WINDOW_S * max(1, math.ceil(duration_s / WINDOW_S / MOST_WINDOWS))


def windows(
    at_s: FloatArray, values: FloatArray, chosen: BoolArray, duration_s: float, length_s: float
) -> tuple[Window, ...]:
    """Give median and quartiles by windows of equal length; only chosen and finite values count.

    Parameters
    ----------
    at_s, values, chosen
        (n,) time, value, and whether it counts.
    duration_s
        The windows reach from 0 to there; the last may be shorter.
    """
    known = chosen & np.isfinite(values)
    times, kept = at_s[known], values[known]
    number = math.ceil(duration_s / length_s)
    place = np.clip((times // length_s).astype(np.int64), 0, number - 1)
    counts = np.bincount(place, minlength=number)
    mean_s = np.bincount(place, weights=times, minlength=number) / np.maximum(counts, 1)
    lower, middle, upper = _quartiles(kept[np.lexsort((kept, place))], counts)
    found = []
    for k, count in enumerate(counts.tolist()):
        start_s, end_s = k * length_s, min((k + 1) * length_s, duration_s)
        if count < FEWEST_STRIDES:
            found.append(Window(start_s, end_s, count, None, None, None, None))
        else:
            found.append(Window(start_s, end_s, count, mean_s[k].item(), middle[k], lower[k], upper[k]))
    return tuple(found)


def bins(peaks_g: FloatArray) -> tuple[Bin, ...]:
    """Count landings by their peak, in steps of 0.5 g or, over a wide range, a multiple of that."""
    if len(peaks_g) == 0:
        return ()
    span_g = float(peaks_g.max() - peaks_g.min())
    width = _BIN_G * max(1, math.ceil(span_g / _BIN_G / _MOST_BINS))
    first = math.floor(float(peaks_g.min()) / width)
    place = np.floor(peaks_g / width).astype(np.int64) - first
    return tuple(
        Bin((first + k) * width, (first + k + 1) * width, n)
        for k, n in enumerate(np.bincount(place).tolist())
    )


def stretches(summary: RunSummary) -> tuple[Stretch, ...]:
    """List what was not running, and the gaps; of very many only the longest, in order of time."""
    found = [Stretch(one.kind, one.start_s, one.end_s) for one in summary.bouts if one.kind != "running"]
    found += [Stretch("gap", gap.start_s, gap.end_s) for gap in summary.recording.gaps]
    longest = sorted(found, key=lambda one: one.start_s - one.end_s)[:_MOST_STRETCHES]
    return tuple(sorted(longest, key=lambda one: (one.start_s, one.kind)))


def _quartiles(ordered: FloatArray, counts: IntArray) -> Iterator[list[float]]:
    """Give p25, median and p75, as `spread` does, of groups one behind the other, each in order."""
    first = np.cumsum(counts) - counts
    for share in (0.25, 0.5, 0.75):
        if len(ordered) == 0:
            yield []
            continue
        at = share * np.maximum(counts - 1, 0)
        below = np.floor(at).astype(np.int64)
        low = ordered[np.minimum(first + below, len(ordered) - 1)]
        high = ordered[np.minimum(first + below + 1, len(ordered) - 1)]
        yield (low + (at - below) * (high - low)).tolist()


def _known(series: tuple[Window, ...]) -> tuple[Window, ...]:
    """Keep a series that has a median somewhere."""
    return series if any(one.median is not None for one in series) else ()


def _why_missing(summary: RunSummary, key: str) -> str:
    """Say why a quantity has no series: the summary's reason, else what can be told from it."""
    for field in (key, "events"):  # a cadence can be known without single landings
        said = [one.message for one in summary.reasons if one.blocking and one.field == field]
        if said:
            return said[0]
    if key in {"speed_mps", "stride_length_m"} and summary.speed_mps is not None:
        return _NOT_BY_TIME
    general = [one.message for one in summary.reasons if one.blocking]
    if summary.status == "refused" and general:
        return general[0]
    return f"no {WINDOW_S:.0f} s hold {FEWEST_STRIDES} strides or more of which it is known."


def _waveform(
    recording: Recording, strides: Strides, summary: RunSummary, settings: SignalSettings
) -> Waveform | None:
    if summary.impact is None:
        return None
    landed = strides.running & np.isfinite(strides.resultant_g)
    return landing_waveform(recording, strides.initial_contact_s[landed], settings.impact)
