"""Landings: the sharpest moment of each stride, not the largest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from strategies import SETTINGS, outing, rotations

from pfp_sensors.gait.landings import Sharpness, running_chains, sharpness
from pfp_sensors.synth import RunnerSettings, SensorSettings


def spikes(
    landing_s: np.ndarray, rate_hz: float, *, swing_lead_s: float = 0.0, swing_g: float = 0.0
) -> np.ndarray:
    """Make (n, 3): gravity, a sharp landing of 6 g at each time, and a round swing peak before it."""
    t = np.arange(round((landing_s[-1] + 1.0) * rate_hz)) / rate_hz
    acc = np.zeros((len(t), 3))
    acc[:, 1] = 1.6
    for at in landing_s:
        acc[:, 1] += 6.0 * np.exp(-0.5 * ((t - at) / 0.010) ** 2)
        acc[:, 0] += swing_g * np.exp(-0.5 * ((t - at + swing_lead_s) / 0.025) ** 2)
    return acc.astype(np.float32)


@given(
    stride_s=st.floats(0.6, 0.9),
    seed=st.integers(0, 99),
    rate_hz=st.sampled_from([104.0, 142.857, 208.0, 416.0]),
)
def test_spikes_are_found_where_they_are(stride_s: float, seed: int, rate_hz: float) -> None:
    jitter = np.random.default_rng(seed).uniform(-0.03, 0.03, 20)
    landing_s = 0.8 + stride_s * np.arange(20) + jitter
    acc = spikes(landing_s, rate_hz)
    found = Sharpness.of(acc, rate_hz, 0, len(acc), SETTINGS.landing).landings(stride_s, SETTINGS.landing)
    np.testing.assert_allclose(found / rate_hz, landing_s, atol=0.25 / rate_hz + 0.003)


@pytest.mark.parametrize("lead_s", [0.06, 0.07, 0.08, 0.1])
def test_a_swing_peak_twice_the_landing_is_no_landing(lead_s: float) -> None:
    """Item 19 of signal.md, section 16: on a shoe late swing reads 8.3 g against 4.6 g, 70 ms before."""
    landing_s = 0.8 + 0.74 * np.arange(20)
    acc = spikes(landing_s, 208.0, swing_lead_s=lead_s, swing_g=12.0)
    found = Sharpness.of(acc, 208.0, 0, len(acc), SETTINGS.landing).landings(0.74, SETTINGS.landing)
    np.testing.assert_allclose(found / 208.0, landing_s, atol=0.015)


def test_a_stretch_is_searched_at_its_own_place() -> None:
    landing_s = 0.8 + 0.74 * np.arange(20)
    acc = spikes(landing_s, 208.0)
    start, end = 1000, 2500
    found = Sharpness.of(acc, 208.0, start, end, SETTINGS.landing).landings(0.74, SETTINGS.landing)
    inside = landing_s[(landing_s > 1050 / 208.0) & (landing_s < 2450 / 208.0)]
    for at in inside:
        assert np.abs(found / 208.0 - at).min() < 0.006


def test_too_few_samples_hold_no_landing() -> None:
    short = Sharpness.of(np.zeros((4, 3), dtype=np.float32), 208.0, 0, 4, SETTINGS.landing)
    assert len(short.landings(0.7, SETTINGS.landing)) == 0


def test_sharpness_in_blocks_is_sharpness_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    acc = spikes(0.8 + 0.74 * np.arange(12), 208.0)
    whole = sharpness(acc, 208.0, SETTINGS.landing)
    monkeypatch.setattr("pfp_sensors.gait.landings._BLOCK", 321)
    np.testing.assert_allclose(sharpness(acc, 208.0, SETTINGS.landing), whole, atol=1e-4)


@hypothesis_settings(max_examples=15)
@given(rotations())
def test_sharpness_does_not_depend_on_how_the_sensor_is_turned(matrix: np.ndarray) -> None:
    acc = spikes(0.8 + 0.74 * np.arange(12), 104.0, swing_lead_s=0.07, swing_g=5.0)
    turned = (acc @ matrix.T).astype(np.float32)
    np.testing.assert_allclose(
        sharpness(turned, 104.0, SETTINGS.landing), sharpness(acc, 104.0, SETTINGS.landing), atol=1e-3
    )


def test_one_leg_has_no_equal_second_shock_and_two_legs_have() -> None:
    one = spikes(0.8 + 0.74 * np.arange(20), 208.0)
    two = one + spikes(0.8 + 0.37 + 0.74 * np.arange(20), 208.0)[: len(one)]
    landing = np.rint((0.8 + 0.74 * np.arange(20)) * 208.0).astype(np.int64)
    shares = [
        Sharpness.of(acc, 208.0, 0, len(acc), SETTINGS.landing).second_shock_share(landing)
        for acc in (one, two)
    ]
    assert shares[0] < 0.2
    assert shares[1] == pytest.approx(1.0, abs=0.15)


def chains(landing_s: np.ndarray, level_g: float = 1.8, rate_hz: float = 100.0) -> list[list[int]]:
    landing = np.rint(landing_s * rate_hz).astype(np.int64)
    acc = np.zeros((int(landing[-1]) + 100, 3), dtype=np.float32)
    acc[:, 0] = level_g
    return [c.tolist() for c in running_chains(landing, acc, rate_hz, SETTINGS.gates, SETTINGS.bouts)]


def test_four_strides_make_a_bout_and_three_do_not() -> None:
    assert chains(1.0 + 0.7 * np.arange(5)) == [[100, 170, 240, 310, 380]]
    assert chains(1.0 + 0.7 * np.arange(4)) == []


def test_a_lost_landing_is_bridged_and_a_pause_is_not() -> None:
    landing_s = 1.0 + 0.7 * np.arange(20)
    assert len(chains(np.delete(landing_s, 9))) == 1
    pause = landing_s + np.where(np.arange(20) > 9, 3.0, 0.0)
    assert [len(chain) for chain in chains(pause)] == [10, 10]


def test_calm_strides_are_no_running() -> None:
    assert chains(1.0 + 0.7 * np.arange(20), level_g=1.2) == []
    assert (
        chains(np.array([1.0]))
        == []
        == running_chains(
            np.empty(0, dtype=np.int64),
            np.zeros((9, 3), dtype=np.float32),
            100.0,
            SETTINGS.gates,
            SETTINGS.bouts,
        )
    )


@pytest.mark.parametrize("strike", ["heel", "midfoot", "soft"])
@pytest.mark.parametrize("rate_hz", [50.0, 104.0, 208.0])
def test_each_simulated_contact_has_one_landing_after_it(strike: str, rate_hz: float) -> None:
    found = outing(RunnerSettings(strike=strike), SensorSettings(rate_hz=rate_hz))
    acc = found.recording.acc_g
    start = round((found.true_s[0] - 0.3) * rate_hz)
    sharp = Sharpness.of(acc, rate_hz, start, len(acc), SETTINGS.landing)
    landing_s = sharp.landings(0.74, SETTINGS.landing) / rate_hz
    lead = landing_s - found.true_s[np.searchsorted(found.true_s, landing_s) - 1]
    assert abs(len(landing_s) - len(found.true_s)) <= 1
    assert np.percentile(lead, [1, 99]) == pytest.approx(np.median(lead), abs=0.03)
    assert 0.01 < np.median(lead) < 0.1
