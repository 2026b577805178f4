"""The first page: the answer, what is missing, pain by one tap, and the last act taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from web_bench import Client, Reply, dashboard

from pfp_sensors.actions.add_run import RunGiven, add_run
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.packet_files import PACKETS_NAME
from tests.cli.test_recover_command import kill_a_recorder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(demo_home: Path) -> Path:
    return demo_home


def test_nothing_is_there_yet_and_the_page_says_where_to_begin(tmp_path: Path) -> None:
    with dashboard(tmp_path / "new") as client:
        page = client.get("/")
    assert page.status == 200
    assert "No answer yet" in page.words
    assert 'href="/setup"' in page.text
    assert not (tmp_path / "new").exists()


def test_the_answer_stands_first_with_its_reason(browser: Client) -> None:
    words = browser.get("/").words
    assert words.index("Next run") < words.index("Why:") < words.index("Pain, by one tap")
    assert "SYNTHETIC" in words
    assert "It is not the load on the kneecap" in words


def test_pain_by_one_tap_changes_the_answer_and_is_taken_back(browser: Client, home: Path) -> None:
    before = _answer(browser.get("/"))
    told = browser.send("/pain", {"score": "7", "when": "day"}, page="/")
    assert "Written: worst pain of the day 7/10" in told.words
    assert [one.when for one in read_diary(home).pain if one.score == 7] == ["day"]
    assert _answer(told) != before
    back = browser.send("/undo", {}, page=told)
    assert "Taken back" in back.words
    assert not [one for one in read_diary(home).pain if one.score == 7]
    assert _answer(back) == before


def _answer(page: Reply) -> str:
    return page.words[page.words.index("Next run") : page.words.index("Judged on")]


def test_a_score_of_today_is_shown_where_it_is_asked_again(browser: Client) -> None:
    assert "entered so far" not in browser.get("/").words
    told = browser.send("/pain", {"score": "2", "when": "day"}, page="/")
    assert "; entered so far: 2/10" in told.words
    again = browser.send("/pain", {"score": "3", "when": "day"}, page=told)
    assert "; entered so far: 2/10 and 3/10" in again.words


def test_open_questions_of_the_last_run_come_first_and_the_run_stands_in_one_line(
    browser: Client, home: Path
) -> None:
    at = now()
    run = RunGiven(at - timedelta(hours=5), km=3.0, minutes=20.0)
    written = add_run(home, run, load_load_settings(), at=at - timedelta(hours=4))
    page = browser.get("/")
    assert f'<a href="/runs/{written.id}">' in page.text
    assert "3.00 km, 20 min" in page.words
    asked = page.words.index("The worst while running, ")
    assert page.words.index("Next run") < asked < page.words.index("The worst of today,")
    assert page.words.index("The worst of today,") < page.words.index("Last run")
    asks = page.text.count('name="run" value="')
    browser.send("/pain", {"score": "1", "when": "during", "run": written.id}, page=page)
    assert browser.get("/").text.count('name="run" value="') == asks - 1


def test_a_red_flag_stands_above_all_else(browser: Client) -> None:
    told = browser.send("/signs", {"kind": "trauma"}, page="/signs")
    page = browser.get("/")
    for one in (told, page):
        assert "Go to an emergency department" in one.words
        assert "First: have it looked at" in one.words
    assert page.words.index("please let a clinician look at this first, today") < page.words.index("Pain, by")
    assert "At most" not in page.words
    assert 'href="/clinician"' in page.text


def test_what_a_crash_left_open_is_finished_by_one_button(browser: Client, home: Path) -> None:
    folder = home / "runs" / "20261120-063000"
    folder.mkdir(parents=True)
    (folder / PACKETS_NAME).write_bytes(b"no packets")
    page = browser.get("/")
    assert "A recording is not finished" in page.words
    assert "Friday 20 Nov" in page.words
    told = browser.send("/recover", {}, page=page)
    assert "Not finished: recording 20261120-063000." in told.words
    assert "pfp recover" not in told.words
    assert (folder / PACKETS_NAME).read_bytes() == b"no packets"
    assert "No recording was left open" not in told.words


def test_a_killed_recording_is_finished_and_comes_into_the_diary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.cli.test_recover_command.ENOUGH", 20_000)  # a minute and a half: some running
    folder = kill_a_recorder(tmp_path)
    with dashboard(tmp_path) as client:
        told = client.send("/recover", {}, page="/")
        assert f"Finished: recording {folder.name}, SHANK-L" in told.words
        assert "A recording is not finished" not in told.words
        (run,) = read_diary(tmp_path).runs
        assert (run.synthetic, run.recording) == (True, f"runs/{folder.name}")
        assert f"It is in the diary as {run.id} (" in told.words
        assert "SYNTHETIC" in told.words
        assert 'action="/recover"' not in told.text
        client.send("/undo", {}, page=told)
    assert read_diary(tmp_path).runs == ()


def test_a_recording_that_runs_leads_to_the_live_page(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "See it live" not in browser.get("/").words
    monkeypatch.setattr("pfp_sensors.web.today.running_recording", lambda home: home / "runs" / "now")
    assert '<a class="button" href="/live">See it live</a>' in browser.get("/").text


def test_no_recording_means_no_word_of_one(browser: Client) -> None:
    page = browser.get("/")
    assert "recording is" not in page.words
    assert 'action="/recover"' not in page.text
