"""Runs as a table: what goes out comes back, other programs read it, a person's spreadsheet is taken."""

from __future__ import annotations

import csv
import stat
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.errors import InputError
from pfp_sensors.formats.runs_table import (
    COLUMNS,
    is_runs_table,
    read_runs_table,
    runs_rows,
    runs_text,
    write_runs,
)
from pfp_sensors.model.diary import Pain, Run, RunImpact
from tests import diary_strategies

if TYPE_CHECKING:
    from pathlib import Path

ZONE = timezone(timedelta(hours=2))
FULL = Run(
    id="r1",
    start=datetime(2026, 10, 1, 7, 30, tzinfo=ZONE),
    km=4.05,
    minutes=26.5,
    speed_mps=2.6,
    cadence_spm=165.5,
    steps=4290,
    impact={
        "left": RunImpact(7.125, "good"),
        "right": RunImpact(None, "low"),
        None: RunImpact(3.5, "censored"),
    },
    downhill_min=1.5,
    rpe=0,
    pain={"before": 0, "during": 3, "morning": 1},
    source="import",
    sha256="ab" * 32,
    recording="runs/20261001-073000",
    method="1/abc",
    synthetic=True,
    note="=SUM(A1) said 'ow',\n\"twice\"",
    entered=datetime(2026, 10, 1, 9, tzinfo=UTC),
    heart_rate_bpm=141.5,
    ascent_m=12.0,
    descent_m=0.0,
    distance_source="watch",
    watch="runs/20261001-073000/watch.parquet",
    watch_sha256="cd" * 32,
    watch_offset_s=-12.25,
    distance_error_pct=4.5,
)


def written(path: Path, *runs: Run, pain: tuple[Pain, ...] = (), notes: bool = True) -> Path:
    write_runs(runs_rows(runs, pain, notes=notes), path)
    return path


