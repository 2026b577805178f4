"""The exercise book: what load.md 10 lists is there, and a file that is wrong says where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import SettingsError
from pfp_sensors.model.diary import EXERCISE_KINDS
from pfp_sensors.model.recommendation import STAGES
from pfp_sensors.settings import exercise_book
from pfp_sensors.settings.exercises import load_exercises
from pfp_sensors.settings.locate import config_file

if TYPE_CHECKING:
    from pathlib import Path

BOOK = load_exercises()
SHIPPED = config_file("exercises.toml").read_text(encoding="utf-8")

LISTED = {
    "A": {"glute_bridge", "clamshell", "quad_set", "straight_leg_raise"},
    "B": {"kneecap_stepping", "soft_landing", "modest_squat"},
    "C": {"adductor_hold", "slow_leg_lower", "graded_resistance"},
    "D": {"stairs_up", "forward_step_over"},
    "E": {"single_leg_work", "dynamic_stability"},
    "M": {"patellar_mobilisation", "calf_stretch", "quad_stretch", "hip_flexor_release"},
    "X": {"walk", "cycle", "pool", "walk_test"},
}
"""Blocks and exercises of load.md 10, and the walks and cross-training of its section 9."""


def test_every_listed_exercise_is_there() -> None:
    assert {block: {one.id for one in BOOK.block(block)} for block in exercise_book.BLOCKS} == LISTED


@pytest.mark.parametrize(
    ("name", "sets", "reps", "hold_s", "down_s"),
    [
        ("glute_bridge", (2, 3), (10, 12), None, 2),
        ("quad_set", (2, 3), (10, 12), (5, 10), 1),
        ("modest_squat", (3, 3), (8, 10), None, 3),
        ("adductor_hold", (3, 3), None, (20, 30), 0),
        ("slow_leg_lower", (3, 3), (8, 12), None, 3),
        ("forward_step_over", (2, 2), (10, 10), None, 2),
        ("single_leg_work", (3, 3), (6, 8), None, 3),
        ("dynamic_stability", (3, 3), None, (20, 30), 0),
        ("calf_stretch", (2, 2), None, (30, 30), 0),
    ],
)
def test_doses_are_those_of_the_specification(
    name: str,
    sets: tuple[int, int],
    reps: tuple[int, int] | None,
    hold_s: tuple[int, int] | None,
    down_s: float,
) -> None:
    one = BOOK.find(name)
    assert one is not None
    assert (one.dose.sets, one.dose.reps, one.dose.hold_s, one.dose.down_s) == (sets, reps, hold_s, down_s)


def test_words_are_those_of_the_model() -> None:
    assert exercise_book.STAGES == STAGES
    assert exercise_book.KINDS == EXERCISE_KINDS


def test_drills_join_in_build_and_maintenance_last() -> None:
    assert {one.stages for one in BOOK.block("D")} == {("build", "speed_hills", "maintain")}
    assert {one.stages for one in BOOK.block("E")} == {("maintain",)}


def test_eight_cues_and_one_for_running() -> None:
    assert [cue.use for cue in BOOK.cues].count("exercise") == 8
    assert [cue.id for cue in BOOK.cues if cue.use == "run"] == ["quick_steps"]
    assert BOOK.cue("slow").text == "Slow, deliberate repetitions."


def test_texts_are_sentences_without_promises() -> None:
    promise = re.compile(r"safe|heal|prevent|cure|guarantee|injury-free", re.IGNORECASE)
    for one in BOOK.exercises:
        texts = (*one.how_to, one.progression, one.regression)
        assert [text for text in texts if not text.endswith(".") or promise.search(text)] == []


def test_an_exercise_of_ones_own_is_not_in_the_book() -> None:
    assert BOOK.find("own_thing") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('block = "A"', 'block = "Z"', ["'glute_bridge', block", "'Z'", "A, B, C"]),
        ('kind = "strength"', 'kind = "power"', ["'glute_bridge', kind", "'power'", "strength, mobility"]),
        ('muscles = ["gluteals"]', "muscles = []", ["'glute_bridge', muscles", "is empty"]),
        ('id = "glute_bridge"', 'id = "clamshell"', ["clamshell", "stands there twice"]),
        ('id = "glute_bridge"', 'id = "Glute bridge"', ["id", "small letters"]),
        ('cues = ["slow", "chest_up"]', 'cues = ["sing"]', ["'glute_bridge', cues", "'sing'"]),
        ("sets = [2, 3]", "sets = [3, 2]", ["'glute_bridge', dose, sets", "[3, 2]", "first, most"]),
        ("sets = [2, 3]", "sets = [0, 3]", ["'glute_bridge', dose, sets", "above 0"]),
        ("sets = [2, 3], reps = [10, 12], up_s", "sets = [2, 3], up_s", ["dose", "counts nothing"]),
        ("up_s = 2", "up_s = -1", ["dose, up_s", "-1", "0 or more"]),
        ("per_side = true", 'per_side = "yes"', ["per_side", "'yes'", "true or false"]),
        ('name = "Glute bridge"', 'nam = "Glute bridge"', ["'glute_bridge'", "unknown key 'nam'"]),
        ('name = "Glute bridge"\n', "", ["'glute_bridge'", "lacks name"]),
        ('name = "Glute bridge"', "name = 3", ["'glute_bridge', name", "is 3", "a text"]),
        ("sessions = [1, 2, 3]", "sessions = [1, 4]", ["'glute_bridge', sessions", "[1, 4]"]),
        ("sessions = [1, 2, 3]", "sessions = [2, 3]", ["session 1", "gluteals"]),
        ('source = "article; load.md 10"\ncertainty = "S"', 'source = "a"\ncertainty = "Q"', ["'Q'"]),
        ("rest_s = { value = 45.0", "rest_s = { value = 4.0", ["session.rest_s", "is 4", "10 to 300 s"]),
        ("rest_s = {", "pause_s = {", ["[session]", "unknown key 'pause_s'"]),
        ('[[cue]]\nid = "place_foot"', '[[hint]]\nid = "place_foot"', ["unknown key 'hint'"]),
        ('use = "run"', 'use = "swim"', ["'quick_steps', use", "'swim'"]),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    assert old in SHIPPED
    path = tmp_path / "mine.toml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_exercises(path)
    assert [part for part in [str(path), *said] if part not in str(caught.value)] == []


def test_a_file_without_exercises_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"\[\[cue\]\].*is missing"):
        load_exercises(path)
