"""What only the person may change later, and on purpose: usual pain, baseline, goal, plan (load.md, X4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.actions.setup_changes import RANGES
from pfp_sensors.actions.standing import standing_profile
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import WEEKDAYS, DiaryEvent
from pfp_sensors.store.diary import add_entries, read_history

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pfp_sensors.actions.clinician import Clinician
    from pfp_sensors.model.diary import History, ImpactMode, Knee

PERSON = "person"


def confirm_usual_pain(
    connection: sqlite3.Connection,
    scores: int | Mapping[Knee, int],
    *,
    at: datetime,
    by: Clinician | None = None,
) -> DiaryEvent:
    """Store a new usual pain; one score is for every knee that hurts.

    Raises
    ------
    UsageError
        If a score is not 0-10, the knee has none yet, nothing changes, or it rises and no clinician says so.
    """
    standing = standing_profile(read_history(connection), at)
    by_knee = dict.fromkeys(standing.knees, scores) if isinstance(scores, int) else dict(scores)
    if not by_knee:
        raise UsageError("The diary does not know yet which knee hurts.", "Say it first: `pfp setup`.")
    for knee, score in by_knee.items():
        if not 0 <= score <= 10:
            raise UsageError(f"Usual pain, {knee} knee: {score}; expected is 0 to 10.", "Correct it.")
        old = standing.usual_pain.get(knee)
        if old is None:
            raise UsageError(
                f"The diary has no usual pain of the {knee} knee yet.",
                f"Say it first: `pfp setup --usual-pain {knee}={score}`.",
            )
        if score > old and by is None:
            raise UsageError(
                f"Usual pain of the {knee} knee is {old}, and {score} is higher. A higher usual pain lets "
                "more pain pass as usual, so it rises only by a clinician's word.",
                "Enter today's pain instead (`pfp pain N --when day`), or give --by, --role and --reason.",
            )
    if all(standing.usual_pain.get(knee) == score for knee, score in by_knee.items()):
        raise _unchanged("usual pain")
    return store_events(connection, [("usual_pain", by_knee)], at=at, by=by)[0]


def confirm_goal(
    connection: sqlite3.Connection, changes: Mapping[str, float | None], *, at: datetime
) -> DiaryEvent:
    """Store a new goal: ``week_km``, ``longest_km`` or both; None for no such goal.

    Raises
    ------
    UsageError
        If a distance is out of range, or nothing changes.
    """
    standing = standing_profile(read_history(connection), at)
    old: dict[str, float | None] = {
        "week_km": standing.goal_week_km,
        "longest_km": standing.goal_longest_km,
    }
    for name, value in changes.items():
        low, high = RANGES[f"goal_{name}"]
        if value is not None and not low <= value <= high:
            raise UsageError(f"{name} is {value:g}; expected is {low:g} to {high:g}.", "Correct it.")
    new = old | dict(changes)
    if new == old:
        raise _unchanged("goal")
    return store_events(connection, [("goal", new)], at=at)[0]


def confirm_plan(
    connection: sqlite3.Connection,
    *,
    runs: int | None = None,
    days: tuple[str, ...] | None = None,
    impact: ImpactMode | None = None,
    softer: bool | None = None,
    at: datetime,
) -> tuple[DiaryEvent, ...]:
    """Store a new plan: runs a week, days that suit, whether landing impact counts, softer landings (R15).

    Raises
    ------
    UsageError
        If a value is out of range, or nothing changes.
    """
    history = read_history(connection)
    standing = standing_profile(history, at)
    low, high = RANGES["planned_runs"]
    if runs is not None and not low <= runs <= high:
        raise UsageError(f"runs is {runs}; expected is {low:g} to {high:g}.", "Correct it.")
    old = (standing.planned_runs, standing.days)
    new = (runs or standing.planned_runs, week_order(days) if days is not None else standing.days)
    changes: list[tuple[str, Any]] = []
    if new != old:
        changes.append(("plan", {"planned_runs": new[0], "days": list(new[1])}))
    if impact is not None and impact != standing.impact_mode:
        changes.append(("impact_mode", impact))
    if softer is not None and softer != practises_softer(history):
        changes.append(("retrain", softer))
    if not changes:
        raise _unchanged("plan")
    return store_events(connection, changes, at=at)


def week_order(days: tuple[str, ...]) -> tuple[str, ...]:
    """Put weekdays in the order of the week, each once.

    Raises
    ------
    UsageError
        If one is no weekday.
    """
    unknown = [day for day in days if day not in WEEKDAYS]
    if unknown:
        raise UsageError(f"{unknown[0]!r} is no weekday.", f"Give any of {','.join(WEEKDAYS)}.")
    return tuple(day for day in WEEKDAYS if day in days)


def store_events(
    connection: sqlite3.Connection,
    changes: Sequence[tuple[str, Any]],
    *,
    at: datetime,
    by: Clinician | None = None,
) -> tuple[DiaryEvent, ...]:
    """Store confirmed changes, kind and value, by the person or by a clinician: all or none."""
    events = tuple(
        DiaryEvent(at, kind, value, PERSON)
        if by is None
        else DiaryEvent(at, kind, value, by.name, by.role, by.reason)
        for kind, value in changes
    )
    add_entries(connection, events, at=at)
    return events


def practises_softer(history: History) -> bool:
    """Tell whether softer landings are chosen, as rule R15 reads it."""
    said = [one for one in history.events if one.kind == "retrain"]
    last = max(said, key=lambda one: (day_of(one.at), str(one.at), not one.value), default=None)
    return last is not None and bool(last.value)


def _unchanged(what: str) -> UsageError:
    return UsageError(f"That is the {what} that is stored already.", "Nothing was changed.")
