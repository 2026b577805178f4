"""MetaMotion's bytes: the packets of sensors.md section 4, commands of section 2.5, noise."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.sensors import metamotion as mm
from pfp_sensors.sensors.codec_error import CodecError

GOLDEN_ACC = bytes.fromhex("0305 000800f80010 000000000008 ff7f00800100")
GOLDEN_GYR = bytes.fromhex("1305 a4005cff6806 000000000000 000000000000")


def test_golden_acceleration() -> None:
    packed = mm.decode(GOLDEN_ACC)
    assert isinstance(packed, mm.Packed)
    assert (packed.side, packed.register) == ("acc", 5)
    in_g = packed.counts / mm.COUNTS_PER_G
    assert in_g[:2].tolist() == [[1, -1, 2], [0, 0, 1]]
    assert packed.counts[2].tolist() == [32767, -32768, 1]


def test_golden_turning_rate() -> None:
    packed = mm.decode(GOLDEN_GYR)
    assert isinstance(packed, mm.Packed)
    assert packed.side == "gyr"
    assert (packed.counts[0] / mm.COUNTS_PER_DPS).tolist() == pytest.approx([10, -10, 100])


def test_commands_of_both_parts() -> None:
    assert mm.set_config(mm.ACC, mm.BMI270.config(mm.ACC, 200.0)).hex() == "0303a903"
    assert mm.set_config(mm.ACC, mm.BMI270.config(mm.ACC, 100.0)).hex() == "0303a803"
    assert mm.set_config(mm.ACC, mm.BMI160.config(mm.ACC, 200.0)).hex() == "0303290c"
    assert mm.set_config(mm.ACC, mm.BMI160.config(mm.ACC, 100.0)).hex() == "0303280c"
    assert mm.set_config(mm.GYRO, mm.BMI160.config(mm.GYRO, 200.0)).hex() == "13032900"
    assert mm.set_config(mm.GYRO, mm.BMI270.config(mm.GYRO, 100.0)).hex() == "13032800"
    assert [c.hex() for c in mm.subscribe(mm.BMI270, on=True)] == ["030501", "130501"]
    assert [c.hex() for c in mm.subscribe(mm.BMI160, on=True)] == ["031c01", "130701"]
    assert [c.hex() for c in mm.POWER_ON] == ["03020100", "13020100", "030101", "130101"]
    assert [c.hex() for c in mm.POWER_OFF] == ["030100", "130100", "03020001", "13020001"]
    assert (mm.read_module(mm.GYRO).hex(), mm.READ_BATTERY.hex()) == ("1380", "118c")
    assert struct.unpack("<2B4H", mm.CONNECTION) == (0x11, 0x09, 6, 12, 0, 600)


def test_answers() -> None:
    assert mm.decode(bytes.fromhex("03800402")) == mm.Module(mm.ACC, 4)
    assert mm.decode(bytes.fromhex("1380")) == mm.Module(mm.GYRO, None)
    assert mm.decode(bytes.fromhex("0383a903")) == mm.Config(mm.ACC, b"\xa9\x03")
    assert mm.decode(bytes.fromhex("118c57460f")) == mm.Battery(87, 3910)


@given(
    st.sampled_from([(3, 5), (3, 0x1C), (0x13, 5), (0x13, 7)]),
    st.lists(st.integers(-32768, 32767), min_size=9, max_size=9),
)
def test_packed_samples_come_back(head: tuple[int, int], values: list[int]) -> None:
    packed = mm.decode(bytes(head) + struct.pack("<9h", *values))
    assert isinstance(packed, mm.Packed)
    assert packed.counts.dtype == np.int16
    assert packed.counts.ravel().tolist() == values
    assert (packed.side, packed.register) == ("acc" if head[0] == 3 else "gyr", head[1])


@pytest.mark.parametrize(
    "payload", [b"", b"\x03", GOLDEN_ACC[:-1], GOLDEN_GYR + b"\x00", b"\x03\x04" + bytes(18)]
)
def test_others_are_refused(payload: bytes) -> None:
    with pytest.raises(CodecError):
        mm.decode(payload)


def test_noise_raises_codec_errors_only() -> None:
    draw, refused = random.Random(7), 0
    for _ in range(12_000):
        payload = bytearray(draw.choice([GOLDEN_ACC, GOLDEN_GYR, draw.randbytes(draw.randrange(30))]))
        for _ in range(draw.randrange(3)):
            if payload:
                payload[draw.randrange(min(4, len(payload)))] = draw.randrange(256)
        try:
            mm.decode(bytes(payload[: draw.randrange(len(payload) + 1)] if draw.random() < 0.3 else payload))
        except CodecError:
            refused += 1
    assert refused > 5_000
