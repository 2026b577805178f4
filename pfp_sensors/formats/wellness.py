"""A diary's days as a table with the names that intervals.icu uses for wellness.

The service may change its names; docs/formats/wellness.md says what each one was checked against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.formats.counted_pain import counted_pain, day_of
from pfp_sensors.formats.flat_table import Column, table_text, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from pfp_sensors.model.diary import Checkin, History

COLUMNS: Final = (
    Column("id", "text", "the day, YYYY-MM-DD"),
    Column("weight", "number", "body mass, kg"),
    Column("sleepSecs", "whole", "sleep of the night before, seconds"),
    Column("sleepQuality", "whole", "1 great to 4 poor, from the diary's 0-10"),
    Column("stress", "whole", "1 low to 4 extreme, from the diary's 0-10"),
    Column("injury", "whole", "1 none, 2 niggle, 3 poor, 4 injured: from the day's worst pain"),
    Column("comments", "text", "what the person wrote in the check-in; left out unless asked for"),
)
"""Columns in order. What the diary does not ask (soreness, fatigue, motivation, readiness) has none."""

_STEPS: Final = 4
_SCORES: Final = 11
_SECONDS_PER_H: Final = 3600
_MILD, _MODERATE = 3, 6


def wellness_rows(history: History, *, notes: bool = False) -> list[dict[str, Any]]:
    """Make one row for each day of which the diary knows one of the columns.

    Parameters
    ----------
    history
        The diary.
    notes
        Whether the words of check-ins go along.

    Returns
    -------
    list of dict
        By the names of `COLUMNS`, in order of the days; a later check-in of a day is stronger.
    """
    days: dict[date, dict[str, Any]] = {}
    for checkin in sorted(history.checkins, key=lambda one: (day_of(one.at), one.at.isoformat())):
        known = dict(_answers(checkin, notes=notes))
        if known:
            days.setdefault(day_of(checkin.at), {}).update(known)
    worst: dict[date, int] = {}
    for day, score in _pain(history):
        worst[day] = max(score, worst.get(day, 0))
    for day, score in worst.items():
        days.setdefault(day, {})["injury"] = injury_of(score)
    return [{"id": day.isoformat(), **days[day]} for day in sorted(days)]


def wellness_text(rows: list[dict[str, Any]]) -> str:
    """Write the rows of `wellness_rows` as the text of a CSV file."""
    return table_text(COLUMNS, rows)


def write_wellness(rows: list[dict[str, Any]], path: Path) -> None:
    """Write the rows of `wellness_rows` as CSV; raises as `write_table`."""
    write_table(COLUMNS, rows, path)


def injury_of(worst: int) -> int:
    """Turn a day's worst pain, 0-10, into 1 none (0), 2 niggle (1-3), 3 poor (4-6) or 4 injured (7-10)."""
    if worst == 0:
        return 1
    return 2 if worst <= _MILD else 3 if worst <= _MODERATE else 4


def step_of(score: int) -> int:
    """Turn 0-10 into 1-4: 0-2 is 1, 3-5 is 2, 6-8 is 3, 9-10 is 4."""
    return 1 + score * _STEPS // _SCORES


def _answers(checkin: Checkin, *, notes: bool) -> Iterator[tuple[str, Any]]:
    values = checkin.values
    if values.get("mass_kg") is not None:
        yield "weight", float(values["mass_kg"])
    if values.get("sleep_h") is not None:
        yield "sleepSecs", round(values["sleep_h"] * _SECONDS_PER_H)
    if values.get("sleep_quality") is not None:
        yield "sleepQuality", step_of(_SCORES - 1 - values["sleep_quality"])
    if values.get("stress") is not None:
        yield "stress", step_of(values["stress"])
    words = [values[name].strip() for name in ("better", "note") if values.get(name, "").strip()]
    if notes and words:
        yield "comments", "\n".join(words)


def _pain(history: History) -> Iterator[tuple[date, int]]:
    """Go through every pain score of the diary, with the day it is of."""
    for one in counted_pain(history):
        if one.score is not None:
            yield day_of(one.at), one.score
    for exercise in history.exercises:
        if exercise.pain is not None:
            yield day_of(exercise.at), exercise.pain
    for checkin in history.checkins:
        asked = (checkin.values.get(name) for name in ("stairs_pain", "walk_pain"))
        yield from ((day_of(checkin.at), score) for score in asked if score is not None)
