"""All rules together: the smallest limit on each axis counts (load.md 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.load.dose import AXES, week_limit
from pfp_sensors.load.stages import goal_week_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pfp_sensors.load.dose import AxisDose
    from pfp_sensors.load.situation import Outcome, Situation
    from pfp_sensors.model.recommendation import Axis

_TINY: Final = 1e-9
_DAY_H: Final = 24.0


@dataclass(frozen=True, slots=True)
class AxisLimit:
    """What may be run on one axis.

    Attributes
    ----------
    dose
        Of one run, before what is left of the week.
    floor
        What the dose does not go below in tiers 0 and 1; None where there is no floor.
    is_lifted
        Whether the floor lifted the dose.
    share
        Most of the week's limit that one run may take.
    week, left, next_run
        Limit of this week, what is left of it, and of the next run; 0 where the week is used up.
    """

    reference: float
    dose: float
    floor: float | None
    is_lifted: bool
    share: float
    week: float
    left: float
    next_run: float
    is_used_up: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of all rules together; ``stopped`` where one stops all running."""

    factor: float
    speed_mps: float | None
    rest_h: float
    rest_until: date | None
    axes: Mapping[Axis, AxisLimit]
    stopped: bool

    @property
    def is_used_up(self) -> bool:
        """Whether the week holds no further run."""
        return any(one.is_used_up for one in self.axes.values())

    def next_run(self, axis: Axis) -> float | None:
        """Give the limit of the next run; None on an unknown axis, 0 where no run is left."""
        if axis not in self.axes:
            return None
        return 0.0 if self.stopped or self.is_used_up else self.axes[axis].next_run


def speed_share(outcomes: Iterable[Outcome]) -> float:
    """Give the smallest share of the reference speed that a rule asks for."""
    return min((one.speed_share for one in outcomes if one.speed_share is not None), default=1.0)


def compose(now: Situation, outcomes: Sequence[Outcome], share: float) -> Limits:
    """Combine all rules by minimum."""
    factor = min(one.factor for one in outcomes if one.factor is not None)
    stopped = any(one.stops for one in outcomes)
    v_ref = now.impact.v_ref_mps
    rest_h = max((one.rest_h for one in outcomes if one.rest_h is not None), default=_DAY_H)
    limits = {
        axis: _axis_limit(axis, dose, now, outcomes, factor)
        for axis in AXES
        if (dose := now.doses.on(axis)) is not None
    }
    return Limits(
        factor=factor,
        speed_mps=None if v_ref is None else share * v_ref,
        rest_h=rest_h,
        rest_until=_rest_until(now, rest_h),
        axes=limits,
        stopped=stopped,
    )


def _axis_limit(
    axis: Axis, dose: AxisDose, now: Situation, outcomes: Sequence[Outcome], factor: float
) -> AxisLimit:
    floor = min(dose.floor, dose.reference) if now.evidence.t_eff <= 1 else None
    by_rules = [one.limits[axis] for one in outcomes if axis in one.limits]
    bare = min([factor * dose.reference, *by_rules])
    week = week_limit(dose, factor, now.settings)
    lighter = [one.limits[f"week_{axis}"] for one in outcomes if f"week_{axis}" in one.limits]
    week = max(min([week, *lighter]), dose.floor)
    share = _longest_share(now) * week
    bare = min(bare, share)
    lifts = floor is not None and floor > bare + _TINY and factor > 0.0
    whole = floor if lifts and floor is not None else bare
    goal = goal_week_km(now.seen) if axis == "km" else None
    by_goal = week if goal is None else min(week, goal)
    runs = now.planned_runs * whole
    used_up = _is_used_up(dose, whole, runs, by_goal, goal)
    left = min(runs, by_goal) - dose.done
    return AxisLimit(
        reference=dose.reference,
        dose=whole,
        floor=floor,
        is_lifted=lifts,
        share=share,
        week=min(runs, by_goal),
        left=max(left, 0.0),
        next_run=0.0 if used_up else min(whole, left),
        is_used_up=used_up,
    )


def _is_used_up(dose: AxisDose, whole: float, runs: float, by_week: float, goal: float | None) -> bool:
    """Tell whether too little is left for a run.

    Against planned runs the threshold is the smaller of floor and dose (load.md 7). Against the week's own
    limit it is the floor alone: with the dose in it, a worse score could shrink the threshold and free a run.
    """
    least = dose.floor if goal is None else min(dose.floor, goal)
    return (
        by_week - dose.done < least - _TINY
        or runs - dose.done < min(dose.floor, whole) - _TINY
        or whole <= 0.0
    )


def _longest_share(now: Situation) -> float:
    shares = now.settings.week.longest_share
    return (shares.one, shares.two, shares.three, shares.four)[min(now.planned_runs, 4) - 1]


def _rest_until(now: Situation, rest_h: float) -> date | None:
    """Give the end of rest in local days, so that no change of the clock shortens it."""
    ends = []
    if now.seen.rho is not None:
        here = now.seen.rho.end.astimezone(now.seen.as_of.tzinfo).date()
        ends.append(max(now.seen.rho.end_day, here) + timedelta(ceil(rest_h / _DAY_H)))
    if now.stage.hold_day is not None and (now.evidence.t_eff > 1 or now.stage.in_hold):
        hours = max(now.settings.pain.rest_h.tier_2, now.settings.pain.hold_h)
        ends.append(now.stage.hold_day + timedelta(ceil(hours / _DAY_H)))
    return max(ends, default=None)


def shown_limits(outcome: Outcome, now: Situation, limits: Limits) -> dict[str, Any]:
    """Give what one rule allows, in the units of the answer."""
    shown: dict[str, Any] = dict(outcome.limits)
    if outcome.factor is not None:
        shown["factor"] = outcome.factor
        for axis, one in limits.axes.items():
            shown[axis] = min(outcome.factor * one.reference, shown.get(axis, float("inf")))
    if outcome.stops and limits.axes:
        shown |= dict.fromkeys(limits.axes, 0.0)
    if outcome.speed_share is not None and now.impact.v_ref_mps is not None:
        shown["speed_mps"] = outcome.speed_share * now.impact.v_ref_mps
    if outcome.rest_h is not None:
        shown["rest_h"] = outcome.rest_h
    return shown


def binds(shown: Mapping[str, Any], limits: Limits) -> bool:
    """Tell whether a limit of the answer equals what a rule allows."""
    for axis in limits.axes:
        result = limits.next_run(axis)
        if axis in shown and result is not None and same(shown[axis], result):
            return True
        if f"week_{axis}" in shown and same(shown[f"week_{axis}"], limits.axes[axis].week):
            return True
    if "speed_mps" in shown and limits.speed_mps is not None and same(shown["speed_mps"], limits.speed_mps):
        return True
    return "rest_h" in shown and limits.rest_until is not None and same(shown["rest_h"], limits.rest_h)


def same(one: float, other: float) -> bool:
    """Tell whether two limits are the same number."""
    return abs(one - other) <= _TINY * max(1.0, abs(one), abs(other))
