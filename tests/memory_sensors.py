"""Synthetic sensors with runs in their memory, on the virtual Bluetooth link: only what fetching needs."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from bumble import att, gatt
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service

from pfp_sensors.link.adapter import Adapter
from pfp_sensors.link.clock import HostClock
from pfp_sensors.rig.controllers import make_device
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.sensors import capture2go as wire
from pfp_sensors.sensors import capture2go_files as files
from pfp_sensors.sensors import capture2go_payloads as payloads
from pfp_sensors.sensors import movesense as gsp
from pfp_sensors.sensors import movesense_logbook as logbook
from pfp_sensors.sensors import movesense_sbem as sbem
from pfp_sensors.sensors.capture2go import Frame, Header
from pfp_sensors.sensors.movesense import Command
from pfp_sensors.sensors.movesense_logbook import LogEntry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from pfp_sensors.link.clock import HostClock as Clock
    from pfp_sensors.rig.air import PacedAir

ADDRESS = "F0:00:00:00:00:31"
"""Of each of these sensors; asked for by it, a sensor is found at once, by name at the end of a round."""

MAY_2026_S = 1_777_636_800
"""1 May 2026, 12:00 UTC."""


@dataclass
class Faults:
    """What goes wrong: notifications counted from 0 over all connections."""

    lose: frozenset[int] = frozenset()
    shorten: frozenset[int] = frozenset()
    cut_at: frozenset[int] = frozenset()


@dataclass
class MemorySensor:
    """A sensor with one characteristic to write to and one that notifies; its kind tells what it answers."""

    name: str
    serial: str | None = "0042"
    faults: Faults = field(default_factory=Faults)
    sent: int = 0
    connections: int = 0
    written: list[bytes] = field(default_factory=list)
    service = write = notify = ""
    advertised = b""

    def answers(self, value: bytes) -> Iterator[bytes]:
        """Yield the notifications that answer a command."""
        raise NotImplementedError

    def greeting(self) -> Iterator[bytes]:
        """Yield what comes unasked after subscribing."""
        yield from ()

    async def power_on(self, clock: Clock, air: PacedAir) -> None:
        self._clock, self._air, self._link = clock, air, None
        self._tasks: set[asyncio.Task[None]] = set()
        self._device, self._controller = make_device(air, self.name, ADDRESS)
        can = Characteristic.Properties
        self._out: Characteristic[bytes] = Characteristic(
            self.notify, can.NOTIFY, Characteristic.READABLE, b""
        )
        self._out.on(Characteristic.EVENT_SUBSCRIPTION, self._on_subscription)
        into: Characteristic[bytes] = Characteristic(
            self.write, can.WRITE, Characteristic.WRITEABLE, CharacteristicValue(write=self._on_write)
        )
        services = [Service(self.service, [self._out, into])]
        if self.serial is not None:
            told: Characteristic[bytes] = Characteristic(
                gatt.GATT_SERIAL_NUMBER_STRING_CHARACTERISTIC,
                can.READ,
                Characteristic.READABLE,
                self.serial.encode(),
            )
            services.append(Service(gatt.GATT_DEVICE_INFORMATION_SERVICE, [told]))
        self._device.add_services(services)
        kind = AdvertisingData.Type
        parts = [(kind.FLAGS, b"\x06"), (kind.COMPLETE_LOCAL_NAME, self.name.encode())]
        self._device.advertising_data = self.advertised + bytes(AdvertisingData(parts))
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)
        await self._device.power_on()
        self._device.advertising_interval_min = self._device.advertising_interval_max = 20.0
        await self._device.start_advertising()
        self._is_on = True

    async def power_off(self) -> None:
        self._is_on = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._device.power_off()

    def _do(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_connection(self, link: Connection) -> None:
        self._link = link
        self.connections += 1
        link.on(link.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._link = None
        if self._is_on:
            self._do(self._advertise_again())

    async def _advertise_again(self) -> None:
        advertiser = self._device.legacy_advertising_set
        if advertiser is not None:
            await advertiser.start()

    def _on_subscription(self, link: Connection, notify: bool, _indicate: bool) -> None:
        if notify:
            self._do(self._send(link, self.greeting()))

    def _on_write(self, link: Connection, value: bytes) -> None:
        self.written.append(bytes(value))
        self._do(self._answer(link, bytes(value)))

    async def _answer(self, link: Connection, value: bytes) -> None:
        await self._send(link, self.answers(value))

    async def _send(self, link: Connection, values: Iterator[bytes]) -> None:
        for value in values:
            if self._link is not link:
                return
            number, self.sent = self.sent, self.sent + 1
            if number in self.faults.cut_at:
                self._air.cut(self._controller)
                return
            if number in self.faults.lose:
                continue
            shown = value[: len(value) // 2] if number in self.faults.shorten else value
            pdu = att.ATT_Handle_Value_Notification(attribute_handle=self._out.handle, attribute_value=shown)
            self._device.gatt_server.send_gatt_pdu(link, bytes(pdu))
            await asyncio.sleep(0.001)


@dataclass
class Capture2Go(MemorySensor):
    """A synthetic Capture2Go IMU with files by name."""

    name: str = "IMU_bc7f"
    held: dict[str, bytes] = field(default_factory=dict)
    state: int = payloads.State.IDLE
    service, write, notify = wire.SERVICE, wire.WRITE, wire.NOTIFY
    advertised = bytes(
        AdvertisingData(
            [
                (
                    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
                    UUID(wire.SERVICE).to_bytes(),
                )
            ]
        )
    )

    def _status(self) -> Frame:
        said = payloads.DeviceStatus(1, self.state, 2, (0, 0, 0), False, 50, False, 10)
        return Frame(Header.STATUS, payloads.encode_status(said))

    def greeting(self) -> Iterator[bytes]:
        return self._cut([self._status()])

    def answers(self, value: bytes) -> Iterator[bytes]:
        asked = wire.decode_frame(value)
        if asked.header == Header.STOP_BYTES:
            for task in self._tasks - {asyncio.current_task()}:
                task.cancel()
        return self._cut(self._frames(asked))

    def _frames(self, asked: Frame) -> list[Frame]:
        match asked.header:
            case Header.GET_STATUS:
                return [self._status()]
            case Header.GET_DEVICE_INFO:
                info = payloads.DeviceInfo(1, "bc7f", "1", "2", "1.0.1", "2026-01-01")
                return [Frame(Header.DEVICE_INFO, payloads.encode_device_info(info))]
            case Header.LIST_FILES:
                entries = [
                    files.encode_file(files.StoredFile(number, name, len(data)))
                    for number, (name, data) in enumerate(self.held.items())
                ]
                return [Frame(Header.FILE_COUNT, len(entries).to_bytes(2, "little")), *entries]
            case Header.GET_BYTES:
                name, start, _ = files.decode_request(asked.payload)
                if name not in self.held:
                    return [Frame(Header.FAULT, payloads.encode_fault(0xF0, Header.GET_BYTES))]
                data = self.held[name]
                return [files.encode_piece(at, data[at : at + 232]) for at in range(start, len(data), 232)]
        return []

    @staticmethod
    def _cut(frames: list[Frame]) -> Iterator[bytes]:
        stream = b"".join(wire.encode_frame(frame.header, frame.payload) for frame in frames)
        for at in range(0, len(stream), 200):
            yield wire.pack_notification((), stream[at : at + 200])


@dataclass
class Movesense(MemorySensor):
    """A synthetic Movesense sensor with logs by id; ``dates`` by id too, 1 May 2026 where none is given."""

    name: str = "Movesense 0042"
    held: dict[int, bytes] = field(default_factory=dict)
    dates: dict[int, int] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    acc_range: bytes = b"\x10"
    status: int = 200
    service, write, notify = gsp.SERVICE, gsp.WRITE, gsp.NOTIFY
    advertised = bytes(
        AdvertisingData([(AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, b"\xf3\xfd")])
    )

    def answers(self, value: bytes) -> Iterator[bytes]:
        command, ref, data = gsp.decode_command(value)
        if command == Command.HELLO:
            yield gsp.encode_hello(ref, gsp.Hello(1, "204830000042", "Flash", "a", "Sensor Data", "2.1"))
        elif command == Command.GET:
            yield self._resource(ref, gsp.decode_path(data))
        elif command == Command.FETCH_LOG:
            yield from self._log(ref, int.from_bytes(data, "little"))

    def _resource(self, ref: int, path: str) -> bytes:
        if path == gsp.ACC_CONFIG:
            return (
                gsp.encode_response(ref, 200, self.acc_range)
                if self.acc_range
                else gsp.encode_response(ref, 404)
            )
        if path == gsp.GYR_CONFIG:
            return gsp.encode_response(ref, 200, struct.pack("<H", 2000))
        listed = tuple(
            LogEntry(number, self.dates.get(number, MAY_2026_S), self.sizes.get(number, len(log)))
            for number, log in self.held.items()
        )
        return gsp.encode_response(ref, self.status, logbook.encode_entries(listed)[:150])

    def _log(self, ref: int, number: int) -> Iterator[bytes]:
        log = self.held.get(number)
        if log is None:
            yield gsp.encode_response(ref, 404)
            return
        yield gsp.encode_response(ref, 200)
        for at in range(0, len(log), 150):
            yield logbook.encode_log_part(ref, at, log[at : at + 150], number=at % 300 // 150)
        yield logbook.encode_log_part(ref, len(log), b"")


@contextlib.asynccontextmanager
async def in_reach(sensors: Sequence[MemorySensor], speed: float = 1.0) -> AsyncIterator[Adapter]:
    """Open a virtual adapter with some sensors in reach."""
    clock = HostClock(speed)
    async with SimulatedWorld(clock) as world:
        try:
            for sensor in sensors:
                await sensor.power_on(clock, world.air)
            yield Adapter(clock, world.scanner_backend, world.client_backend)
        finally:
            for sensor in sensors:
                await sensor.power_off()


# --- what lies in their memories ------------------------------------------------------------------


def counts(n: int, seed: int = 0) -> np.ndarray[Any, Any]:
    """Make n samples, (n, 6) int16: ax ay az gx gy gz; no gait, but no two alike."""
    return np.random.default_rng(seed).integers(-20_000, 20_000, (n, 6)).astype(np.int16)


def capture2go_file(
    samples: np.ndarray[Any, Any], first_ns: int = MAY_2026_S * 10**9, period_ns: int = 5_000_000
) -> bytes:
    """Write (8 k, 6) samples at 200 Hz as a file, with a status at its beginning."""
    said = payloads.DeviceStatus(1, 3, 0, (0, 0, 0), False, 50, False, 10)
    data = bytearray(wire.encode_frame(Header.STATUS, payloads.encode_status(said)))
    for at in range(0, len(samples), 8):
        block = samples[at : at + 8]
        packed = payloads.PackedSamples(200.0, first_ns + at * period_ns, block[:, :3], block[:, 3:], 0)
        frame = payloads.encode_packed(packed)
        data += wire.encode_frame(frame.header, frame.payload)
    return bytes(data)


_DESCRIBED = {
    13: "<PTH>Samples+Array.MeasIMU6.Timestamp\n<FRM>uint32",
    **{
        39 + i: f"<PTH>Samples.Array.MeasIMU6.ArrayAcc{'+.'[i > 0]}{'xyz'[i]}\n<FRM>float32" for i in range(3)
    },
    **{
        42 + i: f"<PTH>Samples.Array.MeasIMU6.ArrayGyro{'+.'[i > 0]}{'xyz'[i]}\n<FRM>float32"
        for i in range(3)
    },
    89: "<GRP>39,40,41",
    90: "<GRP>42,43,44",
    92: "<GRP>13,89,89,90,90",
    20: "<PTH>Samples+Array.TimeDetailed.relativeTime\n<FRM>uint32",
    21: "<PTH>Samples.Array.TimeDetailed.utcTime\n<FRM>int64",
    93: "<GRP>20,21",
}


def movesense_values(n: int, seed: int = 0) -> np.ndarray[Any, Any]:
    """Make n samples, (n, 6) float32, in m/s² and deg/s."""
    values = np.random.default_rng(seed).uniform(-100, 100, (n, 6))
    return values.astype(np.float32)


def movesense_log(
    values: np.ndarray[Any, Any], rate_hz: float = 208.0, first_ms: int = 24_583, anchored: bool = True
) -> bytes:
    """Write (2 k, 6) samples as a log of two samples a chunk, with a wall clock 1 s before the first."""
    data = bytearray(
        b"SBEM0112" + b"".join(sbem.encode_descriptor(n, text) for n, text in _DESCRIBED.items())
    )
    if anchored:
        data += sbem.encode_chunk(93, struct.pack("<Iq", (first_ms - 1000) % 2**32, (MAY_2026_S - 1) * 10**6))
    for at in range(0, len(values), 2):
        stamp_ms = (first_ms + round(at * 1000 / rate_hz)) % 2**32
        block = values[at : at + 2]
        data += sbem.encode_chunk(92, gsp.encode_imu6(gsp.ImuMessage(stamp_ms, block[:, :3], block[:, 3:])))
    return bytes(data)
