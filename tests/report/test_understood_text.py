"""What was understood of a file: the words a person checks before a recording goes into the diary."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pfp_sensors.model.recording import AsFound, Gap, Recording, RecordingFile, Source
from pfp_sensors.model.understood import TablePreview, clipped_samples, understood
from pfp_sensors.report.understood_text import preview_lines, understood_document, understood_lines

FOUND = AsFound("time", "ms", ("AccX", "AccY", "AccZ"), "mps2", ("GX", "GY", "GZ"), "rps", 1.013)


def recording(**changes: Any) -> Recording:
    rng = np.random.default_rng(1)
    values: dict[str, Any] = {
        "time_s": np.arange(2000) / 100.0,
        "acc_g": rng.normal(0, 2, (2000, 3)).astype(np.float32),
        "gyr_dps": rng.normal(0, 200, (2000, 3)).astype(np.float32),
        "rate_hz": 100.0,
        "as_found": FOUND,
    }
    return Recording(**{**values, **changes})


def file_of(*recordings: Recording, name: str = "phyphox") -> RecordingFile:
    return RecordingFile(Source("run.zip", "0" * 64, name), recordings)


def lines(**changes: Any) -> str:
    return "\n".join(understood_lines(file_of(recording(**changes))))


def test_all_that_was_understood_is_said() -> None:
    text = lines(side="left", placement="shank", start_utc="2026-10-01T07:00:00+02:00", acc_range_g=16.0)
    for words in (
        "Format: phyphox.",
        "Time: time (ms).",
        "Acceleration x, y, z: AccX, AccY, AccZ (m/s²).",
        "Rotation x, y, z: GX, GY, GZ (rad/s).",
        "Rate: 100 Hz over 20.0 s (2000 samples); the file claims none.",
        "Gaps: none.",
        "Gravity at rest: 1.01 g.",
        "Acceleration: with gravity, as the sensor measured it.",
        "range: +-16 g.",
        "Worn: shank, left.",
        "Began: 2026-10-01T07:00:00+02:00.",
    ):
        assert words in text
    assert "SYNTHETIC" not in text
    assert "cut off" not in text


def test_what_is_not_known_is_said_too() -> None:
    found = AsFound("", "s", ("2", "3", "4"), "g")
    text = lines(as_found=found, gyr_dps=None)
    for words in (
        "Time: made from the rate.",
        "Rotation: none.",
        "Gravity at rest: not checked, nothing was still.",
        "range: unknown.",
        "where it was worn is not known, which leg is not known",
    ):
        assert words in text


def test_a_recording_of_this_program_has_no_columns_to_check() -> None:
    text = "\n".join(understood_lines(file_of(recording(as_found=None, synthetic=True), name="pfp-folder")))
    assert text.startswith("Format: a recording of this program.\nSYNTHETIC")
    assert "units are this program's own" in text
    assert "AccX" not in text


@pytest.mark.parametrize(
    ("nominal", "said"),
    [(100.4, "claimed: 100.4 Hz."), (102.0, "claimed: 102 Hz, off by -2.0%: the stamps count.")],
)
def test_a_rate_that_is_off_is_said(nominal: float, said: str) -> None:
    assert said in lines(nominal_rate_hz=nominal)


def test_gaps_are_counted() -> None:
    time_s = np.delete(np.arange(2000) / 100.0, np.r_[100:110, 500:540])
    acc = np.random.default_rng(2).normal(0, 2, (1950, 3)).astype(np.float32)
    gaps = (Gap(0.99, 1.10, 10), Gap(4.99, 5.40, 40))
    text = lines(time_s=time_s, acc_g=acc, gyr_dps=None, gaps=gaps)
    assert "Gaps: 2, the longest 0.41 s; 50 samples missing." in text


@pytest.mark.parametrize(
    ("kind", "said"), [("free", "no landing impact from this file"), ("rebuilt", "good for rhythm, not for")]
)
def test_the_kind_of_acceleration_says_what_follows(kind: str, said: str) -> None:
    assert said in lines(acceleration=kind)


@pytest.mark.parametrize(
    ("extremes", "count"),
    [({0: 16.0, 1: 16.0, 2: 16.0}, 3), ({0: 16.0, 1: 16.0}, 0), ({0: -16.0, 1: -16.0, 2: -16.0, 3: 15.0}, 3)],
)
def test_three_equal_extremes_are_clipped(extremes: dict[int, float], count: int) -> None:
    acc = recording().acc_g.copy()
    for row, value in extremes.items():
        acc[row * 7, 1] = value
    assert understood(recording(acc_g=acc)).acc_clipped == count
    assert (f"{count} samples look cut off there" in lines(acc_g=acc)) == (count > 0)


def test_a_sample_clipped_on_two_axes_counts_once() -> None:
    values = np.zeros((10, 3), np.float32)
    values[2:6, 0] = 8.0
    values[4:8, 2] = -8.0
    assert clipped_samples(values, 1.9) == 6
    assert clipped_samples(values, 8.1) == 0


def test_a_coarse_sensor_at_rest_is_not_clipped() -> None:
    acc = np.tile(np.array([0.0, 1.0, 0.0], np.float32), (2000, 1))
    assert understood(recording(acc_g=acc, gyr_dps=None)).acc_clipped == 0


def test_two_legs_are_told_apart() -> None:
    both = understood_lines(file_of(recording(sensor="left_leg"), recording(sensor="right_leg")))
    assert (
        sum(line.startswith("left_leg: ") for line in both) == sum("right_leg: " in line for line in both) > 5
    )


def test_the_document_is_plain_json() -> None:
    (document,) = understood_document(file_of(recording(nominal_rate_hz=102.0)))
    again = json.loads(json.dumps(document, allow_nan=False))
    assert again == document
    assert (again["format"], again["rate_hz"], again["gaps"]) == ("phyphox", 100.0, 0)
    assert again["rate_off_share"] == pytest.approx(-0.0196, abs=1e-4)
    assert again["as_found"]["acc_columns"] == ["AccX", "AccY", "AccZ"]
    assert again["as_found"]["gravity_at_rest_g"] == 1.013


def test_a_preview_has_a_line_for_each_row() -> None:
    channels = ("t", "ax", "ay", "az")
    rows = ((0.0, 0.1, 1.0, 0.0), (0.01, 0.1, float("nan"), 0.0))
    shown = TablePreview(
        channels, ("Zeit", "X", "Y", "Z"), ("ms", "mps2", "mps2", "mps2"), rows, ("Turned.",)
    )
    head, columns, units, read_as, first, second, note = preview_lines(shown)
    assert head.split() == list(channels)
    assert columns.split() == ["column", "Zeit", "X", "Y", "Z"]
    assert "m/s²" in units
    assert read_as.split() == ["read", "as", "s", "g", "g", "g"]
    assert first.split() == ["0.000", "0.100", "1.000", "0.000"]
    assert second.split()[2] == "-"
    assert note == "Turned."


def test_a_unit_in_the_name_of_a_column_is_not_said_twice() -> None:
    names = tuple(f"Acceleration {axis} (m/s^2)" for axis in "xyz")
    found = AsFound("Time (s)", "s", names, "mps2", ("a", "b", "c"), "rps", 1.0)
    file = RecordingFile(Source("run.csv", "0" * 64, "phyphox"), (recording(as_found=found),))
    text = "\n".join(understood_lines(file))
    assert "Time: Time (s).\n" in text
    assert "z (m/s^2).\n" in text
    assert "a, b, c (rad/s)." in text
