"""Rules on landing impact, cadence and the knee-load index: R5, R6, R9, R14, R15, X7, X8, X10."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from pfp_sensors.load.days import day_of, within
from pfp_sensors.load.impact import pace_share
from pfp_sensors.load.knee_load_index import step_index
from pfp_sensors.load.situation import Outcome

if TYPE_CHECKING:
    from pfp_sensors.load.impact import Reading
    from pfp_sensors.load.seen import SeenRun
    from pfp_sensors.load.situation import Situation

_CADENCE_DAYS = 28


def missing_impact(now: Situation) -> Outcome:
    """R5: where a sensor is worn, a latest run without an impact to judge by does not grow the dose."""
    view, rho = now.impact, now.seen.rho
    if not view.in_force or rho is None or view.missing is None:
        text = "Landing impact of the latest run can be judged." if view.in_force else "No sensor is in use."
        return Outcome("R5", False, text, inputs={"mode": view.mode})
    return Outcome(
        "R5",
        True,
        f"Landing impact of the latest run cannot be judged: {view.missing}.",
        factor=now.settings.missing.impact,
        inputs={"mode": view.mode, "why": view.missing},
        missing=(f"impact of {rho.run.id}",),
    )


def excess_impact(now: Situation) -> Outcome:
    """R6: landing impact over the tolerance makes the next run shorter and slower."""
    view, impact = now.impact, now.settings.impact
    worst_new, worst = view.worst_new, view.worst
    if not view.in_force or worst is None:
        return Outcome("R6", False, "There is no landing impact to hold against a tolerance.")
    fired = worst.excess > 0
    factor = _band_factor(worst_new, now)
    inputs = {
        "run": worst.run,
        "leg": worst.leg,
        "impact_g": round(worst.impact_g, 6),
        "tolerance_g": round(worst.tolerance_g, 6),
        "excess": round(worst.excess, 6),
    }
    over = "over" if fired else "within"
    v_ref = view.v_ref_mps
    share = None
    if fired:
        factor = min(factor, 1.0)
        share = min((_share(one, v_ref, now) for one in (*view.new, *view.recent)), default=1.0)
    notes = _slowing_notes(share, now) if fired else ()
    return Outcome(
        "R6",
        fired,
        f"Landing impact of {worst.impact_g:.1f} g was {over} the tolerance of {worst.tolerance_g:.1f} g.",
        factor=factor if fired else impact.factor.within,
        speed_share=share,
        inputs=inputs,
        modifiers=frozenset({"no_speed", "no_hills"} if fired else ()),
        notes=notes,
    )


def _share(reading: Reading, v_ref: float | None, now: Situation) -> float:
    """Give the share of speed; without a reference speed the general steps."""
    return pace_share(reading, v_ref or 1.0, now.settings) if v_ref else _general_step(reading, now)


def _general_step(reading: Reading, now: Situation) -> float:
    pace = now.settings.impact.pace
    if reading.excess <= 0:
        return pace.within
    return pace.mild if reading.excess <= now.settings.impact.bands.mild else pace.more


def _slowing_notes(share: float | None, now: Situation) -> tuple[str, ...]:
    notes = []
    own = any((one.baseline.slope_g_per_mps or 0.0) > 0 for one in now.impact.new + now.impact.recent)
    if not own:
        notes.append("The slower pace is a general step, not yet your own: try it and see.")
    elif share is not None and share <= now.settings.speed.min_factor:
        notes.append("Slowing alone is not expected to bring the landing back to your usual range.")
    else:
        notes.append("The slower pace is a trial: speed explains only part of landing impact.")
    return tuple(notes)


def _band_factor(reading: Reading | None, now: Situation) -> float:
    numbers = now.settings.impact
    if reading is None or reading.excess <= 0:
        return numbers.factor.within
    if reading.excess <= numbers.bands.mild + 1e-12:
        return numbers.factor.mild
    return numbers.factor.marked if reading.excess <= numbers.bands.marked + 1e-12 else numbers.factor.strong


def index_limit(now: Situation, v_plan: float | None) -> Outcome:
    """R9: the plan's knee-load index stays within a step of the most of 30 days; it may only tighten.

    Per step ``(step length / own step length at that speed) ** p * (speed / reference) ** q``, summed
    (signal.md 11). An estimate from step length, speed and steps; not a measurement, not validated.
    """
    v_ref = now.impact.v_ref_mps
    window = now.settings.cap.window_d
    late = [
        (run, counted)
        for run, counted in zip(now.seen.runs, now.doses.km.counted if now.doses.km else (), strict=False)
        if within(run.day, now.seen.today, window) and counted is not None
    ]
    known = [(run, counted) for run, counted in late if run.run.steps and run.run.speed_mps]
    if v_ref is None or v_plan is None or not known or len(known) < len(late):
        text = "The knee-load index needs distance, steps and speed of every run of 30 days."
        return Outcome("R9", False, text, missing=("knee-load index",) if late else ())
    index = now.settings.index
    limits = {
        f"p{power}": _index_km(known, v_plan, v_ref, power, speed_power, index.limit)
        for power, speed_power in (
            (index.step_power, index.speed_power),
            (1.5, 0.2),
            (2.8, 0.58),
        )
    }
    km = limits[f"p{index.step_power}"]
    return Outcome(
        "R9",
        True,
        "Knee-load index: an estimate from steps, their length and speed, not validated; within its step.",
        limits={"km": km},
        inputs={"speed_mps": v_plan, "km_low": min(limits.values()), "km_high": max(limits.values())},
    )


def _index_km(
    known: list[tuple[SeenRun, float]],
    v_plan: float,
    v_ref: float,
    power: float,
    speed_power: float,
    step: float,
) -> float:
    """Give the kilometres whose index is one step above the most of 30 days."""
    seconds = [
        1000.0 * (run.run.km or 0.0) / (run.run.steps or 1) / (run.run.speed_mps or v_ref) for run, _ in known
    ]
    usual = median(seconds)
    most: float = 0.0
    for (run, counted), one in zip(known, seconds, strict=True):
        steps = (run.run.steps or 0) * (counted / (run.run.km or counted))
        speed_share = (run.run.speed_mps or v_ref) / v_ref
        most = max(most, step_index(steps, one / usual, speed_share, power, speed_power))
    per_km: float = 1000.0 / (usual * v_plan) * (v_plan / v_ref) ** speed_power
    return step * most / per_km


def cadence(now: Situation) -> Outcome:
    """R14: shorter, quicker steps at the same speed while the knee or the landing asks for less."""
    own, numbers = now.impact.cadence_spm, now.settings.cadence
    worst = now.impact.worst
    asked = now.evidence.t_eff > 0 or (now.impact.in_force and worst is not None and worst.excess > 0)
    if own is None or now.stage.number < 2 or not asked:
        text = "Your own cadence is not known yet." if own is None else "No cadence target is asked for."
        return Outcome("R14", False, text, inputs={"cadence_spm": own})
    tried = sum(
        run.run.cadence_spm is not None
        and run.run.cadence_spm >= own * (1.0 + numbers.step / 2)
        and within(run.day, now.seen.today, _CADENCE_DAYS)
        for run in now.seen.runs
    )
    share = min(numbers.step_later if tried >= numbers.later_runs else numbers.step, numbers.max)
    target = round(own * (1.0 + share), 1)
    return Outcome(
        "R14",
        True,
        f"Try shorter, quicker steps at the same speed: about {target:.0f} steps a minute.",
        factor=1.0 if tried < numbers.hold_runs else None,
        limits={"cadence_spm": min(target, own * (1.0 + numbers.max))},
        inputs={"cadence_spm": own, "runs_with_target": tried},
    )


def softer_landing(now: Situation) -> Outcome:
    """R15: a softer-landing target where the person opted in, the knee is quiet and a baseline is there."""
    opted = [one for one in now.seen.history.events if one.kind == "retrain"]
    last = max(opted, key=lambda one: (day_of(one.at), str(one.at), not one.value), default=None)
    known = [one.baseline.impact_resultant_g for one in now.impact.recent]
    if last is None or not last.value or now.evidence.t_eff > 0 or not now.impact.in_force or not known:
        return Outcome("R15", False, "Softer-landing practice is not chosen.")
    since = sum(run.day > day_of(last.at) - timedelta(1) for run in now.seen.runs)
    target = now.settings.retrain.target * min(one for one in known if one is not None)
    return Outcome(
        "R15",
        True,
        f"Softer landings by choice: aim at {target:.1f} g. The studies behind it are tiny.",
        factor=1.0 if since < now.settings.retrain.hold_runs else None,
        limits={"impact_g": target},
        inputs={"runs_since": since},
    )


def impact_without_pain(now: Situation) -> Outcome:
    """X7: impact is shown without judgement while nobody has ever entered pain."""
    measured = any(run.run.impact for run in now.seen.runs)
    fired = measured and not now.seen.has_pain
    text = (
        "Landing impact is shown, but not judged: no pain was ever entered."
        if fired
        else "Pain is being entered."
    )
    added = now.settings.impact.tolerance_unknown_g
    return Outcome(
        "X7", fired, text, inputs={"added_g": added} if fired else {}, notes=(text,) if fired else ()
    )


def sensor_mode(now: Situation) -> Outcome:
    """X8: without a sensor the pain rules decide alone; for two weeks after switching off nothing changes."""
    view = now.impact
    lately = view.mode == "none" and view.in_force
    text = {
        (True, False): "A sensor is in use.",
        (True, True): "A sensor is in use.",
        (False, True): "The sensor was in use lately: its rules stay for two weeks.",
        (False, False): "No sensor: pain decides alone.",
    }[(view.mode == "sensor", lately)]
    return Outcome("X8", lately, text, inputs={"mode": view.mode})


def two_knees(now: Situation) -> Outcome:
    """X10: the worse knee decides; nothing is copied from one leg to the other."""
    knees = now.seen.history.profile.knees
    rho = now.seen.rho
    legs = {leg for leg in (rho.run.impact if rho else {}) if leg is not None}
    notes = []
    if legs and knees and not legs & set(knees):
        notes.append(
            f"The sensor was on the {min(legs)} leg, which does not hurt: an assumption about the other one."
        )
    elif len(legs) == 1 and rho is not None:
        notes.append("Only one leg was measured; the other one is unknown.")
    fired = len(knees) > 1
    text = "Both knees hurt: the worse one decides." if fired else "One knee hurts."
    return Outcome("X10", fired, text, inputs={"knees": list(knees)}, notes=tuple(notes))
