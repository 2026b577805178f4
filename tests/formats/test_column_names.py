"""Header names: understood in any order and case, and named when they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.columns import understand_columns
from pfp_sensors.formats.sensors import side_of

PATH = Path("run.csv")
ACC = ["acc_x_g", "acc_y_g", "acc_z_g"]


def test_positions_units_and_the_rest() -> None:
    layout = understand_columns(PATH, ["b_acc_z_mg", "time_us", "b_acc_x_mg", "note", "b_acc_y_mg", *ACC])
    assert (layout.time, layout.time_unit, layout.time_factor) == (1, "us", 1e-6)
    assert list(layout.sensors) == ["b", ""]
    assert layout.sensors["b"].acc.columns == (2, 4, 0)
    assert layout.sensors["b"].acc.factor == 1e-3
    assert layout.sensors[""].gyr is None
    assert layout.notes == ("Columns left aside: note.",)


@pytest.mark.parametrize("written", ["ACC_X_G", " acc_x_g ", '"acc_x_g"', "acc x g", "acc__x_g"])
def test_spellings(written: str) -> None:
    layout = understand_columns(PATH, ["time_s", written, *ACC[1:]])
    assert layout.sensors[""].acc.columns == (1, 2, 3)


def test_gyro_is_gyr() -> None:
    layout = understand_columns(PATH, ["time_s", *ACC, "gyro_x_dps", "gyro_y_dps", "gyro_z_dps"])
    gyr = layout.sensors[""].gyr
    assert gyr is not None
    assert gyr.unit == "dps"


def test_several_times() -> None:
    layout = understand_columns(PATH, ["time", "time_ms", *ACC])
    assert (layout.time, layout.time_unit) == (1, "ms")
    assert "Several columns hold times" in layout.notes[0]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["tiem_s", *ACC], "is tiem_s meant to be time_s?"),
        (["time_s", "acx_g", "acy_g", "acz_g"], "meant to be acc_x_g?"),
        (["time_s", "acc_x", "acc_y", "acc_z"], "no unit"),
        (["time_s", "acc_x_kg", "acc_y_kg", "acc_z_kg"], 'the unit "kg"'),
        (["time_s", "acc_x_g", "acc_y_mg", "acc_z_g"], "more than one unit"),
        (["time_s", "acc_x_g", "acc_y_g"], "missing: z"),
        (["time_s", *ACC, "gyr_x_dps"], "missing: y, z"),
        (["time_s", *ACC, "gyr_x_g", "gyr_y_g", "gyr_z_g"], 'the unit "g"'),
        (["time_s", *ACC, "acc_x_mg"], "two columns"),
        (["time_s", "time_s", *ACC], "two columns"),
        (["time_s", "gyr_x_dps", "gyr_y_dps", "gyr_z_dps"], "no acceleration"),
    ],
)
def test_what_cannot_be_understood_is_named(names: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        understand_columns(PATH, names)
    assert said in caught.value.message
    assert "run.csv" in caught.value.message


def test_a_long_header_is_shortened() -> None:
    with pytest.raises(InputError) as caught:
        understand_columns(PATH, [f"column_{k}" for k in range(1000)])
    assert len(caught.value.message) < 600


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("left_leg", "left"),
        ("tibia_r", "right"),
        ("L", "left"),
        ("right", "right"),
        ("shank-right-2", "right"),
        ("leftover", None),
        ("torso", None),
        ("", None),
        ("left_right", None),
        ("lateral", None),
        ("RTibia", "right"),
        ("LTibia_20260102", "left"),
        ("RightShank", "right"),
        ("rlegs", None),
        ("rum", None),
    ],
)
def test_sides_from_names(name: str, side: str | None) -> None:
    assert side_of(name) == side
