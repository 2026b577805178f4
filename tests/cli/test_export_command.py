"""``pfp export`` as a person uses it: what is printed, written, refused and said."""

from __future__ import annotations

import csv
import io
import json
import stat
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.export_kinds import KINDS, OPTIONS
from pfp_sensors.actions.now import now
from pfp_sensors.cli import main
from pfp_sensors.cli.export import DESCRIPTION
from tests.cli.sample_diary import write_diary

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]

TEXTS = [kind.name for kind in KINDS if kind.ending and kind.run == "none"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diary")
    file = write_diary(folder / "diary.json", now().date() - timedelta(2))
    assert main(["restore", str(file), "--home", str(folder / "home")]) == 0
    return folder / "home"


def run(home: Path, *words: str) -> int:
    return main(["export", *words, "--home", str(home)])


def refused(capsys: Captured, home: Path, *words: str, code: int = 2) -> str:
    """Run what must fail; give the message, which says what to do, and see that nothing was printed."""
    capsys.readouterr()
    assert run(home, *words) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) >= 2
    return said.err


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_printed_or_written_the_same(
    name: str, home: Path, tmp_path: Path, capsys: Captured
) -> None:
    assert run(home, name) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert run(home, name, "-o", "-") == 0
    assert capsys.readouterr().out == printed.out
    ending = next(kind.ending for kind in KINDS if kind.name == name)
    path = tmp_path / f"out{ending}"
    assert run(home, name, "-o", str(path)) == 0
    said = capsys.readouterr()
    assert path.read_text(encoding="utf-8") == printed.out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert said.out == ""
    assert said.err.startswith(f"Written: {path} (")
    assert "your health data, and only you" in said.err


def test_what_is_printed_is_read_by_others(home: Path, capsys: Captured) -> None:
    assert run(home, "runs") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["id"] for row in rows] == [f"r{number}" for number in range(1, 11)]
    assert {row["synthetic"] for row in rows} == {"true"}
    assert {row["pain_during"] for row in rows} == {"2"}
    assert run(home, "wellness") == 0
    days = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["injury"] for row in days} == {"2"}
    assert run(home, "fhir", "--json") == 0
    assert json.loads(capsys.readouterr().out)["resourceType"] == "Bundle"


def test_json_says_what_was_written(home: Path, tmp_path: Path, capsys: Captured) -> None:
    def told(*words: str) -> dict[str, Any]:
        assert run(home, *words, "--json") == 0
        said = capsys.readouterr()
        assert said.err == ""
        document: dict[str, Any] = json.loads(said.out)
        return document

    path = tmp_path / "runs.parquet"
    assert told("runs", "-o", str(path)) == {
        "schema": "pfp.export/1",
        "kind": "runs",
        "file": str(path),
        "runs": 10,
        "rows": 10,
        "files": [],
        "notes": [],
    }
    archive = told("all", "-o", str(tmp_path / "all.zip"))
    assert {"README.md", "history.json", "runs.csv"} <= set(archive["files"])


def test_what_is_there_is_replaced_only_when_said(home: Path, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("mine")
    assert f"{path} is there already" in refused(capsys, home, "runs", "-o", str(path))
    assert path.read_text() == "mine"
    assert run(home, "runs", "-o", str(path), "--replace") == 0
    assert path.read_text().startswith("id,start,km")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["everything"], "give one of 'history'"),
        ([], "KIND is missing"),
        (["runs", "r3"], "the whole diary, not one run"),
        (["samples"], "none was named"),
        (["fit"], "none was named"),
        (["samples", "r3"], "r3 has no recording here"),
        (["strides", "r3"], "r3 has no recording here"),
        (["strides"], "No run in the diary has a recording here"),
        (["strides", "r99"], "no run 'r99'"),
        (["all"], "needs a place to write to"),
        (["motion-bids", "-o", "-"], "needs a place to write to"),
        (["runs", "--samples"], "--samples goes with all, not with runs"),
        (["history", "--notes"], "--notes goes with runs, wellness, all"),
        (["wellness", "-o", "w.parquet"], "ending in .csv"),
        (["runs", "-o", "runs"], "ending in .csv or .parquet"),
        (["fhir", "-o", "f.xml"], "ending in .json"),
        (["all", "-o", "a.tar"], "ending in .zip"),
        (["runs", "-o", ""], "empty path"),
        (["runs", "-o", "nowhere/runs.csv"], "no folder nowhere"),
    ],
)
def test_what_does_not_go_together_is_refused(
    words: list[str], said: str, home: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in " ".join(refused(capsys, home, *words).split())
    assert not list(tmp_path.iterdir())


def test_a_table_is_no_json_object(home: Path, capsys: Captured) -> None:
    assert run(home, "runs", "--json") == 2
    assert "no JSON object" in json.loads(capsys.readouterr().out)["message"]


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_without_a_diary_each_kind_says_so(kind: str, tmp_path: Path, capsys: Captured) -> None:
    entry = next(one for one in KINDS if one.name == kind)
    named = ["r1"] if entry.run == "must" else []
    endings = {"all": ".zip", "fit": ".fit", "motion-bids": ""}
    out = tmp_path / f"out{endings.get(kind, entry.ending)}"
    said = refused(capsys, tmp_path / "absent", kind, *named, "-o", str(out))
    assert "no diary" in said
    assert not list(tmp_path.iterdir())


def test_the_help_names_every_kind_on_a_page_of_80_columns(capsys: Captured) -> None:
    assert all(len(line) <= 80 for line in DESCRIPTION.splitlines())
    assert main(["export", "--help"]) == 0
    said = capsys.readouterr().out
    for kind in KINDS:
        assert f"\n{kind.name:<12} {kind.help[0]}" in said
        assert set(kind.options) <= set(OPTIONS)
    for option in OPTIONS:
        assert f"--{option}" in said
