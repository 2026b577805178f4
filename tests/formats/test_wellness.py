"""A diary's days with the names of intervals.icu: only what the diary knows, nothing guessed."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.formats.wellness import injury_of, step_of, wellness_rows, wellness_text, write_wellness
from pfp_sensors.model.diary import Checkin, Exercise, History, Pain, Run, Score
from tests.made_diary import made_diary

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 10, 1)
LATE = datetime(2026, 10, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))


def table(history: History, *, notes: bool = False) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(wellness_text(wellness_rows(history, notes=notes)))))


def test_a_check_in_becomes_a_row_with_the_names_of_the_service(tmp_path: Path) -> None:
    answers = {"sleep_h": 7.5, "sleep_quality": 9, "stress": 4, "mass_kg": 70.25, "mood": 3, "note": "=1+1"}
    history = History(checkins=(Checkin(LATE, answers),))
    expected = {
        "id": "2026-10-01",
        "weight": "70.25",
        "sleepSecs": "27000",
        "sleepQuality": "1",
        "stress": "2",
        "injury": "",
        "comments": "",
    }
    assert table(history) == [expected]
    assert table(history, notes=True) == [expected | {"comments": "'=1+1"}]
    path = tmp_path / "wellness.csv"
    write_wellness(wellness_rows(history), path)
    assert path.read_text(encoding="utf-8") == wellness_text(wellness_rows(history))


def test_a_later_check_in_of_the_day_is_stronger_and_nothing_is_made_up() -> None:
    early = Checkin(datetime(2026, 10, 1, 6, tzinfo=UTC), {"stress": 9, "sleep_h": 6.0})
    late = Checkin(datetime(2026, 10, 1, 20, tzinfo=UTC), {"stress": 0})
    (row,) = table(History(checkins=(late, early)))
    assert (row["stress"], row["sleepSecs"], row["injury"]) == ("1", "21600", "")
    assert table(History(checkins=(Checkin(DAY, {"mood": 5, "sitting_h": 3.0, "better": " "}),))) == []
    assert table(History(scores=(Score(DAY, "akps", 70.0),))) == []


def test_the_worst_pain_of_a_day_makes_injury() -> None:
    history = History(
        runs=(Run("r1", DAY, pain={"during": 2, "morning": 5, "after60": None}),),
        pain=(
            Pain("day", 9, DAY, id="p1"),
            Pain("day", 1, DAY, id="p2", replaces="p1"),
            Pain("day", None, DAY + timedelta(2)),
            Pain("day", 0, LATE + timedelta(days=3)),
        ),
        exercises=(Exercise(DAY + timedelta(4), "strength", "squat", pain=3),),
        checkins=(Checkin(DAY + timedelta(5), {"stairs_pain": 7, "walk_pain": 2}),),
    )
    assert [(row["id"], row["injury"]) for row in table(history)] == [
        ("2026-10-01", "2"),
        ("2026-10-02", "3"),
        ("2026-10-04", "1"),
        ("2026-10-05", "2"),
        ("2026-10-06", "4"),
    ]


@pytest.mark.parametrize(
    ("score", "step", "injury"),
    [
        (0, 1, 1),
        (1, 1, 2),
        (2, 1, 2),
        (3, 2, 2),
        (4, 2, 3),
        (5, 2, 3),
        (6, 3, 3),
        (7, 3, 4),
        (8, 3, 4),
        (9, 4, 4),
        (10, 4, 4),
    ],
)
def test_the_rules_of_the_documents(score: int, step: int, injury: int) -> None:
    assert (step_of(score), injury_of(score)) == (step, injury)


def test_a_whole_diary_gives_each_day_once_in_order() -> None:
    days = [row["id"] for row in table(made_diary())]
    assert days == sorted(set(days))
    assert len(days) > 8
