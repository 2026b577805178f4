"""Many recordings: cost of each from a hundred to ten thousand, and what an engine costs on top."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.cohort_tree import RUNNERS, SECONDS, make_tree, simulated_minutes, simulated_recording
from bench.cohort_writer import writer_table
from bench.places import ROOT
from bench.speed import launched, say
from bench.tables import Section, Table, number
from bench.targets import Target
from pfp_sensors.cohort.run import run_cohort
from pfp_sensors.model.cohort import CohortOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pfp_sensors.model.cohort import CohortReport

SIZES: Final = (100, 300)
LONG_SIZES: Final = (100, 1000, 10_000)
ROUNDS: Final = 2
LONG_ROUNDS: Final = 5
_ENGINES_ON: Final = 200
_LONG_ENGINES_ON: Final = 1000
_WORKERS: Final = 2
MINUTES: Final = (1, 5, 40)
_OF_A_LENGTH: Final = 10
_ADVISED: Final = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON__MALLOC_TRIM_THRESHOLD_": "1000000000",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_ARENA_MAX": "1",
}
"""What docs/cohort.md says to set before a worker is started."""

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
        engines, overhead = _engines(
            folder, minutes, _LONG_ENGINES_ON if long else _ENGINES_ON, LONG_ROUNDS if long else ROUNDS
        )
        lengths = _lengths(folder)
        longest = folder / f"of-{MINUTES[-1]}-min" / "run=0"
        writer = writer_table(longest, folder / "written", MINUTES[-1])
        questions = _questions(folder / f"results-{sizes[-1]}")
    return Section(
        "Many recordings",
        f"Recordings of {SECONDS:.0f} s of {RUNNERS} simulated runners (208 Hz, six axes), copied under "
        "other names in a lake clinic=/athlete=/run=; each is a file of its own, mostly read from the "
        "system's cache. Cost is the time of a whole `pfp cohort` with start-up, listing and writing, "
        "divided by the recordings. The engines take turns on the same recordings in batches of 20, with "
        f"{_WORKERS} processes; the Dask cluster (two local processes behind tcp://) runs before, as "
        "somebody's cluster does, and the start of the pool counts. Size of the tables: without the copies, "
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
            str(_WORKERS),
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


def _engines(folder: Path, minutes: list[Path], n: int, rounds: int) -> tuple[Table, float]:
    """Let the engines take turns; return the median ratio of Dask to the pool."""
    tree = make_tree(folder / "turns", minutes, n)
    with _cluster({}) as plain, _cluster(_ADVISED) as advised:
        options = {
            "serial": CohortOptions("serial"),
            "pool": CohortOptions("pool", workers=_WORKERS),
            "dask, as it starts by itself": CohortOptions("dask", scheduler=plain),
            "dask, as advised": CohortOptions("dask", scheduler=advised),
        }
        seconds: dict[str, list[float]] = {name: [] for name in options}
        for k in range(rounds):
            say(f"cohort: engines, round {k + 1} of {rounds}")
            for name, option in options.items():
                start = time.perf_counter()
                report = run_cohort(str(tree), str(folder / f"turn-{k}-{name[:8]}-{name[-3:]}"), option)
                seconds[name].append(time.perf_counter() - start)
                _check(report, n)
    pool = np.array(seconds["pool"])
    rows = tuple(
        (
            name,
            str(len(taken)),
            number(float(np.median(taken)), 2),
            number(float(np.median(taken)) / n * 1000.0, 2),
            number(float(np.median(np.array(taken) / pool)), 2),
        )
        for name, taken in seconds.items()
    )
    columns = ("engine", "runs", "median s", "ms each", "times the pool")
    ratio = float(np.median(np.array(seconds["dask, as advised"]) / pool))
    return Table(f"Engines, {n} recordings by turns", columns, rows), ratio


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
        _check(run_cohort(str(one.parent), str(out), CohortOptions("serial")), _OF_A_LENGTH)
        each_ms = (time.perf_counter() - start) / _OF_A_LENGTH * 1000.0
        samples = (one / "imu.parquet").stat().st_size
        rows.append((str(minutes), number(each_ms, 0), number(samples / 1e3, 0), number(tables / 1e3, 0)))
    columns = ("minutes", "ms each", "kB of samples", "kB of tables, one alone")
    return Table(f"By length, {_OF_A_LENGTH} each, engine serial", columns, tuple(rows))


def _check(report: CohortReport, n: int) -> None:
    if report.n_analysed != n or report.n_failed:
        raise RuntimeError(f"{report.engine}: analysed {report.n_analysed} of {n}, failed {report.n_failed}")


@contextmanager
def _cluster(environment: dict[str, str]) -> Iterator[str]:
    """Run two local Dask workers behind an address, in a process of its own."""
    import os
    import subprocess

    code = (
        "import sys, json\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        f"    with LocalCluster(n_workers={_WORKERS}, threads_per_worker=1, dashboard_address=None, "
        "host='127.0.0.1') as cluster:\n"
        "        print(json.dumps(cluster.scheduler_address), flush=True)\n"
        "        sys.stdin.read()\n"
    )
    with tempfile.TemporaryDirectory(prefix="pfp-dask-") as name:
        script = Path(name) / "cluster.py"
        script.write_text(code, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, **environment},
            text=True,
        )
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.communicate(timeout=30)


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
