"""The Capture2Go driver: its scripts, and what it hears; all packets here are synthetic."""

from __future__ import annotations

import random

import numpy as np
import pytest

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.heard import BadPacket, ClockEcho, Notice, Samples, SensorFacts, Status
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.model.script import Ask, Now, Subscribe, Write
from pfp_sensors.sensors import capture2go as wire
from pfp_sensors.sensors import capture2go_payloads as payloads
from pfp_sensors.sensors.capture2go import Frame, Header
from pfp_sensors.sensors.capture2go_driver import TRAITS, Capture2GoDriver
from pfp_sensors.sensors.driver import Wish

INFO = payloads.encode_device_info(payloads.DeviceInfo(1, "ab1234", "r2", "f1", "1.0", "2026-01-01"))


def frame(header: int, payload: bytes = b"") -> bytes:
    return wire.encode_frame(header, payload)


def status(state: int) -> bytes:
    said = payloads.DeviceStatus(7, state, 2, (0, 0, 0), False, 80, False, 90)
    return frame(Header.STATUS, payloads.encode_status(said))


def mode_answer(rate_hz: float | None = 200.0) -> bytes:
    return frame(Header.MODE, payloads.encode_mode(payloads.MeasurementMode(rate_hz)))


def samples_frame(number: int, rate_hz: float = 200.0, flags: int = 0) -> bytes:
    numbers = np.random.default_rng(number).integers(-(2**15), 2**15, (2, 8, 3)).astype(np.int16)
    packed = payloads.encode_packed(payloads.PackedSamples(rate_hz, number * 40_000_000, *numbers, flags))
    return frame(packed.header, packed.payload)


class FakeSensor:
    """Answers commands as the protocol document says; ``state`` as in `payloads.State`."""

    def __init__(self, state: int = payloads.State.IDLE, protocol: int = 1) -> None:
        self.state, self.protocol = state, protocol
        self.written: list[int] = []
        self.silent: set[int] = set()

    def answer(self, value: bytes) -> bytes | None:
        asked = wire.decode_frame(value)
        self.written.append(asked.header)
        if asked.header in self.silent:
            return None
        match asked.header:
            case Header.GET_STATUS:
                return status(self.state)
            case Header.GET_DEVICE_INFO:
                info = payloads.DeviceInfo(self.protocol, "ab1234", "r2", "f1", "1.0", "2026-01-01")
                return frame(Header.DEVICE_INFO, payloads.encode_device_info(info))
            case Header.SET_MODE:
                return frame(Header.MODE, asked.payload)
            case Header.CLOCK_ECHO:
                t1, _, _ = payloads.decode_echo(asked.payload)
                return frame(Header.CLOCK_ECHO, payloads.encode_echo(t1, 100, 200))
            case Header.STOP_AND_CLEAR | Header.STOP_STREAMING | Header.START_STREAMING:
                return frame(asked.header + 1)
        raise AssertionError(f"unexpected command {asked.header:04X}")


def run(script, sensor: FakeSensor, heard: list[bytes] | None = None, cut: int | None = None):
    """Do a script's steps against a fake sensor; ``cut`` tears each answer over two notifications."""
    steps, outcome, now_ns = [], None, 10
    try:
        while True:
            step = script.send(outcome)
            steps.append(step)
            outcome = None
            if isinstance(step, Now):
                now_ns += 1000
                outcome = now_ns
            elif isinstance(step, Ask):
                answer = sensor.answer(step.value)
                while answer is None:
                    step = script.throw(NoAnswerError("silent"))
                    steps.append(step)
                    assert isinstance(step, Ask)
                    answer = sensor.answer(step.value)
                pieces = [answer[:cut], answer[cut:]] if cut else [answer]
                values = [wire.pack_notification((), piece) for piece in pieces]
                assert [step.accept(value) for value in values] == [False] * (len(values) - 1) + [True]
                outcome = values[-1]
                if heard is not None:
                    heard += values
    except StopIteration:
        return steps


def packet(payload: bytes, ns: int = 0, segment: int = 0, channel: Channel = Channel.DATA) -> Packet:
    return Packet(ns, ns, 0, channel, segment, payload)


def feed(driver: Capture2GoDriver, *frames: bytes, segment: int = 0):
    return driver.feed(packet(wire.pack_notification((), b"".join(frames)), segment=segment))


@pytest.fixture
def ready() -> Capture2GoDriver:
    """Return a driver that has its facts."""
    driver = Capture2GoDriver()
    assert isinstance(feed(driver, frame(Header.DEVICE_INFO, INFO), mode_answer())[-1], SensorFacts)
    return driver


