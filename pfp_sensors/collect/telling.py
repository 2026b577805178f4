"""Whoever wants to be told of a recording, told in a task of its own: a mistake there costs no data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pfp_sensors.collect.understanding import Listeners

if TYPE_CHECKING:
    from collections.abc import Callable


class Teller:
    """Passes on what listeners want to know, in order, outside of what keeps and counts the packets.

    Parameters
    ----------
    listeners
        Who is told.
    failed
        Called with what a listener failed with; that one is told nothing more, the others are.

    Attributes
    ----------
    listeners
        To be called in the place of the real ones: they return at once and never fail.
    fault
        What the first listener to fail failed with; None while none did.
    """

    def __init__(
        self, listeners: Listeners, failed: Callable[[BaseException], None] = lambda _error: None
    ) -> None:
        self.fault: BaseException | None = None
        self.listeners = Listeners(
            contact=lambda *values: self._put("contact", values),
            cue=lambda *values: self._put("cue", values),
            message=lambda *values: self._put("message", values),
            acknowledged=lambda *values: self._put("acknowledged", values),
        )
        self._real = listeners
        self._failed = failed
        self._calls: asyncio.Queue[tuple[str, tuple[Any, ...]] | None] = asyncio.Queue()
        self._calling = ""
        self._silent: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._always(), name="tell")
        self._task.add_done_callback(self._ended)

    async def end(self) -> None:
        """Pass on what is left and end; what a listener fails with is in ``fault``, and not raised."""
        if self._task is not None:
            self._calls.put_nowait(None)
            await self._over.wait()

    def _put(self, name: str, values: tuple[Any, ...]) -> None:
        if name not in self._silent:
            self._calls.put_nowait((name, values))

    async def _always(self) -> None:
        while (call := await self._calls.get()) is not None:
            self._calling, values = call
            if self._calling not in self._silent:
                getattr(self._real, self._calling)(*values)

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is None:
            self._over.set()
            return
        self.fault = self.fault or error
        self._silent.add(self._calling)
        self.start()
        self._failed(error)
