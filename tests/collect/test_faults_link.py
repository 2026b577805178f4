"""Links that break: every sample that a sensor still has comes back, and what is gone is counted exactly.

Each fault has a twin that switches off the handling that the fault is there for: the same check then fails.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.link.bleak_errors import LinkLostError
from pfp_sensors.link.sensor_link import SensorLink
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.sensors import open_profile_commands as commands
from pfp_sensors.sensors.ledger import Ledger
from pfp_sensors.sensors.open_profile_driver import OpenProfileDriver
from pfp_sensors.sensors.open_profile_steps import ask_status, refused
from tests.collect.rig_run import Stage, Told, run_story
from tests.collect.witness import Witness, check_counts, check_gaps, check_kept, events, kinds, live

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pfp_sensors.errors import SensorError

SPEED = 4.0
PLAN = SensorPlan(ring_s=600.0)
"""No pause of this machine fills the ring; a story makes it smaller for a while."""

CAME_BACK = ["searching", "found", "connected", "streaming", "lost"]
STARTED = ["searching", "found", "connected", "streaming"]

Recorded = tuple[Told, Witness]


def plain_start_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never ask for what the sensor kept."""

    def start(driver: OpenProfileDriver, info: Any) -> Any:
        status = yield from ask_status(commands.Start(), commands.Op.START)
        if status != 0:
            raise refused("to start", status)

    monkeypatch.setattr(OpenProfileDriver, "_start_or_resume", start)


def never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """End a link at its first failure."""

    def fail(link: SensorLink, error: SensorError, next_try_s: float) -> None:
        raise error

    monkeypatch.setattr(SensorLink, "_say_failure", fail)


# --- link lost ------------------------------------------------------------------------------------


def lose_link(folder: Path, away_s: float, ring_s: float) -> Recorded:
    witnesses = []

    async def story(stage: Stage) -> None:
        witnesses.append(witness := Witness(stage))
        await stage.samples(208)
        await witness.all_heard()
        memory = stage.sensor.firmware.memory
        large, memory.ring_samples = memory.ring_samples, round(ring_s * PLAN.rate_hz)
        stage.sensor.lose_link(away_s)
        while stage.sensor.is_connected:  # it sends until it notices, some turns of the event loop later
            await asyncio.sleep(0)
        witness.at_next_samples(lambda: setattr(memory, "ring_samples", large))
        await stage.samples(416)

    told = run_story(folder, story, plans=[PLAN], speed=SPEED)
    return told, witnesses[0]


def check_shorter_than_the_ring(recorded: Recorded) -> None:
    told, witness = recorded
    check_counts(told, witness)
    check_kept(told, witness)
    assert not told.samples()[1].gaps
    assert kinds(told) == [*CAME_BACK, *STARTED, "stopped"]
    assert [event.segment for event in events(told, "connected")] == [0, 1]
    assert events(told, "stopped")[0].details["clean"] is True
    assert live(told.folder)["sensors"][0]["segments"] == 2


def check_longer_than_the_ring(recorded: Recorded) -> None:
    told, witness = recorded
    overwritten = told.stage.sensor.firmware.memory.ring_dropped
    assert overwritten > 208
    # What the sensor sent before it noticed that the link was gone may be overwritten too.
    gone = overwritten + witness.never_heard()
    check_counts(told, witness, lost=gone, ring_dropped=overwritten)
    check_kept(told, witness)
    assert [gap.lost_samples for gap in told.samples()[1].gaps] == [gone]
    check_gaps(told, gone)
    assert kinds(told) == [*CAME_BACK, *STARTED, "stopped"]


def test_link_lost_for_less_than_the_ring_costs_nothing(tmp_path: Path) -> None:
    check_shorter_than_the_ring(lose_link(tmp_path / "run", away_s=1.5, ring_s=60.0))


def test_link_lost_for_less_than_the_ring_needs_resuming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_start_only(monkeypatch)
    with pytest.raises(AssertionError, match="lost: "):
        check_shorter_than_the_ring(lose_link(tmp_path / "run", away_s=1.5, ring_s=60.0))


def test_a_lost_link_needs_connecting_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    never_again(monkeypatch)
    with pytest.raises(LinkLostError):
        lose_link(tmp_path / "run", away_s=1.5, ring_s=60.0)


def test_link_lost_for_longer_than_the_ring_costs_exactly_what_was_overwritten(tmp_path: Path) -> None:
    check_longer_than_the_ring(lose_link(tmp_path / "run", away_s=2.5, ring_s=0.5))


def test_link_lost_for_longer_than_the_ring_needs_resuming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_start_only(monkeypatch)
    with pytest.raises(AssertionError, match="lost: "):
        check_longer_than_the_ring(lose_link(tmp_path / "run", away_s=2.5, ring_s=0.5))


# --- reboot ---------------------------------------------------------------------------------------


async def reboot_connected(stage: Stage, witness: Witness) -> None:
    await stage.samples(208)
    await witness.all_heard()
    stage.sensor.reboot(away_s=0.5)


async def reboot_while_away(stage: Stage, witness: Witness) -> None:
    """Few samples before it: the new count soon reaches numbers that the old one never had."""
    await stage.samples(50)
    await witness.all_heard()
    stage.sensor.lose_link(away_s=1e5)
    await stage.clock.sleep(1.0)
    stage.sensor.firmware.power_up(stage.clock.mono_ns())
    stage.sensor.stall(0.0)  # it is back


REBOOTS = pytest.mark.parametrize("reboot", [reboot_connected, reboot_while_away])


def record_reboot(folder: Path, reboot: Callable[[Stage, Witness], Any]) -> Recorded:
    witnesses = []

    async def story(stage: Stage) -> None:
        witnesses.append(witness := Witness(stage))
        await reboot(stage, witness)
        await stage.until(lambda: len(witness.boots) == 2)
        await stage.until(lambda: len(witness.indices(1)) > 300)

    told = run_story(folder, story, plans=[SensorPlan(ring_s=60.0)], speed=SPEED)
    return told, witnesses[0]


def check_reboot(recorded: Recorded) -> None:
    told, witness = recorded
    check_counts(told, witness, reboots=1)
    check_kept(told, witness)
    samples, facts = told.samples()
    assert int(samples.sample_index[samples.segment == 1][0]) == 0
    (gap,) = facts.gaps  # what was missed is known by time only
    assert gap.lost_samples > 0
    assert len(facts.clock) == 2
    assert kinds(told) == [*CAME_BACK, *STARTED, "stopped"]
    assert any("started anew 1 times" in note for note in facts.notes)


@REBOOTS
def test_reboot(tmp_path: Path, reboot: Any) -> None:
    check_reboot(record_reboot(tmp_path / "run", reboot))


@REBOOTS
def test_reboot_needs_the_boot_id(tmp_path: Path, reboot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "_find", lambda ledger, _boot_id: ledger._power_ups[-1])
    with pytest.raises(AssertionError, match="reboots: "):
        check_reboot(record_reboot(tmp_path / "run", reboot))
