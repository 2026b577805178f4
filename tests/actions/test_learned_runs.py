"""What earlier runs taught about speed, where one of the files is damaged: the rest still counts."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.known_beside import analyse_known, learned_runs, read_known
from pfp_sensors.gait.speed_windows import LearningWindows
from pfp_sensors.settings import load_signal_settings
from pfp_sensors.store.learned_files import write_learned

if TYPE_CHECKING:
    from pathlib import Path


def taught(folder: Path, seed: int) -> Path:
    """Write what an even run at 2 to 4 m/s with a sensor that reads right would have taught."""
    folder.mkdir()
    rng = np.random.default_rng(seed)
    speed = rng.uniform(2.0, 4.0, 60)
    windows = LearningWindows(speed, 1.37 + 0.05 * (speed - 2.8) + rng.normal(0, 0.02, 60), speed)
    return write_learned(folder, {one.name: getattr(windows, one.name) for one in fields(windows)})


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, ...]:
    return tuple(taught(tmp_path / f"run-{seed}", seed) for seed in range(4))


def test_a_damaged_file_is_left_out_and_said(files: tuple[Path, ...]) -> None:
    files[1].write_bytes(files[1].read_bytes()[:-40])
    windows, (note,) = learned_runs(files)
    assert [len(one) for one in windows] == [60, 60, 60]
    whole, none = learned_runs((files[0], *files[2:]))
    assert none == ()
    assert [one.speed_mps.tolist() for one in windows] == [one.speed_mps.tolist() for one in whole]
    assert str(files[1]) in note
    assert note.endswith("Take it from a backup, or go on without what that run taught.")


def test_a_file_without_a_column_advises_what_helps(tmp_path: Path) -> None:
    path = write_learned(tmp_path, {"speed_mps": np.arange(3.0)})
    windows, (note,) = learned_runs((path,))
    assert windows == ()
    assert "no column stride_hz, raw_speed_mps" in note
    assert note.endswith("Take it from a backup, or go on without what that run taught.")


def test_an_analysis_goes_on_without_it_and_says_so_once(root: Path, files: tuple[Path, ...]) -> None:
    options = AnalyzeOptions()
    file = read_known(root / "recordings" / "two_legs", options)
    settings = load_signal_settings()
    files[1].write_bytes(b"")
    analysis = analyse_known(file, replace(options, learned=files), settings)
    said = [note for leg in analysis.legs for note in leg.summary.recording.notes if "not teach" in note]
    assert len(said) == 1
    assert any(leg.summary.model is not None and leg.summary.model.runs == 3 for leg in analysis.legs)
    distance = replace(options, learned=files, distance_km=0.5)
    plain = analyse_known(file, distance, settings)
    assert not any("not teach" in note for leg in plain.legs for note in leg.summary.recording.notes)
