"""The 24 numbered invariants of load.md 12 as checks of one case each.

A check judges a case and a changed one and returns what is wrong in words, or None. It looks at the contract
only (`Recommendation`), so that any engine, also a wrong one, can be put in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.recommendation import STAGES
from tests.load import worsen
from tests.load.own_tiers import latest_complete_tier, length_ceiling
from tests.load.plan_invariants import plan_keeps_its_rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation, WeekPlan
    from pfp_sensors.settings.load_rules import LoadSettings
    from tests.load.diaries import Case

EPS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Engine:
    """What is tested: a judge, its numbers, and what plans a week or carries a diary through a file."""

    judge: Callable[[History, datetime, LoadSettings], Recommendation]
    settings: LoadSettings
    plan: Callable[[History, Recommendation], WeekPlan] | None = None
    through_file: Callable[[History], History] | None = None

    def ask(self, case: Case) -> Recommendation:
        return self.judge(case.history, case.as_of, self.settings)


Check = Any
"""(Engine, Case) -> str | None."""


# --- comparing answers ----------------------------------------------------------------------------


def limits_of(advice: Recommendation) -> dict[str, float | None]:
    """Return the limits as numbers: no run is 0, an unknown limit None."""
    run = advice.next_run
    return {
        "km": 0.0 if run is None else run.max_km,
        "minutes": 0.0 if run is None else run.max_minutes,
        "week km": advice.week.max_km,
        "week minutes": advice.week.max_minutes,
    }


def looser(before: Recommendation, after: Recommendation) -> str | None:
    """Say in what ``after`` allows more than ``before``: km, minutes, week, speed, rest."""
    first, second = limits_of(before), limits_of(after)
    for name, allowed in second.items():
        old = first[name]
        if old is not None and (allowed is None or allowed > old + EPS):
            return f"{name} {old} -> {allowed}"
    if before.next_run is not None and after.next_run is not None:
        old, new = before.next_run.max_speed_mps, after.next_run.max_speed_mps
        if old is not None and (new is None or new > old + EPS):
            return f"speed {old} -> {new}"
    return _sooner(before, after)


def _sooner(before: Recommendation, after: Recommendation) -> str | None:
    if before.rest_until is not None and (after.rest_until is None or after.rest_until < before.rest_until):
        return f"rest until {before.rest_until} -> {after.rest_until}"
    days = (before.earliest_day, after.earliest_day)
    if days[0] is not None and days[1] is not None and days[1] < days[0]:
        return f"earliest day {days[0]} -> {days[1]}"
    return None


def figures_of(advice: Recommendation) -> dict[str, Any]:
    """Return all that is a figure or a state, without words."""
    return {
        **limits_of(advice),
        "speed": None if advice.next_run is None else advice.next_run.max_speed_mps,
        "status": advice.status,
        "stage": advice.stage,
        "tier": advice.tier,
        "rest": advice.rest_until,
        "earliest": advice.earliest_day,
        "dose": (advice.dose_km, advice.dose_minutes),
        "excess": advice.impact_excess,
        "tolerance": advice.impact_tolerance_g,
        "modifiers": advice.modifiers,
    }


def differs(first: Recommendation, second: Recommendation) -> str | None:
    """Say which figure or state differs."""
    before, after = figures_of(first), figures_of(second)
    for name, old in before.items():
        if not _same(old, after[name]):
            return f"{name}: {old} and {after[name]}"
    return None


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= EPS
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(_same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def above_reference(advice: Recommendation) -> str | None:
    """Say on which axis the dose exceeds R."""
    for name, dose, reference in _axes(advice):
        if dose is not None and reference is not None and dose > reference + EPS:
            return f"dose {dose} {name} above R {reference}"
    return None


def _axes(advice: Recommendation) -> tuple[tuple[str, float | None, float | None], ...]:
    return (
        ("km", advice.dose_km, advice.reference_km),
        ("minutes", advice.dose_minutes, advice.reference_minutes),
    )


def rule_limit(advice: Recommendation, rule: str, name: str) -> float | None:
    """Return a limit of a rule by its name."""
    found = [one.limits[name] for one in advice.rules if one.id == rule and name in one.limits]
    return min(found) if found and None not in found else None


# --- 1 to 12 --------------------------------------------------------------------------------------


def worse_never_loosens(engine: Engine, case: Case) -> str | None:
    before = engine.ask(case)
    for change in worsen.WORSENINGS:
        if change is worsen.add_bad_day and before.tier is None:
            continue  # the first score ever ends X7: knowing more is not raising a score
        worse = change(case)
        if worse is not None and (found := looser(before, engine.ask(worse))):
            return f"{change.__name__}: {found}"
    return None


def red_stops_and_warn_holds(engine: Engine, case: Case) -> str | None:
    red = engine.ask(worsen.add_red_flag(case))
    if (
        not red.refer
        or red.next_run is not None
        or (red.week.max_km or 0.0) + (red.week.max_minutes or 0.0) > 0
    ):
        return f"red flag: refer {red.refer}, run {red.next_run}, week {red.week}"
    found = above_reference(engine.ask(worsen.add_warning(case)))
    return f"warn: {found}" if found else None


def missing_never_grows(engine: Engine, case: Case) -> str | None:
    blanked = worsen.blank_answer(case)
    if blanked is not None and (found := above_reference(engine.ask(blanked))):
        return f"answer blanked: {found}"
    dropped = worsen.drop_impact(case)
    switched = any(event.kind == "impact_mode" for event in case.history.events)
    if case.history.profile.impact_mode == "sensor" and not switched and dropped is not None:
        found = above_reference(engine.ask(dropped))
        return f"impact missing: {found}" if found else None
    return None


def missing_keeps_the_last_tier(engine: Engine, case: Case) -> str | None:
    blanked = worsen.blank_answer(case)
    if blanked is None:
        return None
    least = latest_complete_tier(blanked, engine.settings)
    advice = engine.ask(blanked)
    if least and (advice.tier is None or advice.tier < least) and advice.status != "needs_input":
        return f"tier {advice.tier} below {least} of the last complete run"
    return None


def dose_within_ten_percent(engine: Engine, case: Case) -> str | None:
    advice = engine.ask(case)
    growth = 1.0 + engine.settings.cap.session
    for axis, dose in (("km", advice.dose_km), ("minutes", advice.dose_minutes)):
        ceiling = growth * length_ceiling(case, axis, engine.settings)
        if dose is not None and dose > ceiling + EPS:
            return f"dose {dose} {axis} above {ceiling}"
        stated = rule_limit(advice, "R7", axis)
        if dose is not None and stated is not None and dose > stated + EPS:
            return f"dose {dose} {axis} above R7 {stated}"
    return None


def good_run_never_lowers_reference(engine: Engine, case: Case) -> str | None:
    before = engine.ask(case)
    km, minutes = before.dose_km or 2.0, before.dose_minutes or 14.0
    calm = worsen.add_run(case, km, minutes, worsen.calm_answers(case))
    sore = worsen.add_run(case, km * 5, minutes * 5, {**worsen.calm_answers(case), "during": 8})
    if calm is None or sore is None or latest_is_blank(case) or _fired(before, "X2"):
        return None  # X2 ends with the second answered run, and more of the runs before it count
    good, bad = engine.ask(calm), engine.ask(sore)
    for axis in ("longest_km", "longest_minutes"):
        old, new, after_sore = (_longest(advice, axis) for advice in (before, good, bad))
        if old is not None and new is not None and new < old - EPS:
            return f"tolerated run lowered {axis} from {old} to {new}"
        if old is not None and after_sore is not None and after_sore > old + EPS:
            return f"tier-2 run raised {axis} from {old} to {after_sore}"
    return None


def _longest(advice: Recommendation, axis: str) -> float | None:
    """Return L, which R7 names among what it saw."""
    (found,) = [rule.inputs.get(axis) for rule in advice.rules if rule.id == "R7"]
    return found


def _fired(advice: Recommendation, rule: str) -> bool:
    return any(one.id == rule and one.fired for one in advice.rules)


def latest_is_blank(case: Case) -> bool:
    """Tell whether no axis of the runs is known at all."""
    return all(run.km is None and run.minutes is None for run in case.history.runs)


def exceeding_never_pays(engine: Engine, case: Case) -> str | None:
    obeyed, exceeded = worsen.capped_latest(case, 1.0), worsen.capped_latest(case, 1.3)
    if obeyed is None or exceeded is None:
        return None
    first, second = engine.ask(obeyed), engine.ask(exceeded)
    for name, old, new in (
        ("dose km", first.dose_km, second.dose_km),
        ("dose minutes", first.dose_minutes, second.dose_minutes),
        ("week km", first.week.max_km, second.week.max_km),
        ("week minutes", first.week.max_minutes, second.week.max_minutes),
    ):
        if old is not None and new is not None and new > old + EPS:
            return f"{name} {old} obeyed, {new} exceeded"
    return None


def slower_is_not_longer(engine: Engine, case: Case) -> str | None:
    advice = engine.ask(case)
    bases = {one.speed_mps for one in case.history.profile.baseline.values()}
    if advice.next_run is None or len(bases) != 1 or any(e.kind == "baseline" for e in case.history.events):
        return None
    (own,) = bases
    speed = advice.next_run.max_speed_mps
    if own is not None and speed is not None and speed < own - EPS:
        found = above_reference(advice)
        return f"speed {speed} < {own}: {found}" if found else None
    return None


def poor_reading_never_loosens(engine: Engine, case: Case) -> str | None:
    poor = worsen.spoil_impact(case)
    return None if poor is None else looser(engine.ask(case), engine.ask(poor))


def late_or_switched_off_never_loosens(engine: Engine, case: Case) -> str | None:
    found = _late_answer(engine, case)
    if found:
        return found
    if case.history.profile.impact_mode != "sensor" or any(
        e.kind == "impact_mode" for e in case.history.events
    ):
        return None
    found = looser(engine.ask(case), engine.ask(worsen.switch_off_sensor(case)))
    return f"sensor switched off: {found}" if found else None


def _late_answer(engine: Engine, case: Case) -> str | None:
    """Compare an answer that came today with the same answer given in time."""
    run = worsen.latest_run(case)
    if run is None:
        return None
    when = worsen.REQUIRED[case.pick % 3]
    bare = worsen.blank(case, run, when)
    moment = worsen.moment_of(run.start, case.as_of) + timedelta(minutes=90)
    if moment > case.as_of or when == "morning":
        return None
    entry = worsen.Pain(when, 1 + case.pick % 4, moment, None, run.id, moment)
    in_time = worsen.changed(bare, pain=(*bare.history.pain, entry))
    late = worsen.changed(bare, pain=(*bare.history.pain, replace(entry, entered=case.as_of)))
    found = looser(engine.ask(in_time), engine.ask(late))
    return f"late answer: {found}" if found else None


def same_again_and_in_any_order(engine: Engine, case: Case) -> str | None:
    first = engine.ask(case)
    if first != engine.ask(case):
        return "judged twice, two answers"
    return differs(first, engine.ask(worsen.shuffled(case)))


def bad_item_cuts_once(engine: Engine, case: Case) -> str | None:
    """After a tolerated run within the limit, the dose is not cut once more; no reference falls to 0."""
    advice = engine.ask(case)
    for axis, _, reference in _axes(advice):
        if reference is not None and reference <= 0.0:
            return f"reference {reference} {axis}"
    if advice.status != "ok" or advice.tier != 1 or advice.next_run is None or "warn" in advice.modifiers:
        return None
    if _fired(advice, "X2"):
        return None  # X2 is not about a bad item: it holds until two runs are answered
    return _next_is_not_cut(engine, case, advice)


def _next_is_not_cut(engine: Engine, case: Case, advice: Recommendation) -> str | None:
    from pfp_sensors.model.diary import Cap

    run = advice.next_run
    if run is None or run.max_km is None or advice.dose_km is None or run.max_km < advice.dose_km - EPS:
        return None
    start = case.as_of + timedelta(hours=1)
    later = replace(case, as_of=start + timedelta(hours=30))
    if (
        later.as_of.isocalendar()[:2] != case.as_of.isocalendar()[:2]
        or case.history.profile.impact_mode == "sensor"
    ):
        return None
    if any(one.when == "day" and worsen.local_day(one.at) >= start.date() for one in case.history.pain):
        return None  # the worst of that day may have come after the run
    obeyed = worsen.make_run("obeyed", start, run.max_km, run.max_minutes, worsen.calm_answers(case))
    cap = Cap(case.as_of, advice.dose_km, advice.dose_minutes)
    after = engine.ask(
        worsen.changed(later, runs=(*case.history.runs, obeyed), caps=(*case.history.caps, cap))
    )
    if after.dose_km is not None and after.dose_km < advice.dose_km - EPS and after.stage == advice.stage:
        return f"dose {advice.dose_km} km obeyed and tolerated, then {after.dose_km}"
    return None


# --- 13 to 24 -------------------------------------------------------------------------------------


def never_below_the_floor(engine: Engine, case: Case) -> str | None:
    advice = engine.ask(case)
    if advice.tier == 2 or advice.next_run is None:
        return None
    floors = {"km": engine.settings.floor_km, "minutes": engine.settings.floor_min}
    for axis, dose, reference in _axes(advice):
        if dose is not None and reference is not None and dose < min(floors[axis], reference) - EPS:
            return f"dose {dose} {axis} below min({floors[axis]}, R {reference})"
    return None


def distances_scale(engine: Engine, case: Case) -> str | None:
    factor = (2.0, 0.5, 1.609344)[case.pick % 3]
    numbers = engine.settings
    grown = replace(
        numbers,
        start_km=numbers.start_km * factor,
        floor_km=numbers.floor_km * factor,
        week=replace(numbers.week, free_km=numbers.week.free_km * factor),
    )
    bare = worsen.changed(
        case, runs=tuple(replace(run, steps=None) for run in case.history.runs), overrides=()
    )
    if any(run.speed_mps is None for run in bare.history.runs):
        return None
    first = engine.ask(bare)
    second = replace(engine, settings=grown).ask(worsen.scaled(bare, factor))
    pairs = [(limits_of(first)["km"], limits_of(second)["km"]), (first.week.max_km, second.week.max_km)]
    for old, new in pairs:
        if (old is None) != (new is None) or (
            old is not None and new is not None and abs(old * factor - new) > EPS
        ):
            return f"{old} km x {factor} gives {new}"
    return None


def stage_never_rises_when_worse(engine: Engine, case: Case) -> str | None:
    before = engine.ask(case)
    if before.stage in {"hold", "calm"} and before.next_run is not None:
        return f"running in stage {before.stage}"
    for change in worsen.WORSENINGS:
        worse = change(case)
        if worse is None:
            continue
        after = engine.ask(worse)
        if STAGES.index(after.stage) > STAGES.index(before.stage):
            return f"{change.__name__}: stage {before.stage} -> {after.stage}"
    return None


def unknown_stays_unknown(engine: Engine, case: Case) -> str | None:
    far = engine.ask(worsen.forget_distances(case))
    known = [far.reference_km, far.dose_km]
    if far.next_run is not None:
        known += [far.next_run.max_km, far.week.max_km]
    if worsen.runs_in_days(case, 29, with_minutes=True) and any(value is not None for value in known):
        return f"distances unknown, but {known}"
    if far.done_km is not None and worsen.runs_in_days(case, case.as_of.weekday() + 1):
        return f"distances of this week unknown, but done {far.done_km}"
    slow = engine.ask(worsen.forget_speeds(case))
    baseline_event = any(event.kind == "baseline" for event in case.history.events)
    if slow.next_run is not None and slow.next_run.max_speed_mps is not None and not baseline_event:
        return f"speeds unknown, but {slow.next_run.max_speed_mps} m/s"
    return _unknown_in_a_file(engine, case)


def _unknown_in_a_file(engine: Engine, case: Case) -> str | None:
    """Compare the values of each run, and every answer, before and after a file."""
    if engine.through_file is None:
        return None
    back = engine.through_file(case.history)
    names = ("start", "km", "minutes", "speed_mps", "cadence_spm", "steps", "impact", "downhill_min", "rpe")
    by_id = {run.id: run for run in back.runs}
    for old in case.history.runs:
        new = by_id[old.id]
        for name in names:
            if getattr(old, name) != getattr(new, name):
                return f"{name} of {old.id}: {getattr(old, name)} -> {getattr(new, name)}"
        if any(new.pain.get(when) != score for when, score in old.pain.items()):
            return f"answers of {old.id}: {old.pain} -> {new.pain}"
    scores = [
        sorted(str((one.when, one.score, one.at, one.knee)) for one in diary.pain)
        for diary in (case.history, back)
    ]
    if scores[0] != scores[1]:
        return "scores changed in a file"
    return None


def frozen_without_an_event(engine: Engine, case: Case) -> str | None:
    """Landings of many later runs leave the tolerance of the same tier where it is; proposals are clean."""
    before = engine.ask(case)
    own = case.history.profile.baseline
    if not any(one.impact_resultant_g is not None for one in own.values()):
        return None
    runs = tuple(
        replace(run, impact={leg: replace(one, resultant_g=7.0) for leg, one in run.impact.items()})
        for run in case.history.runs
    )
    after = engine.ask(worsen.changed(case, runs=runs))
    tolerances = {before.impact_tolerance_g, after.impact_tolerance_g}
    if before.tier == after.tier and len(own) == 1 and None not in tolerances and len(tolerances) > 1:
        return f"tolerance {before.impact_tolerance_g} -> {after.impact_tolerance_g} without an event"
    return None


def walks_count_nothing(engine: Engine, case: Case) -> str | None:
    first, second = engine.ask(case), engine.ask(worsen.add_walks(case))
    counted = ("reference_km", "reference_minutes", "done_km", "done_minutes", "week")
    for name in counted:
        if getattr(first, name) != getattr(second, name):
            return f"{name}: {getattr(first, name)} -> {getattr(second, name)}"
    return differs(first, second)


def names_what_binds(engine: Engine, case: Case) -> str | None:
    advice = engine.ask(case)
    for rule in advice.rules:
        if rule.fired and not (set(rule.certainty.split(", ")) <= set("SMDE") and rule.text and rule.source):
            return f"{rule.id} fired without tag, text or source"
        if rule.binding and not rule.fired:
            return f"{rule.id} binds but did not fire"
    binding = [rule for rule in advice.rules if rule.binding]
    if not binding:
        return "no rule binds"
    if advice.next_run is None:
        return None
    axes = (("km", advice.next_run.max_km), ("minutes", advice.next_run.max_minutes))
    for axis, limit in axes:
        if limit is not None and not any(_explains(rule.limits, advice, axis, limit) for rule in binding):
            return f"no binding rule gives {limit} {axis}"
    return None


def _explains(limits: Any, advice: Recommendation, axis: str, limit: float) -> bool:
    """Tell whether a rule's limits give this limit: by itself, by its factor, or by the week."""
    reference = {"km": advice.reference_km, "minutes": advice.reference_minutes}[axis]
    done = {"km": advice.done_km, "minutes": advice.done_minutes}[axis]
    week = limits.get(f"week_{axis}")
    values = [limits.get(axis)]
    if limits.get("factor") is not None and reference is not None:
        values.append(limits["factor"] * reference)
    if week is not None:
        values += [week, week - (done or 0.0)]
    return any(value is not None and abs(value - limit) <= EPS for value in values)


