"""Wrong rules, one for each invariant: each turns the real engine into one that breaks its invariant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.load.judge import judge
from pfp_sensors.model.diary import RED_KINDS, Run, RunImpact
from tests.load.engine import REAL, SETTINGS
from tests.load.invariants import Engine
from tests.load.worsen import moment_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation, WeekPlan
    from pfp_sensors.settings.load_rules import LoadSettings


def seeing(change: Callable[[History, datetime], History]) -> Engine:
    """Return an engine that judges a diary it has changed first."""

    def wrong(history: History, as_of: datetime, settings: LoadSettings) -> Recommendation:
        return judge(change(history, as_of), as_of, settings)

    return Engine(wrong, SETTINGS)


def saying(change: Callable[[History, datetime, Recommendation], Recommendation]) -> Engine:
    """Return an engine that changes its answer afterwards."""

    def wrong(history: History, as_of: datetime, settings: LoadSettings) -> Recommendation:
        return change(history, as_of, judge(history, as_of, settings))

    return Engine(wrong, SETTINGS)


def numbered(**parts: Any) -> Engine:
    """Return the engine with other numbers than any file could give it; the check keeps the right ones."""
    wrong = replace(SETTINGS, **parts)
    return Engine(lambda history, as_of, _: judge(history, as_of, wrong), SETTINGS)


# --- the diary seen wrongly -----------------------------------------------------------------------


def without_red_flags(history: History, as_of: datetime) -> History:
    return replace(history, symptoms=tuple(one for one in history.symptoms if one.kind not in RED_KINDS))


def unanswered_as_zero(history: History, as_of: datetime) -> History:
    zero = dict.fromkeys(("before", "during", "after60", "morning"), 0)
    kept = ({when: score for when, score in run.pain.items() if score is not None} for run in history.runs)
    runs = tuple(replace(run, pain={**zero, **pain}) for run, pain in zip(history.runs, kept, strict=True))
    return replace(history, runs=runs)


def as_long_as_the_latest(history: History, as_of: datetime) -> History:
    latest = max(history.runs, key=lambda run: moment_of(run.start, as_of), default=None)
    if latest is None:
        return history
    runs = tuple(replace(run, km=latest.km, minutes=latest.minutes) for run in history.runs)
    return replace(history, runs=runs)


def limits_forgotten(history: History, as_of: datetime) -> History:
    return replace(history, caps=())


def poor_readings_dropped(history: History, as_of: datetime) -> History:
    runs = tuple(
        replace(run, impact={leg: one for leg, one in run.impact.items() if one.quality == "good"})
        for run in history.runs
    )
    return replace(history, runs=runs)


def switched_off_at_once(history: History, as_of: datetime) -> History:
    if not any(event.kind == "impact_mode" for event in history.events):
        return history
    runs = tuple(replace(run, impact={}) for run in history.runs)
    profile = replace(history.profile, impact_mode="none")
    events = tuple(event for event in history.events if event.kind != "impact_mode")
    return replace(history, runs=runs, profile=profile, events=events)


def first_row_lost(history: History, as_of: datetime) -> History:
    return replace(history, runs=history.runs[1:])


def distances_guessed(history: History, as_of: datetime) -> History:
    return replace(history, runs=tuple(replace(run, km=run.km or 5.0) for run in history.runs))


def baseline_from_recent_runs(history: History, as_of: datetime) -> History:
    peaks = [one.resultant_g for run in history.runs for one in run.impact.values() if one.resultant_g]
    own = history.profile.baseline
    if not peaks or not own:
        return history
    mean = sum(peaks) / len(peaks)
    baseline = {
        leg: replace(one, impact_resultant_g=None if one.impact_resultant_g is None else mean)
        for leg, one in own.items()
    }
    return replace(history, profile=replace(history.profile, baseline=baseline))


def walks_as_runs(history: History, as_of: datetime) -> History:
    walks = tuple(
        Run(
            id=f"walk-{place}",
            start=done.at,
            km=5.0,
            minutes=done.minutes,
            impact={None: RunImpact(3.0, "good")},
        )
        for place, done in enumerate(history.exercises)
        if done.name == "walk"
    )
    return replace(history, runs=(*history.runs, *walks))


def right_knee_only(history: History, as_of: datetime) -> History:
    return replace(history, pain=tuple(one for one in history.pain if one.knee != "left"))


def words_for_ever(history: History, as_of: datetime) -> History:
    today = as_of.date()
    return replace(
        history,
        overrides=tuple(
            one if one.until is None else replace(one, at=today, until=today) for one in history.overrides
        ),
    )


# --- the answer made wrong ------------------------------------------------------------------------


def longer_when_slower(history: History, as_of: datetime, advice: Recommendation) -> Recommendation:
    if advice.dose_km is None or advice.reference_km is None:
        return advice
    return replace(advice, dose_km=1.10 * advice.reference_km)


def cut_again_each_time(history: History, as_of: datetime, advice: Recommendation) -> Recommendation:
    share = 0.8 ** len(history.runs)
    return replace(advice, dose_km=None if advice.dose_km is None else advice.dose_km * share)


def half_a_kilometre_more(history: History, as_of: datetime, advice: Recommendation) -> Recommendation:
    if advice.next_run is None or advice.next_run.max_km is None:
        return advice
    return replace(advice, next_run=replace(advice.next_run, max_km=advice.next_run.max_km + 0.5))


def build_in_pain(history: History, as_of: datetime, advice: Recommendation) -> Recommendation:
    return replace(advice, stage="maintain") if advice.tier else advice


def no_rule_binds(history: History, as_of: datetime, advice: Recommendation) -> Recommendation:
    return replace(advice, rules=tuple(replace(rule, binding=False) for rule in advice.rules))


def rest_in_utc_hours(history: History, as_of: datetime, advice: Recommendation) -> Recommendation:
    if advice.rest_until is None or as_of.astimezone(UTC).hour == as_of.hour:
        return advice
    return replace(advice, rest_until=advice.rest_until - timedelta(days=1))


def a_third_longer(history: History, advice: Recommendation) -> WeekPlan:
    """Plan every run a third longer than the real planner does."""
    assert REAL.plan is not None
    plan = REAL.plan(history, advice)
    days = tuple(
        replace(
            day,
            sessions=tuple(
                one if one.km is None else replace(one, km=one.km * 4.0 / 3.0) for one in day.sessions
            ),
        )
        for day in plan.days
    )
    return replace(plan, days=days)


_pain = SETTINGS.pain
_kinder_with_pain = replace(
    _pain, factor=replace(_pain.factor, tier_0=0.9, tier_1=1.1), rest_h=replace(_pain.rest_h, tier_2=24.0)
)

FAULTS: Final[dict[int, tuple[str, Engine]]] = {
    1: ("more pain, more running", numbered(pain=_kinder_with_pain)),
    2: ("red flags are not seen", seeing(without_red_flags)),
    3: ("an unanswered question counts as 0", seeing(unanswered_as_zero)),
    4: ("an unanswered run counts as calm", seeing(unanswered_as_zero)),
    5: (
        "half as long again",
        numbered(
            cap=replace(SETTINGS.cap, session=0.5),
            pain=replace(_pain, factor=replace(_pain.factor, tier_0=1.5)),
        ),
    ),
    6: ("the latest length replaces the longest", seeing(as_long_as_the_latest)),
    7: ("limits are forgotten", seeing(limits_forgotten)),
    8: ("growth while slower", saying(longer_when_slower)),
    9: ("poor readings are dropped", seeing(poor_readings_dropped)),
    10: ("switching off works at once", seeing(switched_off_at_once)),
    11: ("the first row is lost", seeing(first_row_lost)),
    12: ("every run cuts again", saying(cut_again_each_time)),
    13: ("no floor", numbered(floor_km=0.001, floor_min=0.001)),
    14: ("half a kilometre on top", saying(half_a_kilometre_more)),
    15: ("pain raises the stage", saying(build_in_pain)),
    16: ("unknown distances are guessed", seeing(distances_guessed)),
    17: ("the baseline follows the runs", seeing(baseline_from_recent_runs)),
    18: ("walks count as runs", seeing(walks_as_runs)),
    19: ("no rule binds", saying(no_rule_binds)),
    20: ("the left knee is not heard", seeing(right_knee_only)),
    21: ("planned runs are a third longer", replace(REAL, plan=a_third_longer)),
    23: ("words never end", seeing(words_for_ever)),
    24: ("rest in another zone is a day shorter", saying(rest_in_utc_hours)),
}
"""By invariant: what is wrong, and the engine that does it."""
