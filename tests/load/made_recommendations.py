"""Recommendations built by hand, for tests of what is planned from them. All synthetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from pfp_sensors.model.diary import WEEKDAYS, DiaryEvent, Exercise, History, Profile, Run
from pfp_sensors.model.recommendation import NextRun, Recommendation, WeekLimits
from pfp_sensors.settings.load import load_load_settings

SETTINGS = load_load_settings()
MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
RUNNING = ("walk_run", "build", "speed_hills", "maintain")


def recommendation(**changes: Any) -> Recommendation:
    """Answer of a quiet Monday: 4.0 km or 26 min, 10.0 km or 66 min a week in three runs."""
    made = Recommendation(
        as_of=MONDAY,
        status="ok",
        stage="build",
        tier=0,
        tier_new=0,
        refer=False,
        rest_until=None,
        earliest_day=MONDAY.date(),
        next_run=NextRun(4.0, 26.0, 2.7, None, "easy, flat ground", None),
        week=WeekLimits(10.0, 66.0, 3),
        impact_tolerance_g=None,
        impact_excess=None,
        reference_km=4.0,
        reference_minutes=26.0,
        dose_km=4.0,
        dose_minutes=26.0,
        done_km=0.0,
        done_minutes=0.0,
        ladder_phase=None,
        block_ceiling="E",
        modifiers=frozenset(),
        rules=(),
        missing=(),
        notes=(),
        why="",
    )
    return replace(made, **changes)


def no_run(stage: str = "hold", **changes: Any) -> Recommendation:
    return recommendation(stage=stage, status="no_run", next_run=None, earliest_day=None, **changes)


@st.composite
def running_recommendations(draw: st.DrawFn) -> Recommendation:
    """Draw an answer that advises a run, consistent in itself: next = min(dose, week - done)."""
    as_of = MONDAY + timedelta(draw(st.integers(0, 6)), hours=draw(st.sampled_from([-8, 0, 10, 15.99])))
    runs = draw(st.integers(1, 6))
    dose = draw(st.floats(1.6, 15))
    pace = draw(st.floats(5, 9))
    week = min(runs * dose, draw(st.floats(dose, 60)))
    done = draw(st.one_of(st.just(0.0), st.floats(0, week)))
    left = min(dose, week - done)
    used_up = left < min(1.6, dose)
    km, minutes = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
    following = NextRun(left if km else None, left * pace if minutes else None, 2.7, None, "flat", None)
    return recommendation(
        as_of=as_of,
        status="no_run" if used_up else draw(st.sampled_from(["ok", "ok", "provisional"])),
        stage=draw(st.sampled_from(RUNNING)),
        tier=draw(st.sampled_from([0, 0, 0, None])),
        earliest_day=as_of.date() + timedelta(draw(st.integers(0, 4))),
        next_run=None if used_up else following,
        week=WeekLimits(week if km else None, week * pace if minutes else None, runs),
        dose_km=dose if km and not used_up else None,
        dose_minutes=dose * pace if minutes and not used_up else None,
        done_km=done if km else None,
        done_minutes=done * pace if minutes else None,
        block_ceiling=draw(st.sampled_from("ABCDE")),
    )


@st.composite
def still_recommendations(draw: st.DrawFn) -> Recommendation:
    """Draw an answer without a run."""
    made = no_run(
        stage=draw(st.sampled_from(["hold", "calm", "build"])),
        as_of=MONDAY + timedelta(draw(st.integers(0, 6)), hours=draw(st.sampled_from([0, 15.99]))),
        tier=draw(st.sampled_from([0, 1, 2, None])),
        block_ceiling=draw(st.sampled_from("ABCDE")),
    )
    status = draw(st.sampled_from(["no_run", "needs_input"]))
    return replace(made, status=status, modifiers=draw(st.sampled_from([frozenset(), frozenset({"flare"})])))


@st.composite
def flared(draw: st.DrawFn, calm: Recommendation) -> Recommendation:
    """Draw the same answer with a flare, a warning sign or a hold in it; the rest only ends later."""
    kind = draw(st.sampled_from(["flare", "warn", "tier 2", "hold"]))
    later = draw(st.integers(0, 3))
    earliest = calm.earliest_day and calm.earliest_day + timedelta(later)
    if kind == "hold":
        return replace(
            calm, stage="hold", status="no_run", tier=2, next_run=None, earliest_day=None,
            modifiers=frozenset({"flare", "hold"}),
        )  # fmt: skip
    tier = {"flare": 1, "warn": calm.tier, "tier 2": 2}[kind]
    modifiers = frozenset({"warn" if kind == "warn" else "flare", "no_speed", "no_hills"})
    return replace(calm, tier=tier, earliest_day=earliest, modifiers=modifiers)


@st.composite
def histories(draw: st.DrawFn, as_of: datetime) -> History:
    """Draw days that suit, things at hand, strength lately done and runs of this week."""
    days = draw(st.lists(st.sampled_from(WEEKDAYS), unique=True, max_size=7))
    equipment = draw(st.lists(st.sampled_from(["box", "stairs", "band", "weights"]), unique=True))
    ago = draw(st.one_of(st.none(), st.integers(0, 5)))
    done: tuple[Exercise, ...] = ()
    if ago is not None:
        done = (Exercise(as_of.date() - timedelta(ago), "strength", "glute_bridge"),)
    run_days = draw(st.lists(st.integers(0, 3), unique=True, max_size=3))
    runs = tuple(Run(f"r{n}", as_of.date() - timedelta(n)) for n in run_days)
    plan = DiaryEvent(as_of, "plan", {"days": days, "planned_runs": 3}, by="person")
    confirmed = draw(st.booleans())
    profile = Profile(equipment=tuple(equipment), days=() if confirmed else tuple(days))
    return History(profile, runs=runs, exercises=done, events=(plan,) if confirmed else ())


def days_that_suit(history: History) -> set[int]:
    names = history.events[0].value["days"] if history.events else history.profile.days
    return {WEEKDAYS.index(name) for name in names} or set(range(7))


def monday(day: date) -> date:
    return day - timedelta(day.weekday())
