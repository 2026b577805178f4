"""What fails beside a recording costs no packet, is seen, and is told in the order in which it happened."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.collect import journal as journal_module
from pfp_sensors.collect.journal import Journal
from pfp_sensors.collect.live_sensor import LiveSensor
from pfp_sensors.collect.telling import Teller
from pfp_sensors.collect.understanding import Listeners, Understanding
from pfp_sensors.link.clock import HostClock
from pfp_sensors.model.heard import Samples, SensorFacts
from pfp_sensors.model.packets import Channel, LinkEvent, Packet
from pfp_sensors.sensors.registry import make_driver
from pfp_sensors.settings import load_signal_settings
from pfp_sensors.store.event_log import read_events
from pfp_sensors.store.live_files import LiveFiles
from tests.collect.rig_run import Stage, run_story
from tests.collect.witness import compare, events, live

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Faulty(Exception):  # noqa: N818 - what code of somebody else's may raise
    """A mistake."""


def fail(*_values: object) -> None:
    raise Faulty("a mistake")


class FullForEvents:
    """A system that takes no line of the event log while it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        write = os.write

        def refuse(handle: int, data: bytes) -> int:
            if self.is_full and b'"kind"' in data:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(handle, data)

        monkeypatch.setattr(os, "write", refuse)


# --- events that find no room -----------------------------------------------------------------------


def marks(folder: Path) -> list[str]:
    return [event.details["text"] for event in read_events(folder / "events.jsonl").events]


def test_events_wait_for_room_and_are_written_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, journal = FullForEvents(monkeypatch), Journal(tmp_path, HostClock())
    assert journal.log("mark", text="a")
    disk.is_full = True
    assert not journal.log("mark", text="b")
    assert not journal.log("mark", text="c")
    assert "2 events wait" in journal.trouble
    disk.is_full = False
    assert "2 events wait" in journal.trouble, "said until they are written"
    assert journal.log("mark", text="d")
    assert journal.trouble == ""
    disk.is_full = True
    journal.log("mark", text="e")
    disk.is_full = False
    journal.close()
    assert marks(tmp_path) == ["a", "b", "c", "d", "e"]


def test_the_oldest_that_wait_are_let_go_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "WAITING_EVENTS", 3)
    disk, journal = FullForEvents(monkeypatch), Journal(tmp_path, HostClock())
    disk.is_full = True
    for text in "abcde":
        journal.log("mark", text=text)
    assert journal.let_go == 2
    assert "2 older events were let go" in journal.trouble
    disk.is_full = False
    journal.close()
    assert marks(tmp_path) == ["c", "d", "e"]


def test_details_that_are_no_json_are_written_as_text(tmp_path: Path) -> None:
    journal = Journal(tmp_path, HostClock())
    assert journal.log_link(LinkEvent(1, 1, 0, 0, "rssi", {"rssi_dbm": float("nan")}))
    journal.close()
    (event,) = read_events(tmp_path / "events.jsonl").events
    assert event.details == {"not_json": "{'rssi_dbm': nan}"}


def test_a_mark_on_a_full_disk_is_kept_for_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullForEvents(monkeypatch)
    written: list[bool] = []

    async def story(stage: Stage) -> None:
        await stage.samples(50)
        disk.is_full = True
        written.append(stage.session.mark("pain", score=7))
        await asyncio.sleep(0.8)  # a live.json was written meanwhile, which does not end the trouble
        assert "events wait" in stage.session.state().trouble
        disk.is_full = False
        await stage.until(lambda: not stage.session.state().trouble)
        written.append(stage.session.mark("lap"))

    told = run_story(tmp_path / "run", story)
    assert written == [False, True]
    (pain,) = [event for event in told.events if event.kind == "pain"]
    assert pain.details["score"] == 7
    assert pain.details["at_s"] > 0.0


# --- live.json --------------------------------------------------------------------------------------


def test_the_last_picture_is_not_replaced_by_an_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, last_is_written = LiveFiles.replace_status, threading.Event()
    written: list[str] = []  # what rests in the file is made right by `finalise`

    def slow(files: LiveFiles, document: Mapping[str, Any]) -> None:
        is_last = document["sensors"][0]["state"] == "stopped"
        if not is_last:
            last_is_written.wait(4.0)
        replace(files, document)
        written.append(document["sensors"][0]["state"])
        if is_last:
            last_is_written.set()

    monkeypatch.setattr(LiveFiles, "replace_status", slow)

    async def story(stage: Stage) -> None:
        await stage.samples(150)

    run_story(tmp_path / "run", story)
    first = written.index("stopped")
    assert first > 0
    assert set(written[first:]) == {"stopped"}


def test_a_view_that_dies_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LiveFiles, "replace_status", fail)
    messages: list[str] = []

    async def story(stage: Stage) -> None:
        await stage.until(lambda: stage.session.fault is not None)
        await stage.samples(50)

    told = run_story(tmp_path / "run", story, listeners=Listeners(message=messages.append))
    assert isinstance(told.stage.session.fault, Faulty)
    assert "Faulty" in next(event for event in told.events if event.kind == "view_failed").details["reason"]
    assert messages == ["live.json is not renewed any more; the recording goes on."]
    assert told.kinds()[-1] == "end"
    told.check_numbers()


