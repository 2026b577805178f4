"""Weeks on a page and as a document: chart, tables, words for changes, nothing made up."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace

import pytest
from made_diary import SUNDAY, made_diary

from pfp_sensors.load.trend import TrendWeek, trend
from pfp_sensors.model.diary import History, Run, RunImpact
from pfp_sensors.report.trend_json import trend_document
from pfp_sensors.report.trend_text import trend_text
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.settings.load import load_load_settings

SHIPPED = load_load_settings()
SETTINGS = replace(SHIPPED, plan=replace(SHIPPED.plan, strength_sessions=2, mobility_sessions=2))

PAGE = """\
SYNTHETIC: some of these runs were computed by a program, not run by a person.

4 weeks from Monday 26 Oct 2026 to Sunday 22 Nov 2026

Week of   worst pain   km
26 Oct             -   -
 2 Nov          2/10   ########################################## 8.4 km
 9 Nov          4/10   ############################################ 8.8 km
16 Nov*         3/10   ##################### 4.2+ km

Running
Week of  runs    km   min  longest km  longest min
26 Oct      -     -     -           -            -
 2 Nov      2   8.4  54.5         4.4         28.5
 9 Nov      2   8.8  57.0         4.0         26.0
16 Nov*     2  4.2+  47.5         4.2         27.5
longest: of the runs with all three pain answers (during, an hour after, next
morning), each of them low.
+ means at least: of a run something is not known.

Worst pain of the week, 0 to 10, right knee
Week of  before  during  after  morning  day  exercise
26 Oct        -       -      -        -    -         -
 2 Nov        -       2      1        1    -         -
 9 Nov        -       4      1        1    2         2
16 Nov*       -       3      1        1    -         -

Landing impact in g, median of the week's runs
Week of  left  baseline
26 Oct      -         -
 2 Nov    7.1       7.2
 9 Nov    7.5       7.2
16 Nov*   7.5       7.2
Landing impact is how hard the shin is shaken at landing. It is not the load on
the kneecap.

Days with exercises, of those planned
Week of  strength  mobility  drills  other
26 Oct          -         -       -      -
 2 Nov          0         0       0      0
 9 Nov     2 of 2    0 of 2       0      0
16 Nov*         0         1       0      0

Warning signs
  - Week of 9 Nov: new, mild swelling

Changes
  - AKPS: 70 on 3 Nov, 81 on 20 Nov. A real change, for the better.
  - Worst pain of a week: 2 at first, 3 now. Less than 2 apart: no change that
    can be told from chance.

Daily life
  - Protein: on average 1.2 g per kg of body mass a day on the days you entered
    it; the guide names 1.2 to 1.6. (L1)
  - Week of 16 Nov: Sleep: short (under 7 h) or poor in 3 nights. (L3)
  - Week of 16 Nov: Stress: high on 3 days. An easy week may be welcome. (L4)
  - Week of 16 Nov: Sitting: longer than 45 min at a time on 1 day. Take a break
    of 1 to 2 min now and then: knee circles, or open the hips. (L5)

What went better, in your words
  - Wed 18 Nov: stairs without thinking of it

- means not known. A week with * still runs.
"""


def page_of(history: History, weeks: int = 4, width: int = 80) -> str:
    return trend_text(trend(history, SUNDAY, weeks, SETTINGS), width)


def test_a_whole_page() -> None:
    assert page_of(made_diary()) == PAGE


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits(width: int) -> None:
    history = made_diary()
    impact = {None: RunImpact(12.3, "good"), "left": RunImpact(11.1, "good"), "right": RunImpact(9.9, "good")}
    long = Run("long", SUNDAY.replace(day=15), km=123.4, minutes=1234.5, impact=impact)
    text = page_of(replace(history, runs=(*history.runs, long)), 12, width)
    assert max(map(len, text.splitlines())) <= width


def test_bars_show_minutes_where_no_kilometres_are_known() -> None:
    history = History(runs=(Run("a", SUNDAY.replace(day=10), minutes=20.0), Run("b", SUNDAY, minutes=40.0)))
    lines = [line for line in page_of(history, 2).splitlines() if "#" in line]
    assert [line.count("#") for line in lines] == [22, 44]
    assert lines[1].endswith("40.0 min")
    assert NOT_KNEE_LOAD not in page_of(history)


def test_an_empty_diary_says_what_to_do() -> None:
    text = page_of(History(), 2)
    assert "`pfp add-run`" in text
    assert not re.search(r"\b0\b", text.split("\n", 2)[2])


def test_a_week_of_which_nothing_is_known_shows_no_nought() -> None:
    line = next(line for line in page_of(made_diary()).split("Running\n")[1].splitlines() if "26 Oct" in line)
    assert line.split()[2:] == ["-"] * 5


def test_the_document() -> None:
    found = trend(made_diary(), SUNDAY, 4, SETTINGS)
    document = trend_document(found, version="0.1.0", parameters_sha256="ab")
    assert list(document) == [
        "schema",
        "as_of",
        "version",
        "parameters_sha256",
        "synthetic",
        "weeks",
        "changes",
        "notes",
        "side_differences",
        "better",
    ]
    assert document["schema"] == "pfp.trend/1"
    week = document["weeks"][3]
    assert list(week) == [field.name for field in fields(TrendWeek)]
    assert week["monday"] == "2026-11-16"
    assert week["km"] is None
    assert week["impact"] == [{"leg": "left", "median_g": 7.5, "runs": 1, "baseline_g": 7.2}]
    assert document["better"] == [{"date": "2026-11-18", "text": "stairs without thinking of it"}]
    assert json.loads(json.dumps(document, allow_nan=False)) == document
