"""The engine of a Dask cluster: of this computer, or one that others run.

A cluster of this computer listens on 127.0.0.1 only, and lets in only who has the keys that were made for
it, so that no other user of the computer can send it work.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Generic

from pfp_sensors.cohort.ctrl_c import started_without_ctrl_c
from pfp_sensors.cohort.dask_task import CheckedWork, check_software, software_here
from pfp_sensors.cohort.engine import (
    BATCHES_PER_WORKER,
    LOOK_S,
    Engine,
    Finished,
    Item,
    Outcome,
    Result,
    checked_workers,
    nothing,
)
from pfp_sensors.cohort.lost_work import Charge, WorkList
from pfp_sensors.errors import PfpError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from distributed import Client, Future

ANSWER_S = 8.0  # for a scheduler to answer
WORKERS_S = 30.0  # for a first worker to be there, or for one to come back when all are gone
SILENT = logging.CRITICAL + 1
FETCH_S = 120.0  # for a result to arrive, before looking whether there still are workers
INSTALL = "Install what is missing: pip install 'pfp-sensors[cohort]'"
STAYS = "What is done already stays; run the same command again for the rest."
LOCAL_CLUSTER = {
    "distributed.worker.profile.enabled": False,
    "distributed.nanny.pre-spawn-environ": {  # else a thread gives the memory of each array back at once
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_MMAP_THRESHOLD_": "1000000000",
        "MALLOC_TRIM_THRESHOLD_": "1000000000",
        "OMP_NUM_THREADS": "1",
    },
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
LOCAL_SCHEDULER = {"allowed_failures": 0, "dashboard": False, "dashboard_address": "127.0.0.1:0"}


@contextmanager
def dask_engine(scheduler: str | None = None, workers: int | None = None) -> Iterator[Engine]:
    """Give an engine on a Dask cluster, and leave it, or end it if it is our own, afterwards.

    Parameters
    ----------
    scheduler
        Address of a running cluster's scheduler, such as ``tcp://10.0.0.5:8786``; None starts one here.
    workers
        How many processes one of this computer has; None for one per processor that this process may use. A
        running cluster has its own.

    Raises
    ------
    UsageError
        Where Dask is not installed, the number is less than one, or no cluster answers at the address.
    PfpError
        Where no worker is there, or one has no pfp-sensors, or another version of it.
    """
    n_workers = checked_workers(workers)
    with ExitStack() as stack:
        try:
            stack.enter_context(_quiet())
            client = stack.enter_context(_own_client(n_workers) if scheduler is None else _client(scheduler))
        except ImportError as error:
            raise UsageError(
                f"A Dask cluster needs {error.name}, which is not installed.", INSTALL
            ) from error
        _check_workers(client)
        yield DaskEngine(client)


class DaskEngine:
    """The workers of a Dask cluster (see :class:`~pfp_sensors.cohort.engine.Engine`)."""

    name = "dask"

    def __init__(self, client: Client) -> None:
        self._client = client
        self.workers = _threads(client)

    def run(
        self,
        work: Callable[[tuple[Item, ...]], Result],
        batches: Iterable[tuple[Item, ...]],
        idle: Callable[[], object] = nothing,
    ) -> Iterator[Outcome[Item, Result]]:
        """Run a function over batches (see :class:`~pfp_sensors.cohort.engine.Engine`)."""
        shift: _Shift[Item, Result] = _Shift(
            self._client, CheckedWork(work, software_here()), self.workers, WorkList(batches)
        )
        try:
            while shift.hand_out():
                outcome = shift.outcome()
                shift.hand_out()
                if outcome is None:
                    idle()
                else:
                    yield outcome
        finally:
            shift.cancel()


class _Shift(Generic[Item, Result]):
    """What one run has given to the cluster."""

    def __init__(
        self, client: Client, work: CheckedWork[Item, Result], workers: int, todo: WorkList[Item]
    ) -> None:
        self._client, self._work, self._todo = client, work, todo
        self._workers, self._looked_s, self._seen_s = workers, time.monotonic(), time.monotonic()
        self._charges: dict[str, tuple[Future, Charge[Item]]] = {}
        self._ready: queue.SimpleQueue[Future] = queue.SimpleQueue()

    def hand_out(self) -> bool:
        """Submit as much as the cluster should have; False if there is none left, nor any under way."""
        while len(self._charges) < BATCHES_PER_WORKER * max(self._workers, 1):
            charge = self._todo.take(len(self._charges))
            if charge is None:
                break
            future = self._client.submit(self._work, charge.items, pure=False)
            self._charges[future.key] = future, charge
            future.add_done_callback(self._ready.put)
        return bool(self._charges)

    def outcome(self) -> Outcome[Item, Result] | None:
        """Wait for one of them to be ready, and take it; None if nothing came, or is to be tried again."""
        from distributed import CancelledError
        from distributed.scheduler import KilledWorker

        future = self._next_ready()
        if future is None:
            return None
        charge = self._charges[future.key][1]
        try:
            result = future.result(timeout=FETCH_S)
        except KilledWorker:
            del self._charges[future.key]
            return self._todo.worker_died(charge)
        except CancelledError as error:
            raise _lost_cluster() from error
        except TimeoutError:
            if future.status == "error":  # raised by the work itself
                raise
            future.add_done_callback(self._ready.put)
            return None
        del self._charges[future.key]
        return Finished(charge.items, result)

    def cancel(self) -> None:
        """Take back what nobody waits for any more; what already runs on a worker cannot be stopped."""
        if self._charges and self._client.status == "running":
            self._client.cancel([future for future, _ in self._charges.values()], force=True)
        self._charges = {}

    def _next_ready(self) -> Future | None:
        """Wait a while for a finished task, and look now and then whether there are workers."""
        if time.monotonic() - self._looked_s > LOOK_S:
            self._look()
        try:
            return self._ready.get(timeout=LOOK_S)
        except queue.Empty:
            return None

    def _look(self) -> None:
        """Count the workers again: they may come and go."""
        self._looked_s = time.monotonic()
        try:
            self._workers = _threads(self._client)
        except (OSError, TimeoutError) as error:
            raise _lost_cluster() from error
        if self._workers:
            self._seen_s = self._looked_s
        elif self._looked_s - self._seen_s > WORKERS_S:
            raise PfpError(
                f"All workers of the Dask cluster have been gone for {WORKERS_S:.0f} s.",
                f"Start workers (dask worker {self._client.scheduler.address}). {STAYS}",
            )


@contextmanager
def _client(address: str) -> Iterator[Client]:
    """Connect to somebody's scheduler, and leave it as it is afterwards."""
    from distributed import Client

    _check_address(address)
    with Client(address, timeout=ANSWER_S, set_as_default=False) as client:
        yield client


