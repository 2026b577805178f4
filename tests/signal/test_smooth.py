"""Low-pass filters: gain, no delay, block = whole, and reading between samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt

from pfp_sensors.signal.smooth import (
    butterworth_reader,
    gaussian_reach,
    gaussian_reader,
    gaussian_weights,
    low_pass,
    thin_out_rate,
)

CUTOFFS_AND_RATES = [(8.0, 208.0), (3.0, 40.0), (10.0, 100.0), (15.0, 142.857), (25.0, 1600.0)]


def sine(frequency_hz: float, rate_hz: float, seconds: float = 4.0) -> np.ndarray:
    return np.sin(2.0 * np.pi * frequency_hz * np.arange(round(seconds * rate_hz)) / rate_hz)


@pytest.mark.parametrize(("cutoff_hz", "rate_hz"), CUTOFFS_AND_RATES)
def test_a_sine_at_the_cut_off_loses_3_db_and_is_not_delayed(cutoff_hz: float, rate_hz: float) -> None:
    signal = sine(cutoff_hz, rate_hz)
    smooth = low_pass(signal, cutoff_hz, rate_hz)
    inner = slice(len(signal) // 4, -len(signal) // 4)
    np.testing.assert_allclose(smooth[inner], signal[inner] * np.sqrt(0.5), atol=0.005)


@pytest.mark.parametrize(("cutoff_hz", "rate_hz"), CUTOFFS_AND_RATES)
def test_weights_are_symmetric_and_add_up_to_one(cutoff_hz: float, rate_hz: float) -> None:
    weights = gaussian_weights(cutoff_hz, rate_hz)
    assert len(weights) == 2 * gaussian_reach(cutoff_hz, rate_hz) + 1
    np.testing.assert_allclose(weights, weights[::-1], rtol=1e-12)
    assert weights.sum() == pytest.approx(1.0)


@given(level=st.floats(-30.0, 30.0), n=st.integers(1, 60))
def test_a_constant_stays_up_to_both_ends(level: float, n: int) -> None:
    np.testing.assert_allclose(low_pass(np.full(n, level), 8.0, 208.0), level, rtol=1e-5, atol=1e-6)


@given(seed=st.integers(0, 99), start=st.integers(40, 200), length=st.integers(1, 100))
def test_a_block_gives_what_the_whole_gives(seed: int, start: int, length: int) -> None:
    signal = np.random.default_rng(seed).standard_normal((400, 3)).astype(np.float32)
    reach = gaussian_reach(10.0, 208.0)
    block = low_pass(signal[start - reach : start + length + reach], 10.0, 208.0)[reach:-reach]
    np.testing.assert_allclose(block, low_pass(signal, 10.0, 208.0)[start : start + length], atol=1e-6)


def test_columns_are_smoothed_each_on_their_own() -> None:
    signal = np.random.default_rng(0).standard_normal((100, 3)).astype(np.float32)
    apart = np.stack([low_pass(signal[:, k], 8.0, 104.0) for k in range(3)], axis=1)
    np.testing.assert_array_equal(low_pass(signal, 8.0, 104.0), apart)


@given(frequency_hz=st.floats(0.5, 12.0), phase=st.floats(0.0, 6.28), rate_hz=st.floats(100.0, 800.0))
def test_a_sine_is_read_between_its_samples(frequency_hz: float, phase: float, rate_hz: float) -> None:
    def wave(t: np.ndarray) -> np.ndarray:
        return np.sin(2.0 * np.pi * frequency_hz * t + phase)

    reader = gaussian_reader(8.0, rate_hz, -0.05, 0.05, 0.0007)
    samples = wave(np.arange(round(rate_hz)) / rate_hz)
    centre = np.array([round(0.4 * rate_hz), round(0.6 * rate_hz)])
    passed = 0.5 ** (0.5 * (frequency_hz / 8.0) ** 2)
    wanted = passed * wave(centre[:, None] / rate_hz + reader.offset_s)
    np.testing.assert_allclose(reader.read(samples, centre), wanted, atol=0.008)


@pytest.mark.parametrize("rate_hz", [104.0, 142.857, 208.0, 400.0])
@pytest.mark.parametrize("cutoff_hz", [3.5, 8.0])
def test_a_ramp_is_read_as_a_ramp(rate_hz: float, cutoff_hz: float) -> None:
    """Contacts are timed by slopes and local maxima: a reading must add no ripple of its own."""
    step_s = max(0.0005, 1.0 / (8.0 * rate_hz))
    reader = gaussian_reader(cutoff_hz, rate_hz, -0.1, 0.05, step_s)
    ramp = np.arange(400) / rate_hz
    slope = np.diff(reader.read(ramp, np.array([200]))[0].astype(np.float64)) / step_s
    np.testing.assert_allclose(slope, 1.0, atol=0.005)


def test_reading_at_a_sample_is_smoothing() -> None:
    signal = np.random.default_rng(1).standard_normal(500).astype(np.float32)
    reader = gaussian_reader(10.0, 208.0, 0.0, 0.0, 0.001)
    centre = np.arange(500)
    np.testing.assert_allclose(reader.read(signal, centre)[:, 0], low_pass(signal, 10.0, 208.0), atol=0.002)


def test_axes_are_read_as_single_signals_are() -> None:
    signal = np.random.default_rng(2).standard_normal((300, 3)).astype(np.float32)
    reader = gaussian_reader(20.0, 208.0, -0.02, 0.1, 0.002)
    centre = np.array([0, 100, 299])  # beyond both ends the end values are repeated
    apart = np.stack([reader.read(signal[:, k], centre) for k in range(3)])
    np.testing.assert_allclose(reader.read_axes(signal, centre), apart, atol=1e-6)


def test_butterworth_reading_is_that_of_scipy_run_both_ways() -> None:
    """The twin: scipy's digital design, which has not yet bent at 60 Hz of 1600."""
    noise = np.random.default_rng(3).standard_normal(6400)
    twin = sosfiltfilt(butter(4, 60.0, fs=1600.0, output="sos"), noise)
    reader = butterworth_reader(60.0, 4, 1600.0, 0.0, 0.0, 0.001)
    centre = np.arange(400, 6000)
    difference = reader.read(noise, centre)[:, 0] - twin[centre]
    assert difference.std() < 0.01 * twin.std()


