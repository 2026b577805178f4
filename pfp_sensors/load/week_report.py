"""What the pages of the weeks show: everything gathered, nothing worded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pfp_sensors.load.advice_record import AdviceRecord
    from pfp_sensors.load.course import Course, PainPoint
    from pfp_sensors.load.trend import Trend
    from pfp_sensors.model.diary import ExerciseKind, Profile
    from pfp_sensors.model.recommendation import Recommendation, WeekPlan


@dataclass(frozen=True, slots=True)
class Adherence:
    """Days with exercises of one kind, in the weeks that had a plan; ``planned`` None where none had one."""

    kind: ExerciseKind
    done: int
    planned: int | None
    weeks: int


@dataclass(frozen=True, slots=True)
class Glance:
    """The weeks in a few numbers.

    Attributes
    ----------
    worst_this_week, worst_last_week, worst
        The highest pain score: of the week that runs, of the one before, of all; of equal ones the latest.
    limited, over
        How many runs had a limit in force that they can be held against, and how many went beyond it.
    unadvised
        How many runs began while none was advised.
    adherence
        Strength, then mobility.
    full_weeks, weeks_with_all_runs
        Weeks that are over and of which the diary tells; those of them with the planned number of runs.
    """

    worst_this_week: PainPoint | None
    worst_last_week: PainPoint | None
    worst: PainPoint | None
    limited: int
    over: int
    unadvised: int
    adherence: tuple[Adherence, ...]
    full_weeks: int
    weeks_with_all_runs: int


@dataclass(frozen=True, slots=True)
class WeekReport:
    """All that a page of some weeks is written from.

    Attributes
    ----------
    made
        When the page was made.
    answer
        The next run as of the moment asked for.
    plan
        The coming seven days; None where the page has none.
    source
        Name of the history file; None: the person's own diary.
    version, parameters_sha256
        Of the program and of the numbers that were used.
    """

    made: datetime
    answer: Recommendation
    plan: WeekPlan | None
    trend: Trend
    course: Course
    record: AdviceRecord
    glance: Glance
    profile: Profile
    source: str | None
    version: str
    parameters_sha256: str


def glance(trend: Trend, course: Course) -> Glance:
    """Sum some weeks up."""
    this_week = course.last - timedelta(6)
    before = this_week - timedelta(7)
    full = [week for week in trend.weeks if week.is_over and week.has_diary]
    return Glance(
        worst_this_week=_worst(one for one in course.pain if one.day >= this_week),
        worst_last_week=_worst(one for one in course.pain if before <= one.day < this_week),
        worst=_worst(course.pain),
        limited=sum(run.over is not None for run in course.runs),
        over=sum(bool(run.over) for run in course.runs),
        unadvised=sum(run.no_run is not None for run in course.runs),
        adherence=(_adherence(trend, "strength"), _adherence(trend, "mobility")),
        full_weeks=len(full),
        weeks_with_all_runs=sum(week.runs >= course.planned_runs for week in full),
    )


def _worst(points: Iterable[PainPoint]) -> PainPoint | None:
    return max(points, key=lambda one: (one.score, one.day), default=None)


def _adherence(trend: Trend, kind: ExerciseKind) -> Adherence:
    of_kind = [one for week in trend.weeks for one in week.sessions if one.kind == kind]
    planned = [(one.done, one.planned) for one in of_kind if one.planned is not None]
    if not planned:
        return Adherence(kind, sum(one.done for one in of_kind), None, 0)
    done, asked = (sum(values) for values in zip(*planned, strict=True))
    return Adherence(kind, done, asked, len(planned))
