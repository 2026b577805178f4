"""Commands and packets of a simulated sensor, without Bluetooth and without waiting."""

from __future__ import annotations

import random

import pytest

from pfp_sensors.rig.firmware import Firmware
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.rig.sample_signal import Pendulum
from pfp_sensors.sensors import open_profile
from pfp_sensors.sensors import open_profile_commands as ctrl

SECOND_NS = 1_000_000_000
MTU = 247


def firmware(plan: SensorPlan | None = None) -> Firmware:
    made = Firmware(plan or SensorPlan(), Pendulum, random.Random(0), lambda now_ns: now_ns)
    made.power_up(0)
    return made


def ask(sensor: Firmware, value: bytes, now_ns: int = 0, mtu: int = MTU) -> ctrl.Answer:
    return ctrl.decode_answer(sensor.answer(value, mtu, now_ns, now_ns))


def start(sensor: Firmware, now_ns: int = 0) -> None:
    assert ask(sensor, ctrl.encode_command(ctrl.Start()), now_ns) == ctrl.StartAnswer(
        0, sensor.memory.boot_id, sensor.memory.next_index
    )


def packets(sensor: Firmware, now_ns: int) -> list[object]:
    sensor.measure(now_ns)
    raw = iter(lambda: sensor.next_packet(MTU, now_ns), None)
    return [open_profile.decode_notification(packet) for packet in raw]


def test_a_status_comes_first_and_once_a_second() -> None:
    sensor = firmware()
    start(sensor)
    kinds = [type(packet) for i in range(41) for packet in packets(sensor, i * SECOND_NS // 10)]
    assert kinds[0] is open_profile.StatusPacket
    assert kinds.count(open_profile.StatusPacket) == 5
    assert kinds.count(open_profile.DataPacket) == 4 * 208 // 13


def test_a_status_comes_first_after_each_start() -> None:
    sensor = firmware()
    start(sensor)
    packets(sensor, SECOND_NS // 2)
    start(sensor, SECOND_NS // 2)
    assert isinstance(packets(sensor, SECOND_NS * 6 // 10)[0], open_profile.StatusPacket)


@pytest.mark.parametrize("value", [b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x04"])
def test_a_command_of_a_wrong_length_is_answered_so(value: bytes) -> None:
    sensor = firmware()
    answer = sensor.answer(value, MTU, 0, 0)
    assert answer == bytes([0x80 | value[0], ctrl.Result.BAD_LENGTH])
    assert not sensor.memory.sampling


@pytest.mark.parametrize(("mtu", "status"), [(62, ctrl.Result.MTU_TOO_SMALL), (63, ctrl.Result.OK)])
def test_start_needs_an_mtu_of_63(mtu: int, status: int) -> None:
    sensor = firmware()
    answer = ask(sensor, b"\x01", mtu=mtu)
    assert isinstance(answer, ctrl.StartAnswer)
    assert answer.status == status


def test_the_clock_answer_has_reception_and_answering() -> None:
    sensor = firmware(SensorPlan(start_us=1000))
    answer = sensor.answer(ctrl.encode_command(ctrl.Time(-5)), MTU, SECOND_NS, SECOND_NS + 700)
    assert ctrl.decode_answer(answer) == ctrl.TimeAnswer(0, -5, SECOND_NS + 1_000_000, SECOND_NS + 1_000_700)


@pytest.mark.parametrize(
    ("plan", "config"),
    [
        (SensorPlan(config=False), ctrl.Config(208, 16, 2000, 13)),
        (SensorPlan(), ctrl.Config(200, 16, 2000, 13)),
        (SensorPlan(), ctrl.Config(208, 24, 2000, 13)),
        (SensorPlan(), ctrl.Config(208, 16, 2001, 13)),
        (SensorPlan(), ctrl.Config(208, 16, 2000, 20)),
        (SensorPlan(), ctrl.Config(208, 16, 2000, 0)),
    ],
)
def test_settings_it_does_not_have_are_refused(plan: SensorPlan, config: ctrl.Config) -> None:
    sensor = firmware(plan)
    answer = ask(sensor, ctrl.encode_command(config))
    assert answer == ctrl.PlainAnswer(ctrl.Op.CONFIG, ctrl.Result.UNSUPPORTED)
    assert sensor.plan == plan


def test_it_gives_up_sampling_ten_minutes_after_a_lost_link() -> None:
    sensor = firmware()
    start(sensor)
    sensor.measure(SECOND_NS)
    sensor.link_lost(SECOND_NS)
    sensor.measure(600 * SECOND_NS)
    assert sensor.memory.sampling
    sensor.measure(602 * SECOND_NS)
    assert not sensor.memory.sampling


def test_it_does_not_give_up_while_it_streams() -> None:
    sensor = firmware()
    start(sensor)
    packets(sensor, 700 * SECOND_NS)
    assert sensor.memory.sampling


def test_a_power_up_starts_all_anew_and_the_old_samples_can_still_be_told() -> None:
    sensor = firmware(SensorPlan(start_index=100, start_seq=9))
    start(sensor)
    packets(sensor, SECOND_NS)
    old = sensor.made(150, 20)
    old_boot_id = sensor.memory.boot_id
    sensor.power_up(2 * SECOND_NS)
    start(sensor, 2 * SECOND_NS)
    first = packets(sensor, 3 * SECOND_NS)[0]
    assert isinstance(first, open_profile.StatusPacket)
    assert (first.seq, first.next_index, first.t_us) == (0, 209, 1_000_000)
    assert first.boot_id != old_boot_id
    assert (sensor.made(150, 20, boot=0) == old).all()
