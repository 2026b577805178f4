"""Ctrl-C, SIGTERM, cancelling, or a mistake of a listener: the recording is finished, the sensor stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pfp_sensors.actions.record import RecordOptions, Watchers, record
from pfp_sensors.collect.choose import choose_sensors
from pfp_sensors.collect.finalise import finalise
from pfp_sensors.collect.header import Worn
from pfp_sensors.collect.session import Session
from pfp_sensors.collect.understanding import Listeners, Understanding
from pfp_sensors.errors import SensorError
from pfp_sensors.link.adapter import Adapter
from pfp_sensors.link.clock import HostClock
from pfp_sensors.model.packets import Channel, LinkEvent, Packet
from pfp_sensors.rig.plans import AirPlan, SensorPlan
from pfp_sensors.rig.runner_signal import RunnerSignals
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.settings import load_record_settings, load_signal_settings
from pfp_sensors.store.device_files import read_device_samples
from pfp_sensors.store.event_log import read_events
from pfp_sensors.store.home import run_folders, unfinished_runs
from pfp_sensors.store.recording_files import verify_recording
from pfp_sensors.synth.settings import PlanPart, RunnerSettings
from tests.collect.rig_run import GENEROUS_S, Stage, run_story

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bumble.att import ATT_PDU

pytest.importorskip("bumble")

from bumble.gatt_client import Client

PATIENCE_S = 90.0
SAMPLES = 0x11
"""First byte of a data packet of the open profile with samples; another one tells of the sensor's state."""

# --- a real process, a real signal ------------------------------------------------------------------


@dataclass
class Recording:
    """A running ``pfp record`` whose folder can be watched."""

    home: Path
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def events(self) -> list[str]:
        """List the kinds of events so far; [] before there is a folder."""
        for folder in run_folders(self.home):
            if (folder / "events.jsonl").exists():
                return [event.kind for event in read_events(folder / "events.jsonl").events]
        return []

    def until(self, condition: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not condition():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < give_up
            time.sleep(0.002)

    def received(self) -> int:
        for folder in run_folders(self.home):
            if (folder / "live.json").exists():
                return int(json.loads((folder / "live.json").read_text())["sensors"][0]["received"])
        return 0

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=PATIENCE_S)
        assert "Traceback" not in out + err
        assert "mistake in pfp" not in out + err
        return self.process.returncode, out, err


