"""Gravity where nothing is still: seen in the movement, missed where it was taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.analyse import analyse_recording
from pfp_sensors.errors import InputError
from pfp_sensors.formats.moving_gravity import moving_gravity
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.settings import load_signal_settings
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.recording import Recording

MOUNTINGS: list[dict[str, Any]] = [
    {},
    {"turn_deg": 130.0, "tilt_forward_deg": 80.0, "upside_down": True},
    {"turn_deg": -90.0, "tilt_sideways_deg": 40.0},
]


def run(speed_mps: float = 3.0, rate_hz: float = 100.0, **worn: Any) -> Recording:
    runner = RunnerSettings(plan=(PlanPart("running", 30.0),), speed_mps=speed_mps)
    return simulate_run(runner, SensorSettings(rate_hz=rate_hz, **worn))[0]


def gravity_of_a_phone(recording: Recording) -> np.ndarray:
    """Give gravity in the sensor's axes, as a perfect fusion of gyroscope and acceleration would."""
    assert recording.gyr_dps is not None
    angles = np.deg2rad(recording.gyr_dps.astype(float)) / recording.rate_hz
    attitude, attitudes = np.eye(3), []
    for x, y, z in angles:
        attitudes.append(attitude)
        size = max(float(np.hypot(np.hypot(x, y), z)), 1e-12)
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]]) / size
        attitude = attitude @ (np.eye(3) + np.sin(size) * cross + (1 - np.cos(size)) * cross @ cross)
    turned = np.array(attitudes)
    world = np.einsum("nij,nj->ni", turned, recording.acc_g).mean(axis=0)
    return np.einsum("nji,j->ni", turned, world / np.linalg.norm(world))


def written(path: Path, recording: Recording, acc_g: np.ndarray, *, gyroscope: bool = True) -> Path:
    columns, header = [recording.time_s, acc_g], "time_s,acc_x_g,acc_y_g,acc_z_g"
    if gyroscope:
        columns, header = [*columns, recording.gyr_dps], f"{header},gyr_x_dps,gyr_y_dps,gyr_z_dps"
    np.savetxt(path, np.column_stack(columns), "%.6g", ",", header=header, comments="")
    return path


@pytest.mark.parametrize("worn", MOUNTINGS)
@pytest.mark.parametrize("speed_mps", [2.0, 3.0, 4.0])
def test_gravity_is_seen_however_worn(worn: dict[str, Any], speed_mps: float) -> None:
    recording = run(speed_mps, **worn)
    found = moving_gravity(recording.acc_g, recording.gyr_dps, recording.rate_hz)
    assert found is not None
    assert found.seen_g == pytest.approx(1.0, abs=0.05)
    assert found.plain_g > 1.0
    free = (recording.acc_g - gravity_of_a_phone(recording)).astype(np.float32)
    without = moving_gravity(free, recording.gyr_dps, recording.rate_hz)
    assert without is not None
    assert without.removed
    assert without.turned_g is not None
    assert without.turned_g < 0.2


@pytest.mark.parametrize("limit_dps", [125.0, 250.0, 500.0])
def test_a_gyroscope_at_its_limit_condemns_nothing(limit_dps: float) -> None:
    for speed_mps in (2.0, 4.0):
        recording = run(speed_mps)
        assert recording.gyr_dps is not None
        clipped = np.clip(recording.gyr_dps, -limit_dps, limit_dps)
        found = moving_gravity(recording.acc_g, clipped, recording.rate_hz)
        assert found is not None
        assert not found.removed


def test_mixed_axes_of_a_gyroscope_condemn_nothing() -> None:
    recording = run()
    assert recording.gyr_dps is not None
    for mixed in (-recording.gyr_dps, recording.gyr_dps[:, [1, 0, 2]], recording.gyr_dps[:, [2, 0, 1]]):
        found = moving_gravity(recording.acc_g, mixed, recording.rate_hz)
        assert found is not None
        assert not found.removed


@pytest.mark.parametrize("how", ["phone", "mean", "axis"])
def test_without_gravity_it_is_refused(tmp_path: Path, how: str) -> None:
    recording = run()
    mean = recording.acc_g.mean(axis=0)
    axis = np.eye(3)[int(np.argmax(np.abs(mean)))] * np.sign(mean[np.argmax(np.abs(mean))])
    gravity = {"phone": gravity_of_a_phone(recording), "mean": mean, "axis": axis}[how]
    path = written(tmp_path / "run.csv", recording, recording.acc_g - gravity)
    with pytest.raises(InputError, match="Gravity seems to have been removed"):
        read_recording_file(path)


def test_centred_acceleration_is_refused_without_a_gyroscope(tmp_path: Path) -> None:
    recording = run()
    acc_g = recording.acc_g - recording.acc_g.mean(axis=0)
    with pytest.raises(InputError, match="Gravity seems to have been removed"):
        read_recording_file(written(tmp_path / "run.csv", recording, acc_g, gyroscope=False))


@pytest.mark.parametrize("gyroscope", [True, False])
def test_what_could_not_be_checked_is_said_first(tmp_path: Path, gyroscope: bool) -> None:
    recording = run(rate_hz=200.0)
    path = written(tmp_path / "run.csv", recording, recording.acc_g, gyroscope=gyroscope)
    file = read_recording_file(path)
    first = file.recordings[0].notes[0]
    assert first.startswith("Gravity was checked while moving (1.0" if gyroscope else "Unit not checked")
    summary = analyse_recording(file.recordings[0], load_signal_settings()).summary
    assert any(one.code == "gravity_unchecked" for one in summary.reasons) is not gyroscope
