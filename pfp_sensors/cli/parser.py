"""The command line of every command. Building it imports the chosen command's file and no other."""

from __future__ import annotations

import argparse
import importlib
import re
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, cast

from pfp_sensors import __version__
from pfp_sensors.cli.output import write_out
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMMANDS = {
    "setup": "set your diary up; safety questions come first",
    "confirm": "change usual pain, baseline, goal or plan on purpose",
    "checkin": "answer the short daily or weekly questions",
    "session": "be guided through an exercise session",
    "override": "store a clinician's word on one number, for a time",
    "clear": "store that a clinician has cleared a red flag",
    "analyze": "summarise recordings of runs",
    "cohort": "analyse many recordings into tables of strides and runs",
    "compare": "set two analyses side by side",
    "doctor": "say what works here, or whether a sensor is good enough",
    "scan": "list the sensors in reach",
    "record": "record a run from a sensor over Bluetooth",
    "recover": "finish recordings that a crash left open",
    "fetch": "download runs from a sensor's own memory",
    "import": "bring recordings into the diary as runs",
    "add-run": "write a run without any sensor into the diary",
    "runs": "list the runs of the diary",
    "show": "show one run of the diary",
    "edit": "correct one value of an entry; the old one is kept",
    "undo": "take back the last entry",
    "pain": "write a pain score into the diary",
    "symptom": "write a warning sign or red flag into the diary",
    "exercise": "write down an exercise, or another activity",
    "score": "write the total of a questionnaire into the diary",
    "next": "tell what the next run may be, and why",
    "week": "plan the coming seven days",
    "trend": "show pain, load and adherence over weeks",
    "serve": "open the dashboard in your browser",
    "report": "write a run or the last weeks as a page to look at, print or send",
    "export": "write your diary to a file that other programs can read",
    "backup": "write all of your data into one file",
    "restore": "bring a backup or a history file back",
    "forget": "delete all of your data here",
    "recompute": "analyse stored runs again with this version",
    "simulate": "write a synthetic recording with known truth",
    "demo": "show the main job from end to end on a synthetic run",
    "version": "print the version",
}
"""Every command with what it does; each is a file of this folder."""

_FILES = {"import": "import_run"}
"""Commands whose file cannot have their name."""

_DESCRIPTION = "Run analysis for kneecap pain, from a motion sensor on the shin."
_EPILOG = """\
example:
  pfp analyze run.csv

exit codes: 0 done, 1 the program failed, 2 wrong usage, 3 an input cannot be read,
4 read but refused for the question asked, 5 a sensor or adapter problem
(1 is also a full or failing disk)"""

_PLAIN = (
    (r"argument (\S+): invalid (?:number|minutes) value: (.*)", r"\1 is \2; give a number."),
    (r"argument (\S+): invalid int value: (.*)", r"\1 is \2; give a whole number."),
    (r"argument (\S+): invalid choice: (.*) \(choose from (.*)\)", r"\1 is \2; give one of \3."),
    (r"argument (\S+): expected one argument", r"\1 was given without a value."),
    (r"unrecognized arguments: (.*)", r"Not understood: \1."),
    (r"the following arguments are required: (.*)", r"\1 is missing."),
    (r"argument (\S+): (.*)", r"\1: \2."),
)
"""What argparse says, and the same in plain words."""


