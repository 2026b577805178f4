"""The tasks of a recording: run beside each other, ended in order, and asked what they failed with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pfp_sensors.errors import SensorError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence


async def run_links(links: Sequence[Coroutine[None, None, None]]) -> None:
    """Run every link to its end; one that fails at the first connection counts only if all do.

    Raises
    ------
    SensorError
        If no sensor ever streamed. Any other error of a link is raised too.
    """
    tasks = [asyncio.create_task(link) for link in links]
    try:
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for error in errors:
        if not isinstance(error, SensorError) or len(errors) == len(tasks):
            raise error


async def end_task(task: asyncio.Task[None]) -> None:
    """Cancel a task of this session if it still runs, and wait until it has ended."""
    if not task.done():
        task.cancel()
        await asyncio.wait([task])


def raise_failure(*tasks: asyncio.Task[None]) -> None:
    """Raise what the first of some ended tasks failed with, if one did."""
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            raise error


def reason_of_end(stop: asyncio.Event, *tasks: asyncio.Task[None]) -> str:
    """Say why a recording ended: what failed first, or whether somebody wanted it."""
    for task in tasks:
        error = None if task.cancelled() or not task.done() else task.exception()
        if error is not None:
            return str(error) or repr(error)
    return "asked" if stop.is_set() else "cancelled"
