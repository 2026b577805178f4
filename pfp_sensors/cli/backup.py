"""``pfp backup``: all of a person's data in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.cli.judging import home_of
from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.cli.parser import path_text
from pfp_sensors.cli.progress import Progress

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Write your diary and all recordings into one file that only you can read, with
a checksum of each part. `pfp restore` brings it back, here or elsewhere. The
file is not encrypted: keep it where you would keep a letter from your doctor."""

EXAMPLES = ("pfp backup knee-2026-10-04.pfpbackup", "pfp backup diary-only.pfpbackup --without-recordings")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", type=path_text, help="file to write")
    parser.add_argument("--without-recordings", action="store_true", help="the diary alone")
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")


def run(args: argparse.Namespace) -> int:
    """Write the backup and say what is in it."""
    from pfp_sensors.actions.now import now
    from pfp_sensors.report.words import count
    from pfp_sensors.store.backup import write_backup

    with Progress(1, "backups") as progress:
        progress.start("writing the backup")
        facts = write_backup(
            home_of(args),
            Path(args.file),
            without_recordings=args.without_recordings,
            replace=args.replace,
            at=now(),
        )
    if args.json:
        write_out(
            json_line(
                {
                    "schema": "pfp.backup/1",
                    "file": str(facts.path),
                    "bytes": facts.file_bytes,
                    "members": facts.members,
                    "entries": facts.entries,
                    "runs": facts.runs,
                    "left_out": list(facts.left_out),
                }
            )
        )
        return 0
    entries = count(facts.entries, "entry", "entries")
    write_out(f"Backed up to {facts.path} ({facts.file_bytes / 1e6:.1f} MB):")
    write_out(f"  {entries} of the diary, {count(facts.runs, 'recording')}.")
    for name in facts.left_out:
        write_out(f"  Left out: {name} (being recorded, or a link).")
    return 0
