"""WitMotion's bytes: the frame of sensors.md section 4, and a stream that is cut, dirty and misleading."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.sensors import witmotion as wit
from pfp_sensors.sensors.codec_error import CodecError

GOLDEN = bytes.fromhex("5561 000800f0ff7f 004000e00000 0040000000c0")


def test_golden_frame() -> None:
    motion = wit.decode_frame(GOLDEN)
    assert isinstance(motion, wit.Motion)
    acc, gyr, angle = motion.counts[:3], motion.counts[3:6], motion.counts[6:]
    assert (acc * wit.ACC_RANGE_G / wit.FULL_SCALE).tolist()[:2] == [1, -2]
    assert acc[2] == wit.LAST_CODE
    assert (gyr * wit.GYR_RANGE_DPS / wit.FULL_SCALE).tolist() == [1000, -500, 0]
    assert (angle * wit.DEG_PER_COUNT).tolist() == [90, 0, -90]


def test_registers() -> None:
    frame = bytes.fromhex("5571 6400") + struct.pack("<8h", 391, *range(7))
    assert wit.decode_frame(frame) == wit.Registers(0x64, (391, 0, 1, 2, 3, 4, 5, 6))


def test_commands() -> None:
    assert wit.UNLOCK.hex() == "ffaa6988b5"
    assert [wit.set_rate(hz).hex() for hz in (50.0, 100.0, 200.0)] == [
        "ffaa030800",
        "ffaa030900",
        "ffaa030b00",
    ]
    assert wit.SAVE.hex() == "ffaa000000"
    assert wit.read_registers(0x64).hex() == "ffaa276400"


@given(st.lists(st.integers(-32768, 32767), min_size=9, max_size=9))
def test_frames_come_back(values: list[int]) -> None:
    motion = wit.decode_frame(b"\x55\x61" + struct.pack("<9h", *values))
    assert isinstance(motion, wit.Motion)
    assert motion.counts.tolist() == values


@pytest.mark.parametrize("frame", [b"", GOLDEN[:-1], GOLDEN + b"\x00", b"\x55\x62" + GOLDEN[2:]])
def test_others_are_refused(frame: bytes) -> None:
    with pytest.raises(CodecError):
        wit.decode_frame(frame)


def numbered(count: int, draw: random.Random | None = None, first: int = 0) -> list[bytes]:
    """Make frames that differ, with a running number; without 0x55 unless drawn at random."""
    rest = (lambda: draw.randbytes(14)) if draw else (lambda: bytes(14))
    return [b"\x55\x61" + struct.pack("<I", first + k) + rest() for k in range(count)]


def cut(cutter: wit.FrameCutter, data: bytes, sizes: list[int]) -> list[bytes]:
    """Send bytes as notifications of the sizes given, in turn; return the frames."""
    frames, at, turn = [], 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        frames += [c.data for c in cutter.add(data[at : at + size], at) if c.is_frame]
        assert cutter.held <= 60
        at, turn = at + size, turn + 1
    return frames


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_frames_straddle_notifications(sizes: list[int], draw: random.Random) -> None:
    sent = numbered(30, draw)
    assert cut(wit.FrameCutter(), b"".join(sent), sizes) == sent[:-1]
    plain = numbered(30)
    assert cut(wit.FrameCutter(), b"".join(plain), sizes) == plain[:-1]


def test_a_frame_has_the_moment_of_its_last_byte() -> None:
    cutter, sent = wit.FrameCutter(), numbered(4)
    stream = b"".join(sent)
    cuts = [c for at in range(0, 80, 10) for c in cutter.add(stream[at : at + 10], at)]
    assert [(c.data, c.at_ns) for c in cuts] == [(sent[0], 10), (sent[1], 30), (sent[2], 50)]


@pytest.mark.parametrize(
    "garbage", [b"\x00", b"\x55", b"\x55\x61", bytes(19), bytes(20), b"\x55\x61" * 7, bytes(41)]
)
def test_garbage_between_frames_costs_one_frame(garbage: bytes) -> None:
    sent = numbered(20)
    stream = b"".join(sent[:10]) + garbage + b"".join(sent[10:])
    got = cut(wit.FrameCutter(), stream, [20])
    assert set(got) <= set(sent), "nothing is made of garbage"
    assert len(got) >= 17
    assert sent[11] in got, "in step again after one frame"


@pytest.mark.parametrize("lost", range(1, 20))
def test_lost_bytes_cost_the_frames_they_hit(lost: int) -> None:
    sent = numbered(20)
    stream = b"".join(sent)
    for at in range(200, 220):
        got = cut(wit.FrameCutter(), stream[:at] + stream[at + lost :], [20])
        assert set(got) <= set(sent)
        assert len(got) >= 17


def test_a_false_beginning_in_the_data_does_not_shift_the_stream() -> None:
    sent = [b"\x55\x61" + struct.pack("<I", k) + b"\x55\x61" + bytes(12) for k in range(20)]
    true_first = b"".join(numbered(3)) + b"".join(sent)
    assert cut(wit.FrameCutter(), true_first, [20]) == [*numbered(3), *sent[:-1]]


def test_where_two_beginnings_are_possible_it_waits_until_one_is_left() -> None:
    misleading = [b"\x55\x61" + struct.pack("<I", k) + b"\x55\x61" + bytes(12) for k in range(5)]
    clear = numbered(10, first=100)
    got = cut(wit.FrameCutter(), b"".join(misleading + clear)[3:], [20])
    assert set(got) <= set(misleading + clear)
    assert got[-8:] == clear[1:-1]


def test_random_damage_never_gives_a_wrong_frame() -> None:
    """12,000 frames of random data, with bytes lost or put in at one place of one frame in ten."""
    draw, cutter, sent, got = random.Random(9), wit.FrameCutter(), set(), []
    damaged = 0
    for frame in numbered(12_000, draw):
        sent.add(frame)
        data = frame
        if draw.random() < 0.1:
            at, damaged = draw.randrange(21), damaged + 1
            data = (
                frame[:at] + draw.randbytes(draw.randrange(1, 20)) + frame[at:]
                if draw.random() < 0.5
                else frame[:at] + frame[at + draw.randrange(1, 20) :]
            )
        got += [c.data for c in cutter.add(data, 0) if c.is_frame]
    wrong = [frame for frame in got if frame not in sent]
    assert len(wrong) <= 0.02 * damaged, "two faults in neighbours may make up for each other, no more"
    assert len(got) >= 12_000 - 3 * damaged


def test_pure_noise_is_never_more_than_chance() -> None:
    draw, cutter = random.Random(10), wit.FrameCutter()
    cuts = [c for _ in range(12_000) for c in cutter.add(draw.randbytes(20), 0)]
    assert sum(c.is_frame for c in cuts) == 0
    assert sum(len(c.data) for c in cuts) + cutter.held == 240_000
