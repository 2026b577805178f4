"""Invariant 21 of load.md 12: the plan of a week keeps P1 to P6 and never more than the limits."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.load import worsen

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.model.recommendation import Recommendation, WeekPlan
    from tests.load.diaries import Case
    from tests.load.invariants import Engine

EPS = 1e-6
DAYS = 7


def plan_keeps_its_rules(engine: Engine, case: Case) -> str | None:
    """Check one plan: seven days, rest, strength apart, sums, counts, and that a flare adds nothing."""
    assert engine.plan is not None
    advice = engine.ask(case)
    plan: WeekPlan = engine.plan(case.history, advice)
    found = _days(plan) or _runs(plan, advice, engine) or _strength(plan, engine) or _counts(plan, advice)
    return found or _flare_adds_nothing(engine, case, plan)


def days_with(plan: WeekPlan, kind: str) -> list[date]:
    """Return the days on which a session of a kind is planned that may not be left out."""
    return [
        day.date for day in plan.days if any(one.kind == kind and not one.optional for one in day.sessions)
    ]


def _days(plan: WeekPlan) -> str | None:
    first = plan.days[0].date
    if [day.date for day in plan.days] != [first + timedelta(days=n) for n in range(DAYS)]:
        return f"not seven days in a row: {[day.date for day in plan.days]}"
    return None


def _runs(plan: WeekPlan, advice: Recommendation, engine: Engine) -> str | None:
    """P1, and the sums of each Monday-to-Sunday part."""
    days = days_with(plan, "run")
    if days and advice.next_run is None and advice.earliest_day is None:  # else: the week is used up
        return f"runs on {days}, but no run is advised"
    if days and advice.earliest_day is not None and days[0] < advice.earliest_day:
        return f"run on {days[0]} before {advice.earliest_day}"
    hours = engine.settings.stage.walk_run_rest_h if advice.stage == "walk_run" else 24.0
    if any((later - day).days * 24.0 < hours for day, later in pairwise(days)):
        return f"runs on {days}: less than {hours} h apart"
    return _sums(plan, advice)


def _sums(plan: WeekPlan, advice: Recommendation) -> str | None:
    limit, done = advice.week.max_km, advice.done_km or 0.0
    if limit is None:
        return None
    this_week = plan.recommendation.as_of.date().isocalendar()[:2]
    sums: dict[tuple[int, int], float] = {}
    for day in plan.days:
        week = day.date.isocalendar()[:2]
        for one in day.sessions:
            sums[week] = sums.get(week, 0.0) + (one.km or 0.0)
    for week, km in sums.items():
        allowed = max(limit - done, 0.0) if week == this_week else limit
        if km > allowed + EPS:
            return f"{km} km planned in week {week}, allowed {allowed}"
    return None


def _strength(plan: WeekPlan, engine: Engine) -> str | None:
    """P3."""
    days = days_with(plan, "strength")
    gap = engine.settings.plan.strength_gap_h
    if any((later - day).days * 24.0 < gap for day, later in pairwise(days)):
        return f"strength on {days}: less than {gap} h apart"
    return None


def _counts(plan: WeekPlan, advice: Recommendation) -> str | None:
    """P2, and 2-3 strength and mobility sessions unless a drop is named."""
    if advice.refer or advice.status == "needs_input":
        return None
    busy = {"run", "strength", "cross", "drill"}
    if all(any(one.kind in busy and not one.optional for one in day.sessions) for day in plan.days):
        return "no day of rest"
    for kind in ("strength", "mobility"):
        number = len(days_with(plan, kind))
        if number > 3 or (number < 2 and not (plan.dropped or plan.moved)):
            return f"{number} {kind} sessions, nothing named as dropped or moved"
    return None


def _flare_adds_nothing(engine: Engine, case: Case, plan: WeekPlan) -> str | None:
    """A bad day of today never adds kilometres, runs or strength sessions."""
    assert engine.plan is not None
    sore = worsen.add_bad_day(case)
    if plan.recommendation.tier is None:
        return None
    worse: WeekPlan = engine.plan(sore.history, engine.ask(sore))
    totals = [
        sum(one.km or 0.0 for day in one_plan.days for one in day.sessions) for one_plan in (plan, worse)
    ]
    if totals[1] > totals[0] + EPS:
        return f"{totals[0]} km planned, {totals[1]} km in a flare"
    for kind in ("run", "strength"):
        if len(days_with(worse, kind)) > max(len(days_with(plan, kind)), 0):
            return f"{len(days_with(plan, kind))} {kind} sessions, {len(days_with(worse, kind))} in a flare"
    return None
