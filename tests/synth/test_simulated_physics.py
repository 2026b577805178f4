"""The simulated leg obeys mechanics: what the sensors say, put back together, gives the movement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run
from pfp_sensors.synth.body import ideal_motion
from pfp_sensors.synth.impact import burst_sizes
from pfp_sensors.synth.movement import Movement, build_movement, pose
from pfp_sensors.synth.schedule import leg_schedule, plan_stretches
from pfp_sensors.units import STANDARD_GRAVITY_MPS2

PERFECT = SensorSettings(
    rate_hz=1600.0,
    acc_range_g=400.0,
    gyr_range_dps=8000.0,
    acc_noise_g_per_rthz=0.0,
    gyr_noise_dps_per_rthz=0.0,
    gyr_bias_dps=0.0,
    quantise=False,
)
SHORT_RUN = RunnerSettings(plan=(PlanPart("still", 3.0), PlanPart("running", 12.0)))
UP = np.array((0.0, 1.0, 0.0))


def movement_of(runner: RunnerSettings) -> Movement:
    rng = np.random.default_rng(runner.seed)
    schedule = leg_schedule(runner, plan_stretches(runner, rng), rng, trailing=False)
    return build_movement(runner, schedule, burst_sizes(runner, schedule))


def rotation(roll: float, yaw: float, pitch: float) -> np.ndarray:
    """Write ``Rx(roll) Ry(yaw) Rz(pitch)`` the long way."""
    (cr, sr), (cy, sy), (cp, sp) = ((np.cos(a), np.sin(a)) for a in (roll, yaw, pitch))
    about_x = np.array(((1, 0, 0), (0, cr, -sr), (0, sr, cr)))
    about_y = np.array(((cy, 0, sy), (0, 1, 0), (-sy, 0, cy)))
    about_z = np.array(((cp, -sp, 0), (sp, cp, 0), (0, 0, 1)))
    return about_x @ about_y @ about_z


def step(rate_rps: np.ndarray, seconds: float) -> np.ndarray:
    """Give the rotation that a constant rate makes (Rodrigues)."""
    angle = float(np.linalg.norm(rate_rps)) * seconds
    if angle == 0.0:
        return np.eye(3)
    x, y, z = rate_rps * seconds / angle
    cross = np.array(((0, -z, y), (z, 0, -x), (-y, x, 0)))
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def dead_reckoning(acc_g: np.ndarray, gyr_dps: np.ndarray, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Integrate rate to attitude, and acceleration free of gravity to displacement, from standing."""
    rate = np.radians(gyr_dps.astype(float))
    attitude = np.empty((len(rate), 3, 3))
    # Standing: x is forward, and the first sample shows where up is.
    up = acc_g[:20].astype(float).mean(axis=0)
    up /= np.linalg.norm(up)
    right = np.cross((1.0, 0.0, 0.0), up)
    right /= np.linalg.norm(right)
    attitude[0] = np.stack((np.cross(up, right), up, right))
    for i in range(1, len(rate)):
        attitude[i] = attitude[i - 1] @ step(0.5 * (rate[i - 1] + rate[i]), seconds)
    free = STANDARD_GRAVITY_MPS2 * (np.einsum("nij,nj->ni", attitude, acc_g.astype(float)) - UP)
    velocity = np.vstack((np.zeros(3), np.cumsum(0.5 * (free[1:] + free[:-1]) * seconds, axis=0)))
    place = np.vstack((np.zeros(3), np.cumsum(0.5 * (velocity[1:] + velocity[:-1]) * seconds, axis=0)))
    return attitude, place


@pytest.fixture(scope="module")
def perfect_run() -> tuple:
    return simulate_run(SHORT_RUN, PERFECT)


def test_integrated_rate_is_the_attitude():
    movement = movement_of(SHORT_RUN)
    n, seconds = 8 * 1600, 1.0 / 1600.0
    motion = ideal_motion(movement, 2.0, seconds, n)
    rate = np.radians(motion.rate_dps.T)
    attitude = rotation(*motion.attitude_rad[:, 0])
    for i in range(1, n):
        attitude = attitude @ step(0.5 * (rate[i - 1] + rate[i]), seconds)
    apart = attitude.T @ rotation(*motion.attitude_rad[:, -1])
    assert np.degrees(np.arccos(np.clip((np.trace(apart) - 1) / 2, -1, 1))) < 0.1


