"""The main job through the front door: a simulated recording in, its summary out."""

from __future__ import annotations

import contextlib
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.cli import demo, main
from pfp_sensors.errors import UsageError
from pfp_sensors.store.truth_files import read_truth

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def easy_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "easy_run"
    assert main(["simulate", str(folder), "--minutes", "2", "--seed", "3"]) == 0
    return folder


def test_simulate_says_what_it_wrote(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "run"
    assert main(["simulate", str(out), "--minutes", "0.3", "--no-gyro", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["synthetic"] is True
    assert all((out / name).is_file() for name in document["files"])
    assert main(["simulate", str(out)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert main(["simulate", str(out), "--minutes", "0.2", "--force"]) == 0
    assert capsys.readouterr().out.startswith("SYNTHETIC recording of 0.2 min written:\n")


def test_simulated_runs_are_analysed(easy_run: Path, capsys: Captured) -> None:
    assert main(["analyze", str(easy_run), "--json", "--events"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out, parse_constant=pytest.fail)
    assert captured.err == ""
    assert document["status"] in {"ok", "partial"}
    assert document["recording"]["synthetic"] is True
    truth = read_truth(easy_run)
    expected = int(truth.running.sum())
    assert abs(len(document["events"]["initial_contact_s"]) - expected) <= 1
    assert len(document["events"]["initial_contact_s"]) == len(document["events"]["terminal_contact_s"])


def test_the_page_says_that_it_is_synthetic(easy_run: Path, capsys: Captured) -> None:
    assert main(["analyze", str(easy_run)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("SYNTHETIC")
    assert "steps per minute" in out
    assert max(len(line) for line in out.splitlines() if str(easy_run) not in line) <= 80


def test_a_recording_agrees_with_its_saved_analysis(easy_run: Path, tmp_path: Path, capsys: Captured) -> None:
    main(["analyze", str(easy_run), "--json", "--events"])
    saved = tmp_path / "saved.json"
    saved.write_text(capsys.readouterr().out)
    assert main(["compare", str(saved), str(easy_run), "--json"]) == 0
    (pair,) = json.loads(capsys.readouterr().out)["pairs"]
    assert pair["contacts"]["only_a"] == pair["contacts"]["only_b"] == 0
    assert pair["initial_contact_ms"]["mae"] < 0.01


@pytest.fixture(scope="module")
def demo_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo_out(demo_place: Path) -> str:
    """What the demo prints, run once."""
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as printed:
        patch.setattr(demo.tempfile, "tempdir", str(demo_place))
        assert main(["demo"]) == 0
    return printed.getvalue()


def test_demo_shows_the_whole_way_in_order(demo_out: str, demo_place: Path) -> None:
    steps = [re.search(rf"(?m)^{number}\. (.*)", demo_out) for number in range(1, 9)]
    assert [step is not None for step in steps] == [True] * 7 + [False]
    typed = re.findall(r"(?m)^   pfp (\w+)(?= )|^   pfp (\w+)$", demo_out)
    assert [one or other for one, other in typed] == [
        *("runs", "analyze", "record"),
        *("analyze", "pain", "next", "week", "report", "report"),
    ]
    assert demo_out.count("SYNTHETIC") >= 5
    (folder,) = demo_place.iterdir()
    assert (folder / "run/meta.json").is_file()
    for page in ("run.html", "clinician.html"):
        assert "SYNTHETIC" in (folder / page).read_text(encoding="utf-8")
        assert str(folder / page) in demo_out
    assert "yours to look at or delete" in demo_out


def test_demo_fits_the_page(demo_out: str, demo_place: Path) -> None:
    long = [line for line in demo_out.splitlines() if len(line) > 80 and str(demo_place) not in line]
    assert long == []


def test_demo_comes_to_a_shorter_and_slower_run_by_named_rules(demo_out: str) -> None:
    answer = demo_out[demo_out.index("   pfp next") : demo_out.index("   pfp week")]
    assert "Provisional: at most" in answer
    assert "no faster than 6:37/km" in answer
    assert "Why: Pain while running reached 4/10" in answer
    (deciding,) = re.findall(r"(?m)^Decided by (.*?); also looked at", answer)
    assert {"R2", "R6"} <= set(re.findall(r"[RX]\d+", deciding))
    one_line = " ".join(answer.split())
    assert re.search(r"tolerance for now 8\.3 g; the highest lately was \d+ % above it", one_line)


def test_the_commands_that_the_demo_shows_give_what_it_showed(
    demo_out: str, demo_place: Path, capsys: Captured
) -> None:
    (folder,) = demo_place.iterdir()
    home = str(folder / "home")
    assert main(["runs", "--home", home]) == 0
    listed = capsys.readouterr().out
    assert re.findall(r"(?m)^(r\d+\*?) ", listed) == [f"r{number}*" for number in range(11, 0, -1)]
    assert "* SYNTHETIC" in listed
    shown = [re.search(r"(?m)^Provisional: at most (.*),", text) for text in (demo_out, _next(home, capsys))]
    assert shown[0] is not None
    assert shown[1] is not None
    assert shown[0][1] == shown[1][1]


def _next(home: str, capsys: Captured) -> str:
    assert main(["next", "--home", home]) == 0
    return capsys.readouterr().out


def test_demo_leaves_the_recording_out_where_there_is_no_virtual_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def missing() -> None:
        raise UsageError("The virtual link is not installed.", "Install it.")

    monkeypatch.setattr("pfp_sensors.rig.extra.require_rig", missing)
    monkeypatch.setattr(demo.tempfile, "tempdir", str(tmp_path))
    assert main(["demo", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["synthetic"] is True
    assert document["recorded"] is None
    assert document["pain"] is None
    assert document["runs"]["n_runs"] == 10
    assert document["next"]["status"] == "ok"
    assert len(document["week"]["days"]) == 7
