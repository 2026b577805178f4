"""One run as a page that stands by itself: no script, no outside request, printable."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page, run_charts, words
from pfp_sensors.report.analysis_text import reason_lines, summary_rows, symmetry_rows, symmetry_words
from pfp_sensors.report.document import document
from pfp_sensors.report.html import Markup, blocks, element, facts, joined, prose
from pfp_sensors.report.next_answer import answer, what_to_do
from pfp_sensors.report.next_text import answer_rows
from pfp_sensors.report.runs_text import (
    SYNTHETIC_RUN,
    WHEN_WORDS,
    figure_rows,
    impact_rows,
    limits_words,
    origin_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.model.report import AgainstTolerance, RunReport
    from pfp_sensors.model.summary import RunSummary

_ONE_LINE: Final = 1_000_000
_SHOWN_OF_HASH: Final = 12


def run_page(report: RunReport) -> str:
    """Write the page of a run as one HTML document.

    Parameters
    ----------
    report
        From `actions.report_run`.
    """
    title = run_title(report)
    header = element("header", element("h1", title))
    return document(title, joined([header, element("main", run_sections(report))]))


def run_title(report: RunReport) -> str:
    """Name the run, or the recording that is in no diary."""
    run = report.run
    if run is not None:
        return f"Run {run.id}, {page.moment_words(run.start)}"
    name = "" if report.analysis is None else PurePath(report.analysis.provenance.source.path).name
    return f"Recording {name}".strip()


def run_sections(report: RunReport) -> Markup:
    """Write all that the page says below its first heading; the sections begin with an h2."""
    last = [] if report.analysis is None else [*_symmetry(report.analysis)]
    beside = "beside" if last else None
    sections = [_impact(report), _next(report.answer), _diary(report), *_recording(report)]
    return joined([*_synthetic(report), *sections, element("div", *last, _made(report), class_=beside)])


def _synthetic(report: RunReport) -> list[Markup]:
    analysis = report.analysis
    computed = analysis is not None and any(leg.summary.recording.synthetic for leg in analysis.legs)
    if computed or (report.run is not None and report.run.synthetic):
        text = SYNTHETIC_RUN if report.run is not None else words.SYNTHETIC
        return [element("p", text, class_="synthetic")]
    return []


def _section(title: str, *children: str, class_: str | None = None) -> Markup:
    return element("section", element("h2", title), *children, class_=class_)


def _impact(report: RunReport) -> Markup:
    """Say how the landing impact stands to the tolerance, and what it is not."""
    said = [
        element("p", _reading(one, report.followed_by), class_="main") for one in report.against if one.counts
    ]
    if not said:
        because = report.not_judged or "no reading of this run counts"
        text = f"{_measured(report)} Not held against a tolerance: {because}."
        said = [element("p", text, class_="main")]
    elif report.followed_by is not None:
        follower = report.followed_by
        began = f"{follower.id}, began ({page.moment_words(follower.start)})"
        then = f"The tolerance is the one that stood when the next run, {began}."
        said.append(element("p", then, class_="soft"))
    return _section("Landing impact", *said, element("p", words.NOT_KNEE_LOAD))


def _reading(one: AgainstTolerance, followed_by: Run | None) -> str:
    leg = "" if one.leg is None else f"{one.leg.capitalize()} leg: "
    percent = 100.0 * one.excess
    above = "less than 1 %" if percent < 1 else f"{percent:.0f} %"
    against = "within it" if percent <= 0 else f"{above} above it"
    standing = "your tolerance for now is" if followed_by is None else "your tolerance then was"
    tolerance = page.g_at_most(one.tolerance_g)
    return f"{leg}{one.impact_g:.1f} g at your easy speed; {standing} {tolerance}: {against}."


def _measured(report: RunReport) -> str:
    """Write the impact as it was measured, from the diary or the recording."""
    if report.run is not None:
        return " ".join(f"{name}: {text}." for name, text in impact_rows(report.run))
    legs = [] if report.analysis is None else report.analysis.legs
    found = [
        f"{_leg(leg.summary)}{'at least ' if leg.summary.impact.censored else ''}"
        f"{leg.summary.impact.resultant_g.median:.1f} g."
        for leg in legs
        if leg.summary.impact is not None
    ]
    return " ".join(found) or "No landing impact was measured."


def _leg(summary: RunSummary) -> str:
    name = summary.recording.side or summary.recording.sensor
    return f"{name.capitalize()} leg: " if summary.recording.side else f"{name}: " if name else ""


def _next(rec: Recommendation | None) -> Markup:
    """Write the answer of ``pfp next`` as it stands when the page is made."""
    if rec is None:
        text = "No answer: the recording is not in a diary. `pfp import` brings it in, `pfp next` answers."
        return _section("Next run", element("p", prose(text)))
    parts: list[str] = [element("p", prose(answer(rec)), class_="main")]
    if rec.why:
        parts.append(element("p", prose(f"Why: {rec.why}")))
    parts += [blocks(text) for text in what_to_do(rec, _ONE_LINE)]
    if not (rec.refer or rec.status in {"needs_input", "refer"}):
        parts.append(facts(answer_rows(rec)))
    parts += [element("p", prose(note)) for note in rec.notes]
    judged = f"Judged on what the diary held on {page.moment_words(rec.as_of)}."
    return _section("Next run", element("div", *parts, class_="panel"), element("p", judged, class_="soft"))


def _diary(report: RunReport) -> Markup:
    """Write what the diary has of the run: figures, limits then, pain, note."""
    if report.run is None:
        return Markup("")
    run = report.run
    limits = ("Limits then", limits_words(report.cap, report.no_run))
    rows = [*figure_rows(run), limits, *impact_rows(run), *origin_rows(run)]
    parts = [element("h3", "Pain, 0 to 10"), facts(_pain(report, run))]
    if run.note:
        parts.append(element("p", "Note: ", element("bdi", run.note)))
    figures = element("div", element("h3", "Figures"), facts(rows))
    return _section("In the diary", element("div", figures, element("div", *parts), class_="beside"))


def _pain(report: RunReport, run: Run) -> list[tuple[str, str]]:
    """Write each score by its question; what is still open, with how to answer it."""
    rows = []
    for when, name in WHEN_WORDS.items():
        scores = [one for one in report.pain if one.when == when]
        text = ", ".join(f"{one.score}" + (f" ({one.knee})" if one.knee else "") for one in scores)
        if when in report.unanswered:
            ask = f"`pfp pain SCORE --when {when} --run {run.id}`"
            text = f"{text}; not every answer is there: {ask}" if text else f"not answered: {ask}"
        if text:
            rows.append((name.capitalize(), text))
    return rows


def _recording(report: RunReport) -> Iterator[Markup]:
    """Write what the recording shows, or why there is none."""
    if report.analysis is None:
        text = f"No charts: {report.no_recording or 'there is no recording.'}"
        yield _section("What the sensor measured", element("p", prose(text)))
        return
    beside = "beside" if len(report.analysis.legs) > 1 else None
    legs = element("div", *_legs(report.analysis), class_=beside)
    yield _section("What the sensor measured", legs)
    held = run_charts.Held(report.against, report.not_judged, now=report.followed_by is None)
    drawn = element("div", *run_charts.figures(report.charts, held), class_="charts")
    yield _section("During the run", drawn)


def _symmetry(analysis: FileAnalysis) -> Iterator[Markup]:
    if len(analysis.legs) < 2:
        return
    symmetry = analysis.symmetry
    rows = [] if symmetry is None else symmetry_rows(symmetry)
    if symmetry is None or not rows:
        yield _section("Right against left", element("p", "Not told: too little is known of one leg."))
        return
    about = "In percent of their mean; above zero: right is larger."
    said = symmetry_words(symmetry)
    yield _section("Right against left", facts(rows), element("p", f"{said} {about}".strip(), class_="soft"))


def _legs(analysis: FileAnalysis) -> Iterator[Markup]:
    for leg in analysis.legs:
        summary = leg.summary
        facts_of = summary.recording
        parts: list[str] = []
        if len(analysis.legs) > 1:
            parts.append(element("h3", f"{(facts_of.side or facts_of.sensor or 'one').capitalize()} leg"))
        recorded = f"{words.duration(facts_of.duration_s)}, {facts_of.sampling_rate_hz:.0f} samples a second"
        parts.append(
            facts([("Recorded", recorded), *summary_rows(summary), ("How sure", _how_sure(summary))])
        )
        cautions = reason_lines(one for one in summary.reasons if not one.blocking)
        absent = reason_lines(one for one in summary.reasons if one.blocking)
        lists = (("Worth knowing", cautions), ("Not told", absent), ("About the file", facts_of.notes))
        for title, lines in lists:
            if lines:
                items = element("ul", *(element("li", prose(line)) for line in lines))
                parts.append(joined([element("p", f"{title}:"), items]))
        yield element("div", *parts)


def _how_sure(summary: RunSummary) -> str:
    coverage = summary.quality.coverage
    used = "" if coverage is None else f"; {100 * coverage:.0f} % of the running strides could be used"
    return f"{words.grade_words(summary)}{used}"


def _made(report: RunReport) -> Markup:
    """Write how the page was made, so that its numbers can be made again."""
    rows = [("Page made", page.moment_words(report.made))]
    analysis = report.analysis
    if analysis is not None:
        made = analysis.provenance
        rows += [
            ("Program", f"pfp {made.version}"),
            ("Method", f"{made.method}, settings {made.parameters_sha256[:_SHOWN_OF_HASH]}"),
            ("Recording", f"{made.source.format}, SHA-256 {made.source.sha256}"),
        ]
    elif report.run is not None and report.run.method is not None:
        rows.append(("Method", report.run.method))
    text = "This page describes one run; it is no diagnosis and promises no recovery."
    return _section("How this was made", facts(rows), element("p", text, class_="soft"))
