"""A sensor that answers wrongly, not at all, or cannot send: said clearly at first, tried again later.

Each fault has a twin that switches off the handling that the fault is there for: the same check then fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from bumble import att

from pfp_sensors.errors import NoAnswerError, PfpError, SensorError
from pfp_sensors.link import sensor_link
from pfp_sensors.link.bleak_errors import LinkLostError
from pfp_sensors.link.sensor_link import SensorLink
from pfp_sensors.rig.gatt_sensor import SimulatedSensor
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.sensors import open_profile_commands as commands
from pfp_sensors.sensors.open_profile_driver import OpenProfileDriver
from pfp_sensors.sensors.open_profile_steps import ask_status
from pfp_sensors.store.event_log import read_events
from tests.collect.rig_run import Stage, Told, run_story
from tests.collect.witness import Witness, check_counts, check_kept, events, kinds, live

if TYPE_CHECKING:
    from pathlib import Path

SPEED = 4.0
STARTED = ["searching", "found", "connected", "streaming"]
START, TIME = 1, 3
UNKNOWN_OP = 0x80

Recorded = tuple[Told, Witness]
Fault = Callable[[Any], None]


def answers(value: bytes) -> Fault:
    return lambda sensor: sensor.answer_wrongly(value)


def info_of_version_2(sensor: Any) -> None:
    """Let the sensor say once that it speaks a later version."""
    original = sensor.firmware.info

    def info() -> bytes:
        sensor.firmware.info = original
        return b"\x02" + original()[1:]

    sensor.firmware.info = info


def unknown_start(sensor: Any) -> None:
    """Refuse START once, as firmware does that does not know the command."""
    sensor.unknown = [START]


@pytest.fixture(autouse=True)
def sensors_may_not_know_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that the simulated sensor has no switch for: the write itself is refused."""
    original = SimulatedSensor._on_command

    def on_command(sensor: Any, link: Any, value: bytes) -> None:
        unknown = getattr(sensor, "unknown", [])
        if value[0] in unknown:
            if value[0] == START:
                unknown.remove(START)
            raise att.ATT_Error(error_code=att.ErrorCode(UNKNOWN_OP))
        original(sensor, link, value)

    monkeypatch.setattr(SimulatedSensor, "_on_command", on_command)


