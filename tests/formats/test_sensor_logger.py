"""Sensor Logger: what is with gravity, which way it points, what is joined."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.analyse.file import analyse_file
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.settings import load_signal_settings
from pfp_sensors.units import DPS_PER_RPS, STANDARD_GRAVITY_MPS2
from tests.made_phone import damaged, folder_files, made_phone_run, stored, zipped

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray, Recording

SAMPLES = Path(__file__).parent / "samples" / "sensor-logger"
T0_NS = 1_767_250_800_000_000_000


def read_one(path: Path) -> Recording:
    file = read_recording_file(path)
    assert file.source.format == "sensor-logger"
    return file.recordings[0]


def column(path: Path, axis: str) -> FloatArray:
    """Read a column by its name, without the program's own reader."""
    head, *rows = path.read_text().splitlines()
    return np.array([float(row.split(",")[head.split(",").index(axis)]) for row in rows])


def axes(path: Path) -> FloatArray:
    return np.column_stack([column(path, axis) for axis in "xyz"])


def edited(tmp_path: Path, name: str, **texts: str | None) -> Path:
    """Copy a sample; write or remove tables (``Gravity=None``)."""
    folder = shutil.copytree(SAMPLES / name, tmp_path / "copy")
    for table, text in texts.items():
        if text is None:
            (folder / f"{table}.csv").unlink()
        else:
            (folder / f"{table}.csv").write_text(text)
    return folder


def table(times_s: FloatArray, values: FloatArray) -> str:
    """Write a table as documented: nanoseconds since 1970, seconds since the tap, z, y, x."""
    rows = [
        f"{T0_NS + round(t * 1e9)},{t!r},{z!r},{y!r},{x!r}"
        for t, (x, y, z) in zip(times_s.tolist(), values.tolist(), strict=True)
    ]
    return "\n".join(["time,seconds_elapsed,z,y,x", *rows, ""])


def test_android_takes_total_acceleration() -> None:
    recording = read_one(SAMPLES / "android")
    expected = axes(SAMPLES / "android" / "TotalAcceleration.csv") / STANDARD_GRAVITY_MPS2
    assert np.allclose(recording.acc_g, expected, atol=1e-6)
    assert recording.start_utc == "2026-01-01T06:59:59.987+00:00"  # 13 ms before the tap
    assert recording.time_s[0] == 0.0
    assert recording.rate_hz == pytest.approx(204.1, abs=0.5)
    assert recording.acceleration == "measured"
    assert any(note.startswith("A phone measured this") for note in recording.notes)


def test_the_gyroscope_is_brought_onto_the_times_of_the_acceleration() -> None:
    recording = read_one(SAMPLES / "android")
    acc_s, gyr_s = (
        column(SAMPLES / "android" / f"{name}.csv", "time") * 1e-9
        for name in ("TotalAcceleration", "Gyroscope")
    )
    gyr = axes(SAMPLES / "android" / "Gyroscope.csv") * DPS_PER_RPS
    assert recording.gyr_dps is not None
    for axis in range(3):
        assert np.allclose(recording.gyr_dps[:, axis], np.interp(acc_s, gyr_s, gyr[:, axis]), atol=0.01)


def test_ios_adds_gravity_and_turns_the_acceleration_alone() -> None:
    recording = read_one(SAMPLES / "ios")
    folder = SAMPLES / "ios"
    expected = -(axes(folder / "Accelerometer.csv") + axes(folder / "Gravity.csv")) / STANDARD_GRAVITY_MPS2
    assert np.allclose(recording.acc_g, expected, atol=1e-6)
    assert recording.acc_g[:, 1].mean() > 0.8  # the upper edge of the phone points up
    assert recording.gyr_dps is not None
    assert np.allclose(recording.gyr_dps, axes(folder / "Gyroscope.csv") * DPS_PER_RPS, atol=1e-4)
    assert any("turned" in note for note in recording.notes)
    assert recording.as_found is not None
    assert recording.as_found.acc_columns[0] == "Accelerometer.csv: x + Gravity.csv: x"


@pytest.mark.parametrize(
    ("metadata", "sign", "noted"),
    [
        ("platform,standardisation\nios,true\n", -1, False),
        ("platform,standardisation\niOS,false\n", 1, False),
        ("standardisation,platform\n,ios\n", 1, False),
        ("platform\nandroid\n", -1, False),
        ("version\n1\n", -1, True),
        (None, -1, True),
    ],
)
def test_the_sign_is_decided_by_metadata(
    tmp_path: Path, metadata: str | None, sign: int, noted: bool
) -> None:
    folder = edited(tmp_path, "ios", Metadata=metadata)
    recording = read_one(folder)
    assert np.sign(recording.acc_g[:, 1].mean()) == sign
    assert any("whether this phone is an iPhone" in note for note in recording.notes) == noted


def test_archive_and_folder_are_the_same(tmp_path: Path) -> None:
    files = {f"2026-01-01_07-00-00/{name}": text for name, text in folder_files(SAMPLES / "ios").items()}
    one, other = read_one(zipped(tmp_path / "a.zip", files)), read_one(SAMPLES / "ios")
    assert np.array_equal(one.acc_g, other.acc_g)
    assert np.array_equal(one.time_s, other.time_s)


