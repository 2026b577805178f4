"""meta.json: read kindly, checked strictly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.store.meta_json import RecordingMeta, meta_text, read_meta

if TYPE_CHECKING:
    from pathlib import Path


def written(tmp_path: Path, values: Any) -> Path:
    path = tmp_path / "meta.json"
    path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
    return path


def test_absent_says_nothing(tmp_path: Path) -> None:
    assert read_meta(tmp_path / "meta.json") == RecordingMeta()
    assert read_meta(tmp_path / "no" / "meta.json") == RecordingMeta()


def test_known_keys_and_the_rest_aside(tmp_path: Path) -> None:
    meta = read_meta(
        written(
            tmp_path,
            {
                "side": "Left",
                "placement": "shank",
                "acc_range_g": 8,
                "sampling_rate_hz": 142.9,
                "person": "A",
            },
        )
    )
    common = meta.common
    assert (common.side, common.placement, common.acc_range_g) == ("left", "shank", 8.0)
    assert common.sampling_rate_hz == 142.9
    assert meta.other == {"person": "A"}


def test_unknown_differs_from_nothing_said(tmp_path: Path) -> None:
    said = read_meta(written(tmp_path, {"side": "unknown", "acc_range_g": None})).common
    assert said.side is None
    assert said.acc_range_g is None
    assert said.said == {"side", "acc_range_g"}


def test_one_sensor_is_stronger_than_all(tmp_path: Path) -> None:
    meta = read_meta(
        written(tmp_path, {"placement": "shank", "acc_range_g": 16, "sensors": {"l": {"acc_range_g": 8}}})
    )
    assert (meta.of("l").acc_range_g, meta.of("l").placement, meta.of("r").acc_range_g) == (
        8.0,
        "shank",
        16.0,
    )


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    assert read_meta(written(tmp_path, '\ufeff{"side": "right"}')).common.side == "right"


def test_files_and_sensors_of_others_are_kept_aside(tmp_path: Path) -> None:
    meta = read_meta(written(tmp_path, {"files": ["a.csv"], "sensors": ["left", "right"]}))
    assert (meta.files, meta.sensors) == ({}, {})
    assert meta.other == {"files": ["a.csv"], "sensors": ["left", "right"]}


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"side": "both"}, "side"),
        ({"side": ["left"]}, "side"),
        ({"side": 1}, "side"),
        ({"placement": 3}, "placement"),
        ({"acc_range_g": "8"}, "acc_range_g"),
        ({"acc_range_g": 0}, "acc_range_g"),
        ({"acc_range_g": True}, "acc_range_g"),
        ({"acc_range_g": 10**400}, "acc_range_g"),
        ('{"acc_range_g": NaN}', "acc_range_g"),
        ({"sampling_rate_hz": -1}, "sampling_rate_hz"),
        ('{"sampling_rate_hz": Infinity}', "sampling_rate_hz"),
        ({"synthetic": "yes"}, "synthetic"),
        ({"start_utc": "yesterday"}, "start_utc"),
        ({"start_utc": "2026-10-01T07:00:00"}, "start_utc"),
        ({"sensors": {"l": {"side": "up"}}}, "sensors.l.side"),
        ({"schema": "pfp.recording/1", "files": []}, "files"),
        ({"schema": "pfp.recording/1", "files": {"imu.parquet": {"rows": -1}}}, "files.imu.parquet.rows"),
        (
            {"schema": "pfp.recording/1", "files": {"a": {"rows": 1, "sha256": "abc"}}},
            "files.a.sha256",
        ),
        ("[1, 2]", "the whole file"),
    ],
)
def test_impossible_values_are_named(tmp_path: Path, values: Any, key: str) -> None:
    path = written(tmp_path, values)
    with pytest.raises(InputError) as caught:
        read_meta(path)
    assert str(path) in caught.value.message
    assert f": {key} is " in caught.value.message
    assert "expected" in caught.value.message


@pytest.mark.parametrize("text", ['{"side": ', "", "[" * 100_000, "side: left"])
def test_what_is_no_json_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="not valid JSON"):
        read_meta(written(tmp_path, text))


def test_unreadable_and_huge(tmp_path: Path) -> None:
    path = tmp_path / "meta.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_meta(path)
    path.write_text(" " * 2_000_000)
    with pytest.raises(InputError, match="bytes"):
        read_meta(path)


def test_text_is_for_people() -> None:
    assert meta_text({"side": "left", "note": "Ä"}) == '{\n  "side": "left",\n  "note": "Ä"\n}\n'
