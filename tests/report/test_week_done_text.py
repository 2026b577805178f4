"""The week so far in words, within the page, without blame."""

from __future__ import annotations

from datetime import date

import pytest
from made_recommendation import made_week

from pfp_sensors.load.week_done import SessionDone, WeekDone
from pfp_sensors.report.week_done_text import week_done_document, week_done_text
from pfp_sensors.report.week_text import week_text

MON, TUE, WED, FRI = (date(2026, 11, day) for day in (16, 17, 18, 20))
WEEK = WeekDone(
    MON,
    WED,
    (
        SessionDone(MON, "strength", "done", MON),
        SessionDone(TUE, "run", "moved", WED),
        SessionDone(TUE, "mobility", "not_done"),
        SessionDone(TUE, "drill", "called_off"),
        SessionDone(TUE, "cross", "not_done", optional=True),
        SessionDone(FRI, "run", "to_come"),
    ),
    ((WED, "cross"),),
)
TEXT = """\
This week so far
  run       Tue moved to Wed and done; Fri still to come
  strength  Mon done
  mobility  Tue not done
  drill     Tue left out, the advice had changed
  other     Tue not done (it was optional); Wed done as well
What was not done is not made up: the coming days are planned without it.
"""


def test_every_state_in_words() -> None:
    assert week_done_text(WEEK) == TEXT


def test_it_stands_above_the_coming_days() -> None:
    text = week_text(made_week(), so_far=week_done_text(WEEK))
    assert text.index("Why:") < text.index("This week so far") < text.index("Mon 23 Nov")
    assert "without it.\n\nMon 23 Nov" in text


def test_a_week_that_has_not_begun_is_not_written() -> None:
    assert week_done_text(WeekDone(MON, MON, (SessionDone(FRI, "run", "to_come"),), ())) == ""


def test_what_was_optional_is_not_said_to_be_missing() -> None:
    only = WeekDone(MON, WED, (SessionDone(TUE, "cross", "not_done", optional=True),), ())
    assert "made up" not in week_done_text(only)


@pytest.mark.parametrize("width", [40, 80])
def test_it_stays_within_the_page(width: int) -> None:
    assert max(map(len, week_done_text(WEEK, width).splitlines())) <= width


def test_the_document_has_plain_values() -> None:
    document = week_done_document(WEEK)
    assert document["monday"] == "2026-11-16"
    assert document["sessions"][1] == {
        "date": "2026-11-17",
        "kind": "run",
        "state": "moved",
        "done_on": "2026-11-18",
        "optional": False,
    }
    assert document["besides"] == [{"date": "2026-11-18", "kind": "cross"}]
