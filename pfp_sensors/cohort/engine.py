"""The contract of an engine: batches go in, their results come out, and a dead process loses nothing.

An engine knows nothing of recordings. It runs one function on batches of items: in this process
(:mod:`~pfp_sensors.cohort.serial`), in processes of this computer (:mod:`~pfp_sensors.cohort.pool`), or on a
Dask cluster (:mod:`~pfp_sensors.cohort.dask_cluster`). What all three keep:

* Outcomes come in any order, as they are ready. Each item stands in exactly one of them.
* Batches are taken as workers get free: two per worker are under way, so ``batches`` may be long and lazy.
* Where a worker process dies, its items are tried again (:mod:`~pfp_sensors.cohort.lost_work`). An item that
  takes its process down every time is :class:`Lost`; all others finish.
* What the function raises is raised by ``run``, and ends it.
* While batches take long, the caller is called now and then, but not by the engine that works by itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeAlias, TypeVar

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Result = TypeVar("Result")  # what one batch gives

BATCHES_PER_WORKER = 2  # one being worked on, one waiting beside it, so that no worker waits for the parent
LOOK_S = 5.0  # at most, between two calls of the caller while nothing comes


@dataclass(frozen=True, slots=True)
class Finished(Generic[Item, Result]):
    """Items that were worked on, and what came of them."""

    items: tuple[Item, ...]
    result: Result


@dataclass(frozen=True, slots=True)
class Lost(Generic[Item]):
    """An item whose worker process died each time, the last time with nothing else running."""

    item: Item


Outcome: TypeAlias = Finished[Item, Result] | Lost[Item]


def nothing() -> None:
    """Do nothing while there is nothing to do."""


class Engine(Protocol):
    """What runs a function over batches.

    Attributes
    ----------
    name
        ``serial``, ``pool`` or ``dask``.
    workers
        How many batches it works on at the same time.
    """

    @property
    def name(self) -> str:
        """Return what the command line calls it."""
        ...

    @property
    def workers(self) -> int:
        """Return how many batches are worked on at the same time."""
        ...

    def run(
        self,
        work: Callable[[tuple[Item, ...]], Result],
        batches: Iterable[tuple[Item, ...]],
        idle: Callable[[], object] = nothing,
    ) -> Iterator[Outcome[Item, Result]]:
        """Run a function over batches, and yield what comes of them as it is ready.

        Parameters
        ----------
        work
            Takes one batch. A function of a module, or a ``functools.partial`` or frozen object of one: it is
            pickled, and so are the items and the results.
        batches
            Taken only as workers get free.
        idle
            Called in the caller's thread while nothing comes, each `LOOK_S` or more often. What it raises
            ends the run.

        Yields
        ------
        Finished or Lost
            Each item of each batch in exactly one of them. A batch comes back whole, or item by item if a
            worker died.

        Raises
        ------
        PfpError
            Where no worker can be started or reached any more.
        Exception
            Whatever ``work`` raises.
        """
        ...


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def checked_workers(asked: int | None) -> int:
    """Return the number of workers asked for, or one per processor that this process may use.

    Raises
    ------
    UsageError
        Where it is less than one.
    """
    if asked is None:
        return processors()
    if asked < 1:
        raise UsageError(
            f"{asked} workers were asked for; it takes at least 1.",
            "Leave --workers out for one per processor.",
        )
    return asked
