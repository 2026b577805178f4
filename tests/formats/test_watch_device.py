"""Maker and model stay; names that people give to their things do not."""

from __future__ import annotations

import pytest

from pfp_sensors.formats.watch_device import device_of


@pytest.mark.parametrize(
    ("told", "device"),
    [
        ("Garmin Forerunner 405CX", "Garmin Forerunner 405CX"),
        ("Forerunner 945 Music", "Forerunner 945 Music"),
        ("COROS PACE 2", "COROS PACE 2"),
        ("COROS VERTIX 2S", "COROS VERTIX 2S"),
        ("garmin_fenix6", "garmin fenix6"),
        ("Garmin v\u00edvoactive 4", "Garmin vivoactive 4"),
        ("Suunto Spartan Ultra", "Suunto Spartan Ultra"),
        ("Polar Vantage V2", "Polar Vantage V2"),
        ("Google Pixel Watch 2", "Google Pixel Watch 2"),
        ("Samsung Galaxy Watch6 Classic", "Samsung Galaxy Watch6 Classic"),
        ("Amazfit T-Rex 2", "Amazfit T-Rex 2"),
        ("Anna's Apple Watch", "Apple Watch"),
        ("Apple Watch von Anna Muster", "Apple Watch"),
        ("Apple Watch Series 9 (Jane)", "Apple Watch Series 9"),
        ("Garmin Connect Jane Doe Home", "Garmin Connect"),
        ("Garmin Connect jane1984", "Garmin Connect"),
        ("Garmin fenix 7 3987654321", "Garmin fenix 7"),
        ("Stryd Muster-Anna", "Stryd"),
        ("Anna Muster", None),
    ],
)
def test_device(told: str, device: str | None) -> None:
    assert device_of(told) == device
