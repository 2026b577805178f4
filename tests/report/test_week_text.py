"""Seven days as a table: every session, the volume, what moved and what was dropped, one cue."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_recommendation import RECOMMENDATIONS, made_week

from pfp_sensors.model.recommendation import PlannedDay, PlannedSession
from pfp_sensors.report.week_text import CLOSING_CUE, week_text

PAGE = """\
At most 4.0 km or 26 min, no faster than 6:16/km, not before Tuesday 24 Nov.

Why: pain reached 4/10 on Tuesday, so the next run is 80 % of 5.0 km.

Mon 23 Nov  strength  gentle strength, block A
Tue 24 Nov  run       easy and flat, at most 4.0 km or 26 min
            mobility  mobility
Wed 25 Nov  other     cycle, swim or walk (if you like)
Thu 26 Nov  strength  strength, blocks A and B
Fri 27 Nov  run       easy, at most 4.0 km or 26 min (provisional)
Sat 28 Nov  rest      full rest
Sun 29 Nov  -

  Every run         no faster than 6:16/km; about 172 steps per minute of both
                    feet, at the same speed; flat and even, no downhill
  These seven days  2 runs, at most 8.0 km and 52 min
                    Only the next run is firm: ask again after each run with
                    `pfp next`.
  Calendar week     Mon 16 Nov to Sun 22 Nov: at most 12.0 km or 79 min in 3
                    runs; 5.0 km and 33 min done

Moved
  - Tuesday's run stays; the longest run of Sunday is dropped.

Left out, because it did not fit
  - third mobility session

Decided by R2: `pfp week --rules`

Cue for this week: slow, deliberate repetitions, and the kneecap stays over the
middle of the foot.
"""


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_a_whole_week() -> None:
    assert week_text(made_week()) == PAGE


@pytest.mark.parametrize("name", RECOMMENDATIONS)
def test_every_session_of_every_day_is_there(name: str) -> None:
    plan = made_week(RECOMMENDATIONS[name])
    text = one_line(week_text(plan, 60))
    for day in plan.days:
        for session in day.sessions:
            assert session.text in text


def test_red_flags_are_told_and_no_cue_is_given() -> None:
    text = one_line(week_text(made_week(RECOMMENDATIONS["red, hot"])))
    assert "Go to an emergency department" in text
    assert "Cue for this week" not in text
    assert "no running for now" in text


def test_a_cue_of_ones_own() -> None:
    text = week_text(made_week(), cue="Land softly with bent knees.")
    assert text.endswith("Cue for this week: land softly with bent knees.\n")
    assert CLOSING_CUE not in text


def test_a_week_without_runs_says_so() -> None:
    plan = made_week(RECOMMENDATIONS["hold"])
    rest = PlannedSession("rest", (), "full rest")
    quiet = replace(
        plan, days=tuple(PlannedDay(day.date, (rest,)) for day in plan.days), moved=(), dropped=()
    )
    text = week_text(quiet)
    assert "These seven days  no running" in text
    assert "Moved" not in text
    assert "Left out" not in text


def test_seven_equal_days_are_written_once() -> None:
    plan = made_week(RECOMMENDATIONS["red, hot"])
    rest = PlannedSession("rest", (), "No running and no exercise.")
    text = week_text(replace(plan, days=tuple(PlannedDay(day.date, (rest,)) for day in plan.days)))
    assert text.count("No running and no exercise.") == 1
    assert "All days    rest      No running and no exercise." in text


def test_a_mark_that_the_text_has_is_not_repeated() -> None:
    plan = made_week()
    marked = (
        PlannedSession("cross", (), "Optional: walk", optional=True),
        PlannedSession("run", (), "Easy. Provisional: ask on that day.", 20.0, 3.0, provisional=True),
    )
    text = week_text(replace(plan, days=(PlannedDay(plan.days[0].date, marked), plan.days[1])))
    assert "(if you like)" not in text
    assert "(provisional)" not in text


def test_every_run_has_pace_cadence_and_ground_once() -> None:
    text = one_line(week_text(made_week()))
    assert text.count("no faster than 6:16/km") == 2  # the answer, and once below the table
    assert "Every run no faster than 6:16/km; about 172 steps per minute of both feet" in text
    assert "Every run" not in week_text(made_week(RECOMMENDATIONS["used up"]))


def test_why_runs_are_shorter_stands_below_the_table() -> None:
    assert "The week is shared out." in one_line(
        week_text(replace(made_week(), run_note="The week is shared out."))
    )


def test_the_calendar_week_is_that_of_the_judgement() -> None:
    # Sunday 22 November; the seven days begin on Monday the 23rd.
    assert "Calendar week     Mon 16 Nov to Sun 22 Nov: at most 12.0 km" in week_text(made_week())


def test_before_the_start_questions_no_volume_is_told() -> None:
    text = week_text(made_week(RECOMMENDATIONS["needs input"]))
    assert "These seven days" not in text
    assert "Calendar week" not in text


def test_rules_come_on_request() -> None:
    assert "Decided by R2: `pfp week --rules`\n" in week_text(made_week())
    assert "Rules that decide" not in week_text(made_week())
    assert "Rules that decide\n  R2" in week_text(made_week(), all_rules=True)


def test_an_unknown_part_is_not_counted_as_nothing() -> None:
    plan = made_week()
    unknown = PlannedSession("run", (), "easy, at most 20 min", 20.0, None)
    known = PlannedSession("run", (), "easy, at most 20 min", 20.0, 3.0)
    days = (PlannedDay(plan.days[0].date, (unknown,)), PlannedDay(plan.days[1].date, (known,)))
    text = week_text(replace(plan, days=days))
    assert "2 runs, at most 40 min" in text


@given(st.lists(st.tuples(st.floats(0.1, 30.0), st.floats(1.0, 200.0)), min_size=1, max_size=4))
def test_the_volume_shown_is_at_most_the_sum(doses: list[tuple[float, float]]) -> None:
    plan = made_week()
    days = tuple(
        PlannedDay(day.date, (PlannedSession("run", (), "easy", minutes, km),))
        for day, (km, minutes) in zip(plan.days, doses, strict=False)
    )
    found = re.search(r"at most ([\d.]+) km and (\d+) min\n", week_text(replace(plan, days=days)))
    assert found is not None
    assert float(found[1]) <= sum(km for km, _ in doses) + 1e-6
    assert int(found[2]) <= sum(minutes for _, minutes in doses) + 1e-6
