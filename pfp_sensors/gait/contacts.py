"""Initial and terminal contact of the instrumented leg, timed around each landing.

Initial contact is when the vertical force of that foot rises through 50 N, terminal contact when it
falls through 50 N (signal.md, section 2). A shank accelerometer sees neither: it sees the shank
being braked upwards just after the one, and ceasing to be pushed around the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.smooth import Reader, gaussian_reader

if TYPE_CHECKING:
    from pfp_sensors.gait.frame import Frame
    from pfp_sensors.model.recording import BoolArray, Float32Array, FloatArray, IntArray
    from pfp_sensors.settings.signal import (
        InitialContactSettings,
        TerminalContactSettings,
    )

_BLOCK: Final = 1024
"""Contacts handled at once, so that memory does not grow with the recording."""

_MIN_STEP_S: Final = 0.0005
_FALL_STEP_S: Final = 0.003
"""Grid of the axial signal at 3-8 Hz; crossings and minima are interpolated between its points."""


def find_contacts(
    acc_g: Float32Array,
    rate_hz: float,
    landing: IntArray,
    stride_time_s: FloatArray,
    frame: Frame,
    initial_settings: InitialContactSettings,
    terminal_settings: TerminalContactSettings,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Time the contacts around landings of one running bout.

    Parameters
    ----------
    acc_g
        (m, 3) acceleration of the piece.
    landing
        (n,) samples from :func:`pfp_sensors.gait.landings.find_landings`.
    stride_time_s
        (n,) time from each landing to the next one (typical time for the last).
    frame
        Shank axes.

    Returns
    -------
    initial, terminal, confidence
        (n,) fractional samples; terminal is NaN where it cannot be told; confidence is 1 for an onset
        that passed its checks, else 0.5.

    Accuracy is in ``docs/accuracy.md``. Fails, with lower confidence or NaN, on landings without a
    rise of the upward acceleration and on contacts cut off by the end of the recording.
    """
    initial, terminal, confidence = (np.empty(len(landing)) for _ in range(3))
    for a in range(0, len(landing), _BLOCK):
        here = slice(a, a + _BLOCK)
        initial[here], confidence[here] = initial_contacts(
            acc_g, rate_hz, landing[here], frame, initial_settings
        )
        terminal[here] = terminal_contacts(
            acc_g, rate_hz, landing[here], initial[here], stride_time_s[here], frame, terminal_settings
        )
    return initial, terminal, confidence


def onset_direction(frame: Frame, settings: InitialContactSettings) -> Float32Array:
    """Return the (3,) direction in which landing accelerates the shank: upwards and somewhat forwards."""
    lean = np.radians(settings.forward_lean_deg)
    return np.asarray(np.cos(lean) * frame.up + np.sin(lean) * frame.forward, dtype=np.float32)


def onset_reader(rate_hz: float, settings: InitialContactSettings) -> Reader:
    """Build the reader of the smoothed signal around a landing."""
    step_s = max(_MIN_STEP_S, 1.0 / (settings.interpolation * rate_hz))
    return gaussian_reader(
        settings.lowpass_hz, rate_hz, -settings.minimum_search_ms / 1000.0, settings.steepest_to_ms / 1000.0, step_s
    )


def initial_contacts(
    acc_g: Float32Array, rate_hz: float, landing: IntArray, frame: Frame, settings: InitialContactSettings
) -> tuple[FloatArray, FloatArray]:
    """Time initial contact by the onset of the upward acceleration.

    In the smoothed acceleration along :func:`onset_direction`, the steepest rise near the landing is
    continued as a straight line down to the level of the minimum before it: where they meet is the
    contact. A rise that is too small or begins outside 10-90 ms before the landing is not trusted;
    then contact is put a fixed time before the landing, with confidence 0.5.
    """
    axial = _along(acc_g, landing, rate_hz, onset_direction(frame, settings), 0.3, 0.3)
    return onset_times(*axial, landing, onset_reader(rate_hz, settings), rate_hz, settings)


def onset_times(
    axial: Float32Array,
    shift: int,
    landing: IntArray,
    reader: Reader,
    rate_hz: float,
    settings: InitialContactSettings,
) -> tuple[FloatArray, FloatArray]:
    """Do the geometry of :func:`initial_contacts` on an axial signal that starts at sample ``shift``."""
    value = reader.read(axial, landing - shift)
    offset_s = reader.offset_s
    step_s = float(offset_s[1] - offset_s[0])
    slope = np.diff(value, axis=1) / step_s
    middle_s = offset_s[:-1] + 0.5 * step_s
    allowed = middle_s >= -settings.steepest_from_ms / 1000.0
    steepest = np.where(allowed, slope, -np.inf).argmax(axis=1)
    row = np.arange(len(landing))
    falling_end = np.where(slope <= 0, np.arange(1, slope.shape[1] + 1), 0)
    minimum = np.maximum.accumulate(falling_end, axis=1)[row, steepest]
    level = value[row, minimum]
    at_steepest = 0.5 * (value[row, steepest] + value[row, steepest + 1])
    rise = at_steepest - level
    steep = slope[row, steepest]
    safe = np.where(steep > 0, steep, 1.0)
    onset_s = middle_s[steepest] - rise / safe
    trusted = (
        (steep > 0)
        & (minimum > 0)
        & (rise >= settings.min_half_rise_g)
        & (onset_s <= -settings.min_lead_ms / 1000.0)
        & (onset_s >= -settings.max_lead_ms / 1000.0)
    )
    lead_s = np.where(trusted, onset_s - settings.offset_ms / 1000.0, -settings.landing_offset_ms / 1000.0)
    return landing + lead_s * rate_hz, np.where(trusted, 1.0, 0.5)


