"""``pfp import``: recordings into the diary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.entry_options import home_of
from pfp_sensors.cli.output import error_document, json_line, write_error, write_out
from pfp_sensors.cli.parser import number, path_text
from pfp_sensors.errors import PfpError, UsageError

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from pfp_sensors.actions.import_run import Imported
    from pfp_sensors.cli.progress import Progress

DESCRIPTION = """\
Bring recordings (CSV, gzip or not, or Parquet, or a folder as pfp writes it)
into the diary as runs: kilometres, minutes, speed, cadence, steps and landing
impact. The same recording twice is named, not doubled. The files stay where
they are."""

EXAMPLES = (
    "pfp import run.csv --start 2026-10-01T07:00 --side left",
    "pfp import monday tuesday --dry-run",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "path", nargs="+", type=path_text, metavar="FILE", help="recording: a file or a folder"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what was understood, write nothing")
    parser.add_argument(
        "--start",
        metavar="T",
        help="when the run began, where the file does not say: 2026-10-01T07:00, or only the day",
    )
    parser.add_argument("--side", choices=("left", "right"), help="leg that carried the sensor")
    parser.add_argument("--placement", metavar="P", help="where it was worn, such as shank")
    parser.add_argument(
        "--sensor", metavar="PREFIX", help="which of several sensors in the file, such as right_leg"
    )
    parser.add_argument(
        "--range-g", type=number, metavar="R", help="full scale of the accelerometer, 16 for +-16 g"
    )
    parser.add_argument("--speed-mps", type=number, metavar="V", help="speed of the treadmill, 0.3 to 12 m/s")
    parser.add_argument("--distance-km", type=number, metavar="D", help="distance by treadmill or watch")


def run(args: argparse.Namespace) -> int:
    """Bring every file in; one that fails does not stop the others. Returns the highest exit code.

    Raises
    ------
    UsageError
        If an option that belongs to one recording is given for several, or cannot be true.
    PfpError
        If the only file fails.
    """
    from pfp_sensors.actions.now import now
    from pfp_sensors.cli.progress import Progress

    _check(args)
    home, at = home_of(args), now()
    documents: list[dict[str, Any]] = []
    worst = 0
    with Progress(len(args.path), "recordings") as progress:
        for path in args.path:
            progress.start(path)
            try:
                imported = _import(home, path, args, at)
            except PfpError as error:
                if len(args.path) == 1 and not (args.json and error.exit_code == 4):
                    raise
                worst = max(worst, error.exit_code)
                documents.append(_failed(path, error, args, progress))
            else:
                documents.append(_done(imported, args, progress))
            progress.finish()
    if args.json:
        write_out(json_line({"schema": "pfp.import/1", "dry_run": args.dry_run, "results": documents}))
    return worst


def _check(args: argparse.Namespace) -> None:
    for option, value in (("--start", args.start), ("--distance-km", args.distance_km)):
        if value is not None and len(args.path) > 1:
            raise UsageError(
                f"{option} belongs to one recording; {len(args.path)} were given.", "Import them one by one."
            )


def _import(home: Path, path: str, args: argparse.Namespace, at: datetime) -> Imported:
    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.actions.entry_days import read_start
    from pfp_sensors.actions.import_run import import_run

    options = AnalyzeOptions(
        side=args.side,
        placement=args.placement,
        sensor=args.sensor,
        acc_range_g=args.range_g,
        speed_mps=args.speed_mps,
        distance_km=args.distance_km,
    )
    start = None if args.start is None else read_start(args.start, at)
    return import_run(home, Path(path), options, start=start, dry_run=args.dry_run, at=at)


def _done(imported: Imported, args: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Print what became of a recording, unless JSON was asked for. Returns its object."""
    from pfp_sensors.report.imported_text import imported_text
    from pfp_sensors.report.words import paragraph
    from pfp_sensors.store.diary_documents import entry_values

    run, others = imported.run, imported.other_runs
    if not args.json:
        progress.clear()
        text = imported_text(
            imported.path,
            run,
            imported.how,
            others,
            imported.notes,
            dated=imported.dated,
            no_run=imported.no_run,
        )
        write_out("\n".join(paragraph(line) for line in text.splitlines()))
    unwritten = {"id": None} if imported.how == "understood" else {}
    unwritten |= {} if imported.dated else {"start": None}
    return {
        "path": imported.path,
        "result": imported.how,
        "run": entry_values(run) | unwritten,
        "same_day": [one.id for one in others],
        "notes": list(imported.notes),
    }


def _failed(path: str, error: PfpError, args: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Tell of a recording that could not be brought in. Returns its error object."""
    if not args.json:
        progress.clear()
        write_error(f"pfp: {error}\n")
    return {"path": path, "result": "failed", "error": error_document(error)}
