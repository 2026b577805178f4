"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.store import sealed_files
from pfp_sensors.store.sealed_files import check_place, make_private_folder, replacing, sha256_of

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_replaces_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_wrong_place_is_wrong_usage_and_a_full_disk_is_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="absent"), replacing(tmp_path / "absent" / "a"):
        pass
    with pytest.raises(PfpError) as caught, replacing(tmp_path / "a"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.exit_code == 1
    assert "Make room" in caught.value.what_to_do
    assert list(tmp_path.iterdir()) == []


def test_a_place_is_checked_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    for name in ("a", "new"):
        check_place(tmp_path / name)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
    (tmp_path / "folder").mkdir()
    for name, found in (
        ("folder", "Is a directory"),
        ("absent/a", "No such file"),
        ("a/b", "Not a directory"),
    ):
        with pytest.raises(UsageError, match=f"{name} cannot be written: {found}"):
            check_place(tmp_path / name)


@pytest.mark.parametrize("windows", [False, True])
def test_on_windows_no_folder_is_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, windows: bool
) -> None:
    opened: list[tuple[bool, int]] = []
    real = os.open

    def spy(path: Path, flags: int, mode: int = 0o777) -> int:
        opened.append((path.is_dir(), flags))
        return real(path, flags, mode)

    monkeypatch.setattr(sealed_files, "_WINDOWS", windows)
    monkeypatch.setattr(os, "open", spy)
    with replacing(tmp_path / "a"):
        pass
    flushed_folder = [] if windows else [(True, os.O_RDONLY)]
    assert opened[1:] == [(False, os.O_RDWR), *flushed_folder]


def test_folders_are_private(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file"):
        make_private_folder(tmp_path / "file")


def test_hash_of_several_files_is_that_of_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"ab")
    (tmp_path / "b").write_bytes(b"c")
    assert sha256_of(tmp_path / "a", tmp_path / "b") == hashlib.sha256(b"abc").hexdigest()
