"""Logs in a Movesense sensor's memory: listing, fetching, and the samples in them; all synthetic."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.script import Ask
from pfp_sensors.sensors import movesense as gsp
from pfp_sensors.sensors import movesense_logbook as logbook
from pfp_sensors.sensors import movesense_sbem as sbem
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.movesense import Command
from pfp_sensors.sensors.movesense_logbook import LogEntry

HEADER = b"SBEM0112"

# The descriptors of a real IMU9 log as docs/sbem-format.md of sokolmarek/movesense-commander prints them: a
# time, then four samples of each array between brackets; 148 bytes.
IMU9_DESCRIPTORS = {
    13: "<PTH>Samples+Array.MeasIMU9.Timestamp\n<FRM>uint32",
    **{
        39 + i: f"<PTH>Samples.Array.MeasIMU9.ArrayAcc{'+.'[i > 0]}{'xyz'[i]}\n<FRM>float32" for i in range(3)
    },
    **{
        42 + i: f"<PTH>Samples.Array.MeasIMU9.ArrayGyro{'+.'[i > 0]}{'xyz'[i]}\n<FRM>float32"
        for i in range(3)
    },
    **{
        45 + i: f"<PTH>Samples.Array.MeasIMU9.ArrayMagn{'+.'[i > 0]}{'xyz'[i]}\n<FRM>float32"
        for i in range(3)
    },
    54: "<PTH>[",
    55: "<PTH>]",
    56: "<PTH>+Samples.Array.ArrayBegin\n<FRM>uint8",
    89: "<GRP>39,40,41",
    90: "<GRP>42,43,44",
    91: "<GRP>45,46,47",
    94: "<GRP>13,54,89,89,89,89,55,54,90,90,90,90,55,54,91,91,91,91,55",
}
# The same for IMU6 with two samples: 52 bytes, as others found in logs of it.
IMU6_DESCRIPTORS = {
    **{n: text.replace("MeasIMU9", "MeasIMU6") for n, text in IMU9_DESCRIPTORS.items() if n < 91},
    92: "<GRP>13,54,89,89,55,54,90,90,55",
    20: "<PTH>Samples+Array.TimeDetailed.relativeTime\n<FRM>uint32",
    21: "<PTH>Samples.Array.TimeDetailed.utcTime\n<FRM>int64",
    93: "<GRP>20,21",
}
CAPTURED_IMU9 = bytes.fromhex(
    "15 9e 01 00 5c 6e 61 bd 56 d2 9c bd 8c 2a 1d c1 ee 54 e6 bd cc d5 fe bc 8c 2a 1d c1"
    "c9 87 dc bd 31 05 13 bd 27 3e 1d c1 cc d5 fe bd ec 06 44 bd f7 a9 1d c1"
    "48 e1 fa 3f 8f c2 25 c0 c3 f5 68 3f 66 66 06 40 cd cc 1c c0 3e 0a 57 3f"
    "85 eb 01 40 cd cc 1c c0 3e 0a 57 3f 66 66 06 40 ae 47 21 c0 b8 1e 45 3f"
    "52 a8 6f 42 81 7b b0 c2 72 e8 5a 43 1b 6e 6a 42 f0 53 ac c2 4a dd 5a 43"
    "77 70 6d 42 04 ec b1 c2 db 61 59 43 35 90 6f 42 0b 7e b0 c2 d2 34 5a 43"
)
"""A resting sensor's four samples, captured live by the same project; a log's chunk has the same content."""


def described(descriptors: dict[int, str]) -> bytes:
    return HEADER + b"".join(sbem.encode_descriptor(n, text) for n, text in descriptors.items())


def imu6_body(number: int) -> bytes:
    both = np.random.default_rng(number).uniform(-50, 50, (2, 2, 3)).astype(np.float32)
    return gsp.encode_imu6(gsp.ImuMessage(number, *both))


def imu6_log(chunks: int = 30) -> bytes:
    anchor = sbem.encode_chunk(93, struct.pack("<Iq", 24583, 1787165109516000))
    return (
        described(IMU6_DESCRIPTORS)
        + anchor
        + b"".join(sbem.encode_chunk(92, imu6_body(number)) for number in range(chunks))
    )


class Memory:
    """A synthetic sensor with logs; ``lose`` are numbers of notifications it loses."""

    def __init__(self, held: dict[int, bytes], lose: set[int] = frozenset()) -> None:
        self.held, self.lose, self.sent = held, lose, 0
        self.status = 200

    def values(self, value: bytes) -> list[bytes]:
        command, ref, data = gsp.decode_command(value)
        if command == Command.HELLO:
            return [gsp.encode_hello(ref, gsp.Hello(1, "1", "Flash", "a", "Sensor Data", "2"))]
        if command == Command.GET:
            assert gsp.decode_path(data) == logbook.ENTRIES
            listed = tuple(LogEntry(n, 0, len(log)) for n, log in self.held.items())
            return [gsp.encode_response(ref, self.status, logbook.encode_entries(listed)[:150])]
        assert command == Command.FETCH_LOG
        log = self.held.get(int.from_bytes(data, "little"))
        if log is None:
            return [gsp.encode_response(ref, 404)]
        pieces = [
            logbook.encode_log_part(ref, at, log[at : at + 100], number=at % 200 // 100)
            for at in range(0, len(log), 100)
        ]
        every = [gsp.encode_response(ref, 200), *pieces, logbook.encode_log_part(ref, len(log), b"")]
        kept = [v for i, v in enumerate(every, self.sent) if i not in self.lose]
        self.sent += len(every)
        return kept


def run(script, memory: Memory):
    """Do a script against a memory and return what it returns."""
    step = next(script)
    try:
        while True:
            if not isinstance(step, Ask):
                step = script.send(None)
                continue
            answer = next((value for value in memory.values(step.value) if step.accept(value)), None)
            step = script.throw(NoAnswerError("silent")) if answer is None else script.send(answer)
    except StopIteration as end:
        return end.value


# --- listing and fetching -----------------------------------------------------------------------------


def test_logs_are_listed():
    heard = run(logbook.list_logs(), Memory({1: bytes(5), 7: bytes(9)}))
    assert heard == logbook.LogList((LogEntry(1, 0, 5), LogEntry(7, 0, 9)), complete=True)
    assert run(logbook.list_logs(), Memory({})).entries == ()


def test_a_list_cut_by_the_notifications_size_says_so():
    heard = run(logbook.list_logs(), Memory({n: bytes(1) for n in range(12)}))
    assert (len(heard.entries), heard.complete) == (9, False)


def test_a_sensor_that_is_logging_refuses():
    memory = Memory({1: bytes(5)})
    memory.status = 409
    with pytest.raises(SensorError, match="409"):
        run(logbook.list_logs(), memory)


def test_a_log_comes_whole():
    log = imu6_log()
    assert run(logbook.fetch_log(LogEntry(3, 0, len(log))), Memory({3: log})) == log


@pytest.mark.parametrize("lost", [{0}, {1}, {5, 6, 9}])
def test_lost_notifications_are_sent_again(lost):
    log = imu6_log()
    memory = Memory({3: log}, lost)
    assert run(logbook.fetch_log(LogEntry(3, 0, len(log))), memory) == log


def test_a_log_that_stays_incomplete_is_an_error():
    log = imu6_log()
    every = len(log) // 100 + 3
    memory = Memory({3: log}, {5, 5 + every, 5 + 2 * every})
    with pytest.raises(SensorError, match="100 of"):
        run(logbook.fetch_log(LogEntry(3, 0, len(log))), memory)


def test_no_more_is_taken_than_was_listed():
    log = imu6_log()
    assert run(logbook.fetch_log(LogEntry(3, 0, 250)), Memory({3: log})) == log[:250]


def test_a_log_that_is_not_there_is_an_error():
    with pytest.raises(SensorError, match="404"):
        run(logbook.fetch_log(LogEntry(3, 0, 10)), Memory({}))


@given(st.lists(st.builds(LogEntry, *[st.integers(0, 2**32 - 1)] * 2, st.integers(0, 2**64 - 1)), max_size=9))
def test_a_list_comes_back_as_it_was(entries):
    assert logbook.decode_entries(logbook.encode_entries(tuple(entries))).entries == tuple(entries)


# --- samples ------------------------------------------------------------------------------------------


def test_a_fetched_run_has_the_samples_of_the_live_stream():
    run_heard = sbem.read_log(imu6_log())
    assert (len(run_heard.samples), run_heard.skipped_chunks, run_heard.cut) == (30, 0, False)
    assert run_heard.anchors == ((24583, 1787165109516000),)
    for number, heard in enumerate(run_heard.samples):
        live = gsp.decode_imu6(imu6_body(number))
        assert heard.device_ns == live.device_ms * 10**6
        np.testing.assert_array_equal(heard.acc, live.acc)
        np.testing.assert_array_equal(heard.gyr, live.gyr)
        assert heard.acc.dtype == np.float32


def test_a_chunk_of_a_real_layout_is_read():
    heard = sbem.read_log(described(IMU9_DESCRIPTORS) + sbem.encode_chunk(94, CAPTURED_IMU9))
    (samples,) = heard.samples
    assert samples.device_ns == 106005 * 10**6
    np.testing.assert_allclose(samples.acc[:, 2], -9.82, atol=0.05)
    np.testing.assert_allclose(samples.gyr[0], [1.96, -2.59, 0.91], atol=0.01)


def test_what_is_not_as_described_is_skipped_and_counted():
    good = sbem.encode_chunk(92, imu6_body(1))
    heard = sbem.read_log(
        described(IMU6_DESCRIPTORS)
        + good
        + sbem.encode_chunk(92, bytes(51))
        + sbem.encode_chunk(60, b"x")
        + good
    )
    assert (len(heard.samples), heard.skipped_chunks) == (2, 2)


def test_values_scaled_in_a_way_not_known_are_not_taken():
    scaled = {**IMU6_DESCRIPTORS, 39: IMU6_DESCRIPTORS[39] + "\n<MOD>x*0.001,y"}
    heard = sbem.read_log(described(scaled) + sbem.encode_chunk(92, imu6_body(1)))
    assert (heard.samples, heard.skipped_chunks) == ((), 1)


def test_a_log_that_was_cut_gives_what_is_whole_and_says_so():
    heard = sbem.read_log(imu6_log(5)[:-1])
    assert (len(heard.samples), heard.cut) == (4, True)


def test_an_id_or_length_that_can_be_read_in_two_ways_is_refused():
    with pytest.raises(CodecError, match="two ways"):
        sbem.read_log(described(IMU6_DESCRIPTORS) + bytes([92, 0xB0]) + bytes(0xB0))


@pytest.mark.parametrize("data", [b"", b"SBEM", b"not a log at all"])
def test_what_is_no_log_is_refused(data):
    with pytest.raises(CodecError):
        sbem.read_log(data)


@pytest.mark.parametrize(
    "descriptors",
    [
        {92: "<GRP>" + ",".join(["92"] * 30)},
        {92: "<GRP>93,93", 93: "<GRP>92,92"},
        {92: "<GRP>" + "9" * 5000},
        {
            20: "<PTH>a.b\n<FRM>uint8",
            **{20 + i: "<GRP>" + f"{19 + i}," * 9 + f"{19 + i}" for i in range(1, 73)},
        },
    ],
)
def test_groups_that_contain_themselves_or_each_other_without_end_are_not_followed(descriptors):
    heard = sbem.read_log(described(descriptors) + sbem.encode_chunk(92, b"x"))
    assert heard.skipped_chunks == 1


def test_numbers_that_are_no_floats_are_not_taken_for_m_per_s2():
    whole = {n: text.replace("float32", "int32") for n, text in IMU6_DESCRIPTORS.items()}
    heard = sbem.read_log(described(whole) + sbem.encode_chunk(92, imu6_body(1)))
    assert (heard.samples, heard.skipped_chunks) == ((), 1)


def test_ten_thousand_random_and_changed_bytes_raise_nothing_but_codec_errors():
    numbers = random.Random(4)
    log = imu6_log(3)
    for _ in range(10_000):
        value = bytearray(log)
        for _ in range(numbers.randint(1, 3)):
            value[numbers.randrange(len(value))] = numbers.randrange(256)
        value = bytes(value[: numbers.randint(len(log) // 2, len(log))])
        for decode in (sbem.read_log, logbook.decode_entries, logbook.decode_log_part):
            try:
                decode(value)
            except CodecError:
                continue
