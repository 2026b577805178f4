"""What the commands of the diary take in common, and how they are read."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pfp_sensors.model.diary import KNEES

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from pfp_sensors.settings.load_rules import LoadSettings


def whole(text: str) -> int:
    """Read a whole number given as an argument."""
    sign, digits = (text[:1], text[1:]) if text[:1] in {"-", "+"} else ("", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} was given; give a whole number")
    return int(sign + digits)


def add_date(parser: argparse.ArgumentParser, meaning: str) -> None:
    """Declare ``--date``."""
    parser.add_argument("--date", metavar="D", help=f"{meaning}: YYYY-MM-DD, today or yesterday")


def add_knee(parser: argparse.ArgumentParser) -> None:
    """Declare ``--knee``."""
    parser.add_argument("--knee", choices=KNEES, help="which knee (default: every knee that hurts)")


def add_note(parser: argparse.ArgumentParser) -> None:
    """Declare ``--note``."""
    parser.add_argument("--note", metavar="T", help="a few words to keep with it")


def home_of(args: argparse.Namespace) -> Path:
    """Tell where the person's data lie.

    Raises
    ------
    UsageError
        If the home is a file.
    """
    from pfp_sensors.actions.read_diary import has_diary
    from pfp_sensors.store.home import home_folder

    home = home_folder(getattr(args, "home", None))
    has_diary(home)
    return home


def day_option(text: str | None, at: datetime, name: str = "--date") -> date | None:
    """Read a day that may be left out; raises as `actions.entry_days.read_day`."""
    from pfp_sensors.actions.entry_days import read_day

    return None if text is None else read_day(text, at, name)


def load_numbers() -> LoadSettings:
    """Load the numbers of load management."""
    from pfp_sensors.settings.load import load_load_settings

    return load_load_settings()
