"""What growth asks for: answered, quiet runs, no signs, and the strength sessions of the plan (R12)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pfp_sensors.load.days import day_of, monday_of, within

if TYPE_CHECKING:
    from pfp_sensors.load.seen import Seen
    from pfp_sensors.settings.load_rules import LoadSettings


def open_gate(seen: Seen, runs: int, settings: LoadSettings) -> bool:
    """Tell whether nothing stands against growth."""
    return not closed_because(seen, runs, settings)


def closed_because(seen: Seen, runs: int, settings: LoadSettings) -> tuple[str, ...]:
    """Name what stands against growth, in plain words.

    Parameters
    ----------
    runs
        How many of the latest runs must be answered in time and of tier 0.
    """
    last = seen.runs[-runs:]
    reasons = []
    if len(last) < runs or any(not run.is_complete or run.tier > 0 for run in last):
        many = f"the last {runs} runs were not all answered and quiet"
        reasons.append(f"it takes {runs} answered, quiet runs first" if len(last) < runs else many)
    if any(
        item.kind == "warn" and within(item.last_day, seen.today, settings.warn.window_d)
        for item in seen.items
    ):
        reasons.append("there was a warning sign")
    if any(
        item.kind == "exercise" and item.tier > 1 and within(item.day, seen.today, settings.gate.exercise_d)
        for item in seen.items
    ):
        reasons.append("an exercise hurt strongly")
    done = strength_days_of_planned_week(seen)
    if done is not None and done < settings.gate.strength:
        reasons.append(
            f"{done} of {settings.gate.strength} strength sessions were done in the last planned week"
        )
    return tuple(reasons)


def strength_days_of_planned_week(seen: Seen) -> int | None:
    """Count the days with strength work in the last full week; None where no plan had been issued for it."""
    monday = monday_of(seen.today) - timedelta(7)
    if not any(event.kind == "plan_issued" and day_of(event.at) <= monday for event in seen.history.events):
        return None
    days = {day_of(one.at) for one in seen.history.exercises if one.kind == "strength"}
    return sum(monday <= day < monday + timedelta(7) for day in days)
