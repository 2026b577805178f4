"""Cues: silent on target, never too often, and the right words."""

from __future__ import annotations

import itertools
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.collect.cues import Coach, Cue, CueWish
from pfp_sensors.errors import UsageError
from pfp_sensors.gait.online import LiveContact
from pfp_sensors.settings.record import CueNumbers

NUMBERS = CueNumbers(tolerance_percent=3.0, contacts=4, min_interval_s=6.0)


def contact(at_s: float, cadence_spm: float | None = None, resultant_g: float | None = None) -> LiveContact:
    return LiveContact(at_s, at_s + 0.04, None, cadence_spm, resultant_g, False, 1.0, at_s + 0.4)


def cues_of(coach: Coach, contacts: list[LiveContact]) -> list[Cue]:
    return [cue for one in contacts if (cue := coach.hear(one)) is not None]


def every_stride(values: list[float | None], kind: str) -> list[LiveContact]:
    if kind == "cadence":
        return [contact(0.7 * k, cadence_spm=value) for k, value in enumerate(values)]
    return [contact(0.7 * k, resultant_g=value) for k, value in enumerate(values)]


@given(values=st.lists(st.none() | st.floats(170.0 * 0.9701, 170.0 * 1.0299), max_size=60))
def test_silent_on_target(values: list[float | None]) -> None:
    assert not cues_of(Coach(CueWish("cadence", 170.0), NUMBERS), every_stride(values, "cadence"))


@given(values=st.lists(st.none() | st.floats(1.0, 10.0 * 1.0299), max_size=60))
def test_any_soft_landing_is_on_target(values: list[float | None]) -> None:
    assert not cues_of(Coach(CueWish("impact", 10.0), NUMBERS), every_stride(values, "impact"))


@given(
    kind=st.sampled_from(["cadence", "impact"]),
    values=st.lists(st.none() | st.floats(1.0, 250.0), max_size=80),
    gaps_s=st.lists(st.floats(0.2, 4.0), min_size=80, max_size=80),
)
def test_never_too_often_and_always_off_target(
    kind: str, values: list[float | None], gaps_s: list[float]
) -> None:
    wish = CueWish("cadence", 170.0) if kind == "cadence" else CueWish("impact", 10.0)
    at_s, contacts = 0.0, []
    for one, gap_s in zip(every_stride(values, kind), gaps_s, strict=False):
        at_s += gap_s
        contacts.append(contact(at_s, one.cadence_spm, one.resultant_g))
    cues = cues_of(Coach(wish, NUMBERS), contacts)
    assert all(
        later.contact_s - earlier.contact_s >= NUMBERS.min_interval_s
        for earlier, later in itertools.pairwise(cues)
    )
    assert all(abs(cue.value / wish.target - 1.0) > 0.03 for cue in cues)
    assert all(cue.target == wish.target for cue in cues)


@pytest.mark.parametrize(
    ("cadence_spm", "text"), [(160.0, "Quicker, shorter steps"), (180.0, "Slower rhythm"), (174.0, None)]
)
def test_words_for_cadence(cadence_spm: float, text: str | None) -> None:
    cue = Coach(CueWish("cadence", 170.0), NUMBERS).hear(contact(1.0, cadence_spm=cadence_spm))
    assert (None if cue is None else cue.text) == text
    if cue is not None:
        assert (cue.value, cue.target, cue.contact_s) == (cadence_spm, 170.0, 1.0)


def test_impact_is_the_median_of_some_landings_and_too_soft_is_no_fault() -> None:
    peaks = [20.0, 9.0, 12.0, 13.0]
    coach = Coach(CueWish("impact", 10.0), NUMBERS)
    cues = cues_of(coach, every_stride([*peaks], "impact"))
    assert [(cue.text, cue.value) for cue in cues] == [("Land softer", statistics.median(peaks))]
    assert cues[0].contact_s == pytest.approx(2.1), "not before so many landings are known"


def test_one_hard_landing_is_no_cue() -> None:
    assert not cues_of(Coach(CueWish("impact", 10.0), NUMBERS), every_stride([8, 8, 30, 8, 8, 8], "impact"))


def test_a_cue_is_given_again_while_it_stays_off() -> None:
    cues = cues_of(Coach(CueWish("cadence", 170.0), NUMBERS), every_stride([150.0] * 30, "cadence"))
    gaps_s = [later.contact_s - earlier.contact_s for earlier, later in itertools.pairwise(cues)]
    assert len(cues) >= 3
    assert max(gaps_s) < 6.0 + 0.7 + 1e-9


@pytest.mark.parametrize(
    ("kind", "target"), [("cadence", 99.0), ("cadence", 261.0), ("impact", 0.5), ("impact", 101)]
)
def test_a_target_that_nobody_can_mean(kind: str, target: float) -> None:
    with pytest.raises(UsageError, match=f"target is {target:g}; for a cue on {kind}"):
        CueWish(kind, target)  # type: ignore[arg-type]


def test_a_cue_on_impact_names_the_leg_of_two_and_judges_each_by_its_own_landings() -> None:
    coach = Coach(CueWish("impact", 10.0), NUMBERS)
    cues = []
    for number in range(4):
        cues += [coach.hear(contact(number, resultant_g=20.0), "left")]
        cues += [coach.hear(contact(number + 0.35, resultant_g=5.0), "right")]
    (cue,) = [one for one in cues if one is not None]
    assert (cue.text, cue.large, cue.leg, cue.value) == ("Left leg: land softer", "Left softer", "left", 20.0)


def test_a_cue_on_cadence_is_for_both_legs() -> None:
    cue = Coach(CueWish("cadence", 170.0), NUMBERS).hear(contact(1.0, cadence_spm=150.0), "right")
    assert cue is not None
    assert (cue.text, cue.large, cue.leg) == ("Quicker, shorter steps", "Quicker", None)
