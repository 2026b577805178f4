"""The weekly review of the stage: at most one step up, falls at once (load.md 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_of, not_before, within
from pfp_sensors.load.dose import length_of
from pfp_sensors.load.evidence import weigh
from pfp_sensors.load.gate import open_gate
from pfp_sensors.load.ladder import PHASES
from pfp_sensors.load.seen import see
from pfp_sensors.load.stages import find_stage, goal_week_km, ladder_since, silent_runs, stored_stage
from pfp_sensors.model.recommendation import STAGES, Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pfp_sensors.load.seen import Seen
    from pfp_sensors.load.stages import StageView
    from pfp_sensors.model.diary import DiaryEvent, History, Moment
    from pfp_sensors.settings.load_rules import LoadSettings

_CALM, _WALK_RUN, _BUILD, _SPEED = range(1, 5)


@dataclass(frozen=True, slots=True)
class StageReview:
    """What the weekly review makes of the stage: the one to store, and why; None where it stays."""

    to: Stage | None
    reason: str


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
        is_open = bool(evidence.unanswered) or not seen.runs
        return StageReview(None if is_open else view.stage, "first use, by the first runs and their answers")
    if view.number < view.before_falls:
        return StageReview(view.stage, "the evidence since then asks for a step back")
    if view.in_hold or evidence.red or not _is_due(stored, seen, settings):
        return StageReview(None, "no review is due")
    silent = (
        view.number != _CALM  # where nobody runs no answer about a run can come
        and bool(evidence.unanswered)
        and silent_runs(seen) >= settings.missing.banner_runs
    )
    rise = _RISES.get(view.number)
    if not silent and rise is not None and rise(seen, view, stored.at, settings):
        return StageReview(STAGES[view.number + 1], "what this stage asks for has been reached")
    return StageReview(None, "what the next stage asks for has not been reached yet")


def _is_due(stored: DiaryEvent, seen: Seen, settings: LoadSettings) -> bool:
    return (seen.today - day_of(stored.at)).days >= settings.stage.review_d


def _leaves_calm(seen: Seen, _view: StageView, since: Moment, settings: LoadSettings) -> bool:
    """Tell whether walking and stairs were quiet on enough days, counted by check-ins."""
    quiet = set()
    for one in sorted(seen.history.checkins, key=lambda one: (day_of(one.at), str(one.at), str(one.values))):
        walk, stairs = one.values.get("walk_pain"), one.values.get("stairs_pain")
        if not_before(one.at, since) and walk is not None and stairs is not None:
            if max(walk, stairs) <= settings.stage.quiet_pain:
                quiet.add(day_of(one.at))
            else:
                quiet.clear()
    return len(quiet) >= settings.stage.quiet_days


def _leaves_ladder(seen: Seen, view: StageView, _since: Moment, settings: LoadSettings) -> bool:
    """Tell whether the last phase was done twice, long enough, with the gate of growth open."""
    stage, since = settings.stage, ladder_since(seen)
    good = [
        run
        for run in seen.runs
        if run.is_complete and run.tier == 0 and (since is None or not_before(run.run.start, since))
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
    if (seen.today - day_of(since)).days < stage.steady_d or not _reached_goal(seen, stage.goal_share):
        return False
    late = [item for item in seen.items if within(item.last_day, seen.today, stage.steady_d)]
    if any(item.tier > 0 for item in late):
        return False
    runs = [run for run in seen.runs if run.is_complete and within(run.day, seen.today, stage.steady_d)]
    return len(runs) >= stage.steady_runs


def _reached_goal(seen: Seen, goal_share: float) -> bool:
    """Tell whether one of the last four weeks came close enough to the goal volume.

    The goal also limits the week, so that nobody can go beyond it.
    """
    goal = goal_week_km(seen)
    if goal is None:
        return False
    weeks: dict[date, float] = {}
    for run in seen.runs:
        if within(run.day, seen.today, 28):
            monday = run.day - timedelta(run.day.weekday())
            weeks[monday] = weeks.get(monday, 0.0) + (length_of(run, "km") or 0.0)
    return max(weeks.values(), default=0.0) >= goal_share * goal


_RISES: Final[dict[int, Callable[[Seen, StageView, Moment, LoadSettings], bool]]] = {
    _CALM: _leaves_calm,
    _WALK_RUN: _leaves_ladder,
    _BUILD: _is_steady_at_goal,
    _SPEED: _is_steady_at_goal,
}
