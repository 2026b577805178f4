"""A Bluetooth service that hangs, cancels by itself, or fails at leaving: no link hangs with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from link_bench import LEFT, QUICK, RIGHT, Bench, ends_with, is_left_alone, run

from pfp_sensors.errors import SensorError
from pfp_sensors.link.adapter import Adapter
from pfp_sensors.model.packets import Channel
from pfp_sensors.sensors.open_profile import CTRL, DATA

pytest.importorskip("bumble")

SHORT = replace(QUICK, connect_s=1.0, operation_s=1.5, stop_s=1.0)
FOREVER_S = 3600.0


def with_client(b: Bench, **methods: Any) -> None:
    """Replace methods of the bleak client that links use from now on."""
    kind = type("FaultyClient", (b.world.client_backend,), methods)
    b.adapter = Adapter(b.adapter.clock, b.world.scanner_backend, kind)


def test_one_way_of_notifying_and_the_order_of_leaving() -> None:
    seen: list[tuple[str, Any]] = []

    async def go(b: Bench) -> None:
        class_ = b.world.client_backend

        async def start_notify(self: Any, characteristic: Any, callback: Any, **how: Any) -> None:
            seen.append(("subscribe", how["bluez"]))
            await class_.start_notify(self, characteristic, callback, **how)

        async def stop_notify(self: Any, characteristic: Any) -> None:
            seen.append(("unsubscribe", characteristic.uuid))
            await class_.stop_notify(self, characteristic)

        async def disconnect(self: Any) -> None:
            seen.append(("disconnect", None))
            await class_.disconnect(self)

        with_client(b, start_notify=start_notify, stop_notify=stop_notify, disconnect=disconnect)
        running = b.link()
        await running.streams()
        assert (await running.end()).details["clean"]

    run(go, LEFT)
    assert {str(how) for what, how in seen if what == "subscribe"} == {"{'use_start_notify': False}"}
    assert seen[-1] == ("disconnect", None)
    assert {CTRL, DATA} <= {how for what, how in seen if what == "unsubscribe"}
    assert [what for what, _ in seen].count("disconnect") == 1


def test_one_scan_or_connect_at_a_time() -> None:
    busy: list[str] = []
    most: list[int] = []

    async def go(b: Bench) -> None:
        scanner, client = b.world.scanner_backend, b.world.client_backend

        async def start(self: Any) -> None:
            busy.append("scan")
            most.append(len(busy))
            await scanner.start(self)

        async def stop(self: Any) -> None:
            await scanner.stop(self)
            busy.remove("scan")

        async def connect(self: Any, pair: bool, **how: Any) -> None:
            busy.append("connect")
            most.append(len(busy))
            await asyncio.sleep(0.05)
            await client.connect(self, pair, **how)
            busy.remove("connect")

        b.adapter = Adapter(
            b.adapter.clock,
            type("S", (scanner,), {"start": start, "stop": stop}),
            type("C", (client,), {"connect": connect}),
        )
        links = [b.link("SHANK-L", number=0), b.link("SHANK-R", number=1)]
        for running in links:
            await running.streams()
        for running in links:
            assert (await running.end()).details["clean"]

    run(go, LEFT, RIGHT)
    assert len(most) == 4
    assert max(most) == 1


def test_a_connect_that_hangs_is_given_up_and_tried_again() -> None:
    async def go(b: Bench) -> None:
        tries: list[int] = []
        class_ = b.world.client_backend

        async def connect(self: Any, pair: bool, **how: Any) -> None:
            tries.append(1)
            if len(tries) == 1:
                await asyncio.sleep(FOREVER_S)
            await class_.connect(self, pair, **how)

        with_client(b, connect=connect)
        running = b.link(policy=SHORT)
        await running.streams()
        assert "no answer in time" in running.memory.last("failed").details["reason"]
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_a_connect_that_hangs_half_way_leaves_nothing_open() -> None:
    async def go(b: Bench) -> None:
        tries: list[int] = []
        class_ = b.world.client_backend

        async def connect(self: Any, pair: bool, **how: Any) -> None:
            tries.append(1)
            await class_.connect(self, pair, **how)
            if len(tries) == 1:
                await asyncio.sleep(FOREVER_S)

        with_client(b, connect=connect)
        running = b.link(policy=SHORT)
        await running.until(lambda m: "failed" in m.kinds())
        assert not b.world.sensors["SHANK-L"].is_connected
        await running.streams()
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_told_to_stop_before_it_is_known_who_answers_nothing_is_written() -> None:
    async def go(b: Bench) -> None:
        asking = asyncio.Event()
        class_ = b.world.client_backend

        async def read_gatt_char(self: Any, characteristic: Any, **how: Any) -> bytearray:
            if len(running.memory.data()) > 0 and not self.address.endswith("11"):
                asking.set()
                await running.stop.wait()
            return bytearray(await class_.read_gatt_char(self, characteristic, **how))

        with_client(b, read_gatt_char=read_gatt_char)
        running = b.link()
        await running.streams()
        b.world.sensors["SHANK-L"].lose_link(away_s=60.0)
        await b.world.add(replace(LEFT, address="F0:00:00:00:00:77", serial="SIM-0077"))
        async with asyncio.timeout(60):
            await asking.wait()
        written = sum(p.channel is Channel.SENT for p in running.memory.packets)
        assert (await running.end()).details["clean"] is False
        assert sum(p.channel is Channel.SENT for p in running.memory.packets) == written

    run(go, LEFT)


def test_stopped_while_connecting_hangs_it_ends_all_the_same() -> None:
    async def go(b: Bench) -> None:
        entered = asyncio.Event()

        async def connect(self: Any, pair: bool, **how: Any) -> None:
            entered.set()
            await asyncio.sleep(FOREVER_S)

        with_client(b, connect=connect)
        running = b.link(policy=replace(SHORT, connect_s=600.0))
        async with asyncio.timeout(60):
            await entered.wait()
        assert (await running.end()).details["reason"] == "asked"
        assert not b.adapter.lock.locked()

    run(go, LEFT)


@pytest.mark.parametrize("hard", [False, True], ids=["stop", "cancel"])
def test_stopped_while_it_connects_the_connection_is_not_left_open(hard: bool) -> None:
    async def go(b: Bench) -> None:
        entered = asyncio.Event()
        class_ = b.world.client_backend

        async def connect(self: Any, pair: bool, **how: Any) -> None:
            entered.set()
            await asyncio.sleep(0.1)
            await class_.connect(self, pair, **how)

        with_client(b, connect=connect)
        running = b.link()
        async with asyncio.timeout(60):
            await entered.wait()
        if hard:
            running.task.cancel()
            await ends_with(running, asyncio.CancelledError)
        else:
            await running.end()
        assert running.memory.last("stopped").details["clean"]
        assert is_left_alone(b.world.sensors["SHANK-L"])

    run(go, LEFT)


def test_a_disconnect_that_hangs_is_said_and_does_not_hang_the_link() -> None:
    async def go(b: Bench) -> None:
        async def disconnect(self: Any) -> None:
            await asyncio.sleep(FOREVER_S)

        with_client(b, disconnect=disconnect)
        running = b.link(policy=SHORT)
        await running.streams()
        stopped = await running.end()
        assert stopped.details["clean"] is False
        assert "Disconnecting" in stopped.details["problem"]

    run(go, LEFT)


@pytest.mark.parametrize("fault", ["hangs", "cancels by itself", "end of file"])
def test_a_read_that_goes_wrong_is_a_failed_attempt(fault: str) -> None:
    async def go(b: Bench) -> None:
        reads: list[int] = []
        class_ = b.world.client_backend

        async def read_gatt_char(self: Any, characteristic: Any, **how: Any) -> bytearray:
            reads.append(1)
            if len(reads) == 3:
                if fault == "hangs":
                    await asyncio.sleep(FOREVER_S)
                raise asyncio.CancelledError if fault == "cancels by itself" else EOFError
            return bytearray(await class_.read_gatt_char(self, characteristic, **how))

        with_client(b, read_gatt_char=read_gatt_char)
        running = b.link(policy=SHORT)
        await running.streams()
        assert running.memory.last("failed").details["reason"].startswith("Reading ")
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_stopping_that_fails_is_said() -> None:
    async def go(b: Bench) -> None:
        class_ = b.world.client_backend
        stopping = asyncio.Event()

        async def write_gatt_char(self: Any, characteristic: Any, data: Any, response: bool) -> None:
            if stopping.is_set():
                raise OSError(5, "Input/output error")
            await class_.write_gatt_char(self, characteristic, data, response)

        with_client(b, write_gatt_char=write_gatt_char)
        running = b.link()
        await running.streams()
        stopping.set()
        stopped = await running.end()
        assert stopped.details["clean"] is False
        assert "Input/output" in stopped.details["problem"]
        assert not b.world.sensors["SHANK-L"].is_connected

    run(go, LEFT)


def test_bluetooth_switched_off_is_final_at_first_but_not_later() -> None:
    async def go(b: Bench) -> None:
        from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason

        off = asyncio.Event()
        class_ = b.world.scanner_backend

        async def start(self: Any) -> None:
            if off.is_set():
                raise BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF)
            await class_.start(self)

        b.adapter = Adapter(b.adapter.clock, type("S", (class_,), {"start": start}), b.world.client_backend)
        running = b.link()
        await running.streams()
        off.set()
        b.world.sensors["SHANK-L"].lose_link()
        await running.until(lambda m: m.kinds().count("failed") >= 2)
        assert "switched off" in running.memory.last("failed").details["reason"]
        off.clear()
        await running.streams(segment=1)
        assert (await running.end()).details["clean"]
        off.set()
        second = b.link()
        error = await ends_with(second, SensorError)
        assert "switched off" in str(error)

    run(go, LEFT)


def test_repeated_callbacks_reach_the_sink_as_they_came() -> None:
    async def go(b: Bench) -> None:
        running = b.link()
        await running.streams(packets=20)
        assert (await running.end()).details["clean"]
        payloads = [p.payload for p in running.memory.data()]
        assert payloads[0::2] == payloads[1::2]

    run(go, LEFT, notify_copies=2)