def test_signals_alone_give_back_the_distance(perfect_run):
    recording, truth = perfect_run
    _, place = dead_reckoning(recording.acc_g, recording.gyr_dps, 1.0 / 1600.0)
    first, last = (np.searchsorted(recording.time_s, t) for t in truth.initial_contact_s[[0, -1]])
    strides = truth.stride_length_m[:-1].sum()
    seconds = truth.initial_contact_s[-1] - truth.initial_contact_s[0]
    assert place[last, 0] - place[first, 0] == pytest.approx(strides, rel=0.01)
    assert strides == pytest.approx(SHORT_RUN.speed_mps * seconds, rel=0.01)
    assert np.abs(place[first:last, 1:]).max() < 0.6  # goes straight and on the level


def test_standing_feels_one_g_and_nothing_else(perfect_run):
    recording, _ = perfect_run
    standing = recording.time_s < 2.0
    assert np.linalg.norm(recording.acc_g[standing], axis=1) == pytest.approx(1.0, abs=2e-3)
    assert np.abs(recording.gyr_dps[standing]).max() < 1.0


def test_specific_force_follows_from_the_path_of_the_sensor():
    """Twin: differentiate the sensor's own position twice, the slow obvious way."""
    runner = replace(SHORT_RUN, impact_g=3.0, sensor_height_m=0.25)
    movement = movement_of(runner)
    movement = replace(movement, burst_g=np.zeros_like(movement.burst_g))
    seconds = 1.0 / 3200.0
    t = 8.0 + seconds * np.arange(3200)
    attitude, ankle = pose(movement, t)
    turned = np.array([rotation(*a) for a in attitude.T])
    sensor_velocity = ankle.T + np.gradient(turned[:, :, 1] * 0.25, seconds, axis=0)
    world = np.gradient(sensor_velocity, seconds, axis=0) + STANDARD_GRAVITY_MPS2 * UP
    expected = np.einsum("nji,nj->ni", turned, world) / STANDARD_GRAVITY_MPS2
    got = ideal_motion(movement, 8.0, seconds, 3200).specific_force_g.T
    assert np.abs(got - expected)[10:-10].max() < 0.01


def test_ankle_stands_still_in_the_middle_of_stance():
    movement = movement_of(replace(SHORT_RUN, impact_sd_pct=0.0))
    contact = movement.schedule.initial_contact_s[~movement.schedule.idle][5]
    off = movement.schedule.terminal_contact_s[~movement.schedule.idle][5]
    middle = contact + 0.55 * (off - contact)
    velocity = pose(movement, np.array([middle]))[1][:, 0]
    assert abs(velocity[0]) < 0.03 * SHORT_RUN.speed_mps


def test_left_leg_is_the_mirror_image():
    movement = movement_of(SHORT_RUN)
    mirrored = replace(movement, runner=replace(SHORT_RUN, side="left"))
    right = ideal_motion(movement, 6.0, 1e-3, 2000)
    left = ideal_motion(mirrored, 6.0, 1e-3, 2000)
    assert np.array_equal(left.specific_force_g, right.specific_force_g * [[1], [1], [-1]])
    assert np.array_equal(left.rate_dps, right.rate_dps * [[-1], [-1], [1]])


@pytest.mark.parametrize("side", ["left", "right"])
def test_forward_swing_is_positive_about_z_on_both_legs(side):
    recording, _ = simulate_run(replace(SHORT_RUN, side=side), SensorSettings())
    assert np.percentile(recording.gyr_dps[:, 2], 99) > 400.0
    assert np.percentile(recording.gyr_dps[:, 2], 1) > -500.0


@pytest.mark.parametrize("slope", [-10.0, 10.0])
def test_slopes_lift_the_runner(slope):
    runner = RunnerSettings(plan=(PlanPart("still", 3.0), PlanPart("running", 10.0)), slope_pct=slope)
    recording, truth = simulate_run(runner, PERFECT)
    _, place = dead_reckoning(recording.acc_g, recording.gyr_dps, 1.0 / 1600.0)
    first, last = (np.searchsorted(recording.time_s, t) for t in truth.initial_contact_s[[0, -1]])
    gone = place[last] - place[first]
    assert gone[1] / gone[0] == pytest.approx(0.01 * slope, abs=0.02)


@pytest.mark.parametrize("slope", [0.0, 8.0])
def test_movement_has_no_steps(slope):
    """Between parts of a plan too: no jump in any signal beyond what a landing brings."""
    parts = (
        PlanPart("walking", 8.0),
        PlanPart("running", 8.0),
        PlanPart("walking", 8.0),
        PlanPart("still", 4.0),
    )
    movement = movement_of(RunnerSettings(plan=parts, slope_pct=slope))
    movement = replace(movement, burst_g=np.zeros_like(movement.burst_g))
    motion = ideal_motion(movement, 0.5, 1.0 / 1600.0, 27 * 1600)
    assert np.abs(np.diff(motion.specific_force_g, n=2)).max() < 0.03
    assert np.abs(np.diff(motion.rate_dps, n=2)).max() < 2.0
