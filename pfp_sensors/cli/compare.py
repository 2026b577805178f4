"""``pfp compare``: how well two analyses agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.output import write_out
from pfp_sensors.cli.parser import path_text
from pfp_sensors.errors import RefusedError

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Set two analyses side by side: contacts matched one-to-one within 50 ms, bias,
mean absolute error, spread and 95 % limits of agreement, and the medians.
Give recordings, or what `pfp analyze --json --events` printed (another
version, another sensor). For two different legs only medians are compared."""

EXAMPLES = (
    "pfp compare shin.csv shoe.csv",
    "pfp compare old_version.json run.csv --json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "a", type=path_text, metavar="A", help="recording or saved analysis, taken as the reference"
    )
    parser.add_argument(
        "b", type=path_text, metavar="B", help="recording or saved analysis; differences are B minus A"
    )
    parser.add_argument(
        "--config", metavar="FILE", help="settings to use instead of the shipped ones, as TOML"
    )


def run(args: argparse.Namespace) -> int:
    """Compare and print; 4 where one of the two holds no running."""
    from pfp_sensors.actions.compare import compare_analyses, is_refused
    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.report.comparison_text import comparison_text
    from pfp_sensors.report.numbers import json_text, tidy

    documents = []
    with Progress(2, "analyses") as progress:
        for path in (args.a, args.b):
            progress.start(path)
            documents.append(_analysis(Path(path), args.config))
            progress.finish()
    comparison = tidy(compare_analyses(*documents))
    write_out(json_text(comparison) if args.json else comparison_text(comparison))
    return RefusedError.exit_code if is_refused(comparison) else 0


def _analysis(path: Path, config: str | None) -> dict[str, Any]:
    """Read a saved analysis, or analyse a recording."""
    from pfp_sensors.actions.saved_analysis import is_saved_analysis, read_saved_analysis

    if is_saved_analysis(path):
        return read_saved_analysis(path)

    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.report.analysis_json import analysis_document
    from pfp_sensors.settings import load_import_settings, load_signal_settings

    file = None if config is None else Path(config)
    analysis = analyze_file(path, None, load_signal_settings(file), load_import_settings(file))
    return analysis_document(analysis, events=True)
