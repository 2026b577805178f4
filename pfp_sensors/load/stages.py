"""Stages: stored and raised by a weekly review, lowered at once (load.md 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_of, not_before, within
from pfp_sensors.load.ladder import ladder_phase
from pfp_sensors.model.recommendation import STAGES, Stage

if TYPE_CHECKING:
    from pfp_sensors.load.evidence import Evidence
    from pfp_sensors.load.seen import Item, Seen
    from pfp_sensors.model.diary import DiaryEvent, Knee, Moment
    from pfp_sensors.settings.load_rules import LoadSettings

_CALM, _WALK_RUN, _BUILD, _SPEED, _MAINTAIN = range(1, 6)
_AFTER_TIER_2: Final = {
    _CALM: _CALM,
    _WALK_RUN: _CALM,
    _BUILD: _WALK_RUN,
    _SPEED: _WALK_RUN,
    _MAINTAIN: _BUILD,
}


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
    is_first_after_hold
        Whether no run was made yet since the last hold was over.
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
    is_first_after_hold: bool
    hold_day: date | None
    phase: int
    is_stored: bool

    @property
    def stage(self) -> Stage:
        """Its name, without the hold."""
        return STAGES[self.number]


def find_stage(seen: Seen, evidence: Evidence, settings: LoadSettings) -> StageView:
    """Find the stage with all falls that the evidence asks for."""
    stored = stored_stage(seen)
    before = _first_use_stage(seen, settings) if stored is None else STAGES.index(stored.value)
    since: Moment = seen.today - timedelta(settings.stage.fall_window_d - 1) if stored is None else stored.at
    number = _fallen(before, since, seen, evidence, settings)
    worst = [item for item in seen.items if item.tier > 1]
    return StageView(
        number=number,
        before_falls=before,
        in_hold=bool(worst) and _hold_is_over_on(worst, seen, settings) is None,
        is_first_after_hold=bool(worst) and _is_first_after_hold(worst, seen, settings),
        hold_day=max((item.day for item in worst), default=None),
        phase=ladder_phase(seen, ladder_since(seen), settings),
        is_stored=stored is not None,
    )


def stored_stage(seen: Seen) -> DiaryEvent | None:
    """Find the stage that was stored last; of two at once the lower one.

    A person may say the first stage or step back; steps up come from the review or a clinician.
    """
    found: DiaryEvent | None = None
    for event in sorted(
        _stage_events(seen), key=lambda one: (day_of(one.at), str(one.at), -STAGES.index(one.value))
    ):
        rises = found is not None and STAGES.index(event.value) > STAGES.index(found.value)
        if not (rises and event.by == "person"):
            found = event
    return found


def ladder_since(seen: Seen) -> Moment | None:
    """Tell since when runs count on the ladder: all at first use, else from the last change of stage."""
    stored = stored_stage(seen)
    return None if stored is None or len(_stage_events(seen)) == 1 else stored.at


def _stage_events(seen: Seen) -> list[DiaryEvent]:
    return [event for event in seen.history.events if event.kind == "stage" and event.value in STAGES[1:]]


def _first_use_stage(seen: Seen, settings: LoadSettings) -> int:
    """Tell the stage at first use (X3): from what the person said, and runs that were tolerated."""
    profile, first = seen.history.profile, settings.first
    said = [profile.daily_pain, profile.walk_pain]
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
    later = [item for item in seen.items if _is_later(item, since)]
    amber = amber_days(later, seen.today, settings.stage.amber_far_d)
    lowest = number
    if number >= _SPEED and len(amber) >= settings.stage.amber_days:
        lowest = min(lowest, _BUILD)
    if any(item.tier > 1 for item in later):
        lowest = min(lowest, _AFTER_TIER_2[number])
    if _had_gap(since, seen, settings) or any(not_before(day, since) for day in evidence.cleared_on):
        lowest = min(lowest, _WALK_RUN)
    return lowest


def _is_later(item: Item, since: Moment) -> bool:
    """Tell whether an item was not known yet when a stage was stored.

    When it was entered decides. Of one that only has a day, that day does: on the day of a stored moment it
    was known, and so it was in the same second, or the same score would lower the stage each time it is
    looked at.
    """
    if isinstance(item.entered, datetime) and isinstance(since, datetime):
        return item.entered > since
    if isinstance(item.entered, datetime) or not isinstance(since, datetime):
        return not_before(item.entered, since)
    return item.day > since.date()


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
    oldest = today - timedelta(window_d - 1)
    for item in items:
        if item.tier > 0:
            first = max(item.day, oldest)
            found.update(first + timedelta(number) for number in range((item.last_day - first).days + 1))
    return found


def _hold_is_over_on(worst: list[Item], seen: Seen, settings: LoadSettings) -> date | None:
    """Give the day on which the hold after a tier-2 score ended; None while it lasts (load.md 8).

    It takes some hours, and two quiet days in a row.
    """
    pain = settings.pain
    if any(_hours_since(item.at, seen.as_of) < pain.hold_h for item in worst):
        return None
    last = max(item.day for item in worst)
    loud = amber_days(list(seen.items), seen.today, (seen.today - last).days + 1)
    quiet = {day for day in _answered_days(seen) - loud if day > last}
    wanted = range(pain.hold_quiet_days)
    ends = [day + timedelta(wanted[-1]) for day in quiet if all(day + timedelta(n) in quiet for n in wanted)]
    return max(min(ends), last + timedelta(hours=pain.hold_h)) if ends else None


def _is_first_after_hold(worst: list[Item], seen: Seen, settings: LoadSettings) -> bool:
    """Tell whether the next run is the first one after the hold: one made against it does not count."""
    over_on = _hold_is_over_on(worst, seen, settings)
    last = max(item.day for item in worst)
    recent = within(last, seen.today, settings.pain.run_window_d)
    return over_on is not None and recent and all(run.day < over_on for run in seen.runs)


def _answered_days(seen: Seen) -> set[date]:
    """Give the days with a ``day`` or ``morning`` answer for every knee that hurts."""
    knees: dict[date, set[Knee | None]] = {}
    for item in seen.items:
        if item.kind in {"day", "morning"}:
            knees.setdefault(item.day, set()).add(item.knee)
    wanted = set(seen.history.profile.knees)
    return {day for day, answered in knees.items() if None in answered or (wanted or answered) <= answered}


def _hours_since(moment: Moment, as_of: datetime) -> float:
    """Count hours by the clock and by local days, the fewer, so that no change of the clock shortens them."""
    by_days = (as_of.date() - day_of(moment)) / timedelta(hours=1)
    if not isinstance(moment, datetime):
        return by_days
    return min(by_days, (as_of - moment) / timedelta(hours=1))


def silent_runs(seen: Seen) -> int:
    """Count the latest runs without any pain answer (X6)."""
    count = 0
    for run in reversed(seen.runs):
        if run.items:
            break
        count += 1
    return count


def goal_week_km(seen: Seen) -> float | None:
    """Give the weekly goal as confirmed last; None where there is none."""
    goal = seen.history.profile.goal_week_km
    events = [event for event in seen.history.events if event.kind == "goal"]
    for event in sorted(events, key=lambda one: (day_of(one.at), str(one.at), str(one.value))):
        value = event.value.get("week_km", goal) if isinstance(event.value, dict) else event.value
        if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
            goal = value
    return goal
