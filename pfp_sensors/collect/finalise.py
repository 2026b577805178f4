"""From packets to a finished recording: decoded, ordered, timed, written, checked, and only then cleared."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.collect.decode import decode
from pfp_sensors.collect.missed_packets import missed_packets
from pfp_sensors.collect.recorded_facts import (
    RecordedSensor,
    extra_values,
    recording_notes,
    sample_facts,
    side_values,
)
from pfp_sensors.collect.timeline import TimedSamples, time_samples
from pfp_sensors.collect.understood import Understood, clear_packets, has_enough, put_aside
from pfp_sensors.errors import InputError, PfpError, SensorError
from pfp_sensors.model.packets import Channel
from pfp_sensors.store.device_files import read_device_samples, write_device_samples
from pfp_sensors.store.event_log import EVENTS_NAME, read_events
from pfp_sensors.store.kept_packets import kept_rows, write_kept_packets
from pfp_sensors.store.live_files import mark_stopped
from pfp_sensors.store.meta_json import META_NAME
from pfp_sensors.store.packet_files import PACKETS_NAME
from pfp_sensors.store.packet_reading import read_packet_file
from pfp_sensors.store.recording_files import seal_recording, sensor_files, verify_recording
from pfp_sensors.store.sample_files import read_facts, read_samples
from pfp_sensors.store.seals import KEPT_PACKETS_NAME, SIDE_NAME, recording_paths
from pfp_sensors.store.side_files import write_side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.collect.decode import Decoded, SensorRecord
    from pfp_sensors.store.event_log import Event
    from pfp_sensors.store.packet_reading import PacketFile


_BESIDE: Final = (Channel.HEART_RATE, Channel.CADENCE)


class NothingRecordedError(SensorError):
    """No sample came, all that came was understood, and nothing of it is worth keeping."""


@dataclass(frozen=True, slots=True)
class FinishedRecording:
    """A recording as it rests on the disk.

    Attributes
    ----------
    folder
        Where.
    rows, counters
        Samples, and everything that was counted, of each sensor by name.
    notes
        What a person should know of it, in plain sentences.
    """

    folder: Path
    rows: Mapping[str, int]
    counters: Mapping[str, Mapping[str, int | None]]
    notes: tuple[str, ...]


def finalise(folder: Path, *, keep_packets: bool = False) -> FinishedRecording:
    """Finish a recording whose packets are on the disk, whole or broken off.

    The same packets give the same bytes, however often this is done. The packets are taken away at the end
    only where everything in them was understood; else they are put aside, which a note says.

    Parameters
    ----------
    folder
        With ``packets.arrows``, and ``events.jsonl`` where there was time to write it. Where a crash came
        between the seal and the clearing, only the packets are cleared.
    keep_packets
        Keep the raw packets, as zstd Parquet.

    Raises
    ------
    SensorError
        If nothing was recorded; `NothingRecordedError` where nothing of what came is kept.
    InputError
        If no packets can be understood: they are put aside.
    PfpError
        If the disk is full: the packets stay, and this can be done again.
    """
    file = read_packet_file(folder / PACKETS_NAME)
    keep_packets = keep_packets or (folder / KEPT_PACKETS_NAME).exists()
    plans = file.header.get("sensors", [])
    start_ns = int(file.header.get("start_mono_ns", 0))
    decoded = decode(file.packets, [plan["kind"] for plan in plans], start_ns)
    records, understood = decoded.records, Understood.of(file, decoded)
    if _is_sealed(folder, file, keep_packets):
        _end(folder, understood)
        return sealed_recording(folder, "it was finished before; only its packets were still to be cleared")
    events = _events(folder)
    sensors = _ready(records, plans, events)
    if not sensors:
        raise _nothing(folder, file, decoded, understood)
    origin_ns = min(int(sensor.timed.host_ns[0]) for sensor in sensors)
    missed = missed_packets(events, len(plans))
    notes = recording_notes(file, sensors, records, understood, missed)
    rows, counters = {}, {}
    for sensor in sensors:
        facts = sample_facts(sensor, file.header, origin_ns, notes, missed)
        path = folder / sensor.file_name
        write_device_samples(path, sensor.timed.samples, facts)
        _verify(path, sensor.timed)
        rows[sensor.name] = len(sensor.timed.samples.t_us)
        counters[sensor.name] = facts.counters
    side = side_values(records, events, start_ns, origin_ns)
    if side:
        write_side(folder / SIDE_NAME, side)
    if keep_packets:
        write_kept_packets(folder / KEPT_PACKETS_NAME, file)
    extra = extra_values(file, sensors, events, start_ns, origin_ns, missed)
    seal_recording(folder, [sensor.name for sensor in sensors], extra=extra)
    _end(folder, understood)
    return FinishedRecording(folder, rows, counters, notes)


def sealed_recording(folder: Path, note: str) -> FinishedRecording:
    """Tell what a recording holds that was finished before.

    Raises
    ------
    InputError
        If a file of it is damaged.
    """
    known = [found for found in map(read_facts, recording_paths(folder)) if found is not None]
    return FinishedRecording(
        folder,
        {facts.sensor: rows for facts, rows in known},
        {facts.sensor: facts.counters for facts, _ in known},
        (note,),
    )


def _is_sealed(folder: Path, file: PacketFile, keep_packets: bool) -> bool:
    """Tell whether a recording is sealed and whole, with every packet where they are to be kept."""
    if not (folder / META_NAME).exists():
        return False
    kept = folder / KEPT_PACKETS_NAME
    try:
        verify_recording(folder)
        return not keep_packets or (kept.exists() and kept_rows(kept) == file.rows)
    except InputError:  # it is not what was sealed: the packets are the truth
        return False


# --- what there is --------------------------------------------------------------------------------


def _events(folder: Path) -> tuple[Event, ...]:
    path = folder / EVENTS_NAME
    return read_events(path).events if path.exists() else ()


def _ready(
    records: Sequence[SensorRecord], plans: Sequence[Mapping[str, Any]], events: Sequence[Event]
) -> list[RecordedSensor]:
    """Take the sensors that sent samples, each with a name that can be a file's."""
    useful = [record for record in records if has_enough(record)]
    names = [_name(plans[record.number], many=len(useful) > 1) for record in useful]
    if len(set(names)) < len(names):
        names = [f"{name}-{record.number + 1}" for name, record in zip(names, useful, strict=True)]
    files = sensor_files(names) if names else {}
    sensors = []
    for name, record in zip(names, useful, strict=True):
        if record.facts is not None:
            timed = time_samples(record, record.facts)
            identity = _identity(events, record.number)
            plan = plans[record.number]
            sensors.append(RecordedSensor(name, files[name], record, record.facts, timed, identity, plan))
    return sensors


