"""One connection to one sensor, from connecting to disconnecting: everything that passes becomes a packet."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pfp_sensors.errors import SensorError
from pfp_sensors.link.bleak_errors import NO_ANSWER, LinkLostError, no_characteristic, plain_errors
from pfp_sensors.link.waiting import let_end
from pfp_sensors.model.packets import Channel, Packet

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from pfp_sensors.link.adapter import Adapter, Advert
    from pfp_sensors.link.policy import LinkPolicy

T = TypeVar("T")


class Ear:
    """Collects what one characteristic notifies, for whoever waits for an answer."""

    def __init__(self, characteristic: str) -> None:
        self.characteristic = characteristic
        self.values: deque[bytes] = deque()
        self.something = asyncio.Event()


class Connection:
    """A connection to a sensor.

    Parameters
    ----------
    advert
        A fresh advertisement of the sensor.
    number, segment
        Written into every packet; the link raises ``segment`` once it knows who the sensor is.
    sink
        Takes each packet at once; it must neither wait nor raise.
    """

    def __init__(
        self,
        adapter: Adapter,
        advert: Advert,
        number: int,
        sink: Callable[[Packet], None],
        policy: LinkPolicy,
    ) -> None:
        self.advert = advert
        self.who = advert.name or advert.address
        self.number = number
        self.segment = 0
        self.lost = asyncio.Event()
        self.data_packets = 0
        self.data_subscribed = False
        self._adapter = adapter
        self._clock = adapter.clock
        self._sink = sink
        self._policy = policy
        self._client: Any = None
        self._subscribed: list[str] = []
        self._ears: list[Ear] = []

    async def open(self, cut: asyncio.Event) -> None:
        """Connect; whoever calls this holds the adapter's lock. Once ``cut`` is set there is less patience.

        Raises
        ------
        LinkLostError, AdapterError
            If it did not come about; nothing is left open.
        """
        from bleak import BleakClient

        limit_s, is_open = self._clock.limit_s(self._policy.connect_s), False
        with plain_errors(f"Connecting to {self.who}"):
            self._client = BleakClient(
                self.advert.device,
                self._on_lost,
                timeout=limit_s,
                winrt={"use_cached_services": False},
                backend=self._adapter.client_backend,
            )
            try:
                await self._connect(limit_s, cut)
                is_open = True
            finally:
                if not is_open and self._client.is_connected:
                    await self.close()

    async def _connect(self, limit_s: float, cut: asyncio.Event) -> None:
        # bleak is given the time limit and is not cancelled from outside as long as it may end by itself:
        # cancelling leaves an adapter "connecting". The second limit is for a Bluetooth service that hangs.
        connecting = asyncio.ensure_future(self._client.connect())
        cutting = asyncio.ensure_future(cut.wait())
        try:
            await asyncio.wait(
                {connecting, cutting}, timeout=2 * limit_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            cutting.cancel()
            await let_end(connecting, self._clock.limit_s(self._policy.stop_s))
        if not connecting.done() or connecting.cancelled():
            raise LinkLostError(f"Connecting to {self.who}: no answer in time.", NO_ANSWER)
        connecting.result()

    @property
    def write_limit_bytes(self) -> int | None:
        """The longest write without response that the system names: a hint at the longest packet.

        On Linux it may be the least possible (20) although long packets arrive.
        """
        with plain_errors(f"Reading the parts of {self.who}"):
            services = self._client.services
            sizes = [c.max_write_without_response_size for c in services.characteristics.values()]
        return max(sizes, default=None)

    def has(self, characteristic: str) -> bool:
        """Tell whether the sensor has a characteristic."""
        with plain_errors(f"Reading the parts of {self.who}"):
            return self._client.services.get_characteristic(characteristic) is not None

    async def read(self, characteristic: str, channel: Channel | None) -> bytes:
        """Read a value and, with a channel, hand it on as a packet.

        Raises
        ------
        LinkLostError
            If the link broke.
        SensorRefusedError
            If the sensor does not have it or does not let it be read.
        """
        doing = f"Reading {characteristic} of {self.who}"
        self._need(characteristic, doing)
        value = bytes(await self._within_limit(self._client.read_gatt_char(characteristic), doing))
        if channel is not None:
            self._pass_on(channel, value, self._clock.mono_ns(), self._clock.utc_ns())
        return value

    async def write(self, characteristic: str, value: bytes, response: bool) -> None:
        """Write a value; it becomes a packet of the channel SENT. Raises as `read` does."""
        doing = f"Writing to {characteristic} of {self.who}"
        self._need(characteristic, doing)
        self._pass_on(Channel.SENT, value, self._clock.mono_ns(), self._clock.utc_ns())
        await self._within_limit(
            self._client.write_gatt_char(characteristic, value, response=response), doing
        )

    async def subscribe(self, characteristic: str, channel: Channel) -> None:
        """Take all that a characteristic notifies as packets of a channel. Raises as `read` does."""
        doing = f"Subscribing to {characteristic} of {self.who}"
        self._need(characteristic, doing)
        mono_ns, utc_ns, is_data = self._clock.mono_ns, self._clock.utc_ns, channel is Channel.DATA

        def on_value(_: object, value: bytearray) -> None:
            at_mono_ns, at_utc_ns = mono_ns(), utc_ns()
            self.data_packets += is_data
            self._pass_on(channel, bytes(value), at_mono_ns, at_utc_ns)
            for ear in self._ears:
                if ear.characteristic == characteristic:
                    ear.values.append(bytes(value))
                    ear.something.set()

        # Linux: the one way of notifying that does not repeat packets after a lost link. One way only, since
        # the two do not go together.
        await self._within_limit(
            self._client.start_notify(characteristic, on_value, bluez={"use_start_notify": False}), doing
        )
        self._subscribed.append(characteristic)
        self.data_subscribed |= is_data

    def hears(self, characteristic: str) -> bool:
        """Tell whether a characteristic is subscribed to."""
        return characteristic in self._subscribed

    @contextmanager
    def listening(self, characteristic: str) -> Iterator[Ear]:
        """Open an ear on a subscribed characteristic, before a command is written."""
        ear = Ear(characteristic)
        self._ears.append(ear)
        try:
            yield ear
        finally:
            self._ears.remove(ear)

    async def unsubscribe_all(self) -> None:
        """Stop all notifications. Raises as `read` does."""
        while self._subscribed:
            characteristic = self._subscribed.pop()
            doing = f"Unsubscribing from {characteristic} of {self.who}"
            await self._within_limit(self._client.stop_notify(characteristic), doing)

    async def close(self) -> SensorError | None:
        """Stop all notifications and disconnect, each within ``stop_s``; return what went wrong."""
        if self.lost.is_set():
            # The system may still hold half of the connection; that it is broken is known already.
            await self._leave(self._client.disconnect(), f"Disconnecting from {self.who}")
            return None
        problem = await self._leave(self.unsubscribe_all(), f"Unsubscribing from {self.who}")
        return await self._leave(self._client.disconnect(), f"Disconnecting from {self.who}") or problem

    async def _leave(self, step: Coroutine[Any, Any, object], doing: str) -> SensorError | None:
        try:
            with plain_errors(doing):
                await self._clock.within(step, self._policy.stop_s)
        except SensorError as error:
            return error
        return None

    async def _within_limit(self, step: Coroutine[Any, Any, T], doing: str) -> T:
        with plain_errors(doing):
            return await self._clock.within(step, self._policy.operation_s)

    def _need(self, characteristic: str, doing: str) -> None:
        if self.lost.is_set():
            raise LinkLostError(
                f"{doing}: the connection is lost.", "Stay within a few metres of this computer."
            )
        if not self.has(characteristic):
            raise no_characteristic(characteristic, doing)

    def _pass_on(self, channel: Channel, value: bytes, mono_ns: int, utc_ns: int) -> None:
        self._sink(Packet(mono_ns, utc_ns, self.number, channel, self.segment, value))

    def _on_lost(self, _: object) -> None:
        self.lost.set()
