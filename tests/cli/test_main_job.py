"""The main job through the front door: a simulated recording in, its summary out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.cli import demo, main
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


def test_demo_shows_the_steps_that_exist(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo.tempfile, "tempdir", str(tmp_path))
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    assert out.index("1. ") < out.index("2. ") < out.index("Landing impact is how hard")
    assert "SYNTHETIC" in out
    (folder,) = tmp_path.iterdir()
    assert f"{folder}/run" in out
    assert (folder / "run/meta.json").is_file()
