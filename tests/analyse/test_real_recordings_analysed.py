"""The bars of the issue on real recordings; skipped, with the reason, where they are not there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from strategies import SETTINGS, analysed, between, inside, matched_error_s, running_contacts_s

from pfp_sensors.analyse import analyse_recording
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.gait.agreement import match_events
from pfp_sensors.model.recording import Recording

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.analysis import LegAnalysis

RUNNING = ("A_running_01", "A_running_02", "D_running_15")
WALKING = ("A_walking_03", "A_walking_04", "D_walking_14")
PEOPLE = ("p1", "p2", "p3")
TIBIA = [
    (trial, side)
    for trial in ("s01_CSBaseline", "s01_CSStiffKnee", "s05_CSBaseline", "s05_CSStiffKnee")
    for side in ("l", "r")
]


@cache
def read(path: Path, sensor: str | None = None) -> tuple[Recording, ...]:
    return read_recording_file(path, sensor=sensor).recordings


@cache
def analysis(path: Path, sensor: str | None = None) -> LegAnalysis:
    (recording,) = read(path, sensor)
    return analysed(recording)


def table(path: Path) -> np.ndarray:
    return np.genfromtxt(path, delimiter=",", names=True)


# --- force treadmill -------------------------------------------------------------------------------


def f1(true_s: np.ndarray, found_s: np.ndarray, recording: Recording) -> tuple[float, np.ndarray]:
    """Score as the issue says: what lies at the ends of the file is left out, both ways."""
    true_inside = inside(true_s, recording)
    found_inside = inside(found_s[np.isfinite(found_s)], recording)
    error_s = matched_error_s(true_inside, found_s)
    false = len(found_inside) - len(matched_error_s(true_s, found_inside))
    missed = len(true_inside) - len(error_s)
    return 2.0 * len(error_s) / (2.0 * len(error_s) + missed + false), error_s


@pytest.mark.parametrize("trial", RUNNING)
def test_contacts_against_the_force_plate(trial: str, shared_data: Path) -> None:
    folder = shared_data / "force_treadmill" / trial
    (recording,) = read(folder / "shank.csv")
    truth = table(folder / "contacts.csv")
    initial_s, terminal_s = running_contacts_s(analysis(folder / "shank.csv"))
    score, error_s = f1(truth["initial_contact_s"], initial_s, recording)
    assert score >= 0.99
    assert np.abs(error_s).mean() <= 0.0035
    score, error_s = f1(truth["terminal_contact_s"], terminal_s, recording)
    assert score >= 0.99
    assert np.abs(error_s).mean() <= 0.006


@pytest.mark.parametrize("trial", RUNNING)
def test_force_treadmill_cadence_mounting_and_clipping(trial: str, shared_data: Path) -> None:
    folder = shared_data / "force_treadmill" / trial
    summary = analysis(folder / "shank.csv").summary
    true_spm = 120.0 / np.diff(table(folder / "contacts.csv")["initial_contact_s"]).mean()
    assert summary.cadence_spm.median == pytest.approx(true_spm, abs=1.0)
    assert summary.recording.mounting.startswith("x axis")
    assert ("upside down" in summary.recording.mounting) != trial.startswith("D")  # worn opposite ways
    assert summary.impact.n_clipped > 0.5 * summary.impact.n_contacts
    assert summary.impact.censored


@pytest.mark.parametrize("trial", RUNNING)
def test_force_treadmill_worn_any_way_gives_the_same_contacts(trial: str, shared_data: Path) -> None:
    (recording,) = read(shared_data / "force_treadmill" / trial / "shank.csv")
    plain = running_contacts_s(analysed(recording))
    swapped = replace(recording, acc_g=np.ascontiguousarray(-recording.acc_g[:, [2, 0, 1]]))
    for mine, theirs in zip(plain, running_contacts_s(analysed(swapped)), strict=True):
        np.testing.assert_allclose(theirs, mine, atol=0.001)


@pytest.mark.parametrize("trial", WALKING)
def test_force_treadmill_walking_is_walking(trial: str, shared_data: Path) -> None:
    folder = shared_data / "force_treadmill" / trial
    found = analysis(folder / "shank.csv")
    true_s = table(folder / "contacts.csv")["initial_contact_s"]
    check_walking(found, true_s)


def check_walking(found: LegAnalysis, true_s: np.ndarray) -> None:
    """Check kind of bout between the first and last contact, and stride times."""
    assert found.summary.status == "refused"
    assert not found.strides.running.any()
    walked = sum(
        max(0.0, min(b.end_s, true_s[-1]) - max(b.start_s, true_s[0]))
        for b in found.summary.bouts
        if b.kind == "walking"
    )
    pauses_s = np.diff(true_s)[np.diff(true_s) > 2.0].sum()
    assert walked >= 0.98 * (true_s[-1] - true_s[0] - pauses_s)
    i, j = match_events(true_s, found.strides.initial_contact_s, 0.15)
    both = np.flatnonzero((np.diff(i) == 1) & (np.diff(j) == 1) & (np.diff(true_s[i]) < 2.0))
    error_s = np.diff(found.strides.initial_contact_s[j])[both] - np.diff(true_s[i])[both]
    assert len(both) >= 0.8 * (len(true_s) - 1)
    assert np.abs(error_s).mean() <= 0.015


# --- walking, tibia --------------------------------------------------------------------------------


def force_contacts_s(path: Path, column: str) -> np.ndarray:
    """Return rises through 50 N that begin contacts of at least 0.1 s."""
    force = table(path)
    above = force[column] >= 50.0
    rise, fall = np.flatnonzero(~above[:-1] & above[1:]), np.flatnonzero(above[:-1] & ~above[1:])
    share = (50.0 - force[column][rise]) / (force[column][rise + 1] - force[column][rise])
    start_s = force["time"][rise] + share * np.diff(force["time"])[rise]
    end_s = np.append(force["time"][fall], np.inf)[np.searchsorted(fall, rise)]
    return start_s[end_s - start_s >= 0.1]


@pytest.mark.parametrize(("trial", "side"), TIBIA)
def test_tibia_walking(trial: str, side: str, shared_data: Path) -> None:
    folder = shared_data / "tibia_walking"
    found = analysis(folder / f"{trial}_imu.csv.gz", f"tibia_{side}")
    true_s = force_contacts_s(folder / f"{trial}_force.csv.gz", f"{side}Fy")
    found_s = found.strides.initial_contact_s
    offsets = np.arange(-0.5, 0.5, 0.02)  # the clocks are not exactly the same
    matches = [len(match_events(true_s + offset, found_s, 0.05)[0]) for offset in offsets]
    check_walking(found, true_s + offsets[int(np.argmax(matches))])


# --- 25 Hz ----------------------------------------------------------------------------------------


def minutes(recording: Recording) -> list[float]:
    """Return the cadence of each full minute, analysed on its own."""
    starts = np.arange(0.0, recording.time_s[-1] - 59.0, 60.0)
    found = [analysed(between(recording, t, t + 60.0)).summary for t in starts]
    assert all(summary.cadence_spm is not None for summary in found)
    return [summary.cadence_spm.median for summary in found]


def test_25_hz_cadence_of_both_legs_agrees_per_minute(shared_data: Path) -> None:
    difference = []
    for person in PEOPLE:
        legs = read(shared_data / "leg_imu_treadmill" / f"{person}_run_8kmh.csv.gz")
        difference += np.abs(np.diff([minutes(leg) for leg in legs], axis=0)).ravel().tolist()
    assert len(difference) >= 12
    assert np.median(difference) <= 0.5
    assert max(difference) <= 1.0


@pytest.mark.parametrize(("person", "cadence_spm"), [("p1", 164.0), ("p2", 158.0), ("p3", 149.0)])
def test_25_hz_cadence_is_not_halved(person: str, cadence_spm: float, shared_data: Path) -> None:
    """Item 12 of signal.md, section 16; a plain autocorrelation peak picks two strides for some."""
    for leg in read(shared_data / "leg_imu_treadmill" / f"{person}_run_8kmh.csv.gz"):
        summary = analysed(leg).summary
        assert summary.cadence_spm.median == pytest.approx(cadence_spm, abs=1.0)
        blocking = {r.field: r.code for r in summary.reasons if r.blocking}
        assert blocking["impact"] == blocking["contact_time_s"] == "rate_too_low"
        assert summary.running_s >= 0.98 * leg.duration_s


@pytest.mark.parametrize("person", PEOPLE)
def test_25_hz_walking_is_never_running(person: str, shared_data: Path) -> None:
    for leg in read(shared_data / "leg_imu_treadmill" / f"{person}_walk_4kmh.csv.gz"):
        summary = analysed(leg).summary
        assert summary.status == "refused"
        assert not any(bout.kind == "running" for bout in summary.bouts)


# --- outdoors ---------------------------------------------------------------------------------------


def stated_bouts(folder: Path) -> list[tuple[float, float]]:
    note = json.loads((folder / "meta.json").read_text())["note"]
    listed = note.partition("running ")[2].partition(" s (")[0]
    return [(float(a), float(b)) for a, b in re.findall(r"([\d.]+)-([\d.]+)", listed)]


def test_outdoor_bouts_are_found_within_two_seconds_the_short_ones_too(shared_data: Path) -> None:
    folder = shared_data / "outdoor_run_with_pauses"
    summary = analysis(folder / "left_ankle.csv.gz").summary
    found = [(b.start_s, b.end_s) for b in summary.bouts if b.kind == "running"]
    stated = stated_bouts(folder)
    assert len(found) == len(stated) == 5
    np.testing.assert_allclose(found, stated, atol=2.0)


def test_outdoor_cadence_is_that_of_the_hip(shared_data: Path) -> None:
    """The hip by a twin that shares nothing: steps counted as cycles of the trunk's up and down."""
    from scipy.signal import butter, hilbert, sosfiltfilt

    folder = shared_data / "outdoor_run_with_pauses"
    strides = analysis(folder / "left_ankle.csv.gz").strides
    (hip,) = read(folder / "left_hip.csv.gz")
    size = np.linalg.norm(hip.acc_g.astype(np.float64), axis=1)
    difference = []
    for start_s, end_s in stated_bouts(folder)[:2]:
        here = (hip.time_s >= start_s) & (hip.time_s < end_s)
        sos = butter(2, (2.3, 3.1), "bandpass", fs=hip.rate_hz, output="sos")
        steps = np.unwrap(np.angle(hilbert(sosfiltfilt(sos, size[here] - size[here].mean())))) / (2 * np.pi)
        for at in np.arange(start_s + 3.0, end_s - 62.0, 60.0):
            a, b = np.interp((at, at + 60.0), hip.time_s[here], steps)
            on_s = strides.initial_contact_s
            inside_ = strides.running & strides.valid & (on_s >= at) & (on_s < at + 60.0)
            difference.append(120.0 / strides.stride_time_s[inside_].mean() - (b - a))
    assert len(difference) >= 5
    assert np.max(np.abs(difference)) <= 0.5