@given(peak_s=st.floats(0.018, 0.030), seed=st.integers(0, 50))
def test_a_landing_reads_the_same_at_208_and_1600_hz(peak_s: float, seed: int) -> None:
    start_s = 0.5 + np.random.default_rng(seed).uniform(0.0, 0.01)

    def landing(rate_hz: float) -> np.ndarray:
        t = np.arange(round(rate_hz)) / rate_hz
        return 8.0 * np.exp(-0.5 * ((t - start_s) / (0.4 * peak_s)) ** 2)

    tops = []
    for rate_hz in (208.0, 1600.0):
        reader = butterworth_reader(60.0, 4, rate_hz, -0.05, 0.05, 0.001)
        tops.append(float(reader.read(landing(rate_hz), np.array([round(start_s * rate_hz)])).max()))
    assert tops[0] == pytest.approx(tops[1], rel=0.01)


def test_butterworth_halves_a_sine_at_its_cut_off() -> None:
    reader = butterworth_reader(60.0, 4, 1600.0, 0.0, 0.0, 0.001)
    signal = sine(60.0, 1600.0, 1.0)
    centre = np.arange(500, 1000)
    np.testing.assert_allclose(reader.read(signal, centre)[:, 0], 0.5 * signal[centre], atol=0.01)


@given(rate_hz=st.floats(10.0, 1600.0), n=st.integers(1, 200))
def test_thinning_averages_whole_blocks_and_keeps_at_least_the_rate_asked_for(rate_hz: float, n: int) -> None:
    signal = np.arange(n, dtype=np.float32)
    thinned, thin_hz = thin_out_rate(signal, rate_hz, 40.0)
    size = round(rate_hz / thin_hz)
    assert thin_hz >= min(rate_hz, 40.0)
    assert thin_hz < 80.0 or size == 1 or thin_hz == pytest.approx(rate_hz / size)
    blocks = signal[: n // size * size].reshape(-1, size)
    np.testing.assert_allclose(thinned, blocks.mean(axis=1), rtol=1e-6)
