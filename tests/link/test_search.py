"""Which advertisement is taken for the wanted sensor's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.link.adapter import Advert
from pfp_sensors.link.identity import Identity
from pfp_sensors.link.search import NotThisSensorError, Search

if TYPE_CHECKING:
    from collections.abc import Callable

OWN, OTHER = "AA:01", "AA:02"


class PretendAdapter:
    """Hears the same advertisements at each scan, until it is told that it is enough."""

    def __init__(self, *adverts: Advert) -> None:
        self.taken: dict[str, int] = {}
        self.adverts = adverts
        self.told = 0

    async def listen(self, _seconds: float, heard: Callable[[Advert], None], enough: Any) -> None:
        self.told = 0
        for advert in self.adverts:
            if any(event.is_set() for event in enough):
                return
            heard(advert)
            self.told += 1


def advert(address: str, name: str | None = "SHANK", rssi_dbm: int = -60) -> Advert:
    return Advert(name, address, rssi_dbm, (), None)


def identity(address: str, serial: str | None, name: str = "SHANK") -> Identity:
    return Identity(serial, name, None, None, None, None, address, None)


def search(adapter: PretendAdapter, serial: str | None = None) -> Search:
    return Search(adapter, 0, lambda a: a.name != "LAMP", "the sensor", serial)  # type: ignore[arg-type]


def found(searching: Search) -> str | None:
    async def go() -> Advert | None:
        return await searching.once(1.0, asyncio.Event())

    best = asyncio.run(go())
    return None if best is None else best.address


def test_the_first_chosen_one_ends_the_scan() -> None:
    adapter = PretendAdapter(advert(OTHER, "LAMP"), advert(OWN), advert(OTHER))
    assert found(search(adapter)) == OWN
    assert adapter.told == 2


def test_one_without_a_name_is_taken_only_where_none_with_a_name_comes() -> None:
    assert found(search(PretendAdapter(advert(OTHER, None), advert(OWN)))) == OWN
    assert found(search(PretendAdapter(advert(OTHER, None)))) == OTHER


def test_what_another_link_has_taken_is_passed_over_but_not_ones_own() -> None:
    adapter = PretendAdapter(advert(OTHER), advert(OWN))
    adapter.taken = {OTHER: 1, OWN: 0}
    assert found(search(adapter)) == OWN


def test_once_met_the_address_wins_over_the_name() -> None:
    searching = search(PretendAdapter(advert(OTHER), advert(OWN)))
    searching.check(identity(OWN, "1"))
    assert found(searching) == OWN


def test_once_met_a_new_address_is_found_by_name_where_the_serial_can_tell() -> None:
    searching = search(PretendAdapter(advert(OTHER), advert("AA:03", "ELSE")))
    searching.check(identity(OWN, "1"))
    assert found(searching) == OTHER
    with pytest.raises(NotThisSensorError, match="serial number 2, wanted is 1"):
        searching.check(identity(OTHER, "2"))
    assert found(searching) is None, "it is passed over from then on"


def test_once_met_a_name_alone_is_not_enough_without_a_serial() -> None:
    searching = search(PretendAdapter(advert(OTHER)))
    searching.check(identity(OWN, None))
    assert found(searching) is None


def test_a_wanted_serial_number_must_be_said() -> None:
    with pytest.raises(NotThisSensorError, match="no serial number"):
        search(PretendAdapter(), serial="1").check(identity(OWN, None))


def test_the_absent_one_is_told_with_what_was_heard_strongest_first() -> None:
    adverts = [advert(f"AA:{i:02}", "LAMP", -90 + i) for i in range(10)]
    searching = search(PretendAdapter(*adverts))
    assert found(searching) is None
    message = searching.absent().message
    assert message.index("AA:09") < message.index("AA:08")
    assert "and 2 more" in message
    assert "no Bluetooth device at all" in search(PretendAdapter()).absent().message
