"""Runs in a sensor's memory, fetched through a real GATT stack; all sensors and samples are synthetic."""

from __future__ import annotations

import contextlib
import hashlib
import json
import stat
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from memory_sensors import (
    ADDRESS,
    MAY_2026_S,
    Capture2Go,
    Faults,
    MemorySensor,
    Movesense,
    capture2go_file,
    counts,
    in_reach,
    movesense_log,
    movesense_values,
)

from pfp_sensors.actions import fetch as action
from pfp_sensors.actions.fetch import FetchOptions, FetchWatcher, fetch_runs, list_memory
from pfp_sensors.errors import InputError, PfpError, SensorError, UsageError
from pfp_sensors.sensors import capture2go as wire
from pfp_sensors.sensors.capture2go import Header
from pfp_sensors.sensors.movesense import Command
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.device_files import read_device_samples
from pfp_sensors.store.home import runs_folder
from pfp_sensors.store.recording_files import verify_recording
from pfp_sensors.store.run_index import list_recordings
from pfp_sensors.store.sample_files import read_samples

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from pfp_sensors.link.adapter import Adapter

FAST = 30.0
"""So much faster runs a clock where a test waits for a time limit of the protocol."""

named = FetchOptions()
"""Replaced as sensors come into reach: an address saves the time of listening for others."""


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put sensors into reach of whatever the actions open."""

    def put(*sensors: MemorySensor, speed: float = 1.0) -> None:
        @contextlib.asynccontextmanager
        async def opened() -> AsyncIterator[Adapter]:
            async with in_reach(sensors, speed) as adapter:
                yield adapter

        monkeypatch.setattr(action, "opened_adapter", opened)
        monkeypatch.setitem(globals(), "named", FetchOptions(ADDRESS))

    return put


def folders(home: Path) -> list[Path]:
    return sorted(runs_folder(home).iterdir()) if runs_folder(home).exists() else []


def stored(folder: Path) -> Any:
    return read_device_samples(folder / "imu.parquet")


# --- everything arrives -----------------------------------------------------------------------------


def test_a_capture2go_file_becomes_a_recording_with_every_sample(tmp_path: Path, reach: Any) -> None:
    samples = counts(8 * 150)
    data = capture2go_file(samples)
    reach(Capture2Go(held={"2026-05-01_run": data}))
    memory, (one,) = fetch_runs(replace(named, side="left"), tmp_path)
    assert (memory.kind, memory.serial, one.state) == ("capture2go", "0042", "fetched")
    assert one.folder is not None
    assert (one.folder / "download.bin").read_bytes() == data
    found, facts = stored(one.folder)
    np.testing.assert_array_equal(np.hstack([found.acc, found.gyr]), samples)
    np.testing.assert_array_equal(found.t_us, MAY_2026_S * 10**6 + 5000 * np.arange(len(samples)))
    assert facts.origin_us == MAY_2026_S * 10**6
    assert facts.start_utc == "2026-05-01T12:00:00.000+00:00"
    assert (facts.side, facts.placement, facts.acc_range_g, facts.clock) == ("left", "shank", 16.0, ())
    assert facts.counters["received"] == len(samples)
    assert (facts.counters["lost"], facts.counters["reboots"], facts.gaps) == (0, 0, ())
    assert facts.identity.serial == "0042"
    assert any("(doc)" in note and "(unverified)" in note for note in facts.notes)
    recording = read_samples(one.folder / "imu.parquet")
    np.testing.assert_allclose(recording.time_s, 0.005 * np.arange(len(samples)), atol=1e-9)
    assert recording.acc_g[0, 0] == pytest.approx(float(samples[0, 0]) * 16 / 32768)


def test_a_movesense_log_becomes_a_recording_with_every_sample(tmp_path: Path, reach: Any) -> None:
    values = movesense_values(2 * 600)
    sensor = Movesense(held={7: movesense_log(values)})
    reach(sensor)
    memory, (one,) = fetch_runs(named, tmp_path)
    assert (memory.kind, one.state) == ("movesense", "fetched")
    found, facts = stored(one.folder)
    np.testing.assert_array_equal(np.hstack([found.acc, found.gyr]), values)
    assert found.acc.dtype == np.float32
    assert facts.nominal_rate_hz == 208.0
    assert facts.rate_hz == pytest.approx(208.0, rel=1e-3)
    assert (facts.acc_range_g, facts.gyr_range_dps) == (16.0, 2000.0)
    assert (facts.counters["lost"], facts.counters["reboots"]) == (0, 0)
    assert facts.start_utc == "2026-05-01T12:00:00.000+00:00"
    assert any("when the run was fetched" in note for note in facts.notes)
    assert {value[0] for value in sensor.written} == {Command.HELLO, Command.GET, Command.FETCH_LOG}
    seconds = read_samples(one.folder / "imu.parquet").time_s
    np.testing.assert_allclose(seconds, np.arange(len(values)) / 208, atol=2e-3)


def test_what_is_fetched_is_private_sealed_and_in_the_index(tmp_path: Path, reach: Any) -> None:
    data = capture2go_file(counts(80))
    reach(Capture2Go(held={"run": data}))
    _, (one,) = fetch_runs(named, tmp_path)
    assert stat.S_IMODE(one.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in one.folder.iterdir()} == {0o600}
    meta = verify_recording(one.folder)
    assert meta.other["download"]["sha256"] == hashlib.sha256(data).hexdigest()
    with contextlib.closing(open_diary(tmp_path)) as diary:
        (run,) = list_recordings(diary)
    assert (run.run_id, run.sample_rows, run.state) == (one.folder.name, 80, "finished")


def test_several_runs_come_each_into_its_folder(tmp_path: Path, reach: Any) -> None:
    held = {f"run{k}": capture2go_file(counts(80, seed=k)) for k in range(3)}
    reach(Capture2Go(held=held))
    _, fetched = fetch_runs(named, tmp_path)
    for k, one in enumerate(fetched):
        np.testing.assert_array_equal(stored(one.folder)[0].acc, counts(80, seed=k)[:, :3])
    assert len({one.folder for one in fetched}) == 3


def test_progress_is_told_in_bytes(tmp_path: Path, reach: Any) -> None:
    class Note(FetchWatcher):
        def __init__(self) -> None:
            self.counts: list[int] = []

        def came(self, count: int) -> None:
            self.counts.append(count)

    watcher = Note()
    data = capture2go_file(counts(8 * 50))
    reach(Capture2Go(held={"run": data}))
    fetch_runs(named, tmp_path, watcher)
    assert watcher.counts == sorted(watcher.counts)
    assert watcher.counts[-1] >= len(data)


# --- listing ----------------------------------------------------------------------------------------


def test_listing_says_what_is_there_and_what_is_here(tmp_path: Path, reach: Any) -> None:
    sensor = Capture2Go(held={"a": capture2go_file(counts(80)), "b": capture2go_file(counts(160))})
    reach(sensor)
    fetch_runs(replace(named, entries=("b",)), tmp_path)
    memory = list_memory(named, tmp_path)
    assert [(run.entry.entry_id, run.entry.name, run.folder is None) for run in memory.runs] == [
        ("0", "a", True),
        ("1", "b", False),
    ]
    assert memory.runs[1].finished


def test_the_only_sensor_in_reach_needs_no_name(tmp_path: Path, reach: Any) -> None:
    reach(Capture2Go(held={"a": b"x"}))
    assert list_memory(FetchOptions(), tmp_path).name == "IMU_bc7f"


def test_an_empty_memory_is_an_answer(tmp_path: Path, reach: Any) -> None:
    for sensor in (Capture2Go(), Movesense()):
        reach(sensor)
        assert list_memory(named, tmp_path).runs == ()
        assert fetch_runs(named, tmp_path)[1] == ()
    assert folders(tmp_path) == []


def test_a_list_that_was_cut_says_so(tmp_path: Path, reach: Any) -> None:
    reach(Movesense(held=dict.fromkeys(range(12), b"x")))
    memory = list_memory(named, tmp_path)
    assert (len(memory.runs), memory.complete) == (9, False)


def test_an_empty_run_is_named_and_not_fetched(tmp_path: Path, reach: Any) -> None:
    reach(Movesense(held={1: b""}))
    _, (one,) = fetch_runs(named, tmp_path)
    assert (one.state, one.folder, folders(tmp_path)) == ("empty", None, [])


def test_a_run_that_is_not_there_is_wrong_usage(tmp_path: Path, reach: Any) -> None:
    reach(Movesense(held={3: movesense_log(movesense_values(40))}))
    with pytest.raises(UsageError, match=r"no run 4 .*there are 3"):
        fetch_runs(replace(named, entries=("4",)), tmp_path)


def test_a_sensor_without_a_documented_memory_names_those_that_have_one(tmp_path: Path, reach: Any) -> None:
    class Polar(Capture2Go):
        advertised = b""

    reach(Polar(name="Polar Sense 0042"))
    with pytest.raises(SensorError, match=r"Polar.*no memory") as caught:
        list_memory(named, tmp_path)
    assert "Capture2Go" in caught.value.what_to_do
    assert "Movesense" in caught.value.what_to_do


def test_a_capture2go_that_records_is_left_alone(tmp_path: Path, reach: Any) -> None:
    sensor = Capture2Go(held={"run": b"x"}, state=3)
    reach(sensor)
    with pytest.raises(SensorError, match="recording to its own memory"):
        fetch_runs(named, tmp_path)
    assert {wire.decode_frame(value).header for value in sensor.written} == {Header.GET_STATUS}


def test_a_movesense_that_is_logging_refuses(tmp_path: Path, reach: Any) -> None:
    reach(Movesense(status=409))
    with pytest.raises(SensorError, match="409"):
        list_memory(named, tmp_path)


# --- what goes wrong on the way -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["capture2go", "movesense"])
def test_a_link_lost_in_the_middle_is_made_again_and_all_comes(kind: str, tmp_path: Path, reach: Any) -> None:
    faults = Faults(cut_at=frozenset({40, 90}))
    sensor: MemorySensor
    if kind == "capture2go":
        sensor = Capture2Go(held={"run": capture2go_file(counts(8 * 120))}, faults=faults)
    else:
        sensor = Movesense(held={1: movesense_log(movesense_values(2 * 200))}, faults=faults)
    reach(sensor)
    _, (one,) = fetch_runs(named, tmp_path)
    assert one.state == "fetched"
    assert (one.folder / "download.bin").read_bytes() == next(iter(sensor.held.values()))
    assert sensor.connections == 4  # one to list, three to download


def test_progress_begins_anew_with_each_try(tmp_path: Path, reach: Any) -> None:
    class Note(FetchWatcher):
        def __init__(self) -> None:
            self.counts: list[int] = []

        def came(self, count: int) -> None:
            self.counts.append(count)

    watcher = Note()
    faults = Faults(cut_at=frozenset({40}))
    reach(Capture2Go(held={"run": capture2go_file(counts(8 * 120))}, faults=faults))
    fetch_runs(named, tmp_path, watcher)
    assert any(later < before for before, later in pairwise(watcher.counts))


def test_a_link_that_is_lost_again_and_again_is_an_error_and_leaves_nothing(
    tmp_path: Path, reach: Any
) -> None:
    held = {"a": capture2go_file(counts(8 * 100)), "b": capture2go_file(counts(8 * 100))}
    sensor = Capture2Go(held=held, faults=Faults(cut_at=frozenset(range(30, 3000))))
    reach(sensor)
    _, fetched = fetch_runs(named, tmp_path)
    assert [one.state for one in fetched] == ["failed", "failed"]
    assert all(isinstance(one.error, SensorError) for one in fetched)
    assert folders(tmp_path) == []
    assert sensor.connections == 5  # one to list, four tries for the first run, none for the second


def test_lost_and_shortened_notifications_are_asked_for_again(tmp_path: Path, reach: Any) -> None:
    faults = Faults(lose=frozenset({20, 33}), shorten=frozenset({40}))
    data = capture2go_file(counts(8 * 60))
    sensor = Capture2Go(held={"run": data}, faults=faults)
    reach(sensor, speed=FAST)
    _, (one,) = fetch_runs(named, tmp_path)
    assert (one.folder / "download.bin").read_bytes() == data
    asked = [wire.decode_frame(value).header for value in sensor.written]
    assert asked.count(Header.GET_BYTES) > 1
    assert sensor.connections == 2


def test_a_shortened_notification_of_a_log_is_sent_again(tmp_path: Path, reach: Any) -> None:
    log = movesense_log(movesense_values(2 * 100))
    sensor = Movesense(held={1: log}, faults=Faults(lose=frozenset({12}), shorten=frozenset({15})))
    reach(sensor)
    _, (one,) = fetch_runs(named, tmp_path)
    assert (one.folder / "download.bin").read_bytes() == log


def test_a_size_that_no_sensor_can_hold_is_refused(tmp_path: Path, reach: Any) -> None:
    reach(Movesense(held={1: b"x"}, sizes={1: 2**60}))
    _, (one,) = fetch_runs(named, tmp_path)
    assert isinstance(one.error, SensorError)
    assert str(2**60) in one.error.message


def test_a_refused_run_does_not_stop_the_others(tmp_path: Path, reach: Any) -> None:
    class Forgetful(Movesense):
        def _log(self, ref: int, number: int) -> Any:
            return super()._log(ref, number if number != 1 else 99)

    log = movesense_log(movesense_values(2 * 100))
    reach(Forgetful(held={1: log + b"x", 2: log}))
    _, (first, second) = fetch_runs(named, tmp_path)
    assert (first.state, second.state) == ("failed", "fetched")
    assert first.error is not None
    assert "404" in first.error.message


# --- twice, and what cannot be understood -------------------------------------------------------------


def test_a_run_is_fetched_once(tmp_path: Path, reach: Any) -> None:
    sensor = Capture2Go(held={"run": capture2go_file(counts(80))})
    reach(sensor)
    _, (first,) = fetch_runs(named, tmp_path)
    written = len(sensor.written)
    _, (again,) = fetch_runs(named, tmp_path)
    assert (again.state, again.folder) == ("here", first.folder)
    later = [wire.decode_frame(value).header for value in sensor.written[written:]]
    assert Header.GET_BYTES not in later
    _, (asked_for,) = fetch_runs(replace(named, entries=("run",)), tmp_path)
    assert (asked_for.state, asked_for.folder) == ("here", first.folder)
    assert folders(tmp_path) == [first.folder]


def test_the_same_bytes_under_another_name_are_not_doubled(tmp_path: Path, reach: Any) -> None:
    data = capture2go_file(counts(80))
    reach(Capture2Go(held={"run": data, "copy": data}))
    _, (first, second) = fetch_runs(named, tmp_path)
    assert (first.state, second.state, second.folder) == ("fetched", "here", first.folder)


def test_a_changed_run_of_the_same_name_is_fetched_where_it_is_asked_for(tmp_path: Path, reach: Any) -> None:
    sensor = Capture2Go(held={"run": capture2go_file(counts(80))})
    reach(sensor)
    fetch_runs(named, tmp_path)
    sensor.held["run"] = capture2go_file(counts(80, seed=1))
    assert fetch_runs(named, tmp_path)[1][0].state == "here"
    assert fetch_runs(replace(named, entries=("0",)), tmp_path)[1][0].state == "fetched"
    assert len(folders(tmp_path)) == 2


def test_what_cannot_be_understood_keeps_its_bytes(tmp_path: Path, reach: Any) -> None:
    sensor = Movesense(held={1: b"NOT A LOG" * 50})
    reach(sensor)
    _, (one,) = fetch_runs(named, tmp_path)
    assert one.state == "failed"
    assert isinstance(one.error, InputError)
    assert "download.bin" in one.error.what_to_do
    assert (one.folder / "download.bin").read_bytes() == b"NOT A LOG" * 50
    assert not (one.folder / "meta.json").exists()
    written = len(sensor.written)
    _, (again,) = fetch_runs(named, tmp_path)  # read again from its bytes, not downloaded again
    assert (again.state, again.folder) == ("failed", one.folder)
    assert Command.FETCH_LOG not in {value[0] for value in sensor.written[written:]}
    assert folders(tmp_path) == [one.folder]


def test_bytes_left_by_a_crash_are_finished_without_a_download(
    tmp_path: Path, reach: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pfp_sensors.collect import memory_visit

    def crash(*_: object, **__: object) -> None:
        raise PfpError("the power went")

    sensor = Capture2Go(held={"run": capture2go_file(counts(80))})
    reach(sensor)
    with monkeypatch.context() as patch:
        patch.setattr(memory_visit, "finish_download", crash)
        with pytest.raises(PfpError, match="power"):
            fetch_runs(named, tmp_path)
    (folder,) = folders(tmp_path)
    assert {path.name for path in folder.iterdir()} == {"download.bin", "download.json"}
    _, (one,) = fetch_runs(replace(named, side="right"), tmp_path)
    assert (one.state, one.folder) == ("read_again", folder)
    assert stored(folder)[1].side == "right"


def test_the_bytes_are_on_the_disk_before_they_are_understood(
    tmp_path: Path, reach: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pfp_sensors.sensors import capture2go_memory

    seen: list[list[str]] = []
    read_run = capture2go_memory.read_run

    def watched(data: bytes) -> Any:
        seen.append(sorted(path.name for folder in folders(tmp_path) for path in folder.glob("download*")))
        return read_run(data)

    monkeypatch.setattr(capture2go_memory, "read_run", watched)
    reach(Capture2Go(held={"run": capture2go_file(counts(80))}))
    fetch_runs(named, tmp_path)
    assert seen == [["download.bin", "download.json"]]


def test_bytes_that_changed_on_the_disk_are_refused(tmp_path: Path, reach: Any) -> None:
    from pfp_sensors.collect.fetch import finish_download

    reach(Capture2Go(held={"run": capture2go_file(counts(80))}))
    _, (one,) = fetch_runs(named, tmp_path)
    path = one.folder / "download.bin"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(InputError, match="has changed since it came"):
        finish_download(one.folder, side=None, placement=None)


# --- what is in it ------------------------------------------------------------------------------------


def fetched(home: Path, reach: Any, sensor: MemorySensor) -> Any:
    reach(sensor)
    _, (one,) = fetch_runs(named, home)
    assert one.error is None
    return stored(one.folder)


def test_damage_in_a_file_is_a_counted_gap(tmp_path: Path, reach: Any) -> None:
    samples = counts(8 * 100)
    data = bytearray(capture2go_file(samples))
    frame = len(wire.encode_frame(0x0231, bytes(115)))
    data[27 + 40 * frame + 60] ^= 1  # a bit in the 41st frame of samples; a status stands before the first
    found, facts = fetched(tmp_path, reach, Capture2Go(held={"run": bytes(data)}))
    kept = np.r_[0:320, 328:800]
    np.testing.assert_array_equal(found.acc, samples[kept, :3])
    np.testing.assert_array_equal(found.sample_index, kept)
    assert (facts.counters["received"], facts.counters["lost"]) == (792, 8)
    assert facts.counters["notice_skipped_bytes"] == frame
    assert [gap.lost_samples for gap in facts.gaps] == [8]


def test_a_clock_that_was_set_within_a_run_begins_a_new_segment(tmp_path: Path, reach: Any) -> None:
    samples = counts(8 * 100)
    data = capture2go_file(samples[:400], first_ns=10**9) + capture2go_file(samples[400:])
    found, facts = fetched(tmp_path, reach, Capture2Go(held={"run": data}))
    np.testing.assert_array_equal(found.acc, samples[:, :3])
    np.testing.assert_array_equal(found.segment, np.repeat([0, 1], 400))
    assert (facts.counters["lost"], facts.counters["reboots"]) == (0, 1)
    seconds = read_samples(next(tmp_path.glob("runs/*/imu.parquet"))).time_s
    np.testing.assert_allclose(seconds, 0.005 * np.arange(800), atol=1e-5)
    assert any("started anew or was set 1 times" in note for note in facts.notes)
    assert facts.start_utc is None


def test_a_pause_within_a_run_is_lost_samples(tmp_path: Path, reach: Any) -> None:
    samples = counts(8 * 100)
    first_ns = MAY_2026_S * 10**9
    data = capture2go_file(samples[:400]) + capture2go_file(samples[400:], first_ns + 60 * 10**9)
    found, facts = fetched(tmp_path, reach, Capture2Go(held={"run": data}))
    assert facts.counters["lost"] == 12_000 - 400
    assert found.sample_index[400] == 12_000


def test_a_movesense_clock_wraps_within_a_log(tmp_path: Path, reach: Any) -> None:
    values = movesense_values(2 * 1560)
    log = movesense_log(values, first_ms=2**32 - 1000)
    found, facts = fetched(tmp_path, reach, Movesense(held={1: log}))
    np.testing.assert_array_equal(found.acc, values[:, :3])
    assert (facts.counters["lost"], facts.counters["reboots"], facts.clock) == (0, 0, ())
    assert facts.start_utc == "2026-05-01T12:00:00.000+00:00"


@pytest.mark.parametrize("rate_hz", [13.0, 52.0, 104.0, 416.0, 833.0])
def test_the_rate_of_a_log_is_found(rate_hz: float, tmp_path: Path, reach: Any) -> None:
    log = movesense_log(movesense_values(2 * 400), rate_hz)
    _, facts = fetched(tmp_path, reach, Movesense(held={1: log}))
    assert facts.nominal_rate_hz == rate_hz
    assert facts.counters["lost"] == 0


def test_without_a_logged_clock_the_start_is_the_date_less_the_length(tmp_path: Path, reach: Any) -> None:
    log = movesense_log(movesense_values(2 * 1040), anchored=False)
    _, facts = fetched(tmp_path, reach, Movesense(held={1: log}))
    assert facts.start_utc == "2026-05-01T11:59:50.000+00:00"
    assert any("known to some seconds" in note for note in facts.notes)


def test_ranges_that_are_not_told_or_do_not_fit_are_not_known(tmp_path: Path, reach: Any) -> None:
    log = movesense_log(movesense_values(2 * 100))
    for number, told in enumerate((b"", b"\x02")):  # refused; 2 g, but the log goes to 10 g
        _, facts = fetched(tmp_path / str(number), reach, Movesense(held={1: log}, acc_range=told))
        assert (facts.acc_range_g, facts.gyr_range_dps, facts.counters["clipped"]) == (None, None, None)
        assert any("clipping is not known" in note for note in facts.notes)


def test_where_it_came_from_is_beside_it(tmp_path: Path, reach: Any) -> None:
    log = movesense_log(movesense_values(2 * 100))
    fetched(tmp_path, reach, Movesense(held={5: log}))
    origin = json.loads(next(tmp_path.glob("runs/*/download.json")).read_text())
    assert origin["schema"] == "pfp.download/1"
    assert (origin["kind"], origin["entry_id"], origin["entry_bytes"]) == ("movesense", "5", len(log))
    assert origin["said"] == {"acc_range_g": 16.0, "gyr_range_dps": 2000.0}
