"""The first questions on the page: the order and the guards of ``pfp setup``, and nothing lost on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from web_bench import Client, Reply, dashboard

from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.model.diary import RED_KINDS
from pfp_sensors.report.red_flag_words import WHOM_TO_SEE
from pfp_sensors.report.setup_questions import QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path

NO_SIGN = {f"sign_{kind}": "no" for kind in RED_KINDS}
SAFE = {"born": "1990", **NO_SIGN, "named": "no", "around": "yes", "aggravators": "stairs"}
MORE = {"knees": "right", "usual_pain_right": "2", "planned_runs": "3", "goal_week_km": "30,5"}


def test_safety_is_asked_first_in_the_words_of_the_command_and_nothing_is_made(
    browser: Client, home: Path
) -> None:
    page = browser.get("/setup")
    words = page.words
    order = [words.index(QUESTIONS[name]) for name in ("born", "red_flags", "named", "aggravators")]
    assert order == sorted(order)
    assert QUESTIONS["goal_week_km"] not in words
    assert all(text.lower() in words.lower() for text in RED_KINDS.values())
    assert not home.exists()


def test_the_two_steps_set_a_person_up(browser: Client, home: Path) -> None:
    second = browser.send("/setup", SAFE)
    assert QUESTIONS["knees"] in second.words
    third = browser.send("/setup/more", MORE, page=second)
    profile = read_diary(home).profile
    assert profile.screened is True
    assert (profile.born, profile.adult, profile.typical) == (1990, True, True)
    assert (profile.knees, dict(profile.usual_pain)) == (("right",), {"right": 2})
    assert (profile.planned_runs, profile.goal_week_km) == (3, 30.5)
    assert profile.walk_pain is None
    assert "pain after a walk of 30 minutes" in third.words[third.words.index("Still open") :]
    assert 'href="/import"' in third.text


def test_a_sign_leads_to_whom_to_see_and_is_kept_though_the_rest_is_missing(
    browser: Client, home: Path
) -> None:
    page = browser.send("/setup", {"sign_locking": "yes"})
    assert [one.kind for one in read_diary(home).symptoms] == ["locking"]
    assert read_diary(home).profile.flags_asked is None
    assert WHOM_TO_SEE["locking"][1] in page.words
    assert "not a diagnosis" in page.words
    assert 'href="/import"' not in page.text
    again = browser.get("/setup")
    assert "Stored as yes" in again.words
    assert 'name="sign_locking"' not in again.text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"born": str(now().year - 10)}, "This program is for adults"),
        ({**SAFE, "around": "no"}, "not typical kneecap pain"),
        ({**SAFE, "aggravators": "none"}, "not typical kneecap pain"),
    ],
)
def test_who_is_not_meant_is_told_so(browser: Client, answers: dict[str, str], said: str) -> None:
    assert said in browser.send("/setup", answers).words


def test_half_an_answer_stays_half(browser: Client, home: Path) -> None:
    page = browser.send("/setup", {**SAFE, "aggravators": "", "sign_trauma": ""}, page="/setup")
    assert page.status == 422  # an empty word is no choice of boxes to tick
    half = {k: v for k, v in SAFE.items() if k not in {"aggravators", "sign_trauma"}}
    page = browser.send("/setup", half)
    assert "Still open: the ten signs that belong to a clinician, whether it is typical" in page.words
    assert read_diary(home).profile.typical is None


@pytest.mark.parametrize(
    ("path", "wrong", "field"),
    [
        ("/setup", {**SAFE, "born": "19"}, "born"),
        ("/setup", {**SAFE, "born": "<script>alert(1)</script>"}, "born"),
        ("/setup", {**SAFE, "sign_trauma": "perhaps"}, "sign_trauma"),
        ("/setup/more", {**MORE, "usual_pain_right": "11"}, "usual_pain_right"),
        ("/setup/more", {**MORE, "usual_pain_left": "1"}, "knees"),
        ("/setup/more", {**MORE, "goal_week_km": "{{7*7}}"}, "goal_week_km"),
        ("/setup/more", {**MORE, "mass_kg": "700"}, "mass_kg"),
        ("/setup/more", {**MORE, "days": "someday"}, "days"),
    ],
)
def test_a_wrong_answer_is_named_at_its_field_and_nothing_is_stored(
    browser: Client, home: Path, path: str, wrong: dict[str, str], field: str
) -> None:
    page = browser.send(path, wrong)
    assert page.status == 422
    assert "Not stored:" in page.words
    assert _is_marked(page, field)
    assert "<script>alert" not in page.text
    assert "49" not in page.words
    assert read_diary(home).profile.screened is None


def test_a_second_visit_loosens_nothing(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    make_demo_diary(home, now() - timedelta(days=1))
    before = read_diary(home).profile
    with dashboard(home) as client:
        page = client.get("/setup/more")
        assert "changes only by" in page.words
        for name in ("impact_mode", "planned_runs", f"usual_pain_{before.knees[0]}"):
            assert f'name="{name}"' not in page.text
        refused = client.send("/setup/more", {"planned_runs": "7"})
        assert refused.status == 422
        assert "it changes the limits" in refused.words
        other = "left" if before.knees == ("right",) else "right"
        assert client.send("/setup/more", {"knees": other}).status == 422
    assert read_diary(home).profile == before


def _is_marked(page: Reply, field: str) -> bool:
    """Tell whether the field, and no other, is marked as wrong."""
    parts = page.text.split('class="field wrong"')
    return len(parts) == 2 and f'name="{field}"' in parts[1].split("</fieldset>")[0].split("</div>")[0]
