"""Where things lie, new folders for runs, unfinished runs, and the lock of whoever is writing."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.store import run_lock
from pfp_sensors.store.home import (
    home_folder,
    new_run_folder,
    run_folders,
    runs_folder,
    runs_in_progress,
    start_of,
    unfinished_runs,
)
from pfp_sensors.store.run_lock import LOCK_NAME, RunLock, held_by_other

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = datetime(2026, 11, 22, 10, 46, 52, 900_000, tzinfo=UTC)


def test_the_option_is_stronger_than_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFP_HOME", str(tmp_path / "variable"))
    assert home_folder(str(tmp_path / "option")) == tmp_path / "option"
    assert home_folder() == tmp_path / "variable"
    monkeypatch.setenv("PFP_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert "pfp-sensors" in str(home_folder())
    monkeypatch.chdir(tmp_path)
    assert home_folder("here") == tmp_path / "here"
    assert home_folder("~/there") == tmp_path / "there"
    assert list(tmp_path.iterdir()) == []


def test_folders_of_runs_are_private_and_named_in_utc(tmp_path: Path) -> None:
    folder = new_run_folder(tmp_path / "home", START.astimezone(timezone(timedelta(hours=5))))
    assert folder == tmp_path / "home" / "runs" / "20261122-104652"
    for made in (folder, folder.parent, folder.parent.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert [new_run_folder(tmp_path / "home", START).name for _ in range(2)] == [
        "20261122-104652-2",
        "20261122-104652-3",
    ]
    assert start_of("20261122-104652-2") == START.replace(microsecond=0)
    assert start_of("notes") is None


def test_no_two_get_one_folder(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_run_folder(tmp_path, START), range(40)))
    assert len(set(made)) == 40
    assert sorted(made) == run_folders(tmp_path)


def test_places_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no time zone"):
        new_run_folder(tmp_path, START.replace(tzinfo=None))
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file"):
        new_run_folder(tmp_path / "file", START)
    (tmp_path / "runs").touch()
    with pytest.raises(UsageError, match="runs cannot be read"):
        unfinished_runs(tmp_path)


def test_unfinished_are_packets_that_nobody_writes_sealed_or_not(tmp_path: Path) -> None:
    assert unfinished_runs(tmp_path) == []
    one, two, three, empty = (new_run_folder(tmp_path, START) for _ in range(4))
    for folder in (one, two, three):
        (folder / "packets.arrows").touch()
    (two / "meta.json").write_text("{}")
    (runs_folder(tmp_path) / "notes.txt").touch()
    assert unfinished_runs(tmp_path) == [one, two, three]
    with RunLock(three):
        assert unfinished_runs(tmp_path) == [one, two]
        assert runs_in_progress(tmp_path) == [three]
    assert unfinished_runs(tmp_path) == [one, two, three]
    assert list(empty.iterdir()) == []


@contextmanager
def another_process_holding(folder: Path) -> Iterator[subprocess.Popen[str]]:
    code = (
        "import sys, time; from pathlib import Path; from pfp_sensors.store.run_lock import RunLock\n"
        "with RunLock(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_the_lock_of_another_process_holds_until_it_is_killed(tmp_path: Path) -> None:
    assert not held_by_other(tmp_path)
    with another_process_holding(tmp_path) as process:
        assert held_by_other(tmp_path)
        assert (tmp_path / LOCK_NAME).read_text() == f"{process.pid}\n"
        with pytest.raises(UsageError, match=f"another pfp .process {process.pid}"), RunLock(tmp_path):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(120)
        assert (tmp_path / LOCK_NAME).exists()
        assert not held_by_other(tmp_path)
        with RunLock(tmp_path):
            assert (tmp_path / LOCK_NAME).read_text() == f"{os.getpid()}\n"
    assert list(tmp_path.iterdir()) == []


def test_the_lock_is_private_and_goes_with_its_owner(tmp_path: Path) -> None:
    with RunLock(tmp_path):
        assert stat.S_IMODE((tmp_path / LOCK_NAME).stat().st_mode) == 0o600
        assert held_by_other(tmp_path)
    assert not held_by_other(tmp_path)
    with pytest.raises(ValueError, match="stop"), RunLock(tmp_path):
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UsageError, match="no folder"), RunLock(tmp_path / "absent"):
        pass


def test_who_looks_disturbs_neither_others_who_look_nor_who_wants_it(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).touch()
    looking = run_lock._wait_for(tmp_path / LOCK_NAME, os.O_RDONLY, 0.0)
    assert looking is not None
    assert not held_by_other(tmp_path)
    away = threading.Timer(0.1, os.close, [looking])
    away.start()
    with RunLock(tmp_path):
        assert held_by_other(tmp_path)
    away.join()


def test_a_lock_whose_file_has_just_been_removed_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner ends between another's opening and locking: two would hold locks of two files of one name."""
    real, calls = run_lock._lock, []

    def late(handle: int, *, shared: bool) -> None:
        if not calls:
            (tmp_path / LOCK_NAME).unlink()
        calls.append(handle)
        real(handle, shared=shared)

    monkeypatch.setattr(run_lock, "_lock", late)
    with RunLock(tmp_path):
        monkeypatch.undo()
        assert len(calls) == 2
        assert held_by_other(tmp_path)


def test_a_disk_without_locks_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def refuse(handle: int, *, shared: bool) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(run_lock, "_lock", refuse)
    with pytest.raises(PfpError, match="cannot be locked: No locks"), RunLock(tmp_path):
        pass
    with pytest.raises(PfpError, match="cannot be locked: No locks"):
        held_by_other(tmp_path)


def test_neither_locks_nor_folders_load_anything_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pfp_sensors.store.home import unfinished_runs\n"
        f"unfinished_runs(Path({str(tmp_path)!r}))\n"
        "print([name for name in ('pyarrow', 'pandas', 'scipy', 'platformdirs') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
