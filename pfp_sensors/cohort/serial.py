"""The engine without other processes: one batch after the other, in this one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.cohort.engine import Engine, Finished, Item, Outcome, Result, nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class SerialEngine:
    """Works on one batch at a time, in this process; whatever kills it kills the run."""

    name: str = "serial"
    workers: int = 1

    def run(
        self,
        work: Callable[[tuple[Item, ...]], Result],
        batches: Iterable[tuple[Item, ...]],
        idle: Callable[[], object] = nothing,  # noqa: ARG002  (it is never idle)
    ) -> Iterator[Outcome[Item, Result]]:
        """Run a function over batches in their order (see :class:`~pfp_sensors.cohort.engine.Engine`)."""
        for items in batches:
            yield Finished(items, work(items))


@contextmanager
def serial_engine() -> Iterator[Engine]:
    """Give an engine that works in this process."""
    yield SerialEngine()
