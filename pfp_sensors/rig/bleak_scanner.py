"""A scanner for bleak on a virtual controller; loads bleak and bumble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.exc import BleakError
from bumble.core import UUID, AdvertisingData
from bumble.device import Device

from pfp_sensors.rig.controllers import uncut

if TYPE_CHECKING:
    from bumble.device import Advertisement

_KIND = AdvertisingData.Type
_NAMES = (_KIND.SHORTENED_LOCAL_NAME, _KIND.COMPLETE_LOCAL_NAME)
_SERVICES = {
    _KIND.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    _KIND.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    _KIND.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
    _KIND.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
}


def long_uuid(raw: bytes) -> str:
    """Write a UUID as bleak does: 128 bit, lower case, from its bytes in the order of the air."""
    digits = bytes(reversed(UUID.from_bytes(raw).to_bytes(force_128=True))).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class SimulatedScanner(BaseBleakScanner):
    """What bleak's ``BleakScanner`` uses instead of the computer's adapter.

    Attributes
    ----------
    central
        The adapter; a class of its own for each one is made by `scanner_for`.
    """

    central: Device

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: Literal["active", "passive"],
        **_kwargs: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        """Start scanning.

        Raises
        ------
        BleakError
            If another scan is running on this adapter: where systems allow two, they disturb each other.
        """
        if self.central.is_scanning:
            raise BleakError("a scan is running already on this adapter")
        self.seen_devices = {}
        self.central.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        await uncut(self.central.start_scanning(active=self._active, filter_duplicates=False, legacy=True))

    async def stop(self) -> None:
        """Stop scanning."""
        self.central.remove_listener(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        await uncut(self.central.stop_scanning(legacy=True))

    def _on_advertisement(self, heard: Advertisement) -> None:
        name, services = _name_and_services(heard.data)
        if not self.is_allowed_uuid(services):
            return
        key = heard.address.to_string(with_type_qualifier=False)
        # Repeated keys are kept by bleak's own bookkeeping: a name heard once is not forgotten.
        data = AdvertisementData(
            local_name=name,
            manufacturer_data={},
            service_data={},
            service_uuids=services,
            tx_power=None,
            rssi=heard.rssi,
            platform_data=(heard,),
        )
        device = self.create_or_update_device(key, key, name, {"bumble_address": heard.address}, data)
        self.call_detection_callbacks(device, data)


def _name_and_services(data: AdvertisingData) -> tuple[str | None, list[str]]:
    """Find name (the complete one where both are there) and services, none twice, in an advertisement."""
    names: dict[int, str] = {}
    services: list[str] = []
    for kind, raw in data.ad_structures:
        if kind in _NAMES:
            names[kind] = raw.decode("utf-8", "replace")
        elif kind in _SERVICES:
            size = _SERVICES[_KIND(kind)]
            services += [long_uuid(raw[i : i + size]) for i in range(0, len(raw), size)]
    name = names.get(_KIND.COMPLETE_LOCAL_NAME, names.get(_KIND.SHORTENED_LOCAL_NAME))
    return name, list(dict.fromkeys(services))


def scanner_for(central: Device) -> type[SimulatedScanner]:
    """Make the scanner class of one adapter: bleak takes a class, not an object."""
    return type("SimulatedScanner", (SimulatedScanner,), {"central": central})
