"""What ``pfp record`` asks and tells of the diary, and that a diary that fails costs no recording."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.analyze import analyze_file
from pfp_sensors.actions.enter_recording import MARKED, enter_recording
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.cli import main
from pfp_sensors.model.diary import History
from pfp_sensors.report.entered_run_text import entered_run_text
from tests.cli.sample_diary import diary_document, write_diary
from tests.cli.terminal import COLUMNS, ROOT, Terminal

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
RECORD = ("record", "--simulate", "--speed-up", "30", "--side", "left", "--minutes", "1")


def restored(tmp_path: Path, document: dict[str, Any]) -> Path:
    file = tmp_path / "diary.json"
    file.write_text(json.dumps(document))
    assert main(["restore", str(file), "--home", str(tmp_path / "home")]) == 0
    return tmp_path / "home"


def sample(home: Path, marks: list[dict[str, Any]]) -> Path:
    """Put a sample recording with marks into a home, as begun now."""
    folder = home / "runs" / datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    shutil.copytree(ROOT / "recordings" / "easy_run", folder)
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, "marks": marks}))
    return folder


# --- without a terminal ---------------------------------------------------------------------------


def test_a_recording_comes_into_the_diary_labelled_and_is_told(tmp_path: Path, capsys: Captured) -> None:
    assert main([*RECORD, "--home", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    (run,) = read_diary(tmp_path).runs
    (folder,) = (tmp_path / "runs").iterdir()
    assert (run.id, run.source, run.synthetic) == ("r1", "recording", True)
    assert run.recording == f"runs/{folder.name}"
    assert run.km
    assert run.minutes
    assert timedelta(0) <= now() - run.start < timedelta(minutes=5)  # type: ignore[operator]
    end = out[out.index("In the diary") :]
    assert re.search(r"In the diary +as r1, SYNTHETIC", end)
    assert "there is no baseline to hold it against yet" in end
    assert re.search(r"Four weeks before +no run in the diary", end)
    assert "pfp pain SCORE --when during  --run r1" in end
    assert max(map(len, end.splitlines())) <= COLUMNS


def test_json_stays_one_object_with_the_diary_in_it(tmp_path: Path, capsys: Captured) -> None:
    assert main([*RECORD, "--json", "--home", str(tmp_path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "pfp.analysis/1"
    assert document["diary"]["run"] == "r1"
    assert document["diary"]["four_weeks_before"]["runs"] == 0
    assert document["diary"]["impact_not_judged"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_damaged_diary_costs_no_recording(options: list[str], tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "diary.sqlite3").write_bytes(b"this is no database" * 100)
    assert main([*RECORD, *options, "--home", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    (folder,) = (tmp_path / "runs").iterdir()
    assert (folder / "imu.parquet").exists()
    if options:
        document = json.loads(captured.out)
        assert document["cadence_spm"]
        assert document["diary"]["run"] is None
        assert "damaged" in document["diary"]["problem"]
    else:
        assert "Cadence" in captured.out
        assert f"it is not in the diary (later: pfp import {folder})" in captured.err
        assert "is no diary or is damaged" in captured.err


# --- marks, impact, length ------------------------------------------------------------------------


def test_pain_that_was_marked_becomes_pain_while_running(tmp_path: Path) -> None:
    marks = [
        {"kind": "lap", "at_s": 1.0},
        {"kind": "pain", "score": 3, "at_s": 20.0},
        {"kind": "pain", "score": 5, "at_s": 40.0},
        {"kind": "pain", "score": 11, "at_s": 41.0},
        {"kind": "pain", "score": True, "at_s": 41.0},
        {"kind": "pain", "at_s": 42.0},
        "pain",
    ]
    folder = sample(tmp_path, marks)
    analysis = analyze_file(folder)
    entered = enter_recording(tmp_path, folder, analysis, now())
    assert entered is not None
    assert entered.marked == (3, 5)
    again = enter_recording(tmp_path, folder, analysis, now())
    assert again is not None
    assert again.run == entered.run
    history = read_diary(tmp_path)
    assert len(history.runs) == 1
    assert [(pain.when, pain.score, pain.note) for pain in history.pain] == [
        ("during", 3, MARKED),
        ("during", 5, MARKED),
    ]
    assert "worst 5 of 10" in entered_run_text(entered.run, entered.marked, entered.context)


@pytest.mark.parametrize(("baseline_g", "expected"), [(4.0, "% above it"), (30.0, "within it")])
def test_impact_is_held_against_the_tolerance(baseline_g: float, expected: str, tmp_path: Path) -> None:
    document = diary_document(now().date() - timedelta(1))
    document["profile"]["baseline"] = {"right": {"impact_resultant_g": baseline_g, "speed_mps": 2.8}}
    home = restored(tmp_path, document)
    folder = sample(home, [])
    entered = enter_recording(home, folder, analyze_file(folder), now())
    assert entered is not None
    assert entered.context is not None
    text = " ".join(entered_run_text(entered.run, entered.marked, entered.context).split())
    assert entered.context.not_judged is None
    assert expected in text
    assert f"your tolerance for now is {baseline_g + 1.5:.1f} g" in text
    before = entered.context.before
    assert (before.runs, before.km, before.longest_km) == (10, 40.0, 4.0)
    assert "10 runs, 40.00 km in 4 h 20 min; the longest 4.0 km or 26 min" in text


def test_no_running_is_no_run(tmp_path: Path) -> None:
    folder = sample(tmp_path, [])
    analysis = analyze_file(folder)
    refused = replace(
        analysis,
        legs=tuple(replace(leg, summary=replace(leg.summary, status="refused")) for leg in analysis.legs),
    )
    assert enter_recording(tmp_path, folder, refused, now()) is None
    assert read_diary(tmp_path) == History()


# --- on a terminal --------------------------------------------------------------------------------


def test_the_missing_morning_and_the_worst_pain_are_asked_for(tmp_path: Path) -> None:
    document = diary_document(now().date() - timedelta(1))
    del document["runs"][-1]["pain"]["morning"]
    home = restored(tmp_path, document)
    with Terminal(*RECORD, home=home) as terminal:
        terminal.until(lambda screen: "Pain on the morning of" in screen.text)
        assert "after your run r10" in " ".join(terminal.screen.text.split())
        terminal.type("2\n")
        terminal.until(lambda screen: "Worst pain while running" in screen.text)
        terminal.type("4\n")
        assert terminal.end() == 0
        text = terminal.screen.text
    assert "--when during" not in text
    assert "--when after60 --run r11" in text
    pain = {(one.run, one.when): one.score for one in read_diary(home).pain}
    assert pain["r10", "morning"] == 2
    assert pain["r11", "during"] == 4
    with Terminal(*RECORD, home=home) as terminal:
        terminal.until(lambda screen: "Recording 0:" in screen.text)
        assert "Pain on the morning of" not in terminal.screen.text


def test_ctrl_c_at_the_first_question_is_no_recording(tmp_path: Path) -> None:
    document = diary_document(now().date() - timedelta(1))
    del document["runs"][-1]["pain"]["morning"]
    home = restored(tmp_path, document)
    with Terminal(*RECORD, home=home) as terminal:
        terminal.until(lambda screen: "Pain on the morning of" in screen.text)
        terminal.type("\x03")
        assert terminal.end() == 0
        assert "nothing was recorded" in terminal.screen.text
    assert not (home / "runs").exists()


# --- the cue --------------------------------------------------------------------------------------


def test_the_cadence_to_be_held_to_comes_from_the_diary(tmp_path: Path, capsys: Captured) -> None:
    write_diary(tmp_path / "diary.json", now().date() - timedelta(2))
    home = restored(tmp_path, json.loads((tmp_path / "diary.json").read_text()))
    assert main([*RECORD, "--cue", "cadence", "--home", str(home)]) == 0
    expected = "Cadence target 172 steps/min: your own in the diary is 164; a usual step up."
    assert expected in capsys.readouterr().err


def test_where_pain_asks_for_it_the_rule_is_named(tmp_path: Path, capsys: Captured) -> None:
    document = diary_document(now().date() - timedelta(2))
    document["runs"][-1]["pain"]["during"] = 4
    home = restored(tmp_path, document)
    assert main([*RECORD, "--cue", "cadence", "--home", str(home)]) == 0
    assert "your own in the diary is 164; `pfp next` asks for it (R14)." in capsys.readouterr().err


@pytest.mark.parametrize("diary", ["none", "without", "damaged"])
def test_an_unknown_cadence_is_refused_before_anything_is_recorded(
    diary: str, tmp_path: Path, capsys: Captured
) -> None:
    home = tmp_path / "home"
    if diary == "without":
        document = diary_document(now().date())
        del document["profile"]["baseline"]["cadence_spm"]
        restored(tmp_path, document)
    elif diary == "damaged":
        home.mkdir()
        (home / "diary.sqlite3").write_bytes(b"this is no database" * 100)
    assert main([*RECORD, "--cue", "cadence", "--home", str(home)]) == 2
    err = capsys.readouterr().err
    assert "--cue and --target belong together" in err
    assert ("damaged" in err) is (diary == "damaged")
    assert not (home / "runs").exists()
