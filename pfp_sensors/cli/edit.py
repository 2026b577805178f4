"""``pfp edit``: one value of an entry corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.entry_options import home_of, load_numbers
from pfp_sensors.cli.entry_output import tell

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Correct one value of an entry. What it said before is kept. A pain score that is
lowered more than a day after it was entered stays too: then the higher counts.

Keys of a run: start, km, minutes, speed_mps, cadence_spm, steps, downhill_min,
rpe, note; of pain: score, when, knee, run, date, note; of a symptom: kind,
start, end, knee, note. A wrong key lists those of the entry."""

EXAMPLES = ("pfp edit r12 km 5.2", "pfp edit p40 score 3", "pfp edit r12 rpe unknown")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "id", metavar="ID", help="id of the entry, such as r12 or p40; `last`: the latest run"
    )
    parser.add_argument("key", metavar="KEY", help="which value")
    parser.add_argument("value", metavar="VALUE", help="what it shall be; `unknown` where it is not known")


def run(args: argparse.Namespace) -> int:
    """Correct the value and say what it was; raises as `actions.edit_entry.edit_entry`."""
    from pfp_sensors.actions.edit_entry import edit_entry
    from pfp_sensors.actions.now import now

    written = edit_entry(home_of(args), args.id, args.key, args.value, load_numbers(), at=now())
    return tell(written, args)