class Command(Protocol):
    """What the file of a command holds."""

    DESCRIPTION: str
    EXAMPLES: tuple[str, ...]
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """An argument parser that raises wrong usage as an error of this package."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_formatter, **options)

    def error(self, message: str) -> NoReturn:
        """Raise instead of leaving the process.

        Raises
        ------
        UsageError
            Always.
        """
        raise UsageError(_plain(message), f"See `{self.prog} --help`.")

    def _print_message(self, message: str, _file: object = None) -> None:
        """Print help and version like any result: argparse keeps silent where that fails."""
        write_out(message)


def parse(arguments: Sequence[str]) -> tuple[Command, argparse.Namespace]:
    """Find the command and read its arguments.

    Raises
    ------
    UsageError
        If there is no such command, or it does not take these arguments.
    SystemExit
        After ``--help`` and ``--version`` have printed.
    """
    place = _place_of_command(arguments)
    name = arguments[place] if place < len(arguments) else None
    if name is not None and name not in COMMANDS:
        raise UsageError(f"There is no command `{name}`.", _nearest(name))
    before = build_parser().parse_args(arguments[:place])
    if name is None:
        raise UsageError("No command was given.", f"Give one of: {', '.join(COMMANDS)}. See `pfp --help`.")
    parser = Parser(prog=f"pfp {name}")
    add_command(parser, name)
    rest = arguments[place + 1 :]
    # Python 3.11 loses what follows "--" when options may stand between paths.
    read = parser.parse_args if "--" in rest else parser.parse_intermixed_args
    return load(name), read(rest, before)


def load(name: str) -> Command:
    """Import the file of a command."""
    return cast("Command", importlib.import_module(f"pfp_sensors.cli.{_file_of(name)}"))


def _file_of(name: str) -> str:
    return _FILES.get(name, name.replace("-", "_"))


def build_parser() -> Parser:
    """Build the parser of what stands before the command; it lists the commands."""
    parser = Parser(prog="pfp", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"pfp {__version__}")
    _add_home(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary)
    return parser


def add_command(parser: argparse.ArgumentParser, name: str) -> None:
    """Give a command's parser its texts, its arguments and those that every command takes."""
    command = load(name)
    examples = "\n".join(f"  {example}" for example in command.EXAMPLES)
    heading = "example" if len(command.EXAMPLES) == 1 else "examples"
    parser.description = command.DESCRIPTION
    parser.epilog = f"{heading}:\n{examples}"
    command.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print exactly one JSON object and nothing else")
    _add_home(parser)


def number(text: str) -> float:
    """Read a finite number given as an argument."""
    if "," in text:
        raise argparse.ArgumentTypeError(f"{text!r} was given; write it with a point, such as 4.1")
    value = float(text)
    if value - value != 0.0:
        raise ValueError(text)
    return value


def sensor_text(text: str) -> str:
    """Take the name, address or serial number of a sensor; an empty one would mean none."""
    if not text.strip():
        raise argparse.ArgumentTypeError(
            "an empty name was given; give a name, an address or a serial number"
        )
    return text


def seed(text: str) -> int:
    """Read a whole number of zero or more."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} was given; allowed is a whole number of 0 or more")
    return int(text)


def path_text(text: str) -> str:
    """Take the name of a file or folder; an empty one would mean the folder one is in."""
    if not text:
        raise argparse.ArgumentTypeError("an empty path was given; give the name of a file or folder")
    return text


def _plain(message: str) -> str:
    """Say in plain words what argparse found."""
    for pattern, words in _PLAIN:
        found = re.fullmatch(pattern, message)
        if found:
            return found.expand(words)
    return f"{message[:1].upper()}{message[1:]}."


def _add_home(parser: argparse.ArgumentParser) -> None:
    """Take ``--home`` before and after the command; absent from the result where it is not given."""
    parser.add_argument(
        "--home",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="folder of your own data (or PFP_HOME; default: the platform's user data folder)",
    )


def _place_of_command(arguments: Sequence[str]) -> int:
    """Find the first argument that is no option and no option's value; their number where there is none."""
    rest = iter(enumerate(arguments))
    for place, argument in rest:
        if argument == "--home":
            next(rest, None)
        elif not argument.startswith("-"):
            return place
    return len(arguments)


def _nearest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    meant = f"Did you mean `{near[0]}`? " if near else ""
    return f"{meant}The commands are {', '.join(COMMANDS)}; see `pfp --help`."


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Lay help out on 80 columns, keeping the line breaks of the examples."""
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=28, width=80)