def _check_address(address: str) -> None:
    """Raise an error unless a scheduler answers: a client that fails to connect leaves tasks behind."""
    advice = "Give the address that the scheduler prints when it starts, such as tcp://10.0.0.5:8786."
    with ThreadPoolExecutor(1) as beside:  # the caller may have an event loop of its own
        try:
            who = beside.submit(asyncio.run, _identity(address)).result()
        except OSError as error:
            raise UsageError(f"No Dask scheduler answers at {address} ({ANSWER_S:.0f} s).", advice) from error
        except (TypeError, ValueError) as error:  # TypeError: an encrypted address, and no keys configured
            raise UsageError(f"No Dask scheduler can be at {address!r}: {error}.", advice) from error
    if who != "Scheduler":
        raise UsageError(f"At {address} there is a Dask {who}, not a scheduler.", advice)


async def _identity(address: str) -> Any:
    """Ask what kind of Dask process answers at an address."""
    from distributed import Security
    from distributed.core import rpc

    keys = Security().get_connection_args("client")
    async with rpc(address, timeout=ANSWER_S, connection_args=keys) as there:
        return (await asyncio.wait_for(there.identity(), ANSWER_S))["type"]


@contextmanager
def _own_client(n_workers: int) -> Iterator[Client]:
    """Start a cluster of this computer that nobody else can use, and end it afterwards."""
    import dask
    from distributed import Client, LocalCluster, Security

    start = {"distributed.worker.multiprocessing-method": "forkserver"} if sys.platform == "linux" else {}
    security = Security.temporary()
    with ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="pfp-dask-", ignore_cleanup_errors=True)
        )
        stack.enter_context(dask.config.set({**LOCAL_CLUSTER, **start}))
        with started_without_ctrl_c():
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=n_workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    security=security,
                    scheduler_kwargs=LOCAL_SCHEDULER,
                    local_directory=folder,
                    memory_limit=None,
                    silence_logs=SILENT,
                )
            )
        yield stack.enter_context(Client(cluster, security=security, set_as_default=False))


def _check_workers(client: Client) -> None:
    """Raise an error unless there are workers, and each has the software that is here."""
    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except TimeoutError as error:
        raise PfpError(
            f"The Dask cluster at {client.scheduler.address} has no workers ({WORKERS_S:.0f} s waited).",
            f"Start some: dask worker {client.scheduler.address}",
        ) from error
    check_software(client, WORKERS_S)


def _threads(client: Client) -> int:
    """Return how many batches the cluster's workers can do at the same time."""
    return sum(client.nthreads().values())


def _lost_cluster() -> PfpError:
    return PfpError("The connection to the Dask scheduler was lost during the work.", STAYS)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Dask logs about workers that come and go off the terminal; what went wrong is raised."""
    import distributed

    names = [
        name for name in logging.root.manager.loggerDict if name.startswith((distributed.__name__, "tornado"))
    ]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(SILENT)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
