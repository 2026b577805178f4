"""A full, read-only or torn disk: what is written stays, nothing is overwritten, and all of it is said."""

from __future__ import annotations

import asyncio
import resource
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from pfp_sensors.actions.doctor import check_computer
from pfp_sensors.actions.recover import Recovery, recover
from pfp_sensors.cli import main
from pfp_sensors.collect.finalise import finalise
from pfp_sensors.collect.understanding import Listeners
from pfp_sensors.errors import PfpError, SensorError, UsageError
from pfp_sensors.store import home as home_module
from pfp_sensors.store.device_files import read_device_samples
from pfp_sensors.store.event_log import read_events
from pfp_sensors.store.home import runs_folder, unfinished_runs
from pfp_sensors.store.packet_files import PACKETS_NAME, NotStoredError
from pfp_sensors.store.packet_reading import read_packet_file
from pfp_sensors.store.recording_files import verify_recording
from pfp_sensors.store.run_lock import RunLock
from tests.collect import rig_run
from tests.collect.rig_run import Stage, run_story

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pfp_sensors.model.packets import Packet

pytest.importorskip("bumble")

RUN_ID = "20261122-104652"
PATIENCE_S = 120.0
DATA, HEAD_BYTES, SAMPLE_BYTES = 0x11, 12, 12

# --- full while recording ---------------------------------------------------------------------------


class FullDisk:
    """Stands before a packet writer; takes nothing while it is full."""

    def __init__(self, stage: Stage) -> None:
        self.is_full = False
        self.refused = 0
        self._append = stage.session.writer.append
        stage.session.writer.append = self.append  # type: ignore[method-assign]

    def append(self, packets: Sequence[Packet]) -> int:
        if self.is_full:
            self.refused += 1
            raise NotStoredError("packets.arrows cannot be written: No space left on device.", "Make room.")
        return self._append(packets)


def test_a_disk_that_was_full_for_a_while_costs_nothing(tmp_path: Path) -> None:
    messages: list[str] = []

    async def story(stage: Stage) -> None:
        disk = FullDisk(stage)
        await stage.samples(200)
        disk.is_full = True
        await stage.until(lambda: bool(stage.session.state().trouble))
        assert "No space left" in stage.session.state().trouble
        kept = stage.session.writer.rows
        await stage.samples(300)
        assert stage.session.writer.rows == kept
        assert stage.session.state().queued > 0
        disk.is_full = False
        await stage.until(lambda: not stage.session.state().trouble)
        await stage.samples(100)

    told = run_story(tmp_path / "run", story, listeners=Listeners(message=messages.append))
    told.check_numbers()
    counters = told.counters()
    assert (counters["lost"], counters["repeated"]) == (0, 0)
    assert told.stage.session.inbox.dropped == 0
    full = [event.details for event in told.events if event.kind == "disk_full"]
    assert [details["cleared"] for details in full] == [False, True]
    assert "No space left" in messages[0]
    assert "takes data again" in messages[1]


def test_a_disk_that_stays_full_ends_with_an_error_and_keeps_what_was_written(tmp_path: Path) -> None:
    stages: list[Stage] = []

    async def story(stage: Stage) -> None:
        stages.append(stage)
        disk = FullDisk(stage)
        await stage.until(lambda: stage.session.writer.rows > 15)
        disk.is_full = True
        await stage.until(lambda: disk.refused > 1)

    with pytest.raises(PfpError, match=r"last \d+ packets could not be kept.*No space left"):
        run_story(tmp_path / "run", story)
    (stage,) = stages
    file = read_packet_file(tmp_path / "run" / PACKETS_NAME)
    assert file.rows == stage.session.writer.rows > 15
    assert not stage.sensor.firmware.memory.sampling
    finished = finalise(tmp_path / "run")
    assert sum(finished.rows.values()) > 0
    verify_recording(tmp_path / "run")


