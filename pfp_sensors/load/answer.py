"""The answer of the rules, put into words and one shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.load.baseline import baseline_note
from pfp_sensors.load.days import first_open_day, monday_of
from pfp_sensors.load.ladder import PHASES
from pfp_sensors.load.limits import binds, shown_limits
from pfp_sensors.load.rule_book import BASIS
from pfp_sensors.load.situation import Outcome
from pfp_sensors.load.stages import goal_week_km
from pfp_sensors.load.why import kept_text, why
from pfp_sensors.model.recommendation import NextRun, Recommendation, Rule, WalkRun, WeekLimits

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.load.limits import Limits
    from pfp_sensors.load.screening import Screening
    from pfp_sensors.load.situation import Situation
    from pfp_sensors.model.diary import Override
    from pfp_sensors.model.recommendation import Axis, Stage, Status

_CONTINUOUS: Final = len(PHASES)
_SPEED: Final = 4
_BLOCKS: Final = "ABCDE"
_TOP_BLOCK: Final = {1: "B", 2: "C", 3: "D", 4: "D", 5: "E"}


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that the answer is made of."""

    now: Situation
    screening: Screening
    outcomes: tuple[Outcome, ...]
    limits: Limits
    overrides: tuple[Override, ...]

    @property
    def has_figures(self) -> bool:
        """Whether the start questions allow figures at all."""
        return not self.screening.missing and not self.screening.refer_because


def recommendation(judged: Judged) -> Recommendation:
    """Give the answer of ``pfp next``."""
    now, limits = judged.now, judged.limits
    status = _status(judged)
    runs = judged.has_figures and status in {"provisional", "ok"}
    rules = _rules(judged)
    stage: Stage = "hold" if now.stage.in_hold or now.evidence.red else now.stage.stage
    known = now.seen.has_pain or any(item.tier > 0 for item in now.seen.items)
    worst = now.impact.worst
    return Recommendation(
        as_of=now.seen.as_of,
        status=status,
        stage=stage,
        tier=now.evidence.t_eff if known else None,
        tier_new=now.evidence.t_new if known else None,
        refer=bool(now.evidence.red or judged.screening.refer_because),
        rest_until=limits.rest_until,
        earliest_day=_earliest(judged, status),
        next_run=_next_run(judged) if runs else None,
        week=_week(judged),
        impact_tolerance_g=now.impact.tolerance_g,
        impact_excess=None if worst is None else worst.excess,
        reference_km=_figure(judged, "km", "reference"),
        reference_minutes=_figure(judged, "minutes", "reference"),
        dose_km=_figure(judged, "km", "dose") if runs else None,
        dose_minutes=_figure(judged, "minutes", "dose") if runs else None,
        done_km=_done(now, "km"),
        done_minutes=_done(now, "minutes"),
        ladder_phase=now.stage.phase if now.stage.number == 2 else None,
        block_ceiling=_block_ceiling(now),
        modifiers=frozenset(name for one in judged.outcomes for name in one.modifiers),
        rules=rules,
        missing=tuple(dict.fromkeys(name for one in judged.outcomes for name in one.missing)),
        notes=_notes(judged),
        why=why(rules, limits, _decided(judged, status)),
    )


def _status(judged: Judged) -> Status:
    now, limits = judged.now, judged.limits
    if judged.screening.missing:
        return "needs_input"
    if now.evidence.red or judged.screening.refer_because:
        return "refer"
    if limits.stopped or limits.is_used_up:
        return "no_run"
    return "provisional" if now.evidence.pending else "ok"


def _figure(judged: Judged, axis: Any, name: str) -> float | None:
    one = judged.limits.axes.get(axis)
    return float(getattr(one, name)) if one is not None and judged.has_figures else None


def _done(now: Situation, axis: Axis) -> float | None:
    """Give what was run this week; None where the length of one of its runs is unknown."""
    dose = now.doses.on(axis)
    unknown = any(_unknown_this_week(run, axis, now) for run in now.seen.runs)
    return None if dose is None or unknown else dose.done


def _week(judged: Judged) -> WeekLimits:
    if not judged.has_figures:
        return WeekLimits(None, None, judged.now.planned_runs)
    if judged.limits.stopped:
        zero = dict.fromkeys(judged.limits.axes, 0.0)
        return WeekLimits(zero.get("km"), zero.get("minutes"), 0)
    return WeekLimits(
        _figure(judged, "km", "week"), _figure(judged, "minutes", "week"), judged.now.planned_runs
    )


def _earliest(judged: Judged, status: Status) -> date | None:
    limits, seen = judged.limits, judged.now.seen
    if not judged.has_figures or limits.stopped or status == "refer":
        return None
    days = [first_open_day(seen.as_of)]
    if limits.rest_until is not None:
        days.append(limits.rest_until)
    if limits.is_used_up:
        days.append(monday_of(seen.today) + timedelta(7))
    return max(days)


def _next_run(judged: Judged) -> NextRun:
    now, limits = judged.now, judged.limits
    minutes = limits.next_run("minutes")
    cadence = [one.limits["cadence_spm"] for one in judged.outcomes if "cadence_spm" in one.limits]
    return NextRun(
        max_km=limits.next_run("km"),
        max_minutes=minutes,
        max_speed_mps=limits.speed_mps,
        walk_run=_walk_run(now, minutes, limits.speed_mps),
        surface=_surface(now),
        cadence_target_spm=min(cadence, default=None),
    )


