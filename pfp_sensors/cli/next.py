"""``pfp next``: the next run, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.judging import (
    add_history,
    add_moment,
    config_of,
    home_of,
    is_looked_back,
    looked_back,
    page_width,
)
from pfp_sensors.cli.output import json_line, write_out

if TYPE_CHECKING:
    import argparse

    from pfp_sensors.actions.next_run import Judged

DESCRIPTION = """\
Tell what the next run may be at most, by your diary: distance and minutes,
pace, cadence, the earliest day, and why. It is for adults with kneecap pain
that is typical or diagnosed; it is no diagnosis and promises no recovery.

What it tells you today is kept as the limit in force for your next run. With
--as-of or --history nothing is kept."""

EXAMPLES = ("pfp next", "pfp next --rules", "pfp next --history diary.json --as-of 2026-10-04 --json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_moment(parser)
    add_history(parser)
    parser.add_argument(
        "--rules", action="store_true", help="list all that is missing, and every rule with what it saw"
    )


def run(args: argparse.Namespace) -> int:
    """Judge and print."""
    judged = _judged(args)
    if args.json:
        from pfp_sensors import __version__
        from pfp_sensors.report.recommendation_json import recommendation_document
        from pfp_sensors.settings.load import parameters_sha256

        document = recommendation_document(
            judged.recommendation,
            version=__version__,
            parameters_sha256=parameters_sha256(judged.settings),
        )
        write_out(json_line(document))
    else:
        from pfp_sensors.report.next_text import next_text

        dated = is_looked_back(args)
        write_out(next_text(judged.recommendation, page_width(), all_rules=args.rules, dated=dated))
    return 0


def _judged(args: argparse.Namespace) -> Judged:
    from pfp_sensors.actions.next_run import judge_history, next_run
    from pfp_sensors.actions.now import now

    asked = looked_back(args)
    if asked is None:
        return next_run(home_of(args), now(), config_of(args))
    return judge_history(*asked, config_of(args))
