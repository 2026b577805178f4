"""Tables of runs brought into the diary: nothing lost, nothing twice, nothing that cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.import_parts import runs_of
from pfp_sensors.actions.import_table import import_table
from pfp_sensors.errors import UsageError
from pfp_sensors.report.imported_text import imported_text

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.errors import PfpError
    from pfp_sensors.model.imported import Imported

AT = datetime(2026, 5, 4, 18, 0, tzinfo=UTC)


def bring_in(
    home: Path, *rows: str, header: str = "start,km,minutes"
) -> tuple[tuple[Imported, ...], tuple[str, ...], tuple[tuple[str, PfpError], ...]]:
    path = home / "table.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return import_table(home, path, dry_run=False, at=AT)


def hows(done: tuple[Imported, ...]) -> list[str]:
    return [one.how for one in done]


def test_two_runs_of_one_day_are_two_and_known_the_second_time(tmp_path: Path) -> None:
    rows = "2026-05-01,,30", "2026-05-01,,45", "2026-05-01,,45", "2026-05-02,5,"
    assert hows(bring_in(tmp_path, *rows)[0]) == ["added"] * 4
    assert hows(bring_in(tmp_path, *rows)[0]) == ["known"] * 4
    assert [run.minutes for run in runs_of(tmp_path)] == [30, 45, 45, None]


def test_a_figure_known_on_one_side_only_makes_no_two_runs_one(tmp_path: Path) -> None:
    bring_in(tmp_path, "2026-05-01,5,")
    assert hows(bring_in(tmp_path, "2026-05-01,,40", "2026-05-01,5.003,40")[0]) == ["added", "known"]


@pytest.mark.parametrize("start", ["2026-05-05", "2026-05-04T18:01:00+00:00"])
def test_what_lies_in_the_future_is_not_taken(tmp_path: Path, start: str) -> None:
    done, _, ((name, problem),) = bring_in(tmp_path, f"{start},5,30", "2026-05-04,5,30")
    assert hows(done) == ["added"]
    assert "future" in problem.message
    assert name in problem.message
    with pytest.raises(UsageError, match="future"):
        bring_in(tmp_path, f"{start},5,30")


def test_a_run_at_the_time_of_another_is_a_problem_and_stops_nothing(tmp_path: Path) -> None:
    bring_in(tmp_path, "2026-05-01T07:00:00+02:00,5,30")
    done, _, ((_, problem),) = bring_in(
        tmp_path,
        "2026-05-01T07:10:00+02:00,5.4,31",
        "2026-05-01T05:01:00+00:00,5,30",
        "2026-05-01T07:20:00+02:00,4,30",
        "2026-05-01T18:00:00+02:00,5,30",
    )
    assert hows(done) == ["known", "added", "added"]
    assert "5.4 km, 31 min in the table, 5 km, 30 min in the diary" in problem.message
    assert len(runs_of(tmp_path)) == 3


def test_the_same_time_twice_in_one_table_is_one_run(tmp_path: Path) -> None:
    done, _, problems = bring_in(tmp_path, *["2026-05-01T07:00:00+02:00,5,30"] * 2)
    assert (hows(done), len(problems)) == (["added"], 1)


@pytest.mark.parametrize("dry_run", [False, True])
def test_no_analysis_is_named_that_is_not_there(tmp_path: Path, dry_run: bool) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("start,km,minutes,method\n2026-05-01T07:00:00+02:00,5,30,pfp 0.1.0 abc\n")
    ((done,), _, _) = import_table(tmp_path, path, dry_run=dry_run, at=AT)
    text = imported_text(done)
    assert "Not told: speed, cadence and landing impact.\n" in text
    assert "pfp analyze" not in text
    measured = imported_text(replace(done, run=replace(done.run, method="pfp 0.1.0 abc")))
    assert "`pfp analyze" in measured


@pytest.mark.parametrize("figures", ["1,120", "30,30", "0.5,2000"])
def test_figures_of_no_run_are_refused(tmp_path: Path, figures: str) -> None:
    done, _, problems = bring_in(tmp_path, f"2026-05-01,{figures}", "2026-05-02,5,30")
    assert (hows(done), len(problems)) == (["added"], 1)


def test_pain_of_a_known_run_that_the_diary_lacks_is_said(tmp_path: Path) -> None:
    header = "start,minutes,pain_during,pain_morning_left"
    bring_in(tmp_path, "2026-05-01,30,2,", header=header)
    assert bring_in(tmp_path, "2026-05-01,30,2,", header=header)[1] == ()
    done, (note,), _ = bring_in(tmp_path, "2026-05-01,30,2,6", header=header)
    assert hows(done) == ["known"]
    assert "morning left 6" in note
    assert "during" not in note
