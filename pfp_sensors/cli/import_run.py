"""``pfp import``: recordings and watch files into the diary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.entry_options import home_of
from pfp_sensors.cli.import_output import done_document, failed_document, show_done, show_understood
from pfp_sensors.cli.output import json_line, write_error, write_out, write_problem
from pfp_sensors.cli.parser import number, path_text
from pfp_sensors.errors import PfpError, UsageError

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from pfp_sensors.actions.import_file import ImportedFile
    from pfp_sensors.cli.progress import Progress

DESCRIPTION = """\
Bring files into the diary as runs: recordings of a sensor on the shin (of pfp,
of other makers' programs, of phones, CSV and Parquet), files of watches (FIT,
TCX, GPX), the archive that Strava gives you, or a table of runs. A file is told
by its content; docs/formats/ has a page for each kind. The same run twice is
named, not doubled; a watch's file and a recording of the same run are joined.
The files stay where they are; a copy of the samples, and of a watch's file the
rows without places, names and serial numbers, is kept with the diary."""

EXAMPLES = (
    "pfp import run.csv --start 2026-10-01T07:00 --side left",
    "pfp import morning.fit",
    "pfp import monday tuesday --dry-run",
)

_NO_PLACES = "Places (--keep-positions) are not added to a run that is there already."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", nargs="+", type=path_text, metavar="FILE", help="file or folder with a run")
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
    parser.add_argument(
        "--mapping",
        type=path_text,
        metavar="FILE",
        help="names the columns of a table that does not; kept for tables with the same header",
    )
    parser.add_argument(
        "--without-samples",
        action="store_true",
        help="keep only the figures of a recording: it can then not be drawn, analysed again or joined",
    )
    parser.add_argument(
        "--keep-positions", action="store_true", help="keep where a watch's run was, in a file of its own"
    )


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
    with Progress(len(args.path), "files") as progress:
        for path in args.path:
            progress.start(path)
            try:
                done = _import(home, path, args, at, progress)
            except PfpError as error:
                if len(args.path) == 1 and not (args.json and error.exit_code == 4):
                    raise
                worst = max(worst, error.exit_code)
                documents.append(_failed(path, error, args, progress))
            else:
                documents += _done(path, done, args, progress)
                worst = max([worst, *(error.exit_code for _, error in done.problems)])
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


def _import(
    home: Path, path: str, args: argparse.Namespace, at: datetime, progress: Progress
) -> ImportedFile:
    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.actions.entry_days import read_start
    from pfp_sensors.actions.import_file import ImportOptions, import_file
    from pfp_sensors.actions.import_run import NoRunningError

    known = AnalyzeOptions(
        side=args.side,
        placement=args.placement,
        sensor=args.sensor,
        acc_range_g=args.range_g,
        speed_mps=args.speed_mps,
        distance_km=args.distance_km,
        mapping=None if args.mapping is None else Path(args.mapping),
    )
    if known.mapping is not None and not args.json:
        progress.clear()
        _show_preview(Path(path), known.mapping, asks=not args.dry_run)
    start = None if args.start is None else read_start(args.start, at)
    options = ImportOptions(
        known,
        start,
        keep_positions=args.keep_positions,
        dry_run=args.dry_run,
        keep_samples=not args.without_samples,
    )

    def each(number: int, total: int) -> None:
        progress.start(f"{path}: {number + 1} of {total} runs")

    try:
        done = import_file(home, Path(path), options, at=at, each=each)
    except NoRunningError as error:
        if args.dry_run and not args.json:
            progress.clear()
            show_understood(error.recording)
        raise
    return _without_places(done) if args.keep_positions else done


def _without_places(done: ImportedFile) -> ImportedFile:
    """Say of runs of a watch that were there already that no places were added to them."""
    from dataclasses import replace

    runs = (
        replace(one, notes=(*one.notes, _NO_PLACES)) if one.how == "known" and one.run.watch else one
        for one in done.runs
    )
    return replace(done, runs=tuple(runs))


def _show_preview(path: Path, mapping: Path, *, asks: bool) -> None:
    """Show the first rows as the mapping has them, and ask on a terminal whether they are right.

    Raises
    ------
    UsageError
        If they are not.
    """
    from pfp_sensors.actions.mappings import mapping_preview
    from pfp_sensors.cli.ask import can_ask, on_terminal
    from pfp_sensors.report.understood_text import preview_lines

    for line in preview_lines(mapping_preview(path, mapping)):
        write_error(line)
    if asks and can_ask() and on_terminal().yes_no("Are these rows right?") is not True:
        raise UsageError("The mapping was not taken, and nothing was written.", f"Correct {mapping}.")


def _done(
    path: str, done: ImportedFile, args: argparse.Namespace, progress: Progress
) -> list[dict[str, Any]]:
    """Print what became of a file, unless JSON was asked for. Returns an object for each of its runs."""
    documents = [done_document(one) for one in done.runs]
    if not args.json:
        progress.clear()
        show_done(path, done)
    return [*documents, *(_failed(name, error, args, progress) for name, error in done.problems)]


def _failed(path: str, error: PfpError, args: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Tell of a run that could not be brought in. Returns its error object."""
    if not args.json:
        progress.clear()
        write_problem(error, "\n")
    return failed_document(path, error)
