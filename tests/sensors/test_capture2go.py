"""Capture2Go's bytes: the frames of the specification, round trips, torn and damaged streams."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.sensors import capture2go as wire
from pfp_sensors.sensors import capture2go_payloads as payloads
from pfp_sensors.sensors.capture2go import Frame, FrameStream, Header
from pfp_sensors.sensors.codec_error import CodecError

# The golden bytes stand in the specification; they went through the maker's own decoder.
GOLDEN_START = bytes.fromhex("02 3D 7F 65 8C 00 50 01")
GOLDEN_MODE = bytes.fromhex(
    "02 EF FA 57 91 1E 20 01 00 00 00 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00"
    "00 00 00 00 00 00 00 01"
)
GOLDEN_DATA = bytes.fromhex("02 65 33 59 24 73 31 02") + bytes(range(115))
GOLDEN_STATUS = bytes.fromhex(
    "02 26 69 D0 F7 13 01 02 00 F2 05 2A 01 00 00 00 02 02 00 00 00 00 00 00 01 CC 5D"
)
GOLDENS = (GOLDEN_START, GOLDEN_MODE, GOLDEN_DATA, GOLDEN_STATUS)

i64 = st.integers(-(2**63), 2**63 - 1)
i16 = st.integers(-(2**15), 2**15 - 1)
u8 = st.integers(0, 255)
counts = st.lists(i16, min_size=24, max_size=24).map(lambda v: np.array(v, np.int16).reshape(8, 3))
empty_headers = st.sampled_from([Header.START_STREAMING, Header.STOP_AND_CLEAR, Header.GET_STATUS])


def packed(ns: int = 0, seed: int = 0, rate_hz: float = 200.0, flags: int = 0) -> Frame:
    """Return a synthetic frame of eight samples."""
    numbers = np.random.default_rng(seed).integers(-(2**15), 2**15, (2, 8, 3)).astype(np.int16)
    return payloads.encode_packed(payloads.PackedSamples(rate_hz, ns, numbers[0], numbers[1], flags))


def as_bytes(frame: Frame) -> bytes:
    return wire.encode_frame(frame.header, frame.payload)


# --- golden bytes -----------------------------------------------------------------------------------


def test_golden_start():
    assert wire.decode_frame(GOLDEN_START) == Frame(Header.START_STREAMING)
    assert wire.encode_frame(Header.START_STREAMING) == GOLDEN_START


def test_golden_mode_is_200_hz_without_magnetometer_and_status_each_second():
    frame = wire.decode_frame(GOLDEN_MODE)
    assert frame.header == Header.SET_MODE
    assert payloads.decode_mode(frame.payload) == payloads.MeasurementMode(200.0, 1, magnetometer=False)
    assert wire.encode_frame(Header.SET_MODE, payloads.encode_mode(payloads.MeasurementMode())) == GOLDEN_MODE


def test_golden_data_has_the_gyroscope_first():
    frame = wire.decode_frame(GOLDEN_DATA)
    heard = payloads.decode_packed(frame)
    assert len(GOLDEN_DATA) == 123
    assert heard.rate_hz == 200.0
    assert heard.device_ns == 0x0706050403020100
    assert heard.gyr[0].tolist() == [2312, 2826, 3340]
    assert heard.acc[0].tolist() == [14648, 15162, 15676]
    assert heard.flags == 114
    assert heard.acc.shape == heard.gyr.shape == (8, 3)


def test_golden_status():
    said = payloads.decode_status(wire.decode_frame(GOLDEN_STATUS).payload)
    assert said.device_ns == 5_000_000_000
    assert said.state == payloads.State.STREAMING
    assert said.gyr_bias == (0, 0, 0)
    assert said.synchronised
    assert (said.battery_percent, said.charging) == (76, True)
    assert said.free_storage_percent == 93
    assert wire.encode_frame(Header.STATUS, payloads.encode_status(said)) == GOLDEN_STATUS


# --- round trips ------------------------------------------------------------------------------------


@given(ns=i64, acc=counts, gyr=counts, flags=u8, rate_hz=st.sampled_from(payloads.RATES_HZ))
def test_samples_come_back_as_they_were(ns, acc, gyr, flags, rate_hz):
    sent = payloads.PackedSamples(rate_hz, ns, acc, gyr, flags)
    heard = payloads.decode_packed(wire.decode_frame(as_bytes(payloads.encode_packed(sent))))
    assert (heard.rate_hz, heard.device_ns, heard.flags) == (rate_hz, ns, flags)
    np.testing.assert_array_equal(heard.acc, acc)
    np.testing.assert_array_equal(heard.gyr, gyr)
    assert heard.acc.dtype == heard.gyr.dtype == np.int16


@given(acc=counts, gyr=counts)
def test_samples_with_magnetometer_are_read_at_the_same_places(acc, gyr):
    six = payloads.encode_packed(payloads.PackedSamples(100.0, 7, acc, gyr, 1))
    nine = Frame(Header.PACKED_9D + 1, six.payload[:104] + bytes(48) + six.payload[104:])
    heard = payloads.decode_packed(wire.decode_frame(as_bytes(nine)))
    assert (heard.rate_hz, heard.device_ns, heard.flags) == (100.0, 7, 1)
    np.testing.assert_array_equal(heard.acc, acc)
    np.testing.assert_array_equal(heard.gyr, gyr)


@given(
    rate_hz=st.sampled_from([None, *payloads.RATES_HZ]),
    status_s=u8,
    magnetometer=st.booleans(),
    sync_mode=st.integers(0, 2),
    sync_id=st.integers(0, 2**64 - 1),
)
def test_a_mode_comes_back_as_it_was(rate_hz, status_s, magnetometer, sync_mode, sync_id):
    mode = payloads.MeasurementMode(rate_hz, status_s, magnetometer, sync_mode, sync_id)
    assert payloads.decode_mode(payloads.encode_mode(mode)) == mode


@given(
    ns=i64,
    state=u8,
    connection=u8,
    bias=st.tuples(i16, i16, i16),
    flags=st.tuples(st.booleans(), st.booleans()),
    percents=st.tuples(st.integers(0, 127), u8),
)
def test_a_status_comes_back_as_it_was(ns, state, connection, bias, flags, percents):
    said = payloads.DeviceStatus(ns, state, connection, bias, flags[0], percents[0], flags[1], percents[1])
    assert payloads.decode_status(payloads.encode_status(said)) == said


@given(i64, i64, i64)
def test_an_echo_comes_back_as_it_was(t1, t2, t3):
    assert payloads.decode_echo(payloads.encode_echo(t1, t2, t3)) == (t1, t2, t3)


def test_device_info_comes_back_as_it_was():
    info = payloads.DeviceInfo(1, "ab1234", "r2", "fr1", "1.2.3", "2026-01-02")
    assert payloads.decode_device_info(payloads.encode_device_info(info)) == info


def test_a_fault_names_itself_and_its_command():
    assert payloads.decode_fault(payloads.encode_fault(0xFB, Header.START_STREAMING)) == (
        "wrong_state",
        0x0150,
    )
    assert payloads.decode_fault(payloads.encode_fault(0x33, 0xFFFF)) == ("code_33", 0xFFFF)


@given(st.lists(empty_headers, max_size=3), st.binary(max_size=300))
def test_a_notification_comes_back_as_it_was(headers, piece):
    realtime = tuple(Frame(header) for header in headers)
    assert wire.split_notification(wire.pack_notification(realtime, piece)) == (realtime, piece)


def test_what_cannot_be_sent_is_refused():
    with pytest.raises(CodecError, match="236"):
        wire.encode_frame(Header.BYTES, bytes(237))
    with pytest.raises(CodecError, match="at most 3"):
        wire.pack_notification([Frame(Header.STATUS)] * 4, b"")
    with pytest.raises(CodecError, match="150 Hz"):
        payloads.encode_mode(payloads.MeasurementMode(150.0))


# --- damage -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("golden", GOLDENS)
def test_no_single_changed_byte_gets_past_the_checksum(golden):
    for at in range(len(golden)):
        for flip in (0x01, 0x80, 0xFF):
            damaged = bytearray(golden)
            damaged[at] ^= flip
            with pytest.raises(CodecError):
                wire.decode_frame(bytes(damaged))


def test_ten_thousand_random_and_changed_values_raise_nothing_but_codec_errors():
    numbers = random.Random(20)
    decoders = (
        wire.decode_frame,
        wire.split_notification,
        payloads.decode_mode,
        payloads.decode_status,
        payloads.decode_echo,
        payloads.decode_device_info,
        payloads.decode_fault,
        lambda value: payloads.decode_packed(Frame(numbers.choice([0x221, 0x231, 0x150]), value)),
    )
    stream, frames_heard = FrameStream(), 0
    for _ in range(10_000):
        value = bytearray(numbers.choice(GOLDENS) if numbers.random() < 0.7 else numbers.randbytes(120))
        for _ in range(numbers.randint(1, 4)):
            value[numbers.randrange(len(value))] = numbers.randrange(256)
        del value[numbers.randint(1, len(value)) :]
        for decode in decoders:
            try:
                decode(bytes(value))
            except CodecError:
                continue
        frames_heard += sum(as_bytes(f) not in GOLDENS for f in stream.feed(bytes(value))[0])
    assert frames_heard == 0  # what the stream let through is only what was sent whole


# --- the torn stream --------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 60), min_size=1), st.lists(st.sampled_from(GOLDENS), min_size=1, max_size=6))
def test_a_stream_torn_anywhere_gives_the_same_frames(cuts, sent):
    whole, stream, heard, skipped, at, turn = b"".join(sent), FrameStream(), [], 0, 0, 0
    while at < len(whole):
        size = cuts[turn % len(cuts)]
        frames, lost = stream.feed(whole[at : at + size])
        heard += frames
        skipped += lost
        at, turn = at + size, turn + 1
    assert [as_bytes(frame) for frame in heard] == sent
    assert skipped == 0


@given(garbage=st.binary(max_size=400), before=st.integers(0, 3))
def test_garbage_between_frames_costs_no_frame(garbage, before):
    sent = [as_bytes(packed(ns, ns)) for ns in range(8)]
    stream = FrameStream()
    frames, _ = stream.feed(b"".join(sent[:before]) + garbage + b"".join(sent[before:]))
    assert [as_bytes(f) for f in frames] == sent


@given(lost=st.integers(0, 14), size=st.integers(20, 244))
def test_a_lost_notification_costs_only_the_frames_it_touched(lost, size):
    sent = [as_bytes(packed(ns, ns)) for ns in range(24)]
    whole = b"".join(sent)
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    lost = min(lost, len(pieces) - 1)
    stream, heard = FrameStream(), []
    for number, piece in enumerate(pieces):
        if number != lost:
            heard += stream.feed(piece)[0]
    start, end = lost * size, lost * size + len(pieces[lost])
    untouched = [s for i, s in enumerate(sent) if (i + 1) * 123 <= start or i * 123 >= end]
    # A frame whose lost end happens to equal what follows the gap is whole by its checksum.
    assert [s for s in map(as_bytes, heard) if s in untouched] == untouched
    assert set(map(as_bytes, heard)) <= set(sent)


def test_a_false_beginning_with_a_known_header_and_size_delays_but_costs_nothing():
    false_start = GOLDEN_DATA[:8]
    sent = [as_bytes(packed(ns, ns)) for ns in range(3)]
    stream = FrameStream()
    frames, skipped = stream.feed(false_start + b"".join(sent))
    assert [as_bytes(frame) for frame in frames] == sent
    assert skipped == len(false_start)


def test_a_cleared_stream_forgets_the_beginning_of_a_frame():
    stream = FrameStream()
    stream.feed(GOLDEN_DATA[:50])
    stream.clear()
    assert stream.feed(GOLDEN_STATUS) == ((wire.decode_frame(GOLDEN_STATUS),), 0)
