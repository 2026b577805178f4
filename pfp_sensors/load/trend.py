"""Pain, load and adherence week by week: what happened, without a judgement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.answers import REQUIRED
from pfp_sensors.load.days import day_of, monday_of
from pfp_sensors.load.life_notes import LifeNote, life_notes
from pfp_sensors.load.score_changes import ScoreChange, score_changes
from pfp_sensors.load.seen import see
from pfp_sensors.load.sides import side_differences
from pfp_sensors.load.trend_baseline import BaselineByLeg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from pfp_sensors.load.seen import Item, Seen, SeenRun
    from pfp_sensors.load.sides import SideDifference
    from pfp_sensors.model.diary import DiaryEvent, ExerciseKind, History, Knee
    from pfp_sensors.settings.load_rules import LoadSettings, PlanNumbers

PAIN_ITEMS: Final = ("before", "during", "after60", "morning", "day", "exercise")
"""Every kind of pain score, in the order of a day with a run."""


@dataclass(frozen=True, slots=True)
class WorstPain:
    """The highest score of a week for one question; ``knee`` None where nobody named one."""

    item: str
    knee: Knee | None
    score: int


@dataclass(frozen=True, slots=True)
class LegImpact:
    """Landing impact of a leg in a week: median over its runs; the frozen baseline, where there is one."""

    leg: Knee | None
    median_g: float
    runs: int
    baseline_g: float | None


@dataclass(frozen=True, slots=True)
class Sessions:
    """Days of a week with exercises of one kind; ``planned`` None where no plan was issued for it."""

    kind: ExerciseKind
    done: int
    planned: int | None


@dataclass(frozen=True, slots=True)
class TrendWeek:
    """One week, Monday to Sunday.

    Attributes
    ----------
    is_over
        False for the week that still runs.
    has_diary
        Whether the diary had begun by its end; where not, nothing is known of it.
    km, minutes
        None where that of a run is unknown, and before the diary began.
    known_km, known_minutes
        Sum of what is known: at least so much was run.
    longest_tolerated_km, longest_tolerated_min
        Of the runs with all three answers, none of them above the first pain tier.
    signs
        Warning signs of the week, by name.
    """

    monday: date
    is_over: bool
    has_diary: bool
    runs: int
    km: float | None
    minutes: float | None
    known_km: float
    known_minutes: float
    longest_tolerated_km: float | None
    longest_tolerated_min: float | None
    worst_pain: tuple[WorstPain, ...]
    impact: tuple[LegImpact, ...]
    sessions: tuple[Sessions, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Some weeks up to a moment, oldest first.

    Attributes
    ----------
    better
        Days with what the person said went better.
    synthetic
        Whether a run of these weeks was computed by a program.
    sides
        Exercises of these weeks whose sides differ by more than ``exercise.side_difference``.
    """

    as_of: datetime
    weeks: tuple[TrendWeek, ...]
    changes: tuple[ScoreChange, ...]
    notes: tuple[LifeNote, ...]
    better: tuple[tuple[date, str], ...]
    synthetic: bool
    sides: tuple[SideDifference, ...] = ()


def trend(history: History, as_of: datetime, weeks: int, settings: LoadSettings) -> Trend:
    """Gather what is known of the latest weeks.

    Parameters
    ----------
    history
        A whole diary.
    as_of
        With offset; what happened or was entered later is left out.
    weeks
        How many, the current one included; at least one.
    """
    seen = see(history, as_of, settings)
    last = monday_of(seen.today)
    mondays = [last - timedelta(weeks=back) for back in reversed(range(max(weeks, 1)))]
    began = first_day(seen)
    found = tuple(_week(seen, monday, began, settings) for monday in mondays)
    first = mondays[0]
    checkins = sorted(seen.history.checkins, key=lambda one: (day_of(one.at), str(one.at)))
    worst = [max((one.score for one in week.worst_pain), default=None) for week in found]
    return Trend(
        as_of=as_of,
        weeks=found,
        changes=score_changes(seen.history.scores, first, worst, settings.change),
        notes=life_notes(seen.history, mondays, seen.today, settings.life),
        better=tuple(
            (day_of(one.at), text)
            for one in checkins
            if day_of(one.at) >= first and (text := str(one.values.get("better") or "").strip())
        ),
        synthetic=any(one.run.synthetic is True for one in seen.runs if one.day >= first),
        sides=side_differences(_exercises_since(seen.history, first), settings.exercise.side_difference),
    )


def _exercises_since(history: History, first: date) -> History:
    return replace(history, exercises=tuple(one for one in history.exercises if day_of(one.at) >= first))


