"""The truth comes back as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pfp_sensors.errors import InputError
from pfp_sensors.model.gait import Bout
from pfp_sensors.model.truth import Truth
from pfp_sensors.store.truth_files import read_truth, write_truth

if TYPE_CHECKING:
    from pathlib import Path

BOUTS = (Bout("still", 0.0, 5.0), Bout("running", 5.0, 60.25, ("short", "uphill")))


@given(
    values=hnp.arrays(np.float64, st.tuples(st.integers(0, 20), st.just(5)), elements=st.floats(width=64)),
    seed=st.integers(0, 9),
)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, values: np.ndarray, seed: int) -> None:
    folder = tmp_path_factory.mktemp("truth")
    (folder / "truth").mkdir()
    on, off, length, resultant, axial = values.T
    running = np.random.default_rng(seed).random(len(on)) > 0.5
    truth = Truth(on, off, running, length, resultant, axial, BOUTS)
    write_truth(folder, truth, "left_leg")
    again = read_truth(folder, "left_leg")
    for name in ("initial_contact_s", "terminal_contact_s", "stride_length_m", "resultant_g", "axial_g"):
        assert np.array_equal(getattr(truth, name), getattr(again, name), equal_nan=True)
    assert np.array_equal(truth.running, again.running)
    assert again.bouts == BOUTS


def test_unknown_is_an_empty_cell(tmp_path: Path) -> None:
    (tmp_path / "truth").mkdir()
    one = np.array([1.0])
    write_truth(tmp_path, Truth(one, one + 0.25, np.array([True]), one * np.nan, one * 8, one * 5, ()))
    text = (tmp_path / "truth" / "contacts.csv").read_text()
    assert text.splitlines()[1] == "1.0,1.25,1,,8.0,5.0"
    assert (tmp_path / "truth" / "bouts.csv").read_text() == "kind,start_s,end_s,flags\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("contacts.csv", "", "line 1"),
        ("contacts.csv", "a,b\n", "line 1"),
        (
            "contacts.csv",
            "initial_contact_s,terminal_contact_s,running,stride_length_m,resultant_g,axial_g\n1,2,1\n",
            "line 2: 3 cells",
        ),
        (
            "contacts.csv",
            "initial_contact_s,terminal_contact_s,running,stride_length_m,resultant_g,axial_g\n1,x,1,,,\n",
            'line 2: found "x"',
        ),
        ("bouts.csv", "kind,start_s,end_s,flags\nflying,0,1,\n", "flying"),
    ],
)
def test_damage_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / "truth").mkdir()
    one = np.array([1.0])
    write_truth(tmp_path, Truth(one, one, np.array([True]), one, one, one, BOUTS))
    (tmp_path / "truth" / name).write_text(text)
    with pytest.raises(InputError, match=said):
        read_truth(tmp_path)


def test_no_truth(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"contacts\.csv"):
        read_truth(tmp_path)
