"""``pfp version``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pfp_sensors import __version__
from pfp_sensors.cli.output import json_line, write_out

if TYPE_CHECKING:
    import argparse

DESCRIPTION = "Print the version of this program and of the Python that runs it."

EXAMPLES = ("pfp version --json",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments of its own."""


def run(args: argparse.Namespace) -> int:
    """Print the version."""
    python = ".".join(map(str, sys.version_info[:3]))
    document = {"schema": "pfp.version/1", "version": __version__, "python": python}
    write_out(json_line(document) if args.json else f"pfp {__version__} (Python {python})")
    return 0
