"""Doing the steps of a sensor's script over a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.errors import NoAnswerError
from pfp_sensors.link.bleak_errors import LinkLostError, SensorRefusedError
from pfp_sensors.link.waiting import wait_any
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Now, Read, Subscribe, Wait, Write

if TYPE_CHECKING:
    import asyncio

    from pfp_sensors.link.clock import HostClock
    from pfp_sensors.link.connection import Connection
    from pfp_sensors.model.script import Script, Step


class _CutShort(Exception):  # noqa: N818 - no error: the script was asked to end
    pass


async def run_script(
    connection: Connection, clock: HostClock, script: Script, cut: asyncio.Event | None = None
) -> bool:
    """Do the steps of a script, sending the outcome of each back into it; tell whether it ran to its end.

    What the sensor refuses, and an answer that does not come (`NoAnswerError`), is thrown into the script,
    which may go on. A lost connection is not: the script is closed.

    Parameters
    ----------
    cut
        Once set, the script is closed before its next step, and waiting ends.

    Raises
    ------
    LinkLostError, AdapterError
        If the connection broke.
    SensorError
        What the script raised, or did not catch.
    """
    try:
        step = next(script)
        while True:
            if cut is not None and cut.is_set():
                return False
            try:
                outcome = await _do(connection, clock, step, cut)
            except (NoAnswerError, SensorRefusedError) as error:
                step = script.throw(error)
            except _CutShort:
                return False
            else:
                step = script.send(outcome)
    except StopIteration:
        return True
    finally:
        script.close()


async def _do(connection: Connection, clock: HostClock, step: Step, cut: asyncio.Event | None) -> Any:
    match step:
        case Now():
            return clock.mono_ns()
        case Wait(seconds):
            await _wait(connection, clock.real_s(seconds), cut)
        case Read(characteristic, channel, optional):
            if optional and not connection.has(characteristic):
                return None
            return await connection.read(characteristic, channel)
        case Subscribe(characteristic, channel, optional):
            if not optional or connection.has(characteristic):
                await connection.subscribe(characteristic, channel)
        case Write(characteristic, value, response):
            await connection.write(characteristic, value, response)
        case Ask():
            return await _ask(connection, clock, step, cut)
    return None


async def _ask(connection: Connection, clock: HostClock, ask: Ask, cut: asyncio.Event | None) -> bytes:
    if not connection.hears(ask.answer_on):
        # A stop script may come before the start script got as far as subscribing.
        await connection.subscribe(ask.answer_on, Channel.CONTROL)
    with connection.listening(ask.answer_on) as ear:
        await connection.write(ask.characteristic, ask.value, ask.response)
        until_s = clock.limit_ends_s(ask.timeout_s)
        while True:
            while ear.values:
                value = ear.values.popleft()
                if ask.accept(value):
                    return value
            ear.something.clear()
            left_s = clock.real_s(until_s - clock.mono_s())
            if left_s <= 0 or not await _wait(connection, left_s, cut, ear.something):
                break
    raise NoAnswerError(
        f"{connection.who} did not answer command {ask.value[:1].hex()} within {ask.timeout_s:g} s.",
        "Go nearer to it; if it stays so, switch it off and on.",
    )


async def _wait(
    connection: Connection, real_seconds: float, cut: asyncio.Event | None, *wanted: asyncio.Event
) -> bool:
    """Wait for one of the wanted, at most so long. A lost connection or ``cut`` ends it by an exception."""
    ends = (connection.lost,) if cut is None else (connection.lost, cut)
    came = await wait_any((*wanted, *ends), real_seconds)
    if any(event.is_set() for event in wanted):
        return True
    if connection.lost.is_set():
        raise LinkLostError(
            f"The connection to {connection.who} broke.", "Stay within a few metres of this computer."
        )
    if cut is not None and cut.is_set():
        raise _CutShort
    return came
