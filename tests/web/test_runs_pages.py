"""The list of runs, one run with its files and charts, and a run written down without a sensor."""

from __future__ import annotations

import json
import os
import stat
import urllib.parse
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from web_bench import Client, dashboard

from pfp_sensors.actions import print_pdf
from pfp_sensors.actions.add_run import RunGiven, add_run
from pfp_sensors.actions.example_run import example_run
from pfp_sensors.actions.look import look_at
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web import work_folder
from pfp_sensors.web.looks import Looks

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "<script>alert(1)</script>{{7*7}}\"'"


@pytest.fixture
def home(demo_home: Path) -> Path:
    return demo_home


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("measured") / "home"
    example_run(home, now())
    return home


def test_runs_stand_newest_first_with_their_figures(browser: Client, home: Path) -> None:
    text = browser.get("/runs").text
    ids = [one.id for one in sorted(read_diary(home).runs, key=lambda one: str(one.start), reverse=True)]
    places = [text.index(f'href="/runs/{ident}"') for ident in ids]
    assert places == sorted(places)
    words = browser.get("/runs").words
    assert words.count("SYNTHETIC") >= len(ids)
    assert "Steps per minute" in words
    assert "It is not the load on the kneecap" in words


def test_a_long_list_is_shown_page_by_page(tmp_path: Path) -> None:
    home, at = tmp_path / "home", now()
    for back in range(33):
        day = at.date() - timedelta(days=back + 1)
        add_run(home, RunGiven(day, minutes=20.0), load_load_settings(), at=at)
    with dashboard(home) as client:
        first, second, far = (client.get(f"/runs{more}") for more in ("", "?page=2", "?page=999"))
    assert first.text.count("<li>\n<h2>") == 30
    assert second.text.count("<li>\n<h2>") == 3
    assert "Page 2 of 2" in far.words
    assert "Older runs" in first.words
    assert "Older runs" not in second.words


@pytest.mark.parametrize("ident", ["r999", "last", "diary.sqlite3", "..", "%2e%2e", "%2Fetc%2Fpasswd", "R1"])
def test_only_the_id_of_a_run_is_an_address(browser: Client, ident: str) -> None:
    for path in ("", "/report.html", "/series.json"):
        reply = browser.ask("GET", f"/runs/{ident}{path}")
        assert reply.status == 404
        assert "sqlite" not in reply.words


