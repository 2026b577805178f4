"""Backup, restore and forget: what comes back is what was there, and what is damaged touches nothing."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sqlite3
import stat
import struct
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from diary_entries import AT, PROFILE, every_kind

from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.model.diary import Pain, Run
from pfp_sensors.store import restore
from pfp_sensors.store.backup import restore_backup, write_backup
from pfp_sensors.store.database import DIARY_NAME, changes, open_diary
from pfp_sensors.store.diary import add_entries, add_entry, correct_entry, put_profile, read_history
from pfp_sensors.store.forget import forget
from pfp_sensors.store.home_files import has_data
from pfp_sensors.store.run_lock import LOCK_NAME, RunLock

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.model.diary import History

RUN = "runs/20261001-060000"
RUN_FILES = {
    "imu.parquet": b"samples" * 1000,
    "packets.parquet": b"packets" * 1000,
    "meta.json": b"{}\n",
    "events.jsonl": b"{}\n",
    "truth/contacts.csv": b"initial_contact_s\n",
}


def history_of(home: Path) -> History:
    with closing(open_diary(home)) as connection:
        return read_history(connection)


def tree(folder: Path) -> dict[str, Any]:
    """Give all below a folder: the bytes of files, where links lead, and None for folders."""
    if not folder.exists():
        return {"": "not there"}
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        content = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[path.relative_to(folder).as_posix()] = content
    return found


def add_run_folder(home: Path, folder: str = RUN) -> Path:
    for name, content in RUN_FILES.items():
        file = home / folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return home / folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a home with a diary of every kind, a correction, a profile and a recording."""
    home = tmp_path / "home"
    with closing(open_diary(home)) as connection:
        add_entries(connection, every_kind(), at=AT)
        put_profile(connection, PROFILE, at=AT)
        correct_entry(connection, "p1", Pain("during", 3, AT, run="r1"), at=AT)
    add_run_folder(home)
    return home


@pytest.fixture
def backup(home: Path, tmp_path: Path) -> Path:
    return write_backup(home, tmp_path / "all.pfp", at=AT).path


def modes(folder: Path) -> set[tuple[bool, int]]:
    return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in folder.rglob("*")}


# --- there and back ---------------------------------------------------------------------------------


def test_backup_forget_restore_brings_everything_back(home: Path, tmp_path: Path) -> None:
    before, history = tree(home / "runs"), history_of(home)
    seen: list[tuple[int, int]] = []
    facts = write_backup(home, tmp_path / "all.pfp", at=AT, progress=lambda *numbers: seen.append(numbers))
    assert (facts.members, facts.entries, facts.runs, facts.left_out) == (len(RUN_FILES) + 1, 10, 1, ())
    assert facts.file_bytes == facts.path.stat().st_size
    assert stat.S_IMODE(facts.path.stat().st_mode) == 0o600
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    forget(home)
    assert tree(home) == {}
    back = restore_backup(facts.path, home)
    assert (back.entries, back.runs, back.members) == (10, 1, facts.members)
    assert (back.made, back.replaced, back.kept_aside) == (AT.isoformat(), False, None)
    assert (history_of(home), tree(home / "runs")) == (history, before)
    assert sorted(path.name for path in home.iterdir()) == [DIARY_NAME, "runs"]
    assert modes(home) == {(True, 0o700), (False, 0o600)}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.pfp", "home"]


