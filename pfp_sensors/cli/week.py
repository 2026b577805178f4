"""``pfp week``: the coming seven days."""

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

    from pfp_sensors.actions.coming_week import PlannedWeek

DESCRIPTION = """\
Plan the coming seven days around the next run: runs, strength, mobility,
drills, cross-training and rest, and how much in all. Only the next run is
firm; ask again after each run. Above it stands what of this week's plan was
done, on which day.

What it tells you today is kept: the limit in force for your next run, and
that a plan was issued for the week. With --as-of or --history nothing is
kept."""

EXAMPLES = ("pfp week", "pfp week --history diary.json --as-of 2026-10-04 --json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_moment(parser)
    add_history(parser)
    parser.add_argument("--rules", action="store_true", help="list every rule with what it saw")


def run(args: argparse.Namespace) -> int:
    """Plan and print."""
    from pfp_sensors.actions.coming_week import week_so_far

    week = _planned(args)
    done = week_so_far(week)
    if args.json:
        from pfp_sensors import __version__
        from pfp_sensors.report.recommendation_json import week_document
        from pfp_sensors.report.week_done_text import week_done_document
        from pfp_sensors.settings.load import parameters_sha256

        document = week_document(
            week.plan, version=__version__, parameters_sha256=parameters_sha256(week.settings)
        )
        write_out(json_line({**document, "done": week_done_document(done)}))
    else:
        from pfp_sensors.report.week_done_text import week_done_text
        from pfp_sensors.report.week_text import week_text

        dated, so_far = is_looked_back(args), week_done_text(done, page_width())
        write_out(week_text(week.plan, page_width(), so_far=so_far, all_rules=args.rules, dated=dated))
    return 0


def _planned(args: argparse.Namespace) -> PlannedWeek:
    from pfp_sensors.actions.coming_week import coming_week, plan_history
    from pfp_sensors.actions.now import now

    asked = looked_back(args)
    if asked is None:
        return coming_week(home_of(args), now(), config_of(args))
    return plan_history(*asked, config_of(args))
