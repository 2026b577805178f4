"""``pfp recompute``: what a person and a program are told, few runs and many, whole and stopped."""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.analyze import analyze_file
from pfp_sensors.actions.doctor import check_computer
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.recompute import recompute
from pfp_sensors.cli import main
from pfp_sensors.errors import PfpError
from pfp_sensors.model.diary import DiaryEvent
from pfp_sensors.report.recompute_text import recompute_text
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entry, correct_entry
from tests.cli.terminal import ROOT
from tests.made_older_runs import OLDER, put_older_runs

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis


class FullError(PfpError):
    """The disk takes no more."""

    exit_code = 5


Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def analysis() -> FileAnalysis:
    return analyze_file(ROOT / "recordings" / "easy_run")


@pytest.fixture
def home(tmp_path: Path, analysis: FileAnalysis) -> Path:
    put_older_runs(tmp_path / "home", analysis, 3, now())
    return tmp_path / "home"


def asked(home: Path, capsys: Captured, *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["recompute", *words, "--home", str(home)]) == code
    return capsys.readouterr().out


def document(home: Path, capsys: Captured, *words: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked(home, capsys, "--json", *words, code=code))
    return found


def older(home: Path) -> list[str]:
    return [run.id for run in read_diary(home).runs if run.method == OLDER]


def test_few_runs_are_shown_in_full(home: Path, capsys: Captured, analysis: FileAnalysis) -> None:
    first = read_diary(home).runs[0]
    km = analysis.legs[0].summary.distance_km
    assert first.km is not None
    assert km is not None
    change = f"{100 * (round(km, 3) - first.km) / first.km:+.1f} %"
    out = asked(home, capsys, "--dry-run")
    assert out.startswith("3 runs analysed again: 3 would have other figures, 0 the same.\n")
    assert f"distance 3 {change} {change} m0: {first.km:.3f} -> {km:.3f} km" in " ".join(out.split())
    assert f"m0*, {str(first.start)[:10]}\n  distance  {first.km:.3f} -> {km:.3f} km ({change})\n" in out
    assert "* SYNTHETIC" in out
    assert "Nothing was stored" in out
    assert older(home) == ["m0", "m1", "m2"]
    out = asked(home, capsys)
    assert out.startswith("3 runs analysed again: 3 have other figures, 0 the same.\n")
    assert "limits that were issued stay as they were" in " ".join(out.split())
    assert older(home) == []
    assert max(map(len, out.splitlines())) <= 80


def test_many_runs_are_a_summary_and_those_that_changed_most(
    tmp_path: Path, analysis: FileAnalysis, capsys: Captured
) -> None:
    home = tmp_path / "many"
    put_older_runs(home, analysis, 23, now())
    run = read_diary(home).runs[4]
    assert run.km is not None
    with contextlib.closing(open_diary(home)) as diary:
        correct_entry(diary, "m4", replace(run, km=run.km * 2, method="-1/oldest"), at=now())
    found = document(home, capsys)
    out = recompute_text(found)
    lines = out.splitlines()
    assert lines[0] == "23 runs analysed again: 23 have other figures, 0 the same."
    assert "  m4: " in lines[3]
    assert "-54.6 %" in lines[3]
    rows = [line for line in lines if line.startswith("m") and line.split()[0].endswith("*")]
    assert len(rows) == 20
    assert [row.split()[-2:] for row in rows if row.startswith("m4*")] == [["-54.6", "%"]]
    assert "and 3 runs that changed less" in out
    assert len(lines) < 40
    assert recompute_text(found, every=True).count("  distance  ") == 23
    assert main(["undo", "--home", str(home)]) == 0
    assert "Taken back: 23 corrections, of m0, m1, m2, m3, m4 and 18 more." in capsys.readouterr().out
    assert len(older(home)) == 22


