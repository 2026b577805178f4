"""Capture.U's files of a Blue Trident sensor: samples by hand, and a simulated run in their layout."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from strategies import analysed, outing

from pfp_sensors.cli import main
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.store.sealed_files import sha256_of
from pfp_sensors.synth import RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Recording

SAMPLES = Path(__file__).parent / "samples" / "blue-trident"
STEM = "MadeRunner_TS-00000_2026-01-02-07-30-05"
LOW, HIGH, MAG = (SAMPLES / f"{STEM}_{kind}.csv" for kind in ("lowg", "highg", "mag"))
G = 9.80665
T0 = 1_767_335_405_123_456
RUN = RunnerSettings(duration_s=30.0, impact_g=19.0)
SENSOR = SensorSettings(rate_hz=1125.0, acc_range_g=200.0)


def test_low_g_takes_its_peak_from_the_high_g_file() -> None:
    file = read_recording_file(LOW)
    (recording,) = file.recordings
    low_g = np.loadtxt(LOW, delimiter=",", skiprows=1)[:, 2:5] / G
    below = np.abs(low_g).max(axis=1) < 15.6
    np.testing.assert_allclose(recording.acc_g[below], low_g[below], rtol=1e-6)
    assert np.count_nonzero(~below) == 5
    assert recording.acc_g[:, 1].max() == pytest.approx(18.64, abs=0.1)  # 1 + 0.3 cos + 18, less its offset
    assert (recording.acc_range_g, recording.start_utc) == (200.0, "2026-01-02T06:30:05.473+00:00")
    assert any(note.startswith("5 of 5 samples at the limit") for note in recording.notes)
    assert file.source.sha256 == sha256_of(LOW, HIGH)
    assert (file.source.format, recording.sensor) == ("blue-trident", "")
    assert "MadeRunner" not in " ".join(recording.notes)


def test_without_the_high_g_file_16_g_is_the_limit(tmp_path: Path) -> None:
    path = Path(shutil.copy(LOW, tmp_path))
    (recording,) = read_recording_file(path).recordings
    assert recording.acc_range_g == 16.0
    assert recording.acc_g.max() == pytest.approx(16.0, abs=0.01)


def test_high_g_alone_has_no_gyroscope() -> None:
    (recording,) = read_recording_file(HIGH).recordings
    assert recording.channels == ("acc",)
    assert recording.acc_range_g == 200.0
    assert any("_lowg.csv" in note for note in recording.notes)


def test_the_magnetometer_is_refused_with_the_file_to_give() -> None:
    with pytest.raises(InputError, match="no acceleration") as caught:
        read_recording_file(MAG)
    assert "_lowg.csv" in caught.value.what_to_do


def test_a_folder_is_one_sensor() -> None:
    (recording,) = read_recording_file(SAMPLES).recordings
    assert (recording.acc_range_g, recording.channels) == (200.0, ("acc", "gyr"))


def written(folder: Path, name: str, recording: Recording, *, lag_s: float = 0.0) -> tuple[Path, Path]:
    """Write a recording of 200 g as two files: low-g stops at 16 g, high-g has its own times and offset."""
    folder.mkdir(exist_ok=True)
    low, high = folder / f"{name}_lowg.csv", folder / f"{name}_highg.csv"
    time_s = recording.time_s
    acc = np.clip(recording.acc_g, -16.0, 16.0) * G
    header = "unix_timestamp_microsec,time_s,ax_m/s/s,ay_m/s/s,az_m/s/s"
    with low.open("w") as file:
        file.write(f"{header},gx_deg/s,gy_deg/s,gz_deg/s\n")
        for t, a, g in zip(time_s, acc, recording.gyr_dps, strict=True):
            cells = ",".join(f"{value:.5f}" for value in (*a, *g))
            file.write(f"{T0 + round(t * 1e6)},{t:.6f},{cells}\n")
    high_s = np.arange(0.0004, time_s[-1], 1 / 1600)
    high_acc = np.column_stack(
        [np.interp(high_s + lag_s, time_s, recording.acc_g[:, k]) + 0.3 * (k - 1) for k in range(3)]
    )
    with high.open("w") as file:
        file.write(f"{header}\n")
        for t, a in zip(high_s, high_acc * G, strict=True):
            file.write(f"{T0 + round(t * 1e6)},{t:.6f},{','.join(f'{value:.5f}' for value in a)}\n")
    return low, high


def test_a_hard_run_gives_the_peaks_that_low_g_alone_cannot(tmp_path: Path) -> None:
    found = outing(RUN, SENSOR)
    assert np.abs(found.recording.acc_g).max() > 18.0
    low, high = written(tmp_path, "run", found.recording)
    (recording,) = read_recording_file(low).recordings
    np.testing.assert_allclose(recording.acc_g, found.recording.acc_g, atol=0.2)
    summary, direct = analysed(recording).summary, found.analysis.summary
    assert summary.cadence_spm.median == pytest.approx(120.0 / np.diff(found.true_s).mean(), abs=1.0)
    assert summary.impact.resultant_g.median == pytest.approx(direct.impact.resultant_g.median, rel=0.005)
    assert not summary.impact.censored
    high.unlink()
    (alone,) = read_recording_file(low).recordings
    assert analysed(alone).summary.impact.censored
    assert main(["analyze", str(low)]) == 0
    assert main(["import", str(low), "--dry-run", "--start", "2026-01-01T07:00"]) == 0


def test_a_high_g_file_with_its_clock_apart_is_left_aside(tmp_path: Path) -> None:
    low, _ = written(tmp_path, "run", outing(RUN, SENSOR).recording, lag_s=0.5)
    (recording,) = read_recording_file(low).recordings
    assert recording.acc_range_g == 16.0
    assert np.abs(recording.acc_g).max() == pytest.approx(16.0, abs=0.01)
    assert any("does not confirm" in note for note in recording.notes)


def test_two_legs_in_a_folder_and_the_choice_of_one(tmp_path: Path) -> None:
    whole = outing(RUN, SENSOR).recording
    short = replace(
        whole, time_s=whole.time_s[:3000], acc_g=whole.acc_g[:3000], gyr_dps=whole.gyr_dps[:3000], gaps=()
    )
    for name in ("Name Left_TS-1_2026", "Name Right_TS-2_2026"):
        written(tmp_path / "both", name, short)
    recordings = read_recording_file(tmp_path / "both").recordings
    assert [(one.side, one.sensor) for one in recordings] == [("left", "left"), ("right", "right")]
    (right,) = read_recording_file(tmp_path / "both", sensor="Name Right_TS-2_2026").recordings
    assert (right.side, right.sensor) == ("right", "")
    written(tmp_path / "both", "Name back_TS-3_2026", short)
    file = read_recording_file(tmp_path / "both")
    assert (len(file.recordings), file.notes) == (2, ("1 other sensor in the folder left out.",))
    (tmp_path / "both" / "Name Left_TS-1_2026_lowg.csv").unlink()
    (tmp_path / "both" / "Name Left_TS-1_2026_highg.csv").unlink()
    with pytest.raises(UsageError, match="TS-3"):
        read_recording_file(tmp_path / "both")


def test_a_stamp_that_a_spreadsheet_rounded_is_not_used(tmp_path: Path) -> None:
    lines = LOW.read_text().splitlines()
    rounded = [lines[0], *("1.76734E+15," + line.split(",", 1)[1] for line in lines[1:])]
    path = tmp_path / "x_lowg.csv"
    path.write_text("\n".join(rounded))
    (recording,) = read_recording_file(path).recordings
    assert recording.rate_hz == pytest.approx(1125.0, rel=1e-3)
    assert recording.start_utc is None
