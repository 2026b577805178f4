"""Whatever Bluetooth raises comes out as an error of this package that says what to do."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from pfp_sensors.errors import SensorError
from pfp_sensors.link.adapter import Adapter, scan
from pfp_sensors.link.bleak_errors import (
    AdapterError,
    LinkLostError,
    SensorRefusedError,
    as_sensor_error,
    plain_errors,
    what_to_do,
)
from pfp_sensors.link.clock import HostClock
from pfp_sensors.link.permission import check_adapter

REASONS = list(BleakBluetoothNotAvailableReason)
PLATFORMS = ["linux", "darwin", "win32", "freebsd14"]
CASES: list[tuple[Exception, type[SensorError], str]] = [
    (BleakError("odd"), LinkLostError, "odd"),
    (BleakDeviceNotFoundError("AA:BB", "gone from the cache"), LinkLostError, "gone from the cache"),
    (TimeoutError(), LinkLostError, "in time"),
    (EOFError(), LinkLostError, "EOFError"),
    (OSError(5, "Input/output error"), LinkLostError, "Input/output"),
    (FileNotFoundError(2, "No such file or directory"), AdapterError, "D-Bus"),
    (PermissionError(13, "Permission denied"), AdapterError, "may not use"),
    (BleakGATTProtocolError(0x81), SensorRefusedError, "0x81"),
    (BleakCharacteristicNotFoundError("2a25"), SensorRefusedError, "2a25"),
    (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["x"]), AdapterError, "not running"),
    (BleakDBusError("org.bluez.Error.NotAuthorized", ["x"]), AdapterError, "may not use"),
    (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["x"]), AdapterError, "may not use"),
    (BleakDBusError("org.bluez.Error.NotReady", ["x"]), AdapterError, "switched off"),
    (BleakDBusError("org.bluez.Error.InProgress", ["busy"]), LinkLostError, "busy"),
]


def is_a_sentence(text: str) -> bool:
    return text[0].isupper() and text.endswith(".") and not text.endswith("..")


@pytest.mark.parametrize(("raised", "kind", "part"), CASES, ids=lambda c: repr(c)[:40])
def test_each_exception_says_what_it_is_and_what_to_do(
    raised: Exception, kind: type[SensorError], part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(kind) as caught, plain_errors("Connecting to SHANK-L"):
        raise raised
    assert caught.value.message.startswith("Connecting to SHANK-L: ")
    assert part in caught.value.message
    assert is_a_sentence(caught.value.message)
    assert is_a_sentence(caught.value.what_to_do)
    assert caught.value.__cause__ is raised


@pytest.mark.parametrize("reason", REASONS, ids=lambda r: r.name)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_reason_has_words_of_its_platform(
    reason: BleakBluetoothNotAvailableReason, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    error = as_sensor_error(BleakBluetoothNotAvailableError("said", reason), "Looking for sensors")
    assert isinstance(error, AdapterError)
    assert len(error.what_to_do) > 20
    assert is_a_sentence(error.message)
    assert is_a_sentence(error.what_to_do)
    assert reason.name not in str(error) or reason is BleakBluetoothNotAvailableReason.UNKNOWN


def test_permission_advice_names_the_place_of_each_system() -> None:
    assert "group bluetooth" in what_to_do("DENIED_BY_SYSTEM", "linux")
    assert "Privacy & Security > Bluetooth" in what_to_do("DENIED_BY_USER", "darwin")
    assert "Radios" in what_to_do("DENIED_BY_USER", "win32")
    assert "power on" in what_to_do("POWERED_OFF", "linux")
    assert "flight mode" in what_to_do("POWERED_OFF", "win32")


def test_a_cancelling_that_nobody_asked_for_is_a_lost_link() -> None:
    async def go() -> None:
        with plain_errors("reading"):
            raise asyncio.CancelledError

    with pytest.raises(LinkLostError, match="broke in the middle"):
        asyncio.run(go())


def test_a_cancelling_that_somebody_asked_for_stays_one() -> None:
    async def read() -> None:
        with plain_errors("reading"):
            await asyncio.sleep(30)

    async def go() -> None:
        task = asyncio.ensure_future(read())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())


def test_other_errors_are_not_touched() -> None:
    with pytest.raises(ZeroDivisionError), plain_errors("reading"):
        raise ZeroDivisionError


def scanner_that_raises(error: Exception) -> type[BaseBleakScanner]:
    class Scanner(BaseBleakScanner):
        def __init__(self, detection_callback: Any, service_uuids: Any, _mode: Any, **_: Any) -> None:
            super().__init__(detection_callback, service_uuids)

        async def start(self) -> None:
            raise error

        async def stop(self) -> None:
            raise AssertionError("never started")

    return Scanner


@pytest.mark.parametrize(
    "error",
    [
        BleakBluetoothNotAvailableError("No adapters", BleakBluetoothNotAvailableReason.NO_BLUETOOTH),
        BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF),
        BleakBluetoothNotAvailableError("no", BleakBluetoothNotAvailableReason.DENIED_BY_USER),
        BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["x"]),
        FileNotFoundError(2, "No such file or directory"),
        TimeoutError(),
    ],
    ids=repr,
)
def test_doctor_gets_an_answer_where_scan_raises(error: Exception) -> None:
    async def go() -> None:
        adapter = Adapter(HostClock(), scanner_that_raises(error))
        state = await check_adapter(adapter)
        assert not state.ok
        assert state.message
        assert state.what_to_do
        with pytest.raises(SensorError):
            await scan(adapter, 0.01)
        assert not adapter.lock.locked()

    asyncio.run(go())
