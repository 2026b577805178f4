"""``pfp recompute``: stored runs analysed again with this version."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.cli.judging import config_of, home_of
from pfp_sensors.cli.output import error_document, flush_out, json_line, write_error, write_out
from pfp_sensors.cli.parser import path_text
from pfp_sensors.cli.progress import Progress
from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pfp_sensors.actions.recompute import Difference, Recomputed

DESCRIPTION = """\
Analyse the recordings of your runs again where an older version, or other
settings, made their figures, and show what differs. The old figures are kept
in the diary, what you corrected yourself stands, and limits that were issued
stay as they were issued. Each run is stored by itself: what is done when the
command is stopped stays done, and the next time it goes on."""

EXAMPLES = ("pfp recompute --dry-run", "pfp recompute", "pfp recompute r7")

_STOPPED: Final = 130
_MOST_ERRORS: Final = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("run", nargs="?", metavar="RUN", help="one run (default: all); `pfp runs` lists them")
    parser.add_argument("--dry-run", action="store_true", help="show what would differ, store nothing")
    parser.add_argument("--every", action="store_true", help="show all figures of all runs, however many")
    parser.add_argument(
        "--config", type=path_text, metavar="FILE", help="settings of your own (docs/settings.md)"
    )


def run(args: argparse.Namespace) -> int:
    """Analyse again, print the differences; the highest exit code of all, 130 where it was stopped.

    Raises
    ------
    UsageError
        If there is no such run, or it has no recording here.
    SettingsError
        If the file of settings has a wrong key or value.
    InputError, PfpError
        If the diary cannot be read or written, and nothing was done before.
    """
    from pfp_sensors.report.recompute_text import recompute_text

    done: list[Recomputed] = []
    stopped = _recomputed(args, done)
    if stopped is not None and not done:
        raise stopped
    document = _document(args, done, stopped)
    if args.json:
        write_out(json_line(document))
    else:
        write_out(recompute_text(document, every=args.every))
        _tell_errors(done, every=args.every)
        flush_out()
        if stopped is not None:
            write_error(f"Stopped: {stopped}")
    codes = [one.error.exit_code for one in done if one.error is not None]
    return max(codes, default=0) if stopped is None else stopped.exit_code


def _recomputed(args: argparse.Namespace, done: list[Recomputed]) -> PfpError | None:
    """Analyse again; ``done`` has what became of each run, also where what is returned stopped it."""
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.recompute import recompute

    with Progress(1, "recordings", pace=True) as progress:

        def tell(number: int, many: int, name: str) -> None:
            progress.expect(many)
            progress.reach(number)
            progress.start(f"analysing {name} again")

        try:
            recompute(
                home_of(args),
                args.run,
                now(),
                config=config_of(args),
                dry_run=args.dry_run,
                progress=tell,
                tell=done.append,
            )
        except KeyboardInterrupt:
            if not done:
                raise
            stopped = PfpError(
                "The command was stopped before it was done; the runs above are done.",
                "Run it again to go on.",
            )
            stopped.exit_code = _STOPPED
            return stopped
        except PfpError as error:
            return error
    return None


def _tell_errors(done: Sequence[Recomputed], *, every: bool) -> None:
    errors = [one.error for one in done if one.error is not None]
    for error in errors if every else errors[:_MOST_ERRORS]:
        write_error(f"Not analysed: {error}")
    if not every and len(errors) > _MOST_ERRORS:
        write_error(f"Not analysed: {len(errors) - _MOST_ERRORS} more; --every names all of them.")


def _document(
    args: argparse.Namespace, done: Sequence[Recomputed], stopped: PfpError | None
) -> dict[str, Any]:
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.recompute import baseline_legs
    from pfp_sensors.actions.run_differences import in_short

    figures = in_short(done)
    failed = sum(one.error is not None for one in done)
    analysed = sum(one.done for one in done)
    return {
        "schema": "pfp.recompute/1",
        "dry_run": args.dry_run,
        "stopped": None if stopped is None else error_document(stopped),
        "counts": {
            "runs": len(done),
            "analysed": analysed,
            "changed": sum(bool(one.differences) for one in done),
            "up_to_date": len(done) - analysed - failed,
            "failed": failed,
        },
        "figures": [asdict(one) for one in figures],
        "baseline_legs": list(baseline_legs(home_of(args), done, now())),
        "runs": [_run(one) for one in done],
    }


def _run(one: Recomputed) -> dict[str, Any]:
    return {
        "run": one.run.id,
        "day": str(one.run.start)[:10],
        "synthetic": one.run.synthetic,
        "method_before": one.method_before if one.done else one.run.method,
        "method": one.run.method,
        "analysed": one.done,
        "differences": [_difference(each) for each in one.differences],
        "notes": list(one.notes),
        "error": None if one.error is None else error_document(one.error),
    }


def _difference(each: Difference) -> dict[str, Any]:
    return {
        "figure": each.figure,
        "unit": each.unit,
        "before": each.before,
        "now": each.now,
        "change_pct": each.change_pct,
        "kept": each.kept,
    }
