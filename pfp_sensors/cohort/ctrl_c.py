"""Ctrl-C is for the parent: a terminal sends it to all processes at once, and workers must not act on it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def started_without_ctrl_c() -> Iterator[None]:
    """Start processes and threads that are deaf to Ctrl-C from their first moment on.

    They inherit that the signal is held back; so do processes that those threads start. In this thread a
    Ctrl-C waits until the end of the block. Windows cannot hold back signals: there, nothing is done.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it would let Ctrl-C in again if it were started later
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
