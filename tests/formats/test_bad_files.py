"""Files that are no recordings, or damaged ones: each is told what was found and what to do."""

from __future__ import annotations

import errno
import gzip
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.read import read_recording_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Columns = dict[str, np.ndarray]
    Make = Callable[..., Columns]
    Write = Callable[..., Path]


def refusal(path: Path, **options: object) -> str:
    """Read a file that must be refused, and give the words."""
    with pytest.raises(InputError) as caught:
        read_recording_file(path, **options)  # type: ignore[arg-type]
    assert str(path) in caught.value.message
    assert caught.value.what_to_do
    return caught.value.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n# only words\n", "no header"),
        (b"time_s,acc_x_g,acc_y_g,acc_z_g\n", "0 rows"),
        (b"time_s,acc_x_g,acc_y_g,acc_z_g", "0 rows"),
        (b"time_s,acc_x_g,acc_y_g,acc_z_g\n0,0,0,1\n", "1 row "),
        (b"0.0,0.1,0.2,0.9\n0.01,0.1,0.2,0.9\n", "found numbers"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"\x0e\x20\x8d\x08\x00\x00\x00\x00.FIT", "FIT"),
        (b"\x89PNG\r\n", "PNG"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"\xff\xfet\x00i\x00", "UTF-16"),
        (b'{"a": 1}', "JSON"),
        (b'<?xml version="1.0"?><gpx>', "XML"),
        (b"a" * 257 + b"ustar", "tar"),
        (b"PAR1", "Parquet"),
        (b"PAR1" + bytes(100) + b"PAR1", "Parquet"),
        (bytes(range(256)) * 10, "zero byte"),
        (b"time_s,acc_x_g,acc_y_g,acc_z_g\n0,0,0,1\n0.01,0,\0,1\n", "zero byte"),
        (b"time_s,acc_x_g,acc_y_g,acc_z_g\r0,0,0,1\r0.01,0,0,1\r", "carriage returns"),
        (b"x" * 1_100_000, "without a line end"),
        (b"hello\nworld\n", "no time column"),
        (b"time_s,a,b\n1,2,3\n", "no acceleration"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_no_recording(tmp_path: Path, content: bytes, said: str, packed: bool) -> None:
    path = tmp_path / "file.csv"
    if packed and content.startswith(b"PAR1"):
        said = "no time column" if len(content) == 4 else "zero byte"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert said in refusal(path)


def test_gzip_in_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(gzip.compress(b"time_s\n", mtime=0)))
    message = refusal(path)
    assert "gzip" in message or "zero byte" in message


def test_missing_folder_pipe_and_forbidden(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "absent.csv")
    (tmp_path / "notes.txt").touch()
    assert "found notes.txt" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "no file" in refusal(tmp_path / "pipe")


