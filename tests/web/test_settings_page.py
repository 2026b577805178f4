"""Settings on the page: what changes only on purpose does, by the rules of ``pfp confirm``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from web_bench import Client, dashboard

from pfp_sensors.actions.confirm_baseline import stored_baselines, suggestion
from pfp_sensors.actions.export_history import write_history_file
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.restore import restore
from pfp_sensors.actions.standing import standing_profile

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.diary import Profile

HOSTILE = """<script>x()</script> "q" 'q' {{7*7}}"""


@pytest.fixture
def home(demo_home: Path) -> Path:
    return demo_home


def test_without_a_diary_there_are_the_first_questions_and_restore(tmp_path: Path) -> None:
    with dashboard(tmp_path / "new") as client:
        page = client.get("/settings")
    assert 'href="/setup"' in page.text
    assert 'href="/restore"' in page.text
    assert 'action="/settings/goal"' not in page.text
    assert not (tmp_path / "new").exists()


def test_the_profile_stands_with_its_figures_and_deleting_is_a_command(browser: Client, home: Path) -> None:
    words = browser.get("/settings").words
    profile = _standing(home)
    assert f"Taken well, up to {profile.longest_tolerated_km:g} km" in words
    assert f"Plan: {profile.planned_runs} runs a week" in words
    assert str(home) in words
    assert "pfp forget" in words


def test_the_goal_changes_and_is_taken_back(browser: Client, home: Path) -> None:
    before = _standing(home)
    told = browser.send("/settings/goal", {"goal_week_km": "42", "goal_longest_km": ""}, page="/settings")
    assert "your goal is 42 km a week, no goal for the longest run" in told.words
    assert (_standing(home).goal_week_km, _standing(home).goal_longest_km) == (42, None)
    browser.send("/undo", {}, page=told)
    assert _standing(home) == before


def test_the_plan_changes_and_the_same_again_is_refused(browser: Client, home: Path) -> None:
    plan = [("planned_runs", "2"), ("days", "sun"), ("days", "tue"), ("softer", "no"), ("impact_mode", "")]
    told = browser.send("/settings/plan", plan, page="/settings")
    assert "your plan is 2 runs a week, on tue, sun" in told.words
    assert _standing(home).days == ("tue", "sun")
    again = browser.send("/settings/plan", plan, page="/settings")
    assert again.status == 422
    assert "stored already" in again.words


def test_usual_pain_rises_only_by_a_clinician(browser: Client, home: Path) -> None:
    (knee, score), *_ = _standing(home).usual_pain.items()
    name = f"usual_pain_{knee}"
    refused = browser.send("/settings/usual-pain", {name: f"{score + 1}"}, page="/settings")
    assert refused.status == 422
    assert "rises only by a clinician" in refused.words
    half = browser.send("/settings/usual-pain", {name: f"{score + 1}", "by": "Kim"}, page="/settings")
    assert "a name, a role and a reason" in half.words
    assert _standing(home).usual_pain[knee] == score
    whole = {name: f"{score + 1}", "by": "Kim", "role": "PT", "reason": HOSTILE}
    assert browser.send("/settings/usual-pain", whole, page="/settings").status == 200
    assert _standing(home).usual_pain[knee] == score + 1


def test_what_changed_at_the_sensor_is_shown_as_it_was_typed(browser: Client) -> None:
    told = browser.send("/settings/context", {"context": HOSTILE}, page="/settings")
    assert HOSTILE in told.words
    assert "<script>x" not in told.text
    assert browser.send("/settings/context", {"context": HOSTILE}, page="/settings").status == 422


def test_without_a_suggestion_there_is_nothing_to_take_over(browser: Client) -> None:
    page = browser.get("/settings")
    assert "There is nothing to suggest" in page.words
    assert 'action="/settings/baseline"' not in page.text


def test_a_suggested_baseline_is_shown_with_its_runs_and_taken_over(home: Path, tmp_path: Path) -> None:
    known = read_diary(home)
    events = tuple(one for one in known.events if one.kind != "baseline")
    write_history_file(replace(known, events=events), tmp_path / "h.json")
    restore(tmp_path / "h.json", tmp_path / "new", now())
    with dashboard(tmp_path / "new") as client:
        page = client.get("/settings")
        found = suggestion(read_diary(tmp_path / "new"), now())
        assert found is not None
        assert all(f'href="/runs/{run}"' in page.text for run in found.proposal.runs)
        told = client.send("/settings/baseline", {}, page=page)
    assert f"from {found.n_runs['right']} runs" in told.words
    stored = stored_baselines(read_diary(tmp_path / "new"), now())
    assert stored["right"] == found.proposal.baseline["right"]


def test_what_is_at_hand_cannot_be_emptied_silently(browser: Client, home: Path) -> None:
    told = browser.send("/settings/about", {"equipment": "band", "mass_kg": "61.5"}, page="/settings")
    assert told.status == 200
    assert (_standing(home).equipment, _standing(home).mass_kg) == (("band",), 61.5)
    refused = browser.send("/settings/about", {"mass_kg": "70"}, page="/settings")
    assert refused.status == 422
    assert _standing(home).mass_kg == 61.5


def _standing(home: Path) -> Profile:
    return standing_profile(read_diary(home), now())
