"""Pauses grow, turns come at random phases, silence is told by ticks."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from pfp_sensors.link.clock import SHORTEST_LIMIT_S, HostClock
from pfp_sensors.link.policy import LinkPolicy, Pauses
from pfp_sensors.link.schedule import TICKS, SilenceWatch, Turns
from pfp_sensors.link.waiting import let_end, wait_any


def test_pauses_double_up_to_the_longest_and_start_again() -> None:
    policy = LinkPolicy()
    pauses = Pauses(policy)
    drawn = [pauses.next_s() for _ in range(12)]
    spans = [min(policy.pause_first_s * 2**i, policy.pause_last_s) for i in range(12)]
    assert all(span / 2 <= pause <= span for pause, span in zip(drawn, spans, strict=True))
    assert spans[-1] == policy.pause_last_s
    pauses.reset()
    assert pauses.next_s() <= policy.pause_first_s


def test_two_links_do_not_pause_in_step() -> None:
    drawn = {Pauses(LinkPolicy()).next_s() for _ in range(20)}
    assert len(drawn) > 10


class HandClock(HostClock):
    """A clock that a test moves."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def mono_ns(self) -> int:
        return round(self.now_s * 1e9)


def test_turns_come_at_their_pace_and_at_random_phases() -> None:
    clock = HandClock()
    turns = Turns(clock)
    turns.add("clock", 1.0, spread=0.3)
    turns.add("battery", 60.0)
    turns.add("never", None)
    at: dict[str, list[float]] = {"clock": [], "battery": []}
    while clock.now_s < 600.0:
        left = turns.left_real_s()
        assert left is not None
        clock.now_s += left + 1e-6
        name = turns.take()
        if name is not None:
            at[name].append(clock.now_s)
    waits = [b - a for a, b in zip(at["clock"], at["clock"][1:], strict=False)]
    assert min(waits) > 0.69
    assert max(waits) < 1.31
    assert max(waits) - min(waits) > 0.4, "all at one phase"
    assert 540 < len(waits) < 660
    assert 9 <= len(at["battery"]) <= 10


def test_nothing_due_is_nothing_taken() -> None:
    turns = Turns(HandClock())
    assert turns.left_real_s() is None
    assert turns.take() is None


def test_silence_takes_all_ticks_and_a_packet_starts_it_again() -> None:
    connection: Any = SimpleNamespace(data_packets=0)
    watch = SilenceWatch(connection, 3.0)
    assert watch.tick_s * TICKS == pytest.approx(3.0)
    assert [watch.is_silent() for _ in range(TICKS)] == [False] * (TICKS - 1) + [True]
    watch.wake()
    assert watch.was_woken
    assert not watch.is_silent()
    connection.data_packets += 1
    assert not watch.is_silent()
    assert not watch.was_woken
    assert [watch.is_silent() for _ in range(TICKS)] == [False] * (TICKS - 1) + [True]


def test_a_fast_clock_does_not_cut_limits_to_nothing() -> None:
    assert HostClock(1000.0).limit_s(8.0) == SHORTEST_LIMIT_S
    assert HostClock(1000.0).limit_s(0.1) == pytest.approx(0.1)
    assert HostClock(2.0).limit_s(8.0) == pytest.approx(4.0)
    assert HostClock().limit_s(0.1) == pytest.approx(0.1)
    assert HostClock(1000.0).limit_s(8.0, 0.5) == 0.5
    assert HostClock(2.0).limit_s(8.0, 0.5) == pytest.approx(4.0)


def test_a_limit_ends_on_the_same_clock() -> None:
    clock = HostClock(1000.0)
    before_s = clock.mono_s()
    ends_s = clock.limit_ends_s(8.0)
    assert before_s <= ends_s - 1000.0 * SHORTEST_LIMIT_S <= clock.mono_s()


def test_wait_any_tells_whether_one_is_set() -> None:
    async def go() -> None:
        first, second = asyncio.Event(), asyncio.Event()
        assert not await wait_any((first, second), 0.01)
        assert not await wait_any((), 0.001)
        asyncio.get_running_loop().call_soon(second.set)
        async with asyncio.timeout(10):
            assert await wait_any((first, second))
            assert await wait_any((first, second), 30.0)

    asyncio.run(go())


def test_let_end_gives_time_then_cancels() -> None:
    async def go() -> None:
        quick = asyncio.ensure_future(asyncio.sleep(0.01))
        assert await let_end(quick, 10.0)
        assert not quick.cancelled()
        slow = asyncio.ensure_future(asyncio.sleep(30.0))
        assert await let_end(slow, 0.01)
        assert slow.cancelled()

    asyncio.run(go())


def test_let_end_gives_the_time_even_where_it_is_cancelled_itself() -> None:
    async def go() -> None:
        go_on = asyncio.Event()
        inner = asyncio.ensure_future(go_on.wait())
        outer = asyncio.ensure_future(let_end(inner, 60.0))
        await asyncio.sleep(0.01)
        outer.cancel()
        asyncio.get_running_loop().call_later(0.1, go_on.set)
        with pytest.raises(asyncio.CancelledError):
            await outer
        assert inner.done()
        assert not inner.cancelled()

    asyncio.run(go())


def test_a_fast_clock_tells_the_real_time_where_it_is_anchored() -> None:
    clock = HostClock(50.0)
    time.sleep(0.1)
    assert clock.utc_ns() - time.time_ns() > 2_000_000_000
    before_ns = time.time_ns()
    clock.anchor()
    mono_ns = [clock.mono_ns()]
    utc_ns = clock.utc_ns()
    mono_ns.append(clock.mono_ns())
    assert before_ns <= utc_ns <= time.time_ns() + 50 * (time.time_ns() - before_ns)
    time.sleep(0.02)
    mono_ns.append(clock.mono_ns())
    passed_ns = clock.utc_ns() - utc_ns
    mono_ns.append(clock.mono_ns())
    assert mono_ns[2] - mono_ns[1] <= passed_ns <= mono_ns[3] - mono_ns[0]
