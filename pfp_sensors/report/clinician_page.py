"""Some weeks for a physiotherapist: what matters first, then the course, then what was advised and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page, week_charts, words
from pfp_sensors.report.clinician_lines import (
    glance_rows,
    limit_line,
    missing_lines,
    over_lines,
    override_line,
    score_lines,
    sign_line,
    stage_lines,
    unadvised_lines,
    weekly_note_lines,
)
from pfp_sensors.report.html import Markup, blocks, element, facts, joined, prose
from pfp_sensors.report.next_answer import answer
from pfp_sensors.report.next_text import notes
from pfp_sensors.report.rules_text import CERTAINTY_WORDS
from pfp_sensors.report.trend_text import note_words
from pfp_sensors.report.week_parts import made_section, section, synthetic_label
from pfp_sensors.report.week_tables import week_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pfp_sensors.load.week_report import WeekReport
    from pfp_sensors.model.recommendation import Recommendation, Rule

_ONE_LINE: Final = 1_000_000


def clinician_sections(report: WeekReport) -> Markup:
    """Write all that the clinician's page says below its first heading; the sections begin with an h2.

    Parameters
    ----------
    report
        From `actions.report_weeks`.
    """
    charts = week_charts.figures(report.course, report.answer.impact_tolerance_g)
    course = [
        section("Pain and load, on the same days", *charts),
        _limits(report),
        _signs(report),
        _overruled(report),
    ]
    told = [
        section("Week by week", *week_tables(report.trend, report.course)),
        _scores(report),
        _advice(report),
        *_life(report),
        _missing(report),
    ]
    beside = element("div", element("div", *course), element("div", *told), class_="beside")
    return joined([synthetic_label(report), _first(report), beside, made_section(report)])


def _first(report: WeekReport) -> Markup:
    return section(
        "What matters",
        element("p", "Next run: ", prose(answer(report.answer)), class_="main"),
        facts([*glance_rows(report), ("Knee", _knees(report))]),
    )


def _knees(report: WeekReport) -> str:
    profile = report.profile
    usual = profile.usual_pain
    said = [
        f"{knee}, usual pain at the start {usual[knee]}/10" if knee in usual else knee
        for knee in profile.knees
    ]
    triggers = f"; said to set it off: {', '.join(profile.aggravators)}" if profile.aggravators else ""
    return ("; ".join(said) or "not known which") + triggers


def _advice(report: WeekReport) -> Markup:
    """Write the answer that holds, with the rules behind it."""
    rec = report.answer
    why = [element("p", prose(f"Why: {rec.why}"))] if rec.why else []
    return section(
        "What is advised, and why",
        *why,
        *_rules(rec),
        *(blocks(text) for text in notes(rec, _ONE_LINE)),
        element("p", f"Judged on what the diary held on {page.moment_words(rec.as_of)}.", class_="soft"),
    )


def _rules(rec: Recommendation) -> Iterator[Markup]:
    decided = [rule for rule in rec.rules if rule.binding]
    also = [rule for rule in rec.rules if rule.fired and not rule.binding]
    yield from _list("Rules that decide:", (_rule(rule) for rule in decided))
    if also:
        yield element("p", f"Rules that also apply: {', '.join(rule.id for rule in also)}.")
        items = _list("", (prose(f"{rule.id}: {rule.text}") for rule in also))
        yield element("details", element("summary", "What those rules saw"), *items)


def _rule(rule: Rule) -> Markup:
    sure = ", ".join(CERTAINTY_WORDS.get(each, each) for each in rule.certainty.split(", "))
    return joined([prose(f"{rule.id}: {rule.text}"), f" Source: {rule.source} ({sure})."])


def _limits(report: WeekReport) -> Markup:
    """Write the limits that were issued, the runs beyond them, and the changes of stage."""
    over = "; ".join(over_lines(report.course))
    unadvised = "; ".join(unadvised_lines(report.course))
    told = report.glance
    count = f"{words.count(told.unadvised, 'run')} while no run was advised"
    held = f"{words.count(told.limited, 'run')} had a limit in force; {told.over} went beyond it."
    if not told.limited:
        held = "No run can be held against a limit that was in force."
    return section(
        "Limits in force, and changes of stage",
        element("p", f"{held} {over}" + ("." if over else "")),
        *([element("p", f"{count}: {unadvised}.")] if unadvised else []),
        element("p", limit_line(report.record)),
        *_list("", stage_lines(report.record)),
    )


def _overruled(report: WeekReport) -> Markup:
    lines = [override_line(one) for one in report.record.overrides]
    return section("Overruled or cleared by a clinician", *_listed(lines, "Nothing in these weeks."))


def _signs(report: WeekReport) -> Markup:
    lines = [sign_line(one) for one in report.record.signs]
    none = "Nothing was entered in these weeks, and nothing is open from before."
    return section("Red flags and warning signs", *_listed(lines, none))


def _scores(report: WeekReport) -> Markup:
    lines = list(score_lines(report))
    return section("Questionnaires", *_listed(lines, "Nothing was entered in these weeks: not known."))


def _life(report: WeekReport) -> Iterator[Markup]:
    """Write notes on daily life, and what the runner says went better."""
    told: list[str] = [note_words(note) for note in report.trend.notes if note.monday is None]
    told += weekly_note_lines(report.trend.notes)
    told += [
        joined([f"{page.short_day(day).strip()}, went better: ", element("bdi", text)])
        for day, text in report.trend.better
    ]
    if told:
        yield section("Daily life", *_list("", told))


def _missing(report: WeekReport) -> Markup:
    lines = list(missing_lines(report))
    return section("What is not known", *_listed(lines, "Every run has all its figures and answers."))


def _listed(lines: Iterable[str], none: str) -> list[Markup]:
    return _list("", lines) or [element("p", none)]


def _list(title: str, lines: Iterable[str]) -> list[Markup]:
    items = [element("li", line) for line in lines]
    head = [element("p", title)] if title and items else []
    return [*head, element("ul", *items)] if items else []
