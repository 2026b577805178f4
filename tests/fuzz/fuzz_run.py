"""``python tests/fuzz/fuzz_run.py``: read thousands of damaged files with every parser, and say what failed.

A case fails where anything but an error of this program with advice comes out, where it takes more than 5 s
or 300 MB, where a warning is given, or where the process dies. Its seed makes it again:
``--only csv --first SEED --cases 1``.
"""

from __future__ import annotations

import argparse
import json
import queue
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_SHOWN = 20
"""Kinds of failure of one parser that are printed."""

HERE = Path(__file__).resolve().parent
SILENT_S = 60.0
"""A worker that says nothing for so long hangs where no alarm reaches it; it is ended."""


@dataclass
class Tally:
    """What became of the cases of one parser."""

    cases: int = 0
    read: int = 0
    slowest_s: float = 0.0
    most_mb: float = 0.0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, seed: int, case: dict[str, Any]) -> None:
        self.cases += 1
        self.read += bool(case["read"])
        self.slowest_s = max(self.slowest_s, case["s"])
        self.most_mb = max(self.most_mb, case["mb"])
        self.seconds += case["s"]
        if case["failure"]:
            self.failures.append(f"{name}, seed {seed}, {case['file']}: {case['failure']}")


def fuzz(jobs: Sequence[tuple[str, int, int]], most_s: float, *, progress: bool = False) -> dict[str, Tally]:
    """Run jobs (parser, first seed, number of cases) in a process of their own; start again one that dies.

    Parameters
    ----------
    jobs
        What to do.
    most_s
        Samples that take longer to read undamaged are left out, as long as one is left.
    progress
        Whether to print a line now and then.
    """
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    waiting = list(jobs)
    said = time.monotonic()
    while waiting:
        at: tuple[str, int] | None = None
        ended = "ended before the first case"
        for kind, line in _lines([f"{name}:{first}:{count}" for name, first, count in waiting], most_s):
            if kind == "ended":
                ended = line
            elif line.startswith("begin "):
                _, name, seed = line.split()
                at = name, int(seed)
            elif at is not None:
                tallies[at[0]].add(*at, json.loads(line))
                waiting = _after(waiting, at)
                at = None
                if progress and time.monotonic() - said > 20:
                    said = time.monotonic()
                    sys.stderr.write(f"  {name}: {tallies[name].cases} cases\n")
        if at is not None:
            tallies[at[0]].failures.append(f"{at[0]}, seed {at[1]}: the process {ended}")
            waiting = _after(waiting, at)
        elif waiting:
            raise RuntimeError(f"the worker {ended}")
    return dict(tallies)


def _after(jobs: list[tuple[str, int, int]], done: tuple[str, int]) -> list[tuple[str, int, int]]:
    """Leave out what is done: the jobs up to this case."""
    name, first, count = jobs[0]
    assert name == done[0]
    left = first + count - done[1] - 1
    return [*([(name, done[1] + 1, left)] if left else []), *jobs[1:]]


def _lines(jobs: list[str], most_s: float) -> Iterator[tuple[str, str]]:
    """Start a worker and yield what it says, then how it ended."""
    command = [sys.executable, str(HERE / "fuzz_worker.py"), str(1000 * most_s), *jobs]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as worker:
        lines: queue.Queue[str | None] = queue.Queue()
        errors: list[str] = []
        assert worker.stdout is not None
        assert worker.stderr is not None
        readers = (
            threading.Thread(
                target=lambda: [*map(lines.put, worker.stdout or ()), lines.put(None)], daemon=True
            ),
            threading.Thread(target=lambda: errors.extend(worker.stderr or ()), daemon=True),
        )
        for reader in readers:
            reader.start()
        try:
            while (line := lines.get(timeout=SILENT_S)) is not None:
                yield "said", line.strip()
        except queue.Empty:
            worker.kill()
            yield "ended", f"said nothing for {SILENT_S:.0f} s"
            return
        finally:
            worker.kill()
        readers[1].join(timeout=5)
        yield "ended", f"ended with {worker.wait()}: {''.join(errors)[-2000:]}"


def kinds(failures: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Sort failures by what went wrong and where: the first of each kind, and how many there are."""
    found: dict[str, tuple[str, int]] = {}
    for failure in failures:
        lines = failure.strip().splitlines()
        places = [line for line in lines if line.startswith("  File ") and "pfp_sensors" in line]
        kind = f"{places[-1:]}{lines[-1].split(':')[0]}"
        first, times = found.get(kind, (failure, 0))
        found[kind] = first, times + 1
    return found


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Fuzz, print a table and the failures; 1 where there are any."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000, help="for each parser (10000)")
    parser.add_argument("--first", type=int, default=0, help="first seed (0)")
    parser.add_argument(
        "--only", metavar="NAME", action="append", help="a parser; more than once for several"
    )
    parser.add_argument("--most-ms", type=float, default=60.0, help="leave out samples that take longer (60)")
    args = parser.parse_args(arguments)
    from fuzz_targets import targets

    known = targets()
    wanted = args.only or list(known)
    if unknown := set(wanted) - set(known):
        parser.error(f"no such parser: {', '.join(unknown)}; there are {', '.join(known)}")
    failures: list[str] = []
    say(
        f"{'parser':14} {'cases':>6} {'read':>6} {'mean ms':>8} {'slowest s':>9} {'most MB':>8} {'failed':>6}"
    )
    for name in wanted:
        tally = fuzz([(name, args.first, args.cases)], args.most_ms / 1000, progress=True)[name]
        mean_ms = 1000 * tally.seconds / max(1, tally.cases)
        say(
            f"{name:14} {tally.cases:6} {tally.read:6} {mean_ms:8.1f} {tally.slowest_s:9.2f}"
            f" {tally.most_mb:8.0f} {len(tally.failures):6}"
        )
        failures += tally.failures
        for failure, times in list(kinds(tally.failures).values())[:MOST_SHOWN]:
            say(f"\n{times} like this: {failure}")
    say(f"\n{len(failures)} failures." if failures else "\nNo failure.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
