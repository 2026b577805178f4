"""The mean acceleration around landing, with its spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.model.report import Waveform
from pfp_sensors.signal.smooth import butterworth_reader

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, FloatArray, Recording
    from pfp_sensors.settings.signal import ImpactSettings
    from pfp_sensors.signal.smooth import Reader

_BEFORE_S: Final = 0.1
_AFTER_S: Final = 0.25
_STEP_S: Final = 0.0025
_BLOCK: Final = 1024
_FEWEST: Final = 10
_FILTER_ORDER: Final = 4


def landing_waveform(
    recording: Recording, initial_contact_s: FloatArray, settings: ImpactSettings
) -> Waveform | None:
    """Average |a| around initial contacts, low-passed as the landing peak is (`gait.impact`).

    Landings beside a gap, or at an end of the recording, are left out.

    Parameters
    ----------
    initial_contact_s
        (n,) on ``recording.time_s``.

    Returns
    -------
    Waveform or None
        From 100 ms before to 250 ms after initial contact; None with fewer than 10 whole landings.
    """
    rate_hz = recording.rate_hz
    cutoff_hz = min(settings.lowpass_hz, settings.lowpass_rate_share * rate_hz)
    reader = butterworth_reader(
        cutoff_hz, _FILTER_ORDER, rate_hz, -_BEFORE_S - 1.0 / rate_hz, _AFTER_S + 1.0 / rate_hz, 0.001
    )
    position = np.interp(initial_contact_s, recording.time_s, np.arange(len(recording.time_s), dtype=float))
    position = position[_is_whole(recording, position, reader)]
    if len(position) < _FEWEST:
        return None
    grid_s: FloatArray = _STEP_S * np.arange(
        round(-_BEFORE_S / _STEP_S), round(_AFTER_S / _STEP_S) + 1, dtype=np.float64
    )
    rows = np.concatenate(
        [_read(recording, position[a : a + _BLOCK], reader, grid_s) for a in range(0, len(position), _BLOCK)]
    )
    return Waveform(
        time_ms=tuple((1000.0 * grid_s).round(3).tolist()),
        mean_g=tuple(rows.mean(axis=0).tolist()),
        sd_g=tuple(rows.std(axis=0, ddof=1).tolist()),
        landings=len(rows),
    )


def _is_whole(recording: Recording, position: FloatArray, reader: Reader) -> BoolArray:
    """Tell which landings have all the samples that are read around them."""
    centre = np.rint(position).astype(np.int64)
    first, last = centre + reader.first, centre + reader.last
    inside = (first >= 0) & (last < len(recording.time_s))
    ends = recording.time_s[np.clip([first, last], 0, len(recording.time_s) - 1)]
    expected_s = (reader.last - reader.first) / recording.rate_hz
    return np.asarray(inside & (np.abs(ends[1] - ends[0] - expected_s) < 1.0 / recording.rate_hz))


def _read(recording: Recording, position: FloatArray, reader: Reader, grid_s: FloatArray) -> FloatArray:
    """Read |a| of some landings on a grid of times since initial contact."""
    centre = np.rint(position).astype(np.int64)
    axes = reader.read_axes(recording.acc_g, centre)
    resultant = np.sqrt(np.einsum("kij,kij->ij", axes, axes)).astype(np.float64)
    before_s = (centre - position)[:, None] / recording.rate_hz
    at = (grid_s - before_s - reader.offset_s[0]) / (reader.offset_s[1] - reader.offset_s[0])
    left = np.clip(at.astype(np.int64), 0, resultant.shape[1] - 2)
    low, high = (np.take_along_axis(resultant, left + k, axis=1) for k in (0, 1))
    return np.asarray(low + (at - left) * (high - low))
