"""For each rule a diary on which it fires, one at its edge on which it does not, and its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.load.story_parts import (
    GREEN,
    dawn,
    document,
    evening,
    four_weeks_and_one,
    profile,
    run,
    stage_event,
)

if TYPE_CHECKING:
    from tests.load.story_parts import Document


@dataclass(frozen=True, slots=True)
class RuleCase:
    """``edge`` None: it always holds. ``key`` None: it has no number. ``moved_at``: ``at`` unless given."""

    rule: str
    fires: Document
    edge: Document | None
    at: str
    key: str | None = None
    value: float | None = None
    binds: bool = False
    edge_at: str | None = None
    moved_at: str | None = None


BASE = four_weeks_and_one()
OCT_7 = evening("2026-10-07")
OCT_6 = dawn("2026-10-06")
B9 = {"impact_resultant_g": 9.0, "speed_mps": 2.8}
GOOD9: dict[str, Any] = {"speed_mps": 2.8, "impact": {"resultant_g": 9.0, "quality": "good"}}
SENSOR = profile(impact_mode="sensor", baseline=B9)


def after(*, person: Document | None = None, base: list[Document] | None = None, **changes: Any) -> Document:
    """Return the base weeks and a run of 6 October, changed."""
    parts = {
        key: changes.pop(key)
        for key in ("symptoms", "exercises", "overrides", "pain_entries")
        if key in changes
    }
    extra = {"pain" if key == "pain_entries" else key: value for key, value in parts.items()}
    return document([*(base or BASE), run("2026-10-06", **changes)], person=person, **extra)


def sensed(resultant_g: float | None) -> Document:
    """Return sensor weeks, the last run with a landing of so many g, or none."""
    impact = {} if resultant_g is None else {"impact": {"resultant_g": resultant_g, "quality": "good"}}
    return after(person=SENSOR, base=four_weeks_and_one(**GOOD9), speed_mps=2.8, **impact)


def sign(day: str) -> list[Document]:
    return [{"kind": "lingering_tenderness", "start": day, "end": day}]


def imported(answered: int) -> Document:
    runs = [run(day, pain={}, source="import") for day in ("2026-09-29", "2026-10-02", "2026-10-04")]
    runs = [{**one, "pain": GREEN} if place >= 3 - answered else one for place, one in enumerate(runs)]
    return document(runs, events=[stage_event("2026-08-20", "build")])


def unanswered(number: int) -> Document:
    days = ("2026-10-03", "2026-10-05", "2026-10-06")[-number:]
    return document([*BASE[:-1], *(run(day, pain={}) for day in days)])


def short_runs(km: float) -> Document:
    days = ("2026-09-27", "2026-09-29", "2026-10-02", "2026-10-04")
    runs = [run(day, km, minutes=18.75 * km / 1.5) for day in days]
    return document([*runs, run("2026-10-06", km, minutes=18.75 * km / 1.5, pain={**GREEN, "during": 4})])


def worst_days(later: int) -> Document:
    scores = {"2026-09-22": 1, "2026-09-23": 1, "2026-10-05": later}
    return after(pain_entries=[{"date": day, "when": "day", "score": score} for day, score in scores.items()])


def answered_at(moment: str) -> Document:
    entry = {"date": "2026-10-04T08:40:00+02:00", "when": "after60", "score": 1, "run": "r-2026-10-04"}
    last = run("2026-10-04", pain={**GREEN, "after60": None})
    return document([*BASE[:-1], last], pain=[{**entry, "entered": moment}])


def word(until: str) -> list[Document]:
    return [
        {
            "date": "2026-09-28",
            "key": "load.pain.factor.tier_0",
            "value": 1.0,
            "until": until,
            "by": "Dr Synthetic",
            "role": "physiotherapist",
            "reason": "examined",
        }
    ]


def event(day: str, kind: str, value: Any) -> Document:
    return {"date": day, "kind": kind, "value": value, "by": "person"}


def sensor_with(*events: Document) -> Document:
    built = [stage_event("2026-08-20", "build"), *events]
    last = run("2026-10-06", speed_mps=2.8, impact={"resultant_g": 9.0, "quality": "good"})
    return document([*four_weeks_and_one(**GOOD9), last], person=SENSOR, events=built)


AMBER = {**GREEN, "during": 3}
EVEN_WEEKS = sorted([*BASE, run("2026-09-25")], key=lambda one: str(one["start"]))
SEP_27_AMBER = [
    {**one, "pain": {**GREEN, "during": 4}} if one["id"] == "r-2026-09-27" else one
    for one in BASE
    if one["id"] <= "r-2026-09-27"
]
SILENT = [{**one, "pain": {}} for one in four_weeks_and_one(**GOOD9)]
RED = [{"kind": "locking", "start": "2026-10-06", "end": None}]
CLEARED = [
    {
        "date": "2026-10-07",
        "key": "red",
        "value": "locking",
        "until": None,
        "by": "Dr Synthetic",
        "role": "physiotherapist",
        "reason": "examined",
    }
]

CASES = (
    RuleCase("R1", after(symptoms=RED), after(symptoms=RED, overrides=CLEARED), OCT_7, binds=True),
    # during 3 is tier 1, 2 is tier 0 (load.md 4)
    RuleCase(
        "R2",
        after(pain=AMBER),
        after(pain={**GREEN, "during": 2}),
        OCT_7,
        "pain.factor.tier_1",
        0.7,
        binds=True,
    ),
    # 7 d of 7 Oct: dates later than 30 Sep
    RuleCase(
        "R3",
        after(symptoms=sign("2026-10-06")),
        after(symptoms=sign("2026-09-30")),
        OCT_7,
        "warn.factor",
        0.7,
        binds=True,
    ),
    RuleCase(
        "R4", after(pain={**GREEN, "morning": None}), after(), OCT_7, "missing.pain_rest_h", 72.0, binds=True
    ),
    RuleCase("R5", sensed(None), sensed(9.0), OCT_7, "missing.impact", 0.9, binds=True),
    # tolerance 9.0 + 1.5 = 10.5
    RuleCase("R6", sensed(10.6), sensed(10.5), OCT_7, "impact.factor.mild", 0.85, binds=True),
    RuleCase("R7", after(), None, OCT_7, "cap.session", 0.05, binds=True),
    # 1.10 x 5.0 = 5.5 is not above
    RuleCase(
        "R8",
        document([*BASE[:-1], run("2026-10-04", 5.6)]),
        document([*BASE[:-1], run("2026-10-04", 5.5)]),
        OCT_6,
        "spike.hold_d",
        14.0,
        binds=True,
        moved_at=dawn("2026-10-11"),
    ),
    RuleCase("R10", document(BASE), None, OCT_6, "week.growth", 0.05, binds=True),
    RuleCase("R11", after(pain=AMBER), after(), OCT_7),
    # the last but one run, 27 Sep, was amber; its score is older than 7 d
    RuleCase(
        "R12", document([*SEP_27_AMBER, run("2026-10-06")]), after(), OCT_7, "gate.runs", 1.0, binds=True
    ),
    RuleCase("R13", document(EVEN_WEEKS), document(BASE), OCT_6, "deload.share", 0.6, binds=True),
    RuleCase(
        "R14",
        after(person=profile(baseline={"speed_mps": 2.8, "cadence_spm": 164.0}), pain=AMBER),
        after(person=profile(baseline={"speed_mps": 2.8, "cadence_spm": 164.0})),
        OCT_7,
        "cadence.step",
        0.04,
    ),
    RuleCase(
        "R15",
        sensor_with(event("2026-10-05", "retrain", True)),
        sensor_with(event("2026-10-05", "retrain", False)),
        OCT_7,
        "retrain.target",
        0.9,
    ),
    RuleCase("R16", after(pain=AMBER), after(), OCT_7, "terrain.downhill_percent", 5.0),
    # 4 Oct + 7 d = 11 Oct; + 6 d = 10 Oct
    RuleCase(
        "R17",
        document(BASE),
        document(BASE),
        evening("2026-10-11"),
        "gap.hold_d",
        10.0,
        binds=True,
        edge_at=evening("2026-10-10"),
    ),
    RuleCase("R18", worst_days(3), worst_days(2), OCT_7, "review.worst_pain", 3.0),
    RuleCase("X1", after(person=profile(born=None)), after(), OCT_7),
    RuleCase("X2", imported(1), imported(2), OCT_6, "first.factor", 0.7, binds=True),
    RuleCase(
        "X3", document([], events=[]), document([run("2026-10-06", 1.6)], events=[]), OCT_7, "start_km", 2.0
    ),
    RuleCase(
        "X5",
        answered_at("2026-10-05T21:00:00+02:00"),
        answered_at("2026-10-04T09:00:00+02:00"),
        OCT_6,
        "edit.grace_h",
        48.0,
    ),
    RuleCase("X6", unanswered(3), unanswered(2), OCT_7, "missing.banner_runs", 4.0),
    RuleCase(
        "X7",
        document(SILENT, person=SENSOR),
        sensed(9.0),
        OCT_6,
        "impact.tolerance_unknown_g",
        0.5,
        edge_at=OCT_7,
    ),
    RuleCase("X9", document([{**one, "km": None} for one in BASE]), document(BASE), OCT_6),
    RuleCase("X10", after(person=profile(knees=["left", "right"])), after(), OCT_7),
    # 0.80 x 1.8 = 1.44 < 1.6; 0.80 x 2.0 = 1.6 is not below
    RuleCase("X11", short_runs(1.8), short_runs(2.0), OCT_7, "floor_km", 1.5, binds=True),
    RuleCase(
        "X12",
        after(overrides=word("2026-10-07")),
        after(overrides=word("2026-10-06")),
        OCT_7,
        "override.max_d",
        7.0,
    ),
    RuleCase(
        "X13",
        after(
            exercises=[
                {"date": "2026-10-06T18:00:00+02:00", "kind": "strength", "name": "glute_bridge", "pain": 3}
            ]
        ),
        after(
            exercises=[
                {"date": "2026-10-06T18:00:00+02:00", "kind": "strength", "name": "glute_bridge", "pain": 2}
            ]
        ),
        OCT_7,
        "pain.green",
        3.0,
    ),
)
"""R9, X4, X8 and X14 are tested by themselves: they have no single edge in a diary of this kind."""
