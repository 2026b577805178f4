"""Signs of the knee: whom to see after a red flag, what a warning sign does, and the end of one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.add_symptom import SymptomGiven, add_symptom
from pfp_sensors.actions.now import now
from pfp_sensors.actions.open_signs import open_signs
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS
from pfp_sensors.report.red_flag_words import WHOM_TO_SEE

if TYPE_CHECKING:
    from pathlib import Path

    from web_bench import Client

NOTE = '<img src=x onerror=alert(1)> "o" {{7*7}}'


def test_every_sign_is_asked_for_in_plain_words(browser: Client, home: Path) -> None:
    page = browser.get("/signs")
    for kind, words in (AMBER_KINDS | RED_KINDS).items():
        assert f'name="kind" value="{kind}"' in page.text
        assert f"{words[0].upper()}{words[1:]}?" in page.words
    assert "Not over yet" not in page.words
    assert not home.exists()


@pytest.mark.parametrize("kind", RED_KINDS)
def test_after_a_red_flag_it_says_whom_to_see_and_how_soon(kind: str, browser: Client) -> None:
    told = browser.send("/signs", {"kind": kind})
    soon, whom = WHOM_TO_SEE[kind]
    assert "STOP RUNNING for now" in told.words
    assert f"{soon}. {whom}" in told.words
    assert "This is not a diagnosis" in told.words
    page = browser.get("/signs")
    assert page.words.index("Have this looked at") < page.words.index(whom) < page.words.index("Not over yet")
    assert 'href="/clinician"' in page.text


def test_a_sign_with_all_that_can_be_said_of_it(browser: Client, home: Path) -> None:
    today = now().date()
    values = {
        "kind": "swelling",
        "day": str(today - timedelta(days=5)),
        "ended": str(today - timedelta(days=2)),
        "knee": "left",
        "note": NOTE,
    }
    told = browser.send("/signs", values)
    assert "Written: new, mild swelling" in told.words
    (sign,) = read_diary(home).symptoms
    assert (sign.start, sign.end, sign.knee, sign.note) == (
        today - timedelta(days=5),
        today - timedelta(days=2),
        "left",
        NOTE,
    )
    assert "diary has this already" in browser.send("/signs", values).words
    assert len(read_diary(home).symptoms) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": ""}, "Which sign it is is missing"),
        ({"kind": "itching"}, "Sign: found"),
        ({"kind": "swelling", "day": "2999-01-01"}, "lies in the future"),
        ({"kind": "swelling", "day": "soon"}, "that is no day"),
        ({"kind": "swelling", "day": "2026-10-05", "ended": "2026-10-01"}, "the sign began on 2026-10-05"),
        ({"kind": "swelling", "knee": "both"}, "Knee: found"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_stored(
    values: dict[str, str], words: str, browser: Client, home: Path
) -> None:
    told = browser.send("/signs", {**values, "note": NOTE})
    assert told.status == 422
    assert words in told.words
    assert NOTE in told.words
    assert "<img" not in told.text
    assert read_diary(home).symptoms == ()


def test_a_sign_is_over_by_its_own_button(browser: Client, home: Path) -> None:
    at = now()
    start = at.date() - timedelta(days=4)
    add_symptom(home, SymptomGiven("swelling", start, None, "left", None), at=at)
    add_symptom(home, SymptomGiven("swelling", start, None, "right", None), at=at)
    page = browser.get("/signs")
    assert page.words.count("It is over") == 2
    wrong = browser.send("/signs/over", {"id": "s2", "ended-s2": str(start - timedelta(days=1))}, page=page)
    assert wrong.status == 422
    told = browser.send("/signs/over", {"id": "s2", "ended-s2": str(at.date())}, page=page)
    assert "Corrected: new, mild swelling" in told.words
    assert [(one.knee, one.end) for one in read_diary(home).symptoms] == [
        ("left", None),
        ("right", at.date()),
    ]
    assert browser.send("/signs/over", {"id": "s2", "ended-s2": str(at.date())}, page=page).status == 422
    assert [one.id for one in open_signs(home, at=at).going_on] == ["s1"]


def test_the_end_of_a_red_flag_does_not_lift_the_stop(browser: Client) -> None:
    browser.send("/signs", {"kind": "locking"})
    page = browser.get("/signs")
    assert "Its end alone does not lift the stop" in page.words
    told = browser.send("/signs/over", {"id": "s1", "ended-s1": str(now().date())}, page=page)
    assert "Its end does not lift the stop" in told.words
    assert "Have this looked at" in told.words
