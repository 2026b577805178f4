"""What each kind of recording is refused, warned of, or given, and from which source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from strategies import SETTINGS, analysed, kept, outing

from pfp_sensors.analyse import analyse_file, analyse_recording
from pfp_sensors.analyse.symmetry import symmetry_of
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_two_legs

if TYPE_CHECKING:
    from pfp_sensors.model.summary import RunSummary

RUN = RunnerSettings()
LONG = RunnerSettings(duration_s=100.0)


def codes(summary: RunSummary, field: str | None = None) -> set[str]:
    return {reason.code for reason in summary.reasons if field in (None, reason.field)}


def summary_of(sensor: SensorSettings, runner: RunnerSettings = RUN) -> RunSummary:
    return outing(runner, sensor).analysis.summary


@pytest.mark.parametrize("gyro", [True, False])
def test_25_hz_gives_cadence_and_refuses_impact_and_contact_time_by_name(gyro: bool) -> None:
    found = outing(RUN, SensorSettings(rate_hz=25.0, gyro=gyro))
    summary = found.analysis.summary
    assert summary.status == "partial"
    assert summary.cadence_spm.median == pytest.approx(120.0 / np.diff(found.true_s).mean(), abs=0.5)
    for field in ("impact", "contact_time_s", "dose", "within_run_trend"):
        assert codes(summary, field) == {"rate_too_low"}
    assert (summary.impact, summary.contact_time_s, summary.stride_length_m) == (None, None, None)


def test_between_8_and_20_hz_cadence_is_called_coarse_and_below_nothing_is_given() -> None:
    recording = outing(RUN, SensorSettings(rate_hz=25.0)).recording

    def slower(step: int) -> RunSummary:
        gyr = recording.gyr_dps[::step]
        return analysed(
            replace(
                recording,
                time_s=recording.time_s[::step],
                acc_g=recording.acc_g[::step],
                gyr_dps=gyr,
                rate_hz=25.0 / step,
            )
        ).summary

    coarse = slower(2)
    assert "coarse" in codes(coarse, "cadence_spm")
    assert coarse.cadence_spm.median == pytest.approx(160.7, abs=1.0)
    for step in (4, 5):
        assert slower(step).cadence_spm is None
        assert codes(slower(step), "cadence_spm") == {"rate_too_low"}


@pytest.mark.parametrize(("rate_hz", "flag"), [(104.0, True), (198.0, True), (208.0, False)])
def test_a_slow_rate_shows_impact_and_makes_no_baseline(rate_hz: float, flag: bool) -> None:
    summary = summary_of(SensorSettings(rate_hz=rate_hz), LONG)
    assert ("low_rate" in codes(summary, "impact")) == flag
    assert summary.impact.baseline_eligible != flag


@pytest.mark.parametrize("acc_range_g", [2.0, 4.0])
def test_a_range_of_4_g_and_less_refuses_impact_and_contact_time(acc_range_g: float) -> None:
    summary = summary_of(SensorSettings(acc_range_g=acc_range_g))
    for field in ("impact", "contact_time_s"):
        assert codes(summary, field) - {"few_steps"} == {"range_too_small"}
    assert summary.cadence_spm is not None


def test_8_g_is_enough_but_censored() -> None:
    summary = summary_of(SensorSettings(acc_range_g=8.0), LONG)
    assert summary.impact.censored
    assert "censored" in codes(summary, "impact")
    assert not summary.impact.baseline_eligible
    assert summary.contact_time_s is not None


def test_a_sensor_that_is_far_from_1_g_at_rest_gives_no_length() -> None:
    summary = summary_of(SensorSettings(acc_bias_g=0.1))
    for field in ("stride_length_m", "speed_mps", "distance_km"):
        assert codes(summary, field) == {"recalibrate"}


def test_a_gyroscope_that_drifts_at_rest_gives_no_length() -> None:
    """More than 3 deg/s while standing (signal.md, section 13)."""
    summary = summary_of(SensorSettings(gyr_bias_dps=8.0))
    for field in ("stride_length_m", "speed_mps", "distance_km"):
        assert "recalibrate" in codes(summary, field)


@pytest.mark.parametrize("sum_not_mean", [True, False])
def test_a_sensor_that_feels_both_legs_is_in_the_wrong_place(sum_not_mean: bool) -> None:
    (left, _), (right, _) = simulate_two_legs(RUN, SensorSettings(gyro=False))
    acc = left.acc_g + right.acc_g - np.array([0, 1, 0], dtype=np.float32)
    summary = analysed(replace(left, acc_g=acc if sum_not_mean else 0.5 * (left.acc_g + right.acc_g))).summary
    assert summary.impact is None
    assert "wrong_placement" in codes(summary, "impact")
    assert "wrong_placement" in codes(summary, "contact_time_s")
    assert summary.quality.grade == "poor"


def test_little_usable_running_gives_no_totals() -> None:
    summary = summary_of(SensorSettings(dropped_share=0.1))
    assert summary.quality.coverage < 0.8
    assert summary.dose is None
    assert "low_coverage" in codes(summary, "dose")
    assert "low_coverage" in codes(summary, "distance_km")
    assert summary.impact is None or not summary.impact.baseline_eligible


def test_a_long_hole_within_running_lowers_coverage() -> None:
    found = outing(RUN)
    time_s = found.recording.time_s
    summary = analysed(kept(found.recording, (time_s < 25.0) | (time_s > 45.0))).summary
    assert summary.quality.coverage == pytest.approx(33.0 / 53.0, abs=0.06)
    assert summary.dose is None


def test_walking_is_refused_by_name() -> None:
    summary = outing(RunnerSettings(plan=(PlanPart("walking", 40.0),))).analysis.summary
    assert summary.status == "refused"
    assert {r.message.split(",")[0] for r in summary.reasons} == {"Walking found"}
    assert summary.quality.coverage is None


def test_eligibility_falls_with_each_flag_and_never_rises() -> None:
    good = summary_of(SensorSettings(), LONG)
    assert good.impact.baseline_eligible
    assert good.quality.grade == "good"
    worse = (
        SensorSettings(rate_hz=104.0),
        SensorSettings(acc_range_g=8.0),
        SensorSettings(dropped_share=0.1),
        SensorSettings(strap_shift_s=50.0, strap_shift_deg=80.0),
        SensorSettings(rate_hz=104.0, acc_range_g=8.0),
    )
    for sensor in worse:
        summary = summary_of(sensor, LONG)
        assert summary.impact is None or not summary.impact.baseline_eligible
        assert summary.quality.grade != "good"
    few = summary_of(SensorSettings(), RUN)
    assert "few_steps" in codes(few, "impact")
    assert not few.impact.baseline_eligible


@pytest.mark.parametrize("gyro", [True, False])
@pytest.mark.parametrize("rate_hz", [25.0, 208.0])
def test_a_given_speed_or_distance_is_used_and_named(gyro: bool, rate_hz: float) -> None:
    recording = outing(RUN, SensorSettings(rate_hz=rate_hz, gyro=gyro)).recording
    belt = analyse_recording(recording, SETTINGS, speed_mps=2.8).summary
    assert (belt.speed_source, belt.stride_length_source, belt.distance_source) == ("treadmill",) * 3
    assert belt.speed_mps.median == 2.8
    assert belt.distance_km == pytest.approx(2.8 * belt.running_s / 1000.0)
    assert belt.stride_length_m.median == pytest.approx(2.8 * belt.stride_time_s.median, rel=0.01)
    watch = analyse_recording(recording, SETTINGS, distance_km=0.15).summary
    assert (watch.speed_source, watch.stride_length_source, watch.distance_source) == ("watch",) * 3
    assert watch.distance_km == 0.15
    assert watch.speed_mps.median == pytest.approx(150.0 / watch.running_s)
    both = analyse_recording(recording, SETTINGS, speed_mps=2.8, distance_km=0.15).summary
    assert (both.speed_source, both.distance_source) == ("treadmill", "watch")


def test_a_given_speed_that_contradicts_the_sensor_is_remarked() -> None:
    recording = outing(RUN).recording
    assert "speed_implausible" in codes(analyse_recording(recording, SETTINGS, speed_mps=4.8).summary)
    assert "speed_implausible" not in codes(analyse_recording(recording, SETTINGS, speed_mps=2.9).summary)


def test_dose_is_the_sum_of_the_measured_peaks() -> None:
    found = outing(LONG)
    strides, summary = found.analysis.strides, found.analysis.summary
    assert summary.dose.impact_load_g == pytest.approx(np.nansum(strides.resultant_g[strides.running]))
    assert summary.dose.impact_load_per_km_g == pytest.approx(
        summary.dose.impact_load_g / summary.distance_km
    )


# --- two legs --------------------------------------------------------------------------------------


def test_symmetry_of_two_legs_finds_what_was_put_in() -> None:
    runner = RunnerSettings(duration_s=90.0, impact_asymmetry_pct=30.0, contact_asymmetry_pct=8.0)
    (left, _), (right, _) = simulate_two_legs(runner, SensorSettings())
    file = RecordingFile(Source("run", "0" * 64, "folder"), (left, right))
    found = analyse_file(file, SETTINGS).symmetry
    assert found.resultant_pct == pytest.approx(30.0, abs=6.0)
    assert found.contact_time_pct == pytest.approx(8.0, abs=3.0)
    assert found.stride_time_pct == pytest.approx(0.0, abs=0.5)
    assert found.exceeds_minimum_detectable
    swapped = (replace(left, side="right"), replace(right, side="left"))
    mirrored = analyse_file(RecordingFile(file.source, swapped), SETTINGS).symmetry
    assert mirrored.resultant_pct == pytest.approx(-found.resultant_pct)


def test_one_leg_or_two_of_the_same_side_have_no_symmetry() -> None:
    leg = outing(RUN).analysis
    assert symmetry_of((leg,), 1.5) is None
    assert symmetry_of((leg, leg), 1.5) is None


def test_symmetry_is_unknown_where_one_leg_is() -> None:
    (left, _), (right, _) = simulate_two_legs(RUN, SensorSettings(), SensorSettings(rate_hz=25.0))
    file = RecordingFile(Source("run", "0" * 64, "folder"), (left, right))
    found = analyse_file(file, SETTINGS).symmetry
    assert found.resultant_pct is None
    assert found.contact_time_pct is None
    assert found.exceeds_minimum_detectable is None
    assert found.stride_time_pct == pytest.approx(0.0, abs=0.5)
