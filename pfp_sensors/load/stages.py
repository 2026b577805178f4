"""Stages: stored and raised by a weekly review, lowered at once (load.md 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_of, not_before, within
from pfp_sensors.load.dose import length_of
from pfp_sensors.load.evidence import weigh
from pfp_sensors.load.gate import open_gate
from pfp_sensors.load.seen import see
from pfp_sensors.model.recommendation import STAGES, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.load.evidence import Evidence
    from pfp_sensors.load.seen import Item, Seen
    from pfp_sensors.model.diary import DiaryEvent, History, Moment
    from pfp_sensors.settings.load_rules import LoadSettings

_CALM, _WALK_RUN, _BUILD, _SPEED, _MAINTAIN = range(1, 6)
_AFTER_TIER_2: Final = {
    _CALM: _CALM,
    _WALK_RUN: _CALM,
    _BUILD: _WALK_RUN,
    _SPEED: _WALK_RUN,
    _MAINTAIN: _BUILD,
}
PHASES: Final = ((2.0, 3.0, 3), (2.0, 3.0, 3), (2.0, 4.0, 4), (2.0, 4.0, 4), (1.0, 5.0, 5), (0.0, 0.0, 5))
"""Ladder: minutes of walking and of running, and effort of 10; the last is continuous (Trials 2023)."""


@dataclass(frozen=True, slots=True)
class StageView:
    """Where the person stands.

    Attributes
    ----------
    number
        1-5, after falls; the hold stands beside it.
    before_falls
        As stored or as at first use.
    in_hold
        Whether a tier-2 score holds all running.
    hold_day
        Day of the last tier-2 score; None where there is none.
    phase
        Of the ladder, 1-6.
    is_stored
        Whether a stage was ever stored.
    """

    number: int
    before_falls: int
    in_hold: bool
    hold_day: date | None
    phase: int
    is_stored: bool

    @property
    def stage(self) -> Stage:
        """Its name, without the hold."""
        return STAGES[self.number]


@dataclass(frozen=True, slots=True)
class StageReview:
    """What the weekly review makes of the stage: the one to store, and why; None where it stays."""

    to: Stage | None
    reason: str


def find_stage(seen: Seen, evidence: Evidence, settings: LoadSettings) -> StageView:
    """Find the stage with all falls that the evidence asks for."""
    stored = stored_stage(seen)
    before = _first_use_stage(seen, settings) if stored is None else STAGES.index(stored.value)
    since: Moment = seen.today - timedelta(settings.stage.fall_window_d - 1) if stored is None else stored.at
    number = _fallen(before, since, seen, evidence, settings)
    worst = [item.day for item in seen.items if item.tier > 1]
    return StageView(
        number=number,
        before_falls=before,
        in_hold=bool(worst) and _still_held(max(worst), seen, settings),
        hold_day=max(worst, default=None),
        phase=ladder_phase(seen, None if stored is None else stored.at, settings),
        is_stored=stored is not None,
    )


def stored_stage(seen: Seen) -> DiaryEvent | None:
    """Find the stage that was stored last; of two at once the lower one."""
    events = [event for event in seen.history.events if event.kind == "stage" and event.value in STAGES[1:]]
    return max(events, key=lambda one: (day_of(one.at), str(one.at), -STAGES.index(one.value)), default=None)


def _first_use_stage(seen: Seen, settings: LoadSettings) -> int:
    """Tell the stage at first use (X3): from what the person said, and runs that were tolerated."""
    profile, first = seen.history.profile, settings.first
    said = [
        profile.daily_pain,
        profile.walk_pain,
        *(seen.usual.on(knee, seen.today) for knee in profile.knees),
    ]
    if any(score is not None and score > first.calm_above for score in said):
        return _CALM
    declared = profile.longest_tolerated_min
    if declared is not None and declared >= first.continuous_min:
        return _BUILD
    tolerated = any(
        run.is_complete and run.tier == 0 and (run.run.minutes or 0.0) >= first.continuous_min
        for run in seen.runs
    )
    return _BUILD if tolerated else _WALK_RUN


def _fallen(number: int, since: Moment, seen: Seen, evidence: Evidence, settings: LoadSettings) -> int:
    later = [item for item in seen.items if not_before(item.at, since) or not_before(item.entered, since)]
    amber = amber_days(later, seen.today, settings.stage.amber_far_d)
    lowest = number
    if number >= _SPEED and len(amber) >= settings.stage.amber_days:
        lowest = min(lowest, _BUILD)
    if any(item.tier > 1 for item in later):
        lowest = min(lowest, _AFTER_TIER_2[number])
    if _had_gap(since, seen, settings) or any(not_before(day, since) for day in evidence.cleared_on):
        lowest = min(lowest, _WALK_RUN)
    return lowest


def _had_gap(since: Moment, seen: Seen, settings: LoadSettings) -> bool:
    """Tell whether a long gap without runs ended after ``since``, or lasts (R17)."""
    days = [run.day for run in seen.runs]
    if not days:
        return False
    ends = [*days[1:], seen.today]
    return any(
        end - start >= timedelta(settings.gap.days) and end >= day_of(since)
        for start, end in zip(days, ends, strict=True)
    )


def amber_days(items: list[Item], today: date, window_d: int) -> set[date]:
    """Give the days of the window with a score of tier 1 or more, or a warning sign."""
    found: set[date] = set()
    for item in items:
        if item.tier > 0:
            lasts = (item.last_day - item.day).days
            days = (item.day + timedelta(number) for number in range(min(lasts, 2 * window_d) + 1))
            found.update(day for day in (*days, item.last_day) if within(day, today, window_d))
    return found


def _still_held(worst: date, seen: Seen, settings: LoadSettings) -> bool:
    """Tell whether the hold after a tier-2 score lasts: some hours, and two quiet days in a row."""
    pain = settings.pain
    if _hours_since(worst, seen.as_of) < pain.hold_h:
        return True
    loud = amber_days(list(seen.items), seen.today, (seen.today - worst).days + 1)
    asked = {item.day for item in seen.items if item.kind in {"day", "morning"}}
    quiet = {day for day in asked - loud if day > worst}
    wanted = range(pain.hold_quiet_days)
    return not any(all(day + timedelta(n) in quiet for n in wanted) for day in quiet)


def _hours_since(day: date, as_of: datetime) -> float:
    """Count hours by local days, so that no change of the clock shortens them."""
    return (as_of.date() - day) / timedelta(hours=1)


def ladder_phase(seen: Seen, since: Moment | None, settings: LoadSettings) -> int:
    """Walk up the ladder with every run that was answered and well tolerated (load.md 8)."""
    phase, done = 1, 0
    last: date | None = None
    for run in seen.runs:
        if since is not None and not not_before(run.run.start, since):
            continue
        if last is not None:
            phase, done = _after_gap(phase, done, (run.day - last).days, settings)
        last = run.day
        done = done + 1 if run.is_complete and run.tier == 0 else 0 if run.tier > 0 else done
        if done >= settings.stage.ladder_repeats and phase < len(PHASES):
            phase, done = phase + 1, 0
    if last is not None:
        phase, done = _after_gap(phase, done, (seen.today - last).days, settings)
    return phase


def _after_gap(phase: int, done: int, days: int, settings: LoadSettings) -> tuple[int, int]:
    if days >= settings.gap.restart_d:
        return 1, 0
    if days >= settings.gap.days:
        return max(1, phase // 2), 0
    return phase, done


def review_stage(history: History, as_of: datetime, settings: LoadSettings) -> StageReview:
    """Review the stage: store falls at once, and at most one step up a week.

    Parameters
    ----------
    history
        A whole diary.
    as_of
        With offset.

    Returns
    -------
    StageReview
        ``to`` is to be stored as a ``stage`` event by "program".
    """
    seen = see(history, as_of, settings)
    evidence = weigh(seen, settings)
    view = find_stage(seen, evidence, settings)
    stored = stored_stage(seen)
    if stored is None:
        return StageReview(view.stage, "first use")
    if view.number < view.before_falls:
        return StageReview(view.stage, "the evidence since then asks for a step back")
    if view.in_hold or evidence.red or not _is_due(stored, seen, settings):
        return StageReview(None, "no review is due")
    if evidence.unanswered and silent_runs(seen) >= settings.missing.banner_runs:
        return StageReview(None, "the last runs were not answered: held, not judged")
    rise = _RISES.get(view.number)
    if rise is not None and rise(seen, view, stored.at, settings):
        return StageReview(STAGES[view.number + 1], "what this stage asks for has been reached")
    return StageReview(None, "what the next stage asks for has not been reached yet")


def _is_due(stored: DiaryEvent, seen: Seen, settings: LoadSettings) -> bool:
    return (seen.today - day_of(stored.at)).days >= settings.stage.review_d


def silent_runs(seen: Seen) -> int:
    """Count the latest runs without any pain answer (X6)."""
    count = 0
    for run in reversed(seen.runs):
        if run.items:
            break
        count += 1
    return count


def _leaves_calm(seen: Seen, _view: StageView, since: Moment, settings: LoadSettings) -> bool:
    """Tell whether walking and stairs were quiet on enough days, counted by check-ins."""
    quiet = set()
    for one in seen.history.checkins:
        walk, stairs = one.values.get("walk_pain"), one.values.get("stairs_pain")
        if not_before(one.at, since) and walk is not None and stairs is not None:
            if max(walk, stairs) <= settings.stage.quiet_pain:
                quiet.add(day_of(one.at))
            else:
                quiet.clear()
    return len(quiet) >= settings.stage.quiet_days


def _leaves_ladder(seen: Seen, view: StageView, since: Moment, settings: LoadSettings) -> bool:
    """Tell whether the last phase was done twice, long enough, with the gate of growth open."""
    stage = settings.stage
    good = [
        run for run in seen.runs if run.is_complete and run.tier == 0 and not_before(run.run.start, since)
    ]
    long_enough = [run for run in good if (run.run.minutes or 0.0) >= stage.continuous_min]
    needed = stage.ladder_repeats * len(PHASES)
    return (
        view.phase == len(PHASES)
        and len(good) >= needed
        and len(long_enough) >= stage.ladder_repeats
        and open_gate(seen, settings.gate.stage_runs, settings)
    )


def _is_steady_at_goal(seen: Seen, _view: StageView, since: Moment, settings: LoadSettings) -> bool:
    """Tell whether the goal volume was reached, with weeks of tier 0 and enough answered runs."""
    stage = settings.stage
    if (seen.today - day_of(since)).days < stage.steady_d or not _reached_goal(seen):
        return False
    late = [item for item in seen.items if within(item.last_day, seen.today, stage.steady_d)]
    if any(item.tier > 0 for item in late):
        return False
    if amber_days(list(seen.items), seen.today, stage.no_promotion_d):
        return False
    runs = [run for run in seen.runs if run.is_complete and within(run.day, seen.today, stage.steady_d)]
    return len(runs) >= stage.steady_runs


def _reached_goal(seen: Seen) -> bool:
    """Tell whether one of the last four weeks reached the goal volume."""
    goal = goal_week_km(seen)
    if goal is None:
        return False
    weeks: dict[date, float] = {}
    for run in seen.runs:
        if within(run.day, seen.today, 28):
            monday = run.day - timedelta(run.day.weekday())
            weeks[monday] = weeks.get(monday, 0.0) + (length_of(run, "km") or 0.0)
    return max(weeks.values(), default=0.0) >= goal


def goal_week_km(seen: Seen) -> float | None:
    """Give the weekly goal as confirmed last; None where there is none."""
    goal = seen.history.profile.goal_week_km
    events = [event for event in seen.history.events if event.kind == "goal"]
    for event in sorted(events, key=lambda one: (day_of(one.at), str(one.at), str(one.value))):
        value = event.value.get("week_km", goal) if isinstance(event.value, dict) else event.value
        if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
            goal = value
    return goal


_RISES: Final[dict[int, Callable[[Seen, StageView, Moment, LoadSettings], bool]]] = {
    _CALM: _leaves_calm,
    _WALK_RUN: _leaves_ladder,
    _BUILD: _is_steady_at_goal,
    _SPEED: _is_steady_at_goal,
}
