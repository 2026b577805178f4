"""A MetaMotion as a sensor of a recording: scripts, read-back, pairs by count."""

from __future__ import annotations

import random

import numpy as np
import pytest
from dialogue import Dialogue, packet

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.heard import BadPacket, Notice, Samples, SensorFacts, Status
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Write
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.metamotion_driver import TRAITS, MetaMotionDriver

BMI160, BMI270 = (1, 0), (4, 1)


class Board:
    """Plays the board: keeps what is written to its registers and reads it back."""

    def __init__(self, part: tuple[int, int] = BMI270) -> None:
        self.part = part
        self.config: dict[int, bytes] = {}

    def __call__(self, command: bytes) -> list[bytes]:
        module, register = command[:2]
        if register == 0x80:
            return [command + bytes((self.part[0 if module == 3 else 1], 0))]
        if register == 3:
            self.config[module] = command[2:]
        if register == 0x83:
            return [command + self.config[module]]
        return [bytes.fromhex("118c57460f")] if command == b"\x11\x8c" else []


def started(part: tuple[int, int] = BMI270, wish: Wish = Wish()) -> tuple[MetaMotionDriver, Dialogue, list]:  # noqa: B008
    driver, talk = MetaMotionDriver(wish), Dialogue(Board(part), Channel.DATA)
    talk.play(driver.start())
    return driver, talk, [heard for said in talk.packets for heard in driver.feed(said)]


def test_start_of_a_metamotion_s() -> None:
    _, talk, _ = started()
    assert [command.hex() for command in talk.written] == [
        *("030100", "130100", "03020001", "13020001"),
        *("0908", "0a05", "0b0a"),
        "110906000c0000005802",
        *("0380", "1380"),
        *("0303a903", "0383", "13032900", "1383"),
        "118c",
        *("030501", "130501"),
        *("03020100", "13020100", "030101", "130101"),
    ]
    assert all(len(command) <= 20 for command in talk.written)
    assert all(not step.response for step in talk.steps if isinstance(step, Write))


def test_start_of_a_metamotion_rl_at_100_hz() -> None:
    _, talk, heard = started(BMI160, Wish(rate_hz=100.0))
    written = [command.hex() for command in talk.written]
    assert {"0303280c", "13032800", "031c01", "130701"} <= set(written)
    assert [one.rate_hz for one in heard if isinstance(one, SensorFacts)] == [100]


def test_stop_undoes_the_start() -> None:
    driver, _, _ = started(BMI160)
    talk = Dialogue(Board())
    talk.play(driver.stop())
    assert [c.hex() for c in talk.written] == ["030100", "130100", "03020001", "13020001", "031c00", "130700"]


@pytest.mark.parametrize("part", [(3, 0), (1, 1), (4, 0)])
def test_other_parts_are_refused(part: tuple[int, int]) -> None:
    with pytest.raises(SensorError, match="BMI270"):
        started(part)


@pytest.mark.parametrize("wish", [Wish(rate_hz=400.0), Wish(acc_range_g=32.0), Wish(gyr_range_dps=500.0)])
def test_what_is_not_offered_is_refused(wish: Wish) -> None:
    with pytest.raises(SensorError, match="it offers"):
        started(BMI270, wish)


def test_a_setting_that_did_not_take_is_refused() -> None:
    def stubborn(command: bytes) -> list[bytes]:
        return [b"\x03\x83\xa8\x00"] if command == b"\x03\x83" else board(command)

    board = Board()
    with pytest.raises(SensorError, match="reads back a8 00"):
        Dialogue(stubborn).play(MetaMotionDriver().start())


def test_a_mute_board_gives_no_answer() -> None:
    with pytest.raises(NoAnswerError):
        Dialogue(lambda _: []).play(MetaMotionDriver().start())


def test_facts_and_battery_come_from_answers() -> None:
    driver, _, heard = started()
    (facts,) = [one for one in heard if isinstance(one, SensorFacts)]
    assert (facts.rate_hz, facts.acc_range_g, facts.gyr_range_dps) == (200, 16, 2000)
    assert facts.acc_scale_g == 1 / 2048
    assert facts.gyr_scale_dps == pytest.approx(1 / 16.4)
    assert facts.acc_clip == facts.gyr_clip == 32767
    assert Status(0, 0, battery_percent=87, battery_mv=3910) in heard
    talk = Dialogue(Board())
    talk.play(driver.keep_alive())
    assert talk.written == [b"\x11\x8c"]


def packed(side: int, register: int, value: int) -> bytes:
    return bytes((side, register)) + np.full(9, value, "<i2").tobytes()


def test_samples_are_paired_and_carry_no_time() -> None:
    driver, _, _ = started()
    assert driver.feed(packet(packed(3, 5, 11), at_ns=5)) == ()
    (samples,) = driver.feed(packet(packed(0x13, 5, 22), at_ns=9))
    assert isinstance(samples, Samples)
    assert samples.acc.tolist() == [[11] * 3] * 3
    assert samples.gyr is not None
    assert samples.gyr.tolist() == [[22] * 3] * 3
    assert samples.host_mono_ns == 9
    assert (samples.index, samples.device_ns, samples.seq) == (None, None, None)


def test_a_lost_packet_is_noticed() -> None:
    driver, _, _ = started()
    heard = []
    for k in range(200):
        heard += driver.feed(packet(packed(3, 5, k)))
        heard += driver.feed(packet(packed(0x13, 5, k))) if k != 90 else ()
    assert [n for n in heard if isinstance(n, Notice)] == [Notice(0, 0, "lone_acc", 3)]
    last = [one for one in heard if isinstance(one, Samples)][-1]
    assert (last.acc == last.gyr).all()


def test_samples_without_facts_or_of_the_other_part_are_bad() -> None:
    assert isinstance(MetaMotionDriver().feed(packet(packed(3, 5, 1)))[0], BadPacket)
    driver, _, _ = started()
    assert isinstance(driver.feed(packet(packed(3, 0x1C, 1)))[0], BadPacket)
    assert isinstance(driver.feed(packet(packed(3, 5, 1), segment=1))[0], BadPacket), "facts end with a link"
    driver, _, _ = started()
    driver.feed(packet(b"\x03\x83\xa9\x00"))
    assert isinstance(driver.feed(packet(packed(3, 5, 1)))[0], BadPacket), "another range was read back"


def test_noise_never_raises() -> None:
    driver, _, _ = started()
    draw = random.Random(8)
    for _ in range(11_000):
        data = bytearray(
            draw.choice([packed(3, 5, 1), packed(0x13, 5, 2), draw.randbytes(draw.randrange(25))])
        )
        for _ in range(draw.randrange(3)):
            if data:
                data[draw.randrange(min(4, len(data)))] = draw.randrange(256)
        driver.feed(packet(bytes(data), draw.choice([Channel.DATA] * 9 + list(Channel))))
        assert driver._join.held <= 9


def test_traits_promise_no_timing() -> None:
    assert (TRAITS.clock, TRAITS.loss) == ("host", "not_detectable")
