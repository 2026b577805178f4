"""The open profile's driver: what it says to a sensor, and what it makes of any packet."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scripted import NOW_NS, ScriptedSensor, heard_packet

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.heard import BadPacket, ClockEcho, Notice, Samples, SensorFacts, Status
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Read, Subscribe
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.open_profile_driver import TRAITS, OpenProfileDriver

if TYPE_CHECKING:
    from collections.abc import Callable

BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
DATA_UUID, CTRL_UUID, INFO_UUID = (f"5ba2000{n}-6f2d-4c1b-9d0a-3f6e8c5a7b10" for n in (1, 2, 3))
BOOT, OTHER_BOOT = 0x1A2B3C4D, 0x55667788


def info_bytes(
    *,
    boot_id: int = BOOT,
    rate_hz: float = 200.0,
    acc_range_g: int = 16,
    flags: int = 1,
    axes: int = 0x3F,
    version: int = 1,
    ring: int = 2000,
) -> bytes:
    """Lay out INFO by hand, field by field."""
    scale = acc_range_g * 9.80665 / 32768
    head = struct.pack("<BBBBfff", version, flags, 11, axes, rate_hz, scale, 2000 / 32768)
    return head + struct.pack("<IIHHhh", boot_id, ring, acc_range_g, 2000, 32767, 32767)


def data_bytes(seq: int, index: int, n: int = 2, t_us: int = 0) -> bytes:
    counts = np.arange(6 * n, dtype="<i2") - 3
    return struct.pack("<BBHII", 0x11, n, seq, index % 2**32, t_us) + counts.tobytes()


def status_bytes(seq: int = 0, boot_id: int = BOOT, flags: int = 1) -> bytes:
    head = struct.pack(
        "<BBHIIIIIIIHHhBB", 0x12, flags, seq, boot_id, 5, 6, 7, 8, 9, 10, 11, 3910, 2150, 87, 0
    )
    assert len(head) == 40
    return head


def start_answer(status: int = 0, boot_id: int = BOOT, first_index: int = 0) -> bytes:
    return struct.pack("<BBII", 0x81, status, boot_id, first_index)


def time_answer(command: bytes, t2_ns: int = 10, t3_ns: int = 20) -> bytes:
    return b"\x83\x00" + command[1:] + struct.pack("<qq", t2_ns, t3_ns)


def good(command: bytes) -> bytes | None:
    """Answer as a sensor of power-up `BOOT` does that takes everything."""
    match command[0]:
        case 1 if len(command) == 9 and command[1:5] != struct.pack("<I", BOOT):
            return start_answer(5)
        case 1:
            return start_answer()
        case 3:
            return time_answer(command)
    return bytes([0x80 | command[0], 0])


def but(op: int, *answers: bytes | None) -> Callable[[bytes], bytes | None]:
    """Answer well, but for one command: so, one after the other, and well again after the last."""
    left = list(answers)
    return lambda command: left.pop(0) if command[0] == op and left else good(command)


def streaming_driver(info: bytes | None = None) -> OpenProfileDriver:
    driver = OpenProfileDriver()
    driver.feed(heard_packet(info or info_bytes(), Channel.INFO))
    return driver


# --- the scripts ----------------------------------------------------------------------------------


def test_first_start_in_the_order_of_the_profile() -> None:
    sensor = ScriptedSensor([info_bytes()], good)
    sensor.play(OpenProfileDriver().start())
    assert sensor.steps[:4] == [
        Read(INFO_UUID, Channel.INFO),
        Subscribe(CTRL_UUID, Channel.CONTROL),
        Subscribe(DATA_UUID, Channel.DATA),
        Subscribe(BATTERY_LEVEL, Channel.BATTERY, optional=True),
    ]
    assert [command[0] for command in sensor.written] == [3] * 8 + [1]
    assert sensor.written[-1] == b"\x01"
    stamps = [struct.unpack("<q", command[1:])[0] for command in sensor.written[:8]]
    assert len(set(stamps)) == 8
    assert max(stamps) == sensor.now_ns
    assert all(
        step.answer_on == step.characteristic == CTRL_UUID for step in sensor.steps if isinstance(step, Ask)
    )


def reconnect(driver: OpenProfileDriver, sensor: ScriptedSensor) -> bytes:
    """Start again, and return the last START that was written."""
    sensor.play(driver.start())
    return [command for command in sensor.written if command[0] == 1][-1]


def test_after_a_lost_link_it_resumes_behind_the_highest_sample_heard() -> None:
    driver = streaming_driver()
    for seq, index in [(0, 588), (1, 590), (0, 588)]:
        driver.feed(heard_packet(data_bytes(seq, index)))
    command = reconnect(driver, ScriptedSensor([info_bytes()], good))
    assert command == bytes.fromhex("01 4D 3C 2B 1A 50 02 00 00")


def test_resume_goes_over_the_wrap_of_the_index() -> None:
    driver = streaming_driver()
    for seq, index in [(0, 2**32 - 3), (1, 2**32 - 1), (0, 2**32 - 3)]:
        driver.feed(heard_packet(data_bytes(seq, index)))
    command = reconnect(driver, ScriptedSensor([info_bytes()], good))
    assert command == bytes.fromhex("01 4D 3C 2B 1A 01 00 00 00")


def test_without_samples_or_ring_it_starts_anew() -> None:
    sensor = ScriptedSensor([info_bytes()], good)
    assert reconnect(streaming_driver(), sensor) == b"\x01"
    driver = streaming_driver(info_bytes(flags=0))
    driver.feed(heard_packet(data_bytes(0, 5)))
    assert reconnect(driver, ScriptedSensor([info_bytes(flags=0)], good)) == b"\x01"


def test_a_sensor_that_rebooted_while_away_is_started_anew() -> None:
    driver = streaming_driver()
    driver.feed(heard_packet(data_bytes(0, 588)))
    sensor = ScriptedSensor([info_bytes(boot_id=OTHER_BOOT)], but(1, start_answer(0, OTHER_BOOT)))
    assert reconnect(driver, sensor) == b"\x01"
    assert sum(command[0] == 1 for command in sensor.written) == 1
    for packet in sensor.said:
        driver.feed(packet)
    (samples,) = driver.feed(heard_packet(data_bytes(0, 4), segment=1))
    assert isinstance(samples, Samples)
    assert samples.boot_id == OTHER_BOOT
    again = ScriptedSensor(
        [info_bytes(boot_id=OTHER_BOOT)], lambda c: start_answer() if c[0] == 1 else good(c)
    )
    assert reconnect(driver, again) == struct.pack("<BII", 1, OTHER_BOOT, 6), (
        "the old boot's index is forgotten"
    )


def test_a_reboot_between_info_and_start_is_started_anew_and_its_info_read_again() -> None:
    driver = streaming_driver()
    driver.feed(heard_packet(data_bytes(0, 588)))
    infos = [info_bytes(), info_bytes(boot_id=OTHER_BOOT)]
    sensor = ScriptedSensor(infos, but(1, start_answer(5, OTHER_BOOT), start_answer(0, OTHER_BOOT)))
    sensor.play(driver.start())
    starts = [command for command in sensor.written if command[0] == 1]
    assert [len(command) for command in starts] == [9, 1]
    assert sum(isinstance(step, Read) for step in sensor.steps) == 2


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (1, "length"),
        (2, "not supported"),
        (3, "wrong state"),
        (4, "too few bytes"),
        (5, "switched off and on"),
        (6, "hardware"),
        (77, "status 77"),
    ],
)
def test_every_refusal_to_start_is_an_error_in_words(status: int, words: str) -> None:
    sensor = ScriptedSensor([info_bytes()], but(1, bytes([0x81, status])))
    with pytest.raises(SensorError, match=words) as caught:
        sensor.play(OpenProfileDriver().start())
    assert caught.value.what_to_do
    assert not isinstance(caught.value, NoAnswerError)


@pytest.mark.parametrize("answer", [b"\x81", b"\x81\x00\x01", start_answer()[:9]])
def test_a_start_answered_with_rubbish_is_an_error(answer: bytes) -> None:
    with pytest.raises(SensorError, match="START"):
        ScriptedSensor([info_bytes()], but(1, answer)).play(OpenProfileDriver().start())


def test_start_without_an_answer_fails_and_clock_without_an_answer_does_not() -> None:
    with pytest.raises(NoAnswerError):
        ScriptedSensor([info_bytes()], but(1, None)).play(OpenProfileDriver().start())
    sensor = ScriptedSensor([info_bytes()], lambda command: None if command[0] == 3 else good(command))
    sensor.play(OpenProfileDriver().start())
    assert [command[0] for command in sensor.written] == [3, 1], "a mute clock does not hold up the start"
    sensor.play(OpenProfileDriver().keep_alive())


def test_a_clock_that_is_refused_does_not_hold_up_the_start() -> None:
    sensor = ScriptedSensor([info_bytes()], lambda command: b"\x83\x02" if command[0] == 3 else good(command))
    sensor.play(OpenProfileDriver().start())
    assert sensor.written[-1] == b"\x01"


def test_keep_alive_asks_for_the_clock_once() -> None:
    sensor = ScriptedSensor([info_bytes()], good)
    driver = OpenProfileDriver()
    sensor.play(driver.keep_alive())
    assert [command[0] for command in sensor.written] == [3]
    assert driver.keep_alive_s == 1.0


@pytest.mark.parametrize(
    "info",
    [info_bytes(version=2), info_bytes(axes=0x38), info_bytes(rate_hz=0), info_bytes()[:20], b""],
)
def test_an_info_that_cannot_be_used_ends_the_start_before_any_command(info: bytes) -> None:
    sensor = ScriptedSensor([info], good)
    with pytest.raises(SensorError, match="INFO"):
        sensor.play(OpenProfileDriver().start())
    assert sensor.written == []


# --- settings -------------------------------------------------------------------------------------

CAN_BE_SET = 3


def test_no_config_where_the_sensor_is_as_wished() -> None:
    sensor = ScriptedSensor([info_bytes(flags=CAN_BE_SET)], good)
    sensor.play(OpenProfileDriver(Wish(rate_hz=200, acc_range_g=16, gyr_range_dps=2000)).start())
    assert 4 not in [command[0] for command in sensor.written]


def test_config_asks_for_the_wish_keeps_the_rest_and_reads_back() -> None:
    infos = [info_bytes(flags=CAN_BE_SET), info_bytes(flags=CAN_BE_SET, rate_hz=416, acc_range_g=32)]
    sensor = ScriptedSensor(infos, good)
    sensor.play(OpenProfileDriver(Wish(rate_hz=416, acc_range_g=32)).start())
    assert sensor.written[0] == struct.pack("<BHHHB", 4, 416, 32, 2000, 11)
    assert sum(isinstance(step, Read) for step in sensor.steps) == 2
    assert sensor.written[-1] == b"\x01"


def test_a_sensor_still_sampling_is_stopped_before_config() -> None:
    infos = [info_bytes(flags=CAN_BE_SET), info_bytes(flags=CAN_BE_SET, rate_hz=416)]
    sensor = ScriptedSensor(infos, but(4, b"\x84\x03"))
    sensor.play(OpenProfileDriver(Wish(rate_hz=416)).start())
    assert [command[0] for command in sensor.written[:3]] == [4, 2, 4]


@pytest.mark.parametrize(
    ("flags", "reply", "words"),
    [
        (1, good, "cannot be set"),
        (CAN_BE_SET, but(4, b"\x84\x02"), "not supported"),
        (CAN_BE_SET, good, "says it is set to 200 Hz"),
    ],
)
def test_a_wish_that_is_not_fulfilled_is_said(
    flags: int, reply: Callable[[bytes], bytes | None], words: str
) -> None:
    sensor = ScriptedSensor([info_bytes(flags=flags)], reply)
    with pytest.raises(SensorError, match=words):
        sensor.play(OpenProfileDriver(Wish(rate_hz=416)).start())
    assert 1 not in [command[0] for command in sensor.written]


# --- stopping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", [(), (None,), (None, b"\x82\x03"), (b"\x82\x03",)])
def test_stop_is_clean_when_the_sensor_stopped_or_was_stopped(answers: tuple[bytes | None, ...]) -> None:
    sensor = ScriptedSensor([info_bytes()], but(2, *answers))
    sensor.play(OpenProfileDriver().stop())
    assert set(sensor.written) == {b"\x02"}


def test_stop_says_when_the_sensor_refused_or_stayed_silent() -> None:
    with pytest.raises(SensorError, match="refused to stop"):
        ScriptedSensor([info_bytes()], but(2, b"\x82\x06")).play(OpenProfileDriver().stop())
    silent = ScriptedSensor([info_bytes()], but(2, None, None))
    with pytest.raises(NoAnswerError):
        silent.play(OpenProfileDriver().stop())
    assert silent.written == [b"\x02"] * 2


# --- packets --------------------------------------------------------------------------------------


def test_facts_are_those_of_info() -> None:
    (facts,) = OpenProfileDriver().feed(heard_packet(info_bytes(acc_range_g=32), Channel.INFO))
    assert isinstance(facts, SensorFacts)
    assert facts.acc_scale_g == pytest.approx(32 / 32768, rel=1e-6)
    assert facts.gyr_scale_dps == pytest.approx(2000 / 32768)
    assert (facts.rate_hz, facts.acc_range_g, facts.gyr_range_dps) == (200, 32, 2000)
    assert (facts.acc_clip, facts.gyr_clip, facts.boot_id, facts.ring_samples) == (32767, 32767, BOOT, 2000)


def test_samples_as_sent() -> None:
    driver = streaming_driver()
    (samples,) = driver.feed(heard_packet(data_bytes(65535, 2**32 - 1, t_us=2**32 - 1), segment=3))
    assert isinstance(samples, Samples)
    assert (samples.seq, samples.index, samples.device_ns) == (65535, 2**32 - 1, (2**32 - 1) * 1000)
    assert (samples.boot_id, samples.link_segment, samples.host_mono_ns) == (BOOT, 3, NOW_NS)
    assert samples.acc.tolist() == [[-3, -2, -1], [3, 4, 5]]
    assert samples.gyr is not None
    assert samples.gyr.tolist() == [[0, 1, 2], [6, 7, 8]]
    assert samples.acc.dtype == samples.gyr.dtype == np.int16


def test_without_gyroscope_its_columns_are_left_out() -> None:
    driver = OpenProfileDriver()
    (facts,) = driver.feed(heard_packet(info_bytes(axes=7), Channel.INFO))
    (samples,) = driver.feed(heard_packet(data_bytes(0, 0)))
    assert isinstance(facts, SensorFacts)
    assert isinstance(samples, Samples)
    assert facts.gyr_scale_dps is facts.gyr_range_dps is facts.gyr_clip is samples.gyr is None


def test_no_samples_before_info_or_after_an_info_that_cannot_be_read() -> None:
    driver = OpenProfileDriver()
    assert isinstance(driver.feed(heard_packet(data_bytes(0, 0)))[0], BadPacket)
    driver.feed(heard_packet(info_bytes(), Channel.INFO))
    assert isinstance(driver.feed(heard_packet(data_bytes(0, 0)))[0], Samples)
    assert isinstance(driver.feed(heard_packet(info_bytes(version=2), Channel.INFO))[0], BadPacket)
    assert isinstance(driver.feed(heard_packet(data_bytes(0, 0)))[0], BadPacket)


def test_status_as_sent() -> None:
    (status,) = OpenProfileDriver().feed(heard_packet(status_bytes(seq=7, flags=0b1011)))
    assert status == Status(
        NOW_NS,
        0,
        seq=7,
        boot_id=BOOT,
        device_ns=5000,
        battery_percent=87,
        battery_mv=3910,
        charging=True,
        temperature_c=21.5,
        fifo_overflows=11,
        ring_dropped=8,
        acc_clipped=9,
        gyr_clipped=10,
        self_test_failed=True,
    )


def test_a_low_battery_is_noticed_once() -> None:
    driver = OpenProfileDriver()
    noticed = [
        [
            heard.code
            for heard in driver.feed(heard_packet(status_bytes(flags=flags)))
            if isinstance(heard, Notice)
        ]
        for flags in (1, 5, 5, 1, 5)
    ]
    assert noticed == [[], ["battery_low"], [], [], ["battery_low"]]


def test_other_channels() -> None:
    driver = streaming_driver()
    command = b"\x03" + struct.pack("<q", NOW_NS - 5)
    (echo,) = driver.feed(heard_packet(time_answer(command), Channel.CONTROL))
    assert echo == ClockEcho(NOW_NS, 0, NOW_NS - 5, 10, 20, BOOT)
    assert driver.feed(heard_packet(b"\x83\x02", Channel.CONTROL)) == (Notice(NOW_NS, 0, "time_refused"),)
    assert driver.feed(heard_packet(start_answer(), Channel.CONTROL)) == ()
    assert driver.feed(heard_packet(b"\x82\x00", Channel.CONTROL)) == ()
    assert driver.feed(heard_packet(b"\x01", Channel.SENT)) == ()
    assert driver.feed(heard_packet(b"\x57", Channel.BATTERY)) == (Status(NOW_NS, 0, battery_percent=87),)
    assert driver.feed(heard_packet(b"\x13", Channel.DATA)) == (Notice(NOW_NS, 0, "unknown_packet"),)


@pytest.mark.parametrize(
    ("payload", "channel"),
    [
        (time_answer(b"\x03" + struct.pack("<q", NOW_NS + 1)), Channel.CONTROL),
        (time_answer(b"\x03" + struct.pack("<q", 0), 20, 10), Channel.CONTROL),
        (b"\x85\x00", Channel.CONTROL),
        (data_bytes(0, 0)[:-1], Channel.DATA),
        (b"\x21" + data_bytes(0, 0)[1:], Channel.DATA),
        (b"", Channel.DATA),
        (b"\x65", Channel.BATTERY),
    ],
)
def test_what_is_damaged_is_said_to_be(payload: bytes, channel: Channel) -> None:
    (bad,) = streaming_driver().feed(heard_packet(payload, channel))
    assert isinstance(bad, BadPacket)
    assert bad.reason


def test_ten_thousand_damaged_packets_never_raise_and_never_give_samples() -> None:
    """Whole packets always give their samples; any other length gives none, whatever came before."""
    random_of = random.Random(20240701)
    driver = streaming_driver()
    outcomes = {"whole": 0, "damaged": 0}
    for seq in range(10_000):
        whole = data_bytes(seq % 65536, seq, n=random_of.randint(1, 19), t_us=seq)
        (samples,) = driver.feed(heard_packet(whole))
        assert isinstance(samples, Samples)
        assert samples.index == seq
        outcomes["whole"] += 1
        damaged = damage(whole, random_of)
        heard = driver.feed(
            heard_packet(damaged, random_of.choice([Channel.DATA, Channel.DATA, Channel.CONTROL]))
        )
        assert not any(isinstance(each, Samples) for each in heard), damaged.hex(" ")
        outcomes["damaged"] += 1
    assert outcomes == {"whole": 10_000, "damaged": 10_000}


def damage(whole: bytes, random_of: random.Random) -> bytes:
    """Cut, lengthen, claim another count or type, or replace by noise of another length than data have."""
    match random_of.randrange(5):
        case 0:
            return whole[: random_of.randrange(len(whole))]
        case 1:
            return whole + random_of.randbytes(random_of.randint(1, 40))
        case 2:
            others = [n for n in range(256) if n != whole[1]]
            return whole[:1] + bytes([random_of.choice(others)]) + whole[2:]
        case 3:
            others = [head for head in range(256) if head != 0x11]
            return bytes([random_of.choice(others)]) + whole[1:]
    noise = random_of.randbytes(random_of.randint(0, 244))
    return noise if len(noise) % 12 else noise + b"\0"


def test_traits_say_how_its_counters_wrap() -> None:
    assert (TRAITS.seq_wrap, TRAITS.index_wrap, TRAITS.clock_wrap_ns) == (2**16, 2**32, 2**32 * 1000)
    assert OpenProfileDriver().traits is TRAITS
