"""A FIT activity with developer fields, message by message, and its bytes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import UsageError
from pfp_sensors.formats.fit_watch_fields import fields_of_watch
from pfp_sensors.store.sealed_files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.formats.fit_rows import FitRows

APPLICATION_ID: Final = bytes.fromhex("7066702d73656e736f72730001000001")
"""Names the developer fields of this program for ever: sixteen bytes, never to be changed."""

_PRODUCT: Final = "pfp-sensors"
SYNTHETIC: Final = "SYNTHETIC"
"""What the product and the session's profile of a computed run are named with."""

_PEAK: Final = (0, "Shank peak acc", "g")
_CONTACT: Final = (1, "Contact time", "ms")
_LOAD: Final = (2, "Impact load", "g")
"""Number, name and unit; the first two in records, the third in the session."""

_FLOAT_BYTES: Final = 4
_FIT_EPOCH: Final = datetime(1989, 12, 31, tzinfo=UTC)
_FRACTIONS: Final = 128
_MAX_STRIDES_PER_MIN: Final = 254
_RECORD_KINDS: Final = range(5, 16)
"""Local numbers for records: each set of known fields has its own while there are no more than these."""


@dataclass(frozen=True, slots=True)
class FitRun:
    """A run to be written; None where unknown.

    Attributes
    ----------
    start
        Of second 0 of the rows, with offset.
    rows
        Second by second.
    running_s, distance_m, steps
        Totals, as the diary has them.
    cadence_spm, heart_rate_bpm
        Of the whole run; cadence is steps of both feet.
    ascent_m, descent_m
        Climb and descent.
    impact_load_g
        Sum of the landing peaks of one leg; the mean of both where both were measured.
    treadmill, synthetic
        Whether it was run on one; whether its samples were computed.
    """

    start: datetime
    rows: FitRows
    running_s: float
    distance_m: float | None = None
    steps: int | None = None
    cadence_spm: float | None = None
    heart_rate_bpm: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None
    impact_load_g: float | None = None
    treadmill: bool = False
    synthetic: bool = False


def write_activity(run: FitRun, path: Path) -> None:
    """Write a run as a FIT activity; it is whole or not there, and only its owner can read it.

    Times are to the whole second. Positions, names and serial numbers are not in it.

    Parameters
    ----------
    run
        With at least one row.
    path
        The file.

    Raises
    ------
    UsageError
        If the package fit-tool is missing, or no file can be made there.
    PfpError
        If the disk is full or failing.
    """
    try:
        from fit_tool.fit_file_builder import FitFileBuilder
    except ImportError as error:
        raise UsageError(
            "The package fit-tool is missing; it writes FIT files.", "pip install 'pfp-sensors[watch]'"
        ) from error
    builder = FitFileBuilder(auto_define=True)
    clock = _Clock(run.start)
    for message in (*_head(run, clock), *_rows(run, clock), *_totals(run, clock)):
        builder.add(message)
    content = builder.build_bytes()
    with replacing(path) as temporary:
        temporary.write_bytes(content)


class _Clock:
    """Seconds of the rows to what fit-tool takes as a time: milliseconds since 1970, of whole seconds."""

    def __init__(self, start: datetime) -> None:
        self.start = start.replace(microsecond=0)

    def __call__(self, second: float) -> int:
        return 1000 * round((self.start + timedelta(seconds=round(second))).timestamp())

    def local(self, second: float) -> int:
        """Give local time as FIT counts it: seconds since its own epoch, of the clock on the wall."""
        offset = self.start.utcoffset() or timedelta(0)
        since = self.start - _FIT_EPOCH + offset + timedelta(seconds=round(second))
        return round(since.total_seconds())


def _head(run: FitRun, clock: _Clock) -> Iterator[Any]:
    from fit_tool.base_type import BaseType
    from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
    from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.profile_type import FileType, Manufacturer

    file_id = FileIdMessage(local_id=0)
    file_id.type = FileType.ACTIVITY
    file_id.manufacturer = Manufacturer.DEVELOPMENT.value
    file_id.product = 0
    file_id.time_created = clock(0)
    file_id.product_name = f"{_PRODUCT} {SYNTHETIC}" if run.synthetic else _PRODUCT
    yield file_id
    own = DeveloperDataIdMessage(local_id=1)
    own.application_id = APPLICATION_ID
    own.developer_data_index = 0
    own.application_version = 1
    yield own
    for number, name, unit in (_PEAK, _CONTACT, _LOAD):
        said = FieldDescriptionMessage(local_id=2)
        said.developer_data_index = 0
        said.field_definition_number = number
        said.fit_base_type_id = BaseType.FLOAT32.value
        said.field_name = name
        said.units = unit
        yield said


def _rows(run: FitRun, clock: _Clock) -> Iterator[Any]:
    """Give timer events and records in order of time."""
    kinds: dict[tuple[str, ...], int] = {}
    rows = run.rows
    columns = {name: values.tolist() for name, values in rows.channels.items()}
    times, row = rows.time_s.tolist(), 0
    for start, end in rows.spans:
        yield _timer(clock(start), "START")
        while row < len(times) and times[row] <= end:
            values = {name: column[row] for name, column in columns.items() if math.isfinite(column[row])}
            yield _record(clock(times[row]), values, kinds)
            row += 1
        yield _timer(clock(end), "STOP_ALL")


