"""``python -m bench.invariants``: the invariants of load.md 12 over very many seeded diaries, on all cores.

Prints how many cases each invariant saw and how many broke it, and for the first ones a counterexample made
small: entries are taken away as long as the invariant still breaks. Diaries are computed, not of people.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.load.coverage import coverage
from tests.load.diaries import seeded_case
from tests.load.engine import REAL, SETTINGS
from tests.load.invariants import INVARIANTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.load.diaries import Case

CASES: Final = 2_000
LONG_CASES: Final = 200_000
SAMPLE: Final = 2_000
SHOWN: Final = 3
CHUNK: Final = 250
PARTS: Final = (
    "runs",
    "pain",
    "symptoms",
    "exercises",
    "checkins",
    "scores",
    "caps",
    "events",
    "overrides",
)


def main(argv: list[str] | None = None) -> int:
    """Judge, count, print. Returns 1 where an invariant broke."""
    parser = argparse.ArgumentParser(prog="python -m bench.invariants", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES, help="diaries altogether, dealt out in turn")
    parser.add_argument("--long", action="store_true", help=f"{LONG_CASES} diaries")
    args = parser.parse_args(argv)
    n_cases = LONG_CASES if args.long else args.cases
    start = time.perf_counter()
    broken = find_broken(n_cases)
    print(as_text(broken, n_cases, time.perf_counter() - start))
    print_coverage()
    return int(any(broken.values()))


def find_broken(n_cases: int) -> dict[int, list[tuple[int, str]]]:
    """Return by invariant the seeds that broke it, and how; the diaries are dealt out over the invariants."""
    numbers = list(INVARIANTS)
    broken: dict[int, list[tuple[int, str]]] = {number: [] for number in numbers}
    firsts = range(0, n_cases, CHUNK)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(partial(_check_chunk, n_cases), firsts):
            for number, seed, problem in found:
                broken[number].append((seed, problem))
    return broken


def _check_chunk(n_cases: int, first: int) -> list[tuple[int, int, str]]:
    """Check one invariant on each seed of a chunk, in turn."""
    numbers = list(INVARIANTS)
    found = []
    for seed in range(first, min(first + CHUNK, n_cases)):
        number = numbers[seed % len(numbers)]
        problem = INVARIANTS[number](REAL, seeded_case(seed))
        if problem is not None:
            found.append((number, seed, problem))
    return found


def smaller(case: Case, number: int) -> Case:
    """Take entries away, one at a time, as long as the invariant still breaks."""
    check = INVARIANTS[number]
    shrunk = True
    while shrunk:
        shrunk = False
        for less in _one_entry_less(case):
            if check(REAL, less) is not None:
                case, shrunk = less, True
                break
    return case


def _one_entry_less(case: Case) -> Iterator[Case]:
    for part in PARTS:
        entries = getattr(case.history, part)
        for place in range(len(entries)):
            kept = (*entries[:place], *entries[place + 1 :])
            yield replace(case, history=replace(case.history, **{part: kept}))


def as_text(broken: dict[int, list[tuple[int, str]]], n_cases: int, seconds: float) -> str:
    """Return the counts, and the first counterexamples made small."""
    counts = Counter(list(INVARIANTS)[seed % len(INVARIANTS)] for seed in range(n_cases))
    lines = [f"{n_cases} diaries, {seconds:.0f} s; violations {sum(map(len, broken.values()))}"]
    for number, check in INVARIANTS.items():
        lines.append(
            f"{number:3d} {check.__name__:38s} cases {counts[number]:7d} broken {len(broken[number])}"
        )
        for seed, problem in broken[number][:SHOWN]:
            small = smaller(seeded_case(seed), number)
            lines += [f"      seed {seed}: {problem}", f"      small: {small}"]
    return "\n".join(lines)


def print_coverage() -> None:
    """Print the share of cases per stage, status, tier, mode, rule fired and rule bound."""
    shares = coverage((seeded_case(seed) for seed in range(SAMPLE)), SETTINGS)
    print("\n".join(f"{name:24s}{share:8.3f}" for name, share in shares.items()))


if __name__ == "__main__":
    sys.exit(main())
