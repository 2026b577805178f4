"""Which files of a home this program made, and how to take them away."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.store.database import DIARY_NAME, in_plain_words
from pfp_sensors.store.download_files import DOWNLOAD_NAME, ORIGIN_NAME
from pfp_sensors.store.event_log import EVENTS_NAME
from pfp_sensors.store.home import run_folders, runs_folder, runs_in_progress
from pfp_sensors.store.live_files import CONTACTS_NAME, STATUS_NAME
from pfp_sensors.store.mapping_files import MAPPINGS_FOLDER, is_mapping_name, is_mapping_part
from pfp_sensors.store.meta_json import META_NAME
from pfp_sensors.store.packet_files import PACKETS_NAME
from pfp_sensors.store.recording_names import KEPT_FILES
from pfp_sensors.store.run_lock import LOCK_NAME
from pfp_sensors.store.seals import COMPANIONS, is_sample_file, recording_paths
from pfp_sensors.store.truth_files import TRUTH_FOLDER
from pfp_sensors.store.watch_names import WATCH_FILES, WATCH_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

DIARY_FILES: Final = tuple(DIARY_NAME + ending for ending in ("", "-wal", "-shm", "-journal"))
"""The diary and what SQLite keeps beside it."""

_RUN_FILES: Final = (
    *KEPT_FILES,
    *WATCH_FILES,
    META_NAME,
    *COMPANIONS,
    PACKETS_NAME,
    "packets-damaged*.arrows",
    DOWNLOAD_NAME,
    ORIGIN_NAME,
    EVENTS_NAME,
    STATUS_NAME,
    STATUS_NAME + ".part",
    CONTACTS_NAME,
    LOCK_NAME,
    ".*.part",
)
_TRUTH_FILES: Final = ("contacts*.csv", "bouts*.csv", ".*.part")

RESTORE_PART: Final = ".restore-*.part"
"""Where a backup is unpacked and checked."""

UPLOAD_PART: Final = ".upload-*.part"
"""Where files that were sent to the dashboard wait to be stored."""

WORK_PART: Final = ".work-*.part"
"""Where the dashboard makes a file to be sent, or keeps one that waits to be restored."""

PARTS: Final = (RESTORE_PART, UPLOAD_PART, WORK_PART)

OLD_HOME: Final = "before-restore-*"
"""Where a restore keeps what was there before until all is in place."""

_BUSY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken away: its files, and those that stay because this program did not make them."""

    files: tuple[str, ...]
    left: tuple[str, ...]
    removed_bytes: int


def is_own_run_file(below: tuple[str, ...]) -> bool:
    """Tell whether this program makes files of such a name in a recording's folder.

    Parameters
    ----------
    below
        The parts of its path below that folder.
    """
    *folders, name = below
    if not folders:
        return is_sample_file(name) or any(fnmatchcase(name, own) for own in _RUN_FILES)
    return folders == [TRUTH_FOLDER] and any(fnmatchcase(name, own) for own in _TRUTH_FILES)


def kept_file_name(head: bytes) -> str:
    """Name a recording of others that is kept as it came, by its first bytes."""
    plain, *packed = KEPT_FILES
    starts = (b"\x1f\x8b", b"PAR1", b"PK\x03\x04")
    return next((name for name, start in zip(packed, starts, strict=True) if head.startswith(start)), plain)


def kept_file(folder: Path) -> Path | None:
    """Find the recording of others in a folder of runs; None in one of this program's own."""
    return next((folder / name for name in KEPT_FILES if (folder / name).is_file()), None)


def is_watch_alone(folder: Path) -> bool:
    """Tell a folder of runs that holds the rows of a watch and no recording."""
    return (folder / WATCH_NAME).is_file() and not recording_paths(folder)


def files_below(folder: Path) -> Iterator[Path]:
    """List all that is no folder below one, in order of name; links are listed, never followed."""
    if folder.is_symlink():
        yield folder
        return
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            yield from files_below(entry)
        else:
            yield entry


def refuse_while_recording(home: Path) -> None:
    """Refuse while a recording is running or being recovered.

    Raises
    ------
    UsageError
        If one is.
    """
    running = runs_in_progress(home)
    if running:
        raise UsageError(
            f"{running[0]} is being recorded just now.", "End that recording first, then do this again."
        )


def has_data(home: Path) -> bool:
    """Tell whether a home holds anything of a person: a recording, or a diary that is not empty."""
    if run_folders(home):
        return True
    path = home / DIARY_NAME
    if not path.exists() or path.stat().st_size == 0:
        return False
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_S)) as connection:
            return any(_has_rows(connection, table) for table in ("acts", "recordings"))
    except sqlite3.DatabaseError:
        return True  # what cannot be read may well be somebody's diary


def _has_rows(connection: sqlite3.Connection, table: str) -> bool:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return bool(known and connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone())


def take_diary_alone(home: Path) -> None:
    """Make sure that no other process has the diary open, and fold its log into it.

    A damaged diary is left as it is.

    Raises
    ------
    PfpError
        If another process has it open.
    """
    path = home / DIARY_NAME
    if not path.exists():
        return
    try:
        with in_plain_words(path), closing(sqlite3.connect(path, timeout=_BUSY_S)) as connection:
            _leave_write_ahead_log(path, connection)
    except InputError:
        return  # no database any more: nobody can be using it


def _leave_write_ahead_log(path: Path, connection: sqlite3.Connection) -> None:
    """Switch to the mode that SQLite lets only a process have which is alone."""
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        raise PfpError(f"Another pfp has {path} open.", "End it, then do this again.") from error


def remove_own_files(home: Path) -> Removed:
    """Take away all that this program made below a home, and folders that become empty, but not the home.

    Raises
    ------
    PfpError
        If a file cannot be removed; doing it again goes on from there.
    """
    removed, left, n_bytes = [], [], 0
    folder = home
    try:
        for path in list(files_below(home)):
            name = path.relative_to(home).as_posix()
            if not _is_own(home, path):
                left.append(name)
                continue
            folder = path
            n_bytes += path.lstat().st_size
            path.unlink()
            removed.append(name)
        _remove_empty_folders(home)
    except OSError as error:
        raise PfpError(
            f"{folder} cannot be removed: {error.strerror or error}.",
            "Make it writable, or close the program that uses it, and do this again.",
        ) from error
    return Removed(tuple(removed), tuple(left), n_bytes)


def _is_own(home: Path, path: Path) -> bool:
    parts = path.relative_to(home).parts
    if path.is_symlink():
        return False
    if fnmatchcase(parts[0], OLD_HOME):
        parts = parts[1:]
    if len(parts) == 1:
        return parts[0] in DIARY_FILES
    if any(fnmatchcase(parts[0], kind) for kind in PARTS):
        return True
    if parts[0] == MAPPINGS_FOLDER:
        return len(parts) == 2 and (is_mapping_name(parts[1]) or is_mapping_part(parts[1]))
    return parts[0] == runs_folder(home).name and len(parts) > 2 and is_own_run_file(parts[2:])


def _remove_empty_folders(home: Path) -> None:
    """Remove the folders that this program makes where nothing is left in them."""
    tops = [
        runs_folder(home),
        home / MAPPINGS_FOLDER,
        *(top for kind in (*PARTS, OLD_HOME) for top in home.glob(kind)),
    ]
    for top in tops:
        for name, _, _ in os.walk(top, topdown=False):
            folder = Path(name)
            if not any(folder.iterdir()):
                folder.rmdir()
