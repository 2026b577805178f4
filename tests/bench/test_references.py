"""The references of the benchmark: they must be right where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from bench.rhythm import trunk_cadence_spm
from bench.walking import vertical_contacts_s


@pytest.mark.parametrize("rate_hz", [25.0, 100.0])
@pytest.mark.parametrize("cadence", [140.0, 158.3, 181.0])
@pytest.mark.parametrize("limp", [0.0, 0.6])
def test_trunk_rhythm_is_that_of_the_steps(rate_hz, cadence, limp):
    """Steps of different size left and right (a strong stride rhythm) do not halve the cadence."""
    rng = np.random.default_rng(0)
    t = np.arange(0.0, 120.0, 1.0 / rate_hz)
    step = 2.0 * np.pi * cadence / 60.0 * t
    vertical = 1.0 + np.cos(step) + limp * np.cos(step / 2.0) + 0.3 * np.cos(2.0 * step + 1.0)
    acc = np.stack(
        [vertical + 2.0, 0.2 * rng.standard_normal(len(t)), 0.2 * rng.standard_normal(len(t))], axis=1
    )
    found = trunk_cadence_spm(acc, rate_hz, [(0.0, 60.0), (60.0, 120.0)])
    assert found == pytest.approx([cadence, cadence], abs=0.15)


def test_trunk_rhythm_counts_what_a_drifting_cadence_really_was():
    """Cadence from 150 to 160 in a minute: the mean, not the tempo of the steadiest part."""
    t = np.arange(0.0, 60.0, 0.04)
    steps = (150.0 * t + 10.0 * t**2 / 120.0) / 60.0
    acc = np.stack([3.0 + np.cos(2.0 * np.pi * steps), np.zeros_like(t), np.zeros_like(t)], axis=1)
    assert trunk_cadence_spm(acc, 25.0, [(0.0, 60.0)]) == pytest.approx([155.0], abs=0.2)


def test_contacts_of_a_force_are_its_rises_through_50_n():
    t = np.arange(0.0, 3.0, 0.01)
    force = np.where((t % 1.0 > 0.3) & (t % 1.0 < 0.8), 600.0, 0.0)
    force[5] = 100.0  # a contact of 10 ms is none
    assert vertical_contacts_s(t, force) == pytest.approx([0.3, 1.3, 2.3], abs=0.011)
