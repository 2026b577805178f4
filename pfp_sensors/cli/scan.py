"""``pfp scan``: the sensors in reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.cli.parser import number
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from pfp_sensors.actions.scan import FoundSensor

DESCRIPTION = """\
List the sensors in reach: name, kind, serial number, signal strength, battery.
To learn serial number and battery it connects to each for a moment."""

EXAMPLES = ("pfp scan", "pfp scan --seconds 10 --all", "pfp scan --simulate")

_MAX_SECONDS = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--seconds", type=number, default=5.0, metavar="N", help="how long to listen (5)")
    parser.add_argument("--all", action="store_true", help="list other Bluetooth devices too")
    parser.add_argument("--no-connect", action="store_true", help="do not connect: no serial, no battery")
    parser.add_argument("--simulate", action="store_true", help="look at simulated sensors")


def run(args: argparse.Namespace) -> int:
    """Scan and print; no sensor in reach is an answer, not an error."""
    from dataclasses import asdict

    from pfp_sensors.actions.scan import scan_sensors
    from pfp_sensors.cli.progress import Progress

    if not 0.5 <= args.seconds <= _MAX_SECONDS:
        raise UsageError(
            f"--seconds is {args.seconds:g}; it must be 0.5 to {_MAX_SECONDS:g}.",
            "5 to 10 s find most sensors.",
        )
    with Progress(1, "scans") as progress:
        progress.start("listening for sensors")
        found = scan_sensors(args.seconds, ask=not args.no_connect, simulate=args.simulate)
    shown = found if args.all else [one for one in found if one.kind or one.unfit]
    if args.json:
        document = {
            "schema": "pfp.scan/1",
            "simulated": args.simulate,
            "sensors": [asdict(one) for one in shown],
        }
        write_out(json_line(document))
    else:
        write_out(_text(shown, len(found) - len(shown), simulated=args.simulate))
    return 0


def _text(shown: list[FoundSensor], others: int, *, simulated: bool) -> str:
    lines = ["SIMULATED sensors: nothing here exists."] if simulated else []
    for one in shown:
        lines += _entry(one)
    if not any(one.kind for one in shown):
        lines.append(
            "No sensor that can be used is in reach. Switch it on and bring it near; make sure\n"
            "that no phone is connected to it. `pfp doctor` checks Bluetooth here."
        )
    if others:
        devices = "1 other Bluetooth device is" if others == 1 else f"{others} other Bluetooth devices are"
        lines.append(f"{devices} in reach (`pfp scan --all` lists them).")
    return "\n".join(lines)


def _entry(one: FoundSensor) -> list[str]:
    from pfp_sensors.report.words import paragraph

    parts = [one.name or "(no name)", one.title or "other device"]
    if one.serial:
        parts.append(f"serial {one.serial}")
    if one.rssi_dbm is not None:
        parts.append(f"{one.rssi_dbm} dBm")
    if one.battery_percent is not None:
        parts.append(f"battery {one.battery_percent} %")
    lines = ["   ".join(parts)]
    if one.unfit:
        lines.append(paragraph(f"Cannot be used. {one.unfit}", "  ", "  "))
    if one.problem:
        lines.append(paragraph(f"Could not be asked: {one.problem}", "  ", "  "))
    if one.evidence:
        lines.append(paragraph(f"Known so far: {one.evidence.rstrip('.')}.", "  ", "  "))
    return lines
