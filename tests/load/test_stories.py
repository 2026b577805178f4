"""The engine gives what the worked stories say, computed by hand from load.md."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from pfp_sensors.formats.history import history_from_document
from pfp_sensors.load.judge import judge
from pfp_sensors.settings.load import load_load_settings
from tests.load.stories import STORIES, Story

SETTINGS = load_load_settings()


def answer(story: Story) -> Any:
    history = history_from_document(story.document, "story")
    return judge(history, datetime.fromisoformat(story.as_of), SETTINGS)


def shown(recommendation: Any) -> dict[str, Any]:
    """Return the fields of an answer by the names that the stories use."""
    run = recommendation.next_run
    walk_run = None if run is None else run.walk_run
    return {
        "status": recommendation.status,
        "stage": recommendation.stage,
        "tier": recommendation.tier,
        "tier_new": recommendation.tier_new,
        "refer": recommendation.refer,
        "max_km": None if run is None else run.max_km,
        "max_minutes": None if run is None else run.max_minutes,
        "max_speed": None if run is None else run.max_speed_mps,
        "week_km": recommendation.week.max_km,
        "week_minutes": recommendation.week.max_minutes,
        "done_km": recommendation.done_km,
        "dose_km": recommendation.dose_km,
        "reference_km": recommendation.reference_km,
        "reference_minutes": recommendation.reference_minutes,
        "rest_until": None if recommendation.rest_until is None else recommendation.rest_until.isoformat(),
        "impact_tolerance_g": recommendation.impact_tolerance_g,
        "impact_excess": recommendation.impact_excess,
        "ladder_phase": recommendation.ladder_phase,
        "run_min": None if walk_run is None else walk_run.run_min,
        "walk_min": None if walk_run is None else walk_run.walk_min,
    }


@pytest.fixture(params=STORIES, ids=lambda story: story.name)
def story(request: pytest.FixtureRequest) -> Story:
    return request.param


def test_figures(story: Story) -> None:
    found = shown(answer(story))
    wrong = {
        key: (found[key], value)
        for key, value in story.expected.items()
        if found[key] != (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value)
    }
    assert wrong == {}, "found, expected"


def test_rules_that_bind_and_fire(story: Story) -> None:
    rules = answer(story).rules
    binding = {rule.id for rule in rules if rule.binding}
    fired = {rule.id for rule in rules if rule.fired}
    assert set(story.binding) - binding == set()
    assert {*story.fired, *story.binding} - fired == set()
    assert set(story.quiet) & fired == set()


def test_what_is_missing_and_modified(story: Story) -> None:
    recommendation = answer(story)
    lines = " | ".join(recommendation.missing)
    assert [word for word in story.missing if word not in lines] == []
    assert set(story.modifiers) - recommendation.modifiers == set()


def test_stories_are_labelled_and_named_once() -> None:
    assert len({story.name for story in STORIES}) == len(STORIES)
    for story in STORIES:
        assert all(run["synthetic"] for run in story.document["runs"])
        assert all(
            datetime.fromisoformat(run["start"]) < datetime.fromisoformat(story.as_of)
            for run in story.document["runs"]
        )
        assert date.fromisoformat(story.as_of[:10])
