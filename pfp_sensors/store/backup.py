"""A backup: one file with diary, recordings and mappings, and the SHA-256 of each of its members."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors import __version__
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.store.database import DIARY_NAME, in_plain_words, open_diary
from pfp_sensors.store.home import run_folders, runs_folder, runs_in_progress
from pfp_sensors.store.home_files import WORK_PART, files_below
from pfp_sensors.store.mapping_files import mapping_files
from pfp_sensors.store.restore import RestoreFacts, restore_backup
from pfp_sensors.store.run_lock import LOCK_NAME
from pfp_sensors.store.sealed_files import FILE_MODE, not_written, replacing
from pfp_sensors.store.unpacking import BACKUP_SCHEMA, BLOCK_BYTES, MANIFEST_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

__all__ = ["BackupFacts", "RestoreFacts", "restore_backup", "write_backup"]

_PACKED_ALREADY: Final = (".parquet", ".arrows", ".bin")


@dataclass(frozen=True, slots=True)
class BackupFacts:
    """What a backup holds.

    Attributes
    ----------
    path
        The file.
    file_bytes
        Its size.
    members
        How many files are in it.
    entries
        How many entries of the diary, with those that were corrected or taken back.
    runs
        How many recordings.
    left_out
        What is not in it: recordings that are running, and links.
    """

    path: Path
    file_bytes: int
    members: int
    entries: int
    runs: int
    left_out: tuple[str, ...]


def write_backup(
    home: Path,
    path: Path,
    *,
    without_recordings: bool = False,
    replace: bool = False,
    at: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BackupFacts:
    """Write the diary as it is at one moment, and the recordings, into one file for the owner only.

    Others may go on writing into the diary. The file is complete or not there.

    Parameters
    ----------
    home
        As from `home_folder`.
    path
        The file, outside of the home or in a folder of `WORK_PART` there.
    without_recordings
        The diary and the mappings alone.
    replace
        Write over a file that is there.
    at
        Now, to be noted in the backup.
    progress
        Called with the bytes that are done and those there are in all.

    Raises
    ------
    UsageError
        If the file is there already or would lie in the home, there is nothing to back up, or nothing can
        be written there.
    InputError
        If the diary is damaged or a recording cannot be read.
    PfpError
        If the disk is full or failing.
    """
    _check_places(home, path, replace=replace)
    files, left_out = ([], []) if without_recordings else _run_files(home)
    try:
        with tempfile.TemporaryDirectory(prefix=".pfp-", suffix=".part", dir=path.parent) as aside:
            copy = Path(aside) / DIARY_NAME
            version, entries = _copy_diary(home, copy)
            kept = [*mapping_files(home), *files]
            members = {DIARY_NAME: copy, **{file.relative_to(home).as_posix(): file for file in kept}}
            facts = {
                "schema": BACKUP_SCHEMA,
                "version": __version__,
                "diary_version": version,
                "made": None if at is None else at.isoformat(),
                "recordings": not without_recordings,
                "left_out": left_out,
            }
            with replacing(path) as temporary:
                _write_zip(temporary, members, facts, progress)
    except OSError as error:
        raise not_written(path, error) from error
    runs = {file.relative_to(runs_folder(home)).parts[0] for file in files}
    return BackupFacts(path, path.stat().st_size, len(members), entries, len(runs), tuple(left_out))


def _check_places(home: Path, path: Path, *, replace: bool) -> None:
    if path.resolve().is_relative_to(home.resolve()) and not fnmatchcase(path.parent.name, WORK_PART):
        raise UsageError(f"{path} lies in {home}, which it is to save.", "Give a place outside of it.")
    if path.is_dir():
        raise UsageError(f"{path} is there already, as a folder.", "Give the name of a file.")
    if path.exists() and not replace:
        raise UsageError(f"{path} is there already.", "Give another name, or add --replace.")
    if not (home / DIARY_NAME).exists() and not run_folders(home):
        raise UsageError(f"There is no diary and no recording in {home}.", "Check --home.")


def _run_files(home: Path) -> tuple[list[Path], list[str]]:
    """List the files of all recordings, and what has to be left out."""
    running = set(runs_in_progress(home))
    files, left_out = [], []
    for folder in run_folders(home):
        if folder in running or folder.is_symlink():
            left_out.append(folder.relative_to(home).as_posix())
            continue
        for file in files_below(folder):
            if file.is_symlink() or not file.is_file() or "\\" in file.name:
                left_out.append(file.relative_to(home).as_posix())
            elif file.name != LOCK_NAME:
                files.append(file)
    return files, left_out


def _copy_diary(home: Path, copy: Path) -> tuple[int, int]:
    """Copy the diary as it is at one moment; give its version and how many entries it has."""
    copy.touch(FILE_MODE)
    with (
        closing(open_diary(home)) as diary,
        in_plain_words(home / DIARY_NAME),
        closing(sqlite3.connect(copy)) as target,
    ):
        diary.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        version = int(target.execute("PRAGMA user_version").fetchone()[0])
        entries = int(target.execute("SELECT count(*) FROM entries").fetchone()[0])
    return version, entries


def _write_zip(
    path: Path,
    members: dict[str, Path],
    facts: dict[str, Any],
    progress: Callable[[int, int], None] | None,
) -> None:
    total = sum(file.stat().st_size for file in members.values())
    done, seals = 0, {}
    with zipfile.ZipFile(path, "w") as archive:
        for name, file in members.items():
            digest, size = hashlib.sha256(), 0
            with archive.open(_info(name), "w", force_zip64=True) as member:
                for block in _blocks(file):
                    member.write(block)
                    digest.update(block)
                    size += len(block)
                    if progress is not None:
                        progress(min(done + size, total), total)
            done += size
            seals[name] = {"bytes": size, "sha256": digest.hexdigest()}
        text = json.dumps({**facts, "members": seals}, indent=1, ensure_ascii=False)
        archive.writestr(_info(MANIFEST_NAME), text.encode("utf-8"))


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED_ALREADY) else zipfile.ZIP_DEFLATED
    info.external_attr = FILE_MODE << 16
    return info


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.", "Make it readable, or move it away."
        ) from error
