"""The real recordings beside the repository are read as they are, and spoilt copies are refused."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.units import ACC_UNITS_IN_G

if TYPE_CHECKING:
    from pathlib import Path

RECORDINGS = {
    "force_treadmill": ("*/shank.csv", 1000 / 7, 1, 6),
    "leg_imu_treadmill": ("*.csv.gz", 25.0, 2, 6),
    "outdoor_run_with_pauses": ("*.csv.gz", 100.0, 1, 2),
    "tibia_walking": ("*_imu.csv.gz", 100.0, 2, 4),
}


def recordings(shared_data: Path) -> list[Path]:
    return [
        path for name, (glob, *_) in RECORDINGS.items() for path in sorted((shared_data / name).glob(glob))
    ]


@pytest.mark.parametrize("folder", RECORDINGS)
def test_all_are_read(shared_data: Path, folder: str) -> None:
    glob, rate_hz, sensors, files = RECORDINGS[folder]
    paths = sorted((shared_data / folder).glob(glob))
    assert len(paths) >= files
    for path in paths:
        found = read_recording_file(path).recordings
        assert len(found) == sensors
        for recording in found:
            assert recording.rate_hz == pytest.approx(rate_hz, rel=1e-4)
            assert recording.gaps == ()
            assert not any("dropped" in note for note in recording.notes)
        if sensors == 2:
            assert [recording.side for recording in found] == ["left", "right"]


def test_meta_json_beside_them_is_used(shared_data: Path) -> None:
    (recording,) = read_recording_file(shared_data / "force_treadmill/D_running_15/shank.csv").recordings
    assert (recording.side, recording.placement, recording.acc_range_g) == (None, "shank", 8.0)


def test_the_torso_can_be_chosen(shared_data: Path) -> None:
    path = shared_data / "leg_imu_treadmill/p1_run_8kmh.csv.gz"
    (recording,) = read_recording_file(path, sensor="torso").recordings
    assert (recording.sensor, recording.side) == ("torso", None)


@pytest.mark.parametrize("factor", [9.80665, 1000.0, 1 / 9.80665])
def test_every_recording_in_a_wrong_unit_is_refused(shared_data: Path, tmp_path: Path, factor: float) -> None:
    for path in recordings(shared_data):
        for recording in read_recording_file(path).recordings:
            copy = tmp_path / "copy.csv"
            table = np.column_stack([recording.time_s, recording.acc_g * factor])
            np.savetxt(copy, table, "%.6g", ",", header="time_s,acc_x_g,acc_y_g,acc_z_g", comments="")
            with pytest.raises(InputError, match="would fit" if factor > 1 else "expected"):
                read_recording_file(copy)


def test_rotation_in_a_wrong_unit_is_refused(shared_data: Path, tmp_path: Path) -> None:
    with gzip.open(shared_data / "leg_imu_treadmill/p2_run_8kmh.csv.gz", "rt") as file:
        text = file.read()
    (tmp_path / "copy.csv").write_text(text.replace("_rps", "_dps"))
    with pytest.raises(InputError, match="rad/s would fit"):
        read_recording_file(tmp_path / "copy.csv")


def test_files_that_are_no_recordings(shared_data: Path) -> None:
    for path in sorted((shared_data / "watch_files").iterdir()):
        with pytest.raises(InputError, match=r"FIT|XML"):
            read_recording_file(path)
    others = ("force_treadmill/*/force.csv", "mean_shank_cycle/*.csv", "tibia_walking/*_force.csv.gz")
    for path in [path for glob in others for path in sorted(shared_data.glob(glob))]:
        with pytest.raises(InputError, match="header"):
            read_recording_file(path)


def test_units_are_known() -> None:
    assert set(ACC_UNITS_IN_G) == {"g", "mg", "mps2"}
