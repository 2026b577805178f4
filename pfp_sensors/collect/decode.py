"""Packets on disk to the samples of each sensor: the same decoders and the same accounts as live."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

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
from pfp_sensors.model.packets import Channel
from pfp_sensors.sensors.ledger import Ledger, Taken
from pfp_sensors.store.side_files import SideValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pfp_sensors.model.heard import Heard, SensorTraits
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.sensors.driver import Driver


_WORDS: Final = {
    "rate_hz": "the rate in Hz",
    "acc_scale_g": "the size of a count in g",
    "gyr_scale_dps": "the size of a count in °/s",
    "acc_range_g": "the range in g",
}


@dataclass(slots=True)
class SensorRecord:
    """Everything that one sensor sent, understood; filled packet by packet.

    Attributes
    ----------
    facts
        The last that it said of itself before samples came; None where it never did.
    taken
        Its samples in order of arrival, none twice, all as ``facts`` say.
    other_samples, other_since_s
        Samples that came while it was set otherwise, which are not in ``taken``, and second of the first.
    changed
        What was set otherwise then, in words.
    data_packets, mute_packets
        Packets for samples that came, without those that told of the sensor's state, and those of them from
        which nothing could be told.
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
    changed: tuple[str, ...] = ()
    other_samples: int = 0
    other_since_s: float = 0.0
    data_packets: int = 0
    mute_packets: int = 0
    bad_packets: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    segment_of_boot: dict[int | None, int] = field(default_factory=dict)
    _otherwise: tuple[str, ...] = ()

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind of sensor."""
        return self.driver.traits

    @property
    def is_mute(self) -> bool:
        """Whether packets for samples came that tell nothing, or samples of which nothing else is known."""
        return self.mute_packets > 0 or (self.facts is None and bool(self.taken))

    def hear(self, packet: Packet, start_mono_ns: int) -> None:
        """Understand one packet."""
        all_heard = self.driver.feed(packet)
        for heard in all_heard:
            _note(self, heard, start_mono_ns)
        if packet.channel is Channel.DATA:
            of_state = any(isinstance(heard, Status) for heard in all_heard)
            others = any(not isinstance(heard, Status | Notice) for heard in all_heard)
            self.data_packets += others or not of_state
            self.mute_packets += all(isinstance(heard, BadPacket) for heard in all_heard)

    def take_facts(self, facts: SensorFacts) -> None:
        """Keep the facts; samples of another scale or rate than the first cannot stand in one file."""
        self.ledger.facts(facts)
        if self.facts is None or not self.taken:
            self.facts = facts
        old, new = _settings(self.facts), _settings(facts)
        self._otherwise = tuple(
            f"{_WORDS[key]} was {_short(old[key])}, then {_short(new[key])}"
            for key in old
            if old[key] != new[key]
        )

    def take_samples(self, samples: Samples, start_mono_ns: int) -> None:
        """Account for samples; keep them where they were measured as the first ones were."""
        taken = self.ledger.take(samples)
        if taken is None:
            return
        if self._otherwise:
            if not self.other_samples:
                self.other_since_s = (samples.host_mono_ns - start_mono_ns) * 1e-9
            self.other_samples += len(taken.acc)
            self.changed += tuple(words for words in self._otherwise if words not in self.changed)
            return
        self.taken.append(taken)
        self.segment_of_boot[samples.boot_id] = taken.segment


@dataclass(frozen=True, slots=True)
class Decoded:
    """All packets of a recording, understood: a record for each sensor, and packets that are of none."""

    records: tuple[SensorRecord, ...]
    strays: int


def decode(packets: Iterable[Packet], kinds: Sequence[str], start_mono_ns: int) -> Decoded:
    """Understand all packets of a recording.

    Parameters
    ----------
    packets
        In the order in which they came.
    kinds
        Kind of each sensor, by number.
    start_mono_ns
        Second 0 of the recording.

    Returns
    -------
    Decoded
        Packets of a sensor that the recording does not have, which only damage can make, are counted.
    """
    from pfp_sensors.sensors.registry import make_driver

    records: list[SensorRecord] = []
    strays = 0
    for number, kind in enumerate(kinds):
        driver = make_driver(kind)
        records.append(SensorRecord(number, driver, Ledger(driver.traits)))
    for packet in packets:
        if packet.sensor < len(records):
            records[packet.sensor].hear(packet, start_mono_ns)
        else:
            strays += 1
    return Decoded(tuple(records), strays)


def _note(record: SensorRecord, heard: Heard, start_mono_ns: int) -> None:
    if isinstance(heard, Samples):
        record.take_samples(heard, start_mono_ns)
    elif isinstance(heard, SensorFacts):
        record.take_facts(heard)
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


def _short(value: float | None) -> str:
    return "not known" if value is None else f"{value:.6g}"


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
