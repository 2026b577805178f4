"""What was acknowledged survives: the program killed at any moment, the disk full, the place read-only.

Run as a program, this file is the writer that the tests kill and starve.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import UsageError
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.store.packet_files import NotStoredError, PacketWriter
from pfp_sensors.store.packet_reading import read_packet_file

if TYPE_CHECKING:
    from collections.abc import Callable

KILLS = 20
AT_ONCE = 4
PATIENCE_S = 120.0


def packet_of(row: int) -> Packet:
    """Make the packet that stands in a row, always the same."""
    rng = random.Random(row)
    return Packet(row, -row, row % 256, Channel(row % 7), row % 65536, rng.randbytes(row * 37 % 513))


def packets_of(first: int, n: int) -> list[Packet]:
    return [packet_of(row) for row in range(first, first + n)]


def check_rows(path: Path, acknowledged: int) -> int:
    """Check that every row is right and none acknowledged is missing; return how many there are."""
    read = read_packet_file(path)
    found = list(read.packets)
    assert found == packets_of(0, len(found))
    assert read.rows == len(found) >= acknowledged
    return len(found)


def child(*words: object, under: list[str] | None = None) -> subprocess.Popen[str]:
    command = [*(under or []), sys.executable, "-u", __file__, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def outcome(*words: object, under: list[str] | None = None) -> list[str]:
    process = child(*words, under=under)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    return out.splitlines()


# --- killed ---------------------------------------------------------------------------------------


def kill_after(process: subprocess.Popen[str], enough: int, delay_s: float) -> int:
    """Kill the writer some time after it acknowledged enough rows; return what it acknowledged in all."""
    assert process.stdout is not None
    acknowledged = -1
    while acknowledged < enough:
        line = process.stdout.readline()
        assert line, process.stderr and process.stderr.read()
        acknowledged = int(line)
    time.sleep(delay_s)
    process.kill()
    rest, _ = process.communicate(timeout=PATIENCE_S)
    whole_lines = rest.split("\n")[:-1]
    return int(whole_lines[-1]) if whole_lines else acknowledged


def test_killed_at_any_moment_every_acknowledged_row_is_back(tmp_path: Path) -> None:
    rng = random.Random(11)
    plan = [(tmp_path / f"{k}.arrows", 0 if k % 4 == 0 else rng.randrange(4000)) for k in range(KILLS)]
    surviving = []
    for start in range(0, KILLS, AT_ONCE):
        some = plan[start : start + AT_ONCE]
        processes = [child("write", path, seed) for seed, (path, _) in enumerate(some, start)]
        for process, (path, enough) in zip(processes, some, strict=True):
            acknowledged = kill_after(process, enough, rng.uniform(0.0, 0.02))
            surviving.append(check_rows(path, max(acknowledged, 0)) if path.exists() else 0)
            assert path.exists() or acknowledged <= 0
    assert len(surviving) == KILLS
    assert len(set(surviving)) > KILLS // 2, f"killed at too few different moments: {surviving}"


# --- no room --------------------------------------------------------------------------------------


def test_a_file_at_its_size_limit_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "packets.arrows"
    *_, rows, size, again = map(int, outcome("limited", path))
    assert 0 < rows < again
    assert size <= 50_000
    assert check_rows(path, again) == again
    read = read_packet_file(path)
    assert (read.torn, read.ended) == (None, True)


def own_mounts(tmp_path: Path, options: str) -> list[str]:
    """Return how to start a program that sees a small file system at ``disk``, or skip."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here")
    shell = f'mount -t tmpfs -o {options} tmpfs "{disk}" && exec "$@"'
    under = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", shell, "sh"]
    tried = subprocess.run([*under, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no file system can be mounted here: {tried.stderr.strip()}")
    return under


def test_a_full_disk_keeps_what_was_acknowledged_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    kept = tmp_path / "kept.arrows"
    under = own_mounts(tmp_path, "size=256k")
    *_, rows, again = map(int, outcome("full", tmp_path / "disk", kept, under=under))
    assert 0 < rows < again
    assert check_rows(kept, again) == again
    assert check_rows(tmp_path / "kept.arrows.full", rows) == rows
    assert read_packet_file(tmp_path / "kept.arrows.full").torn is None


def test_a_read_only_place_is_a_clear_error_for_everyone(tmp_path: Path) -> None:
    under = own_mounts(tmp_path, "ro,size=256k")
    (words,) = outcome("readonly", tmp_path / "disk", under=under)
    assert words.startswith("UsageError")
    assert "cannot be written: Read-only file system" in words


def failing(*results: int | OSError) -> Callable[[int, bytes], int]:
    """Return a stand-in for os.write that takes so many bytes of each call, or fails; then works."""
    real, todo = os.write, list(results)

    def write(handle: int, data: bytes) -> int:
        result = todo.pop(0) if todo else len(data)
        if isinstance(result, OSError):
            raise result
        return real(handle, data[:result])

    return write


@pytest.mark.parametrize("number", [28, 122, 27, 5])
def test_half_a_batch_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    path = tmp_path / "packets.arrows"
    writer = PacketWriter(path, {})
    writer.append(packets_of(0, 5))
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing(100, OSError(number, os.strerror(number))))
        with pytest.raises(NotStoredError, match=f"{os.strerror(number)}. The 5 packets before are kept"):
            writer.append(packets_of(5, 5))
    assert path.read_bytes() == before
    assert (writer.rows, writer.size_bytes) == (5, len(before))
    assert writer.append(packets_of(5, 5)) == 10
    writer.close()
    assert check_rows(path, 10) == 10


def test_half_a_batch_that_cannot_be_taken_back_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "packets.arrows"
    writer = PacketWriter(path, {})
    writer.append(packets_of(0, 5))

    def broken(handle: int, size: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing(100, OSError(5, "Input/output error")))
        patch.setattr(os, "ftruncate", broken)
        for _ in range(2):
            with pytest.raises(NotStoredError, match="The 5 packets before are kept"):
                writer.append(packets_of(5, 5))
    read = read_packet_file(path)
    assert (read.rows, read.torn) == (5, "the last 100 bytes are not whole and were left out")
    assert writer.append(packets_of(5, 1)) == 6
    writer.close()
    assert check_rows(path, 6) == 6
    assert read_packet_file(path).torn is None


def test_a_write_in_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "packets.arrows"
    writer = PacketWriter(path, {})
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing(1, 99, 7))
        assert writer.append(packets_of(0, 5)) == 5
    writer.close()
    assert check_rows(path, 5) == 5


