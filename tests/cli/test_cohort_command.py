"""``pfp cohort`` as a person meets it: what it prints, its exit codes, its progress, wrong use."""

from __future__ import annotations

import io
import json
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from made_cohort import FAILED, SAMPLES, SOURCES, make_cohort

from pfp_sensors.cli import main
from pfp_sensors.cli.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cohort(tmp_path_factory.mktemp("cohort") / "study")


def run(*words: object) -> int:
    return main(["cohort", *map(str, words), "--engine", "serial"])


def test_counts_failures_and_where_the_tables_are(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(study, "--out", tmp_path / "out") == 0
    text = capsys.readouterr().out
    assert f"{len(SOURCES):>12}  recordings found" in text
    assert f"{len(FAILED):>12}  could not be analysed" in text
    for source in FAILED:
        assert source in text
    assert "1 .pdf" in text
    assert str(tmp_path / "out" / "runs") in text
    assert str(study) not in text.replace(f"{study} ", "")
    assert run(study, "--out", tmp_path / "out") == 0
    again = capsys.readouterr().out
    assert f"{len(SOURCES):>12}  done before, unchanged" in again
    assert "a second" not in again


def test_json_is_one_object(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(study, "--out", tmp_path / "out", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "pfp.cohort/1"
    assert found["n_inputs"] == len(SOURCES)
    assert sorted(one["source"] for one in found["failures"]) == sorted(FAILED)
    assert all(one["code"] == 3 and one["what_to_do"] for one in found["failures"])


def test_exit_code_where_nothing_could_be_analysed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.csv").write_text("nothing", encoding="utf-8")
    assert run(tmp_path / "in", "--out", tmp_path / "out") == 3
    (tmp_path / "in" / "bad.csv").unlink()
    assert run(tmp_path / "in", "--out", tmp_path / "other") == 3
    assert run(tmp_path / "not there", "--out", tmp_path / "other") == 3
    assert "not there" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--scheduler", "tcp://127.0.0.1:1"), "engine dask"),
        (("--scheduler", ""), "scheduler is empty"),
        (("--workers", "0"), "expected at least 1"),
        (("--workers", "two"), "--workers"),
        (("--workers", "3"), "engine serial"),
        (("another", "third"), "in quotes"),
        (("--config", "missing.toml"), "missing.toml"),
    ],
)
def test_wrong_use(
    more: tuple[str, ...], words: str, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(study, "--out", tmp_path / "out", *more) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_out_is_needed(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(study) == 2
    assert "--out is missing" in capsys.readouterr().err


def test_a_single_recording_and_a_pattern(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        shutil.copytree(SAMPLES / "hard_landings_accelerometer_only", tmp_path / "in" / name)
    assert run(tmp_path / "in" / "one", "--out", tmp_path / "out 1", "--json") == 0
    assert json.loads(capsys.readouterr().out)["n_inputs"] == 1
    assert run(tmp_path / "in" / "*" / "imu.parquet", "--out", tmp_path / "out 2", "--json") == 0
    assert json.loads(capsys.readouterr().out)["n_analysed"] == 2


def paced(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, done: tuple[int, ...]) -> str:
    clock = iter(range(0, 10_000, 5))
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("pfp_sensors.cli.progress.time.monotonic", lambda: float(next(clock)))
    progress = Progress(1, "recordings", pace=True)
    progress.expect(100)
    for number in done:
        progress.reach(number)
    return stream.getvalue()


def test_rate_and_time_left_in_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = paced(monkeypatch, io.StringIO(), (0, 20, 40, 100)).splitlines()
    assert lines[-1].startswith("100 of 100 recordings, ")
    assert any("a second, " in line and line.endswith(" left") for line in lines)
    assert all(len(line) < 80 for line in lines)
