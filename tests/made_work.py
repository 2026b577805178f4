"""Stand-ins for the analysis, to be sent to worker processes: numbers in, and whatever may go wrong."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

EXITS, KILLED, RAISES = -1, -2, -3


@dataclass(frozen=True, slots=True)
class Squares:
    """Squares each number; some numbers do harm instead."""

    pause_s: float = 0.0
    pids: Path | None = None  # a folder that gets a file per process at work

    def __call__(self, items: tuple[int, ...]) -> tuple[int, ...]:
        if self.pids is not None:
            (self.pids / str(os.getpid())).touch()
        return tuple(self._one(item) for item in items)

    def _one(self, item: int) -> int:
        if item == EXITS:
            os._exit(7)
        if item == KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        if item == RAISES:
            raise RefusedError("found -3", "ask for another number")
        time.sleep(self.pause_s)
        return item * item


@dataclass(frozen=True, slots=True)
class DiesOnce:
    """Dies once per folder: the second attempt finds the mark of the first."""

    mark: Path

    def __call__(self, items: tuple[int, ...]) -> tuple[int, ...]:
        if 5 in items and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return items


def dies(items: tuple[object, ...]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def unpicklable(items: tuple[int, ...]) -> object:
    return threading.Lock()


class OddError(Exception):
    """An error that pickles and does not come back."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def raise_odd(items: tuple[int, ...]) -> None:
    raise OddError("odd", "one")


class _Unloadable:
    """Kills the process that unpickles it."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (9,)


def dies_at_import() -> _Unloadable:
    return _Unloadable()


def batches_of(items: Iterable[int], size: int = 4) -> Iterator[tuple[int, ...]]:
    left = iter(items)
    while batch := tuple(itertools.islice(left, size)):
        yield batch
