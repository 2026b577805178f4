"""Weeks and months: pain, running, impact, steps and exercises, as charts and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.asked_weeks import USUAL_WEEKS
from pfp_sensors.actions.report_weeks import report_weeks
from pfp_sensors.load.plan_words import sides_text
from pfp_sensors.report.programme_words import adherence_words
from pfp_sensors.report.trend_text import SYNTHETIC, change_words, note_words, sign_lines
from pfp_sensors.report.week_charts import figures
from pfp_sensors.report.week_parts import week_title
from pfp_sensors.report.week_tables import week_tables
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.settings.exercises import load_exercises
from pfp_sensors.web.forms import FieldError
from pfp_sensors.web.routes import get
from pfp_sensors.web.visit import Page

if TYPE_CHECKING:
    from pfp_sensors.load.trend import Trend
    from pfp_sensors.web.visit import Visit

WEEKS: Final = (4, 8, 12, 26, 52)
"""How many weeks may be looked at."""


def trend_page(visit: Visit) -> Page:
    """Show the latest weeks, the same numbers as ``pfp trend``; ``?weeks=N`` says how many."""
    weeks = _asked(visit)
    report = report_weeks(visit.home, visit.at, weeks=weeks, plan=False)
    trend, course = report.trend, report.course
    names = {one.id: one.name for one in load_exercises().exercises}
    return Page(
        "trend.html",
        {
            "weeks": weeks,
            "choices": WEEKS,
            "name": week_title(report),
            "synthetic": SYNTHETIC if trend.synthetic else "",
            "has_diary": any(week.has_diary for week in trend.weeks),
            "figures": [*figures(course, report.answer.impact_tolerance_g)],
            "adherence": adherence_words(report.glance.adherence, weeks),
            "lists": [(title, lines) for title, lines in _lists(trend) if lines],
            "sides": sides_text(trend.sides, names) if trend.sides else "",
            "better": trend.better,
            "tables": [*week_tables(trend, course)],
            "honest": NOT_KNEE_LOAD,
        },
    )


def _lists(trend: Trend) -> tuple[tuple[str, list[str]], ...]:
    return (
        ("Warning signs", sign_lines(trend.weeks)),
        ("Changes", [change_words(change) for change in trend.changes]),
        ("Daily life", [note_words(note) for note in trend.notes]),
    )


def _asked(visit: Visit) -> int:
    """Read how many weeks are asked for; raises FieldError."""
    weeks = visit.fields.whole("weeks", "Weeks")
    if weeks is None:
        return USUAL_WEEKS
    if weeks not in WEEKS:
        raise FieldError("weeks", f"There is no page of {weeks} weeks.", "Choose 4, 8, 12, 26 or 52.")
    return weeks


ROUTES = (get("/trend", trend_page),)
