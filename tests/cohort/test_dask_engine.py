"""The engine of a Dask cluster: the same outcomes, over one cluster of two workers that others started."""

from __future__ import annotations

import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from made_processes import (
    SOON_S,
    Killer,
    all_gone,
    running_program,
    split,
    squares,
    wait_until,
    workers_of,
)
from made_work import (
    EXITS,
    KILLED,
    RAISES,
    DiesOnce,
    OddError,
    Squares,
    batches_of,
    dies,
    raise_odd,
    unpicklable,
)

from pfp_sensors.cohort import dask_cluster
from pfp_sensors.cohort.dask_cluster import dask_engine
from pfp_sensors.cohort.dask_task import CheckedWork, Software, software_here
from pfp_sensors.cohort.engine import Lost
from pfp_sensors.cohort.job import lost_rows
from pfp_sensors.cohort.pool import pool_engine
from pfp_sensors.errors import PfpError, RefusedError, UsageError
from pfp_sensors.model.cohort import CohortInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUICK_START = {"distributed.worker.multiprocessing-method": "forkserver"}
SILENT = logging.CRITICAL + 1


def local_cluster(n_workers: int, **more: Any) -> Any:
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=n_workers,
        threads_per_worker=1,
        host="127.0.0.1",
        silence_logs=SILENT,
        scheduler_kwargs={"allowed_failures": 1, "dashboard": False, "dashboard_address": "127.0.0.1:0"},
        **more,
    )


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a scheduler with two worker processes."""
    import dask
    import distributed  # noqa: F401  (before the setting: taking that back would else take all of its settings)

    folder = str(tmp_path_factory.mktemp("dask"))
    with dask.config.set(QUICK_START), local_cluster(2, local_directory=folder) as cluster:
        assert cluster.scheduler_address.startswith("tcp://127.0.0.1:")
        yield cluster.scheduler_address


# --- a cluster that others started ----------------------------------------------------------------


@pytest.mark.parametrize("n_items", [0, 1, 41])
def test_each_item_comes_out_once(scheduler: str, n_items: int) -> None:
    with dask_engine(scheduler) as engine:
        assert (engine.name, engine.workers) == ("dask", 2)
        for _ in range(2):
            assert split(engine.run(Squares(), batches_of(range(n_items)))) == (squares(range(n_items)), [])


def n_tasks(dask_scheduler: Any) -> int:
    return len(dask_scheduler.tasks)


def test_the_cluster_lives_on_and_holds_nothing(scheduler: str) -> None:
    from distributed import Client

    with dask_engine(scheduler) as engine:
        next(engine.run(Squares(pause_s=0.05), batches_of(range(1000))))
    with Client(scheduler, set_as_default=False) as client:
        assert len(client.nthreads()) == 2
        assert wait_until(lambda: client.run_on_scheduler(n_tasks) == 0)


def test_batches_are_taken_only_as_they_are_needed(scheduler: str) -> None:
    taken = []

    def endless() -> Iterator[tuple[int, ...]]:
        while True:
            taken.append(1)
            yield (len(taken),)

    with dask_engine(scheduler) as engine:
        outcomes = engine.run(Squares(), endless())
        for n_seen in range(1, 6):
            next(outcomes)
            assert len(taken) <= n_seen + 3 * engine.workers
        outcomes.close()


@pytest.mark.parametrize(
    ("work", "items", "kind", "text"),
    [
        (Squares(), [1, 2, RAISES, 4, 5, 6, 7], RefusedError, "ask for another number"),
        (raise_odd, [1], OddError, "odd one"),
        (unpicklable, [1], TypeError, "lock"),
    ],
)
def test_what_the_work_raises_is_raised(
    scheduler: str, work: Any, items: list[int], kind: Any, text: str
) -> None:
    with dask_engine(scheduler) as engine, pytest.raises(kind, match=text):
        list(engine.run(work, batches_of(items, 1)))


def test_only_the_items_that_kill_their_worker_are_lost(scheduler: str) -> None:
    items = [0, 1, KILLED, 3, *range(4, 18)]
    with dask_engine(scheduler) as engine:
        found, lost = split(engine.run(Squares(), batches_of(items)))
    assert found == squares(items)
    assert lost == [KILLED]


def test_what_is_lost_is_told_as_the_pool_does(scheduler: str) -> None:
    given, told = CohortInput("a.csv", ("a.csv",), "s"), []
    for engine in (dask_engine(scheduler), pool_engine(1)):
        with engine as at_work:
            (outcome,) = at_work.run(dies, [(given,)])
        assert isinstance(outcome, Lost)
        told.append((outcome, lost_rows(outcome.item).runs.to_pylist()))
    assert told[0] == told[1]
    assert "127.0.0.1" not in str(told)


def test_an_item_that_was_only_unlucky_finishes(scheduler: str, tmp_path: Path) -> None:
    with dask_engine(scheduler) as engine:
        found, lost = split(engine.run(DiesOnce(tmp_path / "mark"), batches_of(range(9))))
    assert (found, lost) == ({item: item for item in range(9)}, [])


def test_workers_killed_from_outside_lose_nothing(scheduler: str, tmp_path: Path) -> None:
    given: list[int] = []
    with dask_engine(scheduler) as engine, Killer(tmp_path, lambda: 0.15) as killer:
        work = killer.work_until_it_is_done(100, given)
        found, lost = split(engine.run(Squares(pause_s=0.01, pids=tmp_path), work))
    assert killer.killed == 2
    assert (found, lost) == (squares(given), [])


# --- what stands in the way -----------------------------------------------------------------------


def test_a_worker_with_other_software_is_named(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"tcp://10.0.0.1:1": software_here(), "tcp://10.0.0.2:1": Software("9.9", "7")}
    monkeypatch.setattr("distributed.Client.run", lambda *_, **__: answers)
    with (
        pytest.raises(PfpError, match=r"worker at tcp://10\.0\.0\.2:1 has .* 9\.9 \(method 7\)"),
        dask_engine(scheduler),
    ):
        pass


def test_a_worker_that_comes_later_with_other_software_computes_nothing() -> None:
    work = CheckedWork(Squares(), Software("9.9", "7"))
    with pytest.raises(PfpError, match=r"9\.9 \(method 7\)"):
        work((1,))
    assert CheckedWork(Squares(), software_here())((1, 2)) == (1, 4)


def test_a_worker_without_the_package_is_named(tmp_path: Path) -> None:
    hide = "import sys\nsys.modules['pfp_sensors'] = None\n"
    with (
        local_cluster(1, local_directory=str(tmp_path), preload=[hide]) as cluster,
        pytest.raises(PfpError, match="cannot load pfp-sensors"),
        dask_engine(cluster.scheduler_address),
    ):
        pass


def test_no_workers_and_then_no_scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "WORKERS_S", 0.3)
    monkeypatch.setattr(dask_cluster, "LOOK_S", 0.1)
    with local_cluster(0, local_directory=str(tmp_path)) as cluster:
        with pytest.raises(PfpError, match="has no workers"), dask_engine(cluster.scheduler_address):
            pass
        cluster.scale(1)
        monkeypatch.setattr(dask_cluster, "WORKERS_S", 90.0)
        with dask_engine(cluster.scheduler_address) as engine:
            outcomes = engine.run(Squares(), batches_of(range(1000)))
            next(outcomes)
            monkeypatch.setattr(dask_cluster, "WORKERS_S", 0.3)
            cluster.scale(0)
            with pytest.raises(PfpError, match="have been gone"):
                list(engine.run(Squares(pause_s=0.1), batches_of(range(1000))))
        monkeypatch.setattr(dask_cluster, "WORKERS_S", 90.0)
        cluster.scale(1)
        with dask_engine(cluster.scheduler_address) as engine:
            outcomes = engine.run(Squares(pause_s=0.01), batches_of(range(100000)))
            next(outcomes)
            cluster.close()
            with pytest.raises(PfpError, match="was lost"):
                list(outcomes)


@pytest.mark.parametrize(
    "address", ["nonsense", "tcp://", "http://127.0.0.1:1", "tcp://127.0.0.1:x", "tls://127.0.0.1:9"]
)
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(UsageError, match="such as tcp://"), dask_engine(address):
        pass


def test_nobody_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "ANSWER_S", 0.3)
    with pytest.raises(UsageError, match="No Dask scheduler answers"), dask_engine("tcp://127.0.0.1:9"):
        pass


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pfp-sensors\[cohort\]"), dask_engine():
        pass


# --- a cluster of our own -------------------------------------------------------------------------


def test_our_own_cluster_is_private_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pids = tmp_path / "pids"
    pids.mkdir()
    with dask_engine(None, 2) as engine:
        found, lost = split(engine.run(Squares(pids=pids), batches_of([*range(20), EXITS])))
        me = psutil.Process()
        open_now = [
            place.laddr.ip
            for process in [me, *me.children(recursive=True)]
            for place in process.net_connections(kind="inet")
        ]
        assert set(open_now) == {"127.0.0.1"}
        assert [folder.name for folder in tmp_path.glob("pfp-dask-*")] != []
    assert found == squares(range(20))
    assert lost == [EXITS]
    assert wait_until(lambda: all_gone(workers_of(pids)))
    assert [folder.name for folder in tmp_path.glob("pfp-dask-*")] == []
    assert capfd.readouterr().err == ""


DASK = {"module": "dask_cluster", "engine": "dask_engine", "arguments": "None, 2", "pause_s": "1.0"}


def test_a_killed_parent_leaves_no_process(tmp_path: Path) -> None:
    with running_program(tmp_path, **DASK) as (program, everyone):
        program.kill()
        program.wait()
        assert wait_until(lambda: all_gone(everyone))


def test_ctrl_c_ends_everything(tmp_path: Path) -> None:
    with running_program(tmp_path, **DASK) as (program, everyone):
        os.killpg(program.pid, signal.SIGINT)
        _, words = program.communicate(timeout=6 * SOON_S)
        assert program.returncode == -signal.SIGINT
        assert words.count("Traceback") == 1, words
        assert " - distributed" not in words  # as its log begins a line
        assert wait_until(lambda: all_gone(everyone))
