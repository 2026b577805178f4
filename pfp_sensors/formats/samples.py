"""Columns of numbers, as any file may hold them, to checked recordings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.formats.columns import Layout
from pfp_sensors.formats.plausibility import check_channels, check_rate, check_units
from pfp_sensors.formats.request import ReadRequest
from pfp_sensors.formats.sensors import side_of
from pfp_sensors.model.recording import BoolArray, Float32Array, FloatArray, Recording, Side
from pfp_sensors.signal.sampling import find_gaps, fit_rate_hz
from pfp_sensors.store.meta_json import RecordingMeta

MAX_DROPPED_SHARE: Final = 0.01
"""Up to this share of rows may be repeated, backward, broken or without a number (interface.md)."""


@dataclass(frozen=True, slots=True)
class RawSensor:
    """Samples of one sensor, in g and deg/s, with NaN where the file has no number."""

    name: str
    acc_g: Float32Array
    gyr_dps: Float32Array | None


@dataclass(frozen=True, slots=True)
class Table:
    """All columns wanted of one file.

    Attributes
    ----------
    path
        The file, for messages.
    layout
        The header.
    time_s
        (n,) as in the file, turned into seconds.
    sensors
        One or two sensors, (n, 3) each.
    broken
        Rows that could not be read at all and are not in the arrays.
    place
        Names the place of a row (from 0) for messages: "line 17".
    """

    path: Path
    layout: Layout
    time_s: FloatArray
    sensors: tuple[RawSensor, ...]
    broken: int
    place: Callable[[int], str]


def recordings_of(
    table: Table, meta: RecordingMeta, request: ReadRequest, notes: tuple[str, ...]
) -> tuple[Recording, ...]:
    """Drop the few bad rows, check what is left, and make one recording per sensor.

    Times are counted from the first row of the file that is kept.

    Parameters
    ----------
    table
        The columns.
    meta
        What ``meta.json`` says.
    request
        What the caller says.
    notes
        What the reader had to do so far.

    Raises
    ------
    InputError
        If there are too few rows or too many bad ones, a channel is empty or constant, the rate is absurd,
        or a unit is contradicted.
    """
    if len(table.time_s) < 2:
        raise InputError(
            f"{table.path} has {len(table.time_s)} readable rows of samples below its header; at least 2 are needed.",
            "Check that the export finished, or record again.",
        )
    for sensor in table.sensors:
        check_channels(table.path, table.layout, sensor.name, sensor.acc_g, sensor.gyr_dps)
    ordered = _in_order(table)
    return tuple(_recording(table, sensor, ordered, meta, request, notes) for sensor in table.sensors)


def _recording(
    table: Table,
    sensor: RawSensor,
    ordered: BoolArray,
    meta: RecordingMeta,
    request: ReadRequest,
    notes: tuple[str, ...],
) -> Recording:
    kept, dropped = _kept(table, sensor, ordered)
    start_s = table.time_s[int(np.argmax(ordered))]
    whole = bool(kept.all())
    time_s = (table.time_s if whole else table.time_s[kept]) - start_s
    acc_g = sensor.acc_g if whole else sensor.acc_g[kept]
    gyr_dps = sensor.gyr_dps if whole or sensor.gyr_dps is None else sensor.gyr_dps[kept]
    said = meta.of(sensor.name)
    rate_hz = fit_rate_hz(time_s)
    rate_notes = check_rate(table.path, rate_hz, table.layout, said.sampling_rate_hz)
    unit_notes = check_units(table.path, table.layout.sensors[sensor.name], acc_g, gyr_dps, rate_hz)
    side, side_notes = _side(sensor.name, said.side, request.side)
    start_notes = (f"Times are counted from the first sample, at {start_s:.6f} s in the file.",) if start_s else ()
    return Recording(
        time_s=time_s,
        acc_g=acc_g,
        gyr_dps=gyr_dps,
        rate_hz=rate_hz,
        gaps=find_gaps(time_s, rate_hz),
        side=side,
        placement=request.placement or said.placement,
        sensor=sensor.name,
        acc_range_g=request.acc_range_g or said.acc_range_g,
        gyr_range_dps=said.gyr_range_dps,
        start_utc=said.start_utc,
        nominal_rate_hz=said.sampling_rate_hz,
        synthetic=bool(said.synthetic),
        notes=(*notes, *start_notes, *dropped, *side_notes, *rate_notes, *unit_notes),
    )


def _side(sensor: str, said: Side | None, asked: Side | None) -> tuple[Side | None, tuple[str, ...]]:
    """The caller's word, then the sensor's name, then ``meta.json``."""
    named = side_of(sensor)
    if asked is None and named and said and named != said:
        return named, (f'meta.json says side "{said}", but the columns are named "{sensor}"; {named} was taken.',)
    return asked or named or said, ()


def _in_order(table: Table) -> BoolArray:
    """Mark the rows whose time is a number later than that of every row kept before.

    Rows are taken from the front or from the back, whichever loses fewer: a single stamp far in the future
    would otherwise cost all rows behind it.
    """
    time_s = table.time_s
    finite = np.isfinite(time_s)
    if bool(finite.all()) and bool(np.all(time_s[1:] > time_s[:-1])):
        return finite
    if not finite.any():
        raise InputError(f"{table.path}: no time is a number.", "Export the recording again with a time column.")
    filled = np.where(finite, time_s, -np.inf)
    so_far = np.concatenate(([-np.inf], np.maximum.accumulate(filled)[:-1]))
    forward = finite & (time_s > so_far)
    filled = np.where(finite, time_s, np.inf)
    from_here = np.concatenate((np.minimum.accumulate(filled[::-1])[::-1][1:], [np.inf]))
    backward = finite & (time_s < from_here)
    return forward if np.count_nonzero(forward) >= np.count_nonzero(backward) else backward


def _kept(table: Table, sensor: RawSensor, ordered: BoolArray) -> tuple[BoolArray, tuple[str, ...]]:
    """Mark the rows to keep, and say how many were dropped and why."""
    known = np.isfinite(sensor.acc_g).all(axis=1)
    if sensor.gyr_dps is not None:
        known &= np.isfinite(sensor.gyr_dps).all(axis=1)
    no_time = ~np.isfinite(table.time_s)
    steps = np.diff(table.time_s, prepend=-np.inf)
    kept = ordered & known
    causes = {
        "broken": table.broken,
        "without a number": int(np.count_nonzero(~known | no_time)),
        "with a repeated time": int(np.count_nonzero(~ordered & known & ~no_time & (steps == 0))),
        "with a time that does not increase": int(np.count_nonzero(~ordered & known & ~no_time & (steps != 0))),
    }
    dropped = sum(causes.values())
    if not dropped:
        return kept, ()
    rows = len(table.time_s) + table.broken
    said = ", ".join(f"{count} {cause}" for cause, count in causes.items() if count)
    first = table.place(int(np.argmin(kept))) if not kept.all() else ""
    if dropped > MAX_DROPPED_SHARE * rows:
        raise InputError(
            f"{table.path}{': first at ' + first if first else ''}: {dropped} of {rows} rows are bad ({said}); "
            f"expected at most {MAX_DROPPED_SHARE:.0%}.",
            _advice(causes),
        )
    return kept, (f"{dropped} of {rows} rows dropped: {said}{'; first at ' + first if first else ''}.",)


def _advice(causes: dict[str, int]) -> str:
    worst = max(causes, key=lambda cause: causes[cause])
    return {
        "broken": "Check the delimiter and that every row has as many cells as the header; export the file again.",
        "without a number": "Export sensors that are sampled at different rates or times into files of their own.",
        "with a repeated time": "Export with finer time stamps, such as microseconds.",
        "with a time that does not increase": "If two recordings were joined, cut them apart; else export again.",
    }[worst]
