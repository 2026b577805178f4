"""``pfp runs``: the runs of the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.entry_options import home_of, load_numbers, whole
from pfp_sensors.cli.judging import page_width
from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
List the runs of the diary, the latest first: distance, minutes, pace, pain and
landing impact, and which pain questions are still open."""

EXAMPLES = ("pfp runs", "pfp runs --limit 10")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--limit", type=whole, metavar="N", help="only the latest N (default: all)")


def run(args: argparse.Namespace) -> int:
    """List the runs.

    Raises
    ------
    UsageError
        If the limit is not above 0, or the home is a file.
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.read_diary import read_diary
    from pfp_sensors.load.seen import see
    from pfp_sensors.report.runs_json import runs_document
    from pfp_sensors.report.runs_text import runs_text

    if args.limit is not None and args.limit < 1:
        raise UsageError(f"--limit is {args.limit}; it must be 1 or more.", "Leave it out for all runs.")
    seen = see(read_diary(home_of(args)), now(), load_numbers())
    if args.json:
        write_out(json_line(runs_document(seen, limit=args.limit)))
    else:
        write_out(runs_text(seen, page_width(), limit=args.limit))
    return 0
