"""The coming seven days, planned around the next run."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pfp_sensors.actions.next_run import PROGRAM, Judged, judge_history, next_run
from pfp_sensors.load.days import monday_of
from pfp_sensors.load.plan import plan_week
from pfp_sensors.load.week_done import week_done
from pfp_sensors.model.diary import DiaryEvent
from pfp_sensors.settings.exercises import load_exercises

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.load.week_done import WeekDone
    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import WeekPlan
    from pfp_sensors.settings.load_rules import LoadSettings

_NOT_PLANNED = ("needs_input", "refer")


@dataclass(frozen=True, slots=True)
class PlannedWeek:
    """A week with the diary and the numbers that it was made from."""

    plan: WeekPlan
    settings: LoadSettings
    history: History


def plan_history(history: History, at: datetime, config: Path | None = None) -> PlannedWeek:
    """Plan the seven days from a moment of a diary; nothing is stored. Otherwise as `judge_history`."""
    return _planned(judge_history(history, at, config))


def coming_week(home: Path, at: datetime, config: Path | None = None) -> PlannedWeek:
    """Plan the coming seven days, and keep that a plan was issued, once in a week from Monday to Sunday.

    What the next run commits to is kept as well; otherwise as `next_run`.
    """
    from pfp_sensors.actions.read_diary import has_diary
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import add_entry

    judged = next_run(home, at, config)
    week = _planned(judged)
    first = _first_day(week.plan)
    if first is not None and has_diary(home) and not _is_issued(judged.history, first):
        event = DiaryEvent(at, "plan_issued", first.isoformat(), by=PROGRAM, entered=at)
        with contextlib.closing(open_diary(home)) as diary:
            add_entry(diary, event, at=at)
    return week


def week_so_far(week: PlannedWeek) -> WeekDone:
    """Hold the calendar week against what was planned for it."""
    return week_done(week.history, week.plan, week.settings, load_exercises())


def _planned(judged: Judged) -> PlannedWeek:
    plan = plan_week(judged.history, judged.recommendation, judged.settings, load_exercises())
    return PlannedWeek(plan, judged.settings, judged.history)


def _first_day(plan: WeekPlan) -> date | None:
    """Tell the first day of a plan; None where nothing was planned."""
    if plan.recommendation.status in _NOT_PLANNED or not any(day.sessions for day in plan.days):
        return None
    return min(day.date for day in plan.days)


def _is_issued(history: History, first: date) -> bool:
    """Tell whether a plan was issued for a day of the same week already."""
    days = (str(event.value) for event in history.events if event.kind == "plan_issued")
    return monday_of(first) in {monday_of(date.fromisoformat(day)) for day in days}
