"""What a reader understood of a recording, as numbers a person can check before it goes into the diary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Acceleration, AsFound, Float32Array, Recording

RATE_OFF_SHARE: Final = 0.005
"""A rate that is further off the one that the file claims is told (formats.md 2)."""

CLIPPED_MIN_SAMPLES: Final = 3
"""As many equal extreme values of an axis look like the end of the sensor's range (formats.md 2)."""

_SMALLEST_RANGE_G = 1.9
"""No accelerometer ends below +-2 g: equal extremes below are a coarse sensor, or one that rests."""

_SMALLEST_RANGE_DPS = 120.0
"""No gyroscope ends below +-125 deg/s."""


@dataclass(frozen=True, slots=True)
class TablePreview:
    """The first rows of a table by a mapping.

    Attributes
    ----------
    channels
        "t", "ax" ... "gz".
    columns
        Their names in the file; "" for times that are made from a rate.
    as_written
        The unit of each in the file.
    rows
        Each as seconds, g and deg/s; NaN where the file has no number.
    notes
        What was turned or made.
    """

    channels: tuple[str, ...]
    columns: tuple[str, ...]
    as_written: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """One sensor of a file, understood.

    Attributes
    ----------
    sensor, side, placement, start_utc, synthetic, acceleration, as_found
        As in `Recording`.
    duration_s, samples, rate_hz, nominal_rate_hz
        Length, and the rate found and claimed; None where none is claimed.
    rate_off_share
        How far the rate is off the one claimed, where by more than 0.5 %; else None.
    gaps, longest_gap_s, lost_samples
        Stretches without samples.
    acc_range_g
        Full scale, None where unknown.
    largest_acc_g
        Largest reading of an axis.
    acc_clipped, gyr_clipped
        Samples at the largest or smallest value of an axis, where three or more are equal and as large as the
        end of a range may be: peaks were probably cut off there.
    """

    sensor: str
    side: str | None
    placement: str | None
    start_utc: str | None
    synthetic: bool
    acceleration: Acceleration
    as_found: AsFound | None
    duration_s: float
    samples: int
    rate_hz: float
    nominal_rate_hz: float | None
    rate_off_share: float | None
    gaps: int
    longest_gap_s: float
    lost_samples: int
    acc_range_g: float | None
    largest_acc_g: float
    acc_clipped: int
    gyr_clipped: int


def understood(recording: Recording) -> Understood:
    """Sum up what was understood of a recording."""
    nominal_hz = recording.nominal_rate_hz
    off = None if not nominal_hz else recording.rate_hz / nominal_hz - 1.0
    gyr_dps = recording.gyr_dps
    return Understood(
        sensor=recording.sensor,
        side=recording.side,
        placement=recording.placement,
        start_utc=recording.start_utc,
        synthetic=recording.synthetic,
        acceleration=recording.acceleration,
        as_found=recording.as_found,
        duration_s=recording.duration_s,
        samples=len(recording.time_s),
        rate_hz=recording.rate_hz,
        nominal_rate_hz=nominal_hz,
        rate_off_share=off if off is not None and abs(off) > RATE_OFF_SHARE else None,
        gaps=len(recording.gaps),
        longest_gap_s=max((gap.end_s - gap.start_s for gap in recording.gaps), default=0.0),
        lost_samples=sum(gap.lost_samples for gap in recording.gaps),
        acc_range_g=recording.acc_range_g,
        largest_acc_g=max(float(recording.acc_g.max()), -float(recording.acc_g.min())),
        acc_clipped=clipped_samples(recording.acc_g, _SMALLEST_RANGE_G),
        gyr_clipped=0 if gyr_dps is None else clipped_samples(gyr_dps, _SMALLEST_RANGE_DPS),
    )


def clipped_samples(values: Float32Array, smallest_range: float) -> int:
    """Count the samples that look cut off at the end of the sensor's range.

    Parameters
    ----------
    values
        (n, 3) in g or deg/s.
    smallest_range
        Equal extremes of an axis below this size are not counted.

    Returns
    -------
    int
        Samples of which an axis is at its largest or smallest value, where three or more of that axis are.
    """
    clipped = np.zeros(len(values), np.bool_)
    for axis in range(values.shape[1]):
        channel = values[:, axis]
        for extreme in (channel.max(), channel.min()):
            at = channel == extreme
            if abs(float(extreme)) >= smallest_range and np.count_nonzero(at) >= CLIPPED_MIN_SAMPLES:
                clipped |= at
    return int(np.count_nonzero(clipped))
