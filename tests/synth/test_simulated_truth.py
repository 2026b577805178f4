"""The truth of simulated outings: levels, contacts, peaks, bouts, and what must not change it."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt

from pfp_sensors.errors import UsageError
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run, simulate_two_legs

RUN = RunnerSettings(plan=(PlanPart("still", 5.0), PlanPart("running", 20.0)))
OUTING = RunnerSettings(
    plan=(
        PlanPart("still", 5.0),
        PlanPart("running", 12.0),
        PlanPart("walking", 10.0),
        PlanPart("running", 9.0),
        PlanPart("still", 5.0),
    )
)
WIDE = SensorSettings(acc_range_g=200.0, gyr_range_dps=4000.0)


def mean_magnitude(recording, start: float, end: float) -> float:
    inside = (recording.time_s >= start) & (recording.time_s <= end)
    return float(np.linalg.norm(recording.acc_g[inside], axis=1).mean())


def seen_peaks(recording, contacts: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Read resultant peaks off a recording as signal.md says: 60 Hz low-pass, 75 ms after contact."""
    cut = min(60.0, 0.4 * recording.rate_hz)
    smooth = sosfiltfilt(butter(4, cut, fs=recording.rate_hz, output="sos"), recording.acc_g, axis=0)
    norm = np.linalg.norm(smooth, axis=1)
    return np.array(
        [norm[(recording.time_s >= t) & (recording.time_s <= t + 0.075)].max() for t in contacts[mask]]
    )


@pytest.mark.parametrize("speed", [2.0, 2.8, 3.7])
@pytest.mark.parametrize("strike", ["heel", "midfoot", "soft"])
def test_running_levels(speed, strike):
    recording, truth = simulate_run(replace(RUN, speed_mps=speed, strike=strike), WIDE)
    bout = truth.bouts[-1]
    assert mean_magnitude(recording, bout.start_s, bout.end_s) > 1.7
    assert recording.acc_g[recording.time_s > 6.0, 1].mean() > 0.5
    assert np.nanmean(truth.stride_length_m) == pytest.approx(
        speed * np.diff(truth.initial_contact_s).mean(), rel=0.01
    )


@pytest.mark.parametrize("speed", [0.9, 1.3, 1.45])
def test_walking_levels(speed):
    runner = RunnerSettings(walking_speed_mps=speed, plan=(PlanPart("still", 3.0), PlanPart("walking", 20.0)))
    recording, truth = simulate_run(runner, WIDE)
    bout = truth.bouts[-1]
    assert bout.kind == "walking"
    assert 1.05 <= mean_magnitude(recording, bout.start_s, bout.end_s) <= 1.35
    assert not truth.running.any()
    assert np.isnan(truth.resultant_g).all()


@pytest.mark.parametrize("speed", [2.5, 3.0, 3.7])
def test_heel_strike_peaks_are_of_real_size(speed):
    truth = simulate_run(replace(RUN, speed_mps=speed), SensorSettings())[1]
    assert 8.0 < np.median(truth.resultant_g) < 14.0
    assert 4.0 < np.median(truth.axial_g) < 10.5


def test_landing_peaks_come_when_they_should():
    delay = {}
    for strike in ("heel", "midfoot", "soft"):
        recording, truth = simulate_run(replace(RUN, strike=strike), replace(WIDE, rate_hz=1600.0))
        norm = np.linalg.norm(recording.acc_g, axis=1)
        after = []
        for contact in truth.initial_contact_s[1:-1]:
            window = (recording.time_s >= contact) & (recording.time_s < contact + 0.075)
            after.append(recording.time_s[window][norm[window].argmax()] - contact)
        delay[strike] = float(np.median(after))
    assert 0.030 <= delay["heel"] <= 0.045
    assert delay["heel"] < delay["midfoot"] < delay["soft"]
    assert 0.013 <= delay["soft"] - delay["heel"] <= 0.020


@pytest.mark.parametrize("speed", [2.5, 3.2])
def test_late_swing_is_there(speed):
    recording, truth = simulate_run(replace(RUN, speed_mps=speed), WIDE)
    norm = np.linalg.norm(recording.acc_g, axis=1)
    swing = [
        norm[(recording.time_s > t - 0.2) & (recording.time_s < t - 0.01)].max()
        for t in truth.initial_contact_s[1:]
    ]
    assert 3.0 < np.median(swing) < 6.0


