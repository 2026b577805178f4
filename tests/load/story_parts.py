"""Parts of the worked stories: a person and runs as values of a history file. All computed: synthetic."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Document = dict[str, Any]

GREEN = {"before": 1, "during": 1, "after60": 1, "morning": 1}
"""Tier 0 for a usual pain of 1: before, after60 and morning not above it, during not above 2."""

SCHEMA = "pfp.history/1"
MINUTES_PER_KM = 6.5
LONG_KM = 5.0


@dataclass(frozen=True, slots=True)
class Story:
    """A document, a moment, and what load.md says of them, worked out by hand beside it.

    ``expected`` holds only what the story is about; ``binding`` must be named as binding, ``quiet`` must not
    have fired; each of ``missing`` must occur in one line of what is missing.
    """

    name: str
    document: Document
    as_of: str
    expected: dict[str, Any]
    binding: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    readings: tuple[str, ...] = field(default=())


def profile(**more: Any) -> Document:
    """Return a person who was screened: right knee, usual pain 1, easy speed 2.80 m/s, no sensor."""
    return {
        "born": 1990,
        "knees": ["right"],
        "usual_pain": 1,
        "planned_runs": 3,
        "impact_mode": "none",
        "daily_pain": 1,
        "walk_pain": 1,
        "baseline": {"speed_mps": 2.8},
        **more,
    }


def run(day: str, km: float | None = LONG_KM, *, pain: Document | None = None, **more: Any) -> Document:
    """Return a run at 07:00+02:00, 6.5 min per km unless minutes are given, green unless pain is given."""
    values: Document = {
        "id": f"r-{day}",
        "start": f"{day}T07:00:00+02:00",
        "km": km,
        "minutes": None if km is None else km * MINUTES_PER_KM,
        "pain": GREEN if pain is None else pain,
        "source": "typed",
        "synthetic": True,
    }
    return {**values, **more}


def four_weeks_and_one(**more: Any) -> list[Document]:
    """Return runs of 5.0 km / 32.5 min on Tue, Fri, Sun from 31 August to 4 October 2026, all green.

    The Friday of 25 September is left out, so that R13 finds a lighter week among the last three:
    weeks of 15, 15, 15, 10, 15 km (Mondays 31 Aug, 7, 14, 21, 28 Sep); 97.5 or 65 min.
    """
    monday = date(2026, 8, 31)
    days = [monday + timedelta(days=7 * week + day) for week in range(5) for day in (1, 4, 6)]
    return [run(day.isoformat(), **more) for day in days if day != date(2026, 9, 25)]


def document(runs: list[Document], *, person: Document | None = None, **parts: Any) -> Document:
    """Return a whole history in stage build, unless ``events`` say otherwise."""
    return {
        "schema": SCHEMA,
        "profile": person or profile(),
        "runs": runs,
        "events": [stage_event("2026-08-20", "build")],
        **parts,
    }


def stage_event(day: str, name: str) -> Document:
    """Return a stage as the program stored it."""
    return {"date": day, "kind": "stage", "value": name, "by": "program"}


def evening(day: str) -> str:
    return f"{day}T20:00:00+02:00"


def dawn(day: str) -> str:
    return f"{day}T06:00:00+02:00"
