"""Long synthetic diaries for the pages of weeks: two knees, every kind of entry, a clinician's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from pfp_sensors.model.diary import (
    Baseline,
    Cap,
    Checkin,
    DiaryEvent,
    Exercise,
    History,
    Override,
    Pain,
    Profile,
    Run,
    RunImpact,
    Score,
    Symptom,
)

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Knee, When

ZONE = timezone(timedelta(hours=1))
SUNDAY = datetime(2026, 11, 22, 20, 0, tzinfo=ZONE)
"""The end of the weeks; 2026-09-28 is the Monday of the first of eight."""

SESSION = "load.cap.session"

KNEES: tuple[Knee, ...] = ("left", "right")


ASKED: tuple[tuple[When, float], ...] = (
    ("before", 0.0),
    ("during", 0.5),
    ("after60", 1.6),
    ("morning", 24.0),
)
"""Each question with the hours after the start at which it is answered."""


def full_diary(weeks: int = 8, runs_a_week: int = 4, **more: Any) -> History:
    """Make so many weeks up to Sunday, with two knees that hurt and all that a clinician may see."""
    days = [
        SUNDAY.date() - timedelta(7 * back + 6 - 2 * k)
        for back in reversed(range(weeks))
        for k in range(runs_a_week)
    ]
    runs, pain, caps, exercises, checkins = [], [], [], [], []
    for number, day in enumerate(days, 1):
        start = datetime(day.year, day.month, day.day, 7, tzinfo=ZONE)
        km = 4.0 + number % 5 * 0.3
        runs.append(
            Run(
                f"r{number}",
                start,
                km=km,
                minutes=km * 6.4,
                speed_mps=2.6 + number % 3 * 0.05,
                cadence_spm=163.0 + number % 4,
                steps=round(km * 6.4 * 164),
                impact={leg: RunImpact(7.0 + number % 6 * 0.2, "good") for leg in KNEES},
                downhill_min=float(number % 3),
                synthetic=True,
            )
        )
        caps.append(Cap(start - timedelta(hours=2), 4.9, 31.0))
        for knee in KNEES:
            for when, hours in ASKED:
                at = start + timedelta(hours=hours)
                if at <= SUNDAY:
                    pain.append(Pain(when, number % 3, at, knee, f"r{number}", entered=at))
        evening = start + timedelta(hours=12)
        pain.append(Pain("day", 1, evening, "left"))
        exercises += [
            Exercise(evening, "strength", "squat_modest", pain=1),
            Exercise(evening, "mobility", "calf_stretch"),
        ]
        checkins.append(Checkin(evening, {"stairs_pain": number % 4, "walk_pain": 1, "sitting_h": 7.5}))
    first = days[0]
    history = History(
        profile=Profile(
            born=1990,
            adult=True,
            knees=KNEES,
            usual_pain={"left": 1, "right": 0},
            planned_runs=runs_a_week,
            impact_mode="sensor",
            screened=True,
            flags_asked=True,
            typical=True,
            baseline={leg: Baseline(7.4, 2.6, 164.0) for leg in KNEES},
            aggravators=("stairs", "sitting"),
        ),
        runs=tuple(runs),
        pain=tuple(pain),
        symptoms=(
            Symptom(
                "swelling", first + timedelta(9), first + timedelta(11), knee="left", note="after stairs"
            ),
            Symptom("locking", first + timedelta(20), knee="right", entered=None),
        ),
        exercises=tuple(exercises),
        checkins=tuple(checkins),
        scores=(
            Score(first, "akps", 70.0),
            Score(SUNDAY.date() - timedelta(2), "akps", 84.0),
            Score(SUNDAY.date() - timedelta(2), "uwri", 24.0),
        ),
        caps=tuple(caps),
        events=(
            DiaryEvent(first, "stage", "walk_run", "program", reason="first use"),
            DiaryEvent(first + timedelta(28), "stage", "build", "program", reason="phase 6 twice"),
            *(_planned(SUNDAY.date() - timedelta(7 * k + 6)) for k in range(weeks)),
        ),
        overrides=(
            _said(first + timedelta(22), "red", "locking", None, "examined, no block"),
            _said(first + timedelta(24), SESSION, 0.05, first + timedelta(40), "slower for now"),
            _said(SUNDAY.date() - timedelta(3), SESSION, 0.2, SUNDAY.date() + timedelta(10), "doing well"),
        ),
    )
    return replace(history, **more)


def _planned(monday: date) -> DiaryEvent:
    return DiaryEvent(monday, "plan_issued", f"{monday}", "program")


def _said(day: date, key: str, value: Any, until: date | None, reason: str) -> Override:
    return Override(day, key, value, until, "Dana Moss", "physiotherapist", reason)
