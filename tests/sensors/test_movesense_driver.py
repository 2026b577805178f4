"""The Movesense driver: its scripts, and what it hears; all packets here are synthetic."""

from __future__ import annotations

import random

import numpy as np
import pytest

from pfp_sensors.errors import SensorError
from pfp_sensors.model.heard import BadPacket, Notice, Samples, SensorFacts, Status
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.model.script import Ask, Subscribe, Write
from pfp_sensors.sensors import movesense as gsp
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.movesense import Command
from pfp_sensors.sensors.movesense_driver import TRAITS, MovesenseDriver
from pfp_sensors.sensors.movesense_steps import Ref, ref_of_rate

REF = ref_of_rate(208.0)
HELLO = gsp.Hello(1, "250230002214", "Flash", "74-92", "GATT Sensor Data", "2.3.1")
G = 9.80665


class FakeSensor:
    """Answers commands as the protocol document says."""

    def __init__(self, **other_answers: bytes) -> None:
        self.answers = {
            "hello": gsp.encode_hello(Ref.HELLO, HELLO),
            "acc": gsp.encode_response(Ref.ACC_CONFIG, 200, b"\x10"),
            "gyr": gsp.encode_response(Ref.GYR_CONFIG, 200, b"\xd0\x07\0\0"),
            **other_answers,
        }
        self.written: list[tuple[Command, int, str]] = []
        self.no_slot = False

    def answer(self, value: bytes) -> bytes:
        command, ref, data = gsp.decode_command(value)
        path = gsp.decode_path(data)
        self.written.append((command, ref, path))
        match command, path:
            case Command.HELLO, _:
                return self.answers["hello"]
            case Command.GET, gsp.ACC_CONFIG:
                return self.answers["acc"]
            case Command.GET, gsp.GYR_CONFIG:
                return self.answers["gyr"]
            case Command.UNSUBSCRIBE, _:
                self.no_slot = False
        return gsp.encode_response(ref, 507 if self.no_slot else 200)


def run(script, sensor: FakeSensor, heard: list[bytes] | None = None):
    """Do a script's steps against a fake sensor."""
    steps, outcome = [], None
    try:
        while True:
            step = script.send(outcome)
            steps.append(step)
            outcome = None
            if isinstance(step, Write):
                sensor.answer(step.value)
            if isinstance(step, Ask):
                assert not step.accept(samples_value(0))  # samples in between are no answers
                assert not step.accept(b"")
                outcome = sensor.answer(step.value)
                assert step.accept(outcome)
                if heard is not None:
                    heard.append(outcome)
    except StopIteration:
        return steps


def body_of(number: int, count: int = 4) -> bytes:
    both = np.random.default_rng(number).uniform(-50, 50, (2, count, 3)).astype(np.float32)
    return gsp.encode_imu6(gsp.ImuMessage(number, *both))


def samples_value(number: int, count: int = 4, ref: int = REF) -> bytes:
    (value,) = gsp.split_message(ref, body_of(number, count), 240)
    return value


def packet(payload: bytes, ns: int = 0, segment: int = 0, channel: Channel = Channel.DATA) -> Packet:
    return Packet(ns, ns, 0, channel, segment, payload)


def learn(driver: MovesenseDriver, segment: int = 0) -> list:
    sensor = FakeSensor()
    answers = [sensor.answers["acc"], sensor.answers["gyr"], gsp.encode_response(REF, 200)]
    return [item for value in answers for item in driver.feed(packet(value, segment=segment))]


@pytest.fixture
def ready() -> MovesenseDriver:
    """Return a driver that has its facts and knows its messages to be whole."""
    driver = MovesenseDriver()
    assert [type(item) for item in learn(driver)] == [SensorFacts]
    for number in range(3):
        driver.feed(packet(samples_value(number)))
    return driver


