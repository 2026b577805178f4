"""The coming seven days: runs, strength, mobility, cross-training and rest, made to fit a judgement."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pfp_sensors.load import plan_words as words
from pfp_sensors.load.comeback import DRILLS, FORMER_BLOCK, NEW_THINGS, find_comeback
from pfp_sensors.load.days import day_of, first_open_day
from pfp_sensors.load.placement import OtherDays, place_others, place_runs
from pfp_sensors.load.plan_sessions import Frame, cross_days, day_sessions, is_softened, may_run
from pfp_sensors.load.programme import WITH_ELEMENTS, allowed_blocks, is_flare, is_held, is_paused
from pfp_sensors.load.progress import hurt_strongly, progress_of, rose_lately
from pfp_sensors.load.seen import see
from pfp_sensors.load.week_runs import RunSlot, WeekRuns, plan_runs, window_from
from pfp_sensors.model.recommendation import PlannedDay, PlannedSession, WeekPlan

if TYPE_CHECKING:
    from pfp_sensors.load.comeback import Comeback
    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.exercise_book import ExerciseBook
    from pfp_sensors.settings.load_rules import LoadSettings

_HOURS_PER_DAY = 24
_WALKS = 3
_FEWER_STRENGTH = 2
_SLACK = 1e-6


def plan_week(
    history: History, recommendation: Recommendation, settings: LoadSettings, exercises: ExerciseBook
) -> WeekPlan:
    """Plan the seven days from the first on which something may still be done (load.md 9).

    Parameters
    ----------
    history
        For the days that suit runs, what is at hand, and what was done last.
    recommendation
        As judged from that history; its limits hold for every week from Monday to Sunday in the plan.
    """
    window = window_from(first_open_day(recommendation.as_of))
    if is_paused(recommendation):
        paused = PlannedSession("rest", (), words.PAUSED)
        return WeekPlan(recommendation, tuple(PlannedDay(day, (paused,)) for day in window), (), ())
    if recommendation.status == "needs_input":
        first = PlannedSession("rest", (), words.NOT_BEFORE_SETUP)
        return WeekPlan(recommendation, tuple(PlannedDay(day, (first,)) for day in window), (), ())
    runs = WeekRuns((), (), 0, (), ())
    if may_run(recommendation):
        runs = plan_runs(window, history, recommendation, settings)
    walks = _walk_days(window, recommendation)
    seen = see(history, recommendation.as_of, settings)
    comeback, rose = find_comeback(seen, settings), rose_lately(seen, settings)
    others = _others(window, history, recommendation, settings, runs, walks, comeback)
    frame = Frame(
        history,
        recommendation,
        settings,
        exercises,
        window,
        runs,
        walks,
        others,
        comeback,
        level_rose=rose,
        too_painful=hurt_strongly(seen, settings),
    )
    days = tuple(PlannedDay(day, tuple(day_sessions(day, frame))) for day in window)
    progress = progress_of(seen, recommendation, settings, exercises)
    return WeekPlan(
        recommendation,
        days,
        _dropped(frame),
        _moved(frame),
        words.progress_text(progress),
        _run_note(runs.slots, recommendation, settings),
    )


def _run_note(
    slots: tuple[RunSlot, ...], recommendation: Recommendation, settings: LoadSettings
) -> str | None:
    """Say why the first run of the plan is shorter than the limit of the next run, where it is."""
    following = recommendation.next_run
    if not slots or following is None:
        return None
    first = slots[0]
    pairs = ((first.km, following.max_km), (first.minutes, following.max_minutes))
    if not any(one is not None and most is not None and one < most - _SLACK for one, most in pairs):
        return None
    return words.shared_text(settings.week.other_share, flare=is_flare(recommendation))


def _walk_days(window: tuple[date, ...], recommendation: Recommendation) -> tuple[date, ...]:
    """Give the days of walks, where they stand in for runs."""
    if may_run(recommendation):
        return ()
    weekdays = place_runs(_WALKS, (), 1).days
    return tuple(day for day in window if day.weekday() in weekdays)


def strength_wanted(recommendation: Recommendation, settings: LoadSettings, comeback: Comeback) -> int:
    """Give how many strength sessions the week should have: no third one in a flare and soon after it."""
    wanted = settings.plan.strength_sessions
    fewer = is_flare(recommendation) or is_held(recommendation) or comeback.step < DRILLS
    return min(wanted, _FEWER_STRENGTH) if fewer else wanted


def _others(
    window: tuple[date, ...],
    history: History,
    recommendation: Recommendation,
    settings: LoadSettings,
    runs: WeekRuns,
    walks: tuple[date, ...],
    comeback: Comeback,
) -> OtherDays:
    gap = math.ceil(settings.plan.strength_gap_h / _HOURS_PER_DAY)
    today = recommendation.as_of.date()
    done = [d for one in history.exercises if one.kind == "strength" and (d := day_of(one.at)) <= today]
    return place_others(
        window,
        {slot.day for slot in runs.slots} | set(walks),
        _longest_day(runs.slots),
        strength=strength_wanted(recommendation, settings, comeback),
        strength_from=max(done, default=date.min) + timedelta(gap if done else 0),
        strength_gap_d=gap,
        mobility=settings.plan.mobility_sessions,
    )


def _longest_day(slots: tuple[RunSlot, ...]) -> date | None:
    """Find the day of the longest run; None where several are equally long."""

    def length(slot: RunSlot) -> float:
        return slot.km if slot.km is not None else slot.minutes or 0.0

    most = max(map(length, slots), default=0.0)
    top = [slot for slot in slots if length(slot) >= most]
    return next((s.day for s in top if s.longest or len(top) == 1), None)


def _dropped(frame: Frame) -> tuple[str, ...]:
    """Name what did not fit, in the order in which it gives way: cross-training, strength, mobility, runs."""
    plan, others = frame.settings.plan, frame.others
    found = []
    if may_run(frame.recommendation) and not is_flare(frame.recommendation) and not cross_days(frame):
        found.append("optional cross-training: no day is free for it")
    lacking = strength_wanted(frame.recommendation, frame.settings, frame.comeback) - len(others.strength)
    if lacking > 0:
        found.append(f"{lacking} strength session: no day leaves enough rest around it")
    if len(others.mobility) < plan.mobility_sessions:
        found.append(f"{plan.mobility_sessions - len(others.mobility)} mobility session: no day is left")
    return (*found, *frame.runs.dropped)


def _moved(frame: Frame) -> tuple[str, ...]:
    """Name what rest or a flare changed."""
    recommendation, settings, found = frame.recommendation, frame.settings, list(frame.runs.moved)
    if settings.plan.strength_sessions > strength_wanted(recommendation, settings, frame.comeback):
        found.append("the third strength session is left out")
    if is_held(recommendation):
        if not may_run(recommendation):
            found.append("no run until the hold has ended; none is made up")
        return (*found, "strength sessions hold block A only")
    if is_flare(recommendation):
        softened = [day for day in frame.others.strength if is_softened(day, frame)]
        found += [f"the strength session of {words.weekday_name(day)} holds block A only" for day in softened]
        found.append("strength sessions stay one block lower, without deep knee bending, landings and stairs")
        found.append("cross-training only takes the place of a run that falls out")
        return tuple(found)
    return (*found, *_coming_back(frame))


def _coming_back(frame: Frame) -> list[str]:
    """Name what waits for its turn in the return after a flare (load.md 9)."""
    comeback, recommendation = frame.comeback, frame.recommendation
    found = []
    if comeback.step == FORMER_BLOCK and "D" in allowed_blocks(recommendation):
        found.append(words.waits_text("the drills of block D", comeback.begins(DRILLS)))
    if comeback.step < NEW_THINGS and recommendation.stage in WITH_ELEMENTS:
        found.append(words.waits_text("new elements on a run", comeback.begins(NEW_THINGS)))
    return found
