"""What the fuzz found once, each made again in a few lines so that it stays mended."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.axis_streams import Stream, without_copies
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.formats.watch import read_watch_files
from pfp_sensors.model.recording import Recording
from pfp_sensors.store import watch_files
from pfp_sensors.store.recording_files import write_recording
from pfp_sensors.store.seals import is_sample_file
from pfp_sensors.store.watch_files import read_watch

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


@pytest.mark.parametrize("name", ["run.parquet", "imu.parquet"])
def test_damaged_facts_of_a_parquet_column_do_not_end_the_program(tmp_path: Path, name: str) -> None:
    """A column that says it misses no value, beside a count of its missing ones."""
    path = tmp_path / name
    if name == "imu.parquet":
        rng = np.random.default_rng(0)
        acc = rng.normal(0, 1, (200, 3)).astype(np.float32)
        write_recording(tmp_path, [Recording(np.arange(200) / 100.0, acc, None, 100.0)])
        (tmp_path / "meta.json").unlink()
    else:
        columns = {name: np.arange(500) / 100.0 for name in ("time_s", "acc_x_g", "acc_y_g", "acc_z_g")}
        pq.write_table(pa.table(columns), path)
    content = path.read_bytes()
    needed, first = (b"\x25\x00", b"\x25\x02"), pq.read_schema(path).names[0].encode()
    ending = b"\x18" + bytes([len(first)]) + first  # in the schema: field 3 whether needed, field 4 the name
    assert content.count(needed[1] + ending) == 1
    path.write_bytes(content.replace(needed[1] + ending, needed[0] + ending))
    program = (
        "import sys\nfrom pathlib import Path\nfrom pfp_sensors.errors import InputError\n"
        "from pfp_sensors.formats.read import read_recording_file\n"
        "try:\n    read_recording_file(Path(sys.argv[1]))\n"
        "except InputError as error:\n    sys.exit(f'told: {error}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr[:5]) == (1, "told:")
    assert "cannot be read as a Parquet file" in done.stderr


def test_a_signalling_nan_is_a_bad_row(tmp_path: Path, made_columns: Callable[..., dict[str, Any]]) -> None:
    columns = made_columns()
    columns["acc_x_g"].view(np.uint64)[700] = 0x7FF0_0000_0000_0001
    pq.write_table(pa.table(columns), tmp_path / "run.parquet")
    (found,) = read_recording_file(tmp_path / "run.parquet").recordings
    assert len(found.time_s) == 1999
    assert any("1 of 2000 rows dropped: 1 without a number" in note for note in found.notes)


def test_infinite_samples_of_a_stream_are_no_copies() -> None:
    values = np.array(
        [[1, 2, 3], [np.inf, 2, 3], [np.inf, 2, 3], [4, -np.inf, 3], [5, -np.inf, 3]], np.float32
    )
    time_s = np.array([0.0, 0.01, 0.01, np.inf, np.inf])
    stream = Stream(time_s, values, "t", "s", ("x", "y", "z"), "g", 0, "", str, ())
    kept = without_copies(stream, "accelerometer")
    assert kept.time_s.tolist() == [0.0, 0.01, np.inf, np.inf]
    assert kept.notes == ("1 samples of the accelerometer were in the file twice.",)


GPX = (
    '<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><type>running</type><trkseg>{}</trkseg></trk></gpx>'
)
POINT = (
    '<trkpt lat="0" lon="0"><time>2026-01-02T07:30:{:02d}Z</time><extensions><TrackPointExtension '
    'xmlns="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"><cad>{}</cad></TrackPointExtension>'
    "</extensions></trkpt>"
)


def test_an_impossible_cadence_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    told = ["84", "1.7e308", "-1.7e308", "86", "85"]
    path.write_text(GPX.format("".join(POINT.format(n, cadence) for n, cadence in enumerate(told))))
    (run,) = read_watch_files(path).runs
    assert run.channels["cadence_spm"].tolist() == pytest.approx([168, np.nan, np.nan, 172, 170], nan_ok=True)
    assert any("2 impossible values of cadence were left out" in note for note in run.notes)


def test_laps_that_add_up_to_no_number(tmp_path: Path) -> None:
    lap = (
        '<Lap StartTime="2026-01-02T07:30:{0:02d}Z"><TotalTimeSeconds>1.7e308</TotalTimeSeconds>'
        "<DistanceMeters>1.7e308</DistanceMeters><Track><Trackpoint><Time>2026-01-02T07:30:{0:02d}Z</Time>"
        "<DistanceMeters>{0}</DistanceMeters></Trackpoint></Track></Lap>"
    )
    path = tmp_path / "run.tcx"
    path.write_text(
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running">{"".join(map(lap.format, range(9)))}</Activity></Activities>'
        "</TrainingCenterDatabase>"
    )
    (run,) = read_watch_files(path).runs
    assert (run.totals.distance_m, run.totals.timer_s) == (None, None)


def test_two_columns_of_one_name_in_a_recording(tmp_path: Path) -> None:
    acc = np.random.default_rng(0).normal(0, 1, (200, 3)).astype(np.float32)
    write_recording(tmp_path / "run", [Recording(np.arange(200) / 100.0, acc, None, 100.0)])
    table = pq.read_table(tmp_path / "run" / "imu.parquet")
    path = tmp_path / "imu.parquet"
    pq.write_table(table.append_column("t_us", table.column("t_us")), path)
    with pytest.raises(InputError, match="2 columns named t_us"):
        read_recording_file(path)


@pytest.mark.parametrize("columns", [[["a", "b"]], [[0.0, 1.0], [0.0, 1.0]]])
def test_rows_of_a_watch_that_are_no_numbers_or_twice(tmp_path: Path, columns: list[list[Any]]) -> None:
    path = tmp_path / "watch.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array(one) for one in columns], len(columns) * ["time_s"]), path)
    with pytest.raises(InputError, match="cannot be read as the rows of a watch: a column of no numbers"):
        read_watch(path)


def test_rows_of_a_watch_that_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_files, "_MOST_BYTES", 16_000_000)
    path = tmp_path / "watch.parquet"
    zeros = pa.array(np.zeros(1_000_000, np.float32))
    pq.write_table(pa.table(dict.fromkeys("abc", zeros)), path, compression="zstd")
    assert path.stat().st_size < 20_000
    with pytest.raises(InputError, match="unpacks to more than 16 MB"):
        read_watch(path)
