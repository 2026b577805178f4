"""The life of a link, on simulated sensors: stream, lose, resume, fall silent, refuse, be absent, stop."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from link_bench import LEFT, QUICK, RIGHT, Bench, Memory, Running, ends_with, is_left_alone, run

from pfp_sensors.errors import SensorError
from pfp_sensors.link.adapter import Advert, scan
from pfp_sensors.link.identity import identify
from pfp_sensors.link.permission import check_adapter
from pfp_sensors.link.policy import LinkPolicy
from pfp_sensors.link.sensor_link import SensorLink
from pfp_sensors.model.packets import Channel
from pfp_sensors.sensors.open_profile import SERVICE
from pfp_sensors.sensors.open_profile_commands import Stop, encode_command
from pfp_sensors.sensors.open_profile_driver import OpenProfileDriver

pytest.importorskip("bumble")

STATUS_TYPE = 0x12


def first_indices(memory: Memory, segment: int | None = None) -> list[tuple[int, int]]:
    """Return (first sample, number of samples) of each data packet."""
    packets = [p.payload for p in memory.data(segment) if p.payload[0] != STATUS_TYPE]
    return [(int.from_bytes(p[4:8], "little"), p[1]) for p in packets]


def lost_samples(memory: Memory) -> int:
    """Count the samples that are missing between the packets of a link."""
    spans = first_indices(memory)
    return sum(b[0] - a[0] - a[1] for a, b in pairwise(spans))


# --- the plain road ---------------------------------------------------------------------------------------


def test_scan_identify_and_check_on_one_adapter() -> None:
    async def go(b: Bench) -> None:
        each: list[Advert] = []
        adverts = await scan(b.adapter, 0.5, each.append)
        assert sorted(a.name or "" for a in adverts) == ["SHANK-L", "SHANK-R"]
        assert len(each) > len(adverts)
        left = next(a for a in adverts if a.name == "SHANK-L")
        assert left.service_uuids == (SERVICE,)
        identity = await identify(b.adapter, left)
        assert (identity.serial, identity.battery_percent) == (LEFT.serial, LEFT.battery_percent)
        assert identity.name == "SHANK-L"
        assert not b.world.sensors["SHANK-L"].is_connected
        state = await check_adapter(b.adapter)
        assert state.ok
        assert "2 devices" in state.message

    run(go, LEFT, RIGHT)


def test_a_run_from_search_to_stop() -> None:
    async def go(b: Bench) -> None:
        running = b.link(policy=replace(QUICK, battery_every_s=0.2))
        memory = running.memory
        await running.until(lambda m: m.kinds().count("battery") >= 2)
        await running.streams(packets=10)
        sent = sum(p.channel is Channel.SENT for p in memory.packets)
        await running.until(lambda m: sum(p.channel is Channel.SENT for p in m.packets) > sent)
        stopped = await running.end()
        assert dict(stopped.details) == {"clean": True, "reason": "asked"}
        assert memory.kinds()[:5] == ["searching", "found", "rssi", "connected", "battery"]
        assert memory.last("connected").details["serial"] == LEFT.serial
        assert memory.last("connected").details["write_limit_bytes"] > 200
        assert lost_samples(memory) == 0
        assert {p.segment for p in memory.packets} == {0}
        stamps = [p.host_mono_ns for p in memory.data()]
        assert stamps == sorted(stamps)
        assert {p.channel for p in memory.packets} >= {Channel.INFO, Channel.BATTERY, Channel.CONTROL}
        assert is_left_alone(b.world.sensors["SHANK-L"])
        assert b.adapter.taken == {}

    run(go, LEFT, speed=1.0)


def test_at_twenty_times_the_speed_it_streams_loses_and_resumes() -> None:
    async def go(b: Bench) -> None:
        running = b.link(policy=LinkPolicy())
        await running.streams(packets=50)
        b.world.sensors["SHANK-L"].lose_link()
        await running.streams(segment=1, packets=50)
        assert (await running.end()).details["clean"]
        assert lost_samples(running.memory) == 0
        assert running.memory.last("stopped").host_mono_ns - running.memory.events[0].host_mono_ns > 5e9

    run(go, LEFT, speed=20.0)


def test_the_conversation_may_be_made_once_the_sensor_is_found() -> None:
    async def go(b: Bench) -> None:
        memory, made = Memory(OpenProfileDriver()), []

        def talk(advert: Advert) -> OpenProfileDriver:
            made.append(advert.name)
            return memory.driver

        running = Running(SensorLink(b.adapter, 3, lambda _: True, talk, memory, QUICK), memory)
        b.running.append(running)
        await running.streams()
        b.world.sensors["SHANK-L"].lose_link()
        await running.streams(segment=1)
        assert (await running.end()).details["clean"]
        assert made == ["SHANK-L"]
        assert {p.sensor for p in memory.packets} == {3}

    run(go, LEFT)


# --- lost and silent --------------------------------------------------------------------------------------


def test_a_lost_link_comes_back_and_resumes_without_a_gap() -> None:
    async def go(b: Bench) -> None:
        running = b.link()
        await running.streams(packets=8)
        for segment in (1, 2):
            b.world.sensors["SHANK-L"].lose_link()
            await running.streams(segment=segment, packets=8)
        assert (await running.end()).details["clean"]
        memory = running.memory
        assert memory.kinds().count("lost") == 2
        assert memory.kinds().count("streaming") == 3
        assert memory.last("lost").details["reason"]
        assert memory.last("connected").segment == 2
        assert lost_samples(memory) == 0

    run(go, LEFT)


def test_once_it_has_streamed_it_never_gives_up() -> None:
    async def go(b: Bench) -> None:
        running = b.link(policy=replace(QUICK, first_patience_s=0.5, scan_s=0.2))
        await running.streams()
        b.world.sensors["SHANK-L"].lose_link(away_s=2.0)
        await running.streams(segment=1)
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_a_reboot_starts_anew() -> None:
    async def go(b: Bench) -> None:
        running = b.link()
        await running.streams(packets=8)
        b.world.sensors["SHANK-L"].reboot()
        await running.streams(segment=1)
        assert first_indices(running.memory, 1)[0][0] < first_indices(running.memory, 0)[-1][0]
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_a_silent_sensor_is_subscribed_again() -> None:
    async def go(b: Bench) -> None:
        running = b.link()
        await running.streams()
        b.world.sensors["SHANK-L"].go_silent("start")
        await running.until(lambda m: "silent" in m.kinds())
        so_far = len(running.memory.data())
        await running.until(lambda m: len(m.data()) > so_far + 5)
        assert running.memory.last("silent").details["subscribing_again"] is True
        assert running.memory.kinds().count("connected") == 1
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_a_sensor_that_stays_silent_is_connected_again() -> None:
    async def go(b: Bench) -> None:
        running = b.link()
        await running.streams()
        b.world.sensors["SHANK-L"].go_silent("connect")
        await running.streams(segment=1)
        kinds = running.memory.kinds()
        assert kinds.count("silent") == 2
        assert kinds.index("silent") < kinds.index("lost")
        sent = [p.payload for p in running.memory.packets if p.channel is Channel.SENT]
        assert encode_command(Stop()) not in sent, "it is not stopped, so that it keeps what is missed"
        assert "sends nothing" in running.memory.last("lost").details["reason"]
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_without_the_watch_a_silent_sensor_stays_silent() -> None:
    async def go(b: Bench) -> None:
        running = b.link(policy=replace(QUICK, silent_s=None))
        await running.streams()
        b.world.sensors["SHANK-L"].go_silent("start")
        await b.adapter.clock.sleep(4.0)
        assert "silent" not in running.memory.kinds()
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_two_sensors_and_only_one_is_lost() -> None:
    async def go(b: Bench) -> None:
        left, right = b.link("SHANK-L", number=0), b.link("SHANK-R", number=1)
        await left.streams()
        await right.streams()
        b.world.sensors["SHANK-L"].lose_link()
        await left.streams(segment=1)
        assert (await left.end()).details["clean"]
        assert (await right.end()).details["clean"]
        assert "lost" not in right.memory.kinds()
        assert lost_samples(left.memory) == lost_samples(right.memory) == 0
        assert {p.sensor for p in right.memory.packets} == {1}

    run(go, LEFT, RIGHT)


def test_two_links_that_would_take_any_sensor_take_different_ones() -> None:
    async def go(b: Bench) -> None:
        links = [b.link(None, number=0), b.link(None, number=1)]
        for running in links:
            await running.streams()
        serials = {running.memory.last("connected").details["serial"] for running in links}
        assert serials == {LEFT.serial, RIGHT.serial}
        for running in links:
            assert (await running.end()).details["clean"]

    run(go, LEFT, RIGHT)


# --- absent, refusing, another sensor ---------------------------------------------------------------------


def test_an_absent_sensor_is_an_error_that_says_what_is_in_range() -> None:
    async def go(b: Bench) -> None:
        running = b.link("SHANK-X", policy=replace(QUICK, scan_s=0.5, first_patience_s=2.0))
        error = await ends_with(running, SensorError)
        assert isinstance(error, SensorError)
        assert error.exit_code == 5
        assert "SHANK-X was not found" in error.message
        assert "SHANK-L (F0:00:00:00:00:11" in error.message
        assert "pfp scan" in error.what_to_do
        assert running.memory.kinds() == ["searching", "stopped"]
        assert running.memory.last("stopped").details["clean"]

    run(go, LEFT)


def test_a_refused_start_is_final_at_first_and_leaves_the_sensor_alone() -> None:
    async def go(b: Bench) -> None:
        b.world.sensors["SHANK-L"].answer_wrongly(bytes([0x81, 6, 0, 0, 0, 0, 0, 0, 0, 0]))
        running = b.link()
        error = await ends_with(running, SensorError)
        assert "refused" in str(error)
        assert running.memory.last("stopped").details["clean"]
        assert running.memory.last("stopped").details["reason"] == error.message  # type: ignore[attr-defined]
        assert "failed" not in running.memory.kinds()
        assert is_left_alone(b.world.sensors["SHANK-L"])

    run(go, LEFT)


def test_an_answer_that_stays_away_at_first_is_tried_again() -> None:
    async def go(b: Bench) -> None:
        b.world.sensors["SHANK-L"].answer_wrongly(b"")
        running = b.link()
        await running.streams(segment=1)
        assert "did not answer" in running.memory.last("failed").details["reason"]
        assert running.memory.last("failed").details["next_try_s"] > 0
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_a_refused_start_later_on_is_an_attempt_that_failed() -> None:
    async def go(b: Bench) -> None:
        running, sensor = b.link(), b.world.sensors["SHANK-L"]
        await running.streams()
        sensor.answer_wrongly(bytes([0x81, 6, 0, 0, 0, 0, 0, 0, 0, 0]))
        sensor.lose_link()
        await running.streams(segment=2)
        assert "refused" in running.memory.last("failed").details["reason"]
        assert (await running.end()).details["clean"]

    run(go, LEFT)


def test_too_short_packets_are_refused_at_once() -> None:
    async def go(b: Bench) -> None:
        running = b.link()
        error = await ends_with(running, SensorError)
        assert "MTU" in str(error) or "packet" in str(error)
        assert running.memory.last("connected").details["write_limit_bytes"] == 20
        assert is_left_alone(b.world.sensors["SHANK-L"])

    run(go, LEFT, preferred_mtu=23)


def test_another_serial_number_is_passed_over_and_the_right_one_found() -> None:
    async def go(b: Bench) -> None:
        running = b.link(None, serial=RIGHT.serial)
        await running.streams()
        assert running.memory.last("connected").details["serial"] == RIGHT.serial
        assert not b.world.sensors["SHANK-L"].is_connected
        assert (await running.end()).details["clean"]

    run(go, LEFT, RIGHT)


def test_a_changed_sensor_with_the_same_name_is_not_taken_for_the_lost_one() -> None:
    async def go(b: Bench) -> None:
        running, lost = b.link(), b.world.sensors["SHANK-L"]
        await running.streams()
        lost.lose_link(away_s=1e5)
        other = await b.world.add(replace(LEFT, address="F0:00:00:00:00:77", serial="SIM-0077"))
        await running.until(lambda m: "failed" in m.kinds())
        assert "SIM-0077" in running.memory.last("failed").details["reason"]
        lost.stall(0.0)  # it is back
        await running.streams(segment=1)
        assert running.memory.last("connected").details["serial"] == LEFT.serial
        assert running.memory.last("connected").details["address"] == LEFT.address
        assert (await running.end()).details["clean"]
        assert is_left_alone(other)
        await lost.power_off()

    run(go, LEFT)


# --- stopping, whatever happens ---------------------------------------------------------------------------


@pytest.mark.parametrize("after", ["searching", "found", "connected", "streaming", "data", "lost"])
def test_cancelled_at_any_moment_the_sensor_is_left_alone(after: str) -> None:
    async def go(b: Bench) -> None:
        running, sensor = b.link(), b.world.sensors["SHANK-L"]
        if after == "lost":
            await running.streams()
            sensor.lose_link(away_s=20.0)
        await running.until(lambda m: after in m.kinds() or (after == "data" and len(m.data()) > 3))
        running.task.cancel()
        await ends_with(running, asyncio.CancelledError)
        stopped = running.memory.last("stopped")
        assert stopped.details["reason"] == "cancelled"
        assert stopped.details["clean"] is (after != "lost")
        assert not sensor.is_connected
        assert after == "lost" or is_left_alone(sensor)
        assert running.memory.kinds()[-1] == "stopped"
        assert not b.adapter.lock.locked()

    run(go, LEFT)


def test_a_fault_in_a_script_still_leaves_the_sensor_alone() -> None:
    class Faulty(OpenProfileDriver):
        keep_alive_s = 0.05  # type: ignore[assignment]

        def keep_alive(self):  # type: ignore[no-untyped-def]
            yield from super().keep_alive()
            raise ZeroDivisionError

    async def go(b: Bench) -> None:
        running = b.link(driver=Faulty())
        await ends_with(running, ZeroDivisionError)
        assert running.memory.last("stopped").details["clean"]
        assert is_left_alone(b.world.sensors["SHANK-L"])

    run(go, LEFT)


def test_a_stop_script_that_hangs_does_not_hang_the_link() -> None:
    class Stubborn(OpenProfileDriver):
        def stop(self):  # type: ignore[no-untyped-def]
            from pfp_sensors.model.script import Wait

            yield Wait(60.0)

    async def go(b: Bench) -> None:
        running = b.link(driver=Stubborn(), policy=replace(QUICK, stop_s=0.3))
        await running.streams()
        stopped = await running.end()
        assert stopped.details["clean"] is False
        assert "did not stop" in stopped.details["problem"]
        assert not b.world.sensors["SHANK-L"].is_connected

    run(go, LEFT)
