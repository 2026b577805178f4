"""A simulated run on disk: complete, labelled, never over something else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.simulate import simulate_to_folder
from pfp_sensors.errors import UsageError
from pfp_sensors.store.recording_files import verify_recording
from pfp_sensors.synth.settings import RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pathlib import Path

RUNNER = RunnerSettings(duration_s=12.0)
SENSOR = SensorSettings(rate_hz=104.0)


def test_one_leg(tmp_path: Path) -> None:
    files = simulate_to_folder(tmp_path / "run", RUNNER, SENSOR)
    names = [file.as_posix() for file in files]
    assert names == ["imu.parquet", "meta.json", "truth/bouts.csv", "truth/contacts.csv"]
    verify_recording(tmp_path / "run")
    meta = json.loads((tmp_path / "run/meta.json").read_text())
    assert meta["synthetic"] is True
    assert meta["simulated"]["runner"]["duration_s"] == 12.0


def test_two_legs_have_names_and_sides(tmp_path: Path) -> None:
    files = simulate_to_folder(tmp_path, RUNNER, SENSOR, two_legs=True)
    assert len(files) == 7
    meta = json.loads((tmp_path / "meta.json").read_text())
    assert {name: facts["side"] for name, facts in meta["sensors"].items()} == {
        "left_leg": "left",
        "right_leg": "right",
    }


def test_nothing_is_written_over_unasked(tmp_path: Path) -> None:
    keep = tmp_path / "keep.txt"
    keep.write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        simulate_to_folder(tmp_path, RUNNER, SENSOR)
    with pytest.raises(UsageError, match="is a file"):
        simulate_to_folder(keep, RUNNER, SENSOR, replace=True)
    simulate_to_folder(tmp_path, RUNNER, SENSOR, replace=True)
    files = simulate_to_folder(tmp_path, RUNNER, SENSOR, replace=True)
    assert keep.read_text() == "mine"
    assert "keep.txt" not in map(str, files)
