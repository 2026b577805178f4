"""Joining of made pairs and the personal model: figures come out, and what is broken shows in them."""

from __future__ import annotations

import numpy as np
import pytest

from bench import joining
from bench.joining import pairs, same_plan
from bench.joining_model import learned
from pfp_sensors.settings import load_signal_settings

SETTINGS = load_signal_settings()


@pytest.mark.parametrize("measure", [pairs, same_plan])
def test_right_pairs_are_joined_where_they_belong(measure):
    found = measure(SETTINGS, 4)
    assert (found.joined_share, found.wrong_joined) == (1.0, 0)
    assert 0.0 < max(found.error_s) < 0.5


def test_a_join_in_the_wrong_place_shows(monkeypatch):
    right = joining.join_watch

    def late(*given):
        joined = right(*given)
        return joined if isinstance(joined, joining.CannotTell) else joining.replace(joined, offset_s=99.0)

    monkeypatch.setattr(joining, "join_watch", late)
    assert min(pairs(SETTINGS, 3).error_s) > 30.0


def test_what_was_taught_is_better_than_the_sensor():
    found = learned(8, 10, gyroscope=True)
    assert len(found.before) == len(found.after) == len(found.named) <= found.asked == 24
    assert len(found.after) > 12
    assert np.square(found.after).mean() < 0.5 * np.square(found.before).mean()


def test_without_a_gyroscope_there_is_nothing_before():
    found = learned(8, 10, gyroscope=False)
    assert found.before == ()
    assert len(found.after) > 0
