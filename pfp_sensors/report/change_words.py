"""Stored changes and answers of a check-in in plain words: no key of the program among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.report import page
from pfp_sensors.report.next_text import STAGE_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pfp_sensors.model.diary import DiaryEvent

CHECKIN_WORDS: Final[Mapping[str, str]] = {
    "stairs_pain": "pain on stairs, 0 to 10",
    "walk_pain": "pain after a walk of 30 minutes, 0 to 10",
    "sitting_h": "hours of sitting",
    "breaks": "breaks in sitting",
    "sleep_h": "hours of sleep",
    "sleep_quality": "how good the sleep was, 0 to 10",
    "stress": "stress, 0 to 10",
    "protein_g": "protein in g",
    "mass_kg": "body mass in kg",
    "mood": "mood, 0 to 10",
    "better": "what went better",
    "note": "note",
    "red_flags": "any red flag",
    "warning_signs": "any warning sign",
    **{
        f"{check}_{side}": f"{words}, {side}"
        for check, words in {
            "step_down": "kneecap stayed over the middle of the foot",
            "bridge_reps": "bridges on one leg",
            "leg_raise_reps": "leg raises",
            "calf_flexible": "calf is flexible enough",
            "thigh_flexible": "thigh is flexible enough",
        }.items()
        for side in ("left", "right")
    },
}
"""Each answer of a check-in."""

EVENT_NAMES: Final[Mapping[str, str]] = {
    "stage": "stage of the return to running",
    "usual_pain": "usual pain",
    "baseline": "baseline of landing impact",
    "goal": "goal",
    "plan": "plan",
    "plan_issued": "plan of a week",
    "impact_mode": "sensor",
    "retrain": "practice of softer landings",
}
"""Each kind of stored change."""

_GOALS: Final = {"week_km": "a week", "longest_km": "for the longest run"}


def checkin_answer(name: str, value: Any) -> str:
    """Write one answer of a check-in: ``mood 7/10``."""
    words = CHECKIN_WORDS.get(name, _spaced(name))
    what, scale, _ = words.partition(", 0 to 10")
    said = _plain(value)
    return f"{what} {said}/10" if scale and value is not None else f"{what}: {said}"


def event_words(event: DiaryEvent) -> str:
    """Describe a stored change with what it was changed to."""
    named = EVENT_NAMES.get(event.kind, _spaced(event.kind))
    told = _TOLD.get(event.kind)
    return f"{named}: {_plain(event.value)}" if told is None else told(event.value)


def _stage(value: Any) -> str:
    words = next((text for name, text in STAGE_WORDS.items() if name == value), _plain(value))
    return f"stage of the return to running: {words}"


def _usual_pain(value: Any) -> str:
    if isinstance(value, dict):
        return "usual pain: " + ", ".join(f"{knee} {score}/10" for knee, score in sorted(value.items()))
    return f"usual pain: {_plain(value)}/10"


def _baseline(_value: Any) -> str:
    return "baseline of landing impact set"


def _goal(value: Any) -> str:
    parts = value if isinstance(value, dict) else {}
    said = [f"{parts[key]:g} km {words}" for key, words in _GOALS.items() if parts.get(key) is not None]
    return f"goal: {page.listed(said) if said else 'none'}"


def _plan(value: Any) -> str:
    parts = value if isinstance(value, dict) else {}
    runs, days = parts.get("planned_runs"), parts.get("days") or ()
    said = [] if runs is None else [f"{runs} {'run' if runs == 1 else 'runs'} a week"]
    said += [f"on {page.listed(day.capitalize() for day in days)}"] if days else []
    return f"plan: {', '.join(said) or 'changed'}"


def _plan_issued(value: Any) -> str:
    from datetime import date

    return f"plan given for the week from {page.moment_words(date.fromisoformat(value))}"


def _impact_mode(value: Any) -> str:
    return "sensor: worn, landing impact counts" if value == "sensor" else "sensor: none, pain decides alone"


def _retrain(value: Any) -> str:
    return f"practice of softer landings: {'yes' if value else 'no'}"


def _plain(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "not known" if value is None else "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else _spaced(str(value))


def _spaced(name: str) -> str:
    return name.replace("_", " ")


_TOLD: Final[Mapping[str, Callable[[Any], str]]] = {
    "stage": _stage,
    "usual_pain": _usual_pain,
    "baseline": _baseline,
    "goal": _goal,
    "plan": _plan,
    "plan_issued": _plan_issued,
    "impact_mode": _impact_mode,
    "retrain": _retrain,
}
