"""A guided session as data: get ready, hold or count, change sides, rest, and one cue at the end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.load.session import GuidedSession, guide, make_item, work_s
from pfp_sensors.settings.exercises import load_exercises

BOOK = load_exercises()
NUMBERS = BOOK.session
NAMES = [one.id for one in BOOK.exercises]


def guided(*names: str, first: str = "left", warm_up: bool = False) -> GuidedSession:
    items = [make_item(BOOK.find(name), first) for name in names]  # type: ignore[arg-type]
    return guide(items, BOOK, BOOK.cues[0], warm_up=warm_up)


def test_a_hold_on_both_sides_step_by_step() -> None:
    steps = guided("dynamic_stability", first="right").steps
    one_set = [("get_ready", "right", 5), ("hold", "right", 20), ("change_side", "left", 5)]
    one_set += [("get_ready", "left", 5), ("hold", "left", 20)]
    rest = [("rest", None, 45)]
    expected = [("show", None, 0), *one_set, *rest, *one_set, *rest, *one_set, ("cue", None, 0)]
    assert [(step.kind, step.side, step.seconds) for step in steps] == expected
    assert [step.set_number for step in steps if step.kind == "hold"] == [1, 1, 2, 2, 3, 3]


def test_total_time_by_hand() -> None:
    # three sets of 2 x (5 + 20) + 5 = 55 s, two rests of 45 s
    assert guided("dynamic_stability").total_s == 3 * 55 + 2 * 45
    # the same with a warm-up of 5 min, and 30 s before two sets of ten bridges of 4 s
    both = guided("dynamic_stability", "glute_bridge", warm_up=True)
    assert both.total_s == 300 + 255 + 30 + 2 * (5 + 40) + 45


def test_repetitions_carry_their_tempo() -> None:
    [first, *_] = [step for step in guided("slow_leg_lower").steps if step.kind == "reps"]
    assert (first.reps, first.up_s, first.hold_s, first.down_s, first.seconds) == (8, 1, 0, 3, 32)
    assert first.text == "8 repetitions on the left: 1 s there, 3 s back."
    [held, *_] = [step for step in guided("quad_set").steps if step.kind == "reps"]
    assert (held.hold_s, held.seconds) == (5, 10 * (1 + 5 + 1))


def test_both_sides_at_once_never_change_sides() -> None:
    steps = guided("modest_squat").steps
    assert {step.side for step in steps} == {None}
    assert "change_side" not in {step.kind for step in steps}


def test_stretches_follow_each_other_without_a_rest() -> None:
    assert "rest" not in {step.kind for step in guided("calf_stretch").steps}


def test_a_walk_is_one_step() -> None:
    steps = guided("walk").steps
    assert [(step.kind, step.seconds) for step in steps if step.kind == "move"] == [("move", 20 * 60)]


def test_an_exercise_begins_at_its_start_dose() -> None:
    bridge = BOOK.find("glute_bridge")
    assert bridge is not None
    assert make_item(bridge, "left").sets == 2


@given(
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=6), first=st.sampled_from(["left", "right"])
)
def test_every_session_adds_up_and_works_both_sides_alike(names: list[str], first: str) -> None:
    made = guided(*names, first=first, warm_up=True)
    assert made.total_s == sum(step.seconds for step in made.steps)
    assert (made.steps[0].kind, made.steps[-1].kind) == ("warm_up", "cue")
    work = [step for step in made.steps if step.kind in {"hold", "reps", "move"}]
    for side in ("left", "right"):
        assert sum(s.seconds for s in work if s.side == side) == sum(
            item.sets * work_s(item)
            for item in (make_item(BOOK.find(name), "left") for name in names)  # type: ignore[arg-type]
            if item.sides
        )
    for before, step in zip(made.steps, made.steps[1:], strict=False):
        if step.kind in {"hold", "reps"}:
            assert (before.kind, before.seconds) == ("get_ready", NUMBERS.get_ready_s)
