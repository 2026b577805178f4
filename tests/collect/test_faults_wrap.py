"""Counters and a clock that start again at 0 are followed, also over a lost link.

Each fault has a twin that switches off the handling that the fault is there for: the same check then fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.sensors import open_profile, place, power_up
from pfp_sensors.sensors.open_profile_driver import OpenProfileDriver
from tests.collect.rig_run import Stage, Told, run_story
from tests.collect.witness import Witness, check_counts, check_kept

if TYPE_CHECKING:
    from pathlib import Path

SPEED = 10.0
CLOCK_STARTS_US = 2**32 - 80_000_000
"""At power-up: it is found, connected and streaming, and has lost the link once, before its clock is again
at 0. Eight real seconds are left for that, of which a quiet machine needs one."""
ALMOST_NS = (2**32 - 500_000) * 1000
RING_S = 600.0

Recorded = tuple[Told, Witness]


def record(folder: Path, plan: SensorPlan) -> Recorded:
    witnesses = []

    async def watched(stage: Stage) -> None:
        witnesses.append(witness := Witness(stage))
        await over_the_end(stage, witness)

    return run_story(folder, watched, plans=[plan], speed=SPEED), witnesses[0]


WRAPS: dict[str, tuple[SensorPlan, int, str]] = {
    "seq": (SensorPlan(ring_s=RING_S, start_seq=65_530), open_profile.SEQ_WRAP, "lost_packets: "),
    "t_us": (
        SensorPlan(ring_s=RING_S, start_us=CLOCK_STARTS_US),
        open_profile.CLOCK_WRAP_US * 1000,
        "expected times that rise",
    ),
    "index": (SensorPlan(ring_s=RING_S, start_index=2**32 - 250), open_profile.INDEX_WRAP, "reboots: "),
}
"""Where each begins, after how many it starts again, and what differs where that is not known."""


async def over_the_end(stage: Stage, witness: Witness) -> None:
    """Seq and index start again while the link is lost; the clock while it is lost once more."""
    for samples, away_s in ((180, 1.0), (208, 0.5)):
        await stage.samples(samples)
        if away_s < 1.0 and stage.sensor.firmware.plan.start_us:
            assert stage.sensor.device_ns() < ALMOST_NS, "this computer is too busy: the clock was faster"
            await stage.until(lambda: stage.sensor.device_ns() >= ALMOST_NS)
        await witness.all_heard()
        stage.sensor.lose_link(away_s)
    await stage.samples(312)


def check_wrap(recorded: Recorded) -> None:
    told, witness = recorded
    check_counts(told, witness)
    check_kept(told, witness)
    samples, facts = told.samples()
    assert not facts.gaps, "gaps"
    steps = np.diff(samples.t_us)
    assert 4800 <= steps.min() <= steps.max() <= 4815, "times differ"
    (recording,) = read_recording_file(told.folder).recordings
    assert recording.rate_hz == pytest.approx(208.0, rel=5e-3)
    assert facts.clock_quality is not None
    assert facts.clock_quality.bracket_ms is not None
    assert facts.clock_quality.bracket_ms < 60_000.0, (
        "clock differs"
    )  # by more than an hour, not by this machine


@pytest.mark.parametrize("what", [*WRAPS, "all"])
def test_wrap(tmp_path: Path, what: str) -> None:
    every = SensorPlan(ring_s=RING_S, start_seq=65_530, start_us=CLOCK_STARTS_US, start_index=2**32 - 250)
    check_wrap(record(tmp_path / "run", every if what == "all" else WRAPS[what][0]))


@pytest.mark.parametrize("what", list(WRAPS))
def test_wrap_needs_unwrapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    plan, wrapping, differs = WRAPS[what]
    original = place.unwrap

    def unwrap(raw: int, modulus: int | None, expected: float) -> int:
        return raw if modulus == wrapping else original(raw, modulus, expected)

    monkeypatch.setattr(place, "unwrap", unwrap)
    monkeypatch.setattr(power_up, "unwrap", unwrap)
    with pytest.raises((AssertionError, InputError), match=differs):
        check_wrap(record(tmp_path / "run", plan))


def test_resuming_over_the_end_needs_to_know_which_index_is_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(driver: OpenProfileDriver, index: int) -> None:
        driver._next_index = max(index % open_profile.INDEX_WRAP, driver._next_index or 0)

    monkeypatch.setattr(OpenProfileDriver, "_learn_next", learn)
    with pytest.raises(AssertionError, match="repeated: "):
        check_wrap(record(tmp_path / "run", WRAPS["index"][0]))
