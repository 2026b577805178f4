"""``pfp symptom``: a warning sign or red flag into the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.entry_options import add_date, add_knee, add_note, day_option, home_of
from pfp_sensors.cli.entry_output import tell
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS

if TYPE_CHECKING:
    import argparse

DESCRIPTION = f"""\
Write a sign of the knee into the diary, or with --ended that it is over.

Warning signs hold the load: {", ".join([*AMBER_KINDS][:2])},
{", ".join([*AMBER_KINDS][2:])}.

Red flags stop running until a clinician has looked at them:
{", ".join([*RED_KINDS][:3])},
{", ".join([*RED_KINDS][3:6])}, {[*RED_KINDS][6]},
{", ".join([*RED_KINDS][7:])}."""

EXAMPLES = (
    "pfp symptom swelling",
    "pfp symptom morning_stiffness --date yesterday --knee right",
    "pfp symptom swelling --ended today",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", metavar="KIND", nargs="?", help="the sign by its name, as listed above")
    add_date(parser, "the first day it was there (default: today)")
    parser.add_argument("--ended", metavar="D", help="the last day it was there, where it is over")
    add_knee(parser)
    add_note(parser)


def run(args: argparse.Namespace) -> int:
    """Write the sign down, and say what it calls for; raises as `actions.add_symptom.add_symptom`.

    Raises
    ------
    UsageError
        If no sign is named; it lists them.
    """
    from pfp_sensors.actions.add_symptom import SymptomGiven, add_symptom
    from pfp_sensors.actions.now import now
    from pfp_sensors.errors import UsageError

    if args.kind is None:
        raise UsageError("KIND is missing.", f"Give one of these signs.\n{_listed()}")
    at = now()
    day, ended = day_option(args.date, at), day_option(args.ended, at, "--ended")
    given = SymptomGiven(args.kind, day, ended, args.knee, args.note)
    return tell(add_symptom(home_of(args), given, at=at), args)


def _listed() -> str:
    """List every sign with its meaning, one a line."""
    parts = (("Warning signs:", AMBER_KINDS), ("Red flags, which stop running:", RED_KINDS))
    lines = []
    for heading, kinds in parts:
        lines += [heading, *(f"  {kind}: {words}" for kind, words in kinds.items())]
    return "\n".join(lines)
