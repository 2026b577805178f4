"""A simulated runner as the signal of simulated sensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.rig.sample_signal import FULL_COUNT, CountArray
from pfp_sensors.synth import RunnerSettings, SensorSettings, simulate_run, simulate_two_legs

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Float32Array, Recording
    from pfp_sensors.model.truth import Truth
    from pfp_sensors.rig.plans import SensorPlan

_WIDE_ACC_G: Final = 200.0
_WIDE_GYR_DPS: Final = 4000.0
"""Ranges of the simulation: the sensor's own are applied afterwards, so that they can be set anew."""

_REST_NOISE_SAMPLES: Final = 4096
_REST_NOISE_G: Final = 0.002
_REST_NOISE_DPS: Final = 0.1

_Key = tuple[float, float]


class RunnerSignals:
    """What sensors on one or both shanks of a simulated runner measure. Synthetic.

    Call it with a sensor's plan for the signal: it is a `pfp_sensors.rig.sample_signal.SignalFor`. The first
    call at a rate simulates the whole outing; other ranges cost little.

    Parameters
    ----------
    runner
        What is done. A sensor's plan names its leg; ``runner.side`` is for plans that name none.
    """

    def __init__(self, runner: RunnerSettings) -> None:
        self.runner = runner
        self._two_legs: dict[_Key, tuple[tuple[Recording, Truth], tuple[Recording, Truth]]] = {}
        self._one_leg: dict[_Key, tuple[Recording, Truth]] = {}

    def __call__(self, plan: SensorPlan) -> PlayedRun:
        """Give the signal in counts of a plan's ranges; its position 0 is the start of the outing."""
        recording, _ = self._leg(plan)
        return PlayedRun(recording, plan)

    def truth(self, plan: SensorPlan) -> Truth:
        """Give the truth of a sensor's leg, on that sensor's clock from the start of the outing."""
        return self._leg(plan)[1]

    def _leg(self, plan: SensorPlan) -> tuple[Recording, Truth]:
        key = (plan.rate_hz, plan.drift_ppm)
        settings = SensorSettings(
            rate_hz=plan.rate_hz,
            clock_drift_ppm=plan.drift_ppm,
            acc_range_g=_WIDE_ACC_G,
            gyr_range_dps=_WIDE_GYR_DPS,
            stop_share=1.0,
            quantise=False,
        )
        if plan.side is None:
            if key not in self._one_leg:
                self._one_leg[key] = simulate_run(self.runner, settings)
            return self._one_leg[key]
        if key not in self._two_legs:
            self._two_legs[key] = simulate_two_legs(self.runner, settings)
        left, right = self._two_legs[key]
        return left if plan.side == "left" else right


class PlayedRun:
    """A simulated recording played once, then rest: 1 g along the shank's mean direction, a little noise."""

    def __init__(self, recording: Recording, plan: SensorPlan) -> None:
        gyr = np.zeros_like(recording.acc_g) if recording.gyr_dps is None else recording.gyr_dps
        up = np.mean(recording.acc_g, axis=0, dtype=np.float64)
        noise = np.random.default_rng(0).standard_normal((_REST_NOISE_SAMPLES, 6)).astype(np.float32)
        rest_g = (up / np.linalg.norm(up)).astype(np.float32) + _REST_NOISE_G * noise[:, :3]
        self._run = _in_counts(recording.acc_g, gyr, plan)
        self._rest = _in_counts(rest_g, _REST_NOISE_DPS * noise[:, 3:], plan)

    def __len__(self) -> int:
        return len(self._run)

    def counts(self, first: int, n: int) -> CountArray:
        """Give n samples from a position on, (n, 6) int16."""
        run = self._run[first : first + n]
        if len(run) == n:
            return run
        position = np.arange(first + len(run), first + n) - len(self._run)
        return np.concatenate((run, self._rest[position % _REST_NOISE_SAMPLES]))


def _in_counts(acc_g: Float32Array, gyr_dps: Float32Array, plan: SensorPlan) -> CountArray:
    """Read samples out in a sensor's ranges, (n, 6): what lies beyond stops at the last count."""
    acc = acc_g * ((FULL_COUNT + 1) / plan.acc_range_g)
    gyr = gyr_dps * ((FULL_COUNT + 1) / plan.gyr_range_dps)
    return np.rint(np.hstack((acc, gyr))).clip(-FULL_COUNT, FULL_COUNT).astype(np.int16)
