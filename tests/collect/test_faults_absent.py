"""Sensors that are away or connected but silent: the others go on, and the search has an end where it should.

Each fault has a twin that switches off the handling that the fault is there for: the same check then fails.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import SensorError
from pfp_sensors.link.sensor_link import SensorLink
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.store.event_log import read_events
from tests.collect.rig_run import GENEROUS_S, Stage, Told, record_settings, run_story
from tests.collect.witness import Witness, back_within, check_counts, check_kept, events, kinds, live

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.collect.session import Session

SPEED = 4.0
LEFT = SensorPlan(ring_s=60.0)
RIGHT = SensorPlan("SHANK-R", "F0:00:00:00:00:12", "SIM-0002", ring_s=60.0)
CAME_BACK = ["searching", "found", "connected", "streaming", "lost"]
STARTED = ["searching", "found", "connected", "streaming"]

Recorded = tuple[Told, Witness]


def never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """End a link at its first failure."""

    def fail(link: SensorLink, error: SensorError, next_try_s: float) -> None:
        raise error

    monkeypatch.setattr(SensorLink, "_say_failure", fail)


# --- one of two -----------------------------------------------------------------------------------


def lose_one_of_two(
    folder: Path, *, for_good: bool, patience_s: float = GENEROUS_S
) -> tuple[Told, Witness, Witness]:
    witnesses: list[Witness] = []

    async def story(stage: Stage) -> None:
        witnesses.extend(Witness(stage, number) for number in range(2))
        await stage.samples(104, 0)
        await stage.samples(104, 1)
        await witnesses[1].all_heard()
        witnesses[1].sensor.lose_link(away_s=1e6 if for_good else 1.5)
        await stage.samples(416, 0)
        if for_good:
            await stage.until(lambda: shown(folder) == ("streaming", True))
        else:
            await back_within(patience_s, stage.samples(416, 1))

    plans = [LEFT, RIGHT]
    told = run_story(folder, story, plans=plans, sides=("left", "right"), speed=SPEED)
    return told, witnesses[0], witnesses[1]


def shown(folder: Path) -> tuple[str, bool]:
    """What other programs see: the left sensor's state, and whether the right one is known to be away."""
    left, right = live(folder)["sensors"]
    return left["state"], right["state"] in ("lost", "searching")


def check_one_of_two(recorded: tuple[Told, Witness, Witness], *, for_good: bool) -> None:
    told, left, right = recorded
    for number, witness, name in ((0, left, "SHANK-L"), (1, right, "SHANK-R")):
        check_counts(told, witness, number)
        check_kept(told, witness, number, name)
        assert not told.samples(number)[1].gaps
    assert kinds(told, 0) == [*STARTED, "stopped"]
    assert kinds(told, 1) == (
        [*CAME_BACK, "searching", "stopped"] if for_good else [*CAME_BACK, *STARTED, "stopped"]
    )
    assert events(told, "stopped", 0)[0].details["clean"] is True
    # A sensor that is out of reach cannot be told to stop, and that is said.
    assert events(told, "stopped", 1)[0].details["clean"] is not for_good


@pytest.mark.parametrize("for_good", [False, True])
def test_one_of_two_lost(tmp_path: Path, for_good: bool) -> None:
    check_one_of_two(lose_one_of_two(tmp_path / "run", for_good=for_good), for_good=for_good)


def test_one_of_two_lost_needs_connecting_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    never_again(monkeypatch)
    with pytest.raises(AssertionError, match="never came back"):
        lose_one_of_two(tmp_path / "run", for_good=False, patience_s=2.0)


# --- absent ---------------------------------------------------------------------------------------


def absent_from(
    folder: Path, plans: list[SensorPlan], absent: str, patience_s: float, end_s: float = 60.0
) -> Told:
    async def story(stage: Stage) -> None:
        # Nothing has been awaited yet: the link has not begun to search.
        stage.world.sensors[absent].lose_link(away_s=1e6)
        if len(plans) == 1:
            await stage.clock.sleep(end_s)
            raise AssertionError("still looking")
        await stage.until(failed)
        await stage.samples(208, 0)

    def failed() -> bool:
        text = (folder / "events.jsonl").read_text()
        return '"failed"' in text and '"final": true' in text

    settings = record_settings(first_patience_s=patience_s)
    return run_story(folder, story, plans=plans, speed=SPEED, settings=settings)


