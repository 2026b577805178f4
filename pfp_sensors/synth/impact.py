"""How large the landing bursts must be, so that the landing peaks come out as wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.synth.body import ideal_motion
from pfp_sensors.synth.movement import build_movement
from pfp_sensors.synth.schedule import Schedule, leg_schedule, plan_stretches
from pfp_sensors.synth.sensor import INTERNAL_RATE_HZ
from pfp_sensors.synth.settings import PlanPart, RunnerSettings
from pfp_sensors.synth.truth import (
    FILTER_MARGIN_S,
    LANDING_WINDOW_S,
    largest_local_maximum,
    recorded_contacts,
    smoothed,
)
from pfp_sensors.synth.typical import wanted_impact_g

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray

_TRIAL_SIZES_G: Final = np.arange(0.0, 40.5, 0.5)
"""Burst sizes tried on one steady stride; those between are interpolated."""

_TRIAL_S: Final = 4.0
"""Length of the trial run: its third landing lies well inside."""

_SMALLEST_SHARE: Final = 0.2
"""Drift and chance never make the wanted peak smaller than this share of the one asked for."""


def burst_sizes(runner: RunnerSettings, schedule: Schedule) -> FloatArray:
    """Size each landing burst, (n,) g, for the wanted resultant peak with drift, asymmetry and chance.

    Method: the peak of one steady stride is measured for a range of burst sizes (the signal is a straight
    sum, so two computations give them all) and read backwards. Chance multiplies the wanted peak.
    """
    sign = 0.005 if runner.side == "right" else -0.005
    wanted = wanted_impact_g(runner)
    time_h = schedule.initial_contact_s.clip(0.0) / 3600.0
    target = (wanted + runner.impact_drift_g_per_h * time_h) * (1.0 + sign * runner.impact_asymmetry_pct)
    target = np.maximum(target * schedule.hardness, _SMALLEST_SHARE * wanted)
    peaks = _peak_by_size(runner)
    return np.asarray(np.interp(target, np.maximum.accumulate(peaks), _TRIAL_SIZES_G), dtype=float)


def _peak_by_size(runner: RunnerSettings) -> FloatArray:
    """Measure the resultant landing peak of a steady stride for each trial size."""
    steady = replace(
        runner,
        plan=(PlanPart("running", _TRIAL_S),),
        stride_time_sd_pct=0.0,
        contact_time_sd_ms=0.0,
        amplitude_sd_pct=0.0,
        impact_sd_pct=0.0,
        landing_time_sd_ms=0.0,
        toe_off_time_sd_ms=0.0,
        cadence_drift_spm_per_h=0.0,
    )
    rng = np.random.default_rng(0)
    schedule = leg_schedule(steady, plan_stretches(steady, rng), rng, trailing=False)
    contact = schedule.initial_contact_s[recorded_contacts(schedule, _TRIAL_S)][2]
    start = contact - FILTER_MARGIN_S
    count = int((2 * FILTER_MARGIN_S + LANDING_WINDOW_S) * INTERNAL_RATE_HZ)
    force = [
        smoothed(
            ideal_motion(
                build_movement(steady, schedule, np.full(len(schedule.running), size)),
                start,
                1.0 / INTERNAL_RATE_HZ,
                count,
            ).specific_force_g,
            INTERNAL_RATE_HZ,
        )
        for size in (0.0, 1.0)
    ]
    first = int(np.ceil(FILTER_MARGIN_S * INTERNAL_RATE_HZ))
    window = slice(first, first + int(LANDING_WINDOW_S * INTERNAL_RATE_HZ) + 1)
    base, burst = force[0][:, window], (force[1] - force[0])[:, window]
    sums = base[None] + _TRIAL_SIZES_G[:, None, None] * burst[None]
    norms = np.sqrt((sums**2).sum(axis=1))
    peaks = [largest_local_maximum(norm) for norm in norms]
    return np.asarray(np.nan_to_num(np.array(peaks), nan=0.0), dtype=float)
