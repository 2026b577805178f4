"""What becomes of packets: names, files, marks, side values, notes, and packets that are damaged."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.collect.finalise import FinishedRecording, finalise
from pfp_sensors.collect.understood import DAMAGED_PACKETS_NAME
from pfp_sensors.errors import InputError, PfpError, SensorError
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.store import packet_files
from pfp_sensors.store.device_files import read_device_samples
from pfp_sensors.store.event_log import Event, EventLog, read_events
from pfp_sensors.store.packet_files import PACKETS_NAME, PacketWriter
from pfp_sensors.store.packet_reading import read_packet_file
from pfp_sensors.store.recording_files import verify_recording
from pfp_sensors.store.side_files import read_side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

pytest.importorskip("bumble")


@dataclasses.dataclass
class Parts:
    """A recording taken apart, to be put together differently."""

    header: dict[str, Any]
    packets: list[Packet]
    events: list[Event]

    def with_sensors(self, *changes: Mapping[str, Any]) -> Parts:
        """Let the one sensor stand for several, all with the same samples."""
        (plan,) = self.header["sensors"]
        header = {**self.header, "sensors": [{**plan, **change} for change in changes]}
        numbers = range(len(changes))
        packets = [dataclasses.replace(p, sensor=n) for p in self.packets for n in numbers]
        return Parts(header, packets, self.events)

    def finished(self, folder: Path, *, batch: int = 40) -> FinishedRecording:
        write(folder, self, batch)
        return finalise(folder)


def write(folder: Path, parts: Parts, batch: int = 40) -> None:
    folder.mkdir()
    writer = PacketWriter(folder / PACKETS_NAME, parts.header)
    for first in range(0, len(parts.packets), batch):
        writer.append(parts.packets[first : first + batch])
    writer.close()
    log = EventLog(folder / "events.jsonl")
    for event in parts.events:
        log.write(event)
    log.close()


@pytest.fixture
def parts(raw: Path) -> Parts:
    file = read_packet_file(raw / PACKETS_NAME)
    return Parts(dict(file.header), list(file.packets), list(read_events(raw / "events.jsonl").events))


def meta(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "meta.json").read_text())
    return found


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sensors", "files"),
    [
        ([{}], {"imu.parquet": "SHANK-L"}),
        ([{"side": "left"}], {"imu.parquet": "SHANK-L"}),
        (
            [{"side": "left"}, {"name": "SHANK-R", "side": "right"}],
            {"imu-left_leg.parquet": "left_leg", "imu-right_leg.parquet": "right_leg"},
        ),
        ([{}, {"name": "SHANK-R"}], {"imu-SHANK-L.parquet": "SHANK-L", "imu-SHANK-R.parquet": "SHANK-R"}),
        ([{}, {}], {"imu-SHANK-L-1.parquet": "SHANK-L-1", "imu-SHANK-L-2.parquet": "SHANK-L-2"}),
        ([{"name": "Käthe's / left..leg_"}], {"imu.parquet": "K_the_s_left..leg"}),
        ([{"name": "..."}], {"imu.parquet": "sensor"}),
    ],
)
def test_sensors_are_named_by_leg_or_by_themselves(
    parts: Parts, tmp_path: Path, sensors: Sequence[Mapping[str, Any]], files: Mapping[str, str]
) -> None:
    finished = parts.with_sensors(*sensors).finished(tmp_path / "run")
    assert {path.name for path in (tmp_path / "run").glob("imu*")} == set(files)
    for name, sensor in files.items():
        samples, facts = read_device_samples(tmp_path / "run" / name)
        assert facts.sensor == sensor
        assert finished.rows[sensor] == len(samples.t_us)
    verify_recording(tmp_path / "run")


def test_a_sensor_that_sent_nothing_is_left_out_and_that_is_said(parts: Parts, tmp_path: Path) -> None:
    both = parts.with_sensors({"side": "left"}, {"name": "SHANK-R", "side": "right"})
    both.packets = [packet for packet in both.packets if packet.sensor == 0]
    finished = both.finished(tmp_path / "run")
    assert list(finished.rows) == ["SHANK-L"]
    assert "1 of 2 sensors sent no samples" in finished.notes


# --- what stands beside the samples -----------------------------------------------------------------


def test_marks_are_timed_from_the_first_sample(parts: Parts, tmp_path: Path) -> None:
    parts.finished(tmp_path / "run")
    (pain,) = [event for event in parts.events if event.kind == "pain"]
    _, facts = read_device_samples(tmp_path / "run" / "imu.parquet")
    (mark,) = meta(tmp_path / "run")["marks"]
    assert (mark["kind"], mark["score"]) == ("pain", 3)
    offset_s = meta(tmp_path / "run")["start_offset_s"]
    since_start_s = (pain.t_mono_ns - parts.header["start_mono_ns"]) * 1e-9
    assert offset_s > 0
    assert mark["at_s"] == pytest.approx(since_start_s - offset_s, abs=2e-3)
    assert 0.5 < mark["at_s"] < 20.0
    assert facts.counters["received"] is not None


def test_battery_and_signal_strength_are_kept_beside(parts: Parts, tmp_path: Path) -> None:
    parts.finished(tmp_path / "run")
    values = read_side(tmp_path / "run" / "side.parquet")
    by_kind = {kind: [v.value for v in values if v.kind == kind] for kind in {v.kind for v in values}}
    assert set(by_kind["battery_percent"]) == {87.0}
    assert set(by_kind["battery_mv"]) == {3910.0}
    assert len(by_kind["rssi_dbm"]) >= 1
    (found,) = [event for event in parts.events if event.kind == "rssi"]
    offset_s = meta(tmp_path / "run")["start_offset_s"]
    at_s = (found.t_mono_ns - parts.header["start_mono_ns"]) * 1e-9 - offset_s
    assert at_s in [pytest.approx(v.time_s, abs=1e-6) for v in values if v.kind == "rssi_dbm"]
    assert at_s < 0, "it was heard before the first sample"


def test_who_the_sensor_is_and_what_was_counted(parts: Parts, tmp_path: Path) -> None:
    finished = parts.finished(tmp_path / "run")
    _, facts = read_device_samples(tmp_path / "run" / "imu.parquet")
    assert facts.identity is not None
    assert (facts.identity.serial, facts.identity.firmware) == ("SIM-0001", "simulated-1")
    assert facts.counters == finished.counters["SHANK-L"]
    assert (facts.counters["lost_packets"], facts.counters["lost"]) in {(1, 0), (1, 13)}
    assert sum(gap.lost_samples for gap in facts.gaps) == facts.counters["lost"]
    assert meta(tmp_path / "run")["ended"] is True


def test_two_sensors_of_one_clock_are_told_apart_by_nothing(parts: Parts, tmp_path: Path) -> None:
    both = parts.with_sensors({"side": "left"}, {"name": "SHANK-R", "side": "right"})
    both.finished(tmp_path / "run")
    left, _ = read_device_samples(tmp_path / "run" / "imu-left_leg.parquet")
    right, _ = read_device_samples(tmp_path / "run" / "imu-right_leg.parquet")
    np.testing.assert_array_equal(left.t_us, right.t_us)
    assert "left_right_uncertainty_ms" in meta(tmp_path / "run")


def test_without_events_it_is_finished_all_the_same(parts: Parts, tmp_path: Path) -> None:
    write(tmp_path / "run", parts)
    (tmp_path / "run" / "events.jsonl").unlink()
    finished = finalise(tmp_path / "run")
    assert sum(finished.rows.values()) > 500
    assert meta(tmp_path / "run")["marks"] == []


# --- notes and damage -------------------------------------------------------------------------------


def test_the_speed_of_a_simulation_is_said(parts: Parts, tmp_path: Path) -> None:
    parts.header["speed_up"] = 20.0
    notes = parts.finished(tmp_path / "run").notes
    assert "recorded from a simulated sensor at 20 times real time" in notes


def test_a_damaged_payload_is_counted_and_costs_itself_only(parts: Parts, tmp_path: Path) -> None:
    straight = parts.finished(tmp_path / "straight")
    data = [k for k, p in enumerate(parts.packets) if p.channel is Channel.DATA and p.payload[0] == 0x11]
    hit = data[10]
    cut = parts.packets[hit].payload[:-5]
    parts.packets[hit] = dataclasses.replace(parts.packets[hit], payload=cut)
    finished = parts.finished(tmp_path / "run")
    assert finished.counters["SHANK-L"]["bad_packets"] == 1
    assert finished.rows["SHANK-L"] == straight.rows["SHANK-L"] - 13
    _, facts = read_device_samples(tmp_path / "run" / "imu.parquet")
    assert any("damaged" in note for note in facts.notes)


def _damage(path: Path, parts: Parts) -> int:
    """Make a batch in the middle unreadable, with far more than a batch behind it; return good packets."""
    writer = PacketWriter(path, parts.header)
    writer.append(parts.packets)
    at = writer.size_bytes
    filler = [Packet(1, 1, 0, Channel.SENT, 0, bytes(500))] * 800
    writer.append(filler)
    writer.append(filler)
    writer.close()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\x13" * 64)
    return len(parts.packets)


def test_packets_that_could_not_all_be_read_are_kept_aside(parts: Parts, tmp_path: Path) -> None:
    good = parts.finished(tmp_path / "straight")
    folder = tmp_path / "run"
    folder.mkdir()
    _damage(folder / PACKETS_NAME, parts)
    before = (folder / PACKETS_NAME).read_bytes()
    finished = finalise(folder)
    assert finished.rows == good.rows
    assert any("not whole" in note for note in finished.notes)
    assert (folder / DAMAGED_PACKETS_NAME).read_bytes() == before
    assert not (folder / PACKETS_NAME).exists()


def test_packets_of_a_newer_program_are_kept_aside(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packet_files, "_check", lambda _packets: None)
    strange: Any = 42
    parts.packets.insert(50, Packet(1, 1, 0, strange, 0, b"of another time"))
    finished = parts.finished(tmp_path / "run")
    assert any("1 packets of a kind that this version does not know" in note for note in finished.notes)
    assert (tmp_path / "run" / DAMAGED_PACKETS_NAME).exists()


# --- nothing there ----------------------------------------------------------------------------------


def test_conversation_alone_is_no_recording_and_is_cleared(parts: Parts, tmp_path: Path) -> None:
    parts.packets = [p for p in parts.packets if p.channel in {Channel.INFO, Channel.CONTROL, Channel.SENT}]
    assert parts.packets
    with pytest.raises(SensorError, match="Nothing was recorded"):
        parts.finished(tmp_path / "run")
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"events.jsonl"}


def test_status_alone_is_no_recording(parts: Parts, tmp_path: Path) -> None:
    parts.packets = [p for p in parts.packets if p.channel is not Channel.DATA or p.payload[0] != 0x11]
    assert any(p.channel is Channel.DATA for p in parts.packets)
    with pytest.raises(SensorError, match="Nothing was recorded"):
        parts.finished(tmp_path / "run")


@pytest.mark.parametrize(
    "change",
    [
        lambda p: dataclasses.replace(p, payload=b"\x11\xff" + p.payload[2:]) if p.channel == 0 else p,
        lambda p: dataclasses.replace(p, channel=Channel.HEART_RATE) if p.channel == 0 else p,
    ],
    ids=["damaged", "beside"],
)
def test_what_cannot_be_understood_is_kept(
    parts: Parts, tmp_path: Path, change: Callable[[Packet], Packet]
) -> None:
    parts.packets = [change(packet) for packet in parts.packets]
    write(tmp_path / "run", parts)
    before = (tmp_path / "run" / PACKETS_NAME).read_bytes()
    with pytest.raises(InputError, match="no samples that can be understood"):
        finalise(tmp_path / "run")
    assert (tmp_path / "run" / DAMAGED_PACKETS_NAME).read_bytes() == before
    assert not (tmp_path / "run" / PACKETS_NAME).exists()


def test_a_file_that_does_not_hold_what_was_recorded_leaves_the_packets(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pfp_sensors.collect import finalise as module

    real = module.write_device_samples

    def forget_one(path: Path, samples: Any, facts: Any) -> None:
        acc = samples.acc.copy()
        acc[5, 1] += 1
        real(path, dataclasses.replace(samples, acc=acc), facts)

    monkeypatch.setattr(module, "write_device_samples", forget_one)
    with pytest.raises(PfpError, match="does not hold what was recorded"):
        parts.finished(tmp_path / "run")
    assert (tmp_path / "run" / PACKETS_NAME).exists()
    assert not (tmp_path / "run" / "meta.json").exists()
