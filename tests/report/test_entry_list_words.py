"""The list of entries in plain words: every kind of entry, change, sign and answer, without a key's name."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.model.diary import (
    AMBER_KINDS,
    EVENT_KINDS,
    RED_KINDS,
    SCORE_KINDS,
    WHENS,
    Cap,
    Checkin,
    DiaryEvent,
    Exercise,
    Override,
    Pain,
    Run,
    Score,
    Symptom,
)
from pfp_sensors.model.recommendation import STAGES
from pfp_sensors.report.change_words import CHECKIN_WORDS, EVENT_NAMES
from pfp_sensors.report.entry_list_words import KIND_WORDS, state_words, value_words
from pfp_sensors.report.entry_words import entry_words
from pfp_sensors.report.override_words import numbers, overruled_words
from pfp_sensors.settings.entries import flat_values, read_entries
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Entry

AT = datetime(2026, 11, 22, 8, 30, tzinfo=timezone.utc)  # noqa: UP017
VALUES: dict[str, list[Any]] = {
    "stage": [*STAGES],
    "usual_pain": [3, {"left": 2, "right": 0}],
    "baseline": [{"right": {"impact_resultant_g": 6.5}}, {"context": "new strap"}],
    "goal": [{"week_km": 20.0, "longest_km": None}, {}],
    "plan": [{"planned_runs": 3, "days": ["mon", "sat"]}, {"days": None}],
    "plan_issued": ["2026-11-23"],
    "impact_mode": ["sensor", "none"],
    "retrain": [True, False],
}


def word(key: str, value: Any) -> Override:
    return Override(AT, key, value, None if key == "red" else date(2026, 12, 1), "Kim", "doctor", "seen")


def every_entry() -> list[Entry]:
    entries: list[Entry] = [Run("r1", AT, km=5.0), Cap(AT, 4.0, 30.0), Cap(AT, None, None)]
    entries += [Pain(when, 3, AT, "left") for when in WHENS]
    entries += [Symptom(kind, AT) for kind in (*AMBER_KINDS, *RED_KINDS)]
    entries += [Exercise(AT, "strength", "squat_modest"), *(Score(AT, kind, 80.0) for kind in SCORE_KINDS)]
    entries += [Checkin(AT, {name: 3}) for name in CHECKIN_WORDS]
    entries += [DiaryEvent(AT, kind, value, "person") for kind in EVENT_KINDS for value in VALUES[kind]]
    entries += [word("red", flag) for flag in (*RED_KINDS, "swelling", "all")]
    return entries + [word(key, one.min) for key, one in read_entries("load").items()]


@pytest.mark.parametrize("entry", every_entry(), ids=repr)
def test_no_entry_shows_a_key(entry: Entry) -> None:
    said = entry_words(entry)
    assert "_" not in said
    assert not re.search(r"\bload\.|\bNone\b|[{}]|\d-\d\d-\d\d|\.md\b| set on ", said)


def test_every_kind_and_change_has_words() -> None:
    assert set(EVENT_NAMES) == set(EVENT_KINDS) == set(VALUES)
    assert not any("_" in words for words in (*KIND_WORDS.values(), *CHECKIN_WORDS.values()))
    assert value_words("morning_stiffness") == "more stiffness in the morning"


def test_a_state_is_said_only_where_an_entry_does_not_simply_count() -> None:
    assert state_words("current", None, "p1", counts=True) == ""
    assert state_words("corrected", "p2", "p1", counts=False) == "corrected: p2 says it anew"
    assert "keeps counting" in state_words("taken back", None, "p1", counts=True)


def test_every_number_of_the_rules_is_offered_with_value_unit_and_range() -> None:
    values = flat_values("load", load_load_settings())
    offered = numbers(values)
    assert {one.key for one in offered} == {key for key in values if not key.startswith("load.override.")}
    assert len({one.choice_words for one in offered}) == len(offered)
    entries = read_entries("load")
    for one in offered:
        assert one.low <= one.now <= one.high
        assert one.now / one.scale == pytest.approx(entries[one.key].value)
        assert "_" not in one.words
        assert not re.search(r"\.md|\bR\d|\( *\)", one.words)
        assert (entries[one.key].unit == "1") or one.unit


def test_a_share_is_repeated_in_percent() -> None:
    said = overruled_words(word("load.cap.session", 0.29))
    assert "by at most: 29 % until Tuesday 1 Dec 2026, by Kim (doctor): seen." in said