def test_a_program_is_told_everything(home: Path, capsys: Captured) -> None:
    shutil.rmtree(home / "runs" / "day1")
    found = document(home, capsys, code=3)
    assert (found["schema"], found["dry_run"], found["stopped"]) == ("pfp.recompute/1", False, None)
    assert found["counts"] == {"runs": 3, "analysed": 2, "changed": 2, "up_to_date": 0, "failed": 1}
    first, gone, _ = found["runs"]
    assert (first["run"], first["analysed"], first["method_before"]) == ("m0", True, OLDER)
    assert first["method"] == read_diary(home).runs[0].method
    (difference,) = first["differences"]
    assert set(difference) == {"figure", "unit", "before", "now", "change_pct", "kept"}
    assert (difference["figure"], difference["unit"], difference["kept"]) == ("km", "km", False)
    assert difference["now"] == read_diary(home).runs[0].km
    assert "not there any more" in gone["error"]["message"]
    (figure,) = found["figures"]
    assert (figure["figure"], figure["runs"], figure["largest_run"]) == ("km", 2, "m0")
    again = document(home, capsys, code=3)
    assert again["counts"] == {"runs": 3, "analysed": 0, "changed": 0, "up_to_date": 2, "failed": 1}
    assert main(["recompute", "--home", str(home)]) == 3
    told = capsys.readouterr()
    assert "1 run could not be analysed and stays as it was." in " ".join(told.out.split())
    assert told.err.startswith("Not analysed: m1: ")


def test_what_was_corrected_and_the_baseline_are_named(home: Path, capsys: Captured) -> None:
    value = {"right": {"impact_resultant_g": 7.5, "speed_mps": 2.8}}
    event = DiaryEvent(now(), "baseline", value, by="A. Kim", role="physiotherapist")
    with contextlib.closing(open_diary(home)) as diary:
        add_entry(diary, event, at=now())
    assert main(["edit", "m2", "km", "0.9", "--home", str(home)]) == 0
    config = home.parent / "mine.toml"
    config.write_text("[signal.impact]\nlowpass_hz = 40.0\n")
    out = asked(home, capsys, "--config", str(config))
    assert "0.900 -> 0." in out
    assert out.count("; stays as it was") == 2  # its distance, and the speed that went with it
    assert "Your baseline of landing impact (right leg) stays as it was confirmed" in " ".join(out.split())
    assert read_diary(home).runs[2].km == 0.9


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), None])
def test_what_was_done_before_a_stop_is_told_and_kept(
    home: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, stop: KeyboardInterrupt | None
) -> None:
    def stopping(*given: Any, tell: Any, **named: Any) -> Any:
        def telling(one: Any) -> None:
            tell(one)
            if one.run.id == "m1":
                raise stop or FullError("The disk is full.", "Make room.")

        return recompute(*given, tell=telling, **named)

    monkeypatch.setattr("pfp_sensors.actions.recompute.recompute", stopping)
    code = 130 if stop else 5
    assert main(["recompute", "--home", str(home)]) == code
    told = capsys.readouterr()
    assert told.out.startswith("2 runs analysed again: 2 have other figures")
    assert "Stopped: " in told.err
    assert older(home) == ["m2"]
    found = document(home, capsys, code=code)  # m1 is told of, and it stops there again
    assert found["stopped"]["code"] == code
    assert found["counts"]["up_to_date"] == 2


