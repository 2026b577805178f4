"""Live against afterwards: the same contacts, on simulated and on real recordings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from strategies import SETTINGS, analysed, outing

from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.gait.agreement import f1_score, match_events
from pfp_sensors.gait.online import LiveContact, OnlineDetector
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.recording import FloatArray, Recording

STARTING = 4
"""So many contacts of each bout may be missed while the detector becomes sure of running."""

LATENCY_S = 0.150
"""interface.md: contact to callback."""

TURNED = ((0.0, 0.6, -0.8), (0.8, 0.48, 0.36), (0.6, -0.64, -0.48))
BREAKS = (
    *(PlanPart("walking", 8.0), PlanPart("running", 20.0), PlanPart("still", 4.0)),
    *(PlanPart("running", 12.0), PlanPart("walking", 6.0)),
)

CASES = {
    "208 Hz": (RunnerSettings(duration_s=40.0), SensorSettings()),
    "100 Hz, breaks": (RunnerSettings(plan=BREAKS, speed_mps=3.2), SensorSettings(rate_hz=100.0, gyro=False)),
    "soft, upside down": (
        RunnerSettings(duration_s=40.0, speed_mps=3.4, strike="soft", impact_g=6.0, seed=3),
        SensorSettings(upside_down=True, turn_deg=70.0),
    ),
    "lost samples": (
        RunnerSettings(duration_s=40.0, speed_mps=2.6, strike="midfoot", seed=4),
        SensorSettings(dropped_share=0.01, turn_deg=-140.0),
    ),
    "416 Hz, any rotation, noise": (
        RunnerSettings(duration_s=30.0, speed_mps=4.2, impact_g=14.0, side="left"),
        SensorSettings(rate_hz=416.0, rotation=TURNED, acc_noise_g_per_rthz=2e-3, acc_range_g=16.0),
    ),
    "142.9 Hz, clipped, slow": (
        RunnerSettings(duration_s=40.0, speed_mps=2.2, impact_g=12.0, seed=9),
        SensorSettings(rate_hz=142.857, acc_range_g=8.0, tilt_forward_deg=15.0),
    ),
}


def live(recording: Recording, block: int = 10) -> list[LiveContact]:
    """Feed a recording in blocks of equal size."""
    detector = OnlineDetector(recording.rate_hz, SETTINGS, recording.acc_range_g)
    found = []
    for a in range(0, len(recording.time_s), block):
        found += detector.feed(recording.acc_g[a : a + block], recording.time_s[a : a + block])
    return found


def contacts_s(found: list[LiveContact]) -> FloatArray:
    return np.array([contact.initial_contact_s for contact in found])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Live against afterwards; ``settled_f1`` leaves out the first contacts of each bout."""

    f1: float
    settled_f1: float
    difference_ms: FloatArray
    peak_difference_g: FloatArray


def compared(recording: Recording, analysis: LegAnalysis, found: list[LiveContact]) -> Comparison:
    """Compare all but what came too late to be known when the recording ended."""
    strides = analysis.strides
    until_s = recording.time_s[-1] - LATENCY_S
    wanted = strides.running & (strides.initial_contact_s < until_s)
    offline_s, bout = strides.initial_contact_s[wanted], strides.bout_index[wanted]
    found = [contact for contact in found if contact.initial_contact_s < until_s]
    live_s = contacts_s(found)
    i, j = match_events(offline_s, live_s)
    settled = np.arange(len(bout)) - np.searchsorted(bout, bout) >= STARTING
    live_settled = np.ones(len(live_s), dtype=np.bool_)
    for k in np.unique(bout):
        begin_s = offline_s[bout == k][:STARTING]
        live_settled &= (live_s < begin_s[0] - 1.0) | (live_s > begin_s[-1] + 0.05)
    peak_g = np.array([np.nan if c.resultant_g is None else c.resultant_g for c in found])
    return Comparison(
        f1_score(len(offline_s), len(live_s), len(i)),
        f1_score(int(settled.sum()), int(live_settled.sum()), int((settled[i] & live_settled[j]).sum())),
        (live_s[j] - offline_s[i]) * 1000.0,
        peak_g[j] - strides.resultant_g[wanted][i],
    )


def assert_on_time(found: list[LiveContact]) -> None:
    assert all(0.1 < contact.decided_at_s - contact.initial_contact_s <= LATENCY_S for contact in found)


@pytest.mark.parametrize("name", CASES)
def test_simulated_runners(name: str) -> None:
    case = outing(*CASES[name])
    found = live(case.recording)
    result = compared(case.recording, case.analysis, found)
    assert result.settled_f1 >= 0.995
    assert result.f1 >= 0.95, "two of some forty contacts, when running starts"
    assert np.median(np.abs(result.difference_ms)) <= 0.5
    assert np.percentile(np.abs(result.difference_ms), 90) <= 5.0
    assert np.nanmedian(np.abs(result.peak_difference_g)) <= 0.02
    assert_on_time(found)


@pytest.mark.parametrize("trial", ["A_running_01", "A_running_02", "D_running_15"])
def test_treadmill_running(trial: str, shared_data: Path) -> None:
    recording = read_recording_file(shared_data / "force_treadmill" / trial / "shank.csv").recordings[0]
    found = live(recording)
    result = compared(recording, analysed(recording), found)
    assert result.settled_f1 == 1.0
    assert result.f1 >= 0.9, "one contact of a trial of eleven may be missed"
    assert np.median(np.abs(result.difference_ms)) <= 1.0
    assert_on_time(found)


def test_outdoor_run_with_pauses(shared_data: Path) -> None:
    """A sensor on the shoe, where late swing is larger than the landing."""
    path = shared_data / "outdoor_run_with_pauses" / "left_ankle.csv.gz"
    recording = read_recording_file(path).recordings[0]
    found = live(recording, block=50)
    result = compared(recording, analysed(recording), found)
    assert result.f1 >= 0.995
    assert result.settled_f1 >= 0.995
    assert np.median(np.abs(result.difference_ms)) <= 1.0
    assert_on_time(found)


@pytest.mark.parametrize("name", ["A_walking_03", "A_walking_04", "D_walking_14"])
def test_treadmill_walking_gives_no_contacts(name: str, shared_data: Path) -> None:
    recording = read_recording_file(shared_data / "force_treadmill" / name / "shank.csv").recordings[0]
    assert live(recording, block=50) == []


def test_tibia_walking_gives_no_contacts(shared_data: Path) -> None:
    files = sorted((shared_data / "tibia_walking").glob("*_imu.csv.gz"))
    assert files
    for path in files:
        for recording in read_recording_file(path).recordings:
            assert live(recording, block=50) == [], (path.name, recording.sensor)


@pytest.mark.parametrize("speed_mps", [1.0, 1.4, 1.8])
def test_simulated_walking_and_standing_give_no_contacts(speed_mps: float) -> None:
    plan = (PlanPart("still", 5.0), PlanPart("walking", 20.0), PlanPart("still", 5.0))
    case = outing(RunnerSettings(plan=plan, walking_speed_mps=speed_mps), SensorSettings(rate_hz=104.0))
    assert live(case.recording) == []


def test_the_comparison_sees_a_late_detector() -> None:
    case = outing(*CASES["208 Hz"])
    shifted = [
        LiveContact(c.initial_contact_s + 0.02, c.landing_s, None, None, None, False, 1.0, c.decided_at_s)
        for c in live(case.recording)
    ]
    result = compared(case.recording, case.analysis, shifted)
    assert np.median(np.abs(result.difference_ms)) > 19.0
    assert compared(case.recording, case.analysis, shifted[::2]).settled_f1 < 0.7
