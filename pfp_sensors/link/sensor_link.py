"""The life of a link to one sensor: search, connect, start, stream, come back, stop."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.link.bleak_errors import LinkLostError
from pfp_sensors.link.clock import SHORTEST_LOOK_S
from pfp_sensors.link.connection import Connection
from pfp_sensors.link.identity import read_battery, read_identity
from pfp_sensors.link.policy import LinkPolicy, Pauses
from pfp_sensors.link.schedule import SilenceWatch, Turns
from pfp_sensors.link.script_runner import run_script
from pfp_sensors.link.search import NotThisSensorError, Search
from pfp_sensors.link.waiting import let_end, wait_any
from pfp_sensors.model.packets import Channel, LinkEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.link.adapter import Adapter, Advert
    from pfp_sensors.link.search import Likeness
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.model.script import Conversation

MAY_PASS = (LinkLostError, NoAnswerError, NotThisSensorError)
"""What may go well at the next attempt, also before a sensor has ever streamed."""


class SensorLink:
    """A link to one sensor that comes back by itself; several share an `Adapter` and run in parallel.

    Signal strength is known from advertisements only, so at connecting: bleak offers none while connected.

    Parameters
    ----------
    number
        The sensor's number in the recording.
    choose
        Tells how surely an advertisement is the wanted sensor's (see `Search`); asked until it is met.
    conversation
        The sensor's scripts, or how to make them once it is found.
    sink
        Takes every packet and event at once; it must neither wait nor raise.
    policy
        Time limits and waits.
    serial
        Serial number that the sensor must have. Without it, the one it has when first met must stay.
    looking_for
        What is looked for, in words, for the message when it is absent.
    """

    def __init__(
        self,
        adapter: Adapter,
        number: int,
        choose: Callable[[Advert], Likeness | bool],
        conversation: Conversation | Callable[[Advert], Conversation],
        sink: Callable[[Packet | LinkEvent], None],
        policy: LinkPolicy | None = None,
        serial: str | None = None,
        looking_for: str | None = None,
    ) -> None:
        self._adapter = adapter
        self._clock = adapter.clock
        self._number = number
        self._conversation = conversation
        self._sink = sink
        self._policy = policy or LinkPolicy()
        what = looking_for or ("the sensor" if serial is None else f"the sensor with serial number {serial}")
        self._search = Search(adapter, number, choose, what, serial)
        self._pauses = Pauses(self._policy)
        self._ending = asyncio.Event()
        self._segment = -1
        self._has_streamed = False
        self._streams = False
        self._known: Connection | None = None
        self._not_undone: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Find the sensor, stream from it and come back to it, until told to stop.

        Whether ``stop`` is set, the task is cancelled or an error passes: the stop script is run,
        notifications end, the sensor is disconnected and an event ``stopped`` says whether all of that went
        well. Each of these has a time limit.

        Raises
        ------
        AdapterError
            If Bluetooth cannot be used and the sensor has not streamed yet.
        SensorError
            If the sensor was not found or reached within ``first_patience_s``, or refused to start. Once it
            has streamed, none of these ends the link.
        """
        life = asyncio.ensure_future(self._live())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            try:
                await asyncio.wait({life, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                # Cancelled or told to stop, it is the same: life ends its step and leaves in order.
                stopping.cancel()
                self._ending.set()
                await let_end(life, self._leaving_limit_s())
        finally:
            self._adapter.release(self._number)
            self._say_goodbye(life, "asked" if stop.is_set() else "cancelled")
        if not life.cancelled():
            life.result()

    def _leaving_limit_s(self) -> float:
        """Return how many real seconds a step that is under way and all of leaving may take together."""
        return self._clock.limit_s(self._policy.operation_s) + 3 * self._clock.limit_s(self._policy.stop_s)

    async def _live(self) -> None:
        give_up_s = self._clock.limit_ends_s(self._policy.first_patience_s)
        self._say("searching", looking_for=self._search.looking_for)
        while not self._ending.is_set():
            try:
                await self._one_attempt()
                pause_s = self._pauses.next_s()
            except SensorError as error:
                is_over = self._clock.mono_s() >= give_up_s
                if not self._has_streamed and (is_over or not isinstance(error, MAY_PASS)):
                    raise
                pause_s = self._pauses.next_s()
                self._say_failure(error, pause_s)
            if not self._has_streamed and self._clock.mono_s() >= give_up_s and not self._ending.is_set():
                raise self._search.absent()
            await wait_any((self._ending,), self._clock.real_s(pause_s))

    async def _one_attempt(self) -> None:
        connection = await self._meet()
        if connection is None:
            return
        comes_back = False
        try:
            await self._get_to_know(connection)
            await self._converse(connection)
        except SensorError:
            comes_back = self._has_streamed and not self._ending.is_set()
            raise
        finally:
            await self._part(connection, comes_back)

    async def _meet(self) -> Connection | None:
        async with self._adapter.lock:
            if self._ending.is_set():
                return None
            advert = await self._search.once(self._policy.scan_s, self._ending)
            if advert is None or self._ending.is_set():
                return None
            self._say("found", name=advert.name, address=advert.address, rssi_dbm=advert.rssi_dbm)
            if advert.rssi_dbm is not None:
                self._say("rssi", rssi_dbm=advert.rssi_dbm)
            connection = Connection(self._adapter, advert, self._number, self._sink, self._policy)
            await connection.open(self._ending)
            self._adapter.taken[advert.address] = self._number
            return connection

    async def _get_to_know(self, connection: Connection) -> None:
        identity = await read_identity(connection)
        self._search.check(identity)
        self._known = connection
        self._segment += 1
        connection.segment = self._segment
        self._say("connected", **asdict(identity), write_limit_bytes=connection.write_limit_bytes)
        await self._ask_battery(connection)

    async def _ask_battery(self, connection: Connection) -> None:
        percent = await read_battery(connection, Channel.BATTERY)
        if percent is not None:
            self._say("battery", percent=percent)

    def _talk(self, connection: Connection) -> Conversation:
        if callable(self._conversation):
            self._conversation = self._conversation(connection.advert)
        return self._conversation

    async def _start(self, connection: Connection) -> bool:
        self._not_undone = "the link was lost before the sensor could be told to stop"
        return await run_script(connection, self._clock, self._talk(connection).start(), self._ending)

    async def _converse(self, connection: Connection) -> None:
        if not await self._start(connection):
            return
        self._has_streamed = self._streams = True
        self._pauses.reset()
        self._say("streaming")
        await self._stream(connection)

    async def _stream(self, connection: Connection) -> None:
        """Keep the conversation alive until told to end; a lost or silent link ends it by an exception."""
        watch = SilenceWatch(
            connection,
            self._clock.limit_s(self._policy.silent_s or 0.0, SHORTEST_LOOK_S) * self._clock.speed,
        )
        turns = Turns(self._clock)
        turns.add("keep_alive", self._talk(connection).keep_alive_s, self._policy.keep_alive_spread)
        turns.add("battery", self._policy.battery_every_s)
        turns.add("watch", watch.tick_s if self._policy.silent_s and connection.data_subscribed else None)
        while not await wait_any((self._ending, connection.lost), turns.left_real_s()):
            match turns.take():
                case "keep_alive":
                    await self._keep_alive(connection)
                case "battery":
                    await self._ask_battery(connection)
                case "watch" if watch.is_silent():
                    await self._wake(connection, watch)
        if not self._ending.is_set():
            raise LinkLostError(f"The connection to {connection.who} broke.", "Stay near this computer.")

    async def _keep_alive(self, connection: Connection) -> None:
        try:
            await run_script(connection, self._clock, self._talk(connection).keep_alive(), self._ending)
        except NoAnswerError:
            return  # whether the link stands is told by the data that come, not by one answer that does not

    async def _wake(self, connection: Connection, watch: SilenceWatch) -> None:
        self._say("silent", silent_s=self._policy.silent_s, subscribing_again=not watch.was_woken)
        if watch.was_woken:
            raise LinkLostError(
                f"{connection.who} is connected but sends nothing.",
                "It is connected again by itself; wait a moment.",
            )
        watch.wake()
        await connection.unsubscribe_all()
        await self._start(connection)

    async def _part(self, connection: Connection, comes_back: bool) -> None:
        """Leave. A sensor that the link comes back to is not stopped: it may keep what is missed."""
        try:
            if connection is self._known and not connection.lost.is_set() and not comes_back:
                await self._undo(connection)
        finally:
            problem = await connection.close()
            if problem is not None and not comes_back:
                self._not_undone = problem.message

    async def _undo(self, connection: Connection) -> None:
        if self._not_undone is None:
            return
        self._not_undone = "the stop script failed"
        try:
            async with asyncio.timeout(self._clock.limit_s(self._policy.stop_s)):
                await run_script(connection, self._clock, self._talk(connection).stop())
            self._not_undone = None
        except TimeoutError:
            self._not_undone = f"the sensor did not stop within {self._policy.stop_s:g} s"
        except SensorError as error:
            self._not_undone = error.message

    def _say(self, kind: str, **details: Any) -> None:
        at_mono_ns, at_utc_ns = self._clock.mono_ns(), self._clock.utc_ns()
        self._sink(LinkEvent(at_mono_ns, at_utc_ns, self._number, max(self._segment, 0), kind, details))

    def _say_failure(self, error: SensorError, next_try_s: float) -> None:
        kind, self._streams = ("lost" if self._streams else "failed"), False
        self._say(kind, reason=error.message, next_try_s=round(next_try_s, 3))
        if kind == "lost":
            self._say("searching", looking_for=self._search.looking_for)

    def _say_goodbye(self, life: asyncio.Future[None], why: str) -> None:
        if not life.done() or life.cancelled():
            self._not_undone = self._not_undone or "Bluetooth did not answer in time"
        elif (error := life.exception()) is not None:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
        problem = {} if self._not_undone is None else {"problem": self._not_undone}
        self._say("stopped", clean=self._not_undone is None, reason=why, **problem)
