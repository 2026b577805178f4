"""Distance, speed and stride length by watch, treadmill, own model or sensor, in this order of trust."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from made_watch import START
from strategies import SETTINGS

from pfp_sensors.analyse import analyse_file, analyse_recording
from pfp_sensors.gait.speed_model import LearningWindows, SpeedModel, fold_model
from pfp_sensors.model.recording import Recording, RecordingFile, Source
from pfp_sensors.model.watch import JoinedWatch, Pause, WatchRun
from pfp_sensors.report.analysis_json import analysis_document
from pfp_sensors.report.analysis_text import analysis_text
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run

if TYPE_CHECKING:
    from pfp_sensors.model.summary import RunSummary
    from pfp_sensors.model.truth import Truth

SPEED_MPS = 2.8
WALK_MPS = 1.3
OFFSET_S = 12.0
PLAN = (PlanPart("running", 100.0), PlanPart("walking", 40.0), PlanPart("running", 100.0))


@cache
def run(*, gyroscope: bool = True, rate_hz: float = 104.0) -> tuple[Recording, Truth]:
    runner = RunnerSettings(plan=PLAN, speed_mps=SPEED_MPS, walking_speed_mps=WALK_MPS)
    return simulate_run(runner, SensorSettings(rate_hz=rate_hz, gyro=gyroscope))


def watch(speed_mps: float = SPEED_MPS, *, last_s: float = 300.0, **changed: Any) -> JoinedWatch:
    """Return a watch that runs, walks and runs again, its second 0 being the recording's twelfth."""
    time_s = np.arange(-OFFSET_S, last_s - OFFSET_S)
    true_s = time_s + OFFSET_S
    speed = np.where((true_s > 100.0) & (true_s < 140.0), WALK_MPS, speed_mps)
    distance = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]))])
    made = WatchRun(
        Source("made.fit", "0" * 64, "fit"), START, time_s, {"distance_m": distance, "speed_mps": speed}
    )
    return JoinedWatch(replace(made, **changed), OFFSET_S)


def summary(known: dict[str, Any], *, gyroscope: bool = True, rate_hz: float = 104.0) -> RunSummary:
    return analyse_recording(run(gyroscope=gyroscope, rate_hz=rate_hz)[0], SETTINGS, **known).summary


def codes(found: RunSummary) -> dict[str, str]:
    return {reason.code: reason.message for reason in found.reasons}


def model(bias: float = 0.95, speed_mps: float = SPEED_MPS, runs: int = 6) -> SpeedModel:
    """Learn that the sensor reads by a share too much."""
    rng = np.random.default_rng(1)
    windows = []
    for _ in range(runs):
        true = speed_mps * (1 + 0.08 * rng.standard_normal(60))
        hz = 1.34 + 0.035 * (true - 2.8) + 0.002 * rng.standard_normal(60)
        windows.append(LearningWindows(true, hz, true / bias))
    found = fold_model(windows)
    assert found is not None
    return found


def test_a_watch_gives_distance_of_running_only_and_the_speed_of_every_stride() -> None:
    found = summary({"joined": watch()})
    assert found.distance_source == found.speed_source == found.stride_length_source == "watch"
    assert found.distance_km == pytest.approx(found.running_s * SPEED_MPS / 1000.0, rel=0.01)
    assert found.running_s < 205.0
    assert found.speed_mps is not None
    assert found.speed_mps.median == pytest.approx(SPEED_MPS, rel=0.005)
    assert found.stride_time_s is not None
    assert found.stride_length_m is not None
    assert found.stride_length_m.median == pytest.approx(SPEED_MPS * found.stride_time_s.median, rel=0.005)
    assert found.dose is not None
    assert found.dose.impact_load_per_km_g == pytest.approx(found.dose.impact_load_g / found.distance_km)


def test_a_watch_answers_what_no_gyroscope_leaves_open_also_at_slow_rates() -> None:
    for rate_hz in (104.0, 25.0):
        found = summary({"joined": watch()}, gyroscope=False, rate_hz=rate_hz)
        assert found.speed_source == found.stride_length_source == "watch"
        assert found.distance_km == pytest.approx(found.running_s * SPEED_MPS / 1000.0, rel=0.01)
        assert "no_gyro" not in codes(found)


def test_speed_alone_gives_the_distance_too() -> None:
    whole = watch()
    only = JoinedWatch(
        replace(whole.watch, channels={"speed_mps": whole.watch.channels["speed_mps"]}), OFFSET_S
    )
    assert summary({"joined": only}).distance_km == pytest.approx(
        summary({"joined": whole}).distance_km, rel=0.01
    )


def test_a_sensor_far_from_the_watch_is_a_caution_and_the_watch_stands() -> None:
    found = summary({"joined": watch(3.6)})
    assert found.speed_mps is not None
    assert found.speed_mps.median == pytest.approx(3.6, rel=0.01)
    assert "the watch 3.60, which is used" in codes(found)["speed_implausible"]
    assert "speed_implausible" not in codes(summary({"joined": watch()}))


