"""A sensor is told by its advertisement, and one that is known to be unfit is refused with the reason."""

from __future__ import annotations

import pytest

from pfp_sensors.errors import UsageError
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.registry import KINDS, kind_of, make_driver, refused_kind, traits_of

OPEN_PROFILE = "5ba20000-6f2d-4c1b-9d0a-3f6e8c5a7b10"
HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb"


def test_kinds_in_the_order_of_preference() -> None:
    assert KINDS == ("open_profile", "capture2go", "movesense", "polar", "metamotion", "witmotion")


@pytest.mark.parametrize(
    ("name", "services", "kind"),
    [
        ("SHANK-L", [OPEN_PROFILE], "open_profile"),
        (None, [OPEN_PROFILE.upper()], "open_profile"),
        ("shank-r", [], "open_profile"),
        ("Thingy", [OPEN_PROFILE], "open_profile"),
        ("IMU_1234", ["80030001-e629-4c98-9324-aa7fc0c66de7"], "capture2go"),
        ("IMU_1234", [], "capture2go"),
        ("Movesense 174630000192", [], "movesense"),
        ("Polar Sense 12345678", [HEART_RATE], "polar"),
        (None, ["326a9000-85cb-9195-d9dd-464cfbbae75a"], "metamotion"),
        ("MetaWear", [], "metamotion"),
        (None, ["0000ffe5-0000-1000-8000-00805f9a34fb"], "witmotion"),
        ("WT901BLE68", [], "witmotion"),
        (None, ["0000ffe5-0000-1000-8000-00805f9b34fb"], None),
        (None, [], None),
        ("", [], None),
        ("Fridge", [HEART_RATE], None),
    ],
)
def test_kind_by_advertisement(name: str | None, services: list[str], kind: str | None) -> None:
    assert kind_of(name, services) == kind


def test_a_service_decides_before_a_name() -> None:
    assert kind_of("IMU_1234", [OPEN_PROFILE]) == "open_profile"
    assert kind_of("SHANK-L", ["80030001-e629-4c98-9324-aa7fc0c66de7"]) == "capture2go"


@pytest.mark.parametrize(
    ("name", "services", "reason"),
    [
        ("Thingy", [], "2 g"),
        (None, ["EF680100-9B35-4933-9B10-52FFA9740042"], "2 g"),
        ("Thingy:53 Robot", [], "documented"),
        ("Polar H10 12345678", [HEART_RATE], "gyroscope"),
        ("Movella DOT", [], "60 samples"),
        ("Xsens DOT", [], "60 samples"),
        ("Puck.js 1a2b", [], "50 samples"),
        ("Bangle.js 1a2b", [], "50 samples"),
    ],
)
def test_unfit_sensors_are_refused_with_the_reason(
    name: str | None, services: list[str], reason: str
) -> None:
    said = refused_kind(name, services)
    assert said is not None
    assert reason in said
    assert kind_of(name, services) is None


@pytest.mark.parametrize(
    ("name", "services"),
    [(None, []), ("Polar Sense 12345678", []), ("Thingy", [OPEN_PROFILE]), ("Fridge", [])],
)
def test_others_are_not_refused(name: str | None, services: list[str]) -> None:
    assert refused_kind(name, services) is None


def test_an_unknown_kind_is_said() -> None:
    for ask in (traits_of, make_driver):
        with pytest.raises(UsageError, match="toaster") as caught:
            ask("toaster")
        assert "open_profile" in caught.value.what_to_do


@pytest.mark.parametrize("kind", KINDS)
def test_each_driver_is_a_new_one(kind: str) -> None:
    assert make_driver(kind) is not make_driver(kind, Wish(rate_hz=200))
