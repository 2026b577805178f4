"""Whether a run was advised when it began: judged by what the diary knew then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.load.advised_then import no_run_advised
from pfp_sensors.load.course import course
from pfp_sensors.load.judge import judge, situation
from pfp_sensors.load.trend import trend
from pfp_sensors.load.week_report import glance
from pfp_sensors.model.diary import Cap, History, Pain, Profile, Run, Symptom
from pfp_sensors.model.recommendation import NoRunAdvised
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = load_load_settings()
BEGAN = datetime(2026, 11, 20, 18, tzinfo=UTC)
KNEE = Profile(born=1990, knees=("left",), usual_pain={"left": 2}, screened=True)
LATE = Run("late", BEGAN, 3.0, 20.0)


def answers(run: Run, score: int = 1) -> Iterator[Pain]:
    start = run.start
    assert isinstance(start, datetime)
    yield Pain("during", score, start + timedelta(minutes=20), run=run.id)
    yield Pain("after60", score, start + timedelta(minutes=90), run=run.id)
    yield Pain("morning", score, start + timedelta(hours=13), run=run.id)


def diary(*more: Any, before_d: int = 4, **changes: Any) -> History:
    first = Run("first", BEGAN - timedelta(before_d), 1.6, 15.0)
    made = History(
        KNEE,
        runs=(first, LATE),
        pain=(*answers(first), *more),
        caps=(Cap(BEGAN - timedelta(before_d, hours=2), 3.0, 20.0),),
    )
    return replace(made, **changes)


def found(history: History, run: Run = LATE) -> NoRunAdvised | None:
    return no_run_advised(history, run, UTC, SETTINGS)


def test_a_quiet_run_was_advised() -> None:
    assert found(diary()) is None


def test_a_pause_names_its_end() -> None:
    hurt = Pain("day", 7, BEGAN - timedelta(days=1))
    one = found(diary(hurt))
    assert one is not None
    assert one.because == "pause"
    told = judge(diary(hurt, runs=diary().runs[:1]), BEGAN - timedelta(seconds=1), SETTINGS)
    assert one.until == told.rest_until == date(2026, 11, 22)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=5), timedelta(days=1)])
def test_what_was_entered_later_does_not_count(later: timedelta) -> None:
    hurt = Pain("day", 7, BEGAN - timedelta(days=1), entered=BEGAN + later)
    assert found(diary(hurt)) is None


def test_the_pain_of_the_run_itself_does_not_count() -> None:
    assert found(diary(Pain("before", 9, BEGAN - timedelta(hours=1), run="late"))) is None


def test_rest_and_a_red_flag_and_a_used_up_week() -> None:
    assert found(diary(before_d=1)) == NoRunAdvised("rest", date(2026, 11, 21))
    flag = Symptom("locking", BEGAN - timedelta(days=2))
    assert found(diary(symptoms=(flag,))) == NoRunAdvised("clinician")
    most = Run("most", BEGAN - timedelta(days=3), 60.0, 400.0)
    used = diary(*answers(most), runs=(*diary().runs, most))
    assert found(used) == NoRunAdvised("week", date(2026, 11, 23))


def test_runs_brought_in_from_before_the_diary_were_under_no_advice() -> None:
    runs = tuple(replace(one, entered=BEGAN + timedelta(days=2)) for one in diary(before_d=1).runs)
    assert found(History(KNEE, runs=runs), runs[1]) is None


def test_a_day_without_a_clock() -> None:
    day = replace(LATE, start=BEGAN.date(), entered=BEGAN + timedelta(hours=2))
    hurt = Pain("day", 7, BEGAN - timedelta(days=1))
    assert found(diary(hurt), day) is not None
    of_the_day = Pain("day", 7, BEGAN)  # nobody knows whether it came before the run
    assert found(diary(of_the_day), day) is None
    first = Run("first", BEGAN - timedelta(hours=4), 1.6, 15.0)
    of_the_first = Pain("during", 7, first.start, run="first")
    same_day = diary(of_the_first, runs=(first, day))
    assert found(same_day, day) is not None
    assert found(same_day, replace(day, entered=BEGAN + timedelta(days=3))) is None


def test_where_pain_meets_the_floor_the_reason_names_the_pain() -> None:
    run = Run("a", BEGAN, 1.6, 15.0)
    pain = (replace(next(answers(run)), score=5), *[*answers(run)][1:])
    told = judge(History(KNEE, runs=(run,), pain=pain), BEGAN + timedelta(days=1), SETTINGS)
    assert told.dose_km == pytest.approx(1.6)
    assert told.why == (
        "Pain while running reached 5/10 on Fri 20 Nov: slower, on level ground; distance and running time "
        "stay at the smallest run (X11)."
    )


def test_such_a_run_is_held_against_no_limit() -> None:
    at = BEGAN + timedelta(days=1)
    history = diary(Pain("day", 7, BEGAN - timedelta(days=1)))
    days = course(situation(history, at, SETTINGS), 2, None)
    late = next(one for one in days.runs if one.id == "late")
    assert (late.limit_km, late.limit_minutes, late.over) == (None, None, None)
    assert late.no_run is not None
    told = glance(trend(history, at, 2, SETTINGS), days)
    assert (told.unadvised, told.over) == (1, 0)
    assert "limit" not in days.missing or days.missing["limit"] < len(days.runs)
