"""What the tests of the engines look at: what came out, and which processes there are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import psutil

from pfp_sensors.cohort.engine import Lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

SOON_S = 60.0


def split(outcomes: Iterable[Any]) -> tuple[dict[int, int], list[int]]:
    """Return item -> result, and the lost items; an item that comes twice fails the test."""
    found: dict[int, int] = {}
    lost: list[int] = []
    for outcome in outcomes:
        if isinstance(outcome, Lost):
            assert outcome.item not in {*lost, *found}
            lost.append(outcome.item)
            continue
        assert len(outcome.items) == len(outcome.result)
        for item, result in zip(outcome.items, outcome.result, strict=True):
            assert item not in {*lost, *found}
            found[item] = result
    return found, lost


def squares(items: Iterable[int]) -> dict[int, int]:
    return {item: item * item for item in items if item >= 0}


def wait_until(true: Callable[[], bool], within_s: float = SOON_S) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return true()


def workers_of(folder: Path) -> list[int]:
    return [int(file.name) for file in folder.iterdir()]


def living_workers(folder: Path) -> list[psutil.Process]:
    """Return the processes below this one that have left their mark in a folder."""
    marked = set(workers_of(folder))
    children = psutil.Process().children(recursive=True)
    return [child for child in children if child.pid in marked and not all_gone([child.pid])]


def kill(process: psutil.Process) -> bool:
    """Kill a process; tell whether it was still there."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return False
    return True


class Killer:
    """Kills two workers from outside, one after the other, while it is entered."""

    def __init__(
        self,
        folder: Path,
        pause_s: Callable[[], float],
        choose: Callable[[Sequence[psutil.Process]], psutil.Process] = itemgetter(0),
    ) -> None:
        self.killed = 0
        self._folder, self._pause_s, self._choose = folder, pause_s, choose
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._kill_two)

    def __enter__(self) -> Killer:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def work_until_it_is_done(self, at_least: int, given: list[int]) -> Iterator[tuple[int, ...]]:
        """Give one item after the other, and note it, as long as anyone is still to be killed."""
        while len(given) < at_least or self._thread.is_alive():
            given.append(len(given))
            yield (given[-1],)

    def _kill_two(self) -> None:
        end = time.monotonic() + SOON_S
        while self.killed < 2 and time.monotonic() < end and not self._over.wait(self._pause_s()):
            alive = living_workers(self._folder)
            self.killed += bool(alive) and kill(self._choose(alive))


def all_gone(pids: list[int]) -> bool:
    return all(_is_gone(pid) for pid in pids)


def _is_gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


PROGRAM = """
import sys
from pathlib import Path
from made_work import Squares, batches_of
from pfp_sensors.cohort.{module} import {engine}
if __name__ == "__main__":
    work = Squares(pause_s={pause_s}, pids=Path(sys.argv[1]))
    with {engine}({arguments}) as engine:
        for outcome in engine.run(work, batches_of(range(1000), 1)):
            pass
"""


@contextmanager
def running_program(folder: Path, **words: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Start a program whose two workers are in the middle of long work; give it and all its processes."""
    pids, script = folder / "pids", folder / "program.py"
    pids.mkdir()
    script.write_text(PROGRAM.format(**words), encoding="utf-8")
    search = os.pathsep.join(path for path in sys.path if path)
    program = subprocess.Popen(
        [sys.executable, str(script), str(pids)],
        env={**os.environ, "PYTHONPATH": search, "TMPDIR": str(folder)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with program:
        everyone: list[int] = [program.pid]
        try:
            assert wait_until(lambda: len(workers_of(pids)) == 2, 2 * SOON_S)
            everyone += [child.pid for child in psutil.Process(program.pid).children(recursive=True)]
            assert set(workers_of(pids)) < set(everyone)
            yield program, everyone
        finally:
            for pid in filter(psutil.pid_exists, everyone):
                os.kill(pid, signal.SIGKILL)
