"""Landing impact: the peak of shank acceleration just after initial contact.

It says how hard the shank is braked. It is neither the load on the kneecap nor on the bone
(force impact peak against tibial force r = -0.29 +- 0.37, Matijevich 2019).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.smooth import Reader, butterworth_reader

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, Float32Array, FloatArray
    from pfp_sensors.settings.signal import ImpactSettings

_BLOCK: Final = 1024
"""Contacts handled at once, so that memory does not grow with the recording."""

_FILTER_ORDER: Final = 4
"""Fourth order, run forwards and backwards (signal.md, section 9)."""

_GRID_STEP_S: Final = 0.001
"""A 60 Hz wave read every 1 ms loses at most 1.8 % of its peak; its parabola, nothing to speak of."""

_REPEATS_AT_STOP: Final = 3
"""So many equal extreme values on one axis are a stop, not chance (formats.md, section 2)."""

_LOWEST_STOP_G: Final = 1.9
"""No accelerometer in use stops below 2 g."""


@dataclass(frozen=True, slots=True)
class LandingPeaks:
    """Peaks of (n,) landings; NaN where there is none.

    ``swing_overlap`` marks contacts at which |a| is highest at the very start of the window and no peak
    of its own follows, so that the landing cannot be told from the end of swing. ``clipped`` marks
    contacts during which the sensor reached its limit: their peaks are lower bounds.
    """

    resultant_g: FloatArray
    axial_g: FloatArray
    time_to_peak_s: FloatArray
    clipped: BoolArray
    swing_overlap: BoolArray


def stop_level_g(
    acc_g: Float32Array, acc_range_g: float | None, clip_level_share: float
) -> tuple[float, bool]:
    """Return the reading at and above which a sample counts as clipped, and whether it was guessed.

    Sensors stop a little below their nominal range, mostly for single samples. With an unknown range,
    an extreme value that one axis reaches at least three times, and no reading passes, is taken for the
    stop; without one nothing is clipped (infinity).
    """
    if acc_range_g is not None:
        return clip_level_share * acc_range_g, False
    highest = max(float(acc_g.max()), -float(acc_g.min()))
    for axis in range(3):
        column = acc_g[:, axis]
        for extreme in (float(column.max()), float(column.min())):
            if (
                abs(extreme) >= max(_LOWEST_STOP_G, clip_level_share * highest)
                and np.count_nonzero(column == np.float32(extreme)) >= _REPEATS_AT_STOP
            ):
                return clip_level_share * abs(extreme), True
    return float("inf"), False


def landing_peaks(
    acc_g: Float32Array,
    rate_hz: float,
    initial: FloatArray,
    landing: FloatArray,
    up: FloatArray | None,
    stop_g: float,
    settings: ImpactSettings,
) -> LandingPeaks:
    """Measure the landing peak after each initial contact.

    The peak is the largest local maximum of |a|, low-passed at 60 Hz (or 0.4 of a lower rate), within
    75 ms after initial contact that stands out by at least 1 g from what is before it in the window.
    Nothing earlier than 50 ms before the sharpest moment counts: on a shoe the end of swing, 70 ms
    before it, is twice as large.
    Gravity and rotation of the shank are left in: for one site against its own history they cancel.

    Parameters
    ----------
    acc_g
        (m, 3) acceleration of the piece.
    initial
        (n,) initial contacts as fractional samples.
    landing
        (n,) sharpest moments, as fractional samples.
    up
        (3,) long axis in sensor coordinates, or None: then axial peaks are NaN.
    stop_g
        Reading at and above which a sample counts as clipped.
    """
    reader = peak_reader(rate_hz, settings)
    blocks = [
        measure_landings(
            acc_g, rate_hz, initial[a : a + _BLOCK], landing[a : a + _BLOCK], up, stop_g, reader, settings
        )
        for a in range(0, max(1, len(initial)), _BLOCK)
    ]
    columns = (item.name for item in fields(LandingPeaks))
    return LandingPeaks(*(np.concatenate([getattr(block, name) for block in blocks]) for name in columns))


def peak_reader(rate_hz: float, settings: ImpactSettings) -> Reader:
    """Build the reader of the low-passed signal after an initial contact."""
    cutoff_hz = min(settings.lowpass_hz, settings.lowpass_rate_share * rate_hz)
    margin_s = 1.0 / rate_hz
    to_s = settings.window_ms / 1000.0 + margin_s + _GRID_STEP_S
    return butterworth_reader(cutoff_hz, _FILTER_ORDER, rate_hz, -margin_s, to_s, _GRID_STEP_S)


def measure_landings(
    acc_g: Float32Array,
    rate_hz: float,
    initial: FloatArray,
    landing: FloatArray,
    up: FloatArray | None,
    stop_g: float,
    reader: Reader,
    settings: ImpactSettings,
) -> LandingPeaks:
    """Measure a block of landings; parameters as for :func:`landing_peaks`."""
    centre = np.rint(initial).astype(np.int64)
    since_s = reader.offset_s + (centre - initial)[:, None] / rate_hz
    from_s = np.maximum(0.0, (landing - initial) / rate_hz - settings.swing_guard_ms / 1000.0)
    window = (since_s >= from_s[:, None]) & (since_s <= settings.window_ms / 1000.0)
    axes = reader.read_axes(acc_g, centre)
    resultant = np.sqrt(np.einsum("kij,kij->ij", axes, axes))
    peak_g, at_s, overlap = _highest(resultant, since_s, window, settings.min_prominence_g)
    axial_g = np.full(len(initial), np.nan)
    if up is not None:
        axial = np.tensordot(np.asarray(up, dtype=np.float32), axes, axes=1)
        axial_g, _, _ = _highest(axial, since_s, window, settings.min_prominence_g)
    span = np.arange(int(settings.window_ms / 1000.0 * rate_hz) + 2)
    index = np.floor(initial).astype(np.int64)[:, None] + span
    inside = index <= (initial + settings.window_ms / 1000.0 * rate_hz)[:, None]
    at_stop = np.abs(acc_g[np.clip(index, 0, len(acc_g) - 1)]) >= stop_g
    clipped = np.any(at_stop & inside[:, :, None], axis=(1, 2))
    cut_off = (initial < 0) | (initial + settings.window_ms / 1000.0 * rate_hz > len(acc_g) - 1)
    unknown = cut_off | overlap
    return LandingPeaks(
        resultant_g=np.where(unknown, np.nan, peak_g),
        axial_g=np.where(unknown, np.nan, axial_g),
        time_to_peak_s=np.where(unknown, np.nan, at_s),
        clipped=clipped,
        swing_overlap=overlap & ~cut_off,
    )


def _highest(
    value: Float32Array, since_s: FloatArray, window: BoolArray, min_prominence_g: float
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Find the highest local maximum of each row inside its window, and whether the start was higher."""
    row = np.arange(len(value))
    inner = value[:, 1:-1]
    maximum = (inner > value[:, :-2]) & (inner >= value[:, 2:]) & window[:, 1:-1]
    height = np.where(maximum, inner, -np.inf)
    top = height.argmax(axis=1) + 1
    before, peak, after = (value[row, top + k].astype(np.float64) for k in (-1, 0, 1))
    bend = before - 2.0 * peak + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), 0.0)
    peak_g = peak - 0.25 * (before - after) * shift
    earlier = window & (np.arange(value.shape[1]) <= top[:, None])
    foot = np.where(earlier, value, np.inf).min(axis=1)
    start = value[row, window.argmax(axis=1)]
    good = maximum.any(axis=1) & (peak_g - foot >= min_prominence_g)
    overlap = ~good & (start > np.where(maximum.any(axis=1), peak_g, -np.inf))
    step_s = _GRID_STEP_S
    return (
        np.where(good, peak_g, np.nan),
        np.where(good, since_s[row, top] + shift * step_s, np.nan),
        overlap,
    )
