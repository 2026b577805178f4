"""The first page: the answer, what is missing, pain by one tap, and the last act taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from web_bench import Client, Reply, dashboard

from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_demo_diary(tmp_path / "home", now() - timedelta(days=1))
    return tmp_path / "home"


@pytest.fixture
def browser(home: Path) -> Iterator[Client]:
    with dashboard(home) as client:
        yield client


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
