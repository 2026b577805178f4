"""One errand at a sensor: find it, connect, run one script, take its result home, disconnect."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.link.bleak_errors import LinkLostError
from pfp_sensors.link.connection import Connection
from pfp_sensors.link.identity import read_identity
from pfp_sensors.link.policy import LinkPolicy, Pauses
from pfp_sensors.link.script_runner import run_script
from pfp_sensors.link.search import NotThisSensorError, Search
from pfp_sensors.model.packets import Channel

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pfp_sensors.link.adapter import Adapter, Advert
    from pfp_sensors.link.identity import Identity
    from pfp_sensors.link.search import Likeness
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.model.script import Script, Step

T = TypeVar("T")

TRIES = 4
"""A long download over a weak link breaks off now and then; each try begins from the start."""

MAY_PASS = (LinkLostError, NoAnswerError, NotThisSensorError)


class AbsentError(SensorError):
    """The sensor was not heard for as long as one was ready to wait."""


@dataclass(frozen=True, slots=True)
class Brought(Generic[T]):
    """What an errand brought: who the sensor is, what the script returned, how often it was begun."""

    identity: Identity
    value: T
    tries: int


class Errand(Generic[T]):
    """One script at one sensor, with its result. The sensor is disconnected whatever happens.

    Parameters
    ----------
    adapter
        Where to search and connect.
    choose
        Tells how surely an advertisement is the wanted sensor's (see `Search`); asked until it is met.
    make_script
        Makes the script; called again for each try.
    looking_for
        What is looked for, in words, for the message when it is absent.
    serial
        Serial number that the sensor must have. Without it, the one it has when first met must stay.
    policy
        Time limits and waits.
    came
        Told how many bytes of data have come in this try, as they come.
    """

    def __init__(
        self,
        adapter: Adapter,
        choose: Callable[[Advert], Likeness | bool],
        make_script: Callable[[], Generator[Step, Any, T]],
        *,
        looking_for: str,
        serial: str | None = None,
        policy: LinkPolicy | None = None,
        came: Callable[[int], None] = lambda _count: None,
    ) -> None:
        self._adapter = adapter
        self._clock = adapter.clock
        self._make_script = make_script
        self._policy = policy or LinkPolicy()
        self._search = Search(adapter, 0, choose, looking_for, serial)
        self._came = came
        self._bytes = 0

    async def run(self, tries: int = TRIES) -> Brought[T]:
        """Go, and go again from the start where the link breaks or an answer does not come.

        Raises
        ------
        AdapterError
            If Bluetooth cannot be used.
        LinkLostError, NoAnswerError
            If it did not come about in so many tries.
        AbsentError
            If the sensor was not found in time.
        SensorError
            If it refused.
        """
        pauses = Pauses(self._policy)
        for number in range(1, tries):
            try:
                return await self._go(number)
            except MAY_PASS:  # the last try, below, tells what was wrong
                await self._clock.sleep(pauses.next_s())
        return await self._go(tries)

    async def _go(self, number: int) -> Brought[T]:
        self._bytes = 0
        connection = await self._meet()
        try:
            identity = await read_identity(connection)
            self._search.check(identity)
            brought: list[T] = []
            await run_script(connection, self._clock, _bring(self._make_script(), brought))
            return Brought(identity, brought[0], number)
        finally:
            await connection.close()

    async def _meet(self) -> Connection:
        """Search until the sensor is heard, at most ``first_patience_s``, and connect."""
        never = asyncio.Event()
        give_up_s = self._clock.limit_ends_s(self._policy.first_patience_s)
        while True:
            async with self._adapter.lock:
                advert = await self._search.once(self._policy.scan_s, never)
                if advert is not None:
                    connection = Connection(self._adapter, advert, 0, self._hear, self._policy)
                    await connection.open(never)
                    return connection
            if self._clock.mono_s() >= give_up_s:
                absent = self._search.absent()
                raise AbsentError(absent.message, absent.what_to_do)

    def _hear(self, packet: Packet) -> None:
        if packet.channel is Channel.DATA:
            self._bytes += len(packet.payload)
            self._came(self._bytes)


def _bring(script: Generator[Step, Any, T], brought: list[T]) -> Script:
    """Run a script and keep what it returns."""
    brought.append((yield from script))
