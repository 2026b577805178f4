"""The pages of the week, the trend and the programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from web_bench import Client, dashboard

from pfp_sensors.actions.coming_week import coming_week, week_so_far
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.report.week_done_text import state_words
from pfp_sensors.report.week_text import session_words
from pfp_sensors.report.words import NOT_KNEE_LOAD

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(demo_home: Path) -> Path:
    return demo_home


@pytest.mark.parametrize("path", ["/week", "/trend", "/programme"])
def test_an_empty_home_is_no_error_and_none_is_made(path: str, tmp_path: Path) -> None:
    with dashboard(tmp_path / "new") as client:
        assert client.get(path).status == 200
    assert not (tmp_path / "new").exists()


def test_the_week_shows_what_the_command_shows(browser: Client, home: Path) -> None:
    words = browser.get("/week").words
    week = coming_week(home, now())
    for day in week.plan.days:
        for session in day.sessions:
            assert " ".join(session_words(session).partition(" ask `")[0].split()) in words
    for one in week_so_far(week).sessions:
        assert state_words(one) in words


def test_the_week_remembers_that_a_plan_was_issued_as_the_command_does(home: Path) -> None:
    def issued() -> int:
        return sum(one.kind == "plan_issued" for one in read_diary(home).events)

    with dashboard(home) as client:
        client.get("/week")
        once = issued()
        client.get("/week")
    coming_week(home, now())
    assert issued() == once >= 1


def test_a_red_flag_stops_the_week(browser: Client, home: Path) -> None:
    from pfp_sensors.actions.add_symptom import SymptomGiven, add_symptom

    add_symptom(home, SymptomGiven("locking"), at=now())
    words = browser.get("/week").words
    assert "please let a clinician look at this" in words
    assert "Cue for this week" not in words
    assert "No exercises for now" in browser.get("/programme").words


@pytest.mark.parametrize("weeks", [4, 8, 12, 26, 52])
def test_the_trend_has_each_chart_with_its_table(browser: Client, weeks: int) -> None:
    page = browser.get(f"/trend?weeks={weeks}")
    assert page.text.count("<svg") == page.text.count("<figure") >= 5
    assert page.text.count("<summary") >= 5
    assert "SYNTHETIC" in page.words
    assert NOT_KNEE_LOAD in page.words
    assert "steps per minute" in page.words
    assert f'href="/trend?weeks={weeks}" aria-current="page"' in page.text


@pytest.mark.parametrize("weeks", ["5", "x", "-1", "99999999999999999999", "<script>", "4&weeks=%00"])
def test_other_weeks_are_refused(browser: Client, weeks: str) -> None:
    page = browser.ask("GET", f"/trend?weeks={weeks.replace('<', '%3C').replace('>', '%3E')}")
    assert page.status == 404
    assert "<script>" not in page.text


def test_a_word_of_the_diary_cannot_become_markup(browser: Client, home: Path) -> None:
    import contextlib

    from pfp_sensors.model.diary import Checkin
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import add_entry

    with contextlib.closing(open_diary(home)) as diary:
        add_entry(diary, Checkin(now(), {"better": "<script>alert(1)</script> {{7*7}}"}), at=now())
    page = browser.get("/trend")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in page.text


def test_the_programme_says_what_holds_and_how_each_exercise_is_done(browser: Client) -> None:
    words = browser.get("/programme").words
    assert "Block A: activation, daily" in words
    assert "Squeeze your buttocks and lift the hips" in words
    assert "2 to 3 sets of 10 to 12, 2 s there and 2 s back" in words
    assert "hurts more than 2 of 10" in words
    assert "in the session that is due" in words


def test_an_exercise_is_entered_and_taken_back(browser: Client, home: Path) -> None:
    before = len(read_diary(home).exercises)
    values = {"exercise": "quad_set", "sets": "3", "reps": "10", "hold_s": "5,5", "side": "left", "pain": "1"}
    told = browser.send("/programme", values | {"form_ok": "yes", "date": f"{now():%Y-%m-%d}"})
    assert "Written: quad set" in told.words
    added = read_diary(home).exercises[-1]
    assert (added.name, added.sets, added.hold_s, added.side, added.form_ok) == (
        "quad_set",
        3,
        5.5,
        "left",
        True,
    )
    browser.send("/undo", {}, page=told)
    assert len(read_diary(home).exercises) == before


def test_another_activity_has_its_own_short_form(browser: Client, home: Path) -> None:
    page = browser.get("/programme?exercise=other")
    assert 'name="minutes"' in page.text
    assert 'name="sets"' not in page.text
    browser.send("/programme", {"exercise": "other", "minutes": "45", "rpe": "3"}, page=page)
    added = read_diary(home).exercises[-1]
    assert (added.name, added.kind, added.minutes, added.rpe) == ("other", "cross", 45.0, 3)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"exercise": ""}, "Exercise is missing"),
        ({"exercise": "<b>x"}, "There is no exercise"),
        ({"exercise": "quad_set", "sets": "0"}, '"Sets" is 0; it must be 1 to 50'),
        ({"exercise": "quad_set", "load_kg": "900"}, '"Weight used, kg" is 900'),
        ({"exercise": "quad_set", "pain": "11"}, "it must be a whole number from 0 to 10"),
        ({"exercise": "quad_set", "side": "up"}, "Choose one of left, right"),
        ({"exercise": "quad_set", "date": "2999-01-01"}, "Day"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(
    browser: Client, home: Path, values: dict[str, str], said: str
) -> None:
    before = len(read_diary(home).exercises)
    page = browser.send("/programme", {"reps": "17", **values})
    assert page.status == 422
    assert said in page.words
    assert 'name="reps" type="text" inputmode="numeric" value="17"' in page.text
    assert "<b>x" not in page.text
    assert len(read_diary(home).exercises) == before
