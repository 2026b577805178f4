"""Pages from before: of a dashboard that was started again, and of scores that were entered since."""

from __future__ import annotations

import re
import time
import urllib.parse
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.add_pain import PainGiven, add_pain
from pfp_sensors.actions.add_run import RunGiven, add_run
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from web_bench import Client, Reply

TYPED = {"date": "2026-11-20", "minutes": "31", "note": 'said "so" <b>'}


@pytest.fixture
def home(demo_home: Path) -> Path:
    return demo_home


def _old(client: Client, action: str, headers: dict[str, str]) -> Reply:
    body = urllib.parse.urlencode({**TYPED, "form_token": "0" * 64}).encode()
    return client.ask("POST", action, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})


@pytest.mark.parametrize("said", ["site", "origin"])
def test_a_form_from_before_comes_back_with_all_that_was_typed(
    browser: Client, home: Path, said: str
) -> None:
    own = {"Sec-Fetch-Site": "same-origin"} if said == "site" else {}
    runs = len(read_diary(home).runs)
    again = _old(browser, "/runs/new", own | {"Origin": f"http://127.0.0.1:{browser.port}"})
    assert again.status == 403
    assert "This page was from before the dashboard was started again" in again.words
    assert 'value="31"' in again.text
    assert "said &#34;so&#34; &lt;b&gt;" in again.text
    assert len(read_diary(home).runs) == runs
    browser.send("/runs/new", TYPED, page=again)
    assert len(read_diary(home).runs) == runs + 1


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "none"}])
def test_nothing_typed_comes_back_where_the_browser_does_not_say_that_it_is_ours(
    browser: Client, headers: dict[str, str]
) -> None:
    again = _old(browser, "/runs/new", headers)
    assert again.status == 403
    assert "31" not in again.text
    assert "form_token" not in again.text


def test_files_are_to_be_chosen_again(browser: Client) -> None:
    edge = "edge"
    body = (
        f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n1\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n0\r\n--{edge}--\r\n'
    ).encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}", "Sec-Fetch-Site": "same-origin"}
    again = browser.ask("POST", "/import", body, kind)
    assert again.status == 403
    assert "choose the files again" in again.words


def _page_with_a_run(browser: Client, home: Path) -> tuple[Reply, str]:
    at = now()
    given = RunGiven(at - timedelta(hours=5), km=3.0, minutes=20.0)
    run = add_run(home, given, load_load_settings(), at=at - timedelta(hours=4)).id
    return browser.get("/"), run


def _tap(browser: Client, page: Reply, run: str, score: str, knee: str) -> Reply:
    page_of = re.search(r'name="page_of" value="([^"]+)"', page.text)
    assert page_of is not None
    values = {"score": score, "when": "during", "run": run, "knee": knee, "page_of": page_of[1]}
    return browser.send("/pain", {key: value for key, value in values.items() if value}, page=page)


def test_a_lower_score_from_a_page_of_before_asks_first(browser: Client, home: Path) -> None:
    page, run = _page_with_a_run(browser, home)
    knee = read_diary(home).profile.knees[0]
    at = now()
    add_pain(home, PainGiven(8, "during", run, knee), load_load_settings(), at=at)
    asked = _tap(browser, page, run, "1", knee)
    assert asked.status == 409
    assert f"You entered 8 at {at:%H:%M}. Change it to 1?" in asked.words
    assert [one.score for one in read_diary(home).pain if one.run == run] == [8]
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.text))
    kept.pop("form_token")
    browser.send("/pain", kept, page=asked)
    assert 1 in [one.score for one in read_diary(home).pain if one.run == run]


def test_a_higher_score_and_one_of_a_new_page_are_taken_at_once(browser: Client, home: Path) -> None:
    page, run = _page_with_a_run(browser, home)
    knee = read_diary(home).profile.knees[0]
    add_pain(home, PainGiven(5, "during", run, knee), load_load_settings(), at=now())
    assert _tap(browser, page, run, "8", knee).status == 200
    time.sleep(1.1)  # moments of the diary are whole seconds
    assert _tap(browser, browser.get("/"), run, "2", knee).status == 200
    assert 2 in [one.score for one in read_diary(home).pain if one.run == run]


def test_a_second_click_on_take_it_back_takes_back_one_act(browser: Client, home: Path) -> None:
    before = len(read_diary(home).pain)
    browser.send("/pain", {"score": "3", "when": "day"}, page="/")
    told = browser.send("/pain", {"score": "4", "when": "day"}, page="/")
    act = re.search(r'name="undo_of" value="([^"]+)"', told.text)
    assert act is not None
    assert browser.send("/undo", {"undo_of": act[1]}, page=told).status == 200
    second = browser.send("/undo", {"undo_of": act[1]}, page=told)
    assert second.status == 422
    assert "not the last thing any more" in second.words
    assert len(read_diary(home).pain) == before + 1


def test_a_red_flag_has_the_frame_of_an_alarm(browser: Client) -> None:
    assert (
        '<div class="trouble" role="alert">' in browser.send("/signs", {"kind": "trauma"}, page="/signs").text
    )


def test_the_live_page_says_that_the_diary_says_no_running_and_stores_nothing(
    browser: Client, home: Path
) -> None:
    assert "Your diary says no running" not in browser.get("/live").words
    browser.send("/signs", {"kind": "trauma"}, page="/signs")
    before = read_diary(home)
    page = browser.get("/live").words
    assert "Your diary says no running until a clinician has looked at it. See Today ." in page
    assert read_diary(home) == before


def test_minutes_and_pace_are_typed_as_runners_write_them(browser: Client, home: Path) -> None:
    told = browser.send("/runs/new", {"date": "2026-11-20", "minutes": "20:30", "speed_mps": "5:58"})
    assert "20.5 min; typically 5:58 min per km" in told.words
    run = next(one for one in read_diary(home).runs if one.minutes == 20.5)
    wrong = browser.send("/runs/new", {"date": "2026-11-20", "minutes": "21", "speed_mps": "2.8"})
    assert wrong.status == 422
    assert "such as 5:58" in wrong.words
    values = {"key": "speed_mps", "value": "6:10"}
    browser.send(f"/runs/{run.id}/edit", values, page=f"/runs/{run.id}")
    assert next(one for one in read_diary(home).runs if one.id == run.id).speed_mps == 2.703