def test_without_gravity_it_is_read_as_free(tmp_path: Path) -> None:
    recording = read_one(edited(tmp_path, "ios", Gravity=None))
    assert recording.acceleration == "free"
    assert any("no Gravity.csv" in note for note in recording.notes)


def test_uncalibrated_acceleration_has_its_unit_by_platform(tmp_path: Path) -> None:
    mps2 = (SAMPLES / "android" / "TotalAcceleration.csv").read_text()
    folder = edited(tmp_path, "ios", Accelerometer=None, Gravity=None, AccelerometerUncalibrated=mps2)
    with pytest.raises(InputError, match="m/s² would fit"):  # iOS: g
        read_recording_file(folder)
    (folder / "Metadata.csv").write_text("platform,standardisation\nios,true\n")
    recording = read_one(folder)
    assert recording.acc_g[:, 1].mean() > 0.8
    (folder / "Metadata.csv").unlink()
    with pytest.raises(InputError, match="in g on iOS and in m/s² on Android"):
        read_recording_file(folder)


def test_samples_delivered_twice_are_taken_once(tmp_path: Path) -> None:
    head, *rows = (SAMPLES / "android" / "TotalAcceleration.csv").read_text().splitlines()
    twice = "\n".join([head, *(row for pair in zip(rows, rows, strict=True) for row in pair), ""])
    recording = read_one(edited(tmp_path, "android", TotalAcceleration=twice))
    assert len(recording.time_s) == len(rows)
    assert any("32 samples of the TotalAcceleration.csv were in the file twice" in n for n in recording.notes)


def test_refused(tmp_path: Path) -> None:
    folder = edited(tmp_path, "android", TotalAcceleration=None, Accelerometer=None)
    with pytest.raises(InputError, match="no acceleration among its tables") as caught:
        read_recording_file(folder)
    assert "Total Acceleration" in caught.value.what_to_do
    two = {f"{k}/Gyroscope.csv": (SAMPLES / "ios" / "Gyroscope.csv").read_bytes() for k in "ab"}
    with pytest.raises(InputError, match=r"several recordings: a/Gyroscope\.csv and b/Gyroscope\.csv"):
        read_recording_file(zipped(tmp_path / "two.zip", two))
    with pytest.raises(UsageError, match="no sensor"):
        read_recording_file(SAMPLES / "ios", sensor="left")
    (folder / "TotalAcceleration.csv").write_text("time,seconds_elapsed,z,y\n1,0,0,0\n")
    with pytest.raises(InputError, match="expected time, seconds_elapsed, z, y, x"):
        read_recording_file(folder)


@pytest.mark.parametrize("rate_hz", [100.0, 200.0])
@pytest.mark.parametrize("platform", ["ios", "android"])
def test_a_run_keeps_its_cadence(tmp_path: Path, rate_hz: float, platform: str) -> None:
    run = made_phone_run(rate_hz)
    files = {
        "Metadata.csv": f"platform,standardisation\n{platform},false\n",
        "Gyroscope.csv": table(run.gyr_s, run.gyr_rps),
    }
    if platform == "android":
        files["TotalAcceleration.csv"] = table(run.acc_s, run.acc_mps2)
    else:
        gravity = np.tile([0.2, 9.78, 0.5], (len(run.acc_s), 1))
        files["Gravity.csv"] = table(run.acc_s, -gravity)
        files["Accelerometer.csv"] = table(run.acc_s, gravity - run.acc_mps2)
    file = read_recording_file(zipped(tmp_path / "run.zip", files), side="right")
    recording = file.recordings[0]
    assert recording.rate_hz == pytest.approx(rate_hz, rel=1e-3)
    assert recording.gaps == ()
    assert recording.as_found is not None
    assert recording.as_found.gravity_at_rest_g == pytest.approx(1.0, abs=0.02)
    summary = analyse_file(file, load_signal_settings()).legs[0].summary
    assert summary.cadence_spm is not None
    assert summary.cadence_spm.median == pytest.approx(run.cadence_spm, abs=1.0)


def test_damage_is_told(tmp_path: Path) -> None:
    """300 changed exports: read, or refused with an error that says why."""
    rng, outcomes = random.Random(6), {True: 0, False: 0}
    whole = {name: folder_files(SAMPLES / name) for name in ("android", "ios")}
    path = tmp_path / "a.zip"
    for turn in range(300):
        files = dict(whole["android" if turn % 2 else "ios"])
        if turn % 3:
            name = rng.choice(sorted(files))
            files[name] = damaged(files[name], rng)
            zipped(path, files)
        else:
            path.write_bytes(damaged(stored(files), rng))
        try:
            read_recording_file(path)
            outcomes[True] += 1
        except PfpError as error:
            outcomes[False] += bool(error.what_to_do)
    assert min(outcomes.values()) > 20
    assert sum(outcomes.values()) == 300
