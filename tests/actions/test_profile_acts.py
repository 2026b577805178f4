"""Setting up, confirming, overruling, clearing: what is stored, and what is refused."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.checkin import CheckinAnswers, store_checkin
from pfp_sensors.actions.clinician import Clinician, clinician
from pfp_sensors.actions.confirm import confirm_goal, confirm_plan, confirm_usual_pain
from pfp_sensors.actions.confirm_baseline import confirm_baseline, confirm_context
from pfp_sensors.actions.exercise_session import Done, propose_session, store_session
from pfp_sensors.actions.overrule import clear, open_red_flags, override
from pfp_sensors.actions.profile import SetupAnswers, store_setup
from pfp_sensors.actions.standing import standing_profile
from pfp_sensors.errors import RefusedError, UsageError
from pfp_sensors.load.judge import judge
from pfp_sensors.model.diary import RED_KINDS, Pain, Run, RunImpact
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entry, read_history, read_profile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
PHYSIO = Clinician("A. Name", "physiotherapist", "seen today")
WHOLE: dict[str, Any] = {
    "born": 1990,
    "flags_asked": True,
    "typical": True,
    "knees": ("right",),
    "usual_pain": 1,
    "daily_pain": 1,
    "walk_pain": 1,
}


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_diary(tmp_path)) as connection:
        yield connection


def set_up(diary: sqlite3.Connection, at: datetime = AT, **changes: Any) -> Any:
    return store_setup(diary, SetupAnswers(**WHOLE | changes), at=at)


def figures(diary: sqlite3.Connection, at: datetime = AT) -> Any:
    return judge(read_history(diary), at, load_load_settings())


# --- setup -----------------------------------------------------------------------------------------


def test_a_whole_start_screen_lets_the_rules_answer(diary: sqlite3.Connection) -> None:
    outcome = set_up(diary)
    assert read_profile(diary).screened is True
    assert (outcome.profile.adult, outcome.profile.usual_pain) == (True, {"right": 1})
    assert not outcome.is_clinician_first
    assert figures(diary).status != "needs_input"


@pytest.mark.parametrize("left_out", ["born", "flags_asked", "typical", "knees", "usual_pain"])
def test_any_safety_answer_left_out_keeps_the_figures_back(diary: sqlite3.Connection, left_out: str) -> None:
    changes = {left_out: SetupAnswers().__getattribute__(left_out)}
    if left_out == "knees":
        changes["usual_pain"] = {"right": 1}
    outcome = set_up(diary, **changes)
    assert read_profile(diary).screened is False
    assert left_out in outcome.open
    answer = figures(diary)
    assert (answer.status, answer.next_run) == ("needs_input", None)


def test_answers_may_come_one_by_one(diary: sqlite3.Connection) -> None:
    for name, answer in WHOLE.items():
        if name != "usual_pain":
            outcome = store_setup(diary, SetupAnswers(**{name: answer}), at=AT)
            assert outcome.profile.screened is False
    outcome = store_setup(diary, SetupAnswers(usual_pain={"right": 1}), at=AT)
    assert outcome.profile.screened is True


@pytest.mark.parametrize("kind", RED_KINDS)
def test_a_red_flag_is_stored_and_stops_running(diary: sqlite3.Connection, kind: str) -> None:
    outcome = set_up(diary, red_flags=(kind,))
    assert (outcome.red_flags, outcome.is_clinician_first) == ((kind,), True)
    answer = figures(diary)
    assert (answer.status, answer.refer, answer.next_run) == ("refer", True, None)
    assert store_setup(diary, SetupAnswers(red_flags=(kind,)), at=AT).red_flags == (kind,)
    assert len(read_history(diary).symptoms) == 1  # said twice, stored once


@pytest.mark.parametrize("change", [{"born": 2012}, {"born": 2008, "adult": False}, {"typical": False}])
def test_minors_and_other_pain_see_a_clinician_and_get_no_figures(
    diary: sqlite3.Connection, change: dict[str, Any]
) -> None:
    outcome = set_up(diary, **change)
    assert outcome.is_clinician_first
    assert figures(diary).next_run is None


def test_the_birthday_is_asked_for_where_the_year_cannot_tell(diary: sqlite3.Connection) -> None:
    assert "adult" in set_up(diary, born=2008).open
    assert set_up(diary, born=2008, adult=True).profile.screened is True
    with pytest.raises(UsageError, match="one of the two cannot be"):
        set_up(diary, born=2012, adult=True)


@pytest.mark.parametrize(
    ("change", "confirm"),
    [
        ({"usual_pain": 3}, "usual-pain"),
        ({"usual_pain": 0}, "usual-pain"),
        ({"goal_week_km": 60}, "goal"),
        ({"planned_runs": 1}, "plan"),
        ({"days": ("mon",)}, "plan"),
        ({"impact_mode": "none"}, "plan"),
    ],
)
def test_setup_changes_nothing_that_only_confirm_may(
    diary: sqlite3.Connection, change: dict[str, Any], confirm: str
) -> None:
    first = {"goal_week_km": 30, "planned_runs": 3, "days": ("tue", "sun"), "impact_mode": "sensor"}
    before = set_up(diary, **first).profile
    with pytest.raises(UsageError) as refused:
        store_setup(diary, SetupAnswers(**change), at=AT)
    assert f"pfp confirm {confirm}" in refused.value.what_to_do
    assert read_profile(diary) == before
    assert store_setup(diary, SetupAnswers(**first), at=AT).profile == before


def test_the_sensor_cannot_be_switched_off_in_passing(diary: sqlite3.Connection) -> None:
    set_up(diary)
    add_entry(diary, Run("r1", AT, km=3.0, minutes=20.0, impact={None: RunImpact(8.0, "good")}), at=AT)
    with pytest.raises(UsageError, match="impact counts"):
        store_setup(diary, SetupAnswers(impact_mode="none"), at=AT)


BOTH: dict[str, Any] = {"knees": ("left", "right"), "usual_pain": {"left": 0, "right": 1}}


@pytest.mark.parametrize(
    ("first", "change", "words", "way"),
    [
        (BOTH, {"knees": ("right",)}, "left knee", "pfp confirm usual-pain left=0"),
        ({}, {"knees": ("left",), "usual_pain": {"left": 0}}, "right knee", "--knee both"),
        ({"daily_pain": 4}, {"daily_pain": 3}, "stored as 4", "pfp checkin"),
        ({"walk_pain": 3}, {"walk_pain": 0}, "stored as 3", "pfp checkin"),
    ],
)
def test_setup_loosens_no_limit(
    diary: sqlite3.Connection, first: dict[str, Any], change: dict[str, Any], words: str, way: str
) -> None:
    before = set_up(diary, **first).profile
    with pytest.raises(UsageError, match=words) as refused:
        store_setup(diary, SetupAnswers(**change), at=AT)
    assert way in refused.value.what_to_do
    assert read_profile(diary) == before


def test_setup_tightens_freely(diary: sqlite3.Connection) -> None:
    set_up(diary)
    profile = store_setup(diary, SetupAnswers(**BOTH, daily_pain=4, walk_pain=5), at=AT).profile
    assert (profile.knees, profile.daily_pain, profile.walk_pain) == (("left", "right"), 4, 5)


def test_answers_of_the_start_may_be_corrected_until_it_is_whole(diary: sqlite3.Connection) -> None:
    set_up(diary, born=None, daily_pain=4, **BOTH)
    profile = set_up(diary, daily_pain=1).profile
    assert (profile.knees, profile.daily_pain) == (("right",), 1)


def test_the_longest_run_taken_well_gives_way_to_the_runs(diary: sqlite3.Connection) -> None:
    start = AT - timedelta(30)
    set_up(diary, at=start, longest_tolerated_min=20.0)
    assert set_up(diary, at=start, longest_tolerated_min=25.0).profile.longest_tolerated_min == 25
    green_runs(diary, 7.0, date(2026, 11, 14), count=1)
    with pytest.raises(UsageError, match="stored as 25 min"):
        set_up(diary, longest_tolerated_min=26.0)
    shorter = set_up(diary, longest_tolerated_min=24.0)
    assert shorter.profile.longest_tolerated_min == 24
    assert "longest_tolerated_km" in shorter.open
    green_runs(diary, 7.0, date(2026, 11, 16), count=1)
    for change in ({"longest_tolerated_min": 20.0}, {"longest_tolerated_km": 3.0}):
        with pytest.raises(UsageError, match="no effect any more"):
            set_up(diary, **change)
    outcome = set_up(diary, longest_tolerated_min=24.0)  # the same again says nothing new
    assert "longest_tolerated_km" not in outcome.open


@pytest.mark.parametrize(
    "wrong",
    [
        {"born": 1800},
        {"born": 2027},
        {"mass_kg": 5},
        {"walk_pain": 11},
        {"usual_pain": 11},
        {"usual_pain": {"left": -1}},
        {"planned_runs": 8},
        {"red_flags": ("toothache",)},
    ],
)
def test_a_slip_is_refused_and_nothing_is_stored(diary: sqlite3.Connection, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        store_setup(diary, SetupAnswers(**{"knees": ("right",)} | wrong), at=AT)
    assert read_profile(diary).knees == ()
    assert read_history(diary).symptoms == ()


def test_movement_checks_are_a_check_in(diary: sqlite3.Connection) -> None:
    found = {"step_down_left": True, "bridge_reps_right": 11}
    set_up(diary, movement=found)
    (checkin,) = read_history(diary).checkins
    assert checkin.values == found


# --- confirm ---------------------------------------------------------------------------------------


def test_usual_pain_falls_by_the_person_and_rises_only_by_a_clinician(diary: sqlite3.Connection) -> None:
    set_up(diary, usual_pain=2)
    event = confirm_usual_pain(diary, 1, at=AT)
    assert (event.by, event.value) == ("person", {"right": 1})
    with pytest.raises(UsageError, match="rises only by a clinician"):
        confirm_usual_pain(diary, 2, at=AT)
    assert standing_profile(read_history(diary), AT).usual_pain == {"right": 1}
    confirm_usual_pain(diary, {"right": 4}, at=AT + timedelta(minutes=1), by=PHYSIO)
    assert standing_profile(read_history(diary), AT + timedelta(hours=1)).usual_pain == {"right": 4}
    last = read_history(diary).events[-1]
    assert (last.by, last.role, last.reason) == ("A. Name", "physiotherapist", "seen today")
    assert read_profile(diary).usual_pain == {"right": 2}  # the start answer stays as it was said


def test_usual_pain_of_a_knee_nobody_spoke_of_belongs_to_setup(diary: sqlite3.Connection) -> None:
    set_up(diary)
    with pytest.raises(UsageError) as refused:
        confirm_usual_pain(diary, {"left": 0}, at=AT)
    assert "pfp setup" in refused.value.what_to_do


def test_goal_and_plan_are_events(diary: sqlite3.Connection) -> None:
    set_up(diary, goal_week_km=30, goal_longest_km=10, planned_runs=3)
    confirm_goal(diary, {"week_km": 40}, at=AT)
    confirm_plan(diary, runs=2, days=("sun", "tue"), impact="sensor", at=AT)
    standing = standing_profile(read_history(diary), AT)
    assert (standing.goal_week_km, standing.goal_longest_km) == (40, 10)
    assert (standing.planned_runs, standing.days, standing.impact_mode) == (2, ("tue", "sun"), "sensor")
    assert [event.kind for event in read_history(diary).events] == ["goal", "plan", "impact_mode"]
    assert {event.by for event in read_history(diary).events} == {"person"}
    for again in (
        lambda: confirm_goal(diary, {"week_km": 40}, at=AT),
        lambda: confirm_plan(diary, runs=2, at=AT),
    ):
        with pytest.raises(UsageError, match="stored already"):
            again()
    confirm_goal(diary, {"longest_km": None}, at=AT)
    assert standing_profile(read_history(diary), AT).goal_longest_km is None


def test_what_is_confirmed_reaches_the_rules(diary: sqlite3.Connection) -> None:
    set_up(diary, planned_runs=3, longest_tolerated_min=40.0, longest_tolerated_km=6.0)
    before = figures(diary).week.runs
    confirm_plan(diary, runs=2, at=AT)
    assert (before, figures(diary).week.runs) == (3, 2)


def green_runs(
    diary: sqlite3.Connection, impact_g: float, first: date, count: int = 3, speed_mps: float = 2.8
) -> None:
    """Store synthetic runs without pain, all answers given."""
    for number in range(count):
        day = first + timedelta(2 * number)
        start = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
        name = f"r{day}"
        run = Run(
            name,
            start,
            km=3.0,
            minutes=18.0,
            speed_mps=speed_mps,
            cadence_spm=165.0,
            steps=2970,
            impact={"right": RunImpact(impact_g, "good")},
            synthetic=True,
        )
        hour, morning = start + timedelta(hours=1, minutes=20), start + timedelta(days=1)
        answers = {"during": start, "after60": hour, "morning": morning}
        add_entry(diary, run, at=start)
        for when, at in answers.items():
            add_entry(diary, Pain(when, 0, at, "right", name), at=at)  # type: ignore[arg-type]


def test_a_baseline_is_suggested_from_calm_runs_only(diary: sqlite3.Connection) -> None:
    set_up(diary, at=AT - timedelta(60))
    with pytest.raises(RefusedError, match="no baseline to suggest"):
        confirm_baseline(diary, ["suggested"], at=AT)
    green_runs(diary, 7.2, date(2026, 11, 14))
    stored = confirm_baseline(diary, ["suggested"], at=AT)
    event = stored.event
    assert event.value["right"]["impact_resultant_g"] == 7.2
    assert stored.n_runs == {"right": 3}
    assert event.by == "person"
    assert figures(diary).impact_tolerance_g == pytest.approx(8.7)


def test_a_higher_baseline_takes_a_clinician(diary: sqlite3.Connection) -> None:
    set_up(diary, at=AT - timedelta(90))
    green_runs(diary, 7.0, date(2026, 9, 20))
    confirm_baseline(diary, ["suggested"], at=AT - timedelta(50))
    green_runs(diary, 7.5, date(2026, 11, 14))
    with pytest.raises(RefusedError, match="takes a clinician"):
        confirm_baseline(diary, ["suggested"], at=AT)
    assert figures(diary).impact_tolerance_g == pytest.approx(8.5)
    confirm_baseline(diary, ["suggested"], at=AT, by=PHYSIO)
    assert figures(diary).impact_tolerance_g == pytest.approx(9.0)


def test_another_sensor_drops_the_baseline_until_runs_since_then_suggest_one(
    diary: sqlite3.Connection,
) -> None:
    set_up(diary, at=AT - timedelta(60))
    green_runs(diary, 7.0, date(2026, 10, 20))
    confirm_baseline(diary, ["suggested"], at=AT - timedelta(20))
    changed = datetime(2026, 11, 13, 12, tzinfo=UTC)
    event, mode = confirm_context(diary, " new   strap ", at=changed)
    assert (event.kind, event.value) == ("baseline", {"right": {"context": "new strap"}})
    assert (mode.kind, mode.value) == ("impact_mode", "sensor")
    assert figures(diary, changed).impact_tolerance_g is None
    with pytest.raises(UsageError, match="said the last time"):
        confirm_context(diary, "new strap", at=changed + timedelta(hours=1))
    green_runs(diary, 9.0, date(2026, 11, 14), count=2)
    with pytest.raises(RefusedError, match="no baseline to suggest"):
        confirm_baseline(diary, ["suggested"], at=AT - timedelta(4))
    before = figures(diary, AT - timedelta(4))
    assert next(rule for rule in before.rules if rule.id == "R5").fired
    green_runs(diary, 9.0, date(2026, 11, 18), count=1)
    assert confirm_baseline(diary, ["suggested"], at=AT).event.value["right"]["impact_resultant_g"] == 9.0
    assert figures(diary).impact_tolerance_g == pytest.approx(10.5)  # higher, and taken: it is another sensor


def test_what_changed_is_said_in_some_words(diary: sqlite3.Connection) -> None:
    for wrong in ("", "  ", "x" * 201, "a\x1bb"):
        with pytest.raises(UsageError, match="What changed"):
            confirm_context(diary, wrong, at=AT)
    set_up(diary, impact_mode="none")
    (event,) = confirm_context(diary, "other leg", at=AT)
    assert event.value == {"context": "other leg"}


def test_an_own_relation_is_suggested_beside_a_stored_baseline(diary: sqlite3.Connection) -> None:
    set_up(diary, at=AT - timedelta(60))
    confirm_baseline(diary, ["leg=right", "impact=7", "speed=2.8"], at=AT - timedelta(50), by=PHYSIO)
    for number in range(10):
        speed = 2.2 + 0.1 * number
        day = date(2026, 10, 20) + timedelta(2 * number)
        green_runs(diary, 7.0 + 2.0 * (speed - 2.8), day, count=1, speed_mps=speed)
    stored = confirm_baseline(diary, ["suggested"], at=AT)
    assert stored.event.value == {"right": {"slope_g_per_mps": pytest.approx(2.0)}}
    assert stored.n_runs == {"right": 10}


def test_softer_landings_are_chosen_and_given_up(diary: sqlite3.Connection) -> None:
    set_up(diary)
    with pytest.raises(UsageError, match="stored already"):
        confirm_plan(diary, softer=False, at=AT)
    for number, chosen in enumerate((True, False)):
        (event,) = confirm_plan(diary, softer=chosen, at=AT + timedelta(minutes=number))
        assert (event.kind, event.value, event.by) == ("retrain", chosen, "person")
        with pytest.raises(UsageError, match="stored already"):
            confirm_plan(diary, softer=chosen, at=AT + timedelta(minutes=number))


def test_numbers_of_a_baseline_take_a_clinician(diary: sqlite3.Connection) -> None:
    words = ["leg=right", "impact=7.2", "speed=2.8"]
    with pytest.raises(UsageError, match="without a clinician"):
        confirm_baseline(diary, words, at=AT)
    event = confirm_baseline(diary, words, at=AT, by=PHYSIO).event
    assert event.value == {"right": {"impact_resultant_g": 7.2, "speed_mps": 2.8}}
    for wrong in (["impact=700"], ["impact=x"], ["leg=right"], ["weight=1"]):
        with pytest.raises(UsageError):
            confirm_baseline(diary, wrong, at=AT, by=PHYSIO)


# --- override and clear ----------------------------------------------------------------------------


@pytest.mark.parametrize("left_out", range(3))
def test_a_clinician_has_name_role_and_reason(left_out: int) -> None:
    said: list[str | None] = ["A. Name", "physiotherapist", "seen"]
    assert clinician(*said) == Clinician("A. Name", "physiotherapist", "seen")
    for nothing in (None, "", "  "):
        said[left_out] = nothing
        with pytest.raises(UsageError, match=re.escape(("--by", "--role", "--reason")[left_out])):
            clinician(*said)


@pytest.mark.parametrize("name", ["person", "Program"])
def test_a_clinician_is_not_called_like_others(name: str) -> None:
    with pytest.raises(UsageError, match="names no clinician"):
        clinician(name, "doctor", "seen")


def in_days(days: int) -> date:
    return AT.date() + timedelta(days)


@pytest.mark.parametrize(
    ("key", "value", "stored"),
    [
        ("load.cap.session", "0.30", 0.30),
        ("cap.session", "0", 0.0),
        ("load.week.planned_runs", "4", 4),
        ("load.pain.rest_h.tier_1", "72", 72.0),
    ],
)
def test_an_override_within_its_bounds_is_stored(
    diary: sqlite3.Connection, key: str, value: str, stored: float
) -> None:
    set_up(diary)
    said = override(diary, key, value, in_days(28), PHYSIO, at=AT)
    assert (said.value, type(said.value)) == (stored, type(stored))
    (kept,) = read_history(diary).overrides
    assert (kept.key, kept.by, kept.role, kept.reason) == (
        key if key.startswith("load.") else f"load.{key}",
        *("A. Name", "physiotherapist", "seen today"),
    )
    figures(diary)  # the rules take it


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("load.cap.session", "0.31"),
        ("load.cap.session", "-0.01"),
        ("load.cap.session", "nan"),
        ("load.cap.session", "much"),
        ("load.week.planned_runs", "2.5"),
        ("load.pain.factor.tier_0", "1.11"),
        ("load.override.max_d", "20"),
        ("load.no.such", "1"),
        ("load.red", "0"),
        ("red", "all"),
    ],
)
def test_an_override_out_of_bounds_is_refused(diary: sqlite3.Connection, key: str, value: str) -> None:
    with pytest.raises(UsageError):
        override(diary, key, value, in_days(7), PHYSIO, at=AT)
    assert read_history(diary).overrides == ()


@pytest.mark.parametrize(
    ("key", "value", "other"),
    [
        ("pain.factor.tier_2", "0.95", "load.pain.factor.tier_1"),
        ("load.pain.rest_h.tier_2", "47", "load.pain.rest_h.tier_1"),
    ],
)
def test_an_override_does_not_turn_the_tiers_round(
    diary: sqlite3.Connection, key: str, value: str, other: str
) -> None:
    set_up(diary)
    with pytest.raises(UsageError) as refused:
        override(diary, key, value, in_days(7), PHYSIO, at=AT)
    assert key in refused.value.message
    assert other in refused.value.message
    assert read_history(diary).overrides == ()


def test_an_override_does_not_outlast_the_one_that_it_needs(diary: sqlite3.Connection) -> None:
    set_up(diary)
    override(diary, "pain.factor.tier_1", "1.0", in_days(3), PHYSIO, at=AT)
    with pytest.raises(UsageError, match=f"From {in_days(4)} on"):
        override(diary, "pain.factor.tier_2", "0.9", in_days(4), PHYSIO, at=AT)
    override(diary, "pain.factor.tier_2", "0.9", in_days(3), PHYSIO, at=AT)
    for days in range(6):
        figures(diary, AT + timedelta(days))  # the rules take it, on every day


@pytest.mark.parametrize(("days", "taken"), [(-1, False), (0, True), (28, True), (29, False)])
def test_an_override_ends_within_28_days(diary: sqlite3.Connection, days: int, taken: bool) -> None:
    if taken:
        override(diary, "load.cap.session", "0.2", in_days(days), PHYSIO, at=AT)
    else:
        with pytest.raises(UsageError, match="at most 28 days"):
            override(diary, "load.cap.session", "0.2", in_days(days), PHYSIO, at=AT)


def test_a_red_flag_ends_by_its_clearance_alone(diary: sqlite3.Connection) -> None:
    set_up(diary, red_flags=("locking", "trauma"))
    later = AT + timedelta(hours=1)
    clear(diary, "locking", PHYSIO, at=later)
    assert open_red_flags(read_history(diary), later) == ("trauma",)
    with pytest.raises(UsageError, match="no open red flag"):
        clear(diary, "locking", PHYSIO, at=later)
    clear(diary, "all", PHYSIO, at=later)
    assert open_red_flags(read_history(diary), later) == ()
    assert [(one.key, one.value, one.until) for one in read_history(diary).overrides] == [
        ("red", "locking", None),
        ("red", "all", None),
    ]
    with pytest.raises(UsageError, match="is no red flag"):
        clear(diary, "toothache", PHYSIO, at=later)
    again = later + timedelta(days=1)
    store_setup(diary, SetupAnswers(red_flags=("locking",)), at=again)
    assert open_red_flags(read_history(diary), again) == ("locking",)  # it came back


# --- check-in and session --------------------------------------------------------------------------


def test_a_check_in_is_stored_as_said_and_limits_nothing(diary: sqlite3.Connection) -> None:
    set_up(diary)
    before = figures(diary)
    values = {"sleep_h": 4.0, "stress": 9, "sitting_h": 10.0, "protein_g": 10.0}
    for back in range(3):
        outcome = store_checkin(diary, CheckinAnswers(values=values), at=AT, day=AT.date() - timedelta(back))
    assert [one.values for one in read_history(diary).checkins] == [values] * 3
    assert {note.split(":")[0] for note in outcome.notes} == {"Sitting"}  # of that day alone, two back
    notes = store_checkin(diary, CheckinAnswers(values={"mood": 5}), at=AT).notes
    assert {note.split(":")[0] for note in notes} == {"Sleep", "Stress", "Sitting"}
    after = figures(diary)
    assert (after.next_run, after.week, after.rest_until) == (before.next_run, before.week, before.rest_until)


def test_a_score_is_of_the_knee_that_hurts(diary: sqlite3.Connection) -> None:
    set_up(diary)
    store_checkin(diary, CheckinAnswers(pain=2), at=AT)
    set_up(diary, knees=("left", "right"), usual_pain={"left": 0})
    store_checkin(diary, CheckinAnswers(pain=3), at=AT)
    store_checkin(diary, CheckinAnswers(pain={"left": 4}), at=AT)
    assert {(one.knee, one.score) for one in read_history(diary).pain} == {
        ("right", 2),
        (None, 3),
        ("left", 4),
    }


@pytest.mark.parametrize(
    ("values", "pain", "expected"),
    [
        ({"stairs_pain": 2, "walk_pain": 2}, None, None),
        ({"stairs_pain": 3}, None, 3),
        ({"stairs_pain": 1, "walk_pain": 6}, None, 6),
        ({"walk_pain": 6}, 4, None),
        ({"stress": 9}, None, None),
    ],
)
def test_pain_of_daily_life_asks_for_a_score_of_the_day(
    diary: sqlite3.Connection, values: dict[str, Any], pain: int | None, expected: int | None
) -> None:
    set_up(diary)
    store_checkin(diary, CheckinAnswers(pain=1), at=AT, day=AT.date() - timedelta(1))
    assert store_checkin(diary, CheckinAnswers(pain, values), at=AT).unscored_pain == expected


def test_signs_begin_and_end(diary: sqlite3.Connection) -> None:
    set_up(diary)
    store_checkin(diary, CheckinAnswers(signs=("swelling", "locking")), at=AT)
    outcome = store_checkin(diary, CheckinAnswers(signs=("swelling",), over=("swelling",)), at=AT)
    assert outcome.red_flags == ("locking",)
    ends = {one.kind: one.end for one in read_history(diary).symptoms}
    assert ends == {"swelling": AT.date(), "locking": None}
    with pytest.raises(UsageError, match="goes on"):
        store_checkin(diary, CheckinAnswers(over=("locking",)), at=AT)


@pytest.mark.parametrize(
    "wrong",
    [
        CheckinAnswers(),
        CheckinAnswers(pain={}),
        CheckinAnswers(pain=11),
        CheckinAnswers(values={"stress": 11}),
        CheckinAnswers(values={"sleep_h": 25}),
        CheckinAnswers(signs=("toothache",)),
    ],
)
def test_a_wrong_or_empty_check_in_stores_nothing(diary: sqlite3.Connection, wrong: CheckinAnswers) -> None:
    with pytest.raises(UsageError):
        store_checkin(diary, wrong, at=AT)
    history = read_history(diary)
    assert (history.pain, history.checkins, history.symptoms) == ((), (), ())


def test_a_session_is_stored_by_exercise_and_side(diary: sqlite3.Connection) -> None:
    set_up(diary)
    session = propose_session(read_history(diary), AT).session
    assert session is not None
    item = next(one for one in session.items if one.sides)
    name = item.exercise.id
    done = Done({(name, "left"): 2, (name, "right"): 1}, {name: 3}, {name: False})
    stored = store_session(diary, session, done, at=AT)
    kept = read_history(diary).exercises
    assert [(one.name, one.side, one.sets, one.pain, one.form_ok) for one in kept] == [
        (name, "left", 2, 3, False),
        (name, "right", 1, 3, False),
    ]
    assert len({one.session for one in kept}) == 1
    assert len(stored) == 2
    assert store_session(diary, session, Done({}), at=AT) == ()


def test_the_next_session_of_the_week_is_another(diary: sqlite3.Connection) -> None:
    set_up(diary, at=AT - timedelta(10))
    monday = datetime(2026, 11, 16, 18, tzinfo=UTC)
    first = propose_session(read_history(diary), monday).session
    assert first is not None
    store_session(diary, first, Done({(first.names[0], None): 2}), at=monday)
    second = propose_session(read_history(diary), monday + timedelta(days=3)).session
    assert second is not None
    assert (first.number, second.number) == (1, 2)


def test_exercise_waits_while_a_red_flag_is_open(diary: sqlite3.Connection) -> None:
    set_up(diary, red_flags=("locking",))
    assert propose_session(read_history(diary), AT).session is None
    assert propose_session(read_history(diary), AT, short=True).session is None


def test_pain_leaves_the_gentlest_block(diary: sqlite3.Connection) -> None:
    set_up(diary, at=AT - timedelta(10))
    store_checkin(diary, CheckinAnswers(pain=4), at=AT)
    proposed = propose_session(read_history(diary), AT)
    assert proposed.session is not None
    assert proposed.session.blocks == ("A",)
    assert proposed.held
