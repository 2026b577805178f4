"""``python -m bench``: print error against truth and time against the floor, and write them to ``docs/``."""

from __future__ import annotations

import argparse
import sys
import time

from bench.grid import CELLS, LONG_CELLS, grid_section
from bench.live import live_sections
from bench.pages import DEFINITIONS, NOT_SHOWN, NOT_SHOWN_OF_RECORDING, PEERS, write_page
from bench.places import ACCURACY_PAGE, RECORDING_PAGE, SPEED_PAGE
from bench.real import real_sections
from bench.rules_page import write_rules
from bench.rules_study import LONG_RUNNERS, RUNNERS, rules_sections
from bench.speed import speed_section
from bench.tables import Section, as_text, target_table
from pfp_sensors.settings import load_signal_settings

PARTS = ("real", "grid", "speed", "live", "rules")


def main(argv: list[str] | None = None) -> int:
    """Measure, print, write. Returns 0 whether or not targets are met: this reports, tests decide."""
    arguments = sys.argv[1:] if argv is None else argv
    args = _parser().parse_args(arguments)
    start = time.perf_counter()
    settings = load_signal_settings()
    n_cells = args.cells or (LONG_CELLS if args.long else CELLS)
    wanted = PARTS if args.only is None else (args.only,)
    accuracy: list[Section] = []
    speed: list[Section] = []
    recording: list[Section] = []
    rules: list[Section] = []
    if "real" in wanted:
        accuracy += _printed(real_sections(settings))
    if "grid" in wanted:
        accuracy += _printed([grid_section(settings, n_cells)])
    if "speed" in wanted:
        speed += _printed([speed_section(settings, repeats=21 if args.long else 9)])
    if "live" in wanted:
        recording += _printed(live_sections(long=args.long))
    n_runners = args.runners or (LONG_RUNNERS if args.long else RUNNERS)
    if "rules" in wanted:
        rules += _printed(rules_sections(n_runners))
    _print_summary([*accuracy, *speed, *recording, *rules], time.perf_counter() - start)
    command = " ".join(["python -m bench", *arguments])
    if args.write and {"real", "grid"} <= set(wanted):
        write_page(ACCURACY_PAGE, "Accuracy", accuracy, command, (DEFINITIONS, NOT_SHOWN, PEERS))
    if args.write and speed:
        write_page(SPEED_PAGE, "Speed and memory", speed, command, ())
    if args.write and recording:
        write_page(RECORDING_PAGE, "Recording from sensors", recording, command, (NOT_SHOWN_OF_RECORDING,))
    if args.write and rules and n_runners > RUNNERS:
        write_rules(rules, command)
    return 0


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
