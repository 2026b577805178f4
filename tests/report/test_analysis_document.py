"""The JSON of ``pfp analyze`` has the shape of interface.md, whatever is unknown."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from made_analysis import (
    made_analysis,
    made_facts,
    made_strides,
    made_summary,
    refused_summary,
    slow_summary,
)

from pfp_sensors.model.summary import Dose, Impact, Reason, Spread
from pfp_sensors.report.analysis_json import analyses_document, analysis_document, better_leg
from pfp_sensors.report.numbers import json_text, rounded, seconds, tidy

TOP = ["schema", "version", "method", "parameters_sha256", "status", "source"]
LEG = [
    "recording",
    "bouts",
    "running_s",
    "n_strides",
    "n_steps",
    "cadence_spm",
    "stride_time_s",
    "contact_time_s",
    "stride_length_m",
    "speed_mps",
    "distance_km",
    "impact",
    "dose",
    "within_run_trend",
    "reasons",
    "quality",
]


def test_keys_stand_in_the_order_of_the_contract() -> None:
    assert list(analysis_document(made_analysis())) == TOP + LEG
    assert list(analysis_document(made_analysis(), events=True)) == [*TOP, *LEG, "events"]


def test_events_are_null_where_they_are_refused() -> None:
    reason = Reason("rate_too_low", "events", "25 Hz recorded, 50 needed.")
    analysis = made_analysis(made_summary(reasons=(reason,)))
    assert analysis_document(analysis, events=True)["events"] is None


def test_values_of_a_full_run() -> None:
    document = analysis_document(made_analysis())
    assert document["schema"] == "pfp.analysis/1"
    assert document["source"] == {"path": "run.csv", "sha256": "0" * 64, "format": "csv"}
    assert document["recording"] == {
        "duration_s": 1800.0,
        "sampling_rate_hz": 208.00213,
        "channels": ["acc", "gyr"],
        "side": "left",
        "placement": "shank",
        "sensor": None,
        "acc_range_g": 16.0,
        "mounting": "x up",
        "synthetic": False,
        "gaps": [{"start_s": 1.0, "end_s": 1.2, "lost_samples": 41}],
        "notes": [],
    }
    assert document["bouts"][3] == {
        "kind": "running",
        "start_s": 1794.0,
        "end_s": 1800.0,
        "flags": ["short_bout"],
    }
    assert document["cadence_spm"] == {"median": 165.0, "p25": 163.0, "p75": 167.0}
    assert document["stride_time_s"]["median"] == 0.73
    assert document["contact_time_s"] == {"median": 0.26, "p25": 0.25, "p75": 0.27, "trend_only": True}
    assert document["stride_length_m"]["source"] == "imu"
    assert document["speed_mps"]["source"] == "treadmill"
    assert document["distance_km"] == {"value": 4.4, "source": "watch"}
    assert document["impact"] == {
        "resultant_g": {"median": 7.9123, "p25": 7.1, "p75": 8.8, "p95": 10.2},
        "axial_g": {"median": 5.1, "p25": 4.4, "p75": 5.9, "p95": 7.2},
        "n_contacts": 2090,
        "n_clipped": 3,
        "censored": False,
        "baseline_eligible": True,
    }
    assert document["dose"] == {"impact_load_g": 16510.25, "impact_load_per_km_g": 3752.0}
    assert document["within_run_trend"]["exceeds_minimum_detectable"] is False
    assert document["quality"] == {"coverage": 0.97, "grade": "good"}


def test_unknown_is_null_with_its_reason() -> None:
    document = analysis_document(made_analysis(slow_summary()))
    assert document["status"] == "partial"
    for key in ("contact_time_s", "stride_length_m", "speed_mps", "distance_km", "impact", "dose"):
        assert document[key] is None
    assert document["reasons"][0] == {
        "code": "rate_too_low",
        "field": "impact",
        "message": "25 Hz recorded, 100 needed.",
        "blocking": True,
    }


def test_nan_becomes_null_everywhere() -> None:
    nan = math.nan
    summary = made_summary(
        coverage=nan,
        recording=made_facts(acc_range_g=None, duration_s=nan),
        cadence_spm=Spread(nan, nan, nan),
        distance_km=nan,
        impact=Impact(Spread(7.0, nan, nan, nan), None, 1, 0, True, False),
        dose=Dose(nan, None),
    )
    document = analysis_document(made_analysis(summary), events=True)
    json.loads(json_text(document), parse_constant=pytest.fail)
    assert document["cadence_spm"] is None
    assert document["distance_km"] is None
    assert document["impact"]["resultant_g"] == {"median": 7.0, "p25": None, "p75": None, "p95": None}
    assert document["impact"]["axial_g"] is None
    assert document["dose"]["impact_load_g"] is None
    assert document["quality"]["coverage"] is None


def test_events_are_every_running_contact_to_the_microsecond() -> None:
    events = analysis_document(made_analysis(), events=True)["events"]
    assert events["initial_contact_s"] == [2.4, 3.1, 3.8, 4.5, 5.2]
    assert events["terminal_contact_s"] == [2.66, 3.36, 4.06, 4.76, None]
    assert len(made_strides()) == 7


def test_two_legs_repeat_the_better_one_on_top() -> None:
    analysis = made_analysis(made_summary("left", 0.8), made_summary("right", 0.9))
    document = analysis_document(analysis, events=True)
    assert list(document) == [*TOP, *LEG, "events", "legs", "symmetry"]
    assert list(document["legs"]) == ["left", "right"]
    for leg in document["legs"].values():
        assert [key for key in leg if key != "status"] == [*LEG, "events"]
    assert document["recording"]["side"] == "right"
    assert {key: document[key] for key in LEG} == {key: document["legs"]["right"][key] for key in LEG}
    assert document["symmetry"] == {
        "stride_time_pct": -0.04,
        "contact_time_pct": -1.2346,
        "resultant_pct": 12.0,
        "exceeds_minimum_detectable": False,
    }


def test_a_leg_without_coverage_never_stands_for_the_file() -> None:
    analysis = made_analysis(refused_summary(), made_summary("right", 0.0))
    assert better_leg(analysis) is analysis.legs[1]
    document = analysis_document(replace(analysis, symmetry=None))
    assert document["status"] == "ok"
    assert document["legs"]["left"]["status"] == "refused"
    assert document["symmetry"] is None


def test_several_paths() -> None:
    document = analyses_document([analysis_document(made_analysis()), {"schema": "pfp.error/1"}])
    assert list(document) == ["schema", "results"]
    assert document["schema"] == "pfp.analyses/1"


def test_rounding_keeps_what_was_measured() -> None:
    assert rounded(0.0001234567) == 0.00012346
    assert seconds(35999.1234567) == 35999.123457
    assert rounded(math.inf) is seconds(math.nan) is rounded(None) is None
    assert tidy({"a": [1.23456789, math.nan, 3, "x", None, True]}) == {
        "a": [1.2346, None, 3, "x", None, True]
    }
    with pytest.raises(ValueError, match="JSON compliant"):
        json_text({"a": math.nan})
