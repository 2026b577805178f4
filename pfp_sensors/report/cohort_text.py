"""What came of a cohort, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.report.words import count, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    before = [
        f"{number:,} {words}"
        for number, words in (
            (report.n_refused_before, "without running"),
            (report.n_failed_before, "could not be analysed"),
        )
        if number
    ]
    for number, words in (
        (report.n_inputs, "recordings found"),
        (report.n_before, "done before, unchanged" + (f" ({', '.join(before)})" if before else "")),
        (report.n_analysed, "analysed"),
        (report.n_refused, "no running in them"),
        (report.n_failed, "could not be analysed"),
        (report.n_strides, "strides written"),
    ):
        yield f"{number:>12,}  {words}"
    if report.per_second is not None:
        yield (
            f"{report.seconds:.1f} s, {report.per_second:.1f} recordings a second, engine {report.engine}, "
            f"{count(report.workers, 'process', 'processes')}."
        )
    yield from report.warnings
    if report.n_gone:
        what = "their rows stay (--drop-gone removes them)"
        if report.dropped_gone:
            what = "their rows were removed" + (" (but see above)" if report.warnings else "")
        yield f"Not found any more: {count(report.n_gone, 'recording')} of before; {what}."
    if report.n_same_bytes:
        yield paragraph(
            f"{count(report.n_same_bytes, 'recording')} with the same bytes as another one: "
            "docs/cohort.md shows how to find them."
        )
    if report.not_listed:
        yield paragraph(f"May not be read, so nothing in there was looked at: {_some(report.not_listed)}.")
    if report.linked:
        yield paragraph(f"Links to folders or to nothing, not followed: {_some(report.linked)}.")
    if report.passed_over:
        kinds = sorted(report.passed_over.items(), key=lambda one: (-one[1], one[0]))
        some = _some([f"{number} {ending}" for ending, number in kinds], 6)
        yield paragraph(f"Passed over, not recordings by their name: {some}.")


def _some(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


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
        yield f'  and {more} more; those without rows of before are rows of runs/ with status "failed".'


def _tables(report: CohortReport) -> Iterator[str]:
    yield f"Tables: {report.out}/strides"
    yield f"        {report.out}/runs"
    yield f"this time in method={report.method}/parameters_sha256={report.parameters_sha256[:12]}..."