def test_a_watch_that_misses_part_is_filled_in_or_not_used() -> None:
    whole = summary({"joined": watch()})
    part = summary({"joined": watch(last_s=220.0)})
    assert part.distance_source == "watch"
    assert part.distance_km == pytest.approx(whole.distance_km, rel=0.02)
    assert "the rest is taken to be alike" in codes(part)["watch_coverage"]
    half = summary({"joined": watch(last_s=120.0)})
    assert half.distance_source == "imu"
    assert "it is not used" in codes(half)["watch_coverage"]
    assert "watch_coverage" not in codes(whole)


def test_a_pause_of_the_watch_is_time_it_does_not_tell_of() -> None:
    """The runner went on while the watch was paused for 25 s: its distance stood still meanwhile."""
    whole = watch()
    time_s = whole.watch.time_s
    away = (time_s > 30.0) & (time_s < 55.0)
    distance = whole.watch.channels["distance_m"] - np.where(time_s >= 55.0, SPEED_MPS * 24.0, 0.0)
    paused = replace(
        whole.watch,
        time_s=time_s[~away],
        channels={"distance_m": distance[~away]},
        pauses=(Pause(30.0, 55.0),),
    )
    found = summary({"joined": JoinedWatch(paused, OFFSET_S)})
    assert found.distance_km == pytest.approx(found.running_s * SPEED_MPS / 1000.0, rel=0.02)
    assert "watch_coverage" in codes(found)


def test_a_belt_is_trusted_more_than_a_watch_indoors_and_less_than_one_outdoors() -> None:
    belt = {"speed_mps": 2.6}
    for indoor, source in ((True, "treadmill"), (None, "treadmill"), (False, "watch")):
        found = summary(belt | {"joined": watch(indoor=indoor)})
        assert found.speed_source == found.distance_source == source
    guess = summary({"joined": watch(indoor=True)})
    assert guess.distance_source == "watch"
    assert "watch_indoors" in codes(guess)


def test_a_watch_that_says_nonsense_is_not_used() -> None:
    found = summary({"joined": watch(9.0)})
    assert found.speed_source == "imu"
    assert "no running" in codes(found)["speed_implausible"]
    silent = JoinedWatch(replace(watch().watch, channels={}), OFFSET_S)
    assert summary({"joined": silent}).speed_source == "imu"


def test_a_model_corrects_the_sensor_where_no_watch_was_worn() -> None:
    raw, found = summary({}), summary({"model": model()})
    assert raw.speed_mps is not None
    assert found.speed_mps is not None
    assert found.speed_source == found.stride_length_source == found.distance_source == "model"
    assert found.speed_mps.median == pytest.approx(0.95 * raw.speed_mps.median, rel=0.02)
    assert found.distance_km == pytest.approx(found.speed_mps.median * found.running_s / 1000.0)
    assert found.model is not None
    assert found.model.runs == 6
    for better in ({"joined": watch()}, {"speed_mps": 2.8}):
        assert summary({"model": model()} | better).model is None


def test_without_a_gyroscope_a_model_that_is_good_enough_tells_and_another_leaves_it_unknown() -> None:
    found = summary({"model": model()}, gyroscope=False)
    assert found.speed_source == "model"
    assert found.speed_mps is not None
    assert found.speed_mps.median == pytest.approx(SPEED_MPS, rel=0.15)
    assert "no_gyro" not in codes(found)
    unknown = summary({"model": model(runs=2)}, gyroscope=False)
    assert unknown.speed_mps is unknown.distance_km is unknown.stride_length_m is None
    assert "no_gyro" in codes(unknown)


def test_a_model_that_was_taught_other_paces_is_not_used() -> None:
    found = summary({"model": model(speed_mps=4.6)})
    assert found.speed_source == "imu"
    assert found.model is None
    assert "other paces" in codes(found)["model_not_taught"]


def test_the_report_says_how_sure_a_model_is_and_keeps_the_contract() -> None:
    file = RecordingFile(Source("made.csv", "0" * 64, "csv"), (run()[0],), ())
    analysis = analyse_file(file, SETTINGS, model=model())
    document = json.loads(json.dumps(analysis_document(analysis)))
    for key in ("distance_km", "speed_mps", "stride_length_m"):
        assert document[key]["source"] == "imu"
        assert document[key]["model"]["runs"] == 6
        assert 0.0 < document[key]["model"]["error_pct"] < 10.0
    text = " ".join(analysis_text(analysis).split())
    assert "learned from 6 runs with a watch; typically" in text
    plain = analysis_document(analyse_file(file, SETTINGS, joined=watch()))
    assert plain["distance_km"]["source"] == "watch"
    assert "model" not in plain["distance_km"]
