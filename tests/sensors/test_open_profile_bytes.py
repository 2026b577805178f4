"""The open profile's bytes: known frames, both directions, and what is no frame of it."""

from __future__ import annotations

import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.sensors import open_profile as profile
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.open_profile import DataPacket, StatusPacket, UnknownPacket
from pfp_sensors.sensors.open_profile_commands import (
    Answer,
    Command,
    Config,
    Op,
    PlainAnswer,
    Resume,
    Start,
    StartAnswer,
    Stop,
    Time,
    TimeAnswer,
    answers_time,
    decode_answer,
    decode_command,
    encode_answer,
    encode_command,
    in_words,
    knows_op,
)
from pfp_sensors.sensors.open_profile_info import ACC_AXES, ALL_AXES, Info, decode_info, encode_info

# Typed from the table of known frames in the specification, never made by the encoder.
DATA = bytes.fromhex("11 01 FF FF 70 11 01 00 D8 FE FF FF 00 08 00 F8 FF 7F A4 00 5C FF 00 00")
STATUS = bytes.fromhex(
    "12 01 07 00 4D 3C 2B 1A 40 42 0F 00 C9 00 00 00 00 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00"
    " 01 00 46 0F 66 08 57 00"
)
INFO = bytes.fromhex(
    "01 01 0A 3F 00 00 48 43 0A E8 9C 3B 00 00 7A 3D 4D 3C 2B 1A D0 07 00 00 10 00 D0 07 FF 7F FF 7F"
)
TIME = bytes.fromhex("03 00 CA 9A 3B 00 00 00 00")
TIME_ANSWER = bytes.fromhex("83 00 00 CA 9A 3B 00 00 00 00 80 B2 E6 0E 00 00 00 00 00 CD EC 0E 00 00 00 00")
RESUME = bytes.fromhex("01 4D 3C 2B 1A 4E 02 00 00")
RESUME_ANSWER = bytes.fromhex("81 00 4D 3C 2B 1A 4E 02 00 00")
BOOT = 0x1A2B3C4D


def test_known_data_packet() -> None:
    packet = profile.decode_notification(DATA)
    assert isinstance(packet, DataPacket)
    assert (packet.seq, packet.index, packet.t_us) == (65535, 70000, 4294967000)
    assert packet.counts.tolist() == [[2048, -2048, 32767, 164, -164, 0]]
    assert packet.counts.dtype == np.int16
    assert profile.encode_data(packet) == DATA


def test_known_status_packet() -> None:
    packet = profile.decode_notification(STATUS)
    assert packet == StatusPacket(
        seq=7,
        boot_id=BOOT,
        t_us=1_000_000,
        next_index=201,
        oldest_index=0,
        acc_clipped=3,
        fifo_overflows=1,
        battery_mv=3910,
        temperature_centi_c=2150,
        battery_percent=87,
        sampling=True,
    )
    assert profile.encode_status(packet) == STATUS


def test_known_info() -> None:
    info = decode_info(INFO)
    assert info.rate_hz == 200
    assert info.acc_scale_mps2 == pytest.approx(0.0047884, rel=1e-4)
    assert info.gyr_scale_dps == pytest.approx(0.0610352, rel=1e-6)
    assert (info.samples_per_packet, info.axes, info.has_ring, info.takes_config) == (10, 0x3F, True, False)
    assert (info.boot_id, info.ring_samples) == (BOOT, 2000)
    assert (info.acc_range_g, info.gyr_range_dps, info.acc_clip, info.gyr_clip) == (16, 2000, 32767, 32767)
    assert encode_info(info) == INFO


@pytest.mark.parametrize(
    ("payload", "command"),
    [
        (TIME, Time(1_000_000_000)),
        (RESUME, Resume(BOOT, 590)),
        (b"\x01", Start()),
        (b"\x02", Stop()),
        (bytes.fromhex("04 D0 00 20 00 D0 07 0D"), Config(208, 32, 2000, 13)),
    ],
)
def test_known_commands(payload: bytes, command: Command) -> None:
    assert decode_command(payload) == command
    assert encode_command(command) == payload


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (TIME_ANSWER, TimeAnswer(0, 1_000_000_000, 250_000_000, 250_400_000)),
        (RESUME_ANSWER, StartAnswer(0, BOOT, 590)),
        (bytes.fromhex("81 05 4D 3C 2B 1A 00 00 00 00"), StartAnswer(5, BOOT, 0)),
        (bytes.fromhex("81 04"), StartAnswer(4)),
        (bytes.fromhex("82 00"), PlainAnswer(Op.STOP, 0)),
        (bytes.fromhex("83 01"), TimeAnswer(1)),
        (bytes.fromhex("84 02"), PlainAnswer(Op.CONFIG, 2)),
    ],
)
def test_known_answers(payload: bytes, answer: Answer) -> None:
    assert decode_answer(payload) == answer
    assert encode_answer(answer) == payload
    assert decode_answer(payload + b"\x07\x07") == answer or len(payload) == 2, (
        "trailing bytes are passed over"
    )