def knees_are_labels(engine: Engine, case: Case) -> str | None:
    before = engine.ask(case)
    found = differs(before, engine.ask(worsen.swap_knees(case)))
    if found:
        return f"knees swapped: {found}"
    quiet = worsen.add_quiet_knee(case)
    if quiet is None or before.tier is None:
        return None
    found = differs(before, engine.ask(quiet))
    return f"symptom-free knee added: {found}" if found else None


def expired_words_count_nothing(engine: Engine, case: Case) -> str | None:
    return differs(engine.ask(case), engine.ask(worsen.add_expired_override(case)))


def clocks_never_shorten_rest(engine: Engine, case: Case) -> str | None:
    """The moment told in another offset: rest stays; it lasts to the day that R2 asks for."""
    before = engine.ask(case)
    run = worsen.latest_run(case)
    for hours in (-9, 0, 11) if worsen.only_moments(case) else ():
        moved = replace(case, as_of=case.as_of.astimezone(timezone(timedelta(hours=hours))))
        if moved.as_of.date() != case.as_of.date():
            continue  # another local day: its windows are those of that day
        after = engine.ask(moved)
        if before.rest_until is not None and (
            after.rest_until is None or after.rest_until < before.rest_until
        ):
            return f"rest until {before.rest_until} -> {after.rest_until} at offset {hours} h"
    if run is not None and before.rest_until is not None:
        day = worsen.moment_of(run.start, case.as_of).date()
        least = day + timedelta(days=engine.settings.pain.rest_h.tier_0 / 24.0)
        if before.rest_until < least:
            return f"rest until {before.rest_until}, run on {day}"
    return None


INVARIANTS: Final[dict[int, Check]] = {
    1: worse_never_loosens,
    2: red_stops_and_warn_holds,
    3: missing_never_grows,
    4: missing_keeps_the_last_tier,
    5: dose_within_ten_percent,
    6: good_run_never_lowers_reference,
    7: exceeding_never_pays,
    8: slower_is_not_longer,
    9: poor_reading_never_loosens,
    10: late_or_switched_off_never_loosens,
    11: same_again_and_in_any_order,
    12: bad_item_cuts_once,
    13: never_below_the_floor,
    14: distances_scale,
    15: stage_never_rises_when_worse,
    16: unknown_stays_unknown,
    17: frozen_without_an_event,
    18: walks_count_nothing,
    19: names_what_binds,
    20: knees_are_labels,
    21: plan_keeps_its_rules,
    23: expired_words_count_nothing,
    24: clocks_never_shorten_rest,
}
"""By number; 22 (config) is tested in `test_rules_contract`: it needs no diary."""
