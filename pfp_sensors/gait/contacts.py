"""Initial and terminal contact of the instrumented leg, timed around each landing.

Initial contact is when the vertical force of that foot rises through 50 N, terminal contact when it
falls through 50 N (signal.md, section 2). A shank accelerometer sees neither: it sees the shank
being braked upwards just after the one, and ceasing to be pushed around the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.foot_off import USUAL_CONTACTS, lag_of_dip_ms, terminal_readings
from pfp_sensors.signal.smooth import Reader, along, gaussian_reader, moving_mean

if TYPE_CHECKING:
    from pfp_sensors.gait.frame import Frame
    from pfp_sensors.model.recording import Float32Array, FloatArray
    from pfp_sensors.settings.signal import (
        InitialContactSettings,
        TerminalContactSettings,
    )

_BLOCK: Final = 1024
"""Contacts handled at once, so that memory does not grow with the recording."""

_MIN_STEP_S: Final = 0.0005
"""Finest grid of the axial signal: an 8 Hz signal holds nothing finer."""


def find_contacts(
    acc_g: Float32Array,
    rate_hz: float,
    landing: FloatArray,
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
        (n,) fractional samples from :class:`pfp_sensors.gait.landings.Sharpness`.
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
    initial, confidence, dip, fall_ms = (np.empty(len(landing)) for _ in range(4))
    for a in range(0, len(landing), _BLOCK):
        here = slice(a, a + _BLOCK)
        initial[here], confidence[here] = initial_contacts(
            acc_g, rate_hz, landing[here], frame, initial_settings
        )
        dip[here], fall_ms[here] = terminal_readings(
            acc_g, rate_hz, landing[here], initial[here], stride_time_s[here], frame, terminal_settings
        )
    initial = steadied(landing, initial, confidence, rate_hz, initial_settings)
    terminal = dip - lag_of_dip_ms(fall_ms, terminal_settings) * rate_hz / 1000.0
    return initial, terminal, confidence


def onset_direction(frame: Frame, settings: InitialContactSettings) -> Float32Array:
    """Return the (3,) direction in which landing accelerates the shank: upwards and somewhat forwards."""
    lean = np.radians(settings.forward_lean_deg)
    return np.asarray(np.cos(lean) * frame.up + np.sin(lean) * frame.forward, dtype=np.float32)


def onset_reader(rate_hz: float, settings: InitialContactSettings) -> Reader:
    """Build the reader of the smoothed signal around a landing."""
    step_s = max(_MIN_STEP_S, 1.0 / (settings.interpolation * rate_hz))
    return gaussian_reader(
        settings.lowpass_hz,
        rate_hz,
        -settings.minimum_search_ms / 1000.0,
        settings.steepest_to_ms / 1000.0,
        step_s,
    )


def initial_contacts(
    acc_g: Float32Array, rate_hz: float, landing: FloatArray, frame: Frame, settings: InitialContactSettings
) -> tuple[FloatArray, FloatArray]:
    """Time initial contact by the onset of the upward acceleration.

    In the smoothed acceleration along :func:`onset_direction`, the first steep rise near the landing is
    continued as a straight line down to the level of the minimum before it: where they meet is the
    contact. "First", because the shank is often pushed up a second time, as steeply, in mid-stance.
    A rise that is too small or too far from the landing is not trusted; then contact is put as long
    before the landing as in the steps around, with confidence 0.5.
    """
    axial = along(acc_g, landing, rate_hz, onset_direction(frame, settings), 0.3, 0.3)
    return onset_times(*axial, landing, onset_reader(rate_hz, settings), rate_hz, settings)


def steadied(
    landing: FloatArray,
    initial: FloatArray,
    confidence: FloatArray,
    rate_hz: float,
    settings: InitialContactSettings,
) -> FloatArray:
    """Return initial contacts as the mean of two readings: the onset, and the landing less its usual lead.

    The lead from contact to the sharpest moment differs between people, which the onset tells; from
    step to step of one person the sharpest moment scatters less. Where both are more than
    ``settings.max_disagreement_ms`` apart the onset stands alone.
    """
    trusted = confidence >= 1.0
    lead_ms = np.where(trusted, (landing - initial) * 1000.0 / rate_hz, np.nan)
    beyond_ms = lead_ms - moving_mean(lead_ms, USUAL_CONTACTS)
    agree = np.abs(beyond_ms) <= settings.max_disagreement_ms
    return initial + np.where(agree, 0.5 * beyond_ms, 0.0) * rate_hz / 1000.0


def onset_times(
    axial: Float32Array,
    shift: int,
    landing: FloatArray,
    reader: Reader,
    rate_hz: float,
    settings: InitialContactSettings,
) -> tuple[FloatArray, FloatArray]:
    """Do the geometry of :func:`initial_contacts` on an axial signal that starts at sample ``shift``."""
    centre = np.rint(landing).astype(np.int64)
    value = reader.read(axial, centre - shift)
    offset_s = reader.offset_s
    step_s = float(offset_s[1] - offset_s[0])
    slope = np.diff(value, axis=1) / step_s
    middle_s = offset_s[:-1] + 0.5 * step_s
    allowed = np.where(middle_s >= -settings.steepest_from_ms / 1000.0, slope, -np.inf)
    peak = np.zeros_like(slope, dtype=np.bool_)
    peak[:, 1:-1] = (slope[:, 1:-1] > slope[:, :-2]) & (slope[:, 1:-1] >= slope[:, 2:])
    peak &= allowed >= settings.first_rise_share * allowed.max(axis=1, keepdims=True)
    steepest = peak.argmax(axis=1)
    row = np.arange(len(landing))
    before = (slope <= 0) & (np.arange(slope.shape[1]) <= steepest[:, None])
    since_falling = before[:, ::-1].argmax(axis=1)
    minimum = np.where(before[row, -1 - since_falling], slope.shape[1] - since_falling, 0)
    level = value[row, minimum]
    at_steepest = 0.5 * (value[row, steepest] + value[row, steepest + 1])
    rise = at_steepest - level
    steep = slope[row, steepest]
    safe = np.where(steep > 0, steep, 1.0)
    onset_s = middle_s[steepest] - rise / safe
    trusted = (steep > 0) & (minimum > 0) & peak.any(axis=1) & (rise >= settings.min_half_rise_g)
    trusted &= (onset_s >= -settings.max_lead_ms / 1000.0) & (onset_s <= settings.max_lag_ms / 1000.0)
    beside_s = (landing - centre) / rate_hz
    usual_s = -settings.landing_offset_ms / 1000.0
    if np.count_nonzero(trusted) >= settings.min_trusted:
        usual_s = float(np.median((onset_s - beside_s)[trusted]))
    at_s = np.where(trusted, onset_s, usual_s + beside_s) - settings.offset_ms / 1000.0
    return centre + at_s * rate_hz, np.where(trusted, 1.0, 0.5)
