"""A synthetic person who asks before each run and runs exactly what is advised, judged by the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from pfp_sensors.load.judge import judge
from pfp_sensors.model.diary import Baseline, Cap, DiaryEvent, History, Profile, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.model.diary import When
    from pfp_sensors.settings.load_rules import LoadSettings

ZONE = timezone(timedelta(hours=2))
MINUTES_PER_KM = 6.5
RUN_DAYS = (1, 4, 6)
"""Tuesday, Friday, Sunday."""

PERSON = Profile(
    born=1990,
    knees=("right",),
    usual_pain={"right": 1},
    planned_runs=3,
    impact_mode="none",
    daily_pain=1,
    walk_pain=1,
    baseline={None: Baseline(speed_mps=2.8)},
)
GREEN: dict[When, int | None] = {"before": 1, "during": 1, "after60": 1, "morning": 1}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question before a run: the dose and the longest next run, None where no run was advised."""

    day: date
    dose_km: float | None
    next_km: float | None


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE)


def made_run(day: date, km: float, during: int = 1) -> Run:
    return Run(
        id=f"r-{day}",
        start=at(day, 7),
        km=km,
        minutes=km * MINUTES_PER_KM,
        pain={**GREEN, "during": during},
        source="typed",
        synthetic=True,
    )


def four_weeks_and_one() -> tuple[Run, ...]:
    """Return 5.0 km on Tue, Fri, Sun from 31 August to 4 October 2026 without 25 September, all green."""
    days = [date(2026, 8, 31) + timedelta(days=7 * week + day) for week in range(5) for day in RUN_DAYS]
    return tuple(made_run(day, 5.0) for day in days if day != date(2026, 9, 25))


def start(stage: str, runs: tuple[Run, ...] = ()) -> History:
    """Return a history with a stored stage."""
    event = DiaryEvent(at=date(2026, 8, 20), kind="stage", value=stage, by="program")
    return History(profile=PERSON, runs=runs, events=(event,))


def follow(
    history: History, first: date, last: date, settings: LoadSettings, pain_on: Callable[[date], int]
) -> tuple[History, list[Asked]]:
    """Ask at 06:00 of each run day, store the limit, run what is advised at 07:00."""
    asked: list[Asked] = []
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    for day in (day for day in days if day.weekday() in RUN_DAYS):
        advice = judge(history, at(day, 6), settings)
        next_km = None if advice.next_run is None else advice.next_run.max_km
        asked.append(Asked(day, advice.dose_km, next_km))
        if advice.dose_km is not None:
            cap = Cap(at=at(day, 6), km=advice.dose_km, minutes=advice.dose_minutes)
            history = replace(history, caps=(*history.caps, cap))
        if next_km is not None and advice.earliest_day is not None and advice.earliest_day <= day:
            history = replace(history, runs=(*history.runs, made_run(day, next_km, pain_on(day))))
    return history, asked
