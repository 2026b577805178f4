"""A recording's folder: written, sealed, verified, replaced."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.truth import Truth
from pfp_sensors.store.meta_json import read_meta
from pfp_sensors.store.recording_files import verify_recording, write_recording
from pfp_sensors.store.sample_files import Scales, read_samples
from pfp_sensors.store.seals import recording_paths
from pfp_sensors.store.truth_files import read_truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pfp_sensors.model.recording import Recording

ONE = np.array([1.0])
TRUTH = Truth(ONE, ONE, np.array([True]), ONE, ONE, ONE, ())


def test_one_sensor_with_truth(tmp_path: Path, made_recording: Callable[..., Recording]) -> None:
    recording = made_recording(side="left", placement="shank", acc_range_g=16.0, synthetic=True)
    folder = write_recording(
        tmp_path / "run",
        [recording],
        scales=Scales(16 / 32768, 2000 / 32768),
        truth={"": TRUTH},
        extra={"seed": 7},
    )
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) == [
        "imu.parquet",
        "meta.json",
        "truth",
        "truth/bouts.csv",
        "truth/contacts.csv",
    ]
    meta = json.loads((folder / "meta.json").read_text())
    assert meta["synthetic"] is True
    assert (meta["side"], meta["placement"], meta["acc_range_g"]) == ("left", "shank", 16.0)
    assert (meta["sampling_rate_hz"], meta["seed"]) == (208.0, 7)
    assert meta["files"]["imu.parquet"]["rows"] == 2000
    assert verify_recording(folder).other == {"seed": 7}
    assert read_truth(folder).initial_contact_s == [1.0]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*.*")}
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_sensors(tmp_path: Path, made_recording: Callable[..., Recording]) -> None:
    legs = [
        made_recording(seed=k, sensor=f"{side}_leg", side=side) for k, side in enumerate(("left", "right"))
    ]
    write_recording(tmp_path, legs, truth={"right_leg": TRUTH})
    assert [path.name for path in recording_paths(tmp_path)] == [
        "imu-left_leg.parquet",
        "imu-right_leg.parquet",
    ]
    meta = verify_recording(tmp_path)
    assert meta.of("right_leg").side == "right"
    assert np.array_equal(read_samples(tmp_path / "imu-right_leg.parquet").acc_g, legs[1].acc_g)
    assert read_truth(tmp_path, "right_leg").running.tolist() == [True]


@pytest.mark.parametrize("names", [[], ["", "a"], ["a", "a"], ["a", "b/c"], ["a", ".."], ["a", "ä"]])
def test_names_that_cannot_be_files(
    tmp_path: Path, made_recording: Callable[..., Recording], names: list[str]
) -> None:
    with pytest.raises(UsageError, match="names"):
        write_recording(tmp_path, [made_recording(10, sensor=name) for name in names])
    assert list(tmp_path.iterdir()) == []


def test_a_recording_is_not_written_over_by_accident(
    tmp_path: Path, made_recording: Callable[..., Recording]
) -> None:
    legs = [made_recording(10, sensor="l", side="left"), made_recording(10, sensor="r", side="right")]
    write_recording(tmp_path, legs, truth={"l": TRUTH})
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="already"):
        write_recording(tmp_path, [made_recording(10)])
    write_recording(tmp_path, [made_recording(10)], replace=True)
    assert [path.name for path in recording_paths(tmp_path)] == ["imu.parquet"]
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not list((tmp_path / "truth").iterdir())
    verify_recording(tmp_path)


def test_extra_keys_have_no_second_meaning(tmp_path: Path, made_recording: Callable[..., Recording]) -> None:
    with pytest.raises(UsageError, match="side"):
        write_recording(tmp_path, [made_recording(10)], extra={"side": "left"})


def flip_a_byte(folder: Path) -> None:
    path = folder / "imu.parquet"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(bytes(data))


def edit(folder: Path, **changes: Any) -> None:
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, **changes}))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (flip_a_byte, "has changed"),
        (lambda folder: (folder / "imu.parquet").unlink(), "is missing"),
        (lambda folder: (folder / "meta.json").unlink(), "unfinished"),
        (lambda folder: (folder / "imu-x.parquet").touch(), "not among the files sealed"),
        (lambda folder: edit(folder, files={}), "unfinished"),
        (
            lambda folder: edit(
                folder,
                files={
                    "imu.parquet": {
                        "rows": 9,
                        "sha256": read_meta(folder / "meta.json").files["imu.parquet"].sha256,
                    }
                },
            ),
            "2000 rows; expected 9",
        ),
    ],
)
def test_verify_says_what_is_wrong(
    tmp_path: Path,
    made_recording: Callable[..., Recording],
    harm: Callable[[Path], object],
    said: str,
) -> None:
    write_recording(tmp_path, [made_recording()])
    verify_recording(tmp_path)
    harm(tmp_path)
    with pytest.raises(InputError, match=said):
        verify_recording(tmp_path)


def test_correcting_meta_json_by_hand_breaks_no_seal(
    tmp_path: Path, made_recording: Callable[..., Recording]
) -> None:
    write_recording(tmp_path, [made_recording(side="left")])
    edit(tmp_path, side="right", acc_range_g=8)
    assert verify_recording(tmp_path).common.side == "right"
