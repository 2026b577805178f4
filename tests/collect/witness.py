"""What a simulated sensor really sent, what really reached the host, and what a recording must then hold."""

from __future__ import annotations

import asyncio
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from pathlib import Path

    import numpy.typing as npt

    from tests.collect.rig_run import Stage, Told

# Typed from the description of the protocol, not taken from the decoder that is under test.
HEAD = struct.Struct("<BBHII")
DATA_HEAD = 0x11
SAMPLE_BYTES = 12
DATA_CHANNEL = 0


@dataclass(frozen=True)
class Sent:
    """A packet that left a sensor.

    ``boot`` counts power-ups; ``seq`` and ``index`` do not wrap; a status packet has no samples.
    """

    boot: int
    seq: int
    index: int
    samples: int
    whole: bool


class Witness:
    """Notes every packet that a simulated sensor's program gives its radio, and every one that the host gets.

    To be made at the start of a story, before anything is awaited.
    """

    def __init__(self, stage: Stage, number: int = 0) -> None:
        self.sensor: Any = list(stage.world.sensors.values())[number]
        self.sent: list[Sent] = []
        self.heard: list[Sent] = []
        self.dropped: list[Sent] = []
        self._stage, self._number = stage, number
        self._by_bytes: dict[bytes, Sent] = {}
        self._at_next_samples: Callable[[], None] | None = None
        firmware, inbox = self.sensor.firmware, stage.session.inbox
        self._plan = firmware.plan
        give, take = firmware.next_packet, inbox.put_packet

        def next_packet(mtu: int, now_ns: int) -> bytes | None:
            packet: bytes | None = give(mtu, now_ns)
            if packet is not None:
                self._by_bytes[packet] = self._read(packet)
                self.sent.append(self._by_bytes[packet])
                if self.sent[-1].samples and self._at_next_samples is not None:
                    self._at_next_samples()
                    self._at_next_samples = None
            return packet

        def put_packet(packet: Any) -> None:
            before = inbox.dropped
            take(packet)
            if packet.sensor == number and packet.channel == DATA_CHANNEL:
                into = self.heard if inbox.dropped == before else self.dropped
                into.append(self._by_bytes[packet.payload])

        firmware.next_packet, inbox.put_packet = next_packet, put_packet

    def _read(self, packet: bytes) -> Sent:
        boot = len(self.sensor.firmware.memories) - 1
        head, n, seq, index, _ = HEAD.unpack_from(packet)
        last = (
            self.sent[-1].seq if self.sent and self.sent[-1].boot == boot else self._start("start_seq", boot)
        )
        seq = last + (seq - last) % (1 << 16)
        if head != DATA_HEAD:
            return Sent(boot, seq, 0, 0, True)
        start = self._start("start_index", boot)
        whole = len(packet) == HEAD.size + SAMPLE_BYTES * n
        return Sent(boot, seq, start + (index - start) % (1 << 32), n, whole)

    def _start(self, name: str, boot: int) -> int:
        return int(getattr(self._plan, name)) if boot == 0 else 0

    def at_next_samples(self, call: Callable[[], None]) -> None:
        """Call something at the moment at which the next packet with samples is sent."""
        self._at_next_samples = call

    @property
    def boots(self) -> list[int]:
        """Power-ups of which samples reached the host."""
        return sorted({one.boot for one in self.heard if one.samples})

    def indices(self, boot: int = 0) -> npt.NDArray[np.int64]:
        """Every sample that reached the host whole and found room, once, in order."""
        return indices(self.heard, boot)

    def total(self) -> int:
        """Samples that reached the host, each once."""
        return sum(len(self.indices(boot)) for boot in self.boots)

    def came(self) -> tuple[int, int]:
        """Samples that came whole, with room or without, each once, and those missing between them."""
        came = missing = 0
        for boot in {one.boot for one in (*self.heard, *self.dropped) if one.samples}:
            found = indices((*self.heard, *self.dropped), boot)
            came += len(found)
            missing += int(found[-1] - found[0]) + 1 - len(found)
        return came, missing

    def never_heard(self, boot: int = 0) -> int:
        """Samples that left the sensor and were never heard."""
        return len(np.setdiff1d(indices(self.sent, boot), self.indices(boot)))

    def repeated(self) -> int:
        """Samples that reached the host whole once more."""
        return sum(one.samples for one in self.heard if one.whole) - self.total()

    def lost_packets(self) -> int:
        """Packet numbers missing between the first and the last that was heard, of each power-up."""
        lost = 0
        for boot in {one.boot for one in self.heard}:
            numbers = {one.seq for one in self.heard if one.boot == boot and one.whole}
            lost += max(numbers) - min(numbers) + 1 - len(numbers)
        return lost

    async def all_heard(self) -> None:
        """Wait for a moment at which nothing is on its way: everything sent has been understood."""
        await self._stage.until(
            lambda: (
                bool(self.heard)
                and self.heard[-1] == self.sent[-1]
                and self._stage.state(self._number).received == self.total()
            )
        )


