"""Sensor Logger (phones): a zip of one table per kind of sensor, or the folder it was unpacked to."""

from __future__ import annotations

import csv
import dataclasses
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.axis_streams import (
    PHONE_NOTE,
    Stream,
    first_time_s,
    head_of,
    layout_of,
    matched,
    streams_of,
    table_of_streams,
    without_copies,
)
from pfp_sensors.formats.csv_table import table_of
from pfp_sensors.formats.line_blocks import blocks_of
from pfp_sensors.formats.members import any_begins, open_members, plain_name
from pfp_sensors.formats.samples import recordings_of
from pfp_sensors.formats.sensors import choose_sensors
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, SensorMeta, read_meta

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.formats.columns import Layout
    from pfp_sensors.formats.csv_header import CsvHead
    from pfp_sensors.formats.members import Members
    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.model.recording import Acceleration

_TOTAL, _ACC, _GRAVITY = "totalacceleration.csv", "accelerometer.csv", "gravity.csv"
_RAW_ACC, _RAW_GYR = "accelerometeruncalibrated.csv", "gyroscopeuncalibrated.csv"
_GYR, _METADATA = "gyroscope.csv", "metadata.csv"
WANTED: Final = frozenset((_TOTAL, _ACC, _GRAVITY, _RAW_ACC, _RAW_GYR, _GYR, _METADATA))
"""Tables that are read, in small letters."""

_TABLES: Final = WANTED - {_METADATA}
_METADATA_BYTES = 100_000
_CLOCK_RANGE_S = (946_684_800.0, 4_102_444_800.0)
"""2000 to 2100: outside, the column is no time of day."""


@dataclass(frozen=True, slots=True)
class _Phone:
    """What Metadata.csv says: whether its signs and units are Apple's, None where it does not say."""

    apple: bool | None
    standardised: bool

    @property
    def turned(self) -> bool:
        """Tell whether acceleration and gravity point the other way than on Android."""
        return bool(self.apple) and not self.standardised


def sniff(path: Path, head: bytes) -> bool:
    """Tell an archive or folder with a table of Sensor Logger."""
    return any_begins(
        path, head, lambda name: plain_name(name) in _TABLES, lambda first: b"seconds_elapsed" in first
    )


def read(path: Path, request: ReadRequest) -> RecordingFile:
    """Read a recording of Sensor Logger: acceleration with gravity, and rotation at the same times.

    Raises
    ------
    InputError
        If it holds several recordings or no acceleration, a table is damaged, or as `recordings_of`.
    UsageError
        If a sensor is asked for by name; there is only one, without a name.
    """
    choose_sensors(("",), request.sensor, request.side)
    meta = read_meta(path / META_NAME if path.is_dir() else path.with_name(META_NAME))
    with open_members(path) as members:
        names = _files(path, members)
        phone = _phone(path, members, names)
        read_now = _Reader(path, members, names, request.max_bytes)
        acc, acceleration, notes = _acceleration(read_now, phone)
        gyr = read_now.stream(_GYR, "rps") or read_now.stream(_RAW_GYR, "rps")
        table, join_notes = table_of_streams(path, acc, gyr, acceleration)
        source = Source(str(path), members.sha256, "sensor-logger")
        left_out = members.left_out_note
    start_s = first_time_s(table.time_s)
    said, clock_notes = _said(start_s, acc.time_unit == "ns")
    table = dataclasses.replace(table, time_s=table.time_s - start_s, said=said)
    all_notes = (PHONE_NOTE, *notes, *left_out, *join_notes, *clock_notes)
    return RecordingFile(source, recordings_of(table, meta, request, all_notes))


def _files(path: Path, members: Members) -> Mapping[str, str]:
    """Find the files wanted by their plain names."""
    names: dict[str, str] = {}
    for name in members.names:
        plain = plain_name(name)
        if plain in WANTED and plain in names:
            raise InputError(
                f"{path} holds several recordings: {names[plain]} and {name}.",
                "Unpack it, and give the folder of one recording.",
            )
        if plain in WANTED:
            names[plain] = name
    return names


