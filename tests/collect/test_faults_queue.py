"""A disk that does not keep up: the queue has an end, and what finds no room in it is counted exactly.

Each fault has a twin that switches off the handling that the fault is there for: the same check then fails.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.collect.inbox import Inbox
from pfp_sensors.collect.journal import Journal
from pfp_sensors.store.packet_files import PacketWriter
from tests.collect.rig_run import GENEROUS_S, Stage, Told, record_settings, run_story
from tests.collect.witness import Witness, check_counts, check_gaps, check_kept, compare, kinds, live

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.model.packets import Packet

SPEED = 4.0
LIMIT = 48
"""More than come between two batches to the disk."""
STREAMED = ["searching", "found", "connected", "streaming", "stopped"]

Recorded = tuple[Told, Witness]


class SlowDisk:
    """Lets no batch through while it is held."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._free = threading.Event()
        self._free.set()
        append = PacketWriter.append

        def slow(writer: PacketWriter, packets: Sequence[Packet]) -> int:
            assert self._free.wait(2 * GENEROUS_S)
            return append(writer, packets)

        monkeypatch.setattr(PacketWriter, "append", slow)

    def hold(self) -> None:
        self._free.clear()

    def free(self) -> None:
        self._free.set()


def record(folder: Path, monkeypatch: pytest.MonkeyPatch, story: Any) -> Recorded:
    disk, witnesses = SlowDisk(monkeypatch), []

    async def watched(stage: Stage) -> None:
        witnesses.append(witness := Witness(stage))
        try:
            await story(stage, witness, disk)
        finally:
            disk.free()

    told = run_story(folder, watched, speed=SPEED, settings=record_settings(queue_packets=LIMIT))
    return told, witnesses[0]


async def sent(stage: Stage, witness: Witness, packets: int) -> None:
    goal = len(witness.sent) + packets
    await stage.until(lambda: len(witness.sent) >= goal)


# --- the disk stands still for a while ------------------------------------------------------------


async def held_for_a_while(stage: Stage, witness: Witness, disk: SlowDisk) -> None:
    await stage.samples(104)
    disk.hold()
    await sent(stage, witness, 3 * LIMIT)
    queued, dropped = stage.session.state().queued, stage.session.state().dropped
    disk.free()
    assert queued >= LIMIT, "the view hides what waits"
    assert dropped > 0, "the view hides what was dropped"
    received = stage.state().received
    assert received > witness.total(), "what finds no room is not understood either"
    goal = witness.total() + 312
    await stage.until(lambda: witness.total() >= goal)  # what comes last found room again


def check_queue(recorded: Recorded) -> None:
    told, witness = recorded
    dropped, gone = len(witness.dropped), sum(one.samples for one in witness.dropped)
    assert dropped > 0
    overflows = [event.details for event in told.events if event.kind == "queue_overflow"]
    assert all(details["sensors"] == {"0": details["packets"]} for details in overflows)
    (end,) = [event for event in told.events if event.kind == "end"]
    compare(end.details, dropped={"0": dropped}, not_kept={"0": 0}, reason="asked")
    compare(live(told.folder), dropped=dropped, queue_limit=LIMIT, queued=0, trouble="")
    compare(live(told.folder)["sensors"][0], dropped=dropped)
    assert sum(details["packets"] for details in overflows) == dropped, "the events hide what was dropped"
    assert witness.lost_packets() == dropped
    check_counts(told, witness, lost=gone)
    check_kept(told, witness)
    assert [gap.lost_samples for gap in told.samples()[1].gaps if gap.lost_samples] != []
    check_gaps(told)  # all of them came: it is `queue_overflow` that says what is missing
    assert kinds(told) == STREAMED


def test_full_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_queue(record(tmp_path / "run", monkeypatch, held_for_a_while))


def test_full_queue_needs_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def put_packet(inbox: Inbox, packet: Packet) -> None:
        inbox._items.append(packet)
        inbox._something.set()

    monkeypatch.setattr(Inbox, "put_packet", put_packet)
    with pytest.raises(AssertionError, match="hides what was dropped"):
        check_queue(record(tmp_path / "run", monkeypatch, held_for_a_while))


def test_full_queue_needs_counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Inbox.put_packet

    def put_packet(inbox: Inbox, packet: Packet) -> None:
        if not inbox.is_full:
            original(inbox, packet)

    async def held(stage: Stage, witness: Witness, disk: SlowDisk) -> None:
        await stage.samples(104)
        disk.hold()
        await sent(stage, witness, 3 * LIMIT)
        disk.free()
        await stage.samples(312)

    monkeypatch.setattr(Inbox, "put_packet", put_packet)
    told, witness = record(tmp_path / "run", monkeypatch, held)
    with pytest.raises(AssertionError, match="samples differ"):
        check_kept(told, witness)


def test_full_queue_needs_to_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Journal.log

    def log(journal: Journal, kind: str, sensor: int | None = None, **details: Any) -> None:
        if kind != "queue_overflow":
            original(journal, kind, sensor, **details)

    monkeypatch.setattr(Journal, "log", log)
    with pytest.raises(AssertionError, match="the events hide what was dropped"):
        check_queue(record(tmp_path / "run", monkeypatch, held_for_a_while))


# --- and the sensor starts anew meanwhile ---------------------------------------------------------


async def reboot_while_held(stage: Stage, witness: Witness, disk: SlowDisk) -> None:
    await stage.samples(208)
    disk.hold()
    await sent(stage, witness, 3 * LIMIT)
    stage.sensor.reboot(away_s=0.2)
    await sent(stage, witness, 8)
    disk.free()
    await stage.until(lambda: len(witness.indices(1)) > 208)


def check_reboot(recorded: Recorded) -> None:
    told, witness = recorded
    assert {one.boot for one in witness.dropped} == {0, 1}
    gone = 0
    for boot in (0, 1):
        indices = witness.indices(boot)
        gone += int(indices[-1] - indices[0]) + 1 - len(indices)
    check_counts(told, witness, lost=gone, reboots=1)
    check_kept(told, witness)


def test_reboot_while_the_queue_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_reboot(record(tmp_path / "run", monkeypatch, reboot_while_held))


def test_reboot_while_the_queue_is_full_needs_room_for_what_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_packet(inbox: Inbox, packet: Packet) -> None:
        if inbox.is_full:
            inbox.dropped_of[packet.sensor] += 1
        else:
            inbox.put_event(packet)  # type: ignore[arg-type]

    monkeypatch.setattr(Inbox, "put_packet", put_packet)
    with pytest.raises(AssertionError, match="repeated: "):
        check_reboot(record(tmp_path / "run", monkeypatch, reboot_while_held))
