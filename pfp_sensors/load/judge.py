"""The next run, judged: every rule looks at the same situation, and the smallest limit counts (load.md 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.load import rules_dose, rules_impact, rules_pain, rules_state
from pfp_sensors.load.answer import Judged, recommendation
from pfp_sensors.load.days import day_of
from pfp_sensors.load.dose import reference_doses
from pfp_sensors.load.evidence import weigh
from pfp_sensors.load.impact import view_impact
from pfp_sensors.load.limits import compose, speed_share
from pfp_sensors.load.overrides import with_overrides
from pfp_sensors.load.screening import screen
from pfp_sensors.load.seen import see
from pfp_sensors.load.situation import Situation
from pfp_sensors.load.stages import find_stage

if TYPE_CHECKING:
    from datetime import datetime

    from pfp_sensors.load.seen import Seen
    from pfp_sensors.load.situation import Outcome
    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.load_rules import LoadSettings


def judge(history: History, as_of: datetime, settings: LoadSettings) -> Recommendation:
    """Judge a diary: what may the next run be, and this week, and why.

    Pain decides first, impact second; rules combine by minimum, and none loosens another. Nothing is read and
    nothing kept: the same diary and moment give the same answer.

    Parameters
    ----------
    history
        A whole diary; what lies after ``as_of`` or was entered later is not looked at.
    as_of
        With offset; its local day is today.
    settings
        The numbers of ``config/load.toml``.

    Returns
    -------
    Recommendation
        With every rule, its inputs, its limit and whether it binds.

    Raises
    ------
    InputError
        If an override of the diary names a key or value that is not allowed.
    """
    overridden = with_overrides(settings, history, as_of)
    now = situation(history, as_of, overridden.settings)
    screening = screen(history.profile, as_of)
    share = speed_share(_asking_for_speed(now))
    outcomes = [
        *_asking_for_speed(now),
        *_others(now, share),
        rules_state.screening(screening),
        rules_state.override(overridden.overrides),
    ]
    limits = compose(now, outcomes, share)
    return recommendation(Judged(now, screening, tuple(outcomes), limits, overridden.overrides))


def situation(history: History, as_of: datetime, settings: LoadSettings) -> Situation:
    """Gather what the rules look at."""
    seen = see(history, as_of, settings)
    evidence = weigh(seen, settings)
    return Situation(
        seen=seen,
        evidence=evidence,
        impact=view_impact(seen, evidence, settings),
        doses=reference_doses(seen, settings),
        stage=find_stage(seen, evidence, settings),
        planned_runs=planned_runs(seen, settings),
        settings=settings,
    )


def planned_runs(seen: Seen, settings: LoadSettings) -> int:
    """Give the runs a week that the person confirmed last (X4), else the default."""
    planned = seen.history.profile.planned_runs
    events = [
        event for event in seen.history.events if event.kind == "plan" and isinstance(event.value, dict)
    ]
    for event in sorted(events, key=lambda one: (day_of(one.at), str(one.at), str(one.value))):
        planned = event.value.get("planned_runs", planned)
    return max(1, int(planned)) if planned is not None else settings.week.planned_runs


def _asking_for_speed(now: Situation) -> list[Outcome]:
    """Apply the rules that may ask for a slower pace."""
    return [rules_pain.pain_tier(now), rules_impact.excess_impact(now)]


def _others(now: Situation, share: float) -> list[Outcome]:
    """Apply all other rules; the share is that of the reference speed, by which some of them judge."""
    v_ref = now.impact.v_ref_mps
    calm = rules_dose.calm_stage(now)
    return [
        rules_pain.red_flag(now),
        rules_pain.warning(now),
        rules_pain.unanswered(now),
        rules_impact.missing_impact(now),
        rules_dose.session_cap(now),
        rules_dose.spike(now),
        rules_impact.index_limit(now, None if v_ref is None else share * v_ref),
        rules_dose.slower_not_longer(share),
        rules_dose.growth_gate(now),
        rules_dose.lighter_week(now),
        rules_impact.cadence(now),
        rules_impact.softer_landing(now),
        rules_dose.terrain(now),
        rules_pain.gap(now),
        rules_pain.clinician_review(now),
        rules_dose.first_runs(now),
        rules_dose.start_dose(now) if calm is None else calm,
        rules_state.frozen(now),
        rules_state.late_or_lowered(now),
        rules_pain.silence(now),
        rules_impact.impact_without_pain(now),
        rules_impact.sensor_mode(now),
        rules_dose.unknown_axis(now),
        rules_impact.two_knees(now),
        rules_pain.exercise_pain(now),
        rules_dose.walk_breaks(now),
    ]
