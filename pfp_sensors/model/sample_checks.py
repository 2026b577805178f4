"""What the samples of every recording must be, checked without a copy of them: 1 ms for an hour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from pfp_sensors.model.recording import AnyFloatArray, FloatArray

MAX_ACC_G: Final = 1000.0
"""No sensor worn on a body measures more; the hardest landings at the shin stay below 50 g."""

MAX_GYR_DPS: Final = 100_000.0
"""280 turns a second; the fastest swing of a shank stays below 2000 deg/s."""

MAX_RATE_ERROR_SHARE: Final = 0.20
"""Further off, rate or stamps are wrong, and every duration with them."""

_BLOCK_SAMPLES = 1 << 15
_STEPS_LOOKED_AT = 10_000


def check_times(time_s: FloatArray) -> None:
    """Check that times are finite and increase from sample to sample, in blocks.

    Raises
    ------
    InputError
        If one does not; names the first.
    """
    for start in range(0, len(time_s) - 1, _BLOCK_SAMPLES):
        block = time_s[start : start + _BLOCK_SAMPLES + 1]
        increases = block[1:] > block[:-1]  # false for NaN too
        if not increases.all():
            i = start + int(np.argmin(increases)) + 1
            raise InputError(
                f"time_s[{i}] is {time_s[i]:.9g} s after {time_s[i - 1]:.9g} s; expected times that increase "
                "from sample to sample.",
                "Drop samples with a repeated, backward or missing time, and cut joined recordings apart.",
            )
    if not (math.isfinite(time_s[0]) and math.isfinite(time_s[-1])):  # those between lie between
        raise InputError(
            f"time_s goes from {time_s[0]:.9g} to {time_s[-1]:.9g} s; expected finite times.",
            "Drop the samples without a time.",
        )


def check_size(name: str, values: AnyFloatArray, limit: float, unit: str) -> None:
    """Check that samples, (n, 3), are finite and no larger than anything worn can measure.

    Raises
    ------
    InputError
        If one is not; names the first.
    """
    if -limit <= float(values.min()) and float(values.max()) <= limit:  # false for NaN too
        return
    i, axis = (int(index[0]) for index in np.nonzero(~(np.abs(values) <= limit)))
    raise InputError(
        f"{name}[{i}, {axis}] is {values[i, axis]:.6g} {unit}; "
        f"expected finite samples of at most {limit:g} {unit}.",
        "Drop samples that were not measured: a gap says more than a NaN. "
        "If many are too large, check the unit.",
    )


def check_rate(rate_hz: float, time_s: FloatArray, lost_samples: int) -> None:
    """Check a sampling rate against the times, which may jitter, be rounded, and miss samples.

    Either the median step or the mean one may bear it out: stamps rounded coarsely have only the right
    mean, unreported gaps leave only the right median.

    Parameters
    ----------
    rate_hz
        The rate.
    time_s
        (n,) increasing times.
    lost_samples
        How many are missing in the gaps that are known.

    Raises
    ------
    InputError
        If the rate is not a finite number above zero, or off the times by more than 20 %.
    """
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise InputError(
            f"The sampling rate is {rate_hz} Hz; expected a finite number above zero.",
            "Give the rate that the samples were taken at.",
        )
    every = max(1, len(time_s) // _STEPS_LOOKED_AT)
    median_s = float(np.median(time_s[1::every] - time_s[:-1:every]))
    mean_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1 + lost_samples)
    if all(abs(rate_hz * step_s - 1.0) > MAX_RATE_ERROR_SHARE for step_s in (median_s, mean_s)):
        raise InputError(
            f"The sampling rate is {rate_hz:.6g} Hz, but time_s has steps of {median_s:.6g} s, "
            f"{1.0 / median_s:.6g} per second; expected a difference of at most {MAX_RATE_ERROR_SHARE:.0%}.",
            "One of them is wrong: give the rate and the times, in seconds, that the samples were taken at.",
        )
