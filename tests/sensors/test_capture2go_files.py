"""Files in a Capture2Go sensor's memory: their bytes, fetching them, their samples; all synthetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.script import Ask
from pfp_sensors.sensors import capture2go as wire
from pfp_sensors.sensors import capture2go_files as files
from pfp_sensors.sensors import capture2go_payloads as payloads
from pfp_sensors.sensors.capture2go import Frame, Header
from pfp_sensors.sensors.codec_error import CodecError

GOLDEN_DATA = bytes.fromhex("02 65 33 59 24 73 31 02") + bytes(range(115))
"""A frame of samples out of the specification; files are rows of such frames."""


def stored_run(frames: int = 40) -> bytes:
    """Return a synthetic file: a status and many frames of samples."""
    said = payloads.DeviceStatus(1, 3, 0, (0, 0, 0), False, 50, False, 10)
    data = wire.encode_frame(Header.STATUS, payloads.encode_status(said))
    for number in range(frames):
        counts = np.random.default_rng(number).integers(-(2**15), 2**15, (2, 8, 3)).astype(np.int16)
        frame = payloads.encode_packed(payloads.PackedSamples(200.0, number * 40_000_000, *counts, 0))
        data += wire.encode_frame(frame.header, frame.payload)
    return data


class Memory:
    """A synthetic sensor that lists and sends files; ``lose`` are numbers of notifications it loses."""

    def __init__(self, held: dict[str, bytes], lose: set[int] = frozenset()) -> None:
        self.held, self.lose, self.sent = held, lose, 0
        self.starts: list[int] = []
        self.silent = 0

    def answers(self, value: bytes) -> list[Frame]:
        asked = wire.decode_frame(value)
        match asked.header:
            case Header.GET_STATUS:
                said = payloads.DeviceStatus(1, 1, 2, (0, 0, 0), False, 50, False, 10)
                return [Frame(Header.STATUS, payloads.encode_status(said))]
            case Header.LIST_FILES:
                named = enumerate(self.held.items())
                entries = [files.encode_file(files.StoredFile(i, n, len(d))) for i, (n, d) in named]
                return [Frame(Header.FILE_COUNT, len(entries).to_bytes(2, "little")), *entries]
            case Header.GET_BYTES:
                name, start, end = files.decode_request(asked.payload)
                assert end == 0
                self.starts.append(start)
                if name not in self.held:
                    return [Frame(Header.FAULT, payloads.encode_fault(0xF0, Header.GET_BYTES))]
                data = self.held[name]
                return [files.encode_piece(at, data[at : at + 232]) for at in range(start, len(data), 232)]
        return []

    def values(self, value: bytes) -> list[bytes]:
        stream = b"".join(wire.encode_frame(f.header, f.payload) for f in self.answers(value))
        values = []
        for at in range(0, len(stream), 200):
            self.sent += 1
            if self.sent not in self.lose:
                values.append(wire.pack_notification((), stream[at : at + 200]))
        return values


def run(script, memory: Memory):
    """Do a script against a memory and return what it returns."""
    step = next(script)
    try:
        while True:
            if not isinstance(step, Ask):
                memory.values(step.value) if hasattr(step, "value") else None
                step = script.send(None)
                continue
            answer = next((value for value in memory.values(step.value) if step.accept(value)), None)
            memory.silent += answer is None
            step = script.throw(NoAnswerError("silent")) if answer is None else script.send(answer)
    except StopIteration as end:
        return end.value


def test_files_are_listed():
    memory = Memory({"a": bytes(10), "2026-05-01_run": bytes(500)})
    assert run(files.list_files(), memory) == (
        files.StoredFile(0, "a", 10),
        files.StoredFile(1, "2026-05-01_run", 500),
    )
    assert run(files.list_files(), Memory({})) == ()


def test_a_file_comes_whole():
    data = stored_run()
    assert run(files.fetch_file(files.StoredFile(0, "r", len(data))), Memory({"r": data})) == data


@pytest.mark.parametrize("lost", [1, 2, 9, 27])
def test_a_lost_notification_is_asked_for_again_from_there_on(lost):
    data = stored_run()
    memory = Memory({"r": data}, {lost})
    assert run(files.fetch_file(files.StoredFile(0, "r", len(data))), memory) == data
    assert len(memory.starts) == 2
    assert memory.starts[1] <= lost * 200
    assert memory.silent == (lost == 27)  # only the loss of the end is noticed by waiting


def test_a_file_that_stops_coming_is_an_error_after_three_tries():
    memory = Memory({"r": stored_run()}, set(range(5, 500)))
    with pytest.raises(SensorError, match="and then no more"):
        run(files.fetch_file(files.StoredFile(0, "r", len(stored_run()))), memory)
    assert len(memory.starts) == 4


def test_a_file_that_is_not_there_is_an_error():
    with pytest.raises(SensorError, match="file_not_found"):
        run(files.fetch_file(files.StoredFile(0, "x", 10)), Memory({}))


def test_a_fetched_run_has_the_samples_of_the_live_stream():
    stored = files.read_run(stored_run(5) + GOLDEN_DATA)
    assert (stored.rate_hz, stored.skipped_bytes) == (200.0, 0)
    assert [s.device_ns for s in stored.samples[:5]] == [0, 40_000_000, 80_000_000, 120_000_000, 160_000_000]
    assert stored.samples[5].gyr[0].tolist() == [2312, 2826, 3340]
    assert stored.samples[5].acc[0].tolist() == [14648, 15162, 15676]


def test_a_file_that_was_cut_gives_what_is_whole():
    data = stored_run(5)
    stored = files.read_run(data[:-10])
    assert (len(stored.samples), stored.skipped_bytes) == (4, 113)


def test_a_file_without_samples_or_with_two_rates_is_refused():
    with pytest.raises(CodecError, match="0 rates"):
        files.read_run(b"")
    slow = payloads.PackedSamples(100.0, 0, np.zeros((8, 3)), np.zeros((8, 3)), 0)
    frame = payloads.encode_packed(slow)
    with pytest.raises(CodecError, match="2 rates"):
        files.read_run(stored_run(1) + wire.encode_frame(frame.header, frame.payload))


@given(st.integers(0, 2**16 - 1), st.text("abc_-0123", max_size=64), st.integers(0, 2**32 - 1))
def test_a_files_entry_comes_back_as_it_was(index, name, size):
    file = files.StoredFile(index, name, size)
    assert files.decode_file(files.encode_file(file).payload) == file
    assert files.decode_request(files.encode_request(name, size)) == (name, size, 0)


@given(st.binary(max_size=240))
def test_damaged_payloads_raise_nothing_but_codec_errors(payload):
    for decode in (files.decode_file, files.decode_request, files.decode_piece, files.read_run):
        try:
            decode(payload)
        except CodecError:
            continue


def test_a_name_too_long_is_refused():
    with pytest.raises(CodecError, match="64"):
        files.encode_name("x" * 65)
