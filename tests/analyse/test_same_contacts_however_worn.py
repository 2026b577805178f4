"""How a sensor is turned, when its clock starts and how fast it runs changes no contact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from strategies import (
    SETTINGS,
    SIGNED_PERMUTATIONS,
    Outing,
    analysed,
    between,
    outing,
    rotations,
    running_contacts_s,
    signed_name,
    tilts,
    turned,
    without_gyro,
)

from pfp_sensors.analyse import analyse_recording
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pfp_sensors.model.analysis import LegAnalysis

RUNNERS = [
    RunnerSettings(duration_s=30.0, speed_mps=speed, strike=strike, side=side)
    for speed, strike, side in (
        (2.2, "heel", "left"),
        (2.2, "soft", "right"),
        (2.8, "midfoot", "left"),
        (3.5, "soft", "left"),
        (5.0, "heel", "right"),
    )
]
NOBODY_STANDS = (PlanPart("running", 25.0),)

runners = st.sampled_from(RUNNERS)


def same_contacts(one: LegAnalysis, other: LegAnalysis, within_s: float, shift_s: float = 0.0) -> None:
    for mine, theirs in zip(running_contacts_s(one), running_contacts_s(other), strict=True):
        assert len(mine) == len(theirs)
        np.testing.assert_allclose(theirs - shift_s, mine, rtol=0.0, atol=within_s)


@pytest.mark.parametrize("matrix", SIGNED_PERMUTATIONS, ids=signed_name)
def test_swapped_and_flipped_axes_of_an_accelerometer(matrix: np.ndarray) -> None:
    """Mirror images too: files with wrong-handed axes exist."""
    for runner in RUNNERS[1:3]:
        found = outing(runner, SensorSettings(gyro=False))
        same_contacts(found.analysis, analysed(turned(found.recording, matrix)), 0.001)


@pytest.mark.parametrize("matrix", [m for m in SIGNED_PERMUTATIONS if np.linalg.det(m) > 0], ids=signed_name)
def test_swapped_and_flipped_axes_of_both_sensors(matrix: np.ndarray) -> None:
    found = outing(RUNNERS[2])
    other = analysed(turned(found.recording, matrix))
    same_contacts(found.analysis, other, 0.001)
    assert other.summary.impact.axial_g.median == pytest.approx(
        found.analysis.summary.impact.axial_g.median, rel=1e-4
    )


@hypothesis_settings(max_examples=20)
@given(matrix=rotations(), runner=runners)
def test_any_rotation_with_gyroscope_and_standing(matrix: np.ndarray, runner: RunnerSettings) -> None:
    found = outing(runner)
    same_contacts(found.analysis, analysed(turned(found.recording, matrix)), 0.001)


@hypothesis_settings(max_examples=20)
@given(matrix=tilts(20.0), runner=runners)
def test_a_tilt_without_gyroscope_and_standing(matrix: np.ndarray, runner: RunnerSettings) -> None:
    found = outing(replace(runner, plan=NOBODY_STANDS), SensorSettings(gyro=False))
    other = analysed(turned(found.recording, matrix))
    for mine, theirs in zip(running_contacts_s(found.analysis), running_contacts_s(other), strict=True):
        assert len(mine) == len(theirs)
        assert np.isfinite(theirs).sum() >= np.isfinite(mine).sum()
        assert np.nanmedian(np.abs(theirs - mine)) <= 0.005


@pytest.mark.parametrize(
    "sensor",
    [
        SensorSettings(upside_down=True),
        SensorSettings(turn_deg=75.0),
        SensorSettings(tilt_forward_deg=20.0, tilt_sideways_deg=-15.0),
        SensorSettings(upside_down=True, turn_deg=-140.0, gyro=False),
    ],
)
def test_a_sensor_worn_another_way_finds_the_same_contacts(sensor: SensorSettings) -> None:
    runner = RUNNERS[0]
    straight = outing(runner, SensorSettings(gyro=sensor.gyro))
    worn = outing(runner, sensor)
    same_contacts(straight.analysis, worn.analysis, 0.002)
    mounting = worn.analysis.summary.recording.mounting
    assert ("upside down" in mounting) == sensor.upside_down


@hypothesis_settings(max_examples=10)
@given(shift_s=st.floats(-1e4, 1e6), runner=runners)
def test_a_shifted_start_moves_events_by_exactly_that(shift_s: float, runner: RunnerSettings) -> None:
    found = outing(runner)
    shifted = replace(found.recording, time_s=found.recording.time_s + shift_s)
    same_contacts(found.analysis, analysed(shifted), 1e-6, shift_s)


@hypothesis_settings(max_examples=20)
@example(scale=1.0 - 200e-6, runner=RunnerSettings(duration_s=40.0, speed_mps=2.2, strike="soft"))
@example(scale=1.0 + 200e-6, runner=RunnerSettings(duration_s=40.0, speed_mps=2.8))
@given(scale=st.floats(-200e-6, 200e-6).map(lambda e: 1.0 + e), runner=runners)
def test_a_clock_that_runs_fast_or_slow_scales_events(scale: float, runner: RunnerSettings) -> None:
    found = outing(runner)
    recording = found.recording
    other = analysed(replace(recording, time_s=recording.time_s * scale, rate_hz=recording.rate_hz / scale))
    for mine, theirs in zip(running_contacts_s(found.analysis), running_contacts_s(other), strict=True):
        assert len(mine) == len(theirs)
        np.testing.assert_allclose(theirs, mine * scale, rtol=0.0, atol=0.001)


@hypothesis_settings(max_examples=20)
@given(cut_s=st.floats(0.0, 5.0), runner=runners)
def test_a_recording_that_starts_later_has_the_same_contacts(cut_s: float, runner: RunnerSettings) -> None:
    found = outing(runner)
    same_contacts(found.analysis, analysed(between(found.recording, cut_s, 1e9)), 0.001)


@pytest.mark.parametrize("runner", RUNNERS)
def test_without_the_gyroscope_the_contacts_stay(runner: RunnerSettings) -> None:
    found: Outing = outing(runner)
    same_contacts(found.analysis, analysed(without_gyro(found.recording)), 0.001)


def test_the_same_recording_gives_the_same_analysis() -> None:
    found = outing(RUNNERS[0])
    again = analyse_recording(found.recording, SETTINGS)
    assert again.summary == found.analysis.summary
