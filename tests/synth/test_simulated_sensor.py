"""The simulated sensor does what it is told to the signal, and nothing more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run
from pfp_sensors.synth.sensor import mounting_matrix, sampled

RUN = RunnerSettings(plan=(PlanPart("still", 2.0), PlanPart("running", 6.0)))
IDEAL = SensorSettings(
    acc_range_g=400.0,
    gyr_range_dps=8000.0,
    acc_noise_g_per_rthz=0.0,
    gyr_noise_dps_per_rthz=0.0,
    gyr_bias_dps=0.0,
    quantise=False,
)
PLAIN, _ = simulate_run(RUN, IDEAL)


@given(
    turn=st.floats(-180.0, 180.0),
    forward=st.floats(-30.0, 30.0),
    sideways=st.floats(-30.0, 30.0),
    upside_down=st.booleans(),
    permuted=st.booleans(),
)
def test_any_mounting_only_turns_the_samples(turn, forward, sideways, upside_down, permuted):
    worn = replace(
        IDEAL,
        turn_deg=turn,
        tilt_forward_deg=forward,
        tilt_sideways_deg=sideways,
        upside_down=upside_down,
        rotation=((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)) if permuted else None,
    )
    recording, truth = simulate_run(RUN, worn)
    matrix = mounting_matrix(worn)
    assert np.linalg.det(matrix) == pytest.approx(1.0)
    np.testing.assert_allclose(recording.acc_g, PLAIN.acc_g @ matrix.T, atol=2e-4)
    np.testing.assert_allclose(recording.gyr_dps, PLAIN.gyr_dps @ matrix.T, atol=5e-3)
    assert len(truth.running) > 5


def test_upside_down_reads_minus_one_g():
    recording, _ = simulate_run(RUN, replace(IDEAL, upside_down=True))
    assert recording.acc_g[:200, 1].mean() == pytest.approx(-1.0, abs=1e-3)


def test_a_slipping_strap_turns_the_rest_about_the_long_axis():
    recording, _ = simulate_run(RUN, replace(IDEAL, strap_shift_s=4.0, strap_shift_deg=90.0))
    before, after = recording.time_s < 3.9, recording.time_s > 4.4
    np.testing.assert_allclose(recording.acc_g[before], PLAIN.acc_g[before], atol=1e-5)
    np.testing.assert_allclose(recording.acc_g[after, 1], PLAIN.acc_g[after, 1], atol=1e-4)
    np.testing.assert_allclose(recording.acc_g[after, 0], -PLAIN.acc_g[after, 2], atol=1e-4)


@pytest.mark.parametrize("full_scale", [4.0, 8.0])
def test_readings_stop_just_below_full_scale(full_scale):
    recording, _ = simulate_run(RUN, replace(IDEAL, acc_range_g=full_scale, quantise=True))
    top = np.abs(recording.acc_g).max()
    assert top == pytest.approx(0.995 * full_scale, abs=full_scale / 32768)
    free = np.abs(PLAIN.acc_g) < 0.99 * full_scale
    np.testing.assert_allclose(recording.acc_g[free], PLAIN.acc_g[free], atol=full_scale / 32768)


def test_counts_are_whole():
    recording, _ = simulate_run(RUN, SensorSettings(acc_range_g=16.0))
    counts = recording.acc_g.astype(float) / (16.0 / 32768)
    np.testing.assert_allclose(counts, counts.round(), atol=1e-3)


@given(share=st.floats(0.0, 0.3), bursts=st.floats(0.0, 1.0), seed=st.integers(0, 99))
def test_the_asked_share_is_lost_and_every_gap_listed(share, bursts, seed):
    sensor = SensorSettings(rate_hz=100.0, gyro=False, dropped_share=share, dropped_in_bursts_share=bursts)
    recording, _ = simulate_run(replace(RUN, seed=seed), sensor)
    lost = round(800 * share)
    assert len(recording.time_s) == 800 - lost
    assert sum(gap.lost_samples for gap in recording.gaps) == lost
    period = 1.0 / 100.0
    wide = np.flatnonzero(np.diff(recording.time_s) > 1.5 * period)
    assert [gap.start_s for gap in recording.gaps] == recording.time_s[wide].tolist()
    assert recording.time_s[0] == 0.0
    assert recording.gyr_dps is None


@pytest.mark.parametrize("rate", [25.0, 50.0, 104.0, 142.857, 208.0, 1000.0, 1600.0])
def test_any_rate_gives_a_sound_recording(rate):
    recording, _ = simulate_run(RUN, SensorSettings(rate_hz=rate))
    assert len(recording.time_s) == int(8.0 * rate + 1e-6)
    assert recording.synthetic
    assert recording.rate_hz == rate
    np.testing.assert_allclose(np.diff(recording.time_s), 1.0 / rate)
    assert recording.acc_g.dtype == recording.gyr_dps.dtype == np.float32


@pytest.mark.parametrize(("share", "low", "high"), [(0.1, 0.98, 1.01), (0.45, 0.65, 0.76), (0.7, 0.0, 0.01)])
def test_band_of_the_sensor(share, low, high):
    """-3 dB at 0.45 of the rate; what would alias is gone."""
    factor, margin = 8, 8 * 12
    t = np.arange(-margin, 400 * factor + 1 + margin) / factor
    wave = np.tile(np.cos(2 * np.pi * share * t), (3, 1))
    thin = sampled(wave, factor, margin)
    assert thin.shape == (3, 401)
    assert low <= thin[0].std() * np.sqrt(2) <= high


def test_noise_and_offset_are_as_large_as_asked():
    sensor = replace(IDEAL, acc_noise_g_per_rthz=1e-3, gyr_noise_dps_per_rthz=0.05, gyr_bias_dps=3.0)
    recording, _ = simulate_run(RUN, sensor)
    difference = recording.acc_g - PLAIN.acc_g
    assert difference.std() == pytest.approx(1e-3 * np.sqrt(104.0), rel=0.05)
    offset = (recording.gyr_dps - PLAIN.gyr_dps).mean(axis=0)
    assert np.linalg.norm(offset) == pytest.approx(3.0, rel=0.05)


def test_a_loose_strap_shakes_after_landings_only():
    loose, truth = simulate_run(RUN, replace(IDEAL, strap_looseness=0.5))
    shaking = np.linalg.norm(loose.acc_g - PLAIN.acc_g, axis=1)
    contact = truth.initial_contact_s[4]
    before = (loose.time_s > contact - 0.1) & (loose.time_s < contact)
    after = (loose.time_s > contact + 0.05) & (loose.time_s < contact + 0.15)
    assert shaking[after].max() > 0.5
    assert shaking[before].max() < 0.1


def test_jitter_moves_times_not_samples():
    recording, _ = simulate_run(RUN, replace(IDEAL, timestamp_jitter_s=0.001))
    np.testing.assert_array_equal(recording.acc_g, PLAIN.acc_g)
    assert (np.diff(recording.time_s) > 0).all()
    assert (recording.time_s - PLAIN.time_s).std() == pytest.approx(0.001, rel=0.1)
