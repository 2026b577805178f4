"""Samples that leave the program: another program reads them, and reading them back gives them equal."""

from __future__ import annotations

import csv
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.formats.samples_table import write_samples_table
from pfp_sensors.model.recording import Recording
from pfp_sensors.store.meta_json import SAID_KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Maker = Callable[..., dict[str, np.ndarray[Any, np.dtype[np.float64]]]]


@pytest.fixture
def recording(made_columns: Maker) -> Recording:
    columns = made_columns()
    return Recording(
        time_s=columns["time_s"],
        acc_g=np.stack([columns[f"acc_{axis}_g"] for axis in "xyz"], axis=1).astype(np.float32),
        gyr_dps=np.stack([columns[f"gyr_{axis}_dps"] for axis in "xyz"], axis=1).astype(np.float32),
        rate_hz=100.0,
        side="left",
        placement="shank",
        sensor="serial 4711",
        acc_range_g=16.0,
        start_utc="2026-10-01T05:30:00+00:00",
        synthetic=True,
    )


def write(recordings: tuple[Recording, ...], path: Path) -> Path:
    assert write_samples_table(recordings, path) == len(recordings[0].time_s)
    return path


@pytest.mark.parametrize("name", ["run.csv", "run.parquet"])
def test_samples_come_back_equal(name: str, recording: Recording, tmp_path: Path) -> None:
    path = write((recording,), tmp_path / name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (found,) = read_recording_file(path).recordings
    np.testing.assert_allclose(found.time_s, recording.time_s, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(found.acc_g, recording.acc_g)
    np.testing.assert_array_equal(found.gyr_dps, recording.gyr_dps)
    assert (found.side, found.synthetic) == ("left", True)
    told = (found.placement, found.acc_range_g, found.start_utc)
    assert told == ((None, None, None) if name == "run.csv" else ("shank", 16.0, "2026-10-01T05:30:00+00:00"))


def test_other_programs_read_the_units_in_the_names(recording: Recording, tmp_path: Path) -> None:
    measured = replace(recording, synthetic=False, side=None, gyr_dps=None)
    path = write((measured,), tmp_path / "run.csv")
    with path.open(newline="") as file:
        assert next(csv.reader(file)) == ["time_s", "acc_x_g", "acc_y_g", "acc_z_g"]
    frame = pd.read_csv(path, dtype=np.float32)
    np.testing.assert_array_equal(frame["acc_y_g"], recording.acc_g[:, 1])
    assert not read_recording_file(path).recordings[0].synthetic
    frame = pd.read_parquet(write((recording,), tmp_path / "run.parquet"))
    assert list(frame)[:4] == ["time_s", "left_acc_x_g", "left_acc_y_g", "left_acc_z_g"]
    assert frame["left_gyr_z_dps"].dtype == np.float32
    assert frame["synthetic"].all()
    assert b"4711" not in (tmp_path / "run.parquet").read_bytes()


def test_two_legs_on_one_clock_share_a_table(recording: Recording, tmp_path: Path) -> None:
    other = replace(recording, side="right", acc_g=-recording.acc_g)
    for name in ("run.csv", "run.parquet"):
        left, right = read_recording_file(write((recording, other), tmp_path / name)).recordings
        assert (left.side, right.side) == ("left", "right")
        np.testing.assert_array_equal(left.acc_g, recording.acc_g)
        np.testing.assert_array_equal(right.acc_g, other.acc_g)


def test_sensors_without_a_side_are_numbered(recording: Recording, tmp_path: Path) -> None:
    one = replace(recording, side=None)
    frame = pd.read_csv(write((one, one), tmp_path / "run.csv"))
    assert {"sensor1_acc_x_g", "sensor2_gyr_z_dps"} <= set(frame)


def test_clocks_of_their_own_are_not_forced_into_one_table(recording: Recording, tmp_path: Path) -> None:
    other = replace(recording, side="right", time_s=recording.time_s + 0.001)
    with pytest.raises(UsageError, match="times of their own"):
        write_samples_table((recording, other), tmp_path / "run.csv")
    assert not list(tmp_path.iterdir())


def test_long_samples_are_written_in_parts(
    recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfp_sensors.formats.samples_table._ROWS_AT_ONCE", 333)
    for name in ("run.csv", "run.parquet"):
        (found,) = read_recording_file(write((recording,), tmp_path / name)).recordings
        np.testing.assert_array_equal(found.acc_g, recording.acc_g)


@pytest.mark.parametrize("said", [b"no json", b"[1]", b'{"acc_range_g": "wide"}'])
def test_metadata_that_say_nonsense_are_refused(said: bytes, recording: Recording, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    path = write((recording,), tmp_path / "run.parquet")
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({SAID_KEY: said}), path)
    with pytest.raises(InputError, match="metadata"):
        read_recording_file(path)
