"""The engine of this computer: worker processes, each on a pipe of its own.

Each worker has its own pipe and its own batches, where a ``ProcessPoolExecutor`` shares one queue: so a
death blames exactly one batch, disturbs no other worker, and cannot leave a lock held. The workers are not
forked from this process, which may have threads, but from a small server that has only loaded the modules; a
new one is there in a hundredth of a second.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import time
from collections import deque
from contextlib import contextmanager
from multiprocessing import connection
from typing import TYPE_CHECKING, Any, Generic

from pfp_sensors.cohort.ctrl_c import started_without_ctrl_c
from pfp_sensors.cohort.engine import (
    BATCHES_PER_WORKER,
    LOOK_S,
    Engine,
    Finished,
    Item,
    Lost,
    Outcome,
    Result,
    checked_workers,
    nothing,
)
from pfp_sensors.cohort.lost_work import Charge, WorkList
from pfp_sensors.cohort.pool_worker import GRACE_S, Begun, Done, Raised, serve
from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

PRELOADED = ("pfp_sensors.analyse", "pfp_sensors.formats", "pyarrow.parquet", "vqf")
_SERVER_GONE_S = 0.3  # until the system says that the server is dead, and multiprocessing starts another
MOST_FAILED_STARTS = 3  # in a row, before the pool gives up


@contextmanager
def pool_engine(workers: int | None = None) -> Iterator[Engine]:
    """Give an engine of worker processes on this computer, and end them afterwards.

    Parameters
    ----------
    workers
        How many; None for one per processor that this process may use.

    Raises
    ------
    UsageError
        Where it is less than one.
    """
    engine = PoolEngine(checked_workers(workers))
    try:
        yield engine
    finally:
        engine.close()


class PoolEngine:
    """Worker processes of this computer (see :class:`~pfp_sensors.cohort.engine.Engine`)."""

    name = "pool"

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._crews: list[_Crew[Any, Any]] = []

    def run(
        self,
        work: Callable[[tuple[Item, ...]], Result],
        batches: Iterable[tuple[Item, ...]],
        idle: Callable[[], object] = nothing,
    ) -> Iterator[Outcome[Item, Result]]:
        """Run a function over batches (see :class:`~pfp_sensors.cohort.engine.Engine`)."""
        crew: _Crew[Item, Result] = _Crew(work, self.workers, WorkList(batches))
        self._crews.append(crew)
        try:
            while crew.hand_out():
                if outcomes := crew.outcomes():
                    yield from outcomes
                else:
                    idle()
        finally:
            crew.close()
            self._crews.remove(crew)

    def close(self) -> None:
        """End all worker processes, also those of a run that was left half done."""
        for crew in self._crews:
            crew.close()


class _Hand(Generic[Item]):
    """One worker process, its pipe, and the charges given to it, in the order in which it takes them.

    It has ``started`` once it has begun one, and is ``working`` while it has begun the first of them.
    """

    def __init__(self, context: BaseContext, work: Callable[[tuple[Item, ...]], Any]) -> None:
        self.charges: deque[Charge[Item]] = deque()
        self.started = self.working = False
        self.line, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=serve, args=(theirs, work), daemon=True)  # type: ignore[attr-defined]
        try:
            with started_without_ctrl_c():
                self.process.start()
        finally:
            theirs.close()

    def give(self, charge: Charge[Item]) -> None:
        """Send a charge; if the worker is dead by now, the pipe's end says so when it is read."""
        self.charges.append(charge)
        try:
            self.line.send_bytes(pickle.dumps(charge.items, protocol=pickle.HIGHEST_PROTOCOL))
        except ConnectionError:
            return

    def answer(self) -> Begun | Done | Raised | None:
        """Read the next answer; None if the worker is dead."""
        try:
            answer: Begun | Done | Raised = pickle.loads(self.line.recv_bytes())
        except (EOFError, OSError):
            return None
        return answer

    def let_go(self) -> None:
        """Close the pipe, upon which the worker ends."""
        self.line.close()

    def bury(self) -> str:
        """Wait for the process to end, by force if need be, and return how it did."""
        self.process.join(2 * GRACE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        code = self.process.exitcode
        self.process.close()
        return _ending(code)


class _Crew(Generic[Item, Result]):
    """The workers of one run."""

    def __init__(
        self, work: Callable[[tuple[Item, ...]], Result], workers: int, todo: WorkList[Item]
    ) -> None:
        self._work, self._workers, self._todo = work, workers, todo
        self._context = _context()
        self._hands: list[_Hand[Item]] = []
        self._failed_starts = 0

    def hand_out(self) -> bool:
        """Give work to all who can take some; False if there is none left, nor any under way."""
        while (hand := self._freest()) is None or len(hand.charges) < BATCHES_PER_WORKER:
            charge = self._todo.take(self._in_flight())
            if charge is None:
                break
            if charge.alone:
                self.close()
                hand = None
            if hand is None and (hand := self._hired()) is None:
                self._todo.give_back(charge)
                continue
            hand.give(charge)
        return self._in_flight() > 0

    def _hired(self) -> _Hand[Item] | None:
        """Start a worker; None where the server that starts them has died: the next try has a new one."""
        try:
            hand = _Hand(self._context, self._work)
        except (EOFError, ConnectionError) as error:
            self._start_failed(f"could not be started ({type(error).__name__})")
            time.sleep(_SERVER_GONE_S)
            return None
        self._hands.append(hand)
        return hand

    def outcomes(self) -> list[Outcome[Item, Result]]:
        """Wait for answers for a while, give out more work, and return what came."""
        lines = {hand.line: hand for hand in self._hands}
        came = [self._heard(lines[line]) for line in connection.wait(list(lines), LOOK_S)]  # type: ignore[index]
        self.hand_out()
        return [outcome for outcome in came if outcome is not None]

    def close(self) -> None:
        """End all workers."""
        leaving, self._hands = self._hands, []
        for hand in leaving:
            hand.let_go()
        for hand in leaving:
            hand.bury()

    def _in_flight(self) -> int:
        return sum(len(hand.charges) for hand in self._hands)

    def _freest(self) -> _Hand[Item] | None:
        """Return the worker with the least to do; None if a new one should be started."""
        freest = min(self._hands, key=lambda hand: len(hand.charges), default=None)
        if freest is not None and freest.charges and len(self._hands) < self._workers:
            return None
        return freest

    def _heard(self, hand: _Hand[Item]) -> Outcome[Item, Result] | None:
        """Take the answer of one worker."""
        answer = hand.answer()
        if isinstance(answer, Done):
            hand.working = False
            return Finished(hand.charges.popleft().items, answer.result)
        if isinstance(answer, Raised):
            raise answer.error
        if answer is None:
            return self._died(hand)
        hand.started = hand.working = True
        self._failed_starts = 0
        return None

    def _died(self, hand: _Hand[Item]) -> Lost[Item] | None:
        """Take a dead worker's work back; only what it was working on can be to blame."""
        self._hands.remove(hand)
        hand.let_go()
        how = hand.bury()
        begun = hand.charges.popleft() if hand.working else None
        for charge in hand.charges:
            self._todo.give_back(charge)
        if not hand.started:
            self._start_failed(how)
        return self._todo.worker_died(begun) if begun else None

    def _start_failed(self, how: str) -> None:
        self._failed_starts += 1
        if self._failed_starts >= MOST_FAILED_STARTS:
            raise PfpError(
                f"Worker processes do not start: {self._failed_starts} in a row failed; the last one {how}.",
                "Look for an error above, or use --engine serial. What is done already stays.",
            )


def _context() -> BaseContext:
    """Return how processes are started: from a server that has the modules, where that is safe."""
    if sys.platform != "linux":  # the frameworks of macOS do not survive a fork
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def _ending(code: int | None) -> str:
    """Say in words how a process ended."""
    if code is None or code >= 0:
        return f"ended by itself (exit code {code})"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL":
        return "was killed (SIGKILL), as by a computer that runs out of memory"
    return f"crashed ({name})"
