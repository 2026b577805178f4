"""CSV files of the Movella (Xsens) DOT app: samples by hand, and a simulated run written in their layout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from strategies import analysed, outing

from pfp_sensors.cli import main
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats import xsens_dot
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.formats.xsens_dot_head import facts_of
from pfp_sensors.synth import RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Recording

SAMPLES = Path(__file__).parent / "samples" / "xsens-dot"
G = 9.80665
HEAD = """sep=,
DeviceTag:,{tag}
FirmwareVersion:,2.0.0
AppVersion:,2021.0
SyncStatus:,Synced
OutputRate:,{rate:.0f}Hz
FilterProfile:,General
Measurement Mode:,made
StartTime: ,2026-01-02_07:30:05_123 GMT+1
© Xsens Technologies B. V. 2005-2021

"""


def one(name: str) -> Recording:
    (recording,) = read_recording_file(SAMPLES / name).recordings
    return recording


def test_acceleration_and_rotation_as_measured() -> None:
    recording = one("acc_gyr_60hz.csv")
    np.testing.assert_allclose(recording.acc_g[0] * G, [9.852591, -0.907250, 0.658931], rtol=1e-6)
    np.testing.assert_allclose(recording.gyr_dps[0, :2], [4.278304, 119.949204], rtol=1e-6)
    assert recording.time_s[:2] == pytest.approx([0.0, 0.016667])
    assert (recording.acceleration, recording.side, recording.sensor) == ("measured", "left", "")
    assert (recording.acc_range_g, recording.gyr_range_dps, recording.nominal_rate_hz) == (16.0, 2000.0, 60.0)
    assert recording.start_utc == "2026-01-02T07:30:05.123+01:00"
    assert [gap.lost_samples for gap in recording.gaps] == [2]
    assert "2 packets are missing by the packet counter (lost on the way)." in recording.notes
    assert "made" not in " ".join(recording.notes)


def test_a_file_recorded_in_the_sensor_begins_with_an_empty_packet() -> None:
    recording = one("recorded_120hz.csv")
    assert len(recording.time_s) == 59
    assert recording.rate_hz == pytest.approx(1e6 / 8333)
    assert np.linalg.norm(recording.acc_g, axis=1).min() > 0.3
    assert "1 empty packet at the start left out." in recording.notes


@pytest.mark.parametrize("name", ["fusion_quaternion_wrapping.csv", "fusion_euler.csv"])
def test_gravity_is_put_back_in_the_sensors_axes(name: str) -> None:
    """All samples hold the same movement, so what is rebuilt must be what the other file measured."""
    rebuilt, measured = one(name), one("acc_gyr_60hz.csv")
    rows = np.delete(np.arange(60), [20, 21])
    np.testing.assert_allclose(rebuilt.acc_g[rows], measured.acc_g, atol=2e-5)
    assert rebuilt.acceleration == "rebuilt"
    assert rebuilt.gyr_dps is None
    assert any("Custom mode 5" in note for note in rebuilt.notes)


def test_the_clock_that_runs_over_is_counted_on() -> None:
    recording = one("fusion_quaternion_wrapping.csv")
    np.testing.assert_allclose(np.diff(recording.time_s), 0.016667, atol=1e-7)
    assert any("ran over" in note for note in recording.notes)
    assert not any("ran over" in note for note in one("fusion_euler.csv").notes)


def with_stamps(tmp_path: Path, stamps_s: np.ndarray) -> Recording:
    path = tmp_path / "dot.csv"
    rows = [
        f"{k},{round(s * 1e6)}" + f",{k % 7 / 9},{k % 5 / 9},{9.8 + k % 3 / 9}" * 2 + "\n"
        for k, s in enumerate(stamps_s)
    ]
    head = (
        HEAD.format(tag="right", rate=60)
        + "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z\n"
    )
    path.write_text(head + "".join(rows), encoding="utf-8")
    (recording,) = read_recording_file(path).recordings
    return recording


def test_a_gap_of_forty_minutes_is_a_gap_and_no_step_back(tmp_path: Path) -> None:
    k = np.arange(400)
    recording = with_stamps(tmp_path, k / 60 + np.where(k >= 200, 2400.0, 0.0))
    assert recording.time_s[-1] == pytest.approx(399 / 60 + 2400, abs=1e-3)
    assert not any("ran over" in note for note in recording.notes)


@pytest.mark.parametrize("damaged_s", [4200.0, 0.0])
def test_a_damaged_stamp_is_not_taken_for_the_clocks_end(tmp_path: Path, damaged_s: float) -> None:
    times = 2145 + np.arange(400) / 60 + (-2000 if damaged_s else 2000)
    times[200] = damaged_s
    recording = with_stamps(tmp_path, times)
    assert not any("ran over" in note for note in recording.notes)


def test_without_orientation_gravity_stays_away(capsys: pytest.CaptureFixture[str]) -> None:
    assert one("free_acceleration_only.csv").acceleration == "free"
    path = str(SAMPLES / "free_acceleration_only.csv")
    assert main(["analyze", path]) == 4
    assert "Gravity was taken" in capsys.readouterr().out
    assert main(["import", path, "--dry-run", "--start", "2026-01-01T07:00"]) == 4
    assert "Gravity was taken" in capsys.readouterr().err


def test_orientation_alone_is_refused_with_the_mode_to_record() -> None:
    with pytest.raises(InputError, match="no acceleration") as caught:
        read_recording_file(SAMPLES / "orientation_only.csv")
    assert "Rate quantities" in caught.value.what_to_do


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2021-08-20_20:21:13_823 GMT+8", "2021-08-20T20:21:13.823+08:00"),
        ("2021-08-20_20:21:13_82 GMT-03:30", "2021-08-20T20:21:13.820-03:30"),
        ("2021-08-20 20:21:13.823 +0200", "2021-08-20T20:21:13.823+02:00"),
        ("2021-08-20_20:21:13_823 GMT", "2021-08-20T20:21:13.823+00:00"),
        ("2021-08-20_20:21:13_823 WEST", None),
        ("2021-08-20_20:21:13_823", None),
        ("2021-13-20_20:21:13_823 GMT", None),
        ("2021-08-20_20:21:13_823 GMT+99", None),
    ],
)
def test_the_start_is_taken_only_with_a_zone_that_is_known(start: str, expected: str | None) -> None:
    said, notes = facts_of(f"sep=,\nStartTime: ,{start}\n".encode())
    assert said.start_utc == expected
    assert ("start_utc" in said.said) == (expected is not None)
    assert any("--start" in note for note in notes) == (expected is None)


def test_only_files_of_this_app_are_taken() -> None:
    head = (SAMPLES / "recorded_120hz.csv").read_bytes()
    assert xsens_dot.sniff(Path("x.csv"), head)
    assert not xsens_dot.sniff(Path("x.csv"), head[head.index(b"PacketCounter") :])
    assert not xsens_dot.sniff(
        Path("x.csv"), b"// General information:\nPacketCounter\tSampleTimeFine\tAcc_X"
    )


def test_a_sensor_cannot_be_asked_for() -> None:
    with pytest.raises(UsageError, match="made"):
        read_recording_file(SAMPLES / "fusion_euler.csv", sensor="made")


def written(path: Path, recording: Recording, *, fused: bool, delimiter: str = ",") -> Path:
    """Write a recording in the app's layout; fused: acceleration in the earth's frame without gravity."""
    acc, gyr, n = recording.acc_g * G, recording.gyr_dps, len(recording.time_s)
    if fused:
        angles = np.column_stack([np.linspace(0, 700, n), 60 * np.sin(np.arange(n) / 40), np.arange(n) % 360])
        earth = Rotation.from_euler("ZYX", angles, degrees=True)
        values = np.column_stack([earth.as_quat(scalar_first=True), earth.apply(acc) - [0, 0, G]])
        header = "Quat_W,Quat_X,Quat_Y,Quat_Z,FreeAcc_X,FreeAcc_Y,FreeAcc_Z,Status"
        values = np.column_stack([values, np.zeros(n)])
    else:
        values = np.column_stack([acc, gyr])
        header = "Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z"
    stamps = (4_200_000_000 + np.rint(recording.time_s * 1e6).astype(np.int64)) % 2**32
    rows = [
        ",".join([str(k), str(stamps[k]), *(f"{value:.6f}" for value in values[k])]) + "\n" for k in range(n)
    ]
    text = HEAD.format(tag="right", rate=recording.rate_hz) + f"PacketCounter,SampleTimeFine,{header}\n"
    text += "".join(rows)
    if delimiter == ";":
        text = text.replace(".", "\0").replace(",", ";").replace("\0", ",")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_run_at_120_hz_gives_what_the_recording_gives(tmp_path: Path, delimiter: str) -> None:
    found = outing(RunnerSettings(duration_s=120.0), SensorSettings(rate_hz=120.0, acc_range_g=16.0))
    path = written(tmp_path / "dot.csv", found.recording, fused=False, delimiter=delimiter)
    (recording,) = read_recording_file(path).recordings
    summary, direct = analysed(recording).summary, found.analysis.summary
    true_spm = 120.0 / np.diff(found.true_s).mean()
    assert summary.cadence_spm.median == pytest.approx(true_spm, abs=1.0)
    assert summary.impact.resultant_g.median == pytest.approx(direct.impact.resultant_g.median, rel=0.005)
    assert recording.gaps == ()
    assert "low_rate" in {reason.code for reason in summary.reasons}


def test_a_run_of_free_acceleration_gives_cadence_and_no_impact(tmp_path: Path) -> None:
    found = outing(RunnerSettings(duration_s=120.0), SensorSettings(rate_hz=60.0, acc_range_g=16.0))
    path = written(tmp_path / "dot.csv", found.recording, fused=True)
    (recording,) = read_recording_file(path).recordings
    np.testing.assert_allclose(recording.acc_g, found.recording.acc_g, atol=2e-5)
    assert recording.as_found.gravity_at_rest_g == pytest.approx(1.0, abs=0.01)
    summary = analysed(recording).summary
    assert summary.cadence_spm.median == pytest.approx(120.0 / np.diff(found.true_s).mean(), abs=1.0)
    assert summary.impact is None
    assert ("gravity_rebuilt", "impact") in {(reason.code, reason.field) for reason in summary.reasons}
    assert main(["analyze", str(path)]) == 0
    assert main(["import", str(path), "--dry-run", "--start", "2026-01-01T07:00"]) == 0


def test_two_files_in_a_folder_are_two_legs(tmp_path: Path) -> None:
    text = (SAMPLES / "acc_gyr_60hz.csv").read_bytes()
    (tag,) = (line for line in text.splitlines() if line.startswith(b"DeviceTag"))
    (tmp_path / "1_dot.csv").write_bytes(text)
    (tmp_path / "RTibia_dot.csv").write_bytes(text.replace(tag, b"DeviceTag:,dot7"))
    (tmp_path / "notes.csv").write_text("day,words\n1,no sensor\n")
    file = read_recording_file(tmp_path)
    assert [(one.side, one.sensor) for one in file.recordings] == [("left", "left"), ("right", "right")]
    assert len(file.source.sha256) == 64
    (alone,) = read_recording_file(tmp_path / "RTibia_dot.csv").recordings
    assert alone.side == "right"
    assert "The file's name says right." in alone.notes
    (chosen,) = read_recording_file(tmp_path, sensor="RTibia_dot").recordings
    assert chosen.side == "right"


def test_files_of_a_folder_that_do_not_say_their_side_need_a_choice(tmp_path: Path) -> None:
    text = (SAMPLES / "recorded_120hz.csv").read_bytes()
    (tag,) = (line for line in text.splitlines() if line.startswith(b"DeviceTag"))
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_bytes(text.replace(tag, b"DeviceTag:,dot7"))
    with pytest.raises(UsageError, match=r"2 sensors.*one, two"):
        read_recording_file(tmp_path)