def _phone(path: Path, members: Members, names: Mapping[str, str]) -> _Phone:
    """Read Metadata.csv: one row below its header, in columns that came over the years."""
    if _METADATA not in names:
        return _Phone(None, standardised=False)
    text = members.read(names[_METADATA], _METADATA_BYTES).decode("utf-8-sig", "replace")
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\0", ""))))
    except csv.Error as error:
        raise InputError(
            f"{path}, {names[_METADATA]}: no table ({error}).", "Export the recording again."
        ) from error
    head, values = [*rows, [], []][:2]
    said = {name.strip().lower(): value.strip().lower() for name, value in zip(head, values, strict=False)}
    platform = said.get("platform", "")
    apple = True if platform.startswith(("ios", "ipados")) else False if platform == "android" else None
    return _Phone(apple, said.get("standardisation") == "true")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads tables of one recording by their plain names."""

    path: Path
    members: Members
    names: Mapping[str, str]
    max_bytes: int

    def stream(self, plain: str, unit: str) -> Stream | None:
        """Read three axes in a unit; None where there is no such table."""
        if plain not in self.names:
            return None
        name = self.names[plain]
        path = self.path / name
        blocks = blocks_of(path, self.members.pieces(name), self.max_bytes)

        def head(path: Path, block: bytes) -> CsvHead:
            return head_of(path, block, ",", lambda path, names: _layout(path, names, unit))

        read = table_of(path, blocks, self.members.claimed_bytes(name), head)
        return without_copies(streams_of(read, f"{name}: ")[""], name)


def _layout(path: Path, names: tuple[str, ...], unit: str) -> Layout:
    """Find the columns by name: their order is z, y, x in most versions."""
    plain = [name.lower() for name in names]
    time = next((wanted for wanted in ("time", "seconds_elapsed") if wanted in plain), None)
    missing = [axis for axis in "xyz" if axis not in plain]
    if time is None or missing:
        raise InputError(
            f"{path}, header: found {', '.join(names)[:300]}; expected time, seconds_elapsed, z, y, x.",
            "Export the recording again from Sensor Logger as a zip of CSV files.",
        )
    x, y, z = (plain.index(axis) for axis in "xyz")
    return layout_of(names, plain.index(time), "ns" if time == "time" else "s", {"": ((x, y, z), unit)})


def _acceleration(reader: _Reader, phone: _Phone) -> tuple[Stream, Acceleration, tuple[str, ...]]:
    """Choose and read the acceleration, with gravity where that can be had, in Android's signs."""
    acc, acceleration, notes = _as_written(reader, phone)
    if phone.turned:
        turned = "Acceleration turned to Android's signs (iOS: the other way on all axes, gyroscope not)."
        return dataclasses.replace(acc, values=-acc.values), acceleration, (*notes, turned)
    if phone.apple is None and _TOTAL not in reader.names:
        notes = (
            *notes,
            "Metadata.csv does not say whether this phone is an iPhone; the signs of Android were taken. "
            "Only the words on the way the phone was worn (upside down) depend on it.",
        )
    return acc, acceleration, notes


def _as_written(reader: _Reader, phone: _Phone) -> tuple[Stream, Acceleration, tuple[str, ...]]:
    if (total := reader.stream(_TOTAL, "mps2")) is not None:
        return total, "measured", ()
    free = reader.stream(_ACC, "mps2")
    gravity = None if free is None else reader.stream(_GRAVITY, "mps2")
    lacking: tuple[str, ...] = ()
    if free is not None and gravity is not None:
        free, added, lacking = matched(free, gravity, "gravity")
        if added is not None:
            names = tuple(" + ".join(pair) for pair in zip(free.names, gravity.names, strict=True))
            acc = dataclasses.replace(free, values=free.values + added, names=names)
            return acc, "measured", (*lacking, "Accelerometer and Gravity were added.")
    if (raw := _raw(reader, phone)) is not None:
        return raw, "measured", (*lacking, "The uncalibrated acceleration was taken.")
    if free is not None:
        why = (
            "Only Accelerometer.csv is here, from which the phone took gravity away, and no Gravity.csv or "
            "TotalAcceleration.csv to put it back."
        )
        return free, "free", (*lacking, why)
    raise InputError(
        f"{reader.path}: no acceleration among its tables ({', '.join(reader.names.values())}).",
        "Switch on Accelerometer and Gravity (iOS) or Total Acceleration (Android) before recording.",
    )


def _raw(reader: _Reader, phone: _Phone) -> Stream | None:
    if _RAW_ACC in reader.names and phone.apple is None and not phone.standardised:
        raise InputError(
            f"{reader.path}: AccelerometerUncalibrated.csv is in g on iOS and in m/s² on Android, and "
            "Metadata.csv with its platform is missing.",
            "Export again with Metadata.csv, or record Accelerometer and Gravity too.",
        )
    return reader.stream(_RAW_ACC, "g" if phone.turned else "mps2")


def _said(start_s: float, by_clock: bool) -> tuple[SensorMeta, tuple[str, ...]]:
    """Say when the first row was measured, where the times are times of day."""
    if not by_clock or not _CLOCK_RANGE_S[0] <= start_s <= _CLOCK_RANGE_S[1]:
        return SensorMeta(phone=True, said=frozenset({"phone"})), ("The tables hold no time of day.",)
    start = datetime.fromtimestamp(start_s, UTC).isoformat(timespec="milliseconds")
    return SensorMeta(start_utc=start, phone=True, said=frozenset({"start_utc", "phone"})), ()