def test_live_json_says_when_it_was_written(tmp_path: Path) -> None:
    before_s = time.time()

    async def story(stage: Stage) -> None:
        await stage.samples(50)

    told = run_story(tmp_path / "run", story)
    updated = datetime.fromisoformat(live(told.folder)["updated_utc"])
    assert updated.utcoffset() is not None
    assert before_s < updated.timestamp() < time.time() + 0.001


# --- what the log says of settings, begin and end ---------------------------------------------------


def test_begin_settings_and_end_say_what_they_promise(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        await stage.samples(100)
        stage.sensor.lose_link(0.2)
        await stage.until(lambda: stage.state().segments == 2)
        await stage.samples(100)
        stage.sensor.reboot(away_s=0.2)
        await stage.until(lambda: stage.state().reboots == 1)

    told = run_story(tmp_path / "run", story, speed=4.0)
    assert told.events[0].details["run_id"] == "run"
    compare(told.events[-1].details, reason="asked", dropped={"0": 0}, not_kept={"0": 0})
    first, second = events(told, "config")  # not again at the second connection, where nothing changed
    compare(first.details, rate_hz=208.0, acc_range_g=16, gyr_range_dps=2000)
    assert {"acc_scale_g", "gyr_scale_dps", "ring_samples"} <= set(first.details)
    assert first.details["boot_id"] != second.details["boot_id"]


def test_a_recording_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the packets taken together with the event that could not be logged are kept."""
    stages: list[Stage] = []

    async def story(stage: Stage) -> None:
        stages.append(stage)
        await stage.samples(50)
        monkeypatch.setattr(Journal, "log_link", fail)
        stage.session._take(LinkEvent(1, 1, 0, 0, "rssi", {}))
        stage.session._take(Packet(1, 1, 0, Channel.DATA, 0, b"with the event"))
        await asyncio.sleep(20.0)

    with pytest.raises(Faulty):
        run_story(tmp_path / "run", story)
    (stage,) = stages
    assert stage.session.keeper.waiting == 0
    assert stage.session.writer._handle is None, "the packet file is closed"
    assert b"with the event" in (tmp_path / "run" / "packets.arrows").read_bytes()
    end = read_events(tmp_path / "run" / "events.jsonl").events[-1]
    assert (end.kind, end.details["reason"]) == ("end", "a mistake")


# --- listeners --------------------------------------------------------------------------------------


def test_a_listener_that_fails_silences_nobody_else() -> None:
    heard: list[str] = []
    faults: list[BaseException] = []

    async def run() -> Teller:
        teller = Teller(Listeners(contact=fail, cue=fail, message=heard.append), faults.append)
        teller.start()
        anything: Any = None
        for text in ("a", "b"):
            teller.listeners.contact(anything)
            teller.listeners.message(text)
            teller.listeners.cue(anything, 0.1)
        await asyncio.wait_for(teller.end(), 60.0)
        return teller

    teller = asyncio.run(run())
    assert heard == ["a", "b"]
    assert isinstance(teller.fault, Faulty)
    assert len(faults) == 2, "each fails once"


def test_whoever_is_told_of_a_contact_does_not_wait_for_a_backlog() -> None:
    order: list[str] = []

    class Sensor:
        name = "SHANK-L"

        def hear_packet(self, packet: Packet) -> list[Any]:
            order.append("packet")
            return [None] if packet.segment == 1 else []

        def take_facts(self) -> list[Any]:
            return []

        take_gaps = take_facts

    class Book:
        def add_contact(self, *_values: object) -> None:
            pass

    async def tick() -> None:
        while True:
            order.append("tick")
            await asyncio.sleep(0)

    async def run() -> None:
        teller = Teller(Listeners(contact=lambda _contact: order.append("contact")))
        sensors: Any = (Sensor(),)
        book: Any = Book()
        understanding = Understanding(sensors, None, book, teller.listeners, HostClock(), 0)
        for number in range(300):
            understanding.put(Packet(0, 0, 0, Channel.DATA, int(number == 150), b""))
        assert understanding.waiting == 300
        teller.start()
        understanding.start()
        ticking = asyncio.create_task(tick())
        await understanding.end()
        await teller.end()
        ticking.cancel()

    asyncio.run(run())
    packets = [what for what in order if what != "tick"]
    assert packets.index("contact") == 151, "told right after its packet"
    longest = max(len(part) for part in "".join(what[0] for what in order).split("t"))
    assert longest <= 66, "the radio has its turn"


# --- sensors without a clock ------------------------------------------------------------------------


def test_a_nominal_rate_that_is_wrong_and_samples_lost_unseen_do_not_age_the_newest() -> None:
    true_hz, n = 198.0, 10
    sensor = LiveSensor(0, "WIT", None, make_driver("witmotion"), load_signal_settings(), 0)
    sensor._note(SensorFacts(200.0, 1.0 / 2048.0, None, 16.0, None, None, None))

    def come(at_s: float) -> float:
        taken = sensor.ledger.take(Samples(round(at_s * 1e9), 0, acc=np.ones((n, 3), np.int16), gyr=None))
        assert taken is not None
        list(sensor._watch(taken))
        return sensor.state(round(at_s * 1e9)).newest_age_s or 0.0

    ages_s = [come(k * n / true_hz) for k in range(1, 1800)]
    assert max(ages_s) < 0.1
    after_s = 1799 * n / true_hz + 3.0
    ages_s = [come(after_s + k * n / true_hz) for k in range(1, 20)]
    assert ages_s[-1] < 0.1
