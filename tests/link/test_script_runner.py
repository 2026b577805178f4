"""Each kind of step, on a connection that is only a list of expectations."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.link.bleak_errors import LinkLostError, SensorRefusedError
from pfp_sensors.link.clock import HostClock
from pfp_sensors.link.connection import Ear
from pfp_sensors.link.script_runner import run_script
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Now, Read, Subscribe, Wait, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.script import Script


class PretendConnection:
    """Has the characteristics ``info`` and ``ctrl``; ``ctrl`` answers what ``answers`` says."""

    who = "PRETEND"

    def __init__(self, answers: dict[bytes, list[bytes]] | None = None) -> None:
        self.lost = asyncio.Event()
        self.done: list[tuple[Any, ...]] = []
        self._answers = answers or {}
        self._ears: list[Ear] = []
        self._subscribed: list[str] = []

    def has(self, characteristic: str) -> bool:
        return characteristic in ("info", "ctrl")

    def hears(self, characteristic: str) -> bool:
        return characteristic in self._subscribed

    async def read(self, characteristic: str, channel: Channel) -> bytes:
        self.done.append(("read", characteristic, channel))
        if not self.has(characteristic):
            raise SensorRefusedError("not there")
        return b"\x07"

    async def write(self, characteristic: str, value: bytes, response: bool) -> None:
        self.done.append(("write", characteristic, value, response))
        if value == b"bad":
            raise SensorRefusedError("refused")
        for answer in self._answers.get(value, []):
            for ear in self._ears:
                ear.values.append(answer)
                ear.something.set()

    async def subscribe(self, characteristic: str, channel: Channel) -> None:
        self.done.append(("subscribe", characteristic, channel))
        self._subscribed.append(characteristic)

    @contextmanager
    def listening(self, characteristic: str) -> Iterator[Ear]:
        ear = Ear(characteristic)
        self._ears.append(ear)
        yield ear
        self._ears.remove(ear)


def run(script: Script, connection: PretendConnection, speed: float = 1.0) -> bool:
    async def go() -> bool:
        return await run_script(connection, HostClock(speed), script)  # type: ignore[arg-type]

    return asyncio.run(go())


def test_outcomes_are_sent_back_into_the_script() -> None:
    got: list[Any] = []

    def script() -> Script:
        got.append((yield Read("info")))
        got.append((yield Read("gone", optional=True)))
        got.append((yield Subscribe("ctrl", Channel.CONTROL)))
        got.append((yield Subscribe("gone", Channel.DATA, optional=True)))
        got.append((yield Write("ctrl", b"w", response=False)))
        got.append((yield Ask("ctrl", b"?", "ctrl", lambda v: v[0] == 2)))
        got.append((yield Wait(0.001)))
        got.append((yield Now()))

    connection = PretendConnection({b"?": [b"\x01 for another", b"\x02 for this one"]})
    assert run(script(), connection)
    assert got[:-1] == [b"\x07", None, None, None, None, b"\x02 for this one", None]
    assert isinstance(got[-1], int)
    assert connection.done == [
        ("read", "info", Channel.INFO),
        ("subscribe", "ctrl", Channel.CONTROL),
        ("write", "ctrl", b"w", False),
        ("write", "ctrl", b"?", True),
    ]


def test_an_answer_on_something_not_subscribed_yet_is_subscribed_first() -> None:
    def script() -> Script:
        yield Ask("ctrl", b"?", "ctrl", lambda _: True)

    connection = PretendConnection({b"?": [b"yes"]})
    assert run(script(), connection)
    assert connection.done[0] == ("subscribe", "ctrl", Channel.CONTROL)


def test_a_missing_answer_is_thrown_into_the_script_which_may_go_on() -> None:
    asked: list[str] = []

    def script() -> Script:
        try:
            yield Ask("ctrl", b"?", "ctrl", lambda _: False, timeout_s=0.02)
        except NoAnswerError as error:
            asked.append(error.message)
            yield Write("ctrl", b"once more")

    connection = PretendConnection({b"?": [b"not accepted"]})
    assert run(script(), connection)
    assert len(asked) == 1
    assert "PRETEND" in asked[0]
    assert connection.done[-1] == ("write", "ctrl", b"once more", True)


def test_a_missing_answer_that_the_script_does_not_catch_comes_out() -> None:
    def script() -> Script:
        yield Ask("ctrl", b"?", "ctrl", lambda _: True, timeout_s=0.02)

    with pytest.raises(NoAnswerError):
        run(script(), PretendConnection())


@pytest.mark.parametrize("step", [Read("gone"), Write("ctrl", b"bad")])
def test_a_refusal_is_thrown_into_the_script(step: Read | Write) -> None:
    caught: list[SensorError] = []

    def script() -> Script:
        try:
            yield step
        except SensorRefusedError as error:
            caught.append(error)

    assert run(script(), PretendConnection())
    assert len(caught) == 1


@pytest.mark.parametrize("step", [Wait(30.0), Ask("ctrl", b"?", "ctrl", lambda _: True, timeout_s=30.0)])
def test_a_lost_link_ends_any_waiting_at_once_and_closes_the_script(step: Wait | Ask) -> None:
    closed: list[bool] = []

    def script() -> Script:
        try:
            yield step
        except SensorError:
            pytest.fail("a lost link is not for the script")
        finally:
            closed.append(True)

    async def go() -> None:
        connection = PretendConnection()
        asyncio.get_running_loop().call_later(0.02, connection.lost.set)
        async with asyncio.timeout(10):
            await run_script(connection, HostClock(), script())  # type: ignore[arg-type]

    with pytest.raises(LinkLostError):
        asyncio.run(go())
    assert closed == [True]


def test_cut_short_it_ends_before_the_next_step() -> None:
    def script() -> Script:
        yield Write("ctrl", b"1")
        yield Wait(30.0)
        yield Write("ctrl", b"2")

    async def go() -> None:
        connection, cut = PretendConnection(), asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, cut.set)
        async with asyncio.timeout(10):
            assert not await run_script(connection, HostClock(), script(), cut)  # type: ignore[arg-type]
        assert connection.done == [("write", "ctrl", b"1", True)]

    asyncio.run(go())


def test_waiting_follows_the_clock_of_the_collector() -> None:
    def script() -> Script:
        before = yield Now()
        yield Wait(60.0)
        assert (yield Now()) - before >= 60e9

    async def go() -> None:
        async with asyncio.timeout(20):
            await run_script(PretendConnection(), HostClock(speed=2000.0), script())  # type: ignore[arg-type]

    asyncio.run(go())
