"""Weeks of a diary: sums that stay unknown where a part is, medians, sessions, real changes, notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_diary import SUNDAY, at, made_diary

from pfp_sensors.load.trend import LegImpact, Sessions, Trend, TrendWeek, WorstPain, trend
from pfp_sensors.model.diary import (
    Checkin,
    DiaryEvent,
    Exercise,
    History,
    Pain,
    Profile,
    Run,
    RunImpact,
    Score,
)
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from pfp_sensors.load.life_notes import LifeNote

SHIPPED = load_load_settings()
SETTINGS = replace(SHIPPED, plan=replace(SHIPPED.plan, strength_sessions=2, mobility_sessions=3))
MONDAY = date(2026, 11, 16)


def trend_of(history: History, weeks: int = 1) -> Trend:
    return trend(history, SUNDAY, weeks, SETTINGS)


def last_week(history: History) -> TrendWeek:
    return trend_of(history).weeks[-1]


def runs(*values: tuple[float | None, float | None]) -> History:
    return History(runs=tuple(Run(f"r{i}", at(16 + i), km=km, minutes=m) for i, (km, m) in enumerate(values)))


def test_weeks_begin_on_monday_oldest_first() -> None:
    found = trend_of(made_diary(), 4)
    assert [week.monday for week in found.weeks] == [MONDAY - timedelta(weeks=n) for n in (3, 2, 1, 0)]
    assert [week.is_over for week in found.weeks] == [True, True, True, False]
    assert [week.runs for week in found.weeks] == [0, 2, 2, 2]
    assert found.synthetic


def test_before_the_diary_began_nothing_is_known() -> None:
    week = trend_of(made_diary(), 4).weeks[0]
    assert not week.has_diary
    assert week.km is None
    assert week.minutes is None


def test_a_week_without_a_run_is_nought_once_the_diary_began() -> None:
    history = History(runs=(Run("r1", at(3), km=4.0, minutes=26.0),))
    found = trend_of(history, 2).weeks
    assert [(week.has_diary, week.km, week.minutes) for week in found] == [(True, 0.0, 0.0)] * 2


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    week = last_week(runs((4.0, 26.0), (None, 20.0)))
    assert week.km is None
    assert week.known_km == 4.0
    assert week.minutes == 46.0


def test_the_longest_tolerated_run_is_answered_and_quiet() -> None:
    weeks = trend_of(made_diary(), 3).weeks
    # r2 (4.4 km, during 2) counts; r3 (4.8 km, during 4) does not; r6 is not answered
    assert [week.longest_tolerated_km for week in weeks] == [4.4, 4.0, 4.2]
    assert [week.longest_tolerated_min for week in weeks] == [28.5, 26.0, 27.5]
    assert last_week(runs((9.0, 60.0))).longest_tolerated_km is None


def test_a_morning_above_usual_is_not_tolerated() -> None:
    history = made_diary()
    worse = replace(history.runs[4], pain={"during": 1, "after60": 1, "morning": 2})
    assert last_week(replace(history, runs=(*history.runs[:4], worse))).longest_tolerated_km is None


def test_worst_pain_by_item_and_knee() -> None:
    week = trend_of(made_diary(), 2).weeks[0]
    assert week.worst_pain == (
        WorstPain("during", "right", 4),
        WorstPain("after60", "right", 1),
        WorstPain("morning", "right", 1),
        WorstPain("day", "right", 2),
        WorstPain("exercise", "right", 2),
    )
    assert week.signs == ("swelling",)


def test_a_score_without_a_knee_counts_for_each_that_hurts() -> None:
    history = History(
        profile=Profile(knees=("left", "right")),
        pain=(Pain("day", 3, at(16)), Pain("day", 5, at(17), knee="left")),
    )
    assert last_week(history).worst_pain == (WorstPain("day", "left", 5), WorstPain("day", "right", 3))


def test_impact_is_the_median_of_readings_to_judge_by() -> None:
    def run(name: str, day: int, left_g: float, quality: Any) -> Run:
        return Run(
            name, at(day), impact={"left": RunImpact(left_g, quality), "right": RunImpact(None, "low")}
        )

    history = History(
        profile=made_diary().profile,
        runs=(run("a", 16, 7.0, "good"), run("b", 17, 9.0, "good"), run("c", 18, 20.0, "censored")),
    )
    assert last_week(history).impact == (LegImpact("left", 8.0, 2, 7.2),)


def test_a_baseline_counts_from_its_event_on() -> None:
    history = made_diary()
    new = DiaryEvent(at(18), "baseline", {"left": {"impact_resultant_g": 6.9}}, "person")
    later = DiaryEvent(at(29), "baseline", {"impact_resultant_g": 5.0}, "person")
    weeks = trend_of(replace(history, events=(*history.events, later, new)), 2).weeks
    assert [week.impact[0].baseline_g for week in weeks] == [7.2, 6.9]


def test_sessions_are_days_and_planned_only_where_a_plan_was_issued() -> None:
    weeks = trend_of(made_diary(), 2).weeks
    assert weeks[0].sessions[:2] == (Sessions("strength", 2, 2), Sessions("mobility", 0, 3))
    assert weeks[1].sessions[:2] == (Sessions("strength", 0, None), Sessions("mobility", 1, None))


@pytest.mark.parametrize("value", ["2026-11-17", date(2026, 11, 17), "a word"])
def test_a_plan_may_be_noted_in_any_form(value: object) -> None:
    history = History(
        exercises=(Exercise(at(17), "strength", "x"),),
        events=(DiaryEvent(at(17), "plan_issued", value, "program"),),
    )
    assert last_week(history).sessions[0] == Sessions("strength", 1, 2)


@pytest.mark.parametrize(
    ("kind", "first", "latest", "real", "better"),
    [
        ("akps", 70.0, 80.0, True, True),
        ("akps", 70.0, 79.0, False, None),
        ("akps", 80.0, 70.0, True, False),
        ("koos-pf", 50.0, 66.0, True, True),
        ("koos-pf", 50.0, 65.0, False, None),
        ("uwri", 20.0, 25.0, True, True),
        ("uwri", 20.0, 24.0, False, None),
    ],
)
def test_a_change_is_real_only_from_its_setting(
    kind: str, first: float, latest: float, real: bool, better: bool | None
) -> None:
    history = History(scores=(Score(at(2), kind, first), Score(at(20), kind, latest)))
    (change,) = trend_of(history, 2).changes
    assert (change.first, change.latest, change.is_real, change.is_better) == (first, latest, real, better)


def test_the_change_begins_with_the_score_that_held_when_the_weeks_began() -> None:
    scores = tuple(Score(at(day), "akps", float(60 + day)) for day in (2, 5, 17, 20))
    (change,) = trend_of(History(scores=scores), 1).changes
    assert (change.first_day, change.latest_day) == (date(2026, 11, 5), date(2026, 11, 20))
    assert trend_of(History(scores=scores[:1])).changes == ()


@pytest.mark.parametrize(("latest", "real", "better"), [(3, False, None), (2, True, True), (6, True, False)])
def test_less_pain_is_the_better_change(latest: int, real: bool, better: bool | None) -> None:
    history = History(pain=(Pain("day", 4, at(10)), Pain("day", latest, at(18))))
    (change,) = trend_of(history, 2).changes
    assert (change.kind, change.is_real, change.is_better) == ("worst_pain", real, better)


# --- daily life -----------------------------------------------------------------------------------


def notes_of(*days: dict[str, Any], profile: Profile | None = None) -> dict[str, LifeNote]:
    checkins = tuple(Checkin(at(16 + n, 21), values) for n, values in enumerate(days))
    found = trend_of(History(profile=profile or Profile(mass_kg=70.0), checkins=checkins))
    return {note.id: note for note in found.notes}


def test_notes_on_a_tired_week() -> None:
    notes = {note.id: note for note in trend_of(made_diary()).notes}
    assert set(notes) == {"L1", "L3", "L4", "L5"}
    assert notes["L1"].text.startswith("Protein: on average 1.2 g per kg")  # 84 g / 70 kg
    assert notes["L3"].monday == MONDAY
    assert "in 3 nights" in notes["L3"].text
    assert "on 3 days" in notes["L4"].text
    assert "on 1 day." in notes["L5"].text  # 6 h with nine breaks are 36 min at a time


def test_notes_stop_at_their_edges() -> None:
    fine = {"sleep_h": 7.0, "sleep_quality": 4, "stress": 6, "sitting_h": 0.75}
    assert notes_of(fine, fine, fine, fine) == {}
    assert notes_of({"sleep_h": 5.0}, {"sleep_h": 5.0}) == {}
    assert notes_of({"stress": 9}, {"stress": 9}) == {}
    assert set(notes_of({"sitting_h": 0.76})) == {"L5"}


def test_protein_is_hidden_on_request() -> None:
    assert notes_of({"protein_g": 90}, profile=Profile(mass_kg=70.0, hide_protein=True)) == {}
    assert notes_of({"protein_g": 90}, profile=Profile()) == {}


@pytest.mark.parametrize(
    ("now_kg", "words"), [(66.4, "tell a doctor"), (66.6, "stable."), (73.4, "stable."), (73.6, "not stable")]
)
def test_weight_asks_from_five_percent(now_kg: float, words: str) -> None:
    assert words in notes_of({"mass_kg": 70.0}, {"mass_kg": now_kg})["L2"].text


def test_what_went_better_is_kept_in_the_persons_words() -> None:
    assert trend_of(made_diary()).better == ((date(2026, 11, 18), "stairs without thinking of it"),)


# --- moments --------------------------------------------------------------------------------------


def test_what_was_entered_later_is_left_out() -> None:
    history = runs((4.0, 26.0))
    late = Run("late", at(17), km=9.0, minutes=60.0, entered=SUNDAY + timedelta(hours=1))
    tomorrow = Run("tomorrow", SUNDAY + timedelta(hours=12), km=9.0)
    assert trend_of(replace(history, runs=(*history.runs, late, tomorrow))) == trend_of(history)


def test_an_empty_diary_has_empty_weeks() -> None:
    found = trend_of(History(), 3)
    assert [week.has_diary for week in found.weeks] == [False] * 3
    assert (found.changes, found.notes, found.better, found.synthetic) == ((), (), (), False)


distances = st.lists(st.tuples(st.integers(1, 22), st.none() | st.floats(0.1, 40.0)), max_size=8)


@given(distances)
def test_every_run_is_in_one_week(days: list[tuple[int, float | None]]) -> None:
    history = History(runs=tuple(Run(f"r{i}", at(day), km=km) for i, (day, km) in enumerate(days)))
    weeks = trend_of(history, 4).weeks
    assert sum(week.runs for week in weeks) == len(days)
    assert sum(week.known_km for week in weeks) == pytest.approx(sum(km or 0.0 for _, km in days))
    for week in weeks:
        if week.km is not None:
            assert week.km == pytest.approx(week.known_km)


@given(st.permutations(made_diary().runs), st.permutations(made_diary().checkins))
def test_the_order_of_entries_does_not_matter(some_runs: Any, some_checkins: Any) -> None:
    history = made_diary()
    shuffled = replace(history, runs=tuple(some_runs), checkins=tuple(some_checkins))
    assert trend_of(shuffled, 4) == trend_of(history, 4)
