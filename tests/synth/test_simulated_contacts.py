"""Around contact and toe-off the simulated axial signal does what two people's did on a force treadmill."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.signal import butter, sosfiltfilt

from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run

FINE = 8  # points read between samples
# Trial -> the same speed, cadence and contact for the simulated runner.
TRIALS = {
    "A_running_01": {"speed_mps": 2.36, "cadence_spm": 162.0, "contact_time_s": 0.271, "impact_g": 8.4},
    "D_running_15": {"speed_mps": 2.22, "cadence_spm": 152.5, "contact_time_s": 0.313, "impact_g": 10.0},
}


def landmarks_ms(time_s: np.ndarray, axial_g: np.ndarray, on_s: np.ndarray, off_s: np.ndarray) -> np.ndarray:
    """Give two medians: onset of the rise at 15 Hz after foot on, dip at 25 Hz after foot off, in ms."""
    rate = 1.0 / np.median(np.diff(time_s))
    fine = np.arange(time_s[0], time_s[-1], 1.0 / (FINE * rate))

    def low_passed(cut_hz: float) -> np.ndarray:
        smooth = sosfiltfilt(butter(2, cut_hz, fs=rate, output="sos"), axial_g)
        return CubicSpline(time_s, smooth)(fine)

    rise, dip = low_passed(15.0), low_passed(25.0)
    stride = np.median(np.diff(on_s))
    found = []
    for on, off in zip(on_s[1:-1], off_s[1:-1], strict=True):
        after = np.flatnonzero((fine > on) & (fine < on + 0.1))
        top = after[rise[after].argmax()]
        bottom = top
        while rise[bottom - 1] < rise[bottom]:
            bottom -= 1
        slope = np.gradient(rise[bottom : top + 1], fine[bottom : top + 1])
        steepest = bottom + slope.argmax()
        onset = fine[steepest] - (rise[steepest] - rise[bottom]) / slope.max()
        late = np.flatnonzero((fine > on + 0.22 * stride) & (fine < on + 0.52 * stride))
        found.append((onset - on, fine[late[dip[late].argmin()]] - off))
    return 1e3 * np.median(found, axis=0)


@pytest.mark.parametrize("trial", sorted(TRIALS))
def test_onset_and_dip_come_when_they_did(trial, shared_data, capsys):
    folder = shared_data / "force_treadmill" / trial
    shank = np.loadtxt(folder / "shank.csv", delimiter=",", skiprows=1)
    contacts = np.loadtxt(folder / "contacts.csv", delimiter=",", skiprows=1)
    axial = shank[:, 1] * np.sign(shank[:, 1].mean())  # worn along x, upside down or not
    real = landmarks_ms(shank[:, 0], axial, *contacts.T)
    plan = (PlanPart("still", 3.0), PlanPart("running", 30.0))
    recording, truth = simulate_run(
        RunnerSettings(plan=plan, **TRIALS[trial]), SensorSettings(rate_hz=142.857, acc_range_g=8.0)
    )
    made = landmarks_ms(
        recording.time_s,
        recording.acc_g[:, 1],
        truth.initial_contact_s[:-1],
        truth.terminal_contact_s[:-1],
    )
    with capsys.disabled():
        sys.stdout.write(f"\n| {trial} | {real[0]:.1f} | {made[0]:.1f} | {real[1]:.1f} | {made[1]:.1f} |\n")
    assert made[0] == pytest.approx(real[0], abs=3.0)
    assert made[1] == pytest.approx(real[1], abs=7.0)
