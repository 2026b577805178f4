"""A synthetic diary of two years, to see how long its questions take."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.model.diary import Cap, Entry, Exercise, Pain, Profile, Run
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entries, put_profile

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.diary import When

DAYS: Final = 730
RUN_WEEKDAYS: Final = (1, 4, 6)
STRENGTH_WEEKDAYS: Final = (0, 3)
ANSWERS: Final[tuple[tuple[When, float], ...]] = (
    ("before", -0.1),
    ("during", 0.5),
    ("after60", 1.5),
    ("morning", 24.0),
)
"""Question, and hours after the start of the run at which it was answered."""


def make_two_years(home: Path) -> int:
    """Write a diary of three answered runs and two strength sessions a week; return how many entries."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    entries: list[Entry] = []
    for back in range(DAYS, 1, -1):
        day = (now - timedelta(back)).replace(hour=7)
        if day.weekday() in RUN_WEEKDAYS:
            entries += _run(day)
        if day.weekday() in STRENGTH_WEEKDAYS:
            entries.append(Exercise(day, "strength", "glute_bridge", pain=1, sets=3, reps=10))
    with contextlib.closing(open_diary(home)) as diary:
        profile = Profile(born=1990, adult=True, knees=("right",), usual_pain={"right": 1}, screened=True)
        put_profile(diary, profile, at=now)
        add_entries(diary, entries, at=now)
    return len(entries)


def _run(start: datetime) -> list[Entry]:
    name = f"r{start:%Y%m%d}"
    run = Run(name, start, km=5.0, minutes=32.0, speed_mps=2.6, source="typed", synthetic=True)
    pain = [
        Pain(when, 1, start + timedelta(hours=hours), run=name, entered=start + timedelta(hours=hours))
        for when, hours in ANSWERS
    ]
    return [Cap(start - timedelta(hours=1), 5.0, 32.0), run, *pain]
