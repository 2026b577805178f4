"""What the charts of the weeks are put together from."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import monday_of
from pfp_sensors.report import page
from pfp_sensors.report.date_axis import CROSS, DISC, Bars, DateChart, Marks, Row, draw_dates
from pfp_sensors.report.html import Markup, element
from pfp_sensors.report.svg_chart import nice_axis

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pfp_sensors.load.course import Course, CourseRun
    from pfp_sensors.model.diary import Knee

SMALL: Final = 30.0
"""Height of a small row."""

UNKNOWN: Final = "-"

_LEAST_WEEKS: Final = 2


def date_chart(
    course: Course,
    ident: str,
    title: str,
    text: str,
    rows: tuple[Row, ...],
    *,
    named: tuple[tuple[int, str], ...] = (),
    limits: bool = False,
) -> DateChart:
    """Set rows on the days of the weeks; where the diary began within them, from that week on."""
    first, began = _first_shown(course), course.began
    if began is not None and began > course.first:
        text = f"{text} The diary begins on {page.moment_words(began)}."
    return DateChart(ident, title, text, first, course.last, began, rows, named=named, limits=limits)


def _first_shown(course: Course) -> date:
    """Give the Monday that the axis begins with: weeks before the diary are left out, two always stand."""
    if course.began is None or course.began <= course.first:
        return course.first
    latest = course.last + timedelta(1) - timedelta(weeks=_LEAST_WEEKS)
    return max(course.first, min(monday_of(course.began), latest))


def bar_row(
    name: str,
    course: Course,
    value: Callable[[CourseRun], float | None],
    limit: Callable[[CourseRun], float | None] = lambda _run: None,
    *,
    marked: Callable[[CourseRun], bool] = lambda _run: False,
) -> Row | None:
    """Draw a bar for each run, with a cross on those that are marked; None where nothing is known."""
    points = tuple((run.day, value(run), limit(run)) for run in course.runs)
    known = [one for _, one, _ in points if one is not None]
    if not known:
        return None
    limits = [one for _, _, one in points if one is not None]
    ticks = scale(0.0, max(*known, *limits, 0.0), least=1.0, ticks=2)
    crosses = tuple((run.day, at) for run in course.runs if marked(run) and (at := value(run)) is not None)
    marks = (Marks(name, CROSS, crosses),) if crosses else ()
    return Row(name, ticks, SMALL * 1.3, marks=marks, bars=Bars(points))


def mark_row(
    name: str, course: Course, value: Callable[[CourseRun], float | None], *, least: float
) -> Row | None:
    """Draw a mark for each run; None where nothing is known."""
    points = tuple((run.day, known) for run in course.runs if (known := value(run)) is not None)
    if not points:
        return None
    values = [one for _, one in points]
    ticks = scale(min(values), max(values), least=least, ticks=3)
    return Row(name, ticks, SMALL * 1.3, marks=(Marks(name, DISC, points),))


def scale(low: float, high: float, *, least: float, ticks: int) -> tuple[tuple[float, str], ...]:
    """Make round ticks with their texts."""
    axis = nice_axis("", low, high, least=least, ticks=ticks)
    return tuple((value, f"{value:.{axis.decimals}f}") for value in axis.ticks)


def who(run: CourseRun) -> list[str]:
    """Name a run: its day and its id."""
    return [day_words(run.day), run.id]


def day_words(day: date) -> str:
    """Write a day with its year."""
    return f"{page.short_day(day)} {day.year}"


def knee_words(knee: Knee | None) -> str:
    """Name a knee."""
    return f"{knee} knee" if knee else "knee not named"


def leg_words(leg: Knee | None) -> str:
    """Name a leg."""
    return f"{leg} leg" if leg else "leg not known"


def number(value: float | None, decimals: int) -> str:
    """Write a number; a dash where it is not known."""
    return UNKNOWN if value is None else f"{value:.{decimals}f}"


def figure(chart: DateChart, table: Markup) -> Markup:
    """Put a chart under its heading, with its text for eyes too, and the numbers behind it."""
    return element(
        "figure",
        element("h3", chart.title),
        draw_dates(chart),
        element("figcaption", chart.description),
        element("details", element("summary", f"{chart.title}: the numbers"), table),
    )


def absent(title: str, because: str) -> Markup:
    """Say why a chart is not shown."""
    text = f"Not shown: {because}" + ("" if because.endswith(".") else ".")
    return element("div", element("h3", title), element("p", text), class_="absent")
