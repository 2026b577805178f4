"""``pfp report``: a run of the diary or a recording, as a page; wrong asks are told in plain words."""

from __future__ import annotations

import json
import re
import shutil
import stat
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.enter_recording import enter_recording
from pfp_sensors.actions.now import now
from pfp_sensors.cli import main
from pfp_sensors.report.words import NOT_KNEE_LOAD
from tests.cli.sample_diary import write_diary
from tests.cli.terminal import ROOT
from tests.report.page_reader import Node, read_page

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]

LAST = date(2026, 9, 28)
"""The last run before that of the recording."""

RECORDING = ROOT / "recordings" / "easy_run"


@pytest.fixture
def home(tmp_path: Path, capsys: Captured) -> Path:
    """A home with the synthetic diary of a runner and, as its latest run, a recording."""
    from pfp_sensors.actions.analyze import analyze_file

    home = tmp_path / "home"
    diary = write_diary(tmp_path / "diary.json", LAST)
    assert main(["restore", str(diary), "--home", str(home)]) == 0
    folder = home / "runs" / "20261001-070000"
    shutil.copytree(RECORDING, folder)
    assert enter_recording(home, folder, analyze_file(folder), now()) is not None
    capsys.readouterr()
    return home


def report(home: Path, word: str, out: Path, *more: str, code: int = 0) -> Node:
    assert main(["report", word, "-o", str(out), "--home", str(home), *more]) == code
    return read_page(out.read_text(encoding="utf-8"))