def _walk_run(now: Situation, minutes: float | None, speed: float | None) -> WalkRun | None:
    """Give walk breaks on the ladder, and where a pace would become a shuffle."""
    phase = now.stage.phase if now.stage.number == 2 else _CONTINUOUS
    if speed is not None and speed < now.settings.speed.walk_below_mps:
        phase = 1
    if phase >= _CONTINUOUS:
        return None
    walk, run, _effort = PHASES[phase - 1]
    whole = now.settings.start_min if minutes is None else minutes
    run = min(run, whole)
    return WalkRun(run_min=run, walk_min=walk, repeats=max(1, int(whole / run + 1e-9)))


def _surface(now: Situation) -> str:
    if now.evidence.t_eff > 0:
        percent = now.settings.terrain.downhill_percent
        return f"level ground, no downhill steeper than {percent:.0f} %, no stairs by choice"
    return "ground that you know, easy and mostly level" if now.stage.number < _SPEED else "as planned"


def _block_ceiling(now: Situation) -> str:
    """Give the highest strength block: by stage, one lower in a flare, the gentle one at tier 2."""
    days = now.settings.gate.exercise_d
    hurt = max(
        (
            item.tier
            for item in now.seen.items
            if item.kind == "exercise" and (now.seen.today - item.day).days < days
        ),
        default=0,
    )
    tier = max(now.evidence.t_eff, hurt)
    if tier > 1 or now.stage.in_hold or now.evidence.red:
        return "A"
    top = _BLOCKS.index(_TOP_BLOCK[now.stage.number])
    return _BLOCKS[max(top - (tier > 0 or now.evidence.recent_warning), 0)]


def _rules(judged: Judged) -> tuple[Rule, ...]:
    now, limits = judged.now, judged.limits
    found = {one.id: one for one in (*judged.outcomes, *_of_limits(judged))}
    rules = []
    for rule_id, (source, certainty) in BASIS.items():
        one = found[rule_id]
        shown = shown_limits(one, now, limits) if judged.has_figures else {}
        bound = one.fired and (binds(shown, limits) or (one.stops and rule_id == "X1"))
        rules.append(Rule(rule_id, one.fired, bound, shown, one.inputs, one.text, source, certainty))
    return tuple(rules)


def _of_limits(judged: Judged) -> list[Outcome]:
    """Tell of the two rules that only show when all are put together: the week and the floor."""
    week: dict[str, Any] = {}
    inputs: dict[str, Any] = {}
    floor: dict[str, Any] = {}
    for axis, one in judged.limits.axes.items():
        week |= {axis: min(one.share, one.left), f"week_{axis}": one.week}
        inputs |= {f"left_{axis}": one.left}
        if one.is_lifted and one.floor is not None:
            floor[axis] = one.floor
        dose = judged.now.doses.on(axis)
        if dose is not None:
            inputs |= {f"done_{axis}": dose.done, f"weeks_{axis}": list(dose.weeks[:4])}
        if one.is_used_up:
            week[axis] = 0.0
    most = " and ".join(_at_most(one.week, axis) for axis, one in judged.limits.axes.items())
    text = f"This week may hold {most}, Monday to Sunday." if judged.has_figures else "No week is given."
    if judged.limits.stopped and judged.has_figures:
        text = "No running this week for now."
    elif judged.limits.is_used_up:
        text = "This week holds no further run."
    return [
        Outcome("R10", True, text, limits=week, inputs=inputs),
        Outcome(
            "X11",
            bool(floor),
            kept_text(judged.outcomes, judged.limits, floor, flat=judged.now.evidence.t_eff > 0)
            if floor
            else "The smallest run is not at stake.",
            limits=floor,
        ),
    ]


def _at_most(value: float, axis: Axis) -> str:
    """Write a limit, rounded down."""
    return f"{int(10 * value + 1e-6) / 10:.1f} km" if axis == "km" else f"{int(value + 1e-6)} min"


def _notes(judged: Judged) -> tuple[str, ...]:
    now = judged.now
    notes = [note for one in judged.outcomes for note in one.notes]
    for axis, one in judged.limits.axes.items():
        unknown = [run.run.id for run in now.seen.runs if _unknown_this_week(run, axis, now)]
        if unknown and one is not None:
            word = "Distance" if axis == "km" else "Duration"
            notes.append(
                f"{word} of {', '.join(unknown)} is unknown: this week's sum counts only what is known."
            )
    if now.stage.stage == "build" and goal_week_km(now.seen) is None:
        command = "`pfp confirm goal week_km=KM`"
        notes.append(f"Without a goal for the week no next stage can be reached: {command}")
    earliest = _earliest(judged, _status(judged))
    if (
        earliest is not None
        and monday_of(earliest) > monday_of(now.seen.today)
        and not judged.limits.is_used_up
    ):
        notes.append(
            "This is judged by what is left of this week. The next run falls into a new one: "
            "ask again from Monday on."
        )
    note = baseline_note(now)
    if note is not None:
        notes.append(note)
    if now.stage.number == _SPEED and not {"no_speed", "warn"} & {
        m for o in judged.outcomes for m in o.modifiers
    }:
        stage = now.settings.stage
        notes.append(
            f"One new element this week, at most {stage.speed_share:.0%} of its minutes, "
            f"no faster than {stage.piece:.2f} times your easy speed; the rest stays easy."
        )
    return tuple(dict.fromkeys(notes))


def _unknown_this_week(run: Any, axis: str, now: Situation) -> bool:
    length = run.run.km if axis == "km" else run.run.minutes
    return length is None and run.day >= monday_of(now.seen.today)


def _decided(judged: Judged, status: Status) -> str | None:
    """Name the rule that gives no figures, where one does."""
    if status not in {"needs_input", "refer"}:
        return None
    return "R1" if judged.now.evidence.red else "X1"
