"""Initial and terminal contact of the instrumented leg, timed around each landing.

Initial contact is when the vertical force of that foot rises through 50 N, terminal contact when it
falls through 50 N (signal.md, section 2). A shank accelerometer sees neither: it sees the shank
being braked upwards just after the one, and ceasing to be pushed around the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.smooth import Reader, gaussian_reader

if TYPE_CHECKING:
    from pfp_sensors.gait.frame import Frame
    from pfp_sensors.model.recording import Float32Array, FloatArray, IntArray
    from pfp_sensors.settings.signal import (
        InitialContactSettings,
        TerminalContactSettings,
    )

_BLOCK: Final = 1024
"""Contacts handled at once, so that memory does not grow with the recording."""

_MIN_STEP_S: Final = 0.0005
_USUAL_CONTACTS: Final = 21
"""Contacts whose fall is averaged for what is usual: about 15 s, so that it follows the speed."""

_FALL_STEP_S: Final = 0.003
"""Grid of the axial signal at 3-8 Hz; crossings and minima are interpolated between its points."""


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
    axial = _along(acc_g, landing, rate_hz, onset_direction(frame, settings), 0.3, 0.3)
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
    beyond_ms = lead_ms - _moving_mean(lead_ms, _USUAL_CONTACTS)
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
    falling_end = np.where(slope <= 0, np.arange(1, slope.shape[1] + 1), 0)
    minimum = np.maximum.accumulate(falling_end, axis=1)[row, steepest]
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


def terminal_readings(
    acc_g: Float32Array,
    rate_hz: float,
    landing: FloatArray,
    initial: FloatArray,
    stride_time_s: FloatArray,
    frame: Frame,
    settings: TerminalContactSettings,
) -> tuple[FloatArray, FloatArray]:
    """Read the end of the upward push: when it dips, and how long it took to fall there.

    Long-axis acceleration swells while the leg carries and sinks to a dip just after the foot has
    left. Returned are the first deep dip as a fractional sample, and the time in ms since a slower
    version of the signal had fallen by three quarters; NaN where there is none, or the recording ends.
    """
    to_s = settings.search_to_share * float(np.max(stride_time_s, initial=0.5))
    centre = np.rint(landing).astype(np.int64)
    delay_s = (initial - centre) / rate_hz
    dip = _Fall.read(acc_g, rate_hz, centre, frame, 0.0, settings.dip_lowpass_hz, to_s)
    dip_s = dip.time_s(dip.first_dip(delay_s, stride_time_s, settings))
    fade = _Fall.read(acc_g, rate_hz, centre, frame, settings.fade_lean_deg, settings.fade_lowpass_hz, to_s)
    fade_s = fade.passes(fade.first_dip(delay_s, stride_time_s, settings), delay_s, stride_time_s, settings)
    complete = centre + (delay_s + settings.search_to_share * stride_time_s) * rate_hz <= len(acc_g) - 1
    return np.where(complete, centre + dip_s * rate_hz, np.nan), 1000.0 * (dip_s - fade_s)


def lag_of_dip_ms(fall_ms: FloatArray, settings: TerminalContactSettings) -> FloatArray:
    """Return how long after terminal contact each dip comes.

    A constant, plus a share of what the fall is quicker than in slow running; and half of what this
    fall differs from those around it, which makes the result the mean of two readings, the dip and the
    fade, and less scattered than either.
    """
    usual_ms = np.minimum(_moving_mean(fall_ms, _USUAL_CONTACTS), settings.longest_fall_ms)
    swiftness_ms = np.where(np.isfinite(usual_ms), np.maximum(settings.slow_fall_ms - usual_ms, 0.0), 0.0)
    beyond_ms = np.where(np.isfinite(fall_ms), fall_ms - usual_ms, 0.0)
    return settings.dip_lag_ms + settings.lag_per_swiftness * swiftness_ms + 0.5 * beyond_ms


def _moving_mean(value: FloatArray, size: int) -> FloatArray:
    """Return the mean of each value and its neighbours, ``size`` in all, leaving out NaN."""
    if len(value) == 0:
        return value
    known = np.isfinite(value)
    ones = np.ones(min(size, len(value)))
    count = np.convolve(known.astype(np.float64), ones, mode="same")
    total = np.convolve(np.where(known, value, 0.0), ones, mode="same")
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


@dataclass(frozen=True, slots=True)
class _Fall:
    """A smoothed signal from each landing on: (n, m) values at (m,) times after the landing."""

    value: Float32Array
    offset_s: FloatArray

    @staticmethod
    def read(
        acc_g: Float32Array,
        rate_hz: float,
        landing: IntArray,
        frame: Frame,
        forward_lean_deg: float,
        lowpass_hz: float,
        to_s: float,
    ) -> _Fall:
        """Read acceleration along the long axis, leaned forward by an angle."""
        lean = np.radians(forward_lean_deg)
        direction = np.asarray(np.cos(lean) * frame.up + np.sin(lean) * frame.forward, dtype=np.float32)
        axial, shift = _along(acc_g, landing, rate_hz, direction, 0.5, to_s + 0.5)
        reader = gaussian_reader(lowpass_hz, rate_hz, 0.0, to_s, _FALL_STEP_S)
        return _Fall(reader.read(axial, landing - shift), reader.offset_s)

    def first_dip(
        self, delay_s: FloatArray, stride_time_s: FloatArray, settings: TerminalContactSettings
    ) -> IntArray:
        """Return the column of the first deep dip of each row; 0 for none.

        ``delay_s`` is the (negative) time from landing to initial contact.
        """
        share = (self.offset_s - delay_s[:, None]) / stride_time_s[:, None]
        window = (share >= settings.search_from_share) & (share <= settings.search_to_share)
        highest = np.where(window, self.value, -np.inf)
        before = np.maximum.accumulate(highest, axis=1)
        after = np.maximum.accumulate(highest[:, ::-1], axis=1)[:, ::-1]
        size = (before[:, -1] - np.where(window, self.value, np.inf).min(axis=1))[:, None]
        v = self.value
        dip = np.zeros_like(window)
        dip[:, 1:-1] = (v[:, 1:-1] < v[:, :-2]) & (v[:, 1:-1] <= v[:, 2:]) & window[:, :-2] & window[:, 2:]
        dip &= (before - v > settings.dip_min_fall_share * size) & (
            after - v > settings.dip_min_rise_share * size
        )
        return np.asarray(dip.argmax(axis=1))

    def time_s(self, column: IntArray) -> FloatArray:
        """Return when each row's dip is reached, between the columns; NaN for column 0."""
        row = np.arange(len(column))
        inside = np.clip(column, 1, len(self.offset_s) - 2)
        before, here, after = (self.value[row, inside + k].astype(np.float64) for k in (-1, 0, 1))
        bend = before - 2.0 * here + after
        shift = np.where(bend > 0, 0.5 * (before - after) / np.where(bend > 0, bend, 1.0), 0.0)
        return np.where(column > 0, self.offset_s[inside] + shift * _FALL_STEP_S, np.nan)

    def passes(
        self, dip: IntArray, delay_s: FloatArray, stride_time_s: FloatArray, settings: TerminalContactSettings
    ) -> FloatArray:
        """Return when each row falls through a share of its drop from the stance maximum to the dip."""
        row, column = np.arange(len(dip)), np.arange(len(self.offset_s))
        share = (self.offset_s - delay_s[:, None]) / stride_time_s[:, None]
        stance = (share >= settings.stance_from_share) & (column <= dip[:, None])
        top = np.where(stance, self.value, -np.inf).max(axis=1)
        top = np.where(dip > 0, top, 0.0)
        level = top + settings.fade_share * (self.value[row, dip] - top)
        above = stance & (self.value > level[:, None])
        last = len(column) - 1 - above[:, ::-1].argmax(axis=1)
        following = np.minimum(last + 1, len(column) - 1)
        drop = self.value[row, last] - self.value[row, following]
        known = (dip > 0) & above.any(axis=1) & (drop > 0)
        part = np.where(known, self.value[row, last] - level, 0.0) / np.where(drop > 0, drop, 1.0)
        return np.where(known, self.offset_s[last] + part * _FALL_STEP_S, np.nan)


def _along(
    acc_g: Float32Array,
    landing: FloatArray | IntArray,
    rate_hz: float,
    direction: Float32Array,
    before_s: float,
    after_s: float,
) -> tuple[Float32Array, int]:
    """Project the samples around a block of landings on a direction; also return where the result starts."""
    if len(landing) == 0:
        return np.zeros(1, dtype=np.float32), 0
    start = max(0, int(landing[0] - before_s * rate_hz))
    end = min(len(acc_g), int(landing[-1] + after_s * rate_hz) + 1)
    return acc_g[start:end] @ direction, start
