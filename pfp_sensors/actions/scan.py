"""Which sensors are in reach, and what each of them is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.actions.bluetooth import opened_adapter
from pfp_sensors.errors import SensorError

if TYPE_CHECKING:
    from pfp_sensors.link.adapter import Adapter, Advert
    from pfp_sensors.model.recording import Side


@dataclass(frozen=True, slots=True)
class FoundSensor:
    """A device in reach.

    Attributes
    ----------
    kind, title
        Which of the sensors that this program reads, and its name for people; None for another device.
    unfit
        Why it cannot be used, for sensors that are known and unfit; None otherwise.
    evidence
        What has been seen of this kind of sensor and what has not.
    serial, battery_percent, firmware
        None where it was not asked or did not say; ``problem`` tells why it could not be asked.
    """

    name: str | None
    address: str
    rssi_dbm: int | None
    kind: str | None = None
    title: str | None = None
    unfit: str | None = None
    evidence: str | None = None
    serial: str | None = None
    firmware: str | None = None
    battery_percent: int | None = None
    problem: str | None = None


def scan_sensors(seconds: float = 5.0, *, ask: bool = True, simulate: bool = False) -> list[FoundSensor]:
    """Listen for sensors, and ask each one that can be read for its serial number and battery.

    Parameters
    ----------
    seconds
        How long to listen.
    ask
        Connect to each for a moment; without it serial and battery stay unknown.
    simulate
        Look at simulated sensors instead.

    Returns
    -------
    list of FoundSensor
        Those that can be used first, then those that are unfit, then other devices; each strongest first.

    Raises
    ------
    SensorError
        If Bluetooth cannot be used.
    """
    return asyncio.run(_scan(seconds, ask, simulate))


async def _scan(seconds: float, ask: bool, simulate: bool) -> list[FoundSensor]:
    from pfp_sensors.link.adapter import scan

    sides: tuple[Side, ...] = ("left", "right") if simulate else ()
    async with opened_adapter(simulate=simulate, sides=sides, minutes=0.1) as adapter:
        adverts = await scan(adapter, seconds)
        found = [await _look(adapter, advert, ask) for advert in adverts]
    return sorted(found, key=lambda one: (one.kind is None, one.unfit is None))


async def _look(adapter: Adapter, advert: Advert, ask: bool) -> FoundSensor:
    from pfp_sensors.link.identity import identify
    from pfp_sensors.sensors.registry import kind_of, refused_kind, traits_of

    kind = kind_of(advert.name, advert.service_uuids)
    plain = FoundSensor(advert.name, advert.address, advert.rssi_dbm)
    if kind is None:
        unfit = refused_kind(advert.name, advert.service_uuids)
        return FoundSensor(advert.name, advert.address, advert.rssi_dbm, unfit=unfit) if unfit else plain
    traits, identity, problem = traits_of(kind), None, None
    if ask:
        try:
            identity = await identify(adapter, advert)
        except SensorError as error:
            problem = error.message
    return FoundSensor(
        name=advert.name,
        address=advert.address,
        rssi_dbm=advert.rssi_dbm,
        kind=kind,
        title=traits.title,
        evidence=traits.evidence,
        serial=None if identity is None else identity.serial,
        firmware=None if identity is None else identity.firmware,
        battery_percent=None if identity is None else identity.battery_percent,
        problem=problem,
    )
