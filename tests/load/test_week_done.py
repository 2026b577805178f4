"""The week so far against its plan: each session has one state, found by kind and day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pfp_sensors.load.judge import judge
from pfp_sensors.load.plan import plan_week
from pfp_sensors.load.seen import see
from pfp_sensors.load.week_done import week_done
from pfp_sensors.model.diary import DiaryEvent, Exercise, History, Pain, Profile, Run, Symptom
from pfp_sensors.settings.exercises import load_exercises
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from pfp_sensors.load.week_done import WeekDone
    from pfp_sensors.model.diary import ExerciseKind

SETTINGS, BOOK = load_load_settings(), load_exercises()
MONDAY = datetime(2026, 11, 16, 6, tzinfo=UTC)
CALM = {"during": 1, "after60": 1, "morning": 1}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def at(day: int, hour: int = 8) -> datetime:
    """Give an hour of a day of the week, 0 for Monday."""
    return MONDAY.replace(hour=0) + timedelta(days=day, hours=hour)


def run(day: int, pain: dict[str, int] | None = None) -> Run:
    return Run(f"r{day + 100}", at(day), km=3.0, minutes=20.0, pain=dict(CALM if pain is None else pain))  # type: ignore[arg-type]


def exercise(day: int, kind: ExerciseKind, session: str | None = None) -> Exercise:
    return Exercise(at(day, 18), kind, "glute_bridge", pain=0, session=session)


EARLIER = (run(-12), run(-9), run(-7), run(-5), run(-2))
BEFORE = History(
    profile=Profile(born=1990, knees=("right",), usual_pain={"right": 1}, planned_runs=3),
    runs=EARLIER,
    events=(
        DiaryEvent(at(-14), "stage", "build", "program"),
        DiaryEvent(MONDAY, "plan_issued", "2026-11-16", "program", entered=MONDAY),
    ),
)
"""Planned on Monday at six: runs Tue, Fri, Sun; strength Mon, Thu; mobility Tue, Wed, Sun."""


def held(history: History, as_of: datetime) -> WeekDone:
    """Hold a week against its plan, with only what was known by then."""
    known = see(history, as_of, SETTINGS).history
    return week_done(history, plan_week(known, judge(known, as_of, SETTINGS), SETTINGS, BOOK), SETTINGS, BOOK)


def told(done: WeekDone, kind: str) -> dict[str, str]:
    """Give the states of a kind by weekday, where something was moved with the day on which it was done."""
    return {
        DAYS[one.day.weekday()]: f"moved to {DAYS[one.done_on.weekday()]}"
        if one.state == "moved" and one.done_on
        else one.state
        for one in done.sessions
        if one.kind == kind
    }


def with_done(*entries: Run | Exercise) -> History:
    runs = tuple(one for one in entries if isinstance(one, Run))
    return replace(
        BEFORE,
        runs=EARLIER + runs,
        exercises=tuple(one for one in entries if isinstance(one, Exercise)),
    )


def test_before_anything_was_done_all_is_to_come_and_there_is_nothing_to_look_back_on() -> None:
    done = held(BEFORE, at(0, 7))
    assert told(done, "run") == dict.fromkeys(("Tue", "Fri", "Sun"), "to_come")
    assert told(done, "strength") == dict.fromkeys(("Mon", "Thu"), "to_come")
    assert not done.has_begun


def test_done_moved_not_done_and_still_to_come() -> None:
    history = with_done(exercise(0, "strength"), run(2), exercise(4, "strength"))
    done = held(history, at(5, 12))
    assert told(done, "run") == {"Tue": "moved to Wed", "Fri": "not_done", "Sun": "to_come"}
    assert told(done, "strength") == {"Mon": "done", "Thu": "moved to Fri"}
    assert told(done, "mobility") == {"Tue": "not_done", "Wed": "not_done", "Sun": "to_come"}
    assert done.has_begun
    assert done.besides == ()


def test_a_session_of_today_is_still_to_come_until_the_day_is_over() -> None:
    assert told(held(BEFORE, at(1, 22)), "run")["Tue"] == "to_come"
    assert told(held(BEFORE, at(1, 23) + timedelta(minutes=59, seconds=59)), "run")["Tue"] == "not_done"


def test_a_run_that_was_done_before_its_day_is_not_asked_for_again_under_that_day() -> None:
    done = held(with_done(run(1), run(3)), at(3, 20))
    assert told(done, "run")["Fri"] == "moved to Thu"


def test_what_the_advice_took_back_is_not_counted_as_missed() -> None:
    hurt = with_done(run(1, {"during": 7, "after60": 7, "morning": 6}))
    done = held(hurt, at(6, 12))
    assert told(done, "run") == {"Tue": "done", "Fri": "called_off", "Sun": "called_off"}
    assert "not_done" in told(done, "strength").values()


def test_while_a_clinician_comes_first_nothing_counts_as_missed() -> None:
    locked = replace(BEFORE, symptoms=(Symptom("locking", at(0, 12), entered=at(0, 12)),))
    done = held(locked, at(3, 12))
    assert told(done, "run") == {"Tue": "called_off"}
    assert set(told(done, "mobility").values()) == {"called_off"}
    assert "to_come" not in {one.state for one in done.sessions}


def test_without_a_plan_nothing_was_missed_and_what_was_done_is_named() -> None:
    history = replace(with_done(run(1), exercise(2, "cross")), events=BEFORE.events[:1])
    done = held(history, at(3, 12))
    assert {one.state for one in done.sessions} == {"to_come"}
    assert done.besides == ((date(2026, 11, 17), "run"), (date(2026, 11, 18), "cross"))


def test_the_plan_of_the_week_before_reaches_into_this_one() -> None:
    thursday = at(-4, 7)
    event = DiaryEvent(thursday, "plan_issued", "2026-11-12", "program", entered=thursday)
    history = replace(BEFORE, events=(BEFORE.events[0], event))
    done = held(history, at(3, 12))
    assert told(done, "run")["Tue"] == "not_done"
    assert "Thu" not in {DAYS[one.day.weekday()] for one in done.sessions if one.state != "to_come"}


def test_a_plan_asked_for_after_the_run_does_not_take_that_day_from_the_plan_before() -> None:
    evening = at(1, 20)
    event = DiaryEvent(evening, "plan_issued", "2026-11-17", "program", entered=evening)
    thursday = replace(event, at=at(-4, 7), entered=at(-4, 7))
    history = replace(with_done(run(1)), events=(BEFORE.events[0], thursday, event))
    assert told(held(history, at(1, 21)), "run")["Tue"] == "done"


def test_the_activation_at_the_end_of_a_mobility_session_is_no_strength_session() -> None:
    short = (exercise(2, "mobility", "session-1"), exercise(2, "strength", "session-1"))
    done = held(with_done(exercise(0, "strength"), *short), at(3, 12))
    assert told(done, "mobility")["Wed"] == "done"
    assert told(done, "strength")["Mon"] == "done"
    assert "moved to Wed" not in told(done, "strength").values()
    assert done.besides == ()


def test_what_is_entered_late_does_not_change_what_was_planned() -> None:
    late = Pain("day", 8, at(1, 7), knee="right", entered=at(4, 20))
    done = held(replace(BEFORE, pain=(late,)), at(4, 22))
    assert told(done, "run")["Tue"] == "not_done"


@pytest.mark.parametrize("issued", [date(2026, 11, 16), at(0, 6)])
def test_a_plan_whose_hour_is_not_known_counts_from_its_day(issued: date) -> None:
    event = DiaryEvent(issued, "plan_issued", "2026-11-16", "program")
    done = held(replace(BEFORE, events=(BEFORE.events[0], event)), at(2, 12))
    assert told(done, "run")["Tue"] == "not_done"


KINDS: tuple[ExerciseKind, ...] = ("strength", "mobility", "drill", "cross")
ENTRIES = st.lists(
    st.one_of(
        st.builds(run, st.integers(0, 6)),
        st.builds(exercise, st.integers(0, 6), st.sampled_from(KINDS)),
    ),
    max_size=7,
    unique_by=lambda one: (type(one), one.start if isinstance(one, Run) else (one.at, one.kind)),
)
MOMENTS = st.builds(at, st.integers(0, 6), st.sampled_from([0, 9, 20, 23]))


def done_days(history: History, as_of: datetime) -> set[tuple[date, str]]:
    done = [(one.start, "run") for one in history.runs] + [(one.at, one.kind) for one in history.exercises]
    moments = [(moment, kind) for moment, kind in done if isinstance(moment, datetime)]
    return {(moment.date(), kind) for moment, kind in moments if at(0, 0) <= moment <= as_of}


@given(ENTRIES, MOMENTS)
@effort(max_examples=60, deadline=None)
def test_every_entry_is_told_of_once_and_nothing_of_the_future_is(
    entries: list[Run | Exercise], as_of: datetime
) -> None:
    history = with_done(*entries)
    done = held(history, as_of)
    used = [(one.done_on, one.kind) for one in done.sessions if one.done_on] + list(done.besides)
    assert sorted(used) == sorted(done_days(history, as_of))
    assert len({(one.day, one.kind) for one in done.sessions}) == len(done.sessions)
    for one in done.sessions:
        assert (one.done_on is not None) == (one.state in {"done", "moved"})
        assert (one.done_on == one.day) == (one.state == "done")
        assert one.state != "to_come" or one.day >= as_of.date()
        assert one.state != "not_done" or one.day < as_of.date()
        assert done.monday <= one.day < done.monday + timedelta(7)


@given(ENTRIES, MOMENTS, st.builds(exercise, st.integers(0, 6), st.sampled_from(KINDS)))
@effort(max_examples=40, deadline=None)
def test_one_more_exercise_never_makes_more_of_it_missed(
    entries: list[Run | Exercise], as_of: datetime, more: Exercise
) -> None:
    def missed(history: History) -> int:
        return sum(one.state == "not_done" and one.kind == more.kind for one in held(history, as_of).sessions)

    assert missed(with_done(*entries, more)) <= missed(with_done(*entries))


@given(ENTRIES, MOMENTS)
@effort(max_examples=20, deadline=None)
def test_the_order_of_the_diary_does_not_matter(entries: list[Run | Exercise], as_of: datetime) -> None:
    assert held(with_done(*entries), as_of) == held(with_done(*reversed(entries)), as_of)
