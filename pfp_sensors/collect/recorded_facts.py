"""What is known of a recorded run beside its samples: facts, notes, side values, values of ``meta.json``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.collect.timeline import TimedSamples, clock_pieces, clock_quality, gaps_of
from pfp_sensors.signal.clock_offset import offset_uncertainty_ms
from pfp_sensors.store.sample_metadata import DeviceIdentity, SampleFacts
from pfp_sensors.store.side_files import SideValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.collect.decode import SensorRecord
    from pfp_sensors.collect.missed_packets import MissedPackets
    from pfp_sensors.collect.understood import Understood
    from pfp_sensors.model.heard import SensorFacts
    from pfp_sensors.store.event_log import Event
    from pfp_sensors.store.packet_reading import PacketFile

_MARKS: Final = ("lap", "pain", "mark")
_EVENT_VALUES: Final = {
    "percent": "battery_percent",
    "battery_percent": "battery_percent",
    "rssi_dbm": "rssi_dbm",
}
_S_PER_NS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class RecordedSensor:
    """One sensor of a recording, decoded and timed; ``plan`` is what the packet file's header says of it."""

    name: str
    file_name: str
    record: SensorRecord
    facts: SensorFacts
    timed: TimedSamples
    identity: Mapping[str, Any]
    plan: Mapping[str, Any]


def sample_facts(
    sensor: RecordedSensor,
    header: Mapping[str, Any],
    origin_ns: int,
    notes: tuple[str, ...],
    missed: MissedPackets,
) -> SampleFacts:
    """Say everything about a sensor's samples but the samples, on a time line from ``origin_ns`` on."""
    from pfp_sensors.signal.sampling import fit_rate_hz

    facts, timed = sensor.facts, sensor.timed
    time_s = np.asarray((timed.host_ns - origin_ns) * _S_PER_NS, np.float64)
    rate_hz = fit_rate_hz(time_s) if len(time_s) > 2 else facts.rate_hz
    traits = sensor.record.traits
    identity = {key: sensor.identity.get(key) for key in ("serial", "maker", "model", "firmware", "hardware")}
    return SampleFacts(
        sensor=sensor.name,
        side=sensor.plan.get("side"),
        placement=sensor.plan.get("placement"),
        rate_hz=rate_hz,
        nominal_rate_hz=facts.rate_hz,
        acc_range_g=facts.acc_range_g,
        gyr_range_dps=facts.gyr_range_dps,
        acc_scale_g=facts.acc_scale_g,
        gyr_scale_dps=facts.gyr_scale_dps,
        gaps=gaps_of(timed.samples, time_s, rate_hz),
        synthetic=bool(header.get("synthetic")),
        start_utc=_start_utc(header, origin_ns),
        origin_us=0,
        notes=(*notes, *_own_notes(sensor)),
        clock=clock_pieces(timed, origin_ns),
        clock_quality=clock_quality(timed),
        counters=_counters(sensor.record, missed),
        identity=DeviceIdentity(
            kind=traits.kind,
            name=sensor.plan.get("name"),
            clock=traits.clock,
            loss=traits.loss,
            evidence=traits.evidence,
            **identity,
        ),
    )


def _counters(record: SensorRecord, missed: MissedPackets) -> dict[str, int | None]:
    """List everything that was counted, by name."""
    return {
        **record.ledger.counts.counters(),
        "other_settings": record.other_samples,
        "bad_packets": record.bad_packets,
        **missed.counters(record.number),
        **{f"notice_{code}": count for code, count in record.notices.items()},
    }


def _start_utc(header: Mapping[str, Any], origin_ns: int) -> str | None:
    if "start_utc_ns" not in header:
        return None
    since_ns = int(header["start_utc_ns"]) + origin_ns - int(header["start_mono_ns"])
    moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=since_ns / 1000)
    return moment.isoformat(timespec="milliseconds")


def recording_notes(
    file: PacketFile,
    sensors: Sequence[RecordedSensor],
    records: Sequence[SensorRecord],
    understood: Understood,
    missed: MissedPackets,
) -> tuple[str, ...]:
    """Say what holds for the whole recording."""
    notes: list[str] = []
    speed = float(file.header.get("speed_up", 1.0))
    if speed != 1.0:
        notes.append(f"recorded from a simulated sensor at {speed:g} times real time")
    if not file.ended:
        notes.append("the recording broke off without being ended; what had been written is all here")
    if file.torn:
        notes.append(f"packets: {file.torn}")
    if file.unknown:
        notes.append(f"{file.unknown} packets of a kind that this version does not know were left out")
    if understood.strays:
        notes.append(
            f"{understood.strays} packets of a sensor that this recording does not have were left out"
        )
    notes += _absence_notes(sensors, records)
    notes += [words for sensor in sensors for words in _other_notes(sensor, many=len(sensors) > 1)]
    notes += missed.notes(records, [str(plan.get("name", "")) for plan in file.header.get("sensors", [])])
    if understood.note:
        notes.append(understood.note)
    return tuple(notes)


