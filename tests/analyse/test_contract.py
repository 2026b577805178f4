"""Whatever the recording: every quantity is given or refused by name, never 0, never without a word."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from strategies import SETTINGS, between, without_gyro

from pfp_sensors.analyse import analyse_file
from pfp_sensors.model.recording import Recording, RecordingFile, Source
from pfp_sensors.report.analysis_json import analysis_document
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run, simulate_two_legs

QUANTITIES = (
    "cadence_spm",
    "stride_time_s",
    "contact_time_s",
    "stride_length_m",
    "speed_mps",
    "distance_km",
    "impact",
    "dose",
    "within_run_trend",
)
KNOWN_SPEED = {"speed_mps": 2.8}
KNOWN_DISTANCE = {"distance_km": 0.15}


def run(sensor: SensorSettings | None = None, **runner: Any) -> Recording:
    return simulate_run(RunnerSettings(**runner), sensor or SensorSettings())[0]


def every(recording: Recording, step: int) -> Recording:
    """Keep every so many samples, as a slower sensor would (without its filter)."""
    gyr = recording.gyr_dps
    return replace(
        recording,
        time_s=recording.time_s[::step],
        acc_g=recording.acc_g[::step],
        gyr_dps=None if gyr is None else gyr[::step],
        rate_hz=recording.rate_hz / step,
    )


def noise(spread_g: float, rate_hz: float = 104.0) -> Recording:
    acc = np.random.default_rng(0).standard_normal((6000, 3)) * spread_g + np.array([0.0, 1.0, 0.0])
    return Recording(np.arange(6000) / rate_hz, acc.astype(np.float32), None, rate_hz)


def both_legs_added() -> Recording:
    (left, _), (right, _) = simulate_two_legs(RunnerSettings(), SensorSettings(gyro=False))
    return replace(left, acc_g=left.acc_g + right.acc_g - np.array([0, 1, 0], dtype=np.float32))


PARTS = (PlanPart("walking", 15.0), PlanPart("running", 5.0), PlanPart("walking", 15.0))
RECORDINGS: dict[str, tuple[Any, dict[str, float]]] = {
    "a good long run": (lambda: run(SensorSettings(rate_hz=208.0), duration_s=700.0), {}),
    "a minute": (run, {}),
    "a minute, belt speed known": (run, KNOWN_SPEED),
    "a minute, distance known": (run, KNOWN_DISTANCE),
    "a minute, both known": (run, KNOWN_SPEED | KNOWN_DISTANCE),
    "belt speed that cannot be": (run, {"speed_mps": 4.8}),
    "nobody stands": (lambda: run(plan=(PlanPart("running", 60.0),)), {}),
    "no gyroscope": (lambda: run(SensorSettings(gyro=False)), {}),
    "no gyroscope, speed known": (lambda: run(SensorSettings(gyro=False)), KNOWN_SPEED),
    "104 Hz": (lambda: run(SensorSettings(rate_hz=104.0)), {}),
    "75 Hz": (lambda: run(SensorSettings(rate_hz=75.0)), {}),
    "50 Hz, speed known": (lambda: run(SensorSettings(rate_hz=50.0)), KNOWN_SPEED),
    "25 Hz": (lambda: run(SensorSettings(rate_hz=25.0)), {}),
    "25 Hz, no gyroscope": (lambda: run(SensorSettings(rate_hz=25.0, gyro=False)), {}),
    "25 Hz, speed known": (lambda: run(SensorSettings(rate_hz=25.0)), KNOWN_SPEED),
    "25 Hz, distance known": (lambda: run(SensorSettings(rate_hz=25.0)), KNOWN_DISTANCE),
    "12.5 Hz": (lambda: every(run(SensorSettings(rate_hz=25.0)), 2), {}),
    "6 Hz": (lambda: every(run(SensorSettings(rate_hz=25.0)), 4), {}),
    "5 Hz, speed known": (lambda: every(run(SensorSettings(rate_hz=25.0)), 5), KNOWN_SPEED),
    "clips at 8 g": (lambda: run(SensorSettings(acc_range_g=8.0)), {}),
    "clips at 8 g, range not told": (
        lambda: replace(run(SensorSettings(acc_range_g=8.0)), acc_range_g=None),
        {},
    ),
    "4 g": (lambda: run(SensorSettings(acc_range_g=4.0)), {}),
    "4 g, range not told": (lambda: replace(run(SensorSettings(acc_range_g=4.0)), acc_range_g=None), {}),
    "2 g": (lambda: run(SensorSettings(acc_range_g=2.0)), {}),
    "one sample in a hundred lost": (lambda: run(SensorSettings(dropped_share=0.01)), {}),
    "one sample in ten lost": (lambda: run(SensorSettings(dropped_share=0.1)), {}),
    "three samples in ten lost": (lambda: run(SensorSettings(dropped_share=0.3)), {}),
    "three samples in ten lost, speed known": (lambda: run(SensorSettings(dropped_share=0.3)), KNOWN_SPEED),
    "three in ten lost, no gyroscope": (lambda: run(SensorSettings(dropped_share=0.3, gyro=False)), {}),
    "half of the samples lost at 25 Hz": (lambda: run(SensorSettings(rate_hz=25.0, dropped_share=0.5)), {}),
    "walking": (lambda: run(plan=(PlanPart("walking", 40.0),)), {}),
    "walking, speed known": (lambda: run(plan=(PlanPart("walking", 40.0),)), KNOWN_SPEED),
    "standing": (lambda: run(plan=(PlanPart("still", 30.0),)), {}),
    "a short bout": (lambda: run(plan=PARTS), {}),
    "four seconds": (lambda: run(duration_s=4.0), {}),
    "two seconds": (lambda: run(duration_s=2.0), {}),
    "two samples": (lambda: between(run(), 0.0, 1.5 / 208.0), {}),
    "cut off in mid-stride": (lambda: between(run(), 7.11, 31.07), {}),
    "calm noise": (lambda: noise(0.2), {}),
    "wild noise": (lambda: noise(1.2), {}),
    "wild slow noise": (lambda: noise(1.2, 25.0), {}),
    "a poor calibration": (lambda: run(SensorSettings(acc_bias_g=0.1)), {}),
    "a loose strap": (lambda: run(SensorSettings(strap_looseness=2.0), strike="soft"), {}),
    "a strap that slipped": (
        lambda: run(SensorSettings(strap_shift_s=30.0, strap_shift_deg=80.0), duration_s=90.0),
        {},
    ),
    "both legs added": (both_legs_added, {}),
}


@cache
def document_of(kind: str) -> dict[str, Any]:
    make, known = RECORDINGS[kind]
    return documented(make(), known)


@pytest.fixture(params=list(RECORDINGS))
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return document_of(request.param)


def documented(recording: Recording, known: dict[str, float]) -> dict[str, Any]:
    file = RecordingFile(Source("run.csv", "0" * 64, "csv"), (recording,))
    return analysis_document(analyse_file(file, SETTINGS, **known), events=True)


def refused(document: dict[str, Any]) -> set[str]:
    return {reason["field"] for reason in document["reasons"] if reason["blocking"]}


def test_what_is_null_has_a_reason_and_what_has_a_blocking_reason_is_null(document: dict[str, Any]) -> None:
    null = {name for name in QUANTITIES if document[name] is None}
    assert null <= refused(document)
    assert refused(document) & set(QUANTITIES) <= null


def test_a_part_that_is_null_is_named_too(document: dict[str, Any]) -> None:
    if document["impact"] is not None and document["impact"]["axial_g"] is None:
        assert "axial_g" in refused(document)
    if document["dose"] is not None and document["dose"]["impact_load_per_km_g"] is None:
        assert "impact_load_per_km_g" in refused(document)


def test_nothing_unknown_is_zero_or_not_a_number(document: dict[str, Any]) -> None:
    json.dumps(document, allow_nan=False)
    for name in QUANTITIES:
        value = document[name]
        if value is None:
            continue
        numbers = [v for v in value.values() if isinstance(v, float | int) and not isinstance(v, bool)]
        assert name == "impact" or all(v > 0 for v in numbers), name
    if document["impact"] is not None:
        assert document["impact"]["resultant_g"]["median"] > 0
        assert document["impact"]["n_contacts"] > 0


def test_the_status_says_what_the_values_say(document: dict[str, Any]) -> None:
    null = [name for name in QUANTITIES if document[name] is None]
    running = any(bout["kind"] == "running" for bout in document["bouts"])
    if not running:
        assert document["status"] == "refused"
        assert {reason["code"] for reason in document["reasons"]} <= {"not_running", "rate_too_low"}
    elif len(null) == len(QUANTITIES):
        assert document["status"] == "refused"
        assert {reason["code"] for reason in document["reasons"]} == {"rate_too_low"}
    elif null:
        assert document["status"] == "partial"
    if document["status"] == "ok":
        assert not null


def test_reasons_are_in_plain_words_and_said_once(document: dict[str, Any]) -> None:
    said = [(reason["code"], reason["field"]) for reason in document["reasons"]]
    assert len(said) == len(set(said))
    for reason in document["reasons"]:
        assert reason["message"].endswith(".")
        assert "nan" not in reason["message"].lower().split()
        assert "None" not in reason["message"]


def test_sources_are_given_with_what_they_are_the_source_of(document: dict[str, Any]) -> None:
    for name in ("stride_length_m", "speed_mps", "distance_km"):
        if document[name] is not None:
            assert document[name]["source"] in {"imu", "treadmill", "watch"}


def test_counts_agree_with_each_other(document: dict[str, Any]) -> None:
    assert document["n_steps"] == 2 * document["n_strides"]
    events = document["events"]
    if events is None:
        assert "events" in refused(document)
        events = {"initial_contact_s": [], "terminal_contact_s": []}
    assert len(events["initial_contact_s"]) == len(events["terminal_contact_s"])
    assert events["initial_contact_s"] == sorted(events["initial_contact_s"])
    for on, off in zip(events["initial_contact_s"], events["terminal_contact_s"], strict=True):
        assert off is None or 0.09 < off - on < 0.41
    if document["impact"] is not None:
        assert document["impact"]["n_clipped"] <= document["impact"]["n_contacts"]
    coverage = document["quality"]["coverage"]
    assert coverage is None or 0.0 <= coverage <= 1.0
    assert (document["n_strides"] == 0) == (document["status"] == "refused")


def test_quartiles_are_in_order(document: dict[str, Any]) -> None:
    spreads = [document[name] for name in QUANTITIES[:5]]
    if document["impact"] is not None:
        spreads += [document["impact"]["resultant_g"], document["impact"]["axial_g"]]
    for spread in spreads:
        if spread is not None:
            order = [spread[key] for key in ("p25", "median", "p75", "p95") if key in spread]
            assert order == sorted(order)


def test_without_a_gyroscope_lengths_are_refused_as_no_gyro_and_nothing_raises() -> None:
    for rate_hz in (25.0, 104.0, 208.0):
        recording = without_gyro(run(SensorSettings(rate_hz=rate_hz)))
        made = documented(recording, {})
        codes = {r["field"]: r["code"] for r in made["reasons"]}
        assert {codes[name] for name in ("stride_length_m", "speed_mps", "distance_km")} == {"no_gyro"}
