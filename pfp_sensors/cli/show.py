"""``pfp show``: one run of the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.entry_options import home_of, load_numbers
from pfp_sensors.cli.judging import page_width
from pfp_sensors.cli.output import json_line, write_out

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Show one run of the diary: what was run, the limits in force then, its landing
impact, and every pain score of it."""

EXAMPLES = ("pfp show r12", "pfp show last", "pfp show yesterday")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("run", metavar="RUN", help="id of the run, `last`, or its day where it has only one")


def run(args: argparse.Namespace) -> int:
    """Show the run.

    Raises
    ------
    UsageError
        If there is no such run, or the home is a file.
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.actions.find_run import find_run
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.read_diary import read_diary
    from pfp_sensors.load.advised_then import no_run_advised
    from pfp_sensors.load.seen import see
    from pfp_sensors.report.runs_json import run_document
    from pfp_sensors.report.runs_text import run_text

    at = now()
    numbers = load_numbers()
    seen = see(read_diary(home_of(args)), at, numbers)
    one = find_run([each.run for each in seen.runs], args.run, at)
    no_run = no_run_advised(seen.history, one, at.tzinfo, numbers)
    if args.json:
        write_out(json_line(run_document(seen, one.id, no_run)))
    else:
        write_out(run_text(seen, one.id, page_width(), no_run=no_run))
    return 0
