"""The clinician's page: the report, its files, and a word that needs name, role and reason."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from web_bench import Client, dashboard

from pfp_sensors.actions import print_pdf
from pfp_sensors.actions.now import now
from pfp_sensors.actions.overrule import open_red_flags
from pfp_sensors.actions.print_pdf import ENV
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.report.page import moment_words
from pfp_sensors.store.home_files import DIARY_FILES
from pfp_sensors.web import work_folder

HOSTILE = """<script>x()</script> "q" {{7*7}}"""
WHO = {"by": "Kim", "role": "physiotherapist", "reason": HOSTILE}


@pytest.fixture
def home(demo_home: Path) -> Path:
    return demo_home


def test_the_report_stands_on_the_page_and_as_a_file_of_the_same_weeks(browser: Client) -> None:
    page = browser.get("/clinician?weeks=4")
    assert page.text.count('class="synthetic"') == 1
    assert "What is advised, and why" in page.words
    assert 'href="/clinician?weeks=4" aria-current="true"' in page.text
    file = browser.get("/clinician/report.html?weeks=4")
    title = page.text.split("<h1>")[1].split("</h1>")[0]
    assert f"<h1>{title}</h1>" in file.text
    assert file.headers["content-disposition"].startswith("attachment")
    assert "<script" not in file.text
    assert browser.get("/clinician?weeks=26").text.split("<h1>")[1].split("</h1>")[0] != title


def test_weeks_that_are_not_offered_are_the_usual_ones(browser: Client) -> None:
    page = browser.get("/clinician?weeks=%3Cscript%3E")
    assert page.status == 200
    assert 'href="/clinician?weeks=8" aria-current="true"' in page.text


def test_without_a_diary_the_page_stands(tmp_path: Path) -> None:
    with dashboard(tmp_path / "new") as client:
        assert client.get("/clinician").status == 200


def test_without_a_browser_it_says_how_to_print(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_pdf, "find_browser", lambda: Path("there"))
    offered = browser.get("/clinician?weeks=4")
    assert "Download as PDF" in offered.words
    monkeypatch.setattr(print_pdf, "find_browser", lambda: None)
    page = browser.get("/clinician")
    assert "Download as PDF" not in page.words
    assert "No PDF from here: No Chromium, Chrome or Edge was found here to print with." in page.words
    answer = browser.send("/clinician/report.pdf", {"weeks": "4"}, page=offered)
    assert answer.status == 422
    assert "open it in any browser, and print it there (Ctrl+P" in answer.words
    assert 'href="/clinician?weeks=4" aria-current="true"' in answer.text


def test_a_browser_that_is_named_wrongly_is_said_and_the_page_stands(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENV, "no-such-program")
    page = browser.get("/clinician")
    assert page.status == 200
    assert "No PDF from here: PFP_CHROMIUM names no-such-program, which is no program here." in page.words
    assert "Download as PDF" not in page.words


def test_a_browser_is_started_by_the_form_alone(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []

    def fake(html: str, path: Path) -> None:
        printed.append(html)
        path.write_bytes(b"%PDF-1.4 fake")

    monkeypatch.setattr(work_folder, "print_pdf", fake)
    monkeypatch.setattr(print_pdf, "find_browser", lambda: Path("there"))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.ask("GET", "/clinician/report.pdf").status == 405
    assert browser.ask("POST", "/clinician/report.pdf", b"form_token=0", kind).status == 403
    assert not printed
    answer = browser.send("/clinician/report.pdf", {"weeks": "4"}, page="/clinician?weeks=4")
    assert answer.body == b"%PDF-1.4 fake"
    title = browser.get("/clinician?weeks=4").text.split("<h1>")[1].split("</h1>")[0]
    assert f"<h1>{title}</h1>" in printed[0]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here")
def test_the_pdf_is_a_pdf(browser: Client, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENV, raising=False)
    before = {path.name for path in home.iterdir()}
    answer = browser.send("/clinician/report.pdf", {"weeks": "8"}, page="/clinician")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].endswith('.pdf"')
    assert answer.body.startswith(b"%PDF-")
    assert {path.name for path in home.iterdir()} <= {*before, *DIARY_FILES}


def test_a_number_is_overruled_with_name_role_and_reason(browser: Client, home: Path) -> None:
    until = (now() + timedelta(days=7)).date()
    shown = browser.get("/clinician").words
    assert "of the last 30 days by at most (now 10 %, allowed 0 to 30 %)" in shown
    assert "load.cap" not in shown
    assert "docs/" not in shown.split("A clinician's word", 1)[1]
    word = {"key": "load.cap.session", "value": "20", "until": f"{until}", **WHO}
    told = browser.send("/clinician/override", word, page="/clinician")
    assert f"by at most: 20 % until {moment_words(until)}, by Kim" in told.words
    assert [(one.key, one.value) for one in read_diary(home).overrides] == [("load.cap.session", 0.2)]
    assert "(now 20 %, allowed 0 to 30 %)" in told.words
    assert HOSTILE in told.words
    assert "<script>x" not in told.text
    assert "Numbers overruled now" in told.words
    browser.send("/undo", {}, page=told)
    assert "No number of the rules is overruled now" in browser.get("/clinician").words


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": ""},
        {"role": " "},
        {"reason": ""},
        {"by": "person"},
        {"key": "load.red"},
        {"key": "load.no.such"},
        {"key": "../../x"},
        {"key": "load.override.max_d"},
        {"key": "other"},
        {"other": "load.week.free_km"},
        {"value": "31"},
        {"value": "-1"},
        {"value": "much"},
        {"value": ""},
        {"key": "load.week.planned_runs", "value": "2.5"},
        {"until": "2020-01-01"},
        {"until": "soon"},
        {"until": ""},
    ],
)
def test_half_a_word_is_refused_and_stays_typed(browser: Client, home: Path, wrong: dict[str, str]) -> None:
    word = {"key": "load.cap.session", "value": "20", "until": f"{now().date()}", **WHO, **wrong}
    page = browser.send("/clinician/override", word, page="/clinician")
    assert page.status == 422
    assert "Not stored:" in page.words
    assert f'name="value" type="text" inputmode="decimal" value="{word["value"]}"' in page.text
    assert not read_diary(home).overrides


def test_what_is_wrong_names_the_field_its_range_and_its_unit(browser: Client) -> None:
    word = {"key": "load.pain.rest_h.tier_1", "value": "12", "until": f"{now().date()}", **WHO}
    page = browser.send("/clinician/override", word, page="/clinician")
    said = "Pause after a run with raised pain: 12 hours was given; allowed is a number from 24 to 168 hours."
    assert said in page.words
    assert re.search(r'name="key" value="load.pain.rest_h.tier_1" checked', page.text)
    page = browser.send("/clinician/override", {**word, "value": "100"}, page="/clinician")
    assert "100 hours does not go together with another number" in page.words
    far = now().date() + timedelta(days=99)
    page = browser.send("/clinician/override", {**word, "until": f"{far}"}, page="/clinician")
    assert f"{moment_words(now().date())} to" not in page.words  # the value is looked at first
    page = browser.send("/clinician/override", {**word, "value": "48", "until": f"{far}"}, page="/clinician")
    assert f"{moment_words(far)} was given; allowed is a day from {moment_words(now().date())}" in page.words


def test_a_number_of_the_second_list_is_overruled_too(browser: Client, home: Path) -> None:
    word = {"key": "other", "other": "load.week.free_km", "value": "12,5", "until": f"{now().date()}", **WHO}
    told = browser.send("/clinician/override", word, page="/clinician")
    assert "a week below this needs no growth limit: 12.5 km until" in told.words
    assert read_diary(home).overrides[0].value == 12.5


def test_a_red_flag_is_cleared_by_a_clinician_alone(browser: Client, home: Path) -> None:
    browser.send("/setup", {"sign_locking": "yes"})
    assert open_red_flags(read_diary(home), now()) == ("locking",)
    refused = browser.send("/clinician/clear", {"flag": "locking", "by": "Kim"}, page="/clinician")
    assert refused.status == 422
    assert open_red_flags(read_diary(home), now()) == ("locking",)
    other = browser.send("/clinician/clear", {"flag": "trauma", **WHO}, page="/clinician")
    assert "no open red flag" in other.words
    told = browser.send("/clinician/clear", {"flag": "locking", **WHO}, page="/clinician")
    assert "Cleared: locking, by Kim" in told.words
    assert "No red flag is open now" in told.words
    assert open_red_flags(read_diary(home), now()) == ()


def test_a_clinicians_own_baseline(browser: Client, home: Path) -> None:
    numbers = {"leg": "right", "impact": "6.5", "speed": "2,8"}
    assert browser.send("/clinician/baseline", numbers, page="/clinician").status == 422
    assert (
        browser.send("/clinician/baseline", {**numbers, "impact": "99", **WHO}, page="/clinician").status
        == 422
    )
    told = browser.send("/clinician/baseline", {**numbers, **WHO}, page="/clinician")
    assert "right leg landing impact 6.50 g" in told.words
    assert browser.send("/clinician/baseline", WHO, page="/clinician").status == 422
