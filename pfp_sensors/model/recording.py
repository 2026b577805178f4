"""A recording: what one sensor measured during one outing, in the units and axes it came with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from pfp_sensors.errors import InputError
from pfp_sensors.model.sample_checks import MAX_ACC_G, MAX_GYR_DPS, check_rate, check_size, check_times

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
AnyFloatArray = npt.NDArray[np.float64] | npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a recording came from: path as given, sha256 of the bytes read, and the format understood."""

    path: str
    sha256: str
    format: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without samples, from the last sample before it to the first one after it."""

    start_s: float
    end_s: float
    lost_samples: int


@dataclass(frozen=True, slots=True)
class AsFound:
    """What a file's columns were taken for, and what gravity says of it.

    Attributes
    ----------
    time_column, acc_columns, gyr_columns
        Names as in the file, axes in the order x, y, z; () without a gyroscope.
    time_unit, acc_unit, gyr_unit
        What their numbers were taken for: "s", "ms", "us", "ns"; "g", "mg", "mps2"; "dps", "rps", "mdps".
    gravity_at_rest_g
        Median norm of the acceleration in still seconds; None where nothing was still.
    gravity_moving_g
        Where nothing was still: mean acceleration of some strides, turned upright by the gyroscope; None
        where that shows nothing.
    """

    time_column: str
    time_unit: str
    acc_columns: tuple[str, ...]
    acc_unit: str
    gyr_columns: tuple[str, ...] = ()
    gyr_unit: str | None = None
    gravity_at_rest_g: float | None = None
    gravity_moving_g: float | None = None

    @property
    def gravity_seen(self) -> bool:
        """Whether gravity was found in the acceleration, and with it the unit checked."""
        return self.gravity_at_rest_g is not None or self.gravity_moving_g is not None


Acceleration = Literal["measured", "rebuilt", "free"]
"""``measured``: with gravity, as a sensor measures it; ``rebuilt``: gravity was put back by a computed
orientation, good for rhythm and not for peaks; ``free``: gravity was taken away, and cannot be put back."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples of one sensor.

    Attributes
    ----------
    time_s
        (n,) seconds from the start of the file on the sensor's clock, finite, strictly increasing.
    acc_g
        (n, 3) float32, specific force in g: an axis that points up reads +1 at rest. Finite, at most 1000.
    gyr_dps
        (n, 3) float32, right-handed angular rate in deg/s, or None without a gyroscope. Finite, at most
        100 000.
    rate_hz
        Sampling rate fitted to ``time_s``, not the nominal one; within 20 % of what the steps say.
    gaps
        Stretches of more than 1.5 sample periods without a sample.
    side
        The leg that carried the sensor, or None when nobody said.
    placement
        Where it was worn ("shank" is what the methods are made for), or None when unknown.
    sensor
        Name of the sensor: its column prefix or serial; "" when there is only one without a name.
    acc_range_g
        The accelerometer's full scale, or None when unknown.
    nominal_rate_hz
        The rate that the file claims, or None.
    synthetic
        True when the samples were computed, not measured.
    phone
        True when a phone measured them: good for rhythm, its peaks are no measure.
    notes
        What the reader had to do (rows dropped, units turned), in plain sentences.
    acceleration
        Whether gravity is in it.
    as_found
        What the columns of a table were taken for; None for a recording of this program.
    """

    time_s: FloatArray
    acc_g: Float32Array
    gyr_dps: Float32Array | None
    rate_hz: float
    gaps: tuple[Gap, ...] = ()
    side: Side | None = None
    placement: str | None = None
    sensor: str = ""
    acc_range_g: float | None = None
    gyr_range_dps: float | None = None
    start_utc: str | None = None
    nominal_rate_hz: float | None = None
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    acceleration: Acceleration = "measured"
    as_found: AsFound | None = None
    phone: bool = False

    def __post_init__(self) -> None:
        """Check shapes, times, samples and rate, so that no later stage has to.

        Raises
        ------
        InputError
            If the arrays disagree in length, fewer than two samples are there, times do not increase,
            something is not finite or impossibly large, or the rate contradicts the times.
        """
        n = len(self.time_s)
        if n < 2:
            raise InputError(
                f"The recording has {n} sample{'' if n == 1 else 's'}; at least 2 are needed.",
                "Check that the export finished, or record again.",
            )
        for name, array in (("acc_g", self.acc_g), ("gyr_dps", self.gyr_dps)):
            if array is not None and array.shape != (n, 3):
                raise InputError(
                    f"{name} has shape {array.shape}; expected ({n}, 3), one row for each time.",
                    "Give three columns for each kind of sensor, of the same length as time_s.",
                )
        check_times(self.time_s)
        check_rate(self.rate_hz, self.time_s, sum(gap.lost_samples for gap in self.gaps))
        check_size("acc_g", self.acc_g, MAX_ACC_G, "g")
        if self.gyr_dps is not None:
            check_size("gyr_dps", self.gyr_dps, MAX_GYR_DPS, "deg/s")

    @property
    def duration_s(self) -> float:
        """Seconds from the first sample to the end of the last one."""
        return float(self.time_s[-1] - self.time_s[0]) + 1.0 / self.rate_hz

    @property
    def channels(self) -> tuple[str, ...]:
        """``("acc",)`` or ``("acc", "gyr")``."""
        return ("acc",) if self.gyr_dps is None else ("acc", "gyr")


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """What a reader hands out: the source, and one or several sensors recorded together."""

    source: Source
    recordings: tuple[Recording, ...]
    notes: tuple[str, ...] = field(default=())