@pytest.mark.parametrize("wanted", [6.0, 10.0, 16.0])
def test_impact_can_be_asked_for(wanted):
    truth = simulate_run(replace(RUN, impact_g=wanted), SensorSettings())[1]
    assert np.median(truth.resultant_g) == pytest.approx(wanted, rel=0.08)


@pytest.mark.parametrize("rate", [400.0, 1600.0])
def test_true_peaks_are_those_a_good_sensor_sees(rate):
    recording, truth = simulate_run(RUN, replace(WIDE, rate_hz=rate))
    inside = truth.initial_contact_s < 24.5
    seen = seen_peaks(recording, truth.initial_contact_s, inside)
    assert seen == pytest.approx(truth.resultant_g[inside], rel=0.02)


def test_truth_does_not_depend_on_the_sensor():
    one = simulate_run(RUN, SensorSettings(rate_hz=104.0, gyro=False, acc_range_g=8.0, turn_deg=40.0))[1]
    two = simulate_run(RUN, SensorSettings(rate_hz=833.0, dropped_share=0.02, strap_looseness=0.5))[1]
    assert one.bouts == two.bouts
    for item in ("initial_contact_s", "terminal_contact_s", "stride_length_m"):
        np.testing.assert_array_equal(getattr(one, item), getattr(two, item))
    np.testing.assert_allclose(one.resultant_g, two.resultant_g, rtol=5e-3)
    np.testing.assert_allclose(one.axial_g, two.axial_g, rtol=5e-3)


def test_truth_is_on_the_clock_of_the_sensor():
    still = simulate_run(RUN, SensorSettings())[1]
    fast = simulate_run(RUN, SensorSettings(clock_drift_ppm=1000.0))[1]
    np.testing.assert_allclose(fast.initial_contact_s, still.initial_contact_s * 1.001, rtol=1e-9)
    np.testing.assert_allclose(fast.stride_length_m, still.stride_length_m)


def test_same_seed_same_samples_other_seed_others():
    first, truth = simulate_run(RUN, SensorSettings(dropped_share=0.01))
    again, same = simulate_run(RUN, SensorSettings(dropped_share=0.01))
    np.testing.assert_array_equal(first.acc_g, again.acc_g)
    np.testing.assert_array_equal(first.time_s, again.time_s)
    for item in fields(truth):
        np.testing.assert_array_equal(getattr(truth, item.name), getattr(same, item.name))
    other = simulate_run(replace(RUN, seed=1), SensorSettings())[1]
    assert not np.array_equal(other.stride_length_m, truth.stride_length_m)


def test_bouts_follow_the_plan():
    recording, truth = simulate_run(OUTING, SensorSettings())
    assert [bout.kind for bout in truth.bouts] == ["still", "running", "walking", "running", "still"]
    edges = [(0, 5), (5, 17), (17, 27), (27, 36), (36, 41)]
    for bout, (start, end) in zip(truth.bouts, edges, strict=True):
        assert start - 0.2 <= bout.start_s <= start + 1.0
        assert end - 1.0 <= bout.end_s <= end + 1.0
    for bout in truth.bouts:
        inside = (truth.initial_contact_s >= bout.start_s) & (truth.initial_contact_s < bout.end_s)
        if bout.kind == "still":
            assert not inside.any()
            quiet = (recording.time_s > bout.start_s + 0.05) & (recording.time_s < bout.end_s - 0.05)
            assert np.linalg.norm(recording.acc_g[quiet], axis=1).std() < 0.02
        else:
            assert (truth.running[inside] == (bout.kind == "running")).all()
            assert truth.initial_contact_s[inside][0] == bout.start_s
            assert truth.terminal_contact_s[inside][-1] == pytest.approx(bout.end_s)
            assert np.isnan(truth.stride_length_m[inside]).tolist() == [False] * (inside.sum() - 1) + [True]


def test_an_outing_may_start_and_end_on_the_run():
    recording, truth = simulate_run(RunnerSettings(plan=(PlanPart("running", 10.0),)), SensorSettings())
    assert truth.initial_contact_s[0] < 0.8
    assert truth.initial_contact_s[-1] > 9.2
    assert mean_magnitude(recording, 0.0, 1.0) > 1.7


