"""Units, rates and gravity: what the header claims is held against the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.units import DPS_PER_RPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Columns = dict[str, np.ndarray]
    Make = Callable[..., Columns]
    Write = Callable[..., Path]

FACTORS = {"g": 1.0, "mps2": STANDARD_GRAVITY_MPS2, "mg": 1000.0}
WORDS = {"g": "g", "mps2": "m/s²", "mg": "mg"}


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_recording_file(path)
    assert caught.value.what_to_do
    return caught.value.message


def renamed(columns: Columns, kind: str, unit: str, factor: float) -> Columns:
    """Scale the columns of one kind, and claim a unit for them."""
    return {
        f"{name.rsplit('_', 1)[0]}_{unit}" if name.startswith(kind) else name: values * factor
        if name.startswith(kind)
        else values
        for name, values in columns.items()
    }


@pytest.mark.parametrize("still", [True, False])
@pytest.mark.parametrize("true_unit", FACTORS)
@pytest.mark.parametrize("claimed", FACTORS)
def test_a_wrong_unit_is_named_with_the_right_one(
    made_columns: Make, write_csv: Write, still: bool, true_unit: str, claimed: str
) -> None:
    columns = made_columns(still=still)
    path = write_csv(renamed(columns, "acc", claimed, FACTORS[true_unit]))
    if claimed == true_unit:
        (recording,) = read_recording_file(path).recordings
        assert any("no still phase" in note for note in recording.notes) is not still
        return
    message = refusal(path)
    assert f"{WORDS[true_unit]} would fit" in message
    assert ("at rest" in message) is still


def test_gravity_removed(made_columns: Make, write_csv: Write) -> None:
    columns = made_columns()
    still = columns["time_s"] <= 6.0
    for name, value in (("acc_x_g", 0.1), ("acc_y_g", 0.99), ("acc_z_g", 0.1)):
        columns[name] = columns[name] - value
    assert np.abs(columns["acc_y_g"][still]).max() < 0.1
    assert "Gravity seems to have been removed" in refusal(write_csv(columns))


def test_a_scale_that_fits_no_unit(made_columns: Make, write_csv: Write) -> None:
    assert "No other unit fits" in refusal(write_csv(renamed(made_columns(), "acc", "g", 1.3)))


@pytest.mark.parametrize("factor", [0.92, 1.08])
def test_a_cheap_sensor_is_no_wrong_unit(made_columns: Make, write_csv: Write, factor: float) -> None:
    read_recording_file(write_csv(renamed(made_columns(), "acc", "g", factor)))


@pytest.mark.parametrize(
    ("claimed", "factor", "said"),
    [("dps", 1 / DPS_PER_RPS, "rad/s would fit"), ("rps", 1.0, "deg/s would fit")],
)
@pytest.mark.parametrize("still", [True, False])
def test_rotation_in_a_wrong_unit(
    made_columns: Make, write_csv: Write, claimed: str, factor: float, said: str, still: bool
) -> None:
    assert said in refusal(write_csv(renamed(made_columns(still=still), "gyr", claimed, factor)))


def test_rotation_of_a_sensor_at_rest_may_be_small(made_columns: Make, write_csv: Write) -> None:
    columns = {name: values[:500] for name, values in made_columns().items()}
    (recording,) = read_recording_file(write_csv(columns)).recordings
    assert recording.notes == ()


@pytest.mark.parametrize(
    ("name", "step", "said"),
    [
        ("time_s", 5.0, "looks like milliseconds"),
        ("time_s", 10_000.0, "looks like microseconds"),
        ("time_ms", 0.01, "looks like seconds"),
        ("time_us", 0.01, "looks like seconds"),
        ("time_us", 5.0, "looks like milliseconds"),
        ("time_s", 3.0, "samples per second"),
    ],
)
def test_absurd_rates(made_columns: Make, write_csv: Write, name: str, step: float, said: str) -> None:
    columns = made_columns()
    time = np.arange(2000) * step
    del columns["time_s"]
    assert said in refusal(write_csv({name: time, **columns}))


@pytest.mark.parametrize(
    ("nominal", "outcome"),
    [(100.4, "quiet"), (99.0, "note"), (118.0, "note"), (130.0, "error"), (50.0, "error")],
)
def test_the_stated_rate(
    made_columns: Make, write_csv: Write, tmp_path: Path, nominal: float, outcome: str
) -> None:
    path = write_csv(made_columns())
    (tmp_path / "meta.json").write_text(f'{{"sampling_rate_hz": {nominal}}}')
    if outcome == "error":
        assert "sampling_rate_hz" in refusal(path)
        return
    (recording,) = read_recording_file(path).recordings
    assert (recording.rate_hz, recording.nominal_rate_hz) == (100.0, nominal)
    assert any("stamps give 100 Hz" in note for note in recording.notes) is (outcome == "note")
