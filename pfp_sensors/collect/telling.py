"""Whoever wants to be told of a recording, told in a task of its own: a mistake there costs no data."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.collect.understanding import Listeners
    from pfp_sensors.model.packets import Packet


class Teller:
    """Passes on messages and acknowledgements, in order, outside of what keeps the packets.

    Parameters
    ----------
    listeners
        Who is told.

    Attributes
    ----------
    fault
        What a listener failed with, if one did; then nothing is passed on any more.
    """

    def __init__(self, listeners: Listeners) -> None:
        self.fault: BaseException | None = None
        self._listeners = listeners
        self._calls: asyncio.Queue[Callable[[], None] | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._always(), name="tell")

    async def end(self) -> None:
        """Pass on what is left and end; what a listener fails with is in ``fault``, and not raised."""
        if self._task is None:
            return
        self._calls.put_nowait(None)
        await asyncio.wait([self._task])
        self.fault = None if self._task.cancelled() else self._task.exception()

    def message(self, text: str) -> None:
        """Pass on a message."""
        self._put(partial(self._listeners.message, text))

    def acknowledged(self, packets: Sequence[Packet]) -> None:
        """Pass on packets that now survive a crash of this program."""
        self._put(partial(self._listeners.acknowledged, packets))

    def _put(self, call: Callable[[], None]) -> None:
        if self._task is None or not self._task.done():
            self._calls.put_nowait(call)

    async def _always(self) -> None:
        while (call := await self._calls.get()) is not None:
            call()
