"""``pfp forget``: all of a person's data here, gone."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pfp_sensors.cli.judging import home_of
from pfp_sensors.cli.output import json_line, write_error, write_out
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from pfp_sensors.store.forget import Forgotten

DESCRIPTION = """\
Delete your diary and all recordings in the data folder. It cannot be undone:
`pfp backup FILE` first keeps a copy. Files there that this program did not
make stay and are named."""

EXAMPLES = ("pfp forget", "pfp forget --yes")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Ask, delete, and say how gone it is.

    Raises
    ------
    UsageError
        If nobody can be asked, or the home is a file.
    """
    from pfp_sensors.store.forget import forget

    home = home_of(args)
    if home.exists() and not home.is_dir():
        raise UsageError(f"{home} is a file, not a data folder.", "Give a folder with --home or PFP_HOME.")
    if not home.exists():
        return _say_nothing_there(home, args)
    if not args.yes and not _agreed(home, args):
        write_error("Nothing was deleted.")
        if args.json:
            write_out(json_line({"schema": "pfp.forget/1", "home": str(home), "forgotten": False}))
        return 0
    done = forget(home)
    if args.json:
        document = asdict(done) | {"home": str(home), "files": list(done.files), "left": list(done.left)}
        write_out(json_line({"schema": "pfp.forget/1", "forgotten": True, **document}))
    else:
        write_out(_text(done))
    return 0


def _agreed(home: Path, args: argparse.Namespace) -> bool:
    """Ask whether it is really meant; nothing but a whole yes is."""
    from pfp_sensors.cli.ask import AnswersEndedError, can_ask, on_terminal
    from pfp_sensors.store.home import run_folders

    if args.json or not can_ask():
        raise UsageError("Nobody can be asked whether this is meant.", "Add --yes to delete all of it.")
    ask = on_terminal()
    runs = len(run_folders(home))
    recordings = "" if runs == 0 else " and 1 recording" if runs == 1 else f" and {runs} recordings"
    ask.say(f"This deletes your diary{recordings} in {home}. It cannot be undone.")
    ask.say("A copy first: pfp backup FILE")
    try:
        return bool(ask.yes_no("Delete all of it?", kept=False))
    except AnswersEndedError:
        return False


def _say_nothing_there(home: Path, args: argparse.Namespace) -> int:
    if args.json:
        write_out(json_line({"schema": "pfp.forget/1", "home": str(home), "forgotten": False}))
    else:
        write_out(f"There is no data folder at {home}; nothing to delete.")
    return 0


def _text(done: Forgotten) -> str:
    from pfp_sensors.report.words import count, paragraph

    lines = [f"Deleted: {count(len(done.files), 'file')} ({done.removed_bytes / 1e6:.1f} MB) in {done.home}."]
    lines += [f"  Left, because this program did not make it: {name}" for name in done.left]
    return "\n".join([*lines, paragraph(done.note)])
