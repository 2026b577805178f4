"""``pfp cohort``: many recordings in, tables of strides and runs out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.cli.judging import config_of
from pfp_sensors.cli.output import json_line, write_error, write_out
from pfp_sensors.cli.parser import path_text
from pfp_sensors.cli.progress import Progress
from pfp_sensors.errors import InputError, PfpError, RefusedError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pfp_sensors.model.cohort import CohortReport

DESCRIPTION = """\
Analyse every recording below a folder, whatever its format, as `pfp analyze`
does, and write one table of strides and one of runs (Parquet) into DIR. What is
done is not done again: after a stop, or when recordings were added or changed,
the same command goes on. A recording that cannot be read stops nothing; its row
says why. docs/cohort.md shows how to ask the tables."""

EXAMPLES = (
    "pfp cohort study --out results",
    "pfp cohort 'study/**/imu.parquet' --out results --engine pool --workers 4",
    "pfp cohort s3://lab/study --out results --scheduler tcp://10.0.0.5:8786",
)

_SHOWN: Final = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "input",
        nargs="+",
        metavar="INPUT",
        help="folder, file, quoted pattern, or address such as s3://bucket/study",
    )
    parser.add_argument(
        "--out", required=True, metavar="DIR", help="folder of the tables, here or at such an address"
    )
    parser.add_argument(
        "--engine",
        choices=("serial", "pool", "dask"),
        help="this process, processes of this computer (default), or Dask",
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://10.0.0.5:8786"
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes to start (default: all processors)"
    )
    parser.add_argument(
        "--config",
        type=path_text,
        metavar="FILE",
        help="settings to use instead of the shipped ones, as TOML",
    )
    parser.add_argument(
        "--drop-gone",
        action="store_true",
        help="remove the rows, of all versions, of recordings that are no longer in INPUT",
    )


def run(args: argparse.Namespace) -> int:
    """Analyse what is there; 3 or 4 where not one recording could be analysed, 1 where the program failed."""
    from pfp_sensors.cohort.run import run_cohort
    from pfp_sensors.model.cohort import CohortOptions

    given = _only(args.input)
    options = CohortOptions(args.engine, args.scheduler, args.workers, config_of(args), args.drop_gone)
    with Progress(1, "recordings", pace=True) as progress:

        def tell(done: int, total: int) -> None:
            progress.expect(total)
            progress.reach(done)

        progress.start("looking for recordings")
        try:
            report = run_cohort(given, args.out, options, tell=tell)
        except KeyboardInterrupt:
            progress.clear()
            write_error("\nWhat is in the tables by now stays; the same command goes on from there.")
            raise
    if args.json:
        write_out(json_line(_document(report)))
    else:
        from pfp_sensors.report.cohort_text import cohort_text

        write_out(cohort_text(report, _SHOWN))
    return _exit_code(report)


def _only(given: Sequence[str]) -> str:
    if len(given) == 1:
        return given[0]
    raise UsageError(
        f"Found {len(given)} inputs, from {given[0]} to {given[-1]}; expected one.",
        "Give their folder; or put a pattern in quotes, so that the shell leaves it as it is.",
    )


def _exit_code(report: CohortReport) -> int:
    """Give 0 where at least one recording is in the tables; a failure of the program itself is told by 1."""
    if any(one.code == PfpError.exit_code for one in report.failures):
        return PfpError.exit_code
    if report.n_analysed or report.n_before > report.n_refused_before + report.n_failed_before:
        return 0
    failed = report.n_failed or report.n_failed_before
    return InputError.exit_code if failed else RefusedError.exit_code


def _document(report: CohortReport) -> dict[str, Any]:
    from dataclasses import asdict

    from pfp_sensors.report.numbers import rounded

    document = asdict(report)
    return {"schema": "pfp.cohort/1", **document, "seconds": rounded(report.seconds)}
