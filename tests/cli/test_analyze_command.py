"""``pfp analyze`` and ``pfp compare`` with the analysis itself replaced."""

from __future__ import annotations

import io
import json
import sys
import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from made_analysis import made_analysis, made_summary, refused_summary, slow_summary

from pfp_sensors.actions import analyze
from pfp_sensors.cli import main
from pfp_sensors.cli.progress import Progress
from pfp_sensors.errors import InputError
from pfp_sensors.report.analysis_json import analysis_document

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis

Captured = pytest.CaptureFixture[str]


def without_strides(analysis: FileAnalysis) -> FileAnalysis:
    (leg,) = analysis.legs
    none = {item.name: getattr(leg.strides, item.name)[:0] for item in fields(leg.strides)}
    return replace(analysis, legs=(replace(leg, strides=replace(leg.strides, **none)),))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Answer by the name of the path; keep what was asked."""
    calls: list[tuple[Any, ...]] = []

    def fake(path: Path | str, *rest: Any) -> FileAnalysis:
        calls.append((str(path), *rest))
        if "bad" in str(path):
            raise InputError(f"{path}: found nothing; expected a recording.", "Export it again.")
        summary = refused_summary() if "walk" in str(path) else made_summary()
        return made_analysis(summary, path=str(path), n=40)

    monkeypatch.setattr(analyze, "analyze_file", fake)
    return calls


def test_text(asked: list[Any], capsys: Captured) -> None:
    assert main(["analyze", "run.csv"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("run.csv\n\nLeft leg.")
    assert captured.err == ""


def test_json_is_one_object(asked: list[Any], capsys: Captured) -> None:
    assert main(["analyze", "run.csv", "--json", "--events"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == analysis_document(made_analysis(n=40), events=True)
    assert captured.err == ""


def test_refused_is_4_with_its_reasons(asked: list[Any], capsys: Captured) -> None:
    assert main(["analyze", "walk.csv", "--json"]) == 4
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "refused"
    assert document["reasons"][0]["code"] == "not_running"
    assert main(["analyze", "walk.csv"]) == 4
    assert "Walking found, no running." in capsys.readouterr().out


def test_options_reach_the_analysis(asked: list[Any], tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("signal.bouts.running_min_mean_g = 1.7\nimport.max_bytes = 5000\n")
    line = (
        "analyze run.csv --side right --placement shank --sensor p --range-g 16 --speed-mps 3 --distance-km 5"
    )
    assert main([*line.split(), "--config", str(config)]) == 0
    ((path, given, settings, limits),) = asked
    assert path == "run.csv"
    assert given == analyze.AnalyzeOptions("right", "shank", "p", 16.0, 3.0, 5.0)
    assert settings.bouts.running_min_mean_g == 1.7
    assert limits.max_bytes == 5000


def test_one_bad_file_does_not_stop_the_rest(asked: list[Any], capsys: Captured) -> None:
    assert main(["analyze", "a.csv", "bad.csv", "c.csv", "--json"]) == 3
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == "pfp.analyses/1"
    assert [result["schema"] for result in document["results"]] == [
        "pfp.analysis/1",
        "pfp.error/1",
        "pfp.analysis/1",
    ]
    assert document["results"][1]["path"] == "bad.csv"
    assert captured.err == ""
    assert main(["analyze", "bad.csv", "walk.csv", "a.csv"]) == 4
    captured = capsys.readouterr()
    assert "pfp: bad.csv: found nothing" in captured.err
    assert "walk.csv\n" in captured.out
    assert "a.csv\n" in captured.out


def test_a_single_bad_file_is_an_error(asked: list[Any], capsys: Captured) -> None:
    assert main(["analyze", "bad.csv", "--json"]) == 3
    assert json.loads(capsys.readouterr().out) == {
        "schema": "pfp.error/1",
        "code": 3,
        "message": "bad.csv: found nothing; expected a recording.",
        "what_to_do": "Export it again.",
    }


@pytest.mark.parametrize("paths", [["a.csv"], ["a.csv", "bad.csv", "b.csv"]])
def test_strides_go_to_a_file(asked: list[Any], tmp_path: Path, capsys: Captured, paths: list[str]) -> None:
    out = tmp_path / "strides.csv"
    main(["analyze", *paths, "--strides", str(out), "--json"])
    captured = capsys.readouterr()
    json.loads(captured.out)
    assert str(out) in captured.err
    rows = out.read_text().splitlines()
    good = len(paths) - paths.count("bad.csv")
    assert len(rows) == 1 + 42 * good
    assert ("file" in rows[0].split(",")) == (len(paths) > 1)


def test_the_file_is_named_wherever_several_were_given(asked: list[Any], tmp_path: Path) -> None:
    out = tmp_path / "strides.csv"
    main(["analyze", "a.csv", "bad.csv", "--strides", str(out)])
    assert out.read_text().startswith("file,")


@pytest.mark.parametrize(
    ("given", "out"),
    [
        ("a.csv", "./a.csv"),
        ("a.csv", "link.csv"),
        ("link.csv", "a.csv"),
        ("run", "run/imu.parquet"),
        ("run", "run/truth/contacts.csv"),
        ("run", "run/imu-new.parquet"),
        ("run/imu.parquet", "run/../run/imu.parquet"),
    ],
)
def test_strides_never_replace_an_input(
    asked: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, given: str, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run/truth").mkdir(parents=True)
    for name in ("a.csv", "run/imu.parquet", "run/truth/contacts.csv"):
        (tmp_path / name).write_text("samples")
    (tmp_path / "link.csv").symlink_to("a.csv")
    assert main(["analyze", "other.csv", given, "--strides", out]) == 2
    assert "it would be overwritten" in capsys.readouterr().err
    assert asked == []
    assert main(["analyze", "run", "--strides", "run/strides.csv"]) == 0


def test_no_stride_to_write_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    monkeypatch.setattr(analyze, "analyze_file", lambda *_: without_strides(made_analysis(slow_summary())))
    out = tmp_path / "strides.csv"
    assert main(["analyze", "slow.csv", "--strides", str(out)]) == 0
    err = capsys.readouterr().err
    assert "no strides file was written" in err
    assert "50 Hz or more" in err
    assert not out.exists()


def test_a_table_that_cannot_be_written_is_told_before_the_analysis(
    asked: list[Any], tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "taken.csv").mkdir()
    for name in ("taken.csv", "absent/strides.csv"):
        assert main(["analyze", "run.csv", "--strides", str(tmp_path / name)]) == 2
        assert f"{name} cannot be written" in capsys.readouterr().err
    assert asked == []


def test_compare_of_recordings_and_saved_analyses(asked: list[Any], tmp_path: Path, capsys: Captured) -> None:
    saved = tmp_path / "old.json"
    saved.write_text(json.dumps(analysis_document(made_analysis(n=40), events=True)))
    assert main(["compare", str(saved), "run.csv", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "pfp.comparison/1"
    assert document["pairs"][0]["contacts"]["matched"] == 40
    assert main(["compare", "a.csv", "run.csv"]) == 0
    assert "40 matched within 50 ms" in capsys.readouterr().out
    assert main(["compare", "a.csv", "walk.csv", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["b"]["status"] == "refused"
    saved.write_text('{"schema": "pfp.analysis/1", "source": {}, "recording": {}}')
    for bad in ("bad.csv", str(saved)):
        assert main(["compare", "a.csv", bad, "--json"]) == 3
        assert json.loads(capsys.readouterr().out)["schema"] == "pfp.error/1"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def wait_for(stream: io.StringIO, text: str) -> None:
    """Wait until a thread has drawn something."""
    until_s = time.monotonic() + 60.0
    while text not in stream.getvalue():
        assert time.monotonic() < until_s
        time.sleep(0.01)


def run_progress(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, seconds: float, patience_s: float = 0.05
) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("pfp_sensors.cli.progress._PATIENCE_S", patience_s)
    monkeypatch.setattr("pfp_sensors.cli.progress._REDRAW_S", 0.01)
    with Progress(2, "recordings") as progress:
        for path in ("a.csv", "b.csv"):
            progress.start(path)
            time.sleep(seconds)
            if seconds and stream.isatty():
                wait_for(stream, path)
            progress.finish()
    return stream.getvalue()


def test_a_bar_on_a_terminal_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = run_progress(monkeypatch, Terminal(), 0.15)
    assert "1/2" in drawn
    assert "b.csv" in drawn
    assert drawn.endswith("\r\x1b[K")
    assert all(len(line) <= 79 for line in drawn.split("\r\x1b[K"))


def test_plain_lines_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_progress(monkeypatch, io.StringIO(), 0.06) == (
        "1 of 2 recordings: a.csv\n2 of 2 recordings: b.csv\n"
    )


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_nothing_is_shown_for_what_is_quick(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> None:
    assert run_progress(monkeypatch, stream, 0.0, patience_s=600.0) == ""
