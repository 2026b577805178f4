"""Samples as a sensor counted, timed and scaled them: what is kept on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from pfp_sensors.model.heard import RawArray


@dataclass(frozen=True, slots=True)
class DeviceSamples:
    """All samples of one sensor, ordered by segment and index, none twice.

    Attributes
    ----------
    segment
        (n,) raised when the sensor's clock started anew; index and time increase within one.
    sample_index
        (n,) the sensor's count of sample periods, unwrapped: lost samples leave holes.
    t_us
        (n,) device clock, unwrapped; reconstructed from index and arrival where the sensor has no clock.
    acc, gyr
        (n, 3) in the sensor's own numbers.
    """

    segment: npt.NDArray[np.uint16]
    sample_index: npt.NDArray[np.int64]
    t_us: npt.NDArray[np.int64]
    acc: RawArray
    gyr: RawArray | None


@dataclass(frozen=True, slots=True)
class ClockPiece:
    """Where one segment's device clock lies on the recording's time line.

    A polygon through ``(device_us, recording_s)``, extended straight at both ends; two points at least.
    """

    segment: int
    device_us: tuple[int, ...]
    recording_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ClockQuality:
    """How well a device clock is known on the host's clock (sensors.md 5.5).

    Attributes
    ----------
    segments
        How many times the device clock started anew, and so was fitted.
    rate_hz
        Fitted sampling rate on the host's clock; None where too short.
    drift_ppm
        Of the device clock against the host's; None where too short or without a device clock.
    residual_p50_ms, residual_p99_ms, residual_max_ms
        Arrival after the fitted line.
    bracket_ms
        Width between the bounds from arrivals and from clock echoes; None without echoes.
    """

    segments: int
    rate_hz: float | None
    drift_ppm: float | None
    residual_p50_ms: float | None
    residual_p99_ms: float | None
    residual_max_ms: float | None
    bracket_ms: float | None
