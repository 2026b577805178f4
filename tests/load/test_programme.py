"""Which exercises a session holds: stage, evidence, equipment, groups of muscles, sides, time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfp_sensors.load.programme import Session, allowed_blocks, mobility_session, strength_session
from pfp_sensors.load.sides import SideDifference, side_difference, weaker_side
from pfp_sensors.model.diary import Exercise, History, Profile
from pfp_sensors.settings.exercises import load_exercises
from tests.load.made_recommendations import recommendation

BOOK = load_exercises()
DAY = date(2026, 11, 2)
ALL = ("box", "band", "weights", "stairs")


def session(number: int = 1, equipment: tuple[str, ...] = ALL, **changes: Any) -> Session:
    made = strength_session(
        number, DAY, History(Profile(equipment=equipment)), recommendation(**changes), BOOK
    )
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stage": "calm"}, "ABC"),
        ({"stage": "walk_run"}, "ABC"),
        ({"stage": "build"}, "ABCD"),
        ({"stage": "speed_hills"}, "ABCD"),
        ({"stage": "maintain"}, "ABCDE"),
        ({"stage": "hold"}, "A"),
        ({"stage": "maintain", "block_ceiling": "B"}, "AB"),
        ({"stage": "walk_run", "block_ceiling": "E"}, "ABC"),
        ({"stage": "walk_run", "tier": 1}, "AB"),
        ({"stage": "build", "modifiers": frozenset({"warn"})}, "ABC"),
        ({"stage": "maintain", "tier": 1}, "ABC"),
        ({"stage": "build", "tier": 1, "block_ceiling": "A"}, "A"),
        ({"stage": "build", "tier": 2}, "A"),
        ({"stage": "build", "tier": None}, "ABCD"),
        ({"status": "needs_input"}, "A"),
        ({"refer": True}, ""),
        ({"modifiers": frozenset({"exercise_paused"})}, ""),
    ],
)
def test_blocks_by_stage_and_evidence(changes: dict[str, Any], expected: str) -> None:
    assert "".join(allowed_blocks(recommendation(**changes))) == expected


def test_nothing_while_exercise_is_paused() -> None:
    made = recommendation(refer=True)
    assert strength_session(1, DAY, History(), made, BOOK) is None
    assert mobility_session(DAY, History(), made, BOOK, after_run=False) is None


def test_second_session_makes_other_choices() -> None:
    assert session(1, stage="walk_run").names == (
        "glute_bridge",
        "clamshell",
        "quad_set",
        "kneecap_stepping",
        "modest_squat",
        "adductor_hold",
        "slow_leg_lower",
    )
    assert session(2, stage="walk_run").names == (
        "glute_bridge",
        "clamshell",
        "straight_leg_raise",
        "kneecap_stepping",
        "soft_landing",
        "adductor_hold",
        "graded_resistance",
    )


def test_for_what_is_left_out_another_of_its_block_comes() -> None:
    number = 2  # in the others time cuts one of the block
    calm = {"stage": "calm", "block_ceiling": "C"}
    of_a = {one.id for one in BOOK.exercises if one.block == "A"}
    before = set(session(number, **calm).names)
    assert before & of_a
    for name in before & of_a:
        made = strength_session(
            number, DAY, History(Profile(equipment=ALL)), recommendation(**calm), BOOK, too_painful={name}
        )
        assert made is not None
        assert name not in made.names
        assert len({*made.names} & of_a) == len(before & of_a)


def test_a_narrower_choice_of_blocks() -> None:
    made = strength_session(1, DAY, History(), recommendation(), BOOK, blocks=("A",))
    assert made is not None
    assert made.names == ("glute_bridge", "clamshell", "quad_set", "straight_leg_raise")


def test_equipment_that_is_not_at_hand_is_not_asked_for() -> None:
    assert "slow_leg_lower" not in session(1, equipment=()).names
    assert "slow_leg_lower" in session(1, equipment=("stairs",)).names
    assert "stairs_up" not in session(1, equipment=("box",)).names
    assert "stairs_up" in session(1).names


def test_no_stairs_takes_the_stair_drills_out_and_nothing_else() -> None:
    without = session(1, modifiers=frozenset({"no_stairs"}))
    assert without.blocks == ("A", "B", "C")
    assert not {"stairs_up", "forward_step_over", "slow_leg_lower"} & set(without.names)
    assert {"modest_squat", "adductor_hold"} <= set(without.names)


@settings(max_examples=200, deadline=None)
@given(
    stage=st.sampled_from(["hold", "calm", "walk_run", "build", "speed_hills", "maintain"]),
    number=st.integers(1, 3),
    tier=st.sampled_from([None, 0, 1, 2]),
    ceiling=st.sampled_from("ABCDE"),
    modifiers=st.frozensets(st.sampled_from(["flare", "warn", "no_stairs", "no_speed"])),
    equipment=st.lists(st.sampled_from(ALL), unique=True).map(tuple),
)
def test_every_session_is_whole_and_brief(
    stage: str,
    number: int,
    tier: int | None,
    ceiling: str,
    modifiers: frozenset[str],
    equipment: tuple[str, ...],
) -> None:
    changes: dict[str, Any] = {
        "stage": stage,
        "tier": tier,
        "block_ceiling": ceiling,
        "modifiers": modifiers,
    }
    made = session(number, equipment, **changes)
    groups = {group for item in made.items for group in item.exercise.muscles}
    assert groups >= {"hips", "gluteals", "quadriceps"}
    assert 20 <= made.minutes <= 40
    assert set(made.blocks) <= set(allowed_blocks(recommendation(**changes)))
    assert "A" in made.blocks
    assert len(set(made.names)) == len(made.names)
    strains = {strain for item in made.items for strain in item.exercise.strains}
    if tier or modifiers & {"flare", "warn"}:
        assert not strains
    if "no_stairs" in modifiers:
        assert "stairs" not in strains
    assert made.cue.use == "exercise"
    assert [step.kind for step in made.guided.steps].count("cue") == 1


def test_cues_change_from_session_to_session() -> None:
    cues = {
        made.cue.id
        for week in range(8)
        for number in (1, 2)
        if (made := strength_session(number, DAY + timedelta(7 * week), History(), recommendation(), BOOK))
    }
    assert len(cues) == 8
    assert session(1).cue != session(2).cue


def test_mobility_beside_a_run_is_shorter_and_all_stretches_have_their_turn() -> None:
    seen: set[str] = set()
    for n in range(4):
        short, long = (
            mobility_session(DAY + timedelta(n), History(), recommendation(), BOOK, after_run=after)
            for after in (True, False)
        )
        assert short is not None
        assert long is not None
        assert 5 <= short.minutes <= 10 < long.minutes <= 15
        assert long.names[-1] == "glute_bridge"  # light activation at the end
        seen |= set(long.names)
    assert seen >= {one.id for one in BOOK.block("M")}


def done(side: str | None, reps: int | None, day: int = 1, hold_s: float | None = None) -> Exercise:
    return Exercise(date(2026, 11, day), "strength", "clamshell", reps=reps, hold_s=hold_s, side=side)  # type: ignore[arg-type]


def test_weaker_side_begins() -> None:
    history = History(exercises=(done("left", 12), done("right", 9), done("left", 8, day=3)))
    assert side_difference(history, "clamshell") == SideDifference("clamshell", 8, 9, 1 / 9)
    assert weaker_side(history, "clamshell") == "left"
    made = strength_session(1, DAY, history, recommendation(), BOOK)
    assert made is not None
    sides = {item.exercise.id: item.sides for item in made.items}
    assert sides["clamshell"] == ("left", "right")
    assert sides["glute_bridge"] == ()


def test_without_a_comparison_the_knee_that_hurts_begins() -> None:
    right = Profile(knees=("right",))
    assert weaker_side(History(right), "clamshell") == "right"
    assert weaker_side(History(right, exercises=(done("left", 12),)), "clamshell") == "right"
    assert weaker_side(History(Profile(knees=("left", "right"))), "clamshell") is None
    held = (done("left", None, hold_s=20), done("right", 10))
    assert side_difference(History(exercises=held), "clamshell") is None
