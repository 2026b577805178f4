"""``pfp doctor``: what works here, and whether a sensor is good enough."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pfp_sensors.cli.output import json_line, write_error, write_out
from pfp_sensors.cli.parser import number, sensor_text
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from pfp_sensors.collect.judge import Check

DESCRIPTION = """\
Say what works here: Bluetooth and the permission to use it, the folder for your
data, recordings that were left unfinished, runs that an older version analysed,
what a restore left behind; and what to do about each.

With --sensor: lay the sensor on a table and leave it there. It is recorded for
20 s and judged: rate, jitter, loss, clock, range, gravity at rest. Nothing is
kept. 130 s or more also tell how far its clock drifts.

Where something is not as it should be the command ends with 5, or with what
that one thing has; with --json the checks are printed all the same."""

EXAMPLES = ("pfp doctor", "pfp doctor --sensor SHANK-L", "pfp doctor --sensor SHANK-L --seconds 150")

_SECONDS = 20.0
_INDENT = "         "
_MARKS = {True: "ok     ", False: "NOT OK ", None: "unknown"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--sensor", type=sensor_text, metavar="S", help="name, address or serial of a sensor to judge"
    )
    parser.add_argument("--seconds", type=number, metavar="N", help="how long to record it (20)")
    parser.add_argument("--simulate", action="store_true", help="judge a simulated sensor of that name")


def run(args: argparse.Namespace) -> int:
    """Check and print; 5 where Bluetooth or the sensor is not good enough.

    Raises
    ------
    UsageError
        If an option is given that only goes with --sensor.
    """
    if args.sensor is None and (args.simulate or args.seconds is not None):
        raise UsageError(
            "--simulate and --seconds go with --sensor.",
            "For example: pfp doctor --sensor SHANK-L --simulate.",
        )
    checks = _checks(args)
    if args.json:
        document = {
            "schema": "pfp.doctor/1",
            "sensor": args.sensor,
            "simulated": bool(args.simulate and args.sensor),
            "checks": [_document(check) for check in checks],
        }
        write_out(json_line(document))
    else:
        if args.simulate and args.sensor:
            write_out("SIMULATED sensor: nothing here was measured.")
        for check in checks:
            write_out(_lines(check))
    return max((check.exit_code for check in checks if check.ok is False), default=0)


def _checks(args: argparse.Namespace) -> tuple[Check, ...]:
    from pfp_sensors.actions.doctor import check_computer, check_sensor
    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.store.home import home_folder

    with Progress(1, "checks") as progress:
        if args.sensor is None:
            progress.start("looking at Bluetooth and the data folder")
            return check_computer(home_folder(getattr(args, "home", None)))
        progress.start(f"recording {args.sensor}, which should lie still")
        seconds = _SECONDS if args.seconds is None else args.seconds
        return check_sensor(args.sensor, seconds, simulate=args.simulate, tell=write_error)


def _document(check: Check) -> dict[str, object]:
    return {key: value for key, value in asdict(check).items() if key != "exit_code"}


def _lines(check: Check) -> str:
    from pfp_sensors.report.words import paragraph

    text = f"{check.name}: {check.found.rstrip('.')}"
    lines = [paragraph(text, f"{_MARKS[check.ok]}  ", _INDENT)]
    if check.ok is not True:
        lines.append(paragraph(f"Needed: {check.expected}.", _INDENT, _INDENT))
        if check.what_to_do:
            lines.append(paragraph(f"To do: {check.what_to_do}", _INDENT, _INDENT))
    return "\n".join(lines)
