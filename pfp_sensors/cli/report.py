"""``pfp report``: one run, or some weeks, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.asked_weeks import USUAL_WEEKS, check_weeks
from pfp_sensors.cli.judging import add_history, add_moment, config_of, home_of, is_looked_back, read_asked
from pfp_sensors.cli.output import json_line, write_error, write_out
from pfp_sensors.cli.parser import path_text
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from pfp_sensors.load.week_report import WeekReport
    from pfp_sensors.model.report import RunReport

DESCRIPTION = """\
Write one run, or the last weeks, as a page: one HTML file that opens in any
browser without a network, or a PDF where a Chromium is installed.

RUN is a run of the diary, or the path of a recording: impact against your
tolerance, the next run, charts of the run, how sure the numbers are. `week` is
the last weeks and the coming one. With --clinician it is the page for a
physiotherapist: pain and load on the same days, what was advised and why, and
what is not known.

Of your own diary the page holds the answer of `pfp next`, and the weeks the
plan of `pfp week`, which are kept as those commands keep them. With --as-of or
--history nothing is kept."""

EXAMPLES = (
    "pfp report last -o run.html",
    "pfp report recording.csv --sensor right_leg -o recording.html",
    "pfp report week --clinician -o weeks.pdf",
    "pfp report week --clinician --history patient.json --weeks 12 -o patient.html",
)

WEEK: Final = "week"
"""The word that asks for weeks; a recording of that name is given as ./week."""

_PDF: Final = ".pdf"
_OF_WEEKS: Final = {
    "clinician": "--clinician",
    "weeks": "--weeks",
    "history": "--history",
    "as_of": "--as-of",
}
_OF_RUN: Final = {"sensor": "--sensor", "side": "--side"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "run",
        type=path_text,
        metavar="RUN",
        help="id of a run, `last`, its day where it has only one, or the path of a recording; or `week`",
    )
    parser.add_argument(
        "-o", "--output", type=path_text, metavar="OUT", required=True, help="page to write, .html or .pdf"
    )
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")
    parser.add_argument("--clinician", action="store_true", help="weeks: the page for a physiotherapist")
    parser.add_argument("--weeks", type=int, metavar="N", help=f"weeks: how many ({USUAL_WEEKS})")
    add_moment(parser)
    add_history(parser)
    parser.add_argument(
        "--sensor",
        metavar="PREFIX",
        help="recording: which of several sensors in the file, such as right_leg",
    )
    parser.add_argument("--side", choices=("left", "right"), help="recording: leg that carried the sensor")


def run(args: argparse.Namespace) -> int:
    """Write the page, and say where it is and what it does not show.

    Raises
    ------
    UsageError
        If there is no such run or file, an option belongs to the other page, the page cannot be written
        there, or there is no browser to print with.
    InputError, PfpError
        If the recording or the diary cannot be read, the disk is full, or the printing fails.
    """
    is_week = args.run == WEEK
    _check(args, is_week=is_week)
    path = Path(args.output)
    _check_output(path, replace=args.replace)
    document = _week(args, path) if is_week else _run(args, path)
    if args.json:
        write_out(json_line({"schema": "pfp.report/1", "file": str(path), **document}))
    else:
        write_error(f"Written: {path}. {_whose(args)} only you can read it.")
    return 0


def _run(args: argparse.Namespace, path: Path) -> dict[str, Any]:
    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.report_run import report_run
    from pfp_sensors.report.run_page import run_page

    options = AnalyzeOptions(sensor=args.sensor, side=args.side)
    report: RunReport = report_run(home_of(args), args.run, now(), config_of(args), options)
    _write(run_page(report), path, replace=args.replace)
    if report.no_recording is not None and not args.json:
        write_error(f"No charts: {report.no_recording}")
    return {"run": None if report.run is None else report.run.id, "charts": bool(report.charts)}


def _week(args: argparse.Namespace, path: Path) -> dict[str, Any]:
    from pfp_sensors.report.week_page import week_page

    report = _weeks(args)
    _write(week_page(report, clinician=args.clinician), path, replace=args.replace)
    charts = bool(report.course.runs or report.course.pain)
    return {"run": None, "weeks": len(report.trend.weeks), "charts": charts}


def _weeks(args: argparse.Namespace) -> WeekReport:
    """Gather the weeks: of the own diary now, or of what is only looked at."""
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.report_weeks import report_history_weeks, report_weeks

    weeks = USUAL_WEEKS if args.weeks is None else args.weeks
    with_plan, config = not args.clinician, config_of(args)
    if not is_looked_back(args):
        return report_weeks(home_of(args), now(), weeks=weeks, plan=with_plan, config=config)
    history, at = read_asked(args)
    source = None if args.history is None else Path(args.history).name
    return report_history_weeks(history, at, now(), weeks=weeks, plan=with_plan, source=source, config=config)


def _write(html: str, path: Path, *, replace: bool) -> None:
    from pfp_sensors.actions.print_pdf import print_pdf
    from pfp_sensors.actions.report_run import write_page

    if path.suffix.lower() == _PDF:
        print_pdf(html, path, replace=replace)
    else:
        write_page(html, path, replace=replace)


def _check_output(path: Path, *, replace: bool) -> None:
    from pfp_sensors.actions.print_pdf import check_pdf
    from pfp_sensors.actions.report_run import check_page

    if path.suffix.lower() == _PDF:
        check_pdf(path, replace=replace)
    else:
        check_page(path, replace=replace)


def _check(args: argparse.Namespace, *, is_week: bool) -> None:
    """Refuse an option of the other page: it would have no effect."""
    for name, option in (_OF_RUN if is_week else _OF_WEEKS).items():
        if getattr(args, name) not in {None, False}:
            other = "a run or recording" if is_week else "weeks"
            of = "RUN" if is_week else WEEK
            raise UsageError(
                f"{option} belongs to the page of {other}.", f"Leave it out, or ask `pfp report {of}`."
            )
    if args.weeks is not None:
        check_weeks(args.weeks)


def _whose(args: argparse.Namespace) -> str:
    return "It holds your health data, and" if args.history is None else "It holds health data, and"
