"""Packets to the disk, in a thread: written and flushed twice a second, kept while the disk is full."""

from __future__ import annotations

import asyncio
import contextlib
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
    limit
        How many packets may wait for the disk.
    acknowledged
        Called in the loop after each batch, with the packets that now survive a crash of this program.
    troubled
        Called in the loop when writing begins to fail, with words, and with "" when it works again.
    """

    def __init__(
        self,
        writer: PacketWriter,
        limit: int,
        acknowledged: Callable[[Sequence[Packet]], None] | None = None,
        troubled: Callable[[str], None] | None = None,
    ) -> None:
        self._writer = writer
        self._limit = limit
        self._acknowledged = acknowledged
        self._troubled = troubled
        self._waiting: list[Packet] = []
        self._in_hand = 0
        self.rows = 0
        self.trouble = ""
        self._wake = asyncio.Event()
        self._ended = False

    @property
    def has_room(self) -> bool:
        """Whether more packets may come."""
        return len(self._waiting) + self._in_hand < self._limit

    @property
    def waiting(self) -> int:
        """Packets that are not on the disk yet."""
        return len(self._waiting) + self._in_hand

    def keep(self, packet: Packet) -> None:
        """Take a packet for the next batch."""
        self._waiting.append(packet)

    async def run(self) -> None:
        """Write a batch every half second until `finish` is called, then what is left, and close the file.

        Raises
        ------
        PfpError
            If the last packets cannot be written: those before them are kept.
        """
        while not self._ended:
            with contextlib.suppress(TimeoutError):  # the usual case: half a second is over
                async with asyncio.timeout(BATCH_S):
                    await self._wake.wait()
            await self._write_waiting()
        await self._write_waiting()  # what came while the batch before was written
        lost = PfpError(
            f"The last {len(self._waiting)} packets could not be kept. {self.trouble}",
            "Everything before them is kept. Make room; `pfp recover` finishes what is not finished yet.",
        )
        try:
            await asyncio.to_thread(self._writer.close)
        except NotStoredError:
            if not self._waiting:
                raise
        if self._waiting:
            raise lost

    def finish(self) -> None:
        """Let `run` write what is left, close the file and return."""
        self._ended = True
        self._wake.set()

    async def _write_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        self._in_hand = len(batch)
        try:
            self.rows = await asyncio.to_thread(self._writer.append, batch)
        except NotStoredError as error:
            self._waiting = batch + self._waiting
            self._tell(str(error))
            return
        finally:
            self._in_hand = 0
        if self._acknowledged is not None:
            self._acknowledged(batch)
        try:
            await asyncio.to_thread(self._writer.sync)
        except NotStoredError as error:
            self._tell(str(error))
        else:
            self._tell("")

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            if self._troubled is not None:
                self._troubled(trouble)
