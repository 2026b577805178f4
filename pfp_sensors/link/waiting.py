"""Waiting for the first of several things."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


async def wait_any(events: Sequence[asyncio.Event], real_seconds: float | None = None) -> bool:
    """Wait until one of some events is set, at most so long; tell whether one is.

    Parameters
    ----------
    real_seconds
        In real time, not on the collector's clock; None for no limit.
    """
    if not any(event.is_set() for event in events):
        if not events:
            await asyncio.sleep(real_seconds or 0.0)
            return False
        waiting = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, timeout=real_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
    return any(event.is_set() for event in events)


async def let_end(task: asyncio.Future[None], real_seconds: float) -> bool:
    """Give a task time to end by itself, then cancel it and give it the same again; tell whether it ended.

    Its outcome is left to be read from it. If this is itself cancelled meanwhile, the time goes on all the
    same and the cancelling comes through afterwards.
    """
    asked: asyncio.CancelledError | None = None
    for last in (False, True):
        until = asyncio.get_running_loop().time() + real_seconds
        while not task.done() and (left := until - asyncio.get_running_loop().time()) > 0:
            try:
                await asyncio.wait({task}, timeout=left)
            except asyncio.CancelledError as error:
                asked = error
        if task.done() or last:
            break
        task.cancel()
    if asked is not None:
        raise asked
    return task.done()
