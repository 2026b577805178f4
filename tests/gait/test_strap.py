"""The strap: a sensor that turned, a sensor that rattles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from strategies import SETTINGS, matched_error_s, outing, running_contacts_s

from pfp_sensors.gait.strap import rattle_share, turned_at
from pfp_sensors.signal.directions import turn
from pfp_sensors.synth import RunnerSettings, SensorSettings

TWO_MINUTES = RunnerSettings(duration_s=120.0)


def codes(runner: RunnerSettings, sensor: SensorSettings) -> set[str]:
    return {reason.code for reason in outing(runner, sensor).analysis.summary.reasons}


@pytest.mark.parametrize("shift_deg", [30.0, 60.0, 90.0])
@pytest.mark.parametrize("gyro", [True, False])
def test_a_sensor_that_slips_round_the_shank_is_noticed(shift_deg: float, gyro: bool) -> None:
    sensor = SensorSettings(strap_shift_s=60.0, strap_shift_deg=shift_deg, gyro=gyro)
    found = outing(TWO_MINUTES, sensor)
    (reason,) = (r for r in found.analysis.summary.reasons if r.code == "strap_moved")
    minutes, seconds = reason.message.split(" at ")[1].split(".")[0].split(":")
    assert 60 * int(minutes) + int(seconds) == pytest.approx(60.0, abs=16.0)
    assert not found.analysis.summary.impact.baseline_eligible


@pytest.mark.parametrize("shift_deg", [60.0, 90.0])
def test_contacts_are_timed_on_both_sides_of_a_slip(shift_deg: float) -> None:
    found = outing(TWO_MINUTES, SensorSettings(strap_shift_s=60.0, strap_shift_deg=shift_deg, gyro=False))
    initial_s, _ = running_contacts_s(found.analysis)
    error_s = matched_error_s(found.true_s, initial_s)
    assert len(error_s) >= len(found.true_s) - 1
    assert np.abs(error_s).mean() < 0.004


@pytest.mark.parametrize("strike", ["heel", "midfoot", "soft"])
@pytest.mark.parametrize("speed_mps", [2.2, 2.8, 4.2])
def test_a_tight_strap_is_left_alone(strike: str, speed_mps: float) -> None:
    runner = RunnerSettings(strike=strike, speed_mps=speed_mps)
    assert not {"strap_moved", "loose_strap"} & codes(runner, SensorSettings())


def test_gross_looseness_is_noticed() -> None:
    """An oscillation twice as large as a soft landing; heel strikes hide one (see the setting's source)."""
    assert "loose_strap" in codes(RunnerSettings(strike="soft"), SensorSettings(strap_looseness=2.0))


def test_a_looser_strap_rattles_more() -> None:
    shares = []
    for looseness in (0.0, 0.3, 0.6, 1.0, 2.0):
        found = outing(RunnerSettings(), SensorSettings(strap_looseness=looseness))
        initial_s, _ = running_contacts_s(found.analysis)
        shares.append(rattle_share(found.recording.acc_g, 208.0, initial_s * 208.0))
    assert shares == sorted(shares)


def test_too_slow_or_too_few_landings_tell_nothing_of_the_strap() -> None:
    acc = np.zeros((5000, 3), dtype=np.float32)
    assert rattle_share(acc, 104.0, np.arange(20) * 100.0) is None
    assert rattle_share(acc, 208.0, np.arange(9) * 100.0) is None


def blocks(*turns_deg: float, about: tuple[float, float, float] = (0.0, 1.0, 0.0)) -> tuple:
    """Make 100 strides for each angle: a mean and a movement in the sagittal plane, turned about an axis."""
    t = np.arange(15_000) / 200.0
    forward, up = 0.6 + np.sin(2.0 * np.pi * t / 0.75), 1.7 + 0.8 * np.cos(4.0 * np.pi * t / 0.75)
    acc = np.stack([forward, up, 0.1 * np.sin(2.0 * np.pi * t / 0.75 + 1.0)], axis=1)
    parts = [
        np.stack([turn(axis, np.array(about), degrees) for axis in np.eye(3)]).T @ acc.T
        for degrees in turns_deg
    ]
    chain = np.arange(0, 15_000 * len(turns_deg), 150)
    return np.concatenate([part.T for part in parts]).astype(np.float32), chain


@pytest.mark.parametrize(("degrees", "moved"), [(5.0, False), (12.0, False), (20.0, True), (40.0, True)])
@pytest.mark.parametrize("about", [(0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)])
def test_a_turn_about_any_axis_is_judged_by_its_angle(
    degrees: float, moved: bool, about: tuple[float, float, float]
) -> None:
    found = turned_at([blocks(0.0, degrees, about=about)], 200.0, SETTINGS.quality)
    assert (found is not None) == moved
    if found is not None:
        assert found == (0, pytest.approx(15_000, abs=150 * 20))


def test_a_sensor_put_on_otherwise_after_a_pause_is_noticed_at_the_bout() -> None:
    assert turned_at([blocks(0.0), blocks(50.0)], 200.0, SETTINGS.quality) == (1, 0)


def test_one_short_bout_cannot_turn() -> None:
    acc, chain = blocks(0.0)
    assert turned_at([(acc, chain[:10])], 200.0, SETTINGS.quality) is None
    strict = replace(SETTINGS.quality, strap_turn_deg=5.0)
    assert turned_at([(acc, chain)], 200.0, strict) is None
