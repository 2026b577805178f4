"""Which sensor is meant: by name, address or serial; nobody guesses between two."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.collect.choose import ChosenSensor, choose_sensors
from pfp_sensors.collect.header import Worn
from pfp_sensors.collect.session import Session
from pfp_sensors.errors import SensorError, UsageError
from pfp_sensors.link.adapter import Adapter, Advert
from pfp_sensors.link.clock import HostClock
from pfp_sensors.link.search import Likeness
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.sensors.open_profile import SERVICE
from pfp_sensors.settings import load_record_settings, load_signal_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

pytest.importorskip("bumble")

SPEED = 10.0
LEFT = SensorPlan("SHANK-L", "F0:00:00:00:00:11", "SIM-0001")
RIGHT = SensorPlan("SHANK-R", "F0:00:00:00:00:12", "SIM-0002")


def choose(
    wanted: Sequence[str],
    plans: Sequence[SensorPlan] = (LEFT, RIGHT),
    *,
    patience_s: float = 60.0,
    many: int = 1,
    tell: Callable[[str], None] = lambda _text: None,
) -> tuple[ChosenSensor, ...]:
    """Choose among simulated sensors."""

    async def run() -> tuple[ChosenSensor, ...]:
        clock = HostClock(SPEED)
        async with SimulatedWorld(clock, plans) as world:
            adapter = Adapter(clock, world.scanner_backend, world.client_backend)
            return await choose_sensors(adapter, wanted, patience_s, many=many, tell=tell)

    return asyncio.run(run())


def test_by_name() -> None:
    (chosen,) = choose(["SHANK-R"])
    assert chosen == ChosenSensor("SHANK-R", RIGHT.address, "open_profile")


def test_by_address_in_any_case() -> None:
    (chosen,) = choose([RIGHT.address.lower()])
    assert (chosen.name, chosen.serial) == ("SHANK-R", None)


def test_by_serial_the_sensors_are_asked() -> None:
    (chosen,) = choose(["SIM-0002"])
    assert chosen == ChosenSensor("SHANK-R", RIGHT.address, "open_profile", "SIM-0002")


def test_two_in_the_order_in_which_they_are_named() -> None:
    assert [one.name for one in choose(["SHANK-R", "SHANK-L"])] == ["SHANK-R", "SHANK-L"]


def test_one_by_serial_and_one_by_name() -> None:
    assert [one.address for one in choose(["SIM-0002", "SHANK-L"])] == [RIGHT.address, LEFT.address]


def test_the_only_one_in_reach_needs_no_name() -> None:
    assert [one.name for one in choose([], [RIGHT])] == ["SHANK-R"]


def test_two_are_meant_and_two_are_there() -> None:
    assert {one.name for one in choose([], many=2)} == {"SHANK-L", "SHANK-R"}


def test_several_in_reach_are_named_and_none_is_taken() -> None:
    with pytest.raises(UsageError, match=r"2 sensors are in reach \(SHANK-L, SHANK-R\)"):
        choose([])


def test_an_absent_one_is_an_error_that_says_what_was_heard() -> None:
    said: list[str] = []
    with pytest.raises(SensorError, match=r"SHANK-X was not found within 8 s. In reach: SHANK-L, SHANK-R"):
        choose(["SHANK-X"], patience_s=8.0, tell=said.append)
    assert said
    assert "Looking for SHANK-X" in said[0]


def test_none_at_all() -> None:
    with pytest.raises(SensorError, match=r"A sensor was not found within 4 s. Nothing with a name"):
        choose([], [], patience_s=4.0)


# --- advertisements that no simulated sensor has -----------------------------------------------------


@dataclass
class Air:
    """Stands for an adapter: hands over the adverts of one round after the other, the last one again."""

    rounds: list[list[Advert]]
    clock: HostClock = field(default_factory=lambda: HostClock(1000.0))
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    listened: int = 0

    async def listen(
        self, _seconds: float, heard: Callable[[Advert], None], _enough: tuple[asyncio.Event, ...] = ()
    ) -> None:
        adverts = self.rounds[min(self.listened, len(self.rounds) - 1)]
        self.listened += 1
        for advert in adverts:
            heard(advert)
        await asyncio.sleep(0.002)


def advert(name: str | None, address: str, *services: str) -> Advert:
    return Advert(name, address, -60, services, None)


def choose_from(air: Air, wanted: Sequence[str], patience_s: float = 60.0) -> tuple[ChosenSensor, ...]:
    return asyncio.run(choose_sensors(air, wanted, patience_s))  # type: ignore[arg-type]


def test_one_that_is_known_to_be_unfit_is_refused_with_the_reason() -> None:
    air = Air([[advert("Polar H10 1234", "AA:00:00:00:00:01")]])
    with pytest.raises(SensorError, match=r"Polar H10 1234 is in reach, but .*chest"):
        choose_from(air, ["Polar H10 1234"])


def test_one_that_is_no_sensor_is_refused() -> None:
    with pytest.raises(SensorError, match="Kitchen scale is in reach, but"):
        choose_from(Air([[advert("Kitchen scale", "AA:00:00:00:00:02")]]), ["Kitchen scale"])


def test_what_is_no_sensor_does_not_count_as_in_reach() -> None:
    air = Air([[advert("Kitchen scale", "AA:00:00:00:00:02"), advert("mine", "AA:00:00:00:00:03", SERVICE)]])
    assert [one.name for one in choose_from(air, [])] == ["mine"]


def test_one_that_is_switched_on_later_is_waited_for() -> None:
    air = Air([[], [], [advert("mine", "AA:00:00:00:00:03", SERVICE)]])
    assert [one.name for one in choose_from(air, ["mine"])] == ["mine"]
    assert air.listened == 3


def test_one_without_a_name_goes_by_its_address() -> None:
    (chosen,) = choose_from(Air([[advert(None, "AA:00:00:00:00:03", SERVICE)]]), ["aa:00:00:00:00:03"])
    assert chosen.name == "AA:00:00:00:00:03"


@pytest.mark.parametrize(
    ("name", "address", "is_it"),
    [
        ("mine", "BB:2", Likeness.NO),
        ("other", "BB:1", Likeness.SURE),
        (None, "BB:1", Likeness.SURE),
        ("other", "BB:2", Likeness.NO),
        (None, "BB:2", Likeness.NO),
    ],
)
def test_it_is_known_again_by_its_address(name: str | None, address: str, is_it: Likeness) -> None:
    assert ChosenSensor("mine", "BB:1", "open_profile").is_it(advert(name, address)) is is_it


def test_its_name_may_do_where_a_serial_number_decides() -> None:
    mine = ChosenSensor("mine", "BB:1", "open_profile", "17")
    assert mine.is_it(advert("mine", "BB:2")) is Likeness.PERHAPS
    assert mine.is_it(advert("mine", "BB:1")) is Likeness.SURE
    assert mine.is_it(advert(None, "BB:2")) is Likeness.NO


# --- two sensors of one name -------------------------------------------------------------------------

TWIN_LEFT = SensorPlan("SHANK", "F0:00:00:00:00:11", "SIM-0001")
TWIN_RIGHT = SensorPlan("SHANK", "F0:00:00:00:00:12", "SIM-0002")
TWINS = (TWIN_LEFT, TWIN_RIGHT)


def test_a_name_that_two_have_is_asked_back_with_their_addresses() -> None:
    with pytest.raises(
        UsageError, match=r"2 sensors named SHANK .*F0:00:00:00:00:11.*F0:00:00:00:00:12"
    ) as it:
        choose(["SHANK"], TWINS)
    assert "address or the serial number" in it.value.what_to_do
    with pytest.raises(UsageError, match=r"2 sensors are in reach \(SHANK at F0:00:00:00:00:11, SHANK at F0"):
        choose([], TWINS)


def test_twins_are_told_apart_by_address_and_by_serial() -> None:
    assert [one.address for one in choose([TWIN_RIGHT.address, TWIN_LEFT.address], TWINS)] == [
        TWIN_RIGHT.address,
        TWIN_LEFT.address,
    ]
    assert [one.address for one in choose(["SIM-0002", "SIM-0001"], TWINS)] == [
        TWIN_RIGHT.address,
        TWIN_LEFT.address,
    ]


def test_one_named_twice_in_different_ways_is_refused() -> None:
    with pytest.raises(UsageError, match="one and the same sensor"):
        choose(["SHANK-L", LEFT.address])


@pytest.mark.parametrize("wanted", [(TWIN_RIGHT.address, TWIN_LEFT.address), ("SIM-0002", "SIM-0001")])
def test_twins_are_recorded_each_as_the_one_it_is(wanted: tuple[str, str], tmp_path: Path) -> None:
    for number in range(2):
        assert recorded_serials(wanted, tmp_path / str(number)) == ["SIM-0002", "SIM-0001"]


def test_a_foreign_twin_is_never_recorded(tmp_path: Path) -> None:
    for number in range(2):
        assert recorded_serials((TWIN_RIGHT.address,), tmp_path / str(number)) == ["SIM-0002"]


def recorded_serials(wanted: Sequence[str], folder: Path) -> list[str | None]:
    """Record the wanted ones of two twins for a moment; return who they said they are."""

    async def run() -> list[str | None]:
        clock = HostClock(SPEED)
        async with SimulatedWorld(clock, TWINS) as world:
            adapter = Adapter(clock, world.scanner_backend, world.client_backend)
            chosen = await choose_sensors(adapter, wanted, 60.0)
            worn = [Worn(one) for one in chosen]
            session = Session(folder, adapter, worn, load_record_settings(), load_signal_settings())
            stop = asyncio.Event()
            recording = asyncio.create_task(session.run(stop))
            async with asyncio.timeout(90):
                while not all(one.has_samples for one in session.sensors):
                    await asyncio.sleep(0.05)
            stop.set()
            await recording
            return [one.serial for one in session.sensors]

    folder.mkdir()
    return asyncio.run(run())
