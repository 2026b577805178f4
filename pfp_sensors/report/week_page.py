"""Some weeks as a page that stands by itself: the runner's own, or one for a physiotherapist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.load.plan_words import sides_text
from pfp_sensors.report import page, week_charts, words
from pfp_sensors.report.clinician_page import clinician_sections
from pfp_sensors.report.document import document
from pfp_sensors.report.html import Markup, blocks, element, facts, joined, prose
from pfp_sensors.report.next_answer import answer, what_to_do
from pfp_sensors.report.next_text import answer_rows
from pfp_sensors.report.trend_text import change_words, note_words, sign_lines
from pfp_sensors.report.week_parts import made_section, section, synthetic_label, week_title
from pfp_sensors.report.week_tables import week_tables
from pfp_sensors.report.week_text import CLOSING_CUE, KIND_WORDS, below_table, session_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.load.week_report import WeekReport
    from pfp_sensors.model.recommendation import PlannedDay, WeekPlan

__all__ = ["clinician_sections", "week_page", "week_sections"]

_ONE_LINE = 1_000_000


def week_page(report: WeekReport, *, clinician: bool = False) -> str:
    """Write the page of some weeks as one HTML document.

    Parameters
    ----------
    report
        From `actions.report_weeks`.
    clinician
        Whether it is the physiotherapist's page.
    """
    title = week_title(report, clinician=clinician)
    header = element("header", element("h1", title))
    sections = clinician_sections(report) if clinician else week_sections(report)
    return document(title, joined([header, element("main", sections)]))


def week_sections(report: WeekReport) -> Markup:
    """Write all that the runner's page says below its first heading; the sections begin with an h2."""
    charts = week_charts.figures(report.course, report.answer.impact_tolerance_g)
    return joined(
        [
            synthetic_label(report),
            _next(report),
            *([] if report.plan is None else [_coming(report.plan)]),
            section(
                "Pain and load, on the same days", element("div", *charts, class_="charts"), class_="second"
            ),
            section("Week by week", *week_tables(report.trend, report.course)),
            *_changes(report),
            made_section(report),
        ]
    )


def _next(report: WeekReport) -> Markup:
    rec = report.answer
    parts: list[str] = [element("p", prose(answer(rec)), class_="main")]
    parts += [element("p", prose(f"Why: {rec.why}"))] if rec.why else []
    parts += [blocks(text) for text in what_to_do(rec, _ONE_LINE)]
    if not (rec.refer or rec.status in {"needs_input", "refer"}):
        parts.append(facts(answer_rows(rec)))
    parts += [element("p", prose(note)) for note in rec.notes]
    judged = f"Judged on what the diary held on {page.moment_words(rec.as_of)}."
    told = [element("div", *parts, class_="panel"), element("p", judged, class_="soft")]
    about = [element("p", words.NOT_KNEE_LOAD)] if rec.impact_tolerance_g is not None else []
    return section("Next run", *told, *about)


def _coming(plan: WeekPlan) -> Markup:
    """Write the coming seven days as `pfp week` does."""
    rec = plan.recommendation
    days = [row for day in plan.days for row in _day(day)]
    lists = (("Moved", plan.moved), ("Left out, because it did not fit", plan.dropped))
    parts = [part for title, lines in lists for part in _list(title, lines)]
    parts += [element("p", prose(plan.exercise_note))] if plan.exercise_note else []
    if not rec.refer and rec.status not in {"needs_input", "refer"}:
        parts.append(element("p", f"Cue for this week: {CLOSING_CUE}."))
    parts = parts if days else [element("p", "Nothing is planned yet.")]
    return section("The coming seven days", facts(days), facts(_merged(below_table(plan))), *parts)


def _day(day: PlannedDay) -> Iterator[tuple[str, str]]:
    for one in day.sessions:
        yield f"{page.short_day(day.date)}, {KIND_WORDS[one.kind]}", session_words(one)


def _merged(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put what has no name of its own to the line above it."""
    found: list[tuple[str, str]] = []
    for name, text in rows:
        if name or not found:
            found.append((name, text))
        else:
            before, said = found.pop()
            found.append((before, f"{said.rstrip('.')}. {text}"))
    return found


def _changes(report: WeekReport) -> Iterator[Markup]:
    trend = report.trend
    better: list[str] = [
        joined([f"{page.short_day(day).strip()}: ", element("bdi", text)]) for day, text in trend.better
    ]
    lists: tuple[tuple[str, list[str]], ...] = (
        ("Warning signs", sign_lines(trend.weeks)),
        ("Changes", [change_words(change) for change in trend.changes]),
        ("Daily life", [note_words(note) for note in trend.notes]),
        ("What went better, in your words", better),
    )
    parts = [part for title, lines in lists for part in _list(title, lines)]
    parts += [element("p", sides_text(trend.sides, {}))] if trend.sides else []
    if parts:
        yield section("What changed", *parts)


def _list(title: str, lines: list[str] | tuple[str, ...]) -> list[Markup]:
    items = [element("li", line if isinstance(line, Markup) else prose(line)) for line in lines]
    return [element("h3", title), element("ul", *items)] if items else []
