"""Packets on disk to the samples of each sensor: the same decoders and the same accounts as live."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.model.heard import (
    BadPacket,
    ClockEcho,
    HeartRate,
    Notice,
    PodCadence,
    Samples,
    SensorFacts,
    Status,
)
from pfp_sensors.sensors.ledger import Ledger, Taken
from pfp_sensors.store.side_files import SideValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pfp_sensors.model.heard import Heard, SensorTraits
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.sensors.driver import Driver


@dataclass(slots=True)
class SensorRecord:
    """Everything that one sensor sent, understood; filled packet by packet.

    Attributes
    ----------
    facts
        The last that it said of itself before samples came; None where it never did.
    taken
        Its samples in order of arrival, none twice.
    echoes
        Exchanges of clocks.
    bad_packets, notices
        Packets that were damaged, and what the sensor reported of itself, by code.
    side
        What came beside the samples.
    """

    number: int
    driver: Driver
    ledger: Ledger
    facts: SensorFacts | None = None
    taken: list[Taken] = field(default_factory=list)
    echoes: list[ClockEcho] = field(default_factory=list)
    side: list[SideValue] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    bad_packets: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    segment_of_boot: dict[int | None, int] = field(default_factory=dict)

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind of sensor."""
        return self.driver.traits


def decode(packets: Iterable[Packet], kinds: Sequence[str], start_mono_ns: int) -> tuple[SensorRecord, ...]:
    """Understand all packets of a recording.

    Parameters
    ----------
    packets
        In the order in which they came.
    kinds
        Kind of each sensor, by number.
    start_mono_ns
        Second 0 of the recording.

    Raises
    ------
    InputError
        If a packet is of no sensor of this recording: the file is damaged.
    """
    from pfp_sensors.sensors.registry import make_driver

    records = []
    for number, kind in enumerate(kinds):
        driver = make_driver(kind)
        records.append(SensorRecord(number, driver, Ledger(driver.traits)))
    for packet in packets:
        if packet.sensor >= len(records):  # no packet of this program: a damaged byte in the file
            raise InputError(
                f"A packet is of sensor {packet.sensor + 1}; the recording has {len(records)}.",
                "The file is damaged. The packets stay as they are; take it from a backup if there is one.",
            )
        record = records[packet.sensor]
        for heard in record.driver.feed(packet):
            _note(record, heard, start_mono_ns)
    return tuple(records)


def _note(record: SensorRecord, heard: Heard, start_mono_ns: int) -> None:
    if isinstance(heard, Samples):
        taken = record.ledger.take(heard)
        if taken is not None:
            record.taken.append(taken)
            record.segment_of_boot[heard.boot_id] = taken.segment
        return
    if isinstance(heard, SensorFacts):
        _take_facts(record, heard)
    elif isinstance(heard, Status):
        record.ledger.status(heard)
    elif isinstance(heard, ClockEcho):
        record.echoes.append(heard)
    elif isinstance(heard, BadPacket):
        record.bad_packets += 1
    elif isinstance(heard, Notice):
        record.notices[heard.code] += heard.count
    if isinstance(heard, HeartRate | PodCadence | Status):
        time_s = (heard.host_mono_ns - start_mono_ns) * 1e-9
        record.side += [SideValue(time_s, record.number, kind, value) for kind, value in _side(heard)]


def _take_facts(record: SensorRecord, facts: SensorFacts) -> None:
    """Keep the facts; samples of another scale or rate than the first cannot stand in one file."""
    record.ledger.facts(facts)
    if record.facts is None or not record.taken:
        record.facts = facts
        return
    old, new = _settings(record.facts), _settings(facts)
    record.changed += [f"{key} was {old[key]}, then {new[key]}" for key in old if old[key] != new[key]]


def _settings(facts: SensorFacts) -> Mapping[str, Any]:
    return {
        "rate_hz": facts.rate_hz,
        "acc_scale_g": facts.acc_scale_g,
        "gyr_scale_dps": facts.gyr_scale_dps,
        "acc_range_g": facts.acc_range_g,
    }


def _side(heard: HeartRate | PodCadence | Status) -> Iterator[tuple[str, float]]:
    """Yield what is worth keeping beside the samples, by its kind in ``side.parquet``."""
    if isinstance(heard, HeartRate):
        yield "heart_rate_bpm", float(heard.bpm)
        yield from (("rr_ms", rr_ms) for rr_ms in heard.rr_ms)
    elif isinstance(heard, PodCadence):
        found = {
            "cadence_per_min": heard.cadence_per_min,
            "speed_mps": heard.speed_mps,
            "stride_length_m": heard.stride_length_m,
            "distance_m": heard.distance_m,
        }
        yield from ((kind, float(value)) for kind, value in found.items() if value is not None)
    else:
        found = {
            "battery_percent": heard.battery_percent,
            "battery_mv": heard.battery_mv,
            "temperature_c": heard.temperature_c,
        }
        yield from ((kind, float(value)) for kind, value in found.items() if value is not None)


def in_order(taken: Sequence[Taken]) -> list[Taken]:
    """Order blocks by segment and index: late ones go where they belong."""
    return sorted(taken, key=lambda block: (block.segment, block.sample_index))


def joined(taken: Sequence[Taken]) -> tuple[np.ndarray[Any, Any], ...]:
    """Put ordered blocks together: segment (n,), index (n,), acc (n, 3), gyr (n, 3) or (n, 0)."""
    counts = np.array([len(block.acc) for block in taken])
    segment = np.repeat(np.array([block.segment for block in taken], np.uint16), counts)
    first = np.repeat(np.array([block.sample_index for block in taken], np.int64), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    acc = np.concatenate([block.acc for block in taken])
    none = np.empty((len(acc), 0), acc.dtype)
    gyr = np.concatenate([block.gyr for block in taken if block.gyr is not None] or [none])
    return segment, first + within, acc, gyr
