"""The charts of some weeks on one date axis, each with its text and the table behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.load.trend import PAIN_ITEMS
from pfp_sensors.report import page, words
from pfp_sensors.report.date_axis import (
    CROSS,
    DIAMOND,
    DISC,
    SQUARE,
    Level,
    Marks,
    Row,
)
from pfp_sensors.report.html import data_table
from pfp_sensors.report.no_run_words import UNADVISED, no_run_reason
from pfp_sensors.report.week_chart_parts import (
    SMALL,
    UNKNOWN,
    absent,
    bar_row,
    date_chart,
    day_words,
    figure,
    knee_words,
    leg_words,
    mark_row,
    number,
    scale,
    who,
)
from pfp_sensors.units import min_per_km

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from pfp_sensors.load.course import Course, CourseRun, LegReading
    from pfp_sensors.model.diary import Knee
    from pfp_sensors.report.html import Markup

PAIN_WORDS: Final[Mapping[str, str]] = {
    "before": "before the run",
    "during": "worst during the run",
    "after60": "an hour after",
    "morning": "next morning",
    "day": "worst of the day",
    "exercise": "in an exercise",
}
"""Each kind of pain score, in the order of a day with a run."""

_SHAPE_OF: Final[Mapping[Knee | None, int]] = {"left": SQUARE, "right": DISC, None: DIAMOND}
_PAIN_SCALE: Final = ((0.0, "0"), (5.0, "5"), (10.0, "10"))
_LARGE: Final = 70.0
_LOAD_HEADS: Final = 8
_NOT_JUDGED_BY_LINE: Final = (
    "No run here is judged by the line, the tolerance for now: each had its own speed and tolerance."
)


def figures(course: Course, tolerance_g: float | None) -> Iterator[Markup]:
    """Write every chart that there is, and a line for each that there is not.

    Parameters
    ----------
    tolerance_g
        Drawn as a line; None: not known.
    """
    yield _pain(course)
    yield _load(course)
    yield _impact(course, tolerance_g)
    yield _steps(course)
    yield _pace(course)


def _pain(course: Course) -> Markup:
    title = "Pain, 0 to 10"
    if not course.pain:
        return absent(title, "no score of these weeks is in the diary")
    knees: list[Knee | None] = sorted({one.knee for one in course.pain}, key=lambda knee: knee or "")
    kinds = [item for item in PAIN_ITEMS if any(one.item == item for one in course.pain)]
    rows = tuple(
        Row(
            PAIN_WORDS[item].capitalize(),
            _PAIN_SCALE,
            SMALL,
            marks=tuple(
                Marks(
                    knee_words(knee),
                    _SHAPE_OF[knee],
                    tuple(
                        (one.day, float(one.score))
                        for one in course.pain
                        if one.item == item and one.knee == knee
                    ),
                    stems=True,
                )
                for knee in knees
            ),
        )
        for item in kinds
    )
    lacking = [PAIN_WORDS[item] for item in PAIN_ITEMS if item not in kinds]
    without = f" No score of these weeks: {page.listed(lacking)}." if lacking else ""
    named = tuple((_SHAPE_OF[knee], knee_words(knee)) for knee in knees)
    text = f"Each kind of score by itself, on its day; no mark means no score, which is not 0.{without}"
    return figure(
        date_chart(course, "week-pain", title, text, rows, named=named),
        data_table(title, ["day", "knee", *(PAIN_WORDS[item] for item in kinds)], _scores(course, kinds)),
    )


def _scores(course: Course, kinds: Sequence[str]) -> list[list[str]]:
    """Write one row for each day and knee; several scores of a kind stand together."""
    found: dict[tuple[date, Knee | None], dict[str, list[str]]] = {}
    for one in course.pain:
        found.setdefault((one.day, one.knee), {}).setdefault(one.item, []).append(str(one.score))
    return [
        [day_words(day), knee_words(knee), *(", ".join(by_item.get(item, [UNKNOWN])) for item in kinds)]
        for (day, knee), by_item in found.items()
    ]


def _load(course: Course) -> Markup:
    title = "Running"
    rows = [
        bar_row("Distance (km)", course, lambda run: run.km, lambda run: run.limit_km, marked=_unadvised),
        bar_row(
            "Running time (min)",
            course,
            lambda run: run.minutes,
            lambda run: run.limit_minutes,
            marked=_unadvised,
        ),
        bar_row("Knee-load index (1000 usual steps)", course, _index),
        bar_row("Downhill (min)", course, lambda run: run.downhill_min),
    ]
    shown = tuple(row for row in rows if row is not None)
    if not shown:
        return absent(title, "no distance and no minutes of these weeks are in the diary")
    text = "One bar for each run."
    limits = any(run.over is not None for run in course.runs)
    if any(run.index is not None for run in course.runs):
        text += " The knee-load index is an estimate from steps, their length and speed: not validated."
    crossed = [run for run in course.runs if _unadvised(run) and (run.km, run.minutes) != (None, None)]
    if crossed:
        text += f" A cross: {UNADVISED}; there is no limit to hold that run against."
    heads = ["day", "run", "km", "limit, km", "min", "limit, min", "downhill, min", "index"]
    heads += ["advised then"] if any(_unadvised(run) for run in course.runs) else []
    table = [
        [
            *who(run),
            number(run.km, 2),
            number(run.limit_km, 2),
            number(run.minutes, 1),
            number(run.limit_minutes, 1),
            number(run.downhill_min, 0),
            number(_index(run), 1),
            *([_advised(run)] if len(heads) > _LOAD_HEADS else []),
        ]
        for run in course.runs
    ]
    named = ((CROSS, UNADVISED),) if crossed else ()
    return figure(
        date_chart(course, "week-load", title, text, shown, named=named, limits=limits),
        data_table(title, heads, table),
    )


def _unadvised(run: CourseRun) -> bool:
    return run.no_run is not None


def _advised(run: CourseRun) -> str:
    return "a run" if run.no_run is None else f"no run: {no_run_reason(run.no_run)}"


def _impact(course: Course, tolerance_g: float | None) -> Markup:
    title = "Landing impact"
    readings = [(run, one) for run in course.runs for one in run.impact]
    if not readings:
        return absent(title, f"none of these weeks is in the diary. {words.NOT_KNEE_LOAD}")
    clear = [(run, one) for run, one in readings if one.quality == "good"]
    unclear = [(run, one) for run, one in readings if one.quality != "good"]
    legs: list[Knee | None] = sorted({one.leg for _, one in clear}, key=lambda leg: leg or "")
    groups = [(leg_words(leg), _SHAPE_OF[leg], [p for p in clear if p[1].leg == leg]) for leg in legs]
    groups += [("not clear enough to judge by", CROSS, unclear)] if unclear else []
    levels = list(_levels(readings, tolerance_g))
    values = [one.resultant_g for _, one in readings] + [level.value for level in levels]
    row = Row(
        "Median of the run (g)",
        scale(min(values), max(values), least=2.0, ticks=4),
        _LARGE,
        marks=tuple(
            Marks(name, shape, tuple((run.day, one.resultant_g) for run, one in group))
            for name, shape, group in groups
        ),
        levels=tuple(levels),
    )
    named = tuple((shape, name) for name, shape, _ in groups)
    held = "" if tolerance_g is None else f" {_NOT_JUDGED_BY_LINE}"
    text = f"As measured, at the speed of each run.{held} {words.NOT_KNEE_LOAD}"
    table = [
        [
            *who(run),
            leg_words(one.leg),
            number(one.resultant_g, 1),
            _QUALITY[one.quality],
            number(one.baseline_g, 1),
        ]
        for run, one in readings
    ]
    heads = ["day", "run", "leg", "g", "how clear", "baseline then, g"]
    return figure(
        date_chart(course, "week-impact", title, text, (row,), named=named), data_table(title, heads, table)
    )


_QUALITY: Final = {
    "good": "clear",
    "low": "not clear enough to judge by",
    "censored": "at least so much: the sensor reached its limit",
}


def _levels(readings: Sequence[tuple[CourseRun, LegReading]], tolerance_g: float | None) -> Iterator[Level]:
    """Draw the tolerance for now, and the latest baseline where it is the same for all legs."""
    baselines = set({one.leg: one.baseline_g for _, one in readings}.values())
    if len(baselines) == 1 and (baseline := baselines.pop()) is not None:
        yield Level(f"baseline {baseline:.1f} g", baseline, dashed=True)
    if tolerance_g is not None:
        yield Level(f"tolerance for now {page.g_at_most(tolerance_g)}", tolerance_g)


def _steps(course: Course) -> Markup:
    title = "Cadence and steps"
    rows = (
        mark_row("Cadence (steps per minute)", course, lambda run: run.cadence_spm, least=10.0),
        bar_row("Steps of the run (1000)", course, _thousand_steps),
    )
    shown = tuple(row for row in rows if row is not None)
    if not shown:
        return absent(title, "neither cadence nor steps of these weeks are in the diary")
    table = [
        [*who(run), number(run.cadence_spm, 0), UNKNOWN if run.steps is None else f"{run.steps}"]
        for run in course.runs
    ]
    heads = ["day", "run", "steps per minute", "steps"]
    text = "Steps of both feet."
    return figure(date_chart(course, "week-steps", title, text, shown), data_table(title, heads, table))


def _pace(course: Course) -> Markup:
    title = "Pace"
    known = [(run.day, run.speed_mps) for run in course.runs if run.speed_mps]
    if not known:
        return absent(title, "no speed of these weeks is in the diary")
    speeds = [speed for _, speed in known]
    paces = tuple(
        (speed, min_per_km(speed) if speed > 0 else "")
        for speed, _ in scale(min(speeds), max(speeds), least=0.6, ticks=4)
    )
    points = tuple((day, speed) for day, speed in known)
    row = Row("Pace (min per km), faster is higher", paces, _LARGE, marks=(Marks("pace", DISC, points),))
    table = [[*who(run), UNKNOWN if not run.speed_mps else min_per_km(run.speed_mps)] for run in course.runs]
    text = "The median of each recording; of other runs, what was entered."
    return figure(
        date_chart(course, "week-pace", title, text, (row,)),
        data_table(title, ["day", "run", "min per km"], table),
    )


def _index(run: CourseRun) -> float | None:
    return None if run.index is None else run.index / 1000.0


def _thousand_steps(run: CourseRun) -> float | None:
    return None if run.steps is None else run.steps / 1000.0
