"""The next run judged: what is stored on the way, and what never is."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.coming_week import coming_week, plan_history
from pfp_sensors.actions.next_run import cap_to_issue, judge_history, next_run
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.restore import restore
from pfp_sensors.errors import UsageError
from pfp_sensors.formats.history import history_from_document
from pfp_sensors.model.diary import Cap, History, Pain, Run
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entry
from tests.cli.sample_diary import diary_document, write_diary

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.diary import Entry

LAST = date(2026, 10, 4)
AT = datetime(2026, 10, 6, 9, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    restore(write_diary(tmp_path / "diary.json", LAST), home, AT - timedelta(hours=1))
    return home


def add(home: Path, entry: Entry, at: datetime) -> None:
    with contextlib.closing(open_diary(home)) as diary:
        add_entry(diary, entry, at=at)


def figures(judged: Any) -> dict[str, Any]:
    """Give an answer without the moment it was asked for."""
    answer = judged.recommendation
    return {name: getattr(answer, name) for name in answer.__slots__ if name != "as_of"}


def issued(home: Path) -> list[Cap]:
    """Give the limits that were stored since the diary was restored."""
    return [cap for cap in read_diary(home).caps if isinstance(cap.at, datetime)]


def test_the_limit_that_is_told_is_kept_once(home: Path) -> None:
    first = next_run(home, AT)
    answer = first.recommendation
    assert answer.status == "ok"
    assert answer.next_run is not None
    assert [(cap.at, cap.km, cap.minutes) for cap in issued(home)] == [
        (AT, answer.dose_km, answer.dose_minutes)
    ]
    again = next_run(home, AT + timedelta(minutes=5))
    assert figures(again) == figures(first)
    assert len(issued(home)) == 1


def test_evidence_that_changes_the_dose_issues_a_new_limit(home: Path) -> None:
    before = next_run(home, AT).recommendation
    add(home, Pain("day", 4, AT + timedelta(hours=1)), AT + timedelta(hours=1))
    after = next_run(home, AT + timedelta(hours=2)).recommendation
    assert before.dose_km is not None
    assert after.dose_km is not None
    assert after.dose_km < before.dose_km
    assert [cap.km for cap in issued(home)] == [before.dose_km, after.dose_km]


def test_a_run_since_then_has_its_own_limit_even_if_it_is_the_same(home: Path) -> None:
    judged = next_run(home, AT)
    later = AT + timedelta(days=1)
    run = Run("later", AT + timedelta(hours=2), km=1.0, minutes=7.0)
    with_run = replace(judged, history=replace(judged.history, runs=(*judged.history.runs, run)))
    same = replace(with_run, recommendation=replace(judged.recommendation, as_of=later))
    assert cap_to_issue(judged) is None
    assert cap_to_issue(same) == Cap(later, judged.recommendation.dose_km, judged.recommendation.dose_minutes)


def test_no_limit_is_kept_where_no_run_is_advised(home: Path) -> None:
    add(home, Pain("day", 8, AT - timedelta(minutes=1)), AT - timedelta(minutes=1))
    assert next_run(home, AT).recommendation.status == "no_run"
    assert issued(home) == []


def test_the_stage_is_stored_by_the_program_once_and_never_before_the_start_questions(
    tmp_path: Path,
) -> None:
    document = diary_document(LAST) | {"events": []}
    home = tmp_path / "home"
    for profile in ({}, document["profile"]):
        history = history_from_document(document | {"profile": profile}, "test")
        with contextlib.closing(open_diary(home)) as diary:
            from pfp_sensors.store.diary_restore import replace_history

            replace_history(diary, history, at=AT, replace=True)
        for minutes in (0, 10):
            judged = next_run(home, AT + timedelta(minutes=minutes))
        events = read_diary(home).events
        if not profile:
            assert judged.recommendation.status == "needs_input"
            assert events == ()
    (event,) = events
    assert (event.kind, event.by, event.at) == ("stage", "program", AT)
    assert event.value == judged.recommendation.stage
    assert event.reason


def test_judging_a_day_of_the_past_or_a_file_stores_nothing() -> None:
    history = history_from_document(diary_document(LAST), "test")
    first, again = (judge_history(history, AT) for _ in range(2))
    assert figures(first) == figures(again)
    assert first.history is history


def test_runs_that_were_computed_are_named_as_such() -> None:
    history = history_from_document(diary_document(LAST), "test")
    notes = judge_history(history, AT).recommendation.notes
    assert any(note.startswith("SYNTHETIC: 10 runs") for note in notes)
    real = replace(history, runs=tuple(replace(run, synthetic=None) for run in history.runs))
    assert not any("SYNTHETIC" in note for note in judge_history(real, AT).recommendation.notes)


def test_asking_makes_no_home(tmp_path: Path) -> None:
    home = tmp_path / "absent"
    assert next_run(home, AT).recommendation.status == "needs_input"
    assert coming_week(home, AT).plan.recommendation.status == "needs_input"
    assert read_diary(home) == History()
    assert not home.exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        next_run(tmp_path / "file", AT)


def test_a_plan_is_issued_once_a_week(home: Path) -> None:
    def plans() -> list[str]:
        return [event.value for event in read_diary(home).events if event.kind == "plan_issued"]

    week = coming_week(home, AT)
    first = str(min(day.date for day in week.plan.days))
    assert plans() == [first]
    assert len(issued(home)) == 1
    coming_week(home, AT + timedelta(hours=3))
    assert plans() == [first]
    coming_week(home, AT + timedelta(days=7))
    assert len(plans()) == 2
    assert plan_history(read_diary(home), AT).plan.days
    assert len(plans()) == 2


def test_no_plan_is_issued_to_one_who_was_not_asked(tmp_path: Path) -> None:
    home = tmp_path / "home"
    add(home, Run("r1", AT - timedelta(days=1), km=4.0), AT)
    coming_week(home, AT)
    assert read_diary(home).events == ()
