"""What is seen to before a cluster gets work, and while it works."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import fsspec
import psutil
import pytest
from made_processes import living_workers, split
from made_work import Squares

from pfp_sensors.cohort import dask_cluster
from pfp_sensors.cohort.dask_cluster import dask_engine
from pfp_sensors.cohort.run import run_cohort
from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.model.cohort import CohortOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# --- a password over an open wire -------------------------------------------------------------------


@pytest.fixture
def store() -> Iterator[str]:
    """Put a recording into a store, below a folder that makes its address one with a password."""
    memory = fsspec.filesystem("memory")
    memory.pipe("/reader:hidden@lab/study/a.csv", b"no samples")
    memory.pipe("/lab/study/a.csv", b"no samples")
    yield "memory://{}lab/study"
    memory.rm("/reader:hidden@lab", recursive=True)
    memory.rm("/lab", recursive=True)


def contact(scheduler: str | None, workers: int | None) -> Any:
    raise ConnectionRefusedError(f"asked {scheduler}")


@pytest.mark.parametrize("scheduler", ["tcp://127.0.0.1:9", "127.0.0.1:9", "ws://127.0.0.1:9"])
def test_a_password_is_not_told_over_an_open_wire(
    store: str, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "dask_engine", contact)
    options = CohortOptions(scheduler=scheduler)
    with pytest.raises(UsageError, match="has a password in it") as caught:
        run_cohort(store.format("reader:hidden@"), str(tmp_path / "out"), options)
    assert "hidden" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("who", "scheduler"), [("reader:hidden@", "tls://127.0.0.1:9"), ("", "tcp://127.0.0.1:9")]
)
def test_what_is_encrypted_or_has_no_password_is_sent(
    store: str, who: str, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "dask_engine", contact)
    with pytest.raises(ConnectionRefusedError, match=f"asked {scheduler}"):
        run_cohort(store.format(who), str(tmp_path / "out"), CohortOptions(scheduler=scheduler))


# --- workers that hang, and batches that take long --------------------------------------------------


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a scheduler with one worker process."""
    import dask
    from distributed import LocalCluster

    folder = str(tmp_path_factory.mktemp("dask"))
    with (
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}),
        LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=folder,
        ) as cluster,
    ):
        yield cluster.scheduler_address


def test_the_caller_is_called_while_a_batch_takes_long(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "LOOK_S", 0.02)
    called: list[int] = []
    with dask_engine(scheduler) as engine:
        found, _ = split(engine.run(Squares(pause_s=0.5), [(3,)], partial(called.append, 1)))
    assert found == {3: 9}
    assert len(called) >= 5


def test_a_worker_that_hangs_is_not_waited_for_without_end(
    scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dask_engine(scheduler) as engine:
        split(engine.run(Squares(pids=tmp_path), [(3,)]))
    (worker,) = living_workers(tmp_path)
    monkeypatch.setattr(dask_cluster, "WORKERS_S", 1.0)
    worker.suspend()
    waking = threading.Timer(10.0, worker.resume)  # else a program without the limit would wait for ever
    waking.start()
    try:
        with (
            pytest.raises(PfpError, match=r"gives no answer \(1 s\)"),
            dask_engine(scheduler),
        ):
            pass
        assert worker.status() == psutil.STATUS_STOPPED
    finally:
        waking.cancel()
        worker.resume()
