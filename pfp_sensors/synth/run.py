"""Simulate an outing: settings in, a recording and its truth out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.model.recording import Float32Array, FloatArray, Recording
from pfp_sensors.synth.body import ideal_motion
from pfp_sensors.synth.impact import burst_sizes
from pfp_sensors.synth.landing import LANDINGS
from pfp_sensors.synth.movement import Movement, build_movement
from pfp_sensors.synth.schedule import Stretch, leg_schedule, plan_stretches
from pfp_sensors.synth.sensor import (
    HALF_PERIODS,
    Channel,
    find_gaps,
    kept_samples,
    mounted,
    oversampling,
    read_out,
    sampled,
    strap_shaking,
)
from pfp_sensors.synth.truth import FILTER_MARGIN_S, build_truth, landing_peaks, recorded_contacts

if TYPE_CHECKING:
    from pfp_sensors.model.truth import Truth
    from pfp_sensors.synth.settings import RunnerSettings, SensorSettings

BLOCK_S: Final = 30.0
"""Length of the blocks an outing is computed in: some tens of MB of memory whatever its length."""

_STREAMS: Final = {"plan": 0, "right": 1, "left": 2, "right sensor": 3, "left sensor": 4}
"""Numbers that keep the random draws of plan, legs and sensors apart, whatever the other settings."""


def simulate_run(runner: RunnerSettings, sensor: SensorSettings) -> tuple[Recording, Truth]:
    """Simulate one leg of an outing.

    Parameters
    ----------
    runner, sensor
        What is done, and what measures it.

    Returns
    -------
    tuple
        Recording (marked synthetic) and truth, both on the sensor's clock, which starts with the outing.

    Notes
    -----
    Same settings, same samples. The truth depends on ``runner`` and the sensor's clock only; landing peaks
    may differ by 0.2 % between sampling rates, because the ideal signal is computed on another grid.
    """
    return _simulate_leg(runner, sensor, plan_stretches(runner, _draw(runner, "plan")), trailing=False)


def simulate_two_legs(
    runner: RunnerSettings, left: SensorSettings, right: SensorSettings | None = None
) -> tuple[tuple[Recording, Truth], tuple[Recording, Truth]]:
    """Simulate both legs of one outing: left first, right half a stride behind, on one common time line.

    Parameters
    ----------
    runner
        What is done; its ``side`` is not used, its asymmetries are.
    left, right
        The sensors; right = None wears the same kind as left.

    Returns
    -------
    tuple
        Recording and truth of the left leg, then of the right leg.
    """
    stretches = plan_stretches(runner, _draw(runner, "plan"))
    return (
        _simulate_leg(replace(runner, side="left"), left, stretches, trailing=False),
        _simulate_leg(replace(runner, side="right"), right or left, stretches, trailing=True),
    )


def _draw(runner: RunnerSettings, stream: str) -> np.random.Generator:
    return np.random.default_rng((runner.seed, _STREAMS[stream]))


def _simulate_leg(
    runner: RunnerSettings, sensor: SensorSettings, stretches: tuple[Stretch, ...], *, trailing: bool
) -> tuple[Recording, Truth]:
    schedule = leg_schedule(runner, stretches, _draw(runner, runner.side), trailing=trailing)
    movement = build_movement(runner, schedule, burst_sizes(runner, schedule))
    acc, gyr, peaks = _ideal_samples(movement, sensor)
    clock = 1.0 + 1e-6 * sensor.clock_drift_ppm
    truth = build_truth(movement, peaks, clock)
    return _record(runner, sensor, acc, gyr), truth


def _ideal_samples(
    movement: Movement, sensor: SensorSettings
) -> tuple[Float32Array, Float32Array | None, FloatArray]:
    """Compute the noise-free samples, (n, 3) each, and the true landing peaks, block by block."""
    plan = movement.schedule
    factor = oversampling(sensor.rate_hz)
    clock = 1.0 + 1e-6 * sensor.clock_drift_ppm
    internal_hz = factor * sensor.rate_hz * clock
    count = int(np.floor(movement.runner.total_s * clock * sensor.rate_hz + 1e-6))
    margin = factor * max(HALF_PERIODS, int(np.ceil(FILTER_MARGIN_S * sensor.rate_hz)) + 1)
    acc = np.empty((count, 3), dtype=np.float32)
    gyr = np.empty((count, 3), dtype=np.float32) if sensor.gyro else None
    peaks = np.full((len(plan.running), 2), np.nan)
    wanted = recorded_contacts(plan, movement.runner.total_s) & plan.running
    burst_s = plan.burst_s + LANDINGS[movement.runner.strike].peak_s
    block = max(1, int(BLOCK_S * sensor.rate_hz))
    for first in range(0, count, block):
        last = min(first + block, count)
        start_s = (first * factor - margin) / internal_hz
        n = (last - 1 - first) * factor + 1 + 2 * margin
        motion = ideal_motion(movement, start_s, 1.0 / internal_hz, n)
        low = first * factor / internal_hz
        high = last * factor / internal_hz if last < count else np.inf
        here = np.flatnonzero(wanted & (plan.initial_contact_s >= low) & (plan.initial_contact_s < high))
        peaks[here] = landing_peaks(
            plan.initial_contact_s[here], motion.specific_force_g, start_s, internal_hz
        )
        t = start_s + np.arange(n) / internal_hz
        force = motion.specific_force_g
        if sensor.strap_looseness > 0.0:
            near = np.flatnonzero((movement.burst_g > 0.0) & (burst_s > t[0] - 1.0) & (burst_s < t[-1]))
            force = force + strap_shaking(sensor, t, burst_s[near], movement.burst_g[near])
        acc[first:last] = sampled(mounted(sensor, t, force), factor, margin).T
        if gyr is not None:
            gyr[first:last] = sampled(mounted(sensor, t, motion.rate_dps), factor, margin).T
    return acc, gyr, peaks


def _record(
    runner: RunnerSettings, sensor: SensorSettings, acc: Float32Array, gyr: Float32Array | None
) -> Recording:
    """Read the ideal samples out as the sensor would, lose some, and stamp the rest."""
    rng = _draw(runner, f"{runner.side} sensor")
    keep = kept_samples(sensor, len(acc), rng)
    time_s = np.arange(len(acc)) / sensor.rate_hz
    if sensor.timestamp_jitter_s > 0.0:
        limit = 0.49 / sensor.rate_hz
        time_s = time_s + (sensor.timestamp_jitter_s * rng.standard_normal(len(acc))).clip(-limit, limit)
        time_s[0] = max(time_s[0], 0.0)
    channel = Channel(sensor.acc_noise_g_per_rthz, sensor.acc_bias_g, sensor.acc_range_g)
    acc = read_out(acc, channel, sensor, rng)
    if gyr is not None:
        channel = Channel(sensor.gyr_noise_dps_per_rthz, sensor.gyr_bias_dps, sensor.gyr_range_dps)
        gyr = read_out(gyr, channel, sensor, rng)[keep]
    return Recording(
        time_s=time_s[keep],
        acc_g=acc[keep],
        gyr_dps=gyr,
        rate_hz=sensor.rate_hz,
        gaps=find_gaps(keep, time_s[keep]),
        side=runner.side,
        placement="shank",
        acc_range_g=sensor.acc_range_g,
        gyr_range_dps=sensor.gyr_range_dps if sensor.gyro else None,
        nominal_rate_hz=sensor.rate_hz,
        synthetic=True,
    )
