"""Folders and files that the store wrote, read through the one verb."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.model.recording import Recording
from pfp_sensors.store.recording_files import write_recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def recording(made_columns: Callable[..., dict[str, np.ndarray]]) -> Recording:
    columns = list(made_columns().values())
    acc, gyr = (np.ascontiguousarray(np.stack(columns[k : k + 3], 1), np.float32) for k in (1, 4))
    return Recording(
        columns[0], acc, gyr, 100.0, side="left", placement="shank", acc_range_g=16.0, nominal_rate_hz=100.0
    )


def edit(folder: Path, **changes: object) -> None:
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, **changes}))


def same(one: Recording, other: Recording) -> bool:
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        if field.name in {"time_s", "acc_g", "gyr_dps"}
        else getattr(one, field.name) == getattr(other, field.name)
        for field in dataclasses.fields(Recording)
    )


def test_a_folder_and_its_file(tmp_path: Path, recording: Recording) -> None:
    folder = write_recording(tmp_path / "run", [recording])
    file = read_recording_file(folder)
    assert same(file.recordings[0], recording)
    sha256 = hashlib.sha256((folder / "imu.parquet").read_bytes()).hexdigest()
    assert (file.source.path, file.source.sha256, file.source.format) == (str(folder), sha256, "pfp-folder")
    file = read_recording_file(folder / "imu.parquet")
    assert same(file.recordings[0], recording)
    assert (file.source.sha256, file.source.format) == (sha256, "pfp-parquet")


def test_a_folder_without_meta_json_is_unfinished(tmp_path: Path, recording: Recording) -> None:
    folder = write_recording(tmp_path / "run", [recording])
    assert read_recording_file(folder).recordings[0].notes == ()
    (folder / "meta.json").unlink()
    (note,) = read_recording_file(folder).recordings[0].notes
    assert note == (
        "Unfinished: its last file (meta.json) is missing; whether it was changed since is not known."
    )


def test_a_lone_file_says_enough_by_itself(tmp_path: Path, recording: Recording) -> None:
    folder = write_recording(tmp_path / "run", [recording])
    lone = (folder / "imu.parquet").rename(tmp_path / "any name")
    assert same(read_recording_file(lone).recordings[0], recording)


def test_what_a_person_corrects_holds(tmp_path: Path, recording: Recording) -> None:
    folder = write_recording(tmp_path, [recording])
    edit(folder, side="right", placement="ankle", acc_range_g=8, start_utc="2026-10-01T07:00:00Z")
    (again,) = read_recording_file(folder).recordings
    assert (again.side, again.placement, again.acc_range_g) == ("right", "ankle", 8.0)
    assert again.start_utc == "2026-10-01T07:00:00Z"
    edit(folder, side="unknown", acc_range_g=None)
    (again,) = read_recording_file(folder).recordings
    assert (again.side, again.acc_range_g) == (None, None)
    (again,) = read_recording_file(folder, side="left", acc_range_g=4.0).recordings
    assert (again.side, again.acc_range_g) == ("left", 4.0)


def test_two_legs(tmp_path: Path, recording: Recording) -> None:
    legs = [dataclasses.replace(recording, sensor=f"{side}_leg", side=side) for side in ("right", "left")]
    folder = write_recording(tmp_path, legs)
    edit(folder, side="left", placement="calf")
    file = read_recording_file(folder)
    assert [(leg.sensor, leg.side) for leg in file.recordings] == [
        ("left_leg", "left"),
        ("right_leg", "right"),
    ]
    names = ("imu-left_leg.parquet", "imu-right_leg.parquet")
    together = b"".join((folder / name).read_bytes() for name in names)
    assert file.source.sha256 == hashlib.sha256(together).hexdigest()
    (leg,) = read_recording_file(folder, sensor="right_leg").recordings
    assert leg.side == "right"
    with pytest.raises(UsageError, match="left_leg, right_leg"):
        read_recording_file(folder, sensor="hip")


def test_a_leg_that_has_gone_is_missed(tmp_path: Path, recording: Recording) -> None:
    legs = [dataclasses.replace(recording, sensor=side, side=side) for side in ("right", "left")]
    folder = write_recording(tmp_path, legs)
    (folder / "imu-left.parquet").unlink()
    with pytest.raises(InputError, match=r"imu-left\.parquet is missing"):
        read_recording_file(folder)


def test_other_sensors_need_a_choice_or_are_left_out(tmp_path: Path, recording: Recording) -> None:
    names = ("left_leg", "right_leg", "torso")
    folder = write_recording(tmp_path / "a", [dataclasses.replace(recording, sensor=n) for n in names])
    file = read_recording_file(folder)
    assert len(file.recordings) == 2
    assert file.notes == ("Sensors left out: torso.",)
    folder = write_recording(tmp_path / "b", [dataclasses.replace(recording, sensor=n) for n in names[1:]])
    with pytest.raises(UsageError, match="right_leg, torso"):
        read_recording_file(folder)


def test_changed_bytes_are_refused_until_unsealed(tmp_path: Path, recording: Recording) -> None:
    folder = write_recording(tmp_path, [recording])
    other = write_recording(tmp_path / "b", [dataclasses.replace(recording, acc_g=recording.acc_g * 2)])
    (other / "imu.parquet").replace(folder / "imu.parquet")
    with pytest.raises(InputError, match="has changed"):
        read_recording_file(folder)
    edit(folder, files={})
    assert np.array_equal(read_recording_file(folder).recordings[0].acc_g, recording.acc_g * 2)


@pytest.mark.parametrize(
    ("names", "advice"),
    [
        (["a.fit", "b.FIT", "c.gpx.gz"], "pfp import {}/*.fit {}/*.gpx.gz"),
        (["activities.csv", "activities"], "give the zip file itself"),
        (["letter.txt"], "Give the file itself, or a folder that pfp wrote."),
    ],
)
def test_a_folder_of_something_else_is_told_what_to_give(
    names: list[str], advice: str, tmp_path: Path
) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=r"without imu\.parquet") as caught:
        read_recording_file(tmp_path)
    assert advice.replace("{}", str(tmp_path)) in caught.value.what_to_do


def test_folders_that_cannot_be_read(tmp_path: Path, recording: Recording) -> None:
    with pytest.raises(InputError, match="found nothing"):
        read_recording_file(tmp_path)
    folder = write_recording(tmp_path / "run", [recording])
    with pytest.raises(InputError, match=r"import\.max_bytes"):
        read_recording_file(folder, max_bytes=1000)
    (folder / "meta.json").write_text('{"side": 3}')
    with pytest.raises(InputError, match="side"):
        read_recording_file(folder)
    (folder / "meta.json").unlink()
    data = (folder / "imu.parquet").read_bytes()
    (folder / "imu.parquet").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="Parquet"):
        read_recording_file(folder)
    (folder / "imu.parquet").write_bytes(b"")
    with pytest.raises(InputError, match="Parquet"):
        read_recording_file(folder)
