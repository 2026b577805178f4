"""``pfp recover``: what a killed recorder left is finished, once, and can be analysed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.cli import main
from tests.cli.terminal import PATIENCE_S, ROOT

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
ENOUGH = 4000  # samples at 20 times real time: half a second, more than one batch on the disk


def kill_a_recorder(home: Path) -> Path:
    """Record a simulated sensor in a process of its own, kill that, and return the run's folder."""
    command = [sys.executable, "-m", "pfp_sensors", "--home", str(home), "record", "--simulate"]
    command += ["--speed-up", "20", "--side", "left"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
    ) as recorder:
        end_s = time.monotonic() + PATIENCE_S
        while _arrived(home) < ENOUGH:
            assert recorder.poll() is None
            assert time.monotonic() < end_s
            time.sleep(0.1)
        recorder.kill()
    (folder,) = (home / "runs").iterdir()
    return folder


def _arrived(home: Path) -> int:
    states = [json.loads(file.read_text()) for file in home.glob("runs/*/live.json")]
    return sum(sensor["received"] for state in states for sensor in state["sensors"])


def test_a_killed_recording_is_finished_once(tmp_path: Path, capsys: Captured) -> None:
    folder = kill_a_recorder(tmp_path)
    assert (folder / "packets.arrows").exists()
    assert main(["recover", "--home", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(f"Finished {folder}: SHANK-L ")
    assert "broke off" in captured.out
    assert f"pfp analyze {folder}" in captured.out
    assert captured.err == ""
    assert main(["recover", "--home", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "No recording was left open.\n"
    assert main(["analyze", str(folder), "--json"]) in {0, 4}
    document = json.loads(capsys.readouterr().out)
    assert document["recording"]["duration_s"] > ENOUGH / 208.0 - 20.0
    assert document["recording"]["synthetic"] is True


def test_it_is_offered_and_what_cannot_be_finished_stays(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "runs" / "20260101-080000"
    folder.mkdir(parents=True)
    broken = folder / "packets.arrows"
    broken.write_bytes(b"this is no stream of packets" * 20)
    main(["doctor", "--home", str(tmp_path)])
    assert f"recordings: left unfinished: {folder.name}" in capsys.readouterr().out
    assert main(["recover", "--home", str(tmp_path)]) == 3
    captured = capsys.readouterr()
    assert captured.err.startswith(f"Not finished: {folder}\n  ")
    assert broken.exists()
    assert main(["recover", "--home", str(tmp_path), "--json"]) == 3
    captured = capsys.readouterr()
    (one,) = json.loads(captured.out)["recordings"]
    assert one["error"]["code"] == 3
    assert captured.err == ""


def test_a_home_that_is_not_there_or_is_a_file(tmp_path: Path, capsys: Captured) -> None:
    absent = tmp_path / "absent"
    assert main(["recover", "--home", str(absent)]) == 0
    assert capsys.readouterr().out == f"There is no data folder at {absent} yet.\n"
    assert not absent.exists()
    assert main(["recover", "--home", str(absent), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recordings"] == []
    file = tmp_path / "file"
    file.write_text("")
    assert main(["recover", "--home", str(file)]) == 2
    assert f"{file} is a file, not a data folder." in capsys.readouterr().err
