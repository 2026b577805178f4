"""A short recording as a crash would leave it, shared by the tests of what is made of it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.collect.finalise import finalise
from pfp_sensors.rig.plans import SensorPlan
from tests.collect import rig_run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.collect.rig_run import Stage


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record three seconds with a lost packet, a pain mark and a battery, and keep the folder unfinished."""
    kept = tmp_path_factory.mktemp("raw") / "run"

    async def story(stage: Stage) -> None:
        await stage.samples(250)
        stage.sensor.drop_next_packets(1)
        stage.session.mark("pain", score=3)
        await stage.samples(380)

    def keep(folder: Path) -> Any:
        shutil.copytree(folder, kept)
        return finalise(folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rig_run, "finalise", keep)
        rig_run.run_story(tmp_path_factory.mktemp("told") / "run", story, plans=(SensorPlan(clock_ppm=20.0),))
    return kept