def _name(plan: Mapping[str, Any], *, many: bool) -> str:
    if many and plan.get("side"):
        return f"{plan['side']}_leg"
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", str(plan.get("name", ""))).strip("_.-")[:40] or "sensor"


def _identity(events: Sequence[Event], number: int) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for event in events:
        if event.kind == "connected" and event.sensor == number:
            found |= {key: value for key, value in event.details.items() if value is not None}
    return found


def _nothing(folder: Path, file: PacketFile, decoded: Decoded, understood: Understood) -> PfpError:
    """Say why there is no sample; only packets that say nothing of a run are taken away."""
    mute = any(record.is_mute for record in decoded.records)
    beside = any(packet.channel in _BESIDE for packet in file.packets)
    kept = ""
    if beside or file.torn_bytes or not understood.all_of_it:
        _stop_followers(folder)
        kept = f"What came is kept in {put_aside(folder).name}"
    else:
        _end(folder, understood)
    if mute or beside or understood.bad or understood.unknown or understood.strays:
        return InputError(
            f"{folder} has {file.rows} packets but no samples that can be understood "
            f"({understood.bad} bad packets).",
            f"{kept}; please report this with that file.",
        )
    unread = f" ({file.torn_bytes:,} bytes cannot be read)" if file.torn_bytes else ""
    kind = SensorError if kept else NothingRecordedError
    return kind(
        "Nothing was recorded: no samples came from the sensor." + (f" {kept}{unread}." if kept else ""),
        "Look at events.jsonl in the folder for what happened, and try `pfp doctor`.",
    )


def _end(folder: Path, understood: Understood) -> None:
    _stop_followers(folder)
    clear_packets(folder, understood)


def _stop_followers(folder: Path) -> None:
    """Let whoever follows ``live.json`` see the end; it is for the moment, and worth no failed recording."""
    with contextlib.suppress(OSError):
        mark_stopped(folder)


# --- what was written ------------------------------------------------------------------------------


def _verify(path: Path, timed: TimedSamples) -> None:
    """Read a file back and compare every number with what the packets said.

    Raises
    ------
    PfpError
        If one differs: the packets stay.
    """
    read_samples(path)  # refuses what the analysis could not read
    found, _ = read_device_samples(path)
    expected = timed.samples
    same = all(
        np.array_equal(getattr(found, name), getattr(expected, name))
        for name in ("segment", "sample_index", "t_us", "acc", "gyr")
    )
    if not same:
        raise PfpError(
            f"{path} does not hold what was recorded: the disk or this program is at fault.",
            "The packets are kept. Check the disk, then run `pfp recover`.",
        )
