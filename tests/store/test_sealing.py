"""Folders whose files were written one by one: sealed as a whole, read and verified as any recording."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pfp_sensors import read_recording_file
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.device_samples import ClockPiece, DeviceSamples
from pfp_sensors.store.device_files import write_device_samples
from pfp_sensors.store.recording_files import seal_recording, verify_recording, write_recording
from pfp_sensors.store.sample_files import Scales, read_facts, read_samples
from pfp_sensors.store.sample_metadata import SampleFacts
from pfp_sensors.store.side_files import SideValue, write_side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pfp_sensors.model.recording import Recording

N = 400


def facts_of_run(sensor: str, **changes: Any) -> SampleFacts:
    values: dict[str, Any] = {
        "sensor": sensor,
        "side": None,
        "placement": "shank",
        "rate_hz": 100.0,
        "nominal_rate_hz": 104.0,
        "acc_range_g": 16.0,
        "gyr_range_dps": 2000.0,
        "acc_scale_g": 16 / 32768,
        "gyr_scale_dps": None,
        "gaps": (),
        "synthetic": True,
        "start_utc": "2026-10-01T07:00:00+00:00",
        "origin_us": 0,
        "notes": (),
    }
    return SampleFacts(**{**values, **changes})


def recorded_run(folder: Path, sensors: Sequence[str] = ("left", "right")) -> None:
    """Write two sensors whose clocks start anew halfway, and what came beside them; no seal."""
    rng = np.random.default_rng(1)
    half = np.arange(N // 2) * 10_000
    for sensor in sensors:
        samples = DeviceSamples(
            segment=np.repeat(np.array([0, 1], np.uint16), N // 2),
            sample_index=np.concatenate((np.arange(N // 2), np.arange(N // 2))),
            t_us=np.concatenate((half + 7_000_000, half)),
            acc=rng.integers(-4000, 4000, (N, 3)).astype(np.int16),
            gyr=None,
        )
        clock = (
            ClockPiece(0, (7_000_000, 9_000_000), (0.0, 2.0)),
            ClockPiece(1, (0, 2_000_000), (3.0, 5.0)),
        )
        name = "imu.parquet" if len(sensors) == 1 else f"imu-{sensor}.parquet"
        write_device_samples(folder / name, samples, facts_of_run(sensor, side=sensor, clock=clock))
    write_side(folder / "side.parquet", [SideValue(1.0, 0, "battery_percent", 80.0)] * 3)


def test_sealed_read_and_verified(tmp_path: Path) -> None:
    recorded_run(tmp_path)
    with pytest.raises(InputError, match="unfinished"):
        verify_recording(tmp_path)
    assert "Unfinished" in read_recording_file(tmp_path).recordings[0].notes[-1]
    seal_recording(tmp_path, ["left", "right"], extra={"run": {"id": "r1"}})
    meta = verify_recording(tmp_path)
    assert {name: seal.rows for name, seal in meta.files.items()} == {
        "imu-left.parquet": N,
        "imu-right.parquet": N,
        "side.parquet": 3,
    }
    assert meta.other == {"run": {"id": "r1"}}
    assert meta.common.start_utc == "2026-10-01T07:00:00+00:00"
    assert meta.of("right").side == "right"
    found = read_recording_file(tmp_path)
    assert [recording.sensor for recording in found.recordings] == ["left", "right"]
    assert found.notes == ()
    for recording in found.recordings:
        assert not any("Unfinished" in note for note in recording.notes)
        assert recording.time_s[[0, N // 2, N - 1]].tolist() == pytest.approx([0.0, 3.0, 4.99])


def test_sealing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    recorded_run(tmp_path, ["left"])
    seal_recording(tmp_path, ["left"])
    first = (tmp_path / "meta.json").read_bytes()
    recorded_run(tmp_path, ["left"])
    seal_recording(tmp_path, ["left"])
    assert (tmp_path / "meta.json").read_bytes() == first
    assert json.loads(first)["sampling_rate_hz"] == 104.0


def test_a_written_recording_is_sealed_the_same_way(
    tmp_path: Path, made_recording: Callable[..., Recording]
) -> None:
    legs = [made_recording(50, sensor=name, synthetic=True) for name in ("right", "left")]
    write_recording(tmp_path, legs, scales=Scales(16 / 32768), extra={"seed": 1})
    first = (tmp_path / "meta.json").read_bytes()
    seal_recording(tmp_path, ["right", "left"], extra={"seed": 1})
    assert (tmp_path / "meta.json").read_bytes() == first


@pytest.mark.parametrize("harm", ["change", "remove"])
def test_what_came_beside_is_sealed_too(tmp_path: Path, harm: str) -> None:
    recorded_run(tmp_path)
    seal_recording(tmp_path, ["left", "right"])
    if harm == "change":
        write_side(tmp_path / "side.parquet", [])
    else:
        (tmp_path / "side.parquet").unlink()
    said = {"change": "side.parquet has changed", "remove": "side.parquet is missing"}[harm]
    with pytest.raises(InputError, match=said):
        verify_recording(tmp_path)
    assert len(read_recording_file(tmp_path).recordings) == 2  # the samples do not depend on it


def test_what_cannot_be_sealed(tmp_path: Path) -> None:
    recorded_run(tmp_path)
    for sensors, error, said in (
        (["left"], UsageError, "also has imu-left.parquet, imu-right.parquet"),
        (["left", "middle"], UsageError, "also has imu-right.parquet"),
        (["left", "right", "middle"], InputError, "imu-middle.parquet is missing"),
        (["left", "left"], UsageError, "different names"),
    ):
        with pytest.raises(error, match=said):
            seal_recording(tmp_path, sensors)
    with pytest.raises(UsageError, match="files"):
        seal_recording(tmp_path, ["left", "right"], extra={"files": {}})
    (tmp_path / "imu-left.parquet").rename(tmp_path / "imu-right.parquet")
    (tmp_path / "imu-left.parquet").write_bytes((tmp_path / "imu-right.parquet").read_bytes())
    with pytest.raises(InputError, match='sensor "left"; expected sensor "right"'):
        seal_recording(tmp_path, ["left", "right"])
    assert not (tmp_path / "meta.json").exists()


def test_a_new_recording_takes_the_companions_of_the_old_one_away(
    tmp_path: Path, made_recording: Callable[..., Recording]
) -> None:
    recorded_run(tmp_path)
    seal_recording(tmp_path, ["left", "right"])
    write_recording(tmp_path, [made_recording(50)], replace=True)
    assert sorted(path.name for path in tmp_path.glob("*.parquet")) == ["imu.parquet"]
    verify_recording(tmp_path)


@pytest.mark.parametrize(
    ("column", "row", "value", "said"),
    [
        ("t_us", 5, 7_000_000, "t_us does not increase within a segment"),
        ("sample_index", N // 2 + 3, 1, "sample_index does not increase within a segment"),
        ("segment", N - 1, 0, "column segment falls"),
    ],
)
def test_verify_finds_samples_out_of_order(
    tmp_path: Path, column: str, row: int, value: int, said: str
) -> None:
    recorded_run(tmp_path, ["left"])
    path = tmp_path / "imu.parquet"
    table, metadata = pq.read_table(path), pq.read_metadata(path).metadata
    values = table[column].to_numpy().copy()
    values[row] = value
    table = table.set_column(table.column_names.index(column), column, pa.array(values))
    pq.write_table(table.replace_schema_metadata(metadata), path, row_group_size=3)
    seal_recording(tmp_path, ["left"])
    with pytest.raises(InputError, match=said):
        verify_recording(tmp_path)


def test_a_run_is_no_longer_than_its_samples(tmp_path: Path) -> None:
    recorded_run(tmp_path, ["left"])
    assert read_samples(tmp_path / "imu.parquet").duration_s == pytest.approx(5.0)
    assert (read_facts(tmp_path / "imu.parquet") or pytest.fail("no facts"))[1] == N