def test_a_run_with_its_recording(home: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "run.html"
    page = report(home, "last", out)
    assert (
        capsys.readouterr().err == f"Written: {out}. It holds your health data, and only you can read it.\n"
    )
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.stat().st_size < 400_000
    assert len(page.all("figure")) == 6
    assert NOT_KNEE_LOAD in page.text
    assert "SYNTHETIC" in page.all("main")[0].text
    assert main(["analyze", str(RECORDING), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    impact, cadence = summary["impact"]["resultant_g"], summary["cadence_spm"]
    assert (
        f"{impact['median']:.1f} g (half of landings {impact['p25']:.1f} to {impact['p75']:.1f}" in page.text
    )
    assert f"{cadence['median']:.0f} steps per minute (half the time" in page.text
    assert summary["source"]["sha256"] in page.text
    rows = page.all("figure")[2].all("tbody")[0].all("tr")
    assert sum(int(row.all("td")[-1].text) for row in rows) == summary["impact"]["n_contacts"]
    assert f"{summary['parameters_sha256'][:12]}" in page.text


def test_the_answer_is_that_of_pfp_next_and_is_kept(home: Path, tmp_path: Path, capsys: Captured) -> None:
    page = report(home, "last", tmp_path / "run.html")
    capsys.readouterr()
    assert main(["export", "history", "--home", str(home)]) == 0
    caps = json.loads(capsys.readouterr().out)["caps"]
    assert main(["next", "--home", str(home)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    first = page.all("section")[1].all("p")[0].text
    assert said.startswith(first)
    assert main(["export", "history", "--home", str(home)]) == 0
    assert json.loads(capsys.readouterr().out)["caps"] == caps


def test_a_run_from_a_history_has_no_charts_and_says_why(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    page = report(home, "r1", tmp_path / "old.html")
    assert (
        "No charts: the diary has the figures of this run, and no recording of it." in capsys.readouterr().err
    )
    assert not page.all("svg")
    assert "4.00 km" in page.text
    assert "7.1 g" in page.text
    assert "7.1 g at your easy speed; your tolerance then was 8.7 g: within it." in page.text
    assert "when the next run, r2, began (Friday 4 Sep 2026, 07:00)." in page.text


def test_a_recording_that_is_gone_or_other_is_said(home: Path, tmp_path: Path, capsys: Captured) -> None:
    folder = home / "runs" / "20261001-070000"
    shutil.move(folder, tmp_path / "away")
    page = report(home, "last", tmp_path / "gone.html")
    assert "is not there any more. Restore it from a backup." in page.text
    shutil.copytree(ROOT / "recordings" / "easy_run", folder)
    table = next(folder.glob("imu*.parquet"))
    table.write_bytes(table.read_bytes()[:-9])
    page = report(home, "last", tmp_path / "broken.html")
    assert "its recording cannot be read" in page.text
    assert not page.all("svg")
    assert all(len(line) < 400 for line in capsys.readouterr().err.splitlines())
    shutil.rmtree(folder)
    other = [each for each in (ROOT / "recordings").iterdir() if each.is_dir() and each.name != "easy_run"]
    shutil.copytree(min(other), folder)
    page = report(home, "last", tmp_path / "other.html")
    assert "holds other data than when the run was entered" in page.text


def test_a_recording_by_its_path(home: Path, tmp_path: Path) -> None:
    known = report(home, str(RECORDING), tmp_path / "known.html")
    assert re.match(r"\s*Run r\d+, ", known.all("h1")[0].text)
    empty = tmp_path / "nobody"
    alone = report(empty, str(RECORDING), tmp_path / "alone.html")
    assert alone.all("h1")[0].text.strip() == "Recording easy_run"
    assert "pfp import" in alone.text
    assert len(alone.all("figure")) == 6
    assert not empty.exists()


def test_two_legs_and_no_gyroscope(tmp_path: Path) -> None:
    folder = tmp_path / "two"
    made = ["simulate", str(folder), "--minutes", "2", "--two-legs", "--no-gyro", "--seed", "5"]
    assert main(made) == 0
    page = report(tmp_path / "nobody", str(folder), tmp_path / "two.html")
    assert "Right against left" in page.text
    assert "Left leg" in page.text
    titles = [one.all("h3")[0].text for one in page.all("figure")]
    assert titles == ["Cadence", "Landing impact over time", "Landings by their impact", "The mean landing"]
    assert page.text.count("Not shown:") == 2


def test_a_recording_without_running_has_a_page_that_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "walk"
    assert main(["simulate", str(folder), "--plan", "walking=60", "--seed", "2"]) == 0
    page = report(tmp_path / "nobody", str(folder), tmp_path / "walk.html")
    assert not page.all("svg")
    assert page.text.count("Not shown:") == 6


def test_json_says_what_was_written(home: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "run.html"
    report(home, "r1", out, "--json")
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {
        "schema": "pfp.report/1",
        "file": str(out),
        "run": "r1",
        "charts": False,
    }
    assert captured.err == ""


@pytest.mark.parametrize(
    ("word", "out", "expected"),
    [
        ("r99", "x.html", "There is no run 'r99' in the diary; the latest are"),
        ("absent.csv", "x.html", "There is no file absent.csv, and no run of that name."),
        ("2020-01-01", "x.html", "There is no run on 2020-01-01"),
        ("last", "x.txt", "x.txt: the page is an HTML or a PDF file.\nGive a name ending in .html or .pdf."),
        ("last", "absent/x.html", "there is no folder absent."),
        ("last", "there.html", "there.html is there already.\nGive another name, or add --replace."),
    ],
)
def test_wrong_asks(
    word: str, out: str, expected: str, home: Path, capsys: Captured, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.html").write_text("mine", encoding="utf-8")
    assert main(["report", word, "-o", out, "--home", str(home)]) == 2
    assert expected in capsys.readouterr().err
    assert (tmp_path / "there.html").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "x.html").exists()
    assert main(["report", "r1", "-o", "there.html", "--replace", "--home", str(home)]) == 0
    assert (tmp_path / "there.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_without_a_diary_there_is_no_run(tmp_path: Path, capsys: Captured) -> None:
    assert main(["report", "last", "-o", str(tmp_path / "x.html"), "--home", str(tmp_path / "nobody")]) == 2
    assert "there is no run in the diary yet" in capsys.readouterr().err
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["report", str(bad), "-o", str(tmp_path / "x.html"), "--home", str(tmp_path / "nobody")]) == 3
    assert not (tmp_path / "x.html").exists()
    assert not (tmp_path / "nobody").exists()


def test_a_hostile_note_and_name_stay_text(home: Path, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    assert (
        main(["add-run", "--date", "today", "--minutes", "20", "--note", hostile, "--home", str(home)]) == 0
    )
    page = report(home, "last", tmp_path / "run.html")
    assert hostile in page.text
    assert not page.all("script")
    folder = tmp_path / "<img src=x onerror=1>"
    shutil.copytree(RECORDING, folder)
    page = report(tmp_path / "nobody", str(folder), tmp_path / "name.html")
    assert "<img src=x onerror=1>" in page.all("h1")[0].text
    assert not page.all("img")
