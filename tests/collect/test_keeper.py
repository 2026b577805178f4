"""Packets on their way to the disk: in batches, in order, none lost while the disk refuses."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.collect import keeper as keeper_module
from pfp_sensors.collect.keeper import Keeper
from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.store.packet_files import NotStoredError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Disk:
    """Stands for a `PacketWriter`; refuses on demand, and notes who calls."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.full = self.cannot_sync = self.cannot_close = False
        self.appends = self.syncs = 0
        self.room = 10**9
        self.sync_s = 0.0
        self.closed = False
        self.threads: set[int] = set()

    @property
    def kept(self) -> list[int]:
        return [number for batch in self.batches for number in batch]

    def append(self, packets: Sequence[Packet]) -> int:
        self.threads.add(threading.get_ident())
        self.appends += 1
        if self.full or len(packets) > self.room:
            raise NotStoredError("The disk is full.", "Make room.")
        self.room -= len(packets)
        self.batches.append([one.host_mono_ns for one in packets])
        return len(self.kept)

    def sync(self) -> None:
        time.sleep(self.sync_s)
        if self.cannot_sync:
            raise NotStoredError("The disk cannot be flushed.", "Look at it.")
        self.syncs += 1

    def close(self) -> None:
        if self.cannot_close:
            raise NotStoredError("No room for the end.", "Make room.")
        self.closed = True


def packet(number: int) -> Packet:
    return Packet(number, number, 0, Channel.DATA, 0, b"")


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "BATCH_S", 0.01)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60.0):
        while not condition():
            await asyncio.sleep(0.002)


def told(disk: Disk, story: Any) -> tuple[Keeper, list[int], list[str]]:
    """Run a keeper while a story is told; return it, what was acknowledged, and the troubles told."""
    safe: list[int] = []
    troubles: list[str] = []

    async def run() -> Keeper:
        keeper = Keeper(
            disk,  # type: ignore[arg-type]
            lambda packets: safe.extend(one.host_mono_ns for one in packets),
            troubles.append,
        )
        running = asyncio.create_task(keeper.run())
        await story(keeper)
        keeper.finish()
        await asyncio.wait_for(running, 60.0)
        return keeper

    return asyncio.run(run()), safe, troubles


def test_all_is_kept_in_order_flushed_and_acknowledged() -> None:
    disk = Disk()

    async def story(keeper: Keeper) -> None:
        for number in range(50):
            keeper.keep(packet(number))
            await asyncio.sleep(0.002)

    keeper, safe, troubles = told(disk, story)
    assert disk.kept == safe == list(range(50))
    assert 1 < len(disk.batches) < 50
    assert disk.syncs == len(disk.batches)
    assert (keeper.rows, keeper.waiting, troubles, disk.closed) == (50, 0, [], True)
    assert threading.get_ident() not in disk.threads, "the loop must not wait for the disk"


def test_a_full_disk_is_told_once_and_nothing_is_lost() -> None:
    disk = Disk()

    async def story(keeper: Keeper) -> None:
        disk.full = True
        for number in range(20):
            keeper.keep(packet(number))
        await until(lambda: disk.appends > 2 and keeper.trouble != "")  # told when a batch is through
        assert keeper.trouble.startswith("The disk is full.")
        assert keeper.waiting == 20
        keeper.keep(packet(20))
        disk.full = False
        await until(lambda: keeper.trouble == "")

    _, safe, troubles = told(disk, story)
    assert disk.kept == safe == list(range(21))
    assert [trouble.partition("\n")[0] for trouble in troubles] == ["The disk is full.", ""]


def test_what_fits_of_a_large_batch_is_written() -> None:
    disk = Disk()
    keepers: list[Keeper] = []

    async def story(keeper: Keeper) -> None:
        keepers.append(keeper)
        disk.room = 13
        for number in range(20):
            keeper.keep(Packet(number, number, number % 2, Channel.DATA, 0, b""))

    with pytest.raises(PfpError, match="last 7 packets could not be kept"):
        told(disk, story)
    assert disk.kept == list(range(13))
    assert disk.closed
    assert keepers[0].waiting_of() == {0: 3, 1: 4}


def test_a_large_batch_that_fits_in_parts_is_no_trouble() -> None:
    disk = Disk()
    append = disk.append

    def only_small(packets: Sequence[Packet]) -> int:
        if len(packets) > 6:
            raise NotStoredError("Too much at once.", "Less.")
        return append(packets)

    disk.append = only_small  # type: ignore[method-assign]

    async def story(keeper: Keeper) -> None:
        for number in range(20):
            keeper.keep(packet(number))

    _, safe, troubles = told(disk, story)
    assert disk.kept == safe == list(range(20))
    assert troubles == []


def test_what_comes_while_the_last_batch_is_flushed_is_kept() -> None:
    disk = Disk()
    disk.sync_s = 0.2

    async def story(keeper: Keeper) -> None:
        keeper.keep(packet(1))
        await until(lambda: disk.appends == 1)
        keeper.keep(packet(2))

    _, safe, _ = told(disk, story)
    assert disk.kept == safe == [1, 2]


def test_a_disk_full_to_the_end_is_an_error_that_counts() -> None:
    disk = Disk()

    async def story(keeper: Keeper) -> None:
        keeper.keep(packet(1))
        await until(lambda: disk.kept == [1])
        disk.full = True
        keeper.keep(packet(2))
        keeper.keep(packet(3))

    with pytest.raises(PfpError, match=r"last 2 packets could not be kept. The disk is full"):
        told(disk, story)
    assert disk.kept == [1]
    assert disk.closed


def test_a_flush_that_fails_is_told_and_what_was_written_counts() -> None:
    disk = Disk()

    async def story(keeper: Keeper) -> None:
        disk.cannot_sync = True
        keeper.keep(packet(1))
        await until(lambda: bool(keeper.trouble))
        disk.cannot_sync = False
        keeper.keep(packet(2))
        await until(lambda: not keeper.trouble)

    _, safe, troubles = told(disk, story)
    assert disk.kept == safe == [1, 2]
    assert [trouble.partition("\n")[0] for trouble in troubles] == ["The disk cannot be flushed.", ""]


def test_no_room_for_the_end_mark_is_an_error() -> None:
    disk = Disk()
    disk.cannot_close = True

    async def story(keeper: Keeper) -> None:
        keeper.keep(packet(1))

    with pytest.raises(NotStoredError, match="No room for the end"):
        told(disk, story)
    assert disk.kept == [1]


def test_a_batch_that_can_never_be_written_ends_the_keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk()
    keepers: list[Keeper] = []

    def refuse(_packets: Sequence[Packet]) -> int:
        raise UsageError("A packet has segment 70000.", "End this recording.")

    monkeypatch.setattr(disk, "append", refuse)

    async def story(keeper: Keeper) -> None:
        keepers.append(keeper)
        keeper.keep(packet(1))

    with pytest.raises(UsageError, match="70000"):
        told(disk, story)
    assert keepers[0].waiting_of() == {0: 1}, "it is counted as not kept"
    assert disk.closed
