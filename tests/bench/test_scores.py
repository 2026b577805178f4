"""Scores: what is counted, what is left out, and what an empty cell shows."""

from __future__ import annotations

import numpy as np
import pytest

from bench.scores import ContactScore, Events, error_cells, event_cells, pooled, score_contacts, score_events
from bench.tables import Section, Table, as_markdown, as_text, count, number, percent
from bench.targets import Target, all_true

WHOLE = (-np.inf, np.inf)


def test_errors_are_found_minus_true():
    true = np.array([1.0, 2.0, 3.0])
    events = score_events(true, true + 0.004, WHOLE)
    assert events.f1 == 1.0
    assert events.error_ms == pytest.approx([4.0, 4.0, 4.0])


def test_a_miss_and_a_false_event_both_cost():
    events = score_events(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.2]), WHOLE)
    assert (events.n_true, events.n_found, events.n_matched) == (3, 2, 1)
    assert events.f1 == pytest.approx(2 * 1 / (3 + 2))


def test_the_edges_are_left_out_both_ways():
    true = np.array([0.1, 1.0, 2.0])
    found = np.array([0.31, 1.0, 2.0, 2.9])
    assert score_events(true, found, (0.3, 2.5)).f1 < 1.0
    # A true contact outside and its detection inside belong together; so does the other way round.
    assert score_events(np.array([0.29, 1.0]), np.array([0.31, 1.0]), (0.3, 2.5)).f1 == 1.0
    assert score_events(np.array([0.31, 1.0]), np.array([0.29, 1.0]), (0.3, 2.5)).f1 == 1.0
    assert score_events(true, np.array([1.0, 2.0, 2.9]), (0.3, 2.5)).f1 == 1.0


def test_unknown_terminal_contacts_are_missed_not_matched():
    true = np.array([1.0, 2.0])
    score = score_contacts(true, true + 0.25, true, np.array([1.25, np.nan]), WHOLE)
    assert score.terminal.n_found == 1
    assert len(score.contact_error_ms) == 1


def test_strides_need_both_ends():
    true = np.array([0.0, 1.0, 2.0, 3.0])
    score = score_contacts(true, true + 0.2, true[[0, 1, 3]] + 0.01, true[[0, 1, 3]] + 0.2, WHOLE)
    assert score.stride_error_ms == pytest.approx([0.0], abs=1e-9)


def test_nothing_is_a_dash_and_never_zero():
    empty = Events(0, 0, np.empty(0))
    assert set(event_cells(empty)) == {"-"}
    assert set(error_cells(np.empty(0))) == {"-"}
    assert set(error_cells(np.array([np.nan]))) == {"-"}
    assert number(None) == number(float("nan")) == percent(None) == count(0) == "-"
    assert event_cells(pooled([]).initial)[0] == "-"


def test_one_value_has_no_spread():
    cells = error_cells(np.array([2.0]))
    assert cells[:3] == ("1", "+2.0", "2.0")
    assert cells[3] == cells[5] == "-"


def test_a_target_without_a_figure_is_not_met():
    for missing in (None, float("nan")):
        target = Target("x", missing, 1.0)
        assert (target.met, target.found_text, target.verdict) == (False, "-", "NOT met")
    assert not all_true("none at all", 0, 0).met
    assert all_true("all", 3, 3).met
    assert not all_true("one not", 2, 3).met


@pytest.mark.parametrize(("found", "shown"), [(3.5004, "3.5004"), (3.4996, "3.50")])
def test_a_figure_never_rounds_over_its_limit(found, shown):
    assert Target("x", found, 3.5).found_text == shown


def test_missed_targets_are_shown():
    section = Section(
        "Part", "How.", (Table("T", ("", "n"), (("a", "1"), ("b", "-"))),), (Target("x", 9.0, 1.0),)
    )
    for text in (as_text(section), as_markdown(section)):
        assert "NOT met" in text
        assert "9.00" in text


def test_pooling_weighs_contacts_alike():
    true = np.arange(4.0)
    one: ContactScore = score_contacts(true, true, true + 0.01, true + 0.01, WHOLE)
    other = score_contacts(true[:2], true[:2], true[:2], true[:2], WHOLE)
    assert pooled([one, other]).initial.error_ms.mean() == pytest.approx(10.0 * 4 / 6)
