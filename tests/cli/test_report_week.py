"""``pfp report week``: one's own weeks, or a patient's file that touches nothing of one's own."""

from __future__ import annotations

import json
import stat
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.cli import main
from tests.cli.sample_diary import write_diary
from tests.report.page_reader import Node, read_page

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]

LAST = date(2026, 9, 28)
AS_OF = ("--as-of", "2026-09-30")


@pytest.fixture
def home(tmp_path: Path, capsys: Captured) -> Path:
    """A home with the synthetic diary of a runner."""
    home = tmp_path / "home"
    assert main(["restore", str(write_diary(tmp_path / "diary.json", LAST)), "--home", str(home)]) == 0
    capsys.readouterr()
    return home


def report(home: Path, out: Path, *more: str) -> Node:
    assert main(["report", "week", "-o", str(out), "--home", str(home), *more]) == 0
    return read_page(out.read_text(encoding="utf-8"))


def exported(home: Path, capsys: Captured) -> dict[str, list[object]]:
    capsys.readouterr()
    assert main(["export", "history", "--home", str(home)]) == 0
    document: dict[str, list[object]] = json.loads(capsys.readouterr().out)
    return document


def everything_in(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(one.relative_to(folder)): (one.read_bytes(), one.stat().st_mtime_ns)
        for one in folder.rglob("*")
        if one.is_file()
    }


def test_ones_own_weeks(home: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "weeks.html"
    page = report(home, out, *AS_OF)
    said = capsys.readouterr().err
    assert said == f"Written: {out}. It holds your health data, and only you can read it.\n"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert page.all("h1")[0].text == "Your weeks, 10 Aug 2026 to 30 Sep 2026"
    assert "The coming seven days" in page.text
    assert "SYNTHETIC" in page.text
    assert main(["week", "--home", str(home), *AS_OF]) == 0
    first = " ".join(capsys.readouterr().out.split("\n\n")[0].split())
    assert first in " ".join(page.text.split())


def test_the_clinicians_weeks_have_the_numbers_of_the_trend(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    page = report(home, tmp_path / "weeks.html", "--clinician", "--weeks", "4", *AS_OF)
    assert page.all("h1")[0].text == "Kneecap pain and running, 7 Sep 2026 to 30 Sep 2026"
    assert page.all("h2")[0].text == "What matters"
    capsys.readouterr()
    assert main(["trend", "--weeks", "4", "--json", "--home", str(home), *AS_OF]) == 0
    weeks = json.loads(capsys.readouterr().out)["weeks"]
    table = next(one for one in page.all("table") if one.all("caption")[0].text == "Running by week")
    shown = [[cell.text for cell in row.children[1:4]] for row in table.all("tbody")[0].all("tr")]
    assert shown == [[str(one["runs"]), f"{one['km']:.1f}", f"{one['minutes']:.1f}"] for one in weeks]


def test_a_look_back_keeps_nothing_and_now_keeps_what_next_and_week_keep(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    before = exported(home, capsys)
    report(home, tmp_path / "a.html", *AS_OF)
    report(home, tmp_path / "b.html", "--clinician", *AS_OF)
    assert exported(home, capsys) == before
    report(home, tmp_path / "c.html", "--clinician")
    after = exported(home, capsys)
    assert len(after["caps"]) == len(before["caps"]) + 1
    assert "plan_issued" not in [one["kind"] for one in after["events"]]  # type: ignore[index]
    report(home, tmp_path / "d.html")
    planned = exported(home, capsys)
    assert [one["kind"] for one in planned["events"]].count("plan_issued") == 1  # type: ignore[index]
    for command in ("next", "week"):
        assert main([command, "--home", str(home)]) == 0
    report(home, tmp_path / "e.html")
    assert exported(home, capsys) == planned


def test_a_patients_file_touches_nothing_of_ones_own(
    home: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = write_diary(tmp_path / "patient.json", LAST)
    before = everything_in(home)

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("the own diary was opened")

    monkeypatch.setattr("pfp_sensors.store.database.open_diary", opened)
    monkeypatch.setattr("pfp_sensors.actions.read_diary.read_diary", opened)
    monkeypatch.setattr("pfp_sensors.actions.report_weeks.read_diary", opened)
    monkeypatch.setattr("pfp_sensors.actions.read_diary.has_diary", opened)
    for more in ((), ("--clinician",)):
        page = report(home, tmp_path / f"p{len(more)}.html", "--history", str(patient), *AS_OF, *more)
        assert "the history file patient.json" in page.text
    said = capsys.readouterr().err
    assert "It holds health data, and only you can read it." in said
    assert everything_in(home) == before
    nobody = tmp_path / "nobody"
    report(nobody, tmp_path / "q.html", "--clinician", "--history", str(patient), *AS_OF)
    assert not nobody.exists()


def test_an_empty_diary_has_a_page_and_none_is_made(tmp_path: Path) -> None:
    nobody = tmp_path / "nobody"
    for more in ((), ("--clinician",)):
        page = report(nobody, tmp_path / f"p{len(more)}.html", *more)
        assert "The diary holds nothing of these weeks." in page.text
        assert not page.all("svg")
    assert not nobody.exists()


def test_json_says_what_was_written(home: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "weeks.html"
    report(home, out, "--json", *AS_OF)
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {
        "schema": "pfp.report/1", "file": str(out), "run": None, "weeks": 8, "charts": True,
    }  # fmt: skip
    assert captured.err == ""


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("week", "--weeks", "0"), "--weeks is 0; it must be 1 to 520."),
        (("week", "--weeks", "521"), "--weeks is 521; it must be 1 to 520."),
        (("week", "--sensor", "left_leg"), "--sensor belongs to the page of a run or recording."),
        (("week", "--side", "left"), "--side belongs to the page of a run or recording."),
        (("last", "--clinician"), "--clinician belongs to the page of weeks."),
        (("last", "--weeks", "8"), "--weeks belongs to the page of weeks."),
        (("last", "--as-of", "today"), "--as-of belongs to the page of weeks."),
        (("last", "--history", "diary.json"), "--history belongs to the page of weeks."),
        (("week", "--as-of", "soon"), "that is no day and no time."),
    ],
)
def test_wrong_asks(
    asked: tuple[str, ...], expected: str, home: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "x.html"
    assert main(["report", *asked, "-o", str(out), "--home", str(home)]) == 2
    assert expected in capsys.readouterr().err
    assert not out.exists()


def test_a_broken_history_file_is_told(tmp_path: Path, capsys: Captured) -> None:
    broken = tmp_path / "patient.json"
    broken.write_text("{", encoding="utf-8")
    out = tmp_path / "x.html"
    nobody = tmp_path / "nobody"
    asked = ["report", "week", "--history", str(broken), "-o", str(out), "--home", str(nobody)]
    assert main(asked) == 3
    assert "patient.json" in capsys.readouterr().err
    assert not out.exists()
    assert not nobody.exists()
