"""``pfp recover``: finish what a crash or power loss left open."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from pfp_sensors.cli.output import error_document, json_line, write_error, write_out
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from pfp_sensors.actions.recover import Recovery

DESCRIPTION = """\
Finish recordings that a crash, a full disk or a power loss left open. Nothing
that had been written is lost; what cannot be finished stays as it is."""

EXAMPLES = ("pfp recover", "pfp recover --home /media/card/pfp")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--keep-packets", action="store_true", help="keep the raw packets of the sensors too")


def run(args: argparse.Namespace) -> int:
    """Finish each recording and say what became of it; the highest exit code of all.

    Raises
    ------
    UsageError
        If the data folder is a file.
    """
    from pfp_sensors.actions.recover import recover
    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.store.home import home_folder

    home = home_folder(getattr(args, "home", None))
    if home.exists() and not home.is_dir():
        raise UsageError(f"{home} is a file, not a data folder.", "Give a folder with --home or PFP_HOME.")
    with Progress(1, "recordings") as progress:
        progress.start("finishing recordings")
        done = recover(home, keep_packets=args.keep_packets)
    if args.json:
        write_out(json_line({"schema": "pfp.recover/1", "recordings": [_document(one) for one in done]}))
    elif not done:
        write_out(_nothing_open(home))
    else:
        for one in done:
            _print(one)
    return max((one.error.exit_code for one in done if one.error is not None), default=0)


def _nothing_open(home: Path) -> str:
    return "No recording was left open." if home.exists() else f"There is no data folder at {home} yet."


def _print(one: Recovery) -> None:
    if one.finished is None:
        write_error(f"Not finished: {one.folder}")
        write_error(textwrap.indent(str(one.error), "  "))
        return
    rows = ", ".join(f"{name} {count} samples" for name, count in one.finished.rows.items())
    write_out(f"Finished {one.folder}: {rows}.")
    for note in one.finished.notes:
        write_out(f"  - {note}")
    write_out(f"  Its summary: pfp analyze {one.folder}")


def _document(one: Recovery) -> dict[str, object]:
    if one.finished is None:
        return {"folder": str(one.folder), "error": error_document(one.error) if one.error else None}
    return {"folder": str(one.folder), "rows": dict(one.finished.rows), "notes": list(one.finished.notes)}
