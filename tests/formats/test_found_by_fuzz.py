"""What the fuzz found once, each made again in a few lines so that it stays mended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.model.recording import Recording
from pfp_sensors.store.recording_files import write_recording
from pfp_sensors.store.seals import is_sample_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_two_infinite_times_in_a_row_are_bad_rows(
    made_columns: Callable[..., dict[str, np.ndarray]], write_csv: Callable[..., Path]
) -> None:
    columns: dict[str, Any] = made_columns()
    columns["time_s"][700:702] = np.inf
    (found,) = read_recording_file(write_csv(columns)).recordings
    assert len(found.time_s) == 1998
    assert any("2 of 2000 rows dropped: 2 without a number" in note for note in found.notes)


@pytest.mark.parametrize(
    "name", ["imu" + 300 * "a" + ".parquet", "imu-/../../other.parquet", "imu\0.parquet"]
)
def test_a_seal_on_a_name_that_no_file_has(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(0)
    acc = rng.normal(0, 1, (200, 3)).astype(np.float32)
    folder = tmp_path / "run"
    write_recording(folder, [Recording(np.arange(200) / 100.0, acc, None, 100.0)])
    meta = json.loads((folder / "meta.json").read_text())
    meta["files"] = {name: meta["files"]["imu.parquet"]}
    (folder / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(InputError, match="not among the files sealed"):
        read_recording_file(folder)
    assert not is_sample_file(name)
    assert is_sample_file("imu-left_leg.parquet")
