"""What came of a cohort, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.report.words import count, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.cohort import CohortReport


def cohort_text(report: CohortReport, shown: int) -> str:
    """Say what was found, done and could not be done, and where the tables are.

    Parameters
    ----------
    report
        From :func:`pfp_sensors.cohort.run.run_cohort`.
    shown
        How many recordings that failed are named; the others are only counted.
    """
    return "\n".join([*_counts(report), *_failures(report, shown), "", *_tables(report)])


def _counts(report: CohortReport) -> Iterator[str]:
    for words, number in (
        ("recordings found", report.n_inputs),
        ("done before, unchanged", report.n_before),
        ("analysed", report.n_analysed),
        ("no running in them", report.n_refused),
        ("could not be analysed", report.n_failed),
        ("strides written", report.n_strides),
    ):
        yield f"{number:>12,}  {words}"
    if report.per_second is not None:
        yield (
            f"{report.seconds:.1f} s, {report.per_second:.1f} recordings a second, engine {report.engine}, "
            f"{count(report.workers, 'process', 'processes')}."
        )
    yield from report.warnings
    if report.n_gone:
        what = (
            "their rows were removed" if report.dropped_gone else "their rows stay (--drop-gone removes them)"
        )
        yield f"Not found any more: {count(report.n_gone, 'recording')} of before; {what}."
    if report.passed_over:
        kinds = sorted(report.passed_over.items(), key=lambda one: (-one[1], one[0]))
        some = ", ".join(f"{number} {ending}" for ending, number in kinds[:6])
        yield f"Passed over, not recordings by their name: {some}{', ...' if len(kinds) > 6 else ''}."


def _failures(report: CohortReport, shown: int) -> Iterator[str]:
    """Name some of the recordings that failed, each advice once below those that it is for."""
    if not report.failures:
        return
    yield "\nCould not be analysed:"
    advice: dict[str, list[str]] = {}
    for one in report.failures[:shown]:
        advice.setdefault(one.what_to_do, []).append(one.message)
    for what_to_do, messages in advice.items():
        yield from (paragraph(message, "  ", "    ") for message in messages)
        if what_to_do:
            yield paragraph(what_to_do, "    -> ", "       ")
    more = len(report.failures) - shown
    if more > 0:
        yield f'  and {more} more; all are rows of runs/ with status "failed".'


def _tables(report: CohortReport) -> Iterator[str]:
    yield f"Tables: {report.out}/strides"
    yield f"        {report.out}/runs"
    yield f"this time in method={report.method}/parameters_sha256={report.parameters_sha256[:12]}..."
