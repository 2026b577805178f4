"""A client for bleak on a virtual controller; loads bleak and bumble."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import att, core, hci
from bumble.core import PhysicalTransport
from bumble.device import Connection, Device, Peer
from bumble.gatt import Characteristic

from pfp_sensors.rig.bleak_scanner import long_uuid
from pfp_sensors.rig.controllers import uncut

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bleak.args import SizedBuffer
    from bleak.assigned_numbers import CharacteristicPropertyName
    from bleak.backends.client import NotifyCallback
    from bumble.gatt_client import Client, ServiceProxy

T = TypeVar("T")

_BIT = Characteristic.Properties
_PROPERTIES: dict[Characteristic.Properties, CharacteristicPropertyName] = {
    _BIT.BROADCAST: "broadcast",
    _BIT.READ: "read",
    _BIT.WRITE_WITHOUT_RESPONSE: "write-without-response",
    _BIT.WRITE: "write",
    _BIT.NOTIFY: "notify",
    _BIT.INDICATE: "indicate",
    _BIT.AUTHENTICATED_SIGNED_WRITES: "authenticated-signed-writes",
    _BIT.EXTENDED_PROPERTIES: "extended-properties",
}
_GONE = (core.BaseBumbleError, hci.HCI_Error)


class SimulatedClient(BaseBleakClient):
    """What bleak's ``BleakClient`` uses instead of the computer's adapter.

    Attributes
    ----------
    central, one_at_a_time
        The adapter, and its lock on connecting; a class of its own for each adapter is made by `client_for`.
    preferred_mtu
        What is asked of the sensor; 23 asks nothing.
    notify_copies
        How often each notification is delivered: some systems deliver two or three after a reconnect.
    """

    central: Device
    one_at_a_time: asyncio.Lock
    preferred_mtu: int = 517
    notify_copies: int = 1

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._wanted_services: set[str] | None = kwargs.get("services")
        self._name: str | None = None
        self._peer_address = hci.Address(self.address, hci.Address.RANDOM_DEVICE_ADDRESS)
        if isinstance(address_or_ble_device, BLEDevice):
            self._name = address_or_ble_device.name
            self._peer_address = address_or_ble_device.details["bumble_address"]
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._dropping: asyncio.Future[None] | None = None
        self._notified: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """Name from the advertisement, or the address."""
        return self._name or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        """Largest packet of the attribute protocol, in bytes."""
        return self._connection.att_mtu if self._connection is not None else att.ATT_DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the link stands."""
        return self._connection is not None

    # --- connecting -------------------------------------------------------------------------------

    async def connect(self, pair: bool, **_kwargs: Any) -> None:
        """Connect, agree on the MTU and discover what the sensor offers.

        Raises
        ------
        BleakError
            If already connected, if the sensor goes away meanwhile, or if it cannot be reached.
        TimeoutError
            If no advertisement of it is heard in time.
        """
        if self._connection is not None:
            raise BleakError("already connected")
        connection = await self._open_link()
        self._connection = connection
        self._peer = peer = Peer(connection)
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        ready = False
        try:
            if self.preferred_mtu > att.ATT_DEFAULT_MTU:
                await self._asked(peer.request_mtu(self.preferred_mtu))
            if pair:
                await self.pair()
            await self._asked(self._discover(peer))
            ready = True
        finally:
            if not ready:
                await self.disconnect()

    async def _open_link(self) -> Connection:
        opening = asyncio.ensure_future(self._create_connection())
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            # Merely dropped, the controller would stay "connecting" and refuse every later connect.
            opening.add_done_callback(self._drop_link)
            await self.central.cancel_connection()  # type: ignore[no-untyped-call]
            raise
        except core.TimeoutError as error:
            raise TimeoutError(f"{self.address} was not heard within {self._timeout:g} s") from error
        except core.ConnectionError as error:
            raise BleakDeviceNotFoundError(self.address, f"connecting failed: {error!r}") from error

    def _drop_link(self, opening: asyncio.Future[Connection]) -> None:
        """End a link that came to stand although nobody waits for it any more."""
        if not opening.cancelled() and opening.exception() is None:
            self._dropping = asyncio.ensure_future(opening.result().disconnect())

    async def _create_connection(self) -> Connection:
        async with self.one_at_a_time:
            return await self.central.connect(
                self._peer_address, transport=PhysicalTransport.LE, timeout=self._timeout
            )

    async def _discover(self, peer: Peer) -> None:
        found = BleakGATTServiceCollection()
        await peer.discover_services()
        for service in peer.services:
            uuid = long_uuid(service.uuid.to_bytes())
            if not self._wanted_services or uuid in self._wanted_services:
                await self._discover_service(peer, service, uuid, found)
        self.services = found

    async def _discover_service(
        self, peer: Peer, service: ServiceProxy, uuid: str, found: BleakGATTServiceCollection
    ) -> None:
        known = BleakGATTService(service, service.handle, uuid)
        found.add_service(known)
        await peer.discover_characteristics(service=service)
        for item in service.characteristics:
            characteristic = BleakGATTCharacteristic(
                item,
                item.handle,
                long_uuid(item.uuid.to_bytes()),
                [name for bit, name in _PROPERTIES.items() if item.properties & bit],
                lambda: self.mtu_size - 3,
                known,
            )
            found.add_characteristic(characteristic)
            for part in await peer.discover_descriptors(characteristic=item):
                descriptor = BleakGATTDescriptor(
                    part, part.handle, long_uuid(part.type.to_bytes()), characteristic
                )
                found.add_descriptor(descriptor)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = self._peer = self.services = None
        self._notified.clear()
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        """End the link, if it still stands."""
        if self._connection is None:
            return
        try:
            await uncut(self._connection.disconnect())
        except _GONE:
            if self._connection is not None:
                raise

    async def pair(self, *_args: Any, **_kwargs: Any) -> None:
        """Pair."""
        self._gatt()
        if self._connection is not None:
            await self._connection.pair()

    async def unpair(self) -> None:
        """Refuse: the rig has nothing to unpair."""
        raise NotImplementedError

    # --- values -----------------------------------------------------------------------------------

    def _gatt(self) -> Client:
        if self._peer is None:
            raise BleakError("not connected")
        return self._peer.gatt_client

    async def _asked(self, request: Awaitable[T]) -> T:
        """Await an answer; refusals and a link lost meanwhile become bleak's errors."""
        try:
            return await uncut(request)
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(int(error.error_code)) from error
        except asyncio.CancelledError as error:
            # bumble cancels what waits for an answer when the link goes: nobody cancelled this task.
            task = asyncio.current_task()
            if self._connection is None and task is not None and not task.cancelling():
                raise BleakError("disconnected while waiting for an answer") from error
            raise
        except _GONE as error:
            raise BleakError(f"no answer: {error!r}") from error

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_kwargs: Any
    ) -> bytearray:
        """Read a characteristic; nothing is cached."""
        del use_cached
        return bytearray(await self._asked(self._gatt().read_value(characteristic.handle)))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_kwargs: Any
    ) -> bytearray:
        """Read a descriptor; nothing is cached."""
        del use_cached
        return bytearray(await self._asked(self._gatt().read_value(descriptor.handle)))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write a characteristic."""
        written = self._gatt().write_value(characteristic.handle, bytes(data), with_response=response)
        await self._asked(written)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor."""
        await self._asked(self._gatt().write_value(descriptor.handle, bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_kwargs: Any
    ) -> None:
        """Subscribe to notifications, or to indications where there are no notifications."""
        gatt = self._gatt()
        if characteristic.handle in self._notified:
            raise BleakError(f"{characteristic.uuid} is subscribed to already")
        if not {"notify", "indicate"} & set(characteristic.properties):
            raise BleakError(f"{characteristic.uuid} can neither notify nor indicate")

        def deliver(value: bytes) -> None:
            for _ in range(self.notify_copies):
                callback(bytearray(value))

        self._notified[characteristic.handle] = deliver
        await self._asked(gatt.subscribe(characteristic.obj, deliver, prefer_notify=True))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Undo `start_notify`."""
        gatt = self._gatt()
        deliver = self._notified.pop(characteristic.handle, None)
        if deliver is not None:
            await self._asked(gatt.unsubscribe(characteristic.obj, deliver))


def client_for(central: Device, **faults: int) -> type[SimulatedClient]:
    """Make the client class of one adapter: bleak takes a class, not an object.

    Parameters
    ----------
    central
        The adapter.
    **faults
        Class attributes to set otherwise: ``preferred_mtu``, ``notify_copies``.
    """
    members = {"central": central, "one_at_a_time": asyncio.Lock(), **faults}
    return type("SimulatedClient", (SimulatedClient,), members)
