"""The generic CSV: every dialect gives the same recording."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pfp_sensors.errors import UsageError
from pfp_sensors.formats.line_blocks import BLOCK_BYTES
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.units import DPS_PER_RPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pfp_sensors.model.recording import Recording

    Columns = dict[str, np.ndarray]
    Make = Callable[..., Columns]
    Write = Callable[..., Path]


def one(path: Path, **options: object) -> Recording:
    (recording,) = read_recording_file(path, **options).recordings  # type: ignore[arg-type]
    return recording


def agrees(recording: Recording, columns: Columns) -> bool:
    """Tell whether a recording holds the numbers of plain columns."""
    acc = np.stack([columns[f"acc_{axis}_g"] for axis in "xyz"], axis=1)
    same = np.allclose(recording.acc_g, acc, atol=2e-6) and np.allclose(recording.time_s, columns["time_s"])
    if recording.gyr_dps is not None:
        gyr = np.stack([columns[f"gyr_{axis}_dps"] for axis in "xyz"], axis=1)
        same = same and np.allclose(recording.gyr_dps, gyr, atol=1e-3)
    return bool(same)


def test_plain(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    path = write_csv(columns)
    file = read_recording_file(path)
    (recording,) = file.recordings
    assert agrees(recording, columns)
    assert (recording.rate_hz, recording.gaps, recording.notes) == (100.0, (), ())
    assert (recording.side, recording.placement, recording.acc_range_g) == (None, None, None)
    assert recording.acc_g.dtype == np.float32
    assert recording.acc_g.flags.c_contiguous
    assert file.source.path == str(path)
    assert file.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file.source.format == "csv"


def test_accelerometer_only(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns(gyroscope=False)
    recording = one(write_csv(columns))
    assert agrees(recording, columns)
    assert recording.channels == ("acc",)


@pytest.mark.parametrize("name", ["run.csv.gz", "run.csv", "run"])
def test_gzip_is_known_by_content(made_columns: Make, write_csv: Write, tmp_path: Path, name: str) -> None:
    columns = made_columns()
    text = write_csv(columns, "plain.csv").read_bytes()
    path = tmp_path / name
    path.write_bytes(gzip.compress(text[:1000]) + gzip.compress(text[1000:]) + b"\0\0")
    file = read_recording_file(path)
    assert agrees(file.recordings[0], columns)
    assert file.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(7)),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
    head=st.sampled_from(["", "# made by hand\n#second line\n", "\n\n", "sep={}\n"]),
    upper=st.booleans(),
    spaces=st.booleans(),
    last_end=st.booleans(),
)
def test_dialects_and_order(
    made_columns: Make,
    tmp_path: Path,
    order: list[int],
    delimiter: str,
    end: str,
    mark: bool,
    head: str,
    upper: bool,
    spaces: bool,
    last_end: bool,
) -> None:
    columns = made_columns(700)
    names = [list(columns)[k] for k in order]
    written = [
        f" {n} " if spaces else f'"{n}"' if upper else n for n in (n.upper() if upper else n for n in names)
    ]
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    lines = [delimiter.join(written), *(delimiter.join(map(str, row)) for row in rows)]
    text = head.format(delimiter).replace("\n", end) + end.join(lines) + (end if last_end else "")
    path = tmp_path / "run.csv"
    path.write_bytes((b"\xef\xbb\xbf" if mark else b"") + text.encode())
    assert agrees(one(path), columns)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_comma(made_columns: Make, write_csv: Write, delimiter: str) -> None:
    columns = made_columns()
    texts = {name: [str(v).replace(".", ",") for v in values.tolist()] for name, values in columns.items()}
    recording = one(write_csv(texts, delimiter=delimiter))
    assert agrees(recording, columns)
    assert "Numbers have a decimal comma." in recording.notes


@pytest.mark.parametrize(("unit", "factor"), [("g", 1.0), ("mg", 1000.0), ("mps2", STANDARD_GRAVITY_MPS2)])
@pytest.mark.parametrize(("turn", "per_dps"), [("dps", 1.0), ("rps", 1 / DPS_PER_RPS), ("mdps", 1000.0)])
@pytest.mark.parametrize(("time", "per_s"), [("s", 1.0), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)])
def test_units_come_from_names(
    made_columns: Make,
    write_csv: Write,
    unit: str,
    factor: float,
    turn: str,
    per_dps: float,
    time: str,
    per_s: float,
) -> None:
    columns = made_columns()
    other = {f"time_{time}": columns["time_s"] * per_s}
    other |= {f"acc_{axis}_{unit}": columns[f"acc_{axis}_g"] * factor for axis in "xyz"}
    other |= {f"gyr_{axis}_{turn}": columns[f"gyr_{axis}_dps"] * per_dps for axis in "xyz"}
    assert agrees(one(write_csv(other)), columns)


@pytest.mark.parametrize("name", ["time", "t", "Time"])
def test_time_without_unit_is_noted(made_columns: Make, write_csv: Write, name: str) -> None:
    columns = made_columns()
    time_s = columns.pop("time_s")
    recording = one(write_csv({name: time_s, **columns}))
    assert agrees(recording, {"time_s": time_s, **columns})
    assert recording.notes == (f'The column "{name}" names no unit; seconds were assumed.',)


def test_times_count_from_the_first_row(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    later = {**columns, "time_s": np.round(columns["time_s"] + 1_700_000_000.25, 6)}
    recording = one(write_csv(later))
    assert recording.time_s[0] == 0.0
    assert np.allclose(recording.time_s, columns["time_s"], atol=1e-6)
    assert any("1700000000.25" in note for note in recording.notes)


def test_other_columns_are_left_aside(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    words = ["a läufer"] * 2000
    recording = one(write_csv({"note": words, **columns, "mag_x_ut": columns["time_s"], "": words}))
    assert agrees(recording, columns)
    assert recording.notes == ("Columns left aside: note, mag_x_ut.",)


def test_text_that_is_no_utf8(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    path = write_csv({**columns, "ort": ["Köln"] * 2000})
    path.write_bytes(path.read_bytes().decode().replace("ort", "straße").encode("latin-1"))
    recording = one(path)
    assert agrees(recording, columns)
    assert any("Latin-1" in note for note in recording.notes)


def test_meta_json_beside_it_is_honoured_and_the_caller_is_stronger(
    made_columns: Make, write_csv: Write, tmp_path: Path
) -> None:
    path = write_csv(made_columns())
    meta = {"side": "right", "placement": "shank", "acc_range_g": 8, "sampling_rate_hz": 100, "person": "A"}
    (tmp_path / "meta.json").write_text(json.dumps({**meta, "synthetic": True}))
    recording = one(path)
    assert (recording.side, recording.placement, recording.acc_range_g) == ("right", "shank", 8.0)
    assert (recording.nominal_rate_hz, recording.synthetic) == (100.0, True)
    recording = one(path, side="left", placement="ankle", acc_range_g=16.0)
    assert (recording.side, recording.placement, recording.acc_range_g) == ("left", "ankle", 16.0)


def prefixed(columns: Columns, *prefixes: str) -> Columns:
    """Give each prefix its own copy of the samples, a little different from one to the next."""
    many = {"time_s": columns["time_s"]}
    for k, prefix in enumerate(prefixes):
        many |= {
            f"{prefix}_{name}": values * (1 + k / 1000)
            for name, values in columns.items()
            if name != "time_s"
        }
    return many


def test_left_and_right_leg_are_both_read(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    path = write_csv(prefixed(columns, "torso", "right_leg", "left_leg"))
    left, right = read_recording_file(path).recordings
    assert (left.sensor, left.side, right.sensor, right.side) == ("left_leg", "left", "right_leg", "right")
    assert left.notes == right.notes == ("Sensors left out: torso.",)
    assert np.allclose(left.acc_g, right.acc_g * (1.002 / 1.001), atol=1e-5)


def test_one_sensor_is_chosen_by_its_prefix(made_columns: Make, write_csv: Write) -> None:
    path = write_csv(prefixed(made_columns(), "torso", "right_leg", "left_leg"))
    recording = one(path, sensor="torso")
    assert (recording.sensor, recording.side) == ("torso", None)
    assert one(path, sensor="Left_Leg", placement="shank").side == "left"
    assert one(path, sensor="torso", side="right").side == "right"
    with pytest.raises(UsageError, match="found torso, right_leg, left_leg"):
        read_recording_file(path, sensor="foot")
    with pytest.raises(UsageError, match="both legs"):
        read_recording_file(path, side="left")


@pytest.mark.parametrize(
    "prefixes", [("torso", "hip"), ("left_leg", "torso"), ("left_thigh", "left_shank", "right_shank")]
)
def test_a_choice_is_needed(made_columns: Make, write_csv: Write, prefixes: tuple[str, ...]) -> None:
    path = write_csv(prefixed(made_columns(600), *prefixes))
    with pytest.raises(UsageError) as caught:
        read_recording_file(path)
    assert all(prefix in caught.value.message for prefix in prefixes)


def test_columns_are_stronger_than_meta_json_on_the_side(
    made_columns: Make, write_csv: Write, tmp_path: Path
) -> None:
    (tmp_path / "meta.json").write_text('{"side": "left"}')
    recording = one(write_csv(prefixed(made_columns(), "tibia_r")))
    assert recording.side == "right"
    assert any("meta.json says" in note for note in recording.notes)


def test_many_blocks_give_the_same_as_one(
    made_columns: Make, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(made_columns(5000))
    whole = one(path)
    assert path.stat().st_size < BLOCK_BYTES
    monkeypatch.setattr("pfp_sensors.formats.line_blocks.BLOCK_BYTES", 10_000)
    monkeypatch.setattr("pfp_sensors.formats.line_blocks._READ_BYTES", 3_000)
    pieces = one(path)
    assert np.array_equal(whole.acc_g, pieces.acc_g)
    assert np.array_equal(whole.time_s, pieces.time_s)


def test_lost_samples_are_gaps(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    kept = np.delete(np.arange(2000), [800, *range(1000, 1050)])
    recording = one(write_csv({name: values[kept] for name, values in columns.items()}))
    assert [(gap.start_s, gap.end_s, gap.lost_samples) for gap in recording.gaps] == [
        (7.99, 8.01, 1),
        (9.99, 10.5, 50),
    ]
    assert recording.rate_hz == pytest.approx(100.0, rel=1e-6)
