"""Harder, easier and uneven exercises, and the order of a return after a flare. All diaries are synthetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfp_sensors.load.comeback import DRILLS, EASY_RUN, FORMER_BLOCK, NEW_THINGS, Comeback, find_comeback
from pfp_sensors.load.judge import judge
from pfp_sensors.load.plan import plan_week
from pfp_sensors.load.plan_words import progress_text, ready_text, sides_text
from pfp_sensors.load.programme import allowed_blocks, strength_session
from pfp_sensors.load.progress import Progress, exercise_progress
from pfp_sensors.load.seen import see
from pfp_sensors.load.sides import SideDifference, side_differences
from pfp_sensors.model.diary import Exercise, History, Pain, Profile, Symptom
from pfp_sensors.model.recommendation import NextRun
from pfp_sensors.settings.exercises import load_exercises
from tests.load.made_recommendations import MONDAY, SETTINGS, recommendation

BOOK = load_exercises()
TODAY = MONDAY.date()
THREE = replace(SETTINGS, plan=replace(SETTINGS.plan, strength_sessions=3))


def done(ago: int, pain: int | None = 1, *, form: bool | None = True, **more: Any) -> Exercise:
    """Give the glute bridge as it was done some days ago, 10 repetitions."""
    name = more.pop("name", "glute_bridge")
    return Exercise(
        TODAY - timedelta(ago), "strength", name, pain=pain, form_ok=form, **{"sets": 2, "reps": 10, **more}
    )


def progress(*exercises: Exercise, pain: tuple[Pain, ...] = (), **changes: Any) -> Progress:
    history = History(Profile(knees=("right",)), exercises=exercises, pain=pain)
    return exercise_progress(history, recommendation(**changes), SETTINGS, BOOK)


def ready(*exercises: Exercise, **changes: Any) -> str | None:
    found = progress(*exercises, **changes).ready
    return None if found is None else found.id


def test_two_clean_days_at_most_two_make_ready() -> None:
    assert ready(done(10, 2), done(5, 2)) == "glute_bridge"


@pytest.mark.parametrize(
    "days",
    [
        (done(5),),
        (done(5), done(5)),
        (done(10), done(5, 3)),
        (done(10, 3), done(5)),
        (done(10), done(5, None)),
        (done(10), done(5, form=None)),
        (done(10), done(5, form=False)),
        (done(10), done(5, side="left"), done(5, form=None, side="right")),
    ],
    ids=["once", "one day", "hurt", "hurt before", "no score", "form unknown", "form", "one side unknown"],
)
def test_less_than_that_does_not(days: tuple[Exercise, ...]) -> None:
    assert ready(*days) is None


def test_numbers_of_the_file_move_it() -> None:
    days = (done(15), done(10, 3), done(8, 3))
    history = History(exercises=days)
    for change, expected in (({}, None), ({"progress_pain": 3}, "glute_bridge")):
        numbers = replace(SETTINGS, exercise=replace(SETTINGS.exercise, **change))
        # Pain of 3 is tier 1, so the return after it has to be over for the offer: eight days are not enough.
        numbers = replace(numbers, pain=replace(numbers.pain, green=3))
        found = exercise_progress(history, recommendation(), numbers, BOOK).ready
        assert (None if found is None else found.id) == expected
    numbers = replace(SETTINGS, exercise=replace(SETTINGS.exercise, progress_sessions=3))
    assert (
        exercise_progress(History(exercises=(done(9), done(5))), recommendation(), numbers, BOOK).ready
        is None
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"tier": 1},
        {"modifiers": frozenset({"warn"})},
        {"modifiers": frozenset({"flare"})},
        {"stage": "hold"},
        {"modifiers": frozenset({"hold"})},
        {"status": "needs_input"},
        {"refer": True},
        {"next_run": NextRun(4.0, 26.0, 2.7, None, "flat", 170.0)},
    ],
)
def test_nothing_new_in_a_flare_a_hold_or_with_a_cadence_target(changes: dict[str, Any]) -> None:
    assert ready(done(10), done(5), **changes) is None


@pytest.mark.parametrize(("ago", "expected"), [(20, None), (21, "glute_bridge")])
def test_nothing_new_before_the_return_is_over(ago: int, expected: str | None) -> None:
    pain = (Pain("day", 5, TODAY - timedelta(ago), "right"),)
    assert ready(done(10), done(5), pain=pain) == expected


@pytest.mark.parametrize("rise", [{"reps": 12}, {"load_kg": 2.0}, {"hold_s": 8.0}])
@pytest.mark.parametrize(("ago", "expected"), [(6, None), (7, "clamshell")])
def test_one_new_thing_in_seven_days(rise: dict[str, Any], ago: int, expected: str | None) -> None:
    risen = done(ago, **rise)
    days = (done(12, hold_s=5.0), risen, done(8, name="clamshell"), done(4, name="clamshell"))
    assert ready(*days) == expected


def test_after_a_rise_the_days_are_counted_anew() -> None:
    days = (done(20), done(18), done(14, reps=12))
    assert ready(*days) is None
    assert ready(*days, done(10, reps=12)) == "glute_bridge"
    assert ready(*days, done(10, reps=9)) == "glute_bridge"  # fewer again is no rise


def test_several_take_turns_by_the_week() -> None:
    days = [done(ago, name=name) for name in ("glute_bridge", "clamshell") for ago in (10, 8)]
    found = []
    for week in range(4):
        made = recommendation(as_of=MONDAY + timedelta(7 * week))
        one = exercise_progress(History(exercises=tuple(days)), made, SETTINGS, BOOK).ready
        assert one is not None
        found.append(one.id)
        assert (
            one
            == exercise_progress(
                History(exercises=tuple(days)), replace(made, as_of=made.as_of + timedelta(6)), SETTINGS, BOOK
            ).ready
        )
    assert set(found) == {"glute_bridge", "clamshell"}
    assert found[0] == found[2] != found[1]


def test_only_what_may_be_done_and_is_trained_is_offered() -> None:
    of = {"name": "single_leg_work"}
    assert ready(done(10, **of), done(5, **of), stage="build") is None
    assert ready(done(10, **of), done(5, **of), stage="maintain") == "single_leg_work"
    stretch = {"name": "calf_stretch", "reps": None, "hold_s": 30.0}
    assert ready(done(10, **stretch), done(5, **stretch)) is None
    assert ready(done(10, name="my own"), done(5, name="my own")) is None


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((done(3, 2),), []),
        ((done(3, 3),), ["glute_bridge"]),
        ((done(6, 3),), ["glute_bridge"]),
        ((done(7, 3),), []),
        ((done(6, 4), done(3, 1)), []),
        ((done(6, 1), done(3, 5)), ["glute_bridge"]),
    ],
)
def test_what_hurt_last_time_gets_its_easier_form(days: tuple[Exercise, ...], expected: list[str]) -> None:
    assert [one.id for one in progress(*days).easier] == expected


def test_what_hurt_strongly_is_left_out_and_named_once() -> None:
    found = progress(done(6, 1), done(3, 6))
    assert found.easier == ()
    assert [one.id for one in found.too_painful] == ["glute_bridge"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.one_of(st.none(), st.integers(0, 10)), st.sampled_from([True, False, None])
        ),
        max_size=8,
    ),
    st.data(),
)
def test_worse_answers_never_offer_more(days: list[tuple[int, int | None, bool | None]], data: Any) -> None:
    exercises = [done(ago, pain, form=form) for ago, pain, form in days]
    history = History(Profile(knees=("right",)), exercises=tuple(exercises))
    before = exercise_progress(history, judge(history, MONDAY, SETTINGS), SETTINGS, BOOK).ready
    if not exercises:
        assert before is None
        return
    place = data.draw(st.integers(0, len(exercises) - 1))
    one = exercises[place]
    worse = data.draw(
        st.sampled_from(
            [
                replace(one, form_ok=None if one.form_ok else False),
                replace(one, pain=min(10, (one.pain or 0) + 3)) if one.pain is not None else one,
            ]
        )
    )
    exercises[place] = worse
    history = replace(history, exercises=tuple(exercises))
    after = exercise_progress(history, judge(history, MONDAY, SETTINGS), SETTINGS, BOOK).ready
    assert before is not None or after is None


# --- sides ------------------------------------------------------------------------------------------


def sided(left: int, right: int, name: str = "clamshell") -> tuple[Exercise, ...]:
    return done(2, name=name, reps=left, side="left"), done(2, name=name, reps=right, side="right")


def test_sides_differ_above_ten_percent_the_largest_first() -> None:
    history = History(exercises=(*sided(9, 10), *sided(8, 10, "quad_set"), *sided(12, 6, "kneecap_stepping")))
    assert [one.name for one in side_differences(history, 0.10)] == ["kneecap_stepping", "quad_set"]
    assert progress(*history.exercises).sides == side_differences(history, 0.10)


def test_the_weaker_side_sets_both() -> None:
    made = strength_session(
        1,
        TODAY,
        History(exercises=(*sided(6, 12), *sided(12, 11, "kneecap_stepping"))),
        recommendation(),
        BOOK,
    )
    assert made is not None
    items = {item.exercise.id: item for item in made.items}
    assert (items["clamshell"].reps, items["clamshell"].sides) == (6, ("left", "right"))
    assert (items["kneecap_stepping"].reps, items["kneecap_stepping"].sides) == (
        8,
        ("right", "left"),
    )  # never above the start


def test_a_hold_of_the_weaker_side_sets_both() -> None:
    held = {"name": "adductor_hold", "reps": None}
    days = (done(2, hold_s=12.0, side="right", **held), done(2, hold_s=25.0, side="left", **held))
    made = strength_session(1, TODAY, History(exercises=days), recommendation(), BOOK)
    assert made is not None
    assert {item.exercise.id: item.hold_s for item in made.items}["adductor_hold"] == 12.0


# --- words ------------------------------------------------------------------------------------------


def test_words() -> None:
    bridge = BOOK.exercises[0]
    assert ready_text(bridge, instead=False).startswith(
        "Ready for more, if you like (the one new thing of these seven days): glute bridge. A band"
    )
    assert "in place of a new element on a run" in ready_text(bridge, instead=True)
    assert progress_text(Progress(None, instead=False, easier=(), sides=())) is None
    easier = progress_text(Progress(None, instead=False, easier=(bridge,), sides=()))
    assert easier is not None
    assert easier.startswith("Easier for now, because it hurt last time.")
    assert sides_text((SideDifference("my_lift", 6.0, 12.0, 0.5),), {}) == (
        "Sides differ in my lift: left 6, right 12 repetitions (50 % less)."
    )


# --- the return after a flare -------------------------------------------------------------------------


def amber(ago: int) -> History:
    return History(Profile(knees=("right",)), pain=(Pain("day", 5, TODAY - timedelta(ago), "right"),))


@pytest.mark.parametrize(
    ("ago", "step"),
    [(0, EASY_RUN), (6, EASY_RUN), (7, FORMER_BLOCK), (13, FORMER_BLOCK), (14, DRILLS), (21, NEW_THINGS)],
)
def test_one_step_in_seven_days(ago: int, step: int) -> None:
    found = find_comeback(see(amber(ago), MONDAY, SETTINGS), SETTINGS)
    assert (found.step, found.last_day) == (step, TODAY - timedelta(ago))


def test_a_sign_that_lasts_keeps_the_return_from_beginning() -> None:
    open_sign = History(symptoms=(Symptom("swelling", TODAY - timedelta(6)),))
    ended = History(symptoms=(Symptom("swelling", TODAY - timedelta(20), TODAY - timedelta(8)),))
    steps = [
        find_comeback(see(one, MONDAY, SETTINGS), SETTINGS).step for one in (open_sign, ended, History())
    ]
    assert steps == [EASY_RUN, FORMER_BLOCK, NEW_THINGS]


@pytest.mark.parametrize(
    ("step", "build", "maintain"),
    [(EASY_RUN, "ABC", "ABC"), (FORMER_BLOCK, "ABC", "ABCE"), (DRILLS, "ABCD", "ABCDE")],
)
def test_former_block_first_then_drills(step: int, build: str, maintain: str) -> None:
    comeback = Comeback(step, TODAY)
    assert "".join(allowed_blocks(recommendation(), comeback)) == build
    assert "".join(allowed_blocks(recommendation(stage="maintain"), comeback)) == maintain
    assert allowed_blocks(recommendation(block_ceiling="B"), comeback) == ("A", "B")


def week(ago: int | None, *exercises: Exercise, stage: str = "speed_hills") -> Any:
    history = replace(History() if ago is None else amber(ago), exercises=exercises)
    return plan_week(history, recommendation(stage=stage), THREE, BOOK)


@pytest.mark.parametrize(
    ("ago", "strength", "drills", "element"),
    [(8, 2, False, False), (14, 3, True, False), (21, 3, True, True), (None, 3, True, True)],
)
def test_week_of_the_return(ago: int | None, strength: int, drills: bool, element: bool) -> None:
    sessions = [session for day in week(ago).days for session in day.sessions]
    of_strength = [one for one in sessions if one.kind == "strength"]
    blocks = {BOOK.find(name).block for one in of_strength for name in one.items}  # type: ignore[union-attr]
    assert (len(of_strength), "D" in blocks) == (strength, drills)
    assert any("new element" in one.text for one in sessions) is element


def test_what_waits_is_named_with_its_day() -> None:
    moved = week(8).moved  # the score was on Sunday 25 October
    assert moved == (
        "the third strength session is left out",
        "after the flare one change a week: the drills of block D from Sun 8 Nov on, while the knee stays "
        "quiet",
        "after the flare one change a week: new elements on a run from Sun 15 Nov on, while the knee stays "
        "quiet",
    )
    assert week(None).moved == ()
    assert week(14, stage="build").moved == ()


def test_a_harder_exercise_takes_the_place_of_a_new_element() -> None:
    risen = week(None, done(20), done(5, reps=12))
    assert not any("new element" in session.text for day in risen.days for session in day.sessions)
    offered = week(None, done(20), done(16)).exercise_note
    assert offered is not None
    assert "in place of a new element on a run" in offered
    assert week(None).exercise_note is None


def test_nothing_is_known_of_the_future() -> None:
    later = (done(-3), done(-1))
    assert ready(*later) is None
    assert find_comeback(see(amber(-2), MONDAY, SETTINGS), SETTINGS) == Comeback()
    assert date(2026, 11, 2) == TODAY
