"""Counting cycles by phase: half a step per minute at 25 Hz, also while the rhythm changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.signal.phase import count_cycles, strongest_harmonic


@given(frequency_hz=st.floats(1.1, 3.2), off=st.floats(0.94, 1.06), phase=st.floats(0.0, 6.28))
def test_cycles_of_a_rhythm_near_the_guess_are_counted(frequency_hz: float, off: float, phase: float) -> None:
    t = np.arange(0.0, 40.0, 0.04)
    noise = 0.2 * np.random.default_rng(0).standard_normal(len(t))
    counted = count_cycles(
        1.7 + np.cos(2.0 * np.pi * frequency_hz * t + phase) + noise, 25.0, off * frequency_hz
    )
    inner = slice(50, -50)
    assert counted[inner][-1] - counted[inner][0] == pytest.approx(
        frequency_hz * (t[inner][-1] - t[inner][0]), abs=0.05
    )


def test_a_slowly_changing_rhythm_is_followed() -> None:
    t = np.arange(0.0, 60.0, 0.04)
    true = 1.35 * t + 0.0005 * t**2  # 162 to 169 steps per minute
    counted = count_cycles(np.cos(2.0 * np.pi * true), 25.0, 1.38)
    difference = (counted - true)[50:-50]
    assert np.ptp(difference) < 0.03


@pytest.mark.parametrize("harmonic", [1, 2, 3])
def test_the_harmonic_with_the_most_energy_is_chosen(harmonic: int) -> None:
    t = np.arange(0.0, 20.0, 0.02)
    signal = sum((3.0 if k == harmonic else 1.0) * np.cos(2.0 * np.pi * k * t / 0.74) for k in (1, 2, 3))
    assert strongest_harmonic(signal, 50.0, 0.74, 3) == harmonic


def test_a_harmonic_beyond_the_rate_is_not_chosen() -> None:
    t = np.arange(0.0, 20.0, 0.2)
    assert strongest_harmonic(np.cos(2.0 * np.pi * t / 0.74), 5.0, 0.74, 3) == 1
