"""Battery, device information, heart rate and foot pod: known bytes, both directions, damage."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import NOW_NS, heard_packet

from pfp_sensors.model.heard import BadPacket, HeartRate, PodCadence, Status
from pfp_sensors.model.packets import Channel
from pfp_sensors.sensors import standard_services as standard
from pfp_sensors.sensors.codec_error import CodecError

# Typed from the table of known frames in the specification, never made by the encoder.
RUNNING = bytes.fromhex("07 00 03 52 6E 00 39 30 00 00")
HEART = bytes.fromhex("10 48 9A 03 A2 03")


def test_known_foot_pod_measurement() -> None:
    measured = standard.decode_running(RUNNING, NOW_NS)
    assert (measured.speed_mps, measured.cadence_per_min, measured.running) == (3.0, 82, True)
    assert measured.stride_length_m == pytest.approx(1.10)
    assert measured.distance_m == pytest.approx(1234.5)
    assert standard.encode_running(measured) == RUNNING


def test_known_heart_rate_measurement() -> None:
    measured = standard.decode_heart_rate(HEART, NOW_NS)
    assert (measured.bpm, measured.contact) == (72, None)
    assert measured.rr_ms == pytest.approx((900.4, 908.2), abs=0.05)
    assert standard.encode_heart_rate(measured) == HEART


@pytest.mark.parametrize(
    ("payload", "measured"),
    [
        ("00 48", HeartRate(NOW_NS, 72)),
        ("01 2C 01", HeartRate(NOW_NS, 300)),
        ("06 48", HeartRate(NOW_NS, 72, contact=True)),
        ("04 48", HeartRate(NOW_NS, 72, contact=False)),
        ("02 48", HeartRate(NOW_NS, 72)),
        ("18 48 05 00 00 04", HeartRate(NOW_NS, 72, (1000.0,))),
        ("10 48", HeartRate(NOW_NS, 72)),
    ],
    ids=["plain", "wide", "contact", "no contact", "contact not supported", "energy", "no RR yet"],
)
def test_heart_rate_fields_by_their_flags(payload: str, measured: HeartRate) -> None:
    assert standard.decode_heart_rate(bytes.fromhex(payload), NOW_NS) == measured


@pytest.mark.parametrize(
    ("payload", "measured"),
    [
        ("00 00 03 52", PodCadence(NOW_NS, 3.0, 82)),
        ("01 00 03 52 6E 00", PodCadence(NOW_NS, 3.0, 82, stride_length_m=1.1)),
        ("06 00 03 52 0A 00 00 00", PodCadence(NOW_NS, 3.0, 82, distance_m=1.0, running=True)),
    ],
)
def test_foot_pod_fields_by_their_flags(payload: str, measured: PodCadence) -> None:
    assert standard.decode_running(bytes.fromhex(payload), NOW_NS) == measured


@given(
    st.integers(0, 65535),
    st.lists(st.integers(0, 65535), max_size=9),
    st.none() | st.booleans(),
)
def test_any_heart_rate_there_and_back(bpm: int, rr: list[int], contact: bool | None) -> None:
    measured = HeartRate(NOW_NS, bpm, tuple(each * 1000 / 1024 for each in rr), contact)
    assert standard.decode_heart_rate(standard.encode_heart_rate(measured), NOW_NS) == measured


@given(
    st.integers(0, 65535),
    st.integers(0, 255),
    st.none() | st.integers(0, 65535),
    st.none() | st.integers(0, 2**32 - 1),
    st.booleans(),
)
def test_any_foot_pod_measurement_there_and_back(
    speed: int, cadence: int, stride: int | None, distance: int | None, running: bool
) -> None:
    stride_m = None if stride is None else stride / 100
    measured = PodCadence(
        NOW_NS, speed / 256, cadence, stride_m, None if distance is None else distance / 10, running
    )
    assert standard.decode_running(standard.encode_running(measured), NOW_NS) == measured


@pytest.mark.parametrize("payload", [RUNNING[:cut] for cut in range(len(RUNNING))] + [RUNNING + b"\0"])
def test_a_foot_pod_measurement_of_another_length_is_refused(payload: bytes) -> None:
    with pytest.raises(CodecError, match="running"):
        standard.decode_running(payload, NOW_NS)


@pytest.mark.parametrize("payload", [b"", b"\x10", HEART[:3], HEART[:5], b"\x00\x48\x00", b"\x01\x48"])
def test_a_heart_rate_of_another_length_is_refused(payload: bytes) -> None:
    with pytest.raises(CodecError, match="heart rate"):
        standard.decode_heart_rate(payload, NOW_NS)


def test_battery_level() -> None:
    assert [standard.decode_battery(bytes([percent])) for percent in (0, 87, 100)] == [0, 87, 100]
    for payload in (b"", b"\x65", b"\xff", b"\x57\x00"):
        with pytest.raises(CodecError, match="battery"):
            standard.decode_battery(payload)


def test_text_of_the_device_information() -> None:
    assert standard.decode_text(b"LSM6DSO32\0\0") == "LSM6DSO32"
    assert standard.decode_text(" Gerät 1\n".encode()) == "Gerät 1"
    assert standard.decode_text(b"A\xff") == "A\N{REPLACEMENT CHARACTER}"


def test_values_too_large_for_their_field_are_refused() -> None:
    with pytest.raises(CodecError, match="fit"):
        standard.encode_running(PodCadence(NOW_NS, 300.0, 82))
    with pytest.raises(CodecError, match="fit"):
        standard.encode_heart_rate(HeartRate(NOW_NS, 70000))


def test_side_channels_are_heard_and_damage_is_said() -> None:
    heard = [
        standard.hear_standard(heard_packet(payload, channel))
        for channel, payload in [
            (Channel.BATTERY, b"\x57"),
            (Channel.HEART_RATE, HEART),
            (Channel.CADENCE, RUNNING),
            (Channel.DATA, b"\x57"),
            (Channel.SENT, HEART),
        ]
    ]
    assert heard == [
        (Status(NOW_NS, 0, battery_percent=87),),
        (standard.decode_heart_rate(HEART, NOW_NS),),
        (standard.decode_running(RUNNING, NOW_NS),),
        (),
        (),
    ]
    for channel in (Channel.BATTERY, Channel.HEART_RATE, Channel.CADENCE):
        (bad,) = standard.hear_standard(heard_packet(b"", channel))
        assert isinstance(bad, BadPacket)


@given(st.binary(max_size=32))
def test_any_bytes_are_understood_or_refused_by_the_one_error(payload: bytes) -> None:
    standard.decode_text(payload)
    with suppress(CodecError):
        standard.decode_battery(payload)
    with suppress(CodecError):
        standard.decode_heart_rate(payload, NOW_NS)
    with suppress(CodecError):
        standard.decode_running(payload, NOW_NS)
