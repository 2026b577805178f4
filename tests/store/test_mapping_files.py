"""Mappings in the home: private, found by their header, in every backup, gone when all is forgotten."""

from __future__ import annotations

import stat
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.store.backup import restore_backup, write_backup
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.forget import forget
from pfp_sensors.store.mapping_files import MAPPINGS_FOLDER, mapping_files, save_mapping, saved_mapping

if TYPE_CHECKING:
    from pathlib import Path

HEADER, OTHER = "0123456789abcdef" * 2, "f" * 32
TEXT = '# from my logger\n[time]\ncolumn = "Zeit"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    open_diary(home).close()
    save_mapping(home, HEADER, TEXT)
    return home


def test_a_mapping_is_found_by_its_header_and_private(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    assert saved_mapping(home, HEADER) is None
    path = save_mapping(home, HEADER, TEXT)
    assert path == home / MAPPINGS_FOLDER / f"{HEADER}.toml"
    assert saved_mapping(home, HEADER) == path
    assert path.read_bytes() == TEXT.encode()
    assert (saved_mapping(home, OTHER), saved_mapping(home, None)) == (None, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    save_mapping(home, HEADER, "# corrected\n")
    assert path.read_text() == "# corrected\n"
    assert mapping_files(home) == [path]


@pytest.mark.parametrize("header", ["", "../evil", "0" * 31, "G" * 32, f"{HEADER}\n"])
def test_only_a_hash_names_a_mapping(home: Path, header: str) -> None:
    with pytest.raises(UsageError, match="no hash"):
        save_mapping(home, header, TEXT)
    with pytest.raises(UsageError, match="no hash"):
        saved_mapping(home, header)


def test_links_and_other_files_are_no_mappings(home: Path) -> None:
    folder = home / MAPPINGS_FOLDER
    (folder / f"{OTHER}.toml").symlink_to("/etc/hostname")
    (folder / "notes.txt").write_text("mine")
    assert saved_mapping(home, OTHER) is None
    assert [path.name for path in mapping_files(home)] == [f"{HEADER}.toml"]


@pytest.mark.parametrize("without_recordings", [False, True])
def test_backup_forget_restore(home: Path, tmp_path: Path, without_recordings: bool) -> None:
    facts = write_backup(home, tmp_path / "all.pfp", without_recordings=without_recordings)
    assert (facts.members, facts.runs) == (2, 0)
    gone = forget(home)
    assert f"{MAPPINGS_FOLDER}/{HEADER}.toml" in gone.files
    assert list(home.iterdir()) == []
    restore_backup(facts.path, home)
    found = saved_mapping(home, HEADER)
    assert found is not None
    assert found.read_text() == TEXT
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert sorted(path.name for path in home.iterdir()) == ["diary.sqlite3", MAPPINGS_FOLDER]


def test_a_restore_takes_the_place_of_mappings(home: Path, tmp_path: Path) -> None:
    facts = write_backup(home, tmp_path / "all.pfp")
    save_mapping(home, HEADER, "# later\n")
    save_mapping(home, OTHER, "# later\n")
    with closing(open_diary(home)) as connection:
        connection.execute("INSERT INTO acts (at, what) VALUES ('later', 'add')")
        connection.commit()
    back = restore_backup(facts.path, home, replace=True)
    assert back.kept_aside is None
    (left,) = mapping_files(home)
    assert (left.name, left.read_text()) == (f"{HEADER}.toml", TEXT)


def test_forgetting_takes_half_written_mappings_and_leaves_what_is_not_ours(home: Path) -> None:
    folder = home / MAPPINGS_FOLDER
    (folder / f".{HEADER}.toml.0a1b2c3d.part").write_text("half")
    (folder / "notes.txt").write_text("mine")
    gone = forget(home)
    assert gone.left == (f"{MAPPINGS_FOLDER}/notes.txt",)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    "name", ["mappings/evil.sh", f"mappings/a/{HEADER}.toml", f"mappings/../{HEADER}.toml"]
)
def test_a_backup_with_another_file_among_the_mappings_is_refused(
    home: Path, tmp_path: Path, name: str
) -> None:
    facts = write_backup(home, tmp_path / "all.pfp")
    with zipfile.ZipFile(facts.path, "a") as archive:
        archive.writestr(name, "evil")
    with pytest.raises(InputError, match="mappings"):
        restore_backup(facts.path, tmp_path / "new")
    assert not (tmp_path / "new").exists()
