"""MetaBase's files of a MetaWear sensor: samples by hand, a simulated run in their layout, damaged files."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from strategies import analysed, outing

from pfp_sensors.cli import main
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.store.sealed_files import sha256_of
from pfp_sensors.synth import RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Recording

ALL_SAMPLES = Path(__file__).parent / "samples"
SAMPLES = ALL_SAMPLES / "metabase"
STEM = "MetaWear_2026-01-02T07.30.05.123_0123456789AB"
ACC, GYR = (
    SAMPLES / f"{STEM}_Accelerometer_100.000Hz_1.5.0.csv",
    SAMPLES / f"{STEM}_Gyroscope_50.000Hz_1.5.0.csv",
)
RIGHT = SAMPLES / "right_2026-01-02T07.30.05.123_0123456789CD_Accelerometer.csv"
LINEAR = SAMPLES / "fused_2026-01-02T07.30.05.123_0123456789EF_Linear Acceleration_100.000Hz_1.7.3.csv"
T0_MS = 1_767_364_205_123


@pytest.mark.parametrize("path", [ACC, GYR])
def test_either_file_finds_the_other_and_the_gyroscope_is_interpolated(path: Path) -> None:
    file = read_recording_file(path)
    (recording,) = file.recordings
    acc, gyr = (np.loadtxt(one, delimiter=",", skiprows=1, usecols=(0, 3, 4, 5)) for one in (ACC, GYR))
    rows = acc[:, 0] >= gyr[0, 0]
    np.testing.assert_allclose(recording.acc_g, acc[rows, 1:], rtol=1e-6)
    for axis in range(3):
        expected = np.interp(acc[rows, 0], gyr[:, 0], gyr[:, axis + 1])
        np.testing.assert_allclose(recording.gyr_dps[:, axis], expected, atol=1e-3)
    assert recording.time_s[0] == 0.0
    assert recording.start_utc == "2026-01-02T07:30:05.163-07:00"  # the first row that is kept
    assert (recording.rate_hz, recording.nominal_rate_hz) == (pytest.approx(100.0), 100.0)
    assert "0.04 s at the start were cut: the gyroscope has no samples there." in recording.notes
    assert file.source.sha256 == sha256_of(ACC, GYR)
    assert "0123456789AB" not in f"{recording.notes} {recording.sensor}"


def test_the_other_spelling_and_the_side_in_the_name() -> None:
    (recording,) = read_recording_file(RIGHT).recordings
    assert (recording.side, recording.channels, len(recording.time_s)) == ("right", ("acc",), 40)
    assert recording.start_utc == "2026-01-02T07:30:05.123-07:00"
    assert "No gyroscope file was found beside it." in recording.notes


def test_linear_acceleration_has_no_gravity(capsys: pytest.CaptureFixture[str]) -> None:
    (recording,) = read_recording_file(LINEAR).recordings
    assert recording.acceleration == "free"
    assert any("Record the Accelerometer" in note for note in recording.notes)
    assert main(["analyze", str(LINEAR)]) == 4
    assert "Gravity was taken" in capsys.readouterr().out


def test_a_gyroscope_alone_is_refused_with_the_file_to_give(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no acceleration") as caught:
        read_recording_file(Path(shutil.copy(GYR, tmp_path)))
    assert "Accelerometer file" in caught.value.what_to_do
    with pytest.raises(InputError, match="no acceleration"):
        read_recording_file(Path(shutil.copy(GYR, tmp_path / "renamed.csv")))


def test_a_folder_of_several_sensors_needs_a_choice() -> None:
    with pytest.raises(UsageError, match="3 sensors"):
        read_recording_file(SAMPLES)
    (recording,) = read_recording_file(SAMPLES, sensor=STEM).recordings
    assert recording.channels == ("acc", "gyr")


def test_a_folder_of_two_legs(tmp_path: Path) -> None:
    for side in ("left", "right"):
        for path in (ACC, GYR):
            shutil.copy(path, tmp_path / path.name.replace("MetaWear", side))
    recordings = read_recording_file(tmp_path).recordings
    assert [(one.side, one.sensor, one.channels) for one in recordings] == [
        ("left", "left", ("acc", "gyr")),
        ("right", "right", ("acc", "gyr")),
    ]


def test_a_gyroscope_of_another_moment_is_left_aside(tmp_path: Path) -> None:
    shutil.copy(ACC, tmp_path)
    (tmp_path / GYR.name).write_text(GYR.read_text().replace("\n17673", "\n17683"))
    (recording,) = read_recording_file(tmp_path / ACC.name).recordings
    assert recording.channels == ("acc",)
    assert len(recording.time_s) == 50
    assert any("covers only 0%" in note for note in recording.notes)


def test_a_time_that_a_spreadsheet_rounded_is_not_used(tmp_path: Path) -> None:
    lines = ACC.read_text().splitlines()
    path = tmp_path / "rounded_Accelerometer.csv"
    path.write_text("\n".join([lines[0], *("1.76736E+12," + line.split(",", 1)[1] for line in lines[1:])]))
    (recording,) = read_recording_file(path).recordings
    assert recording.rate_hz == pytest.approx(100.0)
    assert recording.start_utc is None


def written(folder: Path, recording: Recording) -> Path:
    """Write a recording as the app's two files; the gyroscope has half the rate, and starts later."""
    kinds = {
        "Accelerometer_200.000Hz": ("g", recording.time_s, recording.acc_g),
        "Gyroscope_100.000Hz": ("deg/s", recording.time_s[21::2], recording.gyr_dps[21::2]),
    }
    for kind, (unit, time_s, values) in kinds.items():
        with (folder / f"run_2026-01-02T07.30.05.123_0123456789AB_{kind}_1.7.3.csv").open("w") as file:
            axes = ",".join(f"{axis}-axis ({unit})" for axis in "xyz")
            file.write(f"epoch (ms),time (-07:00),elapsed (s),{axes}\n")
            for t, row in zip(time_s, values, strict=True):
                stamp = T0_MS + round(t * 1e3)
                file.write(f"{stamp},x,{t - time_s[0]:.3f},{row[0]:.3f},{row[1]:.3f},{row[2]:.3f}\n")
    return next(folder.glob("*_Accelerometer_*"))