def take_any_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on whatever the sensor answers to START."""

    def start(driver: OpenProfileDriver, info: Any) -> Any:
        yield from ask_status(commands.Start(), commands.Op.START)

    monkeypatch.setattr(OpenProfileDriver, "_start_or_resume", start)


def never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """End a link at a failure to start, but not at a lost link."""
    original = SensorLink._say_failure

    def fail(link: SensorLink, error: SensorError, next_try_s: float) -> None:
        if not isinstance(error, LinkLostError):
            raise error
        original(link, error, next_try_s)

    monkeypatch.setattr(SensorLink, "_say_failure", fail)


# --- at first -------------------------------------------------------------------------------------


def start_with(folder: Path, fault: Fault, samples: int = 208, **client_faults: Any) -> Recorded:
    witnesses = []

    async def story(stage: Stage) -> None:
        # Nothing has been awaited yet: the link has not begun to search.
        witnesses.append(Witness(stage))
        fault(stage.sensor)
        if samples:
            await stage.samples(samples)
        else:
            await stage.until(lambda: stage.state().state == "streaming")

    told = run_story(folder, story, plans=[SensorPlan(ring_s=60.0)], speed=SPEED, **client_faults)
    return told, witnesses[0]


def nothing_wrong(sensor: Any) -> None:
    """The fault lies elsewhere."""


REFUSALS = {
    "mtu 23": (
        nothing_wrong,
        {"preferred_mtu": 23},
        r"too few bytes at once \(the sensor needs an MTU of 63\)",
    ),
    "unsupported": (answers(b"\x81\x02"), {}, "refused to start: the command or setting is not supported"),
    "hardware": (answers(b"\x81\x06"), {}, "refused to start: the sensor's hardware failed"),
    "unheard of": (answers(b"\x81\x63"), {}, "status 99, which the open profile does not name"),
    "too short": (answers(b"\x81\x00\x01"), {}, "answered START with bytes that mean nothing: 810001"),
    "unknown op": (unknown_start, {}, "the sensor refused it .ATT error 0x80"),
    "version 2": (info_of_version_2, {}, "speaks version 2 of the open profile"),
}


def check_refusal(folder: Path, which: str) -> None:
    fault, client_faults, message = REFUSALS[which]
    with pytest.raises(PfpError) as outcome:
        start_with(folder, fault, samples=0, **client_faults)
    caught = outcome.value
    assert re.search(message, caught.message), caught.message
    assert caught.exit_code == 5
    assert len(caught.what_to_do) > 10
    told = [event.kind for event in read_events(folder / "events.jsonl").events]
    assert (told[0], told[-1]) == ("start", "end")
    assert "failed" in told
    shown = live(folder)["sensors"][0]
    assert (shown["state"], shown["received"]) == ("stopped", 0)


@pytest.mark.parametrize("which", list(REFUSALS))
def test_refusal_at_first(tmp_path: Path, which: str) -> None:
    check_refusal(tmp_path / "run", which)


@pytest.mark.parametrize("which", ["mtu 23", "unsupported", "hardware", "unheard of"])
def test_refusal_at_first_needs_the_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    take_any_answer(monkeypatch)
    with pytest.raises(AssertionError, match=r"Nothing was recorded|no samples that can be understood"):
        check_refusal(tmp_path / "run", which)


# --- answers that may come at the next attempt ----------------------------------------------------

MEANINGLESS = {"too short", "version 2", "to no command"}
"""What the sensor said in these is counted as a bad packet."""

LATER = {"no answer": answers(b""), "to no command": answers(b"\x99\x00"), "to another": answers(b"\x82\x00")}


def check_later(recorded: Recorded, which: str) -> None:
    told, witness = recorded
    check_counts(told, witness, bad_packets=int(which in MEANINGLESS))
    check_kept(told, witness)
    assert kinds(told) == ["searching", "found", "connected", "failed", *STARTED[1:], "stopped"]
    assert "did not answer command 01" in events(told, "failed")[0].details["reason"]


@pytest.mark.parametrize("which", list(LATER))
def test_no_answer_at_first_is_tried_again(tmp_path: Path, which: str) -> None:
    check_later(start_with(tmp_path / "run", LATER[which]), which)


@pytest.mark.parametrize("which", list(LATER))
def test_no_answer_at_first_needs_another_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    monkeypatch.setattr(sensor_link, "MAY_PASS", (LinkLostError,))
    with pytest.raises(NoAnswerError):
        check_later(start_with(tmp_path / "run", LATER[which]), which)


# --- after a reconnect ----------------------------------------------------------------------------

FAULTS_LATER: dict[str, Fault] = {
    **{name: fault for name, (fault, client_faults, _) in REFUSALS.items() if not client_faults},
    **LATER,
}


def come_back_to(folder: Path, fault: Fault) -> Recorded:
    witnesses = []

    async def story(stage: Stage) -> None:
        witnesses.append(witness := Witness(stage))
        await stage.samples(104)
        await witness.all_heard()
        fault(stage.sensor)
        stage.sensor.lose_link(away_s=0.2)
        await stage.samples(312)

    told = run_story(folder, story, plans=[SensorPlan(ring_s=60.0)], speed=SPEED)
    return told, witnesses[0]


def check_came_back(recorded: Recorded, which: str) -> None:
    told, witness = recorded
    check_counts(told, witness, bad_packets=int(which in MEANINGLESS))
    check_kept(told, witness)
    assert not told.samples()[1].gaps
    again = ["found", "connected", "failed", *STARTED[1:]]
    assert kinds(told) == [*STARTED, "lost", "searching", *again, "stopped"]
    assert events(told, "stopped")[0].details["clean"] is True


@pytest.mark.parametrize("which", list(FAULTS_LATER))
def test_wrong_answer_after_a_reconnect_is_tried_again(tmp_path: Path, which: str) -> None:
    check_came_back(come_back_to(tmp_path / "run", FAULTS_LATER[which]), which)


@pytest.mark.parametrize("which", ["unsupported", "too short", "unknown op", "version 2", "no answer"])
def test_wrong_answer_after_a_reconnect_needs_another_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    never_again(monkeypatch)
    with pytest.raises(SensorError):
        check_came_back(come_back_to(tmp_path / "run", FAULTS_LATER[which]), which)


# --- a command that the sensor does not know ------------------------------------------------------


def unknown_time(sensor: Any) -> None:
    sensor.unknown = [TIME]


def check_without_time(recorded: Recorded) -> None:
    told, witness = recorded
    check_counts(told, witness)
    check_kept(told, witness)
    assert kinds(told) == [*STARTED, "stopped"]
    quality = told.samples()[1].clock_quality
    assert quality is not None
    assert quality.bracket_ms is None  # and nothing is claimed of the offset of its clock


def test_a_sensor_that_does_not_know_time_is_recorded(tmp_path: Path) -> None:
    check_without_time(start_with(tmp_path / "run", unknown_time, samples=416))


def test_a_sensor_that_does_not_know_time_needs_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_time() -> Any:
        yield from ask_status(commands.Time(0), commands.Op.TIME)
        return True

    monkeypatch.setattr("pfp_sensors.sensors.open_profile_driver.ask_time", ask_time)
    with pytest.raises(SensorError, match="0x80"):
        check_without_time(start_with(tmp_path / "run", unknown_time, samples=416))
