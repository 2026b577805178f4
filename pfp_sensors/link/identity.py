"""Who a sensor is: by its serial number, not by its address."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.link.bleak_errors import SensorRefusedError
from pfp_sensors.link.connection import Connection
from pfp_sensors.link.policy import LinkPolicy

if TYPE_CHECKING:
    from pfp_sensors.link.adapter import Adapter, Advert
    from pfp_sensors.model.packets import Channel

SERIAL = "00002a25-0000-1000-8000-00805f9b34fb"
MODEL = "00002a24-0000-1000-8000-00805f9b34fb"
FIRMWARE = "00002a26-0000-1000-8000-00805f9b34fb"
HARDWARE = "00002a27-0000-1000-8000-00805f9b34fb"
MAKER = "00002a29-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
FULL_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """What a sensor says of itself (services 180A and 180F); None for what it does not say.

    Attributes
    ----------
    address
        A hint only: on macOS it is made up by the system, and some sensors change it.
    """

    serial: str | None
    name: str | None
    model: str | None
    firmware: str | None
    hardware: str | None
    maker: str | None
    address: str
    battery_percent: int | None


async def read_identity(connection: Connection) -> Identity:
    """Read who a connected sensor is.

    Raises
    ------
    LinkLostError
        If the link broke.
    """
    return Identity(
        serial=await _text(connection, SERIAL),
        name=connection.advert.name,
        model=await _text(connection, MODEL),
        firmware=await _text(connection, FIRMWARE),
        hardware=await _text(connection, HARDWARE),
        maker=await _text(connection, MAKER),
        address=connection.advert.address,
        battery_percent=await read_battery(connection, None),
    )


async def read_battery(connection: Connection, channel: Channel | None) -> int | None:
    """Read the charge in percent, None where the sensor does not say; with a channel also as a packet."""
    value = await _value(connection, BATTERY_LEVEL, channel)
    return value[0] if value and value[0] <= FULL_PERCENT else None


async def _text(connection: Connection, characteristic: str) -> str | None:
    value = await _value(connection, characteristic, None)
    return (value or b"").decode("utf-8", "replace").strip("\0 \r\n\t") or None


async def _value(connection: Connection, characteristic: str, channel: Channel | None) -> bytes | None:
    if not connection.has(characteristic):
        return None
    try:
        return await connection.read(characteristic, channel)
    except SensorRefusedError:
        return None  # there, but not to be read without pairing: the sensor does not say


async def identify(adapter: Adapter, advert: Advert, policy: LinkPolicy | None = None) -> Identity:
    """Connect to a sensor that was just heard, read who it is, and disconnect.

    Raises
    ------
    AdapterError
        If Bluetooth cannot be used.
    LinkLostError
        If the sensor could not be reached.
    """
    connection = Connection(adapter, advert, 0, lambda _: None, policy or LinkPolicy())
    async with adapter.lock:
        await connection.open(asyncio.Event())
        try:
            return await read_identity(connection)
        finally:
            await connection.close()
