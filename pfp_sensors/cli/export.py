"""``pfp export``: the diary for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.cli.judging import home_of
from pfp_sensors.cli.output import json_line, write_error, write_out
from pfp_sensors.cli.parser import path_text

if TYPE_CHECKING:
    import argparse

KINDS = ("history",)

DESCRIPTION = """\
Write your diary for other programs.

history   the whole diary in one JSON document (docs/history-file.md), which
          `pfp restore` brings back and `pfp next --history` judges; the
          recordings are not in it, `pfp backup` has those too"""

EXAMPLES = ("pfp export history -o diary.json",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", choices=KINDS, metavar="KIND", help="what to write: history")
    parser.add_argument(
        "-o", "--output", type=path_text, metavar="FILE", help="file to write (default: standard output)"
    )
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")


def run(args: argparse.Namespace) -> int:
    """Write the history; where it goes into a file, say so."""
    from pfp_sensors.actions.export_history import exported_history, history_text, write_history_file

    history = exported_history(home_of(args))
    if args.output is None:
        write_out(history_text(history))
        return 0
    path = Path(args.output)
    write_history_file(history, path, replace=args.replace)
    if args.json:
        write_out(
            json_line(
                {"schema": "pfp.export/1", "kind": args.kind, "file": str(path), "runs": len(history.runs)}
            )
        )
    else:
        write_error(f"Written: {path}. It holds your health data, and only you can read it.")
    return 0
