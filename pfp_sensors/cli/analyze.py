"""``pfp analyze``: recording in, summary out; keeps nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.output import error_document, write_error, write_out, write_problem
from pfp_sensors.cli.parser import number, path_text
from pfp_sensors.errors import PfpError, RefusedError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.model.analysis import FileAnalysis

DESCRIPTION = """\
Read recordings (CSV, gzip or not, or Parquet, or a folder as `pfp simulate`
writes it) and summarise each run: steps, cadence, landing impact, distance,
how sure that is, and what cannot be told. Nothing is stored."""

EXAMPLES = (
    "pfp analyze run.csv",
    "pfp analyze monday.csv tuesday.csv.gz --side left --range-g 16 --json",
    "pfp analyze treadmill.csv --speed-mps 2.8 --strides strides.csv",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "path", nargs="+", type=path_text, metavar="PATH", help="recording: a file or a folder"
    )
    parser.add_argument("--events", action="store_true", help="with --json: add the time of every contact")
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
        "--strides", metavar="OUT", help="write one row per stride to OUT, as .csv or .parquet by ending"
    )
    parser.add_argument(
        "--mapping", metavar="FILE", help="names the columns of a CSV that does not name them itself, as TOML"
    )
    parser.add_argument(
        "--config", metavar="FILE", help="settings to use instead of the shipped ones, as TOML"
    )


def run(args: argparse.Namespace) -> int:
    """Analyse every path; one that fails does not stop the others. Returns the highest exit code."""
    from pfp_sensors.cli.progress import Progress

    _check(args)
    analyze = _analyzer(args)
    documents: list[dict[str, Any]] = []
    for_table: list[FileAnalysis] = []
    worst = 0
    with Progress(len(args.path), "recordings") as progress:
        for path in args.path:
            progress.start(path)
            try:
                analysis = analyze(path)
            except PfpError as error:
                if len(args.path) == 1:
                    raise
                document, code = _failed(path, error, args, progress), error.exit_code
            else:
                document, code = _done(analysis, args, progress)
                for_table += [analysis] if args.strides else []
            documents.append(document)
            worst = max(worst, code)
            progress.finish()
    if for_table:
        _write_strides(for_table, Path(args.strides), named=len(args.path) > 1)
    if args.json:
        _print_json(documents)
    return worst


def _check(args: argparse.Namespace) -> None:
    """Refuse options that contradict each other, and a table that could not be written after all the work."""
    if args.events and not args.json:
        raise UsageError(
            "--events adds to the JSON document.", "Give --json too, or --strides OUT for a table."
        )
    if args.distance_km is not None and len(args.path) > 1:
        raise UsageError(
            f"--distance-km belongs to one recording; {len(args.path)} were given.",
            "Analyse them one by one.",
        )
    if args.strides is not None:
        from pfp_sensors.formats.strides_table import check_table

        out = Path(args.strides)
        if any(_is_of(Path(path), out) for path in args.path):
            raise UsageError(
                f"--strides {out} is a recording to be analysed, or a file of one; it would be overwritten.",
                "Give another name.",
            )
        check_table(out)


def _is_of(recording: Path, out: Path) -> bool:
    """Say whether ``out`` is a recording, a file in its folder, or would be taken for a part of it."""
    found = out.exists() and recording.exists()
    if found and out.samefile(recording):
        return True
    inside = recording.is_dir() and recording.resolve() in out.resolve().parents
    return inside and (out.exists() or out.match("imu*.parquet"))


def _analyzer(args: argparse.Namespace) -> Callable[[str], FileAnalysis]:
    """Bind what holds for every path: options and settings are read and checked once."""
    from pfp_sensors.actions.analyze import AnalyzeOptions, analyze_file
    from pfp_sensors.settings import load_import_settings, load_signal_settings

    options = AnalyzeOptions(
        side=args.side,
        placement=args.placement,
        sensor=args.sensor,
        acc_range_g=args.range_g,
        speed_mps=args.speed_mps,
        distance_km=args.distance_km,
        mapping=None if args.mapping is None else Path(args.mapping),
    )
    config = None if args.config is None else Path(args.config)
    settings, limits = load_signal_settings(config), load_import_settings(config)
    return lambda path: analyze_file(path, options, settings, limits)


def _done(analysis: FileAnalysis, args: argparse.Namespace, progress: Progress) -> tuple[dict[str, Any], int]:
    """Print the text of an analysis, unless JSON was asked for. Returns its document and exit code."""
    from pfp_sensors.report.analysis_json import analysis_document
    from pfp_sensors.report.analysis_text import analysis_text

    if not args.json:
        progress.clear()
        write_out(analysis_text(analysis) + ("\n" if len(args.path) > 1 else ""))
    document = analysis_document(analysis, events=args.events)
    return document, RefusedError.exit_code if document["status"] == "refused" else 0


def _failed(path: str, error: PfpError, args: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Tell of one path among several that could not be analysed. Returns its error object."""
    if not args.json:
        progress.clear()
        write_problem(error, "\n")
    return {**error_document(error), "path": path}


def _write_strides(analyses: list[FileAnalysis], out: Path, *, named: bool) -> None:
    """Write the table of strides; without a single stride write none and say so."""
    from pfp_sensors.formats.strides_table import write_strides

    if not any(len(leg.strides) for analysis in analyses for leg in analysis.legs):
        write_error(
            f"pfp: no strides file was written to {out}: no single stride could be timed.\n"
            "Strides need running or walking, recorded at 50 Hz or more."
        )
        return
    write_strides(analyses, out, named=named)
    write_error(f"Strides written to {out}")


def _print_json(documents: list[dict[str, Any]]) -> None:
    from pfp_sensors.report.analysis_json import analyses_document
    from pfp_sensors.report.numbers import json_text

    write_out(json_text(documents[0] if len(documents) == 1 else analyses_document(documents)))
