"""What both pages of some weeks begin and end with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page
from pfp_sensors.report.html import Markup, element, facts
from pfp_sensors.report.trend_text import SYNTHETIC

if TYPE_CHECKING:
    from pfp_sensors.load.week_report import WeekReport

_SHOWN_OF_HASH: Final = 12


def section(title: str, *children: str, class_: str | None = None) -> Markup:
    """Write a section with its heading."""
    return element("section", element("h2", title), *children, class_=class_)


def week_title(report: WeekReport, *, clinician: bool = False) -> str:
    """Name the weeks."""
    course = report.course
    first = f"{page.short_date(course.first).strip()} {course.first.year}"
    last = f"{page.short_date(course.today).strip()} {course.today.year}"
    return f"{'Kneecap pain and running' if clinician else 'Your weeks'}, {first} to {last}"


def synthetic_label(report: WeekReport) -> Markup:
    """Say where a run of these weeks was computed; nothing where none was."""
    return element("p", SYNTHETIC, class_="synthetic") if report.trend.synthetic else Markup("")


def made_section(report: WeekReport) -> Markup:
    """Write how the page was made, so that its numbers can be made again."""
    of_file = report.source is not None
    source = f"the history file {report.source}" if of_file else "the diary of this computer"
    rows = [
        ("Page made", page.moment_words(report.made)),
        ("Program", f"pfp {report.version}, settings {report.parameters_sha256[:_SHOWN_OF_HASH]}"),
        ("From", source),
        ("As of", page.moment_words(report.answer.as_of)),
    ]
    text = (
        "Pain, exercises and signs are the runner's own entries. The page describes some weeks; it is no "
        "diagnosis and promises no recovery."
    )
    return section("How this was made", facts(rows), element("p", text, class_="soft"))
