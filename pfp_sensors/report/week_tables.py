"""Week by week as tables: running, pain, exercises, daily life; the same numbers as `pfp trend`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.load.trend import PAIN_ITEMS
from pfp_sensors.report import page
from pfp_sensors.report.html import Markup, data_table, element
from pfp_sensors.report.trend_text import LONGEST, at_least

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pfp_sensors.load.course import Course
    from pfp_sensors.load.trend import Sessions, Trend, TrendWeek
    from pfp_sensors.model.diary import Knee

_UNKNOWN: Final = "-"
_WEEK: Final = "week of"
_PAIN_HEADS: Final[Mapping[str, str]] = {
    "before": "before",
    "during": "during",
    "after60": "after",
    "morning": "morning",
    "day": "day",
    "exercise": "exercise",
}
_TRIGGER_HEADS: Final[Mapping[str, str]] = {
    "stairs_pain": "stairs, pain",
    "walk_pain": "30-min walk, pain",
    "squat_pain": "squats, pain",
    "sitting_h": "sitting, h a day",
}


def week_tables(trend: Trend, course: Course) -> Iterator[Markup]:
    """Write the tables of the weeks of which the diary tells; a line where it tells of none."""
    known = [week for week in trend.weeks if week.has_diary]
    if not known:
        text = "The diary holds nothing of these weeks."
        yield element("p", text)
        return
    yield from _running(known)
    yield from _pain(known)
    yield _exercises(known, course)
    yield from _life(known, course)
    without = len(trend.weeks) - len(known)
    before = f" Of the {without} weeks before, the diary tells nothing." if without > 1 else ""
    before = " Of the week before, the diary tells nothing." if without == 1 else before
    yield element("p", f"{_UNKNOWN} means not known. A week with * still runs.{before}", class_="soft")


def wide(table: Markup, name: str) -> Markup:
    """Let a table scroll by itself where it has no room, by keyboard too."""
    return element("div", table, class_="wide", tabindex="0", role="region", aria_label=name)


def _running(weeks: Sequence[TrendWeek]) -> Iterator[Markup]:
    rows = [
        [
            _label(week),
            str(week.runs),
            at_least(week.km, week.known_km, week),
            at_least(week.minutes, week.known_minutes, week),
            _number(week.longest_tolerated_km),
            _number(week.longest_tolerated_min),
            *([_impact(week)] if any(one.impact for one in weeks) else []),
        ]
        for week in weeks
    ]
    heads = [_WEEK, "runs", "km", "min", "longest km", "longest min"]
    heads += ["impact, g"] if any(one.impact for one in weeks) else []
    caption = "Running by week"
    yield wide(data_table(caption, heads, rows), caption)
    more = (
        " + means at least: of a run something is not known." if any("+" in "".join(r) for r in rows) else ""
    )
    impact = " Impact: median of the runs that are clear enough." if len(heads) > 6 else ""
    yield element("p", f"{LONGEST[:1].upper()}{LONGEST[1:]}{more}{impact}", class_="soft")


def _impact(week: TrendWeek) -> str:
    marks = [f"{one.leg[0].upper()} " if one.leg else "" for one in week.impact]
    readings = [f"{mark}{one.median_g:.1f}" for mark, one in zip(marks, week.impact, strict=True)]
    return ", ".join(readings) or _UNKNOWN


def _pain(weeks: Sequence[TrendWeek]) -> Iterator[Markup]:
    knees: list[Knee | None] = sorted(
        {one.knee for week in weeks for one in week.worst_pain}, key=lambda knee: knee or ""
    )
    for knee in knees:
        rows = []
        for week in weeks:
            worst = {one.item: str(one.score) for one in week.worst_pain if one.knee == knee}
            rows.append([_label(week), *(worst.get(item, _UNKNOWN) for item in PAIN_ITEMS)])
        caption = "Worst pain of the week, 0 to 10" + (f", {knee} knee" if knee else "")
        yield wide(data_table(caption, [_WEEK, *(_PAIN_HEADS[item] for item in PAIN_ITEMS)], rows), caption)


def _exercises(weeks: Sequence[TrendWeek], course: Course) -> Markup:
    quiet = {one.monday: one.quiet_days for one in course.life}
    rows = [
        [
            _label(week),
            *(_done(one) for one in week.sessions),
            _UNKNOWN if quiet.get(week.monday) is None else str(quiet[week.monday]),
        ]
        for week in weeks
    ]
    caption = "Days with exercises, of those planned; days with neither run nor exercise in the diary"
    heads = [_WEEK, "strength", "mobility", "drills", "other", "neither"]
    return wide(data_table(caption, heads, rows), caption)


def _done(one: Sessions) -> str:
    return f"{one.done}" if one.planned is None else f"{one.done} of {one.planned}"


def _life(weeks: Sequence[TrendWeek], course: Course) -> Iterator[Markup]:
    """Write the triggers outside running, those that were ever entered."""
    names = [name for name in _TRIGGER_HEADS if any(name in one.triggers for one in course.life)]
    if not names:
        return
    by_week = {one.monday: one.triggers for one in course.life}
    rows = [[_label(week), *(_plain(by_week[week.monday].get(name)) for name in names)] for week in weeks]
    caption = "Outside running: the highest of each week"
    yield wide(data_table(caption, [_WEEK, *(_TRIGGER_HEADS[name] for name in names)], rows), caption)


def _label(week: TrendWeek) -> str:
    day = f"{page.short_date(week.monday).strip()} {week.monday:%y}"
    return day if week.is_over else f"{day}*"


def _number(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.1f}"


def _plain(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:g}"