# --- any value there and back ---------------------------------------------------------------------

U8, U16, U32 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32))
I16 = st.integers(-(1 << 15), (1 << 15) - 1)
NS = st.integers(0, (1 << 63) - 1)
ROWS = st.lists(st.tuples(*[I16] * 6), min_size=1, max_size=41)


@given(U16, U32, U32, ROWS)
def test_any_data_packet_there_and_back(seq: int, index: int, t_us: int, rows: list[tuple[int, ...]]) -> None:
    counts = np.array(rows, dtype=np.int16)
    payload = profile.encode_data(DataPacket(seq, index, t_us, counts))
    packet = profile.decode_notification(payload)
    assert len(payload) == 12 + 12 * len(rows)
    assert isinstance(packet, DataPacket)
    assert (packet.seq, packet.index, packet.t_us) == (seq, index, t_us)
    assert np.array_equal(packet.counts, counts)


STATUS_PACKETS = st.builds(
    StatusPacket,
    *[U16, U32, U32, U32, U32, U32, U32, U32, U16],
    battery_mv=st.none() | st.integers(1, 65535),
    temperature_centi_c=st.none() | st.integers(-32767, 32767),
    battery_percent=st.none() | st.integers(0, 100),
    sampling=st.booleans(),
    charging=st.booleans(),
    battery_low=st.booleans(),
    self_test_failed=st.booleans(),
)


@given(STATUS_PACKETS)
def test_any_status_packet_there_and_back(packet: StatusPacket) -> None:
    payload = profile.encode_status(packet)
    assert len(payload) == 40
    assert profile.decode_notification(payload) == packet


@st.composite
def infos(draw: st.DrawFn) -> Info:
    """Draw an INFO whose scales fit its ranges, as those of parts do."""
    acc_range_g, gyr_range_dps = draw(st.sampled_from([16, 32, 320])), draw(st.sampled_from([1000, 2000]))
    return Info(
        rate_hz=float(np.float32(draw(st.floats(12.5, 1666)))),
        acc_scale_mps2=float(np.float32(acc_range_g * draw(st.floats(0.9, 1.15)) * 9.80665 / 32767)),
        gyr_scale_dps=float(np.float32(gyr_range_dps * draw(st.floats(0.9, 1.15)) / 32767)),
        boot_id=draw(U32),
        ring_samples=draw(U32),
        acc_range_g=acc_range_g,
        gyr_range_dps=gyr_range_dps,
        acc_clip=draw(st.integers(30000, 32767)),
        gyr_clip=draw(st.integers(30000, 32767)),
        samples_per_packet=draw(U8),
        has_ring=draw(st.booleans()),
        takes_config=draw(st.booleans()),
        axes=draw(st.sampled_from([ALL_AXES, ACC_AXES])),
    )


@given(infos(), st.binary(max_size=8))
def test_any_info_there_and_back(info: Info, trailing: bytes) -> None:
    payload = encode_info(info)
    assert len(payload) == 32
    assert decode_info(payload + trailing) == info


COMMANDS = (
    st.just(Start())
    | st.just(Stop())
    | st.builds(Resume, U32, U32)
    | st.builds(Time, NS)
    | st.builds(Config, U16, U16, U16, U8)
)
STATUSES = st.integers(1, 6)
CLOCKS = st.tuples(NS, NS, NS).map(lambda t: TimeAnswer(0, t[0], min(t[1:]), max(t[1:])))
ANSWERS = (
    st.builds(StartAnswer, st.integers(0, 6), U32, U32)
    | st.builds(StartAnswer, STATUSES)
    | st.builds(TimeAnswer, STATUSES)
    | CLOCKS
    | st.builds(PlainAnswer, st.sampled_from([Op.STOP, Op.CONFIG]), st.integers(0, 6))
)


@given(COMMANDS)
def test_any_command_there_and_back(command: Command) -> None:
    assert decode_command(encode_command(command)) == command


@given(ANSWERS)
def test_any_answer_there_and_back(answer: Answer) -> None:
    assert decode_answer(encode_answer(answer)) == answer


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", range(len(DATA)))
def test_a_cut_data_packet_is_refused(cut: int) -> None:
    with pytest.raises(CodecError):
        profile.decode_notification(DATA[:cut])


@pytest.mark.parametrize(
    "payload",
    [
        DATA + b"\0",
        DATA + bytes(12),
        b"\x11\x02" + DATA[2:],
        b"\x11\x00" + DATA[2:12],
        b"\x11\x00" + DATA[2:],
    ],
    ids=["a byte more", "a sample more", "n too large", "no sample", "n is 0"],
)
def test_a_data_packet_of_another_length_is_refused(payload: bytes) -> None:
    with pytest.raises(CodecError, match="sample"):
        profile.decode_notification(payload)


