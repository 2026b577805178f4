"""phyphox (phones): a zip of one table per data set, its unpacked folder, or one CSV of all tables."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.archive import is_archive
from pfp_sensors.formats.axis_streams import (
    PHONE_NOTE,
    Stream,
    first_time_s,
    head_of,
    layout_of,
    streams_of,
    table_of_streams,
    without_copies,
)
from pfp_sensors.formats.csv_table import table_of
from pfp_sensors.formats.line_blocks import blocks_of, line_blocks
from pfp_sensors.formats.members import any_begins, first_bytes, open_members
from pfp_sensors.formats.phyphox_clock import NO_CLOCK, Clock, clock_of
from pfp_sensors.formats.samples import recordings_of
from pfp_sensors.formats.sensors import choose_sensors
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, SensorMeta, read_meta

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.formats.columns import Layout
    from pfp_sensors.formats.csv_header import CsvHead
    from pfp_sensors.formats.request import ReadRequest

_TIME_FIRST: Final = re.compile(rb'(?:\xef\xbb\xbf)?"(?:Time|t) \(s\)"[,;\t]')
_TIME: Final = re.compile(r"(?:time|t) \(s\)", re.IGNORECASE)
_KINDS: Final = {
    "acc": (re.compile(r"accelerat(?:ion|ometer) ([xyz]) \(m/s(?:\^2|²)\)", re.IGNORECASE), "mps2"),
    "free": (re.compile(r"linear accelerat(?:ion|ometer) ([xyz]) \(m/s(?:\^2|²)\)", re.IGNORECASE), "mps2"),
    "gyr": (re.compile(r"gyroscope ([xyz]) \(rad/s\)", re.IGNORECASE), "rps"),
}
_WANTED: Final = re.compile(rb"(?:acc?elerat(?:ion|ometer) x \(m/s|gyroscope x \(rad/s)", re.IGNORECASE)
_TIMES_NAME = "meta/time.csv"
_TIMES_BYTES = 1_000_000
_NEW_TABLE = re.compile(rb'^(?=")', re.MULTILINE)


def sniff(path: Path, head: bytes) -> bool:
    """Tell a table of phyphox by its quoted header, alone or in an archive or folder."""
    return bool(_TIME_FIRST.match(head)) or any_begins(path, head, _is_table, _begins)


def read(path: Path, request: ReadRequest) -> RecordingFile:
    """Read an export of phyphox: acceleration, and rotation at the same times; pauses become gaps.

    Raises
    ------
    InputError
        If it holds no acceleration, a table or meta/time.csv is damaged, or as `recordings_of`.
    UsageError
        If a sensor is asked for by name; there is only one, without a name.
    """
    choose_sensors(("",), request.sensor, request.side)
    meta = read_meta(path / META_NAME if path.is_dir() else path.with_name(META_NAME))
    streams, clock, sha256, notes = _read_set(path, request) if _is_set(path) else _read_one(path, request)
    acc = streams.get("acc") or streams.get("free")
    if acc is None:
        raise InputError(
            f"{path}: no acceleration among its tables; found {', '.join(streams) or 'none of use'}.",
            "In phyphox, make a simple experiment with accelerometer and gyroscope, and export all its data.",
        )
    free_note = () if "acc" in streams else (_FREE_NOTE,)
    table, join_notes = table_of_streams(path, acc, streams.get("gyr"), "free" if free_note else "measured")
    start_s = first_time_s(table.time_s)
    start_utc = clock.start_utc(start_s)
    said = SensorMeta(
        start_utc=start_utc, phone=True, said=frozenset({"phone"} | ({"start_utc"} if start_utc else set()))
    )
    table = dataclasses.replace(table, time_s=table.time_s - start_s, said=said)
    all_notes = (PHONE_NOTE, *free_note, *notes, *join_notes, *clock.notes)
    return RecordingFile(Source(str(path), sha256, "phyphox"), recordings_of(table, meta, request, all_notes))


_FREE_NOTE: Final = (
    "Only linear acceleration is here, from which the phone took gravity away; phyphox's \"Acceleration with "
    'g" keeps it.'
)


def _is_table(name: str) -> bool:
    return name.lower().endswith(".csv") and not name.startswith("meta/") and "/meta/" not in name


def _begins(first: bytes) -> bool:
    return bool(_TIME_FIRST.match(first))


def _is_set(path: Path) -> bool:
    if path.is_dir():
        return True
    try:
        with path.open("rb") as file:
            return is_archive(file.read(4))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.", "Check it.") from error


def _read_set(path: Path, request: ReadRequest) -> tuple[dict[str, Stream], Clock, str, tuple[str, ...]]:
    """Read the tables of an archive or folder that hold acceleration or rotation."""
    streams: dict[str, Stream] = {}
    notes: list[str] = []
    with open_members(path) as members:
        times = [name for name in members.names if name == _TIMES_NAME or name.endswith("/" + _TIMES_NAME)]
        if len(times) > 1:
            raise InputError(
                f"{path} holds several exports: {', '.join(times[:5])}.", "Give one of them at a time."
            )
        clock = NO_CLOCK
        if times:
            text = members.read(times[0], _TIMES_BYTES).decode("utf-8-sig", "replace")
            clock = clock_of(path / times[0], text)
        for name in filter(_is_table, members.names):
            if not _WANTED.search(first_bytes(members, name)):
                continue
            blocks = blocks_of(path / name, members.pieces(name), request.max_bytes)
            found = _streams(path / name, blocks, members.claimed_bytes(name), f"{name}: ")
            notes += _add(streams, found, clock)
        notes += members.left_out_note
        sha256 = members.sha256
    return streams, clock, sha256, tuple(notes)


def _read_one(path: Path, request: ReadRequest) -> tuple[dict[str, Stream], Clock, str, tuple[str, ...]]:
    """Read a CSV of tables one below the other: each begins with a line of quoted names."""
    streams: dict[str, Stream] = {}
    notes: list[str] = []
    digest = hashlib.sha256()
    parts = _parts(line_blocks(path, request.max_bytes, digest))
    for _, part in itertools.groupby(parts, key=lambda numbered: numbered[0]):
        blocks = (block for _, block in part)
        first = next(blocks, b"")
        if _WANTED.search(first.split(b"\n", 1)[0]):
            found = _streams(path, itertools.chain([first], blocks), path.stat().st_size, "")
            notes += _add(streams, found, NO_CLOCK)
    return streams, NO_CLOCK, digest.hexdigest(), tuple(notes)


def _parts(blocks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Cut text at every line that begins with a quote, and number the tables."""
    number = 0
    for block in blocks:
        for piece in _NEW_TABLE.split(block):
            number += piece.startswith(b'"')
            if piece:
                yield number, piece


