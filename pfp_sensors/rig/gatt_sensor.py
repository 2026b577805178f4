"""A simulated sensor on a virtual Bluetooth controller; loads bumble."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bumble import att, gatt
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service

from pfp_sensors.rig.controllers import make_device
from pfp_sensors.sensors import open_profile
from pfp_sensors.sensors import open_profile_commands as ctrl

if TYPE_CHECKING:
    from pfp_sensors.link.clock import HostClock
    from pfp_sensors.rig.air import PacedAir
    from pfp_sensors.rig.firmware import Firmware, Until
    from pfp_sensors.rig.sample_signal import CountArray

_ADVERTISING_S: Final = 0.05
_LEAST_ADVERTISING_MS: Final = 10.0
_LOOK_AGAIN_S: Final = 0.01
_GENERAL_DISCOVERABLE_LE_ONLY: Final = b"\x06"


class SimulatedSensor:
    """A sensor of the open profile, version 1, that exists only in this process.

    Parameters
    ----------
    firmware
        What runs inside it.
    clock, air
        The host's clock, and the link it is heard on.

    Attributes
    ----------
    answer_delay_s
        How long it thinks before it answers a command; it is busy meanwhile.
    """

    def __init__(self, firmware: Firmware, clock: HostClock, air: PacedAir) -> None:
        self.firmware = firmware
        self.answer_delay_s = 0.0
        self._clock, self._air = clock, air
        plan = firmware.plan
        self.name = plan.name
        self._device, self._controller = make_device(air, plan.name, plan.address)
        self._link: Connection | None = None
        self._answering: asyncio.Task[None] | None = None
        self._busy = self._subscribed = False
        self._running: asyncio.Task[None] | None = None
        self._advertising: asyncio.Task[None] | None = None
        self._is_on = False

    async def power_on(self) -> None:
        """Boot and advertise."""
        self._is_on = True
        self.firmware.power_up(self._clock.mono_ns())
        self._device.add_services(self._services())
        self._device.advertising_data = self._advertisement()
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)
        await self._device.power_on()
        every_ms = max(_LEAST_ADVERTISING_MS, self._clock.real_s(_ADVERTISING_S) * 1e3)
        self._device.advertising_interval_min = self._device.advertising_interval_max = every_ms
        await self._device.start_advertising()

    async def _advertise_again(self) -> None:
        advertiser = self._device.legacy_advertising_set
        if advertiser is not None:
            await advertiser.start()

    async def power_off(self) -> None:
        """Stop everything."""
        self._is_on = False
        if self._advertising is not None:
            await self._advertising
        for task in (self._running, self._answering):
            if task is not None:
                task.cancel()
        self._running = self._answering = None
        await self._device.power_off()

    # --- what it offers ---------------------------------------------------------------------------

    def _services(self) -> list[Service]:
        can, readable = Characteristic.Properties, Characteristic.READABLE
        plan = self.firmware.plan

        def text(uuid: UUID, value: str) -> Characteristic[bytes]:
            return Characteristic(uuid, can.READ, readable, value.encode())

        self._data: Characteristic[bytes] = Characteristic(open_profile.DATA, can.NOTIFY, readable, b"")
        self._data.on(Characteristic.EVENT_SUBSCRIPTION, self._on_subscription)
        self._ctrl: Characteristic[bytes] = Characteristic(
            open_profile.CTRL,
            can.WRITE | can.INDICATE,
            Characteristic.WRITEABLE,
            CharacteristicValue(write=self._on_command),
        )
        info: Characteristic[bytes] = Characteristic(
            open_profile.INFO, can.READ, readable, CharacteristicValue(read=lambda _: self.firmware.info())
        )
        self._battery: Characteristic[bytes] = Characteristic(
            gatt.GATT_BATTERY_LEVEL_CHARACTERISTIC,
            can.READ | can.NOTIFY,
            readable,
            CharacteristicValue(read=lambda _: bytes([self.firmware.plan.battery_percent])),
        )
        facts = [
            text(gatt.GATT_MANUFACTURER_NAME_STRING_CHARACTERISTIC, "pfp_sensors (simulated)"),
            text(gatt.GATT_MODEL_NUMBER_STRING_CHARACTERISTIC, "simulated shank sensor"),
            text(gatt.GATT_SERIAL_NUMBER_STRING_CHARACTERISTIC, plan.serial),
            text(gatt.GATT_HARDWARE_REVISION_STRING_CHARACTERISTIC, "simulated"),
            text(gatt.GATT_FIRMWARE_REVISION_STRING_CHARACTERISTIC, "simulated-1"),
        ]
        return [
            Service(open_profile.SERVICE, [self._data, self._ctrl, info]),
            Service(gatt.GATT_BATTERY_SERVICE, [self._battery]),
            Service(gatt.GATT_DEVICE_INFORMATION_SERVICE, facts),
        ]

    def _advertisement(self) -> bytes:
        kind = AdvertisingData.Type
        parts: list[tuple[int, bytes]] = [
            (kind.FLAGS, _GENERAL_DISCOVERABLE_LE_ONLY),
            (kind.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, UUID(open_profile.SERVICE).to_bytes()),
            (kind.COMPLETE_LOCAL_NAME, self.name.encode()),
        ]
        return bytes(AdvertisingData(parts))

    # --- the link ---------------------------------------------------------------------------------

    def _on_connection(self, link: Connection) -> None:
        self._link = link
        self.firmware.link_up()
        link.on(link.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._link = None
        self._busy = self._subscribed = False
        self.firmware.link_lost(self._clock.mono_ns())
        if self._answering is not None:
            self._answering.cancel()
        if self._is_on:
            # bumble's own restart is cancelled in mid-command when it is switched off, and complains.
            self._advertising = asyncio.get_running_loop().create_task(self._advertise_again())

    def _on_command(self, link: Connection, value: bytes) -> None:
        if not ctrl.knows_op(value):
            raise att.ATT_Error(error_code=att.ErrorCode(ctrl.ATT_UNKNOWN_OP))
        if self._busy:
            raise att.ATT_Error(error_code=att.ErrorCode(ctrl.ATT_BUSY))
        self._busy = True
        answering = self._answer(link, value, self._clock.mono_ns())
        self._answering = asyncio.get_running_loop().create_task(answering)

    async def _answer(self, link: Connection, value: bytes, received_ns: int) -> None:
        if self.answer_delay_s:
            await self._clock.sleep(self.answer_delay_s)
        answer = self.firmware.answer(value, link.att_mtu, received_ns, self._clock.mono_ns())
        self._busy = False
        if self.firmware.memory.sampling:
            self._restart()
        if answer:
            await self._device.gatt_server.indicate_subscriber(link, self._ctrl, answer)

    # --- measuring and sending --------------------------------------------------------------------

    def _restart(self) -> None:
        """Measure and send at the next turn of the event loop, not only when the next packet is due."""
        if self._running is not None:
            self._running.cancel()
        self._running = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Measure and send, waking once a packet; goes on without a link, so that the ring bridges it."""
        firmware, clock = self.firmware, self._clock
        while firmware.memory.sampling:
            firmware.measure(clock.mono_ns())
            waits_for_link = self._send(firmware)
            due_s = (firmware.next_packet_due_ns() - clock.mono_ns()) * 1e-9
            await clock.sleep(_LOOK_AGAIN_S if waits_for_link or due_s <= 0.0 else due_s)

    def _send(self, firmware: Firmware) -> bool:
        """Send what there is; True where nothing can go out although there may be something."""
        # What is sent reaches the air at a later turn of the event loop, so the room is counted once.
        for _ in range(firmware.plan.send_buffer - self._air.waiting(self._controller)):
            link = self._link
            if link is None or not firmware.can_send:
                return True
            packet = firmware.next_packet(link.att_mtu, self._clock.mono_ns())
            if packet is None:
                return False
            self._notify(link, packet)
        return True

    def _notify(self, link: Connection, packet: bytes) -> None:
        # What bumble's notify_subscriber does, without a log line of every packet.
        if self._subscribed:
            notification = att.ATT_Handle_Value_Notification(
                attribute_handle=self._data.handle, attribute_value=packet
            )
            self._device.gatt_server.send_gatt_pdu(link, bytes(notification))

    def _on_subscription(self, _link: Connection, notify: bool, _indicate: bool) -> None:
        self._subscribed = notify

    # --- faults -----------------------------------------------------------------------------------

    async def set_battery(self, percent: int) -> None:
        """Have another charge from now on, and notify it."""
        self.firmware.plan = replace(self.firmware.plan, battery_percent=percent)
        if self._link is not None:
            value = bytes([percent])
            await self._device.gatt_server.notify_subscriber(self._link, self._battery, value)

    def lose_link(self, away_s: float = 0.0) -> None:
        """Break the link without a goodbye; the sensor is not heard again before ``away_s``."""
        if away_s:
            self._air.take_away(self._controller, away_s)
        self._air.cut(self._controller)

    def stall(self, seconds: float) -> None:
        """Let nothing through for a while; the link breaks if that is longer than the supervision timeout."""
        self._air.take_away(self._controller, seconds)

    def reboot(self, away_s: float = 0.0) -> None:
        """Cut the power: link gone, new boot id, clock and counters from 0, ring empty, not sampling."""
        self.lose_link(away_s)
        if self._running is not None:
            self._running.cancel()
        self.firmware.power_up(self._clock.mono_ns())

    def skip_samples(self, n: int) -> None:
        """Lose the next n samples inside the part: a hole between packets."""
        self.firmware.memory.catch_up(self._clock.mono_ns())
        self.firmware.memory.skip(n)

    def drop_next_packets(self, n: int) -> None:
        """Lose the next n packets on the air, although they are numbered."""
        self.firmware.drop_next_packets(n)

    def truncate_next(self, n: int = 1) -> None:
        """Send the next n data packets shorter than they say."""
        self.firmware.truncate_next(n)

    def go_silent(self, until: Until = "ever") -> None:
        """Stay connected but send nothing, until started again, connected again, or for ever."""
        self.firmware.go_silent(until)

    def answer_wrongly(self, answer: bytes) -> None:
        """Answer the next START so, whatever it is, and do nothing; empty bytes are no answer at all."""
        self.firmware.answer_wrongly(answer)

    # --- truth ------------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether it is still at a command."""
        return self._busy

    @property
    def is_connected(self) -> bool:
        """Whether a host is connected."""
        return self._link is not None

    def made(self, first: int, n: int, boot: int = -1) -> CountArray:
        """Give again what was measured from a sample number on, (n, 6) int16.

        Periods lost inside the part come as they would have been measured. ``boot`` counts power-ups from 0;
        the last one unless given.
        """
        return self.firmware.made(first, n, boot)

    def device_ns(self) -> int:
        """Tell its clock now, since power-up."""
        return self.firmware.memory.device_ns(self._clock.mono_ns())
