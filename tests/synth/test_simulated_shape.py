"""How close the simulated stride comes to a real mean cycle (docs/simulated-runner.md gives the figures)."""

from __future__ import annotations

import csv
import sys

import numpy as np
import pytest

from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run
from pfp_sensors.synth.cycle import RUNNING, WALKING
from pfp_sensors.units import DPS_PER_RPS, STANDARD_GRAVITY_MPS2

THRESHOLD = 0.07  # body weights: about 50 N
MID_SHANK_M = 0.25  # where the mean cycle's sensor sat, judged by the height that stands still in stance
CALM = {
    "stride_time_sd_pct": 0.0,
    "contact_time_sd_ms": 0.0,
    "amplitude_sd_pct": 0.0,
    "impact_sd_pct": 0.0,
    "landing_time_sd_ms": 0.0,
    "toe_off_time_sd_ms": 0.0,
    "sensor_height_m": MID_SHANK_M,
}
AXES = ("forward", "up", "right", "rate x", "rate y", "rate z")
# Lowest correlation accepted: kind -> axes in the order above.
FLOORS = {
    "running": (0.85, 0.78, 0.30, 0.50, 0.40, 0.98),
    "walking": (0.65, 0.82, 0.30, 0.50, 0.50, 0.98),
}


def read_mean_cycle(path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read left leg (mirrored) and right leg from toe-off, (100, 6) in g and deg/s, and the force."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))

    def columns(names: list[str]) -> np.ndarray:
        return np.array([[float(row[name]) for name in names] for row in rows])

    def leg(side: str) -> np.ndarray:
        names = [f"{kind}_tibia_{side}{axis}" for kind in ("acc", "gyro") for axis in ("", "_2", "_3")]
        return columns(names) * np.repeat((1.0 / STANDARD_GRAVITY_MPS2, DPS_PER_RPS), 3)

    left, right = leg("l"), np.roll(leg("r"), -50, axis=0)
    mirrored = left * (1, 1, -1, -1, -1, 1)
    return mirrored, right, np.roll(columns(["GRF_GRF_y_r"])[:, 0], -50)


def from_contact(cycle: np.ndarray, force: np.ndarray) -> np.ndarray:
    """Turn a cycle so that it starts when the force rises through 50 N (linear between points)."""
    i = int(np.flatnonzero((force[:-1] < THRESHOLD) & (force[1:] >= THRESHOLD))[0])
    start = i + (THRESHOLD - force[i]) / (force[i + 1] - force[i])
    at = (np.arange(100) + start) % 100
    return np.stack([np.interp(at, np.arange(100), c, period=100) for c in cycle.T], axis=1)


def simulated_cycle(kind: str) -> np.ndarray:
    """Simulate the same man: speed, stride time, contact and a soft landing as his."""
    settings = {"plan": (PlanPart("still", 2.0), PlanPart(kind, 8.0)), **CALM}
    if kind == "running":
        contact = RUNNING.contact_share * RUNNING.stride_s
        settings |= {"speed_mps": RUNNING.speed_mps, "cadence_spm": 120.0 / RUNNING.stride_s}
        settings |= {"contact_time_s": contact, "strike": "soft", "impact_g": 6.0}
    else:
        settings |= {"walking_speed_mps": WALKING.speed_mps}
    sensor = SensorSettings(rate_hz=1600.0, acc_noise_g_per_rthz=0.0, gyr_bias_dps=0.0, quantise=False)
    recording, truth = simulate_run(RunnerSettings(**settings), sensor)
    start, end = truth.initial_contact_s[3:5]
    at = start + (end - start) * np.arange(100) / 100.0
    signal = np.hstack((recording.acc_g, recording.gyr_dps))
    return np.stack([np.interp(at, recording.time_s, c) for c in signal.T], axis=1)


def slow_part(cycle: np.ndarray, harmonics: int) -> np.ndarray:
    """Keep the first harmonics of a periodic signal."""
    spectrum = np.fft.rfft(cycle, axis=0)
    spectrum[harmonics + 1 :] = 0.0
    return np.fft.irfft(spectrum, n=len(cycle), axis=0)


@pytest.mark.parametrize(("kind", "stride_s"), [("running", 0.7335), ("walking", 1.2135)])
def test_shape_against_the_mean_cycle(kind, stride_s, shared_data, capsys):
    left, right, force = read_mean_cycle(shared_data / "mean_shank_cycle" / f"norm{kind}.csv")
    real = from_contact(0.5 * (left + right), force)
    made = simulated_cycle(kind)
    lines = []
    for name, floor, one, other, a, b, slow_a, slow_b in zip(
        AXES,
        FLOORS[kind],
        left.T,
        right.T,
        real.T,
        made.T,
        slow_part(real, int(10.0 * stride_s)).T,
        slow_part(made, int(10.0 * stride_s)).T,
        strict=True,
    ):
        r = np.corrcoef(a, b)[0, 1]
        slow_r = np.corrcoef(slow_a, slow_b)[0, 1]
        rms, spread = np.sqrt(np.mean((a - b) ** 2)), a.std()
        lines.append(
            f"| {kind} | {name} | {r:.2f} | {slow_r:.2f} | {rms:.2f} | {spread:.2f} "
            f"| {a.mean():.2f} | {b.mean():.2f} | {np.corrcoef(one, other)[0, 1]:.2f} "
            f"| {np.sqrt(np.mean((one - other) ** 2)):.2f} |"
        )
        assert r >= floor, (name, r)
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
