"""Packets that come twice, damaged, late or not at all: counted exactly, and the recording goes on.

Each fault has a twin that switches off the handling that the fault is there for: the same check then fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.collect import timeline
from pfp_sensors.errors import InputError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.open_profile_driver import OpenProfileDriver
from pfp_sensors.sensors.power_up import PowerUp
from pfp_sensors.sensors.running_count import RunningCount, Span
from tests.collect.rig_run import Stage, Told, run_story
from tests.collect.witness import Witness, check_counts, check_gaps, check_kept, events, kinds, live

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

SPEED = 4.0
STREAMED = ["searching", "found", "connected", "streaming", "stopped"]

Recorded = tuple[Told, Witness]


def record(
    folder: Path,
    story: Callable[[Stage, Witness], Awaitable[None]],
    plan: SensorPlan | None = None,
    **client_faults: Any,
) -> Recorded:
    witnesses = []

    async def watched(stage: Stage) -> None:
        witnesses.append(witness := Witness(stage))
        await story(stage, witness)

    told = run_story(folder, watched, plans=[plan or SensorPlan(ring_s=60.0)], speed=SPEED, **client_faults)
    return told, witnesses[0]


def forget_holes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take whatever comes next as following."""
    monkeypatch.setattr(RunningCount, "_open", lambda *_args, **_named: None)


# --- the same packet two and three times ----------------------------------------------------------


async def a_while(stage: Stage, _witness: Witness) -> None:
    await stage.samples(416)


async def more_at_each_connection(stage: Stage, witness: Witness) -> None:
    """As it was seen on Linux: 1 copy, after a lost link 2, then 3."""
    for copies in (2, 3):
        await stage.samples(104)
        await witness.all_heard()
        stage.world.client_backend.notify_copies = copies
        stage.sensor.lose_link(away_s=0.3)
    await stage.samples(208)


def check_copies(recorded: Recorded, copies: int) -> None:
    told, witness = recorded
    check_kept(told, witness)
    check_counts(told, witness, repeated=(copies - 1) * witness.total())
    assert kinds(told) == STREAMED


@pytest.mark.parametrize("copies", [2, 3])
def test_every_packet_comes_more_than_once(tmp_path: Path, copies: int) -> None:
    check_copies(record(tmp_path / "run", a_while, notify_copies=copies), copies)


@pytest.mark.parametrize("copies", [2, 3])
def test_copies_need_to_be_known_by_their_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copies: int
) -> None:
    def take_anything(count: RunningCount, first: int, start: int, stop: int, now_ns: int) -> Span:
        count.received += stop - start
        return Span(start, stop, 0, late=False)

    monkeypatch.setattr(RunningCount, "_take_earlier", take_anything)
    with pytest.raises(InputError, match="sample_index does not increase"):
        check_copies(record(tmp_path / "run", a_while, notify_copies=copies), copies)


def test_more_copies_at_each_connection(tmp_path: Path) -> None:
    told, witness = record(tmp_path / "run", more_at_each_connection)
    check_kept(told, witness)
    check_counts(told, witness, repeated=witness.repeated())
    assert witness.repeated() >= 104 + 2 * 208
    assert len(events(told, "connected")) == 3


# --- the air stands still, then a burst -----------------------------------------------------------


async def stand_still(stage: Stage, witness: Witness) -> None:
    await stage.samples(208)
    stage.sensor.stall(2.0)
    await stage.until(lambda: (stage.state().newest_age_s or 0.0) > 1.0)  # and the view says so
    await stage.samples(624)


def check_burst(recorded: Recorded) -> None:
    told, witness = recorded
    check_counts(told, witness)
    check_kept(told, witness)
    assert kinds(told) == STREAMED
    (recording,) = read_recording_file(told.folder).recordings
    assert np.ptp(np.diff(recording.time_s)) < 1e-3, "times follow the arrivals"


def test_air_stands_still_for_2_s(tmp_path: Path) -> None:
    check_burst(record(tmp_path / "run", stand_still))


