"""Movesense's bytes: the messages of the specification and captured ones, round trips, joined messages."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.sensors import movesense as gsp
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.movesense import Command, Part, Response
from pfp_sensors.sensors.movesense_joiner import Joined, Joiner, Orphan, Torn

# Golden bytes of the specification.
GOLDEN_SUBSCRIBE = bytes.fromhex("01 63") + b"/Meas/IMU6/208" + bytes.fromhex("00")
GOLDEN_DATA = bytes.fromhex(
    "02 63 40 E2 01 00 00 00 00 3F 00 00 80 BF 00 00 1D 41 00 00 20 41 00 00 A0 C1 00 00 80 3E"
)
# A resting sensor's /Meas/IMU9/52, captured by sokolmarek/movesense-commander (layouts.hardware.test.ts); its
# third array, the magnetometer, is left out: what is left is the layout of IMU6.
CAPTURED_IMU9_WITHOUT_MAGNETOMETER = bytes.fromhex(
    "15 9e 01 00 5c 6e 61 bd 56 d2 9c bd 8c 2a 1d c1 ee 54 e6 bd cc d5 fe bc 8c 2a 1d c1"
    "c9 87 dc bd 31 05 13 bd 27 3e 1d c1 cc d5 fe bd ec 06 44 bd f7 a9 1d c1"
    "48 e1 fa 3f 8f c2 25 c0 c3 f5 68 3f 66 66 06 40 cd cc 1c c0 3e 0a 57 3f"
    "85 eb 01 40 cd cc 1c c0 3e 0a 57 3f 66 66 06 40 ae 47 21 c0 b8 1e 45 3f"
)

f32 = st.floats(-300, 300, width=32)
triples = st.integers(1, 9).flatmap(
    lambda n: st.lists(st.lists(f32, min_size=3, max_size=3), min_size=2 * n, max_size=2 * n)
)
refs = st.integers(1, 255)
texts = st.text(st.characters(codec="ascii", min_codepoint=32), max_size=12)


def parts(ref: int, body: bytes, room: int) -> list[Part]:
    heard = [gsp.decode_notification(value) for value in gsp.split_message(ref, body, room)]
    assert all(isinstance(part, Part) for part in heard)
    return heard


# --- golden bytes -----------------------------------------------------------------------------------


def test_golden_subscribe():
    assert gsp.decode_command(GOLDEN_SUBSCRIBE) == (Command.SUBSCRIBE, 0x63, b"/Meas/IMU6/208\0")
    path = gsp.encode_path(gsp.imu6_path(208.0))
    assert gsp.encode_command(Command.SUBSCRIBE, 0x63, path) == GOLDEN_SUBSCRIBE


def test_golden_data():
    part = gsp.decode_notification(GOLDEN_DATA)
    assert isinstance(part, Part)
    assert (part.ref, part.number) == (0x63, 0)
    message = gsp.decode_imu6(part.body)
    assert message.device_ms == 123456
    assert message.acc.tolist() == [[0.5, -1.0, 9.8125]]
    assert message.gyr.tolist() == [[10.0, -20.0, 0.25]]
    assert message.acc.dtype == message.gyr.dtype == np.float32


def test_captured_samples_lie_array_by_array_without_a_count():
    message = gsp.decode_imu6(CAPTURED_IMU9_WITHOUT_MAGNETOMETER)
    assert message.device_ms == 106005
    assert message.acc.shape == (4, 3)
    np.testing.assert_allclose(message.acc[:, 2], -9.82, atol=0.05)  # gravity
    assert np.abs(message.gyr).max() < 5  # at rest


# --- round trips ------------------------------------------------------------------------------------


@given(ms=st.integers(0, 2**32 - 1), numbers=triples)
def test_samples_come_back_as_they_were(ms, numbers):
    both = np.array(numbers, np.float32).reshape(2, -1, 3)
    heard = gsp.decode_imu6(gsp.encode_imu6(gsp.ImuMessage(ms, *both)))
    assert heard.device_ms == ms
    np.testing.assert_array_equal(heard.acc, both[0])
    np.testing.assert_array_equal(heard.gyr, both[1])


@given(st.sampled_from(Command), refs, st.binary(max_size=40))
def test_a_command_comes_back_as_it_was(command, ref, data):
    assert gsp.decode_command(gsp.encode_command(command, ref, data)) == (command, ref, data)


@given(refs, st.integers(0, 999), st.binary(max_size=40))
def test_a_response_comes_back_as_it_was(ref, status, data):
    heard = gsp.decode_notification(gsp.encode_response(ref, status, data))
    assert isinstance(heard, Response)
    assert (heard.ref, heard.status, heard.data) == (ref, status, data)


def test_the_sample_apps_own_way_to_say_507_is_understood():
    heard = gsp.decode_notification(bytes.fromhex("01 63 01 FB"))
    assert isinstance(heard, Response)
    assert heard.status == 507


@given(refs, st.integers(1, 31), st.tuples(texts, texts, texts, texts, texts))
def test_hello_comes_back_as_it_was(ref, protocol, five):
    hello = gsp.Hello(protocol, *five)
    heard = gsp.decode_notification(gsp.encode_hello(ref, hello))
    assert isinstance(heard, Response)
    assert gsp.decode_hello(heard.body) == hello


@pytest.mark.parametrize(("data", "found"), [("10", 16.0), ("08", 8.0), ("1000", 16.0), ("10000000", 16.0)])
def test_a_range_is_read_whatever_its_width(data, found):
    assert gsp.decode_range(bytes.fromhex(data), gsp.ACC_RANGES_G) == found


@pytest.mark.parametrize("data", ["", "03", "100000", "1010", "ff"])
def test_a_range_that_is_none_is_not_guessed(data):
    with pytest.raises(CodecError):
        gsp.decode_range(bytes.fromhex(data), gsp.ACC_RANGES_G)


def test_the_gyroscopes_range():
    assert gsp.decode_range(bytes.fromhex("d007"), gsp.GYR_RANGES_DPS) == 2000.0


# --- damage -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"Hello", b"\x01only\0three\0texts", b"\0a\0b\0c\0d\0e\0"])
def test_hello_of_another_app_is_refused(body):
    with pytest.raises(CodecError, match="HELLO"):
        gsp.decode_hello(body)


@pytest.mark.parametrize("size", [0, 3, 4, 27, 29, 51])
def test_a_message_of_the_wrong_length_is_refused(size):
    with pytest.raises(CodecError):
        gsp.decode_imu6(bytes(size))


def test_a_number_that_is_none_is_refused():
    with pytest.raises(CodecError, match="finite"):
        gsp.decode_imu6(bytes(4) + bytes.fromhex("0000c07f") + bytes(20))


def test_what_cannot_be_sent_is_refused():
    with pytest.raises(CodecError, match="255"):
        gsp.encode_command(Command.GET, 0)
    with pytest.raises(CodecError, match="three"):
        gsp.split_message(1, bytes(100), 20)


def test_ten_thousand_random_and_changed_values_raise_nothing_but_codec_errors():
    numbers = random.Random(3)
    joiner = Joiner()
    for _ in range(10_000):
        value = bytearray(GOLDEN_DATA if numbers.random() < 0.5 else numbers.randbytes(60))
        for _ in range(numbers.randint(1, 3)):
            value[numbers.randrange(len(value))] = numbers.randrange(256)
        value = bytes(value[: numbers.randint(0, len(value))])
        for decode in (
            gsp.decode_notification,
            gsp.decode_command,
            gsp.decode_hello,
            gsp.decode_imu6,
            lambda data: gsp.decode_range(data[:4], gsp.ACC_RANGES_G),
            lambda data: Response(1, data).status,
        ):
            try:
                heard = decode(value)
            except CodecError:
                continue
            if isinstance(heard, Part):
                joiner.add(heard, 0)


# --- joined messages --------------------------------------------------------------------------------


@given(room=st.integers(66, 260), samples=st.integers(1, 8), messages=st.integers(1, 12))
def test_cut_messages_are_joined_again(room, samples, messages):
    joiner, sent = Joiner(), [bytes([i]) * (4 + 24 * samples) for i in range(messages)]
    heard = [item for body in sent for part in parts(5, body, room) for item in joiner.add(part, 0)]
    heard += joiner.flush()
    bodies = [item.body for item in heard if isinstance(item, Joined)]
    if (4 + 24 * samples) % room:
        assert bodies == sent
    else:  # nothing tells the end of a message that fills its notifications but the beginning of the next
        assert all(body in sent for body in bodies)


def test_short_messages_are_passed_on_at_once_after_two_have_shown_that_they_are_whole():
    joiner, body = Joiner(), bytes(52)
    waits = [len(joiner.add(Part(1, 0, body), i)) for i in range(5)]
    assert waits == [0, 0, 3, 1, 1]


def test_the_time_of_a_message_is_that_of_its_last_part():
    first, second = parts(1, bytes(196), 156)
    joiner = Joiner()
    assert joiner.add(first, 10) == []
    assert joiner.add(second, 20) == [Joined(20, bytes(196))]


def test_a_beginning_without_its_end_is_named_as_soon_as_the_next_begins():
    first, second = parts(1, bytes(196), 156)
    joiner = Joiner()
    joiner.add(first, 0)
    joiner.add(second, 0)
    joiner.add(first, 0)
    assert joiner.add(first, 0) == [Torn(156)]


def test_an_orphan_continuation_is_dropped_and_named():
    first, second = parts(1, bytes(196), 156)
    joiner = Joiner()
    assert joiner.add(second, 0) == [Orphan()]
    joiner.add(first, 0)
    assert joiner.add(Part(1, 2, b"late"), 0) == [Torn(156), Orphan()]
    joiner.clear()
    assert joiner.add(second, 0) == [Orphan()]


@given(lost=st.integers(0, 18), room=st.sampled_from([100, 120, 156, 180]))
def test_a_lost_notification_costs_the_message_it_belonged_to_and_no_other(lost, room):
    joiner, sent = Joiner(), [bytes([i]) * 196 for i in range(12)]
    every = [part for body in sent for part in parts(1, body, room)]
    heard = []
    for number, part in enumerate(every):
        if number != lost:
            heard += joiner.add(part, 0)
    bodies = [item.body for item in [*heard, *joiner.flush()] if isinstance(item, Joined)]
    allowed = [body for body in sent if body[0] != lost // 2]
    assert bodies == allowed