def test_a_disk_that_fails_to_flush_is_told_and_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = PacketWriter(tmp_path / "packets.arrows", {})
    writer.append(packets_of(0, 5))
    writer.sync()
    writer.append(packets_of(5, 2))

    def broken(handle: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(NotStoredError, match="5 of its 7 packets are sure"):
            writer.sync()
        assert (writer.syncs, writer.rows_synced) == (2, 5)
        with pytest.raises(NotStoredError):
            writer.close()
    with pytest.raises(UsageError, match="closed"):
        writer.sync()
    assert check_rows(tmp_path / "packets.arrows", 7) == 7


def test_no_room_for_the_mark_of_the_end_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "packets.arrows"
    writer = PacketWriter(path, {})
    writer.append(packets_of(0, 5))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing(3, OSError(28, "No space left on device")))
        with pytest.raises(NotStoredError, match="No space left"):
            writer.close()
    assert (writer.syncs, writer.rows_synced) == (2, 5)
    writer.close()
    read = read_packet_file(path)
    assert (read.rows, read.torn, read.ended) == (5, None, False)


# --- the writer that is killed and starved --------------------------------------------------------


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def write_for_ever(path: Path, seed: int) -> None:
    """Print -1, then the acknowledged rows after each batch, until killed."""
    rng, rows = random.Random(seed), 0
    say(-1)
    writer = PacketWriter(path, {"run_id": "killed"})
    say(0)
    while True:
        rows = writer.append(packets_of(rows, rng.choice((1, 10, 10, 10, 300))))
        say(rows)
        if rng.random() < 0.1:
            writer.sync()


def append_until_full(writer: PacketWriter) -> int:
    """Append until the disk takes no more, three times over; return the rows acknowledged."""
    while True:
        try:
            writer.append(packets_of(writer.rows, 10))
        except NotStoredError:
            break
    for _ in range(3):
        with pytest.raises(NotStoredError, match=f"The {writer.rows} packets before are kept"):
            writer.append(packets_of(writer.rows, 10))
    return writer.rows


def limited(path: Path) -> None:
    """Reach the largest size that a file may have, then raise it and go on."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    writer = PacketWriter(path, {})
    say(append_until_full(writer))
    say(path.stat().st_size)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    say(writer.append(packets_of(writer.rows, 10)))
    writer.close()


def full(disk: Path, kept: Path) -> None:
    """Fill a small disk together with another file, remove that one, and go on."""
    (disk / "other").write_bytes(bytes(100_000))
    writer = PacketWriter(disk / "packets.arrows", {})
    say(append_until_full(writer))
    shutil.copyfile(disk / "packets.arrows", f"{kept}.full")
    (disk / "other").unlink()
    say(writer.append(packets_of(writer.rows, 10)))
    writer.close()
    shutil.copyfile(disk / "packets.arrows", kept)


def readonly(disk: Path) -> None:
    """Try to write where nobody can."""
    try:
        PacketWriter(disk / "packets.arrows", {})
    except UsageError as error:
        say(type(error).__name__, str(error).replace("\n", " "))


if __name__ == "__main__":
    task, *paths = sys.argv[1:]
    if task == "write":
        write_for_ever(Path(paths[0]), int(paths[1]))
    else:
        {"limited": limited, "full": full, "readonly": readonly}[task](*map(Path, paths))
