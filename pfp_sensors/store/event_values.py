"""Values of stored changes and of a clinician's word, checked by what they change."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.diary import RED_KINDS
from pfp_sensors.model.recommendation import STAGES
from pfp_sensors.store.document_fields import Field, read_fields
from pfp_sensors.store.document_values import WrongValueError, day, flag, mapping, nearest, one_of, text
from pfp_sensors.store.profile_documents import (
    baseline_by_leg,
    impact_g,
    impact_mode,
    planned_runs,
    run_km,
    usual_pain,
    week_km,
    weekdays,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RED: Final = "red"
ALL_FLAGS: Final = "all"

_SWELLING: Final = "swelling"  # a warning sign that becomes a red flag where it lasts or comes back (R3)
SWELLING: Final = "swelling"
"""The warning sign that becomes a red flag when it lasts or comes back (load.md, R3)."""

_MAX_DAYS_KEY = "load.override.max_d"

_GOAL_FIELDS = (Field("week_km", week_km), Field("longest_km", run_km))
_PLAN_FIELDS = (Field("planned_runs", planned_runs), Field("days", weekdays))


def _known_keys(fields: tuple[Field, ...]) -> Callable[[Any], Any]:
    """Make a check for an object with at least one of some keys; a number is the value of the first."""

    def check(value: Any) -> Any:
        if isinstance(value, int | float):
            return fields[0].check(value)
        if mapping(value).keys().isdisjoint(field.key for field in fields):
            raise WrongValueError(value, f"an object with {' or '.join(field.key for field in fields)}")
        found = read_fields(value, fields)
        return value | {key: list(one) if isinstance(one, tuple) else one for key, one in found.items()}

    return check


def _baseline(value: Any) -> Any:
    """Check a baseline's file form, and what changed (``context``), or either; a number is its impact."""
    if isinstance(value, int | float):
        return impact_g(value)
    parts, has_context = _without_context(mapping(value))
    for key, part in parts.items():
        if isinstance(part, dict):
            parts[key], is_said = _without_context(part)
            has_context = has_context or is_said
    if not baseline_by_leg(parts) and not has_context:
        raise WrongValueError(value, "a baseline with at least one number, or a context")
    return value


def _without_context(values: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Take out what changed, and tell whether it was said."""
    if values.get("context") is not None:
        text(values["context"])
    return {key: part for key, part in values.items() if key != "context"}, values.get("context") is not None


def _day_text(value: Any) -> str:
    return day(value).isoformat()


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "stage": one_of(STAGES, "a stage"),
    "usual_pain": usual_pain,
    "baseline": _baseline,
    "goal": _known_keys(_GOAL_FIELDS),
    "plan": _known_keys(_PLAN_FIELDS),
    "plan_issued": _day_text,
    "impact_mode": impact_mode,
    "retrain": flag,
}
"""By kind of event. Values stay plain as a file has them: a day stays a text."""


def event_arguments(found: dict[str, Any]) -> dict[str, Any]:
    """Check the value of a stored change by its kind; a plan issued without one is for the week of its date.

    Raises
    ------
    WrongValueError
        If the value is not of the kind.
    """
    value = found["value"]
    if value is None and found["kind"] == "plan_issued":
        value = local_day(found["at"])
        value = (value - timedelta(days=value.weekday())).isoformat()
    try:
        found["value"] = _CHECKS[found["kind"]](value)
    except WrongValueError as wrong:
        raise wrong.under("value") from None
    return found


def override_arguments(found: dict[str, Any]) -> dict[str, Any]:
    """Check a clinician's word: its key, its value and its last day. Bounds of numbers are the rules' matter.

    Raises
    ------
    WrongValueError
        If the key is unknown, the value is no number or flag, or the last day is missing, before the first
        or too late.
    """
    found["key"] = override_key(found["key"])
    is_red = found["key"] == RED
    try:
        found["value"] = _red_value(found["value"]) if is_red else _number(found["value"])
    except WrongValueError as wrong:
        raise wrong.under("value") from None
    until, first = found.get("until"), local_day(found["at"])
    longest = first + timedelta(days=_override_bounds()[1])
    if until is None and not is_red:
        advice = "Add `until`; only the clearance of a red flag may be without."
        raise WrongValueError(None, f"a last day, {longest} at the latest", advice, "until")
    if until is not None and until < first:
        raise WrongValueError(str(until), f"a day not before {first}, when it begins", "Correct it.", "until")
    if until is not None and until > longest and not is_red:
        days = _override_bounds()[1]
        expected = f"a day at most {days} days after {first}: {longest} at the latest"
        raise WrongValueError(str(until), expected, "Give an earlier day; it can be renewed.", "until")
    return found


def override_key(key: str) -> str:
    """Give the full key of a setting that a clinician's word is about, or `RED`.

    Raises
    ------
    WrongValueError
        If there is no such setting.
    """
    known = _override_bounds()[0]
    full = key if key == RED or key.startswith("load.") else f"load.{key}"
    if full != RED and full not in known:
        advice = nearest(full, (*known, RED))
        raise WrongValueError(
            key, "`red` or a key of config/load.toml such as load.cap.session", advice, "key"
        )
    return full


def local_day(at: date) -> date:
    """Give the day of a moment, where the person was."""
    return date(at.year, at.month, at.day)


def _red_value(value: object) -> str:
    """Check which red flag is cleared; a clearance that names none is for every one."""
    if value is None or value is True or value in ("clear", "cleared", "ok", "over"):
        return ALL_FLAGS
    return str(one_of((ALL_FLAGS, *RED_KINDS, _SWELLING), "a red flag")(value))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 <= value <= 1e6:
        raise WrongValueError(value, "a number")
    return value


@cache
def _override_bounds() -> tuple[Mapping[str, None], int]:
    """Read the known keys, and how many days an override may hold at most."""
    from pfp_sensors.settings.entries import read_entries

    entries = read_entries("load")
    return dict.fromkeys(entries), int(entries[_MAX_DAYS_KEY].max)
