"""Columns of numbers, as any file may hold them, to checked recordings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.bad_rows import RowCheck
from pfp_sensors.formats.moving_gravity import check_moving, moving_gravity
from pfp_sensors.formats.plausibility import check_channels, check_rate, check_units, rest_level_g
from pfp_sensors.formats.sensors import side_of
from pfp_sensors.model.recording import AsFound, Recording
from pfp_sensors.signal.sampling import find_gaps, fit_rate_hz
from pfp_sensors.store.meta_json import SENSOR_FIELDS, SensorMeta

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pfp_sensors.formats.columns import Axes, Layout, SensorColumns
    from pfp_sensors.formats.moving_gravity import MovingGravity
    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.model.recording import Acceleration, Float32Array, FloatArray, Side
    from pfp_sensors.store.meta_json import RecordingMeta

SYNTHETIC: Final = "synthetic"
"""A column of this name says that the samples were computed, not measured."""


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
    unreadable, first_unreadable
        Rows that could not be read at all and are not in the arrays, and the first of them in words.
    place
        Names the place of a row (from 0) for messages: "line 17".
    said
        What the file itself says beside its samples; ``meta.json`` and the caller are stronger.
    acceleration
        Whether gravity is in it.
    """

    path: Path
    layout: Layout
    time_s: FloatArray
    sensors: tuple[RawSensor, ...]
    unreadable: int
    first_unreadable: str
    place: Callable[[int], str]
    said: SensorMeta = field(default_factory=SensorMeta)
    acceleration: Acceleration = "measured"


def recordings_of(
    table: Table, meta: RecordingMeta, request: ReadRequest, notes: tuple[str, ...]
) -> tuple[Recording, ...]:
    """Drop the few bad rows, check what is left, and make one recording per sensor.

    Times are counted from the first row of the file that is kept, the same for all sensors.

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
        a unit is contradicted, or a sample is impossibly large.
    """
    rows = len(table.time_s)
    if rows < 2:
        unreadable = f" and {table.unreadable} unreadable ones ({table.first_unreadable})"
        raise InputError(
            f"{table.path} has {rows} row{'' if rows == 1 else 's'} of samples below its header"
            f"{unreadable if table.unreadable else ''}; at least 2 are needed.",
            "Check that the export finished and that every row has as many cells as the header.",
        )
    for sensor in table.sensors:
        check_channels(table.path, table.layout, sensor.name, sensor.acc_g, sensor.gyr_dps)
    check = RowCheck.of(table.path, table.time_s, table.unreadable, table.first_unreadable, table.place)
    return tuple(_recording(table, sensor, check, meta, request, notes) for sensor in table.sensors)


def _recording(
    table: Table,
    sensor: RawSensor,
    check: RowCheck,
    meta: RecordingMeta,
    request: ReadRequest,
    notes: tuple[str, ...],
) -> Recording:
    kept, dropped_notes = check.kept(sensor.acc_g, sensor.gyr_dps)
    time_s = (table.time_s if kept is None else table.time_s[kept]) - check.start_s
    acc_g = sensor.acc_g if kept is None else sensor.acc_g[kept]
    gyr_dps = sensor.gyr_dps if kept is None or sensor.gyr_dps is None else sensor.gyr_dps[kept]
    said = _over(_over(meta.of(sensor.name), table.said), _label(table.layout))
    rate_hz = fit_rate_hz(time_s)
    rate_notes = check_rate(table.path, rate_hz, table.layout, said.sampling_rate_hz)
    columns = table.layout.sensors[sensor.name]
    rest_g = rest_level_g(acc_g, rate_hz)
    moving: MovingGravity | None = None
    gravity_notes: tuple[str, ...] = ()
    if table.acceleration != "free":
        check_units(table.path, columns, acc_g, gyr_dps, rest_g)
        if rest_g is None:
            moving = moving_gravity(acc_g, gyr_dps, rate_hz)
            gravity_notes = check_moving(table.path, moving)
    side, side_notes = _side(sensor.name, said, request.side)
    try:
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
            notes=(*gravity_notes, *notes, *check.start_notes, *dropped_notes, *side_notes, *rate_notes),
            acceleration=table.acceleration,
            as_found=_as_found(table.layout, columns, rest_g, moving),
            phone=bool(said.phone),
        )
    except InputError as error:
        raise InputError(f"{table.path}: {error.message}", error.what_to_do) from error


def _label(layout: Layout) -> SensorMeta:
    """Take a column `SYNTHETIC` for what it says."""
    if SYNTHETIC not in [name.strip().strip('"').lower() for name in layout.names]:
        return SensorMeta()
    return SensorMeta(synthetic=True, said=frozenset({SYNTHETIC}))


def _over(stronger: SensorMeta, weaker: SensorMeta) -> SensorMeta:
    """Take each word from ``meta.json`` where it is there, else from the file."""
    known = {name: getattr(stronger if name in stronger.said else weaker, name) for name in SENSOR_FIELDS}
    return SensorMeta(**known, said=stronger.said | weaker.said)


def _as_found(
    layout: Layout, columns: SensorColumns, rest_g: float | None, moving: MovingGravity | None
) -> AsFound:
    def named(axes: Axes) -> tuple[str, ...]:
        return tuple(layout.names[column].strip().strip('"') for column in axes.columns)

    gyr = columns.gyr
    return AsFound(
        time_column=layout.names[layout.time].strip().strip('"'),
        time_unit=layout.time_unit,
        acc_columns=named(columns.acc),
        acc_unit=columns.acc.unit,
        gyr_columns=() if gyr is None else named(gyr),
        gyr_unit=None if gyr is None else gyr.unit,
        gravity_at_rest_g=rest_g,
        gravity_moving_g=None if moving is None else moving.seen_g,
    )


def _side(sensor: str, said: SensorMeta, asked: Side | None) -> tuple[Side | None, tuple[str, ...]]:
    """Take the caller's word, else the sensor's name, else ``meta.json``."""
    named = side_of(sensor)
    if asked is None and named and said.side and named != said.side:
        return named, (
            f'meta.json says side "{said.side}", but the columns are named "{sensor}"; {named} was taken.',
        )
    return asked or named or said.side, ()