def _absence_notes(sensors: Sequence[RecordedSensor], records: Sequence[SensorRecord]) -> list[str]:
    """Say why sensors are not in the recording: nothing came of them, or nothing that was understood."""
    present = {sensor.record.number for sensor in sensors}
    absent = [record for record in records if record.number not in present]
    mute = sum(record.is_mute for record in absent)
    few = sum(bool(record.taken) and not record.is_mute for record in absent)
    why = {
        "sent packets that could not be understood; they are kept": mute,
        "sent too few samples; the packets are kept": few,
        "sent no samples": len(absent) - mute - few,
    }
    return [f"{count} of {len(records)} sensors {what}" for what, count in why.items() if count]


def _other_notes(sensor: RecordedSensor, *, many: bool) -> list[str]:
    """Say which samples were measured with other settings than those of the table."""
    record = sensor.record
    if not record.other_samples:
        return []
    whose = f"{sensor.name}: " if many else ""
    return [
        f"{whose}{record.other_samples} samples after {record.other_since_s:.1f} s were measured with "
        f"other settings ({'; '.join(record.changed)}) and are not in the table; the packets are kept"
    ]


def _own_notes(sensor: RecordedSensor) -> tuple[str, ...]:
    """Say what holds for one sensor."""
    counts, notes = sensor.record.ledger.counts, []
    if counts.lost is None:
        notes.append("this sensor numbers nothing: lost samples cannot be detected")
    elif counts.lost:
        notes.append(f"{counts.lost} samples were lost on the way")
    if counts.reboots:
        notes.append(f"the sensor started anew {counts.reboots} times; what it missed then is not known")
    if sensor.record.bad_packets:
        notes.append(f"{sensor.record.bad_packets} packets were damaged or not understood")
    if sensor.record.traits.clock == "host":
        notes.append("timed by arrival (host_time): no left/right timing")
    return tuple(notes)


def extra_values(
    file: PacketFile,
    sensors: Sequence[RecordedSensor],
    events: Sequence[Event],
    start_ns: int,
    origin_ns: int,
    missed: MissedPackets,
) -> dict[str, Any]:
    """List more values of ``meta.json``."""
    marks = [
        {"kind": event.kind, **event.details, "at_s": round((event.t_mono_ns - origin_ns) * _S_PER_NS, 3)}
        for event in events
        if event.kind in _MARKS
    ]
    extra: dict[str, Any] = {
        "run_id": file.header.get("run_id"),
        "recorded_by": file.program_version,
        "speed_up": file.header.get("speed_up", 1.0),
        "ended": file.ended and missed.ended_whole,
        "start_offset_s": round((origin_ns - start_ns) * _S_PER_NS, 6),
        "marks": marks,
    }
    if len(sensors) == 2:
        extra["left_right_uncertainty_ms"] = _uncertainty_ms(sensors[0].timed, sensors[1].timed)
    return extra


def _uncertainty_ms(first: TimedSamples, second: TimedSamples) -> float | None:
    """Tell how far the time between the two sensors' events can be wrong; None for too little known."""
    found = []
    for one in first.fits:
        for other in second.fits:
            width = None if one is None or other is None else offset_uncertainty_ms(one, other)
            if width is None:
                return None
            found.append(width)
    return max(found)


def side_values(
    records: Sequence[SensorRecord], events: Sequence[Event], start_ns: int, origin_ns: int
) -> list[SideValue]:
    """Collect what came beside the samples, on the recording's time line."""
    shift_s = (origin_ns - start_ns) * _S_PER_NS
    values = [
        SideValue(value.time_s - shift_s, value.sensor, value.kind, value.value)
        for record in records
        for value in record.side
    ]
    for event in events:
        for key, kind in _EVENT_VALUES.items():
            value = event.details.get(key)
            if event.sensor is not None and isinstance(value, int | float):
                time_s = (event.t_mono_ns - origin_ns) * _S_PER_NS
                values.append(SideValue(time_s, event.sensor, kind, float(value)))
    return values
