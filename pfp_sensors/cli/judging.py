"""What ``next``, ``week`` and ``trend`` share: which diary is asked, for which moment, on how wide a page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.cli.output import write_error
from pfp_sensors.cli.parser import path_text

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from pfp_sensors.model.diary import History

_MOST_NAMED = 5


def add_moment(parser: argparse.ArgumentParser) -> None:
    """Take ``--as-of``."""
    parser.add_argument(
        "--as-of",
        metavar="D",
        help="as it was at the end of a day (YYYY-MM-DD, today, yesterday) or at a time with its offset; "
        "nothing is stored",
    )


def add_history(parser: argparse.ArgumentParser) -> None:
    """Take ``--history`` and ``--config``."""
    parser.add_argument(
        "--history",
        type=path_text,
        metavar="FILE",
        help="judge a history file instead of your diary, which is not touched",
    )
    parser.add_argument(
        "--config", type=path_text, metavar="FILE", help="settings of your own (docs/settings.md)"
    )


def config_of(args: argparse.Namespace) -> Path | None:
    """Give the file of ``--config``."""
    return None if args.config is None else Path(args.config)


def home_of(args: argparse.Namespace) -> Path:
    """Give the home that the command is about."""
    from pfp_sensors.store.home import home_folder

    return home_folder(getattr(args, "home", None))


def looked_back(args: argparse.Namespace) -> tuple[History, datetime] | None:
    """Read the diary that is only looked at, and its moment; None where the person's own is asked now.

    Raises
    ------
    UsageError
        If ``--as-of`` is no day and no time.
    InputError, PfpError
        If the diary or the file cannot be read.
    """
    return read_asked(args) if is_looked_back(args) else None


def is_looked_back(args: argparse.Namespace) -> bool:
    """Tell whether another moment or diary is asked for than the person's own, now."""
    return args.history is not None or args.as_of is not None


def read_asked(args: argparse.Namespace) -> tuple[History, datetime]:
    """Read the diary or file that is asked, and the moment; nothing is made. Raises as `looked_back`.

    Of a file it is said how much lies after that moment, for that may be a mistake in a date.
    """
    from pfp_sensors.actions.now import now, read_as_of

    history = _read(args)
    at = now() if args.as_of is None else read_as_of(args.as_of, history)
    if args.history is not None:
        _tell_of_later(args.history, history, at)
    return history, at


def _tell_of_later(path: str, history: History, at: datetime) -> None:
    from pfp_sensors.actions.now import later_entries
    from pfp_sensors.report.page import moment_words

    later = later_entries(history, at)
    if later:
        lie, are = ("1 entry lies", "is") if later == 1 else (f"{later} entries lie", "are")
        write_error(f"{path}: {lie} after {moment_words(at)} and {are} not looked at.")


def _read(args: argparse.Namespace) -> History:
    if args.history is not None:
        return _read_file(Path(args.history))
    from pfp_sensors.actions.read_diary import read_diary

    return read_diary(home_of(args))


def _read_file(path: Path) -> History:
    """Read a history file, saying what of it was passed over."""
    from pfp_sensors.formats.history import history_from_document, read_document, unknown_keys

    document = read_document(path)
    history = history_from_document(document, str(path))
    unknown = unknown_keys(document)
    if unknown:
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        write_error(f"{path}: not known here, and left out: {', '.join(unknown[:_MOST_NAMED])}{more}.")
    return history


def page_width() -> int:
    """Tell how many columns the page has: those of a terminal, at most 80."""
    from pfp_sensors.report.words import WIDTH

    if not sys.stdout.isatty():
        return WIDTH
    import shutil

    return min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
