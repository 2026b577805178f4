"""Events come back as they were written, also from a log that broke off."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.packets import LINK_EVENTS, LinkEvent
from pfp_sensors.store import sealed_files
from pfp_sensors.store.event_log import EVENT_KINDS, RUN_EVENTS, Event, EventLog, read_events
from pfp_sensors.store.packet_files import NotStoredError

if TYPE_CHECKING:
    from pathlib import Path

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
events = st.builds(
    Event,
    st.integers(),
    st.integers(),
    st.sampled_from(sorted(EVENT_KINDS)),
    st.dictionaries(st.text(max_size=5), json_values, max_size=3),
    st.none() | st.integers(0, 255),
    st.none() | st.integers(0, 65535),
)
STRANGE_SENSOR = b'{"t_mono_ns": 1, "t_utc_ns": 1, "kind": "lap", "details": {}, "sensor": "left"}'
FOUR = [Event(k, 10**18 + k, "mark", {"text": "Knie\n\u2028 weh"}, sensor=k % 2) for k in range(4)]


def write(path: Path, some: list[Event]) -> None:
    log = EventLog(path)
    for event in some:
        log.write(event)
    log.close()


@given(some=st.lists(events, max_size=5))
def test_what_is_written_comes_back(tmp_path_factory: pytest.TempPathFactory, some: list[Event]) -> None:
    path = tmp_path_factory.mktemp("run") / "events.jsonl"
    write(path, some)
    assert read_events(path).events == tuple(some)
    assert read_events(path).torn is None
    assert path.read_bytes().count(b"\n") == len(some)


def test_lines_have_the_documented_keys(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.write(Event(1, 2, "lap"))
    log.write(LinkEvent(3, 4, 1, 5, "rssi", {"rssi_dbm": -61}))
    log.close()
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"t_mono_ns": 1, "t_utc_ns": 2, "kind": "lap", "details": {}},
        {
            "t_mono_ns": 3,
            "t_utc_ns": 4,
            "kind": "rssi",
            "sensor": 1,
            "segment": 5,
            "details": {"rssi_dbm": -61},
        },
    ]


def test_every_kind_is_known_and_said_once() -> None:
    named = {"lap", "pain", "mark", "gap", "queue_overflow", "disk_full", "config", "start", "end"}
    assert set(EVENT_KINDS) >= set(LINK_EVENTS) | named
    assert not set(LINK_EVENTS) & set(RUN_EVENTS)
    assert all(EVENT_KINDS.values())


def test_a_line_is_one_call_and_syncs_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    real_write, real_sync = os.write, os.fsync

    def write_spy(handle: int, data: bytes) -> int:
        calls.append("write")
        return real_write(handle, data)

    def sync_spy(handle: int) -> None:
        calls.append("sync")
        real_sync(handle)

    log = EventLog(tmp_path / "events.jsonl")
    monkeypatch.setattr(os, "write", write_spy)
    monkeypatch.setattr(os, "fsync", sync_spy)
    assert (log.syncs, log.last_sync_mono_ns) == (0, None)
    log.write(FOUR[0])
    assert read_events(log.path).events == (FOUR[0],), "nothing waits in this process"
    log.sync()
    assert (calls, log.lines, log.syncs) == (["write", "sync"], 1, 1)
    assert log.last_sync_mono_ns is not None
    log.close()
    log.close()
    assert log.syncs == 2
    with pytest.raises(UsageError, match="closed"):
        log.write(FOUR[0])


@pytest.mark.skipif(sealed_files._WINDOWS, reason="Windows knows no such modes")
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    write(tmp_path / "events.jsonl", FOUR)
    assert stat.S_IMODE((tmp_path / "events.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event(1, 1, "fell"), "kind 'fell'; known are searching"),
        (Event(1, 1, "mark", {"a": float("inf")}), "kind mark are not JSON"),
        (Event(1, 1, "mark", {"a": b"b"}), "kind mark are not JSON"),
    ],
)
def test_what_is_no_event_is_refused(tmp_path: Path, event: Event, words: str) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    with pytest.raises(UsageError, match=words):
        log.write(event)
    log.close()
    assert read_events(log.path).events == ()


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in ("absent/a", "file/a", "."):
        with pytest.raises(UsageError, match="cannot be written"):
            EventLog(tmp_path / place)


# --- logs that broke off --------------------------------------------------------------------------


def test_cut_at_every_byte_gives_the_whole_lines_before(tmp_path: Path) -> None:
    write(tmp_path / "whole", FOUR)
    whole, path = (tmp_path / "whole").read_bytes(), tmp_path / "events.jsonl"
    ends = [0, *(k + 1 for k, byte in enumerate(whole) if byte == ord("\n"))]
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        read = read_events(path)
        n = sum(end - 1 <= cut for end in ends[1:])  # a line is whole without its line feed
        assert read.events == tuple(FOUR[:n])
        left = max(0, cut - ends[n])
        assert read.torn == (f"the last line ({left} bytes) is not whole and was left out" if left else None)


def test_a_log_that_broke_off_goes_on_and_loses_only_the_broken_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write(path, FOUR[:2])
    broken = path.read_bytes()[:-9]
    path.write_bytes(broken)
    write(path, FOUR[2:])
    read = read_events(path)
    assert read.events == (FOUR[0], *FOUR[2:])
    assert read.torn == "not whole and left out: line 2"
    assert path.read_bytes().startswith(broken), "nothing is overwritten"


def test_a_log_is_continued(tmp_path: Path) -> None:
    write(tmp_path / "events.jsonl", FOUR[:2])
    write(tmp_path / "events.jsonl", FOUR[2:])
    assert read_events(tmp_path / "events.jsonl").events == tuple(FOUR)


@pytest.mark.parametrize(
    "line",
    [
        b"\0\0\0",
        b"3",
        b"[]",
        b'{"kind": "lap"}',
        b"\xff",
        b"[" * 100_000,
        b'{"t_mono_ns": "1"}',
        STRANGE_SENSOR,
    ],
)
def test_a_line_that_is_no_event_is_left_out(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "events.jsonl"
    write(path, FOUR[:1])
    path.write_bytes(path.read_bytes() + line + b"\n")
    write(path, FOUR[1:])
    assert read_events(path).events == tuple(FOUR)
    assert read_events(path).torn == "not whole and left out: line 2"


def test_a_log_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_events(tmp_path / "absent")


@pytest.mark.parametrize("can_take_back", [True, False])
@pytest.mark.parametrize("taken", [0, 20])
def test_a_full_disk_loses_only_the_event_that_is_given_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int, can_take_back: bool
) -> None:
    log, real = EventLog(tmp_path / "events.jsonl"), os.write
    log.write(FOUR[0])

    def full(handle: int, data: bytes) -> int:
        if not taken:
            raise OSError(28, "No space left on device")
        return real(handle, data[:taken])

    def broken(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        if not can_take_back:
            patch.setattr(os, "ftruncate", broken)
        with pytest.raises(NotStoredError, match=r"The events before \(1\) are kept"):
            log.write(FOUR[1])
    log.write(FOUR[1])
    log.close()
    read = read_events(log.path)
    assert read.events == tuple(FOUR[:2])
    assert (read.torn is None) == (can_take_back or not taken)
