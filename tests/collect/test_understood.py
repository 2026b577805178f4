"""Bytes that were not understood are never deleted, and what is missing or left out is said with numbers."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.collect.finalise import finalise
from pfp_sensors.errors import InputError, PfpError, SensorError
from pfp_sensors.model.packets import Channel
from pfp_sensors.sensors.open_profile_info import decode_info, encode_info
from pfp_sensors.store.device_files import read_device_samples
from pfp_sensors.store.event_log import Event
from pfp_sensors.store.packet_files import PACKETS_NAME, PacketWriter
from tests.collect.test_finalise import Parts, meta, parts, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.model.packets import Packet

__all__ = ["parts"]

ASIDE = "packets-damaged.arrows"
DATA, PER = 0x11, 13


def data_rows(parts: Parts) -> list[int]:
    return [k for k, p in enumerate(parts.packets) if p.channel is Channel.DATA and p.payload[0] == DATA]


def cut(packet: Packet) -> Packet:
    return dataclasses.replace(packet, payload=packet.payload[:-5])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith("packets")}


# --- kept aside -------------------------------------------------------------------------------------


def test_what_was_understood_whole_is_cleared(parts: Parts, tmp_path: Path) -> None:
    finished = parts.finished(tmp_path / "run")
    assert names(tmp_path / "run") == set()
    assert finished.notes == ()


def test_one_damaged_packet_keeps_all_packets(parts: Parts, tmp_path: Path) -> None:
    hit = data_rows(parts)[10]
    parts.packets[hit] = cut(parts.packets[hit])
    write(tmp_path / "run", parts)
    before = (tmp_path / "run" / PACKETS_NAME).read_bytes()
    finished = finalise(tmp_path / "run")
    assert (tmp_path / "run" / ASIDE).read_bytes() == before
    assert names(tmp_path / "run") == {ASIDE}
    (note,) = finished.notes
    assert "damaged or senseless packets: 1" in note
    assert ASIDE in note


def test_a_flipped_bit_in_an_early_batch_header_keeps_the_rest(parts: Parts, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    writer, starts = PacketWriter(folder / PACKETS_NAME, parts.header), []
    for first in range(0, len(parts.packets), 10):
        starts.append(writer.size_bytes)
        writer.append(parts.packets[first : first + 10])
    writer.close()
    damaged = bytearray((folder / PACKETS_NAME).read_bytes())
    damaged[starts[len(starts) // 2] + 9] ^= 0x40
    (folder / PACKETS_NAME).write_bytes(damaged)
    finished = finalise(folder)
    assert (folder / ASIDE).read_bytes() == damaged
    assert any(f"{len(damaged) - starts[len(starts) // 2]:,}" in note for note in finished.notes)


def test_a_flipped_bit_in_the_last_batch_of_an_ended_file_is_no_crash(parts: Parts, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    writer = PacketWriter(folder / PACKETS_NAME, parts.header)
    writer.append(parts.packets[:-5])
    last = writer.size_bytes
    writer.append(parts.packets[-5:])
    writer.close()
    damaged = bytearray((folder / PACKETS_NAME).read_bytes())
    damaged[last + 9] ^= 0x40
    (folder / PACKETS_NAME).write_bytes(damaged)
    finalise(folder)
    assert (folder / ASIDE).read_bytes() == damaged


def test_a_crash_within_the_last_batch_clears(parts: Parts, tmp_path: Path) -> None:
    write(tmp_path / "run", parts, 20)
    path = tmp_path / "run" / PACKETS_NAME
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 200)
    finished = finalise(tmp_path / "run")
    assert names(tmp_path / "run") == set()
    assert any("not whole" in note for note in finished.notes)


def test_an_older_file_that_was_put_aside_stays(parts: Parts, tmp_path: Path) -> None:
    hit = data_rows(parts)[10]
    parts.packets[hit] = cut(parts.packets[hit])
    write(tmp_path / "run", parts)
    (tmp_path / "run" / ASIDE).write_bytes(b"older")
    finalise(tmp_path / "run")
    assert (tmp_path / "run" / ASIDE).read_bytes() == b"older"
    assert names(tmp_path / "run") == {ASIDE, "packets-damaged-2.arrows"}


def test_a_sealed_recording_keeps_what_was_not_understood_too(parts: Parts, tmp_path: Path) -> None:
    hit = data_rows(parts)[10]
    parts.packets[hit] = cut(parts.packets[hit])
    parts.finished(tmp_path / "run")
    (tmp_path / "run" / ASIDE).rename(tmp_path / "run" / PACKETS_NAME)
    finished = finalise(tmp_path / "run")
    assert "finished before" in finished.notes[0]
    assert names(tmp_path / "run") == {ASIDE}


def test_a_torn_file_without_samples_is_kept(parts: Parts, tmp_path: Path) -> None:
    write(tmp_path / "run", parts, len(parts.packets))
    path = tmp_path / "run" / PACKETS_NAME
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 200)
    before = path.read_bytes()
    with pytest.raises(SensorError, match=f"Nothing was recorded.*{ASIDE}"):
        finalise(tmp_path / "run")
    assert (tmp_path / "run" / ASIDE).read_bytes() == before


# --- sensors without samples ------------------------------------------------------------------------


def test_a_sensor_that_was_not_understood_did_not_send_nothing(parts: Parts, tmp_path: Path) -> None:
    both = parts.with_sensors({"side": "left"}, {"name": "SHANK-R", "side": "right"})
    both.packets = [
        cut(packet) if packet.sensor == 1 and packet.channel is Channel.DATA else packet
        for packet in both.packets
    ]
    finished = both.finished(tmp_path / "run")
    assert list(finished.rows) == ["SHANK-L"]
    assert "1 of 2 sensors sent packets that could not be understood; they are kept" in finished.notes
    assert not any("sent no samples" in note for note in finished.notes)
    assert names(tmp_path / "run") == {ASIDE}


def test_packets_of_a_sensor_that_is_not_there_are_left_out(parts: Parts, tmp_path: Path) -> None:
    straight = parts.finished(tmp_path / "straight")
    hit = data_rows(parts)[-1]
    parts.packets.append(dataclasses.replace(parts.packets[hit], sensor=3))
    finished = parts.finished(tmp_path / "run")
    assert finished.rows == straight.rows
    assert any(note.startswith("1 packets of a sensor that") for note in finished.notes)
    assert names(tmp_path / "run") == {ASIDE}


# --- measured otherwise -----------------------------------------------------------------------------


def with_other_range(parts: Parts, first: int, last: int | None) -> Parts:
    """Let the sensor say at a data packet that its range is twice as wide, and perhaps back again."""
    rows, packets = data_rows(parts), list(parts.packets)
    usual = next(p.payload for p in packets if p.channel is Channel.INFO)
    info = decode_info(usual)
    wide = encode_info(
        dataclasses.replace(info, acc_scale_mps2=info.acc_scale_mps2 * 2, acc_range_g=info.acc_range_g * 2)
    )
    for row, payload in ((last, usual), (first, wide)):
        if row is not None:
            at = packets[rows[row]]
            packets.insert(rows[row], dataclasses.replace(at, channel=Channel.INFO, payload=payload))
    return Parts(parts.header, packets, parts.events)


@pytest.mark.parametrize(("first", "last"), [(30, None), (30, 40)])
def test_samples_of_another_range_are_not_mixed_in(
    parts: Parts, tmp_path: Path, first: int, last: int | None
) -> None:
    parts.finished(tmp_path / "straight")
    all_of_them, usual = read_device_samples(tmp_path / "straight" / "imu.parquet")
    other = PER * len(data_rows(parts)[first:last])
    finished = with_other_range(parts, first, last).finished(tmp_path / "run")
    samples, facts = read_device_samples(tmp_path / "run" / "imu.parquet")
    assert facts.acc_scale_g == usual.acc_scale_g
    assert len(samples.acc) == len(all_of_them.acc) - other
    kept = np.isin(all_of_them.sample_index, samples.sample_index)
    np.testing.assert_array_equal(samples.acc, all_of_them.acc[kept])
    assert (facts.counters["other_settings"], facts.counters["lost"]) == (other, PER)
    assert any(f"{other} samples after" in note and "the range in g was" in note for note in finished.notes)
    assert names(tmp_path / "run") == {ASIDE}


def test_a_range_that_was_put_right_before_any_sample_changes_nothing(parts: Parts, tmp_path: Path) -> None:
    straight = parts.finished(tmp_path / "straight")
    finished = with_other_range(parts, 30, 30).finished(tmp_path / "run")
    assert (finished.rows, finished.notes) == (straight.rows, ())
    assert names(tmp_path / "run") == set()


# --- dropped and not kept ---------------------------------------------------------------------------


def with_events(parts: Parts, *events: tuple[str, Mapping[str, Any]]) -> Parts:
    others = [event for event in parts.events if event.kind not in {"end", "queue_overflow"}]
    at = parts.events[-1]
    added = [Event(at.t_mono_ns, at.t_utc_ns, kind, details) for kind, details in events]
    return Parts(parts.header, parts.packets, [*others, *added])


OVERFLOWS = [
    ("queue_overflow", {"packets": 30, "sensors": {"0": 30}}),
    ("queue_overflow", {"packets": 12, "sensors": {"0": 12}}),
]


@pytest.mark.parametrize(
    ("events", "dropped", "not_kept", "ended"),
    [
        ([("end", {"dropped": {"0": 0}, "not_kept": {"0": 0}})], 0, 0, True),
        ([*OVERFLOWS, ("end", {"dropped": {"0": 42}, "not_kept": {"0": 20}})], 42, 20, False),
        ([("end", {"dropped": {}, "not_kept": {"0": 20}})], 0, 20, False),
        (OVERFLOWS, 42, None, True),
        ([*OVERFLOWS, ("end", {})], 42, None, True),
        ([("queue_overflow", {"packets": 7}), ("end", {"dropped": 7})], 7, None, True),
        ([("end", {"dropped": 9})], 9, None, True),
        ([], 0, None, True),
        ([("end", {"dropped": {"x": 3, "0": "many"}, "not_kept": [1]})], 0, None, True),
    ],
)
def test_packets_that_were_not_kept_are_counted_and_told(
    parts: Parts,
    tmp_path: Path,
    events: list[tuple[str, Mapping[str, Any]]],
    dropped: int,
    not_kept: int | None,
    ended: bool,
) -> None:
    finished = with_events(parts, *events).finished(tmp_path / "run")
    counters = finished.counters["SHANK-L"]
    assert (counters["dropped_packets"], counters["not_kept_packets"]) == (dropped, not_kept)
    assert meta(tmp_path / "run")["ended"] is ended
    check_told(finished.notes, "were dropped", dropped)
    check_told(finished.notes, "found no room on the disk", not_kept or 0)


def check_told(notes: Sequence[str], words: str, packets: int) -> None:
    """Check that one note tells of so many packets and how long they are; none where there are none."""
    told = [note for note in notes if words in note]
    assert len(told) == bool(packets)
    if packets:
        found = re.match(r"(\d+) packets \(about ([\d.]+) s\) came in", told[0])
        assert found is not None
        assert int(found[1]) == packets
        assert float(found[2]) == pytest.approx(packets * PER / 208, rel=0.1)


def test_each_sensor_has_its_own_missed_packets(parts: Parts, tmp_path: Path) -> None:
    both = parts.with_sensors({"side": "left"}, {"name": "SHANK-R", "side": "right"})
    end = ("end", {"dropped": {"0": 0, "1": 5}, "not_kept": {"0": 2, "1": 0}})
    finished = with_events(both, end).finished(tmp_path / "run")
    left, right = finished.counters["left_leg"], finished.counters["right_leg"]
    assert (left["dropped_packets"], left["not_kept_packets"]) == (0, 2)
    assert (right["dropped_packets"], right["not_kept_packets"]) == (5, 0)
    assert [note[:9] for note in finished.notes] == ["SHANK-L: ", "SHANK-R: "]


# --- beside -----------------------------------------------------------------------------------------

LIVE = {"schema": "pfp.live/1", "run_id": "run", "sensors": [{"name": "SHANK-L", "state": "streaming"}]}


@pytest.mark.parametrize("with_samples", [True, False])
def test_who_follows_a_recording_sees_that_it_has_ended(
    parts: Parts, tmp_path: Path, with_samples: bool
) -> None:
    if not with_samples:
        parts.packets = [packet for packet in parts.packets if packet.channel is not Channel.DATA]
    write(tmp_path / "run", parts)
    live = tmp_path / "run" / "live.json"
    live.write_text(json.dumps(LIVE))
    live.with_suffix(".json.part").write_text('{"schema": ')
    if with_samples:
        finalise(tmp_path / "run")
    else:
        with pytest.raises(SensorError):
            finalise(tmp_path / "run")
    stopped = [{"name": "SHANK-L", "state": "stopped"}]
    assert json.loads(live.read_text()) == {**LIVE, "sensors": stopped}
    assert not live.with_suffix(".json.part").exists()


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"sensors": 3}', '{"sensors": ["x"]}', "\xff"])
def test_a_live_file_that_is_none_stays_as_it_is(parts: Parts, tmp_path: Path, text: str | None) -> None:
    write(tmp_path / "run", parts)
    live = tmp_path / "run" / "live.json"
    if text is not None:
        live.write_text(text, encoding="latin-1")
    finalise(tmp_path / "run")
    assert (live.read_text(encoding="latin-1") if live.exists() else None) == text


def test_kept_packets_that_lack_some_leave_the_original(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet as pq

    real = pq.write_table

    def forget_one(table: Any, path: Any, *args: Any, **words: Any) -> None:
        short = table.slice(0, len(table) - 1) if "payload" in table.column_names else table
        real(short, path, *args, **words)

    write(tmp_path / "run", parts)
    with monkeypatch.context() as patch:
        patch.setattr(pq, "write_table", forget_one)
        with pytest.raises(PfpError, match="would hold"):
            finalise(tmp_path / "run", keep_packets=True)
    assert names(tmp_path / "run") == {PACKETS_NAME}
    finalise(tmp_path / "run", keep_packets=True)
    assert names(tmp_path / "run") == {"packets.parquet"}


def test_no_bytes_are_lost_where_nothing_makes_sense(parts: Parts, tmp_path: Path) -> None:
    parts.packets = [dataclasses.replace(packet, sensor=9) for packet in parts.packets]
    write(tmp_path / "run", parts)
    before = (tmp_path / "run" / PACKETS_NAME).read_bytes()
    with pytest.raises(InputError, match="no samples that can be understood"):
        finalise(tmp_path / "run")
    assert (tmp_path / "run" / ASIDE).read_bytes() == before
