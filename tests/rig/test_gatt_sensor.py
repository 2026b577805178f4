"""Simulated sensors through the stock bleak front end: what a collector sees, and the faults it must bear."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError, BleakGATTProtocolError
from rig_bench import LEFT, PATIENCE_S, RIGHT, RING_S, START, Ear, rig, until

from pfp_sensors.link.clock import HostClock
from pfp_sensors.rig.plans import AirPlan, SensorPlan
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.sensors import open_profile
from pfp_sensors.sensors import open_profile_commands as ctrl
from pfp_sensors.sensors.open_profile_info import decode_info

HEART_RATE_SERVICE = "0000180d-0000-1000-8000-00805f9b34fb"


def test_scan_finds_it_by_its_service_and_by_no_other() -> None:
    async def story() -> None:
        async with SimulatedWorld(HostClock(), [SensorPlan()]) as world:
            for service, names in ((open_profile.SERVICE, ["SHANK-L"]), (HEART_RATE_SERVICE, [])):
                found = await BleakScanner.discover(
                    0.3, return_adv=True, service_uuids=[service], backend=world.scanner_backend
                )
                assert [advert.local_name for _, advert in found.values()] == names
                assert all(advert.service_uuids == [open_profile.SERVICE] for _, advert in found.values())

    asyncio.run(story())


def test_a_second_scan_at_the_same_time_is_refused() -> None:
    async def story() -> None:
        async with SimulatedWorld(HostClock(), [SensorPlan()]) as world:
            async with BleakScanner(backend=world.scanner_backend):
                with pytest.raises(BleakError, match="running already"):
                    await BleakScanner(backend=world.scanner_backend).start()
            async with BleakScanner(backend=world.scanner_backend):
                pass

    asyncio.run(story())


def test_it_says_who_it_is_and_that_it_is_simulated() -> None:
    async def story() -> None:
        async with rig(SensorPlan(serial="SIM-0042", acc_range_g=32, battery_percent=55)) as (ear,):
            texts = {
                number: (await ear.client.read_gatt_char(f"00002a{number}-0000-1000-8000-00805f9b34fb"))
                for number in ("19", "24", "25", "26", "27", "29")
            }
            info = decode_info(bytes(await ear.client.read_gatt_char(open_profile.INFO)))
        assert texts.pop("19") == bytes([55])
        assert texts.pop("25") == b"SIM-0042"
        assert all(b"simulated" in text for text in texts.values())
        assert (info.rate_hz, info.acc_range_g, info.samples_per_packet) == (208.0, 32, 13)
        assert info.acc_scale_mps2 == pytest.approx(32 * 9.80665 / 32768)
        assert info.has_ring
        assert info.takes_config

    asyncio.run(story())


def test_first_packet_is_a_status_and_nothing_is_missing() -> None:
    async def story() -> None:
        async with rig() as (ear,):
            answer = await ear.start()
            await ear.hears(500)
            await until(lambda: len(ear.statuses()) >= 2)
        packets = ear.packets()
        assert isinstance(packets[0], open_profile.StatusPacket)
        assert packets[0].boot_id == answer.boot_id
        assert packets[0].sampling
        assert [packet.seq for packet in packets] == list(range(len(packets)))
        assert answer.first_index == 0
        assert ear.indices() == list(range(len(ear.indices())))
        times_us = [packet.t_us for packet in ear.statuses()]
        assert len(times_us) >= 2
        # Never sooner than after a second; later where this machine paused.
        assert min(b - a for a, b in pairwise(times_us)) >= 1_000_000
        assert len(times_us) <= len(ear.indices()) / 208.0 + 2.5
        ear.assert_all_as_made()

    asyncio.run(story())


def test_a_lost_link_is_bridged_by_the_ring() -> None:
    async def story() -> None:
        async with rig() as (ear,):
            answer = await ear.start()
            await ear.hears(200)
            client = ear.client
            ear.sensor.lose_link(away_s=3.0)
            await until(lambda: ear.losses == 1)
            assert not client.is_connected
            with pytest.raises(BleakError):
                await client.read_gatt_char(open_profile.INFO)
            await ear.connect()
            wanted = ear.wanted()
            again = await ear.resume(answer.boot_id)
            await ear.hears(700)
        assert (again.status, again.first_index) == (0, wanted)
        assert ear.indices() == list(range(len(ear.indices())))
        ear.assert_all_as_made()

    asyncio.run(story())


def test_a_loss_longer_than_the_ring_is_a_gap_that_the_answer_tells() -> None:
    async def story() -> None:
        async with rig(SensorPlan(ring_s=1.0)) as (ear,):
            answer = await ear.start()
            await ear.hears(200)
            memory = ear.sensor.firmware.memory
            ear.sensor.lose_link(away_s=6.0)
            await until(lambda: ear.losses == 1)
            await ear.connect()
            before, wanted = len(ear.indices()), ear.wanted()
            unheard = memory.sent_until - wanted
            again = await ear.resume(answer.boot_id)
            await ear.hears(500)
            # A full ring may overwrite samples at any pause of this machine: a status counts those unsent.
            await until(lambda: ear.statuses()[-1].ring_dropped == ear.missing() - unheard)
        assert again.first_index is not None
        assert ear.indices()[before] >= again.first_index > wanted + 4 * 208
        ear.assert_all_as_made()

    asyncio.run(story())


def test_a_reboot_shows_and_old_samples_are_refused() -> None:
    long_ago_us = 3_000_000_000

    async def story() -> None:
        async with rig(SensorPlan(start_index=5000, start_us=long_ago_us, ring_s=RING_S)) as (ear,):
            answer = await ear.start()
            await ear.hears(200)
            ear.sensor.reboot()
            await until(lambda: ear.losses == 1)
            await ear.connect()
            refused = await ear.resume(answer.boot_id)
            before = len(ear.indices())
            live = await ear.start()
            await ear.hears(50)
        assert answer.first_index == 5000
        assert refused.status == ctrl.Result.BOOT_DIFFERS
        assert refused.boot_id == live.boot_id != answer.boot_id
        assert (live.first_index, ear.indices()[before]) == (0, 0)
        assert ear.packets()[-1].t_us < long_ago_us

    asyncio.run(story())


def test_counters_wrap() -> None:
    plan = SensorPlan(start_seq=0xFFFB, start_us=2**32 - 1_000_000, start_index=2**32 - 100, ring_s=RING_S)

    async def story() -> None:
        async with rig(plan) as (ear,):
            await ear.start()
            await until(lambda: ear.packets()[-1:] != [] and ear.packets()[-1].t_us < 2**31)
            await ear.hears(300)
        seqs = [packet.seq for packet in ear.packets()]
        assert seqs == [(0xFFFB + i) % 2**16 for i in range(len(seqs))]
        firsts = [packet.index for packet in ear.data()]
        assert firsts == [(2**32 - 100 + 13 * i) % 2**32 for i in range(len(firsts))]
        times_us = [packet.t_us for packet in ear.data()]
        steps = [(b - a) % 2**32 for a, b in pairwise(times_us)]
        assert set(steps) == {62_500}

    asyncio.run(story())


def test_an_overflow_inside_the_part_is_a_hole_between_packets() -> None:
    async def story() -> None:
        async with rig() as (ear,):
            await ear.start()
            await ear.hears(100)
            ear.sensor.skip_samples(37)
            await ear.hears(500)
        indices = ear.indices()
        missing = sorted(set(range(indices[-1] + 1)) - set(indices))
        assert ear.sensor.firmware.memory.holes == [(missing[0], 37)]
        assert missing == list(range(missing[0], missing[0] + 37))
        assert ear.statuses()[-1].fifo_overflows == 1
        seqs = [packet.seq for packet in ear.packets()]
        assert seqs == list(range(len(seqs)))
        ear.assert_all_as_made()

    asyncio.run(story())


def test_a_lost_packet_leaves_a_hole_in_seq_and_index() -> None:
    async def story() -> None:
        async with rig() as (ear,):
            await ear.start()
            await ear.hears(100)
            ear.sensor.drop_next_packets(3)
            await ear.hears(200)
        seqs = [packet.seq for packet in ear.packets()]
        assert sorted(set(range(seqs[-1] + 1)) - set(seqs)) != []
        assert seqs[-1] + 1 - len(seqs) == ear.sensor.firmware.dropped == 3

    asyncio.run(story())


def test_a_truncated_packet_is_shorter_than_it_says() -> None:
    async def story() -> None:
        async with rig() as (ear,):
            await ear.start()
            await ear.hears(50)
            ear.sensor.truncate_next()
            await ear.hears(100)
        lengths = [len(value) - 12 - 12 * value[1] for value in ear.heard if value[0] == 0x11]
        assert sorted(set(lengths)) == [-5, 0]
        assert lengths.count(-5) == 1

    asyncio.run(story())


def test_start_is_refused_where_the_mtu_is_too_small() -> None:
    async def story() -> None:
        async with rig(preferred_mtu=23) as (ear,):
            assert ear.client.mtu_size == 23
            assert (await ear.start()).status == ctrl.Result.MTU_TOO_SMALL
            assert not ear.sensor.firmware.memory.sampling

    asyncio.run(story())


def test_a_small_mtu_makes_smaller_packets() -> None:
    async def story() -> None:
        async with rig(preferred_mtu=100) as (ear,):
            await ear.start()
            await ear.hears(100)
        assert {len(packet.counts) for packet in ear.data()} == {7}
        assert ear.indices() == list(range(len(ear.indices())))

    asyncio.run(story())


@pytest.mark.parametrize("until_when", ["start", "connect"])
def test_it_can_fall_silent_until_it_is_started_or_connected_again(until_when: str) -> None:
    async def story() -> None:
        async with rig() as (ear,):
            answer = await ear.start()
            await ear.hears(50)
            ear.sensor.go_silent(until_when)  # type: ignore[arg-type]
            await ear.hears_all()  # what is in the air still comes
            before = len(ear.heard)
            await asyncio.sleep(0.1)
            assert ear.client.is_connected
            if until_when == "connect":
                await ear.resume(answer.boot_id)
                await asyncio.sleep(0.1)
                assert len(ear.heard) == before
                await ear.client.disconnect()
                await ear.connect()
            assert len(ear.heard) == before
            await ear.resume(answer.boot_id)
            await ear.hears(300)
        assert ear.indices() == list(range(len(ear.indices())))

    asyncio.run(story())


def test_the_clock_echo_brackets_the_true_offset() -> None:
    ppm = 40.0

    async def story() -> None:
        async with rig(SensorPlan(start_us=5_000_000, clock_ppm=ppm), speed=1.0) as (ear,):
            clock = ear.world.clock
            for _ in range(5):
                t1 = clock.mono_ns()
                echo = await ear.ask(ctrl.Time(t1))
                t4 = clock.mono_ns()
                assert isinstance(echo, ctrl.TimeAnswer)
                assert echo.t1_ns == t1
                assert echo.t2_ns is not None
                assert echo.t3_ns is not None
                before = clock.mono_ns()
                device_ns = ear.sensor.device_ns()
                after = clock.mono_ns()
                slack = 1_000 + 1e-6 * ppm * (after - t1)  # the offset itself moves on meanwhile
                assert t1 - echo.t2_ns <= after - device_ns + slack
                assert t4 - echo.t3_ns >= before - device_ns - slack

    asyncio.run(story())


def test_unknown_and_overlapping_commands_are_refused() -> None:
    async def story() -> None:
        async with rig() as (ear,):
            with pytest.raises(BleakGATTProtocolError) as unknown:
                await ear.client.write_gatt_char(open_profile.CTRL, b"\x7f", response=True)
            ear.sensor.answer_delay_s = 20.0
            first = asyncio.create_task(ear.ask(ctrl.Time(1)))
            await until(lambda: ear.sensor.is_busy)
            with pytest.raises(BleakGATTProtocolError) as busy:
                await ear.client.write_gatt_char(open_profile.CTRL, START, response=True)
            echo = await first
        assert unknown.value.args[0] == ctrl.ATT_UNKNOWN_OP
        assert busy.value.args[0] == ctrl.ATT_BUSY
        assert isinstance(echo, ctrl.TimeAnswer)
        assert echo.t3_ns is not None
        assert echo.t2_ns is not None
        assert echo.t3_ns - echo.t2_ns >= 20e9

    asyncio.run(story())


def test_a_wrong_answer_to_start_comes_once() -> None:
    async def story() -> None:
        async with rig() as (ear,):
            ear.sensor.answer_wrongly(b"\x81\x63")
            assert await ear.start() == ctrl.StartAnswer(0x63)
            assert not ear.sensor.firmware.memory.sampling
            assert (await ear.start()).status == 0

    asyncio.run(story())


def test_a_new_charge_is_notified_read_and_told_in_the_status() -> None:
    level = "00002a19-0000-1000-8000-00805f9b34fb"

    async def story() -> None:
        async with rig() as (ear,):
            heard: list[bytes] = []
            await ear.client.start_notify(level, lambda _, value: heard.append(bytes(value)))
            await ear.sensor.set_battery(9)
            await until(lambda: heard == [b"\x09"])
            assert await ear.client.read_gatt_char(level) == b"\x09"
            await ear.start()
            await until(lambda: [status.battery_percent for status in ear.statuses()][:1] == [9])

    asyncio.run(story())


def test_config_is_taken_while_stopped() -> None:
    wish = ctrl.Config(rate_hz=416, acc_range_g=32, gyr_range_dps=1000, samples_per_packet=19)

    async def story() -> None:
        async with rig() as (ear,):
            assert await ear.ask(wish) == ctrl.PlainAnswer(ctrl.Op.CONFIG, ctrl.Result.OK)
            info = decode_info(bytes(await ear.client.read_gatt_char(open_profile.INFO)))
            await ear.start()
            assert await ear.ask(wish) == ctrl.PlainAnswer(ctrl.Op.CONFIG, ctrl.Result.WRONG_STATE)
            await ear.hears(100)
        assert (info.rate_hz, info.acc_range_g, info.gyr_range_dps) == (416.0, 32, 1000)
        assert {len(packet.counts) for packet in ear.data()} == {19}
        assert ear.data()[1].t_us - ear.data()[0].t_us == pytest.approx(19e6 / 416, abs=1)
        ear.assert_all_as_made()

    asyncio.run(story())


def test_stop_stops_and_start_goes_on() -> None:
    async def story() -> None:
        async with rig() as (ear,):
            await ear.start()
            await ear.hears(50)
            assert await ear.ask(ctrl.Stop()) == ctrl.PlainAnswer(ctrl.Op.STOP, ctrl.Result.OK)
            before = len(ear.heard)
            made = ear.sensor.firmware.memory.next_index
            await asyncio.sleep(0.1)
            assert len(ear.heard) == before
            assert (await ear.start()).first_index == made
            await ear.hears(50)
        ear.assert_all_as_made()

    asyncio.run(story())


def test_an_absent_sensor_times_out_and_the_next_connect_works() -> None:
    async def story() -> None:
        async with SimulatedWorld(HostClock(), [SensorPlan()]) as world:
            absent = BleakClient("F0:00:00:00:00:99", backend=world.client_backend, timeout=0.2)
            with pytest.raises(TimeoutError, match="was not heard within"):
                await asyncio.wait_for(absent.connect(), PATIENCE_S)
            await Ear(world, "SHANK-L").connect()

    asyncio.run(story())


def test_a_cancelled_connect_leaves_the_adapter_usable() -> None:
    async def story() -> None:
        async with SimulatedWorld(HostClock(), [SensorPlan()]) as world:
            absent = BleakClient("F0:00:00:00:00:99", backend=world.client_backend, timeout=60.0)
            for wait_s in (0.0, 0.1):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(absent.connect(), wait_s)
            await Ear(world, "SHANK-L").connect()

    asyncio.run(story())


def test_of_two_sensors_only_one_is_lost() -> None:
    async def story() -> None:
        async with rig(LEFT, RIGHT) as (left, right):
            await left.start()
            await right.start()
            await right.hears(100)
            left.sensor.lose_link()
            await until(lambda: left.losses == 1)
            await right.hears(200)
            assert right.client.is_connected
            assert right.losses == 0
        assert right.indices() == list(range(len(right.indices())))

    asyncio.run(story())


@pytest.mark.parametrize("copies", [2, 3])
def test_copies_are_repeats_of_the_same_packet(copies: int) -> None:
    async def story() -> None:
        async with rig(notify_copies=copies) as (ear,):
            await ear.start()
            await ear.hears(100 * copies)
        assert all(ear.heard.count(value) == copies for value in set(ear.heard))

    asyncio.run(story())


def test_a_link_lost_in_mid_question_is_an_error_of_bleak() -> None:
    async def story() -> None:
        async with rig(air=AirPlan(supervision_s=1e6)) as (ear,):
            ear.sensor.stall(1e5)
            reading = asyncio.create_task(ear.client.read_gatt_char(open_profile.INFO))
            await asyncio.sleep(0.05)
            assert not reading.done()
            ear.sensor.lose_link()
            with pytest.raises(BleakError, match="disconnected"):
                await asyncio.wait_for(reading, PATIENCE_S)

    asyncio.run(story())


@pytest.mark.parametrize("last", ["connected", "disconnected", "cut"])
def test_the_end_leaves_no_complaint_whatever_is_going_on(
    caplog: pytest.LogCaptureFixture, last: str
) -> None:
    async def story() -> None:
        async with rig() as (ear,):
            await ear.start()
            await ear.hears(20)
            if last == "disconnected":
                await ear.client.disconnect()
            elif last == "cut":
                ear.sensor.lose_link()
                await until(lambda: ear.losses == 1)

    asyncio.run(story())
    assert [record.getMessage() for record in caplog.records] == []