def test_a_figure_that_came_or_went() -> None:
    figure = {
        "figure": "impact left resultant_g",
        "unit": "g",
        "runs": 3,
        "became_known": 1,
        "became_unknown": 2,
        "median_pct": None,
        "largest_pct": None,
        "largest_run": None,
        "largest_before": None,
        "largest_now": None,
    }
    gone = {"figure": "cadence_spm", "unit": "steps/min", "before": 160.25, "now": None}
    sure = {"figure": "impact left quality", "unit": None, "before": "good", "now": "low"}
    tiny = {"figure": "steps", "unit": "steps", "before": 100000, "now": 100010, "change_pct": 0.01}
    differences = [{"change_pct": None, "kept": False, **each} for each in (gone, sure, tiny)]
    run = {"run": "r1", "day": "2026-10-04", "synthetic": None, "notes": ["It was short."]}
    document = {
        "dry_run": False,
        "stopped": None,
        "counts": {"runs": 2, "analysed": 2, "changed": 2, "up_to_date": 0, "failed": 0},
        "figures": [figure],
        "baseline_legs": [],
        "runs": [{**run, "differences": differences}, {**run, "run": "r2", "differences": differences}],
    }
    out = recompute_text(document)
    assert "impact, left leg     3" in out
    assert "1 known now, 2 unknown now" in out
    assert "  cadence                     160.2 -> unknown steps/min\n" in out
    assert "  impact, how sure, left leg  good -> low\n" in out
    assert "  steps                       100000 -> 100010 steps (+0.01 %)\n" in out
    assert "r1: It was short." in out
    assert "SYNTHETIC" not in out


@pytest.mark.parametrize(("figure", "told"), [("km", True), ("minutes", True), ("cadence_spm", False)])
def test_that_advice_may_change_is_said_where_a_volume_changed(figure: str, told: bool) -> None:
    document = {
        "dry_run": False,
        "stopped": None,
        "counts": {"runs": 1, "analysed": 1, "changed": 1, "up_to_date": 0, "failed": 0},
        "figures": [{"figure": figure}],
        "baseline_legs": [],
        "runs": [],
    }
    assert ("advise less or more" in " ".join(recompute_text(document).split())) == told


def test_a_figure_that_stands_is_marked_in_the_table_too() -> None:
    stays = {"figure": "km", "unit": "km", "before": 5.0, "now": 4.0, "change_pct": -20.0, "kept": True}
    run = {"day": "2026-10-04", "synthetic": False, "notes": [], "differences": [stays]}
    document = {
        "dry_run": True,
        "stopped": None,
        "counts": {"runs": 11, "analysed": 11, "changed": 11, "up_to_date": 0, "failed": 0},
        "figures": [],
        "baseline_legs": [],
        "runs": [{**run, "run": f"r{number}"} for number in range(11)],
    }
    assert recompute_text(document).count("-20.0 % (stays)") == 11
    assert recompute_text(document, every=True).count("5.000 -> 4.000 km (-20.0 %); stays as it was") == 11


def test_why_figures_stay_is_said(home: Path, capsys: Captured) -> None:
    """The recording saw half of the run; its distance is neither the run's nor shown as if it were."""
    assert main(["edit", "m1", "minutes", "5", "--home", str(home)]) == 0
    before = read_diary(home).runs[1]
    out = asked(home, capsys, "m1")
    assert f"{before.km:.3f} -> " in out
    assert all(line.endswith("stays as it was") for line in out.splitlines() if " -> " in line)
    assert "m1: The recording saw 2 min of it, the diary 5: " in out
    assert read_diary(home).runs[1].km == before.km
    shutil.rmtree(home / "runs" / "day0")
    found = document(home, capsys, code=3)
    assert [one["runs"] for one in found["figures"]] == [1]


def test_the_doctor_names_older_runs_in_order_and_those_without_their_recording(
    tmp_path: Path, analysis: FileAnalysis
) -> None:
    home = tmp_path / "many"
    put_older_runs(home, analysis, 11, now())
    shutil.rmtree(home / "runs" / "day10")
    recompute(home, "m3", now())
    (check,) = [one for one in check_computer(home) if one.name == "analyses"]
    assert check.ok is False
    assert "those of m0, m1, m2, m4, m5 and 5 more (10 of 11 runs with a recording)" in check.found
    assert check.found.endswith("the recording of m10 is not there any more")
    assert "`pfp recompute`" in check.what_to_do
    assert "backup" in check.what_to_do
    assert check.exit_code == 0
