"""``pfp restore``: a backup or a history file brought back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.cli.judging import home_of
from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.cli.parser import path_text
from pfp_sensors.cli.progress import Progress

if TYPE_CHECKING:
    import argparse

    from pfp_sensors.actions.restore import Restored

DESCRIPTION = """\
Bring back a backup (`pfp backup`), a history file (`pfp export history`), or
the history file in an archive of everything (`pfp export all`). Everything in
the file is checked first: where it is damaged, nothing here is changed. A
history file has no recordings."""

EXAMPLES = ("pfp restore knee-2026-10-04.pfpbackup", "pfp restore diary.json --replace")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", type=path_text, help="backup or history file")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="replace what is here; of a history file the diary alone (back it up first)",
    )


def run(args: argparse.Namespace) -> int:
    """Restore and say what."""
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.restore import restore

    with Progress(1, "files") as progress:
        progress.start("checking and restoring")
        done = restore(Path(args.file), home_of(args), now(), replace=args.replace)
    if args.json:
        document = asdict(done) | {"home": str(done.home), "notes": list(done.notes)}
        write_out(json_line({"schema": "pfp.restore/1", **document}))
    else:
        write_out(_text(done))
    return 0


def _text(done: Restored) -> str:
    from pfp_sensors.report.restored_text import restored_text
    from pfp_sensors.report.words import paragraph

    said = restored_text(from_backup=done.from_backup, entries=done.entries, runs=done.runs, made=done.made)
    lines = [said, f"They are in {done.home}."]
    return "\n".join([*lines, *(paragraph(note, "  - ", "    ") for note in done.notes)])
