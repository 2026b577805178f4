"""What bleak and the systems below it raise, in plain words with what to do; the only place that knows."""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pfp_sensors.errors import SensorError

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ANSWER = "Try again nearer to the sensor; if it stays so, switch the sensor and Bluetooth off and on."


class LinkLostError(SensorError):
    """A connection could not be made or broke; the next attempt may go well."""


class AdapterError(SensorError):
    """Bluetooth of this computer cannot be used: absent, switched off, or not allowed."""


class SensorRefusedError(SensorError):
    """A sensor answered a read, write or subscription with an error, or does not have what was asked for."""


@contextmanager
def plain_errors(doing: str) -> Iterator[None]:
    """Turn what bleak raises inside into errors of this package.

    Parameters
    ----------
    doing
        What was being done, as in ``Connecting to SHANK-L``.

    Raises
    ------
    LinkLostError, AdapterError, SensorRefusedError
        With the cause kept.
    """
    try:
        yield
    except asyncio.CancelledError as error:
        # A system below may cancel its own pending request when the link breaks: nobody cancelled this task.
        if was_asked_to_stop():
            raise
        raise LinkLostError(f"{doing}: the connection broke in the middle of it.", NO_ANSWER) from error
    except bluetooth_errors() as error:
        raise as_sensor_error(error, doing) from error


