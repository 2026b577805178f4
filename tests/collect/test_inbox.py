"""The queue behind the radio: in order, never blocking, with an end that is counted."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.collect.inbox import Inbox
from pfp_sensors.model.packets import Channel, LinkEvent, Packet


def packet(number: int) -> Packet:
    return Packet(number, number, 0, Channel.DATA, 0, b"")


def event(number: int) -> LinkEvent:
    return LinkEvent(number, number, 0, 0, "rssi", {})


@given(steps=st.lists(st.sampled_from(["packet", "event", "take"]), max_size=60), limit=st.integers(1, 8))
def test_like_a_list_with_an_end(steps: list[str], limit: int) -> None:
    inbox, waiting, dropped, most = Inbox(limit), [], 0, 0
    for number, step in enumerate(steps):
        if step == "take":
            assert [one.host_mono_ns for one in inbox.take_all()] == waiting
            waiting = []
        elif step == "event":
            inbox.put_event(event(number))
            waiting.append(number)
        else:
            inbox.put_packet(packet(number))
            if len(waiting) < limit:
                waiting.append(number)
                most = max(most, len(waiting))
            else:
                dropped += 1
        assert (len(inbox), inbox.dropped, inbox.most) == (len(waiting), dropped, most)


def test_waiting_ends_when_something_comes_and_begins_again_when_all_is_taken() -> None:
    async def run() -> None:
        inbox = Inbox(2)
        waiting = asyncio.ensure_future(inbox.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        inbox.put_event(event(1))
        await asyncio.wait_for(waiting, 10.0)
        inbox.take_all()
        again = asyncio.ensure_future(inbox.wait())
        await asyncio.sleep(0)
        assert not again.done()
        inbox.put_packet(packet(2))
        await asyncio.wait_for(again, 10.0)

    asyncio.run(run())


def test_what_waits_for_the_disk_counts_and_each_sensor_has_its_count() -> None:
    waiting = [0]
    inbox = Inbox(3, lambda: waiting[0])
    for sensor in (0, 1, 1):
        inbox.put_packet(Packet(0, 0, sensor, Channel.DATA, 0, b""))
    inbox.put_packet(Packet(0, 0, 1, Channel.DATA, 0, b""))
    inbox.take_all()
    waiting[0] = 3
    for sensor in (0, 1):
        inbox.put_packet(Packet(0, 0, sensor, Channel.DATA, 0, b""))
    inbox.put_packet(Packet(0, 0, 0, Channel.INFO, 0, b""))
    assert (len(inbox), inbox.most, inbox.dropped) == (1, 4, 3)
    assert inbox.dropped_of == {0: 1, 1: 2}
