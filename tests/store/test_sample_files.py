"""One sensor's Parquet file: what goes in comes out, small, private and checked."""

from __future__ import annotations

import dataclasses
import json
import stat
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.recording import Gap, Recording
from pfp_sensors.store.sample_files import Scales, read_facts, read_samples, write_samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCALES = Scales(16 / 32768, 2000 / 32768)


def same(one: Recording, other: Recording) -> bool:
    """Tell whether two recordings agree in every field."""
    return all(
        np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
        for a, b in (
            (getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(Recording)
        )
    )


@pytest.mark.parametrize("gyroscope", [True, False])
@pytest.mark.parametrize("scales", [SCALES, Scales()])
def test_round_trip(
    tmp_path: Path, made_recording: Callable[..., Recording], gyroscope: bool, scales: Scales
) -> None:
    recording = made_recording(
        gyroscope=gyroscope,
        side="left",
        placement="shank",
        sensor="abc",
        acc_range_g=16.0,
        start_utc="2026-10-01T07:00:00+02:00",
        synthetic=True,
        notes=("Ä note.",),
        gaps=(Gap(1.0, 1.5, 103),),
    )
    write_samples(tmp_path / "imu.parquet", recording, scales)
    again = read_samples(tmp_path / "imu.parquet")
    assert same(recording, again)
    assert again.acc_g.flags.c_contiguous
    assert again.acc_g.dtype == np.float32


@given(
    counts=hnp.arrays(np.int16, st.tuples(st.integers(2, 40), st.just(3))),
    steps_us=st.integers(1, 10_000_000),
    scale=st.sampled_from([16 / 32768, 4 / 32768, 0.000488, 0.001]),
)
def test_counts_survive_exactly(
    tmp_path_factory: pytest.TempPathFactory, counts: np.ndarray, steps_us: int, scale: float
) -> None:
    path = tmp_path_factory.mktemp("counts") / "imu.parquet"
    n = len(counts)
    acc_g = counts.astype(np.float32) * np.float32(scale)
    time_s = np.arange(n) * steps_us / 1e6
    write_samples(path, Recording(time_s, acc_g, None, 1e6 / steps_us), Scales(scale))
    stored = pq.read_table(path)
    assert np.array_equal(np.stack([stored[name].to_numpy() for name in ("ax", "ay", "az")], 1), counts)
    again = read_samples(path)
    assert np.array_equal(again.acc_g, acc_g)
    assert np.array_equal(again.time_s, time_s)


def test_columns_types_and_encodings(tmp_path: Path, made_recording: Callable[..., Recording]) -> None:
    recording = made_recording(3000, time_s=np.arange(3000) / 2.0, rate_hz=2.0)
    write_samples(tmp_path / "a.parquet", recording, SCALES)
    file = pq.ParquetFile(tmp_path / "a.parquet")
    types = {field.name: str(field.type) for field in file.schema_arrow}
    axes = ("ax", "ay", "az", "gx", "gy", "gz")
    assert types == {
        "t_us": "int64",
        "sample_index": "int64",
        **dict.fromkeys(axes, "int16"),
        "segment": "uint16",
    }
    assert file.num_row_groups == 3  # ten minutes each
    for position in range(9):
        column = file.metadata.row_group(0).column(position)
        assert column.compression == "ZSTD"
        assert "PLAIN" not in column.encodings
        assert not any("DICTIONARY" in encoding for encoding in column.encodings)


def test_values_off_the_grid_or_out_of_range_stay_floats(
    tmp_path: Path, made_recording: Callable[..., Recording]
) -> None:
    recording = made_recording()
    off = recording.acc_g + np.float32(0.3 * 16 / 32768)
    write_samples(tmp_path / "a.parquet", dataclasses.replace(recording, acc_g=off), SCALES)
    write_samples(tmp_path / "b.parquet", dataclasses.replace(recording, acc_g=recording.acc_g * 4), SCALES)
    for name, acc_g in (("a", off), ("b", recording.acc_g * 4)):
        schema = pq.read_schema(tmp_path / f"{name}.parquet")
        assert (str(schema.field("ax").type), str(schema.field("gx").type)) == ("float", "int16")
        assert np.array_equal(read_samples(tmp_path / f"{name}.parquet").acc_g, acc_g)


def test_lost_samples_leave_holes_in_the_index(
    tmp_path: Path, made_recording: Callable[..., Recording]
) -> None:
    recording = made_recording(6, time_s=np.array([0, 1, 2, 5, 6, 9.0]), rate_hz=1.0)
    gaps = (Gap(2.0, 5.0, 2), Gap(6.0, 9.0, 2))
    write_samples(tmp_path / "a.parquet", dataclasses.replace(recording, gaps=gaps), SCALES)
    assert pq.read_table(tmp_path / "a.parquet")["sample_index"].to_pylist() == [0, 1, 2, 5, 6, 9]


def test_metadata_can_be_read_by_others(tmp_path: Path, made_recording: Callable[..., Recording]) -> None:
    write_samples(tmp_path / "a.parquet", made_recording(side="right", synthetic=True), SCALES)
    metadata = pq.read_metadata(tmp_path / "a.parquet").metadata
    assert json.loads(metadata[b"pfp.format_version"]) == "1"
    assert json.loads(metadata[b"pfp.side"]) == "right"
    assert json.loads(metadata[b"pfp.synthetic"]) is True
    assert json.loads(metadata[b"pfp.acc_scale_g"]) == 16 / 32768
    facts = read_facts(tmp_path / "a.parquet")
    assert facts is not None
    assert facts[1] == 2000


def test_files_are_private_and_writing_twice_gives_the_same_bytes(
    tmp_path: Path, made_recording: Callable[..., Recording]
) -> None:
    for name in ("a.parquet", "b.parquet"):
        write_samples(tmp_path / name, made_recording(), SCALES)
    assert stat.S_IMODE((tmp_path / "a.parquet").stat().st_mode) == 0o600
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def test_times_within_a_microsecond_cannot_be_kept(
    tmp_path: Path, made_recording: Callable[..., Recording]
) -> None:
    recording = made_recording(5, time_s=np.array([0.0, 1e-8, 1.0, 2.0, 3.0]), rate_hz=1.0)
    with pytest.raises(InputError, match="microsecond"):
        write_samples(tmp_path / "a.parquet", recording, SCALES)
    assert list(tmp_path.iterdir()) == []


def test_a_scale_is_above_zero() -> None:
    with pytest.raises(UsageError, match="acc_g"):
        Scales(acc_g=0.0)


def test_damage_is_named(tmp_path: Path, made_recording: Callable[..., Recording]) -> None:
    path = tmp_path / "a.parquet"
    write_samples(path, made_recording(), SCALES)
    whole = path.read_bytes()
    cuts = [whole[:-1], whole[: len(whole) // 2], b"PAR1", whole[:5000] + b"\x00\xff" + whole[5002:]]
    for damaged in cuts:
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"a\.parquet"):
            read_samples(path)


def test_other_parquet_files_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"t_us": [1, 2], "ax": [0.0, 0.1]}), path)
    assert read_facts(path) is None
    with pytest.raises(InputError, match="metadata"):
        read_samples(path)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("format_version", '"3"', "version"), ("gaps", "[{}]", "damaged"), ("rate_hz", "x", "damaged")],
)
def test_metadata_of_another_version_or_damaged(
    tmp_path: Path, made_recording: Callable[..., Recording], key: str, value: str, said: str
) -> None:
    path = tmp_path / "a.parquet"
    write_samples(path, made_recording(), SCALES)
    table = pq.read_table(path)
    metadata = {**pq.read_metadata(path).metadata, f"pfp.{key}".encode(): value.encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    with pytest.raises(InputError, match=said):
        read_samples(path)


def test_what_no_recording_may_hold_and_missing_columns(
    tmp_path: Path, made_recording: Callable[..., Recording]
) -> None:
    path = tmp_path / "a.parquet"
    write_samples(path, made_recording(), SCALES)
    table, metadata = pq.read_table(path), pq.read_metadata(path).metadata
    times = table["t_us"].to_numpy().copy()
    times[7] = times[6]
    backward = table.set_column(0, "t_us", pa.array(times))
    pq.write_table(backward.replace_schema_metadata(metadata), path)
    with pytest.raises(InputError, match=r"a\.parquet: time_s\[7\] is"):
        read_samples(path)
    wild = {**metadata, b"pfp.acc_scale_g": b"NaN"}
    pq.write_table(table.replace_schema_metadata(wild), path)
    with pytest.raises(InputError, match=r"a\.parquet: acc_g\[0, 0\] is nan"):
        read_samples(path)
    pq.write_table(table.drop_columns(["ay"]).replace_schema_metadata(metadata), path)
    with pytest.raises(InputError, match="no column ay"):
        read_samples(path)


def test_reading_imports_no_pandas(tmp_path: Path, made_recording: Callable[..., Recording]) -> None:
    import subprocess
    import sys

    write_samples(tmp_path / "a.parquet", made_recording(), SCALES)
    code = (
        "import sys; from pathlib import Path; from pfp_sensors.store.sample_files import read_samples;"
        f"read_samples(Path({str(tmp_path / 'a.parquet')!r}));"
        "print([name for name in ('pandas', 'scipy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
