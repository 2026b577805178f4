"""How fast the rig can go: python tests/rig/speed.py SPEED [SECONDS] [SENSORS]

Prints samples received, samples lost and the share of one processor; the sensors measure 208 Hz and send 13
samples a packet. The data are synthetic.
"""

from __future__ import annotations

import asyncio
import sys
import time

from bleak import BleakClient, BleakScanner

from pfp_sensors.link.clock import HostClock
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.sensors import open_profile, open_profile_commands


async def listen(
    world: SimulatedWorld, name: str, seconds: float, one_at_a_time: asyncio.Lock
) -> list[bytes]:
    async with one_at_a_time:
        device = await BleakScanner.find_device_by_name(name, backend=world.scanner_backend)
    assert device is not None
    heard: list[bytes] = []
    async with BleakClient(device, backend=world.client_backend) as client:
        await client.start_notify(open_profile.DATA, lambda _, value: heard.append(bytes(value)))
        start = open_profile_commands.encode_command(open_profile_commands.Start())
        await client.write_gatt_char(open_profile.CTRL, start, response=True)
        await asyncio.sleep(seconds)
    return heard


async def main(speed: float, seconds: float, sensors: int) -> None:
    plans = [SensorPlan(f"SHANK-{i}", f"F0:00:00:00:00:{i + 16:02X}") for i in range(sensors)]
    async with SimulatedWorld(HostClock(speed), plans) as world:
        cpu_s, real_s = time.process_time(), time.monotonic()
        lock = asyncio.Lock()
        heard = await asyncio.gather(*(listen(world, plan.name, seconds, lock) for plan in plans))
        cpu_s, real_s = time.process_time() - cpu_s, time.monotonic() - real_s
    for plan, packets in zip(plans, heard, strict=True):
        known = [open_profile.decode_notification(packet) for packet in packets]
        data = [packet for packet in known if isinstance(packet, open_profile.DataPacket)]
        samples = sum(len(packet.counts) for packet in data)
        lost = data[-1].index + len(data[-1].counts) - data[0].index - samples
        sys.stdout.write(f"{plan.name}: {samples} samples, {samples / seconds / speed:.1f} Hz, {lost} lost\n")
    sys.stdout.write(f"speed {speed:g}: {100 * cpu_s / real_s:.1f} % of one processor over {real_s:.1f} s\n")


numbers = [float(text) for text in sys.argv[1:]] + [1.0, 5.0, 2.0][len(sys.argv) - 1 :]
asyncio.run(main(numbers[0], numbers[1], int(numbers[2])))