def times(heard) -> list[int]:
    return [item.device_ns // 10**6 for item in heard if isinstance(item, Samples)]


# --- scripts ------------------------------------------------------------------------------------------


def test_start_asks_in_the_right_order_and_feeding_the_answers_gives_facts():
    driver, sensor, values = MovesenseDriver(), FakeSensor(), []
    steps = run(driver.start(), sensor, values)
    assert isinstance(steps[0], Subscribe)
    assert sensor.written == [
        (Command.HELLO, Ref.HELLO, ""),
        (Command.GET, Ref.ACC_CONFIG, "/Meas/Acc/Config"),
        (Command.GET, Ref.GYR_CONFIG, "/Meas/Gyro/Config"),
        (Command.SUBSCRIBE, 0x63, "/Meas/IMU6/208"),
        (Command.GET, Ref.BATTERY, "/System/Energy/Level"),
    ]
    facts = [item for value in values for item in driver.feed(packet(value))]
    assert facts == [
        SensorFacts(208.0, 1 / G, 1.0, 16.0, 2000.0, pytest.approx(16 * G, rel=0.01), pytest.approx(1990))
    ]


@pytest.mark.parametrize("rate_hz", [13, 104, 416, 1666])
def test_the_rate_wished_for_stands_in_path_and_facts(rate_hz):
    driver, sensor, values = MovesenseDriver(Wish(rate_hz=rate_hz)), FakeSensor(), []
    run(driver.start(), sensor, values)
    assert sensor.written[3][2] == f"/Meas/IMU6/{rate_hz}"
    assert [item.rate_hz for value in values for item in driver.feed(packet(value))] == [rate_hz]


@pytest.mark.parametrize(
    "hello",
    [
        bytes([1, Ref.HELLO]) + b"Hello",
        gsp.encode_hello(Ref.HELLO, gsp.Hello(1, "1", "Flash", "a", "Offline sample app", "1")),
    ],
)
def test_another_app_is_refused_before_anything_else_is_sent(hello):
    sensor = FakeSensor(hello=hello)
    with pytest.raises(SensorError, match="Another app"):
        run(MovesenseDriver().start(), sensor)
    assert len(sensor.written) == 1


@pytest.mark.parametrize(
    ("wish", "answers"),
    [
        (Wish(rate_hz=200), {}),
        (Wish(acc_range_g=8), {}),
        (Wish(gyr_range_dps=500), {}),
        (Wish(), {"acc": gsp.encode_response(Ref.ACC_CONFIG, 429)}),
        (Wish(), {"acc": gsp.encode_response(Ref.ACC_CONFIG, 200)}),
        (Wish(), {"gyr": gsp.encode_response(Ref.GYR_CONFIG, 200, b"\x07")}),
    ],
)
def test_what_it_cannot_do_or_tell_is_an_error(wish, answers):
    with pytest.raises(SensorError) as raised:
        run(MovesenseDriver(wish).start(), FakeSensor(**answers))
    assert "Movesense" in raised.value.message


def test_a_subscription_left_over_is_ended_and_asked_for_again():
    sensor = FakeSensor()
    sensor.no_slot = True
    run(MovesenseDriver().start(), sensor)
    assert [w[0] for w in sensor.written[3:6]] == [Command.SUBSCRIBE, Command.UNSUBSCRIBE, Command.SUBSCRIBE]


def test_stop_ends_the_subscription_under_its_own_reference():
    sensor = FakeSensor()
    run(MovesenseDriver().stop(), sensor)
    assert sensor.written == [(Command.UNSUBSCRIBE, 0x63, "")]


def test_the_battery_is_asked_for_once_a_minute(ready):
    (step,) = run(ready.keep_alive(), FakeSensor())
    assert isinstance(step, Write)
    assert ready.keep_alive_s == 60.0
    assert ready.feed(packet(gsp.encode_response(Ref.BATTERY, 200, b"\x57"), ns=3)) == (
        Status(3, 0, battery_percent=87),
    )


# --- packets ------------------------------------------------------------------------------------------


def test_samples_come_out_as_sent(ready):
    (heard,) = ready.feed(packet(samples_value(77), ns=5, channel=Channel.CONTROL))
    sent = gsp.decode_imu6(body_of(77))
    assert (heard.host_mono_ns, heard.device_ns, heard.seq, heard.index) == (5, 77_000_000, None, None)
    np.testing.assert_array_equal(heard.acc, sent.acc)
    np.testing.assert_array_equal(heard.gyr, sent.gyr)
    assert heard.acc.dtype == np.float32


def test_cut_messages_come_out_with_the_time_of_their_end():
    driver, heard = MovesenseDriver(), []
    learn(driver)
    for number in range(5):
        for half, value in enumerate(gsp.split_message(REF, body_of(number, 8), 156)):
            heard += driver.feed(packet(value, ns=10 * number + half))
    assert times(heard) == [0, 1, 2, 3, 4]
    assert [item.host_mono_ns for item in heard] == [1, 11, 21, 31, 41]
    np.testing.assert_array_equal(heard[3].gyr, gsp.decode_imu6(body_of(3, 8)).gyr)


def test_the_last_message_is_not_held_for_ever():
    driver = MovesenseDriver()
    learn(driver)
    assert driver.feed(packet(samples_value(1))) == ()
    assert times(driver.feed(packet(gsp.encode_response(REF, 200)))) == [1]


def test_without_both_ranges_no_samples():
    for name in ("acc", "gyr"):
        driver = MovesenseDriver()
        driver.feed(packet(FakeSensor().answers[name]))
        heard = [item for i in range(4) for item in driver.feed(packet(samples_value(i)))]
        assert {type(item) for item in heard} == {BadPacket}


def test_a_new_connection_has_to_tell_its_ranges_again(ready):
    heard = [item for i in range(4) for item in ready.feed(packet(samples_value(i), segment=1))]
    assert {type(item) for item in heard} == {BadPacket}
    assert [type(item) for item in learn(ready, segment=2)] == [SensorFacts]


def test_samples_of_another_rate_or_reference_are_not_taken(ready):
    other = [ready.feed(packet(samples_value(i, ref=ref_of_rate(104.0)))) for i in range(3)]
    assert {type(item) for heard in other for item in heard} == {BadPacket}
    assert ready.feed(packet(samples_value(1, ref=1))) == (Notice(0, 0, "unknown_packet"),)


def test_an_orphan_continuation_is_a_notice(ready):
    assert ready.feed(packet(bytes([3, REF]) + bytes(24))) == (Notice(0, 0, "orphan_continuation"),)


def test_refusals_are_notices_and_wrong_answers_bad_packets(ready):
    assert ready.feed(packet(gsp.encode_response(Ref.BATTERY, 429))) == (Notice(0, 0, "refused_429"),)
    for value in (gsp.encode_response(Ref.BATTERY, 200, b"\xff"), b"\x01", b"\x09\x09", b"\x01\x50Hello"):
        assert isinstance(ready.feed(packet(value))[0], BadPacket)


def test_impossible_samples_are_a_bad_packet(ready):
    body = gsp.encode_imu6(gsp.ImuMessage(1, np.full((4, 3), 21 * G), np.zeros((4, 3))))
    assert isinstance(ready.feed(packet(bytes([2, REF]) + body))[0], BadPacket)


@pytest.mark.parametrize("count", [4, 8])
def test_garbage_and_lost_notifications_cost_the_message_they_touch_and_no_other(count):
    numbers = random.Random(count)
    driver, heard, touched = MovesenseDriver(), [], set()
    learn(driver)
    for number in range(400):
        for value in gsp.split_message(REF, body_of(number, count), 156):
            if number > 3 and numbers.random() < 0.05:
                touched.add(number)
                continue
            heard += driver.feed(packet(value))
            if numbers.random() < 0.2:
                garbage = numbers.randbytes(numbers.randint(0, 60))
                if garbage[1:2] != bytes([REF]):  # no end of its own can be told from a false one
                    heard += driver.feed(packet(garbage))
    heard += driver.feed(packet(gsp.encode_response(REF, 200)))
    untouched = [n for n in range(400) if n not in touched]
    assert len(touched) > 10
    assert times(heard) == untouched


def test_ten_thousand_random_and_changed_packets_raise_nothing(ready):
    numbers = random.Random(11)
    for _ in range(10_000):
        value = bytearray(samples_value(1) if numbers.random() < 0.6 else numbers.randbytes(40))
        for _ in range(numbers.randint(1, 4)):
            value[numbers.randrange(len(value))] = numbers.randrange(256)
        del value[numbers.randint(0, len(value)) :]
        channel = numbers.choice([*Channel, *[Channel.DATA] * 20])
        for item in ready.feed(packet(bytes(value), segment=numbers.choice([0, 0, 1]), channel=channel)):
            if isinstance(item, Samples):
                assert np.isfinite(item.acc).all()
                assert np.abs(item.acc).max() <= 1.25 * 16 * G


def test_traits():
    assert MovesenseDriver().traits is TRAITS
    assert (TRAITS.loss, TRAITS.clock) == ("by_time", "device")
    assert TRAITS.clock_wrap_ns == 2**32 * 10**6
