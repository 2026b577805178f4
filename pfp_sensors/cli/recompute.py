"""``pfp recompute``: stored runs analysed again with this version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.judging import config_of, home_of
from pfp_sensors.cli.output import error_document, json_line, write_error, write_out
from pfp_sensors.cli.parser import path_text
from pfp_sensors.cli.progress import Progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pfp_sensors.actions.recompute import Difference, Recomputed

DESCRIPTION = """\
Analyse the recordings of your runs again where an older version, or other
settings, made their figures, and show what differs. The old figures are kept
in the diary, what you corrected yourself stands, and limits that were issued
stay as they were issued."""

EXAMPLES = ("pfp recompute", "pfp recompute r7")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("run", nargs="?", metavar="RUN", help="one run (default: all); `pfp runs` lists them")
    parser.add_argument(
        "--config", type=path_text, metavar="FILE", help="settings of your own (docs/settings.md)"
    )


def run(args: argparse.Namespace) -> int:
    """Analyse again, print the differences; the highest exit code of all."""
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.recompute import recompute

    with Progress(1, "recordings") as progress:

        def tell(number: int, many: int, name: str) -> None:
            progress.expect(many)
            if number:
                progress.finish()
            progress.start(f"analysing {name} again")

        done = recompute(home_of(args), args.run, now(), config=config_of(args), progress=tell)
    if args.json:
        write_out(json_line({"schema": "pfp.recompute/1", "runs": [_document(one) for one in done]}))
    else:
        _print(done)
    return max((one.error.exit_code for one in done if one.error is not None), default=0)


def _print(done: Sequence[Recomputed]) -> None:
    from pfp_sensors.report.words import count

    for one in done:
        if one.error is not None:
            write_error(f"Not analysed: {one.error}")
        elif one.done:
            write_out(_changes(one))
    same = sum(not one.done and one.error is None for one in done)
    if not done:
        write_out("Nothing to do: no run in the diary has a recording here.")
    elif same == len(done):
        write_out(f"Nothing to do: this version and these settings made the figures of {count(same, 'run')}.")


def _changes(one: Recomputed) -> str:
    if not one.differences:
        return f"{one.run.id}: analysed again, the same figures."
    lines = [f"{one.run.id}: analysed again, the old figures are kept in the diary:"]
    return "\n".join([*lines, *(f"  {_change(each)}" for each in one.differences)])


def _change(each: Difference) -> str:
    kept = "; yours stands, for you corrected it" if each.kept else ""
    return f"{each.figure}: {_value(each.before)} -> {_value(each.now)}{kept}"


def _value(value: float | str | None) -> str:
    return "unknown" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _document(one: Recomputed) -> dict[str, Any]:
    return {
        "run": one.run.id,
        "analysed": one.done,
        "differences": [
            {"figure": each.figure, "before": each.before, "now": each.now, "kept": each.kept}
            for each in one.differences
        ],
        "error": None if one.error is None else error_document(one.error),
    }
