"""One Bluetooth adapter: what it hears, and that it does one thing at a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pfp_sensors.link.bleak_errors import plain_errors
from pfp_sensors.link.clock import SHORTEST_LOOK_S
from pfp_sensors.link.waiting import wait_any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bleak.backends.client import BaseBleakClient
    from bleak.backends.scanner import BaseBleakScanner

    from pfp_sensors.link.clock import HostClock

START_SCAN_LIMIT_S = 20.0
"""macOS waits until a person has answered its question about permission; this ends the waiting."""


@dataclass(frozen=True, slots=True)
class Advert:
    """An advertisement as it was heard.

    Attributes
    ----------
    address
        On macOS not the sensor's own address but a number that the system made up for it.
    service_uuids
        Lower case, each once.
    device
        bleak's handle for connecting; use it while it is fresh.
    """

    name: str | None
    address: str
    rssi_dbm: int | None
    service_uuids: tuple[str, ...]
    device: Any


class Adapter:
    """A Bluetooth adapter that several links share.

    It scans or connects for one of them at a time (``lock``), since adapters fail at doing both; streaming
    goes on in parallel. ``taken`` says which address belongs to which link, so that no two take the same one.

    Parameters
    ----------
    clock
        The collector's clock.
    scanner_backend, client_backend
        bleak backends; None for this system's own.
    """

    def __init__(
        self,
        clock: HostClock,
        scanner_backend: type[BaseBleakScanner] | None = None,
        client_backend: type[BaseBleakClient] | None = None,
    ) -> None:
        self.clock = clock
        self.scanner_backend = scanner_backend
        self.client_backend = client_backend
        self.lock = asyncio.Lock()
        self.taken: dict[str, int] = {}

    def release(self, number: int) -> None:
        """Let other links have the sensors of a link that has ended."""
        for address in [address for address, owner in self.taken.items() if owner == number]:
            del self.taken[address]

    async def listen(
        self, seconds: float, heard: Callable[[Advert], None], enough: tuple[asyncio.Event, ...] = ()
    ) -> None:
        """Scan for so long, or until one of some events; whoever calls this holds ``lock``.

        Each advertisement is handed over as it comes, with the name of earlier ones where it has none.

        Raises
        ------
        AdapterError
            If Bluetooth cannot be used.
        LinkLostError
            If scanning failed in another way.
        """
        from bleak import BleakScanner

        adverts: dict[str, Advert] = {}

        def on_advert(device: Any, data: Any) -> None:
            advert = _as_advert(device, data, adverts.get(device.address))
            adverts[advert.address] = advert
            heard(advert)

        with plain_errors("Looking for sensors"):
            scanner = BleakScanner(on_advert, backend=self.scanner_backend)
            await self.clock.within(scanner.start(), START_SCAN_LIMIT_S)
            try:
                await wait_any(enough, self.clock.limit_s(seconds, SHORTEST_LOOK_S))
            finally:
                await self.clock.within(scanner.stop(), START_SCAN_LIMIT_S)


def _as_advert(device: Any, data: Any, before: Advert | None) -> Advert:
    name = data.local_name or device.name or (before.name if before else None)
    uuids = [uuid.lower() for uuid in data.service_uuids] + list(before.service_uuids if before else ())
    return Advert(name, device.address, data.rssi, tuple(dict.fromkeys(uuids)), device)


async def scan(
    adapter: Adapter, seconds: float, heard: Callable[[Advert], None] | None = None
) -> list[Advert]:
    """Listen for so many seconds and return what was heard, the newest of each device, strongest first.

    ``heard`` is called with each advertisement as it comes.

    Raises
    ------
    AdapterError
        If Bluetooth cannot be used: absent, switched off, not allowed.
    LinkLostError
        If scanning failed in another way.
    """
    newest: dict[str, Advert] = {}

    def note(advert: Advert) -> None:
        newest[advert.address] = advert
        if heard is not None:
            heard(advert)

    async with adapter.lock:
        await adapter.listen(seconds, note)
    return strongest_first(newest.values())


def strongest_first(adverts: Iterable[Advert]) -> list[Advert]:
    """Sort advertisements by signal strength."""
    return sorted(
        adverts, key=lambda advert: -1000 if advert.rssi_dbm is None else advert.rssi_dbm, reverse=True
    )