def test_a_run_gives_what_the_recording_gives(tmp_path: Path) -> None:
    found = outing(RunnerSettings(), SensorSettings(rate_hz=200.0, acc_range_g=16.0))
    path = written(tmp_path, found.recording)
    (recording,) = read_recording_file(path, acc_range_g=16.0).recordings
    summary, direct = analysed(recording).summary, found.analysis.summary
    assert summary.cadence_spm.median == pytest.approx(120.0 / np.diff(found.true_s).mean(), abs=1.0)
    assert summary.impact.resultant_g.median == pytest.approx(direct.impact.resultant_g.median, rel=0.01)
    assert summary.stride_length_m.median == pytest.approx(direct.stride_length_m.median, rel=0.03)
    assert recording.gaps == ()
    assert main(["analyze", str(path)]) == 0
    assert main(["import", str(path), "--dry-run", "--start", "2026-01-01T07:00"]) == 0


PIECES = (
    b",",
    b"\n",
    b"-",
    b"e99",
    b"nan",
    b"\xff",
    b"\0",
    b'"',
    b"1e400",
    b";",
    b"9" * 20,
    b"\r",
    b"inf",
    b"sep=;",
)


def damaged(whole: bytes, rng: random.Random) -> bytes:
    """Cut, double, or overwrite some stretches of a file."""
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 6, 20))):
        start = rng.randrange(len(data) + 1)
        start = min(start, rng.randrange(500)) if rng.random() < 0.4 else start
        end = start + rng.choice((1, 3, 30, 300, 3000))
        kind = rng.randrange(4)
        if kind == 0:
            del data[start:end]
        elif kind == 1:
            data[start:start] = data[start:end]
        elif kind == 2:
            data[start:end] = rng.choice(PIECES) * rng.choice((1, 2, 40))
        else:
            data[start : start + 1] = bytes([rng.randrange(256)])
    return bytes(data)


@pytest.mark.parametrize("folder", ["xsens-dot", "blue-trident", "metabase"])
def test_damaged_files_are_read_or_refused_never_more(folder: str, tmp_path: Path) -> None:
    samples = sorted((ALL_SAMPLES / folder).glob("*.csv"))
    for sample in samples:
        shutil.copy(sample, tmp_path)
    refused, advice = 0, []
    for sample in samples:
        rng, whole, path = random.Random(sample.name), sample.read_bytes(), tmp_path / sample.name
        for _ in range(40):
            path.write_bytes(damaged(whole, rng))
            try:
                (one,) = read_recording_file(path).recordings
            except PfpError as error:
                refused += 1
                advice.append(error.what_to_do)
            else:
                assert np.isfinite(one.acc_g).all()
        path.write_bytes(whole)
    assert all(advice)
    assert 0.3 < refused / (40 * len(samples)) < 0.99
