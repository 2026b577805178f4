"""Whether this computer's Bluetooth can be used, in words for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import SensorError
from pfp_sensors.link.adapter import scan

if TYPE_CHECKING:
    from pfp_sensors.link.adapter import Adapter

CHECK_S = 1.0


@dataclass(frozen=True, slots=True)
class AdapterState:
    """Whether Bluetooth works; ``what_to_do`` is empty where it does."""

    ok: bool
    message: str
    what_to_do: str


async def check_adapter(adapter: Adapter) -> AdapterState:
    """Scan for a second and tell whether that works.

    No adapter, Bluetooth switched off and a missing permission are answers, not errors. On macOS a terminal
    program that was never given the permission may be ended by the system instead: nothing can be said then.
    """
    try:
        heard = await scan(adapter, CHECK_S)
    except SensorError as error:
        return AdapterState(ok=False, message=error.message, what_to_do=error.what_to_do)
    devices = "1 device" if len(heard) == 1 else f"{len(heard)} devices"
    return AdapterState(ok=True, message=f"Bluetooth works: {devices} in range.", what_to_do="")
