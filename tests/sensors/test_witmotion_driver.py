"""A WitMotion as a sensor of a recording: rate read back or asked, frames in step, battery."""

from __future__ import annotations

import random
import struct

import pytest
from dialogue import Dialogue, packet

from pfp_sensors.errors import SensorError
from pfp_sensors.model.heard import BadPacket, Notice, Samples, SensorFacts, Status
from pfp_sensors.model.packets import Channel
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.witmotion_driver import TRAITS, WitMotionDriver


def registers(first: int, value: int) -> bytes:
    return b"\x55\x71" + struct.pack("<H8h", first, value, *[0] * 7)


def motion(number: int) -> bytes:
    return b"\x55\x61" + struct.pack("<9h", number, -number, 2048, 10, 20, 30, 0, 0, 0)


def answering(command: bytes) -> list[bytes]:
    if command == b"\xff\xaa\x27\x03\x00":
        return [registers(3, 0x0B)]
    return [registers(0x64, 391)] if command == b"\xff\xaa\x27\x64\x00" else []


def mute(_: bytes) -> list[bytes]:
    return []


def started(reply=answering, **options) -> tuple[WitMotionDriver, Dialogue, list]:
    driver, talk = WitMotionDriver(**options), Dialogue(reply, Channel.DATA)
    talk.play(driver.start())
    said = [*talk.packets, packet(motion(0)), packet(motion(1))]
    return driver, talk, [heard for one in said for heard in driver.feed(one)]


def test_nothing_is_saved_unless_asked() -> None:
    _, talk, _ = started()
    assert [c.hex() for c in talk.written] == ["ffaa6988b5", "ffaa030b00", "ffaa270300", "ffaa276400"]
    _, talk, _ = started(save=True)
    assert [c.hex() for c in talk.written][1:3] == ["ffaa030b00", "ffaa000000"]


def test_facts_come_from_the_rate_read_back() -> None:
    _, _, heard = started()
    (facts,) = [one for one in heard if isinstance(one, SensorFacts)]
    assert facts.rate_hz == 200
    assert facts.acc_scale_g == 16 / 32768
    assert facts.gyr_scale_dps == 2000 / 32768
    assert facts.acc_clip == 32767
    assert Status(0, 0, battery_mv=3910) in heard


def test_a_sensor_that_does_not_answer_is_taken_at_its_word() -> None:
    _, _, heard = started(mute, wish=Wish(rate_hz=100.0))
    assert [one.rate_hz for one in heard if isinstance(one, SensorFacts)] == [100]


def test_another_rate_read_back_is_refused() -> None:
    with pytest.raises(SensorError, match="reads back rate code 0x8"):
        started(lambda command: [registers(3, 8)] if command[2:4] == b"\x27\x03" else [])


@pytest.mark.parametrize("wish", [Wish(rate_hz=416.0), Wish(acc_range_g=8.0), Wish(gyr_range_dps=500.0)])
def test_what_is_not_offered_is_refused(wish: Wish) -> None:
    with pytest.raises(SensorError, match="it offers"):
        started(wish=wish)


def test_samples_of_one_notification_come_together_with_its_moment() -> None:
    driver, _, _ = started()
    heard = []
    stream = b"".join(motion(number) for number in range(2, 30))
    for at in range(0, len(stream), 100):
        heard += driver.feed(packet(stream[at : at + 100], at_ns=1000 + at))
    pieces = [one for one in heard if isinstance(one, Samples)]
    assert [n for piece in pieces for n in piece.acc[:, 0].tolist()] == list(range(1, 29))
    assert [len(piece.acc) for piece in pieces[1:4]] == [4, 1, 4]
    assert [piece.host_mono_ns for piece in pieces[1:4]] == [1000, 1000, 1100]
    assert pieces[0].gyr is not None
    assert pieces[0].gyr.tolist() == [[10, 20, 30]]
    assert (pieces[0].index, pieces[0].device_ns) == (None, None)


def test_before_facts_nothing_but_a_count() -> None:
    driver = WitMotionDriver()
    heard = [one for number in range(6) for one in driver.feed(packet(motion(number)))]
    assert all(isinstance(one, Notice) and one.code == "before_facts" for one in heard)
    assert sum(one.count for one in heard) == 5


def test_garbage_is_said_and_a_new_connection_starts_clean() -> None:
    driver, _, _ = started()
    heard = list(driver.feed(packet(motion(5) + b"\x01\x02\x03" + motion(6) + motion(7) + motion(8))))
    assert any(isinstance(one, BadPacket) for one in heard)
    assert [n for s in heard if isinstance(s, Samples) for n in s.acc[:, 0].tolist()] == [1, 6, 7]
    again = [one for n in range(5) for one in driver.feed(packet(motion(n), segment=1))]
    assert not any(isinstance(one, Samples) for one in again), "facts end with a connection"


def test_rate_code_that_is_not_known() -> None:
    driver, _, _ = started()
    heard = [one for data in (registers(3, 0x77), motion(2), motion(3)) for one in driver.feed(packet(data))]
    assert any(isinstance(one, BadPacket) for one in heard)
    assert Notice(0, 0, "before_facts", 1) in heard


def test_stop_and_keep_alive() -> None:
    driver, talk = WitMotionDriver(), Dialogue(answering)
    talk.play(driver.stop())
    assert talk.written == []
    talk.play(driver.keep_alive())
    assert [c.hex() for c in talk.written] == ["ffaa276400"]


def test_noise_never_raises() -> None:
    driver, _, _ = started()
    draw = random.Random(11)
    for number in range(11_000):
        data = bytearray(
            draw.choice([motion(number), registers(3, draw.choice([9, 11])), draw.randbytes(30)])
        )
        for _ in range(draw.randrange(3)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        short = bytes(data[: draw.randrange(len(data) + 1)] if draw.random() < 0.2 else data)
        driver.feed(packet(short, draw.choice([Channel.DATA] * 9 + list(Channel))))


def test_traits_say_that_no_left_right_timing_is_possible() -> None:
    assert (TRAITS.clock, TRAITS.loss) == ("host", "not_detectable")
    assert "no left/right timing is possible" in TRAITS.evidence
