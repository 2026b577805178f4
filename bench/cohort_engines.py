"""What an engine costs on top of the work itself: each by turns with the pool, on the same recordings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.places import ROOT
from bench.speed import say
from bench.tables import Table, number
from pfp_sensors.cohort.run import run_cohort
from pfp_sensors.model.cohort import CohortOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.cohort import CohortReport

WORKERS: Final = 2
ADVISED: Final = "dask, as advised"

_ADVISED_ENVIRONMENT: Final = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON__MALLOC_TRIM_THRESHOLD_": "1000000000",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_ARENA_MAX": "1",
}
"""What docs/cohort.md says to set before a worker is started."""

_ENVIRONMENTS: Final[dict[str, dict[str, str] | None]] = {
    "serial": None,
    "dask, as it starts by itself": {},
    ADVISED: _ADVISED_ENVIRONMENT,
}


def engines_table(tree: Path, out: Path, n: int, rounds: int) -> tuple[Table, float]:
    """Compare each engine with the pool; return the median ratio of Dask, as advised, to the pool as well."""
    pool = CohortOptions("pool", workers=WORKERS)
    rows, ratios, pool_s = [], {}, []
    for name, environment in _ENVIRONMENTS.items():
        pairs = []
        # One cluster at a time: an idle one takes its share of two processors.
        with _options(environment) as options:
            for k in range(rounds):
                say(f"cohort: {name} and the pool, round {k + 1} of {rounds}")
                pairs.append([_seconds(tree, out, one, n) for one in (pool, options)])
        beside_s, own_s = np.array(pairs).T
        pool_s.extend(beside_s)
        ratios[name] = float(np.median(own_s / beside_s))
        rows.append(_row(name, own_s, n, ratios[name]))
    rows.insert(1, _row("pool", np.array(pool_s), n, 1.0))
    columns = ("engine", "runs", "median s", "ms each", "times the pool beside it")
    return Table(f"Engines, {n} recordings by turns", columns, tuple(rows)), ratios[ADVISED]


def checked(report: CohortReport, n: int) -> None:
    """Raise an error unless all were analysed."""
    if report.n_analysed != n or report.n_failed:
        raise RuntimeError(f"{report.engine}: analysed {report.n_analysed} of {n}, failed {report.n_failed}")


def _seconds(tree: Path, out: Path, options: CohortOptions, n: int) -> float:
    """Time one run into a new folder."""
    start = time.perf_counter()
    report = run_cohort(str(tree), str(out), options)
    seconds = time.perf_counter() - start
    checked(report, n)
    shutil.rmtree(out)
    return seconds


def _row(name: str, seconds: np.ndarray, n: int, ratio: float) -> tuple[str, ...]:
    median_s = float(np.median(seconds))
    return name, str(len(seconds)), number(median_s, 2), number(median_s / n * 1000.0, 2), number(ratio, 2)


@contextmanager
def _options(environment: dict[str, str] | None) -> Iterator[CohortOptions]:
    """Give the options of a cluster with this environment, or of this process where that is None."""
    if environment is None:
        yield CohortOptions("serial")
        return
    with _cluster(environment) as address:
        yield CohortOptions("dask", scheduler=address)


@contextmanager
def _cluster(environment: dict[str, str]) -> Iterator[str]:
    """Run two local Dask workers behind an address, in a process of its own."""
    code = (
        "import sys, json\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        f"    with LocalCluster(n_workers={WORKERS}, threads_per_worker=1, dashboard_address=None, "
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
