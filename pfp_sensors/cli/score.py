"""``pfp score``: the total of a questionnaire into the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.entry_options import add_date, day_option, home_of
from pfp_sensors.cli.entry_output import tell
from pfp_sensors.cli.parser import number
from pfp_sensors.model.diary import SCORE_KINDS

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Write the total of a questionnaire into the diary: AKPS 0 to 100, KOOS-PF 0 to
100, UWRI 0 to 36; more is better. Only the total is kept."""

EXAMPLES = ("pfp score akps 74", "pfp score koos-pf 61.4 --date 2026-10-01")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", choices=SCORE_KINDS, help="which questionnaire")
    parser.add_argument("value", type=number, metavar="N", help="its total")
    add_date(parser, "the day it was filled in (default: today)")


def run(args: argparse.Namespace) -> int:
    """Write the total down; raises as `actions.add_score.add_score`."""
    from pfp_sensors.actions.add_score import add_score
    from pfp_sensors.actions.now import now

    at = now()
    written = add_score(home_of(args), args.kind, args.value, day=day_option(args.date, at), at=at)
    return tell(written, args)