def test_a_path_on_the_disk_is_never_taken_for_a_run(
    browser: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "r77").write_text("time_s,acc_x_g,acc_y_g,acc_z_g\n0,0,0,1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert browser.ask("GET", "/runs/r77").status == 404


def test_pain_of_a_run_by_one_tap_leads_back_to_the_run(measured: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    add_run(home, RunGiven(now() - timedelta(hours=2), minutes=20.0), load_load_settings(), at=now())
    with dashboard(home) as client:
        page = client.get("/runs/r1")
        assert page.words.index("Pain, by one tap") < page.words.index("Landing impact")
        values = {"score": "3", "when": "during", "run": "r1", "from": "r1"}
        told = client.send("/pain", values, page=page)
    assert "<h1>Run r1" in told.text
    assert "Written: pain during the run 3/10" in told.words
    assert [one.run for one in read_diary(home).pain] == ["r1"]


def test_a_value_is_corrected_and_taken_back(browser: Client, home: Path) -> None:
    ident = read_diary(home).runs[-1].id
    before = read_diary(home).runs[-1].km
    told = browser.send(f"/runs/{ident}/edit", {"key": "km", "value": "4,25"}, page=f"/runs/{ident}")
    assert "Corrected:" in told.words
    assert next(one.km for one in read_diary(home).runs if one.id == ident) == 4.25
    browser.send("/undo", {}, page=told)
    assert next(one.km for one in read_diary(home).runs if one.id == ident) == before


@pytest.mark.parametrize(
    "typed",
    [
        {"key": "km", "value": "-3"},
        {"key": "km", "value": "abc"},
        {"key": "rpe", "value": "11"},
        {"key": "start", "value": "2999-01-01"},
        {"key": "impact", "value": "1"},
        {"key": "sha256", "value": "00"},
        {"key": "", "value": "3"},
        {"key": "km", "value": ""},
        {"key": "km", "value": HOSTILE},
    ],
)
def test_a_wrong_value_is_told_and_stays_typed(browser: Client, home: Path, typed: dict[str, str]) -> None:
    run_before = read_diary(home).runs[-1]
    told = browser.send(f"/runs/{run_before.id}/edit", typed, page=f"/runs/{run_before.id}")
    assert told.status == 422
    assert "Not stored:" in told.words
    assert read_diary(home).runs[-1] == run_before
    assert "<script>alert" not in told.text
    if typed["value"] == "abc":
        assert 'value="abc"' in told.text


def test_a_note_is_kept_escaped_and_taken_away(browser: Client, home: Path) -> None:
    ident = read_diary(home).runs[-1].id
    told = browser.send(f"/runs/{ident}/note", {"note": HOSTILE}, page=f"/runs/{ident}")
    assert HOSTILE in told.words
    assert "<script>alert" not in told.text
    assert next(one.note for one in read_diary(home).runs if one.id == ident) == HOSTILE
    browser.send(f"/runs/{ident}/note", {"note": " "}, page=f"/runs/{ident}")
    assert next(one.note for one in read_diary(home).runs if one.id == ident) is None


def test_the_page_is_a_file_of_its_own(measured: Path) -> None:
    with dashboard(measured) as client:
        reply = client.get("/runs/r1/report.html")
    assert reply.headers["content-disposition"] == 'attachment; filename="pfp-run-r1.html"'
    assert "<svg" in reply.text
    assert "form_token" not in reply.text


def test_without_a_browser_it_says_how_to_print(measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_pdf, "find_browser", lambda: measured)
    with dashboard(measured) as client:
        offered = client.get("/runs/r1")
        monkeypatch.setattr(print_pdf, "find_browser", lambda: None)
        page = client.get("/runs/r1")
        reply = client.send("/runs/r1/report.pdf", {}, page=offered)
    assert "As PDF" in offered.words
    assert "As PDF" not in page.words
    assert "No PDF from here: No Chromium, Chrome or Edge was found" in page.words
    assert reply.status == 422
    assert "print it there" in reply.words


def test_a_pdf_is_what_the_browser_printed(measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []

    def fake(html: str, path: Path) -> None:
        printed.append(html)
        if os.name != "nt":
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.write_bytes(b"%PDF-1.4 fake")

    monkeypatch.setattr(print_pdf, "find_browser", lambda: measured)
    monkeypatch.setattr(work_folder, "print_pdf", fake)
    with dashboard(measured) as client:
        assert client.ask("GET", "/runs/r1/report.pdf").status == 405
        reply = client.send("/runs/r1/report.pdf", {}, page="/runs/r1")
    assert (reply.headers["content-type"], reply.body) == ("application/pdf", b"%PDF-1.4 fake")
    assert "<h1>Run r1" in printed[0]


def test_the_series_has_every_stride_and_null_where_nothing_is_known(measured: Path) -> None:
    with dashboard(measured) as client:
        assert 'data-from="/runs/r1/series.json"' in client.get("/runs/r1").text
        document = json.loads(client.get("/runs/r1/series.json").text)
    (leg,) = document["legs"]
    n = len(leg["time_s"])
    assert n > 500
    assert {len(leg[key]) for key in ("cadence_spm", "impact_g", "speed_mps")} == {n}
    assert leg["time_s"] == sorted(leg["time_s"])
    assert None in leg["cadence_spm"]
    assert 150 < leg["cadence_spm"][100] < 175


def test_a_run_without_recording_has_no_chart_and_no_series(browser: Client, home: Path) -> None:
    ident = read_diary(home).runs[-1].id
    page = browser.get(f"/runs/{ident}")
    assert "explore" not in page.text
    assert "<script" not in page.text
    assert browser.ask("GET", f"/runs/{ident}/series.json").status == 404


def test_a_recording_is_looked_at_once_until_it_changes(
    measured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def counted(*given: object) -> object:
        asked.append(given)
        return look_at(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("pfp_sensors.actions.look.look_at", counted)
    kept, folder = Looks(), next((measured / "runs").iterdir())
    assert kept.at(folder) is kept.at(folder)
    assert len(asked) == 1
    later = (folder / "meta.json").stat().st_mtime + 5
    os.utime(folder / "meta.json", (later, later))
    kept.at(folder)
    assert len(asked) == 2


def test_a_run_is_written_down_without_a_sensor(tmp_path: Path) -> None:
    home = tmp_path / "new"
    typed = {
        "date": str(now().date()),
        "time": "00:01",
        "minutes": "25,5",
        "km": "4.1",
        "rpe": "3",
        "pain_during": "2",
        "knee": "left",
        "note": HOSTILE,
    }
    with dashboard(home) as client:
        told = client.send("/runs/new", typed)
        again = client.send("/runs/new", typed)
    assert "<h1>Run r1" in told.text
    assert "Written: run of" in told.words
    assert "Take it back" in told.words
    assert "<script>alert" not in told.text
    assert again.status == 422
    assert "The diary has this run already: r1" in again.words
    (made,) = read_diary(home).runs
    assert (made.minutes, made.km, made.rpe, made.note, made.source) == (25.5, 4.1, 3, HOSTILE, "typed")
    assert [(one.when, one.score, one.knee) for one in read_diary(home).pain] == [("during", 2, "left")]


@pytest.mark.parametrize(
    ("wrong", "says", "field"),
    [
        ({"minutes": "", "km": ""}, 'Neither "Minutes of running" nor "Kilometres of running"', None),
        ({"minutes": "0"}, '"Minutes of running" is 0', "minutes"),
        ({"minutes": "x" * 5000}, "Minutes of running: found", "minutes"),
        ({"pain_during": "11"}, '"The worst while running" is 11', "pain_during"),
        ({"rpe": "3.5"}, "How hard it was: found", "rpe"),
        ({"date": "2999-01-01"}, "lies in the future", "date"),
        ({"date": ""}, "Day is missing", "date"),
        ({"time": "25:00"}, "no time of day", "time"),
        ({"knee": "middle"}, "Knee: found", "knee"),
        ({"km": "300"}, "faster than anybody runs", None),
        ({"note": "a\0b"}, "characters that no text has", "note"),
    ],
)
def test_what_cannot_be_true_of_a_run_is_told_at_its_field(
    tmp_path: Path, wrong: dict[str, str], says: str, field: str | None
) -> None:
    typed = {"date": str(now().date()), "minutes": "25"} | wrong
    with dashboard(tmp_path / "new") as client:
        told = client.send("/runs/new", typed)
    assert told.status == 422
    assert says in told.words
    assert "--" not in told.words[told.words.index("Not stored") :].partition("A run without")[0]
    if field is not None:
        assert f'name="{field}"' in told.text[told.text.index('class="field wrong"') :][:700]
    assert not (tmp_path / "new" / "diary.sqlite3").exists() or not read_diary(tmp_path / "new").runs


def test_a_forged_form_writes_nothing(browser: Client, home: Path) -> None:
    ident = read_diary(home).runs[-1].id
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urllib.parse.urlencode({"key": "km", "value": "1", "form_token": "0" * 64}).encode()
    before = read_diary(home)
    for path in (f"/runs/{ident}/edit", f"/runs/{ident}/note", "/runs/new", "/import/example"):
        assert browser.ask("POST", path, body, kind).status == 403
    assert read_diary(home) == before