def table(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("name", ["runs.csv", "runs.parquet"])
def test_every_field_comes_back(name: str, tmp_path: Path) -> None:
    bare = Run("r2", date(2026, 10, 3))
    path = written(tmp_path / name, FULL, bare)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = read_runs_table(path)
    assert found.runs == (FULL, bare)
    assert (found.pain, found.notes) == ((), ())
    assert is_runs_table(path)


@given(runs=st.lists(diary_strategies.runs(), max_size=4, unique_by=lambda run: run.id))
def test_any_run_comes_back(runs: list[Run], tmp_path_factory: pytest.TempPathFactory) -> None:
    if not runs:
        return
    folder = tmp_path_factory.mktemp("runs")
    for name in ("runs.csv", "runs.parquet"):
        found = read_runs_table(written(folder / name, *runs)).runs
        for before, after in zip(runs, found, strict=True):
            told = {when: score for when, score in before.pain.items() if score is not None}
            assert after == replace(before, pain=told, note=before.note or None)


def test_csv_module_and_pandas_read_it(tmp_path: Path) -> None:
    path = written(tmp_path / "runs.csv", FULL, Run("r2", date(2026, 10, 3)))
    with path.open(encoding="utf-8", newline="") as file:
        full, bare = csv.DictReader(file)
    assert list(full) == [column.name for column in COLUMNS]
    assert full["start"] == "2026-10-01T07:30:00+02:00"
    assert (full["km"], full["steps"], full["impact_left_g"]) == ("4.05", "4290", "7.125")
    assert (full["synthetic"], full["rpe"], full["pain_after60"]) == ("true", "0", "")
    assert full["note"] == "'" + str(FULL.note)
    assert {key for key, cell in bare.items() if cell} == {"id", "start"}
    frame = pd.read_csv(path)
    assert frame["km"].tolist()[0] == 4.05
    assert frame["km"].isna().tolist() == [False, True]
    parquet = pd.read_parquet(written(tmp_path / "runs.parquet", FULL))
    assert parquet["note"].tolist() == [FULL.note]
    assert parquet["impact_g"].tolist() == [3.5]


def test_scores_of_the_diary_stand_in_the_row_of_their_run(tmp_path: Path) -> None:
    run = Run("r1", datetime(2026, 10, 1, 7, tzinfo=ZONE))
    at = datetime(2026, 10, 1, 20, tzinfo=ZONE)
    pain = (
        Pain("during", 6, at, knee="left", run="r1", id="p1"),
        Pain("during", 2, at, knee="left", run="r1", id="p2", replaces="p1"),
        Pain("during", 4, at, knee="right", run="r1"),
        Pain("morning", 3, at, knee="right", run="r1"),
        Pain("after60", 5, at, run="r1"),
        Pain("after60", None, at, knee="left", run="r1"),
        Pain("day", 9, at),
        Pain("during", 9, at, run="another"),
    )
    path = written(tmp_path / "runs.csv", run, pain=pain)
    found = read_runs_table(path)
    assert found.runs == (replace(run, pain={"after60": 5}),)
    assert found.pain == (
        Pain("during", 2, run.start, knee="left", run="r1"),
        Pain("during", 4, run.start, knee="right", run="r1"),
        Pain("morning", 3, date(2026, 10, 2), knee="right", run="r1"),
    )


def test_words_go_along_only_if_asked_for(tmp_path: Path) -> None:
    assert "SUM" not in runs_text(runs_rows([FULL], notes=False))
    assert read_runs_table(written(tmp_path / "a.csv", FULL, notes=False)).runs == (replace(FULL, note=None),)


@pytest.mark.parametrize("text", ["=1", "'=1", "''@x", "'tis", "-", "\t", "+49"])
def test_no_text_is_a_formula_and_each_comes_back(text: str, tmp_path: Path) -> None:
    path = written(tmp_path / "runs.csv", replace(FULL, note=text))
    with path.open(newline="") as file:
        assert not next(csv.DictReader(file))["note"].startswith(("=", "+", "-", "@", "\t"))
    assert read_runs_table(path).runs[0].note == text


def test_a_spreadsheet_with_little_in_it_is_taken(tmp_path: Path) -> None:
    path = table(
        tmp_path / "mine.csv", "\ufeff Start ,KM,Shoes\r\n2026-10-01,4.1,old\r\n,,\r\n2026-10-01,,new\r\n"
    )
    found = read_runs_table(path)
    assert found.runs == (
        Run("run-2026-10-01", date(2026, 10, 1), km=4.1),
        Run("run-2026-10-01-2", date(2026, 10, 1)),
    )
    assert found.notes == ("Columns passed over: Shoes.",)
    assert is_runs_table(path)


def test_decimal_comma_and_latin_1_are_taken(tmp_path: Path) -> None:
    path = table(tmp_path / "mine.csv", "start;km;note\n2026-10-01;4,1;für mich\n", "latin-1")
    found = read_runs_table(path)
    assert (found.runs[0].km, found.runs[0].note) == (4.1, "für mich")
    assert "Latin-1" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("km,minutes\n4,20\n", "expected a column named start"),
        ("start,km\n", "no run below it"),
        ("start,km\n2026-10-01 07:00,4\n", "line 2.*offset"),
        ("start,km\n2026-10-01,four\n", 'line 2.*km: found "four"'),
        ("start,km\n2026-10-01,nan\n", "line 2.*km"),
        ("start,km\n2026-10-01,-1\n", "line 2.*km"),
        ("start,rpe\n2026-10-01,3.5\n", "line 2.*rpe"),
        ("start,rpe\n\n2026-10-01,1\n2026-10-02,11\n", "line 4.*rpe"),
        ("start,pain_during_left\n2026-10-01,11\n", "pain_during_left"),
        ("start,synthetic\n2026-10-01,maybe\n", "synthetic"),
        ("start,km,KM\n2026-10-01,4,5\n", "column km twice"),
        ("start,km\n2026-10-01,4,1\n", "3 cells"),
        ('start,note\n2026-10-01,"open\n', "not a table"),
        ("start,note\n2026-10-01,a\0b\n", "not a table|control"),
        ("start,id\n2026-10-01,a\n2026-10-02,a\n", "line 3: found the id a, which line 2"),
        ("start,impact_left_quality\n2026-10-01,fine\n", "quality"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        read_runs_table(table(tmp_path / "bad.csv", text))


def test_what_cannot_be_read_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_runs_table(tmp_path / "none.csv")
    with pytest.raises(InputError):
        read_runs_table(table(tmp_path / "cut.parquet", "PAR1 and no more"))
    assert not is_runs_table(tmp_path / "none.csv")
    assert not is_runs_table(tmp_path / "cut.parquet")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start\n2026-10-01\n", True),
        ("Start;Minutes\n", True),
        ("start,end\n1,2\n", False),
        ("time_s,acc_x_g\n0,1\n", False),
        ("", False),
        ("start\0,km\n", False),
    ],
)
def test_a_table_of_runs_is_known_by_its_header(text: str, expected: bool, tmp_path: Path) -> None:
    assert is_runs_table(table(tmp_path / "a.csv", text)) is expected
