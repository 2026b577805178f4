"""``pfp export``: the diary for other programs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.export_kinds import KINDS, OPTIONS, Kind
from pfp_sensors.cli.judging import config_of, home_of
from pfp_sensors.cli.output import json_line, write_error, write_out
from pfp_sensors.cli.parser import path_text
from pfp_sensors.cli.progress import Progress
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from pfp_sensors.actions.export_request import Exported

_PIECE: Final = 1 << 20
_STDOUT: Final = "-"


_NAMES: Final = tuple(kind.name for kind in KINDS)

DESCRIPTION = "Write your diary, or a run, for other programs.\n\n" + "\n".join(
    f"{kind.name if number == 0 else '':<12} {line}"
    for kind in KINDS
    for number, line in enumerate(kind.help)
)

EXAMPLES = (
    "pfp export history -o diary.json",
    "pfp export runs -o runs.csv",
    "pfp export strides last -o strides.parquet",
    "pfp export all -o everything.zip",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", choices=_NAMES, metavar="KIND", help=f"what to write: {', '.join(_NAMES)}")
    parser.add_argument(
        "run",
        nargs="?",
        metavar="RUN",
        help="a run, where the kind is about runs: its id, `last`, or its day",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=path_text,
        metavar="OUT",
        help="what to write to (default, of text: standard output)",
    )
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")
    parser.add_argument(
        "--notes", action="store_true", help="with what you wrote in words (runs, wellness, all)"
    )
    parser.add_argument("--samples", action="store_true", help="with the samples of recordings (all)")
    parser.add_argument(
        "--positions", action="store_true", help="with where your runs were, if you kept that (all)"
    )
    parser.add_argument(
        "--sensor", metavar="NAME", help="of several sensors the one: left, right, or its name (samples)"
    )
    parser.add_argument("--dates", action="store_true", help="with the true dates (motion-bids)")
    parser.add_argument("--serials", action="store_true", help="with the names of your sensors (motion-bids)")
    parser.add_argument(
        "--config", type=path_text, metavar="FILE", help="settings of your own (docs/settings.md)"
    )


def run(args: argparse.Namespace) -> int:
    """Write what was asked for; where it goes into a file, say so."""
    kind = next(one for one in KINDS if one.name == args.kind)
    _check(kind, args)
    if args.output in {None, _STDOUT}:
        return _print(kind, args)
    done = _write(kind, args, Path(args.output))
    if args.json:
        write_out(json_line(_document(kind, done)))
        return 0
    _tell(done)
    write_error(
        f"Written: {done.path}{_contents(kind, done)}. It holds your health data, and only you can read it."
    )
    return 0


def _check(kind: Kind, args: argparse.Namespace) -> None:
    """Refuse what does not go together, before anything is read."""
    if args.run is not None and kind.run == "none":
        raise UsageError(
            f"`pfp export {kind.name}` is about the whole diary, not one run.", f"Leave {args.run} away."
        )
    if args.run is None and kind.run == "must":
        raise UsageError(
            f"`pfp export {kind.name}` is about one run, and none was named.",
            f"For example: pfp export {kind.name} last -o OUT. `pfp runs` lists the runs.",
        )
    for option in OPTIONS:
        if getattr(args, option) and option not in kind.options:
            takes = [one.name for one in KINDS if option in one.options]
            raise UsageError(
                f"--{option} goes with {', '.join(takes)}, not with {kind.name}.",
                "Leave it away.",
            )


def _print(kind: Kind, args: argparse.Namespace) -> int:
    """Write a text to standard output; it is made in a private file first, so that it is whole or nothing."""
    if not kind.ending:
        raise UsageError(
            f"`pfp export {kind.name}` needs a place to write to.",
            f"Give one: pfp export {kind.name} -o OUT.",
        )
    if args.json and kind.ending != ".json":
        raise UsageError("A table is no JSON object.", "Give -o FILE, or leave --json away.")
    with tempfile.TemporaryDirectory(prefix="pfp-export-") as folder:
        done = _write(kind, args, Path(folder) / f"{kind.name}{kind.ending}")
        if not args.json:
            _tell(done)
        with done.path.open(encoding="utf-8", newline="") as file:
            while piece := file.readlines(_PIECE):
                write_out("".join(piece))
    return 0


def _write(kind: Kind, args: argparse.Namespace, path: Path) -> Exported:
    from pfp_sensors.actions.export_request import ExportRequest
    from pfp_sensors.actions.now import now

    with Progress(1, "runs") as progress:

        def tell(number: int, many: int, name: str) -> None:
            progress.expect(many)
            if number:
                progress.finish()
            progress.start(name)

        progress.start("writing")
        request = ExportRequest(
            home=home_of(args),
            path=path,
            at=now(),
            run=args.run,
            replace=args.replace,
            config=config_of(args),
            sensor=args.sensor,
            notes=args.notes,
            samples=args.samples,
            positions=args.positions,
            dates=args.dates,
            serials=args.serials,
            tell=tell,
        )
        return kind.write(request)


def _tell(done: Exported) -> None:
    for note in done.notes:
        write_error(note)


def _contents(kind: Kind, done: Exported) -> str:
    from pfp_sensors.report.words import count

    parts = [count(done.runs, "run")] if done.runs or not kind.row else []
    if kind.row and done.rows is not None:
        parts.append(count(done.rows, kind.row))
    if done.files:
        parts.append(count(len(done.files), "file"))
    return f" ({', '.join(parts)})"


def _document(kind: Kind, done: Exported) -> dict[str, Any]:
    return {
        "schema": "pfp.export/1",
        "kind": kind.name,
        "file": str(done.path),
        "runs": done.runs,
        "rows": done.rows,
        "files": list(done.files),
        "notes": list(done.notes),
    }
