"""A small synthetic diary, made by hand, so that faces and trends are tested without a store."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from pfp_sensors.model.diary import (
    Baseline,
    Cap,
    Checkin,
    DiaryEvent,
    Exercise,
    History,
    Pain,
    Profile,
    Run,
    RunImpact,
    Score,
    Symptom,
    When,
)

ZONE = timezone(timedelta(hours=1))
SUNDAY = datetime(2026, 11, 22, 20, 0, tzinfo=ZONE)


def at(day: int, hour: int = 7) -> datetime:
    """Give a moment in November 2026."""
    return datetime(2026, 11, day, hour, tzinfo=ZONE)


def made_diary() -> History:
    """Make three weeks of a right knee: five runs with a sensor, one without, exercises, check-ins."""
    answers: dict[When, int] = {"during": 1, "after60": 1, "morning": 1}
    return History(
        profile=Profile(
            born=1990,
            knees=("right",),
            usual_pain={"right": 1},
            mass_kg=70.0,
            baseline={"left": Baseline(7.2)},
        ),
        runs=(
            _run("r1", 3, 4.0, 26.0, 7.0, answers),
            _run("r2", 6, 4.4, 28.5, 7.2, answers | {"during": 2}),
            _run("r3", 10, 4.8, 31.0, 7.6, answers | {"during": 4}),
            _run("r4", 13, 4.0, 26.0, 7.4, answers),
            _run("r5", 17, 4.2, 27.5, 7.5, answers),
            Run("r6", date(2026, 11, 20), minutes=20.0, source="typed"),
        ),
        pain=(
            Pain("during", 3, at(20, 9), knee="right", run="r6"),
            Pain("day", 2, at(12, 21), knee="right"),
        ),
        symptoms=(Symptom("swelling", date(2026, 11, 11), date(2026, 11, 12)),),
        exercises=(
            Exercise(at(9, 18), "strength", "glute_bridge", pain=2),
            Exercise(at(9, 18), "strength", "clamshell"),
            Exercise(at(12, 18), "strength", "glute_bridge", pain=1),
            Exercise(at(18, 18), "mobility", "calf_stretch"),
        ),
        checkins=(
            Checkin(at(17, 21), {"sleep_h": 6.0, "stress": 8, "protein_g": 84.0, "sitting_h": 6.0}),
            Checkin(at(18, 21), {"sleep_h": 6.5, "stress": 7, "better": "stairs without thinking of it"}),
            Checkin(at(19, 21), {"sleep_quality": 2, "stress": 9, "sitting_h": 6.0, "breaks": 9}),
        ),
        scores=(Score(at(3), "akps", 70.0), Score(at(20), "akps", 81.0)),
        caps=(Cap(at(3, 20), 4.44, 28.9),),
        events=(DiaryEvent(at(9, 6), "plan_issued", "2026-11-09", "program"),),
    )


def _run(name: str, day: int, km: float, minutes: float, impact_g: float, pain: dict[When, int]) -> Run:
    return Run(
        name,
        at(day),
        km=km,
        minutes=minutes,
        speed_mps=2.6,
        cadence_spm=165.0,
        impact={"left": RunImpact(impact_g, "good")},
        pain=dict(pain),
        source="recording",
        synthetic=True,
    )
