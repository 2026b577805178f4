"""phyphox: five kinds of CSV, pauses, tables one below the other."""

from __future__ import annotations

import hashlib
import random
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.analyse.file import analyse_file
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.settings import load_signal_settings
from tests.made_phone import damaged, folder_files, made_phone_run, stored, zipped

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray, Recording

SAMPLES = Path(__file__).parent / "samples" / "phyphox"
VARIANTS = {
    "comma-point": (",", "."),
    "tab-point": ("\t", "."),
    "semicolon-point": (";", "."),
    "tab-comma": ("\t", ","),
    "semicolon-comma": (";", ","),
}
ACC = ["Time (s)", *(f"Acceleration {axis} (m/s^2)" for axis in "xyz")]
GYR = ["Time (s)", *(f"Gyroscope {axis} (rad/s)" for axis in "xyz")]
TIMES = '"event","experiment time","system time","system time text"\n'


def read_one(path: Path) -> Recording:
    file = read_recording_file(path)
    assert file.source.format == "phyphox"
    return file.recordings[0]


def number(value: float, decimal: str = ".") -> str:
    """Write a number as the app does: nine digits behind the mark, exponent without zeros."""
    mantissa, exponent = f"{value:.9E}".split("E")
    return f"{mantissa}E{int(exponent)}".replace(".", decimal)


def table(names: list[str], rows: FloatArray, delimiter: str = ",", decimal: str = ".") -> str:
    lines = [delimiter.join(f'"{name}"' for name in names)]
    lines += [delimiter.join(number(value, decimal) for value in row) for row in rows.tolist()]
    return "\n".join([*lines, ""])


def event(name: str, experiment_s: float, system_s: float) -> str:
    return f'"{name}",{number(experiment_s)},{system_s:.3f},"in words"\n'


def swinging(times_s: FloatArray) -> FloatArray:
    swing = np.sin(9.0 * times_s)
    return np.column_stack([times_s, 0.3 + swing, 9.8 + 2 * swing, -0.4 + 0.5 * np.cos(9.0 * times_s)])


@pytest.mark.parametrize("variant", VARIANTS)
def test_all_variants_hold_the_same(variant: str) -> None:
    recording = read_one(SAMPLES / variant)
    _, first, *_, last = (SAMPLES / "comma-point" / "Accelerometer.csv").read_text().splitlines()
    for row, line in ((0, first), (-1, last)):
        time_s, *acc_mps2 = map(float, line.split(","))
        assert recording.time_s[row] == pytest.approx(time_s - float(first.split(",")[0]), abs=1e-9)
        assert recording.acc_g[row] * 9.80665 == pytest.approx(acc_mps2, rel=1e-6)
    assert recording.start_utc == "2026-01-01T07:00:00.261+00:00"  # START at .250, the first row 11 ms later
    assert recording.gyr_dps is not None
    assert recording.gyr_dps[:, 2].max() == pytest.approx(np.degrees(4.1), rel=0.01)
    assert recording.acceleration == "measured"
    assert any(note.startswith("A phone measured this") for note in recording.notes)


