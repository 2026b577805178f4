"""Rules on length and volume: R7, R8, R11 to R13, R16, and the state rules on first use and unknowns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.load.days import within
from pfp_sensors.load.dose import AXES, is_lighter_week_due
from pfp_sensors.load.gate import closed_because
from pfp_sensors.load.situation import Outcome

if TYPE_CHECKING:
    from pfp_sensors.load.situation import Situation

_UNKNOWN = "Start dose; nothing is known about your running yet."
_NAMED_ONLY = (
    "Start dose; no run is in the diary yet. The longest run that you named is no start by itself: it says "
    "how much of the runs that you bring in counts."
)
_WALK_RUN, _BUILD, _SPEED = 2, 3, 4


def session_cap(now: Situation) -> Outcome:
    """R7: no run goes more than a step beyond the longest tolerated one of 30 days."""
    step = 1.0 + now.settings.cap.session
    known = {axis: dose for axis in AXES if (dose := now.doses.on(axis)) is not None}
    words = " and ".join(
        f"{dose.reference:.1f} {'km' if axis == 'km' else 'min'}" for axis, dose in known.items()
    )
    percent = 100.0 * now.settings.cap.session
    return Outcome(
        "R7",
        True,
        f"One step up: {percent:.0f} % more than the {words} that counts as tolerated now.",
        factor=step,
        limits={axis: step * dose.longest for axis, dose in known.items()},
        inputs={f"longest_{axis}": dose.longest for axis, dose in known.items()},
    )


def spike(now: Situation) -> Outcome:
    """R8: a run far beyond its 30 days holds the dose for a week."""
    runs = sorted({run for axis in AXES if (dose := now.doses.on(axis)) for run in dose.spikes})
    if not runs:
        return Outcome("R8", False, "No run of the last week was much longer than those before.")
    return Outcome(
        "R8",
        True,
        f"A run of the last {now.settings.spike.hold_d} days was much longer than those before it.",
        factor=1.0,
        inputs={"runs": runs},
    )


def slower_not_longer(share: float) -> Outcome:
    """R11: who is asked to run slower is not allowed to run longer."""
    fired = share < 1.0 - 1e-9
    text = "Slower does not mean longer: knee load per kilometre was higher at slow speed."
    return Outcome(
        "R11",
        fired,
        text if fired else "No slower pace is asked for.",
        factor=1.0 if fired else None,
        inputs={"speed_share": share},
    )


def growth_gate(now: Situation) -> Outcome:
    """R12: growth asks for answered, quiet runs, no signs and the strength work of the plan."""
    reasons = closed_because(now.seen, now.settings.gate.runs, now.settings)
    text = f"No growth yet: {'; '.join(reasons)}." if reasons else "Nothing stands against a small step up."
    return Outcome(
        "R12", bool(reasons), text, factor=1.0 if reasons else None, inputs={"reasons": list(reasons)}
    )


def lighter_week(now: Situation) -> Outcome:
    """R13: after weeks without a lighter one this week is lighter.

    The stage before falls counts: a bad score may not free the week from it.
    """
    due = {
        axis: now.settings.deload.share * (dose.weeks[0] or 0.0)
        for axis in AXES
        if (dose := now.doses.on(axis)) is not None and is_lighter_week_due(dose, now.settings)
    }
    fired = now.stage.before_falls >= _BUILD and bool(due)
    if not fired:
        return Outcome("R13", False, "No lighter week is due.")
    return Outcome(
        "R13",
        True,
        f"After {now.settings.deload.weeks} weeks without a lighter one this week is lighter.",
        limits={f"week_{axis}": limit for axis, limit in due.items()},
        modifiers=frozenset({"deload"}),
    )


def terrain(now: Situation) -> Outcome:
    """R16: flat ground while the knee is irritated, otherwise little more downhill than before."""
    numbers = now.settings.terrain
    if now.evidence.t_eff > 0:
        text = (
            f"Level ground: no downhill steeper than {numbers.downhill_percent:.0f} %, no stairs by choice."
        )
        return Outcome("R16", True, text, limits={"downhill_min": 0.0})
    known = [
        run.run.downhill_min
        for run in now.seen.runs
        if run.run.downhill_min is not None and within(run.day, now.seen.today, now.settings.cap.window_d)
    ]
    most = max(known, default=0.0)
    first = numbers.first_min if now.stage.number >= _SPEED else 0.0
    if not known:
        return Outcome("R16", False, "Downhill minutes of your runs are not known.")
    limit = (1.0 + numbers.growth) * most if most > 0 else first
    return Outcome(
        "R16",
        True,
        f"At most {limit:.0f} minutes downhill.",
        limits={"downhill_min": limit},
        inputs={"most_30_d": most},
    )


def first_runs(now: Situation) -> Outcome:
    """X2: runs that were brought in unanswered count only up to what was declared as tolerated."""
    doses = now.doses
    if not doses.is_first_use:
        return Outcome("X2", False, "Enough runs are answered.")
    if doses.is_declared:
        text = "Runs without answers count only up to the longest run that you said was tolerated."
        return Outcome("X2", True, text, inputs={"declared": True})
    return Outcome(
        "X2",
        True,
        "Fewer than two runs are answered, and no longest tolerated run was named.",
        factor=now.settings.first.factor,
        inputs={"declared": False},
        missing=("longest run that left the knee no worse next morning",),
    )


def start_dose(now: Situation) -> Outcome:
    """X3: without a run in 30 days the start dose counts, without growth."""
    days = now.settings.cap.window_d
    fired = not any(within(run.day, now.seen.today, days) for run in now.seen.runs)
    if not fired:
        return Outcome("X3", False, f"There are runs in the last {days} days.")
    text = "Start again with the first distance: there was no run for a month."
    if not now.seen.runs:
        known = now.doses.is_declared
        text = _NAMED_ONLY if known else _UNKNOWN
    return Outcome("X3", True, text, factor=1.0)


def calm_stage(now: Situation) -> Outcome | None:
    """Tell that there is no running yet in stage calm (load.md 8); None in other stages."""
    if now.stage.number > 1:
        return None
    return Outcome(
        "X3",
        True,
        "Walking and daily life come first: running starts again when walking and stairs are quiet.",
        factor=0.0,
        stops=True,
        limits={"stage": "calm"},
    )


def unknown_axis(now: Situation) -> Outcome:
    """X9: with distance or minutes unknown the other governs; with both unknown nothing grows."""
    rho = now.seen.rho
    if rho is None:
        return Outcome("X9", False, "There is no run yet.")
    km, minutes = rho.run.km, rho.run.minutes
    if km is not None and minutes is not None:
        return Outcome("X9", False, "Distance and minutes of the latest run are known.")
    if km is None and minutes is None:
        text = "Neither distance nor minutes of the latest run are known."
        return Outcome("X9", True, text, factor=1.0, missing=(f"distance or minutes of {rho.run.id}",))
    word = "Distance" if km is None else "Duration"
    return Outcome("X9", True, f"{word} of the latest run is unknown: the other one governs.")


def walk_breaks(now: Situation) -> Outcome:
    """X14: walk breaks are never counted as running; runs up to this stage lie two days apart (load.md 8)."""
    fired = now.stage.number <= _WALK_RUN
    return Outcome(
        "X14",
        fired,
        "Minutes count running only; walk breaks come on top.",
        rest_h=now.settings.stage.walk_run_rest_h if fired else None,
        inputs={"phase": now.stage.phase} if fired else {},
    )