def test_outdoor_swing_is_never_reported_as_landing(shared_data: Path) -> None:
    """The largest |a| of most strides is late swing here, some 70 ms before the landing."""
    folder = shared_data / "outdoor_run_with_pauses"
    (recording,) = read(folder / "left_ankle.csv.gz")
    found = analysis(folder / "left_ankle.csv.gz")
    strides, summary = found.strides, found.summary
    rows = strides.running & np.isfinite(strides.resultant_g)
    size = np.linalg.norm(recording.acc_g, axis=1)
    swing, landing = [], []
    for on_s, peak_s in zip(strides.initial_contact_s[rows], strides.time_to_peak_s[rows], strict=True):
        assert peak_s >= 0.0
        a, b, c = np.searchsorted(recording.time_s, (on_s - 0.15, on_s, on_s + 0.08)).tolist()
        swing.append(size[a:b].max())
        landing.append(size[b:c].max())
    if summary.impact is not None:
        assert summary.impact.resultant_g.median <= np.median(landing) * 1.05
        assert summary.impact.resultant_g.median < 0.9 * np.median(swing)


# --- the published mean cycle -----------------------------------------------------------------------


def tiled(path: Path, *, gyro: bool) -> Recording:
    """Repeat the mean cycle for a minute at 208 Hz; it is periodic, so its Fourier series reads it."""
    cycle = table(path)
    stride_s = float(np.mean(cycle["dur_dur"]))
    n = round(82 * stride_s * 208.0)
    phase = np.arange(n) / 208.0 / stride_s % 1.0

    def columns(name: str) -> np.ndarray:
        values = np.stack([cycle[name], cycle[f"{name}_2"], cycle[f"{name}_3"]], axis=1)
        weights = np.fft.rfft(values, axis=0) / len(values)
        waves = np.exp(2j * np.pi * np.outer(phase, np.arange(1, len(weights))))
        return weights[0].real + 2.0 * (waves @ weights[1:]).real

    return Recording(
        time_s=np.arange(n) / 208.0,
        acc_g=(columns("acc_tibia_r") / 9.80665).astype(np.float32),
        gyr_dps=np.degrees(columns("gyro_tibia_r")).astype(np.float32) if gyro else None,
        rate_hz=208.0,
        side="right",
        placement="shank",
    )


@pytest.mark.parametrize("gyro", [True, False])
def test_the_mean_shank_cycle_tiled(gyro: bool, shared_data: Path) -> None:
    """Item 11 of signal.md, section 16."""
    at_mid_shank = replace(SETTINGS, stride_length=replace(SETTINGS.stride_length, sensor_height_m=0.25))
    recording = tiled(shared_data / "mean_shank_cycle" / "normrunning.csv", gyro=gyro)
    summary = analyse_recording(recording, at_mid_shank).summary
    assert summary.stride_time_s.median == pytest.approx(0.734, abs=0.002)
    assert summary.cadence_spm.median == pytest.approx(163.6, abs=0.5)
    assert summary.contact_time_s.median == pytest.approx(0.242, abs=0.040)
    if gyro:
        assert summary.stride_length_m.median == pytest.approx(2.55, rel=0.05)
    else:
        assert summary.stride_length_m is None


def test_the_mean_walking_cycle_tiled_is_no_running(shared_data: Path) -> None:
    summary = analysed(tiled(shared_data / "mean_shank_cycle" / "normwalking.csv", gyro=True)).summary
    assert summary.status == "refused"
