"""Parquet tables of other programs: the same names and rules as for CSV."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pfp_sensors.actions.simulate import simulate_to_folder
from pfp_sensors.errors import InputError
from pfp_sensors.formats import parquet_table
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.store.parquet_groups import open_parquet, unpacked_bytes
from pfp_sensors.synth.settings import RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., dict[str, np.ndarray]]


def test_columns_by_name(tmp_path: Path, made_columns: Make) -> None:
    columns = made_columns()
    path = tmp_path / "run.parquet"
    time_us = pa.array(np.rint(columns.pop("time_s") * 1e6).astype(np.int64))
    table = pa.table({**columns, "time_us": time_us, "label": ["a"] * 2000})
    pq.write_table(table, path, row_group_size=300)
    (tmp_path / "meta.json").write_text('{"side": "left", "sampling_rate_hz": 100}')
    file = read_recording_file(path)
    (recording,) = file.recordings
    assert (recording.side, recording.rate_hz, file.source.format) == ("left", 100.0, "parquet")
    assert np.allclose(recording.acc_g[:, 1], columns["acc_y_g"], atol=1e-6)
    assert recording.notes == ("Columns left aside: label.",)


def test_missing_values_are_dropped_as_in_csv(tmp_path: Path, made_columns: Make) -> None:
    columns: dict[str, object] = dict(made_columns())
    columns["acc_x_g"] = [None if k in {700, 701} else v for k, v in enumerate(made_columns()["acc_x_g"])]
    pq.write_table(pa.table(columns), tmp_path / "run.parquet")
    (recording,) = read_recording_file(tmp_path / "run.parquet").recordings
    assert len(recording.time_s) == 1998
    assert recording.notes == ("2 of 2000 rows dropped: 2 without a number (first: row 700).",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"time_s": ["x"] * 2000}, "column time_s: found values of type string"),
        ({"acc_x_g": np.zeros(2000)}, "column acc_x_g: every row holds 0"),
        ({"acc_x_g": np.arange(2000).astype("datetime64[s]")}, "expected numbers"),
    ],
)
def test_bad_tables(tmp_path: Path, made_columns: Make, changes: dict[str, object], said: str) -> None:
    pq.write_table(pa.table({**made_columns(), **changes}), tmp_path / "run.parquet")
    with pytest.raises(InputError, match=said):
        read_recording_file(tmp_path / "run.parquet")


def test_other_tables_and_sizes(tmp_path: Path, made_columns: Make) -> None:
    path = tmp_path / "run.parquet"
    pq.write_table(pa.table({"a": [1, 2]}), path)
    with pytest.raises(InputError, match="no time column"):
        read_recording_file(path)
    pq.write_table(pa.table({"t_us": [1, 2], "ax": [1, 2]}), path)
    with pytest.raises(InputError, match="no acceleration"):
        read_recording_file(path)
    pq.write_table(pa.table({name: values[:1] for name, values in made_columns().items()}), path)
    with pytest.raises(InputError, match="1 row "):
        read_recording_file(path)
    pq.write_table(pa.table(made_columns()), path)
    with pytest.raises(InputError, match=r"import\.max_bytes"):
        read_recording_file(path, max_bytes=110_000)


def bomb(path: Path, rows: int) -> Path:
    """A table that is small on the disk and large in memory."""
    values = pa.array(np.zeros(rows))
    table = pa.table({"time_s": values, "acc_x_g": values, "acc_y_g": values, "acc_z_g": values})
    pq.write_table(table, path, compression="zstd", row_group_size=rows)
    return path


def test_what_a_small_file_becomes_in_memory_is_known_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 1_000_000
    path = bomb(tmp_path / "run.parquet", rows)
    assert path.stat().st_size < 100_000

    def read(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(parquet_table, "row_groups", read)
    with pytest.raises(InputError, match=r"at least 32000000 bytes .* import\.max_bytes"):
        read_recording_file(path, max_bytes=rows * 32 - 1)
    with pytest.raises(AssertionError, match="it was read"):
        read_recording_file(path, max_bytes=rows * 33)


def test_a_recording_of_this_program_is_bounded_too(tmp_path: Path) -> None:
    simulate_to_folder(tmp_path / "run", RunnerSettings(duration_s=20.0), SensorSettings())
    path = tmp_path / "run" / "imu.parquet"
    size = path.stat().st_size
    for place in (path, path.parent):
        with pytest.raises(InputError, match=r"import\.max_bytes"):
            read_recording_file(place, max_bytes=size + 1)
        assert read_recording_file(place, max_bytes=size * 10).recordings


def test_columns_that_are_not_read_count_in_one_row_group_only(tmp_path: Path, made_columns: Make) -> None:
    path = tmp_path / "run.parquet"
    notes = pa.array([b"x" * 1000] * 2000)  # 2 MB; 112 kB are wanted
    table = pa.table({**made_columns(), "note": notes})
    pq.write_table(table, path, row_group_size=100, use_dictionary=False)
    assert 100_000 < unpacked_bytes(path, open_parquet(path), 1) < 120_000
    assert unpacked_bytes(path, open_parquet(path), 7) == 2000 * 7 * 8
    assert read_recording_file(path, max_bytes=400_000).recordings
    pq.write_table(table, path, use_dictionary=False)
    with pytest.raises(InputError, match=r"import\.max_bytes"):
        read_recording_file(path, max_bytes=1_900_000)
    assert read_recording_file(path, max_bytes=2_300_000).recordings


@pytest.mark.parametrize("said", [-5, 3, 2**40])
def test_a_file_that_contradicts_itself_is_damaged(tmp_path: Path, said: int) -> None:
    group = SimpleNamespace(num_rows=5)
    facts = SimpleNamespace(num_rows=said, num_row_groups=1, row_group=lambda _: group)
    with pytest.raises(InputError, match="two numbers of rows"):
        unpacked_bytes(tmp_path / "run.parquet", SimpleNamespace(metadata=facts), 7)