def _streams(path: Path, blocks: Iterator[bytes], size: int, named: str) -> dict[str, Stream]:
    def head(path: Path, block: bytes) -> CsvHead:
        return head_of(path, block, _delimiter(block), _layout)

    found = streams_of(table_of(path, blocks, size, head), named)
    return {kind: without_copies(stream, kind) for kind, stream in found.items()}


def _delimiter(block: bytes) -> str:
    """Take what follows the first quoted name."""
    match = re.match(rb'(?:\xef\xbb\xbf)?"[^"\n]*"([,;\t])', block)
    return match[1].decode() if match else ","


def _layout(path: Path, names: tuple[str, ...]) -> Layout:
    time = next((position for position, name in enumerate(names) if _TIME.fullmatch(name)), None)
    kinds: dict[str, tuple[tuple[int, int, int], str]] = {}
    for kind, (pattern, unit) in _KINDS.items():
        axes = {match[1].lower(): at for at, name in enumerate(names) if (match := pattern.fullmatch(name))}
        if len(axes) == 3:
            kinds[kind] = ((axes["x"], axes["y"], axes["z"]), unit)
    if time is None or not kinds:
        raise InputError(
            f'{path}, header: found {", ".join(names)[:300]}; expected "Time (s)" and three axes such as '
            '"Acceleration x (m/s^2)" or "Gyroscope x (rad/s)".',
            "Export the experiment again from phyphox as CSV.",
        )
    return layout_of(names, time, "s", kinds)


def _add(streams: dict[str, Stream], found: dict[str, Stream], clock: Clock) -> list[str]:
    """Take the first stream of each kind, with its pauses put back; name the others."""
    notes = []
    for kind, stream in found.items():
        if kind in streams:
            notes.append(f"{stream.names[0]} is there a second time; the first was taken.")
        else:
            streams[kind] = dataclasses.replace(stream, time_s=clock.with_pauses(stream.time_s))
    return notes
