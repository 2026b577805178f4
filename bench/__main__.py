"""``python -m bench``: print error against truth and time against the floor, and write them to ``docs/``."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from bench.cohort import cohort_section
from bench.grid import CELLS, LONG_CELLS, grid_section
from bench.joining import LONG_PAIRS, PAIRS, joining_section
from bench.joining_model import LONG_RUNNERS as LONG_TAUGHT
from bench.joining_model import RUNNERS as TAUGHT
from bench.joining_model import model_section
from bench.live import live_sections
from bench.pages import (
    DEFINITIONS,
    NOT_SHOWN,
    NOT_SHOWN_OF_RECORDING,
    NOT_SHOWN_OF_WEB,
    PEERS,
    write_page,
    write_part,
)
from bench.places import ACCURACY_PAGE, RECORDING_PAGE, SPEED_PAGE, WEB_PAGE
from bench.real import real_sections
from bench.rules_page import write_rules
from bench.rules_study import LONG_RUNNERS, RUNNERS, rules_sections
from bench.speed import speed_section
from bench.tables import Section, as_text, target_table
from bench.web import web_sections
from pfp_sensors.settings import load_signal_settings

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = ("real", "grid", "speed", "live", "web", "rules", "joining", "cohort")


def main(argv: list[str] | None = None) -> int:
    """Measure, print, write. Returns 0 whether or not targets are met: this reports, tests decide."""
    arguments = sys.argv[1:] if argv is None else argv
    args = _parser().parse_args(arguments)
    start = time.perf_counter()
    settings = load_signal_settings()
    n_cells = args.cells or (LONG_CELLS if args.long else CELLS)
    n_runners = args.runners or (LONG_RUNNERS if args.long else RUNNERS)
    makers: dict[str, Callable[[], list[Section]]] = {
        "real": lambda: real_sections(settings),
        "grid": lambda: [grid_section(settings, n_cells)],
        "speed": lambda: [speed_section(settings, repeats=21 if args.long else 9)],
        "live": lambda: live_sections(long=args.long),
        "web": lambda: web_sections(long=args.long),
        "rules": lambda: rules_sections(n_runners),
        "joining": lambda: [
            joining_section(settings, LONG_PAIRS if args.long else PAIRS),
            model_section(LONG_TAUGHT if args.long else TAUGHT),
        ],
        "cohort": lambda: [cohort_section(long=args.long)],
    }
    wanted = PARTS if args.only is None else (args.only,)
    found = {part: _printed(makers[part]()) for part in wanted}
    _print_summary([section for part in found.values() for section in part], time.perf_counter() - start)
    if args.write:
        _write(found, " ".join(["python -m bench", *arguments]), n_runners)
    return 0


def _write(found: dict[str, list[Section]], command: str, n_runners: int) -> None:
    """Write the pages of the parts that were measured whole."""
    if {"real", "grid"} <= set(found):
        accuracy = [*found["real"], *found["grid"]]
        write_page(ACCURACY_PAGE, "Accuracy", accuracy, command, (DEFINITIONS, NOT_SHOWN, PEERS))
    for part in ("speed", "cohort"):
        if part in found:
            write_part(SPEED_PAGE, "Speed and memory", part, found[part], command)
    for part, path, title, notes in (
        ("live", RECORDING_PAGE, "Recording from sensors", (NOT_SHOWN_OF_RECORDING,)),
        ("web", WEB_PAGE, "Dashboard and reports", (NOT_SHOWN_OF_WEB,)),
    ):
        if part in found:
            write_page(path, title, found[part], command, notes)
    if "rules" in found and n_runners > RUNNERS:
        write_rules(found["rules"], command)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--long",
        action="store_true",
        help=f"{LONG_CELLS} cells instead of {CELLS}, more repeats, a recording of ten minutes",
    )
    parser.add_argument(
        "--only", choices=PARTS, help="one part; docs/accuracy.md needs real and grid together"
    )
    parser.add_argument("--cells", type=int, help="another number of simulated runners")
    parser.add_argument(
        "--runners",
        type=int,
        help=f"another number of runners in the rules study; docs/rules-study.md needs more than {RUNNERS}",
    )
    parser.add_argument(
        "--write",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write the pages in docs/ (default: yes)",
    )
    return parser


def _printed(sections: list[Section]) -> list[Section]:
    for section in sections:
        print(as_text(section), end="\n\n\n", flush=True)
    return sections


def _print_summary(sections: list[Section], seconds: float) -> None:
    targets = [target for section in sections for target in section.targets]
    missed = [target for target in targets if not target.met]
    n_cases = sum(section.n_cases for section in sections)
    text = f"{n_cases} cases in {seconds:.0f} s; {len(targets) - len(missed)} of {len(targets)} targets met."
    tables = (target_table(missed, "Not met"),) if missed else ()
    print(as_text(Section("Summary", text, tables)))


if __name__ == "__main__":
    sys.exit(main())
