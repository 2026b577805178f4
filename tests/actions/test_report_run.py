"""What the page of a run is written from: the tolerance of its time, and a look that may be kept."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.look import Look, look_at
from pfp_sensors.actions.next_run import judge_history
from pfp_sensors.actions.report_run import report_own_run, report_run
from pfp_sensors.cli import main
from pfp_sensors.errors import UsageError
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import read_history
from tests.cli.sample_diary import diary_document
from tests.cli.terminal import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.diary import History

RECORDING = ROOT / "recordings" / "easy_run"
LAST = date(2026, 9, 28)
NOW = datetime(2026, 9, 29, 18, 0, tzinfo=UTC)
PAINFUL = "r6"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A diary in which one run in the middle hurt."""
    document = diary_document(LAST)
    for run in document["runs"]:
        if run["id"] == PAINFUL:
            run["pain"] |= {"during": 6, "morning": 6}
    file = tmp_path / "diary.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    home = tmp_path / "home"
    assert main(["restore", str(file), "--home", str(home)]) == 0
    return home


def history_of(home: Path) -> History:
    diary = open_diary(home)
    try:
        return read_history(diary)
    finally:
        diary.close()


def test_an_older_run_is_held_against_the_tolerance_until_the_next_run(home: Path) -> None:
    found = {name: report_run(home, name, NOW) for name in ("r5", PAINFUL, "last")}
    tolerances = {name: one.against[0].tolerance_g for name, one in found.items()}
    assert tolerances == pytest.approx({"r5": 8.7, PAINFUL: 7.2, "last": 8.7})
    assert all(one.against[0].counts and one.not_judged is None for one in found.values())
    follower = found[PAINFUL].followed_by
    assert follower is not None
    assert follower.id == "r7"
    assert isinstance(follower.start, datetime)
    just_before = judge_history(history_of(home), follower.start - timedelta(seconds=1))
    assert just_before.recommendation.impact_tolerance_g == tolerances[PAINFUL]
    assert found["last"].followed_by is None
    assert found["last"].answer is not None
    assert found["last"].answer.impact_tolerance_g == tolerances["last"]


def test_a_run_that_came_late_is_not_judged_as_of_its_time(home: Path) -> None:
    early = ["--date", "2026-09-02", "--minutes", "20", "--home", str(home)]
    assert main(["add-run", *early]) == 0
    added = next(run for run in history_of(home).runs if run.minutes == 20)
    report = report_run(home, added.id, datetime.now(UTC))
    assert report.against == ()
    assert report.not_judged == "no landing impact was measured"
    assert report.followed_by is not None
    assert main(["import", str(RECORDING), "--start", "2026-09-03T07:00+00:00", "--home", str(home)]) == 0
    measured = next(run for run in history_of(home).runs if run.sha256 is not None)
    report = report_run(home, measured.id, datetime.now(UTC))
    assert report.against == ()
    assert report.not_judged == "it came into the diary when a later run had begun"


def test_a_look_that_was_kept_takes_the_place_of_a_new_one(tmp_path: Path) -> None:
    kept = look_at(RECORDING)
    asked: list[tuple[Path, Path | None, AnalyzeOptions | None]] = []

    def look(path: Path, config: Path | None, options: AnalyzeOptions | None) -> Look:
        asked.append((path, config, options))
        return kept

    options = AnalyzeOptions(side="left")
    report = report_run(tmp_path / "nobody", str(RECORDING), NOW, None, options, look)
    assert asked == [(RECORDING, None, options)]
    assert report.analysis is kept.analysis
    assert report.charts is kept.charts
    assert report.followed_by is None


def test_what_is_known_beside_the_recording_is_used() -> None:
    table = next(RECORDING.glob("imu*.parquet"))
    plain, told = look_at(table), look_at(table, options=AnalyzeOptions(side="left", speed_mps=2.0))
    assert plain.analysis.legs[0].summary.recording.side == "right"
    assert told.analysis.legs[0].summary.recording.side == told.charts[0].side == "left"
    speed = told.analysis.legs[0].summary.speed_mps
    assert speed is not None
    assert speed.median == pytest.approx(2.0)


def test_a_word_that_is_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file, and there is no run in the diary yet"):
        report_run(tmp_path / "nobody", "r1", NOW)


def test_a_run_of_the_diary_is_never_a_path(home: Path) -> None:
    by_path = report_run(home, str(RECORDING), NOW)
    assert by_path.run is None
    with pytest.raises(UsageError, match="no run of that name"):
        report_own_run(home, str(RECORDING), NOW)
    assert report_own_run(home, "last", NOW) == report_run(home, "last", NOW)
