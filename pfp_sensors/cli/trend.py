"""``pfp trend``: pain, load and adherence over weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.actions.asked_weeks import USUAL_WEEKS, check_weeks
from pfp_sensors.cli.judging import add_history, add_moment, config_of, page_width, read_asked
from pfp_sensors.cli.output import json_line, write_out

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Show pain, running and exercises week by week: what happened, without a
judgement. Weeks begin on Monday; what is unknown is shown as unknown."""

EXAMPLES = ("pfp trend", "pfp trend --weeks 26", "pfp trend --history diary.json --as-of 2026-10-04")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--weeks", type=int, default=USUAL_WEEKS, metavar="N", help=f"how many weeks ({USUAL_WEEKS})"
    )
    add_moment(parser)
    add_history(parser)


def run(args: argparse.Namespace) -> int:
    """Gather and print.

    Raises
    ------
    UsageError
        If the number of weeks is out of range.
    """
    from pfp_sensors.load.trend import trend
    from pfp_sensors.settings.load import load_load_settings

    check_weeks(args.weeks)
    settings = load_load_settings(config_of(args))
    history, at = read_asked(args)
    found = trend(history, at, args.weeks, settings)
    if args.json:
        from pfp_sensors import __version__
        from pfp_sensors.report.trend_json import trend_document
        from pfp_sensors.settings.load import parameters_sha256

        document = trend_document(found, version=__version__, parameters_sha256=parameters_sha256(settings))
        write_out(json_line(document))
    else:
        from pfp_sensors.report.trend_text import trend_text

        write_out(trend_text(found, page_width()))
    return 0
