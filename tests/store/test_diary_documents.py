"""One entry to plain values and back: nothing is lost, and what could not be read again is not written."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from diary_strategies import entries, profiles
from hypothesis import given, settings

from pfp_sensors.errors import InputError
from pfp_sensors.model.diary import (
    Baseline,
    Checkin,
    DiaryEvent,
    Pain,
    Profile,
    Run,
    RunImpact,
    Score,
)
from pfp_sensors.store.diary_documents import (
    KINDS,
    entry_from_values,
    entry_keys,
    entry_values,
    kind_of,
    profile_from_values,
    profile_keys,
    profile_values,
)
from pfp_sensors.store.entry_tables import TABLES

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Entry

DAY = date(2026, 10, 1)


def through_text(values: dict[str, Any]) -> Any:
    return json.loads(json.dumps(values, allow_nan=False))


@settings(max_examples=400)
@given(entries(date(1900, 1, 2), date(2100, 12, 30)))
def test_any_entry_comes_back_as_it_was(entry: Entry) -> None:
    values = through_text(entry_values(entry))
    back = entry_from_values(kind_of(entry), values, "here")
    assert back == entry
    assert entry_values(back) == values  # also offsets, which equality of times does not see


@given(profiles())
def test_any_profile_comes_back_as_it_was(profile: Profile) -> None:
    values = through_text(profile_values(profile))
    assert profile_from_values(values, "here") == profile


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_an_entry_has_a_key(kind: str) -> None:
    table = TABLES[kind]
    attributes = {field.attribute or field.key for field in table.fields}
    extra = {"values"} if kind == "checkin" else set()
    assert attributes | extra == {field.name for field in fields(table.model)}


def test_every_field_of_a_profile_has_a_key() -> None:
    assert profile_keys() == {field.name for field in fields(Profile)}


def test_a_day_stays_a_day_and_a_time_keeps_its_offset() -> None:
    whole_day = entry_from_values("pain", {"date": "2026-10-02", "when": "day", "score": 2}, "here")
    at_time = entry_from_values(
        "pain", {"date": "2026-10-02T20:00:00+05:30", "when": "day", "score": 2}, "here"
    )
    assert isinstance(whole_day, Pain)
    assert isinstance(at_time, Pain)
    assert type(whole_day.at) is date
    assert isinstance(at_time.at, datetime)
    assert entry_values(whole_day)["date"] == "2026-10-02"
    assert entry_values(at_time)["date"] == "2026-10-02T20:00:00+05:30"


def test_a_run_needs_only_its_start() -> None:
    nulls = dict.fromkeys(entry_keys("run") - {"start"})
    bare = entry_from_values("run", {"start": "2026-10-01"}, "here")
    assert bare == entry_from_values("run", {"start": "2026-10-01", **nulls}, "here")
    assert bare == Run("run-2026-10-01", DAY)
    assert entry_values(bare) == {"id": "run-2026-10-01", "start": "2026-10-01"}


def test_a_run_without_an_id_is_named_by_its_own_local_start() -> None:
    run = entry_from_values("run", {"start": "2026-10-01T07:00:00+02:00"}, "here")
    assert run.id == "run-2026-10-01-0700"


def test_impact_of_one_sensor_and_by_leg() -> None:
    plain = {"start": "2026-10-01", "impact": {"resultant_g": 7.1, "quality": "good"}}
    legs = {"start": "2026-10-01", "impact": {"left": {"resultant_g": 7.1, "quality": "low"}, "right": None}}
    alone, by_leg = entry_from_values("run", plain, "here"), entry_from_values("run", legs, "here")
    assert isinstance(alone, Run)
    assert isinstance(by_leg, Run)
    assert alone.impact == {None: RunImpact(7.1, "good")}
    assert by_leg.impact == {"left": RunImpact(7.1, "low")}
    assert entry_values(alone)["impact"] == plain["impact"]
    assert entry_values(by_leg)["impact"] == {"left": {"resultant_g": 7.1, "quality": "low"}}


@pytest.mark.parametrize(
    ("impact", "expected"),
    [
        (None, {}),
        ({}, {}),
        ({"resultant_g": None, "quality": None}, {}),
        ({"resultant_g": None, "quality": "good"}, {None: RunImpact(None, "good")}),
        ({"resultant_g": 7.0}, {None: RunImpact(7.0, "low")}),
        ({"left": {"resultant_g": None}}, {}),
    ],
)
def test_impact_that_says_little_loosens_nothing(impact: Any, expected: Any) -> None:
    run = entry_from_values("run", {"start": "2026-10-01", "impact": impact}, "here")
    assert isinstance(run, Run)
    assert run.impact == expected


def test_an_answer_that_was_left_out_differs_from_one_that_is_unanswered() -> None:
    run = entry_from_values("run", {"start": "2026-10-01", "pain": {"before": None, "during": 0}}, "here")
    assert isinstance(run, Run)
    assert run.pain == {"before": None, "during": 0}
    assert entry_values(run)["pain"] == {"before": None, "during": 0}


def test_whole_scores_only() -> None:
    values = {"date": "2026-10-02", "when": "day", "score": 9.0}
    entry = entry_from_values("pain", values, "here")
    assert isinstance(entry, Pain)
    assert entry.score == 9
    assert isinstance(entry.score, int)
    with pytest.raises(InputError, match=r"here\.score: found 9\.5; expected a whole number from 0 to 10"):
        entry_from_values("pain", values | {"score": 9.5}, "here")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"knees": ["right"], "usual_pain": 1}, {"right": 1}),
        ({"knees": ["right", "left"], "usual_pain": 1}, {"right": 1, "left": 1}),
        ({"usual_pain": 0}, {"right": 0, "left": 0}),
        ({"knees": ["right"], "usual_pain": {"right": 2, "left": None}}, {"right": 2}),
        ({"knees": ["right"], "usual_pain": None}, {}),
        ({"knees": ["right"]}, {}),
    ],
)
def test_usual_pain_as_a_number_or_by_knee(values: Any, expected: Any) -> None:
    profile = profile_from_values(values, "here")
    assert profile.usual_pain == expected
    assert profile_from_values(profile_values(profile), "here") == profile


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        (None, {}),
        ({}, {}),
        ({"impact_resultant_g": None, "speed_mps": None}, {}),
        ({"impact_resultant_g": 7.2}, {None: Baseline(7.2)}),
        ({"left": {"speed_mps": 2.8}, "right": None}, {"left": Baseline(speed_mps=2.8)}),
        ({"left": {"speed_mps": 2.8}, "right": {"slope_g_per_mps": None}}, {"left": Baseline(speed_mps=2.8)}),
    ],
)
def test_a_baseline_that_says_nothing_is_none(baseline: Any, expected: Any) -> None:
    assert profile_from_values({"baseline": baseline}, "here").baseline == expected


def test_a_checkin_keeps_names_it_does_not_know_and_drops_null() -> None:
    values = {"date": "2026-10-02", "stairs_pain": 3, "kudos": "many", "mood": None}
    entry = entry_from_values("checkin", values, "here")
    assert entry == Checkin(DAY.replace(day=2), {"stairs_pain": 3, "kudos": "many"})
    assert entry_values(entry) == {"date": "2026-10-02", "stairs_pain": 3, "kudos": "many"}


def test_a_plan_issued_without_a_value_is_for_the_week_of_its_date() -> None:
    entry = entry_from_values("event", {"date": "2026-10-01", "kind": "plan_issued"}, "here")
    assert entry == DiaryEvent(DAY, "plan_issued", "2026-09-28", "person")


@pytest.mark.parametrize("key", ["cap.session", "load.cap.session"])
def test_an_override_has_the_full_key(key: str) -> None:
    values = {"date": "2026-10-01", "key": key, "value": 0.2, "until": "2026-10-29"}
    signed = values | {"by": "A. Clinician", "role": "physiotherapist", "reason": "steady for months"}
    assert entry_values(entry_from_values("override", signed, "here"))["key"] == "load.cap.session"


@pytest.mark.parametrize("value", ["cleared", True, "all"])
def test_a_clearance_without_a_flag_is_for_all(value: object) -> None:
    values = {"date": "2026-10-01", "key": "red", "value": value, "by": "A", "role": "B", "reason": "C"}
    assert entry_values(entry_from_values("override", values, "here"))["value"] == "all"


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        (Pain("day", 11, DAY, id="p3"), r"pain p3\.score"),
        (Pain("day", 1, datetime(2026, 10, 1, 7)), r"pain\.date"),
        (Run("r1", DAY, km=float("nan")), r"run r1\.km"),
        (Run("r1", DAY, note="\ud800"), r"run r1\.note"),
        (Score(DAY, "uwri", 37), r"score\.value"),
        (Checkin(DAY, {"date": 3}), r"checkin\.date"),
        (DiaryEvent(DAY, "plan_issued", date(2026, 9, 28), "program"), r"event\.value"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(entry: Entry, place: str) -> None:
    with pytest.raises(InputError, match=f"^{place}: found"):
        entry_values(entry)


def test_a_profile_that_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(InputError, match=r"^profile\.usual_pain: found 11"):
        profile_values(replace(Profile(), knees=("left",), usual_pain={"left": 11}))
