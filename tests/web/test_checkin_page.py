"""The check-in as a form: the questions of the command, what is left out stays unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.add_symptom import SymptomGiven, add_symptom
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.model.diary import Profile
from pfp_sensors.report.checkin_words import day_questions
from pfp_sensors.report.page import moment_words
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import put_profile

if TYPE_CHECKING:
    from pathlib import Path

    from web_bench import Client

HOSTILE = "</textarea><script>alert(1)</script> {{7*7}}"


def set_profile(home: Path, **values: object) -> None:
    diary = open_diary(home)
    put_profile(diary, replace(Profile(), **values), at=now())  # type: ignore[arg-type]
    diary.close()


def test_the_questions_are_those_of_the_command(browser: Client, home: Path) -> None:
    page = browser.get("/checkin")
    for one in day_questions(hide_protein=False):
        assert f'name="{one.name}"' in page.text
        assert one.words in page.words
    assert not home.exists()
    set_profile(home, knees=("left", "right"), hide_protein=True)
    page = browser.get("/checkin")
    assert 'name="pain-left"' in page.text
    assert 'name="pain-right"' in page.text
    assert "protein" not in page.text


def test_answers_are_stored_and_the_rest_stays_unknown(browser: Client, home: Path) -> None:
    set_profile(home, knees=("left", "right"))
    yesterday = now().date() - timedelta(days=1)
    told = browser.send(
        "/checkin",
        {
            "day": str(yesterday),
            "pain-left": "2",
            "stairs_pain": "0",
            "sleep_h": "7,5",
            "breaks": "3",
            "better": HOSTILE,
            "warning_signs": "none",
        },
    )
    assert f"Stored for {moment_words(yesterday)}: worst pain of the day 2/10, left knee; " in told.words
    assert "pain on stairs 0/10, breaks in sitting: 3, hours of sleep: 7.5" in told.words
    history = read_diary(home)
    assert [(one.when, one.knee, one.score, one.at) for one in history.pain] == [
        ("day", "left", 2, yesterday)
    ]
    assert history.checkins[0].values == {
        "stairs_pain": 0,
        "sleep_h": 7.5,
        "breaks": 3,
        "better": HOSTILE,
        "warning_signs": False,
    }
    browser.send("/undo", {}, page=told)
    assert read_diary(home).checkins == ()


def test_nothing_answered_stores_nothing(browser: Client, home: Path) -> None:
    told = browser.send("/checkin", {})
    assert told.status == 422
    assert "Nothing was answered" in told.words
    assert read_diary(home).checkins == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stairs_pain", "11"),
        ("stairs_pain", "-1"),
        ("mood", "2.5"),
        ("sleep_h", "25"),
        ("sitting_h", "all day"),
        ("breaks", "1.5"),
        ("pain", "12"),
        ("day", "2999-01-01"),
        ("warning_signs", "itching"),
        ("over", "swelling"),
    ],
)
def test_what_cannot_be_is_shown_again_with_all_that_was_typed(
    name: str, value: str, browser: Client, home: Path
) -> None:
    told = browser.send("/checkin", {"note": HOSTILE, "stress": "4", name: value})
    assert told.status == 422
    assert "Not stored:" in told.words
    assert HOSTILE in told.words
    assert "<script>alert" not in told.text
    assert 'name="stress" type="text" inputmode="numeric" value="4"' in told.text
    assert read_diary(home).checkins == ()


def test_signs_of_the_week(browser: Client, home: Path) -> None:
    add_symptom(home, SymptomGiven("swelling"), at=now())
    page = browser.get("/checkin")
    assert "new, mild swelling, since" in page.words
    both = browser.send("/checkin", [("red_flags", "locking"), ("red_flags", "none")], page=page)
    assert both.status == 422
    told = browser.send("/checkin", [("over", "swelling"), ("red_flags", "locking")], page=page)
    assert "STOP RUNNING for now" in told.words
    assert "See a doctor or a physiotherapist; today at an urgent-care clinic" in told.words
    history = read_diary(home)
    assert {one.kind: one.end is None for one in history.symptoms} == {"swelling": False, "locking": True}
    assert history.checkins[0].values == {"red_flags": True}
    again = browser.get("/checkin")
    assert "Open already, and not asked again: the knee locks" in again.words
    assert 'value="locking"' not in again.text


def test_pain_on_stairs_alone_asks_for_a_score_of_the_day(browser: Client, home: Path) -> None:
    told = browser.send("/checkin", {"stairs_pain": "5"})
    assert "does not change the limits by itself" in told.words
    assert 'enter it: on <a href="/pain">' in told.text
    assert len(read_diary(home).checkins) == 1
