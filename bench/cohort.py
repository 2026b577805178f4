"""Many recordings: cost of each from a hundred to ten thousand, and what an engine costs on top."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.cohort_tree import RUNNERS, SECONDS, make_tree, simulated_minutes
from bench.places import ROOT
from bench.speed import launched, say
from bench.tables import Section, Table, number
from bench.targets import Target
from pfp_sensors.cohort.run import CohortOptions, run_cohort

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
_PFP: Final = (sys.executable, "-m", "pfp_sensors")


def cohort_section(*, long: bool) -> Section:
    """Make a tree, work through more and more of it, then through one size of it by each engine."""
    sizes = LONG_SIZES if long else SIZES
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as name:
        folder = Path(name)
        say("cohort: simulating runners")
        minutes = simulated_minutes(folder / "runners")
        growth, costs = _growth(folder, minutes, sizes)
        engines, overhead = _engines(
            folder, minutes, _LONG_ENGINES_ON if long else _ENGINES_ON, LONG_ROUNDS if long else ROUNDS
        )
        questions = _questions(folder / f"results-{sizes[-1]}")
    slope = float(np.polyfit(np.log10(sizes), np.log10(costs), 1)[0])
    return Section(
        "Many recordings",
        f"Recordings of {SECONDS:.0f} s of {RUNNERS} simulated runners (208 Hz, six axes), copied under other "
        "names in a lake clinic=/athlete=/run=; each is a file of its own, mostly read from the system's cache. "
        "Cost is the "
        "time of a whole run with start-up, listing and writing, divided by the recordings. The engines take "
        f"turns on the same recordings with {_WORKERS} processes and batches of 20; the Dask cluster (two local "
        "processes behind tcp://) runs before, as somebody's cluster does, and the pool's start-up counts.",
        (growth, engines, questions),
        (
            Target("cost per recording, largest against second largest cohort", costs[-1] / costs[-2], 1.1),
            Target("slope: powers of ten in cost per power of ten in recordings", slope, 0.05),
            Target("Dask against the pool, batches of 20", overhead, 1.3),
        ),
        len(sizes) + 3,
    )


def _growth(folder: Path, minutes: list[Path], sizes: Sequence[int]) -> tuple[Table, list[float]]:
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
        size_mb = sum(f.stat().st_size for f in (folder / f"results-{n}").rglob("*.parquet")) / 1e6
        rows.append(
            (
                str(n),
                number(first["seconds"], 1),
                number(cost_ms, 2),
                number(n / first["seconds"], 1),
                number(first["peak_mb"], 0),
                number(again["seconds"], 2),
                number(size_mb * 1000.0 / n, 2),
            )
        )
    columns = (
        "recordings",
        "seconds",
        "ms each",
        "a second",
        "peak MB of the parent",
        "s when all is done",
        "kB of tables each",
    )
    return Table("From few to many, engine pool", columns, tuple(rows)), costs


def _engines(folder: Path, minutes: list[Path], n: int, rounds: int) -> tuple[Table, float]:
    """Let the engines take turns; return the median ratio of Dask to the pool."""
    tree = make_tree(folder / "turns", minutes, n)
    seconds: dict[str, list[float]] = {"serial": [], "pool": [], "dask": []}
    with _cluster() as address:
        options = {
            "serial": CohortOptions("serial"),
            "pool": CohortOptions("pool", workers=_WORKERS),
            "dask": CohortOptions("dask", scheduler=address),
        }
        for k in range(rounds):
            say(f"cohort: engines, round {k + 1} of {rounds}")
            for name, option in options.items():
                start = time.perf_counter()
                report = run_cohort(str(tree), str(folder / f"turn-{k}-{name}"), option)
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
    ratio = float(np.median(np.array(seconds["dask"]) / pool))
    return Table(f"Engines, {n} recordings by turns", columns, rows), ratio


def _check(report: CohortReport, n: int) -> None:
    if report.n_analysed != n or report.n_failed:
        raise RuntimeError(f"{report.engine}: analysed {report.n_analysed} of {n}, failed {report.n_failed}")


@contextmanager
def _cluster() -> Iterator[str]:
    """Run two local Dask workers behind an address, in a process of its own."""
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
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.communicate(timeout=30)


def _questions(results: Path) -> Table:
    """Ask the tables with DuckDB and pandas."""
    import duckdb
    import pandas as pd

    strides, runs = f"{results}/strides/**/*.parquet", f"{results}/runs/**/*.parquet"

    def asked(sql: str) -> Callable[[], Any]:
        return lambda: duckdb.sql(sql).fetchall()[0][0]

    rows = []
    for name, question in (
        (
            "DuckDB: mean landing impact of all strides",
            asked(f"select avg(resultant_g) from '{strides}'"),
        ),
        (
            "DuckDB: strides of one athlete",
            asked(f"select count(*) from '{strides}' where athlete = '7'"),
        ),
        ("DuckDB: median cadence of all runs", asked(f"select median(cadence_spm) from '{runs}'")),
        (
            "pandas: one column of all strides, mean",
            lambda: pd.read_parquet(results / "strides", columns=["resultant_g"])["resultant_g"].mean(),
        ),
    ):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            answer = float(question())
            times.append(time.perf_counter() - start)
        rows.append((name, number(answer, 1), number(min(times) * 1000.0, 0)))
    return Table("Questions to the tables of the largest cohort", ("question", "answer", "ms"), tuple(rows))
