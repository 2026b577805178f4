"""What was made faster gives the very numbers of the plain way, which stands here."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

from pfp_sensors.analyse import analyse_recording
from pfp_sensors.analyse import file as analysis
from pfp_sensors.gait import contacts, frame, impact, landings, strap
from pfp_sensors.gait.magnitude import condensed, magnitude
from pfp_sensors.settings import load_signal_settings, parameters_sha256
from pfp_sensors.signal import uniform
from pfp_sensors.signal.smooth import Reader, gaussian_weights, low_pass, thin_out_rate
from pfp_sensors.signal.uniform import Piece
from pfp_sensors.synth import RunnerSettings, SensorSettings, simulate_run

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, FloatArray, Recording

SETTINGS = load_signal_settings()
seeds = st.integers(0, 2**32 - 1)


def noise(n: int, seed: int) -> Float32Array:
    return np.random.default_rng(seed).normal(0.0, 2.0, (n, 3)).astype(np.float32)


def test_settings_are_hashed_as_their_plain_values() -> None:
    text = json.dumps(asdict(SETTINGS), sort_keys=True, separators=(",", ":"))
    assert parameters_sha256(SETTINGS) == hashlib.sha256(text.encode()).hexdigest()


def test_numpy_keeps_to_one_thread_while_a_leg_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def threads() -> list[int]:
        return [found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"]

    inside: list[list[int]] = []
    find_leg = analysis.find_leg

    def watched(recording: Recording, given: object) -> object:
        inside.append(threads())
        return find_leg(recording, given)  # type: ignore[arg-type]

    monkeypatch.setattr(analysis, "find_leg", watched)
    recording, _ = simulate_run(RunnerSettings(duration_s=5.0), SensorSettings(rate_hz=104.0))
    before = threads()
    for _ in range(2):  # the second time, what was found the first time is used
        analyse_recording(recording, SETTINGS)
        assert threads() == before
    assert len(inside) == 2
    assert all(set(found) <= {1} for found in inside)


@given(n=st.integers(2, 80_000), rate_hz=st.sampled_from([25.0, 52.0, 208.0, 1600.0]), seed=seeds)
@settings(max_examples=15)
def test_sums_by_blocks_are_those_of_the_whole(n: int, rate_hz: float, seed: int) -> None:
    acc_g = noise(n, seed)
    step = max(1, min(round(0.25 * rate_hz), n))
    piece = Piece(acc_g, None, None, rate_hz, None, np.arange(n) / rate_hz)
    sums, thinned, thin_hz = condensed(piece, step, 40.0)
    norm = np.sqrt(acc_g[:, 0] ** 2 + acc_g[:, 1] ** 2 + acc_g[:, 2] ** 2)
    np.testing.assert_array_equal(magnitude(acc_g), norm)
    by_step = norm[: n // step * step].reshape(-1, step).astype(np.float64)
    assert len(sums.total) == len(sums.square) == n // step + 1
    np.testing.assert_allclose(np.diff(sums.total), by_step.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(np.diff(sums.square), (by_step**2).sum(axis=1), rtol=1e-9)
    whole, whole_hz = thin_out_rate(norm, rate_hz, 40.0)
    assert thin_hz == whole_hz
    np.testing.assert_allclose(thinned, whole, rtol=1e-6)


def test_smoothing_by_blocks_is_that_of_the_whole() -> None:
    signal = noise(150_000, 1)[:, 0]
    weights = gaussian_weights(8.0, 104.0).astype(np.float32)
    padded = np.pad(signal, len(weights) // 2, mode="edge")
    np.testing.assert_array_equal(low_pass(signal, 8.0, 104.0), np.convolve(padded, weights, mode="valid"))


@given(steps=st.lists(st.sampled_from([0.005, 0.0051, 0.0099, 0.0101, 0.05, 3.0]), min_size=1, max_size=40))
@example(steps=[*5 * [0.005], 0.0101])
def test_long_steps_are_those_above_twice_the_median(steps: list[float]) -> None:
    time_s = np.cumsum([0.0, *steps])
    step_s = np.diff(time_s)
    long = [(k, s) for k, s in enumerate(step_s.tolist()) if s > 2.0 * np.median(step_s)]
    assert list(uniform._steps(time_s)) == long


@given(seed=seeds, shares=st.lists(st.floats(0.2, 0.9), min_size=3, max_size=3))
def test_share_at_the_extreme_is_counted_axis_by_axis(seed: int, shares: list[float]) -> None:
    rate = noise(500, seed).astype(np.float64) * 100.0
    bias = np.array([1.0, -2.0, 0.5])
    rate = np.clip(rate, *(sign * np.array(shares) * 300.0 for sign in (-1, 1)))
    swing = frame.find_swing([rate.astype(np.float32)], bias, SETTINGS.alignment)
    assert swing is not None
    size = np.abs(rate.astype(np.float32).astype(np.float64) - bias + bias)
    assert swing.clipped_share == (size >= 0.995 * size.max(axis=0)).mean(axis=0).max()


def parts_of_a_run(seed: int, k: int) -> FloatArray:
    blocks = np.array_split(noise(60 * k, seed).astype(np.float64) + np.array([0.1, 1.0, 0.3]), k)
    sums = [np.vstack((block.T @ block, block.sum(axis=0), [len(block), 0, 0])) for block in blocks]
    return np.cumsum(np.array(sums), axis=0)


@given(seed=seeds, k=st.integers(2, 12))
def test_all_splits_of_a_run_are_judged_as_each_alone(seed: int, k: int) -> None:
    total = parts_of_a_run(seed, k)
    before, after = total[:-1], total[-1] - total[:-1]
    flat, apart = strap._out_of_plane(before), strap._between(before, after)
    for i, (a, b) in enumerate(zip(before, after, strict=True)):
        n, m = a[4, 0], b[4, 0]
        mean = a[3] / n
        variance = np.linalg.eigh(a[:3] / n - np.outer(mean, mean))[0]
        assert flat[i] == variance[0] * n
        assert apart[i] == np.sum((a[3] / n - b[3] / m) ** 2) * n * m / (n + m)


def test_strides_by_blocks_have_the_mean_of_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landings, "_BLOCK_STRIDES", 7)
    seen: list[FloatArray] = []
    mean_magnitudes = landings._mean_magnitudes
    monkeypatch.setattr(
        landings, "_mean_magnitudes", lambda *given: seen.append(mean_magnitudes(*given)) or seen[-1]
    )
    acc_g = noise(6000, 2)
    landing = np.arange(40.0, 5900.0, 150.25)
    chains = landings.running_chains(landing, acc_g, 208.0, SETTINGS.gates, SETTINGS.bouts)
    assert len(chains) == 1
    bounds = np.rint(landing).astype(np.int64)
    alone = [magnitude(acc_g[a:b]).mean() for a, b in itertools.pairwise(bounds)]
    np.testing.assert_allclose(np.concatenate(seen), alone, rtol=1e-5)


@given(seed=seeds)
@settings(max_examples=30)
def test_the_minimum_before_the_rise_is_the_last_point_that_did_not_rise(seed: int) -> None:
    """With the signal given on the grid itself, the onset is found again step by step."""
    rng = np.random.default_rng(seed)
    offset_s = np.arange(-60, 41) * 0.001
    value = np.cumsum(rng.normal(0.05, 1.0, (20, len(offset_s))), axis=1).astype(np.float32)
    reader = Reader(offset_s, 0, len(offset_s) - 1, np.eye(len(offset_s), dtype=np.float32))
    landing = np.arange(20.0) * len(offset_s)
    limits = SETTINGS.initial_contact
    found, sure = contacts.onset_times(value.ravel(), 0, landing, reader, 1000.0, limits)
    for row, at in enumerate(value):
        slope = np.diff(at) / 0.001
        allowed = offset_s[:-1] + 0.0005 >= -limits.steepest_from_ms / 1000.0
        level = limits.first_rise_share * slope[allowed].max()
        peaks = [
            k
            for k in range(1, len(slope) - 1)
            if allowed[k] and slope[k] >= level and slope[k - 1] < slope[k] >= slope[k + 1]
        ]
        lows = [k + 1 for k in range(peaks[0] + 1) if slope[k] <= 0] if peaks else []
        if sure[row] == 1.0:
            rise = 0.5 * (at[peaks[0]] + at[peaks[0] + 1]) - at[lows[-1]]
            onset_s = offset_s[peaks[0]] + 0.0005 - rise / slope[peaks[0]]
            assert found[row] == pytest.approx(landing[row] + 1000.0 * onset_s - limits.offset_ms, abs=0.01)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_landing_is_clipped_where_any_axis_stops(axis: int, sign: float) -> None:
    acc_g = np.full((400, 3), 0.5, dtype=np.float32)
    acc_g[205, axis] = sign * 8.0
    initial = np.array([50.0, 200.0, 203.0, 206.5, 300.0])
    peaks = impact.landing_peaks(acc_g, 208.0, initial, initial + 8, None, 8.0, SETTINGS.impact)
    assert peaks.clipped.tolist() == [False, True, True, False, False]
    unlimited = impact.landing_peaks(acc_g, 208.0, initial, initial + 8, None, np.inf, SETTINGS.impact)
    assert not unlimited.clipped.any()
