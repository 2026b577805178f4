"""From contacts to movement: attitude of the shank and velocity of the ankle at any time.

Both kinds of gait are laid over the contacts of a schedule and faded into each other, and into standing,
while the foot is in the air. World axes: x forward along the run, y up, z to the right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.synth.cycle import RUNNING, WALKING, GaitCycle, ankle_velocity, harmonics
from pfp_sensors.synth.typical import WALKING_BURST_G, Tempo, running_tempo, walking_tempo

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline, PchipInterpolator

    from pfp_sensors.model.recording import BoolArray, FloatArray
    from pfp_sensors.synth.schedule import Schedule
    from pfp_sensors.synth.settings import RunnerSettings

SWAY_RAD: Final = 0.003
"""Size of the slow sway of the shank while standing: 0.2 degrees. An assumption."""

SLOPE_LEAN: Final = 0.35
"""Share of the slope angle by which the shank leans with the ground. An assumption."""

_PHASE_POINTS: Final = 64
"""Points per stride at which the distance of a stride is added up before scaling it: error under 0.1 %."""


@dataclass(frozen=True)
class Movement:
    """Everything needed to compute the movement of one shank at any time."""

    schedule: Schedule
    runner: RunnerSettings
    running: Gait
    walking: Gait
    amplitude: CubicSpline
    burst_g: FloatArray


@dataclass(frozen=True)
class Gait:
    """One kind of gait laid over the contacts: its phase, and what keeps distance and height true."""

    cycle: GaitCycle
    phase: CubicSpline | PchipInterpolator
    stride_scale: CubicSpline
    pitch_size: float
    height_size: float


def build_movement(runner: RunnerSettings, schedule: Schedule, burst_g: FloatArray) -> Movement:
    """Lay both gaits over a leg's contacts; ``burst_g`` (n,) is the size of each running landing burst."""
    from scipy.interpolate import CubicSpline

    bursts = np.where(schedule.running, burst_g, WALKING_BURST_G * runner.walking_speed_mps / 1.3)
    bursts = np.where(schedule.idle, 0.0, bursts * np.where(schedule.running, 1.0, schedule.hardness))
    return Movement(
        schedule=schedule,
        runner=runner,
        running=_lay(RUNNING, running_tempo(runner), schedule, schedule.running),
        walking=_lay(WALKING, walking_tempo(runner), schedule, ~schedule.running),
        amplitude=CubicSpline(schedule.initial_contact_s, schedule.amplitude),
        burst_g=bursts,
    )


def _lay(cycle: GaitCycle, tempo: Tempo, schedule: Schedule, own: BoolArray) -> Gait:
    """Fit a gait's phase to the contacts, and scale each stride so that its length is speed times time.

    ``own`` (n,) marks the strides of this kind; through the others the phase runs on at its own pace.
    """
    from scipy.interpolate import CubicSpline, PchipInterpolator

    n = len(schedule.initial_contact_s)
    ic = schedule.initial_contact_s
    length = np.diff(ic, append=ic[-1] + tempo.stride_s)
    push_off = np.where(own | schedule.idle, schedule.push_off_s, ic + cycle.contact_share * length)
    times = np.stack((ic, push_off), axis=1).ravel()
    phases = np.stack((np.arange(n), np.arange(n) + cycle.contact_share), axis=1).ravel()
    phase: CubicSpline | PchipInterpolator = CubicSpline(times, phases)
    if phase(times, 1).min() <= 0.0 or phase(0.5 * (times[1:] + times[:-1]), 1).min() <= 0.0:
        phase = PchipInterpolator(times, phases)
    share = (np.arange(_PHASE_POINTS) + 0.5) / _PHASE_POINTS
    t = ic[:-1, None] + share * np.diff(ic)[:, None]
    means = ankle_velocity(cycle)(phase(t.ravel()) % 1.0).reshape(n - 1, _PHASE_POINTS, 2).mean(axis=1)
    middle = 0.5 * (schedule.terminal_contact_s[:-1] + ic[1:])
    scale = np.stack((tempo.speed_mps / means[:, 0], means[:, 1] / means[:, 0]), axis=1)
    speed_up = tempo.speed_mps / cycle.speed_mps
    return Gait(
        cycle=cycle,
        phase=phase,
        stride_scale=CubicSpline(middle, scale),
        pitch_size=speed_up**cycle.pitch_power,
        height_size=speed_up**cycle.height_power * cycle.stride_s / tempo.stride_s,
    )


def _smooth(share: FloatArray) -> FloatArray:
    """Turn a linear ramp 0-1 into one without kinks (second derivative zero at both ends)."""
    return np.asarray(share**3 * (10.0 - 15.0 * share + 6.0 * share**2))


def pose(movement: Movement, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give roll, yaw, pitch in rad and the ankle's velocity in m/s, (3, n) each, at times ``t``."""
    plan = movement.schedule
    t = t.clip(plan.initial_contact_s[0], plan.initial_contact_s[-1])
    amplitude = movement.amplitude(t)
    attitude = np.zeros((3, len(t)))
    ankle = np.zeros((3, len(t)))
    standing = np.ones(len(t))
    for gait, level in ((movement.running, plan.running_level), (movement.walking, plan.walking_level)):
        weight = _smooth(np.interp(t, plan.weight_s, level))
        on = np.flatnonzero(weight > 0.0)
        if len(on) == 0:
            continue
        part = slice(int(on[0]), int(on[-1]) + 1)
        angle, velocity = _gait_pose(gait, t[part], amplitude[part])
        attitude[:, part] += weight[part] * angle
        ankle[:, part] += weight[part] * velocity
        standing -= weight
    attitude[2] += standing * SWAY_RAD * np.sin(1.7 * t + plan.amplitude[0])
    attitude[0] += standing * SWAY_RAD * np.sin(2.3 * t)
    slope = np.arctan(0.01 * movement.runner.slope_pct)
    attitude[2] += SLOPE_LEAN * slope
    along, up = ankle[0].copy(), ankle[1].copy()
    ankle[0] = np.cos(slope) * along - np.sin(slope) * up
    ankle[1] = np.sin(slope) * along + np.cos(slope) * up
    return attitude, ankle


def _gait_pose(gait: Gait, t: FloatArray, amplitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    cycle = gait.cycle
    phase = gait.phase(t) % 1.0
    circle = np.exp(2j * np.pi * phase)
    size = gait.pitch_size * amplitude
    angle = np.stack(
        (
            size * harmonics(circle, cycle.roll),
            size * harmonics(circle, cycle.yaw),
            size * (cycle.pitch_offset_rad + harmonics(circle, cycle.pitch)),
        )
    )
    ankle = ankle_velocity(cycle)(phase)
    scale = gait.stride_scale(t)
    lift = gait.height_size * amplitude
    velocity = np.stack(
        (
            scale[:, 0] * ankle[:, 0],
            lift * (ankle[:, 1] - scale[:, 1] * ankle[:, 0]),
            size * harmonics(circle, cycle.sideways_mps),
        )
    )
    return angle, velocity
