"""Strides: what makes one count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SETTINGS

from pfp_sensors.gait.strides import gate_terminal, join_strides, stride_rows, usable_strides
from pfp_sensors.signal.uniform import Piece

GATES = SETTINGS.gates
RATE_HZ = 200.0
INITIAL = np.array([100.0, 250.0, 400.0, 550.0])


def piece(*holes: tuple[int, int], n: int = 800) -> Piece:
    """Make a piece with holes from one grid point up to another."""
    missing = np.zeros(n, dtype=np.bool_)
    for start, end in holes:
        missing[start:end] = True
    acc = np.zeros((n, 3), dtype=np.float32)
    return Piece(acc, None, missing if holes else None, RATE_HZ, np.arange(n), np.arange(n) / RATE_HZ)


def test_without_holes_everything_is_usable() -> None:
    usable = usable_strides(piece(), INITIAL, GATES)
    assert usable.stride.all()
    assert usable.landing.all()


@pytest.mark.parametrize(
    ("hole", "strides", "landings"),
    [
        ((180, 186), [True] * 4, [True] * 4),  # 30 ms in mid-stride: allowed
        ((180, 187), [False, True, True, True], [True] * 4),  # 35 ms
        ((246, 248), [True] * 4, [True] * 4),  # 10 ms beside a landing: allowed
        ((246, 249), [True] * 4, [True, False, True, True]),  # 15 ms
        ((241, 244), [True] * 4, [True, False, True, True]),  # within 50 ms before
        ((230, 239), [False, True, True, True], [True] * 4),  # further before
        ((266, 269), [True] * 4, [True, False, True, True]),  # within 100 ms after
        ((271, 274), [True] * 4, [True] * 4),  # further after
    ],
)
def test_holes_take_strides_and_landings(
    hole: tuple[int, int], strides: list[bool], landings: list[bool]
) -> None:
    usable = usable_strides(piece(hole), INITIAL, GATES)
    assert usable.stride.tolist() == strides
    assert usable.landing.tolist() == landings


@given(st.lists(st.tuples(st.integers(0, 760), st.integers(1, 30)), min_size=1, max_size=5))
def test_more_holes_never_make_more_usable(holes: list[tuple[int, int]]) -> None:
    spans = [(a, a + n) for a, n in holes]
    fewer = usable_strides(piece(*spans[:-1]), INITIAL, GATES)
    more = usable_strides(piece(*spans), INITIAL, GATES)
    assert not (more.stride & ~fewer.stride).any()
    assert not (more.landing & ~fewer.landing).any()


@pytest.mark.parametrize(
    ("contact_s", "stride_s", "kept"),
    [
        (0.25, 0.74, True),
        (0.09, 0.70, False),
        (0.10, 0.70, True),
        (0.41, 0.90, False),
        (0.34, 0.55, False),  # more than 60 % of the stride
        (0.32, 0.51, False),  # swing shorter than 200 ms
        (0.25, 0.96, False),  # swing longer than 700 ms
        (np.nan, 0.74, False),
    ],
)
def test_a_foot_off_that_cannot_be_running_is_dropped(contact_s: float, stride_s: float, kept: bool) -> None:
    found = gate_terminal(np.array([1.0]), np.array([1.0 + contact_s]), np.array([stride_s]), GATES)
    assert np.isfinite(found[0]) == kept


def test_the_last_contact_is_judged_by_the_typical_stride() -> None:
    found = gate_terminal(np.array([1.0, 1.7]), np.array([1.25, 1.95]), np.array([0.7, np.nan]), GATES)
    assert np.isfinite(found).all()


def test_columns_that_are_not_given_are_unknown() -> None:
    row = stride_rows(
        2, bout_index=3, running=True, valid=np.array([True, False]), initial_s=np.array([1.0, 1.7])
    )
    assert np.isnan(row.resultant_g).all()
    assert np.isnan(row.stride_length_m).all()
    assert not row.clipped.any()
    assert row.bout_index.tolist() == [3, 3]


def test_rows_are_joined_in_order_and_none_give_none() -> None:
    rows = [
        stride_rows(
            k, bout_index=k, running=k > 2, valid=np.ones(k, dtype=np.bool_), initial_s=np.arange(k) + k
        )
        for k in (2, 3)
    ]
    joined = join_strides(rows)
    assert joined.bout_index.tolist() == [2, 2, 3, 3, 3]
    assert joined.running.tolist() == [False, False, True, True, True]
    assert len(join_strides([])) == 0