def test_landings_drift_as_asked():
    calm = replace(RUN, plan=(PlanPart("running", 600.0),), impact_drift_g_per_h=8.0)
    truth = simulate_run(calm, SensorSettings(rate_hz=100.0, gyro=False))[1]
    third = len(truth.running) // 3
    gained = np.median(truth.resultant_g[-third:]) - np.median(truth.resultant_g[:third])
    assert gained == pytest.approx(8.0 * 400.0 / 3600.0, abs=0.35)


def test_two_legs_share_one_time_line():
    runner = replace(RUN, impact_asymmetry_pct=20.0, contact_asymmetry_pct=10.0, impact_sd_pct=5.0)
    (left, left_truth), (right, right_truth) = simulate_two_legs(runner, SensorSettings())
    assert (left.side, right.side) == ("left", "right")
    assert abs(len(left_truth.running) - len(right_truth.running)) <= 1
    n = min(len(left_truth.running), len(right_truth.running)) - 1
    between = right_truth.initial_contact_s[:n] - left_truth.initial_contact_s[:n]
    stride = np.diff(left_truth.initial_contact_s)[:n]
    assert between / stride == pytest.approx(0.5, abs=0.02)
    ratio = np.median(right_truth.resultant_g) / np.median(left_truth.resultant_g)
    assert ratio == pytest.approx(1.1 / 0.9, rel=0.05)
    contact = [np.nanmedian(t.terminal_contact_s - t.initial_contact_s) for t in (left_truth, right_truth)]
    assert contact[1] / contact[0] == pytest.approx(1.05 / 0.95, rel=0.03)
    assert left.acc_g[:, 2].mean() * right.acc_g[:, 2].mean() < 0  # mirror images


@given(
    speed=st.floats(1.8, 5.5),
    cadence=st.floats(140.0, 200.0),
    strike=st.sampled_from(["heel", "midfoot", "soft"]),
    slope=st.floats(-12.0, 12.0),
    seed=st.integers(0, 1000),
)
def test_any_runner_is_possible(speed, cadence, strike, slope, seed):
    runner = RunnerSettings(
        plan=(PlanPart("still", 2.0), PlanPart("running", 8.0)),
        speed_mps=speed,
        cadence_spm=cadence,
        strike=strike,
        slope_pct=slope,
        seed=seed,
    )
    recording, truth = simulate_run(runner, SensorSettings(rate_hz=200.0))
    assert np.isfinite(recording.acc_g).all()
    assert (np.diff(truth.initial_contact_s) > 0.4).all()
    contact = truth.terminal_contact_s - truth.initial_contact_s
    assert (contact[:-1] > 0.1).all()
    assert (
        np.nanmax(truth.stride_length_m / np.append(np.diff(truth.initial_contact_s), np.nan)) < 1.06 * speed
    )
    assert (truth.resultant_g[:-1] > 2.0).all()
    assert (truth.axial_g[:-1] < truth.resultant_g[:-1] + 0.01).all()


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (RunnerSettings, {"speed_mps": 20.0}, "speed_mps is 20.0; allowed is 1.5 to 7"),
        (RunnerSettings, {"strike": "toe"}, "strike is 'toe'; allowed: heel, midfoot, soft"),
        (RunnerSettings, {"cadence_spm": 200.0, "contact_time_s": 0.39}, "allowed is less than 0.360"),
        (SensorSettings, {"rate_hz": 10.0}, "rate_hz is 10.0; allowed is 25 to 1600"),
        (SensorSettings, {"dropped_share": float("nan")}, "dropped_share is nan; allowed is 0 to 0.5"),
        (SensorSettings, {"rotation": ((1, 0, 0), (0, 1, 0), (0, 0, -1))}, "right-handed 3 x 3 rotation"),
        (PlanPart, {"kind": "flying", "seconds": 5.0}, "allowed: running, walking, still"),
        (PlanPart, {"kind": "running", "seconds": 0.5}, "allowed is 2 s or more"),
    ],
)
def test_wrong_settings_are_named_with_what_is_allowed(kind, settings, words):
    with pytest.raises(UsageError, match=words.replace("(", r"\(")):
        kind(**settings)
