"""The clinician's page: the report, its files, and a word that needs name, role and reason."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from web_bench import Client, dashboard

from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.now import now
from pfp_sensors.actions.overrule import open_red_flags
from pfp_sensors.actions.print_pdf import ENV
from pfp_sensors.actions.read_diary import read_diary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = """<script>x()</script> "q" {{7*7}}"""
WHO = {"by": "Kim", "role": "physiotherapist", "reason": HOSTILE}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demo's diary once, to be copied."""
    made = tmp_path_factory.mktemp("demo") / "home"
    make_demo_diary(made, now() - timedelta(days=1))
    return made


@pytest.fixture
def home(tmp_path: Path, demo: Path) -> Path:
    return shutil.copytree(demo, tmp_path / "home")


@pytest.fixture
def browser(home: Path) -> Iterator[Client]:
    with dashboard(home) as client:
        yield client


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
    monkeypatch.setattr("pfp_sensors.web.clinician.find_browser", lambda: None)
    assert "Download as PDF" not in browser.get("/clinician").words
    answer = browser.get("/clinician/report.pdf")
    assert "Ctrl+P" in answer.words


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here")
def test_the_pdf_is_a_pdf(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENV, raising=False)
    answer = browser.get("/clinician/report.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body.startswith(b"%PDF-")


def test_a_number_is_overruled_with_name_role_and_reason(browser: Client, home: Path) -> None:
    until = (now() + timedelta(days=7)).date()
    word = {"key": "load.cap.session", "value": "0.2", "until": f"{until}", **WHO}
    told = browser.send("/clinician/override", word, page="/clinician")
    assert f"load.cap.session is 0.2 until {until}, by Kim" in told.words
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
        {"value": "9"},
        {"value": "much"},
        {"until": "2020-01-01"},
        {"until": "soon"},
        {"until": ""},
    ],
)
def test_half_a_word_is_refused_and_stays_typed(browser: Client, home: Path, wrong: dict[str, str]) -> None:
    word = {"key": "load.cap.session", "value": "0.2", "until": f"{now().date()}", **WHO, **wrong}
    page = browser.send("/clinician/override", word, page="/clinician")
    assert page.status == 422
    assert "Not stored:" in page.words
    assert all(f'value="{text}"' in page.text for name, text in word.items() if name in {"key", "value"})
    assert not read_diary(home).overrides


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
