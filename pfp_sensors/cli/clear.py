"""``pfp clear``: a clinician has looked at a red flag and cleared it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.cli.override import add_clinician

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Store that a clinician has looked at a red flag and cleared it. Only this ends
a red flag; running advice comes back afterwards, in small steps.

It is refused without the clinician's name, role and reason."""

EXAMPLES = (
    "pfp clear locking --by Kim --role physiotherapist --reason 'examined, stable'",
    "pfp clear all --by Kim --role doctor --reason 'X-ray without finding'",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("flag", metavar="FLAG", help="red flag to clear (pfp symptom lists them), or all")
    add_clinician(parser)


def run(args: argparse.Namespace) -> int:
    """Store it, and say which red flags stay open.

    Raises
    ------
    UsageError
        If the name, role or reason is missing, or there is no such open red flag.
    """
    from pfp_sensors.actions.clinician import clinician
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.overrule import clear, open_red_flags
    from pfp_sensors.report.overruled_text import cleared_text
    from pfp_sensors.report.words import paragraph
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history
    from pfp_sensors.store.diary_documents import entry_values
    from pfp_sensors.store.home import home_folder

    by, at = clinician(args.by, args.role, args.reason), now()
    with closing(open_diary(home_folder(getattr(args, "home", None)))) as diary:
        said = clear(diary, args.flag, by, at=at)
        left = open_red_flags(read_history(diary), at)
    if args.json:
        write_out(json_line({"schema": "pfp.clear/1", "override": entry_values(said), "open": list(left)}))
        return 0
    write_out(paragraph(cleared_text(said, left)))
    return 0
