"""Terminal contact: when the foot leaves the ground, read from the fading upward push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.smooth import along, gaussian_reader, moving_mean

if TYPE_CHECKING:
    from pfp_sensors.gait.frame import Frame
    from pfp_sensors.model.recording import Float32Array, FloatArray, IntArray
    from pfp_sensors.settings.signal import TerminalContactSettings

_FALL_STEP_S: Final = 0.004
"""Grid of the axial signal at 3-8 Hz; crossings and dips are interpolated between its points."""

USUAL_CONTACTS: Final = 21
"""Contacts averaged for what is usual: about 15 s, so that it follows the speed."""


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
    share = (dip.offset_s - delay_s[:, None]) / stride_time_s[:, None]
    dip_s = dip.time_s(dip.first_dip(share, settings))
    fade = _Fall.read(acc_g, rate_hz, centre, frame, settings.fade_lean_deg, settings.fade_lowpass_hz, to_s)
    fade_s = fade.passes(fade.first_dip(share, settings), share, settings)
    complete = centre + (delay_s + settings.search_to_share * stride_time_s) * rate_hz <= len(acc_g) - 1
    return np.where(complete, centre + dip_s * rate_hz, np.nan), 1000.0 * (dip_s - fade_s)


def lag_of_dip_ms(fall_ms: FloatArray, settings: TerminalContactSettings) -> FloatArray:
    """Return how long after terminal contact each dip comes.

    A constant, plus a share of what the fall is quicker than in slow running; and half of what this
    fall differs from those around it, which makes the result the mean of two readings, the dip and the
    fade, and less scattered than either.
    """
    usual_ms = np.minimum(moving_mean(fall_ms, USUAL_CONTACTS), settings.longest_fall_ms)
    swiftness_ms = np.where(np.isfinite(usual_ms), np.maximum(settings.slow_fall_ms - usual_ms, 0.0), 0.0)
    beyond_ms = np.where(np.isfinite(fall_ms), fall_ms - usual_ms, 0.0)
    return settings.dip_lag_ms + settings.lag_per_swiftness * swiftness_ms + 0.5 * beyond_ms


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
        axial, shift = along(acc_g, landing, rate_hz, direction, 0.5, to_s + 0.5)
        reader = gaussian_reader(lowpass_hz, rate_hz, 0.0, to_s, _FALL_STEP_S)
        return _Fall(reader.read(axial, landing - shift), reader.offset_s)

    def first_dip(self, share: FloatArray, settings: TerminalContactSettings) -> IntArray:
        """Return the column of the first deep dip of each row; 0 for none.

        ``share`` (n, m) is the time since initial contact in strides.
        """
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

    def passes(self, dip: IntArray, share: FloatArray, settings: TerminalContactSettings) -> FloatArray:
        """Return when each row falls through a share of its drop from the stance maximum to the dip."""
        row, column = np.arange(len(dip)), np.arange(len(self.offset_s))
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