def _week(seen: Seen, monday: date, began: date | None, settings: LoadSettings) -> TrendWeek:
    following = monday + timedelta(weeks=1)
    has_diary = began is not None and began < following
    runs = [one for one in seen.runs if monday <= one.day < following]
    km, minutes = [one.run.km for one in runs], [one.run.minutes for one in runs]
    fine = [one.run for one in runs if one.tier == 0 and len(one.answered) == len(REQUIRED)]
    return TrendWeek(
        monday=monday,
        is_over=seen.today >= following,
        has_diary=has_diary,
        runs=len(runs),
        km=_sum(km) if has_diary else None,
        minutes=_sum(minutes) if has_diary else None,
        known_km=sum(value for value in km if value is not None),
        known_minutes=sum(value for value in minutes if value is not None),
        longest_tolerated_km=_longest(run.km for run in fine),
        longest_tolerated_min=_longest(run.minutes for run in fine),
        worst_pain=_worst_pain(seen, monday, following),
        impact=_impact(runs, BaselineByLeg(seen.history), following - timedelta(1)),
        sessions=_sessions(seen.history, monday, following, settings.plan),
        signs=_signs(seen.items, monday, following),
    )


def first_day(seen: Seen) -> date | None:
    """Give the first day of which the diary tells anything; None: it tells nothing."""
    known = seen.history
    days = [day_of(run.start) for run in known.runs]
    for entries in (known.pain, known.exercises, known.checkins, known.scores):
        days += [day_of(one.at) for one in entries]
    days += [day_of(one.start) for one in known.symptoms]
    return min(days, default=None)


def _sum(values: Sequence[float | None]) -> float | None:
    """Add up; None where one is unknown."""
    known = [value for value in values if value is not None]
    return float(sum(known)) if len(known) == len(values) else None


def _longest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _worst_pain(seen: Seen, monday: date, following: date) -> tuple[WorstPain, ...]:
    """Find the highest score by question and knee; without a knee it counts for each that hurts."""
    worst: dict[tuple[str, Knee | None], int] = {}
    for item in seen.items:
        if item.score is None or not monday <= item.day < following:
            continue
        knees: tuple[Knee | None, ...] = (item.knee,) if item.knee else seen.history.profile.knees or (None,)
        for knee in knees:
            worst[item.kind, knee] = max(item.score, worst.get((item.kind, knee), 0))
    order = sorted(worst, key=lambda key: (key[1] or "", PAIN_ITEMS.index(key[0])))
    return tuple(WorstPain(item, knee, worst[item, knee]) for item, knee in order)


def _impact(runs: Iterable[SeenRun], baselines: BaselineByLeg, day: date) -> tuple[LegImpact, ...]:
    """Give the median of the readings that can be judged by, for each leg that has one."""
    found: dict[Knee | None, list[float]] = {}
    for one in runs:
        for leg, reading in one.run.impact.items():
            if reading.quality == "good" and reading.resultant_g is not None:
                found.setdefault(leg, []).append(reading.resultant_g)
    return tuple(
        LegImpact(leg, median(found[leg]), len(found[leg]), baselines.resultant_g(leg, day))
        for leg in sorted(found, key=lambda leg: leg or "")
    )


def _sessions(history: History, monday: date, following: date, plan: PlanNumbers) -> tuple[Sessions, ...]:
    """Count days with exercises by kind, against the plan that was issued for the week."""
    days: dict[str, set[date]] = {}
    for done in history.exercises:
        day = day_of(done.at)
        if monday <= day < following:
            days.setdefault(done.kind, set()).add(day)
    issued = any(
        (first := _planned_day(event)) is not None and monday <= first < following for event in history.events
    )
    planned: Mapping[ExerciseKind, int | None] = {
        "strength": plan.strength_sessions if issued else None,
        "mobility": plan.mobility_sessions if issued else None,
        "drill": None,
        "cross": None,
    }
    return tuple(Sessions(kind, len(days.get(kind, ())), number) for kind, number in planned.items())


def _planned_day(event: DiaryEvent) -> date | None:
    """Give the first day of a week that was planned; the event's own day where its value is no date."""
    if event.kind != "plan_issued":
        return None
    if isinstance(event.value, date):
        return day_of(event.value)
    try:
        return date.fromisoformat(str(event.value)[:10])
    except ValueError:
        return day_of(event.at)


def _signs(items: Iterable[Item], monday: date, following: date) -> tuple[str, ...]:
    return tuple(
        sorted({i.what for i in items if i.kind == "warn" and i.day < following and i.last_day >= monday})
    )