# --- scripts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [None, 3, 7])
def test_start_asks_in_the_right_order_and_feeding_the_answers_gives_facts(cut):
    driver, sensor, values = Capture2GoDriver(), FakeSensor(), []
    steps = run(driver.start(), sensor, values, cut)
    assert isinstance(steps[0], Subscribe)
    assert sensor.written == [
        Header.GET_STATUS,
        Header.GET_DEVICE_INFO,
        Header.SET_MODE,
        *[Header.CLOCK_ECHO] * 8,
        Header.START_STREAMING,
    ]
    heard = [item for value in values for item in driver.feed(packet(value))]
    facts = [item for item in heard if isinstance(item, SensorFacts)]
    assert len(facts) == 1
    assert (facts[0].rate_hz, facts[0].acc_scale_g, facts[0].acc_range_g) == (200.0, 16 / 32768, 16.0)
    assert facts[0].gyr_scale_dps == 2000 / 32768
    assert [(e.t1_ns, e.t2_ns, e.t3_ns) for e in heard if isinstance(e, ClockEcho)] == [
        (10 + 1000 * (i + 1), 100, 200) for i in range(8)
    ]


def test_a_streaming_sensor_is_stopped_and_cleared_first():
    sensor = FakeSensor(payloads.State.STREAMING)
    run(Capture2GoDriver().start(), sensor)
    assert sensor.written[:3] == [Header.GET_STATUS, Header.STOP_AND_CLEAR, Header.GET_DEVICE_INFO]


def test_a_sensor_too_busy_to_say_its_state_is_stopped_and_cleared():
    sensor = FakeSensor()
    sensor.silent = {Header.GET_STATUS}
    run(Capture2GoDriver().start(), sensor)
    assert sensor.written[:2] == [Header.GET_STATUS, Header.STOP_AND_CLEAR]


def test_a_sensor_that_records_to_its_memory_is_left_alone():
    sensor = FakeSensor(payloads.State.RECORDING)
    with pytest.raises(SensorError, match="own memory"):
        run(Capture2GoDriver().start(), sensor)
    assert sensor.written == [Header.GET_STATUS]


def test_another_protocol_is_refused():
    with pytest.raises(SensorError, match="version 2"):
        run(Capture2GoDriver().start(), FakeSensor(protocol=2))


@pytest.mark.parametrize("wish", [Wish(rate_hz=150), Wish(acc_range_g=32), Wish(gyr_range_dps=500)])
def test_a_wish_it_cannot_fulfil_is_refused(wish):
    with pytest.raises(SensorError):
        run(Capture2GoDriver(wish).start(), FakeSensor())


def test_a_fault_as_an_answer_is_an_error_that_names_it():
    script = Capture2GoDriver().start()
    next(script)
    script.send(None)
    fault = frame(Header.FAULT, payloads.encode_fault(0xFC, Header.GET_STATUS))
    with pytest.raises(SensorError, match="frame_error"):
        script.send(wire.pack_notification((), fault))


def test_keep_alive_sends_the_hosts_clock():
    steps = run(Capture2GoDriver().keep_alive(), FakeSensor())
    assert isinstance(steps[1], Write)
    sent = wire.decode_frame(steps[1].value)
    assert (sent.header, payloads.decode_echo(sent.payload)) == (Header.CLOCK_ECHO, (1010, 0, 0))


def test_stop_asks_to_stop_and_clears_where_no_answer_comes():
    sensor = FakeSensor()
    run(Capture2GoDriver().stop(), sensor)
    sensor.silent = {Header.STOP_STREAMING}
    run(Capture2GoDriver().stop(), sensor)
    assert sensor.written == [Header.STOP_STREAMING, Header.STOP_STREAMING, Header.STOP_AND_CLEAR]


# --- packets ------------------------------------------------------------------------------------------


def test_samples_come_out_with_their_time_and_the_packet_that_completed_them(ready):
    whole = samples_frame(5)
    assert ready.feed(packet(wire.pack_notification((), whole[:60]), ns=1)) == []
    (heard,) = ready.feed(packet(wire.pack_notification((), whole[60:]), ns=2))
    assert isinstance(heard, Samples)
    assert (heard.host_mono_ns, heard.device_ns, heard.index, heard.seq) == (2, 200_000_000, None, None)
    sent = payloads.decode_packed(wire.decode_frame(whole))
    np.testing.assert_array_equal(heard.acc, sent.acc)
    np.testing.assert_array_equal(heard.gyr, sent.gyr)


def test_real_time_frames_are_heard_amid_a_torn_frame(ready):
    whole = samples_frame(1)
    echo = Frame(Header.CLOCK_ECHO, payloads.encode_echo(1, 2, 3))
    assert ready.feed(packet(wire.pack_notification((), whole[:30]))) == []
    first, second = ready.feed(packet(wire.pack_notification([echo], whole[30:]), ns=9))
    assert first == ClockEcho(9, 0, 1, 2, 3)
    assert isinstance(second, Samples)


def test_without_device_info_and_mode_no_samples():
    for learnt in ([], [frame(Header.DEVICE_INFO, INFO)], [mode_answer()]):
        driver = Capture2GoDriver()
        heard = feed(driver, frame(Header.STREAMING_STARTED), *learnt, samples_frame(1))
        assert not any(isinstance(item, Samples | SensorFacts) for item in heard)
        assert isinstance(heard[-1], BadPacket)


def test_samples_at_another_rate_than_the_mode_are_not_taken(ready):
    assert isinstance(feed(ready, samples_frame(1, rate_hz=100.0))[0], BadPacket)