def test_absent_sensor_is_said_and_nothing_hangs(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(SensorError, match=r"SHANK-L was not found; no Bluetooth device .*") as caught:
        absent_from(folder, [LEFT], "SHANK-L", 1.0)
    assert caught.value.what_to_do
    assert [event.kind for event in read_events(folder / "events.jsonl").events][-1] == "end"
    assert live(folder)["sensors"][0]["received"] == 0


def test_absent_sensor_needs_an_end_of_patience(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="still looking"):
        absent_from(tmp_path / "run", [LEFT], "SHANK-L", 600.0, end_s=6.0)


def test_one_of_two_absent_leaves_the_other_recording(tmp_path: Path) -> None:
    told = absent_from(tmp_path / "run", [LEFT, RIGHT], "SHANK-R", 1.0)
    assert told.counters()["lost"] == 0
    told.check_numbers(0, "SHANK-L")
    assert list(told.finished.rows) == ["SHANK-L"]
    assert "1 of 2 sensors sent no samples" in told.finished.notes
    assert "was not found" in events(told, "failed", 1)[-1].details["reason"]


def test_one_of_two_absent_needs_links_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def together(session: Session, stop: asyncio.Event) -> None:
        await asyncio.gather(*(session._run_link(number, stop) for number in range(2)))

    monkeypatch.setattr("pfp_sensors.collect.session.Session._run_links", together)
    with pytest.raises(SensorError, match="SHANK-R was not found"):
        absent_from(tmp_path / "run", [LEFT, RIGHT], "SHANK-R", 1.0)


# --- connected but silent -------------------------------------------------------------------------


def go_silent(
    folder: Path, until: str, silent_s: float | None = 2.0, patience_s: float = GENEROUS_S
) -> Recorded:
    witnesses = []

    async def story(stage: Stage) -> None:
        witnesses.append(witness := Witness(stage))
        await stage.samples(104)
        await witness.all_heard()
        stage.sensor.go_silent(until)
        if until == "ever":
            again = stage.until(lambda: (stage.state().segments, stage.state().state) == (2, "streaming"))
        else:
            again = stage.samples(624)
        await back_within(patience_s, again)

    settings = record_settings(silent_s=silent_s)
    told = run_story(folder, story, plans=[LEFT], settings=settings, speed=SPEED)
    return told, witnesses[0]


def check_silent(recorded: Recorded, until: str) -> None:
    told, witness = recorded
    check_counts(told, witness)
    check_kept(told, witness)
    again = [event.details["subscribing_again"] for event in events(told, "silent")]
    woken = [*STARTED, "silent"]
    if until == "start":
        assert kinds(told) == [*woken, "stopped"]
        assert again == [True]
    else:
        assert kinds(told)[:11] == [*woken, "silent", "lost", *STARTED]
        assert again[:2] == [True, False]
    assert events(told, "stopped")[0].details["clean"] is True
    assert not told.stage.sensor.firmware.memory.sampling


@pytest.mark.parametrize("until", ["start", "connect", "ever"])
def test_silent_sensor(tmp_path: Path, until: str) -> None:
    check_silent(go_silent(tmp_path / "run", until), until)


@pytest.mark.parametrize("until", ["start", "connect"])
def test_silent_sensor_needs_the_watchdog(tmp_path: Path, until: str) -> None:
    with pytest.raises(AssertionError, match="never came back"):
        go_silent(tmp_path / "run", until, silent_s=None, patience_s=2.0)


def test_silent_sensor_needs_connecting_again_at_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfp_sensors.link.schedule.SilenceWatch.wake", lambda _watch: None)
    with pytest.raises(AssertionError, match="never came back"):
        go_silent(tmp_path / "run", "connect", patience_s=2.0)
