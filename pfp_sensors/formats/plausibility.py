"""Does a table hold what its header claims? Channels that live, a possible rate, units that fit gravity."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.formats.columns import BY_FORMAT
from pfp_sensors.units import ACC_UNITS_IN_G, TIME_UNITS_IN_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.formats.columns import Axes, Layout, SensorColumns
    from pfp_sensors.model.recording import Float32Array

RATE_RANGE_HZ: Final = (1.0, 20_000.0)
"""Outside, the time column is not what it says: no worn sensor samples so slowly or so fast."""

_USUAL_RATE_HZ = (5.0, 5_000.0)
"""Where another unit of time must bring the rate to be named as the likely one."""

_RATE_NOTE_SHARE = 0.005
"""Nominal rates are off by this much without harm (formats.md 2)."""

_RATE_ERROR_SHARE = 0.20
"""Further off, stamps or stated rate are wrong, and every duration with them: nobody can tell which."""

_CONSTANT_MIN_ROWS = 20
"""In fewer rows a coarse sensor at rest may well repeat itself."""

_STILL_WINDOW_S = 1.0
_STILL_MIN_SAMPLES = 10
_STILL_SHARE = 0.03
"""A window is still where the norm varies by less than this share of the file's median norm: walking has
0.1 and more, a sensor at rest 0.01. A share, because the unit is what is in question."""

_REST_TOLERANCE = 0.10
"""Of 1 g (formats.md 2): cheap sensors are off by up to 0.05, a wrong unit by a factor of 9.8 or more."""

_NO_GRAVITY_G = 0.10
_MOVING_RANGE_G = (0.5, 6.0)
"""The mean norm is 1.0-1.3 g walking and 1.5-3 g running with a shank sensor; units lie 9.8 apart."""

_LIKELY_MOVING_G = 1.5
_MOVING_STD_G = 0.3
_SLOW_GYRO_DPS = 25.0
"""While the norm varies by 0.3 g, rotation reaches 100-800 deg/s (99th percentile): 2-14 rad/s."""

_FAST_GYRO_RPS = 60.0
"""3400 deg/s: above the range of nearly every sensor, below what deg/s called rad/s give in running."""

_OTHER_UNIT: Final = (
    "This kind of file has one unit only, so it was written with other settings or changed afterwards: "
    "export it again, or name units and columns of its table in a mapping (docs/formats/generic-csv.md)."
)

_UNIT_WORDS: Final[Mapping[str, str]] = {
    "g": "g",
    "mg": "mg",
    "mps2": "m/s²",
    "dps": "deg/s",
    "rps": "rad/s",
    "mdps": "mdeg/s",
}
_TIME_WORDS: Final[Mapping[str, str]] = {
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
}


def check_channels(
    path: Path, layout: Layout, sensor: str, acc_g: Float32Array, gyr_dps: Float32Array | None
) -> None:
    """Check that every channel holds numbers that vary: a real sensor has noise.

    Raises
    ------
    InputError
        If a channel has no number at all, or the same one throughout 20 rows or more.
    """
    columns = layout.sensors[sensor]
    for axes, values in ((columns.acc, acc_g), (columns.gyr, gyr_dps)):
        if axes is None or values is None:
            continue
        for axis, position in enumerate(axes.columns):
            name = layout.names[position].strip()
            low, high = _limits(values[:, axis])
            if math.isnan(low):
                raise InputError(
                    f"{path}, column {name}: no value is a number; expected samples.",
                    "Leave the column away if the sensor does not have it, or export again.",
                )
            if low == high and len(values) >= _CONSTANT_MIN_ROWS:
                raise InputError(
                    f"{path}, column {name}: every row holds {low:g}; expected samples that vary.",
                    "The channel was off or broken: leave its kind of sensor away, or record again.",
                )


def check_rate(path: Path, rate_hz: float, layout: Layout, nominal_hz: float | None) -> tuple[str, ...]:
    """Check the sampling rate found against what is possible and what ``meta.json`` says.

    Returns
    -------
    tuple of str
        A note where the stated rate is off by more than 0.5 %.

    Raises
    ------
    InputError
        If the rate is below 1 Hz or above 20 kHz, or off the stated one by more than 20 %.
    """
    column = layout.names[layout.time].strip()
    if not _within(rate_hz, RATE_RANGE_HZ):
        raise _absurd_rate(path, column, layout, 1.0 / (rate_hz * layout.time_factor))
    share = 0.0 if nominal_hz is None else abs(rate_hz / nominal_hz - 1.0)
    if share > _RATE_ERROR_SHARE:
        raise InputError(
            f"{path}, column {column}: the stamps give {rate_hz:.4g} Hz, but the file or its meta.json says "
            f"sampling_rate_hz {nominal_hz:g}; expected a difference of at most {_RATE_ERROR_SHARE:.0%}.",
            "One of them is wrong, and with it every time and cadence: correct or remove sampling_rate_hz in "
            "meta.json, or export again with right times.",
        )
    if share > _RATE_NOTE_SHARE:
        said = f"the file or its meta.json says {nominal_hz:g}"
        return (f"The stamps give {rate_hz:.5g} Hz, {said}; the stamps were used.",)
    return ()


def rest_level_g(acc_g: Float32Array, rate_hz: float) -> float | None:
    """Find the median norm of the windows of a second in which it does not vary; None where there is none.

    Parameters
    ----------
    acc_g
        (n, 3) in the file's own unit or in g: whether a window is still is judged without a unit.
    rate_hz
        Sampling rate.
    """
    return _rest_level(_norm(acc_g), rate_hz)


def check_units(
    path: Path,
    columns: SensorColumns,
    acc_g: Float32Array,
    gyr_dps: Float32Array | None,
    rest_g: float | None,
) -> None:
    """Check the claimed units against gravity at rest, or where nothing rests against what movement can be.

    Parameters
    ----------
    path
        The file, for messages.
    columns
        The header's claim.
    acc_g, gyr_dps
        (n, 3) in g and deg/s by that claim.
    rest_g
        From `rest_level_g`.

    Raises
    ------
    InputError
        If gravity is not 1 g within 10 % at rest, or acceleration or rotation are impossible in movement.
    """
    norm_g = _norm(acc_g)
    if rest_g is None:
        _check_moving(path, columns.acc, float(norm_g.mean()))
    else:
        _check_rest(path, columns.acc, rest_g)
    if gyr_dps is not None and columns.gyr is not None and float(norm_g.std()) > _MOVING_STD_G:
        fastest = np.abs(gyr_dps[:, 0])
        for axis in (1, 2):
            np.maximum(fastest, np.abs(gyr_dps[:, axis]), out=fastest)
        _check_rotation(path, columns.gyr, float(np.percentile(fastest, 99)))


def _norm(acc_g: Float32Array) -> Float32Array:
    norm = np.einsum("ij,ij->i", acc_g, acc_g)
    return np.asarray(np.sqrt(norm, out=norm))


def _limits(channel: Float32Array) -> tuple[float, float]:
    """Find the smallest and largest number of a channel; NaN only where there is none."""
    low, high = float(channel.min()), float(channel.max())
    if math.isnan(low):
        low, high = float(np.fmin.reduce(channel)), float(np.fmax.reduce(channel))
    return low, high


def _absurd_rate(path: Path, column: str, layout: Layout, step: float) -> InputError:
    """Say what the steps are, and which unit of time would make sense of them."""
    rates_hz = {other: 1.0 / (step * factor) for other, factor in TIME_UNITS_IN_S.items()}
    fitting = [word for other, word in _TIME_WORDS.items() if _within(rates_hz[other], _USUAL_RATE_HZ)]
    likely = f" The time looks like {' or '.join(fitting)}." if fitting else ""
    low, high = RATE_RANGE_HZ
    return InputError(
        f"{path}, column {column}: steps of {step:.4g} {_TIME_WORDS[layout.time_unit]} are "
        f"{rates_hz[layout.time_unit]:.4g} samples per second; expected {low:g} to {high:g}.{likely}",
        _time_advice(layout.time_place),
    )


def _time_advice(place: str) -> str:
    if place == BY_FORMAT:
        return _OTHER_UNIT
    if place:
        return f'Correct the unit in {place}: "s", "ms", "us" or "ns".'
    return "Name the time column by its unit: time_s, time_ms, time_us or time_ns."


def _rest_level(norm: Float32Array, rate_hz: float) -> float | None:
    """Find the median level of the windows of a second in which the norm does not vary; None without any."""
    size = max(_STILL_MIN_SAMPLES, math.ceil(_STILL_WINDOW_S * rate_hz))
    count = len(norm) // size
    windows = norm[: count * size].reshape(count, size)
    with np.errstate(invalid="ignore", over="ignore"):  # infinite cells of a damaged file are refused later
        still = windows.std(axis=1) < _STILL_SHARE * float(np.median(norm))
    return float(np.median(windows[still].mean(axis=1))) if still.any() else None


def _check_rest(path: Path, axes: Axes, rest_g: float) -> None:
    if abs(rest_g - 1.0) <= _REST_TOLERANCE:
        return
    raw = rest_g / axes.factor
    found = f"{path}: at rest the acceleration is {raw:.4g} {_UNIT_WORDS[axes.unit]} by its column names"
    expected = "expected gravity, 1 g within 10 %"
    fitting = [u for u, factor in ACC_UNITS_IN_G.items() if abs(raw * factor - 1.0) <= _REST_TOLERANCE]
    if fitting:
        raise _wrong_unit(f"{found}; {expected}.", axes, "acc", fitting[0])
    if rest_g < _NO_GRAVITY_G:
        raise InputError(
            f"{found}; {expected}. Gravity seems to have been removed.",
            "Export the raw acceleration (not linear, free or user acceleration).",
        )
    raise InputError(
        f"{found} ({rest_g:.3g} g); {expected}. No other unit fits.",
        "Check the scale that the export used, or calibrate the sensor.",
    )


def _check_moving(path: Path, axes: Axes, mean_g: float) -> None:
    if _within(mean_g, _MOVING_RANGE_G):
        return
    raw = mean_g / axes.factor
    low, high = _MOVING_RANGE_G
    found = (
        f"{path}: the acceleration is {raw:.4g} {_UNIT_WORDS[axes.unit]} on average by its column names; "
        f"expected {low:g} to {high:g} g."
    )
    # Two units may fit at the edges of the range; the nearer to usual movement is the likely one.
    distance = {u: abs(math.log(raw * f / _LIKELY_MOVING_G)) for u, f in ACC_UNITS_IN_G.items() if raw > 0}
    fitting = [u for u in distance if _within(raw * ACC_UNITS_IN_G[u], _MOVING_RANGE_G)]
    if fitting:
        raise _wrong_unit(found, axes, "acc", min(fitting, key=lambda u: distance[u]))
    raise InputError(
        f"{found} No unit fits; gravity may have been removed.",
        "Export the raw acceleration in g or m/s², and name the columns by that unit.",
    )


def _check_rotation(path: Path, axes: Axes, fast_dps: float) -> None:
    raw = fast_dps / axes.factor
    found = f"{path}: rotation while moving reaches {raw:.4g} {_UNIT_WORDS[axes.unit]} by its column names"
    if axes.unit != "rps" and fast_dps < _SLOW_GYRO_DPS:
        raise _wrong_unit(f"{found}; expected more than {_SLOW_GYRO_DPS:g} deg/s.", axes, "gyr", "rps")
    if axes.unit == "rps" and raw > _FAST_GYRO_RPS:
        raise _wrong_unit(f"{found}; expected less than {_FAST_GYRO_RPS:g} rad/s.", axes, "gyr", "dps")


def _wrong_unit(found: str, axes: Axes, kind: str, fitting: str) -> InputError:
    found = f"{found} {_UNIT_WORDS[fitting]} would fit."
    if axes.unit_place == BY_FORMAT:
        return InputError(found, _OTHER_UNIT)
    if axes.unit_place:
        return InputError(found, f'If so, write unit = "{fitting}" in {axes.unit_place}.')
    return InputError(
        found,
        f"If so, name the columns {kind}_x_{fitting}, {kind}_y_{fitting}, {kind}_z_{fitting} (after any "
        "prefix).",
    )


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
