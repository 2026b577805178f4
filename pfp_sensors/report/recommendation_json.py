"""The next run and the week as the JSON document ``pfp.recommendation/1`` of ``pfp next|week --json``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import date, time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

    from pfp_sensors.model.recommendation import PlannedSession, Recommendation, Rule, WeekPlan

Json = dict[str, Any]

_DAY_END: Final = time(23, 59, 59)
"""A question of a whole day is one of its last second; the document names the day."""

DECIMALS: Final = 6
"""Kept of every number: enough to shed the noise of floating point and nothing else."""


def recommendation_document(rec: Recommendation, *, version: str, parameters_sha256: str) -> Json:
    """Turn the answer of ``pfp next`` into its document.

    Parameters
    ----------
    version
        Of this program.
    parameters_sha256
        Hash of the settings that were used (`pfp_sensors.settings.load.parameters_sha256`).
    """
    document = {
        "schema": "pfp.recommendation/1",
        "as_of": day_or_moment(rec.as_of),
        "version": version,
        "parameters_sha256": parameters_sha256,
        "status": rec.status,
        "stage": rec.stage,
        "tier": rec.tier,
        "refer": rec.refer,
        "rest_until": rec.rest_until,
        "next_run": None if rec.next_run is None else asdict(rec.next_run),
        "week": asdict(rec.week),
        "impact_tolerance_g": rec.impact_tolerance_g,
        "rules": [_rule(rule) for rule in rec.rules],
        "missing": rec.missing,
        "notes": rec.notes,
        "earliest_day": rec.earliest_day,
        "why": rec.why,
        "impact_excess": rec.impact_excess,
        "ladder_phase": rec.ladder_phase,
        "reference": {"km": rec.reference_km, "minutes": rec.reference_minutes},
    }
    return {key: plain(value) for key, value in document.items()}


def week_document(plan: WeekPlan, *, version: str, parameters_sha256: str) -> Json:
    """Turn the answer of ``pfp week`` into its document: that of the next run, and the days."""
    document = recommendation_document(
        plan.recommendation, version=version, parameters_sha256=parameters_sha256
    )
    days = [
        {"date": day.date, "sessions": [_session(session) for session in day.sessions]} for day in plan.days
    ]
    return {
        **document,
        "days": plain(days),
        "dropped": list(plan.dropped),
        "moved": list(plan.moved),
        "exercise_note": plan.exercise_note,
    }


def day_or_moment(as_of: datetime) -> date:
    """Name the day where the question was about a whole day, else the moment."""
    return as_of.date() if as_of.time() == _DAY_END else as_of


def plain(value: Any) -> Any:
    """Turn a value into what JSON has: floats to six decimals, NaN to null, dates to ISO 8601, sets sorted.

    Raises
    ------
    TypeError
        If the value is of another kind.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return round(value, DECIMALS) + 0.0 if math.isfinite(value) else None  # -0.0 becomes 0.0
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {"unknown" if key is None else str(key): plain(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return [plain(item) for item in sorted(value)]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise TypeError(f"JSON has no form for {type(value).__name__}")


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "fired": rule.fired,
        "binding": rule.binding,
        "limits": rule.limits,
        "inputs": rule.inputs,
        "text": rule.text,
        "source": rule.source,
        "certainty": rule.certainty,
    }


def _session(session: PlannedSession) -> Json:
    return {
        "kind": session.kind,
        "items": session.items,
        "text": session.text,
        "minutes": session.minutes,
        "km": session.km,
        "optional": session.optional,
        "provisional": session.provisional,
    }
