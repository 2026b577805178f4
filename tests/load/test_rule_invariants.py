"""Every numbered invariant of load.md 12 holds over random diaries, with shrinking.

PFP_INVARIANT_CASES sets the cases of each invariant (default 100: more than 2,000 together);
`python -m bench.invariants` judges many more and makes its counterexamples small. Invariant 22 (config out
of bounds is refused) needs no diary: see `test_rules_contract`.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings

from tests.load.coverage import WANTED, coverage
from tests.load.diaries import Case, diaries, seeded_case
from tests.load.engine import REAL
from tests.load.invariants import INVARIANTS

CASES = int(os.environ.get("PFP_INVARIANT_CASES", "100"))
SAMPLE = range(2000)
many = settings(max_examples=CASES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def hold(number: int, case: Case) -> None:
    assert INVARIANTS[number](REAL, case) is None


@given(case=diaries())
@many
def test_01_worse_never_loosens(case: Case) -> None:
    """Raising any pain score, adding a warn or red, or raising any non-baseline impact never raises km,
    minutes, speed or week and never shortens rest."""
    hold(1, case)


@given(case=diaries())
@many
def test_02_red_stops(case: Case) -> None:
    """Red: all running 0, `refer` true. Warn: no increase."""
    hold(2, case)


@given(case=diaries())
@many
def test_03_missing_never_grows(case: Case) -> None:
    """Blanking a required pain item of rho: dose <= R. Missing impact in mode `sensor`: dose <= R."""
    hold(3, case)


@given(case=diaries())
@many
def test_04_missing_keeps_the_last_tier(case: Case) -> None:
    """With an answer of rho missing, t_eff is at least the tier of the last complete run within 30 days."""
    hold(4, case)


@given(case=diaries())
@many
def test_05_ten_percent(case: Case) -> None:
    """dose <= 1.10 L on each known axis."""
    hold(5, case)


@given(case=diaries())
@many
def test_06_good_run_never_lowers_the_reference(case: Case) -> None:
    """Appending a tolerated newest run never lowers L; a tier-2 run contributes 0."""
    hold(6, case)


@given(case=diaries())
@many
def test_07_exceeding_never_pays(case: Case) -> None:
    """Exceeding a limit never raises the next limit above what obeying it would have given."""
    hold(7, case)


@given(case=diaries())
@many
def test_08_slower_is_not_longer(case: Case) -> None:
    """v_limit < v_ref implies km <= R and minutes <= R."""
    hold(8, case)


@given(case=diaries())
@many
def test_09_poor_reading_never_loosens(case: Case) -> None:
    """Marking impact poor or clipped never loosens."""
    hold(9, case)


@given(case=diaries())
@many
def test_10_late_never_loosens(case: Case) -> None:
    """Late answers never loosen beyond lifting R4; switching to mode `none` changes nothing for 14 days."""
    hold(10, case)


@given(case=diaries())
@many
def test_11_same_again(case: Case) -> None:
    """Recomputing any number of times, or shuffling same-content entries, gives the same output."""
    hold(11, case)


@given(case=diaries())
@many
def test_12_bad_item_cuts_once(case: Case) -> None:
    """One bad item reduces dose once; a run against a hold leaves a limit above 0 afterwards.

    That constant tier 1 converges to the floor is in `test_goldens`."""
    hold(12, case)


@given(case=diaries())
@many
def test_13_never_below_the_floor(case: Case) -> None:
    """In tiers 0-1, outside hold and used-up week, dose >= min(floor, R)."""
    hold(13, case)


@given(case=diaries())
@many
def test_14_distances_scale(case: Case) -> None:
    """Scaling all distances and distance keys by c scales km limits by c."""
    hold(14, case)


@given(case=diaries())
@many
def test_15_stage_never_rises_when_worse(case: Case) -> None:
    """Stage: worse inputs never give a higher stage; no running in 0 and 1."""
    hold(15, case)


@given(case=diaries())
@many
def test_16_unknown_stays_unknown(case: Case) -> None:
    """Unknown distance, impact, speed, other leg stay None through storage, week sums and output."""
    hold(16, case)


@given(case=diaries())
@many
def test_17_frozen_without_an_event(case: Case) -> None:
    """B and usual pain never change without an event; B never includes a tier >= 1 or poor-quality run."""
    hold(17, case)


@given(case=diaries())
@many
def test_18_walks_count_nothing(case: Case) -> None:
    """Walking never changes L, W, steps or impact."""
    hold(18, case)


@given(case=diaries())
@many
def test_19_names_what_binds(case: Case) -> None:
    """Every output names a binding rule whose limit equals the result; every fired rule has its tag."""
    hold(19, case)


@given(case=diaries())
@many
def test_20_knees_are_labels(case: Case) -> None:
    """Swapping knee labels swaps only labels; adding a symptom-free knee changes nothing."""
    hold(20, case)


@given(case=diaries())
@many
def test_21_plan_keeps_its_rules(case: Case) -> None:
    """Plan: P1-P6 hold; 2-3 strength and 2-3 mobility unless the drop order was needed and named; sum of
    runs <= week; a flare never adds load.
    """
    hold(21, case)


@given(case=diaries())
@many
def test_23_expired_words_count_nothing(case: Case) -> None:
    """Expired overrides have no effect."""
    hold(23, case)


@given(case=diaries())
@many
def test_24_clocks_never_shorten_rest(case: Case) -> None:
    """Time zone change or daylight saving neither shortens rest nor drops a day."""
    hold(24, case)


def test_the_sample_covers_every_rule_stage_tier_and_mode() -> None:
    shares = coverage([seeded_case(seed) for seed in SAMPLE], REAL.settings)
    print("\n".join(f"{name:24s}{share:7.3f}" for name, share in shares.items()))  # noqa: T201
    rare = {name: shares.get(name, 0.0) for name in WANTED if shares.get(name, 0.0) < 0.01}
    assert rare == {}, "share of cases below 1 %"
