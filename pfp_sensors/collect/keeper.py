"""Packets to the disk, in a thread: written and flushed twice a second, kept while the disk is full."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import PfpError
from pfp_sensors.store.packet_files import NotStoredError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.model.packets import Packet
    from pfp_sensors.store.packet_files import PacketWriter

BATCH_S: Final = 0.5
"""Real seconds from batch to batch: a power failure costs at most 1 s (docs/live-recording-format.md)."""


class Keeper:
    """Hands packets to a `PacketWriter` in batches without holding up the loop.

    Parameters
    ----------
    writer
        Where to; used from one worker thread at a time.
    acknowledged
        Called in the loop after each batch, with the packets that now survive a crash of this program.
    troubled
        Called in the loop when writing begins to fail, with words, and with "" when it works again.
    """

    def __init__(
        self,
        writer: PacketWriter,
        acknowledged: Callable[[Sequence[Packet]], None] | None = None,
        troubled: Callable[[str], None] | None = None,
    ) -> None:
        self._writer = writer
        self._acknowledged = acknowledged
        self._troubled = troubled
        self._waiting: list[Packet] = []
        self.rows = 0
        self.trouble = ""
        self._wake = asyncio.Event()
        self._ended = False

    @property
    def waiting(self) -> int:
        """Packets that are not on the disk yet."""
        return len(self._waiting)

    def waiting_of(self) -> Counter[int]:
        """Count what is not on the disk yet by the number of its sensor; after `run`, what never will be."""
        return Counter(packet.sensor for packet in self._waiting)

    def keep(self, packet: Packet) -> None:
        """Take a packet for the next batch."""
        self._waiting.append(packet)

    async def run(self) -> None:
        """Write a batch every half second until `finish` is called, then what is left, and close the file.

        Raises
        ------
        PfpError
            If the last packets cannot be written: those before them are kept. The file is closed.
        """
        is_written = False
        try:
            await self._write_until_finished()
            is_written = not self._waiting
        finally:
            try:
                await asyncio.to_thread(self._writer.close)
            except NotStoredError:
                if is_written:  # else another error is already on its way
                    raise
        if self._waiting:
            raise PfpError(
                f"The last {len(self._waiting)} packets could not be kept. {self.trouble}",
                "Everything before them is kept. Make room; `pfp recover` finishes what is not finished yet.",
            )

    def finish(self) -> None:
        """Let `run` write what is left, close the file and return."""
        self._ended = True
        self._wake.set()

    async def _write_until_finished(self) -> None:
        while not self._ended:
            with contextlib.suppress(TimeoutError):  # the usual case: half a second is over
                async with asyncio.timeout(BATCH_S):
                    await self._wake.wait()
            await self._write_waiting()
        await self._write_waiting()  # what came while the batch before was written

    async def _write_waiting(self) -> None:
        """Write what waits now: all at once, or where that finds no room, as much of it as fits."""
        left = size = len(self._waiting)
        if not left:
            return
        trouble, before = "", left
        while left:
            part = self._waiting[:size]  # it stays there until the disk has it, whatever fails
            try:
                self.rows = await asyncio.to_thread(self._writer.append, part)
            except NotStoredError as error:
                trouble = str(error)
                if size == 1:
                    break
                size //= 2
                continue
            del self._waiting[:size]
            left -= size
            size = min(size, left)
            if self._acknowledged is not None:
                self._acknowledged(part)
        sync_trouble = "" if left == before else await self._sync()
        self._tell(trouble if left else sync_trouble)

    async def _sync(self) -> str:
        """Force what was written to the disk; return what is wrong, in words, or ""."""
        try:
            await asyncio.to_thread(self._writer.sync)
        except NotStoredError as error:
            return str(error)
        return ""

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            if self._troubled is not None:
                self._troubled(trouble)
