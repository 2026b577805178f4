"""Cadence from recordings too slow for single landings (8 to 50 Hz)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.bouts import magnitude
from pfp_sensors.signal.periods import autocorrelation, mean_period, shortest_strong_period
from pfp_sensors.signal.smooth import low_pass

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.settings.signal import SignalSettings
    from pfp_sensors.signal.uniform import Piece

_STEPS_PER_MINUTE_AND_STRIDE: Final = 120.0


def cadence_windows(piece: Piece, start: int, end: int, settings: SignalSettings) -> FloatArray:
    """Return cadence in steps per minute for each 30 s of a running bout.

    The autocorrelation of |a| is followed over ten strides and divided by ten, which resolves half a
    step per minute at 25 Hz. A bout is cut into equal windows of at least 30 s, or is one window.

    Parameters
    ----------
    start, end
        The bout in grid points.

    Returns
    -------
    cadence_spm
        (k,) windows in which a stride time was found.
    """
    bouts, quality = settings.bouts, settings.quality
    smooth = low_pass(magnitude(piece.acc_g[start:end]), bouts.period_lowpass_hz, piece.rate_hz)
    n_windows = max(1, int((end - start) / piece.rate_hz // quality.cadence_window_s))
    bounds = np.linspace(0, end - start, n_windows + 1).astype(np.int64).tolist()
    values = []
    for a, b in itertools.pairwise(bounds):
        window = smooth[a:b]
        rough = shortest_strong_period(
            autocorrelation(window[None, :]),
            piece.rate_hz,
            bouts.running_min_period_s,
            bouts.running_max_period_s,
            bouts.period_peak_share,
        )
        stride_s = mean_period(window, piece.rate_hz, float(rough.period_s[0]), quality.cadence_periods)
        if np.isfinite(stride_s):
            values.append(_STEPS_PER_MINUTE_AND_STRIDE / stride_s)
    return np.array(values)