def start_recording(home: Path, *words: str) -> Recording:
    command = [sys.executable, "-u", "-m", "pfp_sensors", "--home", str(home), "record", "--simulate"]
    environment = {**os.environ, "NO_COLOR": "1"}
    process = subprocess.Popen(
        [*command, "--side", "left", "--minutes", "2", "--speed-up", "10", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    return Recording(home, process)


def check_finished(home: Path) -> Path:
    """The only run of a home is sealed, right, ended in order and its sensor stopped."""
    (folder,) = run_folders(home)
    verify_recording(folder)
    events = read_events(folder / "events.jsonl").events
    assert [event.details["clean"] for event in events if event.kind == "stopped"] == [True]
    assert events[-1].kind == "end"
    assert json.loads((folder / "meta.json").read_text())["ended"] is True
    assert unfinished_runs(home) == []
    return folder


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_finishes_the_recording(tmp_path: Path, name: signal.Signals) -> None:
    recording = start_recording(tmp_path)
    recording.until(lambda: recording.received() > 300)
    recording.process.send_signal(name)
    code, _, err = recording.end()
    assert code in {0, 4}  # 4: too short to be analysed
    assert "Recorded (SIMULATED): " in err
    folder = check_finished(tmp_path)
    assert sum(meta.rows for meta in verify_recording(folder).files.values()) > 300


@pytest.mark.parametrize("kind", ["searching", "found", "connected", "streaming"])
def test_a_signal_at_any_step_leaves_nothing_half_done(tmp_path: Path, kind: str) -> None:
    recording = start_recording(tmp_path)
    recording.until(lambda: kind in recording.events())
    recording.process.send_signal(signal.SIGINT)
    code, _, err = recording.end()
    assert unfinished_runs(tmp_path) == []
    if run_folders(tmp_path):
        assert code in {0, 4}
        check_finished(tmp_path)
    else:  # no sample came yet: no empty run is left behind
        assert code == 0
        assert "nothing was recorded" in err


@pytest.mark.parametrize(("seconds", "is_fault"), [(1.0, False), (4.0, True)])
def test_status_without_a_sample_is_an_early_stop_or_after_a_while_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, is_fault: bool
) -> None:
    """Stopped before samples can be expected is what was asked for; later the sensor is at fault."""
    begun: list[float] = []
    status: list[bytes] = []
    put = Session._take

    def take_no_samples(session: Session, item: Packet | LinkEvent) -> None:
        if isinstance(item, LinkEvent) and item.kind == "streaming":
            begun.append(session.elapsed_s)
        if isinstance(item, Packet) and item.channel is Channel.DATA:
            if item.payload[0] == SAMPLES:
                return
            status.append(item.payload)
        put(session, item)

    async def stop_later(session: Session, stop: asyncio.Event) -> None:
        while not (begun and status and session.elapsed_s > begun[0] + seconds):
            await asyncio.sleep(0.005)
        stop.set()

    monkeypatch.setattr(Session, "_take", take_no_samples)
    # What is early ends with the third second: a busy machine is given more real time.
    options = RecordOptions(simulate=True, minutes=1.0, speed_up=5.0 if is_fault else 2.0, sides=("left",))
    if is_fault:
        with pytest.raises(SensorError, match="no samples came from the sensor"):
            record(options, tmp_path, no_signals, Watchers(view=stop_later))
        (folder,) = run_folders(tmp_path)
        assert "streaming" in (folder / "events.jsonl").read_text()
        assert unfinished_runs(tmp_path) == []
    else:
        assert record(options, tmp_path, no_signals, Watchers(view=stop_later)) is None
        assert run_folders(tmp_path) == []


def test_a_signal_before_a_sensor_is_chosen_says_so(tmp_path: Path) -> None:
    recording = start_recording(tmp_path, "--sensor", "SHANK-L")
    assert recording.process.stderr is not None
    assert recording.process.stderr.readline().startswith("Starting ")
    time.sleep(0.5)
    recording.process.send_signal(signal.SIGINT)
    code, out, err = recording.end()
    if not run_folders(tmp_path):
        assert (code, out) == (0, "")
        assert err.endswith("nothing was recorded.\n")


def test_a_second_and_third_signal_change_nothing(tmp_path: Path) -> None:
    recording = start_recording(tmp_path)
    recording.until(lambda: recording.received() > 300)
    for name in (signal.SIGINT, signal.SIGINT, signal.SIGTERM):
        recording.process.send_signal(name)
    code, _, _ = recording.end()
    assert code in {0, 4}
    check_finished(tmp_path)


def test_a_signal_while_it_is_finished_changes_nothing(tmp_path: Path) -> None:
    recording = start_recording(tmp_path)
    recording.until(lambda: recording.received() > 300)
    recording.process.send_signal(signal.SIGTERM)
    recording.until(lambda: "stopped" in recording.events())
    recording.process.send_signal(signal.SIGINT)
    code, _, _ = recording.end()
    assert code in {0, 4, 130}  # 130: it fell into the summary, when all was on the disk
    check_finished(tmp_path)


# --- the sensor's side ------------------------------------------------------------------------------


async def _stop_at(
    folder: Path, moment: Callable[[SimulatedWorld, Session], Awaitable[None]], how: str
) -> tuple[SimulatedWorld, Session]:
    """Record from a simulated sensor and end it at a moment; return what was there."""
    clock = HostClock()
    async with SimulatedWorld(clock, [SensorPlan()], AirPlan(interval_s=0.01)) as world:
        adapter = Adapter(clock, world.scanner_backend, world.client_backend)
        (chosen,) = await choose_sensors(adapter, ["SHANK-L"], GENEROUS_S)
        folder.mkdir()
        session = Session(
            folder, adapter, [Worn(chosen, None)], load_record_settings(), load_signal_settings()
        )
        stop = asyncio.Event()
        running = asyncio.create_task(session.run(stop))
        async with asyncio.timeout(GENEROUS_S):
            await moment(world, session)
        if how == "stop":
            stop.set()
            await running
        else:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
        sensor = world.sensors["SHANK-L"]
        assert not sensor.firmware.memory.sampling, "the sensor still measures"
        assert not sensor.is_connected
    return world, session


async def _at_once(_world: SimulatedWorld, _session: Session) -> None:
    await asyncio.sleep(0)


def _after(kind: str) -> Callable[[SimulatedWorld, Session], Awaitable[None]]:
    async def wait(_world: SimulatedWorld, session: Session) -> None:
        log = session.folder / "events.jsonl"
        while kind not in [event.kind for event in read_events(log).events]:
            await asyncio.sleep(0.001)

    return wait


async def _when_it_measures(world: SimulatedWorld, _session: Session) -> None:
    while not world.sensors["SHANK-L"].firmware.memory.sampling:
        await asyncio.sleep(0)


async def _while_streaming(_world: SimulatedWorld, session: Session) -> None:
    while session.state().sensors[0].received < 100:
        await asyncio.sleep(0.01)


MOMENTS = {
    "at once": _at_once,
    "found": _after("found"),
    "connected": _after("connected"),
    "measuring": _when_it_measures,
    "streaming": _while_streaming,
}


@pytest.mark.parametrize("how", ["stop", "cancel"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_sensor_does_not_measure_on(tmp_path: Path, moment: str, how: str) -> None:
    _, session = asyncio.run(_stop_at(tmp_path / "run", MOMENTS[moment], how))
    kinds = [event.kind for event in read_events(session.folder / "events.jsonl").events]
    assert kinds[-2:] == ["stopped", "end"] or kinds[-1:] == ["end"]
    received = session.state().sensors[0].received
    assert received or moment != "streaming"
    if received:
        assert sum(finalise(session.folder).rows.values()) == received
        verify_recording(session.folder)
    else:
        with pytest.raises(SensorError, match="Nothing was recorded"):
            finalise(session.folder)
    assert not (session.folder / "packets.arrows").exists()


@pytest.mark.parametrize("turns", [0, 1])
@pytest.mark.parametrize("number", [1, 6])
def test_giving_up_connecting_in_the_turn_of_an_answer_prints_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, turns: int
) -> None:
    """On a busy computer the time limit of leaving ends just when an answer of the sensor comes in.

    Which turn of the event loop is the bad one depends on the version of Python.
    """
    given_up: list[asyncio.Future[None]] = []
    answers: list[ATT_PDU] = []
    errors: list[dict[str, Any]] = []
    take = Client.on_gatt_pdu

    async def no_patience(connecting: asyncio.Future[None], _real_seconds: float) -> bool:
        given_up.append(connecting)
        await asyncio.wait({connecting})
        return True

    def take_late(client: Client, answer: ATT_PDU) -> None:
        answers.append(answer)
        if len(answers) != number:
            take(client, answer)
            return
        given_up[0].cancel()
        later = asyncio.get_running_loop().call_soon if turns else lambda call, *given: call(*given)
        later(take, client, answer)

    async def when_found(world: SimulatedWorld, session: Session) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: errors.append(context))
        await _after("found")(world, session)

    monkeypatch.setattr(Client, "on_gatt_pdu", take_late)
    monkeypatch.setattr("pfp_sensors.link.connection.let_end", no_patience)
    asyncio.run(_stop_at(tmp_path / "run", when_found, "stop"))
    assert [task.cancelled() for task in given_up] == [True]
    assert len(answers) >= number
    assert errors == []


# --- mistakes of listeners --------------------------------------------------------------------------


class Faulty(Exception):  # noqa: N818 - what a listener of somebody else's may raise
    """A mistake in a listener."""


def fail_after(calls: int) -> Callable[..., None]:
    left = [calls]

    def fail(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Faulty("a listener failed")

    return fail


def runner() -> RunnerSignals:
    return RunnerSignals(RunnerSettings(plan=(PlanPart("running", 90.0),), seed=2, side="left"))


@pytest.mark.parametrize("listener", ["contact", "acknowledged"])
def test_a_mistake_of_a_listener_costs_no_sample(tmp_path: Path, listener: str) -> None:
    folder = tmp_path / "run"
    faults: list[Any] = []

    async def run_on(stage: Stage) -> None:
        await stage.until(lambda: stage.session.fault is not None)
        received = stage.state().received
        before = stage.sensor.firmware.memory.next_index
        await stage.until(lambda: stage.sensor.firmware.memory.next_index > before + 2000)
        await stage.until(lambda: stage.state().received > received + 2000)  # it goes on counting
        faults.append(stage)

    listeners = Listeners(**{listener: fail_after(2)})
    with contextlib.suppress(Faulty):  # the harness raises what the live view failed with
        run_story(
            folder,
            run_on,
            plans=(SensorPlan(side="left", acc_range_g=32),),
            signal_for=runner(),
            speed=20.0,
            listeners=listeners,
        )
    (stage,) = faults
    assert isinstance(stage.session.fault, Faulty)
    if not (folder / "imu.parquet").exists():
        finalise(folder)
    (rows,) = [seal.rows for name, seal in verify_recording(folder).files.items() if "imu" in name]
    assert rows > 2000
    assert stage.session.writer.rows_synced == stage.session.writer.rows


def test_a_mistake_in_the_last_moment_does_not_come_before_the_data() -> None:
    class Sensor:
        name = "SHANK-L"

        def hear_event(self, _event: LinkEvent) -> None:
            raise Faulty("the last event")

    class Book:
        logged: ClassVar[list[str]] = []

        def log(self, kind: str, **_details: object) -> None:
            self.logged.append(kind)

    async def run() -> BaseException | None:
        sensors: Any = (Sensor(),)
        book: Any = Book()
        understanding = Understanding(sensors, None, book, Listeners(), HostClock(), 0)
        understanding.start()
        understanding.put(LinkEvent(0, 0, 0, 0, "stopped", {}))
        await understanding.end()  # raises nothing: the packets are closed after this
        return understanding.fault

    assert isinstance(asyncio.run(run()), Faulty)
    assert Book.logged == ["view_failed"]


def no_signals(_stop: asyncio.Event) -> None:
    """Connect nothing."""


SHORT = RecordOptions(simulate=True, minutes=0.5, speed_up=20.0, sides=("left",))


def _raise(*_: object) -> None:
    raise Faulty("a listener failed")


async def _bad_view(_session: Session, _stop: asyncio.Event) -> None:
    await asyncio.sleep(0.2)
    raise Faulty("the view failed")


@pytest.mark.parametrize(
    "watchers",
    [
        Watchers(Listeners(contact=_raise)),
        Watchers(Listeners(acknowledged=_raise)),
        Watchers(view=_bad_view),
    ],
    ids=["contact", "acknowledged", "view"],
)
def test_a_mistake_is_told_when_the_recording_is_finished(tmp_path: Path, watchers: Watchers) -> None:
    with pytest.raises(Faulty):
        record(SHORT, tmp_path, no_signals, watchers)
    folder = check_finished(tmp_path)
    at_ns = {event.kind: event.t_mono_ns for event in read_events(folder / "events.jsonl").events}
    assert at_ns["stopped"] - at_ns["streaming"] >= 0.5 * 60e9  # it went on to the end that was asked for
    samples, facts = read_device_samples(folder / "imu.parquet")
    assert len(samples.t_us) > 2000
    assert (int(samples.sample_index[0]), facts.counters["lost"]) == (0, 0)


def test_a_failure_of_the_loop_itself_finishes_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Session._take_all
    left = [40]

    def take_all(session: Session) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Faulty("the loop failed")
        put(session)

    monkeypatch.setattr(Session, "_take_all", take_all)
    with pytest.raises(Faulty):
        record(SHORT, tmp_path, no_signals, Watchers())
    check_finished(tmp_path)


def test_what_came_while_the_last_batch_was_written_is_kept(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        sync = stage.session.writer.sync

        def slow_sync() -> None:
            time.sleep(0.4)
            sync()

        stage.session.writer.sync = slow_sync  # type: ignore[method-assign]
        await stage.samples(416)

    told = run_story(tmp_path / "run", story)
    told.check_numbers()
    assert told.counters()["lost"] == 0


def test_packets_are_in_order_whoever_listens(tmp_path: Path) -> None:
    heard: list[Packet] = []

    def hear(packets: Sequence[Packet]) -> None:
        heard.extend(packets)

    async def story(stage: Stage) -> None:
        await stage.samples(208)

    told = run_story(tmp_path / "run", story, listeners=Listeners(acknowledged=hear))
    assert len(heard) == told.stage.session.writer.rows
    assert [packet.host_mono_ns for packet in heard] == sorted(packet.host_mono_ns for packet in heard)
