"""A recording without faults: every sample that the sensor made is on the disk, once, at its time."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.rig.plans import AirPlan, SensorPlan
from tests.collect.rig_run import Stage, run_story

if TYPE_CHECKING:
    from pathlib import Path


async def two_seconds(stage: Stage) -> None:
    await stage.samples(416)


@pytest.mark.parametrize("interval_s", [0.0, 0.03])
def test_every_sample_is_kept_once(tmp_path: Path, interval_s: float) -> None:
    told = run_story(tmp_path / "run", two_seconds, air=AirPlan(interval_s=interval_s))
    samples, facts = told.samples()
    np.testing.assert_array_equal(np.diff(samples.sample_index), 1)
    told.check_numbers()
    assert (facts.counters["lost"], facts.counters["repeated"], facts.counters["bad_packets"]) == (0, 0, 0)
    assert facts.counters["received"] == len(samples.t_us) >= 416
    assert facts.identity is not None
    assert facts.identity.serial == "SIM-0001"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record two seconds from one sensor; the tests read what is left and change nothing."""
    return run_story(tmp_path_factory.mktemp("told") / "run", two_seconds, sides=("left",)).folder


def test_the_recording_reads_like_any_other_and_says_that_it_is_synthetic(folder: Path) -> None:
    (recording,) = read_recording_file(folder).recordings
    assert recording.synthetic
    assert recording.side == "left"
    assert recording.rate_hz == pytest.approx(208.0, rel=5e-3)
    assert recording.time_s[0] == pytest.approx(0.0, abs=1e-6)
    assert not recording.gaps


def test_only_the_owner_can_read_it(folder: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert "imu.parquet" in modes
    assert set(modes.values()) == {0o600}


def test_packets_are_cleared_and_live_files_stay(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {"imu.parquet", "side.parquet", "meta.json", "events.jsonl", "live.json"}
    live = json.loads((folder / "live.json").read_text())
    assert live["schema"] == "pfp.live/1"
    assert live["synthetic"] is True
    assert live["sensors"][0]["state"] == "stopped"


def test_two_sensors_share_one_time_line(tmp_path: Path) -> None:
    plans = [
        SensorPlan(side="left", clock_ppm=30.0),
        SensorPlan("SHANK-R", "F0:00:00:00:00:12", "SIM-0002", side="right", start_us=5_000_000),
    ]

    async def both(stage: Stage) -> None:
        await stage.samples(416, 0)
        await stage.samples(416, 1)

    told = run_story(tmp_path / "run", both, plans=plans, sides=("left", "right"))
    told.check_numbers(0, "SHANK-L")
    told.check_numbers(1, "SHANK-R")
    left, right = read_recording_file(told.folder).recordings
    assert (left.side, right.side) == ("left", "right")
    # The sideways axis counts positions of one outing: the same position is measured at the same time.
    at_s = []
    for number, recording in enumerate((left, right)):
        position = told.samples(number)[0].acc[:, 2].astype(int)
        at_s.append(dict(zip(position.tolist(), recording.time_s.tolist(), strict=True)))
    both_have = sorted(set(at_s[0]) & set(at_s[1]))
    apart_s = np.array([at_s[1][position] - at_s[0][position] for position in both_have])
    uncertainty_s = json.loads((told.folder / "meta.json").read_text())["left_right_uncertainty_ms"] / 1000.0
    assert len(both_have) > 200
    assert np.max(np.abs(apart_s)) <= uncertainty_s + 0.5 / 208.0
    assert uncertainty_s < 0.2