def test_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.touch()

    def forbid(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", forbid)
    assert "cannot be read: Permission denied" in refusal(path)


def test_too_large_is_said_before_reading(made_columns: Make, write_csv: Write, tmp_path: Path) -> None:
    path = write_csv(made_columns())
    size = path.stat().st_size
    assert "import.max_bytes" in refusal(path, max_bytes=size - 1)
    read_recording_file(path, max_bytes=size)
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert packed.stat().st_size < size - 1
    assert "import.max_bytes" in refusal(packed, max_bytes=size - 1)
    sparse = tmp_path / "huge.csv"
    with sparse.open("wb") as file:
        file.truncate(5_000_000_000)
    assert "5000000000 bytes" in refusal(sparse)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_gzip_cut_short_says_what_is_readable(
    made_columns: Make, write_csv: Write, tmp_path: Path, share: float
) -> None:
    packed = gzip.compress(write_csv(made_columns(20_000)).read_bytes())
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(packed[: int(len(packed) * share)])
    message = refusal(path)
    lines = int(message.split("; ")[1].split(" ")[0])
    assert 0.5 * share < lines / 20_000 < share + 0.2
    assert f"byte {path.stat().st_size}" in message


def test_damaged_gzip_names_the_place(made_columns: Make, write_csv: Write, tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(write_csv(made_columns()).read_bytes()))
    packed[len(packed) // 2] ^= 0xFF
    path = tmp_path / "a.csv.gz"
    path.write_bytes(bytes(packed))
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("cut", [1, 5, 20, 60, 100])
def test_a_last_line_cut_short_is_left_out(made_columns: Make, write_csv: Write, cut: int) -> None:
    path = write_csv(made_columns(300))
    path.write_bytes(path.read_bytes()[:-1])
    whole = read_recording_file(path).recordings[0]
    last = path.read_bytes().rfind(b"\n") + 1
    path.write_bytes(path.read_bytes()[: max(last + 1, path.stat().st_size - cut)])
    (recording,) = read_recording_file(path).recordings
    noted = any("cut short" in note for note in recording.notes)
    assert len(recording.time_s) == len(whole.time_s) - noted
    if cut > 20:
        assert noted


def spoilt(path: Path, changes: dict[int, str]) -> Path:
    """Change lines of a file (from 0, the header)."""
    lines = path.read_text().splitlines()
    for number, text in changes.items():
        lines[number] = text.replace("{}", lines[number]).replace("{number}", str(-number % 7919))
    path.write_text("\n".join(lines) + "\n")
    return path


BAD = {
    "repeated": ("{}\n{}", "with a repeated time"),
    "backward": ("1.0{number},0.1,1,0.1,0,0,0", "with a time that goes back"),
    "no number": ("{},", "unreadable"),
    "empty": ("15.00123,,,,,,", "without a number"),
    "nan": ("15.00123,0.1,nan,0.1,0,0,0", "without a number"),
    "no time": (",0.1,1,0.1,0,0,0", "without a number"),
    "infinite": ("15.00123,0.1,1e300,0.1,0,0,0", "without a number"),
    "words": ("15.00123,0.1,overload,0.1,0,0,0", "unreadable"),
    "impossible": ("15.00123,0.1,1,-12345.6,0,0,0", "with an impossible value"),
    "short": ("15.00123,0.1", "unreadable"),
}


@pytest.mark.parametrize(("text", "cause"), BAD.values(), ids=BAD)
def test_few_bad_rows_are_dropped_counted_and_named(
    made_columns: Make, write_csv: Write, text: str, cause: str
) -> None:
    columns = made_columns()
    path = spoilt(write_csv(columns), dict.fromkeys([1501, 1502, 1503], text))
    (recording,) = read_recording_file(path).recordings
    extra = 3 if cause == "with a repeated time" else 0
    assert len(recording.time_s) == 2000 - 3 + extra
    (note,) = [note for note in recording.notes if "dropped" in note]
    assert f"3 of {2000 + extra} rows dropped: 3 {cause}" in note
    assert "line 150" in note
    if not extra:
        assert [gap.lost_samples for gap in recording.gaps] == [3]


@pytest.mark.parametrize(("text", "cause"), [value for name, value in BAD.items() if name != "impossible"])
def test_many_bad_rows_are_refused(made_columns: Make, write_csv: Write, text: str, cause: str) -> None:
    path = spoilt(write_csv(made_columns()), dict.fromkeys(range(1501, 1523), text))
    message = refusal(path)
    assert cause in message
    assert "expected at most 1%" in message


def test_many_impossible_values_are_a_wrong_unit(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    wrong = {name: values * 1000 if "acc" in name else values for name, values in columns.items()}
    assert "mg would fit" in refusal(write_csv(wrong))


@pytest.mark.parametrize("value", [1e6, -2e5])
def test_an_impossible_rotation_is_dropped_from_a_table(
    made_columns: Make, tmp_path: Path, value: float
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = made_columns()
    columns["gyr_y_dps"][1500] = value
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    (recording,) = read_recording_file(tmp_path / "a.parquet").recordings
    assert "1 of 2000 rows dropped: 1 with an impossible value (first: row 1500)." in recording.notes


@pytest.mark.parametrize(("rows", "read"), [(2, True), (19, True), (20, False)])
def test_few_rows_may_repeat_a_value(tmp_path: Path, rows: int, read: bool) -> None:
    path = tmp_path / "a.csv"
    lines = [f"{row / 100},0,0,1" for row in range(rows)]
    path.write_text("\n".join(["time_s,acc_x_g,acc_y_g,acc_z_g", *lines]) + "\n")
    if read:
        assert len(read_recording_file(path).recordings[0].time_s) == rows
    else:
        assert "every row holds 0" in refusal(path)


def test_one_stamp_in_the_far_future_costs_one_row(made_columns: Make, write_csv: Write) -> None:
    path = spoilt(write_csv(made_columns()), {1501: "99999999,0.1,1,0.1,0,0,0"})
    (recording,) = read_recording_file(path).recordings
    assert len(recording.time_s) == 1999
    assert recording.duration_s == pytest.approx(20.0)


def test_words_throughout_name_the_first_cell(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns(600)
    path = write_csv({**columns, "acc_y_g": ["off"] * 600})
    assert 'line 2, column acc_y_g holds "off", not a number' in refusal(path)


def test_times_as_dates_are_named(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns(600)
    path = write_csv({**columns, "time_s": ["2026-10-01 07:00:00"] * 600})
    assert 'column time_s holds "2026-10-01 07:00:00"' in refusal(path)


def test_rows_of_another_width(made_columns: Make, write_csv: Write) -> None:
    path = write_csv(made_columns(600))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *(line + ",1" for line in lines[1:])]) + "\n")
    assert "line 2, 8 cells instead of 7" in refusal(path)


@pytest.mark.parametrize("value", [np.nan, 0.0, 1.0])
@pytest.mark.parametrize("name", ["acc_y_g", "gyr_z_dps"])
def test_dead_channels(made_columns: Make, write_csv: Write, name: str, value: float) -> None:
    columns = made_columns()
    columns[name] = np.full(2000, value)
    message = refusal(write_csv(columns))
    assert f"column {name}" in message


def test_a_whole_sensor_that_is_constant(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    constant = {name: np.full(2000, 0.5) for name in columns if name != "time_s"}
    assert "every row holds 0.5" in refusal(write_csv({**columns, **constant}))


def test_all_stamps_the_same(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    assert "1999 with a repeated time" in refusal(write_csv({**columns, "time_s": np.ones(2000)}))
    assert "not a number in any row" in refusal(write_csv({**columns, "time_s": np.full(2000, np.nan)}))
