"""Running, walking, still, other: which part of a recording is which.

The mean of |a| over a few strides separates running from walking without knowing how the sensor is
mounted, at 25 Hz as well as at 1600 Hz, and even when landings are clipped; the autocorrelation of
|a| says whether it is gait at all. Thresholds that look natural do not work: swing rate and fixed
peak heights are reached by walkers too (signal.md, section 6).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.magnitude import condensed, magnitude
from pfp_sensors.signal.periods import Period, autocorrelation, shortest_strong_period, windows_at
from pfp_sensors.signal.smooth import low_pass

if TYPE_CHECKING:
    from pfp_sensors.model.gait import BoutKind
    from pfp_sensors.model.recording import BoolArray, Float32Array, FloatArray, IntArray
    from pfp_sensors.settings.signal import BoutsSettings
    from pfp_sensors.signal.uniform import Piece

_PERIOD_RATE_HZ: Final = 40.0
"""The period is sought in |a| thinned out to at least this rate: five times the 8 Hz it is smoothed to."""

_USUAL_STRIDE_S: Final = 0.75
"""Stride time where no period was found: 160 steps a minute."""

_SHORTEST_WINDOW: Final = 8
"""Fewer samples than this hold no rhythm."""

_CHUNK_WINDOWS: Final = 1024
"""Windows handled at once, so that memory does not grow with the recording."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One label for each step of time.

    Attributes
    ----------
    step
        Grid points in one step.
    mean_g
        (n,) mean of |a| over the running window around each step.
    running, walking, still
        (n,) what each step looks like; none of them is "other".
    period
        Stride time in the running range around each step.
    walking_period_s
        (n,) stride time in the walking range.
    """

    step: int
    mean_g: FloatArray
    running: BoolArray
    walking: BoolArray
    still: BoolArray
    period: Period
    walking_period_s: FloatArray


@dataclass(frozen=True, slots=True)
class Span:
    """Grid points ``start`` up to, not including, ``end``, of one kind."""

    kind: BoutKind
    start: int
    end: int


def label_movement(piece: Piece, settings: BoutsSettings) -> Movement:
    """Label each step of a piece by the windows around it.

    A piece shorter than a window is one window. Holds for gait between about 35 and 120 strides a
    minute; dancing or cycling is "other".
    """
    step = max(1, min(round(settings.step_s * piece.rate_hz), len(piece)))
    n_steps = len(piece) // step
    sums, thinned, rate_hz = condensed(piece, step, _PERIOD_RATE_HZ)
    mean_g, sd_g = sums.moving_moments(settings.running_window_s / settings.step_s)
    _, still_sd = sums.moving_moments(settings.still_window_s / settings.step_s)
    wide_mean, _ = sums.moving_moments(settings.window_s / settings.step_s)
    smooth = low_pass(thinned, settings.period_lowpass_hz, rate_hz)
    centre = np.asarray((np.arange(n_steps) + 0.5) * step * rate_hz / piece.rate_hz, dtype=np.float64)
    period = _periods(
        smooth, centre, rate_hz, settings.running_window_s,
        (settings.running_min_period_s, settings.running_max_period_s), settings.period_peak_share,
    )  # fmt: skip
    still = still_sd < settings.still_max_sd_g
    slow_rhythm = ~(period.period_s < settings.slow_rhythm_s)
    needed_g = np.where(slow_rhythm, settings.slow_rhythm_min_mean_g, settings.running_min_mean_g)
    enters = (mean_g >= needed_g) & (period.strength >= settings.running_min_autocorrelation)
    running = _grow(enters, mean_g >= settings.running_stay_mean_g) & ~still
    maybe = np.flatnonzero(
        (wide_mean < settings.walking_max_mean_g) & (sd_g >= settings.still_max_sd_g) & ~running & ~still
    )
    gait = _periods(
        smooth, centre[maybe], rate_hz, settings.window_s,
        (settings.walking_min_period_s, settings.walking_max_period_s), settings.period_peak_share,
    )  # fmt: skip
    walking = np.zeros(n_steps, dtype=np.bool_)
    walking[maybe] = gait.strength >= settings.walking_min_autocorrelation
    brisk = (period.period_s[maybe] < settings.slow_rhythm_s) & (period.strength[maybe] > gait.strength)
    walking[maybe] &= ~brisk
    walking_period_s = np.full(n_steps, np.nan)
    walking_period_s[maybe] = gait.period_s
    return Movement(
        step=step,
        mean_g=mean_g,
        running=running,
        walking=walking,
        still=still,
        period=period,
        walking_period_s=walking_period_s,
    )


def spans_of(mask: BoolArray) -> list[tuple[int, int]]:
    """List the stretches where a mask is True, as (start, end) with the end left out."""
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


def running_regions(movement: Movement, n: int) -> list[tuple[int, int]]:
    """List where running is likely, in grid points: what the search for landings looks at."""
    step = movement.step
    return [(a * step, n if b == len(movement.running) else b * step) for a, b in spans_of(movement.running)]


def stride_time_in(movement: Movement, start: int, end: int) -> float:
    """Return the median stride time in seconds of the steps between two grid points."""
    first = min(start // movement.step, len(movement.running) - 1)
    periods = movement.period.period_s[first : max(first + 1, end // movement.step)]
    known = periods[np.isfinite(periods)]
    return float(np.median(known)) if len(known) else _USUAL_STRIDE_S


def refine_regions(
    piece: Piece, movement: Movement, regions: list[tuple[int, int]], settings: BoutsSettings
) -> list[tuple[int, int]]:
    """Sharpen the edges of running stretches where single landings cannot be seen.

    At each edge |a|, averaged over one stride, passes half-way between its levels on both sides.
    Stretches shorter than ``settings.min_strides`` strides are dropped.
    """
    norm = magnitude(piece.acc_g)
    refined = []
    reach = round(settings.running_window_s * piece.rate_hz)
    for a, b in regions:
        stride_s = stride_time_in(movement, a, b)
        size = max(1, round(stride_s * piece.rate_hz))
        lo, hi = max(0, a - reach), min(len(norm), b + reach)
        level = np.convolve(norm[lo:hi], np.full(size, 1.0 / size), mode="same")
        inside = float(np.median(level[a - lo : b - lo]))
        start, end = a, b
        if a > 0:
            half = 0.5 * (inside + float(level[: size + 1].min()))
            low = np.flatnonzero(level[: min(a - lo + reach, len(level) // 2)] < half)
            start = lo + int(low[-1]) + 1 if len(low) else a
        if b < len(norm):
            half = 0.5 * (inside + float(level[-size - 1 :].min()))
            tail = max(b - lo - reach, len(level) // 2)
            low = np.flatnonzero(level[tail:] < half)
            end = lo + tail + int(low[0]) if len(low) else b
        if end - start >= settings.min_strides * size:
            refined.append((start, end))
    return refined


def fill_between(movement: Movement, running: list[tuple[int, int]], n: int) -> list[Span]:
    """Label everything outside the running bouts and return the whole piece as consecutive spans.

    Parameters
    ----------
    running
        Final running bouts in grid points, in order.
    n
        Grid points of the piece.
    """
    spans: list[Span] = []
    position = 0
    for start, end in [*running, (n, n)]:
        if start > position:
            spans.extend(_label_rest(movement, position, start))
        if end > start:
            spans.append(Span("running", start, end))
        position = max(position, end)
    return spans


_REST_KINDS: Final[tuple[BoutKind, ...]] = ("other", "walking", "still")


def _label_rest(movement: Movement, start: int, end: int) -> list[Span]:
    """Label grid points ``start`` to ``end`` (no running there); slivers join what is before them."""
    step = movement.step
    first, last = start // step, max(start // step + 1, -(-end // step))
    last = min(last, len(movement.walking))
    first = min(first, last - 1)
    code = np.where(movement.still[first:last], 2, np.where(movement.walking[first:last], 1, 0))
    code = _absorb_slivers(code, shortest=4)
    cuts = [0, *(np.flatnonzero(np.diff(code)) + 1).tolist(), len(code)]
    spans = []
    for a, b in itertools.pairwise(cuts):
        begin = start if a == 0 else (first + a) * step
        finish = end if b == len(code) else (first + b) * step
        if finish > begin:
            spans.append(Span(_REST_KINDS[int(code[a])], begin, finish))
    return spans


def _absorb_slivers(code: IntArray, shortest: int) -> IntArray:
    """Give runs of "other" shorter than ``shortest`` steps the label of a neighbour."""
    out = code.copy()
    for a, b in spans_of(code == 0):
        if b - a < shortest:
            if a > 0:
                out[a:b] = out[a - 1]
            elif b < len(out):
                out[a:b] = out[b]
    return out


def _periods(
    smooth: Float32Array,
    centre: FloatArray,
    rate_hz: float,
    window_s: float,
    range_s: tuple[float, float],
    share: float,
) -> Period:
    """Find the period in a window around each step."""
    length = min(round(window_s * rate_hz), len(smooth))
    period_s = np.full(len(centre), np.nan)
    strength = np.zeros(len(centre))
    if length < _SHORTEST_WINDOW:
        return Period(period_s, strength)
    for a in range(0, len(centre), _CHUNK_WINDOWS):
        here = slice(a, a + _CHUNK_WINDOWS)
        start = np.rint(centre[here] - length / 2).astype(np.int64)
        correlation = autocorrelation(windows_at(smooth, start, length))
        found = shortest_strong_period(correlation, rate_hz, *range_s, share)
        period_s[here], strength[here] = found.period_s, found.strength
    return Period(period_s, strength)


def _grow(seed: BoolArray, stay: BoolArray) -> BoolArray:
    """Keep the stretches of ``stay`` that hold at least one ``seed``."""
    grown = np.zeros(len(seed), dtype=np.bool_)
    for a, b in spans_of(stay | seed):
        grown[a:b] = bool(seed[a:b].any())
    return grown
