"""What the pages of weeks rest on: runs against the limits that were in force, days, the record of advice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from made_diary import made_diary
from made_weeks import SESSION, SUNDAY, full_diary

from pfp_sensors.load.advice_record import AdviceRecord, advice_record
from pfp_sensors.load.course import Course, course
from pfp_sensors.load.judge import situation
from pfp_sensors.load.knee_load_index import run_indices, step_index
from pfp_sensors.load.trend import first_day, trend
from pfp_sensors.load.week_report import glance
from pfp_sensors.model.diary import Cap, Checkin, Exercise, History, Override, Pain, Profile, Run, Symptom
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from datetime import datetime

SETTINGS = load_load_settings()


def days_of(history: History, weeks: int = 8, at: datetime = SUNDAY) -> Course:
    now = situation(history, at, SETTINGS)
    return course(now, weeks, first_day(now.seen))


def record_of(history: History, since: date, at: datetime = SUNDAY) -> AdviceRecord:
    return advice_record(situation(history, at, SETTINGS).seen, since, SETTINGS)


def run(day: int, **more: float) -> Run:
    return Run(f"r{day}", SUNDAY - timedelta(day), **more)  # type: ignore[arg-type]


def cap(day: int, km: float | None, minutes: float | None) -> Cap:
    return Cap(SUNDAY - timedelta(day, hours=1), km, minutes)


@pytest.mark.parametrize(
    ("figures", "limit", "expected"),
    [
        ({"km": 4.0, "minutes": 26.0}, (4.4, 28.0), ()),
        ({"km": 4.5, "minutes": 26.0}, (4.4, 28.0), ("km",)),
        ({"km": 4.5, "minutes": 29.0}, (4.4, 28.0), ("km", "minutes")),
        ({"km": 4.4, "minutes": 28.0}, (4.4, 28.0), ()),
        ({"minutes": 29.0}, (4.4, 28.0), ("minutes",)),
        ({"minutes": 26.0}, (4.4, None), None),
        ({}, (4.4, 28.0), None),
        ({"km": 0.5}, (0.0, None), ("km",)),
    ],
)
def test_a_run_against_its_limit(
    figures: dict[str, float], limit: tuple[float | None, float | None], expected: tuple[str, ...] | None
) -> None:
    (one,) = days_of(History(runs=(run(2, **figures),), caps=(cap(2, *limit),))).runs
    assert one.over == expected
    assert (one.limit_km, one.limit_minutes) == limit


def test_a_limit_that_came_later_does_not_count() -> None:
    (one,) = days_of(History(runs=(run(2, km=9.0),), caps=(cap(1, 4.4, None),))).runs
    assert (one.over, one.limit_km) == (None, None)


def test_the_weeks_end_on_the_sunday_and_hold_no_older_run() -> None:
    shown = days_of(History(runs=(run(0, km=1.0), run(6, km=1.0), run(7, km=1.0), run(60, km=1.0))), weeks=1)
    assert (shown.first, shown.last) == (SUNDAY.date() - timedelta(6), SUNDAY.date())
    assert [one.id for one in shown.runs] == ["r6", "r0"]


def test_pain_counts_for_each_knee_that_hurts_and_is_never_made_up() -> None:
    history = History(
        profile=Profile(knees=("left", "right")),
        pain=(
            Pain("day", 2, SUNDAY - timedelta(1)),
            Pain("day", None, SUNDAY),
            Pain("day", 0, SUNDAY, "left"),
        ),
    )
    points = [(one.knee, one.score) for one in days_of(history).pain]
    assert points == [("left", 2), ("right", 2), ("left", 0)]


def test_quiet_days_and_triggers_by_week() -> None:
    monday = SUNDAY - timedelta(6)
    history = History(
        runs=(run(4, km=3.0),),
        exercises=(Exercise(SUNDAY - timedelta(3), "strength", "squat_modest", pain=3),),
        checkins=(
            Checkin(monday, {"stairs_pain": 1, "sitting_h": 8.0}),
            Checkin(SUNDAY, {"stairs_pain": 4, "walk_pain": True}),
        ),
    )
    before, now = days_of(history, weeks=2).life
    assert (before.quiet_days, before.triggers) == (None, {})
    assert now.quiet_days == 5
    assert now.triggers == {"stairs_pain": 4.0, "sitting_h": 8.0, "squat_pain": 3.0}


def test_what_is_missing_is_counted() -> None:
    assert days_of(made_diary()).missing == {
        "km": 1, "speed_mps": 1, "cadence_spm": 1, "steps": 6, "downhill_min": 6, "index": 6, "limit": 1,
        "impact": 1, "pain": 1,
    }  # fmt: skip


def test_the_index_counts_a_usual_step_as_one() -> None:
    assert step_index(1000, 1.0, 1.0, 2.0, 0.5) == 1000
    assert step_index(1000, 1.1, 1.0, 2.0, 0.5) == pytest.approx(1210)
    assert step_index(1000, 1.0, 1.44, 2.0, 0.5) == pytest.approx(1200)
    usual = Run("a", SUNDAY, km=4.0, steps=4000, speed_mps=2.5)
    longer = Run("b", SUNDAY, km=4.0, steps=3200, speed_mps=2.5)
    bare = Run("c", SUNDAY, km=4.0, speed_mps=2.5)
    found = run_indices([usual, longer, bare], [usual], 2.5, SETTINGS)
    power = SETTINGS.index.step_power
    assert found == {"a": pytest.approx(4000), "b": pytest.approx(3200 * 1.25**power)}
    assert run_indices([usual], [usual], None, SETTINGS) == {}
    assert run_indices([usual], [bare], 2.5, SETTINGS) == {}


def test_a_clinicians_words_and_whether_they_hold() -> None:
    since = SUNDAY.date() - timedelta(55)
    by_reason = {one.override.reason: one.state for one in record_of(full_diary(), since).overrides}
    assert by_reason == {"examined, no block": "in force", "slower for now": "over", "doing well": "in force"}
    later = record_of(full_diary(), since, SUNDAY + timedelta(11))
    assert {one.override.reason: one.state for one in later.overrides}["doing well"] == "over"
    recent = record_of(full_diary(), SUNDAY.date() - timedelta(6))
    assert [one.override.reason for one in recent.overrides] == ["examined, no block", "doing well"]
    nameless = Override(SUNDAY - timedelta(1), SESSION, 0.2, SUNDAY.date(), "", "", "")
    assert [one.state for one in record_of(full_diary(overrides=(nameless,)), since).overrides] == [
        "not counted"
    ]


def test_signs_stay_open_as_the_rules_have_it() -> None:
    flag = Symptom("locking", SUNDAY - timedelta(100), SUNDAY - timedelta(90))
    swelling = Symptom("swelling", SUNDAY - timedelta(2))
    stiff = Symptom("morning_stiffness", SUNDAY - timedelta(2))
    past = Symptom("swelling", SUNDAY - timedelta(100), SUNDAY - timedelta(99))
    record = record_of(History(symptoms=(flag, swelling, stiff, past)), SUNDAY.date() - timedelta(6))
    assert [(one.symptom.kind, one.is_red, one.is_open) for one in record.signs] == [
        ("locking", True, True), ("morning_stiffness", False, False), ("swelling", False, True),
    ]  # fmt: skip
    assert record.red_flags == ("locking",)
    cleared = Override(SUNDAY - timedelta(1), "red", "all", None, "A", "doctor", "seen")
    record = record_of(History(symptoms=(flag,), overrides=(cleared,)), SUNDAY.date() - timedelta(6))
    assert record.red_flags == ()
    assert record.signs == ()


def test_the_stage_before_the_weeks_and_its_changes() -> None:
    full = full_diary()
    record = record_of(full, SUNDAY.date() - timedelta(20))
    assert record.stage_before is not None
    assert record.stage_before.value == "build"
    assert record.stages == ()
    record = record_of(full, SUNDAY.date() - timedelta(30))
    assert [one.value for one in record.stages] == ["build"]


def test_at_a_glance() -> None:
    history = made_diary()
    told = glance(trend(history, SUNDAY, 8, SETTINGS), days_of(history))
    assert told.worst_this_week is not None
    assert (told.worst_this_week.score, told.worst_this_week.item) == (3, "during")
    assert told.worst_last_week is not None
    assert told.worst_last_week.score == 4
    assert (told.limited, told.over) == (5, 1)
    assert [(one.kind, one.done, one.planned, one.weeks) for one in told.adherence] == [
        ("strength", 2, 2, 1), ("mobility", 0, 3, 1),
    ]  # fmt: skip
    assert (told.full_weeks, told.weeks_with_all_runs) == (2, 0)
    nothing = glance(trend(History(), SUNDAY, 8, SETTINGS), days_of(History()))
    assert (nothing.worst, nothing.limited, nothing.full_weeks) == (None, 0, 0)
    assert nothing.adherence[0].planned is None
