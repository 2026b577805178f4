"""`pfp next --json` and `pfp week --json`: names and order of the interface, no noise, nothing but JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from made_recommendation import PAIN_RULE, RECOMMENDATIONS, made_next, made_week

from pfp_sensors.report.recommendation_json import plain, recommendation_document, week_document

INTERFACE_KEYS = [
    "schema",
    "as_of",
    "version",
    "parameters_sha256",
    "status",
    "stage",
    "tier",
    "refer",
    "rest_until",
    "next_run",
    "week",
    "impact_tolerance_g",
    "rules",
    "missing",
    "notes",
]
ADDED_KEYS = ["earliest_day", "why", "impact_excess", "ladder_phase", "reference"]
NEXT_RUN_KEYS = ["max_km", "max_minutes", "max_speed_mps", "walk_run", "surface", "cadence_target_spm"]
RULE_KEYS = ["id", "fired", "binding", "limits", "inputs", "text", "source", "certainty"]


def document_of(name: str) -> dict[str, Any]:
    return recommendation_document(RECOMMENDATIONS[name], version="0.1.0", parameters_sha256="ab")


@pytest.mark.parametrize("name", RECOMMENDATIONS)
def test_keys_stand_as_in_the_interface(name: str) -> None:
    document = document_of(name)
    assert list(document) == [*INTERFACE_KEYS, *ADDED_KEYS]
    assert document["schema"] == "pfp.recommendation/1"
    assert list(document["week"]) == ["max_km", "max_minutes", "runs"]
    for rule in document["rules"]:
        assert list(rule) == RULE_KEYS
    if document["next_run"] is not None:
        assert list(document["next_run"]) == NEXT_RUN_KEYS
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_values() -> None:
    document = document_of("ok")
    assert document["as_of"] == "2026-11-22T20:15:00+01:00"
    assert document["rest_until"] == "2026-11-24"
    assert document["earliest_day"] == "2026-11-24"
    assert document["next_run"]["max_km"] == 4.0
    assert document["next_run"]["walk_run"] is None
    assert document["reference"] == {"km": 5.0, "minutes": 33.0}
    assert document["rules"][0]["limits"] == {"factor": 0.8, "km": 4.0}
    assert document["version"] == "0.1.0"
    assert document["parameters_sha256"] == "ab"
    walk_run = document_of("walk and run")["next_run"]["walk_run"]
    assert walk_run == {"run_min": 4.0, "walk_min": 2.0, "repeats": 3}


def test_unknown_is_null_and_never_nought() -> None:
    document = document_of("needs input")
    assert document["next_run"] is None
    assert document["tier"] is None
    assert document["rest_until"] is None
    assert document["week"] == {"max_km": None, "max_minutes": None, "runs": 0}
    assert document_of("minutes only")["next_run"]["max_km"] is None


def test_rounding_sheds_noise_and_nothing_else() -> None:
    assert plain(4.000000000000001) == 4.0
    assert plain(2.6612345) == pytest.approx(2.661234, abs=1.1e-6)
    assert str(plain(-1e-9)) == "0.0"
    assert plain(float("nan")) is None
    assert plain(True) is True


def test_every_shape_of_input_becomes_json() -> None:
    inputs = {
        "day": date(2026, 11, 24),
        "flags": frozenset({"b", "a"}),
        "by_leg": {None: 7.0, "left": 7.1},
        "pair": (1, 2),
    }
    rec = made_next(rules=(replace(PAIN_RULE, inputs=inputs),))
    found = recommendation_document(rec, version="1", parameters_sha256="")["rules"][0]["inputs"]
    assert found == {
        "day": "2026-11-24",
        "flags": ["a", "b"],
        "by_leg": {"unknown": 7.0, "left": 7.1},
        "pair": [1, 2],
    }
    with pytest.raises(TypeError, match="object"):
        plain(object())


def test_a_week_is_the_same_and_its_days() -> None:
    document = week_document(made_week(), version="0.1.0", parameters_sha256="ab")
    same = document_of("ok")
    assert {key: document[key] for key in same} == same
    assert list(document) == [*same, "days", "dropped", "moved", "exercise_note"]
    assert len(document["days"]) == 7
    tuesday = document["days"][1]
    assert list(tuesday) == ["date", "sessions"]
    assert tuesday["date"] == "2026-11-24"
    assert tuesday["sessions"][0] == {
        "kind": "run",
        "items": ["easy"],
        "text": "easy and flat, at most 4.0 km or 26 min",
        "minutes": 26.4,
        "km": 4.0,
        "optional": False,
        "provisional": False,
    }
    assert json.loads(json.dumps(document, allow_nan=False)) == document