@pytest.mark.parametrize("payload", [b"\x21" + DATA[1:], b"\x02" + STATUS[1:], b"\xf1" + DATA[1:]])
def test_another_version_of_a_packet_is_refused(payload: bytes) -> None:
    with pytest.raises(CodecError, match="version"):
        profile.decode_notification(payload)


def test_packets_of_unknown_type_are_told_apart() -> None:
    assert profile.decode_notification(b"\x13\x01\x02") == UnknownPacket(3)


def test_a_longer_status_packet_is_read_and_an_impossible_charge_refused() -> None:
    assert profile.decode_notification(STATUS + b"\x01") == profile.decode_notification(STATUS)
    with pytest.raises(CodecError, match="180 %"):
        profile.decode_notification(STATUS[:38] + b"\xb4\x00")


def changed_info(offset: int, layout: str, value: float) -> bytes:
    payload = bytearray(INFO)
    struct.pack_into(layout, payload, offset, value)
    return bytes(payload)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (INFO[:31], "31 bytes"),
        (b"", "0 bytes"),
        (changed_info(0, "<B", 2), "version 2"),
        (changed_info(3, "<B", 0x38), "axes"),
        (changed_info(4, "<f", 0.0), "rate"),
        (changed_info(4, "<f", float("nan")), "rate"),
        (changed_info(4, "<f", float("inf")), "rate"),
        (changed_info(8, "<f", 16 / 32768), "acceleration"),  # g instead of m/s²
        (changed_info(8, "<f", float("nan")), "acceleration"),
        (changed_info(8, "<f", -0.0048), "acceleration"),
        (changed_info(12, "<f", 2000 / 32768 / 57.3), "rotation"),  # rad/s instead of deg/s
        (changed_info(24, "<H", 0), "acceleration"),
        (changed_info(26, "<H", 0), "rotation"),
    ],
)
def test_an_info_that_cannot_be_used_is_refused(payload: bytes, words: str) -> None:
    with pytest.raises(CodecError, match=words):
        decode_info(payload)


def test_without_gyroscope_its_scale_does_not_matter() -> None:
    payload = bytearray(changed_info(12, "<f", 0.0))
    payload[3] = ACC_AXES
    assert not decode_info(bytes(payload)).has_gyr


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x81", b"\x01\x00", b"\x85\x00", RESUME_ANSWER[:9], TIME_ANSWER[:25]],
)
def test_no_answer_of_this_profile_is_refused(payload: bytes) -> None:
    with pytest.raises(CodecError):
        decode_answer(payload)


def test_a_clock_that_runs_backwards_is_refused() -> None:
    with pytest.raises(CodecError, match="device clock"):
        decode_answer(encode_answer(TimeAnswer(0, 1, 3, 2)))


@pytest.mark.parametrize("payload", [b"\x01\x00", b"\x02\x00", TIME[:8], RESUME + b"\0", b"\x04"])
def test_a_command_of_another_length_is_known_but_refused(payload: bytes) -> None:
    assert knows_op(payload)
    with pytest.raises(CodecError, match="does not have"):
        decode_command(payload)


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\x05", b"\x81"])
def test_an_unknown_command_is_not_known(payload: bytes) -> None:
    assert not knows_op(payload)
    with pytest.raises(CodecError, match="unknown"):
        decode_command(payload)


def test_a_late_answer_to_an_earlier_time_is_not_taken() -> None:
    assert answers_time(TIME_ANSWER, 1_000_000_000)
    assert not answers_time(TIME_ANSWER, 1_000_000_001)
    assert not answers_time(TIME_ANSWER[:20], 1_000_000_000)
    assert answers_time(b"\x83\x02", 1_000_000_000), "a refusal is an answer"


def test_values_too_large_for_their_field_are_refused() -> None:
    with pytest.raises(CodecError, match="fit"):
        profile.encode_data(DataPacket(1 << 16, 0, 0, np.zeros((1, 6), np.int16)))
    with pytest.raises(CodecError, match="fit"):
        encode_command(Resume(-1, 0))
    with pytest.raises(CodecError, match="samples of 6"):
        profile.encode_data(DataPacket(0, 0, 0, np.zeros((0, 6), np.int16)))


@pytest.mark.parametrize("status", [*range(1, 8), 255])
def test_every_refusal_has_words_and_advice(status: int) -> None:
    meaning, what_to_do = in_words(status)
    assert meaning
    assert what_to_do.endswith(".")


@given(st.binary(max_size=64))
def test_any_bytes_are_understood_or_refused_by_the_one_error(payload: bytes) -> None:
    for decode in (profile.decode_notification, decode_info, decode_answer, decode_command):
        with suppress(CodecError):
            decode(payload)
