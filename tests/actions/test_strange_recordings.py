"""A diary of somebody else that names files outside of the runs: they are never opened."""

from __future__ import annotations

import contextlib
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.import_run import import_run
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.recompute import recompute
from pfp_sensors.actions.report_run import report_own_run
from pfp_sensors.actions.restore import restore
from pfp_sensors.model.diary import Run
from pfp_sensors.settings.load import load_web_settings
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entry
from pfp_sensors.web.site import Site
from pfp_sensors.web.warm import _look_at_latest
from tests.cli.terminal import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.actions.look import Look

RECORDING = ROOT / "recordings" / "easy_run"
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def strange(home: Path) -> tuple[str, ...]:
    return ("../secret", str(home.parent / "secret"), "runs/../../secret", "runs\\..\\..\\secret", "secret")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A diary as one of before could have it; each strange place holds a true recording."""
    place = tmp_path / "home"
    shutil.copytree(RECORDING, tmp_path / "secret")
    shutil.copytree(RECORDING, place / "secret")
    shutil.copytree(RECORDING, place / "runs" / "a")
    with contextlib.closing(open_diary(place)) as diary:
        names = (*strange(place), "runs/a")
        for number, name in enumerate(names):
            day = NOW.date() - timedelta(days=len(names) - number)
            run = Run(f"s{number}", day, km=1.0, recording=name, method="older", synthetic=True)
            add_entry(diary, run, at=NOW - timedelta(hours=1))
    return place


def refuse_to_look(_path: Path, *_more: object) -> Look:
    raise AssertionError("it was opened")


def test_a_page_opens_only_what_lies_in_the_folder_of_runs(home: Path) -> None:
    for number in range(len(strange(home))):
        report = report_own_run(home, f"s{number}", NOW, look=refuse_to_look)
        assert report.analysis is None
        assert "does not lie in the folder of runs" in str(report.no_recording)
    with pytest.raises(AssertionError, match="it was opened"):
        report_own_run(home, f"s{len(strange(home))}", NOW, look=refuse_to_look)


def test_recompute_analyses_only_what_lies_there(home: Path) -> None:
    done = {one.run.id: one for one in recompute(home, None, NOW)}
    for number in range(len(strange(home))):
        one = done[f"s{number}"]
        assert not one.done
        assert "does not lie in the folder of runs" in str(one.error)
    assert done[f"s{len(strange(home))}"].done


def test_a_server_that_warms_up_looks_at_nothing_else(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, seen = Site(home, load_web_settings(), 0), []
    monkeypatch.setattr(site.looks.__class__, "at", lambda _self, path, *_: seen.append(path))
    assert _look_at_latest(site)
    assert seen == [home / "runs" / "a"]


def test_a_history_file_brings_no_strange_place_with_it(home: Path, tmp_path: Path) -> None:
    names = (*strange(home), "runs/a", "runs/a/recording.csv")
    runs = [
        {"id": f"s{number}", "start": str(date(2026, 10, number + 1)), "km": 2, "recording": name}
        for number, name in enumerate(names)
    ]
    file = tmp_path / "history.json"
    file.write_text(json.dumps({"schema": "pfp.history/1", "runs": runs}), encoding="utf-8")
    done = restore(file, tmp_path / "new", NOW)
    assert done.runs == len(names)
    assert done.notes == ("Left out, as it is no folder of runs: the recording of s0, s1, s2, s3, s4.",)
    kept = {run.id: run.recording for run in read_diary(tmp_path / "new").runs}
    assert kept == dict.fromkeys(("s0", "s1", "s2", "s3", "s4")) | {
        "s5": "runs/a",
        "s6": "runs/a/recording.csv",
    }


def test_a_folder_of_the_home_that_is_none_of_runs_is_brought_in_as_any_other(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(RECORDING, home / "mine")
    done = import_run(home, home / "mine", AnalyzeOptions(), start=date(2026, 10, 1), at=NOW)
    assert done.run.source == "import"
    assert done.run.recording is not None
    assert done.run.recording.startswith("runs/2026")
    assert (home / "mine" / "imu.parquet").exists()
    shutil.copytree(home / "mine", tmp_path / "other" / "runs" / "mine")
    own = import_run(
        tmp_path / "other",
        tmp_path / "other" / "runs" / "mine",
        AnalyzeOptions(),
        start=date(2026, 10, 1),
        at=NOW,
    )
    assert (own.run.recording, own.run.source) == ("runs/mine", "recording")
