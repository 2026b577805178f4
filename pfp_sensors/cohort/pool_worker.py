"""The worker's side of the pool: a process that takes batches from a pipe and sends back what they give.

It lives as long as its pipe. When the parent closes it, or is killed so that nobody does, the worker stops at
once, even in the middle of a batch: first the polite way, so that temporary files are removed; then by force.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

GRACE_S = 1.0  # what a worker may take to tidy up


@dataclass(frozen=True, slots=True)
class Begun:
    """The worker has taken the batch that was first in its hands, and works on it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What the batch gave that was first in the worker's hands."""

    result: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """What the function raised over a batch."""

    error: Exception


def serve(line: Connection, work: Callable[[Any], Any]) -> None:
    """Work on batches until the pipe closes.

    Parameters
    ----------
    line
        Brings pickled batches; takes :class:`Begun`, then :class:`Done` or :class:`Raised` for each batch, in
        their order.
    work
        What is done with a batch.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too: it says what becomes of us
    signal.signal(signal.SIGTERM, _leave)
    orders: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(line, orders), daemon=True).start()
    try:
        while True:
            order = orders.get()
            line.send_bytes(pickle.dumps(Begun()))
            line.send_bytes(_answer(work, order))
    except ConnectionError:  # nobody listens any more: the thread below has seen it too
        sys.exit(1)


def _answer(work: Callable[[Any], Any], order: bytes) -> bytes:
    """Work on one pickled batch; whatever is raised, also by the result's pickling, is sent to the parent."""
    try:
        return pickle.dumps(Done(work(pickle.loads(order))), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # not swallowed: the parent raises it
        return pickle.dumps(Raised(_as_sendable(error)))


def _as_sendable(error: Exception) -> Exception:
    """Return an error that survives pickling, with the place where it was raised as a note."""
    place = "".join(traceback.format_exception(error))
    error.add_note(f"In a worker process:\n{place}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # an error's own pickling may raise anything
        return RuntimeError(f"{type(error).__name__}: {error}\nIn a worker process:\n{place}")
    return error


def _listen(line: Connection, orders: queue.SimpleQueue[bytes]) -> None:
    """Pass on batches as they come, so that the parent never waits; end the process with the pipe."""
    try:
        while True:
            orders.put(line.recv_bytes())
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S)
        os._exit(1)


def _leave(*_: object) -> None:
    """End this process from its main thread, so that what it has open is closed."""
    sys.exit(128 + signal.SIGTERM)
