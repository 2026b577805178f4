"""Cadence from recordings too slow for single landings (8 to 50 Hz)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.magnitude import magnitude
from pfp_sensors.gait.spread import STEPS_PER_STRIDE
from pfp_sensors.signal.phase import count_cycles, strongest_harmonic
from pfp_sensors.signal.smooth import low_pass

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.settings.signal import SignalSettings
    from pfp_sensors.signal.uniform import Piece

_HIGHEST_HARMONIC: Final = 3
"""|a| of one shank repeats with the stride; its second or third harmonic is often the clearest."""

_MARGIN_STRIDES: Final = 1.0
"""Left out at both ends of a bout, where the phase is not settled."""


def cadence_windows(
    piece: Piece, start: int, end: int, stride_time_s: float, settings: SignalSettings
) -> FloatArray:
    """Return cadence in steps per minute for each 10 s of a running bout.

    The strides are counted by the phase of |a|, which follows a changing cadence and resolves a
    tenth of a step per minute at 25 Hz; an autocorrelation over many strides is blurred by change.

    Parameters
    ----------
    start, end
        The bout in grid points.
    stride_time_s
        Typical stride time there, from the autocorrelation.

    Returns
    -------
    cadence_spm
        (k,) equal windows of at least ``quality.cadence_window_s``, or one for a shorter bout; empty
        for a bout of fewer than four strides.
    """
    rate_hz = piece.rate_hz
    smooth = low_pass(magnitude(piece.acc_g[start:end]), settings.bouts.period_lowpass_hz, rate_hz)
    margin = _MARGIN_STRIDES * stride_time_s * rate_hz
    if len(smooth) < settings.bouts.min_strides * stride_time_s * rate_hz:
        return np.empty(0)
    harmonic = strongest_harmonic(smooth, rate_hz, stride_time_s, _HIGHEST_HARMONIC)
    strides = count_cycles(smooth, rate_hz, harmonic / stride_time_s) / harmonic
    length_s = (len(smooth) - 2.0 * margin) / rate_hz
    n_windows = max(1, int(length_s // settings.quality.cadence_window_s))
    bounds = np.linspace(margin, len(smooth) - 1 - margin, n_windows + 1)
    counted = np.diff(np.interp(bounds, np.arange(len(smooth)), strides))
    return np.asarray(60.0 * STEPS_PER_STRIDE * counted / (np.diff(bounds) / rate_hz))
