"""The diary's database: migrated once, never downwards, private, shared between processes."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.store import database
from pfp_sensors.store.database import DIARY_NAME, changes, diary_path, open_diary
from pfp_sensors.store.migrations import MIGRATIONS, Migration

if TYPE_CHECKING:
    from pathlib import Path

ONE = Migration("one", ("CREATE TABLE one (x INTEGER)", "INSERT INTO one VALUES (1)"))
TWO = Migration("two", ("ALTER TABLE one ADD COLUMN y INTEGER DEFAULT 7",))
BROKEN = Migration("broken", ("CREATE TABLE half (x)", "INSERT INTO nowhere VALUES (1)"))


def schema(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / DIARY_NAME)) as connection:
        return sorted(str(row[0]) for row in connection.execute("SELECT sql FROM sqlite_master"))


def version(home: Path) -> int:
    with closing(sqlite3.connect(home / DIARY_NAME)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_from_empty_and_twice(tmp_path: Path) -> None:
    home = tmp_path / "home"
    open_diary(home).close()
    first = schema(home)
    assert version(home) == len(MIGRATIONS)
    assert any("CREATE TABLE recordings" in sql for sql in first if sql)
    with closing(open_diary(home)) as connection:
        assert connection.execute("SELECT count(*) FROM recordings").fetchone()[0] == 0
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert diary_path(connection) == str(home / DIARY_NAME)
    assert schema(home) == first


def test_only_missing_steps_are_taken_and_data_stay(tmp_path: Path) -> None:
    open_diary(tmp_path, migrations=(ONE,)).close()
    with closing(open_diary(tmp_path, migrations=(ONE, TWO))) as connection:
        assert [tuple(row) for row in connection.execute("SELECT x, y FROM one")] == [(1, 7)]
    assert version(tmp_path) == 2


def test_a_step_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    open_diary(tmp_path, migrations=(ONE,)).close()
    with pytest.raises(PfpError, match="nowhere"):
        open_diary(tmp_path, migrations=(ONE, TWO, BROKEN))
    assert version(tmp_path) == 1
    assert schema(tmp_path) == ["CREATE TABLE one (x INTEGER)"]


def test_a_newer_diary_is_refused_untouched(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DIARY_NAME)) as newer:
        newer.executescript("CREATE TABLE later (x); PRAGMA user_version = 2;")
    before = (tmp_path / DIARY_NAME).read_bytes()
    with pytest.raises(InputError, match="newer pfp: it has version 2, this program knows up to 1"):
        open_diary(tmp_path, migrations=(ONE,))
    assert (tmp_path / DIARY_NAME).read_bytes() == before


def test_opening_waits_for_a_process_that_makes_the_diary_just_now(tmp_path: Path) -> None:
    with closing(
        sqlite3.connect(tmp_path / DIARY_NAME, isolation_level=None, check_same_thread=False)
    ) as first:
        first.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.2, first.execute, ["COMMIT"])
        done.start()
        open_diary(tmp_path, migrations=(ONE,)).close()
        done.join()
    assert version(tmp_path) == 1


def test_only_the_owner_can_read_any_of_its_files(tmp_path: Path) -> None:
    with closing(open_diary(tmp_path / "home")) as connection, changes(connection):
        connection.execute("CREATE TABLE mine (x)")
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").iterdir()}
    assert files == {DIARY_NAME + ending: 0o600 for ending in ("", "-wal", "-shm")}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def insert(connection: sqlite3.Connection, *statements: str, fail: bool = False) -> None:
    with changes(connection):
        for statement in statements:
            connection.execute(statement)
        if fail:
            raise ValueError("stop")


def test_changes_are_all_or_none(tmp_path: Path) -> None:
    with closing(open_diary(tmp_path, migrations=(ONE,))) as connection:
        with pytest.raises(ValueError, match="stop"):
            insert(connection, "INSERT INTO one VALUES (2)", fail=True)
        with pytest.raises(PfpError, match="nowhere"):
            insert(connection, "INSERT INTO one VALUES (3)", "INSERT INTO nowhere VALUES (3)")
        insert(connection, "INSERT INTO one VALUES (4)")
        assert [row["x"] for row in connection.execute("SELECT x FROM one")] == [1, 4]


WRITER = """
import sys
import threading
from contextlib import closing
from pathlib import Path
from pfp_sensors.store.database import changes, open_diary
from pfp_sensors.store.migrations import Migration
steps = (Migration("one", ("CREATE TABLE one (x INTEGER)",)),)
sys.stdin.readline()
for number in range(20):
    with closing(open_diary(Path(sys.argv[1]), migrations=steps)) as connection, changes(connection):
        connection.execute("INSERT INTO one VALUES (?)", (number,))
"""


def test_several_processes_may_open_it_at_once(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    said = [writer.communicate(timeout=120)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], said
    with closing(sqlite3.connect(tmp_path / DIARY_NAME)) as connection:
        assert connection.execute("SELECT count(*), sum(x) FROM one").fetchone() == (60, 570)


def test_a_diary_kept_busy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_S", 0.05)
    with (
        closing(open_diary(tmp_path)) as one,
        closing(open_diary(tmp_path)) as two,
        changes(one),
        pytest.raises(PfpError, match="Another pfp keeps"),
        changes(two),
    ):
        pass


def test_what_is_no_diary_is_told(tmp_path: Path) -> None:
    (tmp_path / DIARY_NAME).write_bytes(b"no database at all, only a text of some length" * 50)
    with pytest.raises(InputError, match="no diary or is damaged"):
        open_diary(tmp_path)
    (tmp_path / "a" / DIARY_NAME).mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot be opened"):
        open_diary(tmp_path / "a")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file"):
        open_diary(tmp_path / "file")


def test_the_diary_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from contextlib import closing; from pathlib import Path\n"
        "from pfp_sensors.store.database import open_diary\n"
        "from pfp_sensors.store.run_index import list_recordings, rebuild_index\n"
        f"home = Path({str(tmp_path)!r})\n"
        "with closing(open_diary(home)) as diary:\n"
        "    rebuild_index(diary, home), list_recordings(diary)\n"
        "print([name for name in ('pyarrow', 'pandas', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
