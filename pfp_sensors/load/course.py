"""The days of some weeks, each run and score by itself: what the charts of the weeks show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.advised_then import no_run_advised
from pfp_sensors.load.answers import REQUIRED
from pfp_sensors.load.days import day_of, monday_of, within
from pfp_sensors.load.dose import AXES, length_of, limit_of
from pfp_sensors.load.knee_load_index import run_indices
from pfp_sensors.load.trend_baseline import BaselineByLeg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pfp_sensors.load.seen import Seen, SeenRun
    from pfp_sensors.load.situation import Situation
    from pfp_sensors.model.diary import Checkin, ImpactQuality, Knee, Run
    from pfp_sensors.model.recommendation import Axis, NoRunAdvised
    from pfp_sensors.settings.load_rules import LoadSettings

TRIGGERS: Final = ("stairs_pain", "walk_pain", "sitting_h", "squat_pain")
"""What a check-in asks of daily life; the last is the pain of exercises with a squat."""

_SQUAT: Final = "squat"
_NOISE: Final = 1e-6  # what calculating in floating point may add


@dataclass(frozen=True, slots=True)
class PainPoint:
    """One pain score on its day; ``knee`` None where nobody named one and none is known to hurt."""

    item: str
    knee: Knee | None
    day: date
    score: int


@dataclass(frozen=True, slots=True)
class LegReading:
    """Landing impact of one leg in one run, in g, as measured, with the baseline that held that day."""

    leg: Knee | None
    resultant_g: float
    quality: ImpactQuality
    baseline_g: float | None


@dataclass(frozen=True, slots=True)
class CourseRun:
    """One run on its day; what is unknown is None.

    Attributes
    ----------
    index
        Knee-load index in usual steps: an estimate, not validated.
    limit_km, limit_minutes
        In force at its start; None where no run was advised then.
    no_run
        Why no run was advised when it began; None where one was.
    over
        The axes on which it was longer than that; None where none can be told.
    unanswered
        Pain questions without an answer for every knee that hurts.
    """

    id: str
    day: date
    km: float | None
    minutes: float | None
    speed_mps: float | None
    cadence_spm: float | None
    steps: int | None
    downhill_min: float | None
    rpe: int | None
    index: float | None
    impact: tuple[LegReading, ...]
    limit_km: float | None
    limit_minutes: float | None
    over: tuple[Axis, ...] | None
    no_run: NoRunAdvised | None
    unanswered: tuple[str, ...]
    synthetic: bool


@dataclass(frozen=True, slots=True)
class WeekLife:
    """Daily life of one week; ``triggers`` by name the highest value, of those that were entered.

    ``quiet_days`` are days up to now without a run or an exercise in the diary; None before it began.
    """

    monday: date
    triggers: dict[str, float]
    quiet_days: int | None


@dataclass(frozen=True, slots=True)
class Course:
    """Some weeks, day by day.

    Attributes
    ----------
    first, last
        Monday of the first week, Sunday of the last.
    today
        The local day of the moment asked for.
    began
        First day of which the diary tells; None: it tells nothing.
    missing
        Of how many of the runs a figure is not known, by its name; only what some run lacks.
    """

    first: date
    last: date
    today: date
    began: date | None
    knees: tuple[Knee, ...]
    planned_runs: int
    pain: tuple[PainPoint, ...]
    runs: tuple[CourseRun, ...]
    life: tuple[WeekLife, ...]
    missing: dict[str, int]


def course(now: Situation, weeks: int, began: date | None, base: LoadSettings | None = None) -> Course:
    """Set out the latest weeks day by day.

    Parameters
    ----------
    now
        From `load.judge.situation`.
    weeks
        How many, the current one included.
    began
        First day of which the diary tells anything (`load.trend.first_day`).
    base
        The numbers without those of a clinician, by which earlier moments are judged; None: those of ``now``.
    """
    seen = now.seen
    last_monday = monday_of(seen.today)
    first, last = last_monday - timedelta(weeks=weeks - 1), last_monday + timedelta(6)
    shown = [one for one in seen.runs if first <= one.day <= last]
    late = [one.run for one in seen.runs if within(one.day, seen.today, now.settings.cap.window_d)]
    indices = run_indices([one.run for one in shown], late, now.impact.v_ref_mps, now.settings)
    baselines = BaselineByLeg(seen.history)
    zone, numbers = seen.as_of.tzinfo, base or now.settings
    runs = tuple(
        _run(
            one,
            indices.get(one.run.id),
            baselines,
            no_run_advised(seen.history, one.run, zone, numbers),
        )
        for one in shown
    )
    mondays = [first + timedelta(weeks=k) for k in range(weeks)]
    return Course(
        first=first,
        last=last,
        today=seen.today,
        began=began,
        knees=seen.history.profile.knees,
        planned_runs=now.planned_runs,
        pain=tuple(_pain(seen, first, last)),
        runs=runs,
        life=tuple(_life(seen, mondays, began)),
        missing=_missing(runs),
    )


def _pain(seen: Seen, first: date, last: date) -> Iterator[PainPoint]:
    """Give every score; without a knee it counts for each that hurts."""
    for item in seen.items:
        if item.score is None or not first <= item.day <= last:
            continue
        knees: tuple[Knee | None, ...] = (item.knee,) if item.knee else seen.history.profile.knees or (None,)
        yield from (PainPoint(item.kind, knee, item.day, item.score) for knee in knees)


def _run(
    one: SeenRun, index: float | None, baselines: BaselineByLeg, no_run: NoRunAdvised | None
) -> CourseRun:
    run = one.run
    return CourseRun(
        id=run.id,
        day=one.day,
        km=run.km,
        minutes=run.minutes,
        speed_mps=run.speed_mps,
        cadence_spm=run.cadence_spm,
        steps=run.steps,
        downhill_min=run.downhill_min,
        rpe=run.rpe,
        index=index,
        impact=tuple(_readings(run, one.day, baselines)),
        limit_km=None if no_run else limit_of(one, "km"),
        limit_minutes=None if no_run else limit_of(one, "minutes"),
        over=None if no_run else _over(one),
        no_run=no_run,
        unanswered=tuple(name for name in REQUIRED if name not in one.answered),
        synthetic=run.synthetic is True,
    )


def _readings(run: Run, day: date, baselines: BaselineByLeg) -> Iterator[LegReading]:
    for leg in sorted(run.impact, key=lambda leg: leg or ""):
        reading = run.impact[leg]
        if reading.resultant_g is not None:
            yield LegReading(leg, reading.resultant_g, reading.quality, baselines.resultant_g(leg, day))


def _over(run: SeenRun) -> tuple[Axis, ...] | None:
    """Name the axes on which a run went beyond the limit in force, of those that both are known of."""
    triples = [(axis, length_of(run, axis), limit_of(run, axis)) for axis in AXES]
    known = [(axis, length, limit) for axis, length, limit in triples if None not in {length, limit}]
    return tuple(a for a, length, limit in known if (length or 0) > (limit or 0) + _NOISE) if known else None


def _life(seen: Seen, mondays: Sequence[date], began: date | None) -> Iterator[WeekLife]:
    known = seen.history
    busy = {one.day for one in seen.runs} | {day_of(one.at) for one in known.exercises}
    squats = [
        (day_of(one.at), float(one.pain))
        for one in known.exercises
        if one.pain is not None and _SQUAT in one.name
    ]
    for monday in mondays:
        following = monday + timedelta(weeks=1)
        inside = [one for one in known.checkins if monday <= day_of(one.at) < following]
        triggers = {name: most for name in TRIGGERS if (most := _most(inside, name)) is not None}
        hurt = [pain for day, pain in squats if monday <= day < following]
        if hurt:
            triggers["squat_pain"] = max(hurt)
        yield WeekLife(monday, triggers, _quiet_days(busy, monday, seen.today, began))


def _most(checkins: Sequence[Checkin], name: str) -> float | None:
    values = [one.values.get(name) for one in checkins]
    numbers = [float(one) for one in values if isinstance(one, (int, float)) and not isinstance(one, bool)]
    return max(numbers, default=None)


def _quiet_days(busy: set[date], monday: date, today: date, began: date | None) -> int | None:
    if began is None:
        return None
    days = [monday + timedelta(k) for k in range(7)]
    known = [day for day in days if began <= day <= today]
    return sum(day not in busy for day in known) if known else None


def _missing(runs: Sequence[CourseRun]) -> dict[str, int]:
    """Count the runs that lack a figure."""
    lacks: Counter[str] = Counter()
    for run in runs:
        for name in ("km", "minutes", "speed_mps", "cadence_spm", "steps", "downhill_min", "index"):
            lacks[name] += getattr(run, name) is None
        lacks["limit"] += run.over is None and run.no_run is None
        lacks["impact"] += not any(one.quality == "good" for one in run.impact)
        lacks["pain"] += bool(run.unanswered)
    return {name: count for name, count in lacks.items() if count}
