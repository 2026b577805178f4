"""``pfp override``: a clinician's word on one number of the rules, for a time."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Store a clinician's word on one number of the rules, for at most 28 days.

It is refused without a name, a role and a reason, is shown in every answer
while it holds, and no red flag can be switched off by it (see pfp clear).
Keys, ranges and sources of all numbers: docs/settings.md."""

EXAMPLES = ("pfp override cap.session 0.2 --by Kim --role PT --reason ok --until 2026-12-15",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("key", metavar="KEY", help="number to overrule, such as load.cap.session")
    parser.add_argument("value", metavar="VALUE", help="what holds instead, within its range")
    add_clinician(parser)
    parser.add_argument("--until", metavar="D", help="last day on which it holds, YYYY-MM-DD")


def add_clinician(parser: argparse.ArgumentParser) -> None:
    """Take who says it, as what, and why."""
    parser.add_argument("--by", metavar="NAME", help="the clinician's name")
    parser.add_argument("--role", metavar="R", help="the clinician's role, such as physiotherapist")
    parser.add_argument("--reason", metavar="T", help="why")


def run(args: argparse.Namespace) -> int:
    """Store it and say until when it holds.

    Raises
    ------
    UsageError
        If somebody or something is missing, or the number is out of range.
    """
    from pfp_sensors.actions.clinician import clinician
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.overrule import override
    from pfp_sensors.report.overruled_text import override_text
    from pfp_sensors.report.words import paragraph
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary_documents import entry_values
    from pfp_sensors.store.home import home_folder

    by = clinician(args.by, args.role, args.reason)
    until = _day(args.until)
    with closing(open_diary(home_folder(getattr(args, "home", None)))) as diary:
        said = override(diary, args.key, args.value, until, by, at=now())
    if args.json:
        write_out(json_line({"schema": "pfp.override/1", "override": entry_values(said)}))
    else:
        write_out(paragraph(override_text(said)))
    return 0


def _day(text: str | None) -> date:
    advice = "Give its last day as --until YYYY-MM-DD, at most 28 days ahead."
    if not text:
        raise UsageError("--until is missing: an override ends on a day.", advice)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--until is {text!r}; that is no day.", advice) from error
