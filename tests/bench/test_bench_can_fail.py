"""The benchmark can fail: a shifted truth or a detector step switched off makes its figures worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.cells import run_cell
from bench.force_treadmill import fitted_on, load_trials, score_trial
from bench.scores import ContactScore, pooled
from pfp_sensors.settings import SignalSettings, load_signal_settings

SHIFT_S = 0.020
TYPICAL = {
    "speed m/s": 2.5,
    "strike": "heel",
    "rate Hz": 208,
    "range g": 32,
    "mounting": "turned",
    "noise": "typical",
    "samples lost": "none",
    "gyroscope": "yes",
    "impact": "typical",
    "seed": 7,
}


@pytest.fixture(scope="module")
def settings() -> SignalSettings:
    return load_signal_settings()


@pytest.fixture(scope="module")
def blind(settings) -> SignalSettings:
    """Without the onset: no rise is large enough, and contact is put a fixed time before the landing."""
    return replace(settings, initial_contact=replace(settings.initial_contact, min_half_rise_g=1000.0))


@pytest.fixture(scope="module")
def undamped(settings) -> SignalSettings:
    """Without the lag of the dip behind foot off."""
    terminal = replace(settings.terminal_contact, dip_lag_ms=0.0)
    return replace(settings, terminal_contact=terminal)


def mae(score: ContactScore) -> tuple[float, float]:
    return float(np.abs(score.initial.error_ms).mean()), float(np.abs(score.terminal.error_ms).mean())


def on_runner(settings: SignalSettings, shift_s: float = 0.0) -> ContactScore:
    return run_cell(TYPICAL, settings, shift_s).score


def on_people(settings: SignalSettings, shift_s: float = 0.0) -> ContactScore:
    return pooled([score_trial(trial, settings, shift_s=shift_s) for trial in load_trials("running")])


@pytest.fixture(params=["simulated", "real"])
def measure(request):
    if request.param == "real":
        request.getfixturevalue("shared_data")
        return on_people
    return on_runner


@pytest.mark.parametrize("shift_s", [SHIFT_S, -SHIFT_S])
def test_a_truth_shifted_by_20_ms_is_seen(measure, settings, shift_s):
    right, shifted = mae(measure(settings)), mae(measure(settings, shift_s))
    assert shifted[0] > right[0] + 10.0
    assert shifted[1] > right[1] + 5.0


def test_a_truth_shifted_beyond_the_tolerance_finds_nothing(measure, settings):
    assert measure(settings, 0.2).initial.f1 < 0.2


def test_losing_the_onset_is_seen(measure, settings, blind):
    assert mae(measure(blind))[0] > mae(measure(settings))[0]


def test_losing_the_onset_is_seen_most_on_a_soft_lander(settings, blind):
    """A soft landing is sharpest later: a fixed time before it is far off."""
    soft = TYPICAL | {"strike": "soft"}
    assert mae(run_cell(soft, blind).score)[0] > mae(run_cell(soft, settings).score)[0] + 5.0


def test_losing_the_smoothing_before_the_onset_is_seen(measure, settings):
    rough = replace(settings, initial_contact=replace(settings.initial_contact, lowpass_hz=30.0))
    assert mae(measure(rough))[0] > mae(measure(settings))[0] + 5.0


def test_losing_the_lag_of_foot_off_is_seen(measure, settings, undamped):
    assert mae(measure(undamped))[1] > mae(measure(settings))[1] + 3.0


def test_losing_the_search_for_landings_is_seen(measure, settings):
    landing = replace(settings.landing, min_height_share=0.05, min_distance_share=0.3)
    worse = measure(replace(settings, landing=landing))
    assert worse.initial.f1 < measure(settings).initial.f1


def test_losing_the_peak_filter_is_seen(settings):
    flat = replace(settings, impact=replace(settings.impact, lowpass_hz=20.0))
    right, worse = (np.abs(run_cell(TYPICAL, s).peak_error) for s in (settings, flat))
    assert np.median(worse) > np.median(right) + 0.05


def test_a_wrong_sensor_height_is_seen_in_stride_length(settings):
    wrong = replace(settings, stride_length=replace(settings.stride_length, sensor_height_m=0.4))
    right, worse = (np.abs(run_cell(TYPICAL, s).length_error).mean() for s in (settings, wrong))
    assert worse > right + 0.02


def test_constants_of_the_other_person_leave_no_bias_on_that_person(settings, shared_data):
    others = [trial for trial in load_trials("running") if trial.person != "D"]
    score = pooled([score_trial(trial, fitted_on(others, settings)) for trial in others])
    assert abs(score.initial.error_ms.mean()) < 0.5
    assert abs(score.terminal.error_ms.mean()) < 1.0