def was_asked_to_stop() -> bool:
    """Tell whether somebody cancelled the task that is running."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def bluetooth_errors() -> tuple[type[Exception], ...]:
    """Return every kind of exception that Bluetooth may raise here."""
    from bleak.exc import BleakError

    known: tuple[type[Exception], ...] = (BleakError, TimeoutError, OSError, EOFError)
    if "dbus_fast" in sys.modules:
        from dbus_fast.errors import DBusFastError

        known = (*known, DBusFastError)
    return known


def as_sensor_error(error: Exception, doing: str) -> SensorError:
    """Return the error of this package that says the same as an exception of bleak or of the system."""
    from bleak import exc

    if isinstance(error, exc.BleakBluetoothNotAvailableError):
        return _not_available(error, doing)
    if isinstance(error, exc.BleakGATTProtocolError):
        return _refused(error, doing)
    if isinstance(error, exc.BleakDBusError):
        return _dbus(error, doing)
    if isinstance(error, exc.BleakCharacteristicNotFoundError):
        return no_characteristic(str(error.char_specifier), doing)
    if isinstance(error, FileNotFoundError | PermissionError | ConnectionRefusedError):
        return _no_service(error, doing)
    said = (
        "no answer in time"
        if isinstance(error, TimeoutError)
        else f"Bluetooth says: {str(error).rstrip('.') or repr(error)}"
    )
    return LinkLostError(f"{doing}: {said}.", NO_ANSWER)


def no_characteristic(characteristic: str, doing: str) -> SensorRefusedError:
    """Return the error for a sensor without a part that is needed."""
    return SensorRefusedError(
        f"{doing}: the sensor has no characteristic {characteristic}.",
        "Check that it is the kind of sensor that was chosen and that its firmware is up to date; "
        "if it was updated since, switch Bluetooth off and on, so that this computer forgets its old parts.",
    )


def _refused(error: Exception, doing: str) -> SensorRefusedError:
    code, words = int(error.args[0]), str(error.args[1]).removeprefix("GATT Protocol Error: ")
    return SensorRefusedError(
        f"{doing}: the sensor refused it (ATT error 0x{code:02X}, {words}).",
        "Check its firmware version; switch it off and on and try again.",
    )


def _not_available(error: Exception, doing: str) -> AdapterError:
    reason = error.args[1].name
    what = {
        "NO_BLUETOOTH": "this computer has no Bluetooth adapter that the system knows of",
        "NO_BLE_CENTRAL_ROLE": "the Bluetooth adapter is too old for sensors (no Bluetooth Low Energy)",
        "POWERED_OFF": "Bluetooth is switched off",
        "DENIED_BY_USER": "this program is not allowed to use Bluetooth",
        "DENIED_BY_SYSTEM": "the system does not allow this program to use Bluetooth",
        "DENIED_BY_UNKNOWN": "this program is not allowed to use Bluetooth",
    }.get(reason, f"Bluetooth is not available ({error.args[0]})")
    return AdapterError(f"{doing}: {what}.", what_to_do(reason, sys.platform))


def _dbus(error: Exception, doing: str) -> SensorError:
    name = str(error.args[0]).rsplit(".", 1)[-1]
    if name in {"ServiceUnknown", "NameHasNoOwner"}:
        message = "the Bluetooth service of Linux (bluetoothd) is not running"
        return AdapterError(f"{doing}: {message}.", what_to_do("NO_SERVICE", sys.platform))
    if name in {"AccessDenied", "NotAuthorized", "NotPermitted"}:
        message = "this user may not use Bluetooth"
        return AdapterError(f"{doing}: {message}.", what_to_do("DENIED_BY_SYSTEM", sys.platform))
    if name == "NotReady":
        return AdapterError(f"{doing}: Bluetooth is switched off.", what_to_do("POWERED_OFF", sys.platform))
    return LinkLostError(f"{doing}: the Bluetooth service says: {str(error).rstrip('.')}.", NO_ANSWER)


def _no_service(error: OSError, doing: str) -> AdapterError:
    if sys.platform != "linux":
        said = error.strerror or type(error).__name__
        return AdapterError(
            f"{doing}: the system refused: {said}.", what_to_do("DENIED_BY_SYSTEM", sys.platform)
        )
    if isinstance(error, PermissionError):
        return AdapterError(
            f"{doing}: this user may not use Bluetooth.", what_to_do("DENIED_BY_SYSTEM", "linux")
        )
    message = "the system's message bus (D-Bus), which Bluetooth on Linux needs, is not running"
    return AdapterError(f"{doing}: {message}.", what_to_do("NO_SERVICE", "linux"))


def what_to_do(reason: str, platform: str) -> str:
    """Return the next step for a person whose Bluetooth cannot be used.

    Parameters
    ----------
    reason
        Name of a member of bleak's reasons, or ``NO_SERVICE``.
    platform
        As ``sys.platform`` names it.
    """
    if reason.startswith("DENIED"):
        return _DENIED.get(platform, "Allow this program to use Bluetooth in the settings of the system.")
    if reason == "POWERED_OFF":
        return _OFF.get(platform, "Switch Bluetooth on in the settings of the system.")
    if reason == "NO_SERVICE":
        return (
            "Start it: `sudo systemctl enable --now dbus bluetooth`. Inside a container or virtual machine "
            "there is usually no Bluetooth: record on the computer itself."
        )
    if reason == "NO_BLE_CENTRAL_ROLE":
        return "Use another Bluetooth adapter: a USB stick for Bluetooth 4.2 or newer."
    return _ABSENT.get(platform, "Plug in a Bluetooth adapter (4.2 or newer) and try again.")


_DENIED = {
    "linux": "Add this user to the group bluetooth: `sudo usermod -aG bluetooth $USER`, then log out and in; "
    "if it stays so, see `systemctl status bluetooth`.",
    "darwin": "Open System Settings > Privacy & Security > Bluetooth and allow the terminal program in which "
    "this runs, then start that program again.",
    "win32": "Open Settings > Privacy & security > Radios (and Bluetooth), and let desktop apps use them.",
}
_OFF = {
    "linux": "Switch it on: `bluetoothctl power on`; if that fails: `rfkill unblock bluetooth`.",
    "darwin": "Switch it on in System Settings > Bluetooth.",
    "win32": "Switch it on in Settings > Bluetooth & devices, and leave flight mode.",
}
_ABSENT = {
    "linux": "Plug in a Bluetooth adapter (4.2 or newer) and see that `bluetoothctl list` shows it; "
    "see `systemctl status bluetooth`.",
    "darwin": "Plug in a Bluetooth adapter, or use a Mac that has one.",
    "win32": "Plug in a Bluetooth adapter (4.2 or newer) and see that the Device Manager shows it.",
}