def test_a_queue_that_overflows_meanwhile_is_counted(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        disk = FullDisk(stage)
        await stage.samples(200)
        disk.is_full = True
        await stage.until(lambda: stage.session.inbox.dropped >= 5)
        disk.is_full = False
        await stage.until(lambda: not stage.session.state().trouble)
        await stage.samples(200)

    told = run_story(tmp_path / "run", story, settings=rig_run.record_settings(queue_packets=20))
    told.check_numbers()
    dropped = sum(event.details["packets"] for event in told.events if event.kind == "queue_overflow")
    assert dropped == told.stage.session.inbox.dropped >= 5
    counters = told.counters()
    assert counters["dropped_packets"] == dropped
    assert any(note.startswith(f"{dropped} packets") for note in told.finished.notes)
    lost = counters["lost_packets"]
    assert lost is not None
    assert lost <= dropped  # batteries have no number that would be missed, nor has a hole at the very end


def under_own_mount(
    disk: Path, options: str, script: str, *words: object
) -> subprocess.CompletedProcess[str]:
    """Run a shell script that sees a small file system at ``disk`` (its $1; the words follow), or skip."""
    disk.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here")
    under = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = f'mount -t tmpfs -o {options} tmpfs "$1"'
    tried = subprocess.run([*under, mount, "sh", str(disk)], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no file system can be mounted here: {tried.stderr.strip()}")
    return subprocess.run(
        [*under, f"{mount} && {script}", "sh", str(disk), *map(str, words)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        cwd=Path(__file__).parents[2],
    )


RECORD = '"$2" -m pfp_sensors --home "$1" record --simulate --side left --speed-up 20'


def test_a_disk_that_runs_full_ends_in_an_error_and_is_recovered_when_there_is_room(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    script = (
        f'mkdir "$3" && head -c 300000 /dev/zero > "$1/filler"; {RECORD} --minutes 1; echo "code $?"; '
        f'cp -r "$1" "$3/full" && rm "$1/filler" && "$2" -m pfp_sensors --home "$1" recover; '
        f'echo "code $?"; cp -r "$1" "$3/after"'
    )
    done = under_own_mount(tmp_path / "disk", "size=420k", script, sys.executable, kept)
    codes = [line for line in done.stdout.splitlines() if line.startswith("code")]
    assert codes == ["code 1", "code 0"], done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    assert "could not be kept" in done.stderr
    assert "Traceback" not in done.stderr
    assert "mistake in pfp" not in done.stderr
    (full,) = (kept / "full" / "runs").iterdir()
    assert not (full / "meta.json").exists()
    file = read_packet_file(full / PACKETS_NAME)
    (after,) = (kept / "after" / "runs").iterdir()
    verify_recording(after)
    samples, facts = read_device_samples(after / "imu.parquet")
    assert len(samples.t_us) == samples_in(list(file.packets)) > 1000
    assert facts.counters["lost"] == 0


# --- no place at all --------------------------------------------------------------------------------


def test_a_home_that_is_a_file_is_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    home.write_text("a diary of somebody else")
    words = ["record", "--simulate", "--minutes", "0.1", "--speed-up", "20"]
    assert main(["--home", str(home), *words]) == UsageError.exit_code
    said = capsys.readouterr().err
    assert str(home) in said
    assert "mistake in pfp" not in said
    assert home.read_text() == "a diary of somebody else"


def test_a_read_only_home_is_a_clear_error(tmp_path: Path) -> None:
    script = f'{RECORD} --minutes 0.1; echo "code $?"'
    done = under_own_mount(tmp_path / "disk", "ro,size=400k", script, sys.executable)
    assert done.stdout == f"code {UsageError.exit_code}\n", done.stderr
    assert "Read-only file system" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_older_recording_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / PACKETS_NAME).write_bytes(b"an older recording")

    async def story(_stage: Stage) -> None:
        raise AssertionError("nothing may be recorded")

    with pytest.raises(UsageError):
        run_story(folder, story)
    assert (folder / PACKETS_NAME).read_bytes() == b"an older recording"


# --- packets that were not finished -----------------------------------------------------------------


def samples_in(packets: Sequence[Packet]) -> int:
    """Count samples by the length of the data packets."""
    data = [p.payload for p in packets if p.channel == 0 and p.payload[0] == DATA]
    return sum((len(payload) - HEAD_BYTES) // SAMPLE_BYTES for payload in data)


def batch_ends(path: Path) -> list[int]:
    """List where the header and each batch of a packet file end."""
    with pa.OSFile(str(path)) as source:
        stream = pa.ipc.open_stream(source)
        ends = [source.tell()]
        while True:
            try:
                stream.read_next_batch()
            except StopIteration:
                return ends
            ends.append(source.tell())


def in_home(raw: Path, home: Path) -> Path:
    folder = runs_folder(home) / RUN_ID
    shutil.copytree(raw, folder)
    return folder


def only(done: list[Recovery]) -> Recovery:
    (one,) = done
    return one


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_cut_anywhere_all_whole_batches_are_back(raw: Path, tmp_path: Path) -> None:
    packets = list(read_packet_file(raw / PACKETS_NAME).packets)
    sizes = batch_ends(raw / PACKETS_NAME)
    with pa.OSFile(str(raw / PACKETS_NAME)) as source:
        rows = np.cumsum([0, *(len(batch) for batch in pa.ipc.open_stream(source))]).tolist()
    assert len(sizes) == len(rows) >= 5
    size = (raw / PACKETS_NAME).stat().st_size
    near = [end + by for end in sizes for by in (-9, -1, 0, 1, 5, 9)]
    spread = np.linspace(0, size - 1, 25).astype(int).tolist()
    for cut in sorted({at for at in (*near, *spread) if 0 <= at < size}):
        home = tmp_path / str(cut)
        folder = in_home(raw, home)
        with (folder / PACKETS_NAME).open("r+b") as file:
            file.truncate(cut)
        whole = sum(end <= cut for end in sizes) - 1
        samples = samples_in(packets[: rows[whole]]) if whole > 0 else 0
        one = only(recover(home))
        if samples == 0:
            assert isinstance(one.error, SensorError), cut
            assert "Nothing was recorded" in one.error.message
            assert (folder / "events.jsonl").read_bytes() == (raw / "events.jsonl").read_bytes()
        else:
            assert one.finished is not None, (cut, one.error)
            assert sum(one.finished.rows.values()) == samples, cut
            assert any("broke off" in note for note in one.finished.notes), cut
            assert any("not whole" in note for note in one.finished.notes) == (cut not in sizes), cut
            verify_recording(folder)
        assert unfinished_runs(home) == []


def test_finishing_twice_gives_the_same_bytes(raw: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(raw, tmp_path / name)
        finalise(tmp_path / name, keep_packets=True)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert {"imu.parquet", "side.parquet", "packets.parquet", "meta.json", "events.jsonl"} <= set(one)
    assert one == two


@contextmanager
def room_for_files_of(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes: the system refuses as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 600, 5000])
def test_no_room_to_finish_leaves_the_packets_for_later(raw: Path, tmp_path: Path, room: int) -> None:
    home = tmp_path / "home"
    folder = in_home(raw, home)
    before = (folder / PACKETS_NAME).read_bytes()
    with room_for_files_of(room):
        one = only(recover(home))
    assert one.finished is None
    assert type(one.error) is PfpError
    assert (folder / PACKETS_NAME).read_bytes() == before
    assert not (folder / "meta.json").exists()
    assert not list(folder.glob("*.part"))
    assert not list(folder.glob(".*.part"))
    again = only(recover(home))
    assert again.error is None
    shutil.copytree(raw, tmp_path / "straight")
    finalise(tmp_path / "straight")
    assert contents(folder) == contents(tmp_path / "straight")


def test_packets_beside_a_good_seal_are_cleared_and_that_is_said(raw: Path, tmp_path: Path) -> None:
    folder = in_home(raw, tmp_path)
    finalise(folder)
    sealed = contents(folder)
    shutil.copy(raw / PACKETS_NAME, folder)
    assert unfinished_runs(tmp_path) == [folder]
    (check,) = [check for check in check_computer(tmp_path) if check.name == "recordings"]
    assert check.ok is False
    one = only(recover(tmp_path))
    assert one.finished is not None
    assert one.finished.notes == ("it was finished before; only its packets were still to be cleared",)
    assert list(one.finished.rows) == ["SHANK-L"]
    assert contents(folder) == sealed
    assert recover(tmp_path) == []


def test_packets_beside_a_seal_that_is_not_theirs_are_finished_again(raw: Path, tmp_path: Path) -> None:
    folder = in_home(raw, tmp_path)
    finalise(folder)
    sealed = contents(folder)
    damaged = bytearray(sealed["imu.parquet"])
    damaged[len(damaged) // 2] ^= 0xFF
    (folder / "imu.parquet").write_bytes(damaged)
    shutil.copy(raw / PACKETS_NAME, folder)
    assert only(recover(tmp_path)).error is None
    assert contents(folder) == sealed


def test_packets_wanted_after_all_are_kept(raw: Path, tmp_path: Path) -> None:
    folder = in_home(raw, tmp_path)
    finalise(folder)
    shutil.copy(raw / PACKETS_NAME, folder)
    assert only(recover(tmp_path, keep_packets=True)).error is None
    assert "packets.parquet" in verify_recording(folder).files


def test_one_that_cannot_be_finished_does_not_stop_the_others(raw: Path, tmp_path: Path) -> None:
    bad = in_home(raw, tmp_path)
    good = bad.with_name("20261122-200000")
    shutil.copytree(raw, good)
    (bad / PACKETS_NAME).write_bytes(b"this is no Arrow stream at all, and never was one")
    first, second = recover(tmp_path)
    assert first.error is not None
    assert second.finished is not None
    assert (bad / PACKETS_NAME).read_bytes() == b"this is no Arrow stream at all, and never was one"


def test_the_second_of_two_that_recover_sees_that_it_is_done(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = in_home(raw, tmp_path)
    finalise(folder)
    sealed = contents(folder)
    monkeypatch.setattr(home_module, "unfinished_runs", lambda _home: [folder])
    one = only(recover(tmp_path))
    assert one.error is None
    assert one.finished is not None
    assert one.finished.notes == ("it was finished by another pfp just now",)
    assert sum(one.finished.rows.values()) > 0
    assert contents(folder) == sealed
    (folder / "meta.json").unlink()
    nothing = only(recover(tmp_path))
    assert "finished by another pfp just now: nothing was recorded" in str(nothing.error)


def test_the_second_of_two_that_recover_says_that_the_first_is_at_it(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = in_home(raw, tmp_path)
    monkeypatch.setattr(home_module, "unfinished_runs", lambda _home: [folder])
    with RunLock(folder):
        one = only(recover(tmp_path))
        assert "is being finished by another pfp" in str(one.error)
    assert (folder / PACKETS_NAME).exists()


# --- forced to the disk -----------------------------------------------------------------------------


def test_packets_are_forced_to_the_disk_at_least_once_a_second(tmp_path: Path) -> None:
    synced_s: list[float] = []
    ticks_s: list[float] = []

    async def story(stage: Stage) -> None:
        sync = stage.session.writer.sync

        def timed() -> None:
            sync()
            synced_s.append(time.monotonic())

        stage.session.writer.sync = timed  # type: ignore[method-assign]
        goal = stage.state().received + 728
        while stage.state().received < goal:
            ticks_s.append(time.monotonic())
            await asyncio.sleep(0.01)

    told = run_story(tmp_path / "run", story)
    times_s = np.array([at_s for at_s in synced_s if at_s <= ticks_s[-1]])
    assert len(times_s) >= 3
    # In time in which this program could do something: of a pause of this machine only a tick counts.
    awake_s = np.interp(times_s, ticks_s, np.cumsum([0.0, *np.minimum(np.diff(ticks_s), 0.05)]))
    assert np.max(np.diff(awake_s)) <= 1.0
    writer = told.stage.session.writer
    assert writer.rows_synced == writer.rows
    (end,) = [event for event in read_events(told.folder / "events.jsonl").events if event.kind == "end"]
    assert end.details["syncs"] == writer.syncs
