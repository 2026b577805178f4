"""Restoring a backup: everything is checked before anything in the home is touched."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.store.database import DIARY_NAME, open_diary
from pfp_sensors.store.diary import read_history
from pfp_sensors.store.home import RUNS_FOLDER, run_folders
from pfp_sensors.store.home_files import (
    DIARY_FILES,
    OLD_HOME,
    RESTORE_PART,
    has_data,
    refuse_while_recording,
    remove_own_files,
    take_diary_alone,
)
from pfp_sensors.store.mapping_files import MAPPINGS_FOLDER
from pfp_sensors.store.migrations import MIGRATIONS
from pfp_sensors.store.sealed_files import flush_folder, make_private_folder, not_written
from pfp_sensors.store.unpacking import damaged, opened, read_manifest, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pfp_sensors.store.unpacking import Manifest


@dataclass(frozen=True, slots=True)
class RestoreFacts:
    """What was restored.

    Attributes
    ----------
    home
        Where to.
    made
        When the backup was made; None where it does not say.
    members
        How many files were in it.
    entries
        How many entries of the diary, with those that were corrected or taken back.
    runs
        How many recordings.
    replaced
        Whether something was there before, and has been replaced.
    kept_aside
        A folder with what was there before and this program did not make; None where there is nothing.
    """

    home: Path
    made: str | None
    members: int
    entries: int
    runs: int
    replaced: bool
    kept_aside: Path | None


def restore_backup(
    path: Path,
    home: Path,
    *,
    replace: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> RestoreFacts:
    """Put a backup into a home, once every member and the diary in it are known to be sound.

    The index of recordings is that of the backup; `rebuild_index` makes it anew.

    Parameters
    ----------
    path
        As `write_backup` wrote it.
    home
        As from `home_folder`.
    replace
        Replace a diary and recordings that are there. They are kept until all is in place. A backup of the
        diary alone leaves the recordings. Mappings always come from the backup.
    progress
        Called with the bytes that are unpacked and those there are in all.

    Raises
    ------
    InputError
        If it is no backup or is damaged (member, found, expected); the home is as it was.
    UsageError
        If the home is not empty, a recording is running, or nothing can be written there; then too.
    PfpError
        If another process has the diary open, or the disk is full or failing; then too.
    """
    with opened(path) as archive:
        manifest = read_manifest(path, archive)
        full = has_data(home)
        if full and not replace:
            raise UsageError(
                f"{home} already holds a diary or recordings.",
                "Back them up (pfp backup), then add --replace, which puts the backup in their place.",
            )
        refuse_while_recording(home)
        with _staging(home) as staged:
            _check_room(staged, manifest)
            unpack(path, archive, manifest, staged, progress)
            entries = _check_diary(path, staged)
            aside = _swap(home, staged, with_runs=manifest.recordings)
    return RestoreFacts(
        home=home,
        made=manifest.made,
        members=len(manifest.members),
        entries=entries,
        runs=len(run_folders(home)) if manifest.recordings else 0,
        replaced=full,
        kept_aside=_clear(aside),
    )


@contextmanager
def _staging(home: Path) -> Iterator[Path]:
    """Make a private folder in the home to unpack into; afterwards it is gone, with folders made for it."""
    missing = [folder for folder in (home, *home.parents) if not folder.exists()]
    make_private_folder(home)
    staged = home / RESTORE_PART.replace("*", os.urandom(4).hex())
    make_private_folder(staged)
    try:
        yield staged
    finally:
        shutil.rmtree(staged)
        for folder in missing:
            if any(folder.iterdir()):
                break
            folder.rmdir()


def _check_room(staged: Path, manifest: Manifest) -> None:
    needed = sum(seal.n_bytes for seal in manifest.members.values())
    free = shutil.disk_usage(staged).free
    if needed > free:
        raise PfpError(
            f"The backup needs {needed / 1e6:.0f} MB, the disk of {staged.parent} has {free / 1e6:.0f} MB.",
            "Make room on the disk; nothing has changed.",
        )


def _check_diary(path: Path, staged: Path) -> int:
    """Check the unpacked diary as a whole and bring it up to date; give how many entries it has."""
    file = staged / DIARY_NAME
    try:
        with closing(sqlite3.connect(file)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise damaged(path, DIARY_NAME, str(error)) from error
    if said != "ok":
        raise damaged(path, DIARY_NAME, said.splitlines()[0])
    if not 0 < version <= len(MIGRATIONS):
        raise InputError(
            f"{path}, {DIARY_NAME}: found version {version}, expected 1 to {len(MIGRATIONS)}.",
            "Install the newest pfp-sensors. The home was not touched.",
        )
    try:
        with closing(open_diary(staged)) as connection:
            read_history(connection)
            return int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])
    except PfpError as error:
        raise damaged(path, DIARY_NAME, error.message.replace(str(file), "it")) from error


def _swap(home: Path, staged: Path, *, with_runs: bool) -> Path:
    """Move the old aside and the new in place, and give where the old lies; if that fails, move it back."""
    take_diary_alone(home)
    aside = home / OLD_HOME.replace("*", os.urandom(4).hex())
    make_private_folder(aside)
    moved: list[tuple[Path, Path]] = []
    names = [*DIARY_FILES, MAPPINGS_FOLDER, *([RUNS_FOLDER] if with_runs else [])]
    try:
        for source, target in ((home, aside), (staged, home)):
            for name in names:
                if (source / name).exists():
                    (source / name).rename(target / name)
                    moved.append((source / name, target / name))
        flush_folder(home)
    except OSError as error:
        for source, target in reversed(moved):
            target.rename(source)
        aside.rmdir()
        raise not_written(home, error) from error
    return aside


def _clear(aside: Path) -> Path | None:
    """Remove what was there before; what this program did not make stays in its folder."""
    if remove_own_files(aside).left:
        return aside
    shutil.rmtree(aside)
    return None
