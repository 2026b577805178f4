"""``pfp report``: one run as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.cli.judging import home_of
from pfp_sensors.cli.output import json_line, write_error, write_out
from pfp_sensors.cli.parser import path_text

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Write one run as a page: impact against your tolerance, the next run, charts of
the run, how sure the numbers are. It is one HTML file that opens in any browser
without a network and prints on two pages.

RUN is a run of the diary, or the path of a recording. Of a run in the diary the
page holds the answer of `pfp next`, which is kept as `pfp next` keeps it."""

EXAMPLES = ("pfp report last -o run.html", "pfp report recording.csv -o recording.html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "run",
        type=path_text,
        metavar="RUN",
        help="id of a run, `last`, its day where it has only one, or the path of a recording",
    )
    parser.add_argument(
        "-o", "--output", type=path_text, metavar="OUT", required=True, help="page to write, OUT.html"
    )
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")
    parser.add_argument(
        "--config", type=path_text, metavar="FILE", help="settings of your own (docs/settings.md)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the page, and say where it is and what it does not show.

    Raises
    ------
    UsageError
        If there is no such run or file, or the page cannot be written there.
    InputError, PfpError
        If the recording or the diary cannot be read, or the disk is full.
    """
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.report_run import check_page, report_run, write_page
    from pfp_sensors.report.run_page import run_page

    path = Path(args.output)
    check_page(path, replace=args.replace)
    config = None if args.config is None else Path(args.config)
    report = report_run(home_of(args), args.run, now(), config)
    write_page(run_page(report), path, replace=args.replace)
    if args.json:
        name = None if report.run is None else report.run.id
        document = {"schema": "pfp.report/1", "file": str(path), "run": name, "charts": bool(report.charts)}
        write_out(json_line(document))
        return 0
    if report.no_recording is not None:
        write_error(f"No charts: {report.no_recording}")
    write_error(f"Written: {path}. It holds your health data, and only you can read it.")
    return 0
