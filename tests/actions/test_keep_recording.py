"""A recording that is kept: what was told with a refused attempt is forgotten with it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.keep_recording import keep_recording
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.simulate import simulate_to_folder
from pfp_sensors.errors import PfpError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.synth.settings import PlanPart, RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pathlib import Path

PLAN = (PlanPart("still", 6.0), PlanPart("running", 60.0))
START = date(2026, 10, 1)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("simulated") / "run"
    simulate_to_folder(folder, RunnerSettings(plan=PLAN, seed=5), SensorSettings())
    (recording,) = read_recording_file(folder).recordings
    rows = zip(recording.time_s, recording.acc_g, strict=True)
    lines = [f"{t:.4f},{a[0]:.5f},{a[1]:.5f},{a[2]:.5f}" for t, a in rows]
    return "\n".join(["time_s,acc_x_g,acc_y_g,acc_z_g", *lines, ""]).encode()


@pytest.fixture
def copy(tmp_path: Path, table: bytes) -> Path:
    place = tmp_path / "home" / "sent"
    place.mkdir(parents=True)
    (place / "recording.csv").write_bytes(table)
    return place / "recording.csv"


@pytest.mark.parametrize("meta", [None, '{"placement": "shin",  "note": "mine"}'])
def test_what_a_refused_attempt_was_told_is_not_stored_by_the_next(
    tmp_path: Path, copy: Path, meta: str | None
) -> None:
    home, path = tmp_path / "home", copy.with_name("meta.json")
    if meta is not None:
        path.write_text(meta, encoding="utf-8")
    with pytest.raises(PfpError, match="does not say when the run began"):
        keep_recording(home, copy, AnalyzeOptions(side="left"), start=None, at=now())
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == meta
    assert list((home / "runs").iterdir()) == []
    done = keep_recording(home, copy, AnalyzeOptions(), start=START, at=now())
    assert set(done.run.impact) == {None}
    (run,) = read_diary(home).runs
    kept = home / str(run.recording)
    assert kept.with_name("meta.json").exists() == (meta is not None)
    assert read_recording_file(kept).recordings[0].side is None


def test_what_a_stored_attempt_was_told_is_kept_with_it(tmp_path: Path, copy: Path) -> None:
    home, path = tmp_path / "home", copy.with_name("meta.json")
    path.write_text('{"side": "right", "note": "mine"}', encoding="utf-8")
    done = keep_recording(home, copy, AnalyzeOptions(side="left"), start=START, at=now())
    assert set(done.run.impact) == {"left"}
    said = json.loads((home / str(done.run.recording)).with_name("meta.json").read_text(encoding="utf-8"))
    assert (said["side"], said["note"]) == ("left", "mine")
    assert list(copy.parent.iterdir()) == []


def test_a_recording_that_is_known_already_stays_as_it_came(tmp_path: Path, copy: Path, table: bytes) -> None:
    home = tmp_path / "home"
    keep_recording(home, copy, AnalyzeOptions(), start=START, at=now())
    copy.write_bytes(table)
    done = keep_recording(home, copy, AnalyzeOptions(side="left"), start=START, at=now())
    assert done.how == "known"
    assert [one.name for one in copy.parent.iterdir()] == ["recording.csv"]
    assert len(list((home / "runs").iterdir())) == 1
