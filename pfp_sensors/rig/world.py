"""Simulated sensors, the air and one adapter for bleak, all in this process."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final, Self

from pfp_sensors.rig.extra import require_rig
from pfp_sensors.rig.plans import AirPlan, SensorPlan
from pfp_sensors.rig.sample_signal import Pendulum, SignalFor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from bleak.backends.client import BaseBleakClient
    from bleak.backends.scanner import BaseBleakScanner

    from pfp_sensors.link.clock import HostClock
    from pfp_sensors.rig.gatt_sensor import SimulatedSensor

__all__ = ["AirPlan", "SensorPlan", "SimulatedWorld"]

_ADAPTER_ADDRESS: Final = "C0:00:00:00:00:01"


class SimulatedWorld:
    """An asynchronous context in which simulated sensors can be found, connected and broken.

    ::

        async with SimulatedWorld(clock, [SensorPlan()]) as world:
            device = await BleakScanner.find_device_by_name("SHANK-L", backend=world.scanner_backend)
            async with BleakClient(device, backend=world.client_backend) as client: ...

    Parameters
    ----------
    clock
        The host's clock: its speed is that of sensors and air too.
    sensors, air
        What is there; more sensors can come with `add`. The air hands over at once unless told otherwise.
    signal_for
        Makes what a sensor measures; a synthetic pendulum unless given.
    seed
        Of the boot ids.
    **client_faults
        ``preferred_mtu``, ``notify_copies`` of `pfp_sensors.rig.bleak_client.SimulatedClient`.

    Attributes
    ----------
    scanner_backend, client_backend
        Classes to hand to bleak.
    sensors
        By name, with the faults they can be given.
    started_ns
        The host's clock when the first sensor was first started: position 0 of every signal. None before.
    """

    scanner_backend: type[BaseBleakScanner]
    client_backend: type[BaseBleakClient]

    def __init__(
        self,
        clock: HostClock,
        sensors: Sequence[SensorPlan] = (),
        air: AirPlan | None = None,
        signal_for: SignalFor = Pendulum,
        seed: int = 0,
        **client_faults: int,
    ) -> None:
        self.clock = clock
        self.sensors: dict[str, SimulatedSensor] = {}
        self.started_ns: int | None = None
        self._plans, self._air_plan, self._signal_for = tuple(sensors), air or AirPlan(), signal_for
        self._draws = random.Random(seed)
        self._client_faults = client_faults

    async def __aenter__(self) -> Self:
        require_rig()
        from pfp_sensors.rig.air import PacedAir
        from pfp_sensors.rig.bleak_client import client_for
        from pfp_sensors.rig.bleak_scanner import scanner_for
        from pfp_sensors.rig.controllers import make_device

        self.air = PacedAir(self.clock, self._air_plan)
        self._central, _ = make_device(self.air, "adapter", _ADAPTER_ADDRESS)
        await self._central.power_on()
        self.scanner_backend = scanner_for(self._central)
        self.client_backend = client_for(self._central, **self._client_faults)
        for plan in self._plans:
            await self.add(plan)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for sensor in self.sensors.values():
            await sensor.power_off()
        await self._central.power_off()
        self.air.close()

    async def add(self, plan: SensorPlan) -> SimulatedSensor:
        """Switch one more sensor on."""
        from pfp_sensors.rig.firmware import Firmware
        from pfp_sensors.rig.gatt_sensor import SimulatedSensor

        firmware = Firmware(plan, self._signal_for, self._draws, self._first_start)
        sensor = SimulatedSensor(firmware, self.clock, self.air)
        self.sensors[plan.name] = sensor
        await sensor.power_on()
        return sensor

    def _first_start(self, now_ns: int) -> int:
        if self.started_ns is None:
            self.started_ns = now_ns
        return self.started_ns
