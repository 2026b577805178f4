"""Which blocks hold, why no more, and what opens next: never more than what the sessions themselves hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.load.blocks_now import blocks_now
from pfp_sensors.load.comeback import find_comeback
from pfp_sensors.load.programme import allowed_blocks
from pfp_sensors.load.seen import see
from pfp_sensors.model.diary import History, Pain, Profile
from pfp_sensors.report.programme_words import blocks_title, what_opens, why_blocks
from tests.load.made_recommendations import MONDAY, SETTINGS, recommendation

QUIET = History(profile=Profile(born=1990, knees=("right",), usual_pain={"right": 1}))


def hurt(days_ago: int) -> History:
    """Make a diary with a flare so many days ago."""
    day = MONDAY - timedelta(days_ago)
    return History(profile=QUIET.profile, pain=(Pain("day", 4, day, knee="right", entered=day),))


@pytest.mark.parametrize(
    ("changes", "history", "blocks", "limit", "opens"),
    [
        ({"stage": "calm"}, QUIET, "ABC", "stage", ("D", None, "build")),
        ({"stage": "build"}, QUIET, "ABCD", "stage", ("E", None, "maintain")),
        ({"stage": "maintain"}, QUIET, "ABCDE", "stage", (None, None, None)),
        ({"stage": "hold"}, QUIET, "A", "hold", (None, None, None)),
        ({"refer": True, "status": "refer"}, QUIET, "", "paused", (None, None, None)),
        ({"status": "needs_input"}, QUIET, "", "needs_input", (None, None, None)),
        ({"block_ceiling": "B"}, QUIET, "AB", "exercise_pain", (None, None, None)),
        ({"tier": 1}, hurt(1), "ABC", "flare", ("D", MONDAY.date() + timedelta(13), None)),
        ({}, hurt(8), "ABC", "comeback", ("D", MONDAY.date() + timedelta(6), None)),
    ],
)
def test_what_limits_the_blocks(
    changes: dict[str, Any], history: History, blocks: str, limit: str, opens: tuple[Any, ...]
) -> None:
    now = blocks_now(history, recommendation(**changes), SETTINGS)
    assert (now.blocks, now.limit) == (tuple(blocks), limit)
    assert (now.opens, now.from_day, now.with_stage) == opens


@given(
    st.sampled_from(["hold", "calm", "walk_run", "build", "speed_hills", "maintain"]),
    st.sampled_from([None, 0, 1, 2]),
    st.sampled_from("ABCDE"),
    st.integers(0, 30),
    st.sampled_from(["ok", "provisional", "no_run", "refer", "needs_input"]),
)
def test_it_says_no_other_blocks_than_a_session_holds(
    stage: Any, tier: int | None, ceiling: str, ago: int, status: Any
) -> None:
    rec = recommendation(
        stage=stage, tier=tier, block_ceiling=ceiling, status=status, refer=status == "refer"
    )
    history = hurt(ago)
    now = blocks_now(history, rec, SETTINGS)
    if status == "needs_input":
        assert now.blocks == ()
    else:
        assert now.blocks == allowed_blocks(rec, find_comeback(see(history, MONDAY, SETTINGS), SETTINGS))
    assert now.opens not in now.blocks
    for text in (blocks_title(now), why_blocks(now, rec.stage), what_opens(now) or "-."):
        assert text
        assert not any(word in text.lower() for word in ("safe", "heal", "prevent", "cure"))