def test_a_burst_needs_the_sensors_own_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_arrival(index: Any, blocks: Any, period_ns: float, step_ns: int) -> Any:
        first = [block.sample_index for block in blocks]
        arrived_us = [block.host_mono_ns // 1000 for block in blocks]
        return np.interp(index, first, arrived_us).astype(np.int64) + np.arange(len(index))

    monkeypatch.setattr(timeline, "_device_times", by_arrival)
    with pytest.raises((AssertionError, InputError), match=r"times follow the arrivals|sampling rate is"):
        check_burst(record(tmp_path / "run", stand_still))


# --- lost inside the sensor -----------------------------------------------------------------------

SKIPPED = (50, 31)


async def skip_apart(stage: Stage) -> None:
    """Make holes of their own: the sensor measures between them, however late its packets are understood."""
    memory = stage.sensor.firmware.memory
    for number, n in enumerate(SKIPPED, 1):
        await stage.samples(104)
        stage.sensor.skip_samples(n)
        await stage.until(lambda number=number: len(memory.holes) == number)
        await stage.until(lambda: memory.next_index > sum(memory.holes[-1]) + 26)


async def overflow_twice(stage: Stage, witness: Witness) -> None:
    await skip_apart(stage)
    await stage.samples(104)
    await stage.until(lambda: stage.state().fifo_overflows == len(SKIPPED))


def check_overflow(recorded: Recorded) -> None:
    told, witness = recorded
    check_counts(told, witness, lost=sum(SKIPPED), fifo_overflows=len(SKIPPED))
    check_kept(told, witness)
    made = told.stage.sensor.firmware.memory.holes
    assert [n for _, n in made] == list(SKIPPED)
    samples, facts = told.samples()
    before = np.flatnonzero(np.diff(samples.sample_index) > 1)
    assert (samples.sample_index[before] + 1).tolist() == [first for first, _ in made]
    assert [gap.lost_samples for gap in facts.gaps] == list(SKIPPED)
    check_gaps(told, *SKIPPED)
    assert kinds(told) == STREAMED


def test_fifo_overflow(tmp_path: Path) -> None:
    check_overflow(record(tmp_path / "run", overflow_twice))


def test_fifo_overflow_needs_holes_in_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_holes(monkeypatch)
    with pytest.raises(AssertionError, match="lost: 0 instead of 81"):
        check_overflow(record(tmp_path / "run", overflow_twice))


def test_fifo_overflow_needs_the_sensors_own_totals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PowerUp, "sums", lambda stretch: {**SUMS(stretch), "fifo_overflows": 0})

    async def overflow(stage: Stage, witness: Witness) -> None:
        await skip_apart(stage)
        await stage.samples(312)

    with pytest.raises(AssertionError, match="fifo_overflows: 0 instead of 2"):
        check_overflow(record(tmp_path / "run", overflow))


SUMS = PowerUp.sums

# --- damaged and lost on the air ------------------------------------------------------------------


async def cut_two(stage: Stage, witness: Witness) -> None:
    await stage.samples(104)
    stage.sensor.truncate_next(2)
    await stage.until(lambda: sum(not one.whole for one in witness.sent) == 2)
    goal = witness.total() + 208
    await stage.until(lambda: witness.total() >= goal)


def check_cut(recorded: Recorded) -> None:
    told, witness = recorded
    cut = [one for one in witness.sent if not one.whole]
    # Their numbers cannot be trusted either: both are missing in the packet counter.
    check_counts(told, witness, lost=sum(one.samples for one in cut), bad_packets=2, lost_packets=2)
    check_kept(told, witness)
    check_gaps(told, *(gap.lost_samples for gap in told.samples()[1].gaps))
    assert sum(event.details["samples"] for event in events(told, "gap")) == sum(one.samples for one in cut)
    assert kinds(told) == STREAMED
    assert any("2 packets were damaged" in note for note in told.samples()[1].notes)


def test_truncated_notifications(tmp_path: Path) -> None:
    check_cut(record(tmp_path / "run", cut_two))


def test_truncated_notifications_need_to_be_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = OpenProfileDriver.feed

    def feed(driver: OpenProfileDriver, packet: Any) -> Any:
        return driver._hear_data(packet) if packet.channel == 0 else original(driver, packet)

    monkeypatch.setattr(OpenProfileDriver, "feed", feed)
    with pytest.raises(CodecError, match="bytes instead of 168"):
        check_cut(record(tmp_path / "run", cut_two))


async def drop_three(stage: Stage, witness: Witness) -> None:
    await stage.samples(104)
    stage.sensor.drop_next_packets(3)
    await stage.until(lambda: stage.sensor.firmware.dropped == 3)
    await stage.samples(208)


def check_dropped(recorded: Recorded) -> None:
    told, witness = recorded
    memory = told.stage.sensor.firmware.memory
    indices = witness.indices()
    gone = int(indices[-1] - indices[0]) + 1 - len(indices)
    assert gone in (26, 39)  # one of the three may have been a status packet
    assert not memory.holes
    check_counts(told, witness, lost=gone, lost_packets=3)
    check_kept(told, witness)
    assert [gap.lost_samples for gap in told.samples()[1].gaps] == [gone]
    check_gaps(told, gone)
    assert kinds(told) == STREAMED


def test_packets_lost_on_the_air(tmp_path: Path) -> None:
    check_dropped(record(tmp_path / "run", drop_three))


def test_packets_lost_on_the_air_need_holes_in_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_holes(monkeypatch)
    with pytest.raises(AssertionError, match="lost: 0 instead of"):
        check_dropped(record(tmp_path / "run", drop_three))


def test_packets_lost_on_the_air_need_the_packet_counter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PowerUp, "note_packet", lambda *_: None)
    with pytest.raises(AssertionError, match="lost_packets: 0 instead of 3"):
        check_dropped(record(tmp_path / "run", drop_three))


def test_a_small_mtu_makes_small_packets(tmp_path: Path) -> None:
    told, witness = record(tmp_path / "run", a_while, preferred_mtu=63)
    check_counts(told, witness)
    check_kept(told, witness)
    assert max(one.samples for one in witness.sent) == 4
    assert live(told.folder)["sensors"][0]["lost"] == 0
