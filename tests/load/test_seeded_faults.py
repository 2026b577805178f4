"""Each invariant finds a wrong rule: over a fixed list of diaries it breaks with the fault only."""

from __future__ import annotations

import pytest

from tests.load.diaries import seeded_case
from tests.load.engine import REAL
from tests.load.faults import FAULTS
from tests.load.invariants import INVARIANTS

SEEDS = range(3000)


@pytest.mark.parametrize("number", sorted(INVARIANTS), ids=lambda number: f"{number}: {FAULTS[number][0]}")
def test_invariant_finds_the_wrong_rule(number: int) -> None:
    check, (_, wrong) = INVARIANTS[number], FAULTS[number]
    cases = ((seed, seeded_case(seed)) for seed in SEEDS)
    caught = next((seed for seed, case in cases if check(wrong, case) is not None), None)
    assert caught is not None, "no diary of the list shows the fault"
    assert any(
        check(wrong, case) is not None and check(REAL, case) is None
        for case in (seeded_case(seed) for seed in range(caught, SEEDS.stop))
    ), "only diaries that the right engine fails as well"


def test_every_invariant_has_its_fault() -> None:
    assert sorted(FAULTS) == sorted(INVARIANTS)
