"""A Verity Sense as a sensor of a recording: scripts, factors, times, pairs."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest
from dialogue import Dialogue, packet

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.heard import BadPacket, Heard, Notice, Samples, SensorFacts, Status
from pfp_sensors.model.packets import Channel
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.polar_driver import TRAITS, PolarDriver

ACC_FACTOR, GYR_FACTOR = 16 / 32768, 0.07
PERIOD_NS = 1e9 / 208
OFFERS = {
    2: "0005 1a00 3400 6800 d000 a001 0101 1000 0204 0200 0400 0800 1000 0401 03",
    5: "0005 1a00 3400 6800 d000 a001 0101 1000 0204 fa00 f401 e803 d007 0401 03",
}


def verity(command: bytes, error_of: dict[bytes, int] | None = None) -> list[bytes]:
    """Play the sensor; settings come in two messages."""
    op, kind = command[:2]
    head = bytes((0xF0, op, kind))
    error = (error_of or {}).get(command[:2], 0)
    if error:
        return [head + bytes((error,))]
    if op == 1:
        offer = bytes.fromhex(OFFERS[kind])
        return [head + b"\x00\x01" + offer[:7], head + b"\x00\x00" + offer[7:]]
    if op == 2 and kind != 9:
        factor = struct.pack("<f", ACC_FACTOR if kind == 2 else GYR_FACTOR)
        return [head + b"\x00\x00\x05\x01" + factor]
    return [head + b"\x00\x00"]


def started(wish: Wish = Wish()) -> tuple[PolarDriver, Dialogue]:  # noqa: B008
    talk = Dialogue(verity)
    driver = PolarDriver(wish)
    talk.play(driver.start())
    for said in talk.packets:
        for heard in driver.feed(said):
            assert isinstance(heard, Status)
    return driver, talk


def frame(kind: int, stamp_ns: float, rows: np.ndarray) -> bytes:
    """Write every sample as a block of one difference with 17 bits."""
    body = struct.pack("<BQB", kind, round(stamp_ns), 0x80) + struct.pack("<3h", *rows[0].tolist())
    for step in np.diff(rows.astype(int), axis=0).tolist():
        value = sum((number & 0x1FFFF) << (17 * i) for i, number in enumerate(step))
        body += b"\x11\x01" + value.to_bytes(7, "little")
    return body


def of(kind: type, heard: list[Heard]) -> list:
    return [one for one in heard if isinstance(one, kind)]


def test_start_asks_stops_and_starts_in_order() -> None:
    _, talk = started()
    assert [command.hex() for command in talk.written] == [
        "0302",
        "0305",
        "0209",
        "0102",
        "0105",
        "02020001d0000101100002011000040103",
        "02050001d000010110000201d007040103",
    ]
    assert [channel for _, channel in talk.subscribed()] == [Channel.CONTROL, Channel.DATA]


def test_stop_undoes_all_three_even_when_one_is_silent() -> None:
    talk = Dialogue(verity)
    talk.play(PolarDriver().stop())
    assert [command.hex() for command in talk.written] == ["0302", "0305", "0309"]
    mute = Dialogue(lambda command: [] if command == b"\x03\x02" else verity(command))
    with pytest.raises(NoAnswerError):
        mute.play(PolarDriver().stop())
    assert len(mute.written) == 3


def test_what_is_not_offered_is_refused_with_what_is() -> None:
    with pytest.raises(SensorError, match="208, 416"):
        started(Wish(rate_hz=200.0))
    with pytest.raises(SensorError, match="2, 4, 8, 16"):
        started(Wish(acc_range_g=32.0))
    _, talk = started(Wish(rate_hz=104.0, acc_range_g=8.0, gyr_range_dps=1000.0))
    assert talk.written[-1].hex() == "02050001680001011000 0201e803 040103".replace(" ", "")


@pytest.mark.parametrize(("command", "error", "words"), [("0209", 13, "charger"), ("0202", 8, "rate")])
def test_errors_in_words(command: str, error: int, words: str) -> None:
    talk = Dialogue(lambda sent: verity(sent, {bytes.fromhex(command): error}))
    with pytest.raises(SensorError, match=words):
        talk.play(PolarDriver().start())


def test_already_in_sdk_mode_is_well() -> None:
    Dialogue(lambda sent: verity(sent, {b"\x02\x09": 6})).play(PolarDriver().start())


def test_a_start_without_factor_is_refused() -> None:
    def mean(command: bytes) -> list[bytes]:
        return [verity(command)[0][:5]] if command[:2] == b"\x02\x02" else verity(command)

    with pytest.raises(SensorError, match="no factor"):
        Dialogue(mean).play(PolarDriver().start())


def test_no_factor_no_samples() -> None:
    rows = np.zeros((4, 3), np.int16)
    driver = PolarDriver()
    heard = [*driver.feed(packet(frame(2, 1e9, rows))), *driver.feed(packet(frame(5, 1e9, rows)))]
    assert [type(one) for one in heard] == [BadPacket, BadPacket]
    driver, _ = started()
    fresh = packet(frame(2, 1e9, rows), segment=1)
    assert isinstance(driver.feed(fresh)[0], BadPacket), "a new connection needs its own factors"


def stream(
    driver: PolarDriver, gyr_lag_ns: float = 0.0, lost_acc: int = -1, lost_gyr: int = -1
) -> list[Heard]:
    """Send 20 frames of 16 samples of each: acc x counts up, gyr x is 10 per ms of device time."""
    heard: list[Heard] = []
    for k in range(20):
        n = np.arange(16 * k, 16 * k + 16)
        acc = np.stack([n, n * 0 + 2048, -n], axis=1).astype(np.int16)
        gyr_ns = 1e9 + n * PERIOD_NS + gyr_lag_ns
        gyr = np.stack([(gyr_ns - 1e9) * 1e-5, n * 0, n * 0 - 5], axis=1).astype(np.int16)
        if k != lost_acc:
            heard += driver.feed(packet(frame(2, 1e9 + n[-1] * PERIOD_NS, acc), at_ns=k))
        if k != lost_gyr:
            heard += driver.feed(packet(frame(5, gyr_ns[-1], gyr), at_ns=k))
    return heard


def test_facts_are_what_was_read_back() -> None:
    driver, _ = started()
    (facts,) = of(SensorFacts, stream(driver))
    assert facts.rate_hz == 208
    assert facts.acc_scale_g == pytest.approx(16 / 32768)
    assert facts.gyr_scale_dps == pytest.approx(0.07)
    assert (facts.acc_range_g, facts.gyr_range_dps) == (16, 2000)
    assert facts.acc_clip == 32767


@pytest.mark.parametrize("lag_ns", [0.0, 1e6, 3.3e6])
def test_pairs_lie_at_the_times_of_the_acceleration(lag_ns: float) -> None:
    driver, _ = started()
    pieces = of(Samples, stream(driver, lag_ns))
    acc = np.concatenate([piece.acc for piece in pieces])
    gyr = np.concatenate([piece.gyr for piece in pieces])
    assert len(acc) >= 318
    times_ns = 1e9 + acc[:, 0] * PERIOD_NS
    assert np.abs(gyr[:, 0] - (times_ns - 1e9) * 1e-5).max() < 1.01, "interpolated, but for whole counts"
    assert (gyr[:, 2] == -5).all()
    for piece in pieces:
        assert piece.device_ns == pytest.approx(1e9 + piece.acc[0, 0] * PERIOD_NS, abs=2)
        assert (np.diff(piece.acc[:, 0].astype(int)) == 1).all(), "consecutive"
        assert piece.acc.dtype == np.int16
        assert piece.index is None


def test_a_lost_frame_is_a_gap_by_time() -> None:
    driver, _ = started()
    heard = stream(driver, lost_acc=7)
    assert [(n.code, n.count) for n in of(Notice, heard)] == [("time_gap", 16)]
    acc = np.concatenate([piece.acc for piece in of(Samples, heard)])
    assert not np.isin(acc[:, 0], np.arange(112, 128)).any()
    for piece in of(Samples, heard):
        assert piece.device_ns == pytest.approx(1e9 + piece.acc[0, 0] * PERIOD_NS, abs=2)


def test_acceleration_beside_lost_turning_rate_is_counted_not_invented() -> None:
    driver, _ = started()
    heard = stream(driver, lost_gyr=7)
    notices = {n.code: n.count for n in of(Notice, heard)}
    assert notices["time_gap"] == 16
    assert notices["lone_acc"] == 16
    assert sum(len(piece.acc) for piece in of(Samples, heard)) == 320 - 16


def test_repeated_frames_give_nothing_twice() -> None:
    driver, _ = started()
    rows = np.zeros((16, 3), np.int16)
    pairs = [frame(kind, 1e9 + k * 16 * PERIOD_NS, rows) for k in range(4) for kind in (2, 5)]
    once = [heard for payload in pairs for heard in driver.feed(packet(payload))]
    driver, _ = started()
    thrice = [heard for payload in pairs for _ in range(3) for heard in driver.feed(packet(payload))]
    assert sum(len(s.acc) for s in of(Samples, thrice)) == sum(len(s.acc) for s in of(Samples, once)) == 64
    assert sum(n.count for n in of(Notice, thrice) if n.code == "repeated") == 2 * 8 * 16


def test_a_clock_set_back_begins_anew() -> None:
    driver, _ = started()
    rows = np.ones((4, 3), np.int16)
    heard: list[Heard] = []
    for stamp_ns in (1e12, 1e12 + 4 * PERIOD_NS, 5e9, 5e9 + 4 * PERIOD_NS):
        for kind in (2, 5):
            heard += driver.feed(packet(frame(kind, stamp_ns, rows)))
    assert [n.code for n in of(Notice, heard)] == ["clock_jump"]
    assert sum(len(piece.acc) for piece in of(Samples, heard)) == 16
    assert of(Samples, heard)[-1].device_ns < 6e9


def test_turning_rate_at_its_end_is_noticed() -> None:
    driver, _ = started()
    stream(driver)
    rows = np.array([[32767, 0, 0], [5, 5, 5], [0, -32768, 0]], np.int16)
    heard = driver.feed(packet(frame(5, 3e9, rows)))
    assert Notice(0, 0, "gyr_clipped", 2) in heard


def test_stream_stopped_by_the_sensor_and_battery() -> None:
    driver, _ = started()
    assert driver.feed(packet(b"\x01\x02\x05", Channel.CONTROL)) == (Notice(0, 0, "stream_stopped", 2),)
    assert driver.feed(packet(b"\x4d", Channel.BATTERY))[0] == Status(0, 0, battery_percent=77)
    talk = Dialogue(verity)
    talk.play(driver.keep_alive())
    assert [p.channel for p in talk.packets] == [Channel.BATTERY]


def test_noise_never_raises_and_memory_stays_bounded() -> None:
    driver, _ = started()
    draw, fed = random.Random(5), 0
    rows = np.arange(24, dtype=np.int16).reshape(8, 3)
    stamp_ns = 1e9
    for _ in range(11_000):
        stamp_ns += 8 * PERIOD_NS
        data = bytearray(frame(draw.choice([2, 2, 5]), stamp_ns, rows))
        for _ in range(draw.randrange(3)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        channel = draw.choice([Channel.DATA] * 9 + list(Channel))
        driver.feed(
            packet(bytes(data[: draw.randrange(len(data) + 1)] if draw.random() < 0.2 else data), channel)
        )
        fed += 1
        assert driver._join is None or driver._join.held <= 2000
    assert fed == 11_000


def test_traits_name_every_kind_of_undoing() -> None:
    assert TRAITS.loss == "by_time"
    assert TRAITS.clock == "device"
    assert "SDK mode" in TRAITS.undo
