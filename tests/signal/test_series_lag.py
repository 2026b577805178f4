"""Lags of two series with holes: found where they are, told to a fraction of a sample, and how sure."""

from __future__ import annotations

import numpy as np
import pytest

from pfp_sensors.signal.series_lag import best_lag, changes, lag_scores, likeness, refine_clock

N = 1500


def wandering(seed: int, n: int = N) -> np.ndarray:
    """Return a smooth series that never repeats: what changes slower than some ten samples is in it."""
    quick = np.random.default_rng(seed).standard_normal(n + 20)
    return np.convolve(quick, np.hanning(9), mode="same")[10 : n + 10]


def lag_of(first: np.ndarray, second: np.ndarray, min_common: int = 200) -> tuple[int, float, float]:
    scores = lag_scores(first, second, min_common, 5.0)
    best = best_lag(scores, np.ones(len(scores.lag), dtype=np.bool_), 10)
    assert best is not None
    return best.lag, best.score, best.elsewhere


@pytest.mark.parametrize("lag", [-700, -31, 0, 1, 260, 900])
def test_a_shifted_series_is_found(lag: int) -> None:
    whole = wandering(1, 4 * N)
    first, second = whole[N : 2 * N], whole[N + lag : 2 * N + lag]
    found, score, elsewhere = lag_of(first, second)
    assert found == lag
    assert score > 2 * elsewhere


def test_holes_do_not_shift_it_and_correlate_as_if_they_were_left_out() -> None:
    rng = np.random.default_rng(5)
    first, second = wandering(2), np.roll(wandering(2), -40) + 0.2 * rng.standard_normal(N)
    first[rng.random(N) < 0.3] = np.nan
    second[600:800] = np.nan
    scores = lag_scores(first, second, 200, 5.0)
    assert scores.lag[np.nanargmax(scores.correlation)] == 40
    x, y = first[40:], second[:-40]
    both = np.isfinite(x) & np.isfinite(y)
    at = int(np.flatnonzero(scores.lag == 40)[0])
    assert scores.correlation[at] == pytest.approx(np.corrcoef(x[both], y[both])[0, 1], abs=1e-9)


def test_two_that_have_nothing_in_common_have_no_peak() -> None:
    _, score, elsewhere = lag_of(wandering(3), wandering(4))
    assert score < 6.0
    assert elsewhere > 0.6 * score


def test_a_series_that_never_changes_has_no_correlation() -> None:
    scores = lag_scores(np.full(N, 3.0), wandering(1), 200, 5.0)
    assert np.isnan(scores.correlation).all()
    assert best_lag(scores, np.ones(len(scores.lag), dtype=np.bool_), 10) is None


def test_only_allowed_lags_are_chosen_but_others_count_against_them() -> None:
    whole = wandering(6, 2 * N)
    scores = lag_scores(whole[:N], whole[100 : N + 100], 200, 5.0)
    best = best_lag(scores, np.abs(scores.lag) < 50, 10)
    assert best is not None
    assert abs(best.lag) < 50
    assert best.elsewhere > 3 * best.score


def test_changes_leave_out_what_is_slow_and_cut_what_is_large() -> None:
    slow = 100.0 + 0.01 * np.arange(N)
    quick = wandering(7)
    assert np.abs(changes(slow, 61, 8.0)[60:-60]).max() < 0.01
    assert np.corrcoef(changes(slow + quick, 61, 8.0), quick)[0, 1] > 0.9
    leap = np.where(np.arange(N) < 700, 0.0, 50.0)
    assert np.abs(changes(leap, 61, 8.0)).max() == 8.0
    hole = np.where(np.arange(N) % 7 == 0, np.nan, quick)
    assert np.array_equal(np.isnan(changes(hole, 61, 8.0)), np.isnan(hole))


def test_likeness_is_one_for_the_same_and_none_for_strangers() -> None:
    quick = wandering(8)
    assert likeness(quick, 3.0 + quick, 15, 99.0) == pytest.approx(1.0)
    assert abs(likeness(quick, wandering(9), 15, 99.0)) < 0.2
    assert likeness(quick, np.zeros(N), 15, 99.0) == 0.0


@pytest.mark.parametrize("rate", [1.0 - 1e-4, 1.0, 1.0 + 1e-4])
def test_offset_and_rate_are_told_to_a_fraction_and_the_error_is_honest(rate: float) -> None:
    rng = np.random.default_rng(11)
    own_s = np.arange(-50.0, 3700.0, 0.5)
    own = np.interp(own_s, np.arange(-60.0, 3800.0), wandering(12, 3860))
    time_s = np.arange(3600.0)
    second = np.interp(17.3 + rate * time_s, own_s, own) + 0.4 * rng.standard_normal(3600) + 2.0
    line = refine_clock(lambda t: np.interp(t, own_s, own), time_s, second, 18.5, width=61, rate_sd=5e-5)
    assert line is not None
    worst = max(abs(line.offset_s + line.rate * t - (17.3 + rate * t)) for t in (0.0, 3600.0))
    assert worst < 0.15
    assert worst < 4 * line.error_s
    assert line.error_s < 0.1
    assert line.difference == pytest.approx(2.0, abs=0.1)
    assert line.residual == pytest.approx(0.4, rel=0.2)


def test_nothing_to_fit_gives_none() -> None:
    even = refine_clock(
        lambda t: np.ones(len(t)), np.arange(900.0), np.ones(900), 0.0, width=61, rate_sd=5e-5
    )
    assert even is None
    holes = refine_clock(
        lambda t: np.full(len(t), np.nan), np.arange(900.0), np.ones(900), 0.0, width=61, rate_sd=5e-5
    )
    assert holes is None
