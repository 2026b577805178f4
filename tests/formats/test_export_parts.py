"""What to give in place of one table of an export, and advice that can be followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.column_mapping import mapping_to_fill
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.formats.two_rates import join

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "header", "advice"),
    [
        ("Accelerometer.csv", "time,seconds_elapsed,z,y,x", "Sensor Logger: give the zip, or its folder"),
        ("TotalAcceleration.csv", "seconds_elapsed,z,y,x", "Sensor Logger: give the zip, or its folder"),
        ("activities.csv", "Activity ID,Activity Date,Activity Name,Type", "Strava: give the zip"),
        ("activities.csv", "Aktivitäts-ID,Datum,Name,Typ", "Strava: give the zip"),
    ],
)
def test_one_table_of_an_export(tmp_path: Path, name: str, header: str, advice: str) -> None:
    path = tmp_path / name
    path.write_text(f"{header}\n1767252605122999808,0.01,1,2,3\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_recording_file(path)
    assert advice in caught.value.what_to_do
    assert "[time]" not in caught.value.what_to_do


def test_a_skeleton_has_rotation_where_the_table_has_it() -> None:
    assert "[rotation]\n" in mapping_to_fill(["t", "ax", "ay", "az", "Dreh X", "Dreh Y", "Dreh Z"])
    assert "[rotation]\n" not in mapping_to_fill(["t", "ax", "ay", "az", "Puls"])


def moving(path: Path, header: str, acc_factor: float, gyr_factor: float, delimiter: str = ",") -> Path:
    """Write a table of 20 s at 100 Hz, still at first: a counter, microseconds, acceleration, rotation."""
    rng, time_s = np.random.default_rng(0), np.arange(2000) / 100
    swing = (time_s[:, None] > 5) * np.sin(2 * np.pi * 1.4 * time_s[:, None] + np.arange(3))
    acc = np.array([0.0, 1.0, 0.0]) + swing + rng.normal(0, 0.004, (2000, 3))
    gyr = 300 * swing + rng.normal(0, 0.3, (2000, 3))
    rows = np.column_stack([np.arange(2000), time_s * 1e6, acc * acc_factor, gyr * gyr_factor])
    np.savetxt(path, rows, "%.8g", delimiter, header=header, comments="")
    return path


def test_a_wrong_unit_in_a_format_without_units_in_its_names(tmp_path: Path) -> None:
    header = "sep=,\nDeviceTag:,RTibia\n\nPacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z"
    path = moving(tmp_path / "dot.csv", header, 9.80665, np.pi / 180)
    with pytest.raises(InputError, match="rad/s would fit") as caught:
        read_recording_file(path)
    assert "name the columns" not in caught.value.what_to_do
    assert "mapping" in caught.value.what_to_do


def test_a_wrong_unit_of_time_in_a_mapping(tmp_path: Path) -> None:
    path = moving(tmp_path / "table.csv", "n,T,AX,AY,AZ,GX,GY,GZ", 1.0, 1.0)
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[time]\ncolumn = "T"\nunit = "s"\n[acceleration]\nx = "AX"\ny = "AY"\nz = "AZ"\nunit = "g"\n'
    )
    with pytest.raises(InputError, match="looks like microseconds") as caught:
        read_recording_file(path, mapping=mapping)
    assert f"Correct the unit in [time] of {mapping}" in caught.value.what_to_do
    assert "time_us" not in caught.value.what_to_do


@pytest.mark.parametrize(
    ("stem", "said"), [("0123456789abcdef" * 2, "the mapping you saved."), ("map", "the mapping map.toml.")]
)
def test_a_kept_mapping_is_not_named_by_its_hash(tmp_path: Path, stem: str, said: str) -> None:
    path = moving(tmp_path / "table.csv", "n,T,AX,AY,AZ,GX,GY,GZ", 1.0, 1.0)
    mapping = tmp_path / f"{stem}.toml"
    mapping.write_text(
        '[time]\ncolumn = "T"\nunit = "us"\n[acceleration]\nx = "AX"\ny = "AY"\nz = "AZ"\nunit = "g"\n'
    )
    (recording,) = read_recording_file(path, mapping=mapping).recordings
    assert f"The columns were named by {said}" in recording.notes


def test_nothing_cut_is_not_told() -> None:
    time_s = np.arange(1000) / 100
    other = np.zeros((1000, 3), np.float32)
    joined = join(time_s, time_s[:-1].copy() * (9.989 / 9.98), other[:-1], "gyroscope")
    assert joined.values is not None
    assert not any("0.00 s" in note for note in joined.notes)
