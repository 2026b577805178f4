"""Recommendations and weeks made by hand, so that faces are tested without the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from pfp_sensors.model.recommendation import (
    NextRun,
    PlannedDay,
    PlannedSession,
    Recommendation,
    Rule,
    WalkRun,
    WeekLimits,
    WeekPlan,
)

ZONE = timezone(timedelta(hours=1))
SUNDAY = datetime(2026, 11, 22, 20, 15, tzinfo=ZONE)


def made_rule(name: str, text: str, **changes: Any) -> Rule:
    rule = Rule(
        id=name,
        fired=True,
        binding=False,
        limits={},
        inputs={},
        text=text,
        source="safety",
        certainty="E",
    )
    return replace(rule, **changes)


PAIN_RULE = made_rule(
    "R2",
    "Pain reached 4/10 on Tuesday: 80 % of 5.0 km.",
    binding=True,
    limits={"factor": 0.8, "km": 4.000000000000001},
    inputs={"during": 4, "knee": "right"},
    source="Esculier 2018, Silbernagel 2007 (direction)",
    certainty="M; sizes E",
)
CAP_RULE = made_rule(
    "R7",
    "Never more than 10 % beyond the longest tolerated run of 30 days.",
    fired=False,
    limits={"km": 5.5},
    inputs={"longest_km": 5.0},
    source="Frandsen 2025",
    certainty="S",
)


def made_next(**changes: Any) -> Recommendation:
    """Make the answer of load.md 11: 4.0 km or 26 min, no faster than 6:16/km."""
    rec = Recommendation(
        as_of=SUNDAY,
        status="ok",
        stage="build",
        tier=1,
        tier_new=1,
        refer=False,
        rest_until=date(2026, 11, 24),
        earliest_day=date(2026, 11, 24),
        next_run=NextRun(4.000000000000001, 26.4, 2.66, None, "flat and even, no downhill", 172.6),
        week=WeekLimits(12.0, 79.2, 3),
        impact_tolerance_g=7.95,
        impact_excess=0.0512,
        reference_km=5.0,
        reference_minutes=33.0,
        dose_km=4.0,
        dose_minutes=26.4,
        done_km=5.0,
        done_minutes=33.0,
        ladder_phase=None,
        block_ceiling="C",
        modifiers=frozenset({"flare", "no_speed", "no_hills"}),
        rules=(PAIN_RULE, CAP_RULE),
        missing=(),
        notes=(),
        why="pain reached 4/10 on Tuesday, so the next run is 80 % of 5.0 km.",
    )
    return replace(rec, **changes)


def no_run(**changes: Any) -> Recommendation:
    values = {
        "status": "no_run",
        "next_run": None,
        "earliest_day": None,
        "dose_km": None,
        "dose_minutes": None,
        "impact_tolerance_g": None,
        "impact_excess": None,
        "modifiers": frozenset(),
        "rules": (),
    }
    return made_next(**(values | changes))


def red(*flags: str, **changes: Any) -> Recommendation:
    rule = made_rule(
        "R1",
        "A warning sign that a clinician has to look at first.",
        binding=True,
        limits={"km": 0.0, "minutes": 0.0},
        inputs={"flags": flags},
        source="Cornwall NHS",
        certainty="S",
    )
    values = {
        "status": "refer",
        "stage": "hold",
        "refer": True,
        "rest_until": None,
        "week": WeekLimits(0.0, 0.0, 0),
        "rules": (rule,),
        "modifiers": frozenset({"refer", "exercise_paused"}),
        "why": "you entered a sign that a clinician has to look at before the next run.",
    }
    return no_run(**(values | changes))


RECOMMENDATIONS: dict[str, Recommendation] = {
    "ok": made_next(),
    "provisional": made_next(
        status="provisional",
        missing=("morning pain of r7",),
        rules=(
            PAIN_RULE,
            made_rule("R4", "The morning answer of the last run is still open.", limits={"rest_h": 48.0}),
        ),
    ),
    "walk and run": made_next(
        stage="walk_run",
        ladder_phase=3,
        next_run=NextRun(1.6, 15.0, None, WalkRun(4.0, 2.0, 3), "level ground", None),
        earliest_day=date(2026, 11, 22),
        rest_until=None,
        tier=0,
        modifiers=frozenset(),
        impact_tolerance_g=None,
        impact_excess=None,
        rules=(),
        notes=("Start dose; nothing is known about your running yet.",),
        why="this is the start dose.",
    ),
    "minutes only": made_next(
        next_run=NextRun(None, 26.999, 2.66, None, "flat", None),
        week=WeekLimits(None, 79.99, 3),
        done_km=None,
        notes=("The distance of the last run is unknown: minutes only.",),
    ),
    "overridden": made_next(
        rules=(
            PAIN_RULE,
            made_rule(
                "X12",
                "Dr Ada Example, physiotherapist, set cap.session to 0.2 until 5 Dec: supervised build-up.",
                source="clinician",
            ),
        ),
        modifiers=frozenset({"suggest_clinician"}),
    ),
    "hold": no_run(
        stage="hold",
        rest_until=date(2026, 11, 25),
        why="pain reached 7/10 on Sunday.",
        modifiers=frozenset({"hold", "no_speed", "no_hills", "no_stairs"}),
    ),
    "calm": no_run(stage="calm", rest_until=None, why="pain in daily life is above 2/10."),
    "used up": no_run(rest_until=date(2026, 11, 23), why="this week's 12.0 km are run."),
    "needs input": no_run(
        status="needs_input",
        stage="calm",
        tier=None,
        rest_until=None,
        week=WeekLimits(None, None, 0),
        done_km=None,
        done_minutes=None,
        missing=("year of birth", "which knee hurts"),
        why="the start questions are not answered.",
        rules=(made_rule("X1", "The start questions are not answered.", binding=True),),
    ),
    "red, hot": red("hot_swollen_fever", "locking"),
    "red, calf": red("numbness_or_calf"),
    "red, unanswered": red("giving_way", status="needs_input"),
    "under 18": no_run(
        status="refer",
        refer=True,
        why="this program is for adults.",
        rules=(made_rule("X1", "This program is for adults from 18 on.", binding=True),),
    ),
    "weak": made_next(
        next_run=NextRun(0.04, 0.5, 1.95, None, "flat", None), week=WeekLimits(0.0, 0.0, 1), done_km=0.0
    ),
}
"""One for each status, and for each reason of no run."""


def made_week(rec: Recommendation | None = None) -> WeekPlan:
    """Make a week with a flare: two runs, two strength sessions, what moved and what was dropped."""
    first = date(2026, 11, 23)
    sessions = (
        (PlannedSession("strength", ("glute_bridge", "clamshell"), "gentle strength, block A", 15.0),),
        (
            PlannedSession("run", ("easy",), "easy and flat, at most 4.0 km or 26 min", 26.4, 4.0),
            PlannedSession("mobility", ("calf_stretch",), "mobility", 10.0),
        ),
        (PlannedSession("cross", ("cycle",), "cycle, swim or walk", 30.0, optional=True),),
        (PlannedSession("strength", ("leg_lower",), "strength, blocks A and B", 25.0),),
        (PlannedSession("run", ("easy",), "easy, at most 4.0 km or 26 min", 26.4, 4.0, provisional=True),),
        (PlannedSession("rest", (), "full rest"),),
        (),
    )
    days = tuple(PlannedDay(first + timedelta(n), day) for n, day in enumerate(sessions))
    return WeekPlan(
        recommendation=rec or made_next(),
        days=days,
        dropped=("third mobility session",),
        moved=("Tuesday's run stays; the longest run of Sunday is dropped.",),
    )
