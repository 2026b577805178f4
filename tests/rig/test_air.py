"""The air between simulated sensors and the host: rhythm, stalls, losses."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

from rig_bench import PATIENCE_S, RING_S, rig, until

from pfp_sensors.rig.plans import AirPlan, SensorPlan


def test_paced_packets_come_in_bursts() -> None:
    plan = SensorPlan(rate_hz=200.0, samples_per_packet=1, ring_s=RING_S)

    async def story() -> list[float]:
        async with rig(plan, speed=1.0) as (ear,):
            ear.world.air.plan = AirPlan(interval_s=0.05, packets_per_event=20)
            await ear.start()
            came, seen = [], 0
            until_s = time.monotonic() + PATIENCE_S
            while len(came) < 100 and time.monotonic() < until_s:
                came += [time.monotonic()] * (len(ear.heard) - seen)
                seen = len(ear.heard)
                await asyncio.sleep(0.001)
            assert ear.indices() == list(range(len(ear.indices())))
        return came

    came = asyncio.run(story())
    gaps = [b - a for a, b in pairwise(came)]
    # A packet is made every 5 ms; without the rhythm of the air most gaps would be as long.
    assert sum(gap < 0.003 for gap in gaps) > 0.7 * len(gaps)
    assert max(gaps) > 0.025


def test_air_that_is_too_slow_makes_the_ring_overflow_and_counts_it() -> None:
    plan = SensorPlan(samples_per_packet=1, ring_s=1.0)

    async def story() -> None:
        async with rig(plan, speed=4.0, air=AirPlan(interval_s=0.03, packets_per_event=3)) as (ear,):
            await ear.start()
            in_the_air: list[int] = []

            def overflowed() -> bool:
                in_the_air.append(ear.in_the_air())
                filled = max(in_the_air) > plan.send_buffer // 2
                return filled and ear.sensor.firmware.memory.ring_dropped > 150

            await until(overflowed)
            await until(lambda: ear.wanted() > len(ear.indices()))  # what comes after the gap
        # The sensor keeps what the air cannot take, instead of piling it up there.
        assert max(in_the_air) <= plan.send_buffer
        indices = ear.indices()
        missing = indices[-1] + 1 - len(indices)
        assert missing > 0
        assert indices == sorted(set(indices))
        seqs = [packet.seq for packet in ear.packets()]
        assert seqs == list(range(len(seqs)))
        ear.assert_all_as_made()

    asyncio.run(story())


def test_a_stall_ends_in_a_burst_and_loses_nothing() -> None:
    async def story() -> None:
        async with rig(speed=5.0, air=AirPlan(supervision_s=1e6)) as (ear,):
            await ear.start()
            await ear.hears(100)
            ear.sensor.stall(1e5)
            await until(lambda: ear.in_the_air() >= 5)
            before = len(ear.heard)
            await until(lambda: ear.in_the_air() >= 15)
            assert len(ear.heard) == before
            ear.sensor.stall(0.0)
            await ear.hears(700)
            assert ear.losses == 0
        assert ear.indices() == list(range(len(ear.indices())))
        ear.assert_all_as_made()

    asyncio.run(story())


def test_a_stall_longer_than_the_supervision_timeout_breaks_the_link() -> None:
    async def story() -> None:
        async with rig(air=AirPlan(supervision_s=2.0)) as (ear,):
            answer = await ear.start()
            await ear.hears(100)
            ear.sensor.stall(1e5)
            await until(lambda: ear.losses == 1)
            assert not ear.sensor.is_connected
            ear.sensor.stall(0.0)
            await ear.connect()
            await ear.resume(answer.boot_id)
            await ear.hears(800)
        assert ear.indices() == list(range(len(ear.indices())))

    asyncio.run(story())


def test_missed_events_delay_but_lose_nothing() -> None:
    async def story() -> None:
        async with rig(air=AirPlan(interval_s=0.03, missed_share=0.6, seed=3)) as (ear,):
            await ear.start()
            await ear.hears(600)
        assert ear.indices() == list(range(len(ear.indices())))

    asyncio.run(story())