def test_after_a_reconnect_all_is_dropped_until_the_buffer_is_cleared(ready):
    old, new = samples_frame(1), samples_frame(2)
    heard = feed(ready, samples_frame(0)[40:], old, segment=1)
    assert [type(item) for item in heard] == [Notice, Notice]
    assert [item.code for item in heard] == ["stale_bytes", "stale_samples"]
    heard = feed(ready, old[:50], frame(Header.STOPPED_AND_CLEARED), new, segment=1)
    assert [item.device_ns for item in heard if isinstance(item, Samples)] == [80_000_000]


def test_no_frame_is_made_of_two_connections(ready):
    whole = samples_frame(1)
    assert feed(ready, whole[:60]) == []
    heard = feed(ready, whole[60:], segment=1)
    assert "stale_samples" not in [item.code for item in heard]


def test_whole_frames_after_a_damaged_real_time_frame_are_heard(ready):
    echo = bytearray(frame(Header.CLOCK_ECHO, payloads.encode_echo(1, 2, 3)))
    echo[20] ^= 1
    bad, skipped, samples = ready.feed(packet(b"\xfe" + bytes(echo) + samples_frame(1)))
    assert (type(bad), type(skipped), type(samples)) == (BadPacket, BadPacket, Samples)


def test_status_and_faults(ready):
    said, fault = feed(ready, status(2), frame(Header.FAULT, payloads.encode_fault(0xFE, 0xFFFF)))
    assert said == Status(0, 0, device_ns=7, battery_percent=80, charging=False)
    assert fault == Notice(0, 0, "sensor_send_buffer_full")


def test_each_error_flag_is_a_notice(ready):
    heard = feed(ready, samples_frame(1, flags=0xFF))
    assert [item.code for item in heard[1:]] == [
        "time_gap",
        "gyr_clipped",
        "acc_clipped",
        "mag_clipped",
        "processing_issue",
    ]


def test_a_damaged_frame_gives_a_bad_packet_and_no_samples(ready):
    for at in range(123):
        damaged = bytearray(samples_frame(3))
        damaged[at] ^= 0x40
        heard = [*feed(ready, bytes(damaged)), *feed(ready, samples_frame(4), samples_frame(5))]
        times = [item.device_ns for item in heard if isinstance(item, Samples)]
        assert times == [160_000_000, 200_000_000]
        assert any(isinstance(item, BadPacket) for item in heard)


def test_a_lost_notification_costs_two_frames_at_most(ready):
    whole = b"".join(samples_frame(i) for i in range(30))
    for lost in range(10):
        driver = Capture2GoDriver()
        feed(driver, frame(Header.DEVICE_INFO, INFO), mode_answer())
        heard = []
        for number, at in enumerate(range(0, len(whole), 100)):
            if number != lost:
                heard += driver.feed(packet(wire.pack_notification((), whole[at : at + 100])))
        times = [item.device_ns // 40_000_000 for item in heard if isinstance(item, Samples)]
        assert times == [i for i in range(30) if (i + 1) * 123 <= lost * 100 or i * 123 >= lost * 100 + 100]
        assert len(times) >= 28


def test_garbage_notifications_cost_no_more_than_the_torn_frame(ready):
    numbers = random.Random(5)
    sent, times = 0, []
    for i in range(300):
        whole = samples_frame(i)
        sent += 1
        heard = list(ready.feed(packet(wire.pack_notification((), whole[:70]))))
        if i % 3 == 0:
            heard += ready.feed(packet(numbers.randbytes(numbers.randint(0, 244))))
        heard += ready.feed(packet(wire.pack_notification((), whole[70:])))
        times += [item.device_ns // 40_000_000 for item in heard if isinstance(item, Samples)]
    untouched = [i for i in range(300) if i % 3]
    assert [t for t in times if t % 3] == untouched
    assert len(times) <= sent


def test_ten_thousand_random_and_changed_packets_raise_nothing_and_give_no_wrong_sample(ready):
    numbers = random.Random(7)
    good = [samples_frame(i) for i in range(20)]
    true = {payloads.decode_packed(wire.decode_frame(g)).acc.tobytes() for g in good}
    for _ in range(10_000):
        value = bytearray(
            wire.pack_notification((), numbers.choice(good)) if numbers.random() < 0.8 else b"x" * 90
        )
        for _ in range(numbers.randint(1, 5)):
            value[numbers.randrange(len(value))] = numbers.randrange(256)
        del value[numbers.randint(60, 124) :]
        channel = numbers.choice([*Channel, *[Channel.DATA] * 20])
        heard = ready.feed(packet(bytes(value), segment=numbers.choice([0, 0, 0, 1]), channel=channel))
        assert all(item.acc.tobytes() in true for item in heard if isinstance(item, Samples))


def test_traits():
    assert Capture2GoDriver().traits is TRAITS
    assert (TRAITS.loss, TRAITS.clock, TRAITS.clock_wrap_ns) == ("by_time", "device", None)
    assert Capture2GoDriver().keep_alive_s == 1.0
