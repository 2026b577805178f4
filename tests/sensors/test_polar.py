"""Polar's bytes: the frames of sensors.md section 4, round trips, and noise."""

from __future__ import annotations

import random
import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.sensors import polar
from pfp_sensors.sensors.codec_error import CodecError

GOLDEN_ACC = bytes.fromhex("0200003c31d2a0530881 640038ffe803 0602035f801f00")
GOLDEN_GYR = bytes.fromhex("050c5c8531d2a0530880 eaff08000d00 0301df00 05010f02")


def test_golden_acceleration() -> None:
    frame = polar.decode_frame(GOLDEN_ACC)
    assert frame.kind == polar.ACC
    assert frame.samples.dtype == np.int16
    assert frame.samples.tolist() == [[100, -200, 1000], [103, -204, 1005], [71, -173, 1005]]
    assert (frame.unit, frame.needs_factor) == (1e-3, True)
    assert frame.stamp_ns == 0x0853A0D2313C0000


def test_golden_turning_rate() -> None:
    frame = polar.decode_frame(GOLDEN_GYR)
    assert frame.kind == polar.GYRO
    assert frame.samples.tolist() == [[-22, 8, 13], [-23, 11, 16], [-8, -5, 16]]
    assert (frame.unit, frame.needs_factor) == (1.0, True)


def test_golden_commands() -> None:
    acc = {polar.RATE: 208, polar.RESOLUTION: 16, polar.RANGE: 16, polar.CHANNELS: 3}
    gyr = {**acc, polar.RANGE: 2000}
    h10 = {polar.RATE: 200, polar.RESOLUTION: 16, polar.RANGE: 8}
    assert polar.start_command(polar.ACC, acc) == bytes.fromhex("02020001d00001011000020110000401 03")
    assert polar.start_command(polar.GYRO, gyr) == bytes.fromhex("02050001d000010110000201d0070401 03")
    assert polar.start_command(polar.ACC, h10) == bytes.fromhex("02020001c8000101100002010800")
    assert bytes.fromhex("0209") == polar.SDK_MODE_ON


def test_settings_and_answers() -> None:
    answer = polar.decode_answer(bytes.fromhex("f0020200000501") + struct.pack("<f", 0.25))
    assert (answer.op, answer.kind, answer.error, answer.more) == (2, 2, 0, False)
    assert polar.decode_settings(answer.parameters) == {polar.FACTOR: (0.25,)}
    several = bytes.fromhex("0002 3400 d000 0101 1000 0202 0800 1000 0401 03")
    assert polar.decode_settings(several) == {0: (52, 208), 1: (16,), 2: (8, 16), 4: (3,)}
    with pytest.raises(CodecError):
        polar.decode_settings(several[:-1])
    with pytest.raises(CodecError):
        polar.decode_settings(b"\x07\x01\x00")


def pack_differences(steps: list[list[int]], width: int) -> bytes:
    """Pack differences one bit after the other, least first: written apart from the decoder."""
    value, at = 0, 0
    for step in steps:
        for number in step:
            value |= (number & ((1 << width) - 1)) << at
            at += width
    return bytes((width, len(steps))) + value.to_bytes(-(-at // 8), "little")


def compress(samples: list[list[int]], cuts: list[int], number: str = "h") -> bytes:
    body, edges = struct.pack("<3" + number, *samples[0]), sorted({1, *cuts, len(samples)})
    for low, high in pairwise(edges):
        steps = [[b - a for a, b in zip(samples[i - 1], samples[i], strict=True)] for i in range(low, high)]
        width = max(max(abs(v) if v >= 0 else abs(v) - 1 for v in step).bit_length() for step in steps) + 1
        body += pack_differences(steps, width)
    return body


rows = st.lists(st.lists(st.integers(-32768, 32767), min_size=3, max_size=3), min_size=1, max_size=30)


@given(rows, st.lists(st.integers(1, 29), max_size=3), st.sampled_from([(2, 0x80), (2, 0x81), (5, 0x80)]))
def test_compressed_frames_come_back(
    samples: list[list[int]], cuts: list[int], shape: tuple[int, int]
) -> None:
    body = compress(samples, [cut for cut in cuts if cut < len(samples)])
    frame = polar.decode_frame(struct.pack("<BQB", shape[0], 12345, shape[1]) + body)
    assert frame.samples.tolist() == samples


@given(st.lists(st.lists(st.floats(-3000, 3000, width=32), min_size=3, max_size=3), min_size=1, max_size=9))
def test_float_frames_come_back(samples: list[list[float]]) -> None:
    # Floats of the same sign: patterns of both signs differ by more than 32 bits can say.
    patterns = [[struct.unpack("<i", struct.pack("<f", abs(v)))[0] for v in row] for row in samples]
    frame = polar.decode_frame(struct.pack("<BQB", 5, 1, 0x81) + compress(patterns, [], "i"))
    assert frame.samples.dtype == np.float32
    assert frame.samples.tolist() == np.abs(np.array(samples)).tolist()


@given(rows)
def test_raw_acceleration_comes_back(samples: list[list[int]]) -> None:
    raw = b"".join(struct.pack("<3h", *row) for row in samples)
    frame = polar.decode_frame(struct.pack("<BQB", 2, 1, 1) + raw)
    assert (frame.samples.tolist(), frame.needs_factor) == (samples, False)
    wide = [[number * 256 for number in row] for row in samples]
    raw = b"".join(number.to_bytes(3, "little", signed=True) for row in wide for number in row)
    assert polar.decode_frame(struct.pack("<BQB", 2, 1, 2) + raw).samples.tolist() == wide


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        GOLDEN_ACC[:10],
        GOLDEN_ACC[:15],
        GOLDEN_ACC[:-1],
        GOLDEN_ACC + b"\x00",
        GOLDEN_ACC + b"\x00\x00",
        GOLDEN_ACC[:9] + b"\x82" + GOLDEN_ACC[10:],
        b"\x06" + GOLDEN_ACC[1:],
        GOLDEN_ACC[:8] + b"\xff" + GOLDEN_ACC[9:],
    ],
)
def test_damaged_frames_are_refused(payload: bytes) -> None:
    with pytest.raises(CodecError):
        polar.decode_frame(payload)


def test_sums_beyond_16_bits_are_refused() -> None:
    body = struct.pack("<3h", 32767, 0, 0) + pack_differences([[1, 0, 0]], 2)
    with pytest.raises(CodecError, match="16 bits"):
        polar.decode_frame(struct.pack("<BQB", 2, 1, 0x80) + body)


def test_patterns_that_are_no_number_are_refused() -> None:
    with pytest.raises(CodecError, match="no number"):
        polar.decode_frame(struct.pack("<BQB3f", 5, 1, 0x81, 1.0, float("nan"), 0.0))


def test_noise_raises_codec_errors_only() -> None:
    draw, refused = random.Random(4), 0
    for _ in range(12_000):
        payload = bytearray(draw.choice([GOLDEN_ACC, GOLDEN_GYR, draw.randbytes(draw.randrange(60))]))
        for _ in range(draw.randrange(4)):
            if payload:
                payload[draw.randrange(len(payload))] = draw.randrange(256)
        data = bytes(payload[: draw.randrange(len(payload) + 1)] if draw.random() < 0.3 else payload)
        for decode in (polar.decode_frame, polar.decode_answer, polar.decode_settings):
            try:
                decode(data)
            except CodecError:
                refused += 1
    assert refused > 12_000