def test_archive_folder_and_minimal_export_are_the_same(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", folder_files(SAMPLES / "tab-comma"))
    minimal = SAMPLES / "minimal.csv"
    packed, folder, bare = (read_one(one) for one in (path, SAMPLES / "comma-point", minimal))
    for other in (folder, bare):
        assert np.array_equal(packed.acc_g, other.acc_g)
        assert packed.gyr_dps is not None
        assert np.array_equal(packed.gyr_dps, other.gyr_dps)
    assert bare.start_utc is None
    assert any("whether there were pauses" in note for note in bare.notes)
    assert read_recording_file(path).source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_recording_file(minimal).source.sha256 == hashlib.sha256(minimal.read_bytes()).hexdigest()


def test_linear_acceleration_is_read_as_free() -> None:
    recording = read_one(SAMPLES / "linear.csv")
    assert recording.acceleration == "free"
    assert any("took gravity away" in note for note in recording.notes)


def test_acceleration_with_gravity_is_preferred(tmp_path: Path) -> None:
    linear = (SAMPLES / "linear.csv").read_bytes()
    recording = read_one(
        zipped(tmp_path / "a.zip", {"Linear.csv": linear, **folder_files(SAMPLES / "comma-point")})
    )
    assert recording.acceleration == "measured"
    assert recording.acc_g[:, 1].mean() > 0.8


def test_a_pause_becomes_a_gap(tmp_path: Path) -> None:
    """Experiment time stands still while paused: 30 s later the samples go on as if nothing had been."""
    times_s = np.arange(0.012, 8.0, 0.01)
    files = {
        "Accelerometer.csv": table(ACC, swinging(times_s)),
        "Gyroscope.csv": table(GYR, swinging(times_s + 0.001)),
        "meta/time.csv": TIMES
        + event("START", 0.0, 1767250800.0)
        + event("PAUSE", 3.005, 1767250803.005)
        + event("START", 3.005, 1767250833.005)
        + event("LATER", 9.0, 0.0)
        + event("PAUSE", 8.0, 1767250838.0),
    }
    recording = read_one(zipped(tmp_path / "a.zip", files))
    assert len(recording.gaps) == 1
    gap = recording.gaps[0]
    # Two steps of 10 ms and 30 s: the first row after the pause is before the first of the gyroscope.
    assert gap.end_s - gap.start_s == pytest.approx(30.02, abs=1e-6)
    assert gap.start_s == pytest.approx(3.002 - 0.022, abs=1e-6)
    assert any("paused 1 times, for 30.0 s" in note for note in recording.notes)
    assert recording.start_utc == "2026-01-01T07:00:00.022+00:00"  # where the gyroscope begins
    files["meta/time.csv"] = TIMES + event("START", 0.0, 1767250800.0)
    assert read_one(zipped(tmp_path / "b.zip", files)).gaps == ()


@pytest.mark.parametrize(
    ("events", "found"),
    [
        (event("START", 0.0, 1e9) + event("START", 5.0, 1.1e9), "pauses of less than a day"),
        (event("START", 5.0, 1e9) + event("START", 0.0, 1e9), "in order"),
        ('"START",later,1e9,"x"\n', "found 'later'"),
        ('"START"\n', "expected events"),
        ('"START",1e300,1e300,"x"\n', "found '1e300'"),
    ],
)
def test_damaged_times_are_refused(tmp_path: Path, events: str, found: str) -> None:
    files = {**folder_files(SAMPLES / "comma-point"), "meta/time.csv": TIMES + events}
    with pytest.raises(InputError, match=found) as caught:
        read_recording_file(zipped(tmp_path / "a.zip", files))
    assert "time.csv" in caught.value.message


def test_times_without_a_start_and_a_clock_set_back(tmp_path: Path) -> None:
    files = {**folder_files(SAMPLES / "comma-point"), "meta/time.csv": TIMES}
    recording = read_one(zipped(tmp_path / "a.zip", files))
    assert recording.start_utc is None
    files["meta/time.csv"] = TIMES + event("START", 0.0, 1.7e9) + event("START", 0.05, 1.7e9 - 3600)
    recording = read_one(zipped(tmp_path / "b.zip", files))
    assert recording.gaps == ()
    assert any("set back" in note for note in recording.notes)


def test_short_columns_end_in_nan(tmp_path: Path) -> None:
    rows = swinging(np.arange(400) * 0.01)
    text = table(ACC, rows) + "NaN,NaN,NaN,NaN\n"
    path = tmp_path / "a.csv"
    path.write_text(text)
    recording = read_one(path)
    assert len(recording.time_s) == 400
    assert any("1 of 401 rows dropped: 1 without a number" in note for note in recording.notes)


def test_one_table_with_both(tmp_path: Path) -> None:
    rows = swinging(np.arange(50) * 0.01)
    path = tmp_path / "a.csv"
    path.write_text(table([*GYR, *ACC[1:]], np.column_stack([rows, rows[:, 1:]])))
    recording = read_one(path)
    assert recording.gyr_dps is not None
    assert recording.gyr_dps[:, 1] == pytest.approx(np.degrees(rows[:, 2]), rel=1e-5)
    assert recording.acc_g[:, 1] == pytest.approx(rows[:, 2] / 9.80665, rel=1e-5)


def test_refused(tmp_path: Path) -> None:
    sample = folder_files(SAMPLES / "comma-point")
    only_gyr = {name: text for name, text in sample.items() if name != "Accelerometer.csv"}
    with pytest.raises(InputError, match="no acceleration among its tables; found gyr") as caught:
        read_recording_file(zipped(tmp_path / "a.zip", only_gyr))
    assert "simple experiment" in caught.value.what_to_do
    # A decimal comma between cells that commas part: the app has no such variant, and it cannot be read.
    commas = {**sample, "Accelerometer.csv": re.sub(rb"(\d)\.(\d)", rb"\1,\2", sample["Accelerometer.csv"])}
    with pytest.raises(InputError, match="8 cells instead of 4"):
        read_recording_file(zipped(tmp_path / "b.zip", commas))
    with pytest.raises(InputError, match="several exports"):
        read_recording_file(
            zipped(tmp_path / "c.zip", {f"{k}/{name}": text for k in "ab" for name, text in sample.items()})
        )
    with pytest.raises(UsageError, match="no sensor"):
        read_recording_file(SAMPLES / "minimal.csv", sensor="left")
    odd = tmp_path / "odd.csv"
    odd.write_text('"Time (s)","Acceleration x (m/s^2)","Acceleration z (m/s^2)"\n0,1,2\n')
    with pytest.raises(InputError, match="three axes"):
        read_recording_file(odd)


def test_a_second_table_of_a_kind_is_named(tmp_path: Path) -> None:
    text = table(ACC, swinging(np.arange(60) * 0.01))
    path = tmp_path / "a.csv"
    path.write_text(text + table(ACC, swinging(np.arange(30) * 0.02)))
    recording = read_one(path)
    assert len(recording.time_s) == 60
    assert any("a second time" in note for note in recording.notes)


@pytest.mark.parametrize("rate_hz", [100.0, 200.0])
@pytest.mark.parametrize("kind", ["zip", "minimal"])
def test_a_run_keeps_its_cadence(tmp_path: Path, rate_hz: float, kind: str) -> None:
    run = made_phone_run(rate_hz)
    acc, gyr = np.column_stack([run.acc_s, run.acc_mps2]), np.column_stack([run.gyr_s, run.gyr_rps])
    path = tmp_path / "run"
    if kind == "zip":
        times = TIMES.replace(",", ";") + event("START", 0.0, 1.7e9).replace(",", ";").replace(".", ",")
        files = {
            "Accelerometer.csv": table(ACC, acc, ";", ","),
            "Gyroscope.csv": table(GYR, gyr, ";", ","),
            "meta/time.csv": times,
        }
        zipped(path, files)
    else:
        path.write_text(table(ACC, acc, "\t") + table(GYR, gyr, "\t"))
    file = read_recording_file(path, side="right")
    recording = file.recordings[0]
    assert recording.rate_hz == pytest.approx(rate_hz, rel=1e-3)
    assert recording.gaps == ()
    summary = analyse_file(file, load_signal_settings()).legs[0].summary
    assert summary.cadence_spm is not None
    assert summary.cadence_spm.median == pytest.approx(run.cadence_spm, abs=1.0)


def test_damage_is_told(tmp_path: Path) -> None:
    """300 changed exports: read, or refused with an error that says why."""
    rng, outcomes = random.Random(6), {True: 0, False: 0}
    minimal = (SAMPLES / "minimal.csv").read_bytes()
    whole = [folder_files(SAMPLES / variant) for variant in VARIANTS]
    for turn in range(300):
        path = tmp_path / f"a{turn % 3}"
        files = dict(whole[turn % 5])
        if turn % 3 == 0:
            path.write_bytes(damaged(minimal, rng))
        elif turn % 3 == 1:
            name = rng.choice(sorted(files))
            zipped(path, {**files, name: damaged(files[name], rng)})
        else:
            path.write_bytes(damaged(stored(files), rng))
        try:
            read_recording_file(path)
            outcomes[True] += 1
        except PfpError as error:
            outcomes[False] += bool(error.what_to_do)
    assert min(outcomes.values()) > 20
    assert sum(outcomes.values()) == 300


def test_a_folder_with_more_in_it(tmp_path: Path) -> None:
    folder = shutil.copytree(SAMPLES / "semicolon-comma", tmp_path / "export")
    (folder / "notes.txt").write_text("mine")
    (folder / "Location.csv").write_text('"Time (s)";"Latitude (°)"\n0,1;2,3\n')
    assert read_one(folder).gyr_dps is not None