def terminal_contacts(
    acc_g: Float32Array,
    rate_hz: float,
    landing: IntArray,
    initial: FloatArray,
    stride_time_s: FloatArray,
    frame: Frame,
    settings: TerminalContactSettings,
) -> FloatArray:
    """Time terminal contact by the fading of the upward push.

    The shank's long-axis acceleration swells while the leg carries and sinks to a minimum just after
    the foot has left. Three readings of that fall, each with its own smoothing, direction and constant
    lead or lag, are taken; their median is the answer, so that one odd reading does no harm.
    """
    first, last = settings.search_from_share, settings.search_to_share
    from_s = 0.0
    to_s = last * float(np.max(stride_time_s, initial=0.5))
    delay_s = (initial - landing) / rate_hz
    complete = landing + (delay_s + last * stride_time_s) * rate_hz <= len(acc_g) - 1
    estimates = []
    for lean_deg, cutoff_hz, share, lag_ms in (
        (settings.slow_lean_deg, settings.slow_lowpass_hz, settings.slow_share, settings.slow_lag_ms),
        (settings.leaning_lean_deg, settings.leaning_lowpass_hz, settings.leaning_share, settings.leaning_lag_ms),
        (0.0, settings.minimum_lowpass_hz, None, settings.minimum_lag_ms),
    ):
        lean = np.radians(lean_deg)
        direction = np.asarray(np.cos(lean) * frame.up + np.sin(lean) * frame.forward, dtype=np.float32)
        axial, shift = _along(acc_g, landing, rate_hz, direction, 0.5, to_s + 0.5)
        reader = gaussian_reader(cutoff_hz, rate_hz, from_s, to_s, _FALL_STEP_S)
        value = reader.read(axial, landing - shift)
        since_s = reader.offset_s - delay_s[:, None]
        window = (since_s >= first * stride_time_s[:, None]) & (since_s <= last * stride_time_s[:, None])
        stance = since_s >= settings.stance_from_share * stride_time_s[:, None]
        at_s = _fall_time_s(value, reader.offset_s, window, stance, share)
        estimates.append(at_s - lag_ms / 1000.0)
    median_s = _median_of_known(np.stack(estimates))
    return np.where(complete, landing + median_s * rate_hz, np.nan)


def _fall_time_s(
    value: Float32Array, offset_s: FloatArray, window: BoolArray, stance: BoolArray, share: float | None
) -> FloatArray:
    """Return when each row falls through ``share`` of its drop from the stance maximum to the minimum.

    Without a share: when it reaches the minimum. NaN where the minimum lies at the edge of the window.
    """
    row = np.arange(len(value))
    low = np.where(window, value, np.inf)
    bottom = low.argmin(axis=1)
    left, right = np.maximum(bottom - 1, 0), np.minimum(bottom + 1, value.shape[1] - 1)
    inside = window[row, left] & window[row, right] & (left < bottom) & (bottom < right)
    step_s = float(offset_s[1] - offset_s[0])
    if share is None:
        before, here, after = (value[row, k].astype(np.float64) for k in (left, bottom, right))
        bend = before - 2.0 * here + after
        shift = np.where(bend > 0, 0.5 * (before - after) / np.where(bend > 0, bend, 1.0), 0.0)
        return np.where(inside, offset_s[bottom] + shift * step_s, np.nan)
    earlier = stance & (np.arange(value.shape[1]) <= bottom[:, None])
    top = np.where(earlier, value, -np.inf).max(axis=1)
    level = top + share * (value[row, bottom] - top)
    above = earlier & (value > level[:, None])
    last_above = value.shape[1] - 1 - above[:, ::-1].argmax(axis=1)
    following = np.minimum(last_above + 1, value.shape[1] - 1)
    drop = value[row, last_above] - value[row, following]
    part = (value[row, last_above] - level) / np.where(drop > 0, drop, 1.0)
    return np.where(inside & above.any(axis=1) & (drop > 0), offset_s[last_above] + part * step_s, np.nan)


def _median_of_known(estimates: FloatArray) -> FloatArray:
    """Take the median of each column without its NaN values; NaN where fewer than two are known."""
    known = np.isfinite(estimates).sum(axis=0)
    ordered = np.sort(estimates, axis=0)
    column = np.arange(estimates.shape[1])
    low, high = ordered[np.maximum(known - 1, 0) // 2, column], ordered[known // 2, column]
    return np.where(known >= 2, 0.5 * (low + high), np.nan)


def _along(
    acc_g: Float32Array, landing: IntArray, rate_hz: float, direction: Float32Array, before_s: float, after_s: float
) -> tuple[Float32Array, int]:
    """Project the samples around a block of landings on a direction; also return where the result starts."""
    if len(landing) == 0:
        return np.zeros(1, dtype=np.float32), 0
    start = max(0, int(landing[0] - before_s * rate_hz))
    end = min(len(acc_g), int(landing[-1] + after_s * rate_hz) + 1)
    return acc_g[start:end] @ direction, start