def test_a_restore_into_a_home_that_is_not_there(backup: Path, home: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "home"
    restore_backup(backup, target)
    assert history_of(target) == history_of(home)
    assert stat.S_IMODE(target.stat().st_mode) == 0o700


def test_a_backup_is_of_one_moment_while_others_write(home: Path, tmp_path: Path) -> None:
    with closing(open_diary(home)) as other, changes(other):
        other.execute("INSERT INTO acts (at, what) VALUES ('later', 'add')")
        facts = write_backup(home, tmp_path / "all.pfp")
    restore_backup(facts.path, tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new" / DIARY_NAME)) as connection:
        assert connection.execute("SELECT count(*) FROM acts WHERE at = 'later'").fetchone() == (0,)


def test_a_backup_of_the_diary_alone_leaves_recordings(home: Path, tmp_path: Path) -> None:
    facts = write_backup(home, tmp_path / "diary.pfp", without_recordings=True)
    assert (facts.members, facts.runs) == (1, 0)
    history, runs = history_of(home), tree(home / "runs")
    with closing(open_diary(home)) as connection:
        add_entry(connection, Run("r2", AT), at=AT)
    back = restore_backup(facts.path, home, replace=True)
    assert (back.runs, back.replaced) == (0, True)
    assert (history_of(home), tree(home / "runs")) == (history, runs)


def test_what_is_running_or_a_link_is_left_out_and_named(home: Path, tmp_path: Path) -> None:
    busy = add_run_folder(home, "runs/20261002-060000")
    (home / RUN / "link.txt").symlink_to("/etc/hostname")
    (home / RUN / LOCK_NAME).touch()
    with RunLock(busy):
        facts = write_backup(home, tmp_path / "all.pfp")
    assert facts.left_out == (f"{RUN}/link.txt", "runs/20261002-060000")
    assert (facts.runs, facts.members) == (1, len(RUN_FILES) + 1)


def test_where_a_backup_cannot_go_is_told(home: Path, backup: Path, tmp_path: Path) -> None:
    for place, words in (
        (home / "inside.pfp", "lies in"),
        (home / "runs" / "inside.pfp", "lies in"),
        (backup, "there already"),
        (tmp_path, "there already|lies in"),
        (tmp_path / "nowhere" / "all.pfp", "cannot be written"),
    ):
        with pytest.raises(UsageError, match=words):
            write_backup(home, place)
    with pytest.raises(UsageError, match="no diary and no recording"):
        write_backup(tmp_path / "empty", tmp_path / "b.pfp")
    assert not (tmp_path / "empty").exists()
    write_backup(home, backup, replace=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.pfp", "home"]


def test_a_backup_that_fails_leaves_no_half(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_backup(home, tmp_path / "all.pfp", progress=stop)
    monkeypatch.setattr(restore, "make_private_folder", None)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


# --- restoring over something -----------------------------------------------------------------------


def test_a_full_home_is_refused_and_replaced_only_when_told(home: Path, backup: Path) -> None:
    history = history_of(home)
    with closing(open_diary(home)) as connection:
        add_entry(connection, Run("later", AT), at=AT)
    add_run_folder(home, "runs/20261003-060000")
    (home / "runs" / "20261003-060000" / "my-notes.txt").write_text("mine")
    (home / "letter.txt").write_text("mine")
    before = tree(home)
    with pytest.raises(UsageError, match="already holds"):
        restore_backup(backup, home)
    assert tree(home) == before
    back = restore_backup(backup, home, replace=True)
    assert (history_of(home), [path.name for path in (home / "runs").iterdir()]) == (
        history,
        [Path(RUN).name],
    )
    assert back.replaced
    assert back.kept_aside is not None
    assert tree(back.kept_aside) == {
        "runs": None,
        "runs/20261003-060000": None,
        "runs/20261003-060000/my-notes.txt": b"mine",
    }
    assert (home / "letter.txt").read_text() == "mine"


def test_an_empty_diary_is_no_obstacle_and_a_damaged_one_is(backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "new"
    open_diary(home).close()
    assert not has_data(home)
    assert not restore_backup(backup, home).replaced
    (home / DIARY_NAME).write_bytes(b"damaged" * 1000)
    with pytest.raises(UsageError, match="already holds"):
        restore_backup(backup, home)
    assert restore_backup(backup, home, replace=True).replaced
    assert len(history_of(home).runs) == 1


def test_a_swap_that_fails_brings_the_old_back(
    home: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_diary(home)) as connection:
        add_entry(connection, Run("later", AT), at=AT)
    history, runs = history_of(home), tree(home / "runs")
    calls = []

    def fail(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == 4:
            raise OSError(28, "No space left on device")
        os.rename(path, target)  # noqa: PTH104
        return target

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(PfpError, match="No space left"):
        restore_backup(backup, home, replace=True)
    assert len(calls) == 4 + 3
    assert (history_of(home), tree(home / "runs")) == (history, runs)
    assert sorted(path.name for path in home.iterdir()) == [DIARY_NAME, "runs"]


def test_nothing_is_replaced_while_others_use_it(home: Path, backup: Path) -> None:
    before = tree(home)
    with RunLock(home / RUN), pytest.raises(UsageError, match="being recorded"):
        restore_backup(backup, home, replace=True)
    with closing(open_diary(home)), pytest.raises(PfpError, match="Another pfp has"):
        restore_backup(backup, home, replace=True)
    assert tree(home) == before


# --- damaged backups --------------------------------------------------------------------------------


def refuse(backup: Path, home: Path, error: type[PfpError] = InputError, words: str = ".") -> None:
    """Check that a backup is refused, by name, and that neither a full nor a new home is touched."""
    before, new = tree(home), home.with_name("new")
    for place in (home, new):
        with pytest.raises(error, match=words) as caught:
            restore_backup(backup, place, replace=True)
        assert caught.value.what_to_do
        assert str(backup) in caught.value.message
    assert tree(home) == before
    assert not new.exists()


def test_a_backup_cut_short_is_refused_wherever_it_is_cut(home: Path, backup: Path) -> None:
    whole = backup.read_bytes()
    for size in (0, 1, 100, *range(1000, len(whole), len(whole) // 8), len(whole) - 1):
        backup.write_bytes(whole[:size])
        refuse(backup, home)


def test_a_flipped_bit_is_found_or_harmless(home: Path, backup: Path, tmp_path: Path) -> None:
    rng = random.Random(7)
    whole, history, runs = backup.read_bytes(), history_of(home), tree(home / "runs")
    directory = whole.rindex(b"PK\x01\x02", 0, whole.rindex(b"PK\x01\x02"))
    places = [rng.randrange(len(whole)) for _ in range(60)]
    places += [rng.randrange(directory, len(whole)) for _ in range(60)]
    refused = 0
    for number, place in enumerate(places):
        target = tmp_path / "target" / str(number)
        backup.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << rng.randrange(8)]) + whole[place + 1 :])
        said = ""
        try:
            restore_backup(backup, target)
        except InputError as error:
            said = error.message
        if said:
            refused += 1
            assert str(backup) in said
            assert not target.exists()
        else:  # a date, an attribute: nothing that is restored
            assert (history_of(target), tree(target / "runs")) == (history, runs)
    assert refused > 60


def test_a_damaged_member_is_named(home: Path, backup: Path) -> None:
    whole = bytearray(backup.read_bytes())
    whole[whole.index(b"packetspackets") + 5000] ^= 1
    backup.write_bytes(whole)
    refuse(backup, home, words="packets.parquet")


def test_what_is_no_backup_is_told(home: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pfp"
    wrong.write_text('{"schema": "pfp.history/1"}')
    refuse(wrong, home, words="not a zip file")
    refuse(tmp_path / "nowhere.pfp", home, UsageError, "no file")
    with zipfile.ZipFile(wrong, "w") as archive:
        archive.writestr("letter.txt", "mine")
    refuse(wrong, home, words=r"no manifest\.json")


def rewritten(backup: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """Write a backup anew, its manifest and members changed, with right checksums for the members."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(manifest, members)
    with zipfile.ZipFile(backup, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest))
    return backup


def seal(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "runs/../../evil.txt",
        "/evil.txt",
        "runs/a/../../../evil.txt",
        "runs//a/evil.txt",
        "runs/./a",
        "C:\\evil.txt",
        "runs/a/c:evil.txt",
        "evil.txt",
        "runs/evil.txt",
        "diary.sqlite3-wal",
        "runs/a/b\\..\\evil.txt",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, home: Path, backup: Path, tmp_path: Path) -> None:
    def smuggle(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
        members[name] = b"evil"
        manifest["members"][name] = seal(b"evil")

    refuse(rewritten(backup, smuggle), home, words="expected only diary.sqlite3 and files in runs/")
    assert not list(tmp_path.rglob("*evil*"))


def damaged_diary(home: Path) -> bytes:
    """Give a diary whose pages contradict its index: sound to the zip, not to SQLite."""
    copy = home.with_name("copy.sqlite3")
    shutil.copy(home / DIARY_NAME, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        page = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'entries_by_id'"
        ).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(copy.read_bytes())
    copy.unlink()
    content[(page - 1) * size + 3 : (page - 1) * size + 5] = struct.pack(">H", 1)
    return bytes(content)


def bad_entry(home: Path) -> bytes:
    copy = home.with_name("copy.sqlite3")
    shutil.copy(home / DIARY_NAME, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.executescript(
            "DROP TRIGGER entries_keep_what_was_said; UPDATE entries SET document = '[]';"
        )
    content = copy.read_bytes()
    for path in home.parent.glob("copy.sqlite3*"):
        path.unlink()
    return content


def newer_diary(home: Path) -> bytes:
    content = bytearray((home / DIARY_NAME).read_bytes())
    content[60:64] = struct.pack(">I", 99)
    return bytes(content)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (damaged_diary, r"diary\.sqlite3: "),
        (bad_entry, r"diary\.sqlite3: it, entry"),
        (newer_diary, "found version 99"),
        (lambda _: b"", "found version 0"),
        (lambda _: b"no database" * 99, r"diary\.sqlite3: file is not a database"),
    ],
)
def test_a_diary_that_is_not_sound_is_refused(
    make: Callable[[Path], bytes], words: str, home: Path, backup: Path
) -> None:
    content = make(home)

    def put(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
        members[DIARY_NAME] = content
        manifest["members"][DIARY_NAME] = seal(content)

    refuse(rewritten(backup, put), home, words=words)


Parts = tuple[dict[str, Any], dict[str, bytes]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda parts: parts[1].pop(f"{RUN}/meta.json"), "meta.json: it is missing"),
        (lambda parts: parts[1].update({f"{RUN}/new.json": b""}), "new.json: it is not in"),
        (lambda parts: parts[0].update(schema="pfp.backup/2"), "'pfp.backup/2', expected pfp.backup/1"),
        (lambda parts: parts[0].update(members=[1]), "manifest.json: its members"),
        (lambda parts: parts[0]["members"][DIARY_NAME].update(bytes=1), "or more, expected 1"),
        (lambda parts: parts[0]["members"][DIARY_NAME].update(bytes=1 << 30), "bytes, expected"),
        (lambda parts: parts[0]["members"][DIARY_NAME].update(bytes=1 << 60), "needs"),
        (lambda parts: parts[0]["members"][DIARY_NAME].update(sha256="00"), "SHA-256"),
        (lambda parts: (parts[1].clear(), parts[0]["members"].clear()), r"diary\.sqlite3: it is missing"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    change: Callable[[Parts], None], words: str, home: Path, backup: Path
) -> None:
    before = tree(home)
    rewritten(backup, lambda manifest, members: change((manifest, members)))
    with pytest.raises(PfpError, match=words):
        restore_backup(backup, home, replace=True)
    assert tree(home) == before


# --- forgetting -------------------------------------------------------------------------------------


def test_forget_removes_what_it_made_and_names_the_rest(home: Path) -> None:
    with closing(open_diary(home)) as connection:  # as if killed: the log files stay
        add_entry(connection, Run("later", AT), at=AT)
        logs = {ending: (home / (DIARY_NAME + ending)).read_bytes() for ending in ("-wal", "-shm")}
    for ending, content in logs.items():
        (home / (DIARY_NAME + ending)).write_bytes(content)
    (home / RUN / ".meta.json.12ab34cd.part").touch()
    (home / ".restore-12ab34cd.part" / "runs" / "a").mkdir(parents=True)
    (home / ".restore-12ab34cd.part" / "runs" / "a" / "x").touch()
    (home / "before-restore-12ab34cd").mkdir()
    (home / "before-restore-12ab34cd" / DIARY_NAME).touch()
    (home / RUN / "my-notes.txt").write_text("mine")
    (home / "runs" / "link").symlink_to(home)
    (home / "letter.txt").write_text("mine")
    gone = forget(home)
    assert gone.left == ("letter.txt", f"{RUN}/my-notes.txt", "runs/link")
    assert {path for path in tree(home) if not (home / path).is_dir()} == {
        "letter.txt",
        f"{RUN}/my-notes.txt",
    }
    assert DIARY_NAME in gone.files
    assert gone.removed_bytes > sum(map(len, RUN_FILES.values()))
    assert "not overwritten" in gone.note
    assert not has_data(home) or (home / RUN).exists()


def test_forget_leaves_an_empty_folder_and_can_be_repeated(home: Path, tmp_path: Path) -> None:
    assert forget(home).runs == 1
    assert tree(home) == {}
    assert forget(home).files == ()
    assert forget(tmp_path / "nowhere").files == ()
    assert not (tmp_path / "nowhere").exists()


def test_forget_waits_for_nobody(home: Path) -> None:
    before = tree(home)
    with RunLock(home / RUN), pytest.raises(UsageError, match="being recorded"):
        forget(home)
    with closing(open_diary(home)), pytest.raises(PfpError, match="Another pfp has"):
        forget(home)
    assert tree(home) == before


def test_a_damaged_diary_can_be_forgotten(home: Path) -> None:
    (home / DIARY_NAME).write_bytes(b"damaged" * 1000)
    forget(home)
    assert tree(home) == {}
