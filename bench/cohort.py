"""Many recordings: cost of each from a hundred to ten thousand, and what an engine costs on top."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.cohort_engines import WORKERS, checked, engines_table
from bench.cohort_tree import RUNNERS, SECONDS, make_tree, simulated_minutes, simulated_recording
from bench.cohort_writer import writer_table
from bench.speed import launched, say
from bench.tables import Section, Table, number
from bench.targets import Target
from pfp_sensors.cohort.run import run_cohort
from pfp_sensors.model.cohort import CohortOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIZES: Final = (100, 300)
LONG_SIZES: Final = (100, 1000, 10_000)
ROUNDS: Final = 2
LONG_ROUNDS: Final = 5
_ENGINES_ON: Final = 200
_LONG_ENGINES_ON: Final = 1000
MINUTES: Final = (1, 5, 40)
_OF_A_LENGTH: Final = 10
_PFP: Final = (sys.executable, "-m", "pfp_sensors")


def cohort_section(*, long: bool) -> Section:
    """Make a tree, work through more and more of it, then through one size of it by each engine."""
    sizes = LONG_SIZES if long else SIZES
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as name:
        folder = Path(name)
        say("cohort: simulating runners")
        minutes = simulated_minutes(folder / "runners")
        size_kb = _table_size_kb(folder, minutes)
        growth, costs = _growth(folder, minutes, sizes, size_kb)
        n_engines, rounds = (_LONG_ENGINES_ON, LONG_ROUNDS) if long else (_ENGINES_ON, ROUNDS)
        tree = make_tree(folder / "turns", minutes, n_engines)
        engines, overhead = engines_table(tree, folder / "turn", n_engines, rounds)
        lengths = _lengths(folder)
        longest = folder / f"of-{MINUTES[-1]}-min" / "run=0"
        writer = writer_table(longest, folder / "written", MINUTES[-1])
        questions = _questions(folder / f"results-{sizes[-1]}")
    return Section(
        "Many recordings",
        f"Recordings of {SECONDS:.0f} s of {RUNNERS} simulated runners (208 Hz, six axes), copied under "
        "other names in a lake clinic=/athlete=/run=; each is a file of its own, mostly read from the "
        "system's cache. Cost is the time of a whole `pfp cohort` with start-up, listing and writing, "
        "divided by the recordings. Each engine takes turns with the pool on the same recordings, in batches "
        f"of 20 and with {WORKERS} processes, and is compared with the pool's turn beside its own; a Dask "
        "cluster (two local processes behind tcp://) runs before, as somebody's cluster does, one cluster at "
        "a time, and the start of the pool counts. Size of the tables: without the copies, "
        "which pack too well.",
        (growth, engines, lengths, writer, questions),
        _targets(sizes, costs, overhead) if long else (),
        len(sizes) + 3 + len(MINUTES),
    )


def _targets(sizes: Sequence[int], costs: Sequence[float], overhead: float) -> tuple[Target, ...]:
    """Judge the long study: in a short one start-up is most of the time."""
    slope = float(np.polyfit(np.log10(sizes), np.log10(costs), 1)[0])
    return (
        Target(f"cost per recording: {sizes[-1]} against {sizes[-2]}", costs[-1] / costs[-2], 1.1),
        Target("slope: powers of ten in cost per power of ten in recordings", slope, 0.05),
        Target("Dask, as advised, against the pool, batches of 20", overhead, 1.3),
    )


def _table_size_kb(folder: Path, minutes: list[Path]) -> float:
    """Return the size of the tables for each recording, where no two are alike."""
    tree, out = make_tree(folder / "alone", minutes, len(minutes)), folder / "results-alone"
    run_cohort(str(tree), str(out), CohortOptions("serial"))
    return sum(file.stat().st_size for file in out.rglob("*.parquet")) / len(minutes) / 1e3


def _growth(
    folder: Path, minutes: list[Path], sizes: Sequence[int], size_kb: float
) -> tuple[Table, list[float]]:
    """Work through 100, 1,000 ... recordings, each time in a new process, and again with nothing to do."""
    rows, costs, had = [], [], 0
    tree = folder / "tree"
    for n in sizes:
        say(f"cohort: {n} recordings")
        make_tree(tree, minutes, n, had)
        had = n
        command = (
            *_PFP,
            "cohort",
            str(tree),
            "--out",
            str(folder / f"results-{n}"),
            "--workers",
            str(WORKERS),
        )
        first, again = launched(command), launched(command)
        cost_ms = first["seconds"] / n * 1000.0
        costs.append(cost_ms)
        rows.append(
            (
                str(n),
                number(first["seconds"], 1),
                number(cost_ms, 2),
                number(n / first["seconds"], 1),
                number(first["peak_mb"], 0),
                number(again["seconds"], 2),
                number(size_kb, 1),
            )
        )
    columns = (
        "recordings",
        "seconds",
        "ms each",
        "a second",
        "peak MB",
        "s when all is done",
        "kB of tables each",
    )
    return Table("From few to many, engine pool", columns, tuple(rows)), costs


def _lengths(folder: Path) -> Table:
    """Give what a recording of a few minutes, or of a long run, costs by itself, in one process."""
    rows = []
    for minutes in MINUTES:
        say(f"cohort: recordings of {minutes} min")
        one = simulated_recording(folder / f"of-{minutes}-min" / "run=0", minutes * 60.0)
        for number_ in range(1, _OF_A_LENGTH):
            shutil.copytree(one, one.with_name(f"run={number_}"))
        out = folder / f"results-of-{minutes}-min"
        run_cohort(str(one), str(out), CohortOptions("serial"))  # alone, and to warm up
        tables = sum(file.stat().st_size for file in out.rglob("*.parquet"))
        shutil.rmtree(out)
        start = time.perf_counter()
        checked(run_cohort(str(one.parent), str(out), CohortOptions("serial")), _OF_A_LENGTH)
        each_ms = (time.perf_counter() - start) / _OF_A_LENGTH * 1000.0
        samples = (one / "imu.parquet").stat().st_size
        rows.append((str(minutes), number(each_ms, 0), number(samples / 1e3, 0), number(tables / 1e3, 0)))
    columns = ("minutes", "ms each", "kB of samples", "kB of tables, one alone")
    return Table(f"By length, {_OF_A_LENGTH} each, engine serial", columns, tuple(rows))


def _questions(results: Path) -> Table:
    """Ask the tables with DuckDB and pandas."""
    strides, runs = f"{results}/strides/**/*.parquet", f"{results}/runs/**/*.parquet"
    of_one = f"select count(*) from '{strides}' where athlete = '7'"
    of_all = f"select median(cadence_spm) from '{runs}'"
    questions: tuple[tuple[str, Callable[[], float]], ...] = (
        ("DuckDB: mean landing impact", partial(_by_duckdb, f"select avg(resultant_g) from '{strides}'")),
        ("DuckDB: strides of one athlete", partial(_by_duckdb, of_one)),
        (
            "DuckDB: median cadence of all runs",
            partial(_by_duckdb, of_all),
        ),
        ("pandas: mean landing impact", partial(_by_pandas, results / "strides")),
    )
    rows = []
    for name, question in questions:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            answer = question()
            times.append(time.perf_counter() - start)
        rows.append((name, number(answer, 1), number(min(times) * 1000.0, 0)))
    return Table("Questions to the tables of the largest cohort", ("question", "answer", "ms"), tuple(rows))


def _by_duckdb(sql: str) -> float:
    import duckdb

    return float(duckdb.sql(sql).fetchall()[0][0])


def _by_pandas(strides: Path) -> float:
    import pandas as pd

    return float(pd.read_parquet(strides, columns=["resultant_g"])["resultant_g"].mean())