async def back_within(seconds: float, waiting: Awaitable[None]) -> None:
    """Wait for something to come back, at most so many real seconds."""
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        raise AssertionError("it never came back") from None


def indices(packets: Iterable[Sent], boot: int) -> npt.NDArray[np.int64]:
    whole = [one for one in packets if one.boot == boot and one.samples and one.whole]
    runs = [np.arange(one.index, one.index + one.samples) for one in whole]
    return np.unique(np.concatenate([np.empty(0, np.int64), *runs]))


def live(folder: Path) -> Any:
    """Read the last ``live.json``."""
    return json.loads((folder / "live.json").read_text())


def compare(found: Mapping[str, Any], **expected: Any) -> None:
    """Compare numbers by name; the message names those that differ."""
    wrong = [
        f"{name}: {found.get(name)!r} instead of {value!r}"
        for name, value in expected.items()
        if found.get(name) != value
    ]
    assert not wrong, "; ".join(wrong)


def check_counts(told: Told, witness: Witness, number: int = 0, **expected: int | None) -> None:
    """The counters in the file are exactly these; those not named are 0, packets as the witness counted."""
    none = dict.fromkeys(
        ("lost", "repeated", "late", "reboots", "fifo_overflows", "ring_dropped", "bad_packets"), 0
    )
    compare(told.counters(number), **{"lost_packets": witness.lost_packets(), **none, **expected})


def check_kept(told: Told, witness: Witness, number: int = 0, name: str | None = None) -> None:
    """Everything that reached the host whole is in the file, once, with its numbers, and is counted right."""
    samples, facts = told.samples(number)
    lost = 0
    assert np.unique(samples.segment).tolist() == list(range(len(witness.boots))), "segments differ"
    for segment, boot in enumerate(witness.boots):
        index = samples.sample_index[samples.segment == segment]
        assert np.array_equal(index, witness.indices(boot)), f"samples differ in segment {segment}"
        lost += int(index[-1] - index[0]) + 1 - len(index)
    compare(facts.counters, received=len(samples.t_us), lost=lost)
    if len(witness.boots) == 1:
        assert sum(gap.lost_samples for gap in facts.gaps) == lost, "gaps differ"
    told.check_numbers(number, name)
    check_ended(told, number, witness)
    if not lost:
        check_gaps(told, number=number)


def check_ended(told: Told, number: int = 0, witness: Witness | None = None) -> None:
    """The recording ended in order, and the last live view says the same as the file.

    What found no room on the way to the disk was understood all the same.
    """
    assert told.kinds()[0] == "start"
    assert told.kinds()[-1] == "end"
    assert "view_failed" not in told.kinds()
    counters = told.counters(number)
    shown = live(told.folder)["sensors"][number]
    names = ("received", "lost", "repeated", "late", "reboots", "bad_packets")
    expected = {name: counters[name] for name in names}
    if witness is not None and witness.dropped:
        expected["received"], expected["lost"] = witness.came()
    compare(shown, state="stopped", **expected)
    compare(shown, fifo_overflows=counters["fifo_overflows"] or 0)
    assert shown["segments"] == len(events(told, "connected", number)), "connections shown"


def events(told: Told, kind: str, number: int = 0) -> list[Any]:
    """Return the events of a kind of one sensor."""
    return [event for event in told.events if event.kind == kind and event.sensor == number]


def check_gaps(told: Told, *samples: int, number: int = 0) -> None:
    """The holes were written down as they were found, with exactly these numbers of samples."""
    assert [event.details for event in events(told, "gap", number)] == [{"samples": n} for n in samples]


def kinds(told: Told, number: int = 0) -> list[str]:
    """What happened to one sensor, without charge, signal strength, settings and holes."""
    plain = {"rssi", "battery", "config", "gap"}
    return [event.kind for event in told.events if event.sensor == number and event.kind not in plain]
