"""What takes the place of rows that are there: only what could be read; and which version is the last one."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pyarrow.dataset as ds
import pytest
from made_cohort import SAMPLES

from pfp_sensors.cohort.run import run_cohort
from pfp_sensors.errors import UsageError
from pfp_sensors.formats.grouping import group_files
from pfp_sensors.model.cohort import CohortOptions

if TYPE_CHECKING:
    from pathlib import Path

NAME = "hard_landings_accelerometer_only"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        shutil.copytree(SAMPLES / NAME, tmp_path / "study" / name)
    run_cohort(str(tmp_path / "study"), str(tmp_path / "out"), CohortOptions("serial"))
    return tmp_path / "study"


def statuses(study: Path) -> dict[str, str]:
    rows = ds.dataset(study.parent / "out" / "runs").to_table(columns=["source", "status"]).to_pylist()
    return {row["source"]: row["status"] for row in rows}


def test_a_recording_that_was_deleted_keeps_its_rows_and_its_truth_is_none(study: Path) -> None:
    before = statuses(study)
    (study / "b" / "imu.parquet").unlink()
    report = run_cohort(str(study), str(study.parent / "out"), CohortOptions("serial"))
    assert (report.n_inputs, report.n_failed, report.n_gone) == (1, 0, 1)
    assert statuses(study) == before


def test_what_cannot_be_read_takes_the_place_of_nothing(study: Path) -> None:
    before = statuses(study)
    (study / "b" / "imu.parquet").unlink()
    (study / "b" / "notes.csv").write_text("went well", encoding="utf-8")
    report = run_cohort(str(study), str(study.parent / "out"), CohortOptions("serial"))
    assert report.n_failed == 1
    assert statuses(study) == {**before, "b/notes.csv": "failed"}
    report = run_cohort(str(study), str(study.parent / "out"), CohortOptions("serial"))
    assert report.n_gone == 1


@pytest.mark.parametrize(
    "names", [("truth/bouts.csv",), ("x/truth/contacts-left_leg.csv", "x/truth/more.csv")]
)
def test_a_truth_is_no_recording_wherever_it_stands(names: tuple[str, ...]) -> None:
    assert group_files(names) == ()


def test_another_folder_of_that_name_is_looked_at() -> None:
    assert [group.source for group in group_files(["truth/run.csv"])] == ["truth/run.csv"]


def test_the_last_version_is_one_that_ended_in_order(study: Path) -> None:
    out = study.parent / "out"
    before = json.loads((out / "cohort.json").read_text(encoding="utf-8"))
    own = study.parent / "own.toml"
    own.write_text("[signal.quality]\nbaseline_min_steps = 50\n", encoding="utf-8")
    with pytest.raises(UsageError, match="No Dask scheduler"):
        run_cohort(str(study), str(out), CohortOptions(scheduler="tcp://127.0.0.1:9", config=own))
    assert json.loads((out / "cohort.json").read_text(encoding="utf-8")) == before
    report = run_cohort(str(study), str(out), CohortOptions("serial", config=own))
    after = json.loads((out / "cohort.json").read_text(encoding="utf-8"))
    assert after == {**before, "parameters_sha256": report.parameters_sha256} != before