def _timer(time_ms: int, what: str) -> Any:
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.profile_type import Event, EventType

    event = EventMessage(local_id=3)
    event.timestamp = time_ms
    event.event = Event.TIMER
    event.event_type = EventType[what]
    return event


def _record(time_ms: int, values: dict[str, float], kinds: dict[tuple[str, ...], int]) -> Any:
    """Make a record of the fields that are known: fit-tool's own class has 86, and is slow to make."""
    from fit_tool.data_message import DataMessage
    from fit_tool.profile.messages import record_message as fit
    from fit_tool.profile.messages.common_fields import TimestampField

    filled: list[tuple[Any, float]] = [(TimestampField(), time_ms)]
    if "distance_m" in values:
        filled.append((fit.RecordDistanceField(), values["distance_m"]))
    if "speed_mps" in values:
        filled.append((fit.RecordEnhancedSpeedField(), values["speed_mps"]))
    if "heart_rate_bpm" in values:
        filled.append((fit.RecordHeartRateField(), round(values["heart_rate_bpm"])))
    filled += fields_of_watch(values)
    if "cadence_spm" in values:
        whole, rest = _strides_per_min(values["cadence_spm"])
        filled += [(fit.RecordCadenceField(), whole), (fit.RecordFractionalCadenceField(), rest)]
    for made, value in filled:
        made.set_value(0, value)
    named = (("peak_g", _PEAK), ("contact_ms", _CONTACT))
    return DataMessage(
        local_id=kinds.setdefault(tuple(values), _RECORD_KINDS[len(kinds) % len(_RECORD_KINDS)]),
        global_id=fit.RecordMessage.ID,
        name=fit.RecordMessage.NAME,
        fields=[made for made, _ in filled],
        developer_fields=[_developer(own, values[name]) for name, own in named if name in values],
    )


def _developer(field: tuple[int, str, str], value: float) -> Any:
    from fit_tool.base_type import BaseType
    from fit_tool.developer_field import DeveloperField

    number, name, unit = field
    made = DeveloperField(
        field_id=number,
        name=name,
        base_type=BaseType.FLOAT32,
        units=unit,
        size=_FLOAT_BYTES,
        developer_data_index=0,
    )
    made.set_value(0, value)
    return made


def _strides_per_min(cadence_spm: float) -> tuple[int, float]:
    """Split a cadence as FIT has it: strides of one leg per minute, whole ones and the rest in 128ths."""
    parts = round(_FRACTIONS * min(cadence_spm / 2.0, _MAX_STRIDES_PER_MIN))
    return parts // _FRACTIONS, parts % _FRACTIONS / _FRACTIONS


def _totals(run: FitRun, clock: _Clock) -> Iterator[Any]:
    from fit_tool.profile.messages.activity_message import ActivityMessage
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import Activity, Event, EventType, SessionTrigger

    end = run.rows.spans[-1][1]
    load = [] if run.impact_load_g is None else [_developer(_LOAD, run.impact_load_g)]
    lap, session = LapMessage(local_id=4), SessionMessage(local_id=4, developer_fields=load)
    for message in (lap, session):
        _fill(message, run, clock)
    lap.event, lap.event_type = Event.LAP, EventType.STOP
    yield lap
    session.event, session.event_type = Event.SESSION, EventType.STOP
    session.first_lap_index, session.num_laps = 0, 1
    session.trigger = SessionTrigger.ACTIVITY_END
    if run.synthetic:
        session.sport_profile_name = SYNTHETIC
    yield session
    activity = ActivityMessage(local_id=4)
    activity.timestamp = clock(end)
    activity.local_timestamp = clock.local(end)
    activity.total_timer_time = run.running_s
    activity.num_sessions = 1
    activity.type = Activity.MANUAL
    activity.event, activity.event_type = Event.ACTIVITY, EventType.STOP
    yield activity


def _fill(message: Any, run: FitRun, clock: _Clock) -> None:
    """Write into a lap or a session what both have."""
    from fit_tool.profile.profile_type import Sport, SubSport

    start, end = run.rows.spans[0][0], run.rows.spans[-1][1]
    message.message_index = 0
    message.timestamp, message.start_time = clock(end), clock(start)
    message.total_elapsed_time, message.total_timer_time = float(end - start), run.running_s
    message.sport = Sport.RUNNING
    message.sub_sport = SubSport.TREADMILL if run.treadmill else SubSport.GENERIC
    if run.distance_m is not None:
        message.total_distance = run.distance_m
        message.enhanced_avg_speed = run.distance_m / run.running_s
    if run.steps is not None:
        message.total_strides = round(run.steps / 2)
    if run.cadence_spm is not None:
        message.avg_running_cadence, message.avg_fractional_cadence = _strides_per_min(run.cadence_spm)
    if run.heart_rate_bpm is not None:
        message.avg_heart_rate = round(run.heart_rate_bpm)
    if run.ascent_m is not None:
        message.total_ascent = round(run.ascent_m)
    if run.descent_m is not None:
        message.total_descent = round(run.descent_m)
