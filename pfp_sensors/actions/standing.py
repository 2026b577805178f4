"""What holds of a person now: what was said at the start, and what was confirmed since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pfp_sensors.load.tiers import UsualPain
from pfp_sensors.model.diary import KNEES

if TYPE_CHECKING:
    from pfp_sensors.model.diary import DiaryEvent, History, Profile

_GOAL = {"week_km": "goal_week_km", "longest_km": "goal_longest_km"}
_PLAN = {"planned_runs": "planned_runs", "days": "days"}


def standing_profile(history: History, at: datetime) -> Profile:
    """Put what was confirmed (goal, plan, usual pain, impact mode) into the profile; the baseline stays.

    Parameters
    ----------
    at
        What was confirmed later does not count.
    """
    profile = history.profile
    changes: dict[str, Any] = {}
    for event in sorted(history.events, key=_order):
        if _day(event.at) <= at.date():
            changes |= _changes(event)
    usual = UsualPain(history, at)
    known = {*profile.usual_pain}
    changes["usual_pain"] = {knee: usual.on(knee, at.date()) for knee in KNEES if knee in known}
    return replace(profile, **changes)


def _changes(event: DiaryEvent) -> dict[str, Any]:
    """Give the fields of the profile that an event of goal, plan or impact mode sets."""
    if event.kind == "impact_mode":
        return {"impact_mode": event.value}
    names = {"goal": _GOAL, "plan": _PLAN}.get(event.kind, {})
    if not isinstance(event.value, dict):
        return {}
    found = {names[key]: value for key, value in event.value.items() if key in names}
    return found | ({"days": tuple(found["days"])} if found.get("days") else {})


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _order(event: DiaryEvent) -> tuple[date, float]:
    entered = event.entered or event.at
    return _day(event.at), entered.timestamp() if isinstance(entered, datetime) else 0.0
